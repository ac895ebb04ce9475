//! Who calls too often waits; who calls too slowly is cut off; the others notice nothing.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use chrono::TimeDelta;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use torugart::app::access::Who;
use torugart::app::routes;
use torugart::code::OrderCode;
use torugart::config::{Config, Pace};
use torugart::http::limits::Limit;

use crate::harness::server::*;

/// A second server on the same database, which believes what this machine says of an address.
fn behind_a_proxy(s: &Server, change: impl FnOnce(&mut Config)) -> Server {
    Server::start_with(s.app.config.database.url.expose_secret(), |config| {
        config.server.trusted_proxies = "127.0.0.0/8".to_owned();
        config.limits.lookup_misses = Pace { burst: 30, per_minute: 10 };
        change(config);
    })
}

fn unknown() -> String {
    format!("/v1/track/{}", OrderCode::generate("TG"))
}

fn from(s: &Server, address: &str, path: &str) -> Answer {
    s.send("GET", ANYONE, path, &[("x-forwarded-for", address)], "")
}

fn log_in_from(s: &Server, address: &str, password: &str) -> Answer {
    let headers = [("x-forwarded-for", address), ("content-type", "application/json")];
    s.send("POST", ANYONE, "/v1/auth/login", &headers, &json!({"login": "bakyt", "password": password}).to_string())
}

/// How many of so many look-ups are refused, and that all others find nothing.
fn refused(s: &Server, address: impl Fn(usize) -> String, tries: usize) -> usize {
    let answers = (0..tries).map(|n| from(s, &address(n), &unknown()));
    answers
        .filter(|answer| {
            answer.status == 429 || {
                answer.expect_problem(404, "not_found");
                false
            }
        })
        .count()
}

on_both! {
    fn guesses_end_after_a_burst_and_right_codes_are_never_counted(s: &Server) {
        let known = format!("/v1/track/{}", s.order(Until::Requested).code);
        let s = behind_a_proxy(s, |_| {});
        for _ in 0..100 {
            from(&s, "203.0.113.9", &known).expect(200);
        }
        assert_eq!(refused(&s, |_| "203.0.113.9".to_owned(), 1_000), 970);
        let answer = from(&s, "203.0.113.9", &unknown());
        answer.expect_problem(429, "rate_limited");
        assert_eq!(answer.header("retry-after"), Some("7"));
        from(&s, "203.0.113.9", &known).expect_problem(429, "rate_limited");
        from(&s, "203.0.113.8", &known).expect(200);
        s.advance(TimeDelta::seconds(6));
        from(&s, "203.0.113.9", &known).expect(200);
        s.advance(TimeDelta::seconds(54));
        assert_eq!(refused(&s, |_| "203.0.113.9".to_owned(), 100), 90);
    }

    fn a_mistyped_code_and_a_wrong_phone_count_as_guesses(s: &Server) {
        let code = s.order(Until::Quoted).code;
        let s = behind_a_proxy(s, |config| config.limits.lookup_misses.burst = 3);
        from(&s, "203.0.113.9", "/v1/track/TG-00000-00000-1").expect_problem(400, "mistyped_code");
        assert_eq!(from(&s, "203.0.113.9", "/t?code=nonsense").status, 400);
        let wrong = json!({"phone_last4": "0000"}).to_string();
        let headers = [("x-forwarded-for", "203.0.113.9"), ("content-type", "application/json")];
        let path = format!("/v1/orders/{code}/confirm");
        s.send("POST", ANYONE, &path, &headers, &wrong).expect_problem(404, "not_found");
        let right = json!({"phone_last4": "3456"}).to_string();
        s.send("POST", ANYONE, &path, &headers, &right).expect_problem(429, "rate_limited");
        s.post(OPERATOR, &path, json!({})).expect(200);
    }

    fn a_page_says_it_in_the_readers_language(s: &Server) {
        let s = behind_a_proxy(s, |config| config.limits.lookup_misses.burst = 1);
        assert_eq!(from(&s, "203.0.113.9", "/t/TG-7K4M9-2QX8C-6").status, 400);
        for (lang, words) in [("ky", "Сураныч"), ("ru", "Пожалуйста"), ("en", "Please wait")] {
            let page = from(&s, "203.0.113.9", &format!("/t/TG-7K4M9-2QX8C-6?lang={lang}"));
            assert_eq!((page.status, page.header("content-type")), (429, Some("text/html; charset=utf-8")));
            assert!(page.text.contains(words), "{lang}: {}", page.text);
            assert!(page.header("retry-after").is_some());
        }
        assert_eq!(from(&s, "203.0.113.9", "/").status, 200, "the page to type a code into looks nothing up");
    }

    fn an_address_that_a_stranger_names_is_not_believed(s: &Server) {
        let s = behind_a_proxy(s, |config| config.server.trusted_proxies = "10.0.0.0/8".to_owned());
        assert_eq!(refused(&s, |n| format!("203.0.{}.{}", n / 250, n % 250), 1_000), 970);
    }

    fn an_ipv6_network_is_one_caller(s: &Server) {
        let s = behind_a_proxy(s, |_| {});
        assert_eq!(refused(&s, |n| format!("2001:db8:1:2::{n:x}"), 100), 70);
        assert_eq!(refused(&s, |n| format!("2001:db8:1:3::{n:x}"), 30), 0);
    }

    fn a_storm_of_guesses_leaves_each_address_a_few_and_hurts_nobody_who_finds(s: &Server) {
        let known = format!("/v1/track/{}", s.order(Until::Requested).code);
        let s = behind_a_proxy(s, |config| {
            config.limits.all_lookup_misses = Pace { burst: 100, per_minute: 60 };
            config.limits.lookup_misses_in_a_storm = Pace { burst: 3, per_minute: 1 };
        });
        let of_fifty = |n: usize| format!("198.51.100.{}", n % 50);
        // The first hundred find nothing; then each of the fifty has had two of its three.
        assert_eq!(refused(&s, of_fifty, 1_000), 1_000 - 150);
        from(&s, "198.51.100.7", &known).expect_problem(429, "rate_limited");
        for _ in 0..100 {
            from(&s, "203.0.113.9", &known).expect(200);
        }
        from(&s, "203.0.113.9", &unknown()).expect_problem(404, "not_found");
    }

    fn refused_sign_ins_of_an_address_are_counted_and_others_get_in(s: &Server) {
        let body = json!({"login": "bakyt", "role": "cashier", "password": "three quiet words"});
        s.post(ADMIN, "/v1/staff", body).expect(201);
        let s = behind_a_proxy(s, |config| config.limits.sign_in_failures = Pace { burst: 3, per_minute: 1 });
        for _ in 0..3 {
            let answer = s.send("POST", ANYONE, "/v1/auth/refresh",
                &[("x-forwarded-for", "203.0.113.9"), ("content-type", "application/json")], "{\"refresh_token\": \"x\"}");
            answer.expect_problem(401, "unauthenticated");
        }
        log_in_from(&s, "203.0.113.9", "three quiet words").expect_problem(429, "rate_limited");
        for _ in 0..10 {
            log_in_from(&s, "203.0.113.8", "three quiet words").expect(200);
        }
    }

    fn a_stranger_writes_so_much_and_staff_as_much_as_an_account_may(s: &Server) {
        let s = behind_a_proxy(s, |config| {
            config.limits.public_writes = Pace { burst: 5, per_minute: 5 };
            config.limits.staff = Pace { burst: 20, per_minute: 60 };
        });
        for _ in 0..5 {
            s.post(ANYONE, "/v1/orders", request()).expect(201);
        }
        s.unchanged_by(|| s.post(ANYONE, "/v1/orders", request())).expect_problem(429, "rate_limited");
        for _ in 0..20 {
            s.post(OPERATOR, "/v1/orders", request()).expect(201);
        }
        s.unchanged_by(|| s.post(OPERATOR, "/v1/orders", request())).expect_problem(429, "rate_limited");
        s.post(CASHIER, "/v1/orders", request()).expect(201);
        s.advance(TimeDelta::seconds(1));
        s.post(OPERATOR, "/v1/orders", request()).expect(201);
    }

    fn a_request_that_trickles_in_is_cut_off(s: &Server) {
        let s = behind_a_proxy(s, |config| (config.server.head_seconds, config.server.body_seconds) = (1, 1));
        let head = "POST /v1/orders HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n";
        let (status, _) = broken_off(&s, head);
        assert_eq!(status, 408);
        let (status, body) = broken_off(&s, &format!("{head}Content-Length: 100\r\n\r\n{{"));
        assert_eq!((status, &body["code"]), (408, &json!("request_timeout")));
        let (status, body) = broken_off(&s, &format!("{head}Transfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n"));
        assert_eq!((status, &body["code"]), (408, &json!("request_timeout")));
        // Whoever is refused at the door does not hold it open either.
        let (status, _) = broken_off(&s, &format!("{}Transfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n", head.replace("orders", "staff")));
        assert_eq!(status, 401);
        s.get(ANYONE, "/healthz").expect(200);
    }

    fn a_head_too_large_is_refused(s: &Server) {
        let head = format!("GET /healthz HTTP/1.1\r\nHost: t\r\nX-Long: {}\r\n\r\n", "x".repeat(200_000));
        let mut stream = TcpStream::connect(s.url.trim_start_matches("http://")).unwrap();
        // It hangs up in the middle of it.
        let _ = stream.write_all(head.as_bytes());
        let mut answer = [0; 12];
        let said = stream.read(&mut answer).unwrap_or_default();
        assert!(said == 0 || answer.starts_with(b"HTTP/1.1 4"), "{}", String::from_utf8_lossy(&answer));
        s.get(ANYONE, "/healthz").expect(200);
    }
}

/// What becomes of a request that never ends: status and body of the answer, and that the connection ends with it.
fn broken_off(s: &Server, begun: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(s.url.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(begun.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the server hangs up");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer:?}"));
    (head[9..12].parse().unwrap(), serde_json::from_str(body).unwrap_or(Value::Null))
}

#[test]
fn whoever_calls_without_a_login_is_counted_where_they_write_or_guess() {
    for route in routes().iter().filter(|route| route.who == Who::Anyone) {
        let guesses = ["{code}", "{message_id}"].iter().any(|part| route.path.contains(part)) || route.path == "/t";
        let expected = match route.path {
            // Each sends a short message, whether anything is wrong or not.
            "/v1/auth/code" => Limit::Write,
            path if path.starts_with("/v1/auth/") || path == "/my/sign-in/code" => Limit::SignIn,
            path if ["/callback", "/reports/", "/telegram/updates"].iter().any(|part| path.contains(part)) => {
                Limit::Callback
            }
            _ if guesses => Limit::LookUp,
            _ if route.method != "GET" => Limit::Write,
            _ => Limit::Free,
        };
        assert_eq!(route.limit, expected, "{} {}", route.method, route.path);
    }
}

#[test]
fn limits_that_cannot_be_are_refused_at_the_start() {
    let complaint = |change: fn(&mut Config)| {
        let mut config = settings("sqlite://x.db");
        change(&mut config);
        config.check().expect_err("a complaint").to_string()
    };
    assert!(
        complaint(|c| c.server.trusted_proxies = "10.0.0.0/8, proxy".to_owned()).contains("server.trusted_proxies")
    );
    assert!(complaint(|c| c.limits.staff = Pace { burst: 1, per_minute: 0 }).contains("limits.staff"));
    assert!(complaint(|c| c.limits.remembered = 0).contains("limits.remembered"));
    for origin in ["*", "app.example.kg", "https://*.example.kg", "https://app.example.kg/path", "https://"] {
        let mut config = settings("sqlite://x.db");
        config.server.cors_origins = origin.to_owned();
        assert!(config.check().expect_err(origin).to_string().contains("server.cors_origins"));
    }
}
