//! Tables out of files that other people made: XLSX, XLS and CSV, read the same way into sheets of rows of cells.
//!
//! What a file is, its first bytes say; its name is not asked. A file is taken whole or refused with a sentence that
//! a person can act on. Nothing in it is believed before it is counted: how much is unpacked, how many rows, columns
//! and cells there are and how much memory they take is bounded in [`limits`], whatever the file claims of itself.
//! Formulas are not computed: a cell has the value that was stored with it.
//!
//! Workbooks are parsed by the crate calamine. It believes what a file says of itself, so `xlsx` and `xls` look at
//! the file first and hand over only what cannot cost more than the limits.

mod cell;
mod csv;
mod encoding;
mod grid;
mod harmless;
pub mod limits;
pub mod table;
mod xls;
mod xlsx;

use std::panic::{AssertUnwindSafe, catch_unwind};

use thiserror::Error;

pub use cell::{Cell, Number, plain};
pub use harmless::harmless;

/// What a file with tables may be called on its way here.
pub const MEDIA_TYPES: &[&str] = &[
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.ms-excel",
    "application/octet-stream",
];

/// All sheets of a file, in its order; a CSV file is one sheet without a name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Workbook {
    /// The sheets.
    pub sheets: Vec<Sheet>,
}

/// A sheet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// The name on its tab.
    pub name: String,
    /// Whether the person who made the file does not show it.
    pub hidden: bool,
    /// The rows with something in them, from the top.
    pub rows: Vec<Row>,
    /// Cells that were made one downwards, of which only the uppermost holds the content: by column, from the top.
    pub spans: Vec<Span>,
}

/// A cell that reaches over several rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The column, counted from 0; the leftmost when it reaches over several.
    pub column: usize,
    /// The number of the row that holds the content.
    pub first: u32,
    /// The number of the last row that it reaches.
    pub last: u32,
}

impl Sheet {
    /// The cell that a person sees at a place: the content of a cell that reaches down to it counts there too.
    pub fn seen<'a>(&'a self, row: &'a Row, column: usize) -> &'a Cell {
        let own = row.cell(column);
        if !own.is_empty() {
            return own;
        }
        let after = self.spans.partition_point(|span| (span.column, span.first) < (column, row.number));
        let above = after.checked_sub(1).map(|at| self.spans[at]);
        let holder = above.filter(|span| span.column == column && row.number <= span.last);
        let at = holder.and_then(|span| self.rows.binary_search_by_key(&span.first, |row| row.number).ok());
        at.map_or(own, |at| self.rows[at].cell(column))
    }
}

/// A row with something in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// As a spreadsheet program counts, from 1; in CSV the line on which it begins.
    pub number: u32,
    /// Whether the person who made the file does not show it, perhaps because of a filter.
    pub hidden: bool,
    /// From column A up to the last cell that is not empty.
    pub cells: Vec<Cell>,
}

impl Row {
    /// The cell of a column, counted from 0; empty beyond the last.
    pub fn cell(&self, column: usize) -> &Cell {
        self.cells.get(column).unwrap_or(&Cell::Empty)
    }
}

/// Why a file was not read. The texts are for the person who sent it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SheetError {
    /// Nothing, or nothing but white space.
    #[error("the file is empty")]
    Empty,
    /// More bytes than are looked at.
    #[error("the file is larger than {} MiB; send it in parts", .0 / limits::MIB)]
    TooLarge(usize),
    /// Something else, recognised by its first bytes.
    #[error("this is {0}, whatever its name says; send a table as XLSX, XLS or CSV")]
    NotATable(&'static str),
    /// A spreadsheet in a form that is not read.
    #[error("this is {0}; open it in a spreadsheet program and save it as XLSX")]
    OtherForm(&'static str),
    /// Encrypted.
    #[error("the file is protected by a password; save it without one")]
    Protected,
    /// With a program in it.
    #[error("the file holds macros, which are not taken; save it as XLSX without macros")]
    Macros,
    /// With a file in it.
    #[error("the file holds another file inside ({0}), which is not taken; remove it and save again")]
    Embedded(String),
    /// An XML document type or an entity of its own.
    #[error("the file defines or uses XML entities, which no spreadsheet program writes")]
    Entities,
    /// Parts of the archive.
    #[error("the file is packed from more than {} parts", limits::PARTS)]
    TooManyParts,
    /// More than is unpacked.
    #[error("the file unpacks to more than {} MiB; send it in parts", limits::UNPACKED_BYTES / limits::MIB)]
    TooMuchUnpacked,
    /// Sheets.
    #[error("the file has more than {} sheets", limits::SHEETS)]
    TooManySheets,
    /// Rows of all sheets together.
    #[error("the file has more than {} rows; send it in parts", limits::ROWS)]
    TooManyRows,
    /// Columns.
    #[error("row {0} reaches beyond column {most}; delete what is far to the right", most = limits::COLUMNS)]
    TooManyColumns(u32),
    /// Cells and texts of all sheets together.
    #[error("the file holds more text and cells than fit in {} MiB; send it in parts", limits::TABLE_BYTES / limits::MIB)]
    TooMuch,
    /// Neither UTF-8, UTF-16, GB18030 nor Windows-1251.
    #[error("the text is in no encoding known here; save it as CSV in UTF-8")]
    Encoding,
    /// Not what its first bytes promise.
    #[error("the file is damaged: {0}")]
    Damaged(&'static str),
}

/// Reads a file.
///
/// # Errors
/// [`SheetError`] says what is wrong with it.
pub fn read(bytes: &[u8]) -> Result<Workbook, SheetError> {
    if bytes.len() > limits::FILE_BYTES {
        return Err(SheetError::TooLarge(limits::FILE_BYTES));
    }
    match bytes {
        [] => Err(SheetError::Empty),
        [b'P', b'K', 3 | 5, ..] => unharmed(|| xlsx::read(bytes)),
        [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, ..] if bytes.len() > limits::BINARY_FILE_BYTES => {
            Err(SheetError::TooLarge(limits::BINARY_FILE_BYTES))
        }
        [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, ..] => unharmed(|| xls::read(bytes)),
        _ => match other_kind(bytes) {
            Some(refused) => Err(refused),
            None => csv::read(bytes),
        },
    }
}

/// Notes a cell that reaches over several rows; one that is only wide is none.
fn span(spans: &mut Vec<Span>, first: u32, last: u32, column: usize) -> Result<(), SheetError> {
    if spans.len() == limits::SPANS {
        return Err(SheetError::TooMuch);
    }
    if first < last {
        spans.push(Span { column, first, last });
    }
    Ok(())
}

/// The library that parses workbooks panics over some damaged ones; that is a refusal like any other.
fn unharmed(read: impl FnOnce() -> Result<Workbook, SheetError>) -> Result<Workbook, SheetError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or(Err(SheetError::Damaged("it cannot be read as a workbook")))
}

/// What else people send under the name of a table.
fn other_kind(bytes: &[u8]) -> Option<SheetError> {
    use SheetError::{NotATable, OtherForm};
    let head = &bytes[..bytes.len().min(1024)];
    if head.windows(5).any(|at| at == b"%PDF-") {
        return Some(NotATable("a PDF document"));
    }
    let known: [(&[u8], SheetError); 11] = [
        (b"\x89PNG", NotATable("a picture")),
        (b"\xFF\xD8\xFF", NotATable("a picture")),
        (b"GIF8", NotATable("a picture")),
        (b"RIFF", NotATable("a picture or a sound")),
        (b"\x1F\x8B", NotATable("a packed file")),
        (b"Rar!", NotATable("a packed file")),
        (b"7z\xBC\xAF", NotATable("a packed file")),
        (b"{\\rtf", NotATable("a text document")),
        (b"\x09\x00\x04\x00", OtherForm("a sheet of a very old spreadsheet program")),
        (b"\x09\x04\x06\x00", OtherForm("a sheet of a very old spreadsheet program")),
        (b"\x09\x08\x08\x00", OtherForm("a sheet of a very old spreadsheet program")),
    ];
    if let Some((_, refused)) = known.into_iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(refused);
    }
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    match text {
        [b'<', b'?' | b'!' | b'a'..=b'z' | b'A'..=b'Z', ..] => {
            Some(OtherForm("a web page or an XML file under the name of a table"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
