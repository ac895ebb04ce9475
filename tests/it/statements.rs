//! The bank's statement: read forgivingly, proposed, confirmed by a person, and never counted twice.

use encoding_rs::{Encoding, UTF_8, UTF_16LE, WINDOWS_1251};
use rust_xlsxwriter::{Format, Workbook};
use serde_json::{Value, json};
use torugart::code::OrderCode;
use torugart::sheets::limits;

use crate::harness::server::*;

const CSV: &str = "text/csv";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A line of a statement: day, sum, document number, payer, purpose.
type Row<'a> = (&'a str, &'a str, &'a str, &'a str, String);

/// A statement as a bank would export it, with a title, money that went out and a total.
fn statement(rows: &[Row<'_>]) -> String {
    let mut csv = "Выписка по счету № 1030120000000001;;;;;\nза период с 01.05.2026 по 25.05.2026\n\n\
                   Дата;№ документа;Плательщик;Дебет;Кредит;Назначение платежа\n\
                   20.05.2026;900;Торугарт;15 000,00;;Аренда склада\n"
        .to_owned();
    for (day, sum, document, payer, purpose) in rows {
        csv += &format!("{day};{document};{payer};;{sum};{purpose}\n");
    }
    csv + "Итого;;;15 000,00;99,00;\n"
}

/// One line that pays a sum for whatever the purpose names.
fn line_of(tyiyn: i64, purpose: &str) -> String {
    statement(&[("21.05.2026", &som_text(tyiyn), "17", "Асанова Бегимай", purpose.to_owned())])
}

fn som_text(tyiyn: i64) -> String {
    format!("{} {:03},{:02}", tyiyn / 100_000, tyiyn / 100 % 1_000, tyiyn % 100).trim_start_matches("0 ").to_owned()
}

fn import(s: &Server, csv: &str) -> Answer {
    s.upload("POST", CASHIER, "/v1/statements?file_name=may.csv", CSV, csv.as_bytes())
}

/// The only line of an import.
fn only_line(imported: &Value) -> Value {
    let lines = imported["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 1, "{imported}");
    lines[0].clone()
}

fn decide(line: &Value, call: &str) -> String {
    format!("/v1/statements/{}/lines/{}/{call}", line["statement_id"].as_str().unwrap(), line["n"])
}

fn balance(s: &Server, code: &str) -> i64 {
    s.see(code)["balance"]["amount"].as_i64().unwrap()
}

fn counts(imported: &Value) -> [i64; 6] {
    ["proposed", "unmatched", "confirmed", "ignored", "duplicate", "outgoing"]
        .map(|count| imported["counts"][count].as_i64().unwrap())
}

/// The same statement as a workbook, with days and sums as spreadsheets store them.
fn workbook(purpose: &str, sum: f64) -> Vec<u8> {
    let mut book = Workbook::new();
    let day = Format::new().set_num_format("dd.mm.yyyy");
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "Выписка по счету № 1030120000000001").unwrap();
    for (column, heading) in (0..).zip(["Дата", "№ документа", "Плательщик", "Дебет", "Кредит", "Назначение платежа"])
    {
        sheet.write_string(3, column, heading).unwrap();
    }
    sheet.write_number_with_format(4, 0, 46_163.0, &day).unwrap().write_number(4, 1, 17.0).unwrap();
    sheet.write_string(4, 2, "Асанова Бегимай").unwrap().write_number(4, 4, sum).unwrap();
    sheet.write_string(4, 5, purpose).unwrap();
    book.save_to_buffer().unwrap()
}

on_both! {
    fn a_line_is_proposed_and_a_cashier_makes_it_the_payment(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let owed = balance(s, &code);
        let imported = import(s, &line_of(owed, &format!("Оплата заказа {code}")));
        let location = imported.header("location").unwrap().to_owned();
        let imported = imported.expect(201);
        assert_eq!(location, format!("/v1/statements/{}", imported["id"].as_str().unwrap()));
        assert_eq!((&imported["file_name"], &imported["bank_account"]), (&json!("may.csv"), &json!("1030120000000001")));
        assert_eq!(imported["period"], json!({"from": "2026-05-21", "to": "2026-05-21"}));
        assert_eq!(counts(&imported), [1, 0, 0, 0, 0, 1]);
        let line = only_line(&imported);
        assert_eq!((&line["state"], &line["fit"], &line["balance"]), (&json!("proposed"), &json!("exact"), &som(owed)));
        assert_eq!((&line["order_code"], &line["text"]), (&json!(code), &json!(format!("{code} owes exactly this."))));
        assert_eq!((&line["row"], &line["date"], &line["document_no"]), (&json!(6), &json!("2026-05-21"), &json!("17")));
        assert_eq!(balance(s, &code), owed, "a proposal posts nothing");

        let confirmed = s.post(CASHIER, &decide(&line, "confirm"), json!({})).expect(200);
        assert_eq!((&confirmed["state"], &confirmed["decided_by"]), (&json!("confirmed"), &json!("cashier")));
        let order = s.see(&code);
        assert_eq!((&order["status"], &order["balance"]), (&json!("paid"), &som(0)));
        let payment = &order["payments"][0];
        assert_eq!(payment["id"], confirmed["payment_id"]);
        assert_eq!((&payment["method"], &payment["amount"], &payment["reference"]), (&json!("bank_transfer"), &som(owed), &json!("17")));
        let seen = s.get(AUDITOR, &location).expect(200);
        assert_eq!((counts(&seen), &seen["lines"][0]["state"]), ([0, 0, 1, 0, 0, 1], &json!("confirmed")));
        let trail = s.get(AUDITOR, &format!("/v1/audit?object={code}")).expect(200);
        assert!(trail["items"].as_array().unwrap().iter().any(|entry| entry["action"] == "statement.line_confirmed"), "{trail}");
        let trail = s.get(AUDITOR, &format!("/v1/audit?object={}", imported["id"].as_str().unwrap())).expect(200);
        assert_eq!(trail["items"][0]["action"], "statement.imported");
    }

    fn the_same_statement_twice_adds_nothing_in_whatever_form(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let purpose = format!("Оплата заказа {code}");
        let csv = line_of(124_505, &purpose);
        let first = import(s, &csv).expect(201);
        let again = s.unchanged_by(|| import(s, &csv)).expect(200);
        assert_eq!((&again["id"], counts(&again)), (&Value::Null, [0, 0, 0, 0, 1, 1]));
        let line = only_line(&again);
        assert_eq!((&line["duplicate"], &line["statement_id"], &line["n"]), (&json!(true), &first["id"], &json!(1)));
        s.post(CASHIER, &decide(&line, "confirm"), json!({})).expect(200);
        for encoding in [UTF_8, WINDOWS_1251, UTF_16LE] {
            let again = s.unchanged_by(|| s.upload("POST", CASHIER, "/v1/statements", CSV, &encoded(encoding, &csv))).expect(200);
            assert_eq!(counts(&again), [0, 0, 0, 0, 1, 1], "{}", encoding.name());
            assert_eq!(only_line(&again)["state"], "confirmed");
        }
        let again = s.unchanged_by(|| s.upload("POST", CASHIER, "/v1/statements", XLSX, &workbook(&purpose, 1_245.05))).expect(200);
        assert_eq!(counts(&again), [0, 0, 0, 0, 1, 0]);
        assert_eq!(s.get(CASHIER, "/v1/statements").expect(200)["items"].as_array().unwrap().len(), 1);
    }

    fn every_form_is_read_for_itself(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        for (nth, encoding) in [UTF_8, WINDOWS_1251, UTF_16LE].into_iter().enumerate() {
            let csv = line_of(124_500, &format!("Оплата {code}, часть {nth}"));
            let imported = s.upload("POST", CASHIER, "/v1/statements", CSV, &encoded(encoding, &csv)).expect(201);
            let line = only_line(&imported);
            assert_eq!((&line["order_code"], &line["amount"]), (&json!(code), &som(124_500)), "{}", encoding.name());
            assert_eq!(line["payer"], "Асанова Бегимай");
        }
        let imported = s.upload("POST", CASHIER, "/v1/statements", "application/octet-stream", &workbook(&code, 1_245.0)).expect(201);
        let line = only_line(&imported);
        assert_eq!((&line["order_code"], &line["amount"], &line["date"]), (&json!(code), &som(124_500), &json!("2026-05-21")));
    }

    fn an_overlapping_statement_adds_only_what_is_new(s: &Server) {
        let row = |day, document| -> Row<'_> { (day, "100,00", document, "А", "без кода".to_owned()) };
        let (one, two, three) = (row("20.05.2026", "1"), row("21.05.2026", "2"), row("22.05.2026", "3"));
        let first = import(s, &statement(&[one.clone(), two.clone()])).expect(201);
        assert_eq!(counts(&first), [0, 2, 0, 0, 0, 1]);
        let second = import(s, &statement(&[two.clone(), three.clone()])).expect(201);
        assert_eq!(counts(&second), [0, 1, 0, 0, 1, 1]);
        let told: Vec<_> = second["lines"].as_array().unwrap().iter().map(|line| (&line["duplicate"], &line["statement_id"])).collect();
        assert_eq!(told, [(&json!(true), &first["id"]), (&json!(false), &second["id"])]);
        // Two alike in one file are two payments; a third is new, the first two are not.
        let twice = import(s, &statement(&[three.clone(), three.clone()])).expect(201);
        assert_eq!(counts(&twice), [0, 1, 0, 0, 1, 1]);
        let list = s.get(AUDITOR, "/v1/statements").expect(200);
        let counted: Vec<_> = list["items"].as_array().unwrap().iter().map(counts).collect();
        assert_eq!(counted, [[0, 1, 0, 0, 1, 1], [0, 1, 0, 0, 1, 1], [0, 2, 0, 0, 0, 1]]);
        assert!(list["items"][0]["lines"].is_null());
    }

    fn a_proposal_says_how_the_sum_fits(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let owed = balance(s, &code);
        for (tyiyn, fit) in [(owed, "exact"), (owed - 1, "part"), (owed + 1, "more")] {
            assert_eq!(only_line(&import(s, &line_of(tyiyn, &code)).expect(201))["fit"], fit);
        }
        let paid = s.order(Until::Confirmed).code;
        s.pay_balance(&paid);
        let line = only_line(&import(s, &line_of(100_000, &paid)).expect(201));
        assert_eq!((&line["fit"], &line["text"]), (&json!("more"), &json!(format!("{paid} owes nothing; all of it becomes credit."))));
        // What is shown follows the order as it is now.
        let line = only_line(&import(s, &line_of(owed, &format!("ещё раз {code}"))).expect(201));
        s.pay_balance(&code);
        let seen = s.get(CASHIER, &format!("/v1/statements/{}", line["statement_id"].as_str().unwrap())).expect(200);
        assert_eq!((&seen["lines"][0]["fit"], &seen["lines"][0]["balance"]), (&json!("more"), &som(0)));
        s.post(CASHIER, &decide(&line, "confirm"), json!({})).expect(200);
        assert_eq!(balance(s, &code), -owed);
    }

    fn a_code_is_read_however_the_customer_wrote_it(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let bare = code.trim_start_matches("TG-");
        let cyrillic: String = code.chars().map(|c| match c { 'T' => 'Т', 'K' => 'К', 'M' => 'М', 'C' => 'с', 'X' => 'х', 'A' => 'а', '0' => 'О', other => other }).collect();
        let spelled: String = code.replace('-', "").chars().flat_map(|c| [c, ' ']).collect();
        for purpose in [
            code.to_lowercase(),
            format!("Оплата за товар{}спасибо", code.replace('-', "")),
            format!("заказ № {}", code.replace('-', " ")),
            format!("т. 0700123456 {cyrillic} от 21.05"),
            format!("перевод {}", spelled.trim()),
            format!("код {bare}"),
        ] {
            let line = only_line(&import(s, &line_of(500, &purpose)).expect(201));
            let symbols = bare.chars().filter(char::is_ascii_alphabetic).count();
            // A code without its prefix must not be all digits.
            if symbols >= 2 || !purpose.starts_with("код") {
                assert_eq!((&line["state"], &line["order_code"]), (&json!("proposed"), &json!(code)), "{purpose}");
            }
        }
    }

    fn what_names_no_order_or_several_waits_for_a_person(s: &Server) {
        let (one, other) = (s.order(Until::Confirmed).code, s.order(Until::Confirmed).code);
        let client = s.see(&one)["customer"]["client_code"].as_str().unwrap().to_owned();
        let unknown = OrderCode::generate("TG").to_string();
        for (purpose, told) in [
            ("Перевод 996700123456, карта 4169585512345678, ИНН 12105198500123".to_owned(), "There is no order code in the purpose.".to_owned()),
            (unknown.clone(), format!("The purpose names {unknown}, but there is no such order.")),
            (format!("{one} и {other}"), format!("The purpose names several orders: {one}, {other}.")),
            (format!("за карго {client}"), format!("There is no order code in the purpose. It names the client {client}.")),
        ] {
            let imported = import(s, &line_of(100_000, &purpose)).expect(201);
            assert_eq!(counts(&imported), [0, 1, 0, 0, 0, 1]);
            let line = only_line(&imported);
            assert_eq!((&line["state"], &line["order_code"], &line["text"]), (&json!("unmatched"), &Value::Null, &json!(told)), "{purpose}");
            let refused = s.unchanged_by(|| s.post(CASHIER, &decide(&line, "confirm"), json!({})));
            assert_eq!(refused.expect_problem(422, "validation_failed")["errors"][0]["pointer"], "/order_code");
        }
        let line = only_line(&import(s, &line_of(100_000, "без кода")).expect(201));
        let confirm = |code: &str| s.post(CASHIER, &decide(&line, "confirm"), json!({"order_code": code}));
        let last = if one.ends_with('0') { '1' } else { '0' };
        s.unchanged_by(|| confirm(&format!("{}{last}", &one[..one.len() - 1]))).expect_problem(400, "mistyped_code");
        s.unchanged_by(|| confirm(&unknown)).expect_problem(404, "not_found");
        assert_eq!(confirm(&one.to_lowercase()).expect(200)["order_code"], json!(one));
    }

    fn a_wrong_proposal_gives_way_to_what_the_cashier_says(s: &Server) {
        let (named, meant) = (s.order(Until::Confirmed).code, s.order(Until::Confirmed).code);
        let owed = balance(s, &named);
        let line = only_line(&import(s, &line_of(100_000, &named)).expect(201));
        s.post(CASHIER, &decide(&line, "confirm"), json!({"order_code": meant})).expect(200);
        assert_eq!((balance(s, &named), balance(s, &meant)), (owed, owed - 100_000));
    }

    fn a_confirmed_line_stays_confirmed(s: &Server) {
        let (code, other) = (s.order(Until::Confirmed).code, s.order(Until::Confirmed).code);
        let line = only_line(&import(s, &line_of(100_000, &code)).expect(201));
        let path = decide(&line, "confirm");
        s.send("POST", CASHIER, &path, &[("content-type", "application/json")], "{}").expect_problem(400, "idempotency_key_missing");
        let first = s.post_keyed(CASHIER, &path, "k1", json!({}));
        first.expect(200);
        let again = s.unchanged_by(|| s.post_keyed(CASHIER, &path, "k1", json!({})));
        assert_eq!((again.header("idempotent-replayed"), &again.text), (Some("true"), &first.text));
        let refused = s.unchanged_by(|| s.post(CASHIER, &path, json!({}))).expect_problem(409, "already_confirmed");
        assert_eq!((&refused["order_code"], &refused["payment_id"]), (&json!(code), &first.json()["payment_id"]));
        s.unchanged_by(|| s.post(CASHIER, &path, json!({"order_code": other}))).expect_problem(409, "already_confirmed");
        s.unchanged_by(|| s.post(CASHIER, &decide(&line, "ignore"), json!({"reason": "x"}))).expect_problem(409, "already_confirmed");
    }

    fn of_two_cashiers_at_once_one_takes_the_payment(s: &Server) {
        let (code, other) = (s.order(Until::Confirmed).code, s.order(Until::Confirmed).code);
        let owed = balance(s, &code);
        let line = only_line(&import(s, &line_of(100_000, &code)).expect(201));
        let path = decide(&line, "confirm");
        // Also when one of them names another order, so that not the order's lock decides.
        let answers: Vec<Answer> = std::thread::scope(|scope| {
            let bodies = [json!({}), json!({"order_code": other}), json!({}), json!({"order_code": other})];
            let calls: Vec<_> = bodies.into_iter().map(|body| scope.spawn(|| s.post(CASHIER, &path, body))).collect();
            calls.into_iter().map(|call| call.join().unwrap()).collect()
        });
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "{answers:?}");
        for refused in answers.iter().filter(|answer| answer.status != 200) {
            refused.expect_problem(409, "already_confirmed");
        }
        assert_eq!(balance(s, &code) + balance(s, &other), 2 * owed - 100_000);
    }

    fn of_two_imports_at_once_each_line_is_kept_once(s: &Server) {
        let csv = statement(&[
            ("20.05.2026", "100,00", "1", "А", "x".to_owned()),
            ("21.05.2026", "200,00", "2", "Б", "y".to_owned()),
        ]);
        let answers: Vec<Answer> = std::thread::scope(|scope| {
            let calls: Vec<_> = (0..4).map(|_| scope.spawn(|| import(s, &csv))).collect();
            calls.into_iter().map(|call| call.join().unwrap()).collect()
        });
        let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 200, 200, 201], "{answers:?}");
        assert_eq!(s.get(CASHIER, "/v1/statements").expect(200)["items"].as_array().unwrap().len(), 1);
    }

    fn a_line_set_aside_can_still_be_confirmed(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let owed = balance(s, &code);
        let line = only_line(&import(s, &line_of(100_000, "возврат залога")).expect(201));
        let ignore = |body: Value| s.post(CASHIER, &decide(&line, "ignore"), body);
        s.unchanged_by(|| ignore(json!({"reason": " "}))).expect_problem(422, "validation_failed");
        s.unchanged_by(|| ignore(json!({}))).expect_problem(422, "validation_failed");
        let ignored = ignore(json!({"reason": "the landlord's deposit"})).expect(200);
        assert_eq!((&ignored["state"], &ignored["text"]), (&json!("ignored"), &json!("Set aside: the landlord's deposit.")));
        assert_eq!(balance(s, &code), owed);
        s.post(CASHIER, &decide(&line, "confirm"), json!({"order_code": code})).expect(200);
        assert_eq!(balance(s, &code), owed - 100_000);
    }

    fn a_line_that_is_no_sum_in_som_says_so_and_is_never_a_payment(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        for (sum, day, why) in [
            ("100,0055", "21.05.2026", "100,0055 has a fraction of a tyiyn"),
            ("100,00 USD", "21.05.2026", "the currency is USD, not KGS"),
            ("99 000 000,00", "21.05.2026", "99 000 000,00 is more than any one payment; look at it and record it by hand"),
            ("100,00", "32.05.2026", "\"32.05.2026\" is no day"),
        ] {
            let imported = import(s, &statement(&[(day, sum, "17", "А", code.clone())])).expect(201);
            assert_eq!(counts(&imported), [0, 0, 0, 1, 0, 1]);
            let line = only_line(&imported);
            assert_eq!((&line["amount"], &line["text"]), (&Value::Null, &json!(format!("Set aside: {why}."))));
            let refused = s.unchanged_by(|| s.post(CASHIER, &decide(&line, "confirm"), json!({"order_code": code})));
            refused.expect_problem(409, "nothing_to_confirm");
        }
    }

    fn a_payment_of_a_cancelled_order_is_owed_back(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        s.post(OPERATOR, &format!("/v1/orders/{code}/cancel"), json!({"reason": "changed their mind"})).expect(200);
        let line = only_line(&import(s, &line_of(100_000, &code)).expect(201));
        s.post(CASHIER, &decide(&line, "confirm"), json!({})).expect(200);
        assert_eq!(balance(s, &code), -100_000);
    }

    fn a_file_that_is_no_statement_leaves_nothing(s: &Server) {
        let upload = |media_type: &str, file: &[u8]| {
            s.unchanged_by(|| s.upload("POST", CASHIER, "/v1/statements", media_type, file))
        };
        for (file, told) in [
            (&b"%PDF-1.7"[..], "a PDF document"),
            (b"\x89PNG\r\n\x1a\n", "a picture"),
            (b"<html>", "a web page"),
            (b"PK\x03\x04", "damaged"),
            (b"a;b\n1;2\n", "no statement was found"),
            (b" \n", "empty"),
            (b"a\0b", "no encoding"),
        ] {
            let problem = upload(XLSX, file).expect_problem(422, "unreadable_file");
            assert!(problem["detail"].as_str().unwrap().contains(told), "{problem}");
        }
        upload("application/json", b"{}").expect_problem(415, "unsupported_media_type");
        upload("", b"a").expect_problem(415, "unsupported_media_type");
        upload(CSV, b"").expect_problem(400, "malformed_request");
        upload(CSV, &vec![b'x'; 5 * limits::MIB + 1]).expect_problem(413, "body_too_large");
        let path = format!("/v1/statements?file_name={}", "x".repeat(201));
        s.unchanged_by(|| s.upload("POST", CASHIER, &path, CSV, b"a")).expect_problem(422, "validation_failed");
        s.unchanged_by(|| s.upload("POST", CASHIER, "/v1/statements?name=x", CSV, b"a")).expect_problem(400, "malformed_request");
    }

    fn an_import_is_repeated_under_its_key_and_no_other_file_is(s: &Server) {
        let csv = line_of(100_000, "без кода");
        let send = |csv: &str| s.send("POST", CASHIER, "/v1/statements", &[("content-type", CSV), ("idempotency-key", "k1")], csv);
        let first = send(&csv);
        first.expect(201);
        let again = s.unchanged_by(|| send(&csv));
        assert_eq!((again.status, again.header("idempotent-replayed"), &again.text), (201, Some("true"), &first.text));
        s.unchanged_by(|| send(&line_of(100_001, "без кода"))).expect_problem(422, "idempotency_key_reused");
    }

    fn a_statement_shows_names_only_to_those_who_handle_money(s: &Server) {
        let line = only_line(&import(s, &line_of(100_000, "без кода")).expect(201));
        let path = format!("/v1/statements/{}", line["statement_id"].as_str().unwrap());
        for by in [OPERATOR, WAREHOUSE] {
            s.get(by, "/v1/statements").expect_problem(403, "forbidden");
            s.get(by, &path).expect_problem(403, "forbidden");
            s.upload("POST", by, "/v1/statements", CSV, b"a").expect_problem(403, "forbidden");
            s.post(by, &decide(&line, "confirm"), json!({})).expect_problem(403, "forbidden");
        }
        let absent = uuid::Uuid::now_v7();
        s.get(CASHIER, &format!("/v1/statements/{absent}")).expect_problem(404, "not_found");
        s.post(CASHIER, &format!("{path}/lines/2/confirm"), json!({})).expect_problem(404, "not_found");
        s.post(CASHIER, &format!("{path}/lines/2/ignore"), json!({"reason": "x"})).expect_problem(404, "not_found");
    }

    fn the_database_keeps_what_the_bank_said(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let line = only_line(&import(s, &line_of(100_000, &code)).expect(201));
        s.post(CASHIER, &decide(&line, "confirm"), json!({})).expect(200);
        for sql in [
            "UPDATE statement_lines SET state = 'ignored'",
            "UPDATE statement_lines SET amount_tyiyn = 1",
            "DELETE FROM statement_lines",
            "UPDATE statements SET file_name = 'x'",
            "DELETE FROM statements",
        ] {
            let refused = s.app.db.write(|conn| Ok(diesel::RunQueryDsl::execute(diesel::sql_query(sql), conn)?));
            assert!(refused.is_err(), "{sql}");
        }
    }

    fn a_transfer_that_was_recorded_before_is_not_recorded_again_unawares(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let owed = balance(s, &code);
        let payment = json!({"method": "bank_transfer", "amount": som(100_000)});
        let payment = s.post(CASHIER, &format!("/v1/orders/{code}/payments"), payment).expect(201);
        let both = statement(&[
            ("24.05.2026", "1 000,00", "17", "А", code.clone()),
            ("24.05.2026", "1 000,00", "18", "А", code.clone()),
            ("02.05.2026", "1 000,00", "19", "А", code.clone()),
        ]);
        let lines = import(s, &both).expect(201)["lines"].as_array().unwrap().clone();
        let path = decide(&lines[0], "confirm");
        let refused = s.unchanged_by(|| s.post(CASHIER, &path, json!({})));
        assert_eq!(refused.expect_problem(409, "already_recorded")["payment_id"], payment["id"]);
        s.post(CASHIER, &path, json!({"override_reason": "it is another one: the bank shows two"})).expect(200);
        assert_eq!(balance(s, &code), owed - 200_000);
        // Two lines of the bank are two payments, and one of three weeks before is none that was recorded yesterday.
        s.post(CASHIER, &decide(&lines[2], "confirm"), json!({})).expect(200);
        let third = s.post(CASHIER, &decide(&lines[1], "confirm"), json!({"override_reason": " "}));
        third.expect_problem(409, "already_recorded");
    }
}

fn encoded(encoding: &'static Encoding, text: &str) -> Vec<u8> {
    if encoding == UTF_16LE {
        return [0xFEFF_u16].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    }
    let (bytes, _, lost) = encoding.encode(text);
    assert!(!lost);
    bytes.into_owned()
}
