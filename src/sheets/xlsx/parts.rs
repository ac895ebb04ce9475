//! What calamine does not say of a workbook: which rows are hidden, which cells reach down, and whether the parts that it reads as a whole are
//! of a size that programs write.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::io::BufReader;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::super::limits;
use super::super::{SheetError, Span, span};
use super::archive::{Archive, is_xml};

const NOT_XML: SheetError = SheetError::Damaged("a part of it is not proper XML");

/// The part of each sheet, by the sheet's name. Refuses a workbook whose lists are too long to be held.
pub(super) fn sheets(archive: &mut Archive<'_>) -> Result<HashMap<String, String>, SheetError> {
    check_shared(archive)?;
    let root = relations(archive, "_rels/.rels", |kind| kind.ends_with("/officeDocument"))?;
    let Some(book) = root.last().map(|(_, book)| book).filter(|book| find(archive, book).is_some()) else {
        return Err(SheetError::NotATable("a packed file without a workbook"));
    };
    let (folder, file) = book.rsplit_once('/').unwrap_or(("", book));
    let targets = relations(archive, &format!("{folder}/_rels/{file}.rels"), |_| true)?;
    let (mut parts, mut count) = (HashMap::new(), 0);
    tags(archive, book, limits::LIST_BYTES, |tag| {
        if tag.local_name().as_ref() == "sheet" {
            let name = attribute(tag, "name")?.unwrap_or_default();
            let wanted = attribute(tag, "id")?.unwrap_or_default();
            let target = targets.iter().rfind(|(id, _)| *id == wanted).map_or("", |(_, target)| target);
            let target = target.strip_prefix('/').map_or_else(|| format!("{folder}/{target}"), str::to_owned);
            if parts.insert(name, target).is_some() {
                return Err(SheetError::Damaged("two of its sheets have the same name"));
            }
            count += 1;
        }
        if count > limits::SHEETS { Err(SheetError::TooManySheets) } else { Ok(()) }
    })?;
    // A part that many sheets name would be read as often.
    let mut bytes: u64 = 0;
    for part in parts.values().filter_map(|part| find(archive, part)).collect::<Vec<_>>() {
        bytes += archive.by_name(&part).map_or(0, |part| part.size());
    }
    if bytes > limits::UNPACKED_BYTES as u64 { Err(SheetError::TooMuchUnpacked) } else { Ok(parts) }
}

/// What a sheet is beside its cells.
#[derive(Default)]
pub(super) struct Shape {
    /// The numbers of the rows that it does not show.
    pub(super) hidden: BTreeSet<u32>,
    /// Cells that reach over several rows.
    pub(super) spans: Vec<Span>,
}

/// Looks at a sheet without its cells.
pub(super) fn shape(archive: &mut Archive<'_>, part: &str) -> Result<Shape, SheetError> {
    let (mut shape, mut last) = (Shape::default(), 0_u32);
    tags(archive, part, limits::UNPACKED_BYTES, |tag| {
        match tag.local_name().as_ref() {
            "row" => {
                let number = attribute(tag, "r")?.and_then(|number| number.parse().ok());
                last = number.unwrap_or(last.saturating_add(1));
                if attribute(tag, "hidden")?.is_some_and(|value| matches!(value.as_str(), "1" | "true" | "on")) {
                    shape.hidden.insert(last);
                }
            }
            "mergeCell" => {
                let area = attribute(tag, "ref")?.unwrap_or_default();
                if let Some(((top, left), (bottom, _))) =
                    area.split_once(':').and_then(|(from, to)| Some((place(from)?, place(to)?)))
                {
                    span(&mut shape.spans, top, bottom, left)?;
                }
            }
            _ => {}
        }
        if shape.hidden.len() > limits::ROWS { Err(SheetError::TooManyRows) } else { Ok(()) }
    })?;
    shape.spans.sort_unstable();
    Ok(shape)
}

/// Row, counted from 1, and column, counted from 0, of `AB12`.
fn place(name: &str) -> Option<(u32, usize)> {
    let letters = name.find(|c: char| !c.is_ascii_uppercase())?;
    let column = name[..letters]
        .bytes()
        .try_fold(0_usize, |column, letter| column.checked_mul(26)?.checked_add(usize::from(letter - b'A') + 1))?;
    Some((name[letters..].parse().ok()?, column.checked_sub(1)?))
}

/// The texts and the styles that calamine holds while it reads: it makes room for as many texts as a file claims, and
/// copies the names of format and font into each style.
fn check_shared(archive: &mut Archive<'_>) -> Result<(), SheetError> {
    let names: Vec<String> = archive.file_names().flatten().map(Cow::into_owned).collect();
    for name in &names {
        let lower = name.to_lowercase();
        let (mut texts, mut styles, mut longest) = (0, 0, 0);
        let mut look = |tag: &BytesStart<'_>| {
            match tag.local_name().as_ref() {
                "sst" => texts += attribute(tag, "uniqueCount")?.map_or(0, |n| n.parse().unwrap_or(usize::MAX)),
                "si" => texts = texts.saturating_add(1),
                "xf" => styles += 1,
                "numFmt" | "name" => longest = longest.max(tag.len()),
                _ => {}
            }
            // Twice: once claimed, once there. Half a kilobyte is what a style takes besides its names.
            let is_too_much = texts > 2 * limits::SHARED_TEXTS || styles * (512 + longest) > limits::UNPACKED_BYTES;
            if is_too_much { Err(SheetError::TooMuch) } else { Ok(()) }
        };
        if lower.ends_with("sharedstrings.xml") {
            tags(archive, name, limits::SHARED_TEXT_BYTES, look)?;
        } else if ["styles.xml", "theme1.xml", ".rels"].iter().any(|ending| lower.ends_with(ending)) {
            tags(archive, name, limits::LIST_BYTES, &mut look)?;
        }
    }
    Ok(())
}

/// Identifiers and targets of a list of relations, of those kinds that are wanted; of two that are alike the last holds.
fn relations(
    archive: &mut Archive<'_>,
    part: &str,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Vec<(String, String)>, SheetError> {
    let mut found = Vec::new();
    tags(archive, part, limits::LIST_BYTES, |tag| {
        let is_relation = tag.local_name().as_ref() == "Relationship";
        if is_relation && is_wanted(&attribute(tag, "Type")?.unwrap_or_default()) {
            found.push((attribute(tag, "Id")?.unwrap_or_default(), attribute(tag, "Target")?.unwrap_or_default()));
        }
        if found.len() > limits::PARTS { Err(SheetError::TooManyParts) } else { Ok(()) }
    })?;
    Ok(found)
}

/// The name of a part in the archive, of which neither the case nor the slashes are certain.
fn find(archive: &Archive<'_>, part: &str) -> Option<String> {
    let part = part.trim_start_matches('/');
    let is_it = |name: &Cow<'_, str>| name.replace('\\', "/").eq_ignore_ascii_case(part);
    archive.file_names().flatten().find(is_it).map(Cow::into_owned)
}

/// Shows every opening tag of a part.
fn tags(
    archive: &mut Archive<'_>,
    part: &str,
    most_bytes: usize,
    mut each: impl FnMut(&BytesStart<'_>) -> Result<(), SheetError>,
) -> Result<(), SheetError> {
    let name = find(archive, part).filter(|name| is_xml(name));
    let name = name.ok_or(SheetError::Damaged("a part is listed that is not there"))?;
    let part = archive.by_name(&name).map_err(|_| NOT_XML)?;
    if part.size() > most_bytes as u64 {
        return Err(SheetError::TooMuch);
    }
    let mut reader = Reader::from_reader(BufReader::new(part));
    reader.config_mut().check_end_names = false;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(|_| NOT_XML)? {
            Event::Start(tag) | Event::Empty(tag) => each(&tag)?,
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// The value of an attribute by its name, whatever prefix stands before it.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, SheetError> {
    // Looking for a name that is there twice takes the square of their number.
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| SheetError::Damaged("a tag of it cannot be read"))?;
        if attribute.key.local_name().as_ref() == name {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| SheetError::Entities)?;
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}
