//! The balance as a national QR code, and the command that reads one.

use secrecy::ExposeSecret;
use serde_json::Value;
use torugart::elqr;

use crate::harness::program::Shell;
use crate::harness::server::*;

/// A second server on the same database, with what an acquirer would issue.
fn configured(s: &Server) -> Server {
    Server::start_with(s.app.config.database.url.expose_secret(), |config| {
        config.elqr.provider_id = "pay.example.kg".to_owned();
        config.elqr.service_code = "cargo".to_owned();
        config.elqr.account = "KG-1024".to_owned();
        config.elqr.mcc = "4215".to_owned();
        config.elqr.name = "БИШКЕК CARGO".to_owned();
    })
}

fn path(code: &str) -> String {
    format!("/v1/orders/{code}/elqr")
}

fn picture(s: &Server, code: &str, accept: &str) -> (u16, String, Vec<u8>) {
    s.file(&path(code), accept)
}

on_both! {
    fn without_a_template_the_answer_names_the_settings(s: &Server) {
        let code = s.order(Until::Confirmed).code;
        let problem = s.get(CASHIER, &path(&code)).expect_problem(409, "elqr_not_configured");
        assert!(problem["detail"].as_str().unwrap().contains("elqr.provider_id"), "{problem}");
    }

    fn a_code_asks_for_the_balance_of_its_order(s: &Server) {
        let s = &configured(s);
        let code = s.order(Until::Confirmed).code;
        let balance = s.see(&code)["balance"].clone();
        let answer = s.get(AUDITOR, &path(&code)).expect(200);
        assert_eq!(answer["amount"], balance);
        let said = elqr::parse(answer["payload"].as_str().unwrap()).unwrap();
        assert_eq!(said.kind, elqr::Kind::Dynamic);
        assert_eq!(serde_json::json!(said.amount), balance);
        assert_eq!(said.service.transaction_id, Some(code));
        assert_eq!(said.service.account.as_deref(), Some("KG-1024"));
        assert!(!said.service.amount_editable && !said.service.account_editable);
        assert_eq!(said.name, "БИШКЕК CARGO");
        let url = answer["url"].as_str().unwrap();
        assert!(url.starts_with("https://pay.payqr.kg/#0002") && url.is_ascii(), "{url}");
        assert_eq!(elqr::parse(url), Ok(said.clone()));
        let wallets = answer["wallets"].as_array().unwrap();
        assert_eq!(wallets[0]["name"], "MBank");
        for wallet in wallets {
            let url = wallet["url"].as_str().unwrap();
            assert!(url.starts_with("https://") && url.is_ascii(), "{url}");
            assert_eq!(elqr::parse(url), Ok(said.clone()));
        }
    }

    fn a_code_marks_nothing_paid_and_follows_the_balance(s: &Server) {
        let s = &configured(s);
        let code = s.order(Until::Confirmed).code;
        let before = s.see(&code);
        let first = s.get(CASHIER, &path(&code)).expect(200);
        assert_eq!(s.see(&code), before);
        let part = serde_json::json!({"method": "cash", "amount": som(10_000)});
        s.post(CASHIER, &format!("/v1/orders/{code}/payments"), part).expect(201);
        let second = s.get(CASHIER, &path(&code)).expect(200);
        let amount = |answer: &Value| answer["amount"]["amount"].as_i64().unwrap();
        assert_eq!(amount(&first) - amount(&second), 10_000);
    }

    fn nothing_due_makes_no_code(s: &Server) {
        let s = &configured(s);
        let requested = s.order(Until::Requested).code;
        s.get(CASHIER, &path(&requested)).expect_problem(409, "nothing_due");
        let paid = s.order(Until::Paid).code;
        s.get(CASHIER, &path(&paid)).expect_problem(409, "nothing_due");
    }

    fn the_picture_is_svg_or_png_as_accepted(s: &Server) {
        let s = &configured(s);
        let code = s.order(Until::Confirmed).code;
        let (status, kind, body) = picture(s, &code, "image/svg+xml");
        assert_eq!((status, kind.as_str()), (200, "image/svg+xml"));
        assert!(String::from_utf8(body).unwrap().contains("<svg"));
        let (status, kind, body) = picture(s, &code, "image/png, image/svg+xml;q=0.5");
        assert_eq!((status, kind.as_str()), (200, "image/png"));
        assert!(body.starts_with(b"\x89PNG\r\n\x1a\n"));
        for accept in ["application/json", "*/*", "text/html"] {
            assert_eq!(picture(s, &code, accept).1, "application/json", "{accept}");
        }
    }

    fn a_code_is_for_staff_and_for_an_order_that_there_is(s: &Server) {
        let s = &configured(s);
        let code = s.order(Until::Confirmed).code;
        s.get(ANYONE, &path(&code)).expect_problem(401, "unauthenticated");
        s.get(CASHIER, &path(torugart::code::OrderCode::generate("TG").as_str())).expect_problem(404, "not_found");
        s.get(CASHIER, &path("TG-7K4M9-2QX8C-6")).expect_problem(400, "mistyped_code");
    }
}

const CARGO: &str = "00020101021232690014pay.example.kg0105cargo1007KG-10241115ORD-2026-00001712021213021252044215530341754061245005913BISHKEK CARGO63048a4c";

#[test]
fn the_command_prints_what_a_code_says() {
    let address = format!("https://pay.payqr.kg/#{}", CARGO.replace(' ', "%20"));
    let outcome = Shell::new().run(&["elqr", "parse", &address]);
    let said: Value = serde_json::from_str(outcome.succeeded()).unwrap();
    assert_eq!(said["kind"], "dynamic");
    assert_eq!(said["amount"], som(124_500));
    assert_eq!(said["service"]["transaction_id"], "ORD-2026-000017");
    assert_eq!(said["name"], "BISHKEK CARGO");
    assert_eq!(outcome.err, "");
}

#[test]
fn the_command_fails_with_the_reason() {
    for (payload, reason) in [
        (CARGO.replace("5406124500", "5406124501"), "wrong checksum"),
        (CARGO[..80].to_owned(), "damaged"),
        (CARGO[..CARGO.len() - 8].to_owned(), "no checksum"),
        ("hello".to_owned(), "not an ELQR code"),
        (String::new(), "not an ELQR code"),
    ] {
        let outcome = Shell::new().run(&["elqr", "parse", &payload]);
        assert!(outcome.failed().contains(reason), "{payload}: {}", outcome.err);
        assert_eq!(outcome.out, "", "{payload}");
    }
}

#[test]
fn a_half_filled_template_stops_the_start() {
    let shell = Shell::new().set("TORUGART__ELQR__PROVIDER_ID", "pay.example.kg").set("TORUGART__ELQR__MCC", "421");
    assert!(shell.run(&["check-config"]).failed().contains("elqr.service_code, elqr.name must be set too"));
    let shell = shell.set("TORUGART__ELQR__SERVICE_CODE", "cargo").set("TORUGART__ELQR__NAME", "BISHKEK CARGO");
    assert!(shell.run(&["check-config"]).failed().contains("four digits"));
    shell.set("TORUGART__ELQR__MCC", "4215").run(&["check-config"]).succeeded();
}
