//! Several offers for one request: the customer takes one, and nothing of the others is lost.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::server::*;
use crate::harness::warehouse::words;

/// An offer of `quantity` vacuum cleaners beside earlier ones.
fn beside(title: &str, quantity: i64) -> Value {
    let mut body = offer();
    body["title"] = json!(title);
    body["alternative"] = json!(true);
    body["lines"][0]["quantity"] = json!(quantity);
    body
}

fn call(s: &Server, by: As, code: &str, call: &str, body: Value) -> Answer {
    s.post(by, &format!("/v1/orders/{code}/{call}"), body)
}

/// Makes an offer and gives its identifier.
fn made(s: &Server, code: &str, body: Value) -> String {
    call(s, OPERATOR, code, "quote", body).expect(200)["quotes"][0]["id"].as_str().unwrap().to_owned()
}

/// A request with two offers, the dearer one later.
fn two_offers(s: &Server) -> (String, String, String) {
    let code = s.order(Until::Requested).code;
    let one = made(s, &code, beside("one", 1));
    let two = made(s, &code, beside("two", 2));
    (code, one, two)
}

fn states(order: &Value) -> Vec<&str> {
    words(&order["quotes"], "state")
}

on_both! {
    fn offers_lie_beside_each_other_until_the_customer_takes_one(s: &Server) {
        let (code, one, two) = two_offers(s);
        let order = s.see(&code);
        assert_eq!((states(&order), words(&order["quotes"], "title")), (vec!["offered", "offered"], vec!["two", "one"]));
        assert_eq!(order["quote"]["id"], json!(two), "the latest is shown");
        let taken = call(s, ANYONE, &code, "confirm", json!({"phone_last4": "3456", "quote_id": one})).expect(200);
        assert_eq!((&taken["status"], &taken["quote"]["id"]), (&json!("confirmed"), &json!(one)));
        assert!(taken["quotes"][0]["created_by"].is_null(), "a login is nobody else's business");
        let order = s.see(&code);
        assert_eq!((states(&order), &order["quote"]["id"]), (vec!["declined", "accepted"], &json!(one)));
        assert_eq!(order["balance"], som(1_157_100 + 15_400 + 57_900), "what the taken offer says is charged");
    }

    fn which_offer_is_meant_must_be_said_when_several_are_open(s: &Server) {
        let (code, one, two) = two_offers(s);
        for (by, way, body) in [
            (OPERATOR, "confirm", json!({})),
            (OPERATOR, "decline", json!({})),
            (ANYONE, "confirm", json!({"phone_last4": "3456"})),
            (ANYONE, "decline", json!({"phone_last4": "3456", "reason": "hm"})),
            (OPERATOR, "confirm", json!({"quote_id": "019e5f0c-0000-7000-8000-000000000000"})),
        ] {
            let refused = s.unchanged_by(|| call(s, by, &code, way, body.clone()));
            let problem = refused.expect_problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["pointer"], "/quote_id", "{body}");
            assert_eq!(problem["quote_ids"], json!([two, one]));
            assert_eq!(words(&problem["offers"], "title"), ["two", "one"]);
        }
        let refused = s.unchanged_by(|| call(s, OPERATOR, &code, "confirm", json!({"quote_id": "first"})));
        assert_eq!(refused.expect_problem(422, "validation_failed")["errors"][0]["pointer"], "/quote_id");
        let stranger = s.unchanged_by_but(&["phone_guesses"], || call(s, ANYONE, &code, "confirm", json!({"phone_last4": "0000"})));
        assert!(!stranger.text.contains(&one), "a stranger is told no offers");
    }

    fn an_offer_of_another_order_is_none_of_this_one(s: &Server) {
        let (code, ..) = two_offers(s);
        let (_, strange, _) = two_offers(s);
        for way in ["confirm", "decline"] {
            let refused = s.unchanged_by(|| call(s, OPERATOR, &code, way, json!({"quote_id": strange})));
            assert_eq!(refused.expect_problem(422, "validation_failed")["errors"][0]["pointer"], "/quote_id");
        }
    }

    fn a_declined_offer_stays_in_the_history_and_the_last_one_reopens_the_request(s: &Server) {
        let (code, one, two) = two_offers(s);
        let order = call(s, OPERATOR, &code, "decline", json!({"quote_id": two, "reason": "too many"})).expect(200);
        assert_eq!((&order["status"], states(&order)), (&json!("quoted"), vec!["declined", "offered"]));
        assert_eq!(order["quote"]["id"], json!(one));
        let entry = order["timeline"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&entry["kind"], &entry["status"]), (&json!("quote_declined"), &json!("quoted")));
        assert_eq!(entry["data"], json!({"quote": two, "reason": "too many"}));
        // Only one is left, so nobody needs to say which.
        let answer = call(s, ANYONE, &code, "decline", json!({"phone_last4": "3456"})).expect(200);
        assert_eq!((&answer["status"], &answer["quote"]), (&json!("requested"), &Value::Null));
        let order = s.see(&code);
        assert_eq!((states(&order), &order["balance"]), (vec!["declined", "declined"], &som(0)));
        assert_eq!(words(&order["timeline"], "kind"), ["order_requested", "order_quoted", "order_quoted", "quote_declined", "quote_declined"]);
        let trail = s.get(AUDITOR, &format!("/v1/audit?object={code}")).expect(200);
        let said = words(&trail["items"], "action").into_iter().filter(|action| *action == "order.quote_declined").count();
        assert_eq!(said, 2);
        for way in ["confirm", "decline"] {
            s.unchanged_by(|| call(s, OPERATOR, &code, way, json!({}))).expect_problem(409, "wrong_status");
        }
        made(s, &code, offer());
        assert_eq!(call(s, OPERATOR, &code, "confirm", json!({})).expect(200)["status"], "confirmed");
    }

    fn a_declined_offer_is_not_taken_back(s: &Server) {
        let (code, one, two) = two_offers(s);
        call(s, OPERATOR, &code, "decline", json!({"quote_id": one})).expect(200);
        for way in ["confirm", "decline"] {
            let refused = s.unchanged_by(|| call(s, OPERATOR, &code, way, json!({"quote_id": one})));
            assert_eq!(refused.expect_problem(422, "validation_failed")["quote_ids"], json!([two]), "{way}");
        }
    }

    fn an_offer_without_alternative_takes_the_place_of_all(s: &Server) {
        let (code, ..) = two_offers(s);
        let order = call(s, OPERATOR, &code, "quote", offer()).expect(200);
        assert_eq!(states(&order), ["offered", "replaced", "replaced"]);
        call(s, OPERATOR, &code, "confirm", json!({})).expect(200);
    }

    fn an_offer_that_has_ended_leaves_the_others(s: &Server) {
        let code = s.order(Until::Requested).code;
        let mut short = beside("short", 1);
        short["valid_until"] = json!(s.now() + TimeDelta::hours(1));
        let long = made(s, &code, beside("long", 2));
        let short = made(s, &code, short);
        s.advance(TimeDelta::hours(1));
        assert_eq!(s.see(&code)["quote"]["id"], json!(long), "what can still be taken is shown");
        call(s, OPERATOR, &code, "confirm", json!({"quote_id": short})).expect_problem(409, "quote_expired");
        let order = s.see(&code);
        assert_eq!((&order["status"], states(&order)), (&json!("quoted"), vec!["expired", "offered"]));
        assert_eq!(order["timeline"].as_array().unwrap().last().unwrap()["kind"], "quote_expired");
        s.unchanged_by(|| call(s, OPERATOR, &code, "decline", json!({"quote_id": short}))).expect_problem(409, "quote_expired");
        let confirmed = call(s, OPERATOR, &code, "confirm", json!({})).expect(200);
        assert_eq!((&confirmed["quote"]["id"], states(&confirmed)), (&json!(long), vec!["expired", "accepted"]));
    }

    fn when_all_offers_have_ended_the_order_is_a_request_again(s: &Server) {
        let (code, one, _) = two_offers(s);
        s.advance(TimeDelta::hours(48));
        call(s, ANYONE, &code, "decline", json!({"phone_last4": "3456", "quote_id": one})).expect_problem(409, "quote_expired");
        let order = s.see(&code);
        assert_eq!((&order["status"], states(&order)), (&json!("requested"), vec!["expired", "expired"]));
        let told: Vec<_> = order["timeline"].as_array().unwrap().iter().skip(3).map(|entry| (&entry["kind"], &entry["status"])).collect();
        assert_eq!(told, [(&json!("quote_expired"), &json!("quoted")), (&json!("quote_expired"), &json!("requested"))]);
    }

    fn nobody_can_choose_among_eleven(s: &Server) {
        let code = s.order(Until::Requested).code;
        for index in 0..10 {
            made(s, &code, beside(&index.to_string(), 1));
        }
        let refused = s.unchanged_by(|| call(s, OPERATOR, &code, "quote", beside("eleven", 1)));
        assert_eq!(refused.expect_problem(422, "validation_failed")["errors"][0]["pointer"], "/alternative");
    }

    fn only_the_customer_and_the_desk_decline(s: &Server) {
        let code = s.order(Until::Quoted).code;
        let decline = |by, body| call(s, by, &code, "decline", body);
        s.unchanged_by(|| decline(AUDITOR, json!({}))).expect_problem(403, "forbidden");
        s.unchanged_by_but(&["phone_guesses"], || decline(ANYONE, json!({"phone_last4": "9999"}))).expect_problem(404, "not_found");
        let refused = s.unchanged_by(|| decline(ANYONE, json!({})));
        assert_eq!(refused.expect_problem(422, "validation_failed")["errors"][0]["pointer"], "/phone_last4");
        let confirmed = s.order(Until::Confirmed).code;
        let late = s.unchanged_by(|| call(s, OPERATOR, &confirmed, "decline", json!({})));
        assert_eq!(late.expect_problem(409, "wrong_status")["current"], "confirmed");
    }

    fn the_database_knows_one_accepted_quote(s: &Server) {
        let (code, ..) = two_offers(s);
        call(s, OPERATOR, &code, "confirm", json!({"quote_id": s.see(&code)["quote"]["id"]})).expect(200);
        s.refused_by_database(&["UPDATE quotes SET state = 'accepted'"]);
        s.refused_by_database(&["UPDATE quotes SET state = 'perhaps'"]);
    }

    fn a_repeated_answer_is_repeated_although_the_other_offer_has_ended(s: &Server) {
        let (code, one, _) = two_offers(s);
        let path = format!("/v1/orders/{code}/decline");
        let body = json!({"phone_last4": "3456", "quote_id": one});
        let first = s.post_keyed(ANYONE, &path, "k1", body.clone());
        first.expect(200);
        s.advance(TimeDelta::hours(48));
        let again = s.post_keyed(ANYONE, &path, "k1", body);
        assert_eq!((again.status, &again.text), (200, &first.text));
    }
}
