//! The compound file in which old binary workbooks lie (MS-CFB).

use std::io::{Cursor, Read, Write};

use cfb::{CompoundFile, Version};

use super::super::SheetError;
use super::super::limits;

/// The stream of a workbook, after a look at what else lies in the file.
pub(super) fn workbook(bytes: &[u8]) -> Result<Vec<u8>, SheetError> {
    const DAMAGED: SheetError = SheetError::Damaged("its container cannot be read");
    let mut container = CompoundFile::open(Cursor::new(bytes)).map_err(|_| DAMAGED)?;
    for entry in container.walk() {
        check_name(entry.name())?;
    }
    if !container.is_stream("/Workbook") {
        return Err(match container.is_stream("/Book") {
            true => SheetError::OtherForm("a workbook of Excel 95 or older"),
            false => SheetError::NotATable("a document of another program"),
        });
    }
    let stream = container.open_stream("/Workbook").map_err(|_| DAMAGED)?;
    let (claimed, mut found) = (stream.len(), Vec::new());
    stream.take(limits::FILE_BYTES as u64).read_to_end(&mut found).map_err(|_| DAMAGED)?;
    if found.len() as u64 == claimed { Ok(found) } else { Err(DAMAGED) }
}

/// Refuses what the names of the other streams give away.
fn check_name(name: &str) -> Result<(), SheetError> {
    match name {
        "EncryptedPackage" => Err(SheetError::Protected),
        "_VBA_PROJECT_CUR" | "_VBA_PROJECT" | "VBA" | "Macros" => Err(SheetError::Macros),
        "WordDocument" | "PowerPoint Document" => Err(SheetError::NotATable("a text document or a presentation")),
        name if name.starts_with("MBD") => Err(SheetError::Embedded(name.to_owned())),
        _ => Ok(()),
    }
}

/// A compound file with this stream of a workbook and nothing else.
pub(super) fn wrap(stream: &[u8]) -> Result<Vec<u8>, SheetError> {
    let wrapped = || {
        let mut container = CompoundFile::create_with_version(Version::V3, Cursor::new(Vec::new()))?;
        container.create_stream("/Workbook")?.write_all(stream)?;
        container.flush()?;
        Ok::<_, std::io::Error>(container.into_inner().into_inner())
    };
    wrapped().map_err(|_| SheetError::Damaged("it cannot be read as a workbook"))
}
