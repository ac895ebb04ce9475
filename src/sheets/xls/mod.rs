//! XLS: the binary workbooks of Excel 97 to 2003 (MS-XLS, "BIFF8").

mod container;
mod records;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::cell::{Cell, Number};
use super::dates::{Epoch, date_or_number, is_builtin_date, is_date_format};
use super::limits::{self, Budget};
use super::{Row, Sheet, SheetError, Workbook};
use records::{DAMAGED, Fields, Record, Records, rk};

/// The version that a workbook of Excel 97 or later says it has.
const BIFF8: u16 = 0x0600;

/// What all sheets of a workbook share.
#[derive(Default)]
struct Shared {
    strings: Vec<Arc<str>>,
    date_formats: BTreeSet<u16>,
    /// For each style whether it shows a date.
    dates: Vec<bool>,
    epoch: Epoch,
    listed: Vec<Listed>,
}

/// A sheet as the workbook lists it.
struct Listed {
    name: String,
    hidden: bool,
    at: usize,
}

pub(super) fn read(bytes: &[u8]) -> Result<Workbook, SheetError> {
    let stream = container::workbook(bytes)?;
    let mut budget = Budget::new();
    let shared = globals(&stream, &mut budget)?;
    let mut sheets = Vec::new();
    let mut walked = 0;
    for listed in &shared.listed {
        let mut records = Records::from(&stream, listed.at)?;
        let before = records.left();
        let rows = rows(&mut records, &shared, &mut budget)?;
        // Sheets that lie over each other would let a small file be read two hundred times.
        walked += before - records.left();
        if walked > stream.len() {
            return Err(DAMAGED);
        }
        sheets.push(Sheet { name: listed.name.clone(), hidden: listed.hidden, rows });
    }
    if sheets.is_empty() { Err(SheetError::Damaged("it has no sheet")) } else { Ok(Workbook { sheets }) }
}

fn globals(stream: &[u8], budget: &mut Budget) -> Result<Shared, SheetError> {
    let mut shared = Shared::default();
    let mut records = Records::from(stream, 0)?;
    begin(&mut records)?;
    while let Some(record) = records.next()? {
        let mut fields = record.reader();
        match record.kind {
            0x0A => return Ok(shared),
            0x2F => return Err(SheetError::Protected),
            0x22 if fields.u16()? == 1 => shared.epoch = Epoch::Y1904,
            0x85 => shared.listed.extend(listed(&mut fields)?),
            0xE0 => {
                let (_, format) = (fields.u16()?, fields.u16()?);
                let is_date = is_builtin_date(u32::from(format)) || shared.date_formats.contains(&format);
                shared.dates.push(is_date);
            }
            0x41E => {
                let (format, length) = (fields.u16()?, fields.u16()?);
                if is_date_format(&fields.text(usize::from(length))?) {
                    shared.date_formats.insert(format);
                }
            }
            0xFC => shared.strings = strings(&mut fields, budget)?,
            _ => {}
        }
        if shared.listed.len() > limits::SHEETS {
            return Err(SheetError::TooManySheets);
        }
    }
    Err(SheetError::Damaged("it breaks off"))
}

fn begin(records: &mut Records<'_>) -> Result<(), SheetError> {
    let first = records.next()?.ok_or(DAMAGED)?;
    match (first.kind, first.reader().u16()?) {
        (0x809, BIFF8) => Ok(()),
        (0x809, _) => Err(SheetError::OtherForm("a workbook of Excel 95 or older")),
        _ => Err(DAMAGED),
    }
}

/// A sheet of cells; charts and macro sheets are none.
fn listed(fields: &mut Fields<'_>) -> Result<Option<Listed>, SheetError> {
    let (at, state, kind, length) = (fields.u32()?, fields.u8()?, fields.u8()?, fields.u8()?);
    let name = fields.text(usize::from(length))?;
    Ok((kind == 0).then(|| Listed { name, hidden: state & 3 != 0, at: at as usize }))
}

fn strings(fields: &mut Fields<'_>, budget: &mut Budget) -> Result<Vec<Arc<str>>, SheetError> {
    let (_, count) = (fields.u32()?, fields.u32()?);
    let mut found = Vec::new();
    for _ in 0..count {
        let length = fields.u16()?;
        let text = fields.text(usize::from(length))?;
        budget.spend(size_of::<Arc<str>>())?;
        budget.spend_text(&text)?;
        found.push(text.into());
    }
    Ok(found)
}

/// The rows of a sheet while its cells come in.
struct Grid<'a> {
    rows: BTreeMap<u16, Row>,
    hidden: BTreeSet<u16>,
    /// Where the text of a formula goes that comes in the next record.
    awaited: Option<(u16, u16)>,
    shared: &'a Shared,
    budget: &'a mut Budget,
}

fn rows(records: &mut Records<'_>, shared: &Shared, budget: &mut Budget) -> Result<Vec<Row>, SheetError> {
    begin(records)?;
    let (rows, hidden) = (BTreeMap::new(), BTreeSet::new());
    let mut grid = Grid { rows, hidden, awaited: None, shared, budget };
    loop {
        let record = records.next()?.ok_or(SheetError::Damaged("a sheet breaks off"))?;
        match record.kind {
            0x0A => break,
            // Charts and the like lie inside a sheet, each with a beginning and an end of its own.
            0x809 => skip_inner(records)?,
            _ => grid.take(&record)?,
        }
    }
    let Grid { mut rows, hidden, .. } = grid;
    for number in hidden {
        if let Some(row) = rows.get_mut(&number) {
            row.hidden = true;
        }
    }
    Ok(rows.into_values().collect())
}

fn skip_inner(records: &mut Records<'_>) -> Result<(), SheetError> {
    let mut depth = 1;
    while depth > 0 {
        match records.next()?.ok_or(SheetError::Damaged("a sheet breaks off"))?.kind {
            0x809 => depth += 1,
            0x0A => depth -= 1,
            _ => {}
        }
    }
    Ok(())
}

impl Grid<'_> {
    fn take(&mut self, record: &Record<'_>) -> Result<(), SheetError> {
        let mut fields = record.reader();
        match record.kind {
            0x208 => {
                let row = fields.u16()?;
                fields.skip(10)?;
                if fields.u32()? & 0x20 != 0 {
                    self.hidden.insert(row);
                }
            }
            0xBD => {
                let (row, mut column) = (fields.u16()?, fields.u16()?);
                while fields.left() >= 8 {
                    let (style, bits) = (fields.u16()?, fields.u32()?);
                    self.number((row, column), style, rk(bits))?;
                    column = column.saturating_add(1);
                }
            }
            0x207 => {
                if let Some(at) = self.awaited.take() {
                    let length = fields.u16()?;
                    let text = fields.text(usize::from(length))?;
                    self.text(at, &text)?;
                }
            }
            0xFD | 0x203 | 0x27E | 0x204 | 0xD6 | 0x205 | 0x06 => self.single(record.kind, &mut fields)?,
            _ => {}
        }
        Ok(())
    }

    /// A record that is one cell.
    fn single(&mut self, kind: u16, fields: &mut Fields<'_>) -> Result<(), SheetError> {
        let (at, style) = ((fields.u16()?, fields.u16()?), fields.u16()?);
        match kind {
            0xFD => {
                let text = self.shared.strings.get(fields.u32()? as usize).ok_or(DAMAGED)?;
                let cell = match Cell::of_text(text) {
                    Cell::Text(same) if *same == **text => Cell::Text(Arc::clone(text)),
                    other => other,
                };
                self.put(at, cell)
            }
            0x27E => {
                let bits = fields.u32()?;
                self.number(at, style, rk(bits))
            }
            0x204 | 0xD6 => {
                let length = fields.u16()?;
                let text = fields.text(usize::from(length))?;
                self.text(at, &text)
            }
            0x205 => {
                let (value, is_error) = (fields.u8()?, fields.u8()?);
                self.put(at, if is_error == 0 { Cell::Bool(value != 0) } else { Cell::Empty })
            }
            _ => {
                let value = fields.eight()?;
                // A formula whose result is no number says so where the exponent of a number would be.
                match (kind, value) {
                    (0x06, [0, .., 0xFF, 0xFF]) => self.awaited = Some(at),
                    (0x06, [1, _, value, .., 0xFF, 0xFF]) => return self.put(at, Cell::Bool(value != 0)),
                    (0x06, [.., 0xFF, 0xFF]) => {}
                    _ => return self.number(at, style, f64::from_le_bytes(value)),
                }
                Ok(())
            }
        }
    }

    fn number(&mut self, at: (u16, u16), style: u16, value: f64) -> Result<(), SheetError> {
        let Some(number) = Number::of(value) else { return Ok(()) };
        self.budget.spend_text(&number.text)?;
        let is_date = self.shared.dates.get(usize::from(style)).copied().unwrap_or(false);
        self.put(at, if is_date { date_or_number(number, self.shared.epoch) } else { Cell::Number(number) })
    }

    fn text(&mut self, at: (u16, u16), text: &str) -> Result<(), SheetError> {
        self.budget.spend_text(text)?;
        self.put(at, Cell::of_text(text))
    }

    fn put(&mut self, (row, column): (u16, u16), cell: Cell) -> Result<(), SheetError> {
        if cell.is_empty() {
            return Ok(());
        }
        let (number, column) = (u32::from(row) + 1, usize::from(column));
        if column >= limits::COLUMNS {
            return Err(SheetError::TooManyColumns(number));
        }
        if !self.rows.contains_key(&row) {
            self.budget.spend_row(0)?;
        }
        let row = self.rows.entry(row).or_insert_with(|| Row { number, ..Row::default() });
        if column >= row.cells.len() {
            self.budget.spend((column + 1 - row.cells.len()) * size_of::<Cell>())?;
            row.cells.resize(column + 1, Cell::Empty);
        }
        row.cells[column] = cell;
        Ok(())
    }
}
