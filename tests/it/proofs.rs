//! The second fact at hand-over: the end of the phone, or a PIN that only the customer's message holds.

use chrono::TimeDelta;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use torugart::config::HandOverProof;
use torugart::notifications::{EmailTransport, Gateways, Sent, SmsTransport, step};

use crate::harness::server::*;
use crate::harness::warehouse::request_by;

fn wanting(s: &Server, proof: HandOverProof) -> Server {
    Server::start_with(s.app.config.database.url.expose_secret(), |config| config.business.hand_over_proof = proof)
}

/// An order that lies at the pickup point, paid; its customer's phone ends in 3456.
fn paid(s: &Server) -> String {
    let code = s.order(Until::Arrived).code;
    s.pay_balance(&code);
    code
}

fn hand_over(s: &Server, by: As, code: &str, body: Value) -> Answer {
    s.post(by, &format!("/v1/orders/{code}/hand-over"), body)
}

/// Sends everything and gives the texts that mention an order's arrival.
fn sent(s: &Server, code: &str) -> Vec<String> {
    let sent = Sent::default();
    let ways = Gateways::new(SmsTransport::Memory(sent.clone()), EmailTransport::Memory(sent.clone()));
    while step(&s.app, &ways).unwrap().tried > 0 {}
    sent.all()
        .into_iter()
        .map(|message| message.text)
        .filter(|text| text.contains(code) && text.contains("PIN"))
        .collect()
}

/// How many messages hold a secret.
fn kept(s: &Server) -> i64 {
    use diesel::prelude::*;
    use torugart::db::schema::notifications;
    let kept = notifications::table.filter(notifications::secret.is_not_null()).count();
    s.app.db.read(|conn| Ok(kept.get_result(conn)?)).unwrap()
}

/// The six digits after the word.
fn pin(text: &str) -> String {
    text.split("PIN ").nth(1).unwrap().chars().take(6).collect()
}

on_both! {
    fn what_is_said_although_nobody_asked_must_be_right(s: &Server) {
        let code = paid(s);
        let problem = hand_over(s, CASHIER, &code, json!({"phone_last4": "0000"})).expect_problem(409, "wrong_proof");
        assert_eq!(problem["tries_left"], 4);
        hand_over(s, CASHIER, &code, json!({"pin": "123456"})).expect_problem(409, "wrong_proof");
        for body in [json!({"phone_last4": "345"}), json!({"pin": "1234"}), json!({"pin": "12345a"})] {
            hand_over(s, CASHIER, &code, body).expect_problem(422, "validation_failed");
        }
        assert_eq!(s.status(&code), "ready_for_pickup");
        let body = json!({"phone_last4": "3456", "received_by": "Сестра Бермет", "document": "ID 1234567"});
        let order = hand_over(s, CASHIER, &code, body).expect(200);
        let told = order["timeline"].as_array().unwrap().iter().find(|entry| entry["kind"] == "parcel_handed_over").unwrap();
        assert_eq!((&told["data"]["proof"], &told["data"]["document"]), (&json!("phone_last4"), &json!("ID 1234567")));
        let act = s.get(CASHIER, &format!("/v1/orders/{code}/hand-over-act")).expect(200);
        let given = &act["hand_overs"][0];
        assert_eq!((&given["proof"], &given["document"], &given["received_by"]), (&json!("phone_last4"), &json!("ID 1234567"), &json!("Сестра Бермет")));
        for (lang, words) in [("ky", "Телефон номеринин аягы"), ("ru", "Конец номера телефона"), ("en", "End of the phone number")] {
            let page = s.get(CASHIER, &format!("/v1/orders/{code}/hand-over-act?format=html&lang={lang}")).text;
            assert!(page.contains(words) && page.contains("ID 1234567"), "{page}");
        }
        for public in [format!("/v1/track/{code}"), format!("/t/{code}")] {
            assert!(!s.get(ANYONE, &public).text.contains("1234567"), "{public}");
        }
    }

    fn without_the_end_of_the_phone_nothing_is_handed_over(s: &Server) {
        let s = &wanting(s, HandOverProof::PhoneLast4);
        let code = paid(s);
        let problem = hand_over(s, CASHIER, &code, json!({})).expect_problem(409, "proof_required");
        assert_eq!(problem["required"], "phone_last4");
        hand_over(s, ADMIN, &code, json!({})).expect_problem(409, "proof_required");
        let order = hand_over(s, CASHIER, &code, json!({"phone_last4": "3456"})).expect(200);
        assert_eq!(order["status"], "picked_up");
        // Money is asked for beside the proof, not instead of it.
        let owing = s.order(Until::Arrived).code;
        hand_over(s, CASHIER, &owing, json!({"phone_last4": "3456"})).expect_problem(409, "balance_due");
    }

    fn five_wrong_tries_leave_the_order_to_an_admin(s: &Server) {
        let s = &wanting(s, HandOverProof::PhoneLast4);
        let (code, other) = (paid(s), paid(s));
        for left in (0..5).rev() {
            let problem = hand_over(s, CASHIER, &code, json!({"phone_last4": "0000"})).expect_problem(409, "wrong_proof");
            assert_eq!(problem["tries_left"], left);
        }
        for by in [CASHIER, ADMIN] {
            let refused = s.unchanged_by(|| {
                let path = format!("/v1/orders/{code}/hand-over");
                let key = uuid::Uuid::now_v7().to_string();
                let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
                s.send("POST", by, &path, &headers, r#"{"phone_last4": "3456"}"#)
            });
            refused.expect_problem(409, "proof_blocked");
        }
        hand_over(s, CASHIER, &code, json!({"override_reason": "знаю его"})).expect_problem(409, "proof_required");
        assert_eq!(hand_over(s, CASHIER, &other, json!({"phone_last4": "3456"})).expect(200)["status"], "picked_up");
        let body = json!({"override_reason": "показал паспорт", "document": "AN 1234567"});
        assert_eq!(hand_over(s, ADMIN, &code, body).expect(200)["status"], "picked_up");
        let audit = s.get(AUDITOR, &format!("/v1/audit?object={code}")).expect(200);
        let actions: Vec<_> = audit["items"].as_array().unwrap().iter().map(|line| line["action"].as_str().unwrap()).collect();
        assert_eq!(actions.iter().filter(|action| **action == "order.proof_wrong").count(), 5);
        assert_eq!(audit["items"][0]["detail"]["override_reason"], "показал паспорт");
    }

    fn a_pin_is_in_the_message_and_nowhere_else(s: &Server) {
        let s = &wanting(s, HandOverProof::Pin);
        let code = paid(s);
        let waiting = s.messages(&code);
        let arrived: Vec<_> = waiting.iter().filter(|message| message["event"] == "order-arrived").collect();
        assert_eq!(arrived.len(), 2);
        assert!(arrived.iter().all(|message| message["text"].as_str().unwrap().contains("PIN ******")), "{arrived:?}");
        let texts = sent(s, &code);
        assert_eq!(texts.len(), 2);
        let pin = pin(&texts[0]);
        assert!(pin.bytes().all(|b| b.is_ascii_digit()) && texts[1].contains(&pin) && !texts[0].contains('*'), "{texts:?}");
        for shown in ["/v1/notifications?limit=200".to_owned(), "/v1/audit?limit=200".to_owned(), format!("/v1/orders/{code}")] {
            assert!(!s.get(ADMIN, &shown).text.contains(&pin), "{shown} tells the PIN");
        }
        assert_eq!(kept(s), 0, "what the gateway has is forgotten");
        let problem = hand_over(s, CASHIER, &code, json!({"phone_last4": "3456"})).expect_problem(409, "proof_required");
        assert_eq!(problem["required"], "pin");
        let wrong = if pin == "000000" { "000001" } else { "000000" };
        hand_over(s, CASHIER, &code, json!({"pin": wrong})).expect_problem(409, "wrong_proof");
        let order = hand_over(s, CASHIER, &code, json!({"pin": pin})).expect(200);
        assert_eq!(order["status"], "picked_up");
        assert!(!order.to_string().contains(&pin));
    }

    fn the_next_channel_has_the_pin_of_its_own_and_forgets_it_when_it_is_spared(s: &Server) {
        let s = &Server::start_with(s.app.config.database.url.expose_secret(), |config| {
            config.business.hand_over_proof = HandOverProof::Pin;
            config.business.messages.fallback_minutes = 30;
        });
        let spared = paid(s);
        assert_eq!(kept(s), 2, "the short message, and the mail that waits");
        assert_eq!(sent(s, &spared).len(), 1);
        assert_eq!(kept(s), 0);
        let mail = s.messages(&spared).pop().unwrap();
        assert_eq!((&mail["channel"], &mail["state"]), (&json!("email"), &json!("cancelled")));
        let code = paid(s);
        let failed = "UPDATE notifications SET state = 'failed' WHERE state = 'pending' AND channel = 'sms'";
        s.app.db.write(|conn| Ok(diesel::RunQueryDsl::execute(diesel::sql_query(failed), conn)?)).unwrap();
        let texts = sent(s, &code);
        assert_eq!(texts.len(), 1, "{texts:?}");
        assert!(!texts[0].contains('*'), "{texts:?}");
        assert_eq!(hand_over(s, CASHIER, &code, json!({"pin": pin(&texts[0])})).expect(200)["status"], "picked_up");
    }

    fn a_preview_shows_no_pin(s: &Server) {
        let code = paid(s);
        for (proof, words) in [(HandOverProof::Pin, true), (HandOverProof::None, false)] {
            let s = &wanting(s, proof);
            for (event, channel) in [("order-arrived", "sms"), ("order-released", "email")] {
                let body = json!({"event": event, "channel": channel, "language": "en", "order_code": code});
                let preview = s.post(CASHIER, "/v1/notifications/preview", body).expect(200);
                assert_eq!(preview["text"].as_str().unwrap().contains("PIN ******"), words, "{preview}");
            }
        }
    }

    fn several_orders_in_one_message_share_a_pin_and_a_later_message_has_another(s: &Server) {
        let s = &wanting(s, HandOverProof::Pin);
        let numbers = ["YT9000000000001", "YT9000000000002", "YT9000000000003"];
        let first = s.buy(request_by("555000050", "en"), &numbers[..2]);
        let second = s.buy(request_by("555000050", "en"), &numbers[2..]);
        numbers.iter().for_each(|number| { s.receive(number); });
        let truck = s.departed_with(&numbers);
        s.ship(&truck, "arrive", json!({"barcodes": [numbers[0]]})).expect(200);
        s.post(OPERATOR, &format!("/v1/orders/{first}/release"), json!({})).expect(200);
        let early = pin(&sent(s, &first)[0]);
        s.advance(TimeDelta::minutes(1));
        s.ship(&truck, "arrive", json!({"barcodes": numbers[1..]})).expect(200);
        let texts = sent(s, &second);
        assert!(texts.len() == 1 && texts[0].contains(&first), "{texts:?}");
        let later = pin(&texts[0]);
        for code in [&first, &second] {
            s.pay_balance(code);
            if early != later {
                hand_over(s, CASHIER, code, json!({"pin": early})).expect_problem(409, "wrong_proof");
            }
            assert_eq!(hand_over(s, CASHIER, code, json!({"pin": later})).expect(200)["status"], "picked_up");
        }
    }

    fn who_was_told_before_there_were_pins_says_the_end_of_the_phone(s: &Server) {
        let code = paid(s);
        let s = &wanting(s, HandOverProof::Pin);
        let problem = hand_over(s, CASHIER, &code, json!({})).expect_problem(409, "proof_required");
        assert_eq!(problem["required"], "phone_last4");
        assert_eq!(hand_over(s, CASHIER, &code, json!({"phone_last4": "3456"})).expect(200)["status"], "picked_up");
    }

    fn a_proof_is_no_way_to_have_an_order_twice(s: &Server) {
        let s = &wanting(s, HandOverProof::PhoneLast4);
        let code = paid(s);
        let path = format!("/v1/orders/{code}/hand-over");
        let body = json!({"phone_last4": "3456"});
        let first = s.post_keyed(CASHIER, &path, "desk-1", body.clone()).expect(200);
        let again = s.post_keyed(CASHIER, &path, "desk-1", body.clone());
        assert_eq!((again.header("idempotent-replayed"), &again.json()), (Some("true"), &first));
        hand_over(s, CASHIER, &code, body).expect_problem(409, "already_picked_up");
    }
}
