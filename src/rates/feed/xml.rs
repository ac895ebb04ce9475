//! From bytes to a small tree of elements, with everything refused that a file of rates does not need:
//! document types, entities, deep nesting, other encodings.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1251};
use quick_xml::errors::SyntaxError;
use quick_xml::escape::{EscapeError, resolve_xml_entity};
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Error, Reader, XmlVersion};

use super::{FeedError, shown};

/// The bank's files are three deep. The bound keeps the tree from being dropped by deep recursion.
const MAX_DEPTH: usize = 16;

/// An element with all that is in it.
pub(super) struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
    text: String,
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn children_named(&self, name: &str) -> impl Iterator<Item = &Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text, unless there are elements in between.
    pub(super) fn plain_text(&self) -> Option<&str> {
        self.children.is_empty().then_some(self.text.as_str())
    }
}

/// Turns the bytes into text by their byte order mark or XML declaration; without either they are UTF-8.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, FeedError> {
    let (encoding, body) = match Encoding::for_bom(bytes) {
        Some((encoding, mark_len)) => (encoding, &bytes[mark_len..]),
        None => (declared_encoding(bytes)?, bytes),
    };
    if encoding != UTF_8 && encoding != WINDOWS_1251 {
        return Err(FeedError::Encoding(encoding.name().to_owned()));
    }
    encoding.decode_without_bom_handling_and_without_replacement(body).ok_or(FeedError::Undecodable(encoding.name()))
}

fn declared_encoding(bytes: &[u8]) -> Result<&'static Encoding, FeedError> {
    // The declaration itself is ASCII in both encodings, so it can be read before either is chosen.
    let bytes = bytes.trim_ascii_start();
    let end = bytes.iter().position(|byte| *byte == b'>');
    let head = String::from_utf8_lossy(&bytes[..end.map_or(0, |at| at + 1)]);
    let Ok(Event::Decl(declaration)) = Reader::from_str(&head).read_event() else {
        return Ok(UTF_8);
    };
    let Some(label) = declaration.encoding() else {
        return Ok(UTF_8);
    };
    let label = label.map_err(|error| explain(error.into()))?;
    Encoding::for_label(label.as_bytes()).ok_or_else(|| FeedError::Encoding(shown(&label)))
}

/// Reads a whole document whose root is `root_name`.
pub(super) fn read(text: &str, root_name: &str) -> Result<Element, FeedError> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        match reader.read_event().map_err(explain)? {
            Event::Start(tag) => {
                if open.is_empty() {
                    check_root(tag.name().as_ref(), root_name)?;
                }
                if root.is_some() {
                    return Err(FeedError::Malformed("a second root element".to_owned()));
                }
                if open.len() == MAX_DEPTH {
                    let reason = format!("elements nested more than {MAX_DEPTH} deep");
                    return Err(FeedError::Malformed(reason));
                }
                open.push(element(&tag)?);
            }
            Event::End(_) => {
                let closed = open.pop();
                match open.last_mut() {
                    Some(parent) => parent.children.extend(closed),
                    None => root = closed,
                }
            }
            Event::Text(text) => add_text(&mut open, &text.xml10_content())?,
            Event::CData(text) => add_text(&mut open, &text.xml10_content())?,
            Event::GeneralRef(reference) => add_text(&mut open, &resolve(&reference)?)?,
            Event::DocType(doctype) => return Err(refuse_doctype(&doctype)),
            // Empty elements come as a start and an end; the others say nothing about rates.
            Event::Empty(_) | Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof if open.is_empty() => return root.ok_or(FeedError::Empty),
            Event::Eof => return Err(FeedError::Truncated),
        }
    }
}

/// Looks at the name at once: of a web page, which is seldom proper XML, no more may be readable.
fn check_root(name: &str, root_name: &str) -> Result<(), FeedError> {
    if name.eq_ignore_ascii_case("html") {
        Err(FeedError::WebPage)
    } else if name != root_name {
        Err(FeedError::NotRates(shown(name)))
    } else {
        Ok(())
    }
}

fn refuse_doctype(content: &str) -> FeedError {
    match content.get(..4) {
        Some(name) if name.eq_ignore_ascii_case("html") => FeedError::WebPage,
        _ => FeedError::Doctype,
    }
}

fn element(tag: &BytesStart) -> Result<Element, FeedError> {
    let attributes = tag.attributes().map(|attribute| {
        let attribute = attribute.map_err(Error::from)?;
        let version = XmlVersion::Implicit1_0;
        let value = attribute.normalized_value_with(version, 1, resolve_xml_entity)?;
        Ok((attribute.key.as_ref().to_owned(), value.into_owned()))
    });
    Ok(Element {
        name: tag.name().as_ref().to_owned(),
        attributes: attributes.collect::<Result<_, _>>().map_err(explain)?,
        children: Vec::new(),
        text: String::new(),
    })
}

fn add_text(open: &mut [Element], text: &str) -> Result<(), FeedError> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => {
            let reason = format!("text outside of all elements: \"{}\"", shown(text.trim()));
            return Err(FeedError::Malformed(reason));
        }
    }
    Ok(())
}

fn resolve<'a>(reference: &'a BytesRef<'a>) -> Result<Cow<'a, str>, FeedError> {
    if let Some(character) = reference.resolve_char_ref().map_err(explain)? {
        return Ok(character.to_string().into());
    }
    resolve_xml_entity(reference).map(Cow::Borrowed).ok_or_else(|| FeedError::Entity(shown(reference)))
}

fn explain(error: Error) -> FeedError {
    match error {
        Error::Escape(EscapeError::UnrecognizedEntity(_, name)) => FeedError::Entity(shown(&name)),
        Error::Syntax(SyntaxError::InvalidBangMarkup) => FeedError::Malformed(error.to_string()),
        // All other faults of syntax are something opened whose end never comes.
        Error::Syntax(_) => FeedError::Truncated,
        // The library's words may repeat a name of any length.
        other => FeedError::Malformed(shown(&other.to_string())),
    }
}
