//! Files that warehouses could send: drawn by hand, in many variants, and read without a service.

use std::collections::HashMap;

use encoding_rs::{Encoding, GB18030, UTF_8, WINDOWS_1251};
use proptest::prelude::*;
use rust_xlsxwriter::{Format, Workbook};
use torugart::manifests::profile::Correction;
use torugart::manifests::{Expected, Line, Outcome, Reading, read};
use torugart::sheets;

use crate::harness::server::data;

/// A cell to be drawn.
#[derive(Clone, Copy, Debug)]
enum C {
    /// Text.
    T(&'static str),
    /// A number.
    N(f64),
    /// A sum.
    F(&'static str),
    /// Nothing.
    E,
}
use C::{E, F, N, T};

type Rows<'a> = &'a [&'a [C]];

/// A workbook of visible sheets.
fn book(sheets: &[(&str, Rows<'_>)]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet().set_name(*name).unwrap();
        draw(sheet, rows);
    }
    book.save_to_buffer().unwrap()
}

fn draw(sheet: &mut rust_xlsxwriter::Worksheet, rows: Rows<'_>) {
    for (at, row) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(*row) {
            match cell {
                T(text) => drop(sheet.write_string(at, column, *text).unwrap()),
                N(number) => drop(sheet.write_number(at, column, *number).unwrap()),
                F(formula) => drop(sheet.write_formula(at, column, *formula).unwrap()),
                E => {}
            }
        }
    }
}

fn reading(bytes: &[u8], said: &Correction) -> Reading {
    let remembered = HashMap::new();
    read(&sheets::read(bytes).unwrap(), &Expected { prefix: "KG", remembered: &remembered }, said).unwrap()
}

fn lines(bytes: &[u8]) -> Vec<Line> {
    reading(bytes, &Correction::default()).lines
}

/// Number, client, grams of each row that is a parcel.
fn parcels(bytes: &[u8]) -> Vec<(String, String, i64)> {
    let lines = lines(bytes).into_iter().filter(|line| line.settled.is_none());
    lines
        .map(|line| {
            let text = |text: Option<String>| text.unwrap_or_default();
            (text(line.tracking_number), text(line.client_code), line.weight_g.unwrap_or(0))
        })
        .collect()
}

fn errors(bytes: &[u8]) -> Vec<(u32, String)> {
    let lines = lines(bytes).into_iter().filter(|line| line.settled == Some(Outcome::Error));
    lines.map(|line| (line.row, line.remark.unwrap_or_default())).collect()
}

const TWO: [(&str, &str, i64); 2] = [("YT8812345678901", "KG-10012", 1200), ("75712205330425", "KG-10013", 850)];

fn two() -> Vec<(String, String, i64)> {
    TWO.iter().map(|(number, client, grams)| ((*number).to_owned(), (*client).to_owned(), *grams)).collect()
}

fn encoded(encoding: &'static Encoding, text: &str) -> Vec<u8> {
    encoding.encode(text).0.into_owned()
}

#[test]
fn headings_of_every_warehouse_lead_to_the_same_parcels() {
    let trackings = [
        "快递单号",
        "運單號",
        "运单号",
        "物流单号",
        "包裹号",
        "货运单号",
        "单号",
        "国内单号",
        "Трек-код",
        "Трек номер",
        "Номер накладной",
        "Штрихкод",
        "трек",
        "Tracking No.",
        "Track",
        "Waybill",
        "Parcel No",
        "Barcode",
        "tracking_number",
    ];
    let clients = [
        "唛头",
        "嘜頭",
        "麦头",
        "客户编号",
        "客户代码",
        "会员号",
        "收件人",
        "客户",
        "Код",
        "Код клиента",
        "Клиент",
        "Маркировка",
        "Шифр",
        "ID клиента",
        "Client code",
        "Customer code",
        "Mark",
        "Shipping mark",
        "Кардардын коду",
        "客戶編號",
    ];
    let weights = [
        "重量",
        "毛重(KG)",
        "实重/kg",
        "计费重量",
        "重量（公斤）",
        "Вес",
        "Вес, кг",
        "вес кг",
        "Масса",
        "кг",
        "Weight (kg)",
        "Gross weight",
        "KGS",
        "Салмагы, кг",
        "weight_kg",
    ];
    for nth in 0..60 {
        let (tracking, client, weight) =
            (trackings[nth % trackings.len()], clients[nth % clients.len()], weights[nth % weights.len()]);
        let rows: Rows<'_> = &[
            &[T("№"), T(tracking), T(client), T(weight)],
            &[N(1.0), T(TWO[0].0), T("КG-10012"), N(1.2)],
            &[N(2.0), N(75_712_205_330_425.0), T(" kg 10013 "), T("0,85")],
        ];
        assert_eq!(parcels(&book(&[("S", rows)])), two(), "{tracking} {client} {weight}");
    }
}

#[test]
fn units_stand_in_headings_or_in_cells() {
    for (heading, first, second) in [
        ("重量(g)", N(1200.0), N(850.0)),
        ("Вес, г", T("1 200"), T("850")),
        ("重量（斤）", N(2.4), N(1.7)),
        ("重量", T("1.2kg"), T("850克")),
        ("Вес", T("1,2 кг"), T("850 г")),
        ("重量", T("2.4斤"), T("1.7 斤")),
        ("Вес", N(1200.0), N(850.0)),
        ("重量", T("１．２"), T("０．８５")),
        ("Weight (g)", T("1,200"), T("850")),
        ("公斤", N(1.2), N(0.85)),
    ] {
        let rows: Rows<'_> = &[
            &[T("单号"), T("唛头"), T(heading)],
            &[T(TWO[0].0), T("KG10012"), first],
            &[T(TWO[1].0), T("KG10013"), second],
        ];
        assert_eq!(parcels(&book(&[("S", rows)])), two(), "{heading} {first:?}");
    }
}

#[test]
fn the_table_is_found_below_titles_and_within_two_rows_of_headings() {
    let rows: Rows<'_> = &[
        &[T("广州仓 入库清单 2026-11-14 单号核对")],
        &[],
        &[T("仓库："), T("白云"), E, T("制表："), T("小王")],
        &[T("电话"), T("13800138000")],
        &[T("序号"), T("快递单号"), T("唛头"), T("尺寸(cm)"), E, E, T("重量"), E],
        &[E, E, E, T("长"), T("宽"), T("高"), T("实重kg"), T("体积重kg")],
        &[N(1.0), T(TWO[0].0), T("KG-10012"), N(30.0), N(20.0), N(10.0), N(1.2), N(1.0)],
        &[N(2.0), T(TWO[1].0), T("KG-10013"), N(30.5), N(20.0), N(10.0), N(0.85), N(1.1)],
    ];
    let bytes = book(&[("S", rows)]);
    assert_eq!(parcels(&bytes), two());
    let sizes: Vec<_> = lines(&bytes).into_iter().map(|line| line.size_mm).collect();
    assert_eq!(sizes, [Some([300, 200, 100]), Some([305, 200, 100])]);
    // The same in two languages, one below the other.
    let rows: Rows<'_> = &[
        &[T("单号"), T("唛头"), T("重量(kg)"), T("尺寸")],
        &[T("Tracking No"), T("Mark"), T("Weight"), T("Size")],
        &[T(TWO[0].0), T("KG-10012"), N(1.2), T("30*20*10")],
        &[T(TWO[1].0), T("KG-10013"), N(0.85), T("300×200×100mm")],
    ];
    let bytes = book(&[("S", rows)]);
    assert_eq!(parcels(&bytes), two());
    assert!(lines(&bytes).iter().all(|line| line.size_mm == Some([300, 200, 100])));
}

#[test]
fn odd_or_missing_headings_are_made_up_for_by_the_contents() {
    for rows in [
        &[
            &[T("A"), T("B"), T("重量")][..],
            &[T(TWO[0].0), T("KG-10012"), N(1.2)],
            &[T(TWO[1].0), T("KG-10013"), N(0.85)],
        ][..],
        &[&[T(TWO[0].0), T("KG-10012"), N(1.2)], &[T(TWO[1].0), T("KG-10013"), N(0.85)]],
        &[&[T("KG-10012"), T(TWO[0].0), T("1.2kg")], &[T("KG-10013"), T(TWO[1].0), T("850g")]],
        // The headings of number and client are exchanged.
        &[
            &[T("编号"), T("Код"), T("кг")],
            &[T("KG-10012"), T(TWO[0].0), N(1.2)],
            &[T("KG-10013"), T(TWO[1].0), N(0.85)],
        ],
        // The code stands with the name, and another column is called code.
        &[
            &[T("单号"), T("代码"), T("收件人"), T("重量")],
            &[T(TWO[0].0), T("A1"), T("（CARGO）王 KG-10012"), N(1.2)],
            &[T(TWO[1].0), T("B7"), T("李KG10013,13800138000"), N(0.85)],
        ],
    ] {
        assert_eq!(parcels(&book(&[("S", rows)])), two(), "{rows:?}");
    }
}

#[test]
fn totals_headings_again_notes_and_templates_are_no_parcels() {
    let rows: Rows<'_> = &[
        &[T("序号"), T("单号"), T("唛头"), T("品名"), T("件数"), T("重量")],
        &[N(1.0), T(TWO[0].0), T("KG-10012"), T("鞋"), N(1.0), N(1.2)],
        &[T("小计"), E, E, E, N(1.0), N(1.2)],
        &[T("序号"), T("单号"), T("唛头"), T("品名"), T("件数"), T("重量")],
        &[N(2.0), T(TWO[1].0), T("KG-10013"), T("鞋"), N(1.0), N(0.85)],
        &[E, E, T("KG-10013 合计"), E, N(1.0), N(0.85)],
        &[N(3.0)],
        &[N(4.0), E, E, E, N(1.0)],
        &[T("Итого:"), E, E, E, N(2.0), N(2.05)],
        &[E, E, E, E, N(2.0), N(2.05)],
        &[E, E, E, E, F("=SUM(E2:E5)"), F("=SUM(F2:F5)")],
        &[T("Всё верно, Азамат")],
        &[E, T("Жыйынтыгы"), E, E, E, N(2.05)],
    ];
    let bytes = book(&[("S", rows)]);
    assert_eq!(parcels(&bytes), two());
    assert_eq!(errors(&bytes), []);
    let other: Vec<u32> =
        reading(&bytes, &Correction::default()).sheets[0].other_rows.iter().map(|row| row.row).collect();
    assert_eq!(other, [3, 4, 6, 7, 8, 9, 10, 11, 12, 13]);
}

#[test]
fn every_sheet_is_told_of() {
    let table: Rows<'_> = &[&[T("单号"), T("唛头"), T("kg")], &[T(TWO[0].0), T("KG-10012"), N(1.2)]];
    let other: Rows<'_> = &[&[T("Код клиента"), T("кг"), T("Трек")], &[T("KG-10013"), N(0.85), T(TWO[1].0)]];
    let notes: Rows<'_> = &[&[T("звонили клиентам, см. чат 75712205330499")]];
    let hidden: Rows<'_> = &[&[T("单号"), T("唛头")], &[T("YT0000000000001"), T("KG-10014")]];
    let mut workbook = Workbook::new();
    for (name, rows) in [("一", table), ("Два", other), ("Заметки", notes), ("Empty", &[]), ("H", hidden)] {
        let sheet = workbook.add_worksheet().set_name(name).unwrap();
        draw(sheet, rows);
        sheet.set_hidden(name == "H");
    }
    let bytes = workbook.save_to_buffer().unwrap();
    assert_eq!(parcels(&bytes), two());
    let sheets = reading(&bytes, &Correction::default()).sheets;
    let told: Vec<_> = sheets.iter().map(|sheet| (sheet.sheet.as_str(), sheet.passed_over.as_deref())).collect();
    assert_eq!(
        told,
        [
            ("一", None),
            ("Два", None),
            ("Заметки", Some("no table of parcels was recognised on it")),
            ("Empty", Some("the sheet is empty")),
            ("H", Some("the sheet is hidden")),
        ]
    );
    let all = Correction { include_hidden: Some(true), ..Correction::default() };
    assert_eq!(reading(&bytes, &all).lines.len(), 3);
}

#[test]
fn hidden_rows_are_skipped_unless_they_are_wanted() {
    let rows: Rows<'_> = &[
        &[T("单号"), T("唛头"), T("kg")],
        &[T(TWO[0].0), T("KG-10012"), N(1.2)],
        &[T("YT0000000000001"), T("KG-10014"), N(3.0)],
        &[T(TWO[1].0), T("KG-10013"), N(0.85)],
    ];
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    draw(sheet, rows);
    sheet.set_row_hidden(2).unwrap();
    let bytes = workbook.save_to_buffer().unwrap();
    assert_eq!(parcels(&bytes), two());
    let skipped: Vec<_> = lines(&bytes).into_iter().filter(|line| line.settled == Some(Outcome::Skipped)).collect();
    assert_eq!((skipped.len(), skipped[0].row), (1, 3));
    let all = Correction { include_hidden: Some(true), ..Correction::default() };
    assert!(reading(&bytes, &all).lines.iter().all(|line| line.settled.is_none()));
}

#[test]
fn numbers_are_taken_when_no_digit_is_lost() {
    let cells = [
        (N(435_423_915_918_312.0), Ok("435423915918312")),
        (T("'75712205330425"), Ok("75712205330425")),
        (T("ＹＴ８８１２３４５６７８９０１"), Ok("YT8812345678901")),
        (T("yt 8812345678901"), Ok("YT8812345678901")),
        (T("YT\u{200B}8812345678901\u{A0}"), Ok("YT8812345678901")),
        (T("75712205330425.0"), Ok("75712205330425")),
        (T("=\"75712205330425\""), Ok("75712205330425")),
        (T("7.75E+14"), Err("lost digits: 7.75E+14")),
        (T("7,75E14"), Err("lost digits")),
        (N(4_354_239_159_183_120.0), Err("lost digits: 4354239159183120; format the column as text and send it again")),
        (N(43_542_391_591_831_275.0), Err("lost digits")),
        (T("YT8812345678901 / YT8812345678902"), Err("2 tracking numbers")),
        (T("YT8812345678901\nYT8812345678902"), Err("2 tracking numbers")),
        (T("#N/A"), Err("no tracking number")),
        (T("без трека"), Err("no tracking number")),
        (E, Err("no tracking number")),
    ];
    for (cell, expected) in cells {
        let rows: Rows<'_> = &[
            &[T("单号"), T("唛头"), T("kg"), T("货物")],
            &[T("YT0000000000001"), T("KG-10014"), N(3.0), T("x")],
            &[cell, T("KG-10012"), N(1.2), T("x")],
        ];
        let line = lines(&book(&[("S", rows)])).pop().unwrap();
        match expected {
            Ok(number) => assert_eq!((line.tracking_number.as_deref(), line.settled), (Some(number), None), "{cell:?}"),
            Err(why) => {
                assert_eq!(line.settled, Some(Outcome::Error), "{cell:?} {line:?}");
                assert!(line.remark.as_deref().unwrap().contains(why), "{cell:?} {line:?}");
            }
        }
    }
}

#[test]
fn bad_rows_are_named_one_by_one() {
    let rows: Rows<'_> = &[
        &[T("单号"), T("唛头"), T("重量kg"), T("货物"), T("备注")],
        &[T("YT0000000000001"), T("KG-10014"), N(-3.0), T("x")],
        &[T("YT0000000000002"), T("KG-10014"), N(0.0), T("x")],
        &[T("YT0000000000003"), T("KG-10014"), T("тяжёлый"), T("x")],
        &[T("YT0000000000004"), T("KG-10014"), N(99_999.0), T("x")],
        &[T("YT0000000000005"), T("KG-1O014"), N(1.0), T("x")],
        &[T("YT0000000000006"), T("KG-10014 KG-10015"), N(1.0), T("x")],
        &[E, T("KG-10014"), N(1.0), T("x")],
        &[T("YT0000000000008"), T("KG-10014"), N(1.0), T("x"), T("破损")],
        &[T("YT0000000000009"), T("无"), E, T("x"), T("易碎")],
        &[T("YT0000000000008"), T("kg10014"), N(1.0), T("x"), T("重复")],
        &[T("YT0000000000008"), T("KG-10015"), N(1.0), T("x")],
        &[T("YT0000000000008"), T("KG-10014"), N(1.1), T("x")],
    ];
    let bytes = book(&[("S", rows)]);
    for ((row, why), (expected, part)) in errors(&bytes).into_iter().zip([
        (2, "negative"),
        (3, "zero"),
        (4, "\"тяжёлый\" is no weight"),
        (5, "more than any parcel"),
        (6, "is not one client code"),
        (7, "is not one client code"),
        (8, "no tracking number"),
        (12, "repeats row 9, but for the client KG-10015 instead of KG-10014"),
        (13, "repeats row 9, but weighs 1100 g instead of 1000 g"),
    ]) {
        assert_eq!(row, expected, "{why}");
        assert!(why.contains(part), "{row}: {why}");
    }
    assert_eq!(errors(&bytes).len(), 9);
    let lines = lines(&bytes);
    assert!(lines[7].is_damaged && !lines[8].is_damaged);
    assert_eq!(lines[7].note.as_deref(), Some("x; 破损"));
    assert_eq!((&lines[8].client_code, lines[8].weight_g, lines[8].settled), (&None, None, None));
    assert_eq!((lines[9].settled, lines[9].remark.as_deref()), (Some(Outcome::Skipped), Some("it repeats row 9")));
}

#[test]
fn a_mark_that_spans_rows_is_that_of_each() {
    let mut workbook = Workbook::new();
    let format = Format::new();
    let sheet = workbook.add_worksheet();
    draw(
        sheet,
        &[
            &[T("唛头"), T("单号"), T("kg")],
            &[E, T("YT0000000000001"), N(1.0)],
            &[E, T("YT0000000000002"), N(2.0)],
            &[T("KG-10013"), T("YT0000000000003"), N(3.0)],
            &[E, T("YT0000000000004"), N(4.0)],
        ],
    );
    sheet.merge_range(1, 0, 2, 0, "KG-10012", &format).unwrap();
    let clients: Vec<_> =
        parcels(&workbook.save_to_buffer().unwrap()).into_iter().map(|(_, client, _)| client).collect();
    assert_eq!(clients, ["KG-10012", "KG-10012", "KG-10013", ""]);
}

#[test]
fn the_total_weight_of_several_pieces_is_the_parcel() {
    let rows: Rows<'_> = &[
        &[T("单号"), T("唛头"), T("件数"), T("重量"), T("总重量")],
        &[T("YT0000000000001"), T("KG-10014"), N(3.0), N(1.5), N(4.5)],
        &[T("YT0000000000002"), T("KG-10014"), N(1.0), N(1.5), N(99.0)],
        &[T("YT0000000000003"), T("KG-10014"), N(1.0), E, N(2.5)],
    ];
    let grams: Vec<_> = parcels(&book(&[("S", rows)])).into_iter().map(|(.., grams)| grams).collect();
    assert_eq!(grams, [4500, 1500, 2500]);
}

#[test]
fn text_files_come_in_every_encoding_and_with_every_separator() {
    let chinese =
        "入库清单\n单号,唛头,重量kg,货物\nYT8812345678901,КG-10012,1.2,女鞋\n75712205330425,KG10013,0.85,背包\n";
    let russian = "Склад Гуанчжоу\n\nТрек-код;Код клиента;Вес, кг;Товар\nYT8812345678901;KG-10012;1,2;обувь\n\
                   75712205330425;KG 10013;0,85;рюкзак\nИтого;;2,05;\n";
    for separator in [",", ";", "\t"] {
        for encoding in [UTF_8, GB18030] {
            let text = chinese.replace(',', separator);
            assert_eq!(parcels(&encoded(encoding, &text)), two(), "{separator:?} {}", encoding.name());
        }
    }
    for (separator, with) in [(";", ";"), (";", "\t")] {
        for encoding in [UTF_8, WINDOWS_1251] {
            let text = russian.replace(separator, with).replace('\n', "\r\n");
            assert_eq!(parcels(&encoded(encoding, &text)), two(), "{with:?} {}", encoding.name());
        }
    }
    assert_eq!(parcels(format!("\u{FEFF}{chinese}").as_bytes()), two());
}

#[test]
fn a_person_corrects_what_was_recognised() {
    let rows: Rows<'_> = &[
        &[T("X"), T("Y"), T("Z"), T("W")],
        &[T(TWO[0].0), T("KG-10012"), N(2.4), N(7.0)],
        &[T(TWO[1].0), T("KG-10013"), N(1.7), N(8.0)],
    ];
    let said: Correction = serde_json::from_value(serde_json::json!({"sheets": [{
        "sheet": "S", "header_row": 1,
        "columns": {"tracking_number": "A", "client_code": "B", "weight": {"column": "c", "unit": "jin"}},
    }]}))
    .unwrap();
    let lines = reading(&book(&[("S", rows)]), &said).lines;
    assert_eq!(lines.iter().map(|line| line.weight_g).collect::<Vec<_>>(), [Some(1200), Some(850)]);
}

#[test]
fn dates_and_phones_are_no_numbers_of_couriers() {
    let mut workbook = Workbook::new();
    let day = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    let sheet = workbook.add_worksheet();
    draw(
        sheet,
        &[
            &[T("时间"), T("电话"), T("订单号"), T("运单"), T("客户"), T("重量")],
            &[E, N(13_800_138_000.0), T("3912345678901234567"), T(TWO[0].0), T("KG-10012"), N(1.2)],
            &[E, N(13_800_138_001.0), T("3912345678901234568"), T(TWO[1].0), T("KG-10013"), N(0.85)],
        ],
    );
    for row in [1, 2] {
        sheet.write_number_with_format(row, 0, 46_163.5, &day).unwrap();
    }
    assert_eq!(parcels(&workbook.save_to_buffer().unwrap()), two());
}

#[test]
fn the_four_files_are_read_completely() {
    for (file, rows, skipped, unmarked) in [
        ("guangzhou-2026-11-14.xlsx", 322, 1, 1),
        ("bishkek-2026-11-16.xlsx", 240, 0, 0),
        ("yiwu-2026-11-15.csv", 180, 0, 0),
        ("plain.csv", 60, 0, 0),
    ] {
        let lines = lines(&std::fs::read(data(&format!("manifests/{file}"))).unwrap());
        let settled = |outcome| lines.iter().filter(|line| line.settled == Some(outcome)).count();
        let bare = lines.iter().filter(|line| line.client_code.is_none()).count();
        assert_eq!((lines.len(), settled(Outcome::Skipped), bare), (rows, skipped, unmarked), "{file}");
        assert_eq!(settled(Outcome::Error), 0, "{file}");
        assert!(lines.iter().all(|line| line.weight_g.is_some() && line.tracking_number.is_some()), "{file}");
    }
}

/// A cell of a table that nobody would draw.
fn any_cell() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        Just(String::new()),
        Just("合计".to_owned()),
        Just("单号".to_owned()),
        Just("重量(斤)".to_owned()),
        Just("尺寸".to_owned()),
        Just("Код клиента".to_owned()),
        "[A-Z]{2}[0-9]{8,13}",
        "KG ?-?[0-9]{4,6}",
        "-?[0-9]{0,6}[.,][0-9]{0,3} ?(kg|г|斤)?",
        "[0-9]{1,3}[*x×х][0-9]{1,3}[*x×х][0-9]{1,3}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_table_makes_it_panic(rows in proptest::collection::vec(proptest::collection::vec(any_cell(), 0..8), 0..20), with_unit in any::<bool>()) {
        let quote = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
        let head = if with_unit { "单号,唛头,重量,尺寸,件数,总重\n" } else { "" };
        let text = rows.iter().map(|row| row.iter().map(quote).collect::<Vec<_>>().join(",")).collect::<Vec<_>>().join("\n");
        if let Ok(book) = sheets::read(format!("{head}{text}").as_bytes()) {
            let remembered = HashMap::new();
            let expected = Expected { prefix: "KG", remembered: &remembered };
            let read = read(&book, &expected, &Correction::default()).unwrap();
            let numbers: Vec<_> = read.lines.iter().filter(|line| line.settled.is_none()).map(|line| line.tracking_number.clone()).collect();
            prop_assert!(numbers.iter().all(Option::is_some));
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        if let Ok(book) = sheets::read(&bytes) {
            let remembered = HashMap::new();
            let _ = read(&book, &Expected { prefix: "KG", remembered: &remembered }, &Correction::default());
        }
    }
}
