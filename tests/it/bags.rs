//! Bags: filled, tied up, scanned as one.

use serde_json::json;

use crate::harness::server::*;
use crate::harness::warehouse::words;

fn open(s: &Server) -> String {
    s.post(WAREHOUSE, "/v1/bags", json!({"note": "small things"})).expect(201)["code"].as_str().unwrap().to_owned()
}

fn bag(s: &Server, code: &str, call: &str, barcodes: &[&str]) -> Answer {
    s.post(WAREHOUSE, &format!("/v1/bags/{code}/{call}"), json!({"barcodes": barcodes}))
}

on_both! {
    fn each_scan_into_a_bag_has_its_own_result(s: &Server) {
        let (first, expected) = (s.order(Until::Received), s.order(Until::Purchased));
        let (code, other) = (open(s), open(s));
        let scans = [&*first.tracking_number, &first.tracking_number, &expected.tracking_number, "NOBODY000001"];
        let answer = bag(s, &code, "parcels", &scans).expect(200);
        assert_eq!(words(&answer["results"], "outcome"), ["added", "already_in", "refused", "unknown"]);
        assert_eq!(answer["bag"]["parcel_count"], 1);
        let answer = bag(s, &other, "parcels", &[&first.tracking_number]).expect(200);
        assert_eq!(words(&answer["results"], "outcome"), ["in_another_bag"]);
        let answer = bag(s, &code, "remove", &[&first.tracking_number, &first.tracking_number]).expect(200);
        assert_eq!(words(&answer["results"], "outcome"), ["removed", "not_in"]);
        bag(s, &other, "parcels", &[&first.tracking_number]).expect(200);
        let list = s.get(AUDITOR, "/v1/bags").expect(200);
        assert_eq!(words(&list["items"], "code"), [other.as_str(), code.as_str()]);
        assert_eq!((&list["items"][0]["parcel_count"], &list["items"][1]["parcel_count"]), (&json!(1), &json!(0)));
    }

    fn a_bag_is_loaded_and_arrives_as_one(s: &Server) {
        let (first, second, alone) = (s.order(Until::Received), s.order(Until::Received), s.order(Until::Received));
        let code = open(s);
        bag(s, &code, "parcels", &[&first.tracking_number, &second.tracking_number]).expect(200);
        let closed = s.post(WAREHOUSE, &format!("/v1/bags/{code}/close"), json!({"seal_number": "CN 1"})).expect(200);
        assert_eq!((&closed["status"], &closed["seal_number"], &closed["weight_g"]), (&json!("closed"), &json!("CN 1"), &json!(8600)));
        bag(s, &code, "parcels", &[&alone.tracking_number]).expect_problem(409, "wrong_status");
        let truck = s.truck();
        let body = json!({"barcodes": [code.to_lowercase(), alone.tracking_number]});
        let answer = s.ship(&truck, "load", body.clone()).expect(200);
        assert_eq!(answer["counts"], json!({"loaded": 3}));
        assert_eq!(answer["results"][0]["bag"], json!(code.to_lowercase()));
        assert_eq!(s.ship(&truck, "load", body).expect(200)["counts"], json!({"already_loaded": 3}));
        s.ship(&truck, "depart", json!({})).expect(200);
        let answer = s.ship(&truck, "arrive", json!({"scans": [{"id": "b-1", "barcode": code}]})).expect(200);
        assert_eq!((&answer["counts"], words(&answer["missing"], "tracking_number")), (&json!({"arrived": 2}), vec![alone.tracking_number.as_str()]));
        let again = s.ship(&truck, "arrive", json!({"scans": [{"id": "b-1", "barcode": code}]})).expect(200);
        assert_eq!(again["counts"], json!({"arrived": 2}));
        assert!(again["results"].as_array().unwrap().iter().all(|result| result["replayed"] == json!(true)), "{again}");
        for example in [&first, &second] {
            assert_eq!(s.status(&example.code), "ready_for_pickup");
        }
    }

    fn a_parcel_on_a_truck_does_not_leave_its_bag(s: &Server) {
        let first = s.order(Until::Received);
        let code = open(s);
        bag(s, &code, "parcels", &[&first.tracking_number]).expect(200);
        s.ship(&s.truck(), "load", json!({"barcodes": [code]})).expect(200);
        let answer = bag(s, &code, "remove", &[&first.tracking_number]).expect(200);
        assert_eq!(words(&answer["results"], "outcome"), ["refused"]);
        assert!(answer["results"][0]["reason"].as_str().unwrap().contains("unload it first"), "{answer}");
    }

    fn an_empty_bag_is_not_tied_up_and_an_unknown_one_not_found(s: &Server) {
        let code = open(s);
        s.post(WAREHOUSE, &format!("/v1/bags/{code}/close"), json!({})).expect_problem(422, "validation_failed");
        s.get(ADMIN, "/v1/bags/B0000000000").expect_problem(404, "not_found");
        let answer = s.ship(&s.truck(), "load", json!({"barcodes": [code]})).expect(200);
        assert_eq!(words(&answer["results"], "outcome"), ["unknown"]);
        s.post(WAREHOUSE, "/v1/bags", json!({"branch": "NOWHERE"})).expect_problem(422, "validation_failed");
    }
}
