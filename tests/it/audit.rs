//! Who did what: a line for every change, and no personal data where anybody can look.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::server::*;

fn trail(s: &Server) -> Vec<Value> {
    let mut lines = Vec::new();
    let mut path = "/v1/audit?limit=200".to_owned();
    loop {
        let page = s.get(AUDITOR, &path).expect(200);
        lines.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/audit?limit=200&cursor={cursor}");
    }
    lines.reverse();
    lines
}

/// Makes a call, and checks that it wrote lines with these actions about these objects, all in its own name.
#[track_caller]
fn traced(s: &Server, by: As, path: &str, body: Value, expected: &[(&str, &str)]) -> Value {
    let known = trail(s).len();
    let answer = match path.split_once(' ') {
        Some(("PUT", path)) => s.put(by, path, body),
        Some(("PATCH", path)) => s.patch(by, path, body),
        _ => s.post(by, path, body),
    };
    assert!(answer.status < 300, "{path}: {}", answer.text);
    let lines = trail(s).split_off(known);
    let written: Vec<_> =
        lines.iter().map(|line| (line["action"].as_str().unwrap(), line["object"].as_str().unwrap())).collect();
    let (actor, role) = match by {
        As::Anyone => ("customer", ""),
        As::Staff(role) => (role.as_str(), role.as_str()),
    };
    let body: Value = serde_json::from_str(&answer.text).unwrap_or(Value::Null);
    let object = |object: &str| match object.strip_prefix('/') {
        Some(_) => {
            body.pointer(object).and_then(Value::as_str).unwrap_or_else(|| panic!("{object} of {body}")).to_owned()
        }
        None => object.to_owned(),
    };
    let expected: Vec<_> = expected.iter().map(|(action, of)| (*action, object(of))).collect();
    assert_eq!(written, expected.iter().map(|(action, of)| (*action, of.as_str())).collect::<Vec<_>>(), "{path}");
    for line in lines {
        assert_eq!((&line["by"], &line["role"]), (&json!(actor), &json!(role)), "{path}: {line}");
        assert_eq!(line["request_id"].as_str(), answer.header("x-request-id"), "{path}: {line}");
        assert_eq!(line["at"], json!(s.now()), "{path}: {line}");
    }
    body
}

on_both! {
    fn every_change_of_an_order_is_written_down_with_its_author(s: &Server) {
        let order = traced(s, ANYONE, "/v1/orders", request(), &[("order.placed", "/code")]);
        let code = order["code"].as_str().unwrap();
        let path = |call: &str| format!("/v1/orders/{code}/{call}");
        traced(s, OPERATOR, &path("quote"), offer(), &[("order.quoted", code)]);
        traced(s, ANYONE, &path("confirm"), json!({"phone_last4": "3456"}), &[("order.confirmed", code)]);
        let cash = json!({"method": "cash", "amount": som(1_230_500)});
        let payment = traced(s, CASHIER, &path("payments"), cash, &[("payment.recorded", code)]);
        let back = json!({"payment_id": payment["id"], "amount": som(100), "reason": "too much"});
        traced(s, CASHIER, &path("refunds"), back, &[("payment.refunded", code)]);
        let bought = json!({"marketplace": "1688", "tracking_numbers": ["YT8812345678901"]});
        traced(s, OPERATOR, &path("purchase"), bought, &[("order.purchased", code)]);
        let box_ = json!({"tracking_number": "YT8812345678901", "weight_g": 4300});
        let parcel = traced(s, WAREHOUSE, "/v1/parcels/receive", box_, &[("parcel.received", "/id")]);
        let truck = json!({"route": "Torugart", "vehicle": "01KG777ABC", "to_branch": "BISH"});
        let truck = traced(s, WAREHOUSE, "/v1/shipments", truck, &[("shipment.opened", "/code")]);
        let shipment = truck["code"].as_str().unwrap();
        let at = |call: &str| format!("/v1/shipments/{shipment}/{call}");
        traced(s, WAREHOUSE, &at("load"), json!({"barcodes": [parcel["barcode"]]}), &[("shipment.loaded", shipment)]);
        traced(s, WAREHOUSE, &at("depart"), json!({}), &[("shipment.departed", shipment)]);
        let news = json!({"place": "Torugart", "status": "at_border"});
        traced(s, WAREHOUSE, &at("checkpoints"), news, &[("shipment.checkpoint", shipment)]);
        traced(s, WAREHOUSE, &at("arrive"), json!({}), &[("shipment.arrived", shipment)]);
        s.pay_balance(code);
        traced(s, CASHIER, &path("hand-over"), json!({}), &[("order.handed_over", code)]);
    }

    fn every_change_of_the_house_is_written_down_with_what_was_before(s: &Server) {
        let account = json!({"login": "bakyt", "role": "cashier", "password": "three quiet words"});
        let member = traced(s, ADMIN, "/v1/staff", account, &[("staff.added", "bakyt")]);
        let path = format!("PATCH /v1/staff/{}", member["id"].as_str().unwrap());
        traced(s, ADMIN, &path, json!({"role": "operator", "password": "four quiet words"}), &[("staff.changed", "bakyt")]);
        let branch = json!({"code": "OSH", "kind": "pickup_point", "name": "Osh", "city": "Osh", "address": "A 1", "phone": "0700123456", "hours": "10-19"});
        let branch = traced(s, ADMIN, "/v1/branches", branch, &[("branch.opened", "OSH")]);
        let path = format!("PATCH /v1/branches/{}", branch["id"].as_str().unwrap());
        traced(s, ADMIN, &path, json!({"hours": "24"}), &[("branch.changed", "OSH")]);
        let rates = json!({"rates": [{"currency": "CNY", "rate": "13"}, {"currency": "USD", "margin_percent": "1"}]});
        traced(s, ADMIN, "PUT /v1/rates", rates, &[("rates.set", "CNY"), ("rates.set", "USD")]);
        let tariff = json!({"price_per_kg": {"amount": 300, "currency": "USD"}});
        traced(s, ADMIN, "PUT /v1/tariffs", tariff, &[("tariff.set", "/id")]);
        let lines = trail(s);
        let changed = lines.iter().find(|line| line["action"] == "staff.changed").unwrap();
        assert_eq!((&changed["detail"]["before"]["role"], &changed["detail"]["after"]["role"]), (&json!("cashier"), &json!("operator")));
        let told = json!(lines).to_string();
        assert!(!told.contains("quiet words") && !told.contains("argon2"), "the trail tells a password");
    }

    fn logging_in_and_out_is_written_down(s: &Server) {
        let account = json!({"login": "bakyt", "role": "cashier", "password": "three quiet words"});
        s.post(ADMIN, "/v1/staff", account).expect(201);
        let credentials = json!({"login": "bakyt", "password": "three quiet words"});
        let knock = s.post(ANYONE, "/v1/auth/login", credentials);
        let line = trail(s).pop().unwrap();
        assert_eq!((&line["action"], &line["by"], &line["role"]), (&json!("staff.logged_in"), &json!("bakyt"), &json!("cashier")));
        assert_eq!(line["request_id"].as_str(), knock.header("x-request-id"));
        let tokens = knock.expect(200);
        let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
        let out = s.send("POST", ANYONE, "/v1/auth/logout", &[("authorization", &bearer)], "");
        out.expect(204);
        let line = trail(s).pop().unwrap();
        assert_eq!((&line["action"], &line["by"], &line["role"]), (&json!("staff.logged_out"), &json!("bakyt"), &json!("cashier")));
        assert_eq!(line["request_id"].as_str(), out.header("x-request-id"));
    }

    fn an_expired_quote_is_written_down_although_the_call_is_refused(s: &Server) {
        let code = s.order(Until::Quoted).code;
        s.advance(TimeDelta::days(3));
        let refused = s.post(OPERATOR, &format!("/v1/orders/{code}/confirm"), json!({}));
        refused.expect_problem(409, "quote_expired");
        let line = trail(s).pop().unwrap();
        assert_eq!((&line["action"], &line["object"]), (&json!("order.quote_expired"), &json!(code)));
        assert_eq!(line["request_id"].as_str(), refused.header("x-request-id"));
    }

    fn a_refusal_carries_the_number_that_the_log_knows_it_by(s: &Server) {
        let refused = s.get(ANYONE, "/v1/me");
        let problem = refused.expect_problem(401, "unauthenticated");
        assert_eq!(problem["request_id"].as_str(), refused.header("x-request-id"));
        assert_ne!(s.get(ANYONE, "/v1/me").header("x-request-id"), refused.header("x-request-id"));
    }

    fn the_trail_of_one_object_is_read_page_by_page(s: &Server) {
        let code = s.order(Until::Paid).code;
        s.order(Until::Paid);
        let mut actions = Vec::new();
        let mut path = format!("/v1/audit?object={code}&limit=3");
        loop {
            let page = s.get(AUDITOR, &path).expect(200);
            actions.extend(page["items"].as_array().unwrap().iter().map(|line| line["action"].as_str().unwrap().to_owned()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/v1/audit?object={code}&limit=3&cursor={cursor}");
        }
        assert_eq!(actions, ["payment.recorded", "order.confirmed", "order.quoted", "order.placed"]);
    }

    fn nobody_without_a_login_is_shown_a_name_a_phone_or_an_address(s: &Server) {
        let mut body = request();
        body["items"][0]["note"] = json!("call my brother");
        let placed = s.post(ANYONE, "/v1/orders", body);
        let code = placed.expect(201)["code"].as_str().unwrap().to_owned();
        s.post(OPERATOR, &format!("/v1/orders/{code}/quote"), offer()).expect(200);
        let confirmed = s.post(ANYONE, &format!("/v1/orders/{code}/confirm"), json!({"phone_last4": "3456"}));
        s.pay_balance(&code);
        let bought = json!({"marketplace": "1688", "marketplace_order_no": "260622-1295", "tracking_numbers": ["YT8812345678901"]});
        s.post(OPERATOR, &format!("/v1/orders/{code}/purchase"), bought).expect(200);
        let public = [
            ("placed", placed.text),
            ("confirmed", confirmed.text),
            ("track", s.get(ANYONE, &format!("/v1/track/{code}")).text),
            ("page", s.get(ANYONE, &format!("/t/{code}")).text),
            ("refused", s.post(ANYONE, &format!("/v1/orders/{code}/confirm"), json!({"phone_last4": "3456"})).text),
        ];
        for (which, text) in public {
            for secret in ["Айгуль", "Садыкова", "700123456", "700 123 456", "aigul@example.kg", "KG-1000", "\"operator\"", "\"cashier\""] {
                // What they typed a moment ago stays with them; the rest is told to nobody.
                assert!(!text.contains(secret), "{which} tells {secret}: {text}");
            }
        }
        s.get(ANYONE, &format!("/v1/orders/{code}")).expect_problem(401, "unauthenticated");
    }
}
