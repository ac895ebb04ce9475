//! The estimate: for anybody, in their language, by the same counting as a quote.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::server::*;

fn estimate(s: &Server, body: &Value) -> Value {
    s.post(ANYONE, "/v1/estimate?lang=en", body.clone()).expect(200)
}

fn yuan(fen: i64) -> Value {
    json!({"amount": fen, "currency": "CNY"})
}

fn amount(estimate: &Value, kind: &str) -> Value {
    let lines = estimate["lines"].as_array().unwrap();
    lines.iter().find(|line| line["kind"] == kind).map_or(Value::Null, |line| line["amount"].clone())
}

on_both! {
    fn an_estimate_adds_up_in_som(s: &Server) {
        let before = s.state();
        let answer = estimate(s, &json!({"goods": yuan(89_900), "domestic_delivery": yuan(1_200), "weight_g": 4_200}));
        assert!(before == s.state(), "an estimate is kept nowhere");
        let lines: Vec<_> = answer["lines"].as_array().unwrap().iter()
            .map(|line| (line["kind"].as_str().unwrap(), line["text"].as_str().unwrap(), line["amount"]["amount"].as_i64().unwrap()))
            .collect();
        assert_eq!(lines, [
            ("goods", "Goods", 1_157_100),
            ("domestic_delivery", "Delivery inside China", 15_400),
            ("service_fee", "Our fee: 5 % of the goods", 57_900),
            ("freight", "Freight to Kyrgyzstan: 4.2 kg at 3 USD per kg", 110_200),
        ]);
        assert!(answer["lines"].as_array().unwrap().iter().all(|line| line["amount"]["currency"] == "KGS"));
        assert_eq!(answer["total"], som(1_157_100 + 15_400 + 57_900 + 110_200));
        assert_eq!(answer["rates"], json!([
            {"currency": "CNY", "rate": "12.8707", "effective_on": "2026-05-24", "source": "nbkr"},
            {"currency": "USD", "rate": "87.45", "effective_on": "2026-05-24", "source": "nbkr"},
        ]));
    }

    fn an_estimate_and_a_quote_of_the_same_say_the_same(s: &Server) {
        let usd = |cents: i64| json!({"amount": cents, "currency": "USD"});
        let tariff = json!({"price_per_kg": usd(550), "route": {"mode": "air"}, "category": "clothes", "volumetric_divisor": 6000,
            "weight_rounding_g": 500, "min_weight_g": 500, "service_fee_percent": "3", "service_fee_min": som(35_050)});
        s.put(ADMIN, "/v1/tariffs", tariff).expect(200);
        for (fen, weight_g, side) in [(89_900, 4_200, 300), (100, 1, 10), (2_150_033, 17_777, 411)] {
            let asked = json!({"goods": yuan(fen), "domestic_delivery": yuan(1_250), "weight_g": weight_g, "length_mm": side,
                "width_mm": side, "height_mm": side, "category": "Clothes", "route": {"mode": "air"}});
            let answer = estimate(s, &asked);
            let code = s.order(Until::Requested).code;
            let line = json!({"description": "x", "quantity": 1, "unit_price": yuan(fen)});
            let mut body = json!({"lines": [line], "estimated_weight_g": weight_g});
            for same in ["domestic_delivery", "length_mm", "width_mm", "height_mm", "category", "route"] {
                body[same] = asked[same].clone();
            }
            let order = s.post(OPERATOR, &format!("/v1/orders/{code}/quote"), body).expect(200);
            for kind in ["goods", "domestic_delivery", "service_fee", "freight"] {
                assert_eq!(amount(&answer, kind), order["quote"][kind], "{kind} of {asked}");
            }
            assert_eq!((&answer["total"], &answer["rates"]), (&order["quote"]["total"], &order["quote"]["rates"]), "{asked}");
        }
    }

    fn goods_of_ones_own_cost_only_their_way(s: &Server) {
        s.put(ADMIN, "/v1/tariffs", json!({"price_per_kg": som(26_500), "min_weight_g": 100, "service_fee_min": som(50_000)})).expect(200);
        // A tariff in som asks for no rate, however old they are.
        s.advance(TimeDelta::days(60));
        let answer = estimate(s, &json!({"weight_g": 30}));
        let text = "Freight to Kyrgyzstan: least weight 0.1 kg at 265 som per kg";
        assert_eq!(answer["lines"], json!([{"kind": "freight", "text": text, "amount": som(2_700)}]));
        assert_eq!((&answer["total"], &answer["rates"]), (&som(2_700), &json!([])));
    }

    fn the_least_fee_is_said_to_be_one(s: &Server) {
        let tariff = json!({"price_per_kg": som(26_500), "service_fee_percent": "5", "service_fee_min": som(30_001)});
        s.put(ADMIN, "/v1/tariffs", tariff).expect(200);
        let answer = estimate(s, &json!({"goods": yuan(1_000), "weight_g": 1_000}));
        // 5 % of 129 som is less than 300.01 som, and customers pay whole som: 301.
        assert_eq!(answer["lines"][1], json!({"kind": "service_fee", "text": "Our least fee", "amount": som(30_100)}));
    }

    fn an_estimate_speaks_the_callers_language(s: &Server) {
        let body = json!({"goods": yuan(10_000), "weight_g": 1_500}).to_string();
        for (lang, goods) in [("ky", "Товарлар"), ("ru", "Товары"), ("en", "Goods")] {
            let headers = [("content-type", "application/json"), ("accept-language", lang)];
            let answer = s.send("POST", ANYONE, "/v1/estimate", &headers, &body);
            assert_eq!(answer.header("content-language"), Some(lang));
            assert_eq!(answer.expect(200)["lines"][0]["text"], goods);
        }
    }

    fn a_rate_too_old_refuses_an_estimate(s: &Server) {
        s.advance(TimeDelta::days(6));
        let refused = s.post(ANYONE, "/v1/estimate", json!({"goods": yuan(100), "weight_g": 1}));
        assert_eq!(refused.expect_problem(409, "rate_stale")["currency"], "CNY");
        let refused = s.post(ANYONE, "/v1/estimate", json!({"weight_g": 1}));
        assert_eq!(refused.expect_problem(409, "rate_stale")["currency"], "USD");
    }

    fn an_estimate_of_nonsense_is_refused_by_the_place(s: &Server) {
        for (pointer, body) in [
            ("/weight_g", json!({})),
            ("/weight_g", json!({"weight_g": 0})),
            ("/weight_g", json!({"weight_g": 5_000_001})),
            ("/goods", json!({"weight_g": 1, "goods": som(100)})),
            ("/goods", json!({"weight_g": 1, "goods": yuan(-1)})),
            ("/goods/amount", json!({"weight_g": 1, "goods": {"amount": 1.5, "currency": "CNY"}})),
            ("/goods", json!({"weight_g": 1, "goods": yuan(1_000_000_000)})),
            ("/domestic_delivery", json!({"weight_g": 1, "domestic_delivery": {"amount": 1, "currency": "USD"}})),
            ("/width_mm", json!({"weight_g": 1, "length_mm": 100})),
            ("/height_mm", json!({"weight_g": 1, "length_mm": 100, "width_mm": 100, "height_mm": 0})),
            ("/category", json!({"weight_g": 1, "category": "two words"})),
            ("/route/mode", json!({"weight_g": 1, "route": {"mode": "camel"}})),
            ("/route/to", json!({"weight_g": 1, "route": {"to": "MOON"}})),
            ("/colour", json!({"weight_g": 1, "colour": "red"})),
        ] {
            let refused = s.unchanged_by(|| s.post(ANYONE, "/v1/estimate", body.clone()));
            let problem = refused.expect_problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}: {problem}");
        }
    }
}
