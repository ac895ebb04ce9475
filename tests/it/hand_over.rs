//! Parcels change hands: once, after arrival, when nothing is owed.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::server::*;

fn hand_over(s: &Server, by: As, code: &str, body: Value) -> Answer {
    s.post(by, &format!("/v1/orders/{code}/hand-over"), body)
}

/// An order of two parcels of one kilogram on a truck that has left.
fn of_two(s: &Server) -> (String, String) {
    let code = s.buy(request(), &["YT5000000000001", "YT5000000000002"]);
    s.receive("YT5000000000001");
    s.receive("YT5000000000002");
    (code, s.departed_with(&["YT5000000000001", "YT5000000000002"]))
}

on_both! {
    fn what_has_not_arrived_is_not_handed_over(s: &Server) {
        for until in [
            Until::Requested,
            Until::Quoted,
            Until::Confirmed,
            Until::Paid,
            Until::Purchased,
            Until::Received,
            Until::Departed,
        ] {
            let example = s.order(until);
            let before = s.see(&example.code);
            let problem = hand_over(s, CASHIER, &example.code, json!({})).expect_problem(409, "not_arrived");
            assert_eq!(problem["current"], before["status"]);
            assert_eq!(s.see(&example.code), before);
        }
        let forwarded = s.forward("555000020", &["SF720000001"]);
        hand_over(s, ADMIN, &forwarded, json!({"override_reason": "просит"})).expect_problem(409, "not_arrived");
    }

    fn nothing_is_handed_over_while_money_is_owed(s: &Server) {
        let example = s.order(Until::Arrived);
        let before = s.see(&example.code);
        for by in [CASHIER, ADMIN] {
            let problem = hand_over(s, by, &example.code, json!({})).expect_problem(409, "balance_due");
            assert_eq!(problem["balance"], som(112_800));
        }
        // One som short is short.
        s.post(
            CASHIER,
            &format!("/v1/orders/{}/payments", example.code),
            json!({"method": "cash", "amount": som(112_700)}),
        )
        .expect(201);
        hand_over(s, CASHIER, &example.code, json!({})).expect_problem(409, "balance_due");
        assert_eq!(s.see(&example.code)["parcels"], before["parcels"]);
        s.pay_balance(&example.code);
        assert_eq!(hand_over(s, CASHIER, &example.code, json!({})).expect(200)["status"], "picked_up");
    }

    fn credit_is_no_reason_to_keep_a_parcel(s: &Server) {
        let example = s.order(Until::Arrived);
        s.post(
            CASHIER,
            &format!("/v1/orders/{}/payments", example.code),
            json!({"method": "cash", "amount": som(200_000)}),
        )
        .expect(201);
        let order = hand_over(s, CASHIER, &example.code, json!({})).expect(200);
        assert_eq!((&order["status"], &order["balance"]), (&json!("picked_up"), &som(-87_200)));
    }

    fn what_was_handed_over_is_not_there_twice(s: &Server) {
        let example = s.order(Until::PickedUp);
        let before = s.see(&example.code);
        s.advance(TimeDelta::hours(5));
        for body in [json!({}), json!({"parcels": [example.tracking_number]})] {
            let problem = hand_over(s, CASHIER, &example.code, body).expect_problem(409, "already_picked_up");
            let at: chrono::DateTime<chrono::Utc> = problem["picked_up_at"].as_str().unwrap().parse().unwrap();
            assert_eq!(at, MORNING.parse::<chrono::DateTime<chrono::Utc>>().unwrap());
        }
        hand_over(s, ADMIN, &example.code, json!({"override_reason": "ещё раз"}))
            .expect_problem(409, "already_picked_up");
        assert_eq!(s.see(&example.code), before);
    }

    fn a_cancelled_order_is_not_handed_over(s: &Server) {
        let example = s.order(Until::Arrived);
        s.post(ADMIN, &format!("/v1/orders/{}/cancel", example.code), json!({"reason": "передумал"})).expect(200);
        let problem = hand_over(s, CASHIER, &example.code, json!({})).expect_problem(409, "wrong_status");
        assert_eq!(problem["current"], "cancelled");
        assert_eq!(s.parcel(&example.tracking_number)["status"], "arrived");
    }

    fn a_customer_may_take_the_part_that_is_here(s: &Server) {
        let (code, truck) = of_two(s);
        s.ship(&truck, "arrive", json!({"barcodes": ["YT5000000000001"]})).expect(200);
        s.pay_balance(&code);
        hand_over(s, CASHIER, &code, json!({})).expect_problem(409, "not_arrived");
        hand_over(s, CASHIER, &code, json!({"parcels": ["YT5000000000002"]})).expect_problem(409, "not_arrived");
        hand_over(s, CASHIER, &code, json!({"parcels": ["YT5000000000001", "YT5000000000002"]}))
            .expect_problem(409, "not_arrived");
        assert_eq!(s.parcel("YT5000000000001")["status"], "arrived");
        let order = hand_over(s, CASHIER, &code, json!({"parcels": ["YT5000000000001"]})).expect(200);
        assert_eq!(order["status"], "in_transit");
        assert_eq!(s.parcel("YT5000000000001")["status"], "picked_up");
        hand_over(s, CASHIER, &code, json!({"parcels": ["YT5000000000001"]})).expect_problem(409, "already_picked_up");
        s.ship(&truck, "arrive", json!({"barcodes": ["YT5000000000002"]})).expect(200);
        hand_over(s, CASHIER, &code, json!({})).expect_problem(409, "balance_due");
        s.pay_balance(&code);
        assert_eq!(hand_over(s, CASHIER, &code, json!({})).expect(200)["status"], "picked_up");
        assert_eq!(s.kinds(&code).iter().filter(|kind| *kind == "parcel_handed_over").count(), 2);
    }

    fn parcels_of_a_ready_order_may_be_taken_one_by_one_by_any_of_their_names(s: &Server) {
        let (code, truck) = of_two(s);
        s.ship(&truck, "arrive", json!({})).expect(200);
        s.pay_balance(&code);
        let (first, second) = (s.parcel("YT5000000000001"), s.parcel("YT5000000000002"));
        let order =
            hand_over(s, CASHIER, &code, json!({"parcels": [first["barcode"]], "received_by": "сестра"})).expect(200);
        assert_eq!(order["status"], "ready_for_pickup");
        let order = hand_over(s, CASHIER, &code, json!({"parcels": [second["id"]]})).expect(200);
        assert_eq!(order["status"], "picked_up");
    }

    fn whoever_asks_for_one_parcel_is_told_when_that_one_was_taken(s: &Server) {
        let (code, truck) = of_two(s);
        s.ship(&truck, "arrive", json!({})).expect(200);
        s.pay_balance(&code);
        let numbers = ["YT5000000000001", "YT5000000000002"];
        for number in numbers {
            hand_over(s, CASHIER, &code, json!({"parcels": [number]})).expect(200);
            s.advance(TimeDelta::hours(1));
        }
        for (wanted, taken) in [(json!([numbers[0]]), 0), (json!([numbers[1]]), 1), (json!(numbers), 1)] {
            let problem = hand_over(s, CASHIER, &code, json!({"parcels": wanted})).expect_problem(409, "already_picked_up");
            let told: chrono::DateTime<chrono::Utc> = problem["picked_up_at"].as_str().unwrap().parse().unwrap();
            let parcel = s.parcel(numbers[taken]);
            assert_eq!(told, parcel["picked_up_at"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap());
        }
    }

    fn anothers_parcel_is_not_handed_over_with_the_order(s: &Server) {
        let (example, other) = (s.order(Until::Arrived), s.order(Until::Arrived));
        s.pay_balance(&example.code);
        let body = json!({"parcels": [example.tracking_number, other.tracking_number]});
        let problem = hand_over(s, CASHIER, &example.code, body).expect_problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["pointer"], "/parcels/1");
        hand_over(s, CASHIER, &example.code, json!({"parcels": []})).expect_problem(422, "validation_failed");
        assert_eq!(s.parcel(&example.tracking_number)["status"], "arrived");
    }

    fn an_admin_hands_over_in_spite_of_a_debt_and_says_why(s: &Server) {
        let example = s.order(Until::Arrived);
        let body = json!({"override_reason": "оплатит завтра, постоянный клиент"});
        hand_over(s, CASHIER, &example.code, body.clone()).expect_problem(409, "balance_due");
        let order = hand_over(s, ADMIN, &example.code, body).expect(200);
        assert_eq!((&order["status"], &order["balance"]), (&json!("picked_up"), &som(112_800)));
        let audit = s.get(AUDITOR, "/v1/audit").expect(200).to_string();
        assert!(audit.contains("order.handed_over") && audit.contains("оплатит завтра, постоянный клиент"), "{audit}");
        // The debt can still be paid.
        s.pay_balance(&example.code);
        assert_eq!(s.see(&example.code)["balance"], som(0));
    }

    fn only_a_cashier_hands_over_and_only_with_a_key(s: &Server) {
        let example = s.order(Until::Arrived);
        s.pay_balance(&example.code);
        for by in [OPERATOR, WAREHOUSE, AUDITOR] {
            hand_over(s, by, &example.code, json!({})).expect_problem(403, "forbidden");
        }
        hand_over(s, ANYONE, &example.code, json!({})).expect_problem(401, "unauthenticated");
        let path = format!("/v1/orders/{}/hand-over", example.code);
        let json_only = [("content-type", "application/json")];
        s.send("POST", CASHIER, &path, &json_only, "{}").expect_problem(400, "idempotency_key_missing");
        assert_eq!(s.status(&example.code), "ready_for_pickup");
        let first = s.post_keyed(CASHIER, &path, "counter-1", json!({})).expect(200);
        let again = s.post_keyed(CASHIER, &path, "counter-1", json!({}));
        assert_eq!((again.header("idempotent-replayed"), &again.json()), (Some("true"), &first));
    }
}
