//! A full truck: unloaded in parts, told exactly, and gone on with when it broke off.

use chrono::TimeDelta;
use diesel::prelude::*;
use serde_json::{Value, json};
use torugart::db::schema::{events, journals, notifications, orders, parcels};
use torugart::ids::Actor;
use torugart::shipments::{self, Arrival};

use crate::harness::server::*;
use crate::harness::truck::Size;
use crate::harness::warehouse::words;

const FULL: Size = Size { customers: 400, orders: 1_200, parcels: 2_000 };
const SMALL: Size = Size { customers: 40, orders: 300, parcels: 500 };

/// Parcels arrived, orders ready, freight journals, timeline entries, messages.
fn tally(s: &Server) -> [i64; 5] {
    s.app
        .db
        .read(|conn| {
            Ok([
                parcels::table.filter(parcels::status.eq("arrived")).count().get_result(conn)?,
                orders::table.filter(orders::status.eq("ready_for_pickup")).count().get_result(conn)?,
                journals::table.filter(journals::kind.eq("freight")).count().get_result(conn)?,
                events::table.count().get_result(conn)?,
                notifications::table.count().get_result(conn)?,
            ])
        })
        .unwrap()
}

/// How often each phone was written to.
fn messages_by_phone(s: &Server) -> Vec<i64> {
    let counts = notifications::table.group_by(notifications::recipient).select(diesel::dsl::count_star());
    s.app.db.read(|conn| Ok(counts.load(conn)?)).unwrap()
}

on_both! {
    fn a_truck_of_2000_tells_exactly_what_is_missing_unexpected_and_damaged(s: &Server) {
        let stranger = s.order(Until::Received);
        let truck = s.full_truck(FULL);
        let (missing, seen) = truck.barcodes.split_at(3);
        let mut scanned = seen.to_vec();
        scanned.extend([stranger.tracking_number.clone(), "NOBODY000001".to_owned()]);
        let body = json!({"barcodes": scanned, "damaged": {&seen[7]: "wet corner"}});
        let answer = s.ship(&truck.code, "arrive", body.clone()).expect(200);
        assert_eq!(answer["counts"], json!({"arrived": 1_997, "unexpected": 1, "unknown": 1}));
        let mut told = words(&answer["missing"], "barcode");
        told.sort_unstable();
        let mut expected: Vec<_> = missing.iter().map(String::as_str).collect();
        expected.sort_unstable();
        assert_eq!(told, expected);
        assert_eq!(answer["unexpected"], json!([stranger.tracking_number, "NOBODY000001"]));
        assert_eq!(words(&answer["damaged"], "barcode"), [seen[7].as_str()]);
        assert_eq!((&answer["damaged"][0]["status"], &answer["damaged"][0]["condition"]), (&json!("arrived"), &json!("wet corner")));
        assert_eq!(words(&answer["results"], "barcode"), scanned.iter().map(String::as_str).collect::<Vec<_>>());
        let before = tally(s);
        // The first three orders wait for what is missing.
        assert_eq!(before[..3], [1_997, 1_197, 1_997]);

        s.advance(TimeDelta::hours(1));
        let state = s.state();
        let again = s.send("POST", WAREHOUSE, &format!("/v1/shipments/{}/arrive", truck.code), &[("content-type", "application/json")], &body.to_string()).expect(200);
        assert!(state == s.state(), "the second call changed something");
        assert_eq!(again["counts"], json!({"already_arrived": 1_997, "unexpected": 1, "unknown": 1}));
        for member in ["missing", "unexpected", "damaged"] {
            assert_eq!(again[member].as_array().unwrap().len(), answer[member].as_array().unwrap().len(), "{member}");
        }

        let late = s.ship(&truck.code, "arrive", json!({"barcodes": missing})).expect(200);
        assert_eq!((&late["counts"], &late["missing"]), (&json!({"arrived": 3}), &json!([])));
        assert_eq!(tally(s)[..3], [2_000, 1_200, 2_000]);
    }

    fn who_scans_parcel_by_parcel_may_ask_how_many_are_missing_only(s: &Server) {
        let truck = s.full_truck(SMALL);
        let scan = |barcode: &str, query: &str| {
            s.ship(&truck.code, &format!("arrive{query}"), json!({"barcodes": [barcode]})).expect(200)
        };
        let answer = scan(&truck.barcodes[0], "?missing=count");
        assert_eq!((answer.get("missing"), &answer["missing_count"]), (None, &json!(499)));
        let answer = scan(&truck.barcodes[1], "");
        assert_eq!((answer["missing"].as_array().unwrap().len(), &answer["missing_count"]), (498, &json!(498)));
        let path = format!("/v1/shipments/{}/arrive?missing=number", truck.code);
        s.post(WAREHOUSE, &path, json!({"barcodes": []})).expect_problem(400, "malformed_request");
    }

    fn every_customer_of_a_full_truck_gets_one_message(s: &Server) {
        let truck = s.full_truck(SMALL);
        let answer = s.ship(&truck.code, "arrive", json!({})).expect(200);
        assert_eq!((&answer["counts"], &answer["missing"]), (&json!({"arrived": 500}), &json!([])));
        // Freight for each parcel; for each order an arrival and its readiness, beside packing and departure.
        assert_eq!(tally(s), [500, 300, 500, 500 + 300 + 500 + 300 + 300, 40]);
        assert_eq!(messages_by_phone(s), vec![1; 40]);
        s.ship(&truck.code, "arrive", json!({})).expect_problem(409, "already_arrived");
    }

    fn a_truck_whose_unloading_broke_off_goes_on_with_the_rest(s: &Server) {
        let truck = s.full_truck(SMALL);
        let plan = s.app.write_now(&Actor::System, |tx| shipments::begin(tx, &truck.code, &Arrival::whole_load())).unwrap();
        assert!(plan.parts() > 2, "{}", plan.parts());
        s.app.write_now(&Actor::System, |tx| shipments::part(tx, &plan, 1)).unwrap();
        let [arrived, ready, journals, _, told] = tally(s);
        assert!(arrived > 0 && arrived < 500 && journals == arrived && told > 0 && ready > 0, "{arrived} {ready} {told}");
        s.assert_books_balance();
        let answer = s.ship(&truck.code, "arrive", json!({})).expect(200);
        assert_eq!(answer["counts"], json!({"arrived": 500 - arrived, "already_arrived": arrived}));
        assert_eq!(tally(s), [500, 300, 500, 500 + 300 + 500 + 300 + 300, 40]);
        assert_eq!(messages_by_phone(s), vec![1; 40]);
        s.ship(&truck.code, "arrive", json!({})).expect_problem(409, "already_arrived");
    }

    fn the_answer_of_a_full_truck_is_kept_with_its_key(s: &Server) {
        let truck = s.full_truck(SMALL);
        let path = format!("/v1/shipments/{}/arrive", truck.code);
        let first = s.post_keyed(WAREHOUSE, &path, "truck-1", json!({}));
        first.expect(200);
        let state = s.state();
        let again = s.post_keyed(WAREHOUSE, &path, "truck-1", json!({}));
        assert_eq!((again.text == first.text, again.header("idempotent-replayed")), (true, Some("true")));
        s.post_keyed(WAREHOUSE, &path, "truck-1", json!({"barcodes": ["X12345678"]})).expect_problem(422, "idempotency_key_reused");
        assert!(state == s.state());
    }

    fn a_refusal_of_a_full_truck_changes_nothing(s: &Server) {
        let truck = s.full_truck(SMALL);
        let path = format!("/v1/shipments/{}/arrive", truck.code);
        for body in [
            json!({"weights": {"NOBODY000001": 500}}),
            json!({"damaged": {"NOBODY000001": "wet"}}),
            json!({"scans": [{"id": "1", "barcode": truck.barcodes[0], "at": "2026-05-25T09:00:01Z"}]}),
        ] {
            s.unchanged_by(|| s.post_keyed(WAREHOUSE, &path, "truck-2", body)).expect_problem(422, "validation_failed");
        }
        // The key is free for what the clerk meant.
        s.post_keyed(WAREHOUSE, &path, "truck-2", json!({})).expect(200);
    }

    fn damage_that_is_found_after_the_scan_is_told_once(s: &Server) {
        let example = s.order(Until::Departed);
        s.ship(&example.shipment, "arrive", json!({"barcodes": [example.tracking_number]})).expect(200);
        let body = json!({"barcodes": [example.tracking_number], "damaged": {&example.tracking_number: "torn"}});
        let answer = s.ship(&example.shipment, "arrive", body.clone()).expect(200);
        assert_eq!(answer["counts"], json!({"already_arrived": 1}));
        assert_eq!(words(&answer["damaged"], "condition"), ["torn"]);
        s.ship(&example.shipment, "arrive", body).expect(200);
        assert_eq!(s.kinds(&example.code).iter().filter(|kind| *kind == "parcel_damaged").count(), 1);
        assert_eq!(s.status(&example.code), "ready_for_pickup");
    }

    fn a_scan_that_comes_again_has_its_answer_already(s: &Server) {
        let (first, second) = (s.order(Until::Received), s.order(Until::Received));
        let truck = s.truck();
        let scan = |id: &str, barcode: &str| json!({"id": id, "barcode": barcode, "at": "2026-05-25T06:30:00Z"});
        let [one, two] = [scan("gz-1", &first.tracking_number), scan("gz-2", &second.tracking_number)];
        let answer = s.ship(&truck, "load", json!({"scans": [one, scan("gz-0", "NOBODY000001")]})).expect(200);
        assert_eq!(words(&answer["results"], "outcome"), ["loaded", "unknown"]);
        // Cut differently the second time.
        let answer = s.ship(&truck, "load", json!({"scans": [scan("gz-0", "NOBODY000001"), one, two]})).expect(200);
        assert_eq!(words(&answer["results"], "outcome"), ["unknown", "loaded", "loaded"]);
        let replayed: Vec<_> = answer["results"].as_array().unwrap().iter().map(|result| result["replayed"] == json!(true)).collect();
        assert_eq!(replayed, [true, true, false]);
        assert_eq!(s.kinds(&first.code).iter().filter(|kind| *kind == "parcel_packed").count(), 1);
        let packed = s.see(&first.code)["timeline"].as_array().unwrap().iter().find(|event| event["kind"] == "parcel_packed").unwrap().clone();
        assert_eq!((&packed["at"], &packed["recorded_at"]), (&json!("2026-05-25T06:30:00Z"), &json!(MORNING)));
        // Taken off meanwhile: the old scan does not put it on again.
        s.ship(&truck, "unload", json!({"barcodes": [first.tracking_number]})).expect(200);
        s.ship(&truck, "load", json!({"scans": [one]})).expect(200);
        assert_eq!(s.parcel(&first.tracking_number)["status"], "received");
        let other = s.ship(&truck, "load", json!({"scans": [scan("gz-1", &second.tracking_number)]}));
        assert_eq!(other.expect_problem(422, "validation_failed")["errors"][0]["pointer"], "/scans/0/id");
        s.ship(&truck, "depart", json!({})).expect(200);
        let arrival = json!({"scans": [{"id": "b-1", "barcode": second.tracking_number, "at": "2026-05-25T08:00:00Z", "weight_g": 2000}]});
        let answer = s.ship(&truck, "arrive", arrival.clone()).expect(200);
        assert_eq!((&answer["results"][0]["id"], &answer["results"][0]["parcel"]["weight_g"]), (&json!("b-1"), &json!(2000)));
        assert_eq!(s.parcel(&second.tracking_number)["arrived_at"], "2026-05-25T08:00:00Z");
        let state = tally(s);
        let answer = s.ship(&truck, "arrive", arrival).expect(200);
        assert_eq!((&answer["results"][0]["outcome"], &answer["results"][0]["replayed"]), (&json!("arrived"), &json!(true)));
        assert_eq!(tally(s), state);
    }

    fn a_depart_of_thousands_is_no_thousands_of_statements(s: &Server) {
        let truck = s.full_truck(FULL);
        let aboard: i64 = s.app.db.read(|conn| Ok(parcels::table.filter(parcels::status.eq("in_transit")).count().get_result(conn)?)).unwrap();
        assert_eq!(aboard, 2_000);
        let shipment: Value = s.get(ADMIN, &format!("/v1/shipments/{}", truck.code)).expect(200);
        assert_eq!(shipment["status"], "departed");
        let news = json!({"place": "Торугарт", "status": "at_border"});
        s.ship(&truck.code, "checkpoints", news).expect(201);
        let told: i64 = s.app.db.read(|conn| Ok(events::table.filter(events::kind.eq("checkpoint_at_border")).count().get_result(conn)?)).unwrap();
        assert_eq!(told, 1_200);
    }
}
