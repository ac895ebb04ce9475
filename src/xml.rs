//! The little XML that companies outside speak: elements that hold text or elements. Attributes are not looked at, and
//! neither are the prefixes of names.

use quick_xml::escape::{escape, resolve_xml_entity};
use quick_xml::events::{BytesRef, Event};
use quick_xml::{Reader, XmlVersion};

/// Deeper than any answer we know; a reader must not follow a stranger for ever.
const MAX_DEPTH: usize = 8;

/// What an element holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// Text, perhaps empty.
    Text(String),
    /// Elements in the order they came.
    Tree(Vec<(String, Node)>),
}

/// The elements inside the root, which must have this name.
///
/// # Errors
/// A phrase about what is wrong: not XML, another root, a document type, too deep, text between elements.
pub fn read(bytes: &[u8], root: &str) -> Result<Vec<(String, Node)>, &'static str> {
    let text = std::str::from_utf8(bytes).map_err(|_| "not UTF-8")?;
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut open: Vec<Element> = Vec::new();
    loop {
        match reader.read_event().map_err(|_| "not XML")? {
            Event::Start(tag) if open.len() < MAX_DEPTH => {
                open.push(Element { name: tag.local_name().as_ref().to_owned(), ..Element::default() });
            }
            Event::Start(_) => return Err("nested too deep"),
            Event::End(_) => {
                let closed = open.pop().ok_or("not XML")?;
                match (open.last_mut(), closed.close()?) {
                    (Some(parent), closed) => parent.children.push(closed),
                    (None, (name, Node::Tree(children))) if name == root => return Ok(children),
                    (None, _) => return Err("another root"),
                }
            }
            Event::Text(text) => add(&mut open, &text.xml_content(XmlVersion::Implicit1_0)),
            Event::CData(text) => add(&mut open, &text.xml_content(XmlVersion::Implicit1_0)),
            Event::GeneralRef(reference) => add(&mut open, &resolved(&reference)?),
            Event::Decl(_) | Event::Comment(_) | Event::Empty(_) => {}
            Event::DocType(_) | Event::PI(_) => return Err("more than plain XML"),
            Event::Eof => return Err("broken off"),
        }
    }
}

/// Writes a flat `<response>`.
pub fn write_response(fields: &[(&str, &str)]) -> String {
    let elements: String = fields.iter().map(|(name, text)| format!("<{name}>{}</{name}>", escape(*text))).collect();
    format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<response>{elements}</response>")
}

#[derive(Default)]
struct Element {
    name: String,
    children: Vec<(String, Node)>,
    text: String,
}

impl Element {
    fn close(self) -> Result<(String, Node), &'static str> {
        match (self.children.is_empty(), self.text.trim().is_empty()) {
            (true, _) => Ok((self.name, Node::Text(self.text))),
            (false, true) => Ok((self.name, Node::Tree(self.children))),
            (false, false) => Err("text between elements"),
        }
    }
}

fn add(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn resolved(reference: &BytesRef) -> Result<String, &'static str> {
    match reference.resolve_char_ref() {
        Ok(Some(character)) => Ok(character.to_string()),
        Ok(None) => resolve_xml_entity(reference).map(str::to_owned).ok_or("an unknown entity"),
        Err(_) => Err("an unknown entity"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Node {
        Node::Text(text.to_owned())
    }

    #[test]
    fn an_answer_is_read_with_its_nested_elements() {
        let xml = "<?xml version=\"1.0\"?>\n<response>\n <pg_status>ok</pg_status><pg_url>https://a/?b=1&amp;c=&#50;</pg_url>\
                   <pg_card><pan>4*1</pan></pg_card><pg_salt/></response>";
        let card = Node::Tree(vec![("pan".to_owned(), text("4*1"))]);
        let expected = [
            ("pg_status", text("ok")),
            ("pg_url", text("https://a/?b=1&c=2")),
            ("pg_card", card),
            ("pg_salt", text("")),
        ];
        assert_eq!(read(xml.as_bytes(), "response").unwrap(), expected.map(|(name, node)| (name.to_owned(), node)));
    }

    #[test]
    fn what_is_written_is_read_back() {
        let written = write_response(&[("pg_status", "ok"), ("pg_description", "a < b & \"c\"")]);
        let read = read(written.as_bytes(), "response").unwrap();
        assert_eq!(read, [("pg_status".to_owned(), text("ok")), ("pg_description".to_owned(), text("a < b & \"c\""))]);
    }

    #[test]
    fn anything_but_a_plain_response_is_refused() {
        for (xml, reason) in [
            ("", "broken off"),
            ("<response><a>1</a>", "broken off"),
            ("<html><body>tired</body></html>", "another root"),
            ("<response>ok</response>", "another root"),
            ("<!DOCTYPE html><html></html>", "more than plain XML"),
            ("<!DOCTYPE r [<!ENTITY x \"y\">]><response><a>&x;</a></response>", "more than plain XML"),
            ("<response><a>&x;</a></response>", "an unknown entity"),
            ("<response>x<a>1</a></response>", "text between elements"),
            ("<a><a><a><a><a><a><a><a><a>", "nested too deep"),
        ] {
            assert_eq!(read(xml.as_bytes(), "response"), Err(reason), "{xml}");
        }
    }
}
