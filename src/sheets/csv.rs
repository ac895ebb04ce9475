//! Text with separators. Every cell is text, for a CSV file does not say what is a number; but a number in scientific
//! notation has lost digits, and is told.

use csv_core::ReadRecordResult;

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
    let mut records = Records::new(separator, table);
    let (mut rows, mut budget) = (Vec::new(), Budget::new());
    while let Some(begin) = records.next(&mut lines)? {
        let number = lines.number_at(text.len() - table.len() + begin);
        rows.extend(row(number, &records, &mut budget)?);
    }
    if rows.is_empty() {
        return Err(SheetError::Empty);
    }
    Ok(Workbook { sheets: vec![Sheet { rows, ..Sheet::default() }] })
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

/// The records of a table, one at a time in a buffer that does not grow: a record may be the whole file.
struct Records<'a> {
    parser: csv_core::Reader,
    text: &'a [u8],
    at: usize,
    buffer: Vec<u8>,
    ends: Vec<usize>,
    fields: usize,
}

impl<'a> Records<'a> {
    fn new(separator: u8, text: &'a str) -> Self {
        Self {
            parser: csv_core::ReaderBuilder::new().delimiter(separator).build(),
            text: text.as_bytes(),
            at: 0,
            buffer: vec![0; limits::RECORD_BYTES],
            // Empty cells far to the right are nobody's fault.
            ends: vec![0; 2 * limits::COLUMNS],
            fields: 0,
        }
    }

    /// Reads the next record; gives the place where its reading began.
    fn next(&mut self, lines: &mut Lines<'_>) -> Result<Option<usize>, SheetError> {
        let begin = self.at;
        let (mut filled, mut fields) = (0, 0);
        loop {
            let (result, read, written, ended) =
                self.parser.read_record(&self.text[self.at..], &mut self.buffer[filled..], &mut self.ends[fields..]);
            self.at += read;
            filled += written;
            fields += ended;
            self.fields = fields;
            match result {
                ReadRecordResult::Record => return Ok(Some(begin)),
                ReadRecordResult::End => return Ok(None),
                // The end of the text is told by reading on from there.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => return Err(SheetError::TooMuch),
                ReadRecordResult::OutputEndsFull => return Err(SheetError::TooManyColumns(lines.number_at(begin))),
            }
        }
    }

    fn field(&self, at: usize) -> &str {
        let begin = if at == 0 { 0 } else { self.ends[at - 1] };
        kept_as_text(std::str::from_utf8(&self.buffer[begin..self.ends[at]]).unwrap_or_default())
    }
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
    let mut best = ((0, 0), SEPARATORS[0]);
    for separator in SEPARATORS {
        let (mut records, mut lines) = (Records::new(separator, text), Lines { text, at: 0, number: 1 });
        let mut lengths = Vec::new();
        // What cannot be read with the wrong separator may well be with the right one.
        while lengths.len() < TRIED_LINES && matches!(records.next(&mut lines), Ok(Some(_))) {
            lengths.push(records.fields);
        }
        let alike = |length: usize| lengths.iter().filter(|other| **other == length).count();
        let several = lengths.iter().filter(|length| **length > 1);
        let fit = several.map(|length| (alike(*length), *length)).max().unwrap_or_default();
        if fit > best.0 {
            best = (fit, separator);
        }
    }
    (best.1, text)
}

fn row(number: u32, records: &Records<'_>, budget: &mut Budget) -> Result<Option<Row>, SheetError> {
    let Some(last) = (0..records.fields).rfind(|at| !Cell::of_text(records.field(*at)).is_empty()) else {
        return Ok(None);
    };
    if last >= limits::COLUMNS {
        return Err(SheetError::TooManyColumns(number));
    }
    budget.spend_row(last + 1)?;
    let mut cells = Vec::with_capacity(last + 1);
    for at in 0..=last {
        let text = records.field(at);
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

/// What stands in `="435423915918312"`, by which programs keep a spreadsheet from making a number of a text.
fn kept_as_text(text: &str) -> &str {
    let inner = text.trim().strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    inner.filter(|inner| !inner.contains('"')).unwrap_or(text)
}

/// `4,35424E+14` and `4.35424E+14`: what a spreadsheet program makes of a long number when it saves CSV.
fn scientific(text: &str) -> Option<Number> {
    let (mantissa, power) = text.split_once("E+")?;
    let is_power = (1..=3).contains(&power.len()) && power.bytes().all(|byte| byte.is_ascii_digit());
    let value = format!("{}E+{power}", mantissa.replace(',', ".")).parse().ok().filter(|_| is_power)?;
    let number = Number::of(value)?;
    let is_shortened = power.bytes().any(|digit| digit != b'0');
    Some(Number { lossy: number.lossy || is_shortened, ..number })
}
