//! What a stranger, a thief or a tired clerk might try, and what happens instead.

use serde_json::json;

use crate::harness::server::*;

on_both! {
    fn a_box_with_only_a_mark_never_joins_an_order_placed_without_a_login(s: &Server) {
        let own = s.order(Until::Requested);
        let client_code = s.see(&own.code)["customer"]["client_code"].clone();
        let thief = json!({"kind": "forwarding", "customer": {"name": "Thief", "phone": "0700123456"}});
        let stolen = s.post(ANYONE, "/v1/orders", thief).expect(201)["code"].as_str().unwrap().to_owned();
        let body = json!({"client_code": client_code, "weight_g": 900});
        let parcel = s.post(WAREHOUSE, "/v1/parcels/receive", body).expect(200);
        assert_eq!(parcel["status"], "received");
        assert_eq!(s.see(&stolen)["parcels"], json!([]));
    }

    fn nothing_is_handed_over_when_the_only_parcel_is_lost(s: &Server) {
        let example = s.order(Until::Arrived);
        let parcel = s.see(&example.code)["parcels"][0]["id"].as_str().unwrap().to_owned();
        let lost = json!({"status": "lost", "reason": "not on its shelf"});
        s.post(OPERATOR, &format!("/v1/parcels/{parcel}/status"), lost).expect(200);
        s.post(CASHIER, &format!("/v1/orders/{}/hand-over", example.code), json!({})).expect_problem(409, "not_arrived");
    }

    fn a_weight_of_something_that_was_not_scanned_is_refused(s: &Server) {
        let example = s.order(Until::Departed);
        let path = format!("/v1/shipments/{}/arrive", example.shipment);
        let before = s.see(&example.code);
        let refused = s.post(WAREHOUSE, &path, json!({"weights": {"YT0000000000000": 100}}));
        assert_eq!(refused.expect_problem(422, "validation_failed")["errors"][0]["pointer"], "/weights/YT0000000000000");
        assert_eq!(s.see(&example.code), before);
        // Typed as people type: with a space and in lower case.
        let number = example.tracking_number.to_lowercase();
        let typed = format!("{} {}", &number[..2], &number[2..]);
        s.post(WAREHOUSE, &path, json!({"weights": {typed: 5000}})).expect(200);
        assert_eq!(s.see(&example.code)["parcels"][0]["weight_g"], 5000);
    }

    fn words_that_mean_somebody_else_are_no_logins(s: &Server) {
        for login in ["customer", "system"] {
            let body = json!({"login": login, "role": "auditor", "password": "a few quiet words"});
            s.post(ADMIN, "/v1/staff", body).expect_problem(422, "validation_failed");
        }
    }

    fn an_auditor_confirms_nothing(s: &Server) {
        let example = s.order(Until::Quoted);
        let path = format!("/v1/orders/{}/confirm", example.code);
        s.post(AUDITOR, &path, json!({"phone_last4": "3456"})).expect_problem(403, "forbidden");
        assert_eq!(s.see(&example.code)["status"], "quoted");
    }

    fn a_time_that_no_calendar_of_ours_holds_is_refused(s: &Server) {
        let example = s.order(Until::Requested);
        let mut offer = offer();
        offer["valid_until"] = json!("+12345-01-01T00:00:00Z");
        let refused = s.post(OPERATOR, &format!("/v1/orders/{}/quote", example.code), offer);
        assert_eq!(refused.expect_problem(422, "validation_failed")["errors"][0]["pointer"], "/valid_until");
        assert_eq!(s.get(OPERATOR, "/v1/orders?from=-10000-01-01T00:00:00Z").status, 400);
    }

    fn a_parcel_that_completes_an_order_after_its_announcement_is_told_too(s: &Server) {
        let example = s.order(Until::Arrived);
        let told = |s: &Server| {
            let path = format!("/v1/notifications?order={}", example.code);
            let sent = s.get(ADMIN, &path).expect(200)["items"].as_array().unwrap().clone();
            sent.iter().filter(|row| row["event"] == "order-arrived" && row["channel"] == "sms").count()
        };
        assert_eq!(told(s), 1);
        s.advance(chrono::TimeDelta::hours(1));
        let more = json!({"tracking_numbers": ["ZT7000000001"]});
        s.post(OPERATOR, &format!("/v1/orders/{}/parcels", example.code), more).expect(200);
        assert_eq!(s.see(&example.code)["status"], "purchased");
        let body = json!({"tracking_number": "ZT7000000001", "weight_g": 700});
        s.post(WAREHOUSE, "/v1/parcels/receive", body).expect(200);
        let truck = s.truck();
        s.post(WAREHOUSE, &format!("/v1/shipments/{truck}/load"), json!({"barcodes": ["ZT7000000001"]})).expect(200);
        s.post(WAREHOUSE, &format!("/v1/shipments/{truck}/depart"), json!({})).expect(200);
        s.post(WAREHOUSE, &format!("/v1/shipments/{truck}/arrive"), json!({})).expect(200);
        assert_eq!(s.see(&example.code)["status"], "ready_for_pickup");
        assert_eq!(told(s), 2);
    }
}
