//! What messages say and cost: previews, the firm's own texts, Latin letters.

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::harness::outbox::beside;
use crate::harness::server::*;

fn preview(s: &Server, code: &str, event: &str, channel: &str, language: &str) -> Value {
    let body = json!({"event": event, "channel": channel, "language": language, "order_code": code});
    s.post(OPERATOR, "/v1/notifications/preview", body).expect(200)
}

fn own(event: &str, channel: &str, subject: Option<&str>, text: Option<&str>) -> Value {
    let mut body = json!({"event": event, "channel": channel, "language": "ky"});
    if let Some(subject) = subject {
        body["subject"] = json!(subject);
    }
    body["text"] = json!(text);
    body
}

fn shown(s: &Server, event: &str, channel: &str) -> Value {
    let texts = s.get(CASHIER, "/v1/texts").expect(200);
    let is_it = |text: &&Value| {
        (&text["event"], &text["channel"], &text["language"]) == (&json!(event), &json!(channel), &json!("ky"))
    };
    texts["items"].as_array().unwrap().iter().find(is_it).unwrap().clone()
}

on_both! {
    fn a_preview_is_what_the_customer_reads(s: &Server) {
        let code = s.order(Until::Arrived).code;
        // What was said of a payment then is not what would be said now.
        for message in s.messages(&code).iter().filter(|message| message["event"] != "payment-received") {
            let word = |member: &str| message[member].as_str().unwrap();
            let seen = preview(s, &code, word("event"), word("channel"), "ky");
            assert_eq!((&seen["text"], &seen["subject"]), (&message["text"], &message["subject"]), "{message}");
            assert_eq!((&seen["parts"], &seen["cost"]), (&message["parts"], &message["cost"]));
        }
        let arrived = preview(s, &code, "order-arrived", "sms", "ky");
        assert_eq!((&arrived["encoding"], &arrived["parts"]), (&json!("ucs2"), &json!(2)), "{arrived}");
        assert_eq!(arrived["cost"], som(100));
        let paid = preview(s, &code, "payment-received", "sms", "en");
        assert_eq!((&paid["encoding"], &paid["parts"], &paid["cost"]), (&json!("gsm7"), &json!(1), &som(50)), "{paid}");
        let mail = preview(s, &code, "order-arrived", "email", "ru");
        assert_eq!((&mail["encoding"], &mail["parts"], &mail["cost"]), (&Value::Null, &json!(0), &som(0)));
        assert!(mail["subject"].as_str().unwrap().contains(&code), "{mail}");
    }

    fn a_preview_sends_nothing_and_is_not_for_everybody(s: &Server) {
        let code = s.order(Until::Requested).code;
        let body = |code: &str| json!({"event": "order-arrived", "channel": "sms", "language": "ky", "order_code": code});
        s.unchanged_by(|| s.post(OPERATOR, "/v1/notifications/preview", body(&code))).expect(200);
        s.post(AUDITOR, "/v1/notifications/preview", body(&code)).expect_problem(403, "forbidden");
        s.post(OPERATOR, "/v1/notifications/preview", body("TG-00000-00000-1")).expect_problem(400, "mistyped_code");
        let mut unknown = body(&code);
        unknown["event"] = json!("birthday");
        s.post(OPERATOR, "/v1/notifications/preview", unknown).expect_problem(422, "validation_failed");
    }

    fn an_own_text_speaks_in_place_of_the_built_in_one(s: &Server) {
        let text = "{ $code }: бааңыз { SOM($total) } сом";
        s.put(OPERATOR, "/v1/texts", own("quote-ready", "sms", None, Some(text))).expect_problem(403, "forbidden");
        let set = s.put(ADMIN, "/v1/texts", own("quote-ready", "sms", None, Some(text))).expect(200);
        assert_eq!((&set["is_own"], &set["parts"], &set["updated_by"]), (&json!(true), &json!(1), &json!("admin")), "{set}");
        let code = s.order(Until::Quoted).code;
        let said = s.messages(&code).remove(0);
        assert_eq!(said["text"], format!("{code}: бааңыз 13 406 сом"));
        assert_eq!(said["parts"], 1);
        assert_eq!(shown(s, "quote-ready", "sms"), set);
        let cleared = s.put(ADMIN, "/v1/texts", own("quote-ready", "sms", None, None)).expect(200);
        assert_eq!((&cleared["is_own"], &cleared["updated_by"]), (&json!(false), &Value::Null));
        let built_in = cleared["text"].as_str().unwrap();
        // What is shown can be taken over word for word.
        assert_eq!(s.put(ADMIN, "/v1/texts", own("quote-ready", "sms", None, Some(built_in))).expect(200)["text"], built_in);
    }

    fn an_own_text_that_cannot_be_or_costs_too_much_is_refused(s: &Server) {
        let long = "Урматтуу кардар, ".repeat(8);
        let hidden = "{ $total -> [0] жок *[other] { $secret } }";
        for (channel, subject, text, pointer, says) in [
            ("sms", None, "{ $codes", "/text", "cannot be read"),
            ("sms", None, "{ $phone }", "/text", "$phone is not known here; there is $address"),
            ("sms", None, hidden, "/text", "$secret"),
            ("sms", None, "{ date }", "/text", "date"),
            ("sms", None, long.as_str(), "/text", "needs 3 parts"),
            ("sms", Some("Тема"), "{ $codes }", "/subject", "no subject"),
            ("email", None, "{ $codes }", "/subject", "needs a subject"),
            ("email", Some("{ $phone }"), "{ $codes }", "/subject", "$phone"),
            ("email", Some("a\r\nBcc: x"), "{ $codes }", "/subject", "control"),
        ] {
            let refused = s.unchanged_by(|| s.put(ADMIN, "/v1/texts", own("order-arrived", channel, subject, Some(text))));
            let problem = refused.expect_problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
            assert!(problem["errors"][0]["detail"].as_str().unwrap().contains(says), "{problem}");
        }
        assert_eq!(shown(s, "order-arrived", "sms")["is_own"], false);
    }

    fn a_broken_own_text_falls_back_and_says_so(s: &Server) {
        let broken = "INSERT INTO message_texts (event, channel, language, body, updated_at, updated_by) \
                      VALUES ('quote-ready', 'sms', 'ky', '{ $nobody }', '2026-05-25 09:00:00', 'admin')";
        s.app.db.write(|conn| Ok(diesel::sql_query(broken).execute(conn)?)).unwrap();
        let code = s.order(Until::Quoted).code;
        assert!(s.messages(&code)[0]["text"].as_str().unwrap().contains("баасы"), "{:?}", s.messages(&code));
        let text = shown(s, "quote-ready", "sms");
        assert_eq!(text["is_own"], true);
        assert!(text["problem"].as_str().unwrap().contains("$nobody"), "{text}");
    }

    fn a_language_can_be_written_in_latin_letters(s: &Server) {
        let s = &beside(s, |config| config.business.messages.sms_latin = vec!["ky".to_owned()]);
        let code = s.order(Until::Arrived).code;
        let arrived = preview(s, &code, "order-arrived", "sms", "ky");
        assert_eq!((&arrived["encoding"], &arrived["parts"]), (&json!("gsm7"), &json!(1)), "{arrived}");
        assert!(arrived["text"].as_str().unwrap().contains("1 128 som"), "{arrived}");
        assert_eq!(preview(s, &code, "order-arrived", "sms", "ru")["encoding"], "ucs2");
        let mail = preview(s, &code, "order-arrived", "email", "ky");
        assert!(!mail["text"].as_str().unwrap().is_ascii(), "{mail}");
    }
}
