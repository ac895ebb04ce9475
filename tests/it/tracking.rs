//! What anybody with the code may see.

use chrono::TimeDelta;
use serde_json::{Value, json};
use torugart::code::OrderCode;

use crate::harness::server::*;

fn track(s: &Server, code: &str) -> Value {
    s.get(ANYONE, &format!("/v1/track/{code}")).expect(200)
}

on_both! {
    fn the_way_is_told_in_three_languages(s: &Server) {
        let code = s.order(Until::Departed).code;
        let path = format!("/v1/track/{code}");
        for (lang, status, first) in [
            ("ky", "Жолдо", "Өтүнмө кабыл алынды"),
            ("ru", "В пути", "Заявка принята"),
            ("en", "On its way", "Request received"),
        ] {
            let by_query = s.get(ANYONE, &format!("{path}?lang={lang}"));
            assert_eq!(by_query.header("content-language"), Some(lang));
            assert_eq!(by_query.header("vary"), Some("Accept-Language"));
            let view = by_query.expect(200);
            assert_eq!((&view["status"], &view["status_text"]), (&json!("in_transit"), &json!(status)));
            assert_eq!(view["timeline"][0]["text"], first);
            let accepted = format!("de, {lang};q=0.8, *;q=0.1");
            let by_header = s.send("GET", ANYONE, &path, &[("accept-language", &accepted)], "");
            assert_eq!(by_header.expect(200), view);
            // What was asked for goes before what the browser prefers.
            let both = s.send("GET", ANYONE, &format!("{path}?lang={lang}"), &[("accept-language", "en, ru, ky")], "");
            assert_eq!(both.expect(200), view);
        }
        assert_eq!(s.get(ANYONE, &path).header("content-language"), Some("ru"));
        assert_eq!(s.get(ANYONE, &format!("{path}?lang=fr")).header("content-language"), Some("ru"));
    }

    fn look_ups_at_once_each_have_their_own_answer(s: &Server) {
        let known: Vec<_> = [Until::Requested, Until::Quoted, Until::Departed, Until::Arrived, Until::PickedUp]
            .map(|until| s.order(until).code)
            .into_iter()
            .map(|code| (track(s, &code), code))
            .collect();
        std::thread::scope(|scope| {
            for n in 0..8 {
                let known = &known;
                scope.spawn(move || {
                    for (view, code) in known.iter().cycle().skip(n).take(30) {
                        assert_eq!(track(s, code), *view);
                        let unknown = OrderCode::generate("TG");
                        s.get(ANYONE, &format!("/v1/track/{unknown}")).expect_problem(404, "not_found");
                    }
                });
            }
        });
    }

    fn nothing_of_the_customer_is_shown(s: &Server) {
        let mut body = request();
        body["items"][0]["link"] = json!("https://detail.1688.com/offer/689213456789.html");
        body["items"][0]["note"] = json!("подарок для мамы");
        let example = s.order_of(body, Until::Departed);
        let news = json!({"place": "Torugart", "status": "delayed", "note": "водитель заболел"});
        s.ship(&example.shipment, "checkpoints", news).expect(201);
        s.ship(&example.shipment, "arrive", json!({})).expect(200);
        let private = [
            "Айгуль",
            "Садыкова",
            "700123456",
            "700 123 456",
            "3456",
            "aigul",
            "example.kg",
            "пылесос",
            "vacuum",
            "1688",
            "подарок",
            "водитель",
            "KG-1",
            "YT",
            "12304",
            "13406",
            "warehouse",
            "cashier",
            "operator",
        ];
        let json = s.get(ANYONE, &format!("/v1/track/{}", example.code));
        let page = s.get(ANYONE, &format!("/t/{}", example.code));
        for answer in [json, page] {
            assert_eq!(answer.status, 200);
            let shown = answer.text.replace(&example.code, "");
            for word in private {
                assert!(!shown.contains(word), "{word} is shown in {shown}");
            }
        }
        let view = track(s, &example.code);
        let members: Vec<_> = view.as_object().unwrap().keys().map(String::as_str).collect();
        let known = [
            "balance_due",
            "code",
            "free_storage_until",
            "parcels",
            "pickup_point",
            "status",
            "status_text",
            "timeline",
            "updated_at",
        ];
        assert_eq!(members, known);
        for event in view["timeline"].as_array().unwrap() {
            assert!(
                event.as_object().unwrap().keys().all(|key| ["at", "status", "text", "place"].contains(&key.as_str())),
                "{event}"
            );
        }
    }

    fn the_sum_to_pay_is_shown_while_it_is_owed(s: &Server) {
        let requested = track(s, &s.order(Until::Requested).code);
        assert_eq!((requested.get("balance_due"), requested.get("free_storage_until")), (None, None));
        assert_eq!(track(s, &s.order(Until::Confirmed).code)["balance_due"], som(1_230_400));
        let example = s.order(Until::Arrived);
        let view = track(s, &example.code);
        assert_eq!((&view["balance_due"], &view["parcels"]), (&som(112_800), &json!({"arrived": 1, "total": 1})));
        assert_eq!(view["free_storage_until"], "2026-06-01T09:00:00Z");
        assert_eq!(view["pickup_point"]["address"], "пр. Чуй, 1");
        s.pay_balance(&example.code);
        assert_eq!(track(s, &example.code).get("balance_due"), None);
        s.post(CASHIER, &format!("/v1/orders/{}/hand-over", example.code), json!({})).expect(200);
        let view = track(s, &example.code);
        assert_eq!((&view["status"], view.get("free_storage_until")), (&json!("picked_up"), None));
        let cancelled = s.order(Until::Arrived).code;
        s.post(ADMIN, &format!("/v1/orders/{cancelled}/cancel"), json!({"reason": "передумал"})).expect(200);
        assert_eq!(track(s, &cancelled).get("balance_due"), None);
    }

    fn a_checkpoint_is_shown_with_its_place_and_time(s: &Server) {
        let example = s.order(Until::Departed);
        s.advance(TimeDelta::days(2));
        let news = json!({"place": "Torugart", "status": "at_border", "at": "2026-05-26T10:00:00Z"});
        s.ship(&example.shipment, "checkpoints", news).expect(201);
        let view = s.get(ANYONE, &format!("/v1/track/{}?lang=en", example.code)).expect(200);
        let event = json!({"at": "2026-05-26T10:00:00Z", "status": "in_transit", "text": "Shipment at the border", "place": "Torugart"});
        assert_eq!(view["timeline"].as_array().unwrap().last(), Some(&event));
        assert_eq!(view["updated_at"], "2026-05-27T09:00:00Z");
    }

    fn a_code_is_read_as_people_type_it(s: &Server) {
        let code = s.order(Until::Requested).code;
        let typed = code.to_lowercase().replace('-', "").replace('0', "o").replace('1', "l");
        for typed in [typed, code.replace('-', "%20"), code.replace("TG", "%D0%A2G")] {
            assert_eq!(track(s, &typed)["code"], code);
        }
    }

    fn a_mistyped_code_is_not_looked_for_and_an_unknown_one_not_found(s: &Server) {
        let code = s.order(Until::Requested).code;
        let last = if code.ends_with('7') { '8' } else { '7' };
        let mistyped = format!("{}{last}", &code[..code.len() - 1]);
        let problem = s.get(ANYONE, &format!("/v1/track/{mistyped}")).expect_problem(400, "mistyped_code");
        assert_eq!(problem["title"], "Check the code");
        s.get(ANYONE, "/v1/track/hello").expect_problem(400, "mistyped_code");
        let unknown = OrderCode::generate("TG");
        s.get(ANYONE, &format!("/v1/track/{unknown}")).expect_problem(404, "not_found");
        s.send("DELETE", ANYONE, &format!("/v1/track/{code}"), &[], "").expect_problem(405, "method_not_allowed");
    }
}
