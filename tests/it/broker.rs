//! The broker's manifest of a truck, and what customs might want of its recipients.

use serde_json::{Value, json};
use torugart::sheets::{self, Cell};

use crate::harness::server::*;
use crate::harness::warehouse::request_by;

fn yuan(fen: i64) -> Value {
    json!({"amount": fen, "currency": "CNY"})
}

fn euro(cents: i64) -> Value {
    json!({"amount": cents, "currency": "EUR"})
}

fn receive(s: &Server, number: &str, weight_g: i64) {
    let body = json!({"tracking_number": number, "weight_g": weight_g});
    s.post(WAREHOUSE, "/v1/parcels/receive", body).expect(200);
}

/// An order of one line at this price, bought, in parcels of these numbers.
fn bought(s: &Server, phone: &str, fen: i64, numbers: &[&str]) -> String {
    let code = s.post(ANYONE, "/v1/orders", request_by(phone, "ru")).expect(201)["code"].as_str().unwrap().to_owned();
    let line = json!({"description": "Чайник, стекло", "quantity": 3, "unit_price": yuan(fen)});
    s.post(OPERATOR, &format!("/v1/orders/{code}/quote"), json!({"lines": [line], "estimated_weight_g": 1000}))
        .expect(200);
    s.post(OPERATOR, &format!("/v1/orders/{code}/confirm"), json!({})).expect(200);
    s.pay_balance(&code);
    let body = json!({"marketplace": "1688", "marketplace_order_no": "26062212", "tracking_numbers": numbers});
    s.post(OPERATOR, &format!("/v1/orders/{code}/purchase"), body).expect(200);
    code
}

fn row<'a>(manifest: &'a Value, number: &str) -> &'a Value {
    manifest["rows"].as_array().unwrap().iter().find(|row| row["tracking_number"] == number).unwrap()
}

/// A truck with two boxes of three of one order, and one that its customer bought.
fn truck(s: &Server) -> (String, String, String) {
    let numbers = ["YT5000000000001", "YT5000000000002", "YT5000000000003"];
    let code = bought(s, "700111222", 10_001, &numbers);
    for (number, weight_g) in numbers.iter().zip([1_000, 2_000, 1_000]) {
        receive(s, number, weight_g);
    }
    let own = s.forward("555333444", &["YT6000000000001"]);
    receive(s, "YT6000000000001", 2_500);
    (s.departed_with(&[numbers[0], numbers[1], "YT6000000000001"]), code, own)
}

fn estimate(s: &Server, truck: &str) -> Value {
    s.get(AUDITOR, &format!("/v1/shipments/{truck}/customs-estimate?lang=en")).expect(200)
}

on_both! {
    fn a_manifest_tells_what_lies_on_a_truck(s: &Server) {
        let (truck, code, own) = truck(s);
        let manifest = s.get(WAREHOUSE, &format!("/v1/shipments/{truck}/manifest")).expect(200);
        let order = s.see(&code);
        let shipment = json!({"code": truck, "status": "departed", "route": "Guangzhou-Torugart-Bishkek", "vehicle": "01KG777ABC",
            "cmr_number": null, "to_branch": "BISH", "to_city": "Бишкек", "departed_at": "2026-05-25T09:00:00Z", "arrived_at": null});
        assert_eq!((&manifest["shipment"], &manifest["made_at"]), (&shipment, &json!("2026-05-25T09:00:00Z")));
        // 300.03 CNY over 1, 2 and 1 kg: 75.0075, 150.015, 75.0075.
        let first = row(&manifest, "YT5000000000001");
        assert_eq!(first, &json!({
            "recipient": "Эрмек Токтосунов", "phone": "+996700111222", "order_code": code,
            "client_code": order["customer"]["client_code"], "barcode": s.parcel("YT5000000000001")["barcode"],
            "tracking_number": "YT5000000000001", "box": "1 / 3", "goods": "Чайник, стекло × 3", "quantity": 3,
            "weight_g": 1_000, "value": yuan(7_501), "marketplace": "1688", "marketplace_order_no": "26062212",
        }));
        let second = row(&manifest, "YT5000000000002");
        assert_eq!((&second["box"], &second["quantity"], &second["value"]), (&json!("2 / 3"), &Value::Null, &yuan(15_001)));
        let forwarded = row(&manifest, "YT6000000000001");
        assert_eq!((&forwarded["order_code"], &forwarded["value"], &forwarded["marketplace"]), (&json!(own), &Value::Null, &Value::Null));
        assert_eq!((&forwarded["goods"], &forwarded["quantity"]), (&json!("Чайник × 1"), &json!(1)));
        assert_eq!(manifest["totals"], json!({"parcels": 3, "orders": 2, "recipients": 2, "quantity": 4, "weight_g": 5_500,
            "without_weight": 0, "value": yuan(22_502), "without_value": 1}));
        let codes: Vec<_> = manifest["rows"].as_array().unwrap().iter().map(|row| row["client_code"].clone()).collect();
        assert!(codes.is_sorted_by_key(|code| code.as_str().unwrap().to_owned()), "one recipient's parcels together");
        s.get(ADMIN, "/v1/shipments/SH-1999-0001/manifest").expect_problem(404, "not_found");
    }

    fn a_box_that_is_lost_takes_no_share(s: &Server) {
        let numbers = ["YT5000000000001", "YT5000000000002"];
        bought(s, "700111222", 10_000, &numbers);
        receive(s, numbers[0], 1_000);
        let truck = s.departed_with(&numbers[..1]);
        let value = || row(&s.get(ADMIN, &format!("/v1/shipments/{truck}/manifest")).expect(200), numbers[0])["value"].clone();
        assert_eq!(value(), yuan(15_000), "equal parts: the other one is not weighed yet");
        s.set_parcel(&s.parcel(numbers[1]), "lost").expect(200);
        assert_eq!(value(), yuan(30_000));
    }

    fn a_manifest_is_a_workbook_and_a_text_in_three_languages(s: &Server) {
        let (truck, code, _) = truck(s);
        for (lang, recipient, total) in [("ky", "Алуучу", "Жыйынтык"), ("ru", "Получатель", "Итого"), ("en", "Recipient", "Total")] {
            for form in ["xlsx", "csv"] {
                let (headers, bytes) = s.download(WAREHOUSE, &format!("/v1/shipments/{truck}/manifest?format={form}&lang={lang}"));
                assert_eq!(headers["content-disposition"], format!("attachment; filename=\"manifest-{truck}-{lang}.{form}\""));
                let sheet = sheets::read(&bytes).unwrap().sheets.remove(0);
                let shown: Vec<Vec<_>> = sheet.rows.iter().map(|row| row.cells.iter().map(|cell| cell.shown().into_owned()).collect()).collect();
                assert_eq!(shown[0][1], truck);
                assert!(shown[2].contains(&"01KG777ABC".to_owned()), "{shown:?}");
                assert_eq!((shown[9][1].as_str(), shown.len()), (recipient, 14), "head, titles, three parcels, sums");
                let first = shown.iter().find(|row| row.contains(&"YT5000000000001".to_owned())).unwrap();
                let value = if form == "csv" { "75,01" } else { "75.01" };
                assert_eq!((first[3].as_str(), first[2].as_str(), first[11].as_str()), (code.as_str(), "996 700 111 222", value));
                assert_eq!((shown[13][1].as_str(), shown[13][9].as_str()), (total, "4"));
                if form == "xlsx" {
                    assert!(sheet.rows[10..].iter().all(|row| matches!(row.cell(10), Cell::Number(_))), "kilograms are numbers");
                }
            }
        }
        let trail = s.get(AUDITOR, &format!("/v1/audit?object={truck}")).expect(200);
        assert_eq!((&trail["items"][0]["action"], &trail["items"][0]["detail"]), (&json!("list.exported"), &json!({"what": "manifest", "rows": 3})));
    }

    fn customs_are_estimated_for_each_recipient(s: &Server) {
        // 3 x 1000.00 CNY are 380.39 EUR; 3 x 100.00 CNY are 38.04 EUR.
        bought(s, "700111222", 100_000, &["YT5000000000001"]);
        bought(s, "700111222", 10_000, &["YT5000000000002"]);
        bought(s, "700555666", 10_000, &["YT5000000000003"]);
        bought(s, "700777888", 10_000, &["YT5000000000004"]);
        s.forward("555333444", &["YT6000000000001"]);
        let numbers = ["YT5000000000001", "YT5000000000002", "YT5000000000003", "YT5000000000004", "YT6000000000001"];
        for (number, weight_g) in numbers.iter().zip([4_000, 1_000, 31_000, 41_000, 2_000]) {
            receive(s, number, weight_g);
        }
        let truck = s.departed_with(&numbers);
        let answer = estimate(s, &truck);
        assert_eq!((&answer["day"], &answer["confirmed"]), (&json!("2026-05-25"), &json!(true)));
        assert_eq!(answer["rates"], json!([
            {"currency": "CNY", "rate": "12.8707", "effective_on": "2026-05-24", "source": "nbkr"},
            {"currency": "EUR", "rate": "101.5076", "effective_on": "2026-05-24", "source": "nbkr"},
        ]));
        assert_eq!((&answer["rule"]["rate_percent"], &answer["rule"]["free_weight_g"]), (&json!("15"), &json!(31_000)));
        let of = |phone: &str| {
            let page = s.get(ADMIN, &format!("/v1/orders?phone={phone}")).expect(200);
            let client = s.see(page["items"][0]["code"].as_str().unwrap())["customer"]["client_code"].clone();
            answer["recipients"].as_array().unwrap().iter().find(|row| row["client_code"] == client).unwrap().clone()
        };
        // Two orders of one customer count together: 3300.00 CNY x 12.8707 / 101.5076 = 418.42 EUR; 15 % of 218.42 is 32.76.
        let rich = of("0700111222");
        assert_eq!((&rich["parcels"], &rich["weight_g"], &rich["value"], &rich["value_eur"]), (&json!(2), &json!(5_000), &yuan(330_000), &euro(41_842)));
        // 32.76 EUR x 101.5076 = 3325.39 som
        let estimated = json!({"amount": 332_500, "currency": "KGS", "original": euro(3_276), "rule_id": answer["rule"]["id"], "confirmed": true, "vat_included": true});
        assert_eq!((&rich["estimate"], &rich["reason"]), (&estimated, &Value::Null));
        let within = of("0700555666");
        assert_eq!((&within["estimate"], &within["reason"]), (&Value::Null, &Value::Null), "exactly 31 kg are free");
        assert_eq!(of("0700777888")["estimate"]["original"], euro(2_000), "10 kg above at EUR 2");
        let unknown = of("0555333444");
        assert_eq!((&unknown["estimate"], &unknown["reason"], &unknown["value_eur"]), (&Value::Null, &json!("value_unknown"), &Value::Null));
        assert_eq!(answer["totals"], json!({"recipients": 4, "above_limits": 2, "unknown": 1,
            "estimate": {"amount": 332_500 + 203_000, "currency": "KGS", "original": euro(5_276)}}));
        for (lang, word) in [("ky", "болжол"), ("ru", "Оценка"), ("en", "estimate")] {
            let answer = s.get(CASHIER, &format!("/v1/shipments/{truck}/customs-estimate?lang={lang}"));
            assert_eq!(answer.header("content-language"), Some(lang));
            assert!(answer.expect(200)["disclaimer"].as_str().unwrap().contains(word), "{lang}");
        }
    }

    fn an_estimate_by_an_announced_rule_says_so(s: &Server) {
        bought(s, "700111222", 100_000, &["YT5000000000001"]);
        receive(s, "YT5000000000001", 25_000);
        let truck = s.departed_with(&["YT5000000000001"]);
        s.advance(chrono::TimeDelta::days(40));
        let answer = estimate(s, &truck);
        assert_eq!((&answer["day"], &answer["confirmed"], &answer["rule"]["status"]), (&json!("2026-07-04"), &json!(false), &json!("unconfirmed")));
        // 5 % of 380.39 EUR is less than EUR 1 for each of 25 kg.
        let estimated = &answer["recipients"][0]["estimate"];
        assert_eq!((&estimated["original"], &estimated["confirmed"], &estimated["vat_included"]), (&euro(2_500), &json!(false), &json!(false)));
        assert!(answer["disclaimer"].as_str().unwrap().contains("not confirmed"), "{answer}");
        assert_eq!(answer["rates"][0]["effective_on"], "2026-05-24", "the last one known, with its day");
    }
}
