//! The rows of a sheet, and the texts that all sheets share.

use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime};
use quick_xml::events::BytesStart;

use super::super::cell::{Cell, Number};
use super::super::dates::date_or_number;
use super::super::limits::{self, Budget};
use super::super::{Row, SheetError};
use super::Shared;
use super::xml::{Node, Xml, attribute, is_true};

/// The last row and column of any spreadsheet program, counted from 1.
const LAST_ROW: u32 = 1_048_576;
const LAST_COLUMN: usize = 16_384;

/// The texts that cells name by their number.
pub(super) fn strings(xml: &mut Xml<'_>, budget: &mut Budget) -> Result<Vec<Arc<str>>, SheetError> {
    let (mut found, mut text, mut visible) = (Vec::new(), String::new(), Visible::default());
    loop {
        match xml.next()? {
            Node::Open(tag) => visible.open(tag.local_name().as_ref()),
            Node::Text(piece) if visible.now() => push(&mut text, &piece)?,
            Node::Close(tag) => {
                visible.close(tag.local_name().as_ref());
                if tag.local_name().as_ref() == "si" {
                    budget.spend(size_of::<Arc<str>>())?;
                    budget.spend_text(&text)?;
                    found.push(text.replace("_x000D_", "").into());
                    text.clear();
                }
            }
            Node::Text(_) => {}
            Node::End => return Ok(found),
        }
    }
}

/// Whether the text being read is text of a cell, and not how it is pronounced.
#[derive(Default)]
struct Visible {
    in_text: bool,
    in_phonetic: bool,
}

impl Visible {
    fn open(&mut self, name: &str) {
        match name {
            "t" | "v" => self.in_text = true,
            "rPh" => self.in_phonetic = true,
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "t" | "v" => self.in_text = false,
            "rPh" => self.in_phonetic = false,
            _ => {}
        }
    }

    fn now(&self) -> bool {
        self.in_text && !self.in_phonetic
    }
}

fn push(text: &mut String, piece: &str) -> Result<(), SheetError> {
    if text.len() + piece.len() > limits::CELL_BYTES {
        return Err(SheetError::TooMuch);
    }
    text.push_str(piece);
    Ok(())
}

/// A cell while its parts come in.
#[derive(Default)]
struct Open {
    column: usize,
    kind: String,
    style: usize,
    text: String,
}

/// The rows of a sheet that have something in them.
pub(super) fn rows(xml: &mut Xml<'_>, shared: &Shared, budget: &mut Budget) -> Result<Vec<Row>, SheetError> {
    let (mut rows, mut row, mut cell, mut visible) = (Vec::new(), Row::default(), Open::default(), Visible::default());
    let mut last_number = 0;
    loop {
        match xml.next()? {
            Node::Open(tag) => match tag.local_name().as_ref() {
                "dimension" => check_claim(&tag)?,
                "row" => {
                    row = begin_row(&tag, last_number)?;
                    last_number = row.number;
                    cell.column = 0;
                }
                "c" => cell = begin_cell(&tag, cell.column)?,
                name => visible.open(name),
            },
            Node::Text(piece) if visible.now() => push(&mut cell.text, &piece)?,
            Node::Text(_) => {}
            Node::Close(tag) => match tag.local_name().as_ref() {
                "c" => {
                    place(&mut row, cell.column, finish(&mut cell, shared, budget)?, budget)?;
                    cell.column += 1;
                }
                "row" if !row.cells.is_empty() => {
                    budget.spend_row(0)?;
                    row.cells.shrink_to_fit();
                    rows.push(std::mem::take(&mut row));
                }
                "sheetData" => return Ok(rows),
                name => visible.close(name),
            },
            Node::End => return Err(SheetError::Damaged("a sheet has no cells")),
        }
    }
}

/// What a sheet says of its size is not used, but a size that no program knows shows what the file is for.
fn check_claim(tag: &BytesStart<'_>) -> Result<(), SheetError> {
    let claim = attribute(tag, "ref")?.unwrap_or_default();
    for corner in claim.split(':').filter(|corner| !corner.is_empty()) {
        position(corner)?;
    }
    Ok(())
}

fn begin_row(tag: &BytesStart<'_>, last_number: u32) -> Result<Row, SheetError> {
    let number = match attribute(tag, "r")? {
        Some(number) => number.parse().ok(),
        None => last_number.checked_add(1),
    };
    let number = number.filter(|number| (last_number + 1..=LAST_ROW).contains(number));
    let number = number.ok_or(SheetError::Damaged("its rows are not in order"))?;
    let hidden = attribute(tag, "hidden")?.is_some_and(|value| is_true(&value));
    Ok(Row { number, hidden, cells: Vec::new() })
}

/// `next` is the column after the cell before.
fn begin_cell(tag: &BytesStart<'_>, next: usize) -> Result<Open, SheetError> {
    let column = attribute(tag, "r")?.map_or(Ok(next), |at| position(&at).map(|(column, _)| column))?;
    let style = attribute(tag, "s")?.and_then(|style| style.parse().ok()).unwrap_or(0);
    Ok(Open { column, kind: attribute(tag, "t")?.unwrap_or_default(), style, text: String::new() })
}

/// Column, counted from 0, and row, from 1, of a place such as `AB12`.
fn position(at: &str) -> Result<(usize, u32), SheetError> {
    const NOWHERE: SheetError = SheetError::Damaged("it names a place that no sheet has");
    let at = at.replace('$', "");
    let digits = at.find(|c: char| c.is_ascii_digit()).ok_or(NOWHERE)?;
    let (letters, row) = at.split_at(digits);
    if !(1..=3).contains(&letters.len()) || !letters.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Err(NOWHERE);
    }
    let column = letters.bytes().fold(0, |sum, byte| sum * 26 + usize::from(byte.to_ascii_uppercase() - b'A') + 1);
    let row = row.parse().ok().filter(|row| (1..=LAST_ROW).contains(row)).ok_or(NOWHERE)?;
    if column > LAST_COLUMN { Err(NOWHERE) } else { Ok((column - 1, row)) }
}

/// The value of a cell, by the type that the file gives it.
fn finish(open: &mut Open, shared: &Shared, budget: &mut Budget) -> Result<Cell, SheetError> {
    let text = std::mem::take(&mut open.text);
    if text.is_empty() {
        return Ok(Cell::Empty);
    }
    let cell = match open.kind.as_str() {
        "s" => {
            let shared = text.trim().parse().ok().and_then(|at: usize| shared.strings.get(at));
            let text = shared.ok_or(SheetError::Damaged("a cell names a text that is not there"))?;
            // The text itself is kept once for all cells that name it, unless something has to be dropped from it.
            return Ok(match Cell::of_text(text) {
                Cell::Text(same) if *same == **text => Cell::Text(Arc::clone(text)),
                other => {
                    budget.spend_text(text)?;
                    other
                }
            });
        }
        "b" => Cell::Bool(is_true(text.trim())),
        "d" => date(text.trim()).map_or_else(|| Cell::of_text(&text), Cell::Date),
        "inlineStr" | "str" | "e" => Cell::of_text(&text.replace("_x000D_", "")),
        _ => match Number::read(&text) {
            Some(number) if shared.styles.is_date(open.style) => date_or_number(number, shared.epoch),
            _ => Cell::of_number(&text),
        },
    };
    budget.spend_text(&text)?;
    Ok(cell)
}

/// ISO 8601, as strict files write dates.
fn date(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim_end_matches('Z');
    let day = || text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0);
    text.parse().ok().or_else(day)
}

fn place(row: &mut Row, column: usize, cell: Cell, budget: &mut Budget) -> Result<(), SheetError> {
    if cell.is_empty() {
        return Ok(());
    }
    if column >= limits::COLUMNS {
        return Err(SheetError::TooManyColumns(row.number));
    }
    if column >= row.cells.len() {
        budget.spend((column + 1 - row.cells.len()) * size_of::<Cell>())?;
        row.cells.resize(column + 1, Cell::Empty);
    }
    row.cells[column] = cell;
    Ok(())
}
