//! Manifests: previewed, corrected, committed as a whole or not at all, and never twice.

use calamine::{Data, Reader, Xlsx};
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};
use torugart::customers::{self, Person};
use torugart::ids::Actor;
use torugart::phone::Phone;
use torugart::texts::Lang;

use crate::harness::program::{Shell, file};
use crate::harness::server::*;

const CSV: &str = "text/csv";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const FILES: [(&str, &str, [i64; 5]); 4] = [
    ("guangzhou-2026-11-14.xlsx", XLSX, [321, 0, 0, 1, 0]),
    ("bishkek-2026-11-16.xlsx", XLSX, [240, 0, 0, 0, 0]),
    ("yiwu-2026-11-15.csv", CSV, [180, 0, 0, 0, 0]),
    ("plain.csv", CSV, [60, 0, 0, 0, 0]),
];

/// Customers KG-10001, KG-10002 and so on.
fn clients(s: &Server, count: usize) {
    s.app
        .write_now(&Actor::System, |tx| {
            for n in 0..count {
                let phone = Phone::parse(&format!("0700 {:03} {:03}", 200 + n / 1000, n % 1000)).unwrap();
                let person = Person { name: format!("Client {n}"), phone, email: None, language: Lang::Ru };
                customers::find_or_make(tx, &person)?;
            }
            Ok(())
        })
        .unwrap();
}

fn upload(s: &Server, file: &[u8], media_type: &str) -> Answer {
    s.upload("POST", WAREHOUSE, "/v1/manifests?file_name=list", media_type, file)
}

fn preview(s: &Server, csv: &str) -> Value {
    upload(s, csv.as_bytes(), CSV).expect(201)
}

fn path(manifest: &Value, call: &str) -> String {
    format!("/v1/manifests/{}{call}", manifest["id"].as_str().unwrap())
}

fn commit(s: &Server, manifest: &Value) -> Answer {
    s.post(WAREHOUSE, &path(manifest, "/commit"), json!({}))
}

/// Uploads and commits.
fn import(s: &Server, csv: &str) -> Value {
    commit(s, &preview(s, csv)).expect(200)
}

fn counts(manifest: &Value) -> [i64; 5] {
    ["created", "updated", "unchanged", "skipped", "error"].map(|count| manifest["counts"][count].as_i64().unwrap())
}

fn reason(manifest: &Value, row: usize) -> String {
    manifest["rows"][row]["reason"].as_str().unwrap().to_owned()
}

fn parcel(s: &Server, number: &str) -> Value {
    let found = s.get(WAREHOUSE, &format!("/v1/parcels?tracking_number={number}")).expect(200);
    assert_eq!(found["items"].as_array().unwrap().len(), 1, "{found}");
    found["items"][0].clone()
}

const TWO: &str = "трек,код,вес кг,товар,примечание\nYT8812345678901,KG-10001,1.2,обувь,\nYT8812345678902,,0.5,чехол,поврежден угол\n";

on_both! {
    fn the_four_files_are_imported_completely_and_only_once(s: &Server) {
        clients(s, 120);
        for (file, media_type, expected) in FILES {
            let bytes = std::fs::read(data(&format!("manifests/{file}"))).unwrap();
            let previewed = upload(s, &bytes, media_type).expect(201);
            assert_eq!((counts(&previewed), &previewed["state"]), (expected, &json!("previewed")), "{file}");
            let committed = commit(s, &previewed).expect(200);
            assert_eq!((counts(&committed), &committed["state"]), (expected, &json!("committed")), "{file}");
            let again = upload(s, &bytes, media_type).expect(201);
            let known = expected[0] + expected[1];
            assert_eq!(counts(&again), [0, 0, known, expected[3], 0], "{file}");
            assert_eq!(counts(&commit(s, &again).expect(200)), [0, 0, known, expected[3], 0], "{file}");
        }
        assert_eq!(parcel(s, "436591650443344")["client_code"], "KG-10012");
        assert_eq!(parcel(s, "772111716451941")["status"], "unclaimed");
        assert_eq!(parcel(s, "JT7910303100740")["condition"], "damaged");
    }

    fn a_preview_changes_nothing_and_a_commit_does_what_receiving_does(s: &Server) {
        clients(s, 2);
        let uploaded = upload(s, TWO.as_bytes(), CSV);
        let location = uploaded.header("location").unwrap().to_owned();
        let previewed = uploaded.expect(201);
        assert_eq!((location, &previewed["branch"], &previewed["file_name"]), (path(&previewed, ""), &json!("GZ"), &json!("list")));
        assert_eq!(previewed["profile"]["sheets"][0], json!({
            "sheet": "", "header_row": 1, "other_rows": [],
            "columns": {"tracking_number": "A", "client_code": "B", "weight": {"column": "C", "unit": "kg"}, "goods": "D", "remark": "E"},
        }));
        assert_eq!(previewed["rows"][0], json!({
            "sheet": "", "row": 2, "outcome": "created", "tracking_number": "YT8812345678901", "client_code": "KG-10001",
            "weight_g": 1200, "reason": "received for KG-10001",
        }));
        assert_eq!(s.get(ADMIN, "/v1/parcels").expect(200)["items"], json!([]));
        let committed = commit(s, &previewed).expect(200);
        assert_eq!((counts(&committed), &committed["committed_by"]), ([2, 0, 0, 0, 0], &json!("warehouse")));

        let box_of_client = parcel(s, "YT8812345678901");
        assert_eq!((&box_of_client["status"], &box_of_client["weight_g"], &box_of_client["note"]), (&json!("received"), &json!(1200), &json!("обувь")));
        let box_of_nobody = parcel(s, "YT8812345678902");
        assert_eq!((&box_of_nobody["status"], &box_of_nobody["condition"]), (&json!("unclaimed"), &json!("damaged")));
        let orders = s.get(ADMIN, "/v1/orders").expect(200);
        let order = s.see(orders["items"][0]["code"].as_str().unwrap());
        assert_eq!((&order["kind"], &order["status"]), (&json!("forwarding"), &json!("received_in_china")));
        let timeline: Vec<_> = order["timeline"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap_or_default().to_owned()).collect();
        assert!(timeline.contains(&"parcel_received".to_owned()), "{order}");
        let trail = |object: &str| s.get(AUDITOR, &format!("/v1/audit?object={object}")).expect(200)["items"][0]["action"].clone();
        assert_eq!(trail(box_of_client["id"].as_str().unwrap()), "parcel.received");
        assert_eq!(trail(box_of_nobody["id"].as_str().unwrap()), "parcel.received");
        assert_eq!(trail(committed["id"].as_str().unwrap()), "manifest.committed");
    }

    fn the_second_commit_answers_the_same_and_adds_nothing(s: &Server) {
        clients(s, 2);
        let previewed = preview(s, TWO);
        s.send("POST", WAREHOUSE, &path(&previewed, "/commit"), &[("content-type", "application/json")], "{}")
            .expect_problem(400, "idempotency_key_missing");
        let first = s.post_keyed(WAREHOUSE, &path(&previewed, "/commit"), "one", json!({}));
        let again = s.post_keyed(WAREHOUSE, &path(&previewed, "/commit"), "one", json!({}));
        assert_eq!((first.expect(200), again.header("idempotent-replayed")), (again.expect(200), Some("true")));
        assert_eq!(commit(s, &previewed).expect(200), first.json());
        assert_eq!(s.get(ADMIN, "/v1/parcels").expect(200)["items"].as_array().unwrap().len(), 2);
        s.patch(WAREHOUSE, &path(&previewed, ""), json!({"include_hidden": true})).expect_problem(409, "wrong_status");
    }

    fn errors_keep_all_rows_out_unless_they_are_left_out(s: &Server) {
        clients(s, 1);
        let previewed = preview(s, "трек,код,вес кг\nYT8812345678901,KG-10001,1.2\nYT8812345678902,KG-10999,1\nYT8812345678903,KG-10001,-1\n");
        assert_eq!(counts(&previewed), [1, 0, 0, 0, 2]);
        assert_eq!(reason(&previewed, 1), "no customer has the client code KG-10999");
        let refused = s.unchanged_by(|| commit(s, &previewed)).expect_problem(422, "rows_with_errors");
        assert_eq!(refused["errors_count"], 2);
        let only = s.get(WAREHOUSE, &path(&previewed, "/rows?outcome=error&limit=1")).expect(200);
        assert_eq!((&only["items"][0]["row"], &only["next_cursor"]), (&json!(3), &json!("2")));
        let next = s.get(WAREHOUSE, &path(&previewed, "/rows?outcome=error&limit=1&cursor=2")).expect(200);
        assert_eq!((&next["items"][0]["row"], &next["next_cursor"]), (&json!(4), &Value::Null));
        let committed = s.post(WAREHOUSE, &path(&previewed, "/commit"), json!({"skip_errors": true})).expect(200);
        assert_eq!(counts(&committed), [1, 0, 0, 0, 2]);
        let others = preview(s, "трек,код,вес кг\nYT8812345678901,KG-10001,1.2\nYT8812345678902,KG-10999,1\n");
        assert_eq!(counts(&s.post(OPERATOR, &path(&others, "/commit?rows=valid"), json!({})).expect(200)), [0, 0, 1, 0, 1]);
    }

    fn what_is_known_decides_what_becomes_of_a_row(s: &Server) {
        clients(s, 3);
        let expected = s.order(Until::Purchased);
        let owner = s.see(&expected.code)["customer"]["client_code"].as_str().unwrap().to_owned();
        let number = expected.tracking_number.clone();
        let other = preview(s, &format!("трек,код,кг\n{number},KG-10001,1\n"));
        assert_eq!((counts(&other), reason(&other, 0)), ([0, 0, 0, 0, 1], format!("the number belongs to a parcel of {owner}, but the mark says KG-10001; look at the box")));
        let received = import(s, &format!("трек,код,кг\n{number},{owner},4.3\n"));
        assert_eq!((counts(&received), reason(&received, 0)), ([0, 1, 0, 0, 0], format!("received; {owner} expected it")));
        assert_eq!(s.see(&expected.code)["status"], "received_in_china");
        let weighed = import(s, &format!("трек,кг\n{number},4.4\n"));
        assert_eq!((counts(&weighed), reason(&weighed, 0)), ([0, 1, 0, 0, 0], "it weighs 4400 g instead of 4300 g".to_owned()));
        assert_eq!(parcel(s, &number)["weight_g"], 4400);
        s.post(WAREHOUSE, &format!("/v1/shipments/{}/load", s.truck()), json!({"barcodes": [number]})).expect(200);
        let packed = import(s, &format!("трек,кг\n{number},4.5\n"));
        assert_eq!((counts(&packed), reason(&packed, 0)), ([0, 0, 0, 1, 0], "it is packed already and weighs 4400 g; the 4500 g are not taken".to_owned()));
        assert_eq!(counts(&import(s, &format!("трек,кг\n{number},4.4\n"))), [0, 0, 1, 0, 0]);
        assert_eq!(parcel(s, &number)["status"], "packed");

        assert_eq!(counts(&import(s, "трек,код,кг\nYT8812345678902,无,1\nYT8812345678903,KG-10002,\n")), [2, 0, 0, 0, 0]);
        let found = import(s, "трек,код,кг\nYT8812345678902,KG-10002,1\nYT8812345678903,KG-10002,0.7\n");
        assert_eq!((counts(&found), reason(&found, 0), reason(&found, 1)), ([0, 2, 0, 0, 0], "it was unclaimed and is KG-10002's".to_owned(), "it weighs 700 g".to_owned()));
        let claimed = parcel(s, "YT8812345678902");
        assert_eq!((&claimed["status"], &claimed["order_id"]), (&json!("received"), &parcel(s, "YT8812345678903")["order_id"]));
    }

    fn an_old_list_does_not_bring_parcels_back_that_were_handed_over(s: &Server) {
        let done = s.order(Until::PickedUp);
        let again = import(s, &format!("трек,кг\n{},4.3\n", done.tracking_number));
        assert_eq!((counts(&again), reason(&again, 0)), ([0, 0, 1, 0, 0], "it was here and was handed over".to_owned()));
        // Couriers use numbers again.
        assert_eq!(counts(&import(s, &format!("трек,кг\n{},9.9\n", done.tracking_number))), [1, 0, 0, 0, 0]);
    }

    fn a_correction_reads_the_file_anew_and_is_remembered_for_the_next(s: &Server) {
        clients(s, 1);
        let csv = "номер;владелец;вес;сколько\nYT8812345678901;KG-10001;7;2,4\n";
        let previewed = preview(s, csv);
        assert_eq!(previewed["rows"][0]["weight_g"], 7000);
        let said = json!({"sheets": [{"sheet": "", "columns": {"weight": {"column": "D", "unit": "jin"}}}]});
        let corrected = s.patch(WAREHOUSE, &path(&previewed, ""), said.clone()).expect(200);
        assert_eq!((&corrected["rows"][0]["weight_g"], &corrected["profile"]["sheets"][0]["columns"]["weight"]), (&json!(1200), &json!({"column": "D", "unit": "jin"})));
        let next = preview(s, "номер;владелец;вес;сколько\nYT8812345678902;KG-10001;8;1\n");
        assert_eq!(next["rows"][0]["weight_g"], 500);
        let asked = s.upload("POST", WAREHOUSE, &format!("/v1/manifests?profile={}", "%7B%22sheets%22:%5B%7B%22sheet%22:%22%22,%22columns%22:%7B%22weight%22:null%7D%7D%5D%7D"), CSV, "трек;код;вес;z\nYT8812345678903;KG-10001;8;1\n".as_bytes()).expect(201);
        assert_eq!(asked["rows"][0]["weight_g"], Value::Null);
        for (bad, pointer) in [
            (json!({"sheets": [{"sheet": "X"}]}), "/sheets/0/sheet"),
            (json!({"sheets": [{"sheet": "", "columns": {"weight": {"column": "D", "unit": "t"}}}]}), "/sheets/0/columns"),
            (json!({"sheets": [{"sheet": "", "columns": {"tracking_number": null}}]}), "/sheets/0/columns"),
            (json!({"sheets": [], "x": 1}), "/x"),
        ] {
            let problem = s.unchanged_by(|| s.patch(WAREHOUSE, &path(&previewed, ""), bad.clone())).expect_problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{bad}");
        }
    }

    fn two_clerks_commit_overlapping_files_at_once(s: &Server) {
        clients(s, 30);
        let list = |from: usize, to: usize| {
            let rows: String = (from..to).map(|n| format!("YT88{n:09},KG-{},1.{:02}\n", 10_001 + n % 30, n % 100)).collect();
            format!("трек,код,вес кг\n{rows}")
        };
        let lists = [list(0, 300), list(150, 450), list(100, 350)].map(|csv| preview(s, &csv));
        let counted: Vec<[i64; 5]> = std::thread::scope(|scope| {
            let commits: Vec<_> = lists.iter().map(|manifest| scope.spawn(move || counts(&commit(s, manifest).expect(200)))).collect();
            commits.into_iter().map(|commit| commit.join().unwrap()).collect()
        });
        assert_eq!(counted.iter().map(|counts| counts[0]).sum::<i64>(), 450, "{counted:?}");
        assert_eq!(counted.iter().map(|counts| counts[2]).sum::<i64>(), 300 + 300 + 250 - 450, "{counted:?}");
        assert_eq!(counts(&preview(s, &list(0, 450))), [0, 0, 450, 0, 0]);
        let orders = s.get(ADMIN, "/v1/orders?limit=200").expect(200);
        assert_eq!(orders["items"].as_array().unwrap().len(), 30, "one order for each client");
    }

    fn a_commit_that_breaks_off_leaves_nothing(s: &Server) {
        clients(s, 2);
        let previewed = preview(s, TWO);
        let id = torugart::ids::ManifestId::try_from(previewed["id"].as_str().unwrap().to_owned()).unwrap();
        s.unchanged_by(|| {
            let broken: torugart::error::Result<()> = s.app.write_now(&Actor::System, |tx| {
                torugart::manifests::commit(tx, &id, false)?;
                Err(torugart::error::Error::Unavailable)
            });
            assert!(broken.is_err());
            s.get(WAREHOUSE, &path(&previewed, ""))
        }).expect(200);
        assert_eq!(counts(&commit(s, &previewed).expect(200)), [2, 0, 0, 0, 0]);
    }

    fn the_report_is_a_workbook_without_formulas(s: &Server) {
        clients(s, 1);
        let previewed = preview(s, "трек,код,вес кг\nYT8812345678901,KG-10001,1.2\nYT8812345678902,KG-10001,=1+1\n");
        let (headers, bytes) = s.download(AUDITOR, &path(&previewed, "/report"));
        assert_eq!(headers["content-type"], XLSX);
        assert!(headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
        let mut book = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
        let rows = book.worksheet_range("rows").unwrap();
        let text = |row, column| rows.get_value((row, column)).map(ToString::to_string).unwrap_or_default();
        assert_eq!((text(1, 2), text(1, 3), text(1, 5)), ("created".to_owned(), "YT8812345678901".to_owned(), "1200".to_owned()));
        assert_eq!((text(2, 2), text(2, 6)), ("error".to_owned(), "\"=1+1\" is no weight".to_owned()));
        let counted = book.worksheet_range("counts").unwrap();
        assert_eq!(counted.get_value((4, 1)), Some(&Data::Float(1.0)));
    }

    fn what_is_no_list_of_parcels_is_refused_and_leaves_nothing(s: &Server) {
        let mut zeros = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zeros.start_file("xl/workbook.xml", zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zeros, &vec![b' '; 80 * 1024 * 1024]).unwrap();
        let bomb = zeros.finish().unwrap().into_inner();
        let mut wide = Workbook::new();
        wide.add_worksheet().write_string(0, 16_000, "x").unwrap();
        let mut many = Workbook::new();
        for _ in 0..201 {
            many.add_worksheet();
        }
        let mut notes = Workbook::new();
        notes.add_worksheet().write_string(0, 0, "звонили клиентам").unwrap();
        for (what, bytes) in [
            ("a bomb", bomb),
            ("a PDF", b"%PDF-1.7\n".to_vec()),
            ("a million columns", wide.save_to_buffer().unwrap()),
            ("many sheets", many.save_to_buffer().unwrap()),
            ("notes", notes.save_to_buffer().unwrap()),
            ("a torn archive", b"PK\x03\x04abc".to_vec()),
            ("an HTML page", b"<html><table><tr><td>1</td></tr></table></html>".to_vec()),
        ] {
            let refused = s.unchanged_by(|| upload(s, &bytes, XLSX)).expect_problem(422, "unreadable_file");
            assert!(refused["detail"].as_str().unwrap().starts_with("The file was not taken: "), "{what}: {refused}");
        }
        s.unchanged_by(|| upload(s, TWO.as_bytes(), "application/pdf")).expect_problem(415, "unsupported_media_type");
        s.unchanged_by(|| s.upload("POST", WAREHOUSE, "/v1/manifests?branch=BISH", CSV, TWO.as_bytes())).expect_problem(422, "validation_failed");
        s.unchanged_by(|| s.upload("POST", WAREHOUSE, "/v1/manifests?barnch=GZ", CSV, TWO.as_bytes())).expect_problem(400, "malformed_request");
        s.post(WAREHOUSE, "/v1/manifests/0192f0c1-2345-7000-8000-000000000000/commit", json!({})).expect_problem(404, "not_found");
    }

    fn manifests_are_listed_newest_first(s: &Server) {
        let first = preview(s, "трек,кг\nYT8812345678901,1\n");
        let second = preview(s, "трек,кг\nYT8812345678902,1\n");
        let listed = s.get(AUDITOR, "/v1/manifests?limit=1").expect(200);
        assert_eq!((&listed["items"][0]["id"], &listed["next_cursor"]), (&second["id"], &second["id"]));
        assert_eq!(listed["items"][0].get("rows"), None);
        let next = s.get(AUDITOR, &format!("/v1/manifests?limit=1&cursor={}", second["id"].as_str().unwrap())).expect(200);
        assert_eq!((&next["items"][0]["id"], &next["next_cursor"]), (&first["id"], &Value::Null));
    }
}

/// A list of so many boxes of nobody.
fn unmarked(count: usize) -> String {
    let rows: String = (0..count).map(|n| format!("YT88{n:09};1,{:02}\n", n % 100)).collect();
    format!("трек;вес кг\n{rows}")
}

/// Counts of an answer to `import --json`.
fn told(out: &str) -> (Value, [i64; 5]) {
    let told: Value = serde_json::from_str(out).unwrap();
    let counts = counts(&told);
    (told, counts)
}

#[test]
fn a_file_is_imported_from_the_command_line() {
    let shell = Shell::new();
    let list = file(&shell, "in/list.csv", &unmarked(3));
    let (dry, counted) = told(shell.run(&["import", &list, "--dry-run", "--json"]).succeeded());
    assert_eq!((counted, &dry["committed"]), ([3, 0, 0, 0, 0], &json!(false)));
    assert_eq!(
        dry["rows"][0],
        json!({"sheet": "", "row": 2, "outcome": "created", "tracking_number": "YT88000000000", "client_code": null, "weight_g": 1000,
               "reason": "received as unclaimed, for it has no client code"})
    );
    assert!(!shell.path("in/list.report.xlsx").exists());
    let (done, counted) = told(shell.run(&["import", &list, "--json", "--branch", "gz"]).succeeded());
    assert_eq!((counted, &done["committed"]), ([3, 0, 0, 0, 0], &json!(true)));
    assert!(shell.path("in/list.report.xlsx").exists());
    let again = shell.run(&["import", &list, "--report", &shell.path("r.xlsx").display().to_string()]);
    assert!(again.succeeded().contains("unchanged       3"), "{}", again.out);
    assert!(shell.path("r.xlsx").exists());
}

#[test]
fn a_list_with_errors_fails_and_says_how_to_go_on() {
    let shell = Shell::new();
    let list = file(&shell, "list.csv", "трек;код;вес кг\nYT8812345678901;KG-10999;1\nYT8812345678902;;1\n");
    for args in [&["import", &list, "--dry-run"][..], &["import", &list]] {
        let refused = shell.run(args);
        assert!(refused.failed().contains("--skip-errors"), "{}", refused.err);
        assert!(refused.out.contains("row 2: no customer has the client code KG-10999"), "{}", refused.out);
    }
    let (_, counted) = told(shell.run(&["import", &list, "--json", "--skip-errors"]).succeeded());
    assert_eq!(counted, [1, 0, 0, 0, 1]);
    for (args, complaint) in [
        (&["import", "missing.xlsx"][..], "cannot be read"),
        (&["import", &list, "--branch", "BISH"], "BISH is no warehouse in China"),
        (&["import", &list, "--branch", "X"], "no branch"),
        (&["import", &file(&shell, "x.xlsx", "%PDF-1.7")], "this is a PDF document"),
    ] {
        let refused = shell.run(args);
        assert!(refused.failed().contains(complaint), "{}", refused.err);
    }
}

/// However far its log of changes has grown when the program is killed, all rows are there afterwards or none.
#[test]
fn an_import_that_is_killed_leaves_all_rows_or_none() {
    const ROWS: i64 = 3_000;
    let mut ends = Vec::new();
    for written in [1, 200_000, 1_000_000, 2_500_000, 3_500_000, u64::MAX] {
        let shell = Shell::new();
        let list = file(&shell, "list.csv", &unmarked(ROWS as usize));
        shell.run(&["import", &file(&shell, "empty.csv", &unmarked(0)), "--dry-run"]);
        let log = shell.path("data/torugart.db-wal");
        let mut running = shell.start(&["import", &list]);
        let has_grown = || std::fs::metadata(&log).is_ok_and(|log| log.len() >= written);
        let mut has_ended = false;
        while !has_grown() && !has_ended {
            std::thread::yield_now();
            has_ended = running.has_ended();
        }
        if !has_ended {
            running.stop("KILL");
        }
        let (_, counted) = told(shell.run(&["import", &list, "--dry-run", "--json"]).succeeded());
        assert!([[ROWS, 0, 0, 0, 0], [0, 0, ROWS, 0, 0]].contains(&counted), "{written}: {counted:?}");
        ends.push(counted[0] == 0);
    }
    assert_eq!(
        (ends.first(), ends.last()),
        (Some(&false), Some(&true)),
        "killed early nothing is there, not killed all is"
    );
}
