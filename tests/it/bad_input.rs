//! What no call accepts: each refused with its own problem, and nothing in the database moved.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};
use torugart::ids::Role;

use crate::harness::server::*;
use crate::harness::state::escaped;

/// A request exactly as written, over a socket of its own; status line and body of the answer.
fn raw(s: &Server, head: &str, body: &[u8]) -> (u16, Value) {
    let mut stream = TcpStream::connect(s.url.trim_start_matches("http://")).unwrap();
    stream.write_all(head.replace('\n', "\r\n").as_bytes()).unwrap();
    // A server that refuses by the head alone may hang up before it has read the body.
    let _ = stream.write_all(body);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8(answer).unwrap();
    let status = answer.get(9..12).unwrap_or_else(|| panic!("no answer: {answer:?}")).parse().unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

/// The path of a payment that would be taken, were its body right.
fn payments(s: &Server) -> String {
    format!("/v1/orders/{}/payments", s.order(Until::Confirmed).code)
}

on_both! {
    fn a_field_is_named_by_its_pointer(s: &Server) {
        for (pointer, body) in [
            ("/customer", json!({"items": []})),
            ("/customer", json!({"customer": "Aigul"})),
            ("/customer/name", json!({"customer": {"phone": "0700123456"}})),
            ("/customer/phone", json!({"customer": {"name": "A"}})),
            ("/customer/phone", json!({"customer": {"name": "A", "phone": 700123456}})),
            ("/customer/nmae", json!({"customer": {"nmae": "A", "phone": "0700123456"}})),
            ("/customer/language", json!({"customer": {"name": "A", "phone": "0700123456", "language": "de"}})),
            ("/itmes", json!({"customer": {"name": "A", "phone": "0700123456"}, "itmes": []})),
            ("/items/1/quantity", json!({"customer": {"name": "A", "phone": "0700123456"}, "items": [
                {"description": "x", "quantity": 1}, {"description": "x", "quantity": "two"}]})),
            ("/items/0/budget/currency", json!({"customer": {"name": "A", "phone": "0700123456"}, "items": [
                {"description": "x", "quantity": 1, "budget": {"amount": 1, "currency": "RUB"}}]})),
            ("/items/0/budget/amount", json!({"customer": {"name": "A", "phone": "0700123456"}, "items": [
                {"description": "x", "quantity": 1, "budget": {"amount": -1, "currency": "KGS"}}]})),
            ("/items/0/description", json!({"customer": {"name": "A", "phone": "0700123456"}, "items": [
                {"description": "", "quantity": 1}]})),
            ("/items", json!({"customer": {"name": "A", "phone": "0700123456"}, "items": []})),
            ("/kind", json!({"kind": "gift", "customer": {"name": "A", "phone": "0700123456"}})),
            ("/kind", json!({"kind": 5})),
            ("", json!([1, 2])),
            ("", json!("text")),
        ] {
            let answer = s.unchanged_by(|| s.post(ANYONE, "/v1/orders", body.clone()));
            let problem = answer.expect_problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}: {problem}");
        }
    }

    fn a_phone_that_is_no_phone_is_refused(s: &Server) {
        for phone in ["", "abc", "123", "+996 700 12", "0700 123 456 789", "+1 555", "0700123456, 0700123457", "\u{7}"] {
            let mut body = request();
            body["customer"]["phone"] = json!(phone);
            let answer = s.unchanged_by(|| s.post(ANYONE, "/v1/orders", body));
            let problem = answer.expect_problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["pointer"], "/customer/phone", "{phone:?}");
        }
    }

    fn a_name_or_an_address_that_would_break_a_message_is_refused(s: &Server) {
        for (pointer, text) in [
            ("/customer/name", "Aigul\nBcc: everybody@example.kg"),
            ("/customer/name", "A\u{7}"),
            ("/customer/email", "not an address"),
            ("/customer/email", "a@example.kg\r\nBcc: b@example.kg"),
        ] {
            let mut body = request();
            *body.pointer_mut(pointer).unwrap() = json!(text);
            let answer = s.unchanged_by(|| s.post(ANYONE, "/v1/orders", body));
            assert_eq!(answer.expect_problem(422, "validation_failed")["errors"][0]["pointer"], pointer, "{text:?}");
        }
    }

    fn broken_json_is_malformed(s: &Server) {
        let path = payments(s);
        for body in ["{", "{\"method\": cash}", "{} {}", "[1,", "\u{0}", "{'method': 'cash'}"] {
            let headers = [("content-type", "application/json"), ("idempotency-key", "k")];
            let answer = s.unchanged_by(|| s.send("POST", CASHIER, &path, &headers, body));
            answer.expect_problem(400, "malformed_request");
        }
        let twice = "{\"method\": \"cash\", \"method\": \"e_wallet\", \"amount\": {\"amount\": 100, \"currency\": \"KGS\"}}";
        let headers = [("content-type", "application/json"), ("idempotency-key", "k")];
        s.unchanged_by(|| s.send("POST", CASHIER, &path, &headers, twice)).expect_problem(422, "validation_failed");
    }

    fn only_json_is_read(s: &Server) {
        let path = payments(s);
        let body = json!({"method": "cash", "amount": som(100)}).to_string();
        for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/xml", "json", ""] {
            let headers = [("content-type", content_type), ("idempotency-key", "k")];
            let answer = s.unchanged_by(|| s.send("POST", CASHIER, &path, &headers, &body));
            answer.expect_problem(415, "unsupported_media_type");
        }
        let headers = [("content-type", "Application/JSON; charset=utf-8"), ("idempotency-key", "k")];
        s.send("POST", CASHIER, &path, &headers, &body).expect(201);
    }

    fn a_body_too_large_is_refused_with_and_without_its_length(s: &Server) {
        let path = payments(s);
        let limit = s.app.config.server.body_limit_bytes;
        let head = |extra: &str| format!(
            "POST {path} HTTP/1.1\nHost: t\nAuthorization: Bearer {}\nContent-Type: application/json\n\
             Idempotency-Key: k\nConnection: close\n{extra}\n\n", s.token(Role::Cashier),
        );
        let before = s.state();
        let said = raw(s, &head(&format!("Content-Length: {}", limit + 1)), &vec![b' '; limit + 1]);
        assert_eq!((said.0, &said.1["code"]), (413, &json!("body_too_large")));
        let chunk = [format!("{:x}\r\n", limit + 1).into_bytes(), vec![b' '; limit + 1], b"\r\n0\r\n\r\n".to_vec()].concat();
        let unsaid = raw(s, &head("Transfer-Encoding: chunked"), &chunk);
        assert_eq!((unsaid.0, &unsaid.1["code"]), (413, &json!("body_too_large")));
        assert!(before == s.state());
        let mut body = json!({"method": "cash", "amount": som(100)}).to_string();
        body += &" ".repeat(limit - body.len());
        let fits = raw(s, &head(&format!("Content-Length: {limit}")), body.as_bytes());
        assert_eq!(fits.0, 201, "{}", fits.1);
    }

    fn a_wrong_method_is_told_the_right_ones(s: &Server) {
        let code = s.order(Until::Requested).code;
        for (method, path, allow) in [
            ("DELETE", format!("/v1/orders/{code}"), "GET, HEAD"),
            ("PUT", "/v1/orders".to_owned(), "POST, GET, HEAD"),
            ("GET", "/v1/auth/login".to_owned(), "POST"),
            ("POST", "/v1/rates".to_owned(), "GET, HEAD, PUT"),
            ("PATCH", "/v1/staff".to_owned(), "GET, HEAD, POST"),
        ] {
            let answer = s.unchanged_by(|| s.send(method, ADMIN, &path, &[], ""));
            answer.expect_problem(405, "method_not_allowed");
            assert_eq!(answer.header("allow"), Some(allow), "{method} {path}");
        }
    }

    fn an_unknown_address_is_not_found(s: &Server) {
        for path in ["/v2/orders", "/v1/nothing", "/v1/orders/", "/favicon.ico", "/..%2f..%2fetc/passwd"] {
            s.get(ANYONE, path).expect_problem(404, "not_found");
        }
    }

    fn a_nul_character_is_refused_everywhere_and_breaks_nothing(s: &Server) {
        let code = s.order(Until::Paid).code;
        let nul = "a\u{0}b";
        for (method, path, body) in [
            ("POST", "/v1/auth/login".to_owned(), json!({"login": nul, "password": nul})),
            ("POST", "/v1/auth/refresh".to_owned(), json!({"refresh_token": nul})),
            ("POST", "/v1/staff".to_owned(), json!({"login": "new", "name": nul, "role": "operator", "password": "three quiet words"})),
            ("POST", "/v1/staff".to_owned(), json!({"login": "new", "role": "operator", "branch": nul, "password": "three quiet words"})),
            ("PATCH", format!("/v1/staff/{}", escaped(nul)), json!({"disabled": true})),
            ("PATCH", format!("/v1/branches/{}", escaped(nul)), json!({"hours": "never"})),
            ("POST", format!("/v1/orders/{code}/purchase"), json!({"marketplace": nul})),
            ("POST", format!("/v1/orders/{code}/purchase"), json!({"marketplace": "1688", "tracking_numbers": [nul]})),
            ("POST", format!("/v1/orders/{code}/refunds"), json!({"payment_id": nul, "amount": som(100), "reason": "x"})),
            ("POST", format!("/v1/orders/{code}/confirm"), json!({"phone_last4": nul})),
            ("POST", format!("/v1/orders/{code}/hand-over"), json!({"parcels": [nul]})),
            ("POST", "/v1/parcels/receive".to_owned(), json!({"tracking_number": nul, "weight_g": 100})),
            ("POST", "/v1/parcels/receive".to_owned(), json!({"client_code": nul, "weight_g": 100})),
            ("POST", "/v1/parcels/receive".to_owned(), json!({"weight_g": 100, "condition": nul})),
            ("POST", format!("/v1/parcels/{}/claim", escaped(nul)), json!({"order_code": code})),
            ("POST", "/v1/shipments".to_owned(), json!({"route": nul, "vehicle": "x", "to_branch": "BISH"})),
            ("POST", "/v1/shipments".to_owned(), json!({"route": "x", "vehicle": nul, "to_branch": "BISH"})),
            ("POST", "/v1/shipments".to_owned(), json!({"route": "x", "vehicle": "x", "to_branch": nul})),
            ("POST", format!("/v1/shipments/{}/load", escaped(nul)), json!({"barcodes": ["x"]})),
            ("POST", format!("/v1/notifications/{}/retry", escaped(nul)), json!({})),
            ("GET", format!("/v1/parcels/{}", escaped(nul)), Value::Null),
            ("GET", format!("/v1/shipments/{}", escaped(nul)), Value::Null),
            ("GET", format!("/v1/parcels?shipment={}", escaped(nul)), Value::Null),
            ("GET", format!("/v1/parcels?tracking_number={}", escaped(nul)), Value::Null),
            ("GET", format!("/v1/orders?q={}", escaped(nul)), Value::Null),
            ("GET", format!("/v1/orders?branch={}", escaped(nul)), Value::Null),
            ("GET", format!("/v1/track/{}", escaped(nul)), Value::Null),
        ] {
            let body = if body.is_null() { String::new() } else { body.to_string() };
            let key = uuid::Uuid::now_v7().to_string();
            let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
            let answer = s.unchanged_by(|| s.send(method, ADMIN, &path, &headers, &body));
            answer.expect_problem(400, "malformed_request");
        }
        let written = json!({"customer": {"name": "a\\u0000b", "phone": "0700123456"}, "items": [{"description": "x", "quantity": 1}]});
        let code = s.post(ANYONE, "/v1/orders", written).expect(201)["code"].clone();
        assert_eq!(s.see(code.as_str().unwrap())["customer"]["name"], "a\\u0000b", "a backslash is not a NUL");
    }
}
