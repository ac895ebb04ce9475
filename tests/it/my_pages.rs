//! The pages of a customer who is signed in: a cookie lets them in, another site's form does nothing.

use chrono::TimeDelta;
use serde_json::json;
use torugart::texts::Lang;

use crate::harness::client::*;
use crate::harness::pictures::*;
use crate::harness::server::*;

const PHONE: &str = "+996700123456";
const PAGES: [&str; 3] = ["/my", "/my/address", "/my/settings"];

fn location(answer: &Answer) -> &str {
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer.header("location").unwrap()
}

on_both! {
    fn a_phone_and_a_code_lead_in_by_cookie(s: &Server) {
        for page in PAGES {
            assert_eq!(location(&s.get(ANYONE, &format!("{page}?lang=ky"))), "/my/sign-in?lang=ky", "{page}");
        }
        let form = s.get(ANYONE, "/my/sign-in?lang=ru");
        assert!(form.text.contains("autocomplete=\"tel\""));
        let submit = |path: &str, fields: &[(&str, &str)]| s.send("POST", ANYONE, path, &[FORM], &filled(fields));
        let bad = submit("/my/sign-in?lang=ru", &[("phone", "07")]);
        assert!(bad.status == 422 && bad.text.contains("Проверьте номер") && bad.text.contains("value=\"07\""));
        let asked = submit("/my/sign-in?lang=ru", &[("phone", "0700 123 456")]);
        let foreign = submit("/my/sign-in?lang=ru", &[("phone", "+79161234567")]);
        assert_eq!(asked.text.replace(PHONE, "x"), foreign.text.replace("+79161234567", "x"), "the same page for every phone");
        let wrong = submit("/my/sign-in/code?lang=ru", &[("phone", PHONE), ("code", "12")]);
        assert!(wrong.status == 422 && wrong.text.contains("Код неверный"));
        let code = s.code_for(PHONE).unwrap();
        let entered = submit("/my/sign-in/code?lang=ru", &[("phone", PHONE), ("code", &code)]);
        assert_eq!(location(&entered), "/my?lang=ru");
        let cookie = entered.header("set-cookie").unwrap();
        assert!(cookie.starts_with("__Host-torugart=customer_"), "{cookie}");
        for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax", "Max-Age=2592000"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        let kept = cookie.split(';').next().unwrap();
        let page = s.send("GET", ANYONE, "/my?lang=ru", &[("cookie", kept)], "");
        assert!(page.status == 200 && page.text.contains("KG-10001"), "{}", page.text);
        assert_eq!(page.header("cache-control"), Some("private, no-store"));
    }

    fn another_sites_form_does_nothing(s: &Server) {
        let code = s.order(Until::Quoted).code;
        let me = s.client(PHONE);
        let quote = me.get(&format!("/v1/my/orders/{code}")).expect(200)["quotes"][0]["id"].as_str().unwrap().to_owned();
        let cookie = me.cookie();
        let forms: [(&str, Vec<(&str, &str)>); 6] = [
            (&format!("/my/orders/{code}/offer"), vec![("answer", "confirm"), ("quote_id", &quote)]),
            (&format!("/my/orders/{code}/transfer"), vec![("amount", "100"), ("bank", "M"), ("paid_at", "2026-05-25T10:00")]),
            ("/my/numbers", vec![("numbers", "YT8812345678901")]),
            ("/my/settings", vec![("name", "x")]),
            ("/my/sign-out", vec![]),
            ("/my/erase", vec![("client_code", "KG-10001")]),
        ];
        for (path, fields) in &forms {
            for from in [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")] {
                let headers = [("cookie", cookie.as_str()), FORM, from];
                s.unchanged_by(|| s.send("POST", ANYONE, path, &headers, &filled(fields))).expect_problem(403, "forbidden");
            }
        }
    }

    fn an_offer_is_taken_on_the_page_and_a_second_press_does_no_harm(s: &Server) {
        let code = s.order(Until::Quoted).code;
        let me = s.client(PHONE);
        let quote = me.get(&format!("/v1/my/orders/{code}")).expect(200)["quotes"][0]["id"].as_str().unwrap().to_owned();
        let page = me.page(&format!("/my/orders/{code}?lang=ru"));
        assert!(page.text.contains("Выберите предложение") && page.text.contains(&quote), "{}", page.text);
        let take = || me.submit(&format!("/my/orders/{code}/offer?lang=ru"), &[("answer", "confirm"), ("quote_id", &quote)]);
        assert_eq!(location(&take()), format!("/my/orders/{code}?lang=ru&said=confirmed"));
        assert_eq!(location(&take()), format!("/my/orders/{code}?lang=ru&said=too-late"));
        let page = me.page(&format!("/my/orders/{code}?lang=ru&said=confirmed"));
        assert!(page.text.contains("ждём предоплату") && page.text.contains("Я оплатил переводом") && !page.text.contains(&quote));
    }

    fn an_offer_that_has_ended_is_not_taken(s: &Server) {
        let code = s.order(Until::Quoted).code;
        let me = s.client(PHONE);
        let quote = me.get(&format!("/v1/my/orders/{code}")).expect(200)["quotes"][0]["id"].as_str().unwrap().to_owned();
        s.advance(TimeDelta::hours(50));
        let said = me.submit(&format!("/my/orders/{code}/offer?lang=en"), &[("answer", "confirm"), ("quote_id", &quote)]);
        assert!(location(&said).ends_with("said=expired"), "{said:?}");
        assert_eq!(s.see(&code)["status"], "requested");
    }

    fn a_transfer_with_its_receipt_is_told_on_the_page(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let me = s.client(PHONE);
        let path = format!("/my/orders/{code}/transfer?lang=en");
        let bad = me.submit(&path, &[("amount", "x"), ("bank", ""), ("paid_at", "yesterday"), ("reference", "keep me")]);
        assert!(bad.status == 422 && bad.text.contains("keep me") && bad.text.contains("Write a sum in som"), "{}", bad.text);
        let fields = [("amount", "1 000"), ("bank", "MBank"), ("paid_at", "2026-05-25T14:30"), ("reference", "P2P 1")];
        let (media_type, body) = with_file(&fields, &receipt(9));
        let sent = ureq::post(format!("{}{path}", s.url))
            .config()
            .max_redirects(0)
            .build()
            .header("content-type", &media_type)
            .header("cookie", me.cookie())
            .send(&body[..])
            .unwrap();
        assert_eq!(sent.status(), 303);
        let claim = s.get(CASHIER, "/v1/transfer-claims").expect(200)["items"][0].clone();
        assert_eq!((&claim["amount"], &claim["paid_at"], &claim["by"]), (&som(100_000), &json!("2026-05-25T08:30:00Z"), &json!("KG-10001")));
        assert!(claim["photo"].is_string());
        assert!(me.page(&format!("/my/orders/{code}?lang=en")).text.contains("We are checking it"));
    }

    fn numbers_settings_and_leaving_work_on_pages(s: &Server) {
        let me = s.client(PHONE);
        let bad = me.submit("/my/numbers?lang=en", &[("numbers", "ы"), ("pickup_point", "BISH")]);
        assert!(bad.status == 422 && bad.text.contains("6 to 40 Latin letters") && bad.text.contains(">ы<"), "{}", bad.text);
        let page = me.submit("/my/numbers?lang=en", &[("numbers", "yt8812345678901\n\nSF1234567890123"), ("pickup_point", "BISH")]);
        assert!(page.status == 200 && page.text.contains("YT8812345678901") && page.text.matches("Registered").count() == 2, "{}", page.text);
        let page = me.submit("/my/numbers?lang=en", &[("numbers", "YT8812345678901")]);
        assert!(page.text.contains("registered already"), "{}", page.text);
        let saved = me.submit("/my/settings?lang=ru", &[("name", "Айгуль"), ("email", ""), ("language", "ky"), ("by_sms", "on")]);
        assert_eq!(location(&saved), "/my/settings?lang=ru&said=saved");
        assert_eq!(me.get("/v1/my/messages").expect(200), json!({"language": "ky", "channels": ["sms"], "opted_out": false}));
        let page = me.page("/my/settings?lang=ru&said=saved");
        assert!(page.text.contains("Сохранено") && page.text.contains("value=\"Айгуль\""), "{}", page.text);
        let bad = me.submit("/my/settings?lang=ru", &[("name", "Айгуль"), ("email", "nonsense")]);
        assert!(bad.status == 422 && bad.text.contains("value=\"nonsense\""));
        let refused = me.submit("/my/erase?lang=ru", &[("client_code", "KG-1")]);
        assert!(refused.status == 422 && refused.text.contains("не ваш код клиента"));
        let open = me.submit("/my/erase?lang=ru", &[("client_code", "KG-10001")]);
        assert!(open.status == 409 && open.text.contains("Пока нельзя"), "{}", open.text);
        let left = me.submit("/my/sign-out?lang=ru", &[]);
        assert!(location(&left).ends_with("said=signed-out") && left.header("set-cookie").unwrap().contains("Max-Age=0"));
        assert_eq!(me.page("/my").status, 303);
    }

    fn every_page_speaks_every_language_and_escapes_what_people_typed(s: &Server) {
        let mut body = request();
        body["customer"]["phone"] = json!(PHONE);
        body["items"][0]["description"] = json!("<script>alert(1)</script>");
        body["items"][0]["link"] = json!("javascript:alert(1)");
        let code = s.order_of(body, Until::PickedUp).code;
        let me = s.client(PHONE);
        let order = format!("/my/orders/{code}");
        for path in PAGES.into_iter().chain([order.as_str()]) {
            for lang in Lang::ALL {
                let page = me.page(&format!("{path}?lang={}", lang.as_str()));
                assert_eq!(page.status, 200, "{path}");
                assert!(page.text.contains(&format!("<html lang=\"{}\">", lang.as_str())), "{path}");
                assert!(!page.text.contains("<script>alert") && !page.text.contains("href=\"javascript:"), "{path}");
                assert!(page.header("content-security-policy").unwrap().contains("default-src 'none'"), "{path}");
                for key in ["request-", "my-", "form-error", "settings-", "parcel-", "said-", "numbers-"] {
                    let shown = page.text.split('>').filter_map(|part| part.split('<').next());
                    assert!(!shown.clone().any(|text| text.trim().starts_with(key)), "{path} shows the key {key}…");
                }
            }
        }
    }
}
