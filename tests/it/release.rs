//! A part of an order is given to its customer, and the rest follows.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::server::*;
use crate::harness::warehouse::plain;

const FIRST: &str = "YT6000000000001";
const SECOND: &str = "YT6000000000002";

fn release(s: &Server, by: As, code: &str, body: Value) -> Answer {
    s.post(by, &format!("/v1/orders/{code}/release"), body)
}

fn hand_over(s: &Server, code: &str, body: Value) -> Answer {
    s.post(CASHIER, &format!("/v1/orders/{code}/hand-over"), body)
}

/// An order of two parcels, of which the first has arrived; and the truck that the second is still on.
fn half_here(s: &Server) -> (String, String) {
    let code = s.buy(request(), &[FIRST, SECOND]);
    s.receive(FIRST);
    s.receive(SECOND);
    let truck = s.departed_with(&[FIRST, SECOND]);
    s.ship(&truck, "arrive", json!({"barcodes": [FIRST]})).expect(200);
    (code, truck)
}

on_both! {
    fn the_part_that_is_here_can_be_taken_and_the_rest_makes_it_ready_again(s: &Server) {
        let (code, truck) = half_here(s);
        assert_eq!((s.status(&code).as_str(), s.told("order-arrived", "sms").len()), ("in_transit", 0));
        let order = release(s, OPERATOR, &code, json!({"reason": "просит часть"})).expect(200);
        assert_eq!(order["status"], "ready_for_pickup");
        assert!(order["released_at"].is_string() && order["free_storage_until"].is_string(), "{order}");
        let entry = order["timeline"].as_array().unwrap().last().unwrap();
        assert_eq!((&entry["kind"], &entry["data"]), (&json!("order_released"), &json!({"arrived": 1, "total": 2, "reason": "просит часть"})));
        let told: Vec<_> = s.told("order-released", "sms").iter().map(|text| plain(text)).collect();
        assert_eq!(told.len(), 1);
        assert!(told[0].contains(&format!("{code}: 2 посылкадан 1 келди")), "{told:?}");
        assert_eq!(s.told("order-released", "email").len(), 1);
        // The debt of the part is a debt.
        hand_over(s, &code, json!({})).expect_problem(409, "balance_due");
        hand_over(s, &code, json!({"parcels": [SECOND]})).expect_problem(409, "not_arrived");
        s.pay_balance(&code);
        let order = hand_over(s, &code, json!({})).expect(200);
        assert_eq!((&order["status"], &order["released_at"]), (&json!("in_transit"), &Value::Null));
        assert_eq!(s.kinds(&code).last().unwrap(), "order_awaits_rest");
        hand_over(s, &code, json!({})).expect_problem(409, "not_arrived");
        s.advance(TimeDelta::hours(1));
        s.ship(&truck, "arrive", json!({"barcodes": [SECOND]})).expect(200);
        assert_eq!((s.status(&code).as_str(), s.told("order-arrived", "sms").len()), ("ready_for_pickup", 1));
        s.pay_balance(&code);
        assert_eq!(hand_over(s, &code, json!({})).expect(200)["status"], "picked_up");
    }

    fn the_rest_may_come_before_the_part_was_taken(s: &Server) {
        let (code, truck) = half_here(s);
        release(s, ADMIN, &code, json!({})).expect(200);
        s.advance(TimeDelta::days(1));
        s.ship(&truck, "arrive", json!({"barcodes": [SECOND]})).expect(200);
        let order = s.see(&code);
        assert_eq!((&order["status"], &order["released_at"]), (&json!("ready_for_pickup"), &Value::Null));
        assert_eq!((s.told("order-released", "sms").len(), s.told("order-arrived", "sms").len()), (1, 1), "that it is complete is news");
        assert_eq!(order["free_storage_until"], "2026-06-02T09:00:00Z");
        s.pay_balance(&code);
        assert_eq!(hand_over(s, &code, json!({})).expect(200)["status"], "picked_up");
    }

    fn news_of_the_rest_do_not_take_the_part_back(s: &Server) {
        let code = s.buy(request(), &[FIRST, SECOND]);
        s.receive(FIRST);
        let truck = s.departed_with(&[FIRST]);
        s.ship(&truck, "arrive", json!({})).expect(200);
        release(s, OPERATOR, &code, json!({})).expect(200);
        s.receive(SECOND);
        assert_eq!(s.status(&code), "ready_for_pickup");
        let truck = s.departed_with(&[SECOND]);
        assert_eq!(s.status(&code), "ready_for_pickup");
        // Where the part itself is lost, nothing lies there any more.
        s.set_parcel(&s.parcel(FIRST), "lost").expect(200);
        assert_eq!((s.status(&code).as_str(), &s.see(&code)["released_at"]), ("in_transit", &Value::Null));
        s.ship(&truck, "arrive", json!({})).expect(200);
        assert_eq!(s.status(&code), "ready_for_pickup");
    }

    fn only_what_waits_for_more_is_released(s: &Server) {
        for until in [Until::Requested, Until::Paid, Until::Arrived, Until::PickedUp] {
            let example = s.order(until);
            let refused = s.unchanged_by(|| {
                let headers = [("content-type", "application/json")];
                s.send("POST", OPERATOR, &format!("/v1/orders/{}/release", example.code), &headers, "{}")
            });
            assert_eq!(refused.expect_problem(409, "wrong_status")["current"], s.see(&example.code)["status"]);
        }
        let example = s.order(Until::Departed);
        release(s, OPERATOR, &example.code, json!({})).expect_problem(409, "not_arrived");
        for by in [CASHIER, WAREHOUSE, AUDITOR] {
            release(s, by, &example.code, json!({})).expect_problem(403, "forbidden");
        }
    }
}
