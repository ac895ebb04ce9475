//! The outbox: what is written to it, and what becomes of it on the way out.

use std::collections::HashSet;
use std::sync::Barrier;
use std::thread;

use chrono::{DateTime, TimeDelta, Utc};
use mail_parser::MessageParser;
use serde_json::{Value, json};
use torugart::db::{self, Claim};
use torugart::ids::Actor;
use torugart::notifications::{Gateways, Occasion, Worked, ask_reports, look_at_account};

use crate::harness::gateway::{Behaviour, Gateway};
use crate::harness::outbox::*;
use crate::harness::server::*;
use crate::harness::smtp::MailServer;
use crate::harness::warehouse::{plain, request_by, words};

/// An order whose customer has a phone only, with one message waiting; and this message.
fn one_message(s: &Server) -> (String, Value) {
    let code = s.order_of(request_by("555000040", "ru"), Until::Quoted).code;
    let message = only_message(s, &code);
    (code, message)
}

fn only_message(s: &Server, code: &str) -> Value {
    let messages = s.messages(code);
    assert_eq!(messages.len(), 1, "{messages:?}");
    messages[0].clone()
}

fn request_in(language: &str) -> Value {
    let mut body = request();
    body["customer"]["language"] = json!(language);
    body
}

/// What the messages of one occasion must say, in the language of the customer, with the right sums.
fn assert_says(messages: &[Value], event: &str, language: &str, sayings: &[&str]) {
    let about: Vec<_> = messages.iter().filter(|message| message["event"] == event).collect();
    let channels: Vec<_> = about.iter().map(|message| message["channel"].as_str().unwrap()).collect();
    assert_eq!(channels, ["sms", "email"], "{event}");
    for message in about {
        assert_eq!((&message["language"], &message["state"]), (&json!(language), &json!("pending")));
        let text = plain(message["text"].as_str().expect("a text"));
        for saying in sayings {
            assert!(text.contains(saying), "{saying} is not in {text}");
        }
        assert_eq!(message["subject"] == Value::Null, message["channel"] == "sms");
    }
}

on_both! {
    fn every_occasion_is_told_in_the_customers_language_with_the_right_sums(s: &Server) {
        // 12 304 som before we buy; 1 102 som of freight are estimated, 1 128 by actual weight.
        for (language, paid, arrived, refund) in [
            ("ky", "12 304 сом ал", "1 128 сом", "12 304 сом"),
            ("ru", "олуч", "1 128 сом", "12 304 сом"),
            ("en", "eceived", "1 128 som", "12 304 som"),
        ] {
            let example = s.order_of(request_in(language), Until::Arrived);
            let messages = s.messages(&example.code);
            assert_eq!(messages.len(), 6);
            assert_says(
                &messages,
                "quote-ready",
                language,
                &[&example.code, "13 406", "12 304", &format!("/t/{}", example.code)],
            );
            assert_says(&messages, "payment-received", language, &[&example.code, "12 304", paid]);
            assert_says(
                &messages,
                "order-arrived",
                language,
                &[&example.code, arrived, "Бишкек", "пр. Чуй, 1", "10:00-19:00"],
            );
            let cancelled = s.order_of(request_in(language), Until::Paid).code;
            s.post(OPERATOR, &format!("/v1/orders/{cancelled}/cancel"), json!({"reason": "нет в продаже"})).expect(200);
            assert_says(&s.messages(&cancelled), "order-cancelled", language, &[&cancelled, refund]);
        }
    }

    fn what_is_left_to_pay_is_said_with_the_payment(s: &Server) {
        let code = s.order_of(request_in("en"), Until::Confirmed).code;
        s.post(CASHIER, &format!("/v1/orders/{code}/payments"), json!({"method": "cash", "amount": som(1_000_000)}))
            .expect(201);
        assert_says(&s.messages(&code), "payment-received", "en", &["10 000 som", "2 304 som"]);
    }

    fn a_customer_without_an_address_gets_short_messages_only(s: &Server) {
        let code = s.order_of(request_by("555000041", "ky"), Until::Paid).code;
        assert_eq!(words(&json!(s.messages(&code)), "channel"), ["sms", "sms"]);
    }

    fn a_refused_call_says_nothing(s: &Server) {
        let example = s.order(Until::Departed);
        let requested = s.order(Until::Requested).code;
        let before = s.get(ADMIN, "/v1/notifications?limit=200").expect(200);
        let mut late = offer();
        late["valid_until"] = json!("2026-05-24T00:00:00Z");
        s.post(OPERATOR, &format!("/v1/orders/{requested}/quote"), late).expect_problem(422, "validation_failed");
        s.post(OPERATOR, &format!("/v1/orders/{}/quote", example.code), offer()).expect_problem(409, "wrong_status");
        let cash = json!({"method": "cash", "amount": som(100)});
        s.post(CASHIER, &format!("/v1/orders/{requested}/payments"), cash).expect_problem(409, "wrong_status");
        s.post(OPERATOR, &format!("/v1/orders/{}/cancel", example.code), json!({"reason": "нет"}))
            .expect_problem(403, "forbidden");
        s.ship(&example.shipment, "arrive", json!({"barcodes": ["NOBODY000001"]}))
            .expect_problem(409, "not_on_shipment");
        assert_eq!(s.get(ADMIN, "/v1/notifications?limit=200").expect(200), before);
    }

    fn a_message_goes_out_once_over_each_channel(s: &Server) {
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let ways = ways_out(&sms, &mail);
        let code = s.order(Until::Quoted).code;
        assert_eq!(turn(s, &ways), Worked { tried: 2, sent: 2 });
        assert_eq!(turn(s, &ways), Worked::default());
        let messages = s.messages(&code);
        for message in &messages {
            assert_eq!((&message["state"], &message["attempts"]), (&json!("sent"), &json!(1)));
            assert_eq!((&message["sent_at"], &message["next_attempt_at"]), (&json!(MORNING), &Value::Null));
        }
        // The outbox shows nobody's whole number or address.
        assert!(!json!(messages).to_string().contains("700123456"), "{messages:?}");
        assert_eq!(messages[1]["recipient"], "***@example.kg");
        let received = &sms.received()[0];
        assert_eq!((received.phone.as_str(), received.accepted), ("996700123456", true));
        assert_eq!((&json!(received.id), &json!(received.text)), (&messages[0]["message_id"], &messages[0]["text"]));
        let letters = mail.received();
        assert_eq!((letters.len(), letters[0].to.as_slice()), (1, ["aigul@example.kg".to_owned()].as_slice()));
        let letter = MessageParser::default().parse(&letters[0].raw).unwrap();
        assert_eq!(letter.subject(), messages[1]["subject"].as_str());
        let id = format!("{}@example.kg", messages[1]["message_id"].as_str().unwrap());
        assert_eq!(letter.message_id(), Some(id.as_str()));
        let body = letter.body_text(0).unwrap().replace("\r\n", "\n");
        assert_eq!(body.trim_end(), messages[1]["text"].as_str().unwrap().trim_end());
    }

    fn a_gateway_that_fails_is_asked_again_with_the_same_id(s: &Server) {
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let ways = ways_out(&sms, &mail);
        let (code, message) = one_message(s);
        sms.script([Behaviour::Http500, Behaviour::Html]);
        assert_eq!(turn(s, &ways), Worked { tried: 1, sent: 0 });
        let waiting = only_message(s, &code);
        let next: DateTime<Utc> = waiting["next_attempt_at"].as_str().unwrap().parse().unwrap();
        let pause = next - s.now();
        assert!((TimeDelta::seconds(5)..=TimeDelta::seconds(30)).contains(&pause), "{pause}");
        assert_eq!(waiting["state"], "pending");
        assert!(waiting["last_error"].as_str().unwrap().contains("HTTP 500"), "{waiting}");
        assert_eq!(turn(s, &ways), Worked::default(), "it is not due yet");
        s.advance(TimeDelta::seconds(30));
        assert_eq!(turn(s, &ways), Worked { tried: 1, sent: 0 });
        s.advance(TimeDelta::seconds(60));
        assert_eq!(turn(s, &ways), Worked { tried: 1, sent: 1 });
        let sent = only_message(s, &code);
        assert_eq!((&sent["state"], &sent["attempts"], &sent["last_error"]), (&json!("sent"), &json!(3), &Value::Null));
        let ids: Vec<_> = sms.received().into_iter().map(|received| json!(received.id)).collect();
        assert_eq!(ids, vec![message["message_id"].clone(); 3]);
    }

    fn an_answer_that_got_lost_is_no_second_message(s: &Server) {
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let ways = ways_out(&sms, &mail);
        let (code, _) = one_message(s);
        sms.script([Behaviour::CutAnswer]);
        assert_eq!(turn(s, &ways), Worked { tried: 1, sent: 0 });
        s.advance(TimeDelta::seconds(30));
        assert_eq!(turn(s, &ways), Worked { tried: 1, sent: 1 });
        let sent = only_message(s, &code);
        assert!(sent["provider_note"].as_str().unwrap().contains("status 10"), "{sent}");
        assert_eq!(sms.received().iter().filter(|received| received.accepted).count(), 1);
    }

    fn a_refused_message_fails_until_a_person_sends_it_again(s: &Server) {
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let ways = ways_out(&sms, &mail);
        let (code, message) = one_message(s);
        sms.script([Behaviour::Status(7)]);
        assert_eq!(turn(s, &ways), Worked { tried: 1, sent: 0 });
        s.advance(TimeDelta::days(1));
        assert_eq!(turn(s, &ways), Worked::default(), "nobody tries by themselves");
        let failed = s.get(ADMIN, &format!("/v1/notifications?order={code}&state=failed")).expect(200);
        assert!(failed["items"][0]["last_error"].as_str().unwrap().contains("wrong phone number"), "{failed}");
        let path = format!("/v1/notifications/{}/retry", message["id"].as_str().unwrap());
        s.post(AUDITOR, &path, json!({})).expect_problem(403, "forbidden");
        assert_eq!(s.post(OPERATOR, &path, json!({})).expect(200)["state"], "pending");
        s.post(OPERATOR, &path, json!({})).expect_problem(409, "wrong_status");
        assert_eq!(turn(s, &ways), Worked { tried: 1, sent: 1 });
        s.post(OPERATOR, &path, json!({})).expect_problem(409, "wrong_status");
        let ids: HashSet<_> = sms.received().into_iter().map(|received| received.id).collect();
        assert_eq!(ids.len(), 1, "{ids:?}");
    }

    fn a_letter_to_nobody_fails_alone(s: &Server) {
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let ways = ways_out(&sms, &mail);
        let code = s.order(Until::Quoted).code;
        mail.refuse_recipient("aigul@example.kg");
        assert_eq!(turn(s, &ways), Worked { tried: 2, sent: 1 });
        assert_eq!(words(&json!(s.messages(&code)), "state"), ["sent", "failed"]);
    }

    fn a_channel_whose_account_is_at_fault_rests_and_loses_nothing(s: &Server) {
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let ways = ways_out(&sms, &mail);
        let by = |phone: &str| {
            let mut body = request_by(phone, "ru");
            body["customer"]["email"] = json!(format!("{phone}@example.kg"));
            body
        };
        let codes = ["555000042", "555000043"].map(|phone| s.order_of(by(phone), Until::Quoted).code);
        sms.script([Behaviour::Status(4)]);
        assert_eq!(turn(s, &ways), Worked { tried: 4, sent: 2 });
        assert_eq!(sms.received().len(), 1, "after the first refusal nobody asks again");
        assert_eq!(mail.received().len(), 2, "the other channel works on");
        assert!(s.messages(&codes[0])[0]["last_error"].as_str().unwrap().contains("not enough money"));
        for code in &codes {
            let waiting = s.messages(code).remove(0);
            assert_eq!(
                (&waiting["state"], &waiting["next_attempt_at"]),
                (&json!("pending"), &json!("2026-05-25T09:05:00Z"))
            );
            assert_eq!(waiting["attempts"], 0, "a rest of the channel uses no message up");
        }
        s.advance(TimeDelta::minutes(4));
        let third = s.order_of(by("555000044"), Until::Quoted).code;
        assert_eq!(turn(s, &ways), Worked { tried: 1, sent: 1 }, "what comes meanwhile waits too, but for the mail");
        assert_eq!(words(&json!(s.messages(&third)), "state"), ["pending", "sent"]);
        s.advance(TimeDelta::minutes(1));
        assert_eq!(turn(s, &ways), Worked { tried: 1, sent: 1 }, "one message probes");
        assert_eq!(turn(s, &ways), Worked { tried: 2, sent: 2 });
        for code in &codes {
            assert_eq!(words(&json!(s.messages(code)), "state"), ["sent", "sent"]);
        }
    }

    fn a_day_without_money_on_the_account_costs_no_message_its_attempts(s: &Server) {
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let ways = ways_out(&sms, &mail);
        let (code, _) = one_message(s);
        for _ in 0..20 {
            sms.script([Behaviour::Status(4)]);
            assert_eq!(turn(s, &ways), Worked { tried: 1, sent: 0 });
            s.advance(TimeDelta::minutes(5));
        }
        sms.script([Behaviour::Http500]);
        assert_eq!(turn(s, &ways), Worked { tried: 1, sent: 0 });
        assert_eq!(only_message(s, &code)["state"], "pending", "one failure is no reason to give up");
        s.advance(TimeDelta::hours(1));
        assert_eq!(turn(s, &ways), Worked { tried: 1, sent: 1 });
    }

    fn a_message_waits_for_a_gateway_that_is_away_as_long_as_it_is_of_use(s: &Server) {
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let ways = ways_out(&sms, &mail);
        let (code, message) = one_message(s);
        sms.script([Behaviour::Http500; 48]);
        for _ in 0..48 {
            assert_eq!(only_message(s, &code)["state"], "pending");
            assert_eq!(turn(s, &ways), Worked { tried: 1, sent: 0 });
            s.advance(TimeDelta::hours(1));
        }
        assert_eq!(turn(s, &ways), Worked::default());
        assert_eq!(only_message(s, &code)["state"], "expired");
        let ids: Vec<_> = sms.received().into_iter().map(|received| json!(received.id)).collect();
        assert_eq!(ids, vec![message["message_id"].clone(); 48]);
    }

    fn a_message_that_a_working_gateway_puts_off_is_given_up_in_the_end(s: &Server) {
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let ways = ways_out(&sms, &mail);
        let (code, _) = one_message(s);
        sms.script([Behaviour::Status(9); 8]);
        for _ in 0..8 {
            assert_eq!(turn(s, &ways), Worked { tried: 1, sent: 0 });
            s.advance(TimeDelta::hours(1));
        }
        let failed = only_message(s, &code);
        assert_eq!(failed["state"], "failed");
        assert!(failed["last_error"].as_str().unwrap().contains("given up after 8 attempts"), "{failed}");
    }

    fn a_worker_that_died_leaves_its_messages_to_another(s: &Server) {
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let ways = ways_out(&sms, &mail);
        let (code, message) = one_message(s);
        let lease = TimeDelta::minutes(15);
        let claim = |tx: &mut db::Tx| {
            let (now, lease_until) = (tx.now, tx.now + lease);
            let all = Claim { channel: "sms", now, lease_until, worst_priority: 2, fresh_since: None, limit: 5 };
            db::claim_due(tx.conn, &all)
        };
        assert_eq!(s.app.write_now(&Actor::System, claim).unwrap(), [message["id"].as_str().unwrap()]);
        assert_eq!(only_message(s, &code)["state"], "sending");
        s.advance(lease - TimeDelta::seconds(1));
        assert_eq!(turn(s, &ways), Worked::default(), "somebody may be sending it");
        s.advance(TimeDelta::seconds(1));
        assert_eq!(turn(s, &ways), Worked { tried: 1, sent: 1 });
        assert_eq!(json!(sms.received()[0].id), message["message_id"]);
        assert_eq!(only_message(s, &code)["attempts"], 2);
    }

    fn two_workers_at_once_send_nothing_twice(s: &Server) {
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let count = 120;
        fill(s, count);
        // A gateway that would not notice a repeat.
        sms.deduplicate(false);
        let barrier = Barrier::new(2);
        let sent: usize = thread::scope(|scope| {
            let work = || {
                let ways = ways_out(&sms, &mail);
                barrier.wait();
                let turns = std::iter::repeat_with(|| turn(s, &ways));
                turns.take_while(|worked| worked.tried > 0).map(|worked| worked.sent).sum::<usize>()
            };
            let workers = [scope.spawn(work), scope.spawn(work)];
            workers.into_iter().map(|worker| worker.join().expect("a worker")).sum()
        });
        let received = sms.received();
        let ids: HashSet<_> = received.iter().map(|received| &received.id).collect();
        assert_eq!((sent, received.len(), ids.len()), (count, count, count));
    }

    fn a_fact_is_told_once_for_ever(s: &Server) {
        fill(s, 3);
        assert_eq!(s.told("order-cancelled", "sms").len(), 3);
        // The same facts about another order: the key of a fact does not ask whose it is.
        fill(s, 3);
        assert_eq!(s.told("order-cancelled", "sms").len(), 3);
    }

    fn a_phone_reads_its_messages_in_order(s: &Server) {
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let ways = ways_out(&sms, &mail);
        let (one, other) = ("+996700200001".to_owned(), "+996700200002".to_owned());
        write_to(s, Occasion::OrderCancelled, "fact", &[one.clone(), one.clone(), one, other]);
        sms.script([Behaviour::Http500]);
        assert_eq!(turn(s, &ways), Worked { tried: 2, sent: 1 }, "the later ones wait, the other phone does not");
        assert_eq!(turn(s, &ways), Worked::default());
        s.advance(TimeDelta::seconds(30));
        for _ in 0..3 {
            assert_eq!(turn(s, &ways), Worked { tried: 1, sent: 1 });
        }
        let outbox = s.get(ADMIN, "/v1/notifications?state=sent").expect(200);
        let mut written = words(&outbox["items"], "message_id");
        written.reverse();
        let received = sms.received();
        let read = received.iter().filter(|received| received.phone == "996700200001" && received.accepted);
        assert_eq!(read.map(|received| received.id.as_str()).collect::<Vec<_>>(), written[..3]);
    }

    fn a_bad_number_keeps_nobody_waiting(s: &Server) {
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let ways = ways_out(&sms, &mail);
        let bad = "+996700200001".to_owned();
        write_to(s, Occasion::OrderCancelled, "fact", &[bad.clone(), bad, "+996700200002".to_owned()]);
        sms.script([Behaviour::Status(7)]);
        assert_eq!(turn(s, &ways), Worked { tried: 2, sent: 1 });
        assert_eq!(turn(s, &ways), Worked { tried: 1, sent: 1 });
    }

    fn a_one_time_code_goes_before_everything_and_dies_young(s: &Server) {
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let ways = ways_out(&sms, &mail);
        fill(s, 12);
        write_to(s, Occasion::OneTimeCode, "code", &["+996700200001".to_owned()]);
        assert_eq!(turn(s, &ways), Worked { tried: 5, sent: 5 });
        assert!(sms.received()[0].text.contains("Tell it to nobody"), "{:?}", sms.received()[0]);
        write_to(s, Occasion::OneTimeCode, "late", &["+996700200001".to_owned()]);
        s.advance(TimeDelta::minutes(10));
        while turn(s, &ways) != Worked::default() {}
        let expired = s.get(ADMIN, "/v1/notifications?state=expired").expect(200);
        assert_eq!(words(&expired["items"], "event"), ["one-time-code"], "{expired}");
        assert_eq!(sms.received().len(), 13);
        let path = format!("/v1/notifications/{}/retry", expired["items"][0]["id"].as_str().unwrap());
        assert_eq!(s.post(OPERATOR, &path, json!({})).expect(200)["state"], "pending");
        assert_eq!(turn(s, &ways), Worked { tried: 1, sent: 1 });
    }

    fn a_message_older_than_two_days_is_a_dead_letter_that_staff_see(s: &Server) {
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let ways = ways_out(&sms, &mail);
        let (code, _) = one_message(s);
        s.advance(TimeDelta::hours(48));
        assert_eq!(turn(s, &ways), Worked::default());
        let dead = only_message(s, &code);
        assert_eq!((&dead["state"], &dead["last_error"]), (&json!("expired"), &json!("too old to be of use")));
        assert_eq!(sms.received(), []);
    }

    fn a_gateway_that_fails_is_probed_by_one_worker_of_all(s: &Server) {
        let (sms, mail) = (Gateway::start(), MailServer::start());
        // Two processes: what one learns, the other knows.
        let (ways, others) = (ways_out(&sms, &mail), ways_out(&sms, &mail));
        fill(s, 20);
        sms.script([Behaviour::Http500; 7]);
        assert_eq!(turn(s, &ways), Worked { tried: 5, sent: 0 });
        assert_eq!((turn(s, &ways), turn(s, &others)), (Worked::default(), Worked::default()));
        s.advance(TimeDelta::seconds(30));
        assert_eq!((turn(s, &others), turn(s, &ways)), (Worked { tried: 1, sent: 0 }, Worked::default()));
        s.advance(TimeDelta::seconds(29));
        assert_eq!((turn(s, &others), turn(s, &ways)), (Worked::default(), Worked::default()));
        s.advance(TimeDelta::seconds(1));
        assert_eq!(turn(s, &ways), Worked { tried: 1, sent: 0 });
        assert_eq!(sms.received().len(), 7);
        s.advance(TimeDelta::seconds(30));
        assert_eq!(turn(s, &others), Worked { tried: 1, sent: 1 });
        while turn(s, &ways) != Worked::default() {
            s.advance(TimeDelta::minutes(1));
        }
        let ids: HashSet<_> =
            sms.received().into_iter().filter(|received| received.accepted).map(|received| received.id).collect();
        assert_eq!(ids.len(), 20);
    }

    fn news_does_not_wait_for_a_backlog(s: &Server) {
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let ways = ways_out(&sms, &mail);
        fill(s, 40);
        s.advance(TimeDelta::minutes(20));
        // The second is to somebody whom the backlog has a message for too: that one goes first.
        let phones = ["+996700990001".to_owned(), "+996700200039".to_owned()];
        write_to(s, Occasion::OrderCancelled, "news", &phones);
        for _ in 0..4 {
            turn(s, &ways);
        }
        let read = |phone: &str| sms.received().iter().filter(|received| received.phone == phone).count();
        assert_eq!((read("996700990001"), read("996700200039"), sms.received().len()), (1, 2, 13));
    }

    fn no_more_leave_in_a_second_than_the_contract_allows(s: &Server) {
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let mut config = ways_config(&sms, &mail);
        config.sms.per_second = 10;
        let (ways, others) = (Gateways::from_config(&config).unwrap(), Gateways::from_config(&config).unwrap());
        fill(s, 30);
        let mut sent = Vec::new();
        for _ in 0..60 {
            sent.push(turn(s, &ways).sent + turn(s, &others).sent);
            s.advance(TimeDelta::milliseconds(37));
        }
        assert!(sent.windows(27).all(|second| second.iter().sum::<usize>() <= 10), "{sent:?}");
        assert!(sent.iter().sum::<usize>() >= 18, "{sent:?}");
    }

    fn whether_a_message_arrived_is_asked_of_the_gateway(s: &Server) {
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let ways = ways_out(&sms, &mail);
        fill(s, 3);
        assert_eq!(turn(s, &ways), Worked { tried: 3, sent: 3 });
        assert_eq!(ask_reports(&s.app, &ways).unwrap(), 0, "it is too early");
        let ids: Vec<_> = sms.received().into_iter().map(|received| received.id).collect();
        for (id, code) in ids.iter().zip(["3", "4", "1"]) {
            sms.report(id, code);
        }
        s.advance(TimeDelta::minutes(1));
        assert_eq!(ask_reports(&s.app, &ways).unwrap(), 3);
        assert_eq!(ask_reports(&s.app, &ways).unwrap(), 0);
        let state = |id: &str| {
            let outbox = s.get(ADMIN, "/v1/notifications").expect(200);
            outbox["items"].as_array().unwrap().iter().find(|row| row["message_id"] == id).unwrap().clone()
        };
        let delivered = state(&ids[0]);
        assert_eq!(
            (&delivered["state"], &delivered["delivered_at"]),
            (&json!("delivered"), &json!("2026-05-25T09:00:07Z"))
        );
        let undelivered = state(&ids[1]);
        assert_eq!(undelivered["state"], "undelivered");
        assert!(undelivered["last_error"].as_str().unwrap().contains("not delivered"), "{undelivered}");
        assert_eq!(state(&ids[2])["state"], "sent");
        sms.report(&ids[2], "3");
        s.advance(TimeDelta::minutes(1));
        assert_eq!(ask_reports(&s.app, &ways).unwrap(), 1);
        assert_eq!(state(&ids[2])["state"], "delivered");
    }

    fn a_pushed_report_is_an_occasion_to_ask_and_no_proof(s: &Server) {
        let secret = "0123456789abcdefghijKLMNOPQRSTUV";
        let s = &beside(s, |config| config.sms.report_secret = secret.into());
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let ways = ways_out(&sms, &mail);
        fill(s, 1);
        turn(s, &ways);
        let id = sms.received().remove(0).id;
        let report = format!(
            "<report xmlns=\"http://Giper.mobi/schema/DeliveryReport\"><dr><id>{id}</id><phone><number>996700200000</number>\
             <report>3</report></phone></dr></report>"
        );
        let push = |path: &str, body: &str| s.upload("POST", ANYONE, path, "text/xml", body.as_bytes());
        push(&format!("/v1/sms/reports/{}", secret.to_lowercase()), &report).expect_problem(404, "not_found");
        assert_eq!(ask_reports(&s.app, &ways).unwrap(), 0);
        push(&format!("/v1/sms/reports/{secret}"), "<html/>").expect_problem(400, "malformed_request");
        push(&format!("/v1/sms/reports/{secret}"), &report).expect(200);
        assert_eq!(ask_reports(&s.app, &ways).unwrap(), 1, "the gateway is asked back");
        assert_eq!(s.get(ADMIN, "/v1/notifications?state=delivered").expect(200)["items"], json!([]), "and knows nothing");
        sms.report(&id, "3");
        push(&format!("/v1/sms/reports/{secret}"), &report).expect(200);
        assert_eq!(ask_reports(&s.app, &ways).unwrap(), 1);
        assert_eq!(s.get(ADMIN, "/v1/notifications?state=delivered").expect(200)["items"][0]["message_id"], id);
    }

    fn without_a_secret_no_address_takes_reports(s: &Server) {
        s.upload("POST", ANYONE, "/v1/sms/reports/guess", "text/xml", b"<report/>").expect_problem(404, "not_found");
    }

    fn what_is_left_on_the_account_is_a_figure_with_an_alarm(s: &Server) {
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let ways = ways_out(&sms, &mail);
        sms.set_account("99.5");
        look_at_account(&s.app, &ways);
        let figures = s.get(ANYONE, "/metrics").text;
        assert!(figures.contains("sms_account_som 99.5") && figures.contains("sms_account_low 1"), "{figures}");
    }

    fn the_outbox_is_read_by_staff_and_by_order_and_state(s: &Server) {
        let (code, _) = one_message(s);
        s.order(Until::Quoted);
        s.get(ANYONE, "/v1/notifications").expect_problem(401, "unauthenticated");
        assert_eq!(s.messages(&code).len(), 1);
        let pending = s.get(CASHIER, "/v1/notifications?state=pending").expect(200);
        assert_eq!(pending["items"].as_array().unwrap().len(), 3);
        assert_eq!(s.get(CASHIER, "/v1/notifications?state=sent").expect(200)["items"], json!([]));
        let created: DateTime<Utc> = pending["items"][0]["created_at"].as_str().unwrap().parse().unwrap();
        assert_eq!(created, s.now());
    }
}
