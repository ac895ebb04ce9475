//! A table as text.

use std::fs::File;
use std::io::{BufWriter, Seek, Write};

use super::{Head, Separator, TableError, Value};
use crate::sheets::harmless;

/// Spreadsheet programs read a text without it in an encoding of the last century.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

pub(super) struct Writer {
    rows: csv::Writer<BufWriter<File>>,
    separator: Separator,
}

impl Writer {
    pub(super) fn begin(separator: Separator, head: &Head) -> Result<Self, TableError> {
        let mut file = BufWriter::new(tempfile::tempfile()?);
        file.write_all(BYTE_ORDER_MARK)?;
        let byte = match separator {
            Separator::Semicolon => b';',
            Separator::Comma => b',',
            Separator::Tab => b'\t',
        };
        let rows = csv::WriterBuilder::new()
            .delimiter(byte)
            .terminator(csv::Terminator::CRLF)
            .flexible(true)
            .from_writer(file);
        let mut writer = Self { rows, separator };
        for (name, value) in &head.lines {
            writer.row(&[Value::text(name), value.clone()])?;
        }
        let titles: Vec<_> = head.columns.iter().map(|column| Value::text(&column.title)).collect();
        writer.row(&titles)?;
        Ok(writer)
    }

    pub(super) fn row(&mut self, values: &[Value]) -> Result<(), TableError> {
        for value in values {
            match value {
                Value::Empty => self.rows.write_field("")?,
                Value::Text(text) => self.rows.write_field(harmless(text).as_ref())?,
                Value::Number(number) => {
                    let digits = number.to_string();
                    let is_comma = self.separator == Separator::Semicolon;
                    self.rows.write_field(if is_comma { digits.replace('.', ",") } else { digits })?;
                }
                Value::Local(at) => self.rows.write_field(at.format("%Y-%m-%d %H:%M:%S").to_string())?,
            }
        }
        self.rows.write_record(None::<&[u8]>)?;
        Ok(())
    }

    pub(super) fn finish(self) -> Result<File, TableError> {
        let buffer = self.rows.into_inner().map_err(|error| error.into_error())?;
        let mut file = buffer.into_inner().map_err(|error| error.into_error())?;
        file.rewind()?;
        Ok(file)
    }
}
