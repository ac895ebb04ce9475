//! Customers sign in with their phone and a one-time code, and nobody learns of it more than they must.

use chrono::TimeDelta;
use serde_json::json;

use crate::harness::outbox::*;
use crate::harness::server::*;

const PHONE: &str = "+996700123456";
const OTHER: &str = "+996555123456";

fn wrong(code: &str) -> String {
    if code == "000000" { "000001".to_owned() } else { "000000".to_owned() }
}

fn codes_sent(s: &Server) -> usize {
    s.told("one-time-code", "sms").len()
}

on_both! {
    fn a_code_signs_a_customer_in_once(s: &Server) {
        s.order(Until::Requested);
        assert_eq!(s.ask_code("0700 123 456").expect(202), json!({"expires_in": 600}));
        let code = s.code_for(PHONE).unwrap();
        let spaced = format!("{} {}", &code[..3], &code[3..]);
        let answer = s.verify("0700123456", &spaced).expect(200);
        assert_eq!((&answer["token_type"], &answer["expires_in"]), (&json!("Bearer"), &json!(2_592_000)));
        s.verify("0700123456", &code).expect_problem(401, "unauthenticated");
        let bearer = format!("Bearer {}", answer["access_token"].as_str().unwrap());
        let me = s.send("GET", ANYONE, "/v1/my", &[("authorization", &bearer)], "").expect(200);
        assert_eq!((&me["client_code"], &me["phone"]), (&json!("KG-10001"), &json!(PHONE)));
        let trail = s.get(AUDITOR, "/v1/audit?object=KG-10001").expect(200);
        assert_eq!(trail["items"][0]["action"], "customer.signed_in", "{trail}");
    }

    fn a_phone_that_was_never_seen_gets_a_client_code(s: &Server) {
        let me = s.client(OTHER).get("/v1/my").expect(200);
        assert_eq!((&me["client_code"], &me["name"], &me["credit"]), (&json!("KG-10001"), &json!(""), &som(0)));
    }

    fn nobody_learns_whether_a_phone_is_known(s: &Server) {
        s.order(Until::Requested);
        let phones = ["0700123456", "0555123456", "+79161234567", "0312123456", "+8613812345678"];
        let answers: Vec<_> = phones.iter().map(|phone| s.ask_code(phone)).collect();
        for answer in &answers {
            assert_eq!((answer.status, &answer.text), (202, &answers[0].text));
        }
        assert_eq!(codes_sent(s), 2, "only Kyrgyz mobiles are sent anything");
        let refusals = phones.map(|phone| {
            let mut refusal = s.verify(phone, "12345").expect_problem(401, "unauthenticated");
            refusal["request_id"] = json!(null);
            refusal
        });
        assert!(refusals.iter().all(|refusal| *refusal == refusals[0]), "{refusals:?}");
    }

    fn a_code_may_be_tried_five_times(s: &Server) {
        s.ask_code(PHONE).expect(202);
        let code = s.code_for(PHONE).unwrap();
        for _ in 0..5 {
            s.verify(PHONE, &wrong(&code)).expect_problem(401, "unauthenticated");
        }
        s.verify(PHONE, &code).expect_problem(401, "unauthenticated");
        s.advance(TimeDelta::seconds(61));
        s.client(PHONE);
    }

    fn a_code_lives_ten_minutes_and_a_new_one_takes_its_place(s: &Server) {
        s.ask_code(PHONE).expect(202);
        let first = s.code_for(PHONE).unwrap();
        s.advance(TimeDelta::seconds(59));
        s.ask_code(PHONE).expect(202);
        assert_eq!(codes_sent(s), 1, "who asks again at once is sent nothing more");
        s.advance(TimeDelta::seconds(1));
        s.ask_code(PHONE).expect(202);
        let second = s.code_for(PHONE).unwrap();
        assert_eq!(codes_sent(s), 2);
        if first != second {
            s.verify(PHONE, &first).expect_problem(401, "unauthenticated");
        }
        s.advance(TimeDelta::seconds(600));
        s.verify(PHONE, &second).expect_problem(401, "unauthenticated");
    }

    fn a_code_of_one_phone_is_worth_nothing_for_another(s: &Server) {
        s.ask_code(PHONE).expect(202);
        s.ask_code(OTHER).expect(202);
        let (mine, theirs) = (s.code_for(PHONE).unwrap(), s.code_for(OTHER).unwrap());
        if mine != theirs {
            s.verify(OTHER, &mine).expect_problem(401, "unauthenticated");
        }
        s.verify(OTHER, &theirs).expect(200);
    }

    fn messages_to_a_phone_are_few_and_the_answer_does_not_tell(s: &Server) {
        for _ in 0..40 {
            s.ask_code(PHONE).expect(202);
            s.advance(TimeDelta::minutes(5));
        }
        // 09:00 to 12:20 in UTC: three in each of four hours, ten in a day.
        assert_eq!(codes_sent(s), 10);
        s.ask_code(OTHER).expect(202);
        assert_eq!(codes_sent(s), 11, "others are not hurt");
    }

    fn messages_of_a_day_are_few_for_all_together(s: &Server) {
        let small = beside(s, |config| config.business.visitors.codes_per_day = 3);
        for phone in 0..6 {
            small.ask_code(&format!("070020000{phone}")).expect(202);
        }
        assert_eq!(codes_sent(s), 3);
        let figures = small.get(ANYONE, "/metrics").text;
        assert!(figures.contains("sign_in_codes_refused_total{cap=\"code_of_firm_in_day\"}"), "{figures}");
    }

    fn of_many_who_use_a_code_at_once_one_is_let_in(s: &Server) {
        s.ask_code(PHONE).expect(202);
        let code = s.code_for(PHONE).unwrap();
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..8).map(|_| scope.spawn(|| s.verify(PHONE, &code).status)).collect();
            tries.into_iter().map(|tried| tried.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [200, 401].contains(status)), "{statuses:?}");
    }

    fn a_sign_in_lasts_thirty_days_from_its_last_use(s: &Server) {
        let me = s.client(PHONE);
        for _ in 0..3 {
            s.advance(TimeDelta::days(29));
            me.get("/v1/my").expect(200);
        }
        s.advance(TimeDelta::days(30));
        me.get("/v1/my").expect_problem(401, "unauthenticated");
    }

    fn signing_out_ends_this_one_or_all(s: &Server) {
        let first = s.client(PHONE);
        s.advance(TimeDelta::minutes(2));
        let second = s.client(PHONE);
        s.advance(TimeDelta::minutes(2));
        let third = s.client(PHONE);
        assert_eq!(first.post("/v1/my/sign-out", json!({})).status, 204);
        first.get("/v1/my").expect_problem(401, "unauthenticated");
        second.get("/v1/my").expect(200);
        assert_eq!(second.post("/v1/my/sign-out", json!({"everywhere": true})).status, 204);
        third.get("/v1/my").expect_problem(401, "unauthenticated");
    }

    fn a_customer_is_no_staff_and_staff_is_no_customer(s: &Server) {
        let me = s.client(PHONE);
        for path in ["/v1/orders", "/v1/me", "/v1/notifications", "/v1/audit", "/v1/rates", "/v1/photos/0190b5a4-7b8e-7c3d-9a51-6f3f2f0e8d11"] {
            me.get(path).expect_problem(403, "forbidden");
        }
        for route in torugart::app::routes() {
            if !route.who.allows_customers() && route.path.starts_with("/v1/") {
                let path = route.path.replace(['{', '}'], "");
                let bearer = format!("Bearer {}", me.token);
                let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
                s.send(route.method.as_str(), ANYONE, &path, &headers, "{nonsense").expect_problem(403, "forbidden");
            }
        }
        s.get(ADMIN, "/v1/my").expect_problem(403, "forbidden");
        s.get(ANYONE, "/v1/my").expect_problem(401, "unauthenticated");
        let forged = [("authorization", "Bearer customer_0123456789abcdef")];
        s.send("GET", ANYONE, "/v1/my", &forged, "").expect_problem(401, "unauthenticated");
        // The cookie of a page is no token of the interface: no other site's form could use it there.
        s.send("GET", ANYONE, "/v1/my", &[("cookie", &me.cookie())], "").expect_problem(401, "unauthenticated");
    }

    fn codes_and_tokens_are_nowhere_to_be_read(s: &Server) {
        let me = s.client(PHONE);
        s.advance(TimeDelta::minutes(2));
        s.ask_code(PHONE).expect(202);
        let code = s.code_for(PHONE).unwrap();
        let list = s.get(ADMIN, "/v1/notifications").expect(200);
        let text = list["items"][0]["text"].as_str().unwrap();
        assert!(text.starts_with("******") && text.contains("Никому"), "{text}");
        assert!(!list.to_string().contains(&code), "{list}");
        assert_eq!(list["items"][0]["parts"], 1, "{list}");
        let table = s.get(ADMIN, "/v1/notifications?format=csv").text;
        let trail = s.get(AUDITOR, "/v1/audit").text;
        let figures = s.get(ANYONE, "/metrics").text;
        for (what, said) in [("csv", &table), ("audit", &trail), ("metrics", &figures)] {
            assert!(!said.contains(&code) && !said.contains(&me.token), "{what}");
        }
        let held = s.state().join("\n");
        assert!(!held.contains(&code) && !held.contains(&me.token[9..]), "what is kept is hashed or sealed");
    }

    fn a_session_that_is_over_is_forgotten(s: &Server) {
        let forget = || s.app.write_now(&torugart::ids::Actor::System, torugart::sign_in::forget_ended).unwrap();
        let (left, goes_on) = (s.client(PHONE), s.client(OTHER));
        s.advance(TimeDelta::days(29));
        goes_on.get("/v1/my").expect(200);
        s.advance(TimeDelta::days(2));
        assert_eq!((forget(), forget()), (1, 0));
        goes_on.get("/v1/my").expect(200);
        left.get("/v1/my").expect_problem(401, "unauthenticated");
    }
}

#[test]
fn a_code_goes_out_by_short_message_alone_and_is_forgotten_when_sent() {
    on_sqlite(|s| {
        // Somebody placed an order with this phone and an address of their own.
        s.order(Until::Requested);
        s.ask_code(PHONE).expect(202);
        assert_eq!((codes_sent(s), s.told("one-time-code", "email").len()), (1, 0));
        let code = s.code_for(PHONE).unwrap();
        let (gateway, mail) = (crate::harness::gateway::Gateway::start(), crate::harness::smtp::MailServer::start());
        let ways = ways_out(&gateway, &mail);
        turn(s, &ways);
        turn(s, &ways);
        let sent = gateway.received();
        assert!(sent.iter().any(|message| message.text.starts_with(&code)), "{sent:?}");
        assert_eq!(s.code_for(PHONE), None);
    });
}
