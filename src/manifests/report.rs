//! The row report as a workbook: every row of the file with what became of it, in the colours of a traffic light.

use rust_xlsxwriter::{Color, Format, Workbook, XlsxError};

use super::{Counts, Outcome, Row};
use crate::error::{Error, Result};
use crate::sheets::harmless;

/// What a spreadsheet program can hold of one cell.
const MOST_CHARS: usize = 32_000;
/// The columns and how wide they are.
const COLUMNS: [(&str, f64); 7] = [
    ("sheet", 16.0),
    ("row", 7.0),
    ("outcome", 11.0),
    ("tracking_number", 22.0),
    ("client_code", 14.0),
    ("weight_g", 10.0),
    ("reason", 90.0),
];

/// Draws the report.
///
/// # Errors
/// When it cannot be written.
pub fn draw(rows: &[Row], counts: Counts) -> Result<Vec<u8>> {
    written(rows, counts).map_err(|error| Error::Startup(format!("the report cannot be written: {error}")))
}

fn written(rows: &[Row], counts: Counts) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    let colours = Outcome::ALL.iter().map(|outcome| (*outcome, Format::new().set_background_color(colour(*outcome))));
    let colours: Vec<(Outcome, Format)> = colours.collect();
    let sheet = book.add_worksheet().set_name("rows")?;
    for (column, (heading, width)) in (0_u16..).zip(COLUMNS) {
        sheet.write_string_with_format(0, column, heading, &bold)?.set_column_width(column, width)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    let mut last = 0;
    for (at, row) in (1_u32..).zip(rows) {
        let line = &row.line;
        let outcome = colours.iter().find(|(outcome, _)| *outcome == row.outcome).map(|(_, format)| format);
        sheet.write_string(at, 0, text(&line.sheet))?.write_number(at, 1, line.row)?;
        match outcome {
            Some(format) => sheet.write_string_with_format(at, 2, row.outcome.as_str(), format)?,
            None => sheet.write_string(at, 2, row.outcome.as_str())?,
        };
        sheet.write_string(at, 3, text(line.tracking_number.as_deref().unwrap_or_default()))?;
        sheet.write_string(at, 4, text(line.client_code.as_deref().unwrap_or_default()))?;
        if let Some(grams) = line.weight_g.and_then(|grams| i32::try_from(grams).ok()) {
            sheet.write_number(at, 5, grams)?;
        }
        sheet.write_string(at, 6, text(&row.reason))?;
        last = at;
    }
    sheet.autofilter(0, 0, last.max(1), 6)?;
    let summary = book.add_worksheet().set_name("counts")?;
    let counted = [
        (Outcome::Created, counts.created),
        (Outcome::Updated, counts.updated),
        (Outcome::Unchanged, counts.unchanged),
        (Outcome::Skipped, counts.skipped),
        (Outcome::Error, counts.error),
    ];
    for (at, (outcome, count)) in (0_u32..).zip(counted) {
        let format = Format::new().set_background_color(colour(outcome));
        summary.write_string_with_format(at, 0, outcome.as_str(), &format)?;
        summary.write_number(at, 1, i32::try_from(count).unwrap_or(i32::MAX))?;
    }
    book.save_to_buffer()
}

fn text(of: &str) -> String {
    harmless(of).chars().take(MOST_CHARS).collect()
}

fn colour(outcome: Outcome) -> Color {
    Color::RGB(match outcome {
        Outcome::Created => 0x00C6_EFCE,
        Outcome::Updated => 0x00BD_D7EE,
        Outcome::Unchanged => 0x00ED_EDED,
        Outcome::Skipped => 0x00FF_EB9C,
        Outcome::Error => 0x00FF_C7CE,
    })
}
