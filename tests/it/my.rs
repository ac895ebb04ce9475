//! What is a customer's own: their orders and nobody else's, their code, their numbers, their choices, and the end of it.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::pictures::*;
use crate::harness::server::*;

const MINE: &str = "+996700123456";
const THEIRS: &str = "+996555123456";

fn placed_for(phone: &str, name: &str) -> Value {
    json!({
        "customer": {"name": name, "phone": phone, "email": "canary@example.kg", "language": "ru"},
        "items": [{"description": "Робот-пылесос", "quantity": 1, "note": "canary-note",
            "link": "【淘宝】https://item.taobao.com/item.htm?spm=a&id=738401234567 点击"}],
    })
}

fn order_for(s: &Server, phone: &str, until: Until) -> String {
    s.order_of(placed_for(phone, "Канарейка Птицева"), until).code
}

/// An order with a photo of its own, and that photo.
fn photographed(s: &Server, code: &str) -> String {
    let photo = s.upload("POST", OPERATOR, &format!("/v1/orders/{code}/photos"), "image/jpeg", &receipt(7)).expect(201);
    photo["id"].as_str().unwrap().to_owned()
}

fn numbers(words: &[&str]) -> Value {
    json!({"tracking_numbers": words})
}

fn outcomes(answer: &Value) -> Vec<&str> {
    answer["results"].as_array().unwrap().iter().map(|one| one["outcome"].as_str().unwrap()).collect()
}

on_both! {
    fn a_customer_sees_their_orders_and_all_of_each(s: &Server) {
        let first = order_for(s, MINE, Until::Requested);
        let second = order_for(s, MINE, Until::PickedUp);
        order_for(s, THEIRS, Until::Requested);
        let me = s.client(MINE);
        let list = me.get("/v1/my/orders?lang=en").expect(200);
        let codes: Vec<_> = list["items"].as_array().unwrap().iter().map(|order| order["code"].as_str().unwrap()).collect();
        assert_eq!(codes, [second.as_str(), first.as_str()]);
        assert_eq!(list["items"][1]["status_text"], "Request received");
        assert_eq!(list["items"][1]["what"], "Робот-пылесос");
        let page = me.get("/v1/my/orders?limit=1").expect(200);
        let rest = me.get(&format!("/v1/my/orders?limit=1&cursor={}", page["next_cursor"].as_str().unwrap())).expect(200);
        assert_eq!((&page["items"][0]["code"], &rest["items"][0]["code"]), (&json!(second), &json!(first)));
        let order = me.get(&format!("/v1/my/orders/{second}?lang=en")).expect(200);
        assert_eq!((&order["status"], &order["balance"]), (&json!("picked_up"), &som(0)));
        assert_eq!(order["items"][0]["item_id"], "738401234567");
        assert_eq!(order["items"][0]["item_url"], "https://item.taobao.com/item.htm?id=738401234567");
        assert!(order["items"][0]["link"].as_str().unwrap().starts_with("【淘宝】"), "as it was given");
        assert_eq!(order["parcels"].as_array().unwrap().len(), 1);
        assert!(!order["payments"].as_array().unwrap().is_empty() && !order["timeline"].as_array().unwrap().is_empty());
        for login in ["operator", "cashier", "warehouse"] {
            assert!(!order.to_string().contains(&format!("\"{login}\"")), "{login}: {order}");
        }
    }

    fn somebody_elses_order_is_as_unknown_as_none(s: &Server) {
        let theirs = order_for(s, THEIRS, Until::Quoted);
        let nobodys = torugart::code::OrderCode::generate("TG").to_string();
        let photo = photographed(s, &theirs);
        let claimed = order_for(s, THEIRS, Until::Confirmed);
        let claim = json!({"amount": som(100_000), "bank": "MBank", "paid_at": "2026-05-25T08:30:00Z"});
        let claim_id = s.post(OPERATOR, &format!("/v1/orders/{claimed}/transfer-claims"), claim.clone()).expect(201)["id"].clone();
        order_for(s, MINE, Until::Quoted);
        let me = s.client(MINE);
        let before = s.state();
        let detail = |answer: &Answer, code: &str| {
            let problem = answer.expect_problem(404, "not_found");
            problem["detail"].as_str().unwrap().replace(code, "")
        };
        for code in [&theirs, &claimed] {
            for (method, end, sent) in [
                ("GET", "", None),
                ("POST", "/confirm", Some(json!({}))),
                ("POST", "/confirm", Some(json!({"phone_last4": "3456"}))),
                ("POST", "/decline", Some(json!({}))),
                ("POST", "/transfer-claims", Some(claim.clone())),
                ("GET", "/transfer-claims", None),
            ] {
                let ask = |code: &str| {
                    let path = format!("/v1/my/orders/{code}{end}");
                    match (&sent, method) {
                        (Some(body), _) => me.post(&path, body.clone()),
                        (None, _) => me.get(&path),
                    }
                };
                assert_eq!(detail(&ask(code), code), detail(&ask(&nobodys), &nobodys), "{method} {end}");
            }
        }
        let bearer = format!("Bearer {}", me.token);
        let own = order_for(s, MINE, Until::Confirmed);
        for code in [&claimed, &own] {
            let path = format!("/v1/my/orders/{code}/transfer-claims/{}/photo", claim_id.as_str().unwrap());
            let headers = [("authorization", bearer.as_str()), ("content-type", "image/jpeg")];
            s.send("PUT", ANYONE, &path, &headers, "not even a picture").expect_problem(404, "not_found");
        }
        me.get(&format!("/v1/my/photos/{photo}")).expect_problem(404, "not_found");
        for page in [format!("/my/orders/{theirs}"), format!("/my/photos/{photo}")] {
            let answer = me.page(&page);
            assert!(answer.status == 404 && !answer.text.contains("Канарейка"), "{page}");
        }
        for (form, fields) in [("offer", vec![("answer", "confirm"), ("quote_id", "0190b5a4-7b8e-7c3d-9a51-6f3f2f0e8d11")]), ("transfer", vec![("amount", "100"), ("bank", "M"), ("paid_at", "2026-05-25T10:00")])] {
            assert_eq!(me.submit(&format!("/my/orders/{theirs}/{form}"), &fields).status, 404, "{form}");
        }
        let text = me.get("/v1/my/orders").text;
        assert!(!text.contains(&theirs) && !text.contains("Канарейка"));
        let after = s.state();
        let changed = |line: &&String| !before.contains(line) && (line.contains(&theirs) || line.contains(&claimed));
        assert_eq!(after.iter().filter(changed).collect::<Vec<_>>(), [] as [&String; 0]);
    }

    fn a_canary_of_another_customer_is_in_nothing_that_is_mine(s: &Server) {
        let theirs = order_for(s, THEIRS, Until::PickedUp);
        let photo = photographed(s, &theirs);
        let them = s.client(THEIRS);
        them.patch("/v1/my", json!({"name": "Канарейка"})).expect(200);
        them.post("/v1/my/parcels", numbers(&["YT8812345678977"])).expect(200);
        let mut plain = request();
        plain["customer"]["phone"] = json!(MINE);
        let mine = s.order_of(plain, Until::Confirmed).code;
        let me = s.client(MINE);
        me.post("/v1/my/parcels", numbers(&["YT8812345678977", "YT8812345678988"])).expect(200);
        let mut said = Vec::new();
        for route in torugart::app::routes().iter().filter(|route| route.method == "GET" && route.path.contains("/my")) {
            let path = route.path.replace("{code}", &mine).replace("{branch}", "GZ").replace("{id}", &photo);
            let answer = if path.starts_with("/v1/") { me.get(&path) } else { me.page(&path) };
            assert!(answer.status == 200 || path.contains(&photo) && answer.status == 404, "{path}: {}", answer.text);
            said.push(answer.text);
        }
        assert!(said.len() > 12, "{}", said.len());
        let client_code = them.get("/v1/my").expect(200)["client_code"].as_str().unwrap().to_owned();
        for canary in ["Канарейка", "555123456", "canary", theirs.as_str(), them.token.as_str(), client_code.as_str()] {
            assert!(said.iter().all(|text| !text.contains(canary)), "{canary}");
        }
    }

    fn a_photo_is_shown_to_its_owner(s: &Server) {
        let code = order_for(s, MINE, Until::Requested);
        let photo = photographed(s, &code);
        let me = s.client(MINE);
        let order = me.get(&format!("/v1/my/orders/{code}")).expect(200);
        assert_eq!(order["photos"][0]["url"], format!("/v1/my/photos/{photo}"));
        for path in [format!("{}/v1/my/photos/{photo}?size=thumb", s.url), format!("{}/my/photos/{photo}", s.url)] {
            let agent = ureq::agent();
            let request = agent.get(&path).header("authorization", format!("Bearer {}", me.token));
            let request = if path.contains("/v1/") { request } else { agent.get(&path).header("cookie", me.cookie()) };
            let mut picture = request.call().unwrap();
            assert_eq!(picture.headers()["content-type"], "image/jpeg", "{path}");
            assert_eq!(picture.body_mut().read_to_vec().unwrap()[..2], [0xFF, 0xD8], "{path}");
        }
    }

    fn a_customer_chooses_among_offers_without_the_end_of_the_phone(s: &Server) {
        let code = order_for(s, MINE, Until::Quoted);
        let mut other = offer();
        other["alternative"] = json!(true);
        other["title"] = json!("black");
        s.post(OPERATOR, &format!("/v1/orders/{code}/quote"), other).expect(200);
        let me = s.client(MINE);
        let order = me.get(&format!("/v1/my/orders/{code}")).expect(200);
        let ids: Vec<_> = order["quotes"].as_array().unwrap().iter().map(|quote| quote["id"].clone()).collect();
        me.post(&format!("/v1/my/orders/{code}/confirm"), json!({})).expect_problem(422, "validation_failed");
        me.post(&format!("/v1/my/orders/{code}/decline"), json!({"quote_id": ids[0]})).expect(200);
        let answer = me.post(&format!("/v1/my/orders/{code}/confirm"), json!({"quote_id": ids[1]})).expect(200);
        assert_eq!(answer["status"], "confirmed");
        let by = s.get(OPERATOR, &format!("/v1/orders/{code}")).expect(200)["timeline"].as_array().unwrap().last().unwrap()["by"].clone();
        assert_eq!(by, "KG-10001", "the trail says which customer it was");
    }

    fn a_transfer_is_told_of_with_its_receipt(s: &Server) {
        let code = order_for(s, MINE, Until::Confirmed);
        let me = s.client(MINE);
        let claim = json!({"amount": som(100_000), "bank": "MBank", "paid_at": "2026-05-25T08:30:00Z"});
        let made = me.post(&format!("/v1/my/orders/{code}/transfer-claims"), claim).expect(201);
        let path = format!("{}/v1/my/orders/{code}/transfer-claims/{}/photo", s.url, made["id"].as_str().unwrap());
        let put = ureq::put(&path).header("authorization", format!("Bearer {}", me.token)).header("content-type", "image/jpeg");
        assert_eq!(put.send(&receipt(3)[..]).unwrap().status(), 200);
        let listed = me.get(&format!("/v1/my/orders/{code}/transfer-claims")).expect(200);
        assert!(listed["items"][0]["photo"].is_string() && listed["items"][0]["by"].is_null(), "{listed}");
        assert_eq!(s.get(CASHIER, "/v1/transfer-claims").expect(200)["items"][0]["by"], "KG-10001");
    }

    fn numbers_join_one_order_and_a_taken_one_tells_nothing(s: &Server) {
        let me = s.client(MINE);
        let first = me.post("/v1/my/parcels", numbers(&["yt 8812345678901", "SF1234567890123"])).expect(200);
        assert_eq!(outcomes(&first), ["registered", "registered"]);
        assert_eq!(first["results"][0], json!({"tracking_number": "YT8812345678901", "courier": "yto", "outcome": "registered"}));
        let second = me.post("/v1/my/parcels", numbers(&["JT5123456789012", "YT8812345678901", "JT5123456789012"])).expect(200);
        assert_eq!((outcomes(&second), &second["order_code"]), (vec!["registered", "already_registered"], &first["order_code"]));
        let code = first["order_code"].as_str().unwrap();
        let order = me.get(&format!("/v1/my/orders/{code}")).expect(200);
        assert_eq!((&order["kind"], &order["status"]), (&json!("forwarding"), &json!("awaiting_parcel")));
        assert_eq!(order["parcels"].as_array().unwrap().len(), 3);
        let other = s.client(THEIRS);
        let taken = other.post("/v1/my/parcels", numbers(&["YT8812345678901"])).expect(200);
        let own = me.post("/v1/my/parcels", numbers(&["YT8812345678901"])).expect(200);
        assert_eq!(taken, own, "whose a number is, nobody is told");
        assert_eq!(other.get("/v1/my/orders").expect(200)["items"], json!([]));
        let box_of_mine = json!({"tracking_number": "YT8812345678901", "weight_g": 900});
        let received = s.post(WAREHOUSE, "/v1/parcels/receive", box_of_mine).expect(200);
        assert_eq!(received["status"], "received", "{received}");
    }

    fn whoever_is_signed_in_may_claim_a_box_of_nobody_by_its_number(s: &Server) {
        let unclaimed = json!({"tracking_number": "YT8812345678955", "weight_g": 900});
        assert_eq!(s.post(WAREHOUSE, "/v1/parcels/receive", unclaimed).expect(200)["status"], "unclaimed");
        let me = s.client(MINE);
        let answer = me.post("/v1/my/parcels", numbers(&["YT8812345678955"])).expect(200);
        assert_eq!(outcomes(&answer), ["registered"]);
        let code = answer["order_code"].as_str().unwrap();
        assert_eq!(me.get(&format!("/v1/my/orders/{code}")).expect(200)["status"], "received_in_china");
    }

    fn nobody_places_an_order_for_another_phone_with_their_own_token(s: &Server) {
        let me = s.client(MINE);
        let refusal = me.post("/v1/orders", placed_for(THEIRS, "Чужой")).expect_problem(422, "validation_failed");
        assert_eq!(refusal["errors"][0]["pointer"], "/customer/phone");
        let placed = me.post("/v1/orders", placed_for(MINE, "Свой")).expect(201);
        assert!(placed["customer"].is_null(), "{placed}");
    }

    fn many_numbers_in_a_day_are_too_many(s: &Server) {
        let small = crate::harness::outbox::beside(s, |config| config.business.visitors.numbers_per_customer_day = 3);
        let me = small.client(MINE);
        let words: Vec<_> = (0..4).map(|number| format!("YT881234567890{number}")).collect();
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        me.post("/v1/my/parcels", numbers(&words)).expect_problem(429, "rate_limited");
        me.post("/v1/my/parcels", numbers(&words[..3])).expect(200);
        me.post("/v1/my/parcels", numbers(&["YT8812345678999"])).expect_problem(429, "rate_limited");
    }

    fn the_address_bears_the_client_code(s: &Server) {
        let me = s.client(MINE);
        let address = me.get("/v1/my/address").expect(200);
        assert_eq!(address["client_code"], "KG-10001");
        let warehouse = &address["warehouses"][0];
        assert_eq!((&warehouse["branch"], &warehouse["recipient"]), (&json!("GZ"), &json!("王 KG-10001")));
        let text = warehouse["text"].as_str().unwrap();
        assert!(text.starts_with("收件人: 王 KG-10001\n电话: ") && text.contains("广东省 广州市 白云区") && text.contains("邮编: "), "{text}");
        let picture = me.page("/my/address/GZ");
        assert_eq!(picture.header("content-type"), Some("image/svg+xml"));
        assert!(picture.text.contains("KG-10001") && picture.text.contains("收件人"), "{}", picture.text);
        assert_eq!(me.page("/my/address/OSH").status, 404);
    }

    fn a_customer_chooses_language_and_channels(s: &Server) {
        order_for(s, MINE, Until::Requested);
        let me = s.client(MINE);
        let choice = json!({"language": "ky", "channels": ["email", "sms"], "opted_out": false});
        assert_eq!(me.put("/v1/my/messages", choice.clone()).expect(200), choice);
        assert_eq!(s.get(OPERATOR, "/v1/customers/KG-10001/messages").expect(200), choice);
        let said = me.patch("/v1/my", json!({"name": "Айгуль", "email": "a@example.kg"})).expect(200);
        assert_eq!((&said["name"], &said["email"]), (&json!("Айгуль"), &json!("a@example.kg")));
        me.patch("/v1/my", json!({"email": "nonsense"})).expect_problem(422, "validation_failed");
        let trail = s.get(AUDITOR, "/v1/audit?object=KG-10001").text;
        assert!(!trail.contains("Айгуль") && !trail.contains("a@example.kg"), "{trail}");
    }

    fn data_is_deleted_when_nothing_is_open(s: &Server) {
        let code = order_for(s, MINE, Until::Confirmed);
        let done = order_for(s, MINE, Until::PickedUp);
        let photo = photographed(s, &done);
        let cancelled = order_for(s, MINE, Until::Requested);
        s.post(OPERATOR, &format!("/v1/orders/{cancelled}/cancel"), json!({"reason": "changed their mind"})).expect(200);
        let me = s.client(MINE);
        me.put("/v1/my/messages", json!({"language": "ru"})).expect(200);
        me.patch("/v1/my", json!({"name": "Канарейка \"Птицева\""})).expect(200);
        me.post("/v1/my/erase", json!({"client_code": "KG-10002"})).expect_problem(422, "validation_failed");
        let refusal = me.post("/v1/my/erase", json!({"client_code": "KG-10001"})).expect_problem(409, "still_open");
        assert_eq!(refusal["open_orders"], json!([code]));
        assert!(refusal["balance"]["amount"].as_i64().unwrap() > 0, "{refusal}");
        s.post(OPERATOR, &format!("/v1/orders/{code}/cancel"), json!({"reason": "changed their mind"})).expect(200);
        let traces = ["Канарейка", "700123456", "canary@example.kg", "canary-note"];
        let before = s.everything();
        for trace in traces {
            assert!(before.contains(trace), "{trace}");
        }
        let books = s.get(ADMIN, &format!("/v1/orders/{done}/ledger")).expect(200);
        assert_eq!(me.post("/v1/my/erase", json!({"client_code": "kg-10001"})).status, 204);
        let after = s.everything();
        for trace in traces {
            let left: Vec<_> = after.lines().filter(|line| line.contains(trace)).collect();
            assert_eq!(left, [] as [&str; 0], "{trace}");
        }
        for (part, found) in [("70012345", 0), (&done[3..10], 1)] {
            let page = s.get(ADMIN, &format!("/v1/orders?q={part}")).expect(200);
            assert_eq!(page["items"].as_array().unwrap().len(), found, "{part}");
        }
        me.get("/v1/my").expect_problem(401, "unauthenticated");
        assert_eq!(s.get(ADMIN, &format!("/v1/orders/{done}/ledger")).expect(200), books, "the books stay");
        let seen = s.get(ADMIN, &format!("/v1/orders/{done}")).expect(200);
        assert_eq!((&seen["customer"]["client_code"], &seen["customer"]["phone"]), (&json!("KG-10001"), &json!("")));
        s.get(ADMIN, &format!("/v1/photos/{photo}")).expect_problem(404, "not_found");
        let trail = s.get(AUDITOR, "/v1/audit?object=KG-10001").expect(200);
        assert_eq!((&trail["items"][0]["action"], &trail["items"][0]["by"]), (&json!("customer.erased"), &json!("KG-10001")));
        s.advance(TimeDelta::minutes(2));
        assert_eq!(s.client(MINE).get("/v1/my").expect(200)["client_code"], "KG-10002", "whoever has the phone now is another");
    }

    fn credit_keeps_the_data(s: &Server) {
        let code = order_for(s, MINE, Until::Confirmed);
        s.post(CASHIER, &format!("/v1/orders/{code}/payments"), json!({"method": "cash", "amount": som(100_000)})).expect(201);
        s.post(OPERATOR, &format!("/v1/orders/{code}/cancel"), json!({"reason": "sold out"})).expect(200);
        let me = s.client(MINE);
        let refusal = me.post("/v1/my/erase", json!({"client_code": "KG-10001"})).expect_problem(409, "still_open");
        assert_eq!((&refusal["open_orders"], &refusal["balance"]), (&json!([]), &som(-100_000)));
        assert!(refusal["detail"].as_str().unwrap().contains("paid back"), "{refusal}");
    }
}
