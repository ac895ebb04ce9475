//! XLSX: a zip archive of XML parts (ECMA-376, Office Open XML). Parts are read as a stream; nothing is unpacked to a
//! file or as a whole. What a sheet claims of its own size is not used, so that it cannot mislead.

mod cells;
mod styles;
mod xml;

use std::cell::Cell as Counter;
use std::io::Cursor;
use std::sync::Arc;

use quick_xml::events::BytesStart;
use zip::ZipArchive;

use super::dates::Epoch;
use super::limits::{self, Budget};
use super::{Sheet, SheetError, Workbook};
use styles::Styles;
use xml::{Node, Xml, attribute, attribute_local, is_true};

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// What all sheets of a workbook share.
#[derive(Default)]
struct Shared {
    strings: Vec<Arc<str>>,
    styles: Styles,
    epoch: Epoch,
}

/// A sheet as the workbook lists it.
struct Listed {
    name: String,
    hidden: bool,
    relation: String,
}

/// What one part says of another.
struct Relation {
    id: String,
    kind: String,
    target: String,
}

pub(super) fn read(bytes: &[u8]) -> Result<Workbook, SheetError> {
    let mut archive = open(bytes)?;
    let unpacked = Meter::default();
    let root = relations(&mut archive, "_rels/.rels", "", &unpacked)?;
    let book = root.iter().find(|relation| relation.kind.ends_with("/officeDocument"));
    let book = book.map_or_else(|| "xl/workbook.xml".to_owned(), |relation| relation.target.clone());
    let (folder, file) = book.rsplit_once('/').unwrap_or(("", &book));
    let parts = relations(&mut archive, &format!("{folder}/_rels/{file}.rels"), folder, &unpacked)?;
    let (listed, epoch) = list(&mut archive, &book, &unpacked)?;
    let part = |kind: &str| parts.iter().find(|part| part.kind.ends_with(kind)).map(|part| part.target.as_str());
    let mut budget = Budget::new();
    let mut shared = Shared { epoch, ..Shared::default() };
    if let Some(mut xml) = part("/styles").map(|name| Xml::open(&mut archive, name, &unpacked)).transpose()?.flatten() {
        shared.styles = styles::read(&mut xml)?;
    }
    if let Some(name) = part("/sharedStrings")
        && let Some(mut xml) = Xml::open(&mut archive, name, &unpacked)?
    {
        shared.strings = cells::strings(&mut xml, &mut budget)?;
    }
    let mut workbook = Workbook::default();
    for sheet in listed {
        // A sheet that is a chart or a dialogue has no cells.
        let part = parts.iter().find(|part| part.id == sheet.relation && part.kind.ends_with("/worksheet"));
        let Some(part) = part else { continue };
        let Some(mut xml) = Xml::open(&mut archive, &part.target, &unpacked)? else {
            return Err(SheetError::Damaged("a sheet is listed that is not there"));
        };
        let rows = cells::rows(&mut xml, &shared, &mut budget)?;
        workbook.sheets.push(Sheet { name: sheet.name, hidden: sheet.hidden, rows });
    }
    if workbook.sheets.is_empty() { Err(SheetError::Damaged("it has no sheet")) } else { Ok(workbook) }
}

/// What may still come out of the archive.
struct Meter {
    bytes: Counter<usize>,
    pieces: Counter<usize>,
}

impl Default for Meter {
    fn default() -> Self {
        Self { bytes: Counter::new(limits::UNPACKED_BYTES), pieces: Counter::new(limits::PIECES) }
    }
}

/// Opens the archive, after counting what its list would cost, and looks at the names and sizes that it claims.
fn open(bytes: &[u8]) -> Result<Archive<'_>, SheetError> {
    const DAMAGED: SheetError = SheetError::Damaged("its archive cannot be opened");
    // Each entry of the list begins with these four bytes, wherever the archive says that the list is.
    if bytes.windows(4).filter(|at| *at == b"PK\x01\x02").nth(limits::PARTS).is_some() {
        return Err(SheetError::TooManyParts);
    }
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| DAMAGED)?;
    let mut claimed: u64 = 0;
    for at in 0..archive.len() {
        let entry = archive.by_index_data(at).map_err(|_| DAMAGED)?;
        claimed = claimed.saturating_add(entry.size());
        if entry.encrypted() {
            return Err(SheetError::Protected);
        }
        check_name(&entry.name().map_err(|_| DAMAGED)?)?;
    }
    if claimed > limits::UNPACKED_BYTES as u64 {
        return Err(SheetError::TooMuchUnpacked);
    }
    if archive.index_for_name("[Content_Types].xml").is_none() {
        return Err(match archive.index_for_name("mimetype") {
            Some(_) => SheetError::OtherForm("an OpenDocument table"),
            None => SheetError::NotATable("a packed file"),
        });
    }
    Ok(archive)
}

fn check_name(name: &str) -> Result<(), SheetError> {
    const PACKED: [&str; 12] =
        [".zip", ".xlsx", ".xlsm", ".xls", ".docx", ".pptx", ".rar", ".7z", ".gz", ".jar", ".exe", ".ole"];
    let lower = name.to_lowercase();
    if lower.ends_with("vbaproject.bin") {
        return Err(SheetError::Macros);
    }
    if lower == "xl/workbook.bin" {
        return Err(SheetError::OtherForm("a binary workbook (XLSB)"));
    }
    if lower == "word/document.xml" || lower == "ppt/presentation.xml" {
        return Err(SheetError::NotATable("a text document or a presentation"));
    }
    if lower.contains("/embeddings/") || PACKED.iter().any(|ending| lower.ends_with(ending)) {
        return Err(SheetError::Embedded(name.chars().filter(|c| !c.is_control()).take(80).collect()));
    }
    Ok(())
}

/// The parts that a part names, with their names in the archive.
fn relations(
    archive: &mut Archive<'_>,
    part: &str,
    folder: &str,
    unpacked: &Meter,
) -> Result<Vec<Relation>, SheetError> {
    let mut found = Vec::new();
    let Some(mut xml) = Xml::open(archive, part.trim_start_matches('/'), unpacked)? else { return Ok(found) };
    loop {
        match xml.next()? {
            Node::Open(tag) if tag.local_name().as_ref() == "Relationship" => {
                let named = |name| Ok(attribute(&tag, name)?.unwrap_or_default());
                let target: String = named("Target")?;
                let target = match target.strip_prefix('/') {
                    Some(from_root) => from_root.to_owned(),
                    None if folder.is_empty() => target,
                    None => format!("{folder}/{target}"),
                };
                found.push(Relation { id: named("Id")?, kind: named("Type")?, target });
                if found.len() > limits::PARTS {
                    return Err(SheetError::TooManyParts);
                }
            }
            Node::End => return Ok(found),
            _ => {}
        }
    }
}

/// The sheets in the order of their tabs, and the day from which the workbook counts.
fn list(archive: &mut Archive<'_>, part: &str, unpacked: &Meter) -> Result<(Vec<Listed>, Epoch), SheetError> {
    let (mut found, mut epoch) = (Vec::new(), Epoch::Y1900);
    let Some(mut xml) = Xml::open(archive, part, unpacked)? else {
        return Err(SheetError::NotATable("a packed file without a workbook"));
    };
    loop {
        match xml.next()? {
            Node::Open(tag) if tag.local_name().as_ref() == "sheet" => {
                found.push(listed(&tag)?);
                if found.len() > limits::SHEETS {
                    return Err(SheetError::TooManySheets);
                }
            }
            Node::Open(tag) if tag.local_name().as_ref() == "workbookPr" => {
                if attribute(&tag, "date1904")?.is_some_and(|value| is_true(&value)) {
                    epoch = Epoch::Y1904;
                }
            }
            Node::End => return Ok((found, epoch)),
            _ => {}
        }
    }
}

fn listed(tag: &BytesStart<'_>) -> Result<Listed, SheetError> {
    Ok(Listed {
        name: attribute(tag, "name")?.unwrap_or_default(),
        hidden: attribute(tag, "state")?.is_some_and(|state| state != "visible"),
        relation: attribute_local(tag, "id")?.unwrap_or_default(),
    })
}
