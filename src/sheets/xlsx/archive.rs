//! The archive of a workbook, looked through before anything in it is read: what its list claims, what comes out of
//! each part, and whether that is what spreadsheet programs pack.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::super::SheetError;
use super::super::limits;

pub(super) type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Opens the archive and unpacks every part once, without keeping anything.
pub(super) fn open(bytes: &[u8]) -> Result<Archive<'_>, SheetError> {
    const DAMAGED: SheetError = SheetError::Damaged("its archive cannot be opened");
    // Each entry of the list begins with these four bytes, wherever the archive says that the list is.
    if bytes.windows(4).filter(|at| *at == b"PK\x01\x02").nth(limits::PARTS).is_some() {
        return Err(SheetError::TooManyParts);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| DAMAGED)?;
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
    let mut left = limits::UNPACKED_BYTES;
    for at in 0..archive.len() {
        unpack(&mut archive, at, &mut left)?;
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

/// Whether a part is XML by its name; calamine is given no other.
pub(super) fn is_xml(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower.ends_with(".xml") || lower.ends_with(".rels")
}

fn unpack(archive: &mut Archive<'_>, at: usize, left: &mut usize) -> Result<(), SheetError> {
    const DAMAGED: SheetError = SheetError::Damaged("a part of it cannot be unpacked");
    let mut part = archive.by_index(at).map_err(|_| DAMAGED)?;
    let mut scan = part.name().ok().filter(|name| is_xml(name)).map(|_| Scan::default());
    let (mut buffer, mut bytes) = ([0; 16 * 1024], 0);
    loop {
        let read = part.read(&mut buffer).map_err(|_| DAMAGED)?;
        if read == 0 {
            // The size is relied on from here on.
            return if bytes == part.size() { Ok(()) } else { Err(DAMAGED) };
        }
        bytes += read as u64;
        *left = left.checked_sub(read).ok_or(SheetError::TooMuchUnpacked)?;
        if let Some(scan) = &mut scan {
            scan.look(&buffer[..read])?;
        }
    }
}

/// XML that passes by.
#[derive(Default)]
struct Scan {
    /// The last bytes seen, in which something may have begun, and those being looked at.
    window: Vec<u8>,
    /// Bytes since the last tag began.
    piece: usize,
}

impl Scan {
    fn look(&mut self, bytes: &[u8]) -> Result<(), SheetError> {
        const WORDS: [&[u8]; 2] = [b"<!DOCTYPE", b"<!ENTITY"];
        let overlap = self.window.len().min(WORDS[0].len() - 1);
        self.window.drain(..self.window.len() - overlap);
        self.window.extend_from_slice(bytes);
        let mut places = self.window.iter().enumerate().filter(|(_, byte)| **byte == b'<');
        if places.any(|(at, _)| WORDS.iter().any(|word| self.window[at..].starts_with(word))) {
            return Err(SheetError::Entities);
        }
        for byte in bytes {
            self.piece = if *byte == b'<' { 0 } else { self.piece + 1 };
            if self.piece > limits::PIECE_BYTES {
                return Err(SheetError::Damaged("a tag or a text of it is longer than a spreadsheet program writes"));
            }
            // UTF-16, in which the words above would look different.
            if *byte == 0 {
                return Err(SheetError::Damaged("a part of it is not proper XML"));
            }
        }
        Ok(())
    }
}
