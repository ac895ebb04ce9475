//! What is owed changes after the quote: corrections, journals taken back, debts given up, credit, a second weighing.

use serde_json::{Value, json};

use crate::harness::server::*;

fn adjust(s: &Server, by: As, code: &str, what: &str, body: Value) -> Answer {
    s.post(by, &format!("/v1/orders/{code}/{what}"), body)
}

fn correction(account: &str, tyiyn: i64) -> Value {
    json!({"account": account, "amount": som(tyiyn), "reason": "as agreed"})
}

fn journals(s: &Server, code: &str) -> Vec<Value> {
    s.get(AUDITOR, &format!("/v1/orders/{code}/ledger")).expect(200)["journals"].as_array().unwrap().clone()
}

fn balance(s: &Server, code: &str) -> i64 {
    s.see(code)["balance"]["amount"].as_i64().unwrap()
}

fn pay(s: &Server, code: &str, tyiyn: i64) -> Value {
    let body = json!({"method": "cash", "amount": som(tyiyn)});
    s.post(CASHIER, &format!("/v1/orders/{code}/payments"), body).expect(201)
}

fn client_code(s: &Server, code: &str) -> String {
    s.see(code)["customer"]["client_code"].as_str().unwrap().to_owned()
}

fn credit(s: &Server, client: &str) -> Value {
    s.get(OPERATOR, &format!("/v1/customers/{client}")).expect(200)["credit"].clone()
}

fn weigh(s: &Server, parcel: &Value, weight_g: i64) -> Answer {
    let body = json!({"weight_g": weight_g, "reason": "without the pallet"});
    s.post(WAREHOUSE, &format!("/v1/parcels/{}/weigh", parcel["id"].as_str().unwrap()), body)
}

on_both! {
    fn a_correction_charges_or_lets_off_and_can_be_taken_back_once(s: &Server) {
        let code = s.order(Until::Paid).code;
        let duty = adjust(s, OPERATOR, &code, "corrections", correction("customs", 35_000)).expect(201);
        assert_eq!((&duty["balance"], &duty["order_status"]), (&som(35_000), &json!("paid")));
        let discount = adjust(s, OPERATOR, &code, "corrections", correction("service", -5_000)).expect(201);
        assert_eq!(discount["balance"], som(30_000));
        let path = format!("journals/{}/reverse", duty["journal_id"].as_str().unwrap());
        let back = adjust(s, OPERATOR, &code, &path, json!({"reason": "another order"})).expect(201);
        assert_eq!(back["balance"], som(-5_000));
        let last = journals(s, &code).pop().unwrap();
        assert_eq!((&last["kind"], &last["reverses"]), (&json!("reversal"), &duty["journal_id"]));
        let again = s.unchanged_by(|| adjust(s, OPERATOR, &code, &path, json!({"reason": "another order"})));
        again.expect_problem(409, "duplicate_value");
    }

    fn money_that_moved_is_not_taken_back_by_a_reversal(s: &Server) {
        let code = s.order(Until::Paid).code;
        let payment = journals(s, &code)[1]["id"].as_str().unwrap().to_owned();
        let path = format!("journals/{payment}/reverse");
        let refused = s.unchanged_by(|| adjust(s, OPERATOR, &code, &path, json!({"reason": "no"})));
        assert_eq!(refused.expect_problem(422, "validation_failed")["errors"][0]["pointer"], "/journal_id");
        let other = s.order(Until::Confirmed).code;
        let foreign = s.unchanged_by(|| adjust(s, OPERATOR, &other, &path, json!({"reason": "no"})));
        foreign.expect_problem(404, "not_found");
    }

    fn nothing_is_corrected_before_it_is_charged_or_after_it_is_cancelled(s: &Server) {
        let cancelled = s.order(Until::Quoted).code;
        adjust(s, OPERATOR, &cancelled, "cancel", json!({"reason": "no"})).expect(200);
        for code in [s.order(Until::Requested).code, s.order(Until::Quoted).code, cancelled] {
            let refused = s.unchanged_by(|| adjust(s, OPERATOR, &code, "corrections", correction("goods", 100)));
            refused.expect_problem(409, "wrong_status");
        }
        let code = s.order(Until::Confirmed).code;
        for (amount, pointer) in [
            (json!({"amount": 0, "currency": "KGS"}), "/amount/amount"),
            (json!({"amount": 1_000_000_001, "currency": "KGS"}), "/amount/amount"),
            (json!({"amount": -1_000_000_001, "currency": "KGS"}), "/amount/amount"),
            (json!({"amount": 100, "currency": "USD"}), "/amount/currency"),
            (json!({"amount": 0.5, "currency": "KGS"}), "/amount/amount"),
        ] {
            let body = json!({"account": "goods", "amount": amount, "reason": "x"});
            let refused = s.unchanged_by(|| adjust(s, OPERATOR, &code, "corrections", body));
            assert_eq!(refused.expect_problem(422, "validation_failed")["errors"][0]["pointer"], pointer, "{amount}");
        }
    }

    fn a_cancelled_order_owes_back_what_was_paid_whatever_was_corrected(s: &Server) {
        let code = s.order(Until::Arrived).code;
        adjust(s, OPERATOR, &code, "corrections", correction("storage", 70_000)).expect(201);
        let service = adjust(s, OPERATOR, &code, "corrections", correction("service", -900)).expect(201);
        let path = format!("journals/{}/reverse", service["journal_id"].as_str().unwrap());
        adjust(s, OPERATOR, &code, &path, json!({"reason": "no"})).expect(201);
        adjust(s, ADMIN, &code, "write-offs", json!({"amount": som(300), "reason": "kind"})).expect(201);
        adjust(s, ADMIN, &code, "cancel", json!({"reason": "burnt"})).expect(200);
        assert_eq!(balance(s, &code), -1_230_400);
    }

    fn a_debt_is_given_up_by_an_admin_and_never_more_than_it(s: &Server) {
        let code = s.order(Until::Arrived).code;
        let body = |tyiyn: i64| json!({"amount": som(tyiyn), "reason": "no such coin"});
        adjust(s, CASHIER, &code, "write-offs", body(40)).expect_problem(403, "forbidden");
        let above = s.unchanged_by(|| adjust(s, ADMIN, &code, "write-offs", body(112_801)));
        assert_eq!(above.expect_problem(422, "validation_failed")["balance"], som(112_800));
        adjust(s, ADMIN, &code, "write-offs", body(40)).expect(201);
        adjust(s, ADMIN, &code, "write-offs", body(112_760)).expect(201);
        let accounts: Vec<_> = journals(s, &code).iter().rev().take(2)
            .map(|journal| journal["postings"][0]["account"].as_str().unwrap().to_owned()).collect();
        assert_eq!(accounts, ["write_offs", "rounding"], "less than the rounding step is rounding");
        let none = s.unchanged_by(|| adjust(s, ADMIN, &code, "write-offs", body(1)));
        none.expect_problem(409, "nothing_due");
        s.post(CASHIER, &format!("/v1/orders/{code}/hand-over"), json!({})).expect(200);
    }

    fn an_overpayment_is_kept_and_pays_another_order_of_the_same_customer(s: &Server) {
        let (first, second) = (s.order(Until::Confirmed).code, s.order(Until::Confirmed).code);
        let client = client_code(s, &first);
        pay(s, &first, 1_300_000);
        let kept = adjust(s, CASHIER, &first, "credit/keep", json!({})).expect(201);
        assert_eq!((&kept["balance"], &kept["credit"]), (&som(0), &som(69_600)));
        let used = adjust(s, CASHIER, &second, "credit/use", json!({"amount": som(9_600)})).expect(201);
        assert_eq!((&used["balance"], &used["credit"]), (&som(1_220_800), &som(60_000)));
        pay(s, &second, 1_200_000);
        let used = adjust(s, CASHIER, &second, "credit/use", json!({})).expect(201);
        assert_eq!((&used["balance"], &used["credit"], &used["order_status"]), (&som(0), &som(39_200), &json!("paid")));
        assert_eq!(credit(s, &client), som(39_200));
        let nothing = s.unchanged_by(|| adjust(s, CASHIER, &second, "credit/use", json!({})));
        nothing.expect_problem(409, "nothing_due");
        // A cancelled order owes the credit back as well.
        adjust(s, OPERATOR, &second, "cancel", json!({"reason": "no"})).expect(200);
        assert_eq!(balance(s, &second), -1_230_400);
        let kept = adjust(s, CASHIER, &second, "credit/keep", json!({})).expect(201);
        assert_eq!(kept["credit"], som(39_200 + 1_230_400));
    }

    fn what_became_credit_is_not_refunded_too(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let payment = pay(s, &code, 1_300_000)["id"].clone();
        adjust(s, CASHIER, &code, "credit/keep", json!({"amount": som(60_000)})).expect(201);
        let body = json!({"payment_id": payment, "amount": som(1_240_001), "reason": "all"});
        let refused = s.unchanged_by(|| adjust(s, CASHIER, &code, "refunds", body));
        assert_eq!(refused.expect_problem(409, "refund_too_large")["refundable"], som(1_240_000));
        let too_much = s.unchanged_by(|| adjust(s, CASHIER, &code, "credit/keep", json!({"amount": som(9_601)})));
        assert_eq!(too_much.expect_problem(409, "credit_too_small")["credit"], som(9_600));
    }

    fn credit_goes_back_to_the_customer_once(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let client = client_code(s, &code);
        pay(s, &code, 1_300_000);
        adjust(s, CASHIER, &code, "credit/keep", json!({})).expect(201);
        let path = format!("/v1/customers/{}/credit/pay-out", client.to_lowercase());
        let body = json!({"method": "cash", "amount": som(40_000), "reason": "asked for it"});
        s.unchanged_by(|| s.post(CASHIER, &path, body.clone())).expect_problem(403, "forbidden");
        let statuses: Vec<u16> = std::thread::scope(|threads| {
            let calls: Vec<_> = (0..8).map(|_| threads.spawn(|| s.post(ADMIN, &path, body.clone()).status)).collect();
            calls.into_iter().map(|call| call.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
        assert_eq!(credit(s, &client), som(29_600));
        let shifts = s.get(CASHIER, "/v1/cash-shifts").expect(200);
        assert_eq!(shifts["items"][0]["cash_out"], som(40_000));
        s.get(CASHIER, "/v1/customers/KG-99999").expect_problem(404, "not_found");
        s.get(CASHIER, "/v1/customers/nonsense").expect_problem(404, "not_found");
    }

    fn a_parcel_weighed_again_is_charged_by_what_the_scale_says_now(s: &Server) {
        let example = s.order(Until::Arrived);
        let parcel = s.see(&example.code)["parcels"][0].clone();
        let weighed = weigh(s, &parcel, 4_000).expect(200);
        // 4 kg x 3.00 USD x 87.45 = 1 049.40 som
        assert_eq!((&weighed["weight_g"], &weighed["freight"]), (&json!(4_000), &som(104_900)));
        assert_eq!(balance(s, &example.code), 104_900);
        weigh(s, &parcel, 4_300).expect(200);
        assert_eq!(balance(s, &example.code), 112_800);
        let all = journals(s, &example.code);
        let kinds: Vec<_> = all.iter().skip(2).map(|journal| journal["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["freight", "reversal", "freight", "reversal", "freight"]);
        assert_eq!((&all[3]["reverses"], &all[5]["reverses"]), (&all[2]["id"], &all[4]["id"]));
        s.pay_balance(&example.code);
        s.post(CASHIER, &format!("/v1/orders/{}/hand-over", example.code), json!({})).expect(200);
        let late = s.unchanged_by(|| weigh(s, &parcel, 1));
        late.expect_problem(409, "wrong_status");
    }

    fn a_weighing_before_arrival_charges_nothing_yet(s: &Server) {
        let example = s.order(Until::Received);
        let parcel = s.see(&example.code)["parcels"][0].clone();
        weigh(s, &parcel, 5_000).expect(200);
        assert_eq!(balance(s, &example.code), 0);
        for (body, pointer) in [
            (json!({"weight_g": 0, "reason": "x"}), "/weight_g"),
            (json!({"weight_g": 1, "reason": " "}), "/reason"),
            (json!({"weight_g": 1, "length_mm": 5, "reason": "x"}), "/length_mm"),
            (json!({"weight_g": 1, "length_mm": 5, "width_mm": 5, "height_mm": 20_001, "reason": "x"}), "/height_mm"),
        ] {
            let path = format!("/v1/parcels/{}/weigh", parcel["id"].as_str().unwrap());
            let refused = s.unchanged_by(|| s.post(WAREHOUSE, &path, body.clone()));
            assert_eq!(refused.expect_problem(422, "validation_failed")["errors"][0]["pointer"], pointer, "{body}");
        }
    }

    fn a_parcel_of_a_cancelled_order_is_weighed_without_a_charge(s: &Server) {
        let example = s.order(Until::Arrived);
        let parcel = s.see(&example.code)["parcels"][0].clone();
        adjust(s, ADMIN, &example.code, "cancel", json!({"reason": "burnt"})).expect(200);
        weigh(s, &parcel, 9_000).expect(200);
        assert_eq!(balance(s, &example.code), -1_230_400);
    }

    fn freight_of_a_parcel_that_is_lost_after_its_arrival_is_taken_back(s: &Server) {
        let example = s.order(Until::Arrived);
        let parcel = s.see(&example.code)["parcels"][0].clone();
        let body = json!({"status": "lost", "reason": "not on its shelf"});
        s.post(OPERATOR, &format!("/v1/parcels/{}/status", parcel["id"].as_str().unwrap()), body).expect(200);
        assert_eq!(balance(s, &example.code), 0);
    }

    fn an_order_says_how_freight_differs_from_the_estimate(s: &Server) {
        let before = s.order(Until::Departed).code;
        assert_eq!(s.see(&before)["freight"], Value::Null);
        let order = s.see(&s.order(Until::Arrived).code);
        let freight = &order["freight"];
        assert_eq!((&freight["estimated"], &freight["charged"]), (&som(110_200), &som(112_800)));
        assert_eq!((&freight["estimated_weight_g"], &freight["charged_weight_g"]), (&json!(4_200), &json!(4_300)));
        assert_eq!(freight["difference"], som(2_600));
        let text = freight["text"].as_str().unwrap();
        assert!(text.contains("4,3") && text.contains("1 128") && text.contains("26"), "{text}");
    }

    fn no_more_is_let_off_than_was_charged(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let above = s.unchanged_by(|| adjust(s, OPERATOR, &code, "corrections", correction("goods", -1_230_401)));
        assert_eq!(above.expect_problem(409, "more_than_charged")["charged"], som(1_230_400));
        adjust(s, OPERATOR, &code, "corrections", correction("goods", -1_230_000)).expect(201);
        let charge = journals(s, &code)[0]["id"].as_str().unwrap().to_owned();
        let path = format!("journals/{charge}/reverse");
        let charge = s.unchanged_by(|| adjust(s, OPERATOR, &code, &path, json!({"reason": "no"})));
        assert_eq!(charge.expect_problem(422, "validation_failed")["errors"][0]["pointer"], "/journal_id");
        let kept = s.unchanged_by(|| adjust(s, CASHIER, &code, "credit/keep", json!({"amount": som(1)})));
        kept.expect_problem(409, "credit_too_small");
    }

    fn what_was_let_off_need_not_be_paid_before_we_buy(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        pay(s, &code, 1_230_000);
        assert_eq!(s.see(&code)["status"], "confirmed");
        let written_off = adjust(s, ADMIN, &code, "write-offs", json!({"amount": som(400), "reason": "no such coins"}));
        assert_eq!(written_off.expect(201)["order_status"], "paid");
        let wholly = s.order(Until::Confirmed).code;
        let free = adjust(s, OPERATOR, &wholly, "corrections", correction("goods", -1_230_400)).expect(201);
        assert_eq!((&free["order_status"], &free["balance"]), (&json!("paid"), &som(0)));
    }

    fn keeping_an_overpayment_leaves_an_order_paid(s: &Server) {
        let code = s.order(Until::Paid).code;
        adjust(s, OPERATOR, &code, "corrections", correction("service", -5_000)).expect(201);
        let kept = adjust(s, CASHIER, &code, "credit/keep", json!({})).expect(201);
        assert_eq!((&kept["order_status"], &kept["balance"], &kept["credit"]), (&json!("paid"), &som(0), &som(5_000)));
        adjust(s, OPERATOR, &code, "purchase", json!({"marketplace": "1688", "tracking_numbers": []})).expect(200);
    }
}
