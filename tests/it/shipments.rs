//! A truck from its first parcel to the last checkpoint.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::server::*;
use crate::harness::warehouse::words;

/// The outcomes of a scan, barcode by barcode.
fn outcomes(answer: &Value) -> Vec<(&str, &str)> {
    words(&answer["results"], "barcode").into_iter().zip(words(&answer["results"], "outcome")).collect()
}

on_both! {
    fn every_scanned_barcode_has_its_own_result(s: &Server) {
        let loaded = s.order(Until::Received);
        let on_another_truck = s.order(Until::Loaded);
        let expected = s.order(Until::Purchased);
        s.receive("ZT6000000001");
        let truck = s.truck();
        let own_barcode = s.parcel(&loaded.tracking_number)["barcode"].as_str().unwrap().to_owned();
        let barcodes = [
            &loaded.tracking_number,
            &own_barcode,
            &expected.tracking_number,
            "ZT6000000001",
            &on_another_truck.tracking_number,
            "NOBODY000001",
        ];
        let answer = s.ship(&truck, "load", json!({"barcodes": barcodes})).expect(200);
        let outcome = ["loaded", "already_loaded", "refused", "refused", "refused", "unknown"];
        assert_eq!(outcomes(&answer), barcodes.into_iter().zip(outcome).collect::<Vec<_>>());
        assert_eq!(answer["counts"], json!({"loaded": 1, "already_loaded": 1, "refused": 3, "unknown": 1}));
        for (index, why) in [(2, "never received"), (3, "claim it"), (4, "another truck"), (5, "no parcel")] {
            let reason = answer["results"][index]["reason"].as_str().unwrap();
            assert!(reason.contains(why), "{reason}");
        }
        assert_eq!(s.parcel(&loaded.tracking_number)["status"], "packed");
        assert_eq!(s.parcel(&expected.tracking_number)["status"], "expected");
        assert_eq!(s.parcel("ZT6000000001")["status"], "unclaimed");
        assert_eq!(s.status(&loaded.code), "received_in_china");
        let aboard = s.get(ADMIN, &format!("/v1/parcels?shipment={truck}")).expect(200);
        assert_eq!(words(&aboard["items"], "tracking_number"), [loaded.tracking_number.as_str()]);
    }

    fn the_same_load_again_changes_nothing(s: &Server) {
        let example = s.order(Until::Loaded);
        let (parcel, kinds) = (s.parcel(&example.tracking_number), s.kinds(&example.code));
        let answer = s.ship(&example.shipment, "load", json!({"barcodes": [example.tracking_number]})).expect(200);
        assert_eq!(answer["counts"], json!({"already_loaded": 1}));
        assert_eq!((s.parcel(&example.tracking_number), s.kinds(&example.code)), (parcel, kinds));
    }

    fn a_parcel_comes_off_again_and_may_take_another_truck(s: &Server) {
        let example = s.order(Until::Loaded);
        let body = json!({"barcodes": [example.tracking_number, "NOBODY000001"]});
        let answer = s.ship(&example.shipment, "unload", body.clone()).expect(200);
        assert_eq!(words(&answer["results"], "outcome"), ["unloaded", "unknown"]);
        let parcel = s.parcel(&example.tracking_number);
        assert_eq!((&parcel["status"], &parcel["shipment_id"]), (&json!("received"), &Value::Null));
        let answer = s.ship(&example.shipment, "unload", body).expect(200);
        assert_eq!(words(&answer["results"], "outcome"), ["not_loaded", "unknown"]);
        s.departed_with(&[&example.tracking_number]);
        assert_eq!(s.status(&example.code), "in_transit");
    }

    fn an_empty_truck_stays(s: &Server) {
        let example = s.order(Until::Loaded);
        s.ship(&s.truck(), "depart", json!({})).expect_problem(422, "validation_failed");
        s.ship(&example.shipment, "unload", json!({"barcodes": [example.tracking_number]})).expect(200);
        s.ship(&example.shipment, "depart", json!({})).expect_problem(422, "validation_failed");
        assert_eq!(s.get(ADMIN, &format!("/v1/shipments/{}", example.shipment)).expect(200)["status"], "loading");
    }

    fn departure_moves_its_parcels_and_their_orders_and_no_others(s: &Server) {
        let (first, second, other) = (s.order(Until::Received), s.order(Until::Received), s.order(Until::Loaded));
        let truck = s.departed_with(&[&first.tracking_number, &second.tracking_number]);
        for example in [&first, &second] {
            assert_eq!(s.parcel(&example.tracking_number)["status"], "in_transit");
            assert_eq!(s.status(&example.code), "in_transit");
            let departed = s.see(&example.code)["timeline"].as_array().unwrap().last().unwrap().clone();
            assert_eq!(
                (&departed["kind"], &departed["data"]["shipment"]),
                (&json!("shipment_departed"), &json!(truck))
            );
        }
        assert_eq!(s.parcel(&other.tracking_number)["status"], "packed");
        assert_eq!(s.status(&other.code), "received_in_china");
        let shipment = s.get(ADMIN, &format!("/v1/shipments/{truck}")).expect(200);
        assert_eq!((&shipment["status"], shipment["departed_at"].as_str()), (&json!("departed"), Some(MORNING)));
    }

    fn a_truck_on_the_road_is_neither_loaded_nor_unloaded_nor_sent_again(s: &Server) {
        let (example, late) = (s.order(Until::Departed), s.order(Until::Received));
        for (call, body) in [
            ("load", json!({"barcodes": [late.tracking_number]})),
            ("unload", json!({"barcodes": [example.tracking_number]})),
            ("depart", json!({})),
        ] {
            let problem = s.ship(&example.shipment, call, body).expect_problem(409, "wrong_status");
            assert_eq!((&problem["current"], &problem["legal"]), (&json!("departed"), &json!(["arrived"])), "{call}");
        }
        assert_eq!(s.parcel(&late.tracking_number)["status"], "received");
        assert_eq!(s.parcel(&example.tracking_number)["status"], "in_transit");
        s.ship("SH-2026-9999", "depart", json!({})).expect_problem(404, "not_found");
    }

    fn news_from_the_road_reaches_every_order_on_board(s: &Server) {
        let (first, second, other) = (s.order(Until::Received), s.order(Until::Received), s.order(Until::Departed));
        let truck = s.departed_with(&[&first.tracking_number, &second.tracking_number]);
        s.advance(TimeDelta::days(3));
        let news = json!({"place": "Torugart", "status": "at_border", "at": "2026-05-27T04:30:00Z", "note": "очередь"});
        let answer = s.ship(&truck, "checkpoints", news).expect(201);
        let checkpoint = json!({"place": "Torugart", "status": "at_border", "note": "очередь", "by": "warehouse",
            "at": "2026-05-27T04:30:00Z", "recorded_at": "2026-05-28T09:00:00Z"});
        let told = answer["checkpoints"][0].as_object().unwrap();
        assert_eq!(answer["checkpoints"].as_array().unwrap().len(), 1);
        for (member, value) in checkpoint.as_object().unwrap() {
            assert_eq!(&told[member], value, "{member}");
        }
        for example in [&first, &second] {
            let event = s.see(&example.code)["timeline"].as_array().unwrap().last().unwrap().clone();
            assert_eq!((&event["kind"], &event["place"]), (&json!("checkpoint_at_border"), &json!("Torugart")));
            assert_eq!((&event["at"], &event["status"]), (&json!("2026-05-27T04:30:00Z"), &json!("in_transit")));
        }
        assert!(!s.kinds(&other.code).contains(&"checkpoint_at_border".to_owned()));
        s.ship(&truck, "checkpoints", json!({"place": "Naryn", "status": "delayed"})).expect(201);
        let event = s.see(&first.code)["timeline"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&event["kind"], &event["at"]), (&json!("checkpoint_delayed"), &json!("2026-05-28T09:00:00Z")));
    }

    fn news_from_the_future_or_of_no_known_kind_is_refused(s: &Server) {
        let example = s.order(Until::Departed);
        let later = json!({"place": "Naryn", "status": "delayed", "at": "2026-05-25T09:00:01Z"});
        let problem = s.ship(&example.shipment, "checkpoints", later).expect_problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["pointer"], "/at");
        let odd = json!({"place": "Naryn", "status": "lost_its_way"});
        s.ship(&example.shipment, "checkpoints", odd).expect_problem(422, "validation_failed");
        assert_eq!(s.get(ADMIN, &format!("/v1/shipments/{}", example.shipment)).expect(200)["checkpoints"], json!([]));
        assert_eq!(s.kinds(&example.code).last().unwrap(), "shipment_departed");
    }

    fn only_a_truck_on_the_road_has_news(s: &Server) {
        let news = json!({"place": "Naryn", "status": "delayed"});
        let loading = s.order(Until::Loaded).shipment;
        s.ship(&loading, "checkpoints", news.clone()).expect_problem(409, "wrong_status");
        let arrived = s.order(Until::Arrived).shipment;
        s.ship(&arrived, "checkpoints", news).expect_problem(409, "wrong_status");
    }

    fn a_truck_goes_to_a_branch_that_exists(s: &Server) {
        let body = json!({"route": "Kashgar", "vehicle": "01KG777ABC", "to_branch": "NOWHERE"});
        let problem = s.post(WAREHOUSE, "/v1/shipments", body).expect_problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["pointer"], "/to_branch");
        assert_eq!([s.truck(), s.truck()], ["SH-2026-0001", "SH-2026-0002"]);
    }
}
