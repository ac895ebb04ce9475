//! A table to be sent out: CSV or XLSX, written row by row into a file that nobody else can open and that is gone with
//! its last handle. Whatever its length, no more than a row of it is in memory.

mod csv;
mod xlsx;

use std::fs::File;

use chrono::NaiveDateTime;
use rust_decimal::Decimal;
use thiserror::Error;

use crate::clock::BISHKEK_OFFSET;

/// What separates the cells of a CSV file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separator {
    /// As spreadsheet programs set to Russian expect it; fractions then have a comma, as those programs write them.
    Semicolon,
    /// As most programs expect it.
    Comma,
    /// As databases like it.
    Tab,
}

/// Which kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// RFC 4180 in UTF-8, with a byte order mark, by which spreadsheet programs know it.
    Csv(Separator),
    /// A workbook of one sheet.
    Xlsx,
}

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// What stands above it.
    pub title: String,
    /// In characters, for those forms that have a width.
    pub width: u16,
}

impl Column {
    /// A column.
    pub fn new(title: impl Into<String>, width: u16) -> Self {
        Self { title: title.into(), width }
    }
}

/// What a table begins with.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// What the sheet is called.
    pub name: String,
    /// What is said above the table, a name and a value in each line.
    pub lines: Vec<(String, Value)>,
    /// The columns.
    pub columns: Vec<Column>,
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Empty,
    /// A text; it is made harmless when it is written.
    Text(String),
    /// A number, shown with as many decimals as it has.
    Number(Decimal),
    /// A moment by the clocks of Bishkek.
    Local(NaiveDateTime),
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Value::Text(text.into())
    }

    /// A text that may be missing.
    pub fn maybe(text: Option<impl Into<String>>) -> Self {
        text.map_or(Value::Empty, Value::text)
    }

    /// A phone number in E.164, its digits in threes: neither a formula nor a number, and it can still be dialled.
    pub fn phone(e164: &str) -> Self {
        let digits: Vec<char> = e164.chars().filter(char::is_ascii_digit).collect();
        let threes: Vec<String> = digits.chunks(3).map(|some| some.iter().collect()).collect();
        Value::Text(threes.join(" "))
    }

    /// A whole number.
    pub fn whole(number: impl Into<i64>) -> Self {
        Value::Number(Decimal::from(number.into()))
    }

    /// A whole number that may be missing.
    pub fn maybe_whole(number: Option<i64>) -> Self {
        number.map_or(Value::Empty, Value::whole)
    }

    /// A sum of money in minor units, shown in whole ones with two decimals.
    pub fn minor(amount: i64) -> Self {
        Value::Number(Decimal::new(amount, 2))
    }

    /// Grams, shown as kilograms.
    pub fn kilograms(grams: Option<i64>) -> Self {
        grams.map_or(Value::Empty, |grams| Value::Number(Decimal::new(grams, 3)))
    }

    /// A UTC instant, to the second.
    pub fn at(utc: NaiveDateTime) -> Self {
        Value::Local(utc + BISHKEK_OFFSET)
    }

    /// A UTC instant that may be missing.
    pub fn maybe_at(utc: Option<NaiveDateTime>) -> Self {
        utc.map_or(Value::Empty, Value::at)
    }
}

/// Why a table was not written: the disk, not its content.
#[derive(Debug, Error)]
pub enum TableError {
    /// The temporary file.
    #[error("a table cannot be written: {0}")]
    File(#[from] std::io::Error),
    /// A text file.
    #[error("a table cannot be written: {0}")]
    Csv(#[from] ::csv::Error),
    /// A workbook.
    #[error("a table cannot be written: {0}")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
}

/// A table being written.
pub struct Table(Kind);

enum Kind {
    Csv(Box<csv::Writer>),
    Xlsx(Box<xlsx::Writer>),
}

impl Table {
    /// Begins a table.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn begin(form: Form, head: &Head) -> Result<Self, TableError> {
        Ok(Self(match form {
            Form::Csv(separator) => Kind::Csv(Box::new(csv::Writer::begin(separator, head)?)),
            Form::Xlsx => Kind::Xlsx(Box::new(xlsx::Writer::begin(head)?)),
        }))
    }

    /// Writes a row.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn row(&mut self, values: &[Value]) -> Result<(), TableError> {
        match &mut self.0 {
            Kind::Csv(writer) => writer.row(values),
            Kind::Xlsx(writer) => writer.row(values),
        }
    }

    /// Writes a row of sums, which stands out where a form can do that.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn totals(&mut self, values: &[Value]) -> Result<(), TableError> {
        match &mut self.0 {
            Kind::Csv(writer) => writer.row(values),
            Kind::Xlsx(writer) => writer.totals(values),
        }
    }

    /// Ends the table and gives its file, to be read from the beginning.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn finish(self) -> Result<File, TableError> {
        match self.0 {
            Kind::Csv(writer) => writer.finish(),
            Kind::Xlsx(writer) => writer.finish(),
        }
    }
}

#[cfg(test)]
mod tests;
