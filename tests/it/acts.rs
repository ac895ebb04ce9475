//! The hand-over act: what was taken, by whom, and that it was paid.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::server::*;
use crate::harness::warehouse::plain;

fn path(code: &str) -> String {
    format!("/v1/orders/{code}/hand-over-act")
}

/// An order of two parcels that lies at the pickup point and is paid.
fn of_two(s: &Server) -> String {
    let numbers = ["YT5000000000001", "YT5000000000002"];
    let code = s.buy(request(), &numbers);
    for number in numbers {
        s.receive(number);
    }
    let truck = s.departed_with(&numbers);
    s.ship(&truck, "arrive", json!({})).expect(200);
    s.pay_balance(&code);
    code
}

fn hand_over(s: &Server, code: &str, body: Value) {
    s.post(CASHIER, &format!("/v1/orders/{code}/hand-over"), body).expect(200);
}

on_both! {
    fn an_act_tells_each_hand_over_and_what_remains(s: &Server) {
        let code = of_two(s);
        let (first, second) = (s.parcel("YT5000000000001"), s.parcel("YT5000000000002"));
        hand_over(s, &code, json!({"parcels": [second["barcode"]], "received_by": "Сестра Бермет"}));
        let at = s.now();
        let act = s.get(AUDITOR, &path(&code)).expect(200);
        let order = s.see(&code);
        assert_eq!((&act["order_code"], &act["client_code"]), (&json!(code), &order["customer"]["client_code"]));
        assert_eq!((&act["customer"], &act["firm"]["name"]), (&order["customer"]["name"], &json!("Torugart Cargo")));
        assert_eq!((&act["branch"]["code"], &act["branch"]["city"]), (&json!("BISH"), &json!("Бишкек")));
        let paid: i64 = s.get(ADMIN, &format!("/v1/orders/{code}/ledger")).expect(200)["journals"].as_array().unwrap().iter()
            .filter(|journal| journal["kind"] == "payment")
            .flat_map(|journal| journal["postings"].as_array().unwrap().clone())
            .filter(|leg| leg["account"].as_str().unwrap().starts_with("receivable:"))
            .map(|leg| -leg["amount"]["amount"].as_i64().unwrap())
            .sum();
        assert_eq!((&act["paid"], &act["balance"]), (&som(paid), &som(0)));
        assert_eq!((&act["parcels"], &act["weight_g"], &act["remaining"]), (&json!(1), &json!(1000), &json!(1)));
        let taken = |parcel: &Value| json!([{"barcode": parcel["barcode"], "tracking_number": parcel["tracking_number"], "weight_g": 1000}]);
        let gave = json!({"at": act["hand_overs"][0]["at"], "by": "cashier", "received_by": "Сестра Бермет", "proof": null, "document": null, "parcels": taken(&second)});
        assert_eq!(act["hand_overs"], json!([gave]));
        assert_eq!(gave["at"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap(), at);
        s.advance(TimeDelta::days(2));
        hand_over(s, &code, json!({}));
        let act = s.get(AUDITOR, &path(&code)).expect(200);
        assert_eq!((&act["parcels"], &act["weight_g"], &act["remaining"]), (&json!(2), &json!(2000), &json!(0)));
        assert_eq!((&act["hand_overs"][0], act["hand_overs"].as_array().unwrap().len()), (&gave, 2));
        assert_eq!((&act["hand_overs"][1]["parcels"], &act["hand_overs"][1]["received_by"]), (&taken(&first), &Value::Null));
    }

    fn nothing_handed_over_is_no_act(s: &Server) {
        for until in [Until::Requested, Until::Departed, Until::Arrived] {
            let example = s.order(until);
            let problem = s.get(CASHIER, &path(&example.code)).expect_problem(409, "wrong_status");
            assert_eq!(problem["current"], s.see(&example.code)["status"]);
        }
        s.get(CASHIER, &path("TG-00000-00000-0")).expect_problem(404, "not_found");
        s.get(CASHIER, &path("TG-00000-00000-1")).expect_problem(400, "mistyped_code");
    }

    fn who_took_a_parcel_is_in_its_timeline_and_not_public(s: &Server) {
        let code = of_two(s);
        hand_over(s, &code, json!({"received_by": "Сестра Бермет"}));
        let order = s.see(&code);
        let given = order["timeline"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "parcel_handed_over");
        assert_eq!(given.map(|entry| entry["data"]["received_by"].clone()).collect::<Vec<_>>(), vec![json!("Сестра Бермет"); 2]);
        let act = s.get(AUDITOR, &path(&code)).expect(200);
        assert_eq!(act["hand_overs"].as_array().unwrap().len(), 1, "one moment, one hand-over");
        for public in [format!("/v1/track/{code}"), format!("/t/{code}")] {
            assert!(!s.get(ANYONE, &public).text.contains("Бермет"), "{public}");
        }
    }

    fn an_act_is_a_page_and_paper_in_three_languages(s: &Server) {
        let code = of_two(s);
        hand_over(s, &code, json!({"received_by": "<b>Бермет</b>"}));
        for (lang, title, words) in [
            ("ky", "Кабыл алуу-өткөрүп берүү актысы", "Алган (колу)"),
            ("ru", "Акт приёма-передачи", "Получил (подпись)"),
            ("en", "Hand-over act", "Received (signature)"),
        ] {
            let answer = s.get(CASHIER, &format!("{}?format=html&lang={lang}", path(&code)));
            assert_eq!(answer.header("content-language"), Some(lang));
            let page = plain(&answer.text);
            let barcode = s.parcel("YT5000000000001")["barcode"].as_str().unwrap().to_owned();
            for part in [title, words, &code, &barcode, "YT5000000000001", "cashier", "&#60;b&#62;Бермет"] {
                assert!(page.contains(part), "{part} in {page}");
            }
        }
        for (format, start) in [("pdf", "%PDF-1."), ("svg", "<svg"), ("png", "\u{fffd}PNG")] {
            let (status, _, bytes) = s.file(&format!("{}?format={format}&width=58", path(&code)), "*/*");
            assert!(status == 200 && String::from_utf8_lossy(&bytes).starts_with(start), "{format}");
        }
        assert_eq!(s.get(CASHIER, &format!("{}?format=html", path(&code))).header("content-language"), Some("ky"), "the customer's own");
    }
}
