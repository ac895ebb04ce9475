//! The door of the China warehouse: boxes are seen, then weighed, and what is not as expected is said or stops them.

use chrono::TimeDelta;
use serde_json::{Value, json};
use torugart::config::IntakeStop;

use crate::harness::server::*;
use crate::harness::warehouse::words;

fn see(s: &Server, scans: Value) -> Value {
    s.post(WAREHOUSE, "/v1/parcels/scan", json!({"scans": scans})).expect(200)
}

/// What became of one scan.
fn see_one(s: &Server, scan: Value) -> Value {
    see(s, json!([scan]))["results"][0].clone()
}

fn take_in(s: &Server, body: Value) -> Answer {
    s.post(WAREHOUSE, "/v1/parcels/receive", body)
}

fn owner_of(s: &Server, code: &str) -> String {
    s.see(code)["customer"]["client_code"].as_str().unwrap().to_owned()
}

fn codes(answer: &Value) -> Vec<&str> {
    words(&answer["warnings"], "code")
}

fn last_audit(s: &Server, object: &Value) -> Value {
    s.get(AUDITOR, &format!("/v1/audit?object={}", object.as_str().unwrap())).expect(200)["items"][0].clone()
}

on_both! {
    fn a_box_is_seen_and_then_weighed(s: &Server) {
        let code = s.buy(request(), &["YT4000000000001"]);
        let balance = s.see(&code)["balance"].clone();
        let seen = see_one(s, json!({"tracking_number": " yt 4000 0000 00001", "client_code": owner_of(s, &code)}));
        assert_eq!((&seen["outcome"], &seen["reason"]), (&json!("seen"), &Value::Null));
        let parcel = s.parcel("YT4000000000001");
        assert_eq!((&parcel["status"], &parcel["weight_g"]), (&json!("expected"), &Value::Null));
        assert_eq!((&parcel["seen_at"], &parcel["received_at"]), (&json!(s.now()), &Value::Null));
        let order = s.see(&code);
        assert_eq!((&order["status"], &order["balance"]), (&json!("purchased"), &balance), "no money, no step");
        assert_eq!(s.kinds(&code).last().unwrap(), "parcel_seen");
        assert_eq!(last_audit(s, &parcel["id"])["action"], "parcel.seen");
        let messages = s.messages(&code).len();
        s.advance(TimeDelta::hours(2));
        let received = take_in(s, json!({"tracking_number": "YT4000000000001", "weight_g": 4300})).expect(200);
        assert_eq!((&received["status"], &received["id"]), (&json!("received"), &parcel["id"]));
        assert_eq!(received["seen_at"], parcel["seen_at"], "it was here two hours ago");
        assert_eq!(received["mark"], json!(owner_of(s, &code)));
        assert_eq!((s.status(&code).as_str(), s.messages(&code).len()), ("received_in_china", messages));
    }

    fn a_scan_may_be_repeated_at_any_time(s: &Server) {
        let code = s.buy(request(), &["YT4000000000002"]);
        see_one(s, json!({"barcode": "YT4000000000002"}));
        let (order, before) = (s.see(&code), s.parcel("YT4000000000002"));
        s.advance(TimeDelta::days(3));
        let again = see_one(s, json!({"barcode": "YT4000000000002"}));
        assert_eq!(again["outcome"], "already_seen");
        assert_eq!(see_one(s, json!({"barcode": before["barcode"]}))["outcome"], "already_seen", "our barcode, too");
        assert_eq!((s.see(&code), s.parcel("YT4000000000002")), (order, before));
        s.receive("YT4000000000002");
        let late = see_one(s, json!({"barcode": "YT4000000000002"}));
        assert_eq!(late["outcome"], "already_received");
        assert!(late["reason"].as_str().unwrap().ends_with("is received already"), "{late}");
    }

    fn a_batch_sent_again_under_the_scanners_own_names_doubles_nothing(s: &Server) {
        let code = s.buy(request(), &["YT4000000000003"]);
        let batch = json!([
            {"id": "g3/1", "barcode": "YT4000000000003", "at": "2026-05-25T08:00:00Z"},
            {"id": "g3/2", "barcode": "ZT4000000000001", "client_code": "王 10O42", "at": "2026-05-25T08:00:01Z"},
            {"id": "g3/3", "barcode": "?"},
        ]);
        let first = see(s, batch.clone());
        assert_eq!(first["counts"], json!({"seen": 1, "unclaimed": 1, "refused": 1}));
        assert_eq!(first["results"][0]["parcel"]["seen_at"], "2026-05-25T08:00:00Z", "when it was scanned");
        s.receive("YT4000000000003");
        let state = s.state();
        let again = s.unchanged_by_but(&["audit", "idempotency_keys"], || {
            s.post(WAREHOUSE, "/v1/parcels/scan", json!({"scans": batch}))
        });
        let again = again.expect(200);
        assert_eq!(words(&again["results"], "outcome"), words(&first["results"], "outcome"));
        assert_eq!(again["results"][0]["parcel"]["status"], "received", "the parcel as it is now");
        assert_eq!(state.len() + 1, s.state().len(), "one Idempotency-Key");
        // The same name for another box is a scanner's mistake, not a replay.
        let other = see_one(s, json!({"id": "g3/1", "barcode": "YT4000000000099"}));
        assert_eq!(other["outcome"], "refused");
        assert!(other["reason"].as_str().unwrap().contains("YT4000000000003"), "{other}");
        assert_eq!(s.parcel("YT4000000000099"), Value::Null);
        assert_eq!(s.status(&code), "received_in_china");
    }

    fn the_answer_says_whose_a_box_is_and_where_it_goes(s: &Server) {
        let code = s.buy(request(), &["YT4000000000004", "YT4000000000005"]);
        let owner = owner_of(s, &code);
        let seen = see_one(s, json!({"barcode": "YT4000000000004"}));
        assert_eq!(seen["hint"], json!({
            "owner": owner, "order_code": code, "order_status": "purchased", "destination": "BISH", "truck": null,
            "say": format!("{owner}, to BISH: weigh it."),
        }));
        let truck = s.truck();
        let received = take_in(s, json!({"tracking_number": "YT4000000000004", "weight_g": 4300})).expect(200);
        assert_eq!((&received["hint"]["truck"], &received["hint"]["owner"]), (&json!(truck), &json!(owner)));
        assert_eq!(received["hint"]["say"], format!("{owner}, to BISH: truck {truck} is being loaded."));
        let stray = see_one(s, json!({"barcode": "ZT4000000000002"}));
        assert_eq!((&stray["outcome"], &stray["hint"]["owner"]), (&json!("unclaimed"), &Value::Null));
        assert!(stray["hint"]["say"].as_str().unwrap().starts_with("Nobody's"), "{stray}");
    }

    fn an_unknown_box_is_its_marks_clients_or_nobodys(s: &Server) {
        let owner = owner_of(s, &s.order(Until::Requested).code);
        let theirs = see_one(s, json!({"barcode": "SF4000000000001", "client_code": format!("王 {owner}")}));
        assert_eq!((&theirs["outcome"], &theirs["hint"]["owner"]), (&json!("seen"), &json!(owner)));
        assert_eq!(theirs["hint"]["order_status"], "awaiting_parcel");
        let nobodys = see_one(s, json!({"barcode": "SF4000000000002", "client_code": "KG-99999"}));
        assert_eq!(nobodys["parcel"]["mark"], "KG-99999");
        for number in ["SF4000000000001", "SF4000000000002"] {
            s.receive(number);
        }
        assert_eq!(s.parcel("SF4000000000001")["status"], "received");
        let stray = s.parcel("SF4000000000002");
        assert_eq!((&stray["status"], &stray["weight_g"]), (&json!("unclaimed"), &json!(1000)));
        take_in(s, json!({"tracking_number": "SF4000000000002", "weight_g": 1000})).expect_problem(409, "wrong_status");
    }

    fn an_order_code_on_a_seen_box_is_enough_and_a_wrong_one_is_refused_alone(s: &Server) {
        let code = s.buy(request(), &[]);
        let answer = see(s, json!([
            {"barcode": "SF4000000000003", "order_code": "TG-7K4M9-2QX8C-6"},
            {"barcode": "SF4000000000004", "order_code": torugart::code::OrderCode::generate("TG").to_string()},
            {"barcode": "SF4000000000005", "order_code": code.to_lowercase()},
        ]));
        assert_eq!(words(&answer["results"], "outcome"), ["refused", "refused", "seen"]);
        assert_eq!(s.see(&code)["parcels"].as_array().unwrap().len(), 1);
        assert_eq!(s.get(ADMIN, "/v1/parcels").expect(200)["items"].as_array().unwrap().len(), 1);
    }

    fn a_seen_box_is_weighed_for_the_order_that_is_named_then(s: &Server) {
        let code = s.buy(request(), &[]);
        assert_eq!(see_one(s, json!({"barcode": "SF4000000000006"}))["outcome"], "unclaimed");
        let body = json!({"tracking_number": "SF4000000000006", "order_code": code, "weight_g": 4200});
        assert_eq!(take_in(s, body).expect(200)["status"], "received");
        assert_eq!(s.status(&code), "received_in_china");
    }

    fn a_mark_of_another_client_makes_a_person_look(s: &Server) {
        let code = s.buy(request(), &["YT4000000000006"]);
        let other = owner_of(s, &s.forward("555000011", &["SF4000000000007"]));
        let scan = json!({"barcode": "YT4000000000006", "client_code": other});
        let refused = see_one(s, scan);
        assert_eq!((&refused["outcome"], codes(&refused)), (&json!("refused"), vec!["owner_mismatch"]));
        assert_eq!(refused["warnings"][0]["expected"], json!({"owner": code}));
        assert_eq!(refused["warnings"][0]["found"], json!({"owner": other}));
        assert_eq!(s.parcel("YT4000000000006")["seen_at"], Value::Null);
        let mut body = json!({"tracking_number": "YT4000000000006", "client_code": other, "weight_g": 4200});
        let problem = s.unchanged_by(|| take_in(s, body.clone())).expect_problem(409, "owner_mismatch");
        assert_eq!(problem["interceptions"][0]["found"], json!({"owner": other}));
        body["override"] = json!({"reason": "two labels, the seller confirms"});
        let parcel = take_in(s, body).expect(200);
        assert_eq!((&parcel["status"], codes(&parcel)), (&json!("received"), vec!["owner_mismatch"]));
        assert_eq!(s.status(&code), "received_in_china", "the number decides");
        let detail = last_audit(s, &parcel["id"])["detail"].clone();
        assert_eq!(detail["override_reason"], "two labels, the seller confirms");
        let event = s.see(&code)["timeline"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(event["data"]["override_reason"], "two labels, the seller confirms");
        assert_eq!(event["by"], "warehouse");
    }

    fn a_weight_far_from_the_quote_is_said_and_stops_only_who_asks(s: &Server) {
        let code = s.buy(request(), &["YT4000000000007"]);
        let mut body = json!({"tracking_number": "YT4000000000007", "weight_g": 9000, "strict": true});
        let problem = s.unchanged_by(|| take_in(s, body.clone())).expect_problem(409, "intercepted");
        let found = &problem["interceptions"][0];
        assert_eq!(found["code"], "weight");
        assert_eq!(found["expected"], json!({"weight_g": 4200, "charged_weight_g": 4200}));
        assert_eq!(found["found"], json!({"weight_g": 9000, "charged_weight_g": 9000}));
        body["override"] = json!({"reason": "two were ordered"});
        assert_eq!(codes(&take_in(s, body).expect(200)), ["weight"]);
        assert_eq!(s.status(&code), "received_in_china");
        let plain = s.buy(request(), &["YT4000000000008"]);
        let parcel = take_in(s, json!({"tracking_number": "YT4000000000008", "weight_g": 1000})).expect(200);
        assert_eq!(codes(&parcel), ["weight"], "said, and nothing stopped");
        assert_eq!(s.status(&plain), "received_in_china");
        s.buy(request(), &["YT4000000000009"]);
        let near = json!({"tracking_number": "YT4000000000009", "weight_g": 4600, "strict": true});
        assert_eq!(take_in(s, near).expect(200)["warnings"], json!([]));
    }

    fn the_weights_of_all_parcels_together_are_compared(s: &Server) {
        s.buy(request(), &["YT4000000000010", "YT4000000000011"]);
        let strict = |number: &str, weight_g: i64| {
            take_in(s, json!({"tracking_number": number, "weight_g": weight_g, "strict": true}))
        };
        assert_eq!(strict("YT4000000000010", 2000).expect(200)["warnings"], json!([]), "the other is still to come");
        strict("YT4000000000011", 900).expect_problem(409, "intercepted");
        assert_eq!(strict("YT4000000000011", 2300).expect(200)["warnings"], json!([]));
    }

    fn what_is_charged_is_compared_and_not_what_is_weighed(s: &Server) {
        let tariff = json!({"price_per_kg": {"amount": 300, "currency": "USD"}, "min_weight_g": 20_000});
        s.put(ADMIN, "/v1/tariffs", tariff).expect(200);
        s.advance(TimeDelta::seconds(1));
        s.buy(request(), &["YT4000000000012"]);
        let strict = json!({"tracking_number": "YT4000000000012", "weight_g": 9000, "strict": true});
        assert_eq!(take_in(s, strict).expect(200)["warnings"], json!([]), "both are charged as 20 kg");
    }

    fn goods_that_are_not_carried_are_known_by_their_words(s: &Server) {
        let mut body = request();
        body["items"][0]["description"] = json!("Охотничий нож и витамины");
        s.buy(body, &["YT4000000000013"]);
        let seen = json!({"tracking_number": "YT4000000000013", "weight_g": 4200, "note": "里面有打火机", "strict": true});
        let problem = s.unchanged_by(|| take_in(s, seen)).expect_problem(409, "intercepted");
        let goods: Vec<_> = problem["interceptions"].as_array().unwrap().iter().map(|i| &i["found"]["goods"]).collect();
        assert_eq!(goods, ["flammable", "sharp"]);
        let parcel = take_in(s, json!({"tracking_number": "YT4000000000013", "weight_g": 4200})).expect(200);
        assert_eq!(codes(&parcel), ["forbidden"]);
    }

    fn a_damaged_box_is_received_with_its_condition_and_a_warning(s: &Server) {
        s.buy(request(), &["YT4000000000014"]);
        let body = json!({"tracking_number": "YT4000000000014", "weight_g": 4200, "condition": "угол помят"});
        let parcel = take_in(s, body).expect(200);
        assert_eq!((&parcel["status"], &parcel["condition"]), (&json!("received"), &json!("угол помят")));
        assert_eq!(codes(&parcel), ["damaged"]);
        let stray = json!({"tracking_number": "ZT4000000000003", "weight_g": 500, "condition": "wet"});
        let stray = take_in(s, stray).expect(200);
        assert_eq!((&stray["status"], codes(&stray)), (&json!("unclaimed"), vec!["damaged"]));
    }

    fn a_number_received_before_is_shown_with_both_weights(s: &Server) {
        let example = s.order(Until::Received);
        let received_at = s.now();
        s.advance(TimeDelta::days(1));
        let body = json!({"tracking_number": example.tracking_number, "weight_g": 5100});
        let problem = s.unchanged_by(|| take_in(s, body)).expect_problem(409, "wrong_status");
        let duplicate = &problem["interceptions"][0];
        assert_eq!(duplicate["code"], "duplicate");
        assert_eq!(duplicate["expected"]["weight_g"], 4300);
        assert_eq!(duplicate["expected"]["by"], "warehouse");
        assert_eq!(duplicate["expected"]["received_at"].as_str().unwrap().parse(), Ok(received_at));
        assert_eq!(duplicate["found"], json!({"weight_g": 5100}));
    }

    fn a_mark_that_is_no_code_is_kept_as_it_was_typed(s: &Server) {
        let parcel = take_in(s, json!({"weight_g": 700, "mark": "  王小姐\nKG-1O427 или 10428  "})).expect(200);
        assert_eq!((&parcel["status"], &parcel["mark"]), (&json!("unclaimed"), &json!("王小姐 KG-1O427 или 10428")));
        let owner = owner_of(s, &s.order(Until::Requested).code);
        let parcel = take_in(s, json!({"weight_g": 700, "mark": format!("李 {owner} 2/2")})).expect(200);
        assert_eq!((&parcel["status"], &parcel["client_code"]), (&json!("received"), &json!(owner)));
        take_in(s, json!({"weight_g": 700, "client_code": "no code"})).expect_problem(422, "validation_failed");
    }

    fn many_scanners_that_see_one_box_make_one_parcel(s: &Server) {
        let outcomes: Vec<Value> = std::thread::scope(|scope| {
            let scan = |n: usize| json!({"id": format!("scanner-{n}"), "barcode": "ZT4000000000009"});
            let scanners: Vec<_> = (0..8).map(|n| scope.spawn(move || see_one(s, scan(n)))).collect();
            scanners.into_iter().map(|scanner| scanner.join().unwrap()["outcome"].clone()).collect()
        });
        let count = |word: &str| outcomes.iter().filter(|outcome| outcome.as_str() == Some(word)).count();
        assert_eq!((count("unclaimed"), count("already_seen")), (1, 7), "{outcomes:?}");
        assert_eq!(s.get(ADMIN, "/v1/parcels").expect(200)["items"].as_array().unwrap().len(), 1);
    }

    fn what_is_no_batch_of_scans_is_refused(s: &Server) {
        let many: Vec<_> = (0..201).map(|n| json!({"barcode": format!("YT41000000{n:05}")})).collect();
        for (pointer, scans) in [
            ("/scans", json!([])),
            ("/scans", json!(many)),
            ("/scans/0/barcode", json!([{}])),
            ("/scans/0/barcode", json!([{"barcode": "YT4000000000001", "tracking_number": "YT4000000000001"}])),
            ("/scans/1/id", json!([{"barcode": "YT4000000000001"}, {"barcode": "YT4000000000001", "id": ""}])),
            ("/scans/0/weight_g", json!([{"barcode": "YT4000000000001", "weight_g": 5}])),
        ] {
            let answer = s.unchanged_by(|| s.post(WAREHOUSE, "/v1/parcels/scan", json!({"scans": scans})));
            let problem = answer.expect_problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["pointer"], pointer);
        }
    }
}

/// What the firm lets stop a receipt needs no `strict`.
fn the_firm_decides_what_stops(url: &str) {
    let s = Server::start_with(url, |config| config.business.intake_stops = vec![IntakeStop::Damaged]);
    s.buy(request(), &["YT4000000000020"]);
    let mut body = json!({"tracking_number": "YT4000000000020", "weight_g": 9000, "condition": "torn"});
    let problem = take_in(&s, body.clone()).expect_problem(409, "intercepted");
    assert_eq!(words(&problem["interceptions"], "code"), ["damaged"], "the weight is only said");
    body["override"] = json!({"reason": "only the outer bag"});
    assert_eq!(codes(&take_in(&s, body).expect(200)), ["weight", "damaged"]);
}

#[test]
fn the_firm_decides_what_stops_on_sqlite() {
    let (_folder, url) = sqlite_database();
    the_firm_decides_what_stops(&url);
}

#[test]
fn the_firm_decides_what_stops_on_postgres() {
    if let Some(url) = postgres_database("intake::the_firm_decides_what_stops") {
        the_firm_decides_what_stops(&url);
    }
}
