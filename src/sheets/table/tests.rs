//! What is written is read again by our own reader, and nothing of it runs.

use std::io::Read;

use proptest::prelude::*;

use super::*;
use crate::sheets::{Cell, Sheet, harmless, plain, read};

const FORMS: [Form; 4] =
    [Form::Csv(Separator::Semicolon), Form::Csv(Separator::Comma), Form::Csv(Separator::Tab), Form::Xlsx];

fn bytes(form: Form, head: &Head, rows: &[Vec<Value>]) -> Vec<u8> {
    let mut table = Table::begin(form, head).unwrap();
    rows.iter().for_each(|row| table.row(row).unwrap());
    let mut bytes = Vec::new();
    table.finish().unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

fn head(titles: &[&str]) -> Head {
    let columns = titles.iter().map(|title| Column::new(*title, 12)).collect();
    Head { name: "list".to_owned(), lines: Vec::new(), columns }
}

fn sheet(form: Form, head: &Head, rows: &[Vec<Value>]) -> Sheet {
    read(&bytes(form, head, rows)).unwrap().sheets.remove(0)
}

#[test]
fn numbers_stay_numbers_and_moments_are_of_bishkek() {
    let at = "2026-05-25T19:30:00".parse().unwrap();
    let row = vec![Value::minor(-124_550), Value::kilograms(Some(4_200)), Value::whole(7), Value::at(at), Value::Empty];
    let head = head(&["balance", "weight_kg", "pieces", "at", "nothing"]);
    let sheet = sheet(Form::Xlsx, &head, std::slice::from_ref(&row));
    let cells = &sheet.rows[1].cells;
    let number = |cell: &Cell| matches!(cell, Cell::Number(number) if !number.lossy).then(|| cell.shown().into_owned());
    assert_eq!(
        cells[..3].iter().map(number).collect::<Vec<_>>(),
        ["-1245.5", "4.2", "7"].map(|text| Some(text.to_owned()))
    );
    assert_eq!(cells[3], Cell::Date("2026-05-26T01:30:00".parse().unwrap()));
    let text = |separator| String::from_utf8(bytes(Form::Csv(separator), &head, std::slice::from_ref(&row))).unwrap();
    let titles = "\u{feff}balance;weight_kg;pieces;at;nothing\r\n";
    assert_eq!(text(Separator::Semicolon), format!("{titles}-1245,50;4,200;7;2026-05-26 01:30:00;\r\n"));
    assert_eq!(text(Separator::Comma).lines().nth(1), Some("-1245.50,4.200,7,2026-05-26 01:30:00,"));
    assert_eq!(text(Separator::Tab).lines().nth(1), Some("-1245.50\t4.200\t7\t2026-05-26 01:30:00\t"));
}

#[test]
fn what_stands_above_a_table_comes_first() {
    let mut head = head(&["a", "b"]);
    head.lines = vec![("truck".to_owned(), Value::text("SH-2026-0001")), ("pieces".to_owned(), Value::whole(2))];
    let rows = [vec![Value::text("x"), Value::whole(1)]];
    for form in FORMS {
        let shown: Vec<Vec<_>> = sheet(form, &head, &rows)
            .rows
            .iter()
            .map(|row| row.cells.iter().map(|cell| cell.shown().into_owned()).collect())
            .collect();
        assert_eq!(shown, [["truck", "SH-2026-0001"], ["pieces", "2"], ["a", "b"], ["x", "1"]], "{form:?}");
    }
}

#[test]
fn a_text_too_long_for_a_cell_is_cut_and_says_so() {
    let long = "ү".repeat(40_000);
    let sheet = sheet(Form::Xlsx, &head(&["a"]), &[vec![Value::text(&long)]]);
    let shown = sheet.rows[1].cells[0].shown().into_owned();
    assert_eq!((shown.chars().count(), shown.ends_with("ү…")), (32_767, true));
}

#[test]
fn a_file_leaves_no_name_on_the_disk() {
    let mut table = Table::begin(Form::Xlsx, &head(&["a"])).unwrap();
    table.row(&[Value::text("x")]).unwrap();
    let file = table.finish().unwrap();
    assert_eq!(std::os::unix::fs::MetadataExt::nlink(&file.metadata().unwrap()), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn what_is_written_is_read_and_nothing_runs(
        texts in proptest::collection::vec("[=+@\\-\t\r\n']{0,2}[;,\"']{0,2}\\PC{0,30}", 1..12),
    ) {
        // The letter keeps a text from being empty, or what a spreadsheet writes for a large number.
        let texts: Vec<_> = texts.iter().map(|text| format!("{text}я")).collect();
        let rows: Vec<_> = texts.iter().map(|text| vec![Value::text(text), Value::whole(1), Value::text(text)]).collect();
        for form in FORMS {
            let sheet = sheet(form, &head(&["a", "b", "c"]), &rows);
            prop_assert_eq!(sheet.rows.len(), rows.len() + 1);
            for (row, text) in sheet.rows[1..].iter().zip(&texts) {
                for column in [0, 2] {
                    let Cell::Text(cell) = row.cell(column) else { panic!("{:?}", row.cell(column)) };
                    // A carriage return is among the characters that our reader drops.
                    prop_assert_eq!(plain(cell), plain(&harmless(text).replace('\r', "")));
                    prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\0']), "{:?}", cell);
                }
            }
        }
    }
}
