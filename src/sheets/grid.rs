//! Rows as they are built of the cells that calamine finds, each with its place.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use calamine::{Data, ExcelDateTime};
use chrono::{NaiveDate, NaiveDateTime, SubsecRound};

use super::cell::{Cell, Number};
use super::limits::{self, Budget};
use super::{Row, SheetError};

/// The last row of any spreadsheet program, counted from 1.
const LAST_ROW: u32 = 1_048_576;

/// What all sheets of a workbook keep together: a text that many cells have is kept once.
pub(super) struct Kept {
    budget: Budget,
    texts: HashSet<Arc<str>>,
    /// Bytes of text that may still be looked at, kept or not.
    left: usize,
}

/// The rows of a sheet.
pub(super) struct Grid<'k> {
    kept: &'k mut Kept,
    rows: BTreeMap<u32, Row>,
}

impl Kept {
    pub(super) fn new() -> Self {
        Self { budget: Budget::new(), texts: HashSet::new(), left: limits::NAMED_TEXT_BYTES }
    }

    /// Counts a text that a cell has, before anything is done with it.
    fn look_at(&mut self, text: &str) -> Result<(), SheetError> {
        self.left = self.left.checked_sub(text.len()).ok_or(SheetError::TooMuch)?;
        Ok(())
    }

    /// A cell that is going to stay.
    fn cell(&mut self, cell: Cell) -> Result<Cell, SheetError> {
        match cell {
            Cell::Text(text) if text.len() > limits::CELL_BYTES => Err(SheetError::TooMuch),
            Cell::Text(text) => {
                if let Some(same) = self.texts.get(&text) {
                    return Ok(Cell::Text(Arc::clone(same)));
                }
                self.budget.spend_text(&text)?;
                self.budget.spend(2 * size_of::<Arc<str>>())?;
                self.texts.insert(Arc::clone(&text));
                Ok(Cell::Text(text))
            }
            Cell::Number(number) => {
                self.budget.spend_text(&number.text)?;
                Ok(Cell::Number(number))
            }
            other => Ok(other),
        }
    }
}

impl<'k> Grid<'k> {
    pub(super) fn new(kept: &'k mut Kept) -> Self {
        Self { kept, rows: BTreeMap::new() }
    }

    /// Puts a cell as calamine gives it.
    pub(super) fn take(&mut self, place: (u32, u32), value: Data) -> Result<(), SheetError> {
        if let Data::String(text) = &value {
            self.kept.look_at(text)?;
        }
        self.put(place, cell(value))
    }

    /// Puts a text that is known already where a cell names it.
    pub(super) fn name(&mut self, place: (u32, u32), text: &Cell) -> Result<(), SheetError> {
        if let Cell::Text(text) = text {
            self.kept.look_at(text)?;
        }
        self.put(place, text.clone())
    }

    /// Puts a cell where it belongs; row and column are counted from 0.
    pub(super) fn put(&mut self, (row, column): (u32, u32), cell: Cell) -> Result<(), SheetError> {
        if cell.is_empty() {
            return Ok(());
        }
        let (number, column) = (row.saturating_add(1), column as usize);
        if number > LAST_ROW {
            return Err(SheetError::Damaged("it names a place that no sheet has"));
        }
        if column >= limits::COLUMNS {
            return Err(SheetError::TooManyColumns(number));
        }
        let cell = self.kept.cell(cell)?;
        let row = match self.rows.entry(number) {
            Entry::Occupied(row) => row.into_mut(),
            Entry::Vacant(place) => {
                self.kept.budget.spend_row(0)?;
                place.insert(Row { number, ..Row::default() })
            }
        };
        if column >= row.cells.len() {
            self.kept.budget.spend((column + 1 - row.cells.len()) * size_of::<Cell>())?;
            row.cells.resize(column + 1, Cell::Empty);
        }
        if !row.cells[column].is_empty() {
            return Err(SheetError::Damaged("it has two cells in one place"));
        }
        row.cells[column] = cell;
        Ok(())
    }

    /// The rows from the top; `hidden` are the numbers of those that are not shown.
    pub(super) fn finish(self, hidden: &BTreeSet<u32>) -> Vec<Row> {
        let finished = |mut row: Row| {
            row.cells.shrink_to_fit();
            row.hidden = hidden.contains(&row.number);
            row
        };
        self.rows.into_values().map(finished).collect()
    }
}

/// A cell as calamine gives it.
pub(super) fn cell(value: Data) -> Cell {
    let number = |value| Number::of(value).map_or(Cell::Empty, Cell::Number);
    match value {
        Data::Empty => Cell::Empty,
        Data::Int(value) => number(value as f64),
        Data::Float(value) => number(value),
        Data::String(text) => Cell::of_text(&text),
        Data::Bool(value) => Cell::Bool(value),
        Data::DateTime(at) => moment(&at).map_or_else(|| number(at.as_f64()), Cell::Date),
        Data::DateTimeIso(text) | Data::DurationIso(text) => {
            iso(&text).map_or_else(|| Cell::of_text(&text), Cell::Date)
        }
        Data::Error(error) => Cell::of_text(&error.to_string()),
    }
}

/// A number under a format of dates. A duration, a time without a day and what is no day of the calendar are none.
fn moment(at: &ExcelDateTime) -> Option<NaiveDateTime> {
    /// The day after the last that spreadsheets know, 31 December 9999.
    const END: f64 = 2_958_466.0;
    let is_day = at.is_datetime() && (1.0..END).contains(&at.as_f64());
    at.as_datetime().filter(|_| is_day).map(|at| at.round_subsecs(0))
}

/// ISO 8601, as strict files write dates.
fn iso(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim().trim_end_matches('Z');
    let day = || text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0);
    text.parse().ok().or_else(day)
}
