//! A warehouse's file of many rows, for measuring an import: `cargo run --example workbook -- --rows 20000 FILE`.

use clap::Parser;
use rust_xlsxwriter::{Workbook, XlsxError};

/// A file for measuring.
#[derive(Parser)]
struct Args {
    /// How many rows.
    #[arg(long, default_value_t = 20_000)]
    rows: u32,
    /// A file of client codes, a line each, to be written on the boxes in turn.
    #[arg(long)]
    marks: Option<std::path::PathBuf>,
    /// Where to write it.
    file: std::path::PathBuf,
}

fn write(args: &Args) -> Result<(), XlsxError> {
    let marks = args.marks.as_ref().map(std::fs::read_to_string).transpose()?.unwrap_or_default();
    let marks: Vec<_> = marks.lines().collect();
    let mark = |row: u32| match marks.as_slice() {
        [] => format!("KG-{}", 10_000 + row % 5_000),
        known => known[row as usize % known.len()].to_owned(),
    };
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (title, column) in
        ["序号", "入库日期", "快递单号", "唛头", "品名", "件数", "重量(KG)", "尺寸(CM)", "备注"].iter().zip(0..)
    {
        sheet.write_string(0, column, *title)?;
    }
    for row in 1..=args.rows {
        let number = u64::from(row);
        sheet.write_number(row, 0, row)?;
        sheet.write_string(row, 1, "2026-11-14")?;
        sheet.write_string(row, 2, format!("YT{:013}", 9_000_000_000_000 + number))?;
        sheet.write_string(row, 3, mark(row))?;
        sheet.write_string(row, 4, ["水壶", "衣服", "玩具", "手机壳"][row as usize % 4])?;
        sheet.write_number(row, 5, 1)?;
        sheet.write_number(row, 6, 0.5 + f64::from(row % 400) / 100.0)?;
        sheet.write_string(row, 7, format!("{}x{}x{}", 20 + row % 40, 15 + row % 30, 10 + row % 20))?;
        if row % 50 == 0 {
            sheet.write_string(row, 8, "外箱破损")?;
        }
    }
    book.save(&args.file)
}

fn main() -> std::process::ExitCode {
    match write(&Args::parse()) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("workbook: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}
