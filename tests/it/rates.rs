//! Exchange rates: which one a quote uses, when it uses none, and what a bad feed does to the stored ones.

use chrono::TimeDelta;
use serde_json::{Value, json};
use torugart::rates::refresh;

use crate::harness::http::{HttpServer, Response};
use crate::harness::server::*;

fn quote(s: &Server, code: &str) -> Answer {
    s.post(OPERATOR, &format!("/v1/orders/{code}/quote"), offer())
}

/// The yuan as `GET /v1/rates` shows it.
fn yuan(s: &Server) -> Value {
    s.get(AUDITOR, "/v1/rates").expect(200)["rates"][0].clone()
}

fn file(date: &str, yuan: &str) -> String {
    let currency = |code: &str, value: &str| {
        format!("<Currency ISOCode=\"{code}\"><Nominal>1</Nominal><Value>{value}</Value></Currency>")
    };
    let currencies = currency("USD", "87,4500") + &currency("CNY", yuan);
    format!(
        "<?xml version=\"1.0\" encoding=\"windows-1251\" ?><CurrencyRates Name=\"Daily\" Date=\"{date}\">{currencies}</CurrencyRates>"
    )
}

/// A folder with this daily and this weekly file.
fn folder(daily: &str, weekly: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("daily.xml"), daily).unwrap();
    std::fs::write(folder.path().join("weekly.xml"), weekly).unwrap();
    folder
}

/// Refreshes and gives what came of each file.
fn fetched(s: &Server, base: &str) -> Vec<Result<String, String>> {
    refresh(&s.app, base).unwrap().into_iter().map(|file| file.outcome).collect()
}

const MAINTENANCE: &str = "<!DOCTYPE html><html><body>Сайт на обслуживании</body></html>";

on_both! {
    fn a_rate_too_old_refuses_a_quote_instead_of_being_used(s: &Server) {
        let code = s.order(Until::Requested).code;
        // The bank's rate of Sunday 24 May holds four days and is forgiven one: through Friday 29 May in Bishkek.
        let friday_night: chrono::DateTime<chrono::Utc> = "2026-05-29T18:00:00Z".parse().unwrap();
        s.advance(friday_night - s.now() - TimeDelta::seconds(1));
        quote(s, &code).expect(200);
        s.advance(TimeDelta::seconds(1));
        let problem = s.unchanged_by(|| quote(s, &code)).expect_problem(409, "rate_stale");
        assert_eq!((&problem["currency"], &problem["effective_on"]), (&json!("CNY"), &json!("2026-05-24")));
        let shown = yuan(s);
        assert_eq!((&shown["used"], &shown["official"]["rate"]), (&Value::Null, &json!("12.8707")));
        assert_eq!(shown["refusal"], problem["detail"]);
        s.put(ADMIN, "/v1/rates", json!({"rates": [{"currency": "CNY", "rate": "13.10"}]})).expect(200);
        let problem = quote(s, &code).expect_problem(409, "rate_stale");
        assert_eq!(problem["currency"], "USD");
        s.put(ADMIN, "/v1/rates", json!({"rates": [{"currency": "USD", "rate": "88"}]})).expect(200);
        quote(s, &code).expect(200);
    }

    fn the_firms_own_rate_goes_before_the_banks_for_a_month(s: &Server) {
        let code = s.order(Until::Requested).code;
        let body = json!({"rates": [{"currency": "CNY", "rate": "13.1"}, {"currency": "USD", "rate": "88"}]});
        s.put(ADMIN, "/v1/rates", body).expect(200);
        let order = quote(s, &code).expect(200);
        // 899.00 CNY x 13.1 = 11 776.90 som
        assert_eq!(order["quote"]["goods"]["amount"], 1_177_700);
        let pinned = json!({"currency": "CNY", "rate": "13.1", "effective_on": "2026-05-25", "source": "company"});
        assert_eq!(order["quote"]["rates"][0], pinned);
        s.advance(TimeDelta::days(30));
        quote(s, &code).expect(200);
        s.advance(TimeDelta::days(1));
        quote(s, &code).expect_problem(409, "rate_stale");
        assert_eq!(yuan(s)["company"]["set_by"], "admin");
    }

    fn a_margin_goes_on_top_of_the_banks_rate(s: &Server) {
        let code = s.order(Until::Requested).code;
        s.put(ADMIN, "/v1/rates", json!({"rates": [{"currency": "CNY", "margin_percent": "1.5"}]})).expect(200);
        let order = quote(s, &code).expect(200);
        // 12.8707 x 1.015 = 13.0637605; 899.00 CNY x 13.0638 = 11 744.3562 som
        let pinned = json!({"currency": "CNY", "rate": "13.0638", "effective_on": "2026-05-24", "source": "nbkr_with_margin"});
        assert_eq!(order["quote"]["rates"][0], pinned);
        assert_eq!(order["quote"]["goods"]["amount"], 1_174_400);
        s.put(ADMIN, "/v1/rates", json!({"rates": [{"currency": "CNY"}]})).expect(200);
        assert_eq!(yuan(s)["used"]["source"], "nbkr");
    }

    fn an_own_rate_that_makes_no_sense_is_refused(s: &Server) {
        for (pointer, rate) in [
            ("/rates/1/rate", json!({"currency": "CNY", "rate": "0"})),
            ("/rates/1/rate", json!({"currency": "CNY", "rate": "-13"})),
            ("/rates/1/rate", json!({"currency": "CNY", "rate": "99999999999999"})),
            ("/rates/1/rate", json!({"currency": "CNY", "rate": "thirteen"})),
            ("/rates/1/currency", json!({"currency": "KGS", "rate": "1"})),
            ("/rates/1/currency", json!({"currency": "RUB", "rate": "1"})),
            ("/rates/1/margin_percent", json!({"currency": "CNY", "margin_percent": "50.01"})),
            ("/rates/1/margin_percent", json!({"currency": "CNY", "margin_percent": "0.001"})),
            ("/rates/1/margin_percent", json!({"currency": "CNY", "rate": "13", "margin_percent": "1"})),
        ] {
            // The first is good; it must not be kept either.
            let body = json!({"rates": [{"currency": "USD", "rate": "88"}, rate]});
            let answer = s.unchanged_by(|| s.put(ADMIN, "/v1/rates", body));
            let problem = answer.expect_problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        }
    }

    fn tomorrows_rate_waits_for_tomorrow(s: &Server) {
        let tomorrow = folder(&file("26.05.2026", "13,5000"), MAINTENANCE);
        fetched(s, tomorrow.path().to_str().unwrap())[0].as_ref().unwrap();
        assert_eq!(yuan(s)["used"]["rate"], "12.8707");
        let midnight: chrono::DateTime<chrono::Utc> = "2026-05-25T18:00:00Z".parse().unwrap();
        s.advance(midnight - s.now() - TimeDelta::seconds(1));
        assert_eq!(yuan(s)["used"]["rate"], "12.8707");
        s.advance(TimeDelta::seconds(1));
        assert_eq!((&yuan(s)["used"]["rate"], &yuan(s)["used"]["effective_on"]), (&json!("13.5"), &json!("2026-05-26")));
    }

    fn an_older_file_does_not_turn_the_clock_back(s: &Server) {
        let older = folder(&file("23.05.2026", "11,0000"), MAINTENANCE);
        let before = s.state();
        let outcome = fetched(s, older.path().to_str().unwrap());
        assert!(outcome[0].as_ref().unwrap_err().contains("older than the stored rates of 2026-05-24"), "{outcome:?}");
        assert!(outcome[1].is_err());
        assert_eq!(s.state(), before);
    }

    fn one_bad_file_does_not_stop_the_good_one(s: &Server) {
        for (daily, weekly, good) in [
            (file("25.05.2026", "12,9000"), MAINTENANCE.to_owned(), 0),
            (String::new(), file("26.05.2026", "12,9100"), 1),
            (file("27.05.2026", "0,0000"), file("27.05.2026", "12,9200"), 1),
            (file("28.05.2026", "12,9300"), file("29.05.2026", "NaN"), 0),
            (file("29.06.2026", "12,9400"), file("30.05.2026", "12,9500"), 1),
        ] {
            let both = folder(&daily, &weekly);
            let outcome = fetched(s, both.path().to_str().unwrap());
            outcome[good].as_ref().unwrap();
            assert!(outcome[1 - good].as_ref().unwrap_err().contains("stay in force"), "{outcome:?}");
        }
        s.advance(TimeDelta::days(5));
        assert_eq!(yuan(s)["used"]["rate"], "12.95");
        let all_bad = folder(MAINTENANCE, "<!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/passwd\">]><CurrencyRates/>");
        let before = s.state();
        assert!(fetched(s, all_bad.path().to_str().unwrap()).iter().all(Result::is_err));
        assert!(fetched(s, "/nowhere/at/all").iter().all(Result::is_err));
        assert_eq!(s.state(), before);
    }

    fn rates_come_over_http_and_from_a_single_file(s: &Server) {
        let bank = HttpServer::start(|request| {
            let (status, body) = match request.path.as_str() {
                "/XML/daily.xml" => (200, file("25.05.2026", "12,9000")),
                _ => (503, MAINTENANCE.to_owned()),
            };
            Some(Response { status, headers: Vec::new(), body })
        });
        let outcome = fetched(s, &format!("{}/XML/", bank.url()));
        assert_eq!(outcome[0].as_deref(), Ok("2 rates of 2026-05-25 stored"));
        assert!(outcome[1].as_ref().unwrap_err().contains("503"), "{outcome:?}");
        assert_eq!(yuan(s)["used"]["rate"], "12.9");
        let before = s.state();
        assert_eq!(fetched(s, &format!("{}/XML/daily.xml", bank.url())), [Ok("the rates of 2026-05-25 were stored already".to_owned())]);
        assert_eq!(s.state(), before);
        // A correction of the same day is taken.
        let corrected = folder(&file("25.05.2026", "12,9500"), MAINTENANCE);
        fetched(s, corrected.path().join("daily.xml").to_str().unwrap())[0].as_ref().unwrap();
        assert_eq!(yuan(s)["used"]["rate"], "12.95");
    }
}
