//! The drawer of a cashier from one count to the next: every som in cash is in one, and what is missing is said.

use serde_json::{Value, json};
use torugart::ids::Actor;

use crate::harness::server::*;

fn open(s: &Server, by: As, opening: Value) -> Answer {
    s.post(by, "/v1/cash-shifts", json!({"opening": opening}))
}

fn opened(s: &Server, tyiyn: i64) -> String {
    open(s, CASHIER, som(tyiyn)).expect(201)["id"].as_str().unwrap().to_owned()
}

fn close(s: &Server, by: As, shift: &str, counted: Value) -> Answer {
    s.post(by, &format!("/v1/cash-shifts/{shift}/close"), json!({"counted": counted}))
}

fn see(s: &Server, shift: &str) -> Value {
    s.get(AUDITOR, &format!("/v1/cash-shifts/{shift}?lang=en")).expect(200)
}

fn pay(s: &Server, by: As, code: &str, method: &str, tyiyn: i64) -> Answer {
    s.post(by, &format!("/v1/orders/{code}/payments"), json!({"method": method, "amount": som(tyiyn)}))
}

fn refund(s: &Server, by: As, code: &str, payment: &Value, tyiyn: i64) -> Answer {
    let body = json!({"payment_id": payment, "amount": som(tyiyn), "reason": "asked for it"});
    s.post(by, &format!("/v1/orders/{code}/refunds"), body)
}

fn shifts(s: &Server, query: &str) -> Vec<Value> {
    s.get(AUDITOR, &format!("/v1/cash-shifts{query}")).expect(200)["items"].as_array().unwrap().clone()
}

on_both! {
    fn a_day_at_the_till_ends_with_what_must_lie_in_the_drawer(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let shift = opened(s, 100_000);
        let payment = pay(s, CASHIER, &code, "cash", 500_000).expect(201);
        assert_eq!(payment["account"], "cash:BISH:1");
        pay(s, CASHIER, &code, "e_wallet", 30_000).expect(201);
        pay(s, CASHIER, &code, "cash", 20_000).expect(201);
        refund(s, CASHIER, &code, &payment["id"], 5_000).expect(201);
        let to_bank = json!({"direction": "out", "amount": som(400_000), "reason": "to the bank"});
        s.post(CASHIER, &format!("/v1/cash-shifts/{shift}/movements"), to_bank).expect(201);
        let change = json!({"direction": "in", "amount": som(1_000), "reason": "change"});
        s.post(CASHIER, &format!("/v1/cash-shifts/{shift}/movements"), change).expect(201);
        let x = see(s, &shift);
        let sums = |report: &Value| {
            ["opening", "cash_in", "cash_out", "moved_in", "moved_out", "expected"]
                .map(|name| report[name]["amount"].as_i64().unwrap())
        };
        assert_eq!(sums(&x), [100_000, 520_000, 5_000, 1_000, 400_000, 216_000]);
        assert_eq!((&x["report"], &x["state"], &x["counted"]), (&json!("X"), &json!("open"), &Value::Null));
        assert_eq!(x["taken"], json!([
            {"method": "cash", "payments": 2, "amount": som(520_000)},
            {"method": "e_wallet", "payments": 1, "amount": som(30_000)},
        ]));
        assert_eq!(x["movements"][0]["amount"], som(-400_000));
        let counted = json!({"1000": 2, "100": 1, "10": 5, "5": 2});
        let z = close(s, CASHIER, &shift, counted).expect(200);
        assert_eq!((&z["report"], &z["state"], &z["number"]), (&json!("Z"), &json!("closed"), &json!(1)));
        assert_eq!((&z["counted"], &z["difference"]), (&som(216_000), &som(0)));
        assert_eq!(z["pieces"], json!({"500": 2, "1000": 5, "10000": 1, "100000": 2}));
        assert_eq!(sums(&see(s, &shift)), sums(&x), "the report of a closed shift stays what it was");
    }

    fn what_is_missing_or_too_much_is_posted_and_said(s: &Server) {
        for (counted, difference, words) in [(99_000, -1_000, "10 som are missing"), (100_500, 500, "5 som too much")] {
            let shift = opened(s, 100_000);
            let body = json!({"counted": som(counted), "explanation": "wrong change"});
            let z = s.post(CASHIER, &format!("/v1/cash-shifts/{shift}/close?lang=en"), body).expect(200);
            assert_eq!((&z["difference"], &z["expected"]), (&som(difference), &som(100_000)));
            assert_eq!(z["explanation"], "wrong change");
            assert!(z["summary"].as_str().unwrap().contains(words), "{}", z["summary"]);
        }
        let difference = |account: &str| {
            s.app.write_now(&Actor::System, |tx| torugart::ledger::balance(tx, account)).unwrap()
        };
        // Less is a loss, a debit; more is a credit.
        assert_eq!(difference("cash_difference:BISH"), 1_000 - 500);
        assert_eq!(difference("cash:BISH"), -200_000 + 99_000 + 100_500);
    }

    fn a_cashier_and_a_till_have_one_open_shift(s: &Server) {
        let shift = opened(s, 0);
        let again = s.unchanged_by(|| open(s, CASHIER, som(5)));
        assert_eq!(again.expect_problem(409, "shift_open")["shift"], shift.as_str());
        let same_till = json!({"opening": som(0), "till": "cashier", "branch": "BISH"});
        let taken = s.unchanged_by(|| s.post(ADMIN, "/v1/cash-shifts", same_till));
        taken.expect_problem(409, "shift_open");
        s.post(ADMIN, "/v1/cash-shifts", json!({"opening": som(0), "branch": "BISH"})).expect(201);
        close(s, CASHIER, &shift, som(0)).expect(200);
        assert_eq!(open(s, CASHIER, som(0)).expect(201)["number"], 3);
        assert_eq!(shifts(s, "?state=open&branch=bish").len(), 2);
        assert_eq!(shifts(s, "?state=closed").len(), 1);
    }

    fn sixteen_openings_and_sixteen_closings_at_once_are_one_each(s: &Server) {
        let at_once = |call: &(dyn Fn() -> u16 + Sync)| -> Vec<u16> {
            std::thread::scope(|threads| {
                let calls: Vec<_> = (0..16).map(|_| threads.spawn(call)).collect();
                calls.into_iter().map(|call| call.join().unwrap()).collect()
            })
        };
        let statuses = at_once(&|| open(s, CASHIER, som(100)).status);
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| matches!(status, 201 | 409)), "{statuses:?}");
        let shift = shifts(s, "?state=open")[0]["id"].as_str().unwrap().to_owned();
        let statuses = at_once(&|| close(s, CASHIER, &shift, som(100)).status);
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| matches!(status, 200 | 409)), "{statuses:?}");
    }

    fn a_closed_shift_is_never_changed(s: &Server) {
        let shift = opened(s, 100);
        close(s, CASHIER, &shift, som(100)).expect(200);
        let again = s.unchanged_by(|| close(s, CASHIER, &shift, som(100)));
        assert!(again.expect_problem(409, "shift_closed")["closed_at"].is_string());
        let movement = json!({"direction": "in", "amount": som(100), "reason": "change"});
        let moved = s.unchanged_by(|| s.post(CASHIER, &format!("/v1/cash-shifts/{shift}/movements"), movement));
        moved.expect_problem(409, "shift_closed");
        for statement in ["UPDATE cash_shifts SET counted_tyiyn = 5", "DELETE FROM cash_shifts"] {
            s.refused_by_database(&[statement]);
        }
    }

    fn cash_without_an_open_shift_opens_one_that_the_next_count_closes(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        pay(s, CASHIER, &code, "bank_transfer", 100).expect(201);
        assert_eq!(shifts(s, ""), Vec::<Value>::new(), "only cash needs a drawer");
        pay(s, CASHIER, &code, "cash", 500).expect(201);
        let by_itself = shifts(s, "")[0].clone();
        assert_eq!((&by_itself["opened_by_itself"], &by_itself["expected"]), (&json!(true), &som(500)));
        let counted = open(s, CASHIER, som(2_500)).expect(201);
        assert_eq!((&counted["opened_by_itself"], &counted["number"]), (&json!(false), &json!(2)));
        let earlier = see(s, by_itself["id"].as_str().unwrap());
        assert_eq!((&earlier["state"], &earlier["counted"], &earlier["difference"]), (&json!("closed"), &Value::Null, &Value::Null));
        assert_eq!(see(s, counted["id"].as_str().unwrap())["expected"], som(2_500));
    }

    fn a_counted_drawer_gives_no_more_than_it_holds(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let payment = pay(s, CASHIER, &code, "cash", 500).expect(201)["id"].clone();
        let shift = opened(s, 300);
        let too_much = s.unchanged_by(|| refund(s, CASHIER, &code, &payment, 301));
        assert_eq!(too_much.expect_problem(409, "not_enough_cash")["held"], som(300));
        let out = json!({"direction": "out", "amount": som(301), "reason": "to the bank"});
        let too_much = s.unchanged_by(|| s.post(CASHIER, &format!("/v1/cash-shifts/{shift}/movements"), out));
        too_much.expect_problem(409, "not_enough_cash");
        refund(s, CASHIER, &code, &payment, 300).expect(201);
        assert_eq!(see(s, &shift)["expected"], som(0));
    }

    fn a_refund_in_cash_leaves_the_drawer_of_who_gives_it(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let payment = pay(s, CASHIER, &code, "cash", 500).expect(201)["id"].clone();
        s.post(ADMIN, "/v1/cash-shifts", json!({"opening": som(1_000), "branch": "BISH"})).expect(201);
        refund(s, ADMIN, &code, &payment, 200).expect(201);
        let expected = |cashier: &str| {
            shifts(s, "").iter().find(|shift| shift["cashier"] == cashier).unwrap()["expected"].clone()
        };
        assert_eq!((expected("admin"), expected("cashier")), (som(800), som(500)));
    }

    fn only_the_cashier_or_an_admin_closes_a_drawer(s: &Server) {
        let body = json!({"opening": som(100), "branch": "BISH"});
        let admins = s.post(ADMIN, "/v1/cash-shifts", body).expect(201)["id"].as_str().unwrap().to_owned();
        let own = opened(s, 100);
        let foreign = s.unchanged_by(|| close(s, CASHIER, &admins, som(100)));
        foreign.expect_problem(403, "forbidden");
        assert_eq!(close(s, ADMIN, &own, som(100)).expect(200)["closed_by"], "admin");
    }

    fn a_count_that_is_none_is_refused(s: &Server) {
        for (opening, pointer) in [
            (json!({"amount": -1, "currency": "KGS"}), "/opening"),
            (json!({"amount": 100, "currency": "USD"}), "/opening"),
            (json!({"7": 1}), "/opening/7"),
            (json!({"1000": -1}), "/opening/1000"),
            (json!([{"denomination": 1000}]), "/opening/0"),
            (json!("1000"), "/opening"),
        ] {
            let answer = s.unchanged_by(|| open(s, CASHIER, opening.clone()));
            let problem = answer.expect_problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{opening}");
        }
        let elsewhere = s.unchanged_by(|| s.post(CASHIER, "/v1/cash-shifts", json!({"opening": som(0), "branch": "nowhere"})));
        assert_eq!(elsewhere.expect_problem(422, "validation_failed")["errors"][0]["pointer"], "/branch");
        s.get(AUDITOR, &format!("/v1/cash-shifts/{}", uuid::Uuid::now_v7())).expect_problem(404, "not_found");
    }

    fn closing_with_one_key_again_gives_the_same_answer(s: &Server) {
        let shift = opened(s, 100);
        let path = format!("/v1/cash-shifts/{shift}/close");
        let body = json!({"counted": som(100)}).to_string();
        let headers = [("content-type", "application/json"), ("idempotency-key", "evening")];
        let first = s.send("POST", CASHIER, &path, &headers, &body);
        let second = s.send("POST", CASHIER, &path, &headers, &body);
        assert_eq!((first.expect(200), second.header("idempotent-replayed")), (second.expect(200), Some("true")));
        s.send("POST", CASHIER, &path, &headers[..1], &body).expect_problem(400, "idempotency_key_missing");
    }

    fn a_report_is_a_page_and_paper_too(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let shift = opened(s, 100_000);
        pay(s, CASHIER, &code, "cash", 50_000).expect(201);
        let path = format!("/v1/cash-shifts/{shift}");
        let body = json!({"counted": {"1000": 1, "200": 2}, "explanation": "<b>wrong</b> change"});
        s.post(CASHIER, &format!("{path}/close"), body).expect(200);
        for (format, content_type, start) in [
            ("html", "text/html; charset=utf-8", "<!doctype html>"),
            ("svg", "image/svg+xml", "<svg"),
            ("json", "application/json", "{"),
        ] {
            let answer = s.get(AUDITOR, &format!("{path}?format={format}&lang=ru&width=58"));
            assert_eq!((answer.status, answer.header("content-type")), (200, Some(content_type)));
            assert!(answer.text.starts_with(start), "{}", answer.text);
        }
        let page = s.get(AUDITOR, &format!("{path}?format=html&lang=ru")).text;
        for words in ["Z-отчёт № 1", "1 500,00", "1 400,00", "-100,00", "1 000 × 1", "недостача 100 сом", "&#60;b&#62;wrong"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        for format in ["png", "pdf"] {
            let (status, _, bytes) = s.file(&format!("{path}?format={format}"), "*/*");
            let start: &[u8] = if format == "png" { b"\x89PNG" } else { b"%PDF" };
            assert!(status == 200 && bytes.starts_with(start));
        }
    }

    fn a_count_that_lacks_what_was_taken_before_it_says_so(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        pay(s, CASHIER, &code, "cash", 10_000).expect(201);
        opened(s, 3_000);
        let earlier = shifts(s, "?state=closed")[0].clone();
        assert_eq!((&earlier["expected"], &earlier["counted"], &earlier["difference"]), (&som(10_000), &som(3_000), &som(-7_000)));
        let balances = |account: &str| {
            s.app.write_now(&Actor::System, |tx| torugart::ledger::balance(tx, account)).unwrap()
        };
        assert_eq!((balances("cash:BISH"), balances("cash_difference:BISH")), (0, 7_000));
    }
}
