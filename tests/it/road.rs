//! The road: stations and delays, corrections, onward transfer, what was to go with a truck.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::server::*;
use crate::harness::warehouse::words;

fn open_osh(s: &Server) {
    let osh = json!({"code": "OSH", "kind": "pickup_point", "name": "Osh", "city": "Osh", "address": "Kurmanjan 1",
        "phone": "+996 555 000 002", "hours": "09:00-18:00"});
    s.post(ADMIN, "/v1/branches", osh).expect(201);
}

fn truck(s: &Server, body: Value) -> String {
    s.post(WAREHOUSE, "/v1/shipments", body).expect(201)["code"].as_str().unwrap().to_owned()
}

fn shipment(s: &Server, code: &str) -> Value {
    s.get(ADMIN, &format!("/v1/shipments/{code}")).expect(200)
}

/// A received order that is picked up in Osh.
fn for_osh(s: &Server) -> Example {
    let mut body = request();
    body["pickup_point"] = json!("OSH");
    s.order_of(body, Until::Received)
}

/// Its truck to Bishkek has arrived, and it waits there.
fn waits_in_bishkek(s: &Server) -> Example {
    open_osh(s);
    let example = for_osh(s);
    let truck = s.departed_with(&[&example.tracking_number]);
    let answer = s.ship(&truck, "arrive", json!({})).expect(200);
    let reason = answer["results"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("onward transfer"), "{reason}");
    example
}

fn onward(s: &Server) -> String {
    truck(s, json!({"route": "Bishkek-Osh", "vehicle": "01KG001OSH", "from_branch": "BISH", "to_branch": "OSH"}))
}

on_both! {
    fn a_named_route_has_stations_and_a_delay_moves_what_lies_ahead(s: &Server) {
        let example = s.order(Until::Received);
        let code = truck(s, json!({"route": "Torugart", "vehicle": "01KG777ABC", "to_branch": "BISH"}));
        s.ship(&code, "load", json!({"barcodes": [example.tracking_number]})).expect(200);
        s.ship(&code, "depart", json!({"seal_number": "KG 004821"})).expect(200);
        let left = shipment(s, &code);
        assert_eq!(words(&left["stations"], "code"), ["guangzhou", "urumqi", "kashgar", "torugart", "naryn", "bishkek"]);
        assert_eq!((&left["seal_number"], &left["stations"][0]["actual_at"]), (&json!("KG 004821"), &json!(MORNING)));
        // 204 hours after Monday 09:00.
        assert_eq!(left["eta"], "2026-06-02T21:00:00Z");
        s.advance(TimeDelta::hours(150));
        // Two hours later than planned.
        let kashgar = json!({"place": "喀什", "status": "passed", "at": "2026-05-31T11:00:00Z"});
        let passed = s.ship(&code, "checkpoints", kashgar).expect(201);
        assert_eq!(passed["stations"][2]["actual_at"], "2026-05-31T11:00:00Z");
        assert_eq!((&passed["eta"], &passed["stations"][2]["estimated_at"]), (&json!("2026-06-02T23:00:00Z"), &Value::Null));
        let late = json!({"place": "Торугарт", "status": "delayed", "reason": "snow on the pass", "delay_minutes": 1440});
        let delayed = s.ship(&code, "checkpoints", late).expect(201);
        assert_eq!((&delayed["status"], &delayed["eta"]), (&json!("departed"), &json!("2026-06-03T23:00:00Z")));
        assert_eq!(delayed["stations"][3]["planned_at"], "2026-06-01T09:00:00Z");
        assert_eq!(s.status(&example.code), "in_transit");
        let event = s.see(&example.code)["timeline"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&event["kind"], &event["data"]["reason"]), (&json!("checkpoint_delayed"), &json!("snow on the pass")));
    }

    fn a_mistake_is_put_right_by_a_further_checkpoint(s: &Server) {
        let example = s.order(Until::Received);
        let code = truck(s, json!({"route": "Guangzhou-Kashgar-Torugart-Bishkek", "vehicle": "01KG777ABC", "to_branch": "BISH"}));
        s.ship(&code, "load", json!({"barcodes": [example.tracking_number]})).expect(200);
        s.ship(&code, "depart", json!({})).expect(200);
        assert_eq!(words(&shipment(s, &code)["stations"], "code"), ["guangzhou", "kashgar", "torugart", "bishkek"]);
        s.advance(TimeDelta::hours(160));
        let wrong = s.ship(&code, "checkpoints", json!({"place": "Torugart", "status": "at_border"})).expect(201);
        assert!(wrong["stations"][2]["actual_at"].is_string());
        let id = wrong["checkpoints"][0]["id"].clone();
        let right = json!({"place": "Kashgar", "status": "passed", "corrects": id});
        let after = s.ship(&code, "checkpoints", right.clone()).expect(201);
        assert_eq!(after["checkpoints"].as_array().unwrap().len(), 2);
        assert_eq!((&after["checkpoints"][1]["corrects"], &after["stations"][2]["actual_at"]), (&id, &Value::Null));
        assert!(after["stations"][1]["actual_at"].is_string());
        let event = s.see(&example.code)["timeline"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(event["data"]["corrects"]["place"], "Torugart");
        let problem = s.ship(&code, "checkpoints", right).expect_problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["pointer"], "/corrects");
        let other = json!({"place": "Kashgar", "status": "passed", "corrects": uuid::Uuid::now_v7().to_string()});
        s.ship(&code, "checkpoints", other).expect_problem(422, "validation_failed");
    }

    fn a_delay_says_why_and_only_a_delay_moves_the_estimate(s: &Server) {
        let truck = s.order(Until::Departed).shipment;
        for (body, pointer) in [
            (json!({"place": "Naryn", "status": "delayed", "delay_minutes": 60}), "/reason"),
            (json!({"place": "Naryn", "status": "passed", "delay_minutes": 60, "reason": "snow"}), "/status"),
            (json!({"place": "Naryn", "status": "delayed", "reason": "snow", "delay_minutes": 0}), "/delay_minutes"),
            (json!({"place": "Naryn", "status": "delayed", "reason": "snow", "expected_at": "2026-05-01T00:00:00Z"}), "/expected_at"),
        ] {
            let problem = s.unchanged_by(|| s.post_keyed(WAREHOUSE, &format!("/v1/shipments/{truck}/checkpoints"), "k", body));
            assert_eq!(problem.expect_problem(422, "validation_failed")["errors"][0]["pointer"], pointer);
        }
    }

    fn a_parcel_for_another_branch_waits_for_onward_transfer_and_is_carried_on(s: &Server) {
        let example = waits_in_bishkek(s);
        assert_eq!(s.parcel(&example.tracking_number)["status"], "arrived");
        assert_eq!((s.status(&example.code).as_str(), s.told("order-arrived", "sms").len()), ("in_transit", 0));
        assert_eq!(s.see(&example.code)["pickup_point"]["code"], "OSH");
        let balance = s.see(&example.code)["balance"].clone();
        let onward = onward(s);
        let answer = s.ship(&onward, "load", json!({"barcodes": [example.tracking_number]})).expect(200);
        assert_eq!((&answer["counts"], &answer["results"][0]["reason"]), (&json!({"loaded": 1}), &Value::Null));
        assert_eq!(s.status(&example.code), "in_transit");
        // Taken off again, it lies where it lay.
        s.ship(&onward, "unload", json!({"barcodes": [example.tracking_number]})).expect(200);
        assert_eq!(s.parcel(&example.tracking_number)["status"], "arrived");
        s.ship(&onward, "load", json!({"barcodes": [example.tracking_number]})).expect(200);
        s.ship(&onward, "depart", json!({})).expect(200);
        s.advance(TimeDelta::hours(20));
        s.ship(&onward, "arrive", json!({})).expect(200);
        assert_eq!(s.status(&example.code), "ready_for_pickup");
        assert_eq!(s.see(&example.code)["balance"], balance, "freight is charged once");
        let text = s.told("order-arrived", "sms").remove(0);
        assert!(text.contains("Osh, Kurmanjan 1, 09:00-18:00"), "{text}");
        let id = s.parcel(&example.tracking_number)["id"].as_str().unwrap().to_owned();
        let way = s.get(ADMIN, &format!("/v1/parcels/{id}/timeline")).expect(200);
        let kinds = words(&way["items"], "kind");
        let count = |kind: &str| kinds.iter().filter(|other| **other == kind).count();
        assert_eq!((count("shipment_departed"), count("parcel_arrived"), count("freight_charged")), (2, 2, 1), "{kinds:?}");
    }

    fn an_onward_truck_takes_what_lies_there_for_elsewhere_and_nothing_else(s: &Server) {
        let example = waits_in_bishkek(s);
        let (home, in_china) = (s.order(Until::Arrived), for_osh(s));
        let onward = onward(s);
        let barcodes = [&home.tracking_number, &in_china.tracking_number, &example.tracking_number];
        let answer = s.ship(&onward, "load", json!({"barcodes": barcodes})).expect(200);
        assert_eq!(words(&answer["results"], "outcome"), ["refused", "refused", "loaded"]);
        let reason = |index: usize| answer["results"][index]["reason"].as_str().unwrap().to_owned();
        assert!(reason(0).contains("picks it up") && reason(1).contains("in China"), "{answer}");
        assert_eq!(s.status(&home.code), "ready_for_pickup");
        // A truck from China takes nothing that has arrived.
        let other = s.order(Until::Arrived);
        let answer = s.ship(&s.truck(), "load", json!({"barcodes": [other.tracking_number]})).expect(200);
        assert_eq!(words(&answer["results"], "outcome"), ["refused"]);
    }

    fn an_order_that_moves_to_where_its_parcels_lie_is_ready_at_once(s: &Server) {
        let example = waits_in_bishkek(s);
        let path = format!("/v1/orders/{}/pickup-point", example.code);
        s.post(OPERATOR, &path, json!({"branch": "GZ"})).expect_problem(422, "validation_failed");
        let order = s.post(OPERATOR, &path, json!({"branch": "BISH", "reason": "lives here now"})).expect(200);
        assert_eq!((&order["status"], &order["pickup_point"]["code"]), (&json!("ready_for_pickup"), &json!("BISH")));
        assert!(s.kinds(&example.code).contains(&"pickup_point_moved".to_owned()));
        assert_eq!(s.told("order-arrived", "sms").len(), 1);
        s.post(WAREHOUSE, &path, json!({"branch": "OSH"})).expect_problem(403, "forbidden");
        s.pay_balance(&example.code);
        s.post(ADMIN, &format!("/v1/orders/{}/hand-over", example.code), json!({})).expect(200);
        s.post(OPERATOR, &path, json!({"branch": "OSH"})).expect_problem(409, "wrong_status");
    }

    fn what_was_planned_is_told_beside_what_is_loaded(s: &Server) {
        let (first, second, extra) = (s.order(Until::Received), s.order(Until::Received), s.order(Until::Received));
        let code = truck(s, json!({"route": "Torugart", "vehicle": "01KG777ABC", "to_branch": "BISH", "capacity_weight_g": 5000}));
        let plan = json!({"barcodes": [first.tracking_number, second.tracking_number]});
        let planned = s.put(WAREHOUSE, &format!("/v1/shipments/{code}/plan"), plan).expect(200);
        assert_eq!((&planned["planned"], planned["missing"].as_array().unwrap().len()), (&json!(2), 2));
        let answer = s.ship(&code, "load", json!({"barcodes": [first.tracking_number]})).expect(200);
        assert!(answer["warnings"].is_null(), "{answer}");
        let answer = s.ship(&code, "load", json!({"barcodes": [extra.tracking_number]})).expect(200);
        let warning = answer["warnings"][0].as_str().unwrap();
        assert!(warning.contains("8600 g") && warning.contains("5000"), "{warning}");
        let load = s.get(AUDITOR, &format!("/v1/shipments/{code}/load")).expect(200);
        assert_eq!(words(&load["missing"], "tracking_number"), [second.tracking_number.as_str()]);
        assert_eq!(words(&load["extra"], "tracking_number"), [extra.tracking_number.as_str()]);
        assert_eq!((&load["loaded"], &load["weight_g"]), (&json!(2), &json!(8600)));
        let left = s.ship(&code, "depart", json!({})).expect(200);
        assert_eq!(words(&left["load"]["missing"], "tracking_number"), [second.tracking_number.as_str()]);
        let again = s.put(WAREHOUSE, &format!("/v1/shipments/{code}/plan"), json!({"branch": "BISH"}));
        again.expect_problem(409, "wrong_status");
    }

    fn a_plan_takes_all_that_waits_for_a_branch(s: &Server) {
        open_osh(s);
        let (here, there) = (s.order(Until::Received), for_osh(s));
        let code = s.truck();
        let path = format!("/v1/shipments/{code}/plan");
        let planned = s.put(WAREHOUSE, &path, json!({"branch": "OSH"})).expect(200);
        assert_eq!(words(&planned["missing"], "tracking_number"), [there.tracking_number.as_str()]);
        let planned = s.put(WAREHOUSE, &path, json!({"branch": "BISH"})).expect(200);
        assert_eq!(words(&planned["missing"], "tracking_number"), [here.tracking_number.as_str()]);
        for body in [json!({}), json!({"branch": "OSH", "barcodes": ["X1234567"]}), json!({"barcodes": ["NOBODY000001"]})] {
            s.put(WAREHOUSE, &path, body).expect_problem(422, "validation_failed");
        }
    }

    fn a_truck_is_sorted_by_branch_and_client(s: &Server) {
        open_osh(s);
        let (here, there) = (s.order(Until::Received), for_osh(s));
        let truck = s.departed_with(&[&here.tracking_number, &there.tracking_number]);
        let list = s.get(WAREHOUSE, &format!("/v1/shipments/{truck}/sorting")).expect(200);
        let mut piles: Vec<_> = list["branches"].as_array().unwrap().clone();
        piles.sort_by_key(|pile| pile["code"].as_str().unwrap().to_owned());
        assert_eq!(words(&json!(piles), "code"), ["BISH", "OSH"]);
        for (pile, example) in piles.iter().zip([&here, &there]) {
            assert_eq!(words(&pile["parcels"], "tracking_number"), [example.tracking_number.as_str()]);
            assert_eq!(pile["parcels"][0]["order_code"], json!(example.code));
            assert!(pile["parcels"][0]["client_code"].as_str().unwrap().starts_with("KG-"));
        }
    }

    fn the_way_of_a_parcel_holds_its_trucks_checkpoints(s: &Server) {
        let example = s.order(Until::Departed);
        s.advance(TimeDelta::days(2));
        s.ship(&example.shipment, "checkpoints", json!({"place": "Torugart", "status": "at_border"})).expect(201);
        s.advance(TimeDelta::days(2));
        s.ship(&example.shipment, "arrive", json!({})).expect(200);
        let id = s.parcel(&example.tracking_number)["id"].as_str().unwrap().to_owned();
        let way = s.get(CASHIER, &format!("/v1/parcels/{id}/timeline")).expect(200);
        let kinds = words(&way["items"], "kind");
        let place = |kind: &str| kinds.iter().position(|other| *other == kind).unwrap_or_else(|| panic!("{kind} in {kinds:?}"));
        let way_points = ["parcel_received", "parcel_packed", "shipment_departed", "checkpoint_at_border", "parcel_arrived"];
        assert!(way_points.map(place).is_sorted(), "{kinds:?}");
        let border = &way["items"][place("checkpoint_at_border")];
        assert_eq!((&border["by"], &border["shipment"], &border["place"]), (&json!("warehouse"), &json!(example.shipment), &json!("Torugart")));
    }
}
