//! "I paid by transfer": who may say so, what a cashier sees of it, and what becomes of it.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::pictures::*;
use crate::harness::server::*;
use crate::harness::state::escaped;

/// What an order of [`offer`] costs.
const DUE: i64 = 1_230_400;

fn path(code: &str) -> String {
    format!("/v1/orders/{code}/transfer-claims")
}

fn claim_of(tyiyn: i64) -> Value {
    json!({"amount": som(tyiyn), "bank": "MBank", "paid_at": "2026-05-25T08:30:00Z"})
}

/// A claim with these members changed or added.
fn claim_with(tyiyn: i64, members: Value) -> Value {
    let mut body = claim_of(tyiyn);
    for (name, value) in members.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn make(s: &Server, code: &str, body: Value) -> Value {
    s.post(OPERATOR, &path(code), body).expect(201)
}

fn id(claim: &Value) -> &str {
    claim["id"].as_str().unwrap()
}

fn show(s: &Server, claim: &Value, file: &[u8]) -> Value {
    let photo = format!("{}/{}/photo", path(claim["order_code"].as_str().unwrap()), id(claim));
    s.upload("PUT", OPERATOR, &photo, "image/jpeg", file).expect(200)
}

fn approve(s: &Server, claim: &Value, body: Value) -> Answer {
    s.post(CASHIER, &format!("/v1/transfer-claims/{}/approve", id(claim)), body)
}

fn reject(s: &Server, claim: &Value, reason: &str) -> Answer {
    s.post(CASHIER, &format!("/v1/transfer-claims/{}/reject", id(claim)), json!({"reason": reason}))
}

fn queue(s: &Server, query: &str) -> Vec<Value> {
    s.get(OPERATOR, &format!("/v1/transfer-claims{query}")).expect(200)["items"].as_array().unwrap().clone()
}

/// The flags of a claim as it waits: what, and with which other claim.
fn flags(s: &Server, claim: &Value) -> Vec<(String, Value)> {
    let waiting = queue(s, "?limit=200").into_iter().find(|known| known["id"] == claim["id"]).expect("it waits");
    let flags = waiting["flags"].as_array().unwrap().iter();
    flags.map(|flag| (flag["kind"].as_str().unwrap().to_owned(), flag["claim_id"].clone())).collect()
}

fn confirmed(s: &Server) -> String {
    s.order(Until::Confirmed).code
}

on_both! {
    fn a_customer_claims_shows_the_receipt_and_the_order_is_paid(s: &Server) {
        let code = confirmed(s);
        let said = json!({"phone_last4": "3456", "payer": "Айгуль С.", "reference": "P2P 4711 0922"});
        let claim = s.post(ANYONE, &path(&code), claim_with(DUE, said)).expect(201);
        let expected = json!({
            "id": claim["id"], "order_code": code, "amount": som(DUE), "bank": "MBank", "paid_at": "2026-05-25T08:30:00Z",
            "payer": "Айгуль С.", "reference": "P2P 4711 0922", "state": "waiting", "photo": null,
            "created_at": "2026-05-25T09:00:00Z", "decided_at": null, "reason": null, "approved": null,
            "payment_id": null, "flags": [], "balance": null, "by": null, "decided_by": null, "override_reason": null,
        });
        assert_eq!(claim, expected);
        let photo = format!("{}/{}/photo?phone_last4=3456", path(&code), id(&claim));
        let shown = s.upload("PUT", ANYONE, &photo, "image/jpeg", &receipt(1)).expect(200);
        let waiting = queue(s, "");
        assert_eq!(waiting.len(), 1);
        assert_eq!((&waiting[0]["photo"], &waiting[0]["balance"]), (&shown["photo"], &som(DUE)));
        assert_eq!((&waiting[0]["flags"], &waiting[0]["by"]), (&json!([]), &json!("customer")));
        assert_eq!(s.see(&code)["status"], "confirmed", "a claim pays nothing");
        let approved = approve(s, &claim, json!({"note": "seen on the statement"})).expect(200);
        assert_eq!((&approved["state"], &approved["approved"], &approved["balance"]), (&json!("approved"), &som(DUE), &som(0)));
        assert_eq!(approved["decided_by"], "cashier");
        let order = s.see(&code);
        let payment = &order["payments"][0];
        assert_eq!((&payment["id"], &payment["amount"]), (&approved["payment_id"], &som(DUE)));
        assert_eq!((&payment["method"], &payment["reference"]), (&json!("bank_transfer"), &json!("P2P 4711 0922")));
        assert_eq!((&payment["note"], &order["status"]), (&json!("seen on the statement"), &json!("paid")));
        assert_eq!(queue(s, ""), Vec::<Value>::new());
        assert_eq!(queue(s, "?state=approved")[0]["id"], claim["id"]);
        let kinds: Vec<_> = order["timeline"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds[3..], ["transfer_claimed", "payment_received", "order_paid"]);
    }

    fn a_customer_proves_themselves_as_they_do_to_confirm(s: &Server) {
        let code = confirmed(s);
        let claim = make(s, &code, claim_of(DUE));
        let photo = |tail: &str| format!("{}/{}/photo{tail}", path(&code), id(&claim));
        let unproven = s.unchanged_by(|| s.post(ANYONE, &path(&code), claim_of(DUE)));
        assert_eq!(unproven.expect_problem(422, "validation_failed")["errors"][0]["pointer"], "/phone_last4");
        for path in [path(&code), photo("")] {
            let method = if path.ends_with("photo") { "PUT" } else { "GET" };
            let answer = s.unchanged_by(|| s.upload(method, ANYONE, &path, "image/jpeg", &receipt(1)));
            assert_eq!(answer.expect_problem(422, "validation_failed")["errors"][0]["pointer"], "?phone_last4");
        }
        let unknown = torugart::code::OrderCode::generate("TG").to_string();
        let detail = |answer: Answer| answer.expect_problem(404, "not_found")["detail"].clone();
        let guessed = &["phone_guesses"];
        let confirm = s.post(ANYONE, &format!("/v1/orders/{code}/confirm"), json!({"phone_last4": "9999"}));
        let expected = detail(confirm);
        for tail in ["9999", "", "6", "+996700123456", "١٢٣٤"] {
            let body = claim_with(DUE, json!({"phone_last4": tail}));
            assert_eq!(detail(s.unchanged_by_but(guessed, || s.post(ANYONE, &path(&code), body.clone()))), expected, "{tail}");
            let query = format!("?phone_last4={}", escaped(tail));
            assert_eq!(detail(s.get(ANYONE, &format!("{}{query}", path(&code)))), expected, "{tail}");
            let put = s.unchanged_by_but(guessed, || s.upload("PUT", ANYONE, &photo(&query), "image/jpeg", &receipt(1)));
            assert_eq!(detail(put), expected, "{tail}");
        }
        let right = claim_with(DUE, json!({"phone_last4": "3456"}));
        assert_eq!(detail(s.post(ANYONE, &path(&unknown), right)), expected);
        let other = confirmed(s);
        let foreign = format!("{}/{}/photo?phone_last4=3456", path(&other), id(&claim));
        s.unchanged_by_but(guessed, || s.upload("PUT", ANYONE, &foreign, "image/jpeg", &receipt(1))).expect_problem(404, "not_found");
    }

    fn an_auditor_reads_claims_and_makes_none(s: &Server) {
        let code = confirmed(s);
        let claim = make(s, &code, claim_of(DUE));
        s.unchanged_by(|| s.post(AUDITOR, &path(&code), claim_of(DUE))).expect_problem(403, "forbidden");
        let photo = format!("{}/{}/photo", path(&code), id(&claim));
        let answer = s.unchanged_by(|| s.upload("PUT", AUDITOR, &photo, "image/jpeg", &receipt(1)));
        answer.expect_problem(403, "forbidden");
        assert_eq!(s.get(AUDITOR, &path(&code)).expect(200)["items"][0]["id"], claim["id"]);
    }

    fn a_rejection_tells_the_customer_why(s: &Server) {
        let code = confirmed(s);
        let claim = s.post(ANYONE, &path(&code), claim_with(DUE, json!({"phone_last4": "3456"}))).expect(201);
        let reason = "в выписке банка за двадцать пятое мая такого перевода нет, проверьте номер счёта";
        let rejected = reject(s, &claim, reason).expect(200);
        assert_eq!((&rejected["state"], &rejected["reason"]), (&json!("rejected"), &json!(reason)));
        let own = s.get(ANYONE, &format!("{}?phone_last4=3456", path(&code))).expect(200)["items"][0].clone();
        assert_eq!((&own["state"], &own["reason"]), (&json!("rejected"), &json!(reason)));
        assert_eq!((&own["decided_by"], &own["balance"], &own["flags"]), (&Value::Null, &Value::Null, &json!([])));
        let told = |channel: &str| s.told("transfer-rejected", channel);
        assert!(told("sms")[0].ends_with(": в выписке банка за двадцать пятое мая такого..."), "{}", told("sms")[0]);
        assert!(told("email")[0].contains(reason), "{}", told("email")[0]);
        assert_eq!((told("sms").len(), told("email").len()), (1, 1));
        assert_eq!(s.see(&code)["balance"], som(DUE));
        let track = s.get(ANYONE, &format!("/v1/track/{code}?lang=en")).expect(200);
        let texts: Vec<_> = track["timeline"].as_array().unwrap().iter().map(|event| event["text"].as_str().unwrap()).collect();
        assert_eq!(texts[3..], ["Transfer reported by the customer, we are checking", "Transfer not confirmed"]);
        assert!(!track.to_string().contains("выписке"), "the reason is between us and the customer");
    }

    fn a_decision_is_never_changed(s: &Server) {
        let code = confirmed(s);
        let approved = make(s, &code, claim_of(100_000));
        approve(s, &approved, json!({})).expect(200);
        let rejected = make(s, &code, claim_with(200_000, json!({"paid_at": "2026-05-24T08:30:00Z"})));
        reject(s, &rejected, "not there").expect(200);
        for (claim, state) in [(&approved, "approved"), (&rejected, "rejected")] {
            let photo = format!("{}/{}/photo", path(&code), id(claim));
            for answer in [
                s.unchanged_by(|| approve(s, claim, json!({"override_reason": "again"}))),
                s.unchanged_by(|| reject(s, claim, "changed my mind")),
                s.unchanged_by(|| s.upload("PUT", OPERATOR, &photo, "image/jpeg", &receipt(2))),
            ] {
                assert_eq!(answer.expect_problem(409, "wrong_status")["current"], state);
            }
            for statement in [
                "UPDATE transfer_claims SET state = 'waiting', decided_at = NULL",
                "UPDATE transfer_claims SET amount_tyiyn = 1",
                "DELETE FROM transfer_claims",
            ] {
                let one = format!("{statement} WHERE id = '{}'", id(claim));
                let why = s.refused_by_database(&[&one]);
                assert!(why.contains("a decided claim is never edited") || why.contains("a claim is never deleted"), "{why}");
            }
        }
        s.unchanged_by(|| reject(s, &json!({"id": uuid::Uuid::now_v7()}), "?")).expect_problem(404, "not_found");
        s.unchanged_by(|| approve(s, &json!({"id": uuid::Uuid::now_v7()}), json!({}))).expect_problem(404, "not_found");
    }

    fn sixteen_approvals_at_once_are_one_payment(s: &Server) {
        let code = confirmed(s);
        let claim = make(s, &code, claim_of(DUE));
        let answers: Vec<Answer> = std::thread::scope(|threads| {
            let calls: Vec<_> = (0..16).map(|_| threads.spawn(|| approve(s, &claim, json!({})))).collect();
            calls.into_iter().map(|call| call.join().unwrap()).collect()
        });
        let (served, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        assert_eq!(served.len(), 1, "{answers:?}");
        for answer in refused {
            assert_eq!(answer.expect_problem(409, "wrong_status")["current"], "approved");
        }
        let order = s.see(&code);
        assert_eq!((order["payments"].as_array().unwrap().len(), &order["balance"]), (1, &som(0)));
        assert_eq!(s.told("payment-received", "sms").len(), 1);
    }

    fn an_approval_and_a_rejection_at_once_are_one_decision(s: &Server) {
        let code = confirmed(s);
        let claim = make(s, &code, claim_of(DUE));
        let (yes, no) = std::thread::scope(|threads| {
            let yes = threads.spawn(|| approve(s, &claim, json!({})).status);
            let no = threads.spawn(|| reject(s, &claim, "not there").status);
            (yes.join().unwrap(), no.join().unwrap())
        });
        assert!([(200, 409), (409, 200)].contains(&(yes, no)), "{yes} {no}");
        assert_eq!(s.see(&code)["payments"].as_array().unwrap().len(), usize::from(yes == 200));
    }

    fn an_approval_repeated_with_its_key_is_answered_again(s: &Server) {
        let claim = make(s, &confirmed(s), claim_of(DUE));
        let path = format!("/v1/transfer-claims/{}/approve", id(&claim));
        let first = s.post_keyed(CASHIER, &path, "approve-1", json!({})).expect(200);
        let again = s.post_keyed(CASHIER, &path, "approve-1", json!({}));
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!(again.expect(200), first);
        let bare = s.send("POST", CASHIER, &path, &[("content-type", "application/json")], "{}");
        bare.expect_problem(400, "idempotency_key_missing");
    }

    fn the_bank_has_the_last_word_on_the_sum(s: &Server) {
        let code = confirmed(s);
        let claim = make(s, &code, claim_with(DUE, json!({"reference": "AB 1234"})));
        let approved = approve(s, &claim, json!({"amount": som(DUE - 5000), "reference": "AB 1235"})).expect(200);
        assert_eq!((&approved["amount"], &approved["approved"]), (&som(DUE), &som(DUE - 5000)));
        let order = s.see(&code);
        assert_eq!((&order["balance"], &order["payments"][0]["reference"]), (&som(5000), &json!("AB 1235")));
    }

    fn the_same_photo_is_recognised_on_another_order(s: &Server) {
        let (first, second) = (confirmed(s), confirmed(s));
        let old = show(s, &make(s, &first, claim_of(DUE)), &receipt(21));
        approve(s, &old, json!({})).expect(200);
        let at = |hour: u32| json!({"paid_at": format!("2026-05-25T0{hour}:00:00Z")});
        // The very file, for another sum at another time.
        let copied = show(s, &make(s, &second, claim_with(DUE - 100, at(3))), &receipt(21));
        assert_eq!(flags(s, &copied), [("same_photo".to_owned(), old["id"].clone())]);
        let listed = queue(s, "").pop().unwrap();
        assert_eq!(listed["flags"][0]["order_code"], json!(first));
        reject(s, &copied, "an old receipt").expect(200);
        // The same picture, forwarded: smaller, and squeezed.
        let forwarded = show(s, &make(s, &second, claim_with(DUE, at(4))), &jpeg(&drawn(21, 240, 480), 40));
        assert_eq!(flags(s, &forwarded), [("same_photo".to_owned(), old["id"].clone())]);
        reject(s, &forwarded, "an old receipt").expect(200);
        // Another receipt for the same sum.
        let other = show(s, &make(s, &second, claim_with(DUE, at(5))), &receipt(22));
        assert_eq!(flags(s, &other), []);
        reject(s, &other, "no").expect(200);
        // Receipts of one bank look alike: for another sum that says nothing.
        let alike = show(s, &make(s, &second, claim_with(DUE - 200, at(6))), &jpeg(&drawn(21, 240, 480), 40));
        assert_eq!(flags(s, &alike), []);
        // Approved for the sum of the old one it is looked at again.
        let refused = s.unchanged_by(|| approve(s, &alike, json!({"amount": som(DUE)})));
        assert_eq!(refused.expect_problem(409, "claim_flagged")["flags"][0]["kind"], "same_photo");
    }

    fn a_flagged_claim_is_approved_only_with_a_reason(s: &Server) {
        let (first, second) = (confirmed(s), confirmed(s));
        let old = make(s, &first, claim_with(100_000, json!({"reference": "P2P-4711/22"})));
        let later = json!({"reference": "p2p 4711 22", "paid_at": "2026-05-24T20:00:00Z"});
        let claim = make(s, &second, claim_with(200_000, later));
        let expected = ("same_reference".to_owned(), old["id"].clone());
        assert_eq!(claim["flags"][0]["kind"], "same_reference");
        assert_eq!(flags(s, &claim), [expected]);
        assert_eq!(flags(s, &old), [("same_reference".to_owned(), claim["id"].clone())]);
        for body in [json!({}), json!({"override_reason": "  "})] {
            let problem = s.unchanged_by(|| approve(s, &claim, body)).expect_problem(409, "claim_flagged");
            assert_eq!(problem["flags"], json!([{
                "kind": "same_reference", "claim_id": old["id"], "order_code": first, "payment_id": null,
            }]));
        }
        let approved = approve(s, &claim, json!({"override_reason": "one transfer for two orders"})).expect(200);
        assert_eq!(approved["override_reason"], "one transfer for two orders");
        let trail = s.get(AUDITOR, &format!("/v1/audit?object={second}")).expect(200);
        let line = trail["items"].as_array().unwrap().iter().find(|line| line["action"] == "claim.approved").unwrap();
        assert!(line["detail"].to_string().contains("one transfer for two orders"), "{line}");
        assert!(line["detail"].to_string().contains("same_reference"), "{line}");
    }

    fn one_sum_at_one_time_is_suspicious(s: &Server) {
        let first = make(s, &confirmed(s), claim_of(100_000));
        let at = |time: &str| json!({"paid_at": format!("2026-05-25T{time}Z")});
        let near = make(s, &confirmed(s), claim_with(100_000, at("08:40:00")));
        assert_eq!(flags(s, &near), [("same_amount_and_time".to_owned(), first["id"].clone())]);
        let far = make(s, &confirmed(s), claim_with(100_000, at("08:50:01")));
        assert_eq!(flags(s, &far), []);
        let other_sum = make(s, &confirmed(s), claim_with(100_001, at("08:30:00")));
        assert_eq!(flags(s, &other_sum), []);
    }

    fn what_is_not_owed_or_paid_already_is_suspicious(s: &Server) {
        let code = confirmed(s);
        let too_much = make(s, &code, claim_with(DUE + 1, json!({"paid_at": "2026-05-20T08:00:00Z"})));
        assert_eq!(flags(s, &too_much), [("more_than_due".to_owned(), Value::Null)]);
        reject(s, &too_much, "no").expect(200);
        let pay = |method: &str, tyiyn: i64, reference: Value| {
            let body = json!({"method": method, "amount": som(tyiyn), "reference": reference});
            s.post(CASHIER, &format!("/v1/orders/{code}/payments"), body).expect(201)
        };
        pay("cash", 100_000, Value::Null);
        let cash_is_no_transfer = make(s, &code, claim_of(100_000));
        assert_eq!(flags(s, &cash_is_no_transfer), []);
        reject(s, &cash_is_no_transfer, "no").expect(200);
        let payment = pay("e_wallet", 100_000, json!("NR 778899"));
        let paid = make(s, &code, claim_of(100_000));
        assert_eq!(flags(s, &paid), [("already_paid".to_owned(), Value::Null)]);
        assert_eq!(queue(s, "")[0]["flags"][0]["payment_id"], payment["id"]);
        let long_ago = make(s, &code, claim_with(100_000, json!({"paid_at": "2026-05-10T08:30:00Z"})));
        assert_eq!(flags(s, &long_ago), []);
        let named = make(s, &code, claim_with(50_000, json!({"paid_at": "2026-05-11T08:30:00Z", "reference": "nr778899"})));
        assert_eq!(flags(s, &named), [("already_paid".to_owned(), Value::Null)]);
    }

    fn five_claims_of_an_order_can_wait(s: &Server) {
        let code = confirmed(s);
        let claims: Vec<_> = (1..=5).map(|sum| make(s, &code, claim_of(sum * 1000))).collect();
        let body = claim_with(6000, json!({"phone_last4": "3456"}));
        s.unchanged_by(|| s.post(ANYONE, &path(&code), body.clone())).expect_problem(409, "too_many_claims");
        make(s, &confirmed(s), claim_of(6000));
        reject(s, &claims[2], "no").expect(200);
        s.post(ANYONE, &path(&code), body).expect(201);
    }

    fn the_queue_is_oldest_first_by_branch_and_by_page(s: &Server) {
        let mut body = request();
        body["pickup_point"] = json!("OSH");
        let opened = json!({"code": "OSH", "kind": "pickup_point", "name": "Ош", "city": "Ош", "address": "Ленина, 1",
            "phone": "+996 312 000 001", "hours": "10:00-19:00"});
        s.post(ADMIN, "/v1/branches", opened).expect(201);
        let codes = [confirmed(s), s.order_of(body, Until::Confirmed).code, confirmed(s)];
        let mut ids = Vec::new();
        for (index, code) in codes.iter().enumerate() {
            ids.push(make(s, code, claim_of(1000 + i64::try_from(index).unwrap()))["id"].clone());
            s.advance(TimeDelta::minutes(1));
        }
        let ids_of = |items: &[Value]| items.iter().map(|claim| claim["id"].clone()).collect::<Vec<_>>();
        assert_eq!(ids_of(&queue(s, "")), ids);
        assert_eq!(ids_of(&queue(s, "?branch=OSH")), ids[1..2]);
        assert_eq!(ids_of(&queue(s, "?branch=BISH")), [ids[0].clone(), ids[2].clone()]);
        let page = s.get(OPERATOR, "/v1/transfer-claims?limit=2").expect(200);
        assert_eq!(ids_of(page["items"].as_array().unwrap()), ids[..2]);
        let rest = s.get(OPERATOR, &format!("/v1/transfer-claims?limit=2&cursor={}", page["next_cursor"].as_str().unwrap()));
        let rest = rest.expect(200);
        assert_eq!((ids_of(rest["items"].as_array().unwrap()), &rest["next_cursor"]), (ids[2..].to_vec(), &Value::Null));
        for id in &ids {
            let path = format!("/v1/transfer-claims/{}/reject", id.as_str().unwrap());
            s.post(ADMIN, &path, json!({"reason": "no"})).expect(200);
        }
        let newest_first: Vec<_> = ids.iter().rev().cloned().collect();
        assert_eq!(ids_of(&queue(s, "?state=rejected")), newest_first);
        s.get(CASHIER, "/v1/transfer-claims?state=lost").expect_problem(400, "malformed_request");
        s.get(CASHIER, "/v1/transfer-claims?limit=201").expect_problem(422, "validation_failed");
        s.get(CASHIER, "/v1/transfer-claims?branch=NOWHERE").expect_problem(422, "validation_failed");
    }

    fn a_bad_claim_is_refused_by_its_field(s: &Server) {
        let code = confirmed(s);
        for (pointer, members) in [
            ("/amount", json!({"amount": som(0)})),
            ("/amount", json!({"amount": som(1_000_000_001)})),
            ("/amount", json!({"amount": {"amount": 100, "currency": "USD"}})),
            ("/amount/amount", json!({"amount": {"amount": 1.5, "currency": "KGS"}})),
            ("/bank", json!({"bank": "  "})),
            ("/bank", json!({"bank": "a\nb"})),
            ("/bank", json!({"bank": "b".repeat(61)})),
            ("/payer", json!({"payer": "p".repeat(101)})),
            ("/reference", json!({"reference": "a\u{7}"})),
            ("/paid_at", json!({"paid_at": "2026-05-25T09:10:01Z"})),
            ("/paid_at", json!({"paid_at": "yesterday"})),
            ("/state", json!({"state": "approved"})),
        ] {
            let answer = s.unchanged_by(|| s.post(OPERATOR, &path(&code), claim_with(1000, members.clone())));
            let problem = answer.expect_problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{members}: {problem}");
        }
        let claim = make(s, &code, claim_with(1000, json!({"paid_at": "2026-05-25T09:10:00Z"})));
        for (pointer, answer) in [
            ("/amount", s.unchanged_by(|| approve(s, &claim, json!({"amount": som(-1)})))),
            ("/reference", s.unchanged_by(|| approve(s, &claim, json!({"reference": "r".repeat(101)})))),
            ("/reason", s.unchanged_by(|| reject(s, &claim, ""))),
            ("/reason", s.unchanged_by(|| reject(s, &claim, "two\nlines"))),
        ] {
            assert_eq!(answer.expect_problem(422, "validation_failed")["errors"][0]["pointer"], pointer);
        }
    }

    fn nothing_is_claimed_where_nothing_can_be_owed(s: &Server) {
        for (code, status) in [(s.order(Until::Requested).code, "requested"), (s.order(Until::PickedUp).code, "picked_up")] {
            let answer = s.unchanged_by(|| s.post(OPERATOR, &path(&code), claim_of(1000)));
            assert_eq!(answer.expect_problem(409, "wrong_status")["current"], status);
        }
        // Money that came is recorded even if the order ended meanwhile: it is owed back.
        let code = confirmed(s);
        let claim = make(s, &code, claim_of(1000));
        s.post(OPERATOR, &format!("/v1/orders/{code}/cancel"), json!({"reason": "no"})).expect(200);
        approve(s, &claim, json!({"override_reason": "it is on the statement"})).expect(200);
        assert_eq!(s.see(&code)["balance"], som(-1000));
    }

    fn another_photo_takes_the_place_and_the_first_stays_on_file(s: &Server) {
        let claim = make(s, &confirmed(s), claim_of(1000));
        let first = show(s, &claim, &receipt(31))["photo"].as_str().unwrap().to_owned();
        let second = show(s, &claim, &receipt(32))["photo"].as_str().unwrap().to_owned();
        assert_ne!(first, second);
        assert_eq!(show(s, &claim, &receipt(32))["photo"], second, "the same file again is the same photo");
        for seed in 33..36 {
            show(s, &claim, &receipt(seed));
        }
        let photo = format!("{}/{}/photo", path(claim["order_code"].as_str().unwrap()), id(&claim));
        let sixth = s.unchanged_by(|| s.upload("PUT", OPERATOR, &photo, "image/jpeg", &receipt(36)));
        sixth.expect_problem(422, "photo_refused");
        assert_ne!(s.download(OPERATOR, &first).1, s.download(OPERATOR, &second).1);
        for statement in ["UPDATE photos SET bytes = 1", "DELETE FROM photos"] {
            let why = s.refused_by_database(&[statement]);
            assert!(why.contains("a photo is never edited"), "{why}");
        }
    }

    fn a_number_that_the_cashier_read_at_the_bank_is_not_used_twice(s: &Server) {
        let (first, second) = (confirmed(s), confirmed(s));
        let earlier = make(s, &first, claim_of(DUE));
        approve(s, &earlier, json!({"reference": "P2P 4711 0922"})).expect(200);
        let claim = make(s, &second, claim_with(1_000_000, json!({"paid_at": "2026-05-24T01:00:00Z"})));
        assert_eq!(flags(s, &claim), []);
        let refused = s.unchanged_by(|| approve(s, &claim, json!({"reference": "p2p-47110922"})));
        let flagged = refused.expect_problem(409, "claim_flagged");
        assert_eq!((&flagged["flags"][0]["kind"], &flagged["flags"][0]["claim_id"]), (&json!("same_reference"), &earlier["id"]));
    }
}
