//! The form for whoever wants something: works without scripts, loses nothing, and takes one order for one form.

use serde_json::{Value, json};

use crate::harness::client::*;
use crate::harness::outbox::beside;
use crate::harness::pictures::*;
use crate::harness::server::*;

const KEY: &str = "0190b5a4-7b8e-7c3d-9a51-6f3f2f0e8d11";
const SHARED: &str = "【淘宝】复制￥CZ3457￥ https://item.taobao.com/item.htm?spm=a&id=738401234567 点击";

fn fields<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("lang", "ru"),
        ("key", KEY),
        ("link", SHARED),
        ("words", ""),
        ("quantity", "2"),
        ("budget", "1 500"),
        ("details", "размер 42"),
        ("name", "Айгуль <Садыкова>"),
        ("phone", "0700 123 456"),
        ("language", "ky"),
        ("pickup_point", "BISH"),
        ("website", ""),
    ];
    for (name, value) in changes {
        fields.iter_mut().filter(|field| field.0 == *name).for_each(|field| field.1 = value);
    }
    fields
}

fn submit(s: &Server, fields: &[(&str, &str)]) -> Answer {
    s.send("POST", ANYONE, "/request", &[FORM], &filled(fields))
}

/// The code in the address that a successful form leads to.
fn placed(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text);
    let location = answer.header("location").unwrap();
    location.strip_prefix("/request/").unwrap().split('?').next().unwrap().to_owned()
}

fn orders(s: &Server) -> Vec<Value> {
    s.get(OPERATOR, "/v1/orders").expect(200)["items"].as_array().unwrap().clone()
}

on_both! {
    fn a_form_becomes_an_order_with_its_link_recognised(s: &Server) {
        let page = s.get(ANYONE, "/request?lang=ru");
        assert!(page.status == 200 && page.text.contains("name=\"key\"") && page.text.contains("Закажите"), "{}", page.text);
        let code = placed(&submit(s, &fields(&[])));
        let order = s.see(&code);
        assert_eq!((&order["customer"]["name"], &order["customer"]["phone"], &order["customer"]["language"]), (&json!("Айгуль <Садыкова>"), &json!("+996700123456"), &json!("ky")));
        let item = &order["items"][0];
        assert_eq!((&item["link"], &item["marketplace"], &item["item_id"]), (&json!(SHARED), &json!("taobao"), &json!("738401234567")));
        assert_eq!((&item["description"], &item["quantity"], &item["budget"], &item["note"]), (&json!("taobao 738401234567"), &json!(2), &som(150_000), &json!("размер 42")));
        let kept = s.get(ANYONE, &format!("/request/{code}?lang=en"));
        assert!(kept.text.contains(&code) && kept.text.contains("data:image/svg+xml") && kept.text.contains("Write the order code down"));
        for personal in ["Айгуль", "123456", "738401234567"] {
            assert!(!kept.text.contains(personal), "{personal}");
        }
        assert_eq!(s.told("request-received", "sms").len(), 0, "a stranger's phone gets no message");
    }

    fn pressing_twice_makes_one_order(s: &Server) {
        let first = placed(&submit(s, &fields(&[])));
        assert_eq!(placed(&submit(s, &fields(&[]))), first);
        let codes: Vec<_> = std::thread::scope(|scope| {
            let other = fields(&[("key", "0190b5a4-7b8e-7c3d-9a51-6f3f2f0e8d12")]);
            let tries: Vec<_> = (0..6).map(|_| { let other = other.clone(); scope.spawn(move || placed(&submit(s, &other))) }).collect();
            tries.into_iter().map(|tried| tried.join().unwrap()).collect()
        });
        assert!(codes.iter().all(|code| *code == codes[0] && *code != first), "{codes:?}");
        assert_eq!(orders(s).len(), 2);
        // Gone back, changed and sent again: asked whether that is another order, with a key of its own.
        let changed = submit(s, &fields(&[("words", "другой")]));
        assert_eq!(changed.status, 422);
        assert!(changed.text.contains("уже отправлена") && !changed.text.contains(KEY), "{}", changed.text);
        assert_eq!(orders(s).len(), 2);
    }

    fn a_photo_comes_with_the_form(s: &Server) {
        let (media_type, body) = with_file(&fields(&[("link", ""), ("words", "")]), &receipt(5));
        let answer = s.upload("POST", ANYONE, "/request", &media_type, &body);
        let code = placed(&answer);
        let order = s.see(&code);
        assert_eq!(order["photos"].as_array().unwrap().len(), 1);
        assert_eq!(order["items"][0]["description"], "По фото");
        assert_eq!(placed(&s.upload("POST", ANYONE, "/request", &media_type, &body)), code);
        assert_eq!(s.see(&code)["photos"].as_array().unwrap().len(), 1);
        let (media_type, body) = with_file(&fields(&[("key", "")]), b"<html>no picture</html>");
        let refused = s.upload("POST", ANYONE, "/request", &media_type, &body);
        assert!(refused.status == 422 && refused.text.contains("Этот файл не подходит") && refused.text.contains("размер 42"), "{}", refused.text);
        let (media_type, body) = with_file(&fields(&[("key", ""), ("phone", "1")]), &receipt(5));
        let refused = s.upload("POST", ANYONE, "/request", &media_type, &body);
        assert!(refused.status == 422 && refused.text.contains("Выберите фото ещё раз"), "{}", refused.text);
        assert_eq!(orders(s).len(), 1);
    }

    fn a_photo_that_is_too_large_is_told(s: &Server) {
        let (media_type, body) = with_file(&fields(&[]), &vec![0; 9 * 1024 * 1024]);
        let refused = s.upload("POST", ANYONE, "/request?lang=en", &media_type, &body);
        assert!(refused.status == 413 && refused.text.contains("larger than 8 MB"), "{}", refused.status);
    }

    fn what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(s: &Server) {
        let odd = fields(&[("phone", "0700"), ("budget", "много"), ("quantity", "0"), ("name", ""), ("lang", "ky")]);
        let page = s.unchanged_by(|| submit(s, &odd));
        assert_eq!(page.status, 422);
        for field in ["phone", "budget", "quantity", "name"] {
            let error = format!("id=\"{field}-error\">");
            let said = page.text.split(&error).nth(1).unwrap().split('<').next().unwrap();
            assert!(!said.is_empty(), "{field}");
        }
        assert!(page.text.contains("lang=\"ky\"") && page.text.contains("Номерди текшериңиз"));
        for kept in ["размер 42", "value=\"0700\"", "value=\"много\"", "738401234567", KEY] {
            assert!(page.text.contains(kept), "{kept}");
        }
        let nothing = submit(s, &fields(&[("link", ""), ("words", "")]));
        assert!(nothing.text.contains("Вставьте ссылку, опишите"), "{}", nothing.text);
    }

    fn a_program_that_fills_in_all_fields_is_stopped(s: &Server) {
        let page = s.unchanged_by(|| submit(s, &fields(&[("website", "https://spam.example")])));
        assert!(page.status == 422 && page.text.contains("Оставьте последнее поле пустым"));
    }

    fn another_sites_form_is_refused(s: &Server) {
        let body = filled(&fields(&[]));
        for header in [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site")] {
            s.unchanged_by(|| s.send("POST", ANYONE, "/request", &[FORM, header], &body)).expect_problem(403, "forbidden");
        }
        let own = s.url.as_str();
        placed(&s.send("POST", ANYONE, "/request", &[FORM, ("origin", own)], &body));
        placed(&s.send("POST", ANYONE, "/request", &[FORM, ("sec-fetch-site", "same-origin"), ("origin", "null")], &body));
    }

    fn many_requests_are_too_many_and_the_refusal_tells_nothing_of_a_phone(s: &Server) {
        let small = beside(s, |config| {
            let visitors = &mut config.business.visitors;
            (visitors.requests_per_phone_hour, visitors.requests_per_minute) = (2, 4);
        });
        let send = |phone: &str, words: &str| submit(&small, &fields(&[("key", ""), ("phone", phone), ("words", words)]));
        placed(&send("0700123456", "1"));
        placed(&send("0700123456", "2"));
        let of_phone = send("0700123456", "3");
        placed(&send("0555123456", "4"));
        placed(&send("0555123456", "5"));
        let of_firm = send("0770123456", "6");
        let told = |answer: &Answer| answer.text.split("role=\"alert\"").nth(1).unwrap().split("</p>").next().unwrap().to_owned();
        assert_eq!((of_phone.status, of_firm.status), (429, 429));
        assert_eq!(told(&of_phone), told(&of_firm));
        let plain = small.post(ANYONE, "/v1/orders", request()).expect_problem(429, "rate_limited");
        assert_eq!(plain["retry_after"], 300);
        small.post(OPERATOR, "/v1/orders", request()).expect(201);
        assert_eq!(orders(s).len(), 5);
    }
}

#[test]
fn nothing_that_is_pasted_is_ever_fetched() {
    // A listener that nobody may come to; SECURITY row 31.
    on_sqlite(|s| {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        for host in
            ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "[::ffff:127.0.0.1]", "item.taobao.com@127.0.0.1"]
        {
            let link = format!("http://{host}:{port}/item.htm?id=738401234567");
            let code = placed(&submit(s, &fields(&[("key", ""), ("link", &link)])));
            let item = s.see(&code)["items"][0].clone();
            assert_eq!((&item["link"], &item["marketplace"]), (&json!(link), &Value::Null));
        }
        assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    });
}
