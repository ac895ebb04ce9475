//! The queue of boxes that are nobody's: found again, suggested to orders, claimed with evidence.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::pictures::receipt;
use crate::harness::server::*;
use crate::harness::state::escaped;
use crate::harness::warehouse::words;

fn stray(s: &Server, body: Value) -> Value {
    let parcel = s.post(WAREHOUSE, "/v1/parcels/receive", body).expect(200);
    assert_eq!(parcel["status"], "unclaimed", "{parcel}");
    parcel
}

fn queue(s: &Server, query: &str) -> Value {
    s.get(OPERATOR, &format!("/v1/unclaimed{query}")).expect(200)["items"].clone()
}

fn claim(s: &Server, parcel: &Value, body: Value) -> Answer {
    s.post(OPERATOR, &format!("/v1/parcels/{}/claim", parcel["id"].as_str().unwrap()), body)
}

fn photograph(s: &Server, parcel: &Value, seed: u32) -> Value {
    let path = format!("/v1/parcels/{}/photos?kind=mark", parcel["id"].as_str().unwrap());
    s.upload("POST", WAREHOUSE, &path, "image/jpeg", &receipt(seed)).expect(201)
}

on_both! {
    fn a_box_of_nobody_is_found_by_any_part_of_what_is_known_of_it(s: &Server) {
        let first = stray(s, json!({"tracking_number": "ZT5100000001", "weight_g": 700, "mark": "Айбек, Ош 50%_"}));
        let from = s.now() + TimeDelta::hours(1);
        s.advance(TimeDelta::days(2));
        let second = stray(s, json!({"weight_g": 2500, "note": "Синяя коробка"}));
        let photo = photograph(s, &first, 1);
        s.receive("YT8800000000001");
        s.buy(request(), &["YT8800000000001"]);
        let ids = |query: &str| words(&queue(s, query), "id").into_iter().map(str::to_owned).collect::<Vec<_>>();
        let (first_id, second_id) = (first["id"].as_str().unwrap(), second["id"].as_str().unwrap());
        assert_eq!(ids(""), [second_id, first_id], "newest first, and what was claimed is gone");
        for part in ["5100000", "zt51", "айбек", "ОШ", "50%_"] {
            assert_eq!(ids(&format!("?q={}", escaped(part))), [first_id], "{part}");
        }
        assert_eq!(ids(&format!("?q={}", escaped("синяя"))), [second_id]);
        assert_eq!(ids(&format!("?q={}", second["barcode"].as_str().unwrap())), [second_id]);
        assert_eq!(ids(&format!("?q={}", escaped("50__"))), Vec::<String>::new(), "no wildcards");
        assert_eq!(ids("?weight_from_g=701"), [second_id]);
        assert_eq!(ids("?weight_to_g=700"), [first_id]);
        assert_eq!(ids("?has_photo=true"), [first_id]);
        assert_eq!(ids("?has_photo=false"), [second_id]);
        let from = from.format("%Y-%m-%dT%H:%M:%SZ");
        assert_eq!(ids(&format!("?received_from={from}")), [second_id]);
        assert_eq!(ids(&format!("?received_to={from}&q=zt")), [first_id]);
        let shown = queue(s, "?has_photo=true");
        assert_eq!((&shown[0]["mark"], &shown[0]["photos"][0]["url"]), (&first["mark"], &photo["url"]));
        s.get(OPERATOR, "/v1/unclaimed?colour=blue").expect_problem(400, "malformed_request");
        s.get(ANYONE, "/v1/unclaimed").expect_problem(401, "unauthenticated");
    }

    fn a_box_that_was_only_seen_waits_there_too_and_is_weighed_after_its_claim(s: &Server) {
        let scans = json!({"scans": [{"barcode": "ZT5100000002", "client_code": "王小姐"}]});
        s.post(WAREHOUSE, "/v1/parcels/scan", scans).expect(200);
        let waiting = queue(s, &format!("?q={}", escaped("王小")))[0].clone();
        assert_eq!((&waiting["weight_g"], &waiting["seen_at"]), (&Value::Null, &json!(s.now())));
        let code = s.buy(request(), &[]);
        let claimed = claim(s, &waiting, json!({"order_code": code})).expect(200);
        assert_eq!(claimed["status"], "expected", "seen is not weighed");
        assert_eq!(s.status(&code), "purchased");
        s.receive("ZT5100000002");
        assert_eq!(s.status(&code), "received_in_china");
    }

    fn a_number_that_was_noted_without_a_login_is_a_suggestion(s: &Server) {
        let parcel = s.receive("ZT5100000003");
        let wishing = s.forward("555000021", &["ZT5100000003"]);
        s.forward("555000022", &["ZT5100000004"]);
        assert_eq!(s.parcel("ZT5100000003")["status"], "unclaimed");
        let suggestions = queue(s, "")[0]["suggestions"].clone();
        assert_eq!(words(&suggestions, "order_code"), [wishing.as_str()]);
        claim(s, &parcel, json!({"order_code": suggestions[0]["order_code"]})).expect(200);
        assert_eq!(s.status(&wishing), "received_in_china");
        assert_eq!(queue(s, ""), json!([]));
    }

    fn a_mark_with_one_wrong_digit_is_a_suggestion(s: &Server) {
        let code = s.buy(request(), &["YT8800000000002"]);
        let owner = s.see(&code)["customer"]["client_code"].as_str().unwrap().to_owned();
        // KG-10001 as somebody wrote it who mistook the last digit.
        let mark = format!("王 {}7", &owner[..owner.len() - 1]);
        stray(s, json!({"weight_g": 700, "mark": mark}));
        stray(s, json!({"weight_g": 800, "mark": "KG-99999"}));
        let waiting = queue(s, "");
        assert_eq!(waiting[0]["suggestions"], json!([]));
        assert_eq!(words(&waiting[1]["suggestions"], "order_code"), [code.as_str()]);
        assert!(waiting[1]["suggestions"][0]["why"].as_str().unwrap().contains(&owner), "{waiting}");
    }

    fn a_claim_keeps_what_spoke_for_it(s: &Server) {
        let parcel = stray(s, json!({"tracking_number": "ZT5100000005", "weight_g": 700}));
        let other = stray(s, json!({"tracking_number": "ZT5100000006", "weight_g": 700}));
        let (photo, foreign) = (photograph(s, &parcel, 2), photograph(s, &other, 3));
        let code = s.buy(request(), &[]);
        let body = |photo: &Value| {
            let evidence = json!({"kind": "photo", "note": "узнал по наклейке", "photo_id": photo["id"]});
            json!({"order_code": code, "evidence": evidence})
        };
        let refused = s.unchanged_by(|| claim(s, &parcel, body(&foreign)));
        let pointer = refused.expect_problem(422, "validation_failed")["errors"][0]["pointer"].clone();
        assert_eq!(pointer, "/evidence/photo_id");
        let refused = claim(s, &parcel, json!({"order_code": code, "evidence": {"kind": "other"}}));
        refused.expect_problem(422, "validation_failed");
        claim(s, &parcel, body(&photo)).expect(200);
        let trail = s.get(AUDITOR, &format!("/v1/audit?object={}", parcel["id"].as_str().unwrap())).expect(200);
        assert_eq!(trail["items"][0]["detail"]["evidence"]["photo_id"], photo["id"]);
        let event = s.see(&code)["timeline"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&event["kind"], &event["data"]["evidence"]["kind"]), (&json!("parcel_received"), &json!("photo")));
    }
}
