//! Text with separators. Every cell is text, for a CSV file does not say what is a number; but a number in scientific
//! notation has lost digits, and is told.

use ::csv::{ByteRecord, ReaderBuilder};

use super::cell::{Cell, Number};
use super::limits::{self, Budget};
use super::{Row, Sheet, SheetError, Workbook, encoding};

/// What may separate cells; of equals the first.
const SEPARATORS: [u8; 3] = [b';', b',', b'\t'];
/// So many lines decide which separator it is.
const TRIED_LINES: usize = 60;

pub(super) fn read(bytes: &[u8]) -> Result<Workbook, SheetError> {
    if bytes.len() > limits::TEXT_BYTES {
        return Err(SheetError::TooLarge(limits::TEXT_BYTES));
    }
    let text = encoding::decode(bytes)?;
    if text.trim().is_empty() {
        return Err(SheetError::Empty);
    }
    let (separator, table) = separator(&text);
    let mut lines = Lines { text: &text, at: 0, number: 1 };
    let mut reader = reader(separator, table);
    let (mut rows, mut budget, mut record) = (Vec::new(), Budget::new(), ByteRecord::new());
    while reader.read_byte_record(&mut record).map_err(|_| SheetError::Damaged("a line cannot be read"))? {
        let at = record.position().map_or(0, ::csv::Position::byte);
        let number = lines.number_at(text.len() - table.len() + usize::try_from(at).unwrap_or(usize::MAX));
        rows.extend(row(number, &record, &mut budget)?);
    }
    if rows.is_empty() {
        return Err(SheetError::Empty);
    }
    Ok(Workbook { sheets: vec![Sheet { name: String::new(), hidden: false, rows }] })
}

/// Counts lines: the reader of records counts a blank line to the record after it.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    number: u32,
}

impl Lines<'_> {
    /// The line on which the record begins that the reader sees at this place or after blank lines there.
    fn number_at(&mut self, place: usize) -> u32 {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let blank = |at: &usize| matches!(rest.get(*at), Some(b'\r' | b'\n'));
        let mut begin = place.saturating_sub(self.at).min(rest.len());
        while blank(&begin) {
            begin += 1;
        }
        let passed = rest[..begin].iter().filter(|byte| **byte == b'\n').count();
        self.number = self.number.saturating_add(u32::try_from(passed).unwrap_or(u32::MAX));
        self.at += begin;
        self.number
    }
}

fn reader(separator: u8, text: &str) -> ::csv::Reader<&[u8]> {
    ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(text.as_bytes())
}

/// The separator that the file names in a first line `sep=;`, as Excel writes and reads it; else the one by which the
/// most lines have the same number of cells, and of those the one with the most cells.
fn separator(text: &str) -> (u8, &str) {
    if let Some(rest) = text.strip_prefix("sep=")
        && let (Some(named), Some((_, rest))) = (rest.bytes().next(), rest.split_once('\n'))
        && SEPARATORS.contains(&named)
    {
        return (named, rest);
    }
    let fit = |separator: u8| {
        let mut reader = reader(separator, text);
        let lengths: Vec<usize> = reader
            .byte_records()
            .take(TRIED_LINES)
            .filter_map(Result::ok)
            .map(|record| record.len())
            .filter(|length| *length > 1)
            .collect();
        let alike = |length: usize| lengths.iter().filter(|other| **other == length).count();
        lengths.iter().map(|length| (alike(*length), *length)).max().unwrap_or_default()
    };
    let best = SEPARATORS.into_iter().rev().max_by_key(|separator| fit(*separator)).unwrap_or(SEPARATORS[0]);
    (best, text)
}

fn row(number: u32, record: &ByteRecord, budget: &mut Budget) -> Result<Option<Row>, SheetError> {
    let Some(last) = (0..record.len()).rfind(|at| !record[*at].trim_ascii().is_empty()) else { return Ok(None) };
    if last >= limits::COLUMNS {
        return Err(SheetError::TooManyColumns(number));
    }
    budget.spend_row(last + 1)?;
    let mut cells = Vec::with_capacity(last + 1);
    for field in record.iter().take(last + 1) {
        let text = std::str::from_utf8(field).unwrap_or_default();
        if text.len() > limits::CELL_BYTES {
            return Err(SheetError::TooMuch);
        }
        let cell = scientific(text.trim()).map_or_else(|| Cell::of_text(text), Cell::Number);
        if !cell.is_empty() {
            budget.spend_text(text)?;
        }
        cells.push(cell);
    }
    Ok(Some(Row { number, hidden: false, cells }))
}

/// `4,35424E+14` and `4.35424E+14`: what a spreadsheet program makes of a long number when it saves CSV.
fn scientific(text: &str) -> Option<Number> {
    let (mantissa, power) = text.split_once("E+")?;
    let is_power = (1..=3).contains(&power.len()) && power.bytes().all(|byte| byte.is_ascii_digit());
    is_power.then(|| Number::read(&format!("{}E+{power}", mantissa.replace(',', ".")))).flatten()
}
