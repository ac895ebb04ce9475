//! Quotes: the arithmetic, the expiry, the rates they keep.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::server::*;

fn quote(s: &Server, code: &str, body: Value) -> Answer {
    s.post(OPERATOR, &format!("/v1/orders/{code}/quote"), body)
}

fn with_original(tyiyn: i64, minor: i64, currency: &str) -> Value {
    json!({"amount": tyiyn, "currency": "KGS", "original": {"amount": minor, "currency": currency}})
}

on_both! {
    fn a_quote_adds_up_to_the_som_as_on_paper(s: &Server) {
        let code = s.order(Until::Requested).code;
        let order = quote(s, &code, offer()).expect(200);
        assert_eq!(order["status"], "quoted");
        let quote = &order["quote"];
        // 899.00 CNY x 12.8707 = 11 570.7593 som
        assert_eq!(quote["goods"], with_original(1_157_100, 89_900, "CNY"));
        assert_eq!(quote["lines"][0]["amount"], with_original(1_157_100, 89_900, "CNY"));
        // 12.00 CNY x 12.8707 = 154.4484 som
        assert_eq!(quote["domestic_delivery"], with_original(15_400, 1_200, "CNY"));
        // 5 % of 11 571 som = 578.55 som
        assert_eq!((&quote["service_fee"], &quote["service_fee_percent"]), (&som(57_900), &json!("5")));
        // 4.2 kg x 3.00 USD = 12.60 USD; x 87.45 = 1 101.87 som
        assert_eq!(quote["freight"], with_original(110_200, 1_260, "USD"));
        assert_eq!(quote["customs_estimate"], Value::Null);
        assert_eq!(quote["total"], som(1_157_100 + 15_400 + 57_900 + 110_200));
        // Everything but freight is paid before we buy.
        assert_eq!(quote["prepayment"], som(1_157_100 + 15_400 + 57_900));
        assert_eq!(quote["valid_until"], "2026-05-27T09:00:00Z");
        assert_eq!(quote["rates"], json!([
            {"currency": "CNY", "rate": "12.8707", "effective_on": "2026-05-24", "source": "nbkr"},
            {"currency": "USD", "rate": "87.45", "effective_on": "2026-05-24", "source": "nbkr"},
        ]));
        assert_eq!(order["balance"], som(0), "nothing is owed before somebody agrees");
    }

    fn each_line_is_rounded_once_and_the_total_is_their_sum(s: &Server) {
        let code = s.order(Until::Requested).code;
        let line = |fen: i64, quantity: i64| json!({"description": "x", "quantity": quantity, "unit_price": {"amount": fen, "currency": "CNY"}});
        let body = json!({"lines": [line(115, 1), line(115, 1), line(115, 2)], "estimated_weight_g": 1, "service_fee_percent": "2.5"});
        let order = quote(s, &code, body).expect(200);
        let quote = &order["quote"];
        // 1.15 CNY is 14.801305 som and 2.30 CNY is 29.60261 som: 15 + 15 + 30, although 4.60 CNY alone would be 59.
        assert_eq!(quote["goods"], with_original(6_000, 460, "CNY"));
        // 2.5 % of 60 som is 1.50 som, and half a som goes away from zero.
        assert_eq!(quote["service_fee"], som(200));
        // One gram is charged as the least weight: 0.1 kg x 3.00 USD x 87.45 = 26.235 som.
        assert_eq!(quote["freight"], with_original(2_600, 30, "USD"));
        assert_eq!(quote["total"], som(8_800));
    }

    fn a_new_quote_takes_the_place_of_the_earlier_one(s: &Server) {
        let code = s.order(Until::Quoted).code;
        let mut dearer = offer();
        dearer["lines"][0]["quantity"] = json!(2);
        let order = quote(s, &code, dearer).expect(200);
        let states: Vec<_> = order["quotes"].as_array().unwrap().iter().map(|quote| quote["state"].as_str().unwrap()).collect();
        assert_eq!(states, ["offered", "replaced"]);
        // 1 798.00 CNY x 12.8707 = 23 141.5186 som; 5 % of 23 142 = 1 157.10 som
        let confirmed = s.post(OPERATOR, &format!("/v1/orders/{code}/confirm"), json!({})).expect(200);
        assert_eq!(confirmed["balance"], som(2_314_200 + 15_400 + 115_700));
        let late = s.unchanged_by(|| quote(s, &code, offer()));
        assert_eq!(late.expect_problem(409, "wrong_status")["current"], "confirmed");
    }

    fn a_quote_cannot_end_before_it_begins(s: &Server) {
        let code = s.order(Until::Requested).code;
        for past in [s.now() - TimeDelta::days(1), s.now()] {
            let mut body = offer();
            body["valid_until"] = json!(past);
            let answer = s.unchanged_by(|| quote(s, &code, body));
            assert_eq!(answer.expect_problem(422, "validation_failed")["errors"][0]["pointer"], "/valid_until");
        }
    }

    fn an_expired_quote_is_not_confirmed_and_the_order_can_be_quoted_again(s: &Server) {
        let code = s.order(Until::Quoted).code;
        s.advance(TimeDelta::hours(48));
        let confirm = |by, body| s.post(by, &format!("/v1/orders/{code}/confirm"), body);
        confirm(ANYONE, json!({"phone_last4": "3456"})).expect_problem(409, "quote_expired");
        let order = s.see(&code);
        assert_eq!((&order["status"], &order["balance"], &order["quote"]), (&json!("requested"), &som(0), &Value::Null));
        assert_eq!(order["quotes"][0]["state"], "expired");
        assert_eq!(order["timeline"][2]["kind"], "quote_expired");
        s.unchanged_by(|| confirm(OPERATOR, json!({}))).expect_problem(409, "wrong_status");
        quote(s, &code, offer()).expect(200);
        assert_eq!(confirm(OPERATOR, json!({})).expect(200)["status"], "confirmed");
    }

    fn a_quote_is_good_until_its_last_second(s: &Server) {
        let code = s.order(Until::Quoted).code;
        s.advance(TimeDelta::hours(48) - TimeDelta::seconds(1));
        s.post(OPERATOR, &format!("/v1/orders/{code}/confirm"), json!({})).expect(200);
    }

    fn a_confirmed_quote_keeps_its_rates_and_its_tariff_whatever_comes(s: &Server) {
        let example = s.order(Until::Quoted);
        s.put(ADMIN, "/v1/rates", json!({"rates": [{"currency": "CNY", "rate": "99"}, {"currency": "USD", "rate": "99"}]})).expect(200);
        let tariff = json!({"price_per_kg": {"amount": 900, "currency": "USD"}, "min_weight_g": 0, "free_storage_days": 1, "service_fee_percent": "9"});
        s.put(ADMIN, "/v1/tariffs", tariff).expect(200);
        let confirmed = s.post(OPERATOR, &format!("/v1/orders/{}/confirm", example.code), json!({})).expect(200);
        assert_eq!(confirmed["balance"], som(1_230_400));
        s.pay_balance(&example.code);
        let number = &example.tracking_number;
        let bought = json!({"marketplace": "1688", "tracking_numbers": [number]});
        s.post(OPERATOR, &format!("/v1/orders/{}/purchase", example.code), bought).expect(200);
        s.post(WAREHOUSE, "/v1/parcels/receive", json!({"tracking_number": number, "weight_g": 4300})).expect(200);
        let truck = s.truck();
        s.post(WAREHOUSE, &format!("/v1/shipments/{truck}/load"), json!({"barcodes": [number]})).expect(200);
        s.post(WAREHOUSE, &format!("/v1/shipments/{truck}/depart"), json!({})).expect(200);
        s.post(WAREHOUSE, &format!("/v1/shipments/{truck}/arrive"), json!({})).expect(200);
        // 4.3 kg x 3.00 USD x 87.45 = 1 128.105 som
        assert_eq!(s.see(&example.code)["balance"], som(112_800));
    }

    fn a_quote_with_a_bad_number_is_refused_by_its_name(s: &Server) {
        let code = s.order(Until::Requested).code;
        for (pointer, value) in [
            ("/lines", json!([])),
            ("/lines/0/quantity", json!(0)),
            ("/lines/0/quantity", json!(100_001)),
            ("/lines/0/description", json!(" \n ")),
            ("/lines/0/unit_price", json!({"amount": -1, "currency": "CNY"})),
            ("/lines/0/unit_price", json!({"amount": 100, "currency": "KGS"})),
            ("/lines/0/unit_price", json!({"amount": 1_000_000_001, "currency": "CNY"})),
            ("/lines/0/unit_price/amount", json!("100")),
            ("/lines/0/unit_price/amount", json!(99.5)),
            ("/lines/0/unit_price/amount", json!(9_223_372_036_854_775_808_u64)),
            ("/domestic_delivery", json!({"amount": 100, "currency": "USD"})),
            ("/estimated_weight_g", json!(0)),
            ("/estimated_weight_g", json!(5_000_001)),
            ("/service_fee_percent", json!("100.01")),
            ("/service_fee_percent", json!("-1")),
            ("/service_fee_percent", json!("5.005")),
            ("/valid_until", json!("tomorrow")),
        ] {
            let mut body = offer();
            match body.pointer_mut(pointer) {
                Some(place) => *place = value.clone(),
                None => body[&pointer[1..]] = value.clone(),
            }
            let answer = s.unchanged_by(|| quote(s, &code, body));
            let problem = answer.expect_problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{value}: {problem}");
        }
        let mut too_much = offer();
        too_much["lines"][0] = json!({"description": "x", "quantity": 100_000, "unit_price": {"amount": 1_000_000_000, "currency": "CNY"}});
        let answer = s.unchanged_by(|| quote(s, &code, too_much));
        assert_eq!(answer.expect_problem(422, "validation_failed")["errors"][0]["pointer"], "/lines");
    }
}
