//! A payment on paper: sums as the ledger had them, forms, languages.

use chrono::TimeDelta;
use serde_json::{Value, json};
use torugart::code::OrderCode;
use torugart::ids::Actor;
use torugart::payments::{self, Method, NewPayment};

use crate::harness::server::*;

fn pay(s: &Server, code: &str, method: &str, tyiyn: i64) -> Value {
    let body = json!({"method": method, "amount": som(tyiyn)});
    s.post(CASHIER, &format!("/v1/orders/{code}/payments"), body).expect(201)
}

fn refund(s: &Server, code: &str, payment: &Value, tyiyn: i64) -> Value {
    let body = json!({"payment_id": payment["id"], "amount": som(tyiyn), "reason": "asked for it"});
    s.post(CASHIER, &format!("/v1/orders/{code}/refunds"), body).expect(201)
}

fn path(payment: &Value) -> String {
    format!("/v1/receipts/{}", payment["receipt_no"].as_str().unwrap())
}

fn receipt(s: &Server, payment: &Value) -> Value {
    s.get(AUDITOR, &path(payment)).expect(200)
}

fn tyiyn(money: &Value) -> i64 {
    assert_eq!(money["currency"], "KGS");
    money["amount"].as_i64().unwrap()
}

/// The content type and the bytes of a good answer.
fn file(s: &Server, path: &str, accept: &str) -> (String, Vec<u8>) {
    let (status, kind, bytes) = s.file(path, accept);
    assert_eq!(status, 200, "{path}");
    (kind, bytes)
}

/// The width of a PNG, and the text of its QR code.
fn scanned(picture: &[u8]) -> (u32, String) {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(picture));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut pixels).expect("a picture");
    let (width, height) = (info.width as usize, info.height as usize);
    let mut seen = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x]);
    (info.width, seen.detect_grids().first().expect("a QR code").decode().expect("a readable one").1)
}

fn page(s: &Server, payment: &Value, query: &str) -> String {
    let answer = s.get(CASHIER, &format!("{}?format=html{query}", path(payment)));
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, Some("text/html; charset=utf-8")),
        "{}",
        answer.text
    );
    answer.text
}

/// What a receipt says is what the ledger, read by itself up to its journal, says.
fn check(s: &Server, code: &str, payment: &Value) {
    let receipt = receipt(s, payment);
    let ledger = s.get(AUDITOR, &format!("/v1/orders/{code}/ledger")).expect(200);
    let (mut owed, mut charged, mut back, mut its) = (0, 0, 0, None);
    for journal in ledger["journals"].as_array().unwrap() {
        let leg = |name: &str| -> i64 {
            let legs = journal["postings"].as_array().unwrap().iter();
            legs.filter(|leg| leg["account"].as_str().unwrap().starts_with(name)).map(|leg| tyiyn(&leg["amount"])).sum()
        };
        if its.is_some() {
            back += if journal["reverses"] == *its.unwrap_or(&Value::Null) { leg("receivable:") } else { 0 };
            continue;
        }
        owed += leg("receivable:");
        charged -= leg("goods") + leg("domestic_delivery") + leg("service") + leg("freight");
        let is_it = journal["kind"] == "payment" && journal["at"] == receipt["at"];
        its = is_it.then_some(&journal["id"]);
    }
    assert!(its.is_some());
    assert_eq!(tyiyn(&receipt["balance_after"]), owed, "{receipt}");
    assert_eq!(receipt["balance_after"], payment["balance"], "{receipt}");
    assert_eq!(receipt["amount"], payment["amount"]);
    assert_eq!(tyiyn(&receipt["charged"]), charged, "{receipt}");
    let lines: i64 = receipt["lines"].as_array().unwrap().iter().map(|line| tyiyn(&line["amount"])).sum();
    assert_eq!(lines, charged, "{receipt}");
    assert_eq!(charged, tyiyn(&receipt["paid_before"]) + tyiyn(&receipt["amount"]) + owed, "{receipt}");
    assert_eq!(tyiyn(&receipt["balance_before"]) - tyiyn(&receipt["amount"]), owed, "{receipt}");
    let refunds: i64 = receipt["refunds"].as_array().unwrap().iter().map(|back| tyiyn(&back["amount"])).sum();
    assert_eq!((refunds, tyiyn(&receipt["refunded"])), (back, back), "{receipt}");
}

on_both! {
    fn a_receipt_keeps_the_sums_of_its_moment(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let first = pay(s, &code, "cash", 500_000);
        let before = receipt(s, &first);
        assert_eq!(before["lines"], json!([
            {"account": "goods", "text": "Товардын баасы", "amount": som(1_157_100)},
            {"account": "domestic_delivery", "text": "Кытай ичинде жеткирүү", "amount": som(15_400)},
            {"account": "service", "text": "Кызмат акысы", "amount": som(57_900)},
        ]));
        assert_eq!((&before["charged"], &before["paid_before"]), (&som(1_230_400), &som(0)));
        assert_eq!((&before["balance_before"], &before["balance_after"]), (&som(1_230_400), &som(730_400)));
        assert_eq!((&before["kind"], &before["cashier"], &before["method"]), (&json!("payment"), &json!("cashier"), &json!("cash")));
        assert_eq!((&before["order_code"], &before["receipt_no"]), (&json!(code), &first["receipt_no"]));
        assert_eq!(before["client_code"], s.see(&code)["customer"]["client_code"]);
        assert_eq!((&before["branch"]["code"], &before["branch"]["city"]), (&json!("BISH"), &json!("Бишкек")));
        assert_eq!((&before["at"], &before["firm"]["name"]), (&first["at"], &json!("Torugart Cargo")));
        s.advance(TimeDelta::hours(3));
        let second = pay(s, &code, "bank_transfer", 730_400);
        assert_eq!(receipt(s, &first), before);
        let after = receipt(s, &second);
        assert_eq!((&after["paid_before"], &after["balance_after"]), (&som(500_000), &som(0)));
    }

    fn receipts_agree_with_the_ledger_to_the_tyiyn_whatever_happens_next(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let mut paid = Vec::new();
        for (method, amount) in [("cash", 1), ("e_wallet", 333_333), ("bank_transfer", 900_001), ("cash", 77)] {
            s.advance(TimeDelta::minutes(1));
            paid.push(pay(s, &code, method, amount));
        }
        for (which, amount) in [(1, 33), (2, 900_001), (1, 333_300)] {
            s.advance(TimeDelta::minutes(1));
            refund(s, &code, &paid[which], amount);
        }
        s.advance(TimeDelta::minutes(1));
        paid.push(pay(s, &code, "cash", 2_000_000));
        let cancel = json!({"reason": "changed their mind"});
        for payment in &paid {
            check(s, &code, payment);
        }
        s.post(OPERATOR, &format!("/v1/orders/{code}/cancel"), cancel).expect(200);
        for payment in &paid {
            check(s, &code, payment);
        }
        let arrived = s.order(Until::Arrived).code;
        s.advance(TimeDelta::minutes(1));
        let freight = s.pay_balance(&arrived);
        check(s, &arrived, &freight);
        let lines = receipt(s, &freight)["lines"].clone();
        assert_eq!(lines[3]["account"], "freight");
        assert_eq!(lines[3]["amount"], freight["amount"]);
    }

    fn a_refund_is_marked_on_the_receipt_of_its_payment(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let payment = pay(s, &code, "cash", 1_230_400);
        assert_eq!((&receipt(s, &payment)["refunds"], &receipt(s, &payment)["refunded"]), (&json!([]), &som(0)));
        assert!(!page(s, &payment, "&lang=ru").contains("ВОЗВРАЩЕНО"));
        s.advance(TimeDelta::days(1));
        refund(s, &code, &payment, 50_000);
        let part = receipt(s, &payment);
        assert_eq!(part["refunds"], json!([{"at": s.now(), "by": "cashier", "amount": som(50_000)}]));
        assert_eq!((&part["refunded"], &part["balance_after"]), (&som(50_000), &som(0)));
        let shown = page(s, &payment, "&lang=ru");
        assert!(shown.contains("ВОЗВРАЩЕНО ЧАСТИЧНО") && shown.contains("<dt>26 мая 2026, 15:00</dt><dd>−500,00</dd>"), "{shown}");
        refund(s, &code, &payment, 1_180_400);
        assert_eq!(receipt(s, &payment)["refunded"], som(1_230_400));
        assert!(page(s, &payment, "&lang=ru").contains("ВОЗВРАЩЕНО ПОЛНОСТЬЮ"));
        let other = pay(s, &code, "cash", 100);
        assert_eq!(receipt(s, &other)["refunds"], json!([]));
    }

    fn the_form_is_the_one_asked_for(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let payment = pay(s, &code, "cash", 100);
        let (html, svg) = ("text/html; charset=utf-8", "image/svg+xml");
        for (query, accept, kind) in [
            ("", "*/*", "application/json"),
            ("", "video/mp4", "application/json"),
            ("", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", html),
            ("", "application/pdf", "application/pdf"),
            ("", "image/png;q=0.5, image/svg+xml", svg),
            ("", "image/*", "image/png"),
            ("?format=json", "text/html", "application/json"),
            ("?format=html", "image/png", html),
            ("?format=svg&width=58", "*/*", svg),
            ("?format=png&width=phone", "*/*", "image/png"),
            ("?format=pdf&width=80", "*/*", "application/pdf"),
        ] {
            let (found, bytes) = file(s, &format!("{}{query}", path(&payment)), accept);
            assert_eq!(found, kind, "{query} {accept}");
            let begins: &[u8] = match kind {
                "application/pdf" => b"%PDF-",
                "image/png" => b"\x89PNG\r\n\x1a\n",
                "image/svg+xml" => b"<svg ",
                "application/json" => b"{",
                _ => b"<!doctype html>",
            };
            assert!(bytes.starts_with(begins), "{query} {accept}");
        }
        let answer = s.get(CASHIER, &path(&payment));
        assert_eq!(answer.header("vary"), Some("Accept, Accept-Language"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let named = format!("inline; filename=\"receipt-{}-ky.json\"", payment["receipt_no"].as_str().unwrap());
        assert_eq!(answer.header("content-disposition"), Some(named.as_str()));
    }

    fn paper_is_as_wide_as_asked_and_its_code_leads_to_the_order(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let payment = pay(s, &code, "cash", 100);
        let link = format!("http://127.0.0.1:8080/t/{code}");
        assert_eq!(receipt(s, &payment)["track_url"], link);
        for (width, pixels, points) in [("58", 384, "164.4"), ("80", 576, "226.7"), ("phone", 720, "270")] {
            let (_, picture) = file(s, &format!("{}?format=png&width={width}", path(&payment)), "*/*");
            assert_eq!(scanned(&picture), (pixels, link.clone()));
            let (_, document) = file(s, &format!("{}?format=pdf&width={width}", path(&payment)), "*/*");
            let text = String::from_utf8_lossy(&document).into_owned();
            assert!(text.contains(&format!("/MediaBox [0 0 {points}")) && text.matches("/MediaBox").count() == 1, "{width}");
            assert!(page(s, &payment, &format!("&width={width}")).contains(&format!("{width}\"")), "{width}");
        }
        assert!(page(s, &payment, "").contains(&format!("href=\"{link}\"")));
    }

    fn a_receipt_speaks_the_language_asked_for_or_the_customers_own(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let payment = pay(s, &code, "e_wallet", 1_230_450);
        for (query, accepted, lang, words) in [
            ("", None, "ky", ["Дүмүрчөк", "Электрондук капчык", "Сиздин пайдаңызга калдык", "фискалдык чек эмес"]),
            ("&lang=en", Some("ru"), "en", ["Receipt", "E-wallet", "Credit in your favour", "not a fiscal receipt"]),
            ("", Some("ru-RU"), "ru", ["Квитанция", "Электронный кошелёк", "Остаток в Вашу пользу", "не фискальный чек"]),
        ] {
            for format in ["html", "svg"] {
                let headers: Vec<(&str, &str)> = accepted.map(|accepted| ("accept-language", accepted)).into_iter().collect();
                let answer = s.send("GET", CASHIER, &format!("{}?format={format}{query}", path(&payment)), &headers, "");
                assert_eq!((answer.status, answer.header("content-language")), (200, Some(lang)), "{}", answer.text);
                for word in words {
                    // A narrow paper breaks a line between words; the drawing names each line.
                    let found = word.split(' ').all(|word| answer.text.contains(word));
                    assert!(found, "{format} {word}: {}", answer.text);
                }
                assert!(answer.text.contains("12 304,50 ") && answer.text.contains("0,50 "), "{}", answer.text);
            }
        }
    }

    fn names_stay_text_on_every_form(s: &Server) {
        let branches = s.get(ADMIN, "/v1/branches").expect(200);
        let bish = branches["items"].as_array().unwrap().iter().find(|branch| branch["code"] == "BISH").unwrap()["id"].clone();
        let name = "<b onclick=\"x\">О'Кей & Ко</b> 吉尔吉斯";
        let change = json!({"name": name, "address": "ул. Льва Толстого 17А, за рынком \"Дордой\", ряд 5 <налево>, контейнер № 118"});
        s.patch(ADMIN, &format!("/v1/branches/{}", bish.as_str().unwrap()), change).expect(200);
        let code = s.order(Until::Confirmed).code;
        let payment = s.post(CASHIER, &format!("/v1/orders/{code}/payments"), json!({
            "method": "bank_transfer", "amount": som(100), "reference": "</dd><script>alert(1)</script>",
        })).expect(201);
        let page = page(s, &payment, "&lang=ru");
        assert!(!page.contains("<script") && !page.contains("<b ") && page.contains("吉尔吉斯"), "{page}");
        assert!(page.contains("&#60;/dd&#62;&#60;script&#62;"), "{page}");
        for format in ["svg", "png", "pdf"] {
            let (_, bytes) = file(s, &format!("{}?format={format}&width=58", path(&payment)), "*/*");
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains("<script") && !text.contains("<b "), "{format}");
            assert!(format != "svg" || text.contains("????"), "{text}");
        }
        assert_eq!(receipt(s, &payment)["branch"]["name"], name);
    }

    fn money_from_the_banks_word_has_no_cashier(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let order = OrderCode::parse("TG", &code).unwrap();
        let new = NewPayment { source: Some("mbank:1".to_owned()), wallet: Some("mbank".to_owned()), ..NewPayment::of(Method::EWallet, 100) };
        let (payment, _) = s.app.write_now(&Actor::System, |tx| payments::record(tx, &order, &new)).unwrap();
        let payment = json!({"receipt_no": payment.receipt_no});
        assert_eq!((&receipt(s, &payment)["cashier"], &receipt(s, &payment)["account"]), (&json!("system"), &json!("e_wallet:mbank")));
        let page = page(s, &payment, "&lang=en");
        assert!(!page.contains("Cashier") && page.contains("E-wallet mbank"), "{page}");
    }

    fn a_number_is_read_forgivingly_and_an_unknown_one_is_not_found(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let payment = pay(s, &code, "cash", 100);
        let before = s.state();
        let number = payment["receipt_no"].as_str().unwrap();
        assert_eq!(s.get(WAREHOUSE, &format!("/v1/receipts/{}%20", number.to_lowercase())).expect(200)["receipt_no"], number);
        s.get(ANYONE, &path(&payment)).expect_problem(401, "unauthenticated");
        for unknown in ["BISH-2026-999999", "OSH-2026-000001", "BISH", "-", "%3Cb%3E"] {
            s.get(CASHIER, &format!("/v1/receipts/{unknown}?format=png")).expect_problem(404, "not_found");
        }
        for query in ["format=gif", "width=57", "width=", "form=png"] {
            s.get(CASHIER, &format!("{}?{query}", path(&payment))).expect_problem(400, "malformed_request");
        }
        assert!(before == s.state());
    }

    fn the_page_brings_its_style_from_us_and_no_script(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let page = page(s, &pay(s, &code, "cash", 100), "");
        assert!(page.contains("href=\"/assets/slip.css\"") && !page.contains("style=") && !page.contains("<style"), "{page}");
        let style = s.get(ANYONE, "/assets/slip.css");
        assert_eq!((style.status, style.header("content-type")), (200, Some("text/css; charset=utf-8")));
        assert!(style.text.contains("@media print") && style.text.contains("48mm"));
    }
}
