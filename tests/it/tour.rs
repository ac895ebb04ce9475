//! `torugart tour`, the built program against a running server.

use chrono::TimeDelta;
use secrecy::SecretString;
use torugart::ids::{Actor, Role};
use torugart::money::Currency;
use torugart::rates;
use torugart::staff::{self, NewMember, Password};

use crate::harness::http::{HttpServer, Response};
use crate::harness::program::{Outcome, Shell};
use crate::harness::server::*;

const PASSWORD: &str = "three quiet words";

/// The one account that somebody can log in with; the harness's others have no password.
fn with_admin(s: &Server) {
    s.app
        .write_now(&Actor::System, |tx| {
            let password = Password::try_from(SecretString::from(PASSWORD)).expect("long enough");
            let new = NewMember {
                login: "boss".to_owned(),
                name: "Нурлан".to_owned(),
                role: Role::Admin,
                branch: None,
                password_hash: password.hash()?,
            };
            staff::add(tx, &new).map(|_| ())
        })
        .expect("an admin");
}

fn tour_as_admin(s: &Server, more: &[&str]) -> Outcome {
    let mut args = vec!["tour", "--url", &s.url, "--admin-login", "boss", "--admin-password-stdin"];
    args.extend(more);
    Shell::new().run_typing(&args, &format!("{PASSWORD}\n"))
}

fn code_in(out: &str) -> &str {
    let end = out.rsplit("/t/").next().expect("the page's address");
    end.trim_end()
}

/// Logins made for the tour that somebody could still use.
fn open_helpers(s: &Server) -> Vec<String> {
    let staff = s.app.write_now(&Actor::System, staff::list).expect("the accounts");
    let open = staff.into_iter().filter(|member| member.login.starts_with("tour-") && member.disabled_at.is_none());
    open.map(|member| member.login).collect()
}

on_both! {
    fn one_admin_is_enough_to_walk_an_order_from_request_to_pickup(s: &Server) {
        with_admin(s);
        let outcome = tour_as_admin(s, &[]);
        let out = outcome.succeeded();
        let order = s.see(code_in(out));
        assert_eq!(order["status"], "picked_up");
        assert_eq!(order["balance"], som(0));
        for said in ["balance_due", "already_picked_up", "Idempotent-Replayed: true", "each journal sums to zero"] {
            assert!(out.contains(said), "{said} is missing:\n{out}");
        }
    }

    fn it_can_be_repeated_and_leaves_no_account_open(s: &Server) {
        with_admin(s);
        let first = tour_as_admin(s, &["--quiet"]);
        assert_eq!(open_helpers(s), Vec::<String>::new());
        let again = tour_as_admin(s, &["--quiet"]);
        assert_ne!(code_in(first.succeeded()), code_in(again.succeeded()));
        assert_eq!(open_helpers(s), Vec::<String>::new());
    }

    fn neither_secrets_nor_colours_are_written_to_a_file(s: &Server) {
        with_admin(s);
        let outcome = tour_as_admin(s, &[]);
        let out = outcome.succeeded();
        assert!(!out.contains(PASSWORD) && !out.contains("eyJ"), "{out}");
        assert!(!out.contains('\x1b'), "{out}");
    }

    fn without_a_usable_rate_it_sets_some_says_so_and_takes_them_back(s: &Server) {
        with_admin(s);
        s.advance(TimeDelta::days(60));
        let outcome = tour_as_admin(s, &[]);
        let out = outcome.succeeded();
        assert!(out.contains("the admin sets the firm's own for this tour"), "{out}");
        assert!(out.contains("The tour's rates are taken back"), "{out}");
        let refused = s.app.write_now(&Actor::System, |tx| Ok(rates::today(tx, Currency::Cny).is_err()));
        assert!(refused.expect("an answer"), "a quote made after the tour must not use its rate");
    }

    fn with_a_fresh_rate_it_sets_none(s: &Server) {
        with_admin(s);
        let outcome = tour_as_admin(s, &["--quiet"]);
        assert!(!outcome.succeeded().contains("PUT /v1/rates"), "{}", outcome.out);
    }

    fn a_wrong_password_stops_it_before_anything_is_placed(s: &Server) {
        with_admin(s);
        let args = ["tour", "--url", &s.url, "--admin-login", "boss", "--admin-password", "four loud words"];
        let outcome = Shell::new().run(&args);
        assert!(outcome.failed().contains("expected 200, got 401"), "{}", outcome.err);
        let orders = s.get(ADMIN, "/v1/orders").expect(200);
        assert_eq!(orders["items"], serde_json::json!([]));
    }

    fn where_the_logins_of_the_demonstration_do_not_exist_it_says_what_to_give(s: &Server) {
        let outcome = Shell::new().run(&["tour", "--url", &s.url]);
        assert!(outcome.failed().contains("--admin-password-stdin"), "{}", outcome.err);
    }

    fn a_refusal_on_the_way_stops_it_and_closes_the_accounts_it_opened(s: &Server) {
        with_admin(s);
        // By then the admin has made an operator; the given cashier cannot log in.
        let more = ["--cashier-login", "operator", "--cashier-password", PASSWORD];
        let outcome = tour_as_admin(s, &more);
        assert!(outcome.failed().contains("POST /v1/auth/login as anyone: expected 200, got 401"), "{}", outcome.err);
        assert_eq!(open_helpers(s), Vec::<String>::new());
    }
}

#[test]
fn an_address_where_something_else_answers_is_told_from_one_where_nothing_does() {
    let other = HttpServer::start(|_| Some(Response { status: 404, headers: Vec::new(), body: "nginx".to_owned() }));
    let url = other.url();
    let outcome = Shell::new().run(&["tour", "--url", &url]);
    assert!(outcome.failed().contains("GET /healthz as anyone: expected 200, got 404"), "{}", outcome.err);
    drop(other);
    let outcome = Shell::new().run(&["tour", "--url", &url]);
    assert!(outcome.failed().contains("does not answer"), "{}", outcome.err);
    let outcome = Shell::new().run(&["tour", "--url", "localhost:8080"]);
    assert!(outcome.failed().contains("--url must begin with http://"), "{}", outcome.err);
}

#[test]
fn a_demonstration_needs_no_logins_and_quiet_is_a_line_per_call() {
    let shell = Shell::new();
    let demo = shell.start(&["serve", "--demo"]);
    let outcome = shell.run(&["tour", "--url", &demo.url(), "--quiet"]);
    let lines: Vec<_> = outcome.succeeded().lines().collect();
    let calls = lines.iter().filter(|line| line.contains(" /")).count();
    assert_eq!(lines.len(), calls + 2, "{}", outcome.out);
    assert!(lines.iter().any(|line| line.starts_with("409 POST /v1/orders/")), "{}", outcome.out);
    assert!(lines[lines.len() - 2].contains(&format!("in {calls} calls")), "{}", outcome.out);
}
