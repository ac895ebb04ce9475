//! Files of every kind: as warehouses and programs write them, and as somebody would who means harm.

use std::io::{Cursor, Write};
use std::path::PathBuf;

use chrono::NaiveDate;
use proptest::prelude::*;
use rust_xlsxwriter::{Format, Formula, Workbook as Writer};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

fn data(name: &str) -> Vec<u8> {
    std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)).unwrap()
}

fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}

fn number(digits: &str, lossy: bool) -> Cell {
    Cell::Number(Number { text: digits.into(), lossy })
}

fn shown(row: &Row) -> Vec<String> {
    row.cells.iter().map(|cell| cell.shown().into_owned()).collect()
}

/// An archive of these parts.
fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

const BOOK: &str = r#"<workbook xmlns:r="r"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const PARTS: &str = r#"<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>
    <Relationship Id="rId2" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;
const ROOT: &str = r#"<Relationships><Relationship Id="rId1" Type="x/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;

/// A workbook of one sheet with this XML, and these shared texts.
fn workbook_with(sheet: &str, strings: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let mut parts: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", ROOT.as_bytes()),
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", PARTS.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
        ("xl/sharedStrings.xml", strings.as_bytes()),
    ];
    parts.extend(more);
    packed(&parts)
}

/// A workbook with this list of sheets.
fn book_of(list: &str, sheet: &str) -> Vec<u8> {
    packed(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", ROOT.as_bytes()),
        ("xl/workbook.xml", list.as_bytes()),
        ("xl/_rels/workbook.xml.rels", PARTS.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

fn workbook(sheet: &str) -> Vec<u8> {
    workbook_with(sheet, "<sst/>", &[])
}

/// A sheet with these rows.
fn sheet(rows: &str) -> String {
    format!("<worksheet><sheetData>{rows}</sheetData></worksheet>")
}

fn refusal(bytes: &[u8]) -> SheetError {
    read(bytes).expect_err("a refusal")
}

#[test]
fn the_manifests_are_read_completely() {
    let guangzhou = read(&data("manifests/guangzhou-2026-11-14.xlsx")).unwrap();
    assert_eq!(
        guangzhou.sheets.iter().map(|s| (s.name.as_str(), s.rows.len())).collect::<Vec<_>>(),
        [("入库明细", 325)]
    );
    let rows = &guangzhou.sheets[0].rows;
    assert_eq!(shown(&rows[0]), ["广州仓 入库清单 2026-11-14"]);
    assert_eq!((rows[1].number, rows[1].cells.len(), rows[1].cell(2).shown().as_ref()), (3, 11, "快递单号"));
    assert_eq!(
        rows[2].cells[1],
        Cell::Date(NaiveDate::from_ymd_opt(2026, 11, 10).unwrap().and_hms_opt(3, 52, 0).unwrap())
    );
    assert_eq!((rows[2].cells[0].clone(), rows[2].cells[6].clone()), (number("1", false), number("1.91", false)));
    assert_eq!(shown(&rows[324])[..6], ["合计", "", "", "", "", "322"]);
    let as_numbers: Vec<&Number> = rows[2..324]
        .iter()
        .filter_map(|row| if let Cell::Number(number) = row.cell(2) { Some(number) } else { None })
        .collect();
    assert!(as_numbers.iter().all(|number| !number.lossy && (14..=15).contains(&number.text.len())), "{as_numbers:?}");
    let bishkek = read(&data("manifests/bishkek-2026-11-16.xlsx")).unwrap();
    let counts: Vec<_> = bishkek.sheets.iter().map(|sheet| (sheet.name.as_str(), sheet.rows.len())).collect();
    assert_eq!(counts, [("Лист1", 121), ("Лист2", 121), ("Заметки", 1)]);
    assert_eq!(shown(&bishkek.sheets[0].rows[1]), ["771153545976061", "KG—10078", "0,45", "11.11.2026", "рюкзак"]);
    let yiwu = read(&data("manifests/yiwu-2026-11-15.csv")).unwrap();
    assert_eq!(yiwu.sheets[0].rows.len(), 181);
    assert_eq!(shown(&yiwu.sheets[0].rows[0]), ["单号", "唛头", "重量kg", "件数", "货物"]);
    assert_eq!(shown(&yiwu.sheets[0].rows[1]), ["435423915918312", "КG-10033", "7.86", "1", "厨具"]);
    let plain = read(&data("manifests/plain.csv")).unwrap();
    assert_eq!(plain.sheets[0].rows.len(), 61);
    assert_eq!(shown(&plain.sheets[0].rows[0])[..3], ["tracking_number", "client_code", "weight_kg"]);
}

#[test]
fn a_workbook_of_another_program_is_read_as_it_was_written() {
    let mut book = Writer::new();
    let (day, hidden_day) =
        (Format::new().set_num_format("dd.mm.yyyy"), Format::new().set_num_format("[$-419]d mmm yyyy;@"));
    let sheet = book.add_worksheet().set_name("Один").unwrap();
    sheet.write_string(0, 0, "Ключ").unwrap().write_string(0, 2, "Ключ").unwrap();
    sheet.write_number(1, 0, 435_423_915_918_312.0).unwrap().write_number(1, 1, 0.1 + 0.2).unwrap();
    sheet.write_number_with_format(2, 0, 46_336.5, &day).unwrap();
    sheet.write_number_with_format(2, 1, 46_336.0, &hidden_day).unwrap();
    sheet.write_boolean(2, 2, true).unwrap().write_formula(2, 3, Formula::new("1+1").set_result("2")).unwrap();
    sheet.set_row_hidden(2).unwrap();
    sheet.write_number(4, 0, 1.234_567_890_123_456_8e17).unwrap();
    book.add_worksheet().set_name("Два").unwrap().set_hidden(true);
    let read = read(&book.save_to_buffer().unwrap()).unwrap();
    let rows = &read.sheets[0].rows;
    assert_eq!(
        rows.iter().map(|row| (row.number, row.hidden)).collect::<Vec<_>>(),
        [(1, false), (2, false), (3, true), (5, false)]
    );
    assert_eq!(rows[0].cells, [text("Ключ"), Cell::Empty, text("Ключ")]);
    assert_eq!(rows[1].cells, [number("435423915918312", false), number("0.3", false)]);
    assert_eq!(shown(&rows[2]), ["2026-11-10 12:00:00", "2026-11-10", "TRUE", "2"]);
    assert!(matches!(&rows[3].cells[0], Cell::Number(number) if number.lossy), "{:?}", rows[3]);
    assert_eq!((read.sheets[1].hidden, read.sheets[1].rows.len()), (true, 0));
}

#[test]
fn a_binary_workbook_is_read_the_same_way() {
    // Written with xlwt, which shares no line with the reader.
    let book = read(&data("tables/binary.xls")).unwrap();
    assert_eq!(
        book.sheets.iter().map(|s| (s.name.as_str(), s.hidden, s.rows.len())).collect::<Vec<_>>(),
        [("Выписка", false, 154), ("hidden", true, 1)]
    );
    let rows = &book.sheets[0].rows;
    assert_eq!(shown(&rows[0]), ["Выписка по счету 1030120000000001"]);
    assert_eq!(shown(&rows[2]), ["2026-11-14", "1245.05", "Оплата TG-7K4M9-2QX8C-5 王", "435423915918312", "TRUE"]);
    assert_eq!((rows[3].hidden, rows[3].cell(0).shown().as_ref()), (true, "2026-11-14 10:30:00"));
    assert_eq!(
        (rows[3].cell(1).clone(), rows[3].cell(3).clone()),
        (number("-17", false), number("100000000000000000", true))
    );
    // The texts of this file fill several records that continue each other.
    assert!((4..154).all(|at| rows[at].cell(2).shown() == format!("строка {},2 ", at + 1).repeat(8).trim()));
    assert_eq!(book.sheets[1].rows[0].cells, [Cell::Empty, number("0.3", false)]);
}

#[test]
fn a_cell_that_reaches_down_is_seen_in_every_row() {
    let mut book = Writer::new();
    let sheet = book.add_worksheet();
    let plain = Format::new();
    sheet.merge_range(0, 0, 0, 2, "title", &plain).unwrap();
    sheet.merge_range(1, 1, 3, 1, "KG-10427", &plain).unwrap();
    for row in 1..5 {
        sheet.write_string(row, 0, format!("YT{row}")).unwrap();
    }
    let read_back = read(&book.save_to_buffer().unwrap()).unwrap();
    let read_back = &read_back.sheets[0];
    assert_eq!(read_back.spans, [Span { column: 1, first: 2, last: 4 }]);
    let seen: Vec<_> = read_back.rows[1..].iter().map(|row| read_back.seen(row, 1).shown()).collect();
    assert_eq!(seen, ["KG-10427", "KG-10427", "KG-10427", ""]);
    let own: Vec<_> = read_back.rows[1..].iter().map(|row| row.cell(1).shown()).collect();
    assert_eq!(own, ["KG-10427", "", "", ""]);
}

#[test]
fn a_text_that_was_kept_from_becoming_a_number_is_that_text() {
    let rows = &read(b"a,b\n\"=\"\"435423915918312\"\"\",=\"KG-10427\"\n=1+1,\"=\"\"\"\n").unwrap().sheets[0].rows;
    let shown: Vec<_> = rows.iter().map(shown).collect();
    assert_eq!(shown, [["a", "b"], ["435423915918312", "KG-10427"], ["=1+1", "=\""]]);
}

#[test]
fn a_row_ends_with_its_last_cell_whatever_invisible_follows() {
    let rows =
        &read("a,b\n1,\u{7f}\n2,\u{3000}\n3,\"=\"\"\"\"\"\n\u{3000},\u{200b}\n".as_bytes()).unwrap().sheets[0].rows;
    let widths: Vec<_> = rows.iter().map(|row| row.cells.len()).collect();
    assert_eq!(widths, [2, 1, 1, 1]);
}

#[test]
fn a_number_says_whether_it_may_have_lost_digits() {
    for (stored, digits, lossy) in [
        ("435423915918312", "435423915918312", false),
        ("4.35423915918312E+14", "435423915918312", false),
        ("435423915918310", "435423915918310", false),
        ("999999999999999", "999999999999999", false),
        ("1000000000000000", "1000000000000000", true),
        ("4354239159183120", "4354239159183120", true),
        ("4.35423915918312E+15", "4354239159183120", true),
        ("4354239159183127", "4354239159183127", false),
        ("9007199254740992", "9007199254740992", false),
        ("9007199254740994", "9007199254740990", true),
        ("43542391591831275", "43542391591831300", true),
        ("-4354239159183120", "-4354239159183120", true),
        ("78258460121471.0", "78258460121471", false),
        ("1.1000000000000001", "1.1", false),
        ("-0.45", "-0.45", false),
        ("5E-2", "0.05", false),
        ("-0.0", "0", false),
    ] {
        assert_eq!(Number::of(stored.parse().unwrap()), Some(Number { text: digits.into(), lossy }), "{stored}");
        let book = read(&workbook(&sheet(&format!("<row><c><v>{stored}</v></c></row>")))).unwrap();
        assert_eq!(book.sheets[0].rows[0].cells, [number(digits, lossy)], "{stored}");
    }
    assert_eq!((Number::of(f64::NAN), Number::of(f64::INFINITY)), (None, None));
    let csv = read("a;b;c\n4,35424E+14;7E12;1,5E+00\n".as_bytes()).unwrap();
    assert_eq!(csv.sheets[0].rows[1].cells, [number("435424000000000", true), text("7E12"), number("1.5", false)]);
}

#[test]
fn hand_made_xml_is_understood() {
    let rows = r#"<row><c t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><r><t>a&amp;</t></r><r><t xml:space="preserve">&#x416; </t></r></is></c></row>
        <row r="7" hidden="true"><c r="B7" s="9"><f>1+1</f><v></v></c><c r="D7" t="d"><v>2026-11-14</v></c><c r="E7" t="e"><v>#N/A</v></c></row>
        <x:row xmlns:x="m" r="8"><x:c r="XFD8"/><x:c r="A8"><x:v>5</x:v></x:c></x:row>"#;
    let strings = "<sst><si><t>王</t><rPh sb=\"0\" eb=\"1\"><t>wang</t></rPh></si></sst>";
    let book = read(&workbook_with(&sheet(rows), strings, &[])).unwrap();
    let rows = &book.sheets[0].rows;
    assert_eq!(
        rows.iter().map(|row| (row.number, row.hidden)).collect::<Vec<_>>(),
        [(1, false), (7, true), (8, false)]
    );
    assert_eq!(rows[0].cells, [text("王"), Cell::Empty, text("a&Ж ")]);
    assert_eq!(shown(&rows[1]), ["", "", "", "2026-11-14", "#N/A"]);
    assert_eq!(shown(&rows[2]), ["5"]);
}

#[test]
fn separators_and_lines_are_found_out() {
    for (file, expected) in [
        ("Выписка\n\nДата;Сумма\n01.02.2026;1 245,00\n02.02.2026;7,5\n", vec![(1, 1), (3, 2), (4, 2), (5, 2)]),
        ("a,b,c\n1,2,3\n", vec![(1, 3), (2, 3)]),
        ("a\tb\n1,5\t2,5\n1,5\t2,5\n", vec![(1, 2), (2, 2), (3, 2)]),
        ("sep=,\r\na;b,c\r\n", vec![(2, 2)]),
        ("a;\"b;\"\"c\"\"\nd\";e\nf;g;h\n", vec![(1, 3), (3, 3)]),
        ("just a line", vec![(1, 1)]),
        ("a;b;;\n;;;\n;x", vec![(1, 2), (3, 2)]),
    ] {
        let book = read(file.as_bytes()).unwrap();
        let found: Vec<_> = book.sheets[0].rows.iter().map(|row| (row.number, row.cells.len())).collect();
        assert_eq!(found, expected, "{file}");
    }
}

#[test]
fn a_text_is_compared_without_what_nobody_sees() {
    for (typed, meant) in [
        ("\u{FEFF}ＫＧ－１０４２７", "KG-10427"),
        ("  1\u{A0}245,00\u{200B} ", "1 245,00"),
        ("a\t \u{3000}b\r\n", "a b"),
        ("со\u{AD}м\u{7}", "сом"),
    ] {
        assert_eq!(plain(typed), meant);
    }
    assert_eq!(Cell::of_text(" \u{200B}\u{A0}"), Cell::Empty);
    assert_eq!(Cell::of_text("a\0b\u{1}\nc"), text("ab\nc"));
}

#[test]
fn what_is_no_table_is_refused_by_its_content() {
    use SheetError::{NotATable, OtherForm};
    for (bytes, refused) in [
        (&b""[..], SheetError::Empty),
        (b" \r\n", SheetError::Empty),
        (b"%PDF-1.7 ...", NotATable("a PDF document")),
        (b"\x89PNG\r\n", NotATable("a picture")),
        (b"\xFF\xD8\xFF\xE0", NotATable("a picture")),
        (b"Rar!\x1A\x07", NotATable("a packed file")),
        (b"\xEF\xBB\xBF <html><table>", OtherForm("a web page or an XML file under the name of a table")),
        (b"<?xml version=\"1.0\"?><Workbook>", OtherForm("a web page or an XML file under the name of a table")),
        (b"a;b\0c", SheetError::Encoding),
        (b"PK\x03\x04rest", SheetError::Damaged("its archive cannot be opened")),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1rest", SheetError::Damaged("its container cannot be read")),
    ] {
        assert_eq!(refusal(bytes), refused, "{bytes:?}");
    }
    assert_eq!(refusal(&packed(&[("photo.jpg", b"x")])), NotATable("a packed file"));
    assert_eq!(refusal(&packed(&[("mimetype", b"application/vnd.oasis")])), OtherForm("an OpenDocument table"));
    assert_eq!(refusal(&packed(&[("xl/workbook.bin", b"x")])), OtherForm("a binary workbook (XLSB)"));
    assert_eq!(refusal(&packed(&[("word/document.xml", b"x")])), NotATable("a text document or a presentation"));
    assert_eq!(refusal(&vec![b'a'; limits::FILE_BYTES + 1]), SheetError::TooLarge(limits::FILE_BYTES));
    assert_eq!(refusal(&vec![b'a'; limits::TEXT_BYTES + 1]), SheetError::TooLarge(limits::TEXT_BYTES));
}

#[test]
fn macros_and_files_inside_are_refused() {
    let with = |part| refusal(&workbook_with(&sheet(""), "<sst/>", &[(part, b"x")]));
    assert_eq!(with("xl/vbaProject.bin"), SheetError::Macros);
    for part in ["xl/embeddings/a.bin", "inner.zip", "xl/media/b.XLSX"] {
        assert_eq!(with(part), SheetError::Embedded(part.to_owned()));
    }
    assert!(read(&workbook_with(&sheet(""), "<sst/>", &[("xl/media/photo.png", b"x")])).is_ok());
}

#[test]
fn entities_are_refused() {
    let bomb = r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>"#;
    assert_eq!(refusal(&workbook(&format!("{bomb}{}", sheet("<row><c><v>&b;</v></c></row>")))), SheetError::Entities);
    let inline = "<row><c t=\"inlineStr\"><is><t>&b;</t></is></c></row>";
    assert_eq!(refusal(&workbook(&sheet(inline))), SheetError::Entities);
    // Wherever the pieces of 16 KiB end in which the part is looked at.
    for before in 16_360..16_390 {
        let late = format!("{}<!ENTITY a 'b'>", " ".repeat(before));
        assert_eq!(refusal(&workbook(&late)), SheetError::Entities, "{before}");
    }
    assert_eq!(refusal(&workbook_with(&sheet(""), "<sst><si><t>&xxe;</t></si></sst>", &[])), SheetError::Entities);
}

#[test]
fn a_bomb_is_refused_by_what_it_claims_and_by_what_comes_out() {
    let zeros = vec![b' '; limits::UNPACKED_BYTES + 1];
    assert_eq!(
        refusal(&workbook_with(&sheet(""), "<sst/>", &[("xl/media/a.png", &zeros)])),
        SheetError::TooMuchUnpacked
    );
    // The same bytes as a sheet, whose size the archive understates.
    let honest = workbook(std::str::from_utf8(&zeros[..4 * limits::MIB]).unwrap());
    let mut lying = honest;
    let size = u32::try_from(4 * limits::MIB).unwrap().to_le_bytes();
    let places: Vec<usize> = lying.windows(4).enumerate().filter(|(_, at)| *at == size).map(|(at, _)| at).collect();
    assert!(!places.is_empty());
    for at in places {
        lying[at..at + 4].copy_from_slice(&100_u32.to_le_bytes());
    }
    assert!(matches!(refusal(&lying), SheetError::Damaged(_)));
    let many: Vec<String> = (0..=limits::PARTS).map(|at| format!("a{at}")).collect();
    let parts: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert_eq!(refusal(&packed(&parts)), SheetError::TooManyParts);
}

#[test]
fn a_sheet_is_judged_by_its_cells_not_by_what_it_claims() {
    let claim = |size: &str| {
        format!("<worksheet><dimension ref=\"{size}\"/><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>")
    };
    assert_eq!(read(&workbook(&claim("A1:XFD1048576"))).unwrap().sheets[0].rows.len(), 1);
    let one = |place: &str| sheet(&format!("<row r=\"1\"><c r=\"{place}\"><v>1</v></c></row>"));
    assert_eq!(refusal(&workbook(&one("ALM1"))), SheetError::TooManyColumns(1));
    assert_eq!(refusal(&workbook(&one("A1048577"))), SheetError::Damaged("it names a place that no sheet has"));
    for place in ["A0", "1A", "A", "A99999999999", "AAAAAAAAA1"] {
        assert!(refusal(&workbook(&one(place))).to_string().contains("damaged"), "{place}");
    }
    assert_eq!(
        refusal(&workbook(&sheet("<row><c t=\"s\"><v>0</v></c></row>"))),
        SheetError::Damaged("a cell names a text that is not there")
    );
}

#[test]
fn rows_are_put_in_order_and_unknown_errors_are_no_content() {
    let rows = r#"<row r="3"><c r="A3"><v>3</v></c></row><row r="2" hidden="1"><c r="A2" t="e"><v>#SPILL!</v></c><c r="B2"><v>2</v></c></row>"#;
    let book = read(&workbook(&sheet(rows))).unwrap();
    let rows: Vec<_> = book.sheets[0].rows.iter().map(|row| (row.number, row.hidden, shown(row))).collect();
    assert_eq!(rows, [(2, true, vec![String::new(), "2".to_owned()]), (3, false, vec!["3".to_owned()])]);
    let twice = "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>".repeat(2);
    assert_eq!(refusal(&workbook(&sheet(&twice))), SheetError::Damaged("it has two cells in one place"));
}

#[test]
fn days_are_counted_from_1900_or_from_1904() {
    let styles = r#"<styleSheet><cellXfs><xf/><xf numFmtId="14"/><xf numFmtId="46"/></cellXfs></styleSheet>"#;
    let cells = r#"<row><c s="1"><v>46336.5</v></c><c s="1"><v>0.25</v></c><c s="1"><v>2958466</v></c><c s="2"><v>1.5</v></c><c s="1"><v>-1</v></c></row>"#;
    let rest = ["0.25", "2958466", "1.5", "-1"];
    for (first_day, day) in [("", "2026-11-10 12:00:00"), ("<workbookPr date1904=\"1\"/>", "2030-11-11 12:00:00")] {
        let book = BOOK.replace("<sheets>", &format!("{first_day}<sheets>"));
        let read = read(&packed(&[
            ("[Content_Types].xml", b"<Types/>"),
            ("_rels/.rels", ROOT.as_bytes()),
            ("xl/workbook.xml", book.as_bytes()),
            ("xl/_rels/workbook.xml.rels", PARTS.as_bytes()),
            ("xl/worksheets/sheet1.xml", sheet(cells).as_bytes()),
            ("xl/styles.xml", styles.as_bytes()),
        ]));
        let row = shown(&read.unwrap().sheets[0].rows[0]);
        assert_eq!((row[0].as_str(), &row[1..]), (day, &rest.map(str::to_owned)[..]));
    }
}

#[test]
fn what_is_held_as_a_whole_is_bounded_by_claim_and_by_count() {
    let texts = |strings: &str| refusal(&workbook_with(&sheet(""), strings, &[]));
    assert_eq!(texts("<sst uniqueCount=\"99999999999999\"/>"), SheetError::TooMuch);
    assert_eq!(texts("<sst uniqueCount=\"99999999999999999999999\"/>"), SheetError::TooMuch);
    assert_eq!(texts(&format!("<sst>{}</sst>", "<si/>".repeat(2 * limits::SHARED_TEXTS + 1))), SheetError::TooMuch);
    // A long name of a format, in each of very many styles.
    let format = format!("<numFmt numFmtId=\"200\" formatCode=\"{}\"/>", "0".repeat(200_000));
    let styles =
        format!("<styleSheet><numFmts>{format}</numFmts><cellXfs>{}</cellXfs></styleSheet>", "<xf/>".repeat(400));
    let with = |part, content: &str| refusal(&workbook_with(&sheet(""), "<sst/>", &[(part, content.as_bytes())]));
    assert_eq!(with("xl/styles.xml", &styles), SheetError::TooMuch);
    assert_eq!(with("xl/Styles.xml", &"<font/>".repeat(limits::LIST_BYTES / 7 + 1)), SheetError::TooMuch);
    assert_eq!(with("xl/a.xml", "\0<\0!\0D"), SheetError::Damaged("a part of it is not proper XML"));
}

#[test]
fn one_part_is_not_read_for_many_sheets() {
    let listed: String = (0..limits::SHEETS).map(|at| format!("<sheet name=\"S{at}\" r:id=\"rId1\"/>")).collect();
    let book = format!("<workbook xmlns:r=\"r\"><sheets>{listed}</sheets></workbook>");
    let cells = sheet(&"<a/>".repeat(limits::UNPACKED_BYTES / limits::SHEETS / 4 + 1));
    assert_eq!(refusal(&book_of(&book, &cells)), SheetError::TooMuchUnpacked);
    let twice = r#"<workbook xmlns:r="r"><sheets><sheet name="S" r:id="rId1"/><sheet name="S" r:id="rId1"/></sheets></workbook>"#;
    let refused = SheetError::Damaged("two of its sheets have the same name");
    assert_eq!(refusal(&book_of(twice, &sheet(""))), refused);
    let none = r#"<workbook xmlns:r="r"><sheets><sheet name="S" r:id="rId9"/></sheets></workbook>"#;
    assert!(matches!(refusal(&book_of(none, &sheet(""))), SheetError::Damaged(_)));
}

#[test]
fn too_many_sheets_rows_cells_and_tags_are_refused() {
    let listed: String = (0..=limits::SHEETS).map(|at| format!("<sheet name=\"S{at}\" r:id=\"rId1\"/>")).collect();
    let book = format!("<workbook xmlns:r=\"r\"><sheets>{listed}</sheets></workbook>");
    assert_eq!(refusal(&book_of(&book, &sheet(""))), SheetError::TooManySheets);
    let rows = "x\n".repeat(limits::ROWS + 1);
    assert_eq!(refusal(rows.as_bytes()), SheetError::TooManyRows);
    let far: String = (1..=3_000).map(|row| format!("<row><c r=\"ALL{row}\"><v>1</v></c></row>")).collect();
    assert_eq!(refusal(&workbook(&sheet(&far))), SheetError::TooMuch);
    let long = format!("{}\n", "x".repeat(limits::CELL_BYTES + 1));
    assert_eq!(refusal(long.as_bytes()), SheetError::TooMuch);
    assert_eq!(refusal(",".repeat(limits::COLUMNS).as_bytes()), SheetError::Empty);
    assert_eq!(
        refusal(format!("a,b\n{}", ",".repeat(limits::TEXT_BYTES - 4)).as_bytes()),
        SheetError::TooManyColumns(2)
    );
    assert_eq!(refusal(format!("a;b\n\"{}", "x".repeat(limits::RECORD_BYTES)).as_bytes()), SheetError::TooMuch);
    assert_eq!(refusal(format!("a{}b", ",".repeat(limits::COLUMNS)).as_bytes()), SheetError::TooManyColumns(1));
    let tag = format!("<row {}/>", "a=\"b\" ".repeat(limits::PIECE_BYTES / 6));
    assert!(matches!(refusal(&workbook(&sheet(&tag))), SheetError::Damaged(why) if why.contains("longer")));
}

#[test]
fn a_long_text_that_many_cells_name_is_not_looked_at_for_ever() {
    let cells = |count: usize| -> String {
        (1..=count).map(|row| format!("<row r=\"{row}\"><c r=\"A{row}\" t=\"s\"><v>0</v></c></row>")).collect()
    };
    // Seen or not, a text costs time for each cell that names it.
    for letter in ["x", "\u{a0}"] {
        let text = letter.repeat(30_000 / letter.len());
        let strings = format!("<sst><si><t>{text}</t></si></sst>");
        let book = |count| workbook_with(&sheet(&cells(count)), &strings, &[]);
        let most = limits::NAMED_TEXT_BYTES / 30_000;
        assert!(read(&book(most)).is_ok(), "{letter:?}");
        assert_eq!(refusal(&book(most + 1)), SheetError::TooMuch, "{letter:?}");
    }
}

#[test]
fn a_file_that_breaks_off_is_refused_wherever_it_does() {
    for whole in [workbook(&sheet("<row><c><v>1</v></c></row>")), data("tables/binary.xls")] {
        assert!(read(&whole).is_ok());
        for keep in (8..whole.len() - 1).step_by(whole.len() / 97 + 1) {
            assert!(read(&whole[..keep]).is_err() || keep > whole.len() - 4096, "{keep} of {}", whole.len());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000), kind in 0..4) {
        let head: &[u8] = [&b"PK\x03\x04"[..], b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"\xFF\xFE", b""][usize::try_from(kind).unwrap()];
        let _ = read(&[head, &bytes].concat());
    }

    #[test]
    fn no_change_of_a_good_file_makes_it_panic(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20)) {
        for mut file in [data("tables/binary.xls"), workbook(&sheet("<row><c r=\"A1\" t=\"s\"><v>1</v></c></row>"))] {
            for (place, byte) in &changes {
                let at = place.index(file.len());
                file[at] = *byte;
            }
            let _ = read(&file);
        }
    }
}
