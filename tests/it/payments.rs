//! Money in and money back, and what it does to the order.

use chrono::TimeDelta;
use serde_json::{Value, json};

use torugart::error::Slug;
use torugart::ids::Actor;
use torugart::payments::{self, Method, NewPayment};

use crate::harness::server::*;

fn pay(s: &Server, by: As, code: &str, method: &str, tyiyn: i64) -> Answer {
    s.post(by, &format!("/v1/orders/{code}/payments"), json!({"method": method, "amount": som(tyiyn)}))
}

fn refund(s: &Server, code: &str, payment: &Value, tyiyn: i64) -> Answer {
    let body = json!({"payment_id": payment, "amount": som(tyiyn), "reason": "asked for it"});
    s.post(CASHIER, &format!("/v1/orders/{code}/refunds"), body)
}

fn kinds(order: &Value) -> Vec<&str> {
    order["timeline"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect()
}

on_both! {
    fn part_payments_make_an_order_paid_when_the_prepayment_is_reached(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let first = pay(s, CASHIER, &code, "cash", 500_000).expect(201);
        assert_eq!((&first["order_code"], &first["amount"], &first["balance"]), (&json!(code), &som(500_000), &som(730_400)));
        assert_eq!(first["order_status"], "confirmed");
        let short = pay(s, CASHIER, &code, "bank_transfer", 730_399).expect(201);
        assert_eq!((&short["order_status"], &short["balance"]), (&json!("confirmed"), &som(1)));
        let last = pay(s, CASHIER, &code, "e_wallet", 1).expect(201);
        assert_eq!((&last["order_status"], &last["balance"]), (&json!("paid"), &som(0)));
        assert_eq!(s.see(&code)["status"], "paid");
    }

    fn what_is_paid_too_much_is_credit(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let payment = pay(s, CASHIER, &code, "cash", 1_300_000).expect(201);
        assert_eq!((&payment["order_status"], &payment["balance"]), (&json!("paid"), &som(-69_600)));
        let before = pay(s, CASHIER, &code, "cash", 100).expect(201);
        assert_eq!(before["balance"], som(-69_700));
    }

    fn a_refund_below_the_prepayment_takes_paid_back(s: &Server) {
        let code = s.order(Until::Paid).code;
        let payment = s.see(&code)["payments"][0]["id"].clone();
        let back = refund(s, &code, &payment, 100).expect(201);
        assert_eq!((&back["order_status"], &back["balance"]), (&json!("confirmed"), &som(100)));
        assert_eq!(back["refunded"], som(100));
        let bought = json!({"marketplace": "1688", "tracking_numbers": []});
        s.post(OPERATOR, &format!("/v1/orders/{code}/purchase"), bought).expect_problem(409, "wrong_status");
        assert_eq!(pay(s, CASHIER, &code, "cash", 100).expect(201)["order_status"], "paid");
        let order = s.see(&code);
        assert_eq!(&kinds(&order)[3..], [
            "payment_received", "order_paid", "payment_refunded", "correction", "payment_received", "order_paid",
        ]);
    }

    fn a_payment_goes_back_once_and_only_from_its_own_order(s: &Server) {
        let code = s.order(Until::Paid).code;
        let other = s.order(Until::Paid).code;
        let payment = s.see(&code)["payments"][0]["id"].clone();
        let foreign = s.unchanged_by(|| refund(s, &other, &payment, 100));
        foreign.expect_problem(404, "not_found");
        let unknown = s.unchanged_by(|| refund(s, &code, &json!(uuid::Uuid::now_v7()), 100));
        unknown.expect_problem(404, "not_found");
        let above = s.unchanged_by(|| refund(s, &code, &payment, 1_230_401));
        assert_eq!(above.expect_problem(409, "refund_too_large")["refundable"], som(1_230_400));
        refund(s, &code, &payment, 1_000_000).expect(201);
        refund(s, &code, &payment, 230_000).expect(201);
        let above = s.unchanged_by(|| refund(s, &code, &payment, 401));
        assert_eq!(above.expect_problem(409, "refund_too_large")["refundable"], som(400));
        assert_eq!(refund(s, &code, &payment, 400).expect(201)["balance"], som(1_230_400));
        let again = s.unchanged_by(|| refund(s, &code, &payment, 1));
        assert_eq!(again.expect_problem(409, "refund_too_large")["refundable"], som(0));
    }

    fn sixteen_refunds_at_once_never_give_back_more_than_was_paid(s: &Server) {
        let code = s.order(Until::Paid).code;
        let payment = s.see(&code)["payments"][0]["id"].clone();
        let statuses: Vec<u16> = std::thread::scope(|threads| {
            let calls: Vec<_> =
                (0..16).map(|_| threads.spawn(|| refund(s, &code, &payment, 500_000).status)).collect();
            calls.into_iter().map(|call| call.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 2, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 14, "{statuses:?}");
        assert_eq!(s.see(&code)["balance"], som(1_000_000));
    }

    fn an_order_without_a_debt_to_come_takes_no_money(s: &Server) {
        let cancelled = s.order(Until::Quoted).code;
        s.post(OPERATOR, &format!("/v1/orders/{cancelled}/cancel"), json!({"reason": "no"})).expect(200);
        for (code, status) in [
            (s.order(Until::Requested).code, "requested"),
            (s.order(Until::Quoted).code, "quoted"),
            (cancelled, "cancelled"),
            (s.order(Until::PickedUp).code, "picked_up"),
        ] {
            let answer = s.unchanged_by(|| pay(s, CASHIER, &code, "cash", 100));
            assert_eq!(answer.expect_problem(409, "wrong_status")["current"], status);
        }
    }

    fn only_som_within_reason_are_taken(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        for (pointer, amount) in [
            ("/amount", json!({"amount": 0, "currency": "KGS"})),
            ("/amount", json!({"amount": -100, "currency": "KGS"})),
            ("/amount", json!({"amount": 1_000_000_001, "currency": "KGS"})),
            ("/amount", json!({"amount": i64::MAX, "currency": "KGS"})),
            ("/amount", json!({"amount": 100, "currency": "USD"})),
            ("/amount/amount", json!({"amount": 9_223_372_036_854_775_808_u64, "currency": "KGS"})),
            ("/amount/amount", json!({"amount": 12.5, "currency": "KGS"})),
            ("/amount/amount", json!({"amount": 100.0, "currency": "KGS"})),
            ("/amount/amount", json!({"amount": "100", "currency": "KGS"})),
            ("/amount/amount", json!({"amount": null, "currency": "KGS"})),
            ("/amount/currency", json!({"amount": 100, "currency": "XXX"})),
            ("/amount/currency", json!({"amount": 100})),
            ("/amount", json!(100)),
        ] {
            let body = json!({"method": "cash", "amount": amount});
            let answer = s.unchanged_by(|| s.post(CASHIER, &format!("/v1/orders/{code}/payments"), body));
            let problem = answer.expect_problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{amount}: {problem}");
        }
        let huge = r#"{"method": "cash", "amount": {"amount": 99999999999999999999999999, "currency": "KGS"}}"#;
        let headers = [("idempotency-key", "huge"), ("content-type", "application/json")];
        let answer = s.unchanged_by(|| s.send("POST", CASHIER, &format!("/v1/orders/{code}/payments"), &headers, huge));
        assert_eq!(answer.expect_problem(422, "validation_failed")["errors"][0]["pointer"], "/amount/amount");
    }

    fn each_wallet_has_an_account_of_its_own(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let path = format!("/v1/orders/{code}/payments");
        let mut body = json!({"method": "e_wallet", "wallet": "mbank", "amount": som(100)});
        let payment = s.post(CASHIER, &path, body.clone()).expect(201);
        assert_eq!(payment["account"], "e_wallet:mbank");
        assert_eq!(refund(s, &code, &payment["id"], 100).expect(201)["account"], "e_wallet:mbank");
        for wallet in ["", "M Bank", "мбанк", "a:b"] {
            body["wallet"] = json!(wallet);
            let answer = s.unchanged_by(|| s.post(CASHIER, &path, body.clone()));
            assert_eq!(answer.expect_problem(422, "validation_failed")["errors"][0]["pointer"], "/wallet", "{wallet}");
        }
        let in_cash = json!({"method": "cash", "wallet": "mbank", "amount": som(100)});
        s.post(CASHIER, &path, in_cash).expect_problem(422, "validation_failed");
    }

    fn money_with_a_source_is_taken_in_any_status_and_once_for_ever(s: &Server) {
        let code = s.order(Until::Quoted).code;
        s.post(OPERATOR, &format!("/v1/orders/{code}/cancel"), json!({"reason": "no"})).expect(200);
        let order: torugart::code::OrderCode = torugart::code::OrderCode::parse("TG", &code).unwrap();
        let record = || {
            let new = NewPayment { source: Some("freedom_pay:987654".to_owned()), ..NewPayment::of(Method::EWallet, 100) };
            s.app.write_now(&Actor::System, |tx| payments::record(tx, &order, &new))
        };
        record().unwrap();
        assert_eq!(s.see(&code)["balance"], som(-100));
        assert_eq!(record().unwrap_err().to_problem().slug, Slug::DuplicateValue);
        assert_eq!(s.see(&code)["balance"], som(-100));
    }

    fn receipts_count_without_a_gap_in_each_branch_and_each_year(s: &Server) {
        let osh = json!({"code": "OSH", "kind": "pickup_point", "name": "Osh", "city": "Osh", "address": "Kurmanjan Datka 1", "phone": "+996700123456", "hours": "10-19"});
        s.post(ADMIN, "/v1/branches", osh).expect(201);
        let mut from_osh = request();
        from_osh["pickup_point"] = json!("osh");
        let (bishkek, osh) = (s.order(Until::Confirmed).code, s.order_of(from_osh, Until::Confirmed).code);
        let requested = s.order(Until::Requested).code;
        let number = |by, code: &str| pay(s, by, code, "cash", 100).expect(201)["receipt_no"].as_str().unwrap().to_owned();
        assert_eq!(number(CASHIER, &bishkek), "BISH-2026-000001");
        // An order of another branch is none of theirs; an admin, who sits nowhere, writes receipts of the order's branch.
        pay(s, CASHIER, &osh, "cash", 100).expect_problem(404, "not_found");
        assert_eq!(number(CASHIER, &bishkek), "BISH-2026-000002");
        assert_eq!(number(ADMIN, &osh), "OSH-2026-000001");
        pay(s, CASHIER, &requested, "cash", 100).expect_problem(409, "wrong_status");
        assert_eq!(number(CASHIER, &bishkek), "BISH-2026-000003");
        // 18:00 UTC on New Year's Eve is the new year in Bishkek.
        let new_year: chrono::DateTime<chrono::Utc> = "2026-12-31T18:00:00Z".parse().unwrap();
        s.advance(new_year - s.now() - TimeDelta::seconds(1));
        assert_eq!(number(ADMIN, &osh), "OSH-2026-000002");
        s.advance(TimeDelta::seconds(1));
        assert_eq!(number(ADMIN, &osh), "OSH-2027-000001");
    }

    fn sixteen_payments_at_once_get_sixteen_numbers_in_a_row(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let mut numbers: Vec<String> = std::thread::scope(|threads| {
            let one = || pay(s, CASHIER, &code, "cash", 100).expect(201)["receipt_no"].as_str().unwrap().to_owned();
            let calls: Vec<_> = (0..16).map(|_| threads.spawn(one)).collect();
            calls.into_iter().map(|call| call.join().unwrap()).collect()
        });
        numbers.sort();
        let expected: Vec<_> = (1..=16).map(|number| format!("BISH-2026-{number:06}")).collect();
        assert_eq!(numbers, expected);
        assert_eq!(s.see(&code)["balance"], som(1_230_400 - 1_600));
    }
}
