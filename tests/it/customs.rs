//! The rules that customs are estimated by: dated, followed, never edited; and what a quote tells of them.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::server::*;

fn rule() -> Value {
    json!({"valid_from": "2026-07-01", "free_value": euro(20_000), "rate_percent": "5", "min_per_kg": euro(100), "base": "whole",
        "vat_percent": "12", "status": "confirmed", "source": "the customs code"})
}

fn euro(cents: i64) -> Value {
    json!({"amount": cents, "currency": "EUR"})
}

fn rules(s: &Server) -> Vec<Value> {
    s.get(AUDITOR, "/v1/customs/rules").expect(200)["items"].as_array().unwrap().clone()
}

/// The estimate of a quote of these goods.
fn quoted(s: &Server, fen: i64, weight_g: i64) -> Value {
    let code = s.order(Until::Requested).code;
    let mut offer = offer();
    offer["lines"][0]["unit_price"]["amount"] = json!(fen);
    offer["estimated_weight_g"] = json!(weight_g);
    let order = s.post(OPERATOR, &format!("/v1/orders/{code}/quote"), offer).expect(200);
    let quote = &order["quote"];
    let parts =
        ["goods", "domestic_delivery", "service_fee", "freight"].map(|part| quote[part]["amount"].as_i64().unwrap());
    assert_eq!(quote["total"]["amount"], parts.iter().sum::<i64>(), "an estimate is never charged");
    quote["customs_estimate"].clone()
}

on_both! {
    fn the_two_known_regimes_are_there_from_the_start(s: &Server) {
        let [july, june] = rules(s).try_into().unwrap();
        for (rule, from, until, percent, base, status) in [
            (&june, "2026-01-01", json!("2026-06-30"), "15", "excess", "confirmed"),
            (&july, "2026-07-01", Value::Null, "5", "whole", "unconfirmed"),
        ] {
            assert_eq!((&rule["valid_from"], &rule["valid_until"], &rule["base"]), (&json!(from), &until, &json!(base)));
            assert_eq!((&rule["rate_percent"], &rule["status"], &rule["free_value"]), (&json!(percent), &json!(status), &euro(20_000)));
            assert!(rule["source"].as_str().unwrap().contains("https://"), "{rule}");
        }
        assert_eq!((&june["min_per_kg"], &june["free_weight_g"], &june["vat_percent"]), (&euro(200), &json!(31_000), &json!("0")));
        assert_eq!((&july["min_per_kg"], &july["free_weight_g"], &july["vat_percent"]), (&euro(100), &Value::Null, &Value::Null));
    }

    fn a_rule_is_followed_and_never_edited(s: &Server) {
        let added = s.post(ADMIN, "/v1/customs/rules", rule()).expect(201);
        assert_eq!((&added["created_by"], &added["vat_percent"], &added["valid_until"]), (&json!("admin"), &json!("12"), &Value::Null));
        assert_eq!(rules(s)[0], added, "of two that begin together the later one counts");
        assert_eq!(rules(s).len(), 3);
        for statement in [
            "UPDATE customs_rules SET rate_bp = 0", "DELETE FROM customs_rules",
            "INSERT INTO customs_rules SELECT 'x', valid_from, valid_until, free_value_eur_minor, free_weight_g, -1, \
             min_eur_minor_per_kg, base, vat_bp, status, source, created_at, created_by FROM customs_rules WHERE rate_bp = 1500",
        ] {
            s.refused_by_database(&[statement]);
        }
        s.advance(TimeDelta::days(37));
        s.put(ADMIN, "/v1/rates", json!({"rates": [{"currency": "CNY", "rate": "12.8707"}, {"currency": "USD", "rate": "87.45"}]})).expect(200);
        // 3000.00 CNY x 12.8707 / 101.5076 = 380.39 EUR; 5 % is 19.02; 12 % of 399.41 is 47.93.
        let estimate = quoted(s, 300_000, 1_000);
        assert_eq!((&estimate["original"], &estimate["confirmed"], &estimate["vat_included"]), (&euro(1_902 + 4_793), &json!(true), &json!(true)));
        assert_eq!(estimate["rule_id"], added["id"]);
    }

    fn a_rule_of_nonsense_is_refused_by_the_place(s: &Server) {
        for (pointer, value) in [
            ("/valid_from", json!("1999-12-31")),
            ("/valid_from", json!("soon")),
            ("/valid_until", json!("2026-06-30")),
            ("/valid_until", json!("2100-01-01")),
            ("/free_value", json!({"amount": 20_000, "currency": "USD"})),
            ("/free_value", euro(-1)),
            ("/free_weight_g", json!(-1)),
            ("/rate_percent", json!("101")),
            ("/min_per_kg", euro(1_000_000_001)),
            ("/base", json!("half")),
            ("/vat_percent", json!("0.001")),
            ("/status", json!("rumoured")),
            ("/source", json!(" ")),
            ("/colour", json!("red")),
        ] {
            let mut body = rule();
            body[&pointer[1..]] = value;
            let refused = s.unchanged_by(|| s.post(ADMIN, "/v1/customs/rules", body.clone()));
            assert_eq!(refused.expect_problem(422, "validation_failed")["errors"][0]["pointer"], pointer, "{body}");
        }
        s.unchanged_by(|| s.post(OPERATOR, "/v1/customs/rules", rule())).expect_problem(403, "forbidden");
    }

    fn a_quote_tells_what_customs_might_want(s: &Server) {
        assert_eq!(quoted(s, 89_900, 4_200), Value::Null, "within the limits");
        // 3000.00 CNY are 380.39 EUR; 15 % of 180.39 is 27.06; x 101.5076 is 2746.80 som.
        let estimate = quoted(s, 300_000, 4_200);
        let id = &rules(s)[1]["id"];
        let expected = json!({"amount": 274_700, "currency": "KGS", "original": euro(2_706), "rule_id": id, "confirmed": true, "vat_included": true});
        assert_eq!(estimate, expected);
        assert_eq!(quoted(s, 100, 41_000)["original"], euro(2_000), "10 kg above 31 kg");
    }

    fn an_estimate_tells_it_too_and_calls_it_one(s: &Server) {
        let body = json!({"goods": {"amount": 300_000, "currency": "CNY"}, "weight_g": 4_200});
        for (lang, word) in [("ky", "болжол"), ("ru", "Оценка"), ("en", "An estimate")] {
            let answer = s.post(ANYONE, &format!("/v1/estimate?lang={lang}"), body.clone()).expect(200);
            let estimate = &answer["customs_estimate"];
            assert_eq!((&estimate["amount"], &estimate["original"]), (&json!(274_700), &euro(2_706)));
            assert!(estimate["text"].as_str().unwrap().contains(word), "{estimate}");
            let lines: i64 = answer["lines"].as_array().unwrap().iter().map(|line| line["amount"]["amount"].as_i64().unwrap()).sum();
            assert_eq!(answer["total"]["amount"], lines);
        }
        for within in [json!({"goods": {"amount": 100_000, "currency": "CNY"}, "weight_g": 31_000}), json!({"weight_g": 40_000})] {
            assert_eq!(s.post(ANYONE, "/v1/estimate", within).expect(200)["customs_estimate"], Value::Null);
        }
    }
}
