//! Branches and tariffs: what an admin sets up, and what visitors see of it.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::server::*;

fn osh() -> Value {
    json!({
        "code": "osh", "kind": "pickup_point", "name": "Osh", "city": "Osh", "address": "Kurmanjan Datka 1",
        "phone": "0700 123 456", "hours": "10:00-19:00",
    })
}

fn branch_codes(s: &Server, by: As) -> Vec<String> {
    let page = s.get(by, "/v1/branches").expect(200);
    page["items"].as_array().unwrap().iter().map(|branch| branch["code"].as_str().unwrap().to_owned()).collect()
}

fn tariff(cents: i64, from: Option<chrono::DateTime<chrono::Utc>>) -> Value {
    json!({
        "price_per_kg": {"amount": cents, "currency": "USD"}, "min_weight_g": 0, "free_storage_days": 7,
        "service_fee_percent": "0", "valid_from": from,
    })
}

on_both! {
    fn visitors_see_the_pickup_points_and_staff_every_branch(s: &Server) {
        let opened = s.post(ADMIN, "/v1/branches", osh());
        let branch = opened.expect(201);
        assert_eq!((&branch["code"], &branch["phone"]), (&json!("OSH"), &json!("+996700123456")));
        assert_eq!(opened.header("location"), Some(format!("/v1/branches/{}", branch["id"].as_str().unwrap()).as_str()));
        assert_eq!(branch_codes(s, ANYONE), ["BISH", "OSH"]);
        assert_eq!(branch_codes(s, WAREHOUSE), ["GZ", "BISH", "OSH"]);
    }

    fn a_branch_is_changed_without_touching_what_is_not_named(s: &Server) {
        let mut branch = s.post(ADMIN, "/v1/branches", osh()).expect(201);
        let path = format!("/v1/branches/{}", branch["id"].as_str().unwrap());
        let changed = s.patch(ADMIN, &path, json!({"hours": "09:00-20:00"})).expect(200);
        branch["hours"] = json!("09:00-20:00");
        assert_eq!(changed, branch);
        assert_eq!(s.patch(ADMIN, &path, json!({})).expect(200), branch);
        let emptied = s.unchanged_by(|| s.patch(ADMIN, &path, json!({"address": ""})));
        assert_eq!(emptied.expect_problem(422, "validation_failed")["errors"][0]["pointer"], "/address");
        let renamed = s.unchanged_by(|| s.patch(ADMIN, &path, json!({"code": "OSH2"})));
        assert_eq!(renamed.expect_problem(422, "validation_failed")["errors"][0]["pointer"], "/code");
        let unknown = format!("/v1/branches/{}", uuid::Uuid::now_v7());
        s.unchanged_by(|| s.patch(ADMIN, &unknown, json!({"city": "Osh"}))).expect_problem(404, "not_found");
    }

    fn a_branch_needs_a_free_code_and_texts_that_say_something(s: &Server) {
        s.post(ADMIN, "/v1/branches", osh()).expect(201);
        s.unchanged_by(|| s.post(ADMIN, "/v1/branches", osh())).expect_problem(409, "duplicate_value");
        for (pointer, value) in [
            ("/code", json!("O")), ("/code", json!("OSH-2")), ("/code", json!("ОШ")), ("/code", json!("BRANCHES9")),
            ("/kind", json!("shop")), ("/phone", json!("call us")), ("/name", json!("")), ("/city", json!(" ")),
            ("/address", json!("a\u{7}b")), ("/hours", json!("x".repeat(10_000))),
        ] {
            let mut body = osh();
            body["code"] = json!("NEW");
            body[&pointer[1..]] = value.clone();
            let answer = s.unchanged_by(|| s.post(ADMIN, "/v1/branches", body));
            let problem = answer.expect_problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        }
    }

    fn an_order_names_a_pickup_point_and_nothing_else(s: &Server) {
        for place in ["GZ", "NOWHERE", ""] {
            let mut body = request();
            body["pickup_point"] = json!(place);
            let answer = s.unchanged_by(|| s.post(ANYONE, "/v1/orders", body));
            assert_eq!(answer.expect_problem(422, "validation_failed")["errors"][0]["pointer"], "/pickup_point");
        }
    }

    fn a_tariff_is_followed_by_the_next_one_on_its_day(s: &Server) {
        let tomorrow = s.now() + TimeDelta::days(1);
        s.put(ADMIN, "/v1/tariffs", tariff(400, Some(tomorrow))).expect(200);
        let freight = |code: &str| {
            let order = s.post(OPERATOR, &format!("/v1/orders/{code}/quote"), offer()).expect(200);
            order["quote"]["freight"]["original"].clone()
        };
        let code = s.order(Until::Requested).code;
        assert_eq!(freight(&code)["amount"], 1_260);
        s.advance(TimeDelta::days(1));
        assert_eq!(freight(&code)["amount"], 1_680);
        let page = s.get(AUDITOR, "/v1/tariffs").expect(200);
        let prices: Vec<_> = page["items"].as_array().unwrap().iter().map(|tariff| &tariff["price_per_kg"]["amount"]).collect();
        assert_eq!(prices, [400, 300]);
    }

    fn a_tariff_cannot_begin_in_the_past_or_cost_nothing(s: &Server) {
        let euros = json!({"price_per_kg": {"amount": 300, "currency": "EUR"}});
        for (pointer, body) in [
            ("/valid_from", tariff(300, Some(s.now() - TimeDelta::seconds(1)))),
            ("/price_per_kg/amount", tariff(0, None)),
            ("/price_per_kg/amount", tariff(-300, None)),
            ("/price_per_kg/amount", tariff(i64::MAX, None)),
            ("/price_per_kg/currency", euros),
        ] {
            let answer = s.unchanged_by(|| s.put(ADMIN, "/v1/tariffs", body));
            assert_eq!(answer.expect_problem(422, "validation_failed")["errors"][0]["pointer"], pointer);
        }
    }

    fn freight_in_som_needs_no_dollar(s: &Server) {
        let body = json!({"price_per_kg": {"amount": 26_500, "currency": "KGS"}, "service_fee_percent": "5"});
        s.put(ADMIN, "/v1/tariffs", body).expect(200);
        let code = s.order(Until::Quoted).code;
        // 4.2 kg x 265 som = 1 113 som
        let order = s.see(&code);
        assert_eq!(order["quote"]["freight"], som(111_300));
        assert_eq!(order["quote"]["rates"].as_array().unwrap().len(), 1);
    }
}
