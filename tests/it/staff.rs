//! Logging in, staying in, being let go.

use chrono::TimeDelta;
use serde_json::{Value, json};
use torugart::error::Slug;
use torugart::ids::Actor;
use torugart::staff;

use crate::harness::server::*;

const PASSWORD: &str = "three quiet words";

/// Makes an account and gives its path.
fn account(s: &Server, login: &str, role: &str) -> String {
    let body = json!({"login": login, "role": role, "password": PASSWORD});
    let made = s.post(ADMIN, "/v1/staff", body);
    made.expect(201);
    made.header("location").unwrap().to_owned()
}

fn log_in(s: &Server, login: &str, password: &str) -> Answer {
    s.post(ANYONE, "/v1/auth/login", json!({"login": login, "password": password}))
}

fn refresh(s: &Server, token: &Value) -> Answer {
    s.post(ANYONE, "/v1/auth/refresh", json!({"refresh_token": token}))
}

/// A call with this access token.
fn with(s: &Server, token: &Value, method: &str, path: &str) -> Answer {
    let bearer = format!("Bearer {}", token.as_str().unwrap());
    s.send(method, ANYONE, path, &[("authorization", &bearer)], "")
}

on_both! {
    fn who_logs_in_gets_a_pair_of_tokens(s: &Server) {
        account(s, "bakyt", "cashier");
        let tokens = log_in(s, "bakyt", PASSWORD).expect(200);
        assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(900)));
        let me = with(s, &tokens["access_token"], "GET", "/v1/me").expect(200);
        assert_eq!((&me["login"], &me["role"], &me["disabled"]), (&json!("bakyt"), &json!("cashier"), &json!(false)));
        assert_eq!(me.get("password_hash"), None);
    }

    fn a_wrong_password_an_unknown_and_a_disabled_login_get_the_same_answer(s: &Server) {
        account(s, "bakyt", "cashier");
        let disabled = account(s, "gulnara", "cashier");
        s.patch(ADMIN, &disabled, json!({"disabled": true})).expect(200);
        let mut answers = Vec::new();
        for (login, password) in [("bakyt", "four quiet words x"), ("nobody", PASSWORD), ("gulnara", PASSWORD), ("BAKYT", PASSWORD)] {
            let answer = s.unchanged_by_but(&["sign_in_tries"], || log_in(s, login, password));
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
            let mut problem = answer.expect_problem(401, "unauthenticated");
            problem["request_id"] = Value::Null;
            answers.push(problem);
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
    }

    fn an_account_that_is_disabled_is_out_at_once(s: &Server) {
        let path = account(s, "bakyt", "cashier");
        let tokens = log_in(s, "bakyt", PASSWORD).expect(200);
        s.patch(ADMIN, &path, json!({"disabled": true})).expect(200);
        with(s, &tokens["access_token"], "GET", "/v1/me").expect_problem(401, "unauthenticated");
        refresh(s, &tokens["refresh_token"]).expect_problem(401, "unauthenticated");
        s.patch(ADMIN, &path, json!({"disabled": false})).expect(200);
        with(s, &tokens["access_token"], "GET", "/v1/me").expect_problem(401, "unauthenticated");
        log_in(s, "bakyt", PASSWORD).expect(200);
    }

    fn a_new_role_and_a_new_password_hold_from_the_next_request(s: &Server) {
        let path = account(s, "bakyt", "auditor");
        let tokens = log_in(s, "bakyt", PASSWORD).expect(200);
        with(s, &tokens["access_token"], "GET", "/v1/audit").expect(200);
        s.patch(ADMIN, &path, json!({"role": "cashier"})).expect(200);
        with(s, &tokens["access_token"], "GET", "/v1/audit").expect_problem(403, "forbidden");
        s.patch(ADMIN, &path, json!({"password": "four other quiet words"})).expect(200);
        with(s, &tokens["access_token"], "GET", "/v1/me").expect_problem(401, "unauthenticated");
        log_in(s, "bakyt", PASSWORD).expect_problem(401, "unauthenticated");
        log_in(s, "bakyt", "four other quiet words").expect(200);
    }

    fn a_logout_ends_this_login_and_no_other(s: &Server) {
        account(s, "bakyt", "cashier");
        let (phone, desk) = (log_in(s, "bakyt", PASSWORD).expect(200), log_in(s, "bakyt", PASSWORD).expect(200));
        with(s, &phone["access_token"], "POST", "/v1/auth/logout").expect(204);
        with(s, &phone["access_token"], "GET", "/v1/me").expect_problem(401, "unauthenticated");
        refresh(s, &phone["refresh_token"]).expect_problem(401, "unauthenticated");
        with(s, &desk["access_token"], "GET", "/v1/me").expect(200);
    }

    fn an_access_token_ends_after_a_quarter_of_an_hour(s: &Server) {
        account(s, "bakyt", "cashier");
        let tokens = log_in(s, "bakyt", PASSWORD).expect(200);
        s.advance(TimeDelta::seconds(899));
        with(s, &tokens["access_token"], "GET", "/v1/me").expect(200);
        s.advance(TimeDelta::seconds(1));
        with(s, &tokens["access_token"], "GET", "/v1/me").expect_problem(401, "unauthenticated");
        let next = refresh(s, &tokens["refresh_token"]).expect(200);
        with(s, &next["access_token"], "GET", "/v1/me").expect(200);
    }

    fn a_lost_answer_can_be_asked_for_again_for_ten_seconds(s: &Server) {
        account(s, "bakyt", "cashier");
        let first = log_in(s, "bakyt", PASSWORD).expect(200);
        let second = refresh(s, &first["refresh_token"]).expect(200);
        assert_ne!(second["refresh_token"], first["refresh_token"]);
        s.advance(TimeDelta::seconds(10));
        let again = refresh(s, &first["refresh_token"]).expect(200);
        assert_eq!(again["refresh_token"], second["refresh_token"]);
        refresh(s, &second["refresh_token"]).expect(200);
    }

    fn an_old_refresh_token_used_later_ends_the_session(s: &Server) {
        account(s, "bakyt", "cashier");
        let first = log_in(s, "bakyt", PASSWORD).expect(200);
        let second = refresh(s, &first["refresh_token"]).expect(200);
        s.advance(TimeDelta::seconds(11));
        refresh(s, &first["refresh_token"]).expect_problem(401, "unauthenticated");
        refresh(s, &second["refresh_token"]).expect_problem(401, "unauthenticated");
        with(s, &second["access_token"], "GET", "/v1/me").expect_problem(401, "unauthenticated");
        let trail = s.get(AUDITOR, "/v1/audit?object=bakyt").expect(200);
        assert_eq!(trail["items"][0]["action"], "staff.session_stolen");
    }

    fn an_unused_session_ends_after_a_month(s: &Server) {
        account(s, "bakyt", "cashier");
        let first = log_in(s, "bakyt", PASSWORD).expect(200);
        s.advance(TimeDelta::days(29));
        let second = refresh(s, &first["refresh_token"]).expect(200);
        s.advance(TimeDelta::days(30));
        refresh(s, &second["refresh_token"]).expect_problem(401, "unauthenticated");
        refresh(s, &json!("never given")).expect_problem(401, "unauthenticated");
    }

    fn a_header_that_is_no_bearer_token_is_refused_even_where_anybody_may_call(s: &Server) {
        for header in ["Basic YTpi", "Bearer", "Bearer x", "Bearer a.b.c", "token", ""] {
            for path in ["/v1/me", "/v1/branches"] {
                s.send("GET", ANYONE, path, &[("authorization", header)], "").expect_problem(401, "unauthenticated");
            }
        }
    }

    fn an_account_needs_a_free_login_a_known_role_and_a_password(s: &Server) {
        let path = account(s, "bakyt", "cashier");
        let taken = json!({"login": "bakyt", "role": "cashier", "password": PASSWORD});
        s.unchanged_by(|| s.post(ADMIN, "/v1/staff", taken)).expect_problem(409, "duplicate_value");
        for (pointer, value) in [
            ("/login", json!("B")), ("/login", json!("Bakyt")), ("/login", json!("ба")), ("/login", json!("a b")),
            ("/role", json!("boss")), ("/password", json!("1234567")), ("/password", json!("x".repeat(257))),
            ("/branch", json!("NOWHERE")), ("/name", json!("two\nlines")),
        ] {
            let mut body = json!({"login": "new", "role": "cashier", "password": PASSWORD});
            body[&pointer[1..]] = value.clone();
            let answer = s.unchanged_by(|| s.post(ADMIN, "/v1/staff", body));
            let problem = answer.expect_problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
            assert!(!problem.to_string().contains(PASSWORD));
        }
        let unknown = format!("/v1/staff/{}", uuid::Uuid::now_v7());
        s.unchanged_by(|| s.patch(ADMIN, &unknown, json!({"disabled": true}))).expect_problem(404, "not_found");
        s.unchanged_by(|| s.patch(ADMIN, &path, json!({"login": "other"}))).expect_problem(422, "validation_failed");
        let list = s.get(ADMIN, "/v1/staff").expect(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 6);
    }

    fn everybody_works_where_their_role_has_its_place_unless_told_otherwise(s: &Server) {
        let branches = s.get(ADMIN, "/v1/branches").expect(200);
        let id_of = |code: &str| {
            let branches = branches["items"].as_array().unwrap();
            branches.iter().find(|branch| branch["code"] == code).map_or(Value::Null, |branch| branch["id"].clone())
        };
        let places = [("admin", ""), ("auditor", ""), ("operator", "BISH"), ("cashier", "BISH"), ("warehouse", "GZ")];
        for (role, place) in places {
            let made = s.post(ADMIN, "/v1/staff", json!({"login": format!("a-{role}"), "role": role, "password": PASSWORD}));
            assert_eq!(made.expect(201)["branch_id"], id_of(place), "{role}");
        }
        let sent = json!({"login": "far", "role": "cashier", "password": PASSWORD, "branch": "GZ"});
        assert_eq!(s.post(ADMIN, "/v1/staff", sent).expect(201)["branch_id"], id_of("GZ"));
        let path = account(s, "bakyt", "admin");
        let named = s.patch(ADMIN, &path, json!({"name": "Bakyt B."})).expect(200);
        assert_eq!((&named["name"], &named["role"], &named["branch_id"]), (&json!("Bakyt B."), &json!("admin"), &Value::Null));
        let moved = s.patch(ADMIN, &path, json!({"role": "cashier"})).expect(200);
        assert_eq!((&moved["name"], &moved["role"], &moved["branch_id"]), (&json!("Bakyt B."), &json!("cashier"), &id_of("BISH")));
        assert_eq!(s.patch(ADMIN, &path, json!({"branch": "GZ"})).expect(200)["branch_id"], id_of("GZ"));
        assert_eq!(s.patch(ADMIN, &path, json!({"role": "operator"})).expect(200)["branch_id"], id_of("GZ"));
    }

    fn a_password_that_was_looked_at_before_the_account_changed_is_worth_nothing(s: &Server) {
        let path = account(s, "bakyt", "cashier");
        let seen = || s.app.read_now(&Actor::System, |tx| Ok(staff::for_login(tx, "bakyt")?.unwrap())).unwrap();
        let change = |seen: &staff::Member| {
            let changed = s.app.write_now(&Actor::System, |tx| staff::change_own_password(tx, seen, "another hash"));
            changed.map_err(|error| error.to_problem().slug)
        };
        let before = seen();
        s.patch(ADMIN, &path, json!({"password": "four other quiet words"})).expect(200);
        assert_eq!(change(&before), Err(Slug::Unauthenticated));
        let before = seen();
        s.patch(ADMIN, &path, json!({"disabled": true})).expect(200);
        assert_eq!(change(&before), Err(Slug::Unauthenticated));
        s.patch(ADMIN, &path, json!({"disabled": false})).expect(200);
        assert_eq!(change(&before), Ok(()));
    }
}
