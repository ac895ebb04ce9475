//! A truck is unloaded: what was on it, what freight costs, who is told.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::server::*;
use crate::harness::warehouse::{plain, request_by, words};

/// What an arrival must not change when it is refused: every parcel, every message, every entry of an order.
fn everything(s: &Server, code: &str) -> [Value; 5] {
    [
        s.see(code),
        s.get(ADMIN, "/v1/parcels").expect(200),
        s.get(ADMIN, "/v1/shipments").expect(200),
        s.get(ADMIN, "/v1/notifications").expect(200),
        s.get(ADMIN, &format!("/v1/orders/{code}/ledger")).expect(200),
    ]
}

/// The freight journals of an order: what the customer was charged by each, tyiyn.
fn freights(s: &Server, code: &str) -> Vec<i64> {
    let ledger = s.get(ADMIN, &format!("/v1/orders/{code}/ledger")).expect(200);
    let journals = ledger["journals"].as_array().unwrap();
    let of_freight = journals.iter().filter(|journal| journal["kind"] == "freight");
    of_freight
        .map(|journal| {
            let receivable = format!("receivable:{code}");
            let leg = journal["postings"].as_array().unwrap().iter().find(|leg| leg["account"] == receivable).unwrap();
            leg["amount"].as_i64().or_else(|| leg["amount"]["amount"].as_i64()).unwrap()
        })
        .collect()
}

fn dearer_dollar_and_tariff(s: &Server) {
    let rates = json!({"rates": [{"currency": "USD", "rate": "100"}]});
    s.put(ADMIN, "/v1/rates", rates).expect(200);
    let tariff = json!({"price_per_kg": {"amount": 400, "currency": "USD"}, "min_weight_g": 100, "free_storage_days": 10,
        "service_fee_percent": "5"});
    s.put(ADMIN, "/v1/tariffs", tariff).expect(200);
}

on_both! {
    fn the_whole_load_arrives_at_once(s: &Server) {
        let (first, second) = (s.order(Until::Received), s.order(Until::Received));
        let truck = s.departed_with(&[&first.tracking_number, &second.tracking_number]);
        s.advance(TimeDelta::days(9));
        let answer = s.ship(&truck, "arrive", json!({})).expect(200);
        assert_eq!(answer["counts"], json!({"arrived": 2}));
        assert_eq!((&answer["missing"], &answer["unexpected"]), (&json!([]), &json!([])));
        assert_eq!(answer["shipment"]["status"], "arrived");
        assert_eq!(answer["shipment"]["arrived_at"], "2026-06-03T09:00:00Z");
        for example in [&first, &second] {
            let parcel = s.parcel(&example.tracking_number);
            assert_eq!((&parcel["status"], &parcel["arrived_at"]), (&json!("arrived"), &json!("2026-06-03T09:00:00Z")));
            assert_eq!(s.status(&example.code), "ready_for_pickup");
            assert_eq!(s.see(&example.code)["free_storage_until"], "2026-06-10T09:00:00Z");
        }
    }

    fn a_parcel_that_is_missing_stays_on_the_road_and_turns_up_later(s: &Server) {
        let (first, second) = (s.order(Until::Received), s.order(Until::Received));
        let truck = s.departed_with(&[&first.tracking_number, &second.tracking_number]);
        let answer = s.ship(&truck, "arrive", json!({"barcodes": [first.tracking_number]})).expect(200);
        assert_eq!(words(&answer["missing"], "tracking_number"), [second.tracking_number.as_str()]);
        assert_eq!((s.status(&first.code), s.status(&second.code)), ("ready_for_pickup".into(), "in_transit".into()));
        assert_eq!(s.parcel(&second.tracking_number)["status"], "in_transit");
        s.advance(TimeDelta::days(1));
        let barcode = s.parcel(&second.tracking_number)["barcode"].clone();
        let answer = s.ship(&truck, "arrive", json!({"barcodes": [barcode]})).expect(200);
        assert_eq!((&answer["counts"], &answer["missing"]), (&json!({"arrived": 1}), &json!([])));
        assert_eq!(answer["shipment"]["arrived_at"], MORNING);
        assert_eq!(s.status(&second.code), "ready_for_pickup");
    }

    fn the_weight_taken_at_the_pickup_point_counts(s: &Server) {
        let example = s.order(Until::Departed);
        let weights = json!({"weights": {&example.tracking_number: 5000}});
        s.ship(&example.shipment, "arrive", weights).expect(200);
        let parcel = s.parcel(&example.tracking_number);
        // 5 kg x $3.00 x 87.45 = 1311.75 som.
        assert_eq!((&parcel["weight_g"], &parcel["freight"]), (&json!(5000), &som(131_200)));
        assert_eq!(s.see(&example.code)["balance"], som(131_200));
    }

    fn a_weight_that_no_box_has_is_refused_on_arrival(s: &Server) {
        let example = s.order(Until::Departed);
        let before = everything(s, &example.code);
        for weight_g in [0, -1, 1_000_000_000_000_i64] {
            let body = json!({"weights": {&example.tracking_number: weight_g}});
            let problem = s.ship(&example.shipment, "arrive", body).expect_problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["pointer"], format!("/weights/{}", example.tracking_number));
        }
        assert_eq!(everything(s, &example.code), before);
    }

    fn freight_is_charged_at_the_rate_and_tariff_of_the_quote(s: &Server) {
        let example = s.order(Until::Departed);
        dearer_dollar_and_tariff(s);
        s.ship(&example.shipment, "arrive", json!({})).expect(200);
        // 4.3 kg x $3.00 x 87.45 = 1128.105 som; neither $4.00 nor 100.
        assert_eq!(freights(s, &example.code), [112_800]);
        assert_eq!(s.see(&example.code)["balance"], som(112_800));
        // The days of free storage are the quote's too.
        assert_eq!(s.see(&example.code)["free_storage_until"], "2026-06-01T09:00:00Z");
        let charged = s.see(&example.code)["timeline"]
            .as_array()
            .unwrap()
            .iter()
            .find(|event| event["kind"] == "freight_charged")
            .unwrap()
            .clone();
        assert_eq!((&charged["data"]["weight_g"], &charged["data"]["freight_tyiyn"]), (&json!(4300), &json!(112_800)));
    }

    fn freight_of_a_forwarding_order_is_charged_at_the_rate_and_tariff_of_the_day(s: &Server) {
        let code = s.forward("555000010", &["SF710000001"]);
        s.receive("SF710000001");
        let truck = s.departed_with(&["SF710000001"]);
        dearer_dollar_and_tariff(s);
        s.ship(&truck, "arrive", json!({})).expect(200);
        // 1 kg x $4.00 x 100.
        assert_eq!(freights(s, &code), [40_000]);
        assert_eq!(s.see(&code)["free_storage_until"], "2026-06-04T09:00:00Z");
    }

    fn freight_is_charged_for_each_parcel_once(s: &Server) {
        let code = s.buy(request(), &["YT4000000000001", "YT4000000000002"]);
        s.receive("YT4000000000001");
        s.receive("YT4000000000002");
        let truck = s.departed_with(&["YT4000000000001", "YT4000000000002"]);
        let scans = json!({"barcodes": ["YT4000000000001", "YT4000000000001"], "weights": {"YT4000000000001": 2000}});
        let answer = s.ship(&truck, "arrive", scans).expect(200);
        assert_eq!(words(&answer["results"], "outcome"), ["arrived", "already_arrived"]);
        // 2 kg x $3.00 x 87.45 = 524.70 som, 1 kg 262.35 som.
        assert_eq!(freights(s, &code), [52_500]);
        s.ship(&truck, "arrive", json!({"barcodes": ["YT4000000000002", "YT4000000000001"]})).expect(200);
        assert_eq!(freights(s, &code), [52_500, 26_200]);
        assert_eq!(s.see(&code)["balance"], som(78_700));
    }

    fn a_cancelled_orders_parcel_arrives_without_a_charge_or_a_message(s: &Server) {
        let example = s.order(Until::Departed);
        s.post(ADMIN, &format!("/v1/orders/{}/cancel", example.code), json!({"reason": "передумал"})).expect(200);
        let balance = s.see(&example.code)["balance"].clone();
        s.ship(&example.shipment, "arrive", json!({})).expect(200);
        assert_eq!(s.parcel(&example.tracking_number)["status"], "arrived");
        assert_eq!(
            (&s.see(&example.code)["status"], &s.see(&example.code)["balance"]),
            (&json!("cancelled"), &balance)
        );
        assert_eq!((freights(s, &example.code).len(), s.told("order-arrived", "sms").len()), (0, 0));
    }

    fn what_was_not_on_the_truck_is_listed_and_left_alone(s: &Server) {
        let (example, waiting) = (s.order(Until::Departed), s.order(Until::Received));
        let body = json!({"barcodes": [example.tracking_number, waiting.tracking_number, "NOBODY000001"]});
        let answer = s.ship(&example.shipment, "arrive", body).expect(200);
        assert_eq!(words(&answer["results"], "outcome"), ["arrived", "unexpected", "unknown"]);
        assert_eq!(answer["unexpected"], json!([waiting.tracking_number, "NOBODY000001"]));
        assert_eq!(s.parcel(&waiting.tracking_number)["status"], "received");
        assert_eq!(s.status(&waiting.code), "received_in_china");
    }

    fn only_strangers_are_no_arrival(s: &Server) {
        let (example, waiting) = (s.order(Until::Departed), s.order(Until::Received));
        let before = everything(s, &example.code);
        let body = json!({"barcodes": [waiting.tracking_number, "NOBODY000001"]});
        let problem = s.ship(&example.shipment, "arrive", body).expect_problem(409, "not_on_shipment");
        assert_eq!(problem["unexpected"], json!([waiting.tracking_number, "NOBODY000001"]));
        assert_eq!(everything(s, &example.code), before);
    }

    fn the_whole_load_arrives_only_once(s: &Server) {
        let (first, second) = (s.order(Until::Received), s.order(Until::Received));
        let truck = s.departed_with(&[&first.tracking_number, &second.tracking_number]);
        s.ship(&truck, "arrive", json!({"barcodes": [first.tracking_number]})).expect(200);
        s.advance(TimeDelta::hours(1));
        let before = everything(s, &second.code);
        let problem = s.ship(&truck, "arrive", json!({})).expect_problem(409, "already_arrived");
        assert_eq!(problem["arrived_at"].as_str().unwrap().get(..19), MORNING.get(..19));
        assert_eq!(everything(s, &second.code), before);
    }

    fn the_same_scans_again_change_nothing(s: &Server) {
        let example = s.order(Until::Departed);
        let body = json!({"barcodes": [example.tracking_number], "weights": {&example.tracking_number: 4400}});
        s.ship(&example.shipment, "arrive", body).expect(200);
        s.advance(TimeDelta::hours(1));
        let before = everything(s, &example.code);
        let again = json!({"barcodes": [example.tracking_number], "weights": {&example.tracking_number: 9900}});
        let answer = s.ship(&example.shipment, "arrive", again).expect(200);
        assert_eq!(answer["counts"], json!({"already_arrived": 1}));
        assert_eq!(everything(s, &example.code), before);
    }

    fn a_truck_that_has_not_left_does_not_arrive(s: &Server) {
        let example = s.order(Until::Loaded);
        let problem = s.ship(&example.shipment, "arrive", json!({})).expect_problem(409, "wrong_status");
        assert_eq!((&problem["current"], &problem["legal"]), (&json!("loading"), &json!(["departed"])));
        s.ship(&example.shipment, "arrive", json!({"barcodes": [example.tracking_number]}))
            .expect_problem(409, "wrong_status");
        s.ship(&example.shipment, "arrive", json!({"barcodes": []})).expect_problem(422, "validation_failed");
        assert_eq!(s.status(&example.code), "received_in_china");
    }

    fn a_customer_is_told_once_of_everything_that_is_ready(s: &Server) {
        let (first, second) = (s.order(Until::Received), s.order(Until::Received));
        let other = s.order_of(request_by("555000011", "en"), Until::Received);
        let truck = s.departed_with(&[&first.tracking_number, &second.tracking_number, &other.tracking_number]);
        s.ship(&truck, "arrive", json!({})).expect(200);
        let told = s.told("order-arrived", "sms");
        assert_eq!(told.len(), 2, "{told:?}");
        let (both, one): (Vec<_>, Vec<_>) = told.into_iter().partition(|text| text.contains(&first.code));
        // Twice 1128 som of freight, in the customer's Kyrgyz.
        assert!(both[0].contains(&second.code) && !both[0].contains(&other.code), "{both:?}");
        assert!(plain(&both[0]).contains("Төлөм 2 256 сом"), "{both:?}");
        assert!(one[0].contains(&other.code) && plain(&one[0]).contains("To pay: 1 128 som"), "{one:?}");
        let mails = s.told("order-arrived", "email");
        assert_eq!(mails.len(), 1, "the other customer has no address");
        assert!(mails[0].contains(&first.code) && mails[0].contains(&second.code), "{mails:?}");
        s.ship(&truck, "arrive", json!({"barcodes": [first.tracking_number, other.tracking_number]})).expect(200);
        assert_eq!(s.told("order-arrived", "sms").len(), 2);
    }

    fn credit_of_one_order_does_not_hide_the_debt_of_another(s: &Server) {
        let (first, second) = (s.order(Until::Received), s.order(Until::Received));
        let early = json!({"method": "cash", "amount": som(500_000)});
        s.post(CASHIER, &format!("/v1/orders/{}/payments", first.code), early).expect(201);
        let truck = s.departed_with(&[&first.tracking_number, &second.tracking_number]);
        s.ship(&truck, "arrive", json!({})).expect(200);
        let text = s.told("order-arrived", "sms").remove(0);
        assert!(plain(&text).contains("Төлөм 1 128 сом"), "{text}");
    }

    fn nobody_is_told_while_a_part_is_missing(s: &Server) {
        let code = s.buy(request(), &["YT4000000000003", "YT4000000000004"]);
        s.receive("YT4000000000003");
        s.receive("YT4000000000004");
        let truck = s.departed_with(&["YT4000000000003", "YT4000000000004"]);
        s.ship(&truck, "arrive", json!({"barcodes": ["YT4000000000003"]})).expect(200);
        assert_eq!((s.told("order-arrived", "sms").len(), s.told("order-arrived", "email").len()), (0, 0));
        assert_eq!((s.status(&code).as_str(), &s.see(&code)["free_storage_until"]), ("in_transit", &Value::Null));
        s.ship(&truck, "arrive", json!({"barcodes": ["YT4000000000004"]})).expect(200);
        assert_eq!((s.told("order-arrived", "sms").len(), s.told("order-arrived", "email").len()), (1, 1));
    }

    fn a_parcel_that_was_reported_lost_is_not_found_by_unloading_the_rest(s: &Server) {
        let code = s.buy(request(), &["YT2000000000017", "YT2000000000018"]);
        s.receive("YT2000000000017");
        s.receive("YT2000000000018");
        let truck = s.departed_with(&["YT2000000000017", "YT2000000000018"]);
        s.set_parcel(&s.parcel("YT2000000000018"), "lost").expect(200);
        s.ship(&truck, "arrive", json!({})).expect(200);
        assert_eq!(s.parcel("YT2000000000018")["status"], "lost");
        assert_eq!(freights(s, &code).len(), 1);
        s.ship(&truck, "arrive", json!({"barcodes": ["YT2000000000018"]})).expect(200);
        assert_eq!(s.parcel("YT2000000000018")["status"], "arrived");
    }
}
