//! The XML of a part as a stream of tags and texts, each bounded, without document types and entities.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read};

use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesEnd, BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use zip::result::ZipError;

use super::super::SheetError;
use super::super::limits;
use super::{Archive, Meter};

/// What comes next in a part.
pub(super) enum Node<'b> {
    /// A tag opens; one without content opens and closes.
    Open(BytesStart<'b>),
    /// A tag closes.
    Close(BytesEnd<'b>),
    /// A piece of text, or nothing.
    Text(Cow<'b, str>),
    /// The part is over.
    End,
}

/// A part that is being read.
pub(super) struct Xml<'a> {
    reader: Reader<Metered<'a>>,
    buffer: Vec<u8>,
    depth: usize,
}

impl<'a> Xml<'a> {
    /// Begins to read a part; `None` when there is none of this name.
    pub(super) fn open(
        archive: &'a mut Archive<'_>,
        name: &str,
        unpacked: &'a Meter,
    ) -> Result<Option<Self>, SheetError> {
        let file: Box<dyn Read + 'a> = match archive.by_name(name) {
            Ok(file) => Box::new(file),
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(_) => return Err(SheetError::Damaged("a part of it cannot be unpacked")),
        };
        let metered = Metered { inner: BufReader::new(file), unpacked, piece: limits::PIECE_BYTES, over: None };
        let mut reader = Reader::from_reader(metered);
        reader.config_mut().expand_empty_elements = true;
        Ok(Some(Self { reader, buffer: Vec::new(), depth: 0 }))
    }

    /// What comes next. What says nothing about cells (comments, declarations) comes as an empty text.
    pub(super) fn next(&mut self) -> Result<Node<'_>, SheetError> {
        let left = self.reader.get_ref().unpacked.pieces.get();
        self.reader.get_ref().unpacked.pieces.set(left.checked_sub(1).ok_or(SheetError::TooMuchUnpacked)?);
        self.buffer.clear();
        self.reader.get_mut().piece = limits::PIECE_BYTES;
        let event = match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => event,
            Err(_) => return Err(broken(&self.reader)),
        };
        match event {
            Event::Start(tag) => {
                self.depth += 1;
                if self.depth > limits::DEPTH {
                    return Err(SheetError::Damaged("its tags are nested too deep"));
                }
                Ok(Node::Open(tag))
            }
            Event::End(tag) => {
                self.depth = self.depth.saturating_sub(1);
                Ok(Node::Close(tag))
            }
            Event::Text(text) => Ok(Node::Text(text.into_inner())),
            Event::CData(text) => Ok(Node::Text(text.into_inner())),
            Event::GeneralRef(reference) => resolve(&reference).map(Node::Text),
            Event::DocType(_) => Err(SheetError::Entities),
            Event::Eof if self.depth > 0 => Err(SheetError::Damaged("a part of it breaks off")),
            Event::Eof => Ok(Node::End),
            Event::Empty(_) | Event::Decl(_) | Event::PI(_) | Event::Comment(_) => Ok(Node::Text(Cow::Borrowed(""))),
        }
    }
}

fn broken(reader: &Reader<Metered<'_>>) -> SheetError {
    reader.get_ref().over.clone().unwrap_or(SheetError::Damaged("a part of it is not proper XML"))
}

/// The five entities of XML itself and characters by their number.
fn resolve<'b>(reference: &BytesRef<'_>) -> Result<Cow<'b, str>, SheetError> {
    if reference.is_char_ref() {
        let c = reference.resolve_char_ref().ok().flatten().ok_or(SheetError::Damaged("it names no character"))?;
        return Ok(Cow::Owned(c.to_string()));
    }
    resolve_xml_entity(reference).map(Cow::Borrowed).ok_or(SheetError::Entities)
}

/// The value of an attribute by its whole name.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, SheetError> {
    found(tag, |key| key == name)
}

/// The value of an attribute by its name in a namespace, whatever prefix stands for it.
pub(super) fn attribute_local(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, SheetError> {
    found(tag, |key| key.split_once(':').is_some_and(|(_, local)| local == name))
}

fn found(tag: &BytesStart<'_>, is_it: impl Fn(&str) -> bool) -> Result<Option<String>, SheetError> {
    // Looking for a name that is there twice takes the square of their number.
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| SheetError::Damaged("a tag of it cannot be read"))?;
        if is_it(attribute.key.as_ref()) {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| SheetError::Entities)?;
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}

/// How XML writes yes.
pub(super) fn is_true(value: &str) -> bool {
    matches!(value, "1" | "true" | "on")
}

/// A part as it comes out of the archive, counted.
struct Metered<'a> {
    inner: BufReader<Box<dyn Read + 'a>>,
    unpacked: &'a Meter,
    /// What the piece being read may still take.
    piece: usize,
    /// Why no more was read.
    over: Option<SheetError>,
}

impl Read for Metered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Metered<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.unpacked.bytes.get() == 0 {
            self.over = Some(SheetError::TooMuchUnpacked);
        } else if self.piece == 0 {
            self.over = Some(SheetError::Damaged("a tag or a text of it is longer than a spreadsheet program writes"));
        }
        if self.over.is_some() {
            return Err(io::Error::other("over the limit"));
        }
        let most = self.piece.min(self.unpacked.bytes.get());
        let filled = self.inner.fill_buf()?;
        Ok(&filled[..filled.len().min(most)])
    }

    fn consume(&mut self, read: usize) {
        self.piece = self.piece.saturating_sub(read);
        self.unpacked.bytes.set(self.unpacked.bytes.get().saturating_sub(read));
        self.inner.consume(read);
    }
}
