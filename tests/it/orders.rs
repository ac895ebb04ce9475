//! An order at the desk: its code, its confirmation, its cancellation, the lists it is found in.

use serde_json::{Value, json};

use crate::harness::server::*;
use crate::harness::state::escaped;

/// A code of the right form that no order has.
fn foreign_code() -> String {
    torugart::code::OrderCode::generate("TG").to_string()
}

/// The code with its last symbol replaced.
fn mistyped(code: &str) -> String {
    let other = if code.ends_with('7') { "8" } else { "7" };
    format!("{}{other}", &code[..code.len() - 1])
}

fn journals(s: &Server, code: &str) -> Vec<(String, i64)> {
    let ledger = s.get(AUDITOR, &format!("/v1/orders/{code}/ledger")).expect(200);
    let receivable = format!("receivable:{code}");
    let owed = |journal: &Value| {
        let legs = journal["postings"].as_array().unwrap();
        let legs = legs.iter().filter(|leg| leg["account"] == receivable.as_str());
        legs.map(|leg| leg["amount"]["amount"].as_i64().unwrap()).sum()
    };
    let journals = ledger["journals"].as_array().unwrap();
    journals.iter().map(|journal| (journal["kind"].as_str().unwrap().to_owned(), owed(journal))).collect()
}

fn codes(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|order| order["code"].as_str().unwrap().to_owned()).collect()
}

on_both! {
    fn a_request_gets_a_code_and_an_address(s: &Server) {
        let placed = s.post(ANYONE, "/v1/orders", request());
        let order = placed.expect(201);
        let code = order["code"].as_str().unwrap();
        assert_eq!(placed.header("location"), Some(format!("/v1/orders/{code}").as_str()));
        assert_eq!(order["status"], "requested");
        let seen = s.see(code);
        assert_eq!((&seen["kind"], &seen["status"], &seen["balance"]), (&json!("purchase"), &json!("requested"), &som(0)));
        assert_eq!(seen["customer"]["phone"], "+996700123456");
        assert_eq!(seen["customer"]["client_code"], "KG-10001");
        assert_eq!(seen["pickup_point"]["code"], "BISH");
    }

    fn a_forwarding_order_awaits_its_parcel(s: &Server) {
        let mut body = request();
        body["kind"] = json!("forwarding");
        body["items"] = json!([]);
        body["tracking_numbers"] = json!(["YT8812345678901"]);
        let code = s.post(ANYONE, "/v1/orders", body.clone()).expect(201)["code"].clone();
        let order = s.see(code.as_str().unwrap());
        assert_eq!(order["status"], "awaiting_parcel");
        assert_eq!(order["parcels"][0]["status"], "expected");
        let taken = s.unchanged_by(|| s.post(OPERATOR, "/v1/orders", body.clone()));
        taken.expect_problem(409, "duplicate_value");
        let quoted = s.unchanged_by(|| s.post(OPERATOR, &format!("/v1/orders/{}/quote", code.as_str().unwrap()), offer()));
        quoted.expect_problem(409, "wrong_status");
    }

    fn a_code_is_read_as_people_type_it(s: &Server) {
        let code = s.order(Until::Requested).code;
        let russian: String = code
            .chars()
            .map(|symbol| "АВСЕНКМРТХ".chars().nth("ABCEHKMPTX".find(symbol).unwrap_or(99)).unwrap_or(symbol))
            .collect();
        for typed in [code.to_lowercase(), code.replace('-', " "), code.replace('0', "o").replace('1', "l"), russian] {
            let order = s.get(OPERATOR, &format!("/v1/orders/{}", escaped(&typed))).expect(200);
            assert_eq!(order["code"], code.as_str(), "typed as {typed}");
        }
    }

    fn an_unknown_code_is_not_found_and_a_mistyped_one_is_said_to_be(s: &Server) {
        let code = s.order(Until::Quoted).code;
        for (code, status, slug) in [(foreign_code(), 404, "not_found"), (mistyped(&code), 400, "mistyped_code")] {
            for (by, call, body) in [
                (OPERATOR, "quote", offer()),
                (OPERATOR, "confirm", json!({})),
                (CASHIER, "payments", json!({"method": "cash", "amount": som(100)})),
                (OPERATOR, "cancel", json!({"reason": "no"})),
                (CASHIER, "hand-over", json!({})),
            ] {
                let answer = s.unchanged_by(|| s.post(by, &format!("/v1/orders/{code}/{call}"), body));
                answer.expect_problem(status, slug);
            }
            for path in [format!("/v1/orders/{code}"), format!("/v1/orders/{code}/ledger"), format!("/v1/track/{code}")] {
                s.get(AUDITOR, &path).expect_problem(status, slug);
            }
        }
    }

    fn an_order_is_confirmed_once(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let again = s.unchanged_by(|| s.post(OPERATOR, &format!("/v1/orders/{code}/confirm"), json!({})));
        let problem = again.expect_problem(409, "wrong_status");
        assert_eq!(problem["current"], "confirmed");
        assert_eq!(problem["legal"], json!(["paid", "cancelled"]));
        assert_eq!(journals(s, &code), [("charge".to_owned(), 1_230_400)]);
    }

    fn eight_confirms_at_once_charge_once(s: &Server) {
        let code = s.order(Until::Quoted).code;
        let path = format!("/v1/orders/{code}/confirm");
        let statuses: Vec<u16> = std::thread::scope(|threads| {
            let calls: Vec<_> = (0..8).map(|_| threads.spawn(|| s.post(OPERATOR, &path, json!({})).status)).collect();
            calls.into_iter().map(|call| call.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 7, "{statuses:?}");
        assert_eq!(journals(s, &code).len(), 1);
    }

    fn a_customer_confirms_with_the_end_of_their_phone_number(s: &Server) {
        let code = s.order(Until::Quoted).code;
        let path = format!("/v1/orders/{code}/confirm");
        let silent = s.unchanged_by(|| s.post(ANYONE, &path, json!({})));
        assert_eq!(silent.expect_problem(422, "validation_failed")["errors"][0]["pointer"], "/phone_last4");
        for wrong in ["3457", "", "456", "+996700123456"] {
            let answer = s.unchanged_by_but(&["phone_guesses"], || s.post(ANYONE, &path, json!({"phone_last4": wrong})));
            let unknown = s.post(ANYONE, &format!("/v1/orders/{}/confirm", foreign_code()), json!({"phone_last4": wrong}));
            let (mine, other) = (answer.expect_problem(404, "not_found"), unknown.expect_problem(404, "not_found"));
            assert_eq!(mine["detail"], other["detail"], "the answer tells whether the code exists");
        }
        let order = s.post(ANYONE, &path, json!({"phone_last4": "3456"})).expect(200);
        assert_eq!(order["status"], "confirmed");
        assert_eq!(order["balance"], som(1_230_400));
    }

    fn an_operator_cancels_before_the_purchase_and_what_was_paid_is_owed_back(s: &Server) {
        let code = s.order(Until::Paid).code;
        let order = s.post(OPERATOR, &format!("/v1/orders/{code}/cancel"), json!({"reason": "sold out"})).expect(200);
        assert_eq!((&order["status"], &order["balance"]), (&json!("cancelled"), &som(-1_230_400)));
        let expected = [("charge", 1_230_400), ("payment", -1_230_400), ("cancellation", -1_230_400)];
        assert_eq!(journals(s, &code), expected.map(|(kind, owed)| (kind.to_owned(), owed)));
        let payment = &order["payments"][0]["id"];
        let refund = json!({"payment_id": payment, "amount": som(1_230_400), "reason": "cancelled"});
        let refunded = s.post(CASHIER, &format!("/v1/orders/{code}/refunds"), refund).expect(201);
        assert_eq!(refunded["balance"], som(0));
        let again = s.unchanged_by(|| s.post(OPERATOR, &format!("/v1/orders/{code}/cancel"), json!({"reason": "again"})));
        assert_eq!(again.expect_problem(409, "wrong_status")["legal"], json!([]));
    }

    fn after_the_purchase_only_an_admin_cancels(s: &Server) {
        for until in [Until::Purchased, Until::Departed, Until::Arrived] {
            let code = s.order(until).code;
            let path = format!("/v1/orders/{code}/cancel");
            let operator = s.unchanged_by(|| s.post(OPERATOR, &path, json!({"reason": "changed their mind"})));
            operator.expect_problem(403, "forbidden");
            let silent = s.unchanged_by(|| s.post(ADMIN, &path, json!({"reason": "  "})));
            assert_eq!(silent.expect_problem(422, "validation_failed")["errors"][0]["pointer"], "/reason");
            let order = s.post(ADMIN, &path, json!({"reason": "the truck burnt"})).expect(200);
            assert_eq!((&order["status"], &order["balance"]), (&json!("cancelled"), &som(-1_230_400)), "{until:?}");
        }
        let code = s.order(Until::PickedUp).code;
        let late = s.unchanged_by(|| s.post(ADMIN, &format!("/v1/orders/{code}/cancel"), json!({"reason": "late"})));
        late.expect_problem(409, "wrong_status");
    }

    fn what_is_bought_is_paid_for_and_bought_once(s: &Server) {
        let body = json!({"marketplace": "1688", "tracking_numbers": ["YT8812345678901"]});
        let unpaid = s.order(Until::Confirmed).code;
        let early = s.unchanged_by(|| s.post(OPERATOR, &format!("/v1/orders/{unpaid}/purchase"), body.clone()));
        early.expect_problem(409, "wrong_status");
        let bought = s.order(Until::Purchased).code;
        let twice = s.unchanged_by(|| s.post(OPERATOR, &format!("/v1/orders/{bought}/purchase"), body));
        assert_eq!(twice.expect_problem(409, "wrong_status")["current"], "purchased");
    }

    fn a_list_is_walked_page_by_page_without_a_gap_or_a_repetition(s: &Server) {
        let mut placed: Vec<_> = (0..5).map(|_| s.order(Until::Requested).code).collect();
        placed.reverse();
        let (mut seen, mut path) = (Vec::new(), "/v1/orders?limit=2".to_owned());
        loop {
            let page = s.get(AUDITOR, &path).expect(200);
            seen.extend(codes(&page));
            // An order placed while somebody turns pages does not move what they have not read yet.
            s.order(Until::Requested);
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/v1/orders?limit=2&cursor={cursor}");
        }
        assert_eq!(seen, placed);
    }

    fn a_list_is_filtered(s: &Server) {
        let mut other = request();
        other["customer"] = json!({"name": "Бакыт Осмонов", "phone": "+996 555 111 222"});
        other["items"] = json!([{"description": "Самокат 50%_", "quantity": 1}]);
        let plain = s.order(Until::Quoted).code;
        let scooter = s.order_of(other, Until::Requested).code;
        let later = escaped("2026-05-26T00:00:00Z");
        for (query, expected) in [
            ("status=quoted".to_owned(), vec![&plain]),
            (format!("q={}", escaped("бакыт")), vec![&scooter]),
            (format!("q={}", escaped("САМОКАТ")), vec![&scooter]),
            (format!("q={}", escaped("50%_")), vec![&scooter]),
            (format!("q={}", escaped("%")), vec![&scooter]),
            (format!("q={}", plain.to_lowercase()), vec![&plain]),
            (format!("phone={}", escaped("0555 111-222")), vec![&scooter]),
            ("branch=bish".to_owned(), vec![&scooter, &plain]),
            ("branch=GZ".to_owned(), vec![]),
            (format!("from={later}"), vec![]),
            (format!("to={later}"), vec![&scooter, &plain]),
        ] {
            let page = s.get(AUDITOR, &format!("/v1/orders?{query}")).expect(200);
            assert_eq!(codes(&page).iter().collect::<Vec<_>>(), expected, "{query}");
        }
    }

    fn any_part_of_a_text_is_found_newest_first_page_by_page(s: &Server) {
        let named = |name: &str, phone: &str| {
            let mut body = request();
            body["customer"] = json!({"name": name, "phone": phone});
            s.order_of(body, Until::Requested).code
        };
        let numbers: Vec<_> = (0..7).map(|number| format!("+99655511122{number}")).collect();
        let mut placed: Vec<_> = numbers.iter().map(|phone| named("Айсулуу Осмон кызы", phone)).collect();
        let other = named("Осмон Айсулуу кызы", "+996777000111");
        placed.reverse();
        for (part, found) in [
            ("лоо", vec![]),
            ("СУЛУУ ОСМ", placed.clone()),
            ("5511122", placed.clone()),
            ("111226", vec![placed[0].clone()]),
            ("он айс", vec![other.clone()]),
            ("\"осм\" OR айс", vec![]),
            (&other.to_lowercase()[4..], vec![other.clone()]),
        ] {
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = s.get(AUDITOR, &format!("/v1/orders?limit=3&q={}{cursor}", escaped(part))).expect(200);
                seen.extend(codes(&page));
                let Some(next) = page["next_cursor"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(seen, found, "{part}");
        }
        let narrowed = s.get(AUDITOR, &format!("/v1/orders?phone={}&q={}", escaped(&numbers[2]), escaped("осмон"))).expect(200);
        assert_eq!(codes(&narrowed), [placed[4].clone()]);
    }

    fn a_query_that_makes_no_sense_is_refused(s: &Server) {
        for (query, status, code) in [
            ("limit=0", 422, "validation_failed"),
            ("limit=201", 422, "validation_failed"),
            ("limit=-1", 422, "validation_failed"),
            ("limit=many", 400, "malformed_request"),
            ("limit=99999999999999999999", 400, "malformed_request"),
            ("cursor=2", 422, "validation_failed"),
            ("status=lost", 400, "malformed_request"),
            ("phone=abc", 422, "validation_failed"),
            ("branch=NOWHERE", 422, "validation_failed"),
            ("from=yesterday", 400, "malformed_request"),
        ] {
            s.get(AUDITOR, &format!("/v1/orders?{query}")).expect_problem(status, code);
        }
    }
}
