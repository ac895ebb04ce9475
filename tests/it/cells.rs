//! Cells: what lies where, what no longer fits in, and that a place is free when its parcel is gone.

use serde_json::{Value, json};

use crate::harness::server::*;
use crate::harness::warehouse::words;

fn set_up(s: &Server, addresses: &[&str], capacity: Option<i64>) -> Value {
    let body = json!({"branch": "BISH", "addresses": addresses, "capacity": capacity});
    s.put(WAREHOUSE, "/v1/cells", body).expect(200)
}

fn put(s: &Server, cell: &str, barcodes: &[&str]) -> Answer {
    s.post(WAREHOUSE, &format!("/v1/cells/{cell}/parcels"), json!({"branch": "BISH", "barcodes": barcodes}))
}

fn outcomes(s: &Server, cell: &str, barcodes: &[&str]) -> Vec<String> {
    let answer = put(s, cell, barcodes).expect(200);
    words(&answer["results"], "outcome").into_iter().map(str::to_owned).collect()
}

/// How many lie in a cell.
fn occupied(s: &Server, cell: &str) -> Value {
    s.get(CASHIER, &format!("/v1/cells?address={cell}")).expect(200)["items"][0]["occupied"].clone()
}

on_both! {
    fn a_parcel_lies_where_it_was_last_scanned(s: &Server) {
        let cells = set_up(s, &["a-03-2", "A-03-1", "A-03-2"], Some(2));
        assert_eq!(words(&cells["items"], "address"), ["A-03-1", "A-03-2"]);
        let example = s.order(Until::Arrived);
        let number = example.tracking_number.as_str();
        assert_eq!(outcomes(s, "a-03-1", &[number, number]), ["placed", "already_there"]);
        assert_eq!(s.parcel(number)["cell"], "A-03-1");
        let moved = put(s, "A-03-2", &[number]).expect(200);
        assert_eq!((&moved["counts"], &moved["results"][0]["reason"]), (&json!({"moved": 1}), &json!("was in A-03-1")));
        assert_eq!(moved["results"][0]["parcel"]["cell"], "A-03-2");
        assert_eq!(s.see(&example.code)["parcels"][0]["cell"], "A-03-2");
        let shelves = s.get(CASHIER, "/v1/cells?branch=BISH").expect(200);
        assert_eq!(words(&shelves["items"], "address"), ["A-03-1", "A-03-2"]);
        assert_eq!((&shelves["items"][0]["occupied"], &shelves["items"][0]["capacity"]), (&json!(0), &json!(2)));
        let lying = &shelves["items"][1]["parcels"][0];
        assert_eq!((&lying["order_code"], &lying["tracking_number"]), (&json!(example.code), &json!(number)));
        // The same scanner sends its batch again.
        assert_eq!(outcomes(s, "A-03-2", &[number]), ["already_there"]);
    }

    fn what_is_not_here_is_not_laid_down(s: &Server) {
        set_up(s, &["B-1"], None);
        let (road, gone) = (s.order(Until::Departed), s.order(Until::PickedUp));
        let scanned = [road.tracking_number.as_str(), gone.tracking_number.as_str(), "YT0000000000000"];
        assert_eq!(outcomes(s, "B-1", &scanned), ["not_arrived", "not_arrived", "unknown"]);
        assert_eq!(s.parcel(&road.tracking_number)["cell"], Value::Null);
        let osh = json!({"code": "OSH", "kind": "pickup_point", "name": "Osh", "city": "Osh", "address": "A 1", "phone": "0700123456", "hours": "10-19"});
        s.post(ADMIN, "/v1/branches", osh).expect(201);
        s.put(WAREHOUSE, "/v1/cells", json!({"branch": "OSH", "addresses": ["B-1"]})).expect(200);
        let here = s.order(Until::Arrived);
        let body = json!({"branch": "OSH", "barcodes": [here.tracking_number]});
        let answer = s.post(WAREHOUSE, "/v1/cells/B-1/parcels", body).expect(200);
        assert_eq!(answer["counts"], json!({"elsewhere": 1}));
    }

    fn a_full_cell_takes_no_more_until_a_parcel_leaves(s: &Server) {
        set_up(s, &["C-1"], Some(1));
        let (first, second) = (s.order(Until::Arrived), s.order(Until::Arrived));
        let both = [first.tracking_number.as_str(), second.tracking_number.as_str()];
        assert_eq!(outcomes(s, "C-1", &both), ["placed", "full"]);
        assert_eq!(occupied(s, "C-1"), 1);
        s.pay_balance(&first.code);
        let order = s.post(CASHIER, &format!("/v1/orders/{}/hand-over", first.code), json!({})).expect(200);
        assert_eq!((&order["parcels"][0]["cell"], occupied(s, "C-1")), (&Value::Null, json!(0)));
        assert_eq!(outcomes(s, "C-1", &both[1..]), ["placed"]);
        let lost = s.set_parcel(&s.parcel(both[1]), "lost").expect(200);
        assert_eq!((&lost["cell"], occupied(s, "C-1")), (&Value::Null, json!(0)));
        // More room is a further call.
        assert_eq!(set_up(s, &["C-1"], Some(3))["items"][0]["capacity"], 3);
    }

    fn a_cell_that_nobody_set_up_is_a_typing_mistake(s: &Server) {
        let example = s.order(Until::Arrived);
        set_up(s, &["D-1"], None);
        let problem = put(s, "D-7", &[&example.tracking_number]).expect_problem(404, "not_found");
        assert!(problem["detail"].as_str().unwrap().contains("PUT /v1/cells"), "{problem}");
        put(s, "D*1", &[&example.tracking_number]).expect_problem(422, "validation_failed");
        put(s, "D-1", &[]).expect_problem(422, "validation_failed");
        for body in [json!({"addresses": []}), json!({"addresses": ["D-1"], "capacity": 0}), json!({"addresses": ["D-1"], "branch": "GZ"})] {
            s.put(WAREHOUSE, "/v1/cells", body).expect_problem(422, "validation_failed");
        }
        assert_eq!(s.parcel(&example.tracking_number)["cell"], Value::Null);
    }

    fn who_works_at_a_pickup_point_need_not_name_it(s: &Server) {
        s.put(OPERATOR, "/v1/cells", json!({"addresses": ["E-1"]})).expect(200);
        let example = s.order(Until::Arrived);
        let body = json!({"barcodes": [example.tracking_number]});
        let answer = s.post(CASHIER, "/v1/cells/E-1/parcels", body).expect(200);
        assert_eq!(answer["counts"], json!({"placed": 1}));
        let audit = s.get(AUDITOR, "/v1/audit?object=BISH%20E-1").expect(200);
        assert_eq!((&audit["items"][0]["action"], &audit["items"][0]["by"]), (&json!("cell.filled"), &json!("cashier")));
    }
}
