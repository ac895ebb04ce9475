//! A copy of a workbook's records with those of its cells alone. Left out is what would cost more than it is worth:
//! sizes that sheets claim, formulas, charts, macros. Values are not looked at; calamine reads them from the copy.
//!
//! calamine copies a shared text for each cell that names it, so that a megabyte of a file could become gigabytes. In
//! the copy each text is therefore named once, on a sheet of its own, and the cells' places are kept beside it.

use std::collections::BTreeSet;

use super::super::limits;
use super::super::{SheetError, Span};

/// The name of the sheet of texts, which no program allows.
pub(super) const TEXTS: &str = "/";
const DAMAGED: SheetError = SheetError::Damaged("a record of it cannot be read");
/// The version that a workbook of Excel 97 or later says it has.
const BIFF8: u16 = 0x0600;

// The types of records (MS-XLS 2.3) that are copied or counted.
const BEGIN: u16 = 0x809;
const END: u16 = 0x0A;
const CONTINUE: u16 = 0x3C;
const PASSWORD: u16 = 0x2F;
const CODE_PAGE: u16 = 0x42;
const FIRST_DAY: u16 = 0x22;
const FORMAT: u16 = 0x41E;
const STYLE: u16 = 0xE0;
const SHEET: u16 = 0x85;
const SHARED_TEXTS: u16 = 0xFC;
const ROW: u16 = 0x208;
const TEXT_CELL: u16 = 0xFD;
const TEXT: u16 = 0x204;
const RICH_TEXT: u16 = 0xD6;
const NUMBER: u16 = 0x203;
const SMALL_NUMBER: u16 = 0x27E;
const NUMBERS: u16 = 0xBD;
const FLAG: u16 = 0x205;
const FORMULA: u16 = 0x06;
const FORMULA_TEXT: u16 = 0x207;
const MERGED: u16 = 0xE5;

/// A copy, and what was seen while it was made.
pub(super) struct Copy {
    pub(super) stream: Vec<u8>,
    /// The sheets of cells in the order of their tabs.
    pub(super) sheets: Vec<Counted>,
    /// The numbers of the shared texts that cells name, in order.
    pub(super) texts: Vec<u32>,
}

/// A sheet as its records were counted.
#[derive(Default)]
pub(super) struct Counted {
    /// The numbers, from 1, of the rows that are not shown.
    pub(super) hidden: BTreeSet<u32>,
    /// Row and column of cells, counted from 0, and the number of the shared text that stands there.
    pub(super) texts: Vec<((u32, u32), u32)>,
    /// Cells that reach over several rows.
    pub(super) spans: Vec<Span>,
    /// First and last row, first and last column of all other cells.
    extent: Option<[u16; 4]>,
}

/// Where the sheet of texts has the one at this place in their order: row and column.
pub(super) fn place(at: usize) -> (u32, u32) {
    ((at / 256) as u32, (at % 256) as u32)
}

/// What the sheets of a workbook cost together.
#[derive(Default)]
struct Cost {
    /// Records of cells.
    cells: usize,
    /// Cells of the rectangles in which calamine lays them out.
    laid_out: usize,
    /// Bytes of records, which sheets that lie over each other have many times.
    walked: usize,
}

impl Cost {
    fn bytes(&self) -> usize {
        self.cells * limits::BINARY_CELL + self.laid_out * limits::BINARY_PLACE
    }
}

/// Copies the stream of a workbook.
pub(super) fn of(stream: &[u8]) -> Result<Copy, SheetError> {
    let Globals { mut copied, bounds, texts_field } = globals(stream)?;
    let (mut sheets, mut cost) = (Vec::new(), Cost::default());
    for (field, at) in bounds {
        set_position(&mut copied, field);
        let counted = sheet(stream.get(at as usize..).ok_or(DAMAGED)?, &mut copied, &mut cost)?;
        if let Some([top, bottom, left, right]) = counted.extent {
            cost.laid_out += (usize::from(bottom - top) + 1) * (usize::from(right - left) + 1);
        }
        if cost.bytes() > limits::BINARY_CELL_BYTES {
            return Err(SheetError::TooMuch);
        }
        if cost.walked > stream.len() {
            return Err(DAMAGED);
        }
        sheets.push(counted);
    }
    let texts: BTreeSet<u32> = sheets.iter().flat_map(|sheet| sheet.texts.iter().map(|(_, text)| *text)).collect();
    let texts: Vec<u32> = texts.into_iter().collect();
    set_position(&mut copied, texts_field);
    append(&mut copied, BEGIN, &BIFF8.to_le_bytes());
    for (at, text) in texts.iter().enumerate() {
        let (row, column) = place(at);
        let place = [(row as u16).to_le_bytes(), (column as u16).to_le_bytes(), [0, 0]].concat();
        append(&mut copied, TEXT_CELL, &[&place[..], &text.to_le_bytes()].concat());
    }
    append(&mut copied, END, &[]);
    Ok(Copy { stream: copied, sheets, texts })
}

/// What all sheets share, copied, with a sheet of texts added to the list.
struct Globals {
    copied: Vec<u8>,
    /// For each sheet, where in the copy its position is to be written and where in the stream it begins.
    bounds: Vec<(usize, u32)>,
    /// Where in the copy the position of the sheet of texts is to be written.
    texts_field: usize,
}

/// Copies what all sheets share.
fn globals(stream: &[u8]) -> Result<Globals, SheetError> {
    let (mut copied, mut bounds, mut in_texts, mut text_bytes) = (Vec::new(), Vec::new(), false, 0);
    let mut rest = stream;
    begin(&mut rest, &mut copied)?;
    loop {
        let (kind, data) = next(&mut rest)?;
        in_texts = kind == SHARED_TEXTS || (in_texts && kind == CONTINUE);
        // The library makes room for as many texts as are claimed, and reads no more.
        if kind == SHARED_TEXTS && long(data, 4)? as usize > limits::BINARY_TEXTS {
            return Err(SheetError::TooMuch);
        }
        match kind {
            END => break,
            PASSWORD => return Err(SheetError::Protected),
            // Charts and sheets of macros are of other types than 0.
            SHEET if data.get(5) == Some(&0) => {
                bounds.push((copied.len() + 4, long(data, 0)?));
                append(&mut copied, kind, data);
            }
            _ if in_texts => {
                text_bytes += data.len();
                append(&mut copied, kind, data);
            }
            CODE_PAGE | FIRST_DAY | FORMAT | STYLE => append(&mut copied, kind, data),
            _ => {}
        }
        if text_bytes > limits::BINARY_TEXT_BYTES {
            return Err(SheetError::TooMuch);
        }
        if bounds.len() > limits::SHEETS {
            return Err(SheetError::TooManySheets);
        }
    }
    if bounds.is_empty() {
        return Err(SheetError::Damaged("it has no sheet"));
    }
    let texts_field = copied.len() + 4;
    // A place, shown, of cells, and a name of one letter of one byte.
    append(&mut copied, SHEET, &[&[0, 0, 0, 0, 0, 0, 1, 0], TEXTS.as_bytes()].concat());
    append(&mut copied, END, &[]);
    Ok(Globals { copied, bounds, texts_field })
}

/// Copies the cells of a sheet.
fn sheet(mut rest: &[u8], copied: &mut Vec<u8>, cost: &mut Cost) -> Result<Counted, SheetError> {
    let (before, mut counted, mut depth, mut has_formula) = (rest.len(), Counted::default(), 1, false);
    begin(&mut rest, copied)?;
    while depth > 0 {
        let (kind, data) = next(&mut rest)?;
        match kind {
            // Charts and the like lie inside a sheet, each with a beginning and an end of its own.
            BEGIN => depth += 1,
            END => depth -= 1,
            _ if depth > 1 => {}
            ROW if long(data, 12)? & 0x20 != 0 => {
                counted.hidden.insert(u32::from(short(data, 0)?) + 1);
            }
            TEXT_CELL => {
                counted.texts.push(((short(data, 0)?.into(), short(data, 2)?.into()), long(data, 6)?));
                cost.cells += 1;
            }
            FORMULA => {
                has_formula = true;
                counted.reach(data, short(data, 2)?)?;
                // The result without the formula, whose length of 0 follows.
                append(copied, kind, &[data.get(..20).ok_or(DAMAGED)?, &[0, 0]].concat());
                cost.cells += 1;
            }
            NUMBERS => {
                let last = short(data, data.len().saturating_sub(2))?;
                counted.reach(data, last)?;
                append(copied, kind, data);
                cost.cells += data.len() / 6;
            }
            NUMBER | SMALL_NUMBER | FLAG | TEXT | RICH_TEXT => {
                if matches!(kind, TEXT | RICH_TEXT) {
                    check_length(data, 6)?;
                }
                counted.reach(data, short(data, 2)?)?;
                append(copied, kind, data);
                cost.cells += 1;
            }
            // It belongs to the formula before it.
            FORMULA_TEXT if has_formula => {
                check_length(data, 0)?;
                append(copied, kind, data);
                cost.cells += 1;
            }
            MERGED => counted.merge(data)?,
            _ => {}
        }
        if cost.bytes() > limits::BINARY_CELL_BYTES {
            return Err(SheetError::TooMuch);
        }
    }
    append(copied, END, &[]);
    counted.spans.sort_unstable();
    cost.walked += before - rest.len();
    Ok(counted)
}

impl Counted {
    /// Counts a record of cells from its own column up to this one in.
    fn reach(&mut self, data: &[u8], last: u16) -> Result<(), SheetError> {
        let (row, first) = (short(data, 0)?, short(data, 2)?);
        if first > last {
            return Err(DAMAGED);
        }
        let [top, bottom, left, right] = self.extent.unwrap_or([row, row, first, last]);
        self.extent = Some([top.min(row), bottom.max(row), left.min(first), right.max(last)]);
        Ok(())
    }

    /// Notes merged cells: their number, then first and last row, first and last column of each.
    fn merge(&mut self, data: &[u8]) -> Result<(), SheetError> {
        for at in (0..usize::from(short(data, 0)?)).map(|merged| 2 + 8 * merged) {
            let (first, last, column) = (short(data, at)?, short(data, at + 2)?, short(data, at + 4)?);
            super::super::span(&mut self.spans, u32::from(first) + 1, u32::from(last) + 1, column.into())?;
        }
        Ok(())
    }
}

/// Copies the record with which a workbook or a sheet begins.
fn begin(rest: &mut &[u8], copied: &mut Vec<u8>) -> Result<(), SheetError> {
    let (kind, data) = next(rest)?;
    match (kind, short(data, 0)?) {
        (BEGIN, BIFF8) => append(copied, kind, data),
        (BEGIN, _) => return Err(SheetError::OtherForm("a workbook of Excel 95 or older")),
        _ => return Err(DAMAGED),
    }
    Ok(())
}

/// The next record: its type and its bytes.
fn next<'a>(rest: &mut &'a [u8]) -> Result<(u16, &'a [u8]), SheetError> {
    let (head, after) = rest.split_first_chunk::<4>().ok_or(SheetError::Damaged("it breaks off"))?;
    let length = usize::from(u16::from_le_bytes([head[2], head[3]]));
    let (data, after) = after.split_at_checked(length).ok_or(DAMAGED)?;
    *rest = after;
    Ok((u16::from_le_bytes([head[0], head[1]]), data))
}

fn append(copied: &mut Vec<u8>, kind: u16, data: &[u8]) {
    copied.extend_from_slice(&kind.to_le_bytes());
    // The bytes are those of a record, whose length fits.
    copied.extend_from_slice(&(data.len() as u16).to_le_bytes());
    copied.extend_from_slice(data);
}

/// Writes into the list of sheets that one begins here.
fn set_position(copied: &mut [u8], field: usize) {
    let position = (copied.len() as u32).to_le_bytes();
    copied[field..field + 4].copy_from_slice(&position);
}

/// Refuses a text that claims more letters than it has bytes, for which calamine would take the room.
fn check_length(data: &[u8], at: usize) -> Result<(), SheetError> {
    if usize::from(short(data, at)?) > data.len() { Err(DAMAGED) } else { Ok(()) }
}

fn short(data: &[u8], at: usize) -> Result<u16, SheetError> {
    let two = data.get(at..at + 2).ok_or(DAMAGED)?;
    Ok(u16::from_le_bytes([two[0], two[1]]))
}

fn long(data: &[u8], at: usize) -> Result<u32, SheetError> {
    Ok(u32::from(short(data, at)?) | u32::from(short(data, at + 2)?) << 16)
}
