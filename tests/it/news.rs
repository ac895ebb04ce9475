//! What a customer is told on the way, beside offers, money and arrival.

use chrono::TimeDelta;
use serde_json::{Value, json};
use torugart::ids::Actor;
use torugart::orders;

use crate::harness::outbox::beside;
use crate::harness::server::*;
use crate::harness::warehouse::{plain, words};

/// A second process that tells everything.
fn talkative(s: &Server) -> Server {
    beside(s, |config| config.business.messages.off.clear())
}

fn mails(s: &Server, code: &str) -> Vec<Value> {
    let messages = s.messages(code);
    messages.into_iter().filter(|message| message["channel"] == "email").collect()
}

on_both! {
    fn every_step_of_the_way_is_told_in_order(s: &Server) {
        let s = &talkative(s);
        for language in ["ky", "ru", "en"] {
            let mut body = request();
            body["customer"]["language"] = json!(language);
            let code = s.order_of(body, Until::PickedUp).code;
            let told = mails(s, &code);
            assert_eq!(
                words(&json!(told), "event"),
                [
                    "request-received", "quote-ready", "payment-received", "order-bought", "received-in-china",
                    "order-departed", "order-arrived", "payment-received", "order-picked-up",
                ]
            );
            for message in s.messages(&code) {
                assert_eq!(message["language"], language);
                let text = message["text"].as_str().unwrap();
                assert!(text.contains(&code) && !text.contains(['{', '$']), "{text}");
                assert!(message["parts"].as_i64().unwrap() <= 2, "{message}");
            }
        }
    }

    fn a_late_truck_is_one_message_for_each_customer(s: &Server) {
        let s = &talkative(s);
        let [one, two] = [s.order(Until::Received), s.order(Until::Received)];
        let truck = s.truck();
        let load = json!({"barcodes": [one.tracking_number, two.tracking_number]});
        s.post(WAREHOUSE, &format!("/v1/shipments/{truck}/load"), load).expect(200);
        s.post(WAREHOUSE, &format!("/v1/shipments/{truck}/depart"), json!({})).expect(200);
        let news = json!({"place": "Торугарт", "status": "delayed"});
        s.post(WAREHOUSE, &format!("/v1/shipments/{truck}/checkpoints"), news).expect(201);
        let told = s.told("order-delayed", "email");
        assert_eq!(told.len(), 1, "{told:?}");
        assert!([&one.code, &two.code, &"Торугарт".to_owned()].iter().all(|word| told[0].contains(*word)), "{told:?}");
        let other = json!({"place": "Торугарт", "status": "at_border"});
        s.post(WAREHOUSE, &format!("/v1/shipments/{truck}/checkpoints"), other).expect(201);
        assert_eq!(s.told("order-delayed", "sms").len(), 1);
        let truck_now = s.get(WAREHOUSE, &format!("/v1/shipments/{truck}")).expect(200);
        let wrong = &truck_now["checkpoints"][0]["id"];
        s.ship(&truck, "checkpoints", json!({"place": "Нарын", "status": "delayed", "corrects": wrong})).expect(201);
        assert_eq!(s.told("order-delayed", "sms").len(), 1, "a delay put right is no second delay");
    }

    fn many_forwarding_orders_are_told_at_once_and_each_once(s: &Server) {
        let s = &talkative(s);
        let numbers = ["YT6600000000001", "YT6600000000002", "YT6600000000003"];
        let codes = [0, 1, 2].map(|n| s.forward(&format!("55500007{n}"), &numbers[n..=n]));
        let list = format!("трек,вес кг\n{}", numbers.map(|number| format!("{number},1.2\n")).concat());
        let file = s.upload("POST", WAREHOUSE, "/v1/manifests?file_name=list", "text/csv", list.as_bytes()).expect(201);
        let commit = format!("/v1/manifests/{}/commit", file["id"].as_str().unwrap());
        s.post(WAREHOUSE, &commit, json!({})).expect(200);
        let truck = s.departed_with(&numbers);
        for code in &codes {
            let messages = json!(s.messages(code));
            let told = words(&messages, "event");
            assert_eq!(told, ["received-in-china", "order-departed"], "{code} on truck {truck}");
        }
    }

    fn money_that_goes_back_is_told(s: &Server) {
        let s = &talkative(s);
        let code = s.order(Until::Confirmed).code;
        let cash = json!({"method": "cash", "amount": som(1_000_000)});
        let payment = s.post(CASHIER, &format!("/v1/orders/{code}/payments"), cash).expect(201)["id"].clone();
        for _ in 0..2 {
            let back = json!({"payment_id": payment, "amount": som(200_000), "reason": "paid too much"});
            s.post(CASHIER, &format!("/v1/orders/{code}/refunds"), back).expect(201);
        }
        let told = s.told("payment-refunded", "sms");
        assert_eq!(told.len(), 2, "each refund is a fact of its own");
        assert!(told.iter().all(|text| plain(text).contains("2 000 сом")), "{told:?}");
    }

    fn an_offer_that_ends_is_spoken_of_once_more(s: &Server) {
        let s = &talkative(s);
        let remind = || s.app.write_now(&Actor::System, orders::remind_of_offers).unwrap();
        let code = s.order(Until::Quoted).code;
        s.order(Until::Confirmed);
        s.advance(TimeDelta::hours(31));
        remind();
        assert_eq!(s.told("quote-expiring", "sms"), [] as [String; 0]);
        s.advance(TimeDelta::hours(2));
        remind();
        remind();
        let told = s.told("quote-expiring", "sms");
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains(&code) && plain(&told[0]).contains("13 406 сом"), "{told:?}");
    }
}
