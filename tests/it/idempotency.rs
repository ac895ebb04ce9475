//! One effect for one intention, however often it is sent.

use serde_json::json;
use torugart::ids::Role;

use crate::harness::server::*;

/// How many journals an order has.
fn journals(s: &Server, code: &str) -> usize {
    let ledger = s.get(AUDITOR, &format!("/v1/orders/{code}/ledger")).expect(200);
    ledger["journals"].as_array().unwrap().len()
}

const JSON: (&str, &str) = ("content-type", "application/json");

on_both! {
    fn money_and_goods_do_not_move_without_a_key(s: &Server) {
        let code = s.order(Until::Arrived).code;
        let payment = s.see(&code)["payments"][0]["id"].clone();
        for (call, body) in [
            ("payments", json!({"method": "cash", "amount": som(100)})),
            ("refunds", json!({"payment_id": payment, "amount": som(100), "reason": "x"})),
            ("hand-over", json!({})),
        ] {
            let path = format!("/v1/orders/{code}/{call}");
            let answer = s.unchanged_by(|| s.send("POST", CASHIER, &path, &[JSON], &body.to_string()));
            answer.expect_problem(400, "idempotency_key_missing");
        }
    }

    fn a_repeated_payment_gets_the_same_answer_and_no_second_journal(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let pay = |tyiyn: i64| {
            s.post_keyed(CASHIER, &format!("/v1/orders/{code}/payments"), "k1", json!({"method": "cash", "amount": som(tyiyn)}))
        };
        let first = pay(100);
        first.expect(201);
        assert_eq!(first.header("idempotent-replayed"), None);
        s.post(CASHIER, &format!("/v1/orders/{code}/payments"), json!({"method": "cash", "amount": som(7)})).expect(201);
        s.advance(chrono::TimeDelta::days(200));
        let again = s.unchanged_by(|| pay(100));
        assert_eq!((again.status, &again.text), (201, &first.text));
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!(journals(s, &code), 3);
        s.unchanged_by(|| pay(101)).expect_problem(422, "idempotency_key_reused");
    }

    fn a_payment_repeated_after_25_hours_and_after_31_days_is_still_one(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let pay = || {
            s.post_keyed(CASHIER, &format!("/v1/orders/{code}/payments"), "k", json!({"method": "cash", "amount": som(100)}))
        };
        let first = pay();
        first.expect(201);
        let (count, balance) = (journals(s, &code), s.see(&code)["balance"].clone());
        for hours in [25, 31 * 24 - 25] {
            s.advance(chrono::TimeDelta::hours(hours));
            let again = s.unchanged_by(pay);
            assert_eq!((again.status, &again.text), (201, &first.text));
            assert_eq!(again.header("idempotent-replayed"), Some("true"));
            assert_eq!((journals(s, &code), &s.see(&code)["balance"]), (count, &balance));
        }
    }

    fn a_key_belongs_to_one_address_and_one_person(s: &Server) {
        let (one, other) = (s.order(Until::Confirmed).code, s.order(Until::Confirmed).code);
        let pay = |by, code: &str| {
            s.post_keyed(by, &format!("/v1/orders/{code}/payments"), "same", json!({"method": "cash", "amount": som(100)}))
        };
        pay(CASHIER, &one).expect(201);
        s.unchanged_by(|| pay(CASHIER, &other)).expect_problem(422, "idempotency_key_reused");
        let admin = pay(ADMIN, &one);
        admin.expect(201);
        assert_eq!(admin.header("idempotent-replayed"), None);
        assert_eq!(journals(s, &one), 3);
    }

    fn a_doubled_an_empty_and_an_endless_key_are_refused(s: &Server) {
        let path = format!("/v1/orders/{}/payments", s.order(Until::Confirmed).code);
        let body = json!({"method": "cash", "amount": som(100)}).to_string();
        let endless = "k".repeat(256);
        for keys in [vec!["a", "b"], vec!["a", "a"], vec![""], vec!["\"\""], vec![endless.as_str()]] {
            let headers: Vec<_> = keys.iter().map(|key| ("idempotency-key", *key)).chain([JSON]).collect();
            let answer = s.unchanged_by(|| s.send("POST", CASHIER, &path, &headers, &body));
            answer.expect_problem(400, "malformed_request");
        }
    }

    fn a_refused_request_leaves_its_key_free(s: &Server) {
        let code = s.order(Until::Quoted).code;
        let pay = || {
            s.post_keyed(CASHIER, &format!("/v1/orders/{code}/payments"), "k", json!({"method": "cash", "amount": som(100)}))
        };
        pay().expect_problem(409, "wrong_status");
        s.post(OPERATOR, &format!("/v1/orders/{code}/confirm"), json!({})).expect(200);
        assert_eq!(pay().header("idempotent-replayed"), None);
        assert_eq!(journals(s, &code), 2);
    }

    fn sixteen_payments_with_one_key_are_one_payment(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let path = format!("/v1/orders/{code}/payments");
        let pay = || s.post_keyed(CASHIER, &path, "one", json!({"method": "cash", "amount": som(100)}));
        let answers: Vec<Answer> = std::thread::scope(|threads| {
            let calls: Vec<_> = (0..16).map(|_| threads.spawn(pay)).collect();
            calls.into_iter().map(|call| call.join().unwrap()).collect()
        });
        let last = pay();
        assert_eq!(last.header("idempotent-replayed"), Some("true"));
        for answer in &answers {
            if answer.status == 201 {
                assert_eq!(answer.text, last.text);
            } else {
                answer.expect_problem(409, "request_in_flight");
                assert!(answer.header("retry-after").is_some());
            }
        }
        let firsts = answers.iter().filter(|answer| answer.status == 201 && answer.header("idempotent-replayed").is_none());
        assert_eq!(firsts.count(), 1);
        assert_eq!(journals(s, &code), 2);
        assert_eq!(s.see(&code)["balance"], som(1_230_300));
    }

    fn two_services_on_one_database_make_one_payment_too(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let url = secrecy::ExposeSecret::expose_secret(&s.app.config.database.url).to_owned();
        let twin = Server::start(&url);
        let path = format!("/v1/orders/{code}/payments");
        let statuses: Vec<u16> = std::thread::scope(|threads| {
            let calls: Vec<_> = (0..12)
                .map(|turn| {
                    let server = if turn % 2 == 0 { s } else { &twin };
                    let body = json!({"method": "cash", "amount": som(100)});
                    threads.spawn(|| server.post_keyed(CASHIER, &path, "one", body).status)
                })
                .collect();
            calls.into_iter().map(|call| call.join().unwrap()).collect()
        });
        assert!(statuses.iter().all(|status| [201, 409].contains(status)), "{statuses:?}");
        assert_eq!(journals(s, &code), 2);
    }

    fn an_order_placed_twice_with_one_key_is_one_order(s: &Server) {
        let place = |key| s.post_keyed(ANYONE, "/v1/orders", key, request());
        let (first, again) = (place("a"), place("a"));
        assert_eq!(first.expect(201), again.expect(201));
        assert_eq!(first.header("location"), again.header("location"));
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_ne!(place("b").expect(201)["code"], first.json()["code"]);
        let free = s.send("POST", ANYONE, "/v1/orders", &[JSON], &request().to_string());
        assert_ne!(free.expect(201)["code"], first.json()["code"], "without a key each request is a new one");
        assert_eq!(s.get(AUDITOR, "/v1/orders").expect(200)["items"].as_array().unwrap().len(), 3);
    }

    fn every_step_of_the_desk_can_be_repeated(s: &Server) {
        let code = s.order(Until::Requested).code;
        let step = |by, call: &str, body| {
            let path = format!("/v1/orders/{code}/{call}");
            let first = s.post_keyed(by, &path, call, serde_json::Value::clone(&body));
            assert!(first.status < 300, "{call}: {}", first.text);
            let again = s.unchanged_by(|| s.post_keyed(by, &path, call, body));
            assert_eq!((again.status, &again.text), (first.status, &first.text), "{call}");
            assert_eq!(again.header("idempotent-replayed"), Some("true"), "{call}");
            first.json()
        };
        step(OPERATOR, "quote", offer());
        step(ANYONE, "confirm", json!({"phone_last4": "3456"}));
        let payment = step(CASHIER, "payments", json!({"method": "cash", "amount": som(1_230_500)}));
        step(CASHIER, "refunds", json!({"payment_id": payment["id"], "amount": som(100), "reason": "x"}));
        step(OPERATOR, "purchase", json!({"marketplace": "1688", "tracking_numbers": ["YT8812345678901"]}));
        step(OPERATOR, "parcels", json!({"tracking_numbers": ["YT8812345678902"]}));
        step(ADMIN, "cancel", json!({"reason": "x"}));
    }

    fn a_key_does_not_open_the_door(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let path = format!("/v1/orders/{code}/payments");
        let body = json!({"method": "cash", "amount": som(100)});
        s.post_keyed(CASHIER, &path, "k", body.clone()).expect(201);
        s.unchanged_by(|| s.post_keyed(ANYONE, &path, "k", body.clone())).expect_problem(401, "unauthenticated");
        for role in [Role::Operator, Role::Warehouse, Role::Auditor] {
            s.unchanged_by(|| s.post_keyed(As::Staff(role), &path, "k", body.clone())).expect_problem(403, "forbidden");
        }
    }
}
