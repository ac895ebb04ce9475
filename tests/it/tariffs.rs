//! Tariffs: what a price list may say, which of several is taken, and that none is ever edited.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::server::*;

fn usd(cents: i64) -> Value {
    json!({"amount": cents, "currency": "USD"})
}

fn put(s: &Server, tariff: Value) -> Value {
    s.put(ADMIN, "/v1/tariffs", tariff).expect(200)
}

fn current(s: &Server, query: &str) -> Value {
    s.get(OPERATOR, &format!("/v1/tariffs/current{query}")).expect(200)["price_per_kg"]["amount"].clone()
}

fn osh(s: &Server) {
    let branch = json!({"code": "OSH", "kind": "pickup_point", "name": "Osh", "city": "Osh", "address": "A 1", "phone": "0700123456", "hours": "10-19"});
    s.post(ADMIN, "/v1/branches", branch).expect(201);
}

on_both! {
    fn a_simple_tariff_is_all_that_it_takes(s: &Server) {
        let tariff = put(s, json!({"price_per_kg": usd(310)}));
        assert_eq!((&tariff["route"], &tariff["category"]), (&json!({"from": null, "to": null, "mode": null}), &Value::Null));
        assert_eq!((&tariff["weight_steps"], &tariff["density_bands"]), (&json!([]), &json!([])));
        assert_eq!((&tariff["weight_rounding_g"], &tariff["storage_fee_per_day"]), (&json!(1), &som(0)));
        assert_eq!((&tariff["valid_until"], &tariff["service_fee_min"]), (&Value::Null, &som(0)));
        assert_eq!(s.get(AUDITOR, "/v1/tariffs/current").expect(200), tariff);
        assert_eq!(s.get(AUDITOR, "/v1/tariffs").expect(200)["items"][0], tariff);
    }

    fn everything_that_a_tariff_says_is_kept(s: &Server) {
        let said = json!({
            "valid_from": "2026-06-01T00:00:00Z", "valid_until": "2026-09-01T00:00:00Z",
            "route": {"from": "GZ", "to": "BISH", "mode": "air"}, "category": "clothes", "price_per_kg": usd(550),
            "weight_steps": [{"from_g": 10_000, "price_per_kg": usd(520)}, {"from_g": 100_000, "price_per_kg": usd(500)}],
            "density_bands": [
                {"from_kg_m3": 100, "to_kg_m3": 200, "price_per_kg": usd(600)},
                {"from_kg_m3": 200, "to_kg_m3": null, "price_per_kg": usd(500)},
            ],
            "volumetric_divisor": null, "min_weight_g": 500, "weight_rounding_g": 100, "free_storage_days": 7,
            "storage_fee_per_day": som(2_000), "service_fee_percent": "7.5", "service_fee_min": som(30_000),
        });
        let kept = put(s, said.clone());
        for (member, value) in said.as_object().unwrap() {
            assert_eq!(&kept[member], value, "{member}");
        }
        let listed = s.get(OPERATOR, "/v1/tariffs").expect(200)["items"].clone();
        assert!(listed.as_array().unwrap().contains(&kept));
    }

    fn a_tariff_is_taken_for_its_way_its_goods_and_its_time(s: &Server) {
        osh(s);
        put(s, json!({"price_per_kg": usd(320), "route": {"to": "osh"}}));
        put(s, json!({"price_per_kg": usd(550), "route": {"mode": "air"}}));
        put(s, json!({"price_per_kg": usd(440), "category": "Clothes"}));
        let june = json!({"price_per_kg": usd(290), "valid_from": "2026-06-01T00:00:00Z", "valid_until": "2026-06-08T00:00:00Z"});
        put(s, june);
        let prices = |s: &Server| ["", "?to=OSH", "?mode=air&to=OSH", "?category=clothes"].map(|query| current(s, query));
        assert_eq!(prices(s), [300, 320, 550, 440].map(|price| json!(price)));
        s.advance(TimeDelta::days(7));
        assert_eq!(prices(s), [290, 320, 550, 440].map(|price| json!(price)));
        s.advance(TimeDelta::days(7));
        assert_eq!(prices(s), [300, 320, 550, 440].map(|price| json!(price)), "what came before is in force again");
        for (query, pointer) in [("?to=GZ", "?to"), ("?from=BISH", "?from"), ("?to=MOON", "?to"), ("?category=a%20b", "?category")] {
            let refused = s.get(OPERATOR, &format!("/v1/tariffs/current{query}"));
            assert_eq!(refused.expect_problem(422, "validation_failed")["errors"][0]["pointer"], pointer);
        }
    }

    fn a_tariff_that_contradicts_itself_is_refused_by_the_place(s: &Server) {
        let band = |from: i64, to: Option<i64>| json!({"from_kg_m3": from, "to_kg_m3": to, "price_per_kg": usd(300)});
        let step = |from_g: i64| json!({"from_g": from_g, "price_per_kg": usd(300)});
        for (pointer, member, value) in [
            ("/price_per_kg/currency", "price_per_kg", json!({"amount": 300, "currency": "CNY"})),
            ("/price_per_kg/amount", "price_per_kg", usd(0)),
            ("/weight_steps/1/from_g", "weight_steps", json!([step(100), step(100)])),
            ("/weight_steps/0/from_g", "weight_steps", json!([step(-1)])),
            ("/weight_steps/0/price_per_kg/currency", "weight_steps", json!([{"from_g": 1, "price_per_kg": som(100)}])),
            ("/weight_steps", "weight_steps", json!((0..51).map(step).collect::<Vec<_>>())),
            ("/density_bands/1/from_kg_m3", "density_bands", json!([band(0, Some(100)), band(110, None)])),
            ("/density_bands/1/from_kg_m3", "density_bands", json!([band(0, Some(100)), band(99, None)])),
            ("/density_bands/0/to_kg_m3", "density_bands", json!([band(0, None), band(100, None)])),
            ("/density_bands/0/to_kg_m3", "density_bands", json!([band(100, Some(100))])),
            ("/volumetric_divisor", "volumetric_divisor", json!(0)),
            ("/weight_rounding_g", "weight_rounding_g", json!(0)),
            ("/min_weight_g", "min_weight_g", json!(-1)),
            ("/storage_fee_per_day/currency", "storage_fee_per_day", usd(1)),
            ("/storage_fee_per_day/amount", "storage_fee_per_day", som(-1)),
            ("/service_fee_min/amount", "service_fee_min", som(-1)),
            ("/service_fee_percent", "service_fee_percent", json!("101")),
            ("/category", "category", json!("two words")),
            ("/route/from", "route", json!({"from": "BISH"})),
            ("/route/to", "route", json!({"to": "GZ"})),
            ("/route/to", "route", json!({"to": "MOON"})),
            ("/route/mode", "route", json!({"mode": "camel"})),
            ("/route/via", "route", json!({"via": "OSH"})),
            ("/valid_from", "valid_from", json!("2026-05-24T00:00:00Z")),
            ("/valid_until", "valid_until", json!(MORNING)),
        ] {
            let mut body = json!({"price_per_kg": usd(300)});
            body[member] = value;
            let refused = s.unchanged_by(|| s.put(ADMIN, "/v1/tariffs", body.clone()));
            let problem = refused.expect_problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}: {problem}");
        }
        let both = json!({"price_per_kg": usd(300), "volumetric_divisor": 6000, "density_bands": [band(0, None)]});
        let refused = s.unchanged_by(|| s.put(ADMIN, "/v1/tariffs", both));
        assert_eq!(refused.expect_problem(422, "validation_failed")["errors"][0]["pointer"], "/volumetric_divisor");
    }

    fn a_tariff_is_followed_and_never_edited(s: &Server) {
        for statement in ["UPDATE tariffs SET price_per_kg_minor = 1", "UPDATE tariffs SET valid_until = valid_from", "DELETE FROM tariffs"] {
            let refusal = s.refused_by_database(&[statement]);
            assert!(refusal.contains("a tariff is followed, never edited"), "{statement}: {refusal}");
        }
    }

    fn a_box_is_charged_by_the_room_it_takes_where_the_tariff_says_so(s: &Server) {
        put(s, json!({"price_per_kg": usd(300), "volumetric_divisor": 6000, "weight_rounding_g": 100}));
        let example = s.order(Until::Purchased);
        let body = json!({"tracking_number": example.tracking_number, "weight_g": 4300,
            "length_mm": 400, "width_mm": 300, "height_mm": 500});
        s.post(WAREHOUSE, "/v1/parcels/receive", body).expect(200);
        let truck = s.departed_with(&[&example.tracking_number]);
        s.ship(&truck, "arrive", json!({})).expect(200);
        // 40 x 30 x 50 cm / 6 000 = 10 kg; x 3.00 USD x 87.45 = 2 623.50 som
        assert_eq!(s.see(&example.code)["parcels"][0]["freight"], som(262_400));
    }

    fn a_forwarded_box_is_charged_by_the_tariff_of_its_branch(s: &Server) {
        osh(s);
        put(s, json!({"price_per_kg": usd(400), "route": {"to": "OSH"}, "free_storage_days": 3}));
        let mut body = request();
        body["kind"] = json!("forwarding");
        body["pickup_point"] = json!("OSH");
        body["tracking_numbers"] = json!(["YT8812345678999"]);
        let code = s.post(ANYONE, "/v1/orders", body).expect(201)["code"].as_str().unwrap().to_owned();
        s.receive("YT8812345678999");
        let truck = json!({"route": "Irkeshtam", "vehicle": "01KG777ABC", "to_branch": "OSH"});
        let truck = s.post(WAREHOUSE, "/v1/shipments", truck).expect(201)["code"].as_str().unwrap().to_owned();
        s.ship(&truck, "load", json!({"barcodes": ["YT8812345678999"]})).expect(200);
        s.ship(&truck, "depart", json!({})).expect(200);
        s.ship(&truck, "arrive", json!({})).expect(200);
        let order = s.see(&code);
        // 1 kg x 4.00 USD x 87.45
        assert_eq!(order["balance"], som(35_000));
        assert_eq!(order["free_storage_until"], json!(s.now() + TimeDelta::days(3)));
    }
}
