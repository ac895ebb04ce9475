//! From a file to its parcels: the table of each sheet, the rows that are none, the numbers that stand twice.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::columns::{self, Expected};
use super::lines::{Line, Outcome, settle_repeated};
use super::profile::{Columns, Correction, Layout};
use super::rows::{Found, Table};
use crate::error::Result;
use crate::sheets::{Row, Sheet, Workbook};

/// What is told of a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ManifestSheet)]
pub struct SheetProfile {
    /// Its name; empty for a CSV file.
    pub sheet: String,
    /// The row of its headings; null when it has none.
    pub header_row: Option<u32>,
    /// Its columns, by their letters; null when it was passed over.
    pub columns: Option<Columns>,
    /// Why it was passed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed_over: Option<String>,
    /// Rows below the headings that are no parcels: totals, headings again, notes.
    pub other_rows: Vec<OtherRow>,
    /// What its headings are recognised by.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub shape: Option<String>,
}

/// A row that is no parcel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ManifestOtherRow)]
pub struct OtherRow {
    /// As the spreadsheet shows it.
    pub row: u32,
    /// What it is.
    pub reason: String,
}

/// A file, read.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// What was recognised, sheet by sheet.
    pub sheets: Vec<SheetProfile>,
    /// Its rows.
    pub lines: Vec<Line>,
}

/// Reads all sheets of a workbook.
///
/// # Errors
/// `validation_failed` for a correction that does not fit the file.
pub fn read(book: &Workbook, expected: &Expected<'_>, said: &Correction) -> Result<Reading> {
    let mut reading = Reading::default();
    let include_hidden = said.include_hidden.unwrap_or(false);
    said.check(book)?;
    for sheet in &book.sheets {
        let correction = said.sheets.iter().position(|of| of.sheet == sheet.name);
        let found = columns::find(sheet, expected);
        let layout = match correction {
            Some(at) if said.sheets[at].pass_over => Err("as was asked".to_owned()),
            Some(at) => Ok(said.sheets[at].apply(found.as_ref(), &format!("/sheets/{at}"))?),
            None if sheet.hidden && !include_hidden => Err("the sheet is hidden".to_owned()),
            None if sheet.rows.is_empty() => Err("the sheet is empty".to_owned()),
            None => found.ok_or_else(|| "no table of parcels was recognised on it".to_owned()),
        };
        match layout {
            Err(reason) => reading.sheets.push(SheetProfile::passed_over(sheet, reason)),
            Ok(layout) => read_sheet(sheet, &layout, expected.prefix, include_hidden, &mut reading),
        }
    }
    settle_repeated(&mut reading.lines);
    Ok(reading)
}

impl SheetProfile {
    fn passed_over(sheet: &Sheet, reason: String) -> Self {
        Self {
            sheet: sheet.name.clone(),
            header_row: None,
            columns: None,
            passed_over: Some(reason),
            other_rows: Vec::new(),
            shape: None,
        }
    }
}

fn read_sheet(sheet: &Sheet, layout: &Layout, prefix: &str, include_hidden: bool, reading: &mut Reading) {
    let header = sheet.rows.iter().find(|row| Some(row.number) == layout.header_row);
    let table = Table { sheet, columns: &layout.columns, prefix, header };
    let rows: Vec<&Row> = sheet.rows.iter().filter(|row| row.number > layout.below).collect();
    let (mut other_rows, mut weighed_g) = (Vec::new(), 0_i64);
    for (at, row) in rows.iter().enumerate() {
        match table.row(row, at + 1 == rows.len(), weighed_g) {
            Found::Other(reason) => other_rows.push(OtherRow { row: row.number, reason: reason.to_owned() }),
            Found::Parcel(mut line) => {
                weighed_g = weighed_g.saturating_add(line.weight_g.unwrap_or(0));
                if row.hidden && !include_hidden {
                    line.settle(Outcome::Skipped, "the row is hidden in the file; import with hidden rows to take it");
                }
                reading.lines.push(*line);
            }
        }
    }
    reading.sheets.push(SheetProfile {
        sheet: sheet.name.clone(),
        header_row: layout.header_row,
        columns: Some(layout.columns.clone()),
        passed_over: None,
        other_rows,
        shape: header.and_then(super::profile::shape),
    });
}
