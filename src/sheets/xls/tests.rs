//! Binary workbooks put together record by record, most of them by somebody who means harm.

use std::io::{Cursor, Write};
use std::sync::Arc;

use super::super::{Cell, SheetError, Workbook, limits, read};

/// A record of this type.
fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &u16::try_from(data.len()).unwrap().to_le_bytes(), data].concat()
}

/// The record of a cell: its place, the first style, and what follows.
fn cell(kind: u16, (row, column): (u16, u16), value: &[u8]) -> Vec<u8> {
    record(kind, &[&row.to_le_bytes()[..], &column.to_le_bytes(), &[0, 0], value].concat())
}

fn number(at: (u16, u16), value: f64) -> Vec<u8> {
    cell(0x203, at, &value.to_le_bytes())
}

/// A formula with this result, and a program of its own that is not to be looked at.
fn formula(at: (u16, u16), result: [u8; 8]) -> Vec<u8> {
    cell(0x06, at, &[&result[..], &[0; 6], &[0xFF, 0xFF], &[0x3A; 9]].concat())
}

fn begin() -> Vec<u8> {
    record(0x809, &[0, 6, 5, 0, 0, 0, 0, 0])
}

/// The stream of a workbook with these records for all sheets, and these sheets.
fn stream(shared: &[Vec<u8>], sheets: &[Vec<Vec<u8>>]) -> Vec<u8> {
    let end = record(0x0A, &[]);
    let listed_bytes = 13 * sheets.len();
    let (mut list, mut bodies) = (Vec::new(), Vec::new());
    let start = begin().len() + shared.concat().len() + listed_bytes + end.len();
    for (at, sheet) in sheets.iter().enumerate() {
        let position = u32::try_from(start + bodies.len()).unwrap().to_le_bytes();
        list.extend(record(0x85, &[&position[..], &[0, 0, 1, 0, b'A' + u8::try_from(at).unwrap()]].concat()));
        bodies.extend([begin(), sheet.concat(), end.clone()].concat());
    }
    [begin(), shared.concat(), list, end, bodies].concat()
}

/// A file with these streams.
fn file(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut container = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    for (name, content) in streams {
        container.create_storage_all(std::path::Path::new(name).parent().unwrap()).unwrap();
        container.create_stream(name).unwrap().write_all(content).unwrap();
    }
    container.flush().unwrap();
    container.into_inner().into_inner()
}

fn open(shared: &[Vec<u8>], sheets: &[Vec<Vec<u8>>]) -> Result<Workbook, SheetError> {
    read(&file(&[("/Workbook", &stream(shared, sheets))]))
}

fn shown(book: &Workbook) -> Vec<Vec<String>> {
    let rows = book.sheets.iter().flat_map(|sheet| &sheet.rows);
    rows.map(|row| row.cells.iter().map(|cell| cell.shown().into_owned()).collect()).collect()
}

/// The texts of a workbook, each of one-byte letters.
fn texts(texts: &[&str]) -> Vec<u8> {
    let packed = texts
        .iter()
        .flat_map(|text| [&u16::try_from(text.len()).unwrap().to_le_bytes()[..], &[0], text.as_bytes()].concat());
    record(0xFC, &[0; 8].into_iter().chain(packed).collect::<Vec<u8>>())
}

#[test]
fn cells_that_reach_down_are_noted_and_their_number_is_not_believed() {
    let area = |corners: [u16; 4]| corners.map(u16::to_le_bytes).concat();
    let merged = |count: u16, areas: &[[u16; 4]]| {
        record(0xE5, &[&count.to_le_bytes()[..], &areas.iter().copied().flat_map(area).collect::<Vec<_>>()].concat())
    };
    let sheet = |merged| vec![number((1, 2), 7.0), number((2, 0), 8.0), merged];
    let book = open(&[], &[sheet(merged(2, &[[1, 3, 2, 2], [0, 0, 0, 4]]))]).unwrap();
    let spans: Vec<_> = book.sheets[0].spans.iter().map(|span| (span.column, span.first, span.last)).collect();
    assert_eq!(spans, [(2, 2, 4)]);
    assert_eq!(book.sheets[0].seen(&book.sheets[0].rows[1], 2).shown(), "7");
    assert!(matches!(open(&[], &[sheet(merged(9, &[[1, 3, 2, 2]]))]), Err(SheetError::Damaged(_))));
}

#[test]
fn cells_of_every_kind_are_read() {
    let sheet = vec![
        number((0, 0), 435_423_915_918_312.0),
        cell(0x27E, (0, 1), &(7_i32 << 2 | 2).to_le_bytes()),
        cell(0xFD, (0, 2), &1_u32.to_le_bytes()),
        cell(0x204, (0, 3), &[2, 0, 0, b'h', b'i']),
        cell(0x205, (0, 4), &[1, 0]),
        cell(0x205, (0, 5), &[0x2A, 1]),
        formula((1, 0), 1.5_f64.to_le_bytes()),
        formula((1, 1), [1, 0, 1, 0, 0, 0, 0xFF, 0xFF]),
        formula((1, 2), [0, 0, 0, 0, 0, 0, 0xFF, 0xFF]),
        record(0x207, &[3, 0, 0, b's', b'u', b'm']),
        record(0xBD, &[&[2, 0, 1, 0, 0, 0][..], &[6, 0, 0, 0], &[0, 0], &[10, 0, 0, 0], &[2, 0]].concat()),
        record(0x208, &[&[2, 0][..], &[0; 10], &0x20_u32.to_le_bytes()].concat()),
    ];
    let book = open(&[texts(&["no", "yes"])], &[sheet]).unwrap();
    assert_eq!(
        shown(&book),
        [vec!["435423915918312", "7", "yes", "hi", "TRUE", "#N/A"], vec!["1.5", "TRUE", "sum"], vec!["", "1", "2"]]
    );
    assert_eq!(book.sheets[0].rows.iter().map(|row| row.hidden).collect::<Vec<_>>(), [false, false, true]);
}

#[test]
fn days_are_counted_from_1900_or_from_1904() {
    let (style, first_day) = (record(0xE0, &[0, 0, 14, 0]), record(0x22, &[1, 0]));
    let sheet = || vec![vec![number((0, 0), 46_336.5)]];
    assert_eq!(shown(&open(std::slice::from_ref(&style), &sheet()).unwrap()), [["2026-11-10 12:00:00"]]);
    assert_eq!(shown(&open(&[style, first_day], &sheet()).unwrap()), [["2030-11-11 12:00:00"]]);
}

#[test]
fn a_sheet_takes_no_more_room_than_is_allowed_whatever_it_claims() {
    let claim = record(0x200, &[&[0; 4][..], &u32::MAX.to_le_bytes(), &[0, 0, 0xFF, 0, 0, 0]].concat());
    let backward = record(0x200, &[&[9; 4][..], &[1, 0, 0, 0], &[9, 0, 1, 0, 0, 0]].concat());
    for claim in [claim, backward] {
        assert_eq!(shown(&open(&[], &[vec![claim, number((0, 0), 1.0)]]).unwrap()), [["1"]]);
    }
    let corners = |row, column| vec![number((0, 0), 1.0), number((row, column), 1.0)];
    assert_eq!(open(&[], &[corners(65_535, 255)]), Err(SheetError::TooMuch));
    // Each of these is allowed, the two together are not.
    assert!(open(&[], &[corners(65_535, 12)]).is_ok());
    assert_eq!(open(&[], &[corners(65_535, 12), corners(65_535, 12)]), Err(SheetError::TooMuch));
    // The result of no formula would be put into the first cell and draw the rectangle up to it.
    let lost = vec![number((65_535, 255), 1.0), record(0x207, &[1, 0, 0, b'x'])];
    assert_eq!(open(&[], &[lost]).unwrap().sheets[0].rows.len(), 1);
}

#[test]
fn a_text_that_many_cells_name_is_kept_once() {
    let long = "x".repeat(8_000);
    let sheet = |rows| (0..rows).map(|row| cell(0xFD, (row, 0), &0_u32.to_le_bytes())).collect();
    let book = open(&[texts(&[&long])], &[sheet(16_000)]).unwrap();
    let rows = &book.sheets[0].rows;
    let (Cell::Text(first), Cell::Text(last)) = (rows[0].cell(0), rows[15_999].cell(0)) else { panic!("texts") };
    assert!(Arc::ptr_eq(first, last) && **first == *long);
    assert_eq!(open(&[texts(&[&long])], &[sheet(17_000)]), Err(SheetError::TooMuch), "named too often");
    let missing = vec![cell(0xFD, (0, 0), &7_u32.to_le_bytes())];
    assert_eq!(open(&[texts(&["a"])], &[missing]), Err(SheetError::Damaged("a cell names a text that is not there")));
}

#[test]
fn claims_of_length_and_place_are_not_believed() {
    let damaged = |sheet: Vec<u8>| matches!(open(&[], &[vec![sheet]]), Err(SheetError::Damaged(_)));
    assert!(damaged(cell(0x204, (0, 0), &[0xFF, 0xFF, 0])));
    assert!(damaged(record(0xBD, &[0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1, 0])));
    assert!(damaged(record(0x203, &[0])));
    assert!(damaged(record(0x06, &[0; 8])));
    // Three sheets in one place, which together have more bytes than there are.
    let fat = stream(&[], &[vec![number((0, 0), 1.0), record(0x1B6, &[0; 8_000])], Vec::new(), Vec::new()]);
    let mut lying = fat.clone();
    for at in 1..3 {
        let field = begin().len() + at * 13 + 4;
        lying.copy_within(begin().len() + 4..begin().len() + 8, field);
    }
    assert!(read(&file(&[("/Workbook", &fat)])).is_ok());
    assert!(matches!(read(&file(&[("/Workbook", &lying)])), Err(SheetError::Damaged(_))));
}

#[test]
fn what_is_not_taken_is_refused_with_its_reason() {
    let plain = stream(&[], &[vec![number((0, 0), 1.0)]]);
    let with = |name| read(&file(&[("/Workbook", &plain), (name, b"x")]));
    assert_eq!(with("/_VBA_PROJECT_CUR/VBA/dir"), Err(SheetError::Macros));
    assert_eq!(with("/MBD0001/Workbook"), Err(SheetError::Embedded("MBD0001".to_owned())));
    assert_eq!(read(&file(&[("/EncryptedPackage", b"x")])), Err(SheetError::Protected));
    assert_eq!(open(&[record(0x2F, &[1, 0])], &[vec![]]), Err(SheetError::Protected));
    let old = SheetError::OtherForm("a workbook of Excel 95 or older");
    assert_eq!(read(&file(&[("/Book", &plain)])), Err(old.clone()));
    assert_eq!(read(&file(&[("/Workbook", &record(0x809, &[0, 5, 5, 0]))])), Err(old));
    assert!(matches!(read(&file(&[("/Other", b"x")])), Err(SheetError::NotATable(_))));
    assert_eq!(open(&[], &[]), Err(SheetError::Damaged("it has no sheet")));
    let many = (0..=limits::SHEETS).map(|_| record(0x85, &[0, 0, 0, 0, 0, 0, 1, 0, b'A'])).collect::<Vec<_>>();
    assert_eq!(open(&many, &[]), Err(SheetError::TooManySheets));
    let mut same = stream(&[], &[vec![], vec![]]);
    same[begin().len() + 13 + 12] = b'A';
    assert_eq!(read(&file(&[("/Workbook", &same)])), Err(SheetError::Damaged("two of its sheets have the same name")));
}
