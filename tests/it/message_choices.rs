//! When, in which language and over which channels a customer is told.

use chrono::TimeDelta;
use serde_json::{Value, json};
use torugart::notifications::{Occasion, Worked, ask_reports, fall_back};

use crate::harness::gateway::Gateway;
use crate::harness::outbox::*;
use crate::harness::server::*;
use crate::harness::smtp::MailServer;
use crate::harness::warehouse::words;

/// Where the messages of an order are: the short one, then the mail.
fn states(s: &Server, code: &str) -> Value {
    json!(words(&json!(s.messages(code)), "state"))
}

on_both! {
    fn a_customer_chooses_language_and_channels(s: &Server) {
        let code = s.order(Until::Requested).code;
        let client_code = s.see(&code)["customer"]["client_code"].as_str().unwrap().to_owned();
        let path = format!("/v1/customers/{client_code}/messages");
        let nothing = json!({"language": null, "channels": null, "opted_out": false});
        assert_eq!(s.get(CASHIER, &path).expect(200), nothing);
        let choice = json!({"language": "en", "channels": ["email"], "opted_out": false});
        s.put(WAREHOUSE, &path, choice.clone()).expect_problem(403, "forbidden");
        assert_eq!(s.put(CASHIER, &path, choice.clone()).expect(200), choice);
        assert_eq!(s.get(AUDITOR, &path).expect(200), choice);
        s.post(OPERATOR, &format!("/v1/orders/{code}/quote"), offer()).expect(200);
        let messages = s.messages(&code);
        assert_eq!(words(&json!(messages), "channel"), ["email"]);
        assert_eq!(messages[0]["language"], "en");
        for channels in [json!([]), json!(["sms", "sms"])] {
            let wrong = json!({"language": null, "channels": channels, "opted_out": false});
            let problem = s.put(CASHIER, &path, wrong).expect_problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["pointer"], "/channels");
        }
        s.get(CASHIER, "/v1/customers/KG-99998/messages").expect_problem(404, "not_found");
        assert_eq!(s.put(CASHIER, &path, nothing.clone()).expect(200), nothing);
        let trail = s.get(AUDITOR, &format!("/v1/audit?object={client_code}")).expect(200);
        assert_eq!(words(&trail["items"], "action"), ["customer.messages_chosen"; 2]);
    }

    fn mail_for_somebody_without_an_address_is_no_choice(s: &Server) {
        let code = s.order_of(crate::harness::warehouse::request_by("555000061", "ru"), Until::Requested).code;
        let client_code = s.see(&code)["customer"]["client_code"].as_str().unwrap().to_owned();
        let mail = json!({"language": null, "channels": ["email"], "opted_out": false});
        s.put(CASHIER, &format!("/v1/customers/{client_code}/messages"), mail).expect(200);
        s.post(OPERATOR, &format!("/v1/orders/{code}/quote"), offer()).expect(200);
        assert_eq!(words(&json!(s.messages(&code)), "channel"), ["sms"]);
    }

    fn who_wants_to_be_left_alone_gets_codes_only(s: &Server) {
        let code = s.order(Until::Requested).code;
        let client_code = s.see(&code)["customer"]["client_code"].as_str().unwrap().to_owned();
        s.put(CASHIER, &format!("/v1/customers/{client_code}/messages"), json!({"opted_out": true})).expect(200);
        s.post(OPERATOR, &format!("/v1/orders/{code}/quote"), offer()).expect(200);
        assert_eq!(s.messages(&code), [] as [Value; 0]);
        write_to(s, Occasion::OneTimeCode, "code", &["+996700123456".to_owned()]);
        assert_eq!(s.told("one-time-code", "sms").len(), 1);
    }

    fn the_next_channel_serves_when_the_first_reached_nobody(s: &Server) {
        let s = &beside(s, |config| config.business.messages.fallback_minutes = 30);
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let ways = ways_out(&sms, &mail);
        let by = |phone: &str| {
            let mut body = request();
            body["customer"]["phone"] = json!(phone);
            s.order_of(body, Until::Quoted).code
        };
        let [reached, lost, silent] = ["0555000051", "0555000052", "0555000053"].map(by);
        for code in [&reached, &lost, &silent] {
            assert_eq!(states(s, code), json!(["pending", "waiting"]));
        }
        assert_eq!(turn(s, &ways), Worked { tried: 3, sent: 3 });
        let id = |code: &str| s.messages(code)[0]["message_id"].as_str().unwrap().to_owned();
        sms.report(&id(&reached), "3");
        sms.report(&id(&lost), "4");
        s.advance(TimeDelta::minutes(1));
        assert_eq!(ask_reports(&s.app, &ways).unwrap(), 3);
        assert_eq!(turn(s, &ways), Worked { tried: 1, sent: 1 }, "the mail to whom the short message did not reach");
        assert_eq!(states(s, &reached), json!(["delivered", "cancelled"]));
        assert_eq!(states(s, &lost), json!(["undelivered", "sent"]));
        assert_eq!(states(s, &silent), json!(["sent", "waiting"]));
        s.advance(TimeDelta::minutes(28));
        assert_eq!(fall_back(&s.app).unwrap(), 0);
        s.advance(TimeDelta::minutes(1));
        assert_eq!(turn(s, &ways), Worked { tried: 1, sent: 1 }, "nobody heard of it for half an hour");
        assert_eq!(states(s, &silent), json!(["sent", "sent"]));
        assert_eq!(mail.received().len(), 2);
    }

    fn a_gateway_that_never_tells_is_believed(s: &Server) {
        let s = &beside(s, |config| config.business.messages.fallback_minutes = 30);
        let memory = torugart::notifications::Gateways::from_config(&settings("sqlite://never/opened.db")).unwrap();
        let code = s.order(Until::Quoted).code;
        turn(s, &memory);
        turn(s, &memory);
        assert_eq!(states(s, &code), json!(["sent", "cancelled"]));
    }

    fn at_night_only_codes_go(s: &Server) {
        let s = &beside(s, |config| {
            (config.business.messages.quiet_from_hour, config.business.messages.quiet_until_hour) = (20, 9);
        });
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let ways = ways_out(&sms, &mail);
        let evening = s.order(Until::Quoted).code;
        // From 15:00 to 21:00 in Bishkek; what was due in the afternoon waits as well.
        s.advance(TimeDelta::hours(6));
        let night = s.order(Until::Quoted).code;
        write_to(s, Occasion::OneTimeCode, "code", &["+996700200001".to_owned()]);
        assert_eq!(s.messages(&night)[0]["next_attempt_at"], "2026-05-26T03:00:00Z");
        assert_eq!(turn(s, &ways), Worked { tried: 1, sent: 1 });
        assert_eq!(turn(s, &ways), Worked::default());
        s.advance(TimeDelta::hours(12) - TimeDelta::seconds(1));
        assert_eq!(turn(s, &ways), Worked::default());
        s.advance(TimeDelta::seconds(1));
        while turn(s, &ways) != Worked::default() {}
        for code in [&evening, &night] {
            assert_eq!(states(s, code), json!(["sent", "sent"]));
        }
    }

    fn what_is_switched_off_is_not_told(s: &Server) {
        let s = &beside(s, |config| {
            config.business.messages.off = vec!["quote-ready:sms".to_owned(), "payment-received".to_owned()];
        });
        let code = s.order(Until::Paid).code;
        let told: Vec<_> = s.messages(&code).iter().map(|row| format!("{}:{}", row["event"], row["channel"])).collect();
        assert!(told.contains(&"\"quote-ready\":\"email\"".to_owned()), "{told:?}");
        assert!(!told.iter().any(|told| told.contains("payment-received") || told == "\"quote-ready\":\"sms\""), "{told:?}");
    }
}

#[test]
fn a_mistyped_switch_is_named_at_start() {
    for switch in ["order-arived", "order-arrived:pigeon"] {
        let mut config = settings("sqlite://never/opened.db");
        config.business.messages.off = vec![switch.to_owned()];
        let error = torugart::notifications::Gateways::from_config(&config).err().expect("a refusal").to_string();
        assert!(error.contains("business.messages.off"), "{error}");
    }
}
