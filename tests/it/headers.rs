//! The headers of every answer, and which pages of other addresses may read answers.

use secrecy::ExposeSecret;
use torugart::app::routes;
use torugart::config::Config;

use crate::contract::{filled, knock};
use crate::harness::server::*;

/// A second server on the same database with other settings.
fn with(s: &Server, change: impl FnOnce(&mut Config)) -> Server {
    Server::start_with(s.app.config.database.url.expose_secret(), change)
}

/// SECURITY row 35.
#[track_caller]
fn is_guarded(answer: &Answer, path: &str) {
    let which = format!("{path}: {} {}", answer.status, answer.text);
    let policy = answer.header("content-security-policy").unwrap_or_default();
    let begins = if path.starts_with("/docs") { "default-src 'self'" } else { "default-src 'none'" };
    assert!(policy.starts_with(begins) && policy.contains("frame-ancestors 'none'"), "{which}: {policy}");
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{which}");
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{which}");
    assert_eq!(answer.header("strict-transport-security"), Some("max-age=31536000; includeSubDomains"), "{which}");
    assert!(answer.header("x-request-id").is_some(), "{which}");
    assert!(answer.header("server").is_none() && answer.header("x-powered-by").is_none(), "{which}");
    if path.starts_with("/v1/") {
        assert!(answer.header("cache-control").is_some_and(|kept| kept.contains("no-store")), "{which}");
    }
    assert_eq!(answer.header("access-control-allow-origin"), None, "{which}");
}

on_both! {
    fn every_answer_has_its_headers_refusals_included(s: &Server) {
        let s = with(s, |config| config.business.public_url = "https://torugart.example".to_owned());
        for route in routes() {
            let path = filled(&route);
            for by in [ANYONE, ADMIN, AUDITOR] {
                is_guarded(&knock(&s, by, &route), &path);
            }
            for method in ["DELETE", "TRACE", "OPTIONS"] {
                let answer = s.send(method, ADMIN, &path, &[], "");
                answer.expect_problem(405, "method_not_allowed");
                assert!(answer.header("allow").is_some_and(|allow| allow.contains(route.method.as_str())), "{path}");
                is_guarded(&answer, &path);
            }
        }
        for path in ["/", "/docs/", "/v1/nothing", "/nothing", "/v1/me", "/t?code=nonsense", "/problems/none"] {
            is_guarded(&s.get(ANYONE, path), path);
            is_guarded(&s.get(ADMIN, path), path);
        }
        is_guarded(&s.send("POST", ANYONE, "/v1/orders", &[], &"x".repeat(300_000)), "/v1/orders");
    }

    fn without_https_nothing_promises_it(s: &Server) {
        assert_eq!(s.get(ANYONE, "/").header("strict-transport-security"), None);
    }

    fn what_can_be_read_can_be_asked_for_without_its_body(s: &Server) {
        let code = s.order(Until::Requested).code;
        for (by, path) in [(ANYONE, "/".to_owned()), (ANYONE, format!("/v1/track/{code}")), (ADMIN, format!("/v1/orders/{code}"))] {
            let (whole, head) = (s.get(by, &path), s.send("HEAD", by, &path, &[], ""));
            assert_eq!((head.status, head.text.as_str()), (200, ""), "{path}");
            assert_eq!(head.header("content-type"), whole.header("content-type"), "{path}");
            assert_eq!(head.header("content-length"), Some(whole.text.len().to_string().as_str()), "{path}");
        }
        s.send("HEAD", ANYONE, &format!("/v1/orders/{code}"), &[], "");
        assert_eq!(s.send("HEAD", ANYONE, &format!("/v1/orders/{code}"), &[], "").status, 401);
        assert_eq!(s.send("HEAD", ADMIN, "/v1/auth/logout", &[], "").status, 405);
    }

    fn only_listed_origins_may_read(s: &Server) {
        let s = with(s, |config| config.server.cors_origins = "https://app.example.kg, http://localhost:3000".to_owned());
        let asks = |origin: &str| {
            let headers = [("origin", origin), ("access-control-request-method", "POST")];
            s.send("OPTIONS", ANYONE, "/v1/orders", &headers, "")
        };
        for origin in ["https://app.example.kg", "http://localhost:3000"] {
            let may = asks(origin);
            assert_eq!(may.status, 204);
            assert_eq!(may.header("access-control-allow-origin"), Some(origin));
            assert_eq!(may.header("access-control-allow-methods"), Some("GET, HEAD, POST, PUT, PATCH"));
            assert!(may.header("access-control-allow-headers").is_some_and(|names| names.contains("idempotency-key")));
            assert_eq!(may.header("access-control-allow-credentials"), None);
            let read = s.send("GET", ANYONE, "/v1/branches", &[("origin", origin)], "");
            assert_eq!(read.header("access-control-allow-origin"), Some(origin));
            assert!(read.header("access-control-expose-headers").is_some_and(|names| names.contains("x-request-id")));
            let refused = s.send("GET", ANYONE, "/v1/me", &[("origin", origin)], "");
            assert_eq!((refused.status, refused.header("access-control-allow-origin")), (401, Some(origin)));
        }
        for origin in [
            "null", "*", "", "https://app.example.kg.evil.example", "https://evil-app.example.kg", "https://app.example",
            "http://app.example.kg", "https://app.example.kg:8443", "https://APP.example.kg", "https://app.example.kg/",
            "https://sub.app.example.kg", "https://app.example.kg, http://localhost:3000",
        ] {
            asks(origin).expect_problem(405, "method_not_allowed");
            for answer in [asks(origin), s.send("GET", ANYONE, "/v1/branches", &[("origin", origin)], "")] {
                assert_eq!(answer.header("access-control-allow-origin"), None, "{origin}");
                assert!(answer.header("vary").is_some_and(|vary| vary.to_lowercase().contains("origin")));
            }
        }
    }
}
