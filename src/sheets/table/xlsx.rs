//! A table as a workbook of one sheet, ready to be printed. The rows wait in a file of their own until they are packed.

use std::fs::File;
use std::io::Seek;

use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, Worksheet};

use super::{Head, TableError, Value};
use crate::sheets::harmless;

/// Spreadsheet programs take no more characters in a cell, counted as UTF-16 counts them.
const CELL_UNITS: usize = 32_767;
/// The number of the paper in the file format.
const A4: u8 = 9;
/// How numbers are shown, by how many decimals they have.
const NUMBER_FORMATS: [&str; 4] = ["0", "#,##0.0", "#,##0.00", "#,##0.000"];

pub(super) struct Writer {
    book: Workbook,
    sheet: Worksheet,
    next_row: u32,
    usual: Formats,
    bold: Formats,
}

/// How cells of one kind of row look.
struct Formats {
    text: Format,
    numbers: [Format; 4],
    moment: Format,
}

impl Formats {
    fn of(base: &Format) -> Self {
        Self {
            text: base.clone(),
            numbers: NUMBER_FORMATS.map(|shown| base.clone().set_num_format(shown)),
            moment: base.clone().set_num_format("yyyy-mm-dd hh:mm"),
        }
    }
}

impl Writer {
    pub(super) fn begin(head: &Head) -> Result<Self, TableError> {
        let mut book = Workbook::new();
        let mut sheet = book.new_worksheet_with_constant_memory()?;
        sheet.set_name(&head.name)?;
        for (column, at) in head.columns.iter().zip(0_u16..) {
            sheet.set_column_width(at, column.width)?;
        }
        let usual = Formats::of(&Format::new().set_align(FormatAlign::Top));
        let bold = Formats::of(&Format::new().set_bold().set_align(FormatAlign::Top));
        let mut writer = Self { book, sheet, next_row: 0, usual, bold };
        for (name, value) in &head.lines {
            writer.write(&[Value::text(name), value.clone()], false)?;
        }
        // A gap, so that programs and filters do not take what is above for a part of the table.
        writer.next_row += u32::from(!head.lines.is_empty());
        writer.titles(head)?;
        Ok(writer)
    }

    fn titles(&mut self, head: &Head) -> Result<(), TableError> {
        let row = self.next_row;
        let look = Format::new().set_bold().set_text_wrap().set_border_bottom(FormatBorder::Thin);
        for (column, at) in head.columns.iter().zip(0_u16..) {
            self.sheet.write_string_with_format(row, at, fitting(&column.title), &look)?;
        }
        self.sheet.set_freeze_panes(row + 1, 0)?.set_repeat_rows(row, row)?;
        self.sheet.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0).set_footer("&C&P / &N");
        self.next_row += 1;
        Ok(())
    }

    pub(super) fn row(&mut self, values: &[Value]) -> Result<(), TableError> {
        self.write(values, false)
    }

    pub(super) fn totals(&mut self, values: &[Value]) -> Result<(), TableError> {
        self.write(values, true)
    }

    fn write(&mut self, values: &[Value], is_bold: bool) -> Result<(), TableError> {
        let (row, looks) = (self.next_row, if is_bold { &self.bold } else { &self.usual });
        for (value, at) in values.iter().zip(0_u16..) {
            match value {
                Value::Empty => {}
                Value::Text(text) => {
                    self.sheet.write_string_with_format(row, at, fitting(text), &looks.text)?;
                }
                Value::Number(number) => {
                    let decimals = (number.scale() as usize).min(NUMBER_FORMATS.len() - 1);
                    let exact = number.to_f64().unwrap_or_default();
                    self.sheet.write_number_with_format(row, at, exact, &looks.numbers[decimals])?;
                }
                Value::Local(moment) => {
                    self.sheet.write_datetime_with_format(row, at, *moment, &looks.moment)?;
                }
            }
        }
        self.next_row += 1;
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<File, TableError> {
        self.book.push_worksheet(self.sheet);
        let mut file = tempfile::tempfile()?;
        self.book.save_to_writer(&mut file)?;
        file.rewind()?;
        Ok(file)
    }
}

/// A text that does not run, cut to what a cell takes.
fn fitting(text: &str) -> String {
    let text = harmless(text);
    let mut units = 0;
    let fits = |c: &char| {
        units += c.len_utf16();
        units < CELL_UNITS
    };
    let kept: String = text.chars().take_while(fits).collect();
    if kept.len() < text.len() { kept + "…" } else { kept }
}
