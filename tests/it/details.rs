//! What a second fact opens, what it does not, and what nobody learns without it.

use chrono::TimeDelta;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use torugart::code::OrderCode;

use crate::harness::pictures::receipt;
use crate::harness::program::Shell;
use crate::harness::server::*;
use crate::harness::warehouse::plain;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// What a customer tells nobody but us.
const CANARIES: [&str; 8] =
    ["Канарейкина", "Canary", "555987601", "7601", "kanareika@example.kg", "kanariy-link", "жёлтая птица", "в клетке"];

fn canary_request() -> Value {
    json!({
        "customer": {"name": "Канарейкина Canary", "phone": "0555 987 601", "email": "kanareika@example.kg", "language": "ru"},
        "items": [{"description": "жёлтая птица", "quantity": 1, "link": "https://detail.1688.com/kanariy-link.html", "note": "в клетке"}],
    })
}

fn post_form(s: &Server, path: &str, cookie: &str, body: &str) -> Answer {
    s.send("POST", ANYONE, path, &[FORM, ("cookie", cookie)], body)
}

fn unlock(s: &Server, code: &str, last4: &str) -> Answer {
    post_form(s, &format!("/t/{code}/details?lang=ru"), "", &format!("phone_last4={last4}"))
}

/// The pass, as a browser sends it back.
fn pass(s: &Server, code: &str, last4: &str) -> String {
    let answer = unlock(s, code, last4);
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer.header("set-cookie").expect("a pass").split(';').next().unwrap().to_owned()
}

fn see(s: &Server, path: &str, cookie: &str) -> Answer {
    s.send("GET", ANYONE, path, &[("cookie", cookie)], "")
}

fn wrong_guesses(s: &Server) -> Vec<String> {
    s.state().into_iter().filter(|line| line.starts_with("phone_guesses: ")).collect()
}

/// An answer without what differs from call to call.
fn shape(answer: &Answer, code: &str) -> (u16, Vec<String>, String) {
    let mut names: Vec<_> = answer
        .headers
        .iter()
        .filter(|(name, _)| !["x-request-id", "date"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    names.sort();
    let id = answer.header("x-request-id").unwrap();
    (answer.status, names, answer.text.replace(code, "CODE").replace(id, "ID"))
}

on_both! {
    fn the_end_of_the_phone_opens_the_details(s: &Server) {
        let code = s.order_of(canary_request(), Until::Arrived).code;
        let locked = s.get(ANYONE, &format!("/t/{code}/details?lang=ru"));
        assert!(locked.status == 200 && locked.text.contains("name=\"phone_last4\""), "{}", locked.text);
        let answer = unlock(s, &code, "7601");
        assert_eq!((answer.status, answer.header("location")), (303, Some(format!("/t/{code}/details?lang=ru").as_str())));
        assert_eq!(answer.header("cache-control"), Some("private, no-store"));
        let cookie = answer.header("set-cookie").expect("a pass");
        for part in [format!("__Host-{code}="), "HttpOnly".into(), "SameSite=Strict".into(), "Secure".into(), "Path=/".into(), "Max-Age=1800".into()] {
            assert!(cookie.contains(&part), "{part} is not in {cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
        let open = see(s, &format!("/t/{code}/details?lang=ru"), cookie.split(';').next().unwrap());
        assert_eq!((open.header("cache-control"), open.header("etag")), (Some("private, no-store"), None));
        let page = plain(&open.text);
        for part in ["жёлтая птица", "Robot vacuum cleaner", "4,3 кг", "В пункте выдачи", "12 304 сом", "Наличные", "1 128 сом"] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
        for canary in ["Канарейкина", "555987601", "kanareika@example.kg"] {
            assert!(!page.contains(canary), "the code and four digits are no reason to tell the rest: {canary}");
        }
    }

    fn the_same_as_json(s: &Server) {
        let example = s.order_of(canary_request(), Until::Arrived);
        let path = format!("/v1/track/{}/details", example.code);
        let answer = s.post(ANYONE, &format!("{path}?lang=en"), json!({"phone_last4": "7601"}));
        let told = answer.expect(200);
        assert_eq!(told["track"], s.get(ANYONE, &format!("/v1/track/{}?lang=en", example.code)).expect(200));
        assert_eq!((&told["items"][0]["description"], &told["items"][0]["note"]), (&json!("жёлтая птица"), &json!("в клетке")));
        assert_eq!(told["quotes"][0]["lines"][0]["description"], "Robot vacuum cleaner");
        assert_eq!(told["quotes"][0].get("created_by"), None, "a login is nobody else's business");
        let parcel = &told["parcels"][0];
        assert_eq!((&parcel["weight_g"], &parcel["status_text"]), (&json!(4_300), &json!("At the pickup point")));
        assert_eq!(parcel["tracking_number"], example.tracking_number);
        assert_eq!(told["payments"][0]["amount"], som(1_230_400));
        assert_eq!(told["opens_until"], "2026-05-25T09:30:00Z");
        assert!(answer.header("set-cookie").is_some_and(|cookie| cookie.contains("__Host-")));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        s.post(ANYONE, &path, json!({})).expect_problem(422, "validation_failed");
        s.post(ANYONE, &path, json!({"phone_last4": "7601", "phone": "x"})).expect_problem(422, "validation_failed");
    }

    fn an_unknown_code_and_a_wrong_end_have_one_answer_and_cost_the_same(s: &Server) {
        let code = s.order_of(canary_request(), Until::Quoted).code;
        let unknown = OrderCode::generate("TG").to_string();
        // Both leave one more wrong guess behind, whatever exists: the statements are the same.
        let cost = |code: &str, guess: &dyn Fn(&str) -> Answer| {
            let before = wrong_guesses(s);
            let answer = guess(code);
            let added = wrong_guesses(s).into_iter().filter(|line| !before.contains(line)).count();
            (shape(&answer, code), added)
        };
        for tail in ["0000", "", "760", "+996555987601"] {
            let by_form = |code: &str| unlock(s, code, tail);
            let by_call = |code: &str| s.post(ANYONE, &format!("/v1/track/{code}/details"), json!({"phone_last4": tail}));
            for guess in [&by_form as &dyn Fn(&str) -> Answer, &by_call] {
                let (known, unknown) = (cost(&code, guess), cost(&unknown, guess));
                assert_eq!(known, unknown, "{tail:?}");
                assert!(known.0.0 == 404 && known.1 <= 1, "{known:?}");
            }
        }
        let right = |code: &str| unlock(s, code, "7601");
        assert_eq!(shape(&right(&code), &code), shape(&right(&unknown), &unknown), "too many were wrong before");
    }

    fn five_wrong_ends_close_an_order_for_an_hour(s: &Server) {
        let code = s.order_of(canary_request(), Until::Quoted).code;
        let other = s.order_of(canary_request(), Until::Quoted).code;
        for guess in ["0001", "0002", "0003", "0004"] {
            assert_eq!(unlock(s, &code, guess).status, 404);
        }
        assert_eq!(unlock(s, &code, "7601").status, 303, "the fifth may be right");
        // Another door counts as well, and what is counted there counts here.
        s.post(ANYONE, &format!("/v1/orders/{code}/confirm"), json!({"phone_last4": "0005"})).expect_problem(404, "not_found");
        assert_eq!(unlock(s, &code, "7601").status, 404);
        s.post(ANYONE, &format!("/v1/orders/{code}/confirm"), json!({"phone_last4": "7601"})).expect_problem(404, "not_found");
        assert_eq!(s.see(&code)["status"], "quoted");
        assert_eq!(unlock(s, &other, "7601").status, 303, "another order is another matter");
        s.advance(TimeDelta::minutes(59));
        assert_eq!(unlock(s, &code, "7601").status, 404);
        s.advance(TimeDelta::minutes(1));
        assert_eq!(unlock(s, &code, "7601").status, 303);
        // At the counter it is counted apart: nobody can keep a customer from their parcels this way.
        s.post(OPERATOR, &format!("/v1/orders/{code}/confirm"), json!({})).expect(200);
    }

    fn guesses_that_come_at_once_are_counted_one_by_one(s: &Server) {
        let code = s.order_of(canary_request(), Until::Quoted).code;
        std::thread::scope(|scope| {
            let guesses: Vec<_> = (0..12).map(|n| scope.spawn({ let code = &code; move || unlock(s, code, &format!("000{}", n % 10)).status })).collect();
            assert!(guesses.into_iter().all(|guess| guess.join().unwrap() == 404));
        });
        assert!(wrong_guesses(s).iter().any(|line| line.ends_with(" 5")), "{:?}", wrong_guesses(s));
        assert_eq!(unlock(s, &code, "7601").status, 404);
    }

    fn a_pass_opens_one_order_for_half_an_hour(s: &Server) {
        let code = s.order_of(canary_request(), Until::Quoted).code;
        let other = s.order_of(canary_request(), Until::Quoted).code;
        let good = pass(s, &code, "7601");
        let is_open = |code: &str, cookie: &str| {
            let answer = see(s, &format!("/t/{code}/details"), cookie);
            assert_eq!(answer.status, 200);
            answer.text.contains("жёлтая птица")
        };
        assert!(is_open(&code, &good) && is_open(&code.to_lowercase().replace('-', ""), &good));
        let (name, value) = good.split_once('=').unwrap();
        let (until, seal) = value.split_once('.').unwrap();
        let later = until.parse::<i64>().unwrap() + 3_600;
        for forged in [
            format!("{name}={later}.{seal}"),
            format!("{name}={until}.{}", "0".repeat(64)),
            format!("{name}={until}."),
            format!("{name}={until}"),
            format!("{name}=.{seal}"),
            format!("{name}=9999999999999999999.{seal}"),
            String::new(),
        ] {
            assert!(!is_open(&code, &forged), "{forged}");
        }
        assert!(!is_open(&other, &good));
        assert!(!is_open(&other, &good.replace(&code, &other)), "a seal is of one order");
        s.advance(TimeDelta::minutes(30) - TimeDelta::seconds(1));
        assert!(is_open(&code, &good));
        s.advance(TimeDelta::seconds(1));
        assert!(!is_open(&code, &good));
    }

    fn an_offer_is_taken_or_refused_on_the_page(s: &Server) {
        let code = s.order_of(canary_request(), Until::Quoted).code;
        let cookie = pass(s, &code, "7601");
        let quote = s.see(&code)["quote"]["id"].as_str().unwrap().to_owned();
        let path = |call: &str| format!("/t/{code}/{call}?lang=ru");
        let form = format!("quote_id={quote}");
        let open = see(s, &path("details"), &cookie);
        assert!(open.text.contains(&format!("value=\"{quote}\"")) && open.text.contains("Согласиться"), "{}", open.text);
        // Without the pass, or from a page of somebody else, nothing happens.
        for call in ["confirm", "decline", "transfer"] {
            let answer = s.unchanged_by(|| post_form(s, &path(call), "", &form));
            assert!(answer.status == 200 && answer.text.contains("phone_last4"), "{call}: {}", answer.text);
            let headers = [FORM, ("cookie", cookie.as_str()), ("sec-fetch-site", "cross-site")];
            assert_eq!(s.unchanged_by(|| s.send("POST", ANYONE, &path(call), &headers, &form)).status, 403, "{call}");
        }
        let odd = post_form(s, &path("confirm"), &cookie, "quote_id=none");
        assert!(odd.status == 422 && odd.text.contains("Проверьте, что написано в форме"), "{}", odd.text);
        let taken = post_form(s, &path("confirm"), &cookie, &form);
        assert_eq!((taken.status, taken.header("location")), (303, Some(path("details").as_str())));
        assert_eq!(s.see(&code)["status"], "confirmed");
        let again = post_form(s, &path("confirm"), &cookie, &form);
        assert!(again.status == 409 && again.text.contains("заказ уже на другом шаге"), "{}", again.text);
        let other = s.order_of(canary_request(), Until::Quoted).code;
        let (pass, quote) = (pass(s, &other, "7601"), s.see(&other)["quote"]["id"].as_str().unwrap().to_owned());
        post_form(s, &format!("/t/{other}/decline"), &pass, &format!("quote_id={quote}"));
        assert_eq!(s.see(&other)["status"], "requested");
    }

    fn an_offer_that_has_ended_is_told_and_written_down(s: &Server) {
        let code = s.order_of(canary_request(), Until::Quoted).code;
        s.advance(TimeDelta::hours(49));
        let cookie = pass(s, &code, "7601");
        let quote = s.see(&code)["quote"]["id"].as_str().unwrap().to_owned();
        let open = see(s, &format!("/t/{code}/details?lang=ru"), &cookie);
        assert!(open.text.contains("Срок прошёл") && !open.text.contains("Согласиться"), "{}", open.text);
        let late = post_form(s, &format!("/t/{code}/confirm?lang=ru"), &cookie, &format!("quote_id={quote}"));
        assert!(late.status == 409 && late.text.contains("Срок этой цены прошёл"), "{}", late.text);
        assert_eq!(s.see(&code)["status"], "requested");
    }

    fn a_transfer_is_told_of_with_the_photo_of_its_receipt(s: &Server) {
        let code = s.order_of(canary_request(), Until::Confirmed).code;
        let cookie = pass(s, &code, "7601");
        let send = |amount: &str, photo: &[u8]| {
            let mut body = Vec::new();
            for (name, value) in [("amount", amount), ("bank", "MBank"), ("paid_at", "2026-05-25T14:30"), ("payer", "")] {
                body.extend(format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
            }
            body.extend(b"--edge\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n");
            body.extend(photo);
            body.extend(b"\r\n--edge--\r\n");
            s.send_bytes("POST", &format!("/t/{code}/transfer?lang=ru"), &[("content-type", "multipart/form-data; boundary=edge"), ("cookie", &cookie)], &body)
        };
        for (amount, photo, status, words) in [
            ("all of it", &receipt(7)[..], 422, "Проверьте сумму"),
            ("12 304", &b"no picture"[..], 422, "Это фото не подходит"),
        ] {
            let answer = s.unchanged_by(|| send(amount, photo));
            assert!(answer.status == status && answer.text.contains(words), "{amount}: {}", answer.text);
        }
        assert_eq!(send("12 304", &receipt(7)).status, 303);
        let claim = &s.get(CASHIER, "/v1/transfer-claims").expect(200)["items"][0];
        assert_eq!((&claim["amount"], &claim["bank"], &claim["payer"]), (&som(1_230_400), &json!("MBank"), &Value::Null));
        assert_eq!(claim["paid_at"], "2026-05-25T08:30:00Z");
        assert!(claim["photo"].is_string(), "{claim}");
        assert_eq!(send("1", &[]).status, 303, "a receipt may follow");
        let page = plain(&see(s, &format!("/t/{code}/details?lang=ru"), &cookie).text);
        assert!(page.contains("12 304 сом") && page.contains("проверяем"), "{page}");
    }

    fn photos_are_shown_to_who_opened_the_order_and_to_nobody_else(s: &Server) {
        let example = s.order_of(canary_request(), Until::Received);
        let parcel = s.parcel(&example.tracking_number)["id"].as_str().unwrap().to_owned();
        let photo = s.upload("POST", WAREHOUSE, &format!("/v1/parcels/{parcel}/photos"), "image/jpeg", &receipt(3)).expect(201);
        let wanted = s.upload("POST", OPERATOR, &format!("/v1/orders/{}/photos", example.code), "image/jpeg", &receipt(4)).expect(201);
        let cookie = pass(s, &example.code, "7601");
        let other = s.order_of(canary_request(), Until::Received).code;
        let foreign = pass(s, &other, "7601");
        let page = see(s, &format!("/t/{}/details", example.code), &cookie).text;
        for id in [&photo["id"], &wanted["id"]].map(|id| id.as_str().unwrap()) {
            let path = format!("/t/{}/photos/{id}?size=thumb", example.code);
            assert!(page.contains(&path), "{path} is not in {page}");
            let (status, headers) = s.download_with(&path, &[("cookie", &cookie)]);
            assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "image/jpeg"));
            assert_eq!(headers["cache-control"], "private, no-store");
            for cookie in ["", foreign.as_str()] {
                see(s, &path, cookie).expect_problem(404, "not_found");
            }
            see(s, &path.replace(&example.code, &other), &foreign).expect_problem(404, "not_found");
        }
    }

    fn a_canary_is_seen_by_nobody_without_the_second_fact(s: &Server) {
        for until in [Until::Requested, Until::Quoted, Until::Confirmed, Until::Paid, Until::Purchased, Until::Received,
            Until::Loaded, Until::Departed, Until::Arrived, Until::PickedUp] {
            let example = s.order_of(canary_request(), until);
            if until == Until::Departed {
                let news = json!({"place": "Torugart", "status": "delayed", "note": "Canary", "reason": "snow", "delay_minutes": 600});
                s.ship(&example.shipment, "checkpoints", news).expect(201);
            }
            let mut canaries: Vec<String> = CANARIES.map(str::to_owned).to_vec();
            let mut photos = Vec::new();
            if until >= Until::Received {
                let parcel = s.parcel(&example.tracking_number);
                canaries.extend([&parcel["id"], &parcel["barcode"]].map(|part| part.as_str().unwrap().to_owned()));
                canaries.push(example.tracking_number.clone());
                let path = format!("/v1/parcels/{}/photos", parcel["id"].as_str().unwrap());
                if until != Until::PickedUp {
                    photos.push(s.upload("POST", WAREHOUSE, &path, "image/jpeg", &receipt(until as u32 + 20)).expect(201)["id"].as_str().unwrap().to_owned());
                }
            }
            let code = &example.code;
            let mut answers = Vec::new();
            for lang in ["ky", "ru", "en"] {
                for path in [format!("/t/{code}"), format!("/t/{code}/details"), format!("/v1/track/{code}"), format!("/t?code={code}")] {
                    answers.push(s.get(ANYONE, &format!("{path}{}lang={lang}", if path.contains('?') { '&' } else { '?' })));
                }
                answers.push(unlock(s, code, "0000"));
            }
            answers.push(s.post(ANYONE, &format!("/v1/track/{code}/details"), json!({"phone_last4": "0000"})));
            for id in &photos {
                answers.push(s.get(ANYONE, &format!("/t/{code}/photos/nothing")));
                let (status, headers) = s.download_with(&format!("/t/{code}/photos/{id}"), &[]);
                assert_eq!((status, headers["content-type"].to_str().unwrap()), (404, "application/problem+json"));
            }
            for path in ["/v1/orders/CODE", "/v1/orders/CODE/photos", "/v1/orders/CODE/ledger", "/v1/orders/CODE/elqr", "/v1/orders/CODE/transfer-claims",
                "/v1/branches", "/metrics", "/healthz", "/openapi.json", "/price", "/"] {
                answers.push(s.get(ANYONE, &path.replace("CODE", code)));
            }
            canaries.extend(photos);
            for answer in answers {
                // A figure may be any number, also the end of somebody's phone; its name may not.
                let names = |line: &str| line.rsplit_once(' ').map_or(String::new(), |(name, _)| format!("{name}\n"));
                let is_figures = answer.text.starts_with("# ");
                let text = if is_figures { answer.text.lines().map(names).collect() } else { answer.text.clone() };
                let mut shown = text.replace(code, "");
                shown += &answer.headers.iter().map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap().replace(code, ""))).collect::<String>();
                // Nor does what is drawn at random or hashed tell of the end of a phone that it happens to hold.
                for value in ["x-request-id", "etag"].iter().filter_map(|name| answer.header(name)) {
                    shown = shown.replace(value, "");
                }
                for canary in &canaries {
                    assert!(!shown.contains(canary.as_str()), "{until:?}: {canary} is shown in {shown}");
                }
            }
        }
    }

    fn a_firm_that_speaks_two_languages_answers_in_one_of_them(s: &Server) {
        let code = s.order(Until::Arrived).code;
        let two = Server::start_with(s.app.config.database.url.expose_secret(), |config| {
            config.business.face.languages = vec![torugart::texts::Lang::Ky, torugart::texts::Lang::Ru];
            config.business.face.default_language = torugart::texts::Lang::Ky;
            config.elqr.provider_id = "pay.example.kg".to_owned();
            config.elqr.service_code = "cargo".to_owned();
            config.elqr.mcc = "4215".to_owned();
            config.elqr.name = "CARGO".to_owned();
        });
        let lang = |query: &str, accepted: &str| {
            let answer = two.send("GET", ANYONE, &format!("/t/{code}{query}"), &[("accept-language", accepted)], "");
            answer.header("content-language").unwrap().to_owned()
        };
        for (query, accepted, spoken) in [("", "", "ky"), ("", "en, ru;q=0.5", "ru"), ("?lang=en", "de", "ky"), ("?lang=ru", "ky", "ru")] {
            assert_eq!(lang(query, accepted), spoken, "{query} {accepted}");
        }
        let page = two.get(ANYONE, &format!("/t/{code}?lang=ru"));
        assert!(!page.text.contains("lang=en\""), "{}", page.text);
        // The code to pay by holds the order's code and the sum, and nothing of its customer.
        assert!(page.text.contains("Код для оплаты") && page.text.contains("https://app.mbank.kg/qr/#"), "{}", page.text);
        let wallet = page.text.split("https://app.mbank.kg/qr/").nth(1).unwrap().split('"').next().unwrap();
        let said = torugart::elqr::parse(&format!("https://app.mbank.kg/qr/{}", wallet.replace("&#38;", "&"))).unwrap();
        assert_eq!(said.service.transaction_id.as_deref(), Some(code.as_str()));
        assert_eq!((said.comment, said.extra.len(), said.service.account), (None, 0, None));
    }
}

/// The program itself, because its log belongs to it.
#[test]
fn a_canary_stands_in_no_log_line() {
    let shell = Shell::new().set("TORUGART__LOG__LEVEL", "debug").set("TORUGART__RATES__URL", "");
    let server = shell.start(&["serve"]);
    let url = server.url();
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let placed = agent.post(format!("{url}/v1/orders")).header("content-type", "application/json");
    let placed: Value =
        placed.send(canary_request().to_string()).unwrap().body_mut().read_to_string().unwrap().parse().unwrap();
    let code = placed["code"].as_str().expect("a code").to_owned();
    let get = |path: &str| agent.get(format!("{url}{path}")).call().unwrap().status().as_u16();
    for path in
        [format!("/t/{code}"), format!("/t/{code}/details"), format!("/v1/track/{code}"), format!("/t/{code}/photos/1")]
    {
        get(&path);
    }
    for last4 in ["7601", "0000"] {
        let form = agent.post(format!("{url}/t/{code}/details")).header(FORM.0, FORM.1);
        form.send(format!("phone_last4={last4}")).unwrap();
    }
    assert_eq!(get("/t/the-last-word"), 400);
    let log = server.whole_log();
    assert!(log.iter().filter(|line| line.contains("/t/{code}")).count() >= 6, "{log:?}");
    // What is sent to a customer is printed where no gateway is set up; that is what the log transport is for.
    for line in log.iter().filter(|line| !line.contains("torugart::notifications")) {
        for canary in CANARIES.iter().map(|canary| (*canary).to_owned()).chain([code.clone()]) {
            assert!(!line.contains(&canary), "{canary} is logged: {line}");
        }
    }
}
