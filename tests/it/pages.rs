//! What a browser is given: the pages, their parts, the headers that keep them safe; and what machines ask for.

use serde_json::json;
use torugart::code::OrderCode;
use torugart::error::Slug;

use crate::harness::server::*;
use crate::harness::warehouse::plain;

const HTML: Option<&str> = Some("text/html; charset=utf-8");

/// The page that is there, in HTML.
#[track_caller]
fn page(answer: &Answer, status: u16) -> &str {
    assert_eq!((answer.status, answer.header("content-type")), (status, HTML), "{}", answer.text);
    &answer.text
}

/// Every address that a page refers to.
fn references(page: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for attribute in ["href=\"", "src=\"", "action=\""] {
        found.extend(page.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()));
    }
    found
}

on_both! {
    fn the_first_page_asks_for_a_code_in_the_readers_language(s: &Server) {
        for (query, header, title) in [
            ("", "", "Где мой заказ?"),
            ("", "ky-KG, ru;q=0.5", "Буйрутмам кайда?"),
            ("?lang=en", "ky", "Where is my order?"),
        ] {
            let answer = s.send("GET", ANYONE, &format!("/{query}"), &[("accept-language", header)], "");
            let page = page(&answer, 200);
            assert!(page.contains(title) && page.contains("action=\"/t\""), "{page}");
            assert_eq!(answer.header("vary"), Some("Accept-Language, Accept-Encoding"));
            assert_eq!(answer.header("cache-control"), Some("public, max-age=60, s-maxage=300"));
        }
    }

    fn the_form_sends_a_forgivingly_read_code_to_its_page(s: &Server) {
        let code = s.order(Until::Requested).code;
        let typed = code.to_lowercase().replace('-', "+");
        let answer = s.get(ANYONE, &format!("/t?code={typed}&lang=ky"));
        assert_eq!(answer.status, 303);
        assert_eq!(answer.header("location"), Some(format!("/t/{code}?lang=ky").as_str()));
        let answer = s.get(ANYONE, "/t?code=TG-hello&lang=en");
        let page = page(&answer, 400);
        assert!(page.contains("role=\"alert\"") && page.contains("value=\"TG-hello\""), "{page}");
        assert_eq!(s.get(ANYONE, "/t").status, 400);
    }

    fn an_orders_page_shows_its_way_in_three_languages(s: &Server) {
        let code = s.order(Until::Arrived).code;
        for (lang, words) in [
            ("ky", ["Алып кетсеңиз болот", "1 128 сом"]),
            ("ru", ["Можно забирать", "1 128 сом"]),
            ("en", ["Ready for pickup", "1 128 som"]),
        ] {
            let answer = s.get(ANYONE, &format!("/t/{code}?lang={lang}"));
            let page = plain(page(&answer, 200));
            for word in words {
                assert!(page.contains(word), "{word} is not in {page}");
            }
            assert_eq!(answer.header("cache-control"), Some("public, max-age=0, s-maxage=5, must-revalidate"));
            assert_eq!((answer.header("content-language"), answer.header("set-cookie")), (Some(lang), None));
        }
    }

    fn a_page_is_sent_again_only_when_it_changed(s: &Server) {
        let code = s.order(Until::Arrived).code;
        let path = format!("/t/{code}?lang=ru");
        let ask = |tag: &str| s.send("GET", ANYONE, &path, &[("if-none-match", tag)], "");
        let first = s.get(ANYONE, &path);
        let tag = first.header("etag").expect("a tag").to_owned();
        assert!(tag.starts_with("W/\""), "{tag}: the packed page has the same one");
        let known = ask(&format!("\"other\", {tag}"));
        assert_eq!((known.status, known.text.as_str()), (304, ""));
        for name in ["etag", "cache-control", "vary", "content-security-policy"] {
            assert_eq!(known.header(name), first.header(name), "{name}");
        }
        assert_ne!(s.get(ANYONE, &format!("/t/{code}?lang=ky")).header("etag"), Some(tag.as_str()));
        s.pay_balance(&code);
        assert_eq!(ask(&tag).status, 200);
    }

    fn a_refusal_is_kept_by_nobody(s: &Server) {
        for path in ["/t/TG-hello".to_owned(), format!("/t/{}", OrderCode::generate("TG")), "/price?weight_kg=x".to_owned()] {
            let answer = s.get(ANYONE, &path);
            assert_eq!((answer.header("cache-control"), answer.header("etag")), (Some("private, no-store"), None), "{path}");
        }
    }

    fn pages_and_their_parts_are_packed_for_who_unpacks(s: &Server) {
        let code = s.order(Until::Departed).code;
        let weigh = |path: &str, accepted: &str| {
            let request = ureq::get(format!("{}{path}", s.url)).header("accept-encoding", accepted);
            let mut response = request.call().expect("an answer");
            let packed = response.headers().get("content-encoding").map(|name| name.to_str().unwrap().to_owned());
            (packed, response.body_mut().read_to_vec().expect("bytes").len())
        };
        let mut sum = 0;
        for path in [format!("/t/{code}"), "/assets/torugart.css".to_owned(), "/assets/torugart.js".to_owned()] {
            let (plain, large) = weigh(&path, "identity");
            let (packed, small) = weigh(&path, "gzip, deflate, br");
            assert_eq!((plain, packed.as_deref()), (None, Some("gzip")), "{path}");
            assert!(small < large, "{path}: {small} of {large}");
            sum += small;
            assert_eq!(weigh(&path, "gzip;q=0, identity").0, None, "{path}");
        }
        assert!(sum < 15_000, "{sum} bytes");
    }

    fn a_part_is_kept_for_ever_under_the_address_that_names_its_version(s: &Server) {
        let home = s.get(ANYONE, "/");
        let named: Vec<_> = references(page(&home, 200)).into_iter().filter(|path| path.starts_with("/assets/")).collect();
        assert!(named.len() >= 3, "{named:?}");
        for path in named {
            let get = |path: &str, tag: &str| s.download_with(path, &[("if-none-match", tag)]);
            let (_, headers) = get(path, "\"other\"");
            assert_eq!(headers["cache-control"], "public, max-age=31536000, immutable", "{path}");
            assert_eq!(get(path, headers["etag"].to_str().unwrap()).0, 304, "{path}");
            let bare = path.split('?').next().unwrap();
            for other in [bare.to_owned(), format!("{bare}?v=000000000000")] {
                assert_eq!(get(&other, "\"other\"").1["cache-control"], "public, max-age=3600", "{other}");
            }
        }
        assert_eq!(s.get(ANYONE, "/assets/logo").header("content-type"), Some("image/svg+xml"), "no logo is set");
    }

    fn a_page_has_room_for_paper_and_for_who_reads_no_pictures(s: &Server) {
        let style = s.get(ANYONE, "/assets/torugart.css").text;
        for part in ["@media print", "prefers-color-scheme: dark", ":focus-visible", "prefers-reduced-motion"] {
            assert!(style.contains(part), "{part}");
        }
        let answer = s.get(ANYONE, &format!("/t/{}?lang=ru", s.order(Until::Departed).code));
        let page = page(&answer, 200);
        for part in ["<main", "<nav aria-label=", "<h1>", "href=\"#main\"", "aria-current=\"step\"", "<label for=\"tail\""] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
        assert!(page.contains("Гуанчжоу") && !page.contains("Guangzhou"), "{page}");
    }

    fn a_page_for_a_wrong_code_is_a_page(s: &Server) {
        let mistyped = s.get(ANYONE, "/t/TG-7K4M9-2QX8C-6?lang=en");
        assert!(page(&mistyped, 400).contains("role=\"alert\""));
        let unknown = s.get(ANYONE, &format!("/t/{}?lang=ru", OrderCode::generate("TG")));
        assert!(page(&unknown, 404).contains("role=\"alert\""));
        let hostile = s.get(ANYONE, "/t/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E");
        assert!(!page(&hostile, 400).contains("<script"));
    }

    fn pages_refer_to_nothing_outside_and_all_they_refer_to_is_there(s: &Server) {
        let code = s.order(Until::Arrived).code;
        for path in ["/".to_owned(), format!("/t/{code}"), "/price".to_owned(), "/problems/not_found".to_owned()] {
            let answer = s.get(ANYONE, &path);
            for reference in references(page(&answer, 200)) {
                let is_local = reference.starts_with('/') && !reference.starts_with("//");
                // Other hosts are there for who taps them; nothing is loaded from them.
                let is_tapped = answer.text.contains(&format!("<a class=\"button plain\" href=\"{reference}\" rel=\"noopener"));
                let is_anchor = reference.starts_with('#') || reference.starts_with("?lang=");
                assert!(is_local || is_tapped || is_anchor || reference.starts_with("tel:"), "{reference} on {path}");
                if reference.starts_with("/assets/") {
                    assert_eq!(s.download_with(reference, &[]).0, 200, "{reference} on {path}");
                }
            }
        }
    }

    fn search_engines_leave_orders_alone(s: &Server) {
        let robots = s.get(ANYONE, "/robots.txt");
        assert_eq!((robots.status, robots.header("content-type")), (200, Some("text/plain; charset=utf-8")));
        assert!(robots.text.contains("Disallow: /t\n"), "{}", robots.text);
        let code = s.order(Until::Requested).code;
        for path in [format!("/t/{code}"), format!("/t/{code}/details")] {
            assert!(s.get(ANYONE, &path).text.contains("<meta name=\"robots\" content=\"noindex\">"), "{path}");
        }
    }

    fn every_problem_has_its_page(s: &Server) {
        for slug in Slug::ALL {
            let answer = s.get(ANYONE, &format!("/problems/{}", slug.as_str()));
            let page = page(&answer, 200);
            assert!(page.contains(slug.title()) && page.contains(&format!("HTTP {}", slug.status())), "{page}");
        }
        s.get(ANYONE, "/problems/bad_weather").expect_problem(404, "not_found");
    }

    fn the_parts_of_a_page_may_be_kept_for_a_while(s: &Server) {
        for (path, content_type) in
            [("/assets/torugart.css", "text/css; charset=utf-8"), ("/assets/torugart.svg", "image/svg+xml")]
        {
            let answer = s.get(ANYONE, path);
            assert_eq!((answer.status, answer.header("content-type")), (200, Some(content_type)));
            assert_eq!(answer.header("cache-control"), Some("public, max-age=3600"));
        }
    }

    fn every_kind_of_answer_carries_the_headers_that_keep_it_safe(s: &Server) {
        let code = s.order(Until::Requested).code;
        let json = [("content-type", "application/json"), ("idempotency-key", "k")];
        let answers = [
            (200, s.get(ANYONE, "/")),
            (200, s.get(ANYONE, &format!("/t/{code}"))),
            (303, s.get(ANYONE, &format!("/t?code={code}"))),
            (400, s.get(ANYONE, "/t/hello")),
            (200, s.get(ANYONE, "/assets/torugart.css")),
            (200, s.get(ANYONE, "/docs/")),
            (200, s.get(ANYONE, "/openapi.json")),
            (200, s.get(ANYONE, "/healthz")),
            (200, s.get(ANYONE, "/metrics")),
            (200, s.get(ANYONE, &format!("/v1/track/{code}"))),
            (200, s.get(ADMIN, "/v1/orders")),
            (400, s.send("POST", ANYONE, "/v1/orders", &json, "{")),
            (401, s.get(ANYONE, "/v1/orders")),
            (403, s.get(CASHIER, "/v1/staff")),
            (404, s.get(ANYONE, "/nothing/here")),
            (405, s.send("DELETE", ANYONE, "/v1/orders", &[], "")),
            (413, s.send("POST", ANYONE, "/v1/orders", &json, &" ".repeat(300_000))),
            (415, s.send("POST", ANYONE, "/v1/orders", &[("content-type", "text/plain")], "{}")),
            (422, s.post(ANYONE, "/v1/orders", json!({"unknown": 1}))),
        ];
        let mut ids = Vec::new();
        for (status, answer) in answers {
            assert_eq!(answer.status, status, "{}", answer.text);
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "no-referrer"),
            ] {
                assert_eq!(answer.header(name), Some(value), "{status} {name}");
            }
            let policy = answer.header("content-security-policy").unwrap();
            assert!(policy.starts_with("default-src ") && policy.contains("frame-ancestors 'none'"), "{policy}");
            assert!(!policy.contains("http") && !policy.contains('*'), "{policy}");
            let id = answer.header("x-request-id").unwrap().to_owned();
            if answer.header("content-type") == Some("application/problem+json") {
                assert_eq!(answer.json()["request_id"], id);
            }
            ids.push(id);
        }
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }

    fn what_is_personal_is_not_kept_in_a_cache(s: &Server) {
        let code = s.order(Until::Requested).code;
        for path in [format!("/v1/track/{code}"), "/v1/orders/hello".to_owned()] {
            assert_eq!(s.get(ANYONE, &path).header("cache-control"), Some("no-store"), "{path}");
        }
        assert_eq!(s.get(ADMIN, &format!("/v1/orders/{code}")).header("cache-control"), Some("no-store"));
    }

    fn the_documentation_works_without_a_network(s: &Server) {
        let answer = s.get(ANYONE, "/docs/");
        assert_eq!(answer.status, 200);
        let parts = references(&answer.text);
        assert!(parts.len() > 2, "{parts:?}");
        for part in parts {
            assert!(!part.contains("//"), "{part}");
            let part = part.trim_start_matches("./");
            if part.ends_with(".png") {
                continue;
            }
            let found = s.get(ANYONE, &format!("/docs/{part}"));
            assert_eq!(found.status, 200, "{part}");
            if part.ends_with("initializer.js") {
                assert!(found.text.contains("/openapi.json") && !found.text.contains("://"), "{}", found.text);
            }
        }
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'self'"), "{policy}");
        assert_eq!(s.get(ANYONE, "/openapi.json").expect(200)["openapi"].as_str().unwrap().get(..3), Some("3.1"));
    }

    fn machines_learn_that_it_lives_and_how_it_does(s: &Server) {
        assert_eq!(s.get(ANYONE, "/healthz").expect(200), json!({"status": "alive"}));
        assert_eq!(s.get(ANYONE, "/readyz").expect(200), json!({"status": "ready"}));
        let code = s.order(Until::Requested).code;
        s.get(ANYONE, &format!("/v1/track/{code}")).expect(200);
        let metrics = s.get(ANYONE, "/metrics");
        assert_eq!(metrics.header("content-type"), Some("text/plain; version=0.0.4"));
        assert!(metrics.text.contains("/v1/track/{code}"), "{}", metrics.text);
        assert!(!metrics.text.contains(&code), "a code opens a page; it is no label");
    }
}
