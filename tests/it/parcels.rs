//! Boxes at the door of the China warehouse, and what an order makes of its parcels.

use serde_json::{Value, json};

use crate::harness::server::*;
use crate::harness::warehouse::words;

fn take_in(s: &Server, body: Value) -> Answer {
    s.post(WAREHOUSE, "/v1/parcels/receive", body)
}

fn claim(s: &Server, parcel: &Value, code: &str) -> Answer {
    let path = format!("/v1/parcels/{}/claim", parcel["id"].as_str().unwrap());
    s.post(OPERATOR, &path, json!({"order_code": code}))
}

fn count(s: &Server, path: &str) -> usize {
    s.get(ADMIN, path).expect(200)["items"].as_array().unwrap().len()
}

fn client_code(s: &Server, order: &str) -> String {
    s.see(order)["customer"]["client_code"].as_str().unwrap().to_owned()
}

on_both! {
    fn a_box_is_found_by_its_number_however_it_is_typed(s: &Server) {
        for (number, typed) in [
            ("YT1000000000001", " yt 1000 0000 00001 "),
            ("YT1000000000002", "ＹＴ１０００００００００００２"),
            ("YT1000000000003", "YT\u{200b}1000000000003"),
        ] {
            let code = s.buy(request(), &[number]);
            let parcel = take_in(s, json!({"tracking_number": typed, "weight_g": 4300})).expect(200);
            assert_eq!(parcel["tracking_number"], number);
            assert_eq!((&parcel["status"], &parcel["weight_g"]), (&json!("received"), &json!(4300)));
            let order = s.see(&code);
            assert_eq!(order["status"], "received_in_china");
            assert_eq!(words(&order["parcels"], "id"), [parcel["id"].as_str().unwrap()]);
        }
    }

    fn a_box_with_an_order_code_on_it_joins_that_order(s: &Server) {
        let code = s.buy(request(), &[]);
        let typed = code.to_lowercase().replace('-', " ");
        let parcel = take_in(s, json!({"order_code": typed, "weight_g": 900, "length_mm": 300})).expect(200);
        assert_eq!((&parcel["status"], &parcel["length_mm"]), (&json!("received"), &json!(300)));
        assert_eq!(parcel["tracking_number"], Value::Null);
        assert_eq!(words(&s.see(&code)["parcels"], "barcode"), [parcel["barcode"].as_str().unwrap()]);
        assert_eq!(s.status(&code), "received_in_china");
    }

    fn a_wrong_order_code_on_a_box_is_refused_and_nothing_is_stored(s: &Server) {
        let refused = take_in(s, json!({"order_code": "TG-7K4M9-2QX8C-6", "weight_g": 900}));
        assert_eq!(refused.expect_problem(400, "mistyped_code")["errors"][0]["pointer"], "/order_code");
        take_in(s, json!({"order_code": unknown_code(), "weight_g": 900})).expect_problem(404, "not_found");
        assert_eq!(count(s, "/v1/parcels"), 0);
    }

    fn a_box_with_a_client_code_begins_a_forwarding_order_and_the_next_one_joins_it(s: &Server) {
        let mark = client_code(s, &s.order(Until::Requested).code);
        let typed = format!("王 {}", mark.to_lowercase().replace('-', " "));
        let first = take_in(s, json!({"client_code": typed, "weight_g": 900})).expect(200);
        assert_eq!((&first["status"], &first["client_code"]), (&json!("received"), &json!(mark)));
        let second =
            take_in(s, json!({"client_code": mark, "tracking_number": "SF700000001", "weight_g": 1000})).expect(200);
        assert_eq!(second["order_id"], first["order_id"]);
        let orders = s.get(ADMIN, "/v1/orders?status=received_in_china").expect(200);
        let code = words(&orders["items"], "code")[0].to_owned();
        assert_eq!(s.see(&code)["kind"], "forwarding");
        assert_eq!(s.see(&code)["parcels"].as_array().unwrap().len(), 2);
        // The truck has left with both: what comes now is another load.
        s.departed_with(&[first["barcode"].as_str().unwrap(), "SF700000001"]);
        assert_eq!(s.status(&code), "in_transit");
        let third = take_in(s, json!({"client_code": mark, "weight_g": 900})).expect(200);
        assert_ne!(third["order_id"], first["order_id"]);
    }

    fn a_box_that_matches_nothing_waits_unclaimed(s: &Server) {
        for body in [
            json!({"tracking_number": "ZT5000000001", "weight_g": 700}),
            json!({"client_code": "KG-99999", "weight_g": 700}),
            json!({"weight_g": 700, "note": "без надписи"}),
        ] {
            let parcel = take_in(s, body).expect(200);
            assert_eq!((&parcel["status"], &parcel["order_id"]), (&json!("unclaimed"), &Value::Null));
        }
        assert_eq!(count(s, "/v1/parcels?status=unclaimed"), 3);
        assert_eq!(count(s, "/v1/orders"), 0);
    }

    fn an_unclaimed_box_is_claimed_once_and_only_for_an_order_under_way(s: &Server) {
        let parcel = s.receive("ZT5000000001");
        let (requested, bought) = (s.order(Until::Requested).code, s.buy(request(), &[]));
        claim(s, &parcel, &requested).expect_problem(409, "wrong_status");
        claim(s, &parcel, &unknown_code()).expect_problem(404, "not_found");
        assert_eq!(s.parcel("ZT5000000001")["status"], "unclaimed");
        let claimed = claim(s, &parcel, &bought).expect(200);
        assert_eq!((&claimed["status"], &claimed["weight_g"]), (&json!("received"), &json!(1000)));
        assert_eq!(s.status(&bought), "received_in_china");
        claim(s, &parcel, &bought).expect_problem(409, "wrong_status");
    }

    fn a_number_registered_later_claims_its_box_by_itself(s: &Server) {
        let parcel = s.receive("ZT5000000002");
        let bought = s.buy(request(), &["ZT5000000002"]);
        assert_eq!(words(&s.see(&bought)["parcels"], "id"), [parcel["id"].as_str().unwrap()]);
        assert_eq!(s.status(&bought), "received_in_china");
    }

    fn anybody_can_type_a_number_so_without_a_login_it_claims_nothing(s: &Server) {
        let parcel = s.receive("ZT5000000003");
        let order = s.forward("555000001", &["ZT5000000003"]);
        assert_eq!(s.status(&order), "awaiting_parcel");
        assert_eq!(s.parcel("ZT5000000003")["status"], "unclaimed");
        let noted = s.see(&order)["timeline"][1].clone();
        assert_eq!(noted["data"], json!({"tracking_number": "ZT5000000003", "is_taken": true}), "staff see the wish");
        claim(s, &parcel, &order).expect(200);
        assert_eq!(s.status(&order), "received_in_china");
    }

    fn the_same_box_is_received_once(s: &Server) {
        let example = s.order(Until::Received);
        let (parcel, kinds) = (s.parcel(&example.tracking_number), s.kinds(&example.code));
        let again = take_in(s, json!({"tracking_number": example.tracking_number, "weight_g": 9999}));
        assert_eq!(again.expect_problem(409, "wrong_status")["current"], "received");
        s.receive("ZT5000000004");
        take_in(s, json!({"tracking_number": "ZT5000000004", "weight_g": 1})).expect_problem(409, "wrong_status");
        assert_eq!(s.parcel(&example.tracking_number), parcel);
        assert_eq!(s.kinds(&example.code), kinds);
        assert_eq!(count(s, "/v1/parcels"), 2);
    }

    fn a_number_and_a_mark_of_different_owners_make_a_person_look(s: &Server) {
        let bought = s.buy(request(), &["YT1000000000009"]);
        let other = s.forward("555000002", &["SF700000009"]);
        let mark = client_code(s, &other);
        for body in [
            json!({"tracking_number": "YT1000000000009", "client_code": mark, "weight_g": 700}),
            json!({"tracking_number": "YT1000000000009", "order_code": other, "weight_g": 700}),
        ] {
            let problem = take_in(s, body).expect_problem(409, "owner_mismatch");
            assert_eq!(problem["registered_order"], bought);
            assert!([&json!(mark), &json!(other)].contains(&&problem["mark"]), "{problem}");
        }
        take_in(s, json!({"order_code": bought, "client_code": mark, "weight_g": 700}))
            .expect_problem(409, "owner_mismatch");
        assert_eq!(s.status(&bought), "purchased");
        assert_eq!(count(s, "/v1/parcels"), 2);
        let own = client_code(s, &bought);
        let right =
            json!({"tracking_number": "YT1000000000009", "client_code": own, "order_code": bought, "weight_g": 700});
        take_in(s, right).expect(200);
    }

    fn a_number_belongs_to_one_parcel_at_a_time_and_is_free_again_afterwards(s: &Server) {
        let first = s.order(Until::Arrived);
        let number = first.tracking_number.as_str();
        let second = s.order(Until::Paid).code;
        let bought = json!({"marketplace": "1688", "tracking_numbers": [number]});
        let path = format!("/v1/orders/{second}/purchase");
        s.post(OPERATOR, &path, bought.clone()).expect_problem(409, "duplicate_value");
        assert_eq!((s.status(&second).as_str(), count(s, "/v1/parcels")), ("paid", 1));
        s.pay_balance(&first.code);
        s.post(CASHIER, &format!("/v1/orders/{}/hand-over", first.code), json!({})).expect(200);
        s.post(OPERATOR, &path, bought).expect(200);
        s.receive(number);
        assert_eq!(s.status(&second), "received_in_china");
        assert_eq!((s.status(&first.code).as_str(), count(s, "/v1/parcels")), ("picked_up", 2));
    }

    fn a_number_registered_twice_for_one_order_is_one_parcel(s: &Server) {
        let code = s.buy(request(), &["YT1000000000010", "yt 1000000000010"]);
        s.post(OPERATOR, &format!("/v1/orders/{code}/parcels"), json!({"tracking_numbers": ["YT1000000000010"]}))
            .expect(200);
        assert_eq!(s.see(&code)["parcels"].as_array().unwrap().len(), 1);
    }

    fn an_order_is_as_far_as_its_slowest_parcel(s: &Server) {
        let code = s.buy(request(), &["YT2000000000001", "YT2000000000002"]);
        s.receive("YT2000000000001");
        assert_eq!(s.status(&code), "purchased");
        let first = s.departed_with(&["YT2000000000001"]);
        assert_eq!(s.status(&code), "purchased");
        s.receive("YT2000000000002");
        assert_eq!(s.status(&code), "received_in_china");
        s.ship(&first, "arrive", json!({})).expect(200);
        assert_eq!(s.status(&code), "received_in_china");
        let second = s.departed_with(&["YT2000000000002"]);
        assert_eq!(s.status(&code), "in_transit");
        s.ship(&second, "arrive", json!({})).expect(200);
        assert_eq!(s.status(&code), "ready_for_pickup");
        let order = s.see(&code);
        let parts: Vec<_> =
            order["timeline"].as_array().unwrap().iter().filter(|event| event["kind"] == "parcel_arrived").collect();
        assert_eq!(
            [&parts[0]["data"], &parts[1]["data"]],
            [&json!({"arrived": 1, "total": 2}), &json!({"arrived": 2, "total": 2})]
        );
    }

    fn one_more_number_takes_an_order_back_to_its_slowest_parcel(s: &Server) {
        let code = s.buy(request(), &["YT2000000000003"]);
        s.receive("YT2000000000003");
        s.post(WAREHOUSE, &format!("/v1/orders/{code}/parcels"), json!({"tracking_numbers": ["YT2000000000004"]}))
            .expect(200);
        assert_eq!(s.status(&code), "purchased");
        s.receive("YT2000000000004");
        assert_eq!(s.status(&code), "received_in_china");
    }

    fn a_forwarding_order_waits_for_every_number_it_announced(s: &Server) {
        let code = s.forward("555000003", &["SF700000011", "SF700000012"]);
        assert_eq!(s.status(&code), "awaiting_parcel");
        s.receive("SF700000011");
        assert_eq!(s.status(&code), "awaiting_parcel");
        s.receive("SF700000012");
        assert_eq!(s.status(&code), "received_in_china");
    }

    fn a_lost_parcel_holds_nobody_up(s: &Server) {
        let code = s.buy(request(), &["YT2000000000005", "YT2000000000006"]);
        s.receive("YT2000000000005");
        s.set_parcel(&s.parcel("YT2000000000006"), "lost").expect(200);
        assert_eq!(s.status(&code), "received_in_china");
        assert_eq!(s.kinds(&code).last().unwrap(), "parcel_lost");
        let truck = s.departed_with(&["YT2000000000005"]);
        s.ship(&truck, "arrive", json!({})).expect(200);
        s.pay_balance(&code);
        let path = format!("/v1/orders/{code}/hand-over");
        assert_eq!(s.post(CASHIER, &path, json!({})).expect(200)["status"], "picked_up");
    }

    fn what_customs_keep_is_still_on_the_road(s: &Server) {
        let example = s.order(Until::Departed);
        let parcel = s.parcel(&example.tracking_number);
        s.set_parcel(&parcel, "held_by_customs").expect(200);
        assert_eq!(s.status(&example.code), "in_transit");
        assert_eq!(s.kinds(&example.code).last().unwrap(), "parcel_held_by_customs");
        let problem = s.set_parcel(&parcel, "received").expect_problem(409, "wrong_status");
        assert_eq!(problem["current"], "held_by_customs");
        assert_eq!(problem["legal"], json!(["in_transit", "lost", "returned"]));
        s.set_parcel(&parcel, "in_transit").expect(200);
        s.ship(&example.shipment, "arrive", json!({})).expect(200);
        assert_eq!(s.status(&example.code), "ready_for_pickup");
    }

    fn a_weight_or_size_that_no_box_has_is_refused(s: &Server) {
        for (field, value) in [
            ("weight_g", json!(0)),
            ("weight_g", json!(-5)),
            ("weight_g", json!(i64::MAX)),
            ("length_mm", json!(0)),
            ("width_mm", json!(20_001)),
            ("height_mm", json!(-1)),
        ] {
            let mut body = json!({"tracking_number": "YT3000000000001", "weight_g": 500});
            body[field] = value.clone();
            let problem = take_in(s, body).expect_problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["pointer"], format!("/{field}"), "{value}");
        }
        take_in(s, json!({"tracking_number": "YT-1", "weight_g": 500})).expect_problem(422, "validation_failed");
        take_in(s, json!({"tracking_number": "YT3000000000001"})).expect_problem(422, "validation_failed");
        assert_eq!(count(s, "/v1/parcels"), 0);
        let largest = json!({"weight_g": 1, "length_mm": 20_000, "width_mm": 1, "height_mm": 1});
        take_in(s, largest).expect(200);
    }

    fn only_the_warehouse_receives_and_only_the_desks_claim(s: &Server) {
        let body = json!({"weight_g": 500});
        for role in [OPERATOR, CASHIER, AUDITOR] {
            s.post(role, "/v1/parcels/receive", body.clone()).expect_problem(403, "forbidden");
        }
        s.post(ANYONE, "/v1/parcels/receive", body).expect_problem(401, "unauthenticated");
        assert_eq!(count(s, "/v1/parcels"), 0);
    }

    fn a_parcel_that_is_found_again_after_its_freight_was_charged_is_not_charged_twice(s: &Server) {
        let example = s.order(Until::Arrived);
        let parcel = s.parcel(&example.tracking_number);
        let balance = s.see(&example.code)["balance"].clone();
        s.set_parcel(&parcel, "lost").expect(200);
        s.set_parcel(&parcel, "in_transit").expect(200);
        let body = json!({"barcodes": [example.tracking_number]});
        s.ship(&example.shipment, "arrive", body).expect(200);
        assert_eq!(s.see(&example.code)["balance"], balance);
        assert_eq!(s.status(&example.code), "ready_for_pickup");
    }

    fn a_lost_parcel_is_not_found_again_while_its_number_is_anothers(s: &Server) {
        let example = s.order(Until::Received);
        let lost = s.parcel(&example.tracking_number);
        s.set_parcel(&lost, "lost").expect(200);
        s.forward("555000004", &[&example.tracking_number]);
        s.set_parcel(&lost, "received").expect_problem(409, "duplicate_value");
        assert_eq!(
            s.get(ADMIN, &format!("/v1/parcels/{}", lost["id"].as_str().unwrap())).expect(200)["status"],
            "lost"
        );
    }

    fn the_last_missing_parcel_is_lost_and_the_customer_is_told_of_the_rest(s: &Server) {
        let code = s.buy(request(), &["YT2000000000007", "YT2000000000008"]);
        s.receive("YT2000000000007");
        s.receive("YT2000000000008");
        let truck = s.departed_with(&["YT2000000000007", "YT2000000000008"]);
        s.ship(&truck, "arrive", json!({"barcodes": ["YT2000000000007"]})).expect(200);
        assert_eq!(s.told("order-arrived", "sms"), Vec::<String>::new());
        s.set_parcel(&s.parcel("YT2000000000008"), "lost").expect(200);
        assert_eq!(s.status(&code), "ready_for_pickup");
        assert_eq!(s.told("order-arrived", "sms").len(), 1);
        assert_ne!(s.see(&code)["free_storage_until"], Value::Null);
    }
}

/// A code with a right check symbol that no order has.
fn unknown_code() -> String {
    torugart::code::OrderCode::generate("TG").to_string()
}
