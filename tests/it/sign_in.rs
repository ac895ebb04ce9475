//! Guessing passwords, and what it does not do to the owner of an account; the rules of passwords; the second factor; the
//! first account.

use chrono::TimeDelta;
use diesel::prelude::*;
use serde_json::{Value, json};
use torugart::db::schema::{sessions, setup_tokens, sign_in_tries, spent_refresh_tokens as spent, staff};
use torugart::ids::Actor;

use crate::harness::server::*;

const PASSWORD: &str = "three quiet words";

fn account(s: &Server, login: &str, role: &str) -> String {
    let made = s.post(ADMIN, "/v1/staff", json!({"login": login, "role": role, "password": PASSWORD}));
    made.expect(201);
    made.header("location").unwrap().to_owned()
}

fn log_in(s: &Server, login: &str, password: &str) -> Answer {
    s.post(ANYONE, "/v1/auth/login", json!({"login": login, "password": password}))
}

/// A call with an access token.
fn with(s: &Server, tokens: &Value, method: &str, path: &str, body: Value) -> Answer {
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    s.send(method, ANYONE, path, &headers, &body)
}

fn me(s: &Server, tokens: &Value) -> u16 {
    with(s, tokens, "GET", "/v1/me", Value::Null).status
}

/// What is said of a wrong password, without the number of the request.
fn refused(answer: &Answer) -> (u16, Value) {
    let mut body = answer.json();
    body["request_id"] = Value::Null;
    (answer.status, body)
}

/// Pretends that all sessions and tries so far came from somewhere else.
fn move_away(s: &Server) {
    s.app
        .db
        .write(|conn| {
            diesel::update(sessions::table).set(sessions::network.eq("198.51.100.7")).execute(conn)?;
            diesel::delete(sign_in_tries::table.filter(sign_in_tries::network.ne(""))).execute(conn)?;
            Ok(())
        })
        .unwrap();
}

/// Pretends that strangers tried so often.
fn strangers_tried(s: &Server, times: i64) {
    s.app
        .db
        .write(|conn| {
            let strangers = sign_in_tries::table.filter(sign_in_tries::network.eq(""));
            Ok(diesel::update(strangers).set(sign_in_tries::tries.eq(times)).execute(conn)?)
        })
        .unwrap();
}

on_both! {
    fn after_eight_wrong_passwords_the_next_is_not_looked_at_for_a_while(s: &Server) {
        account(s, "bakyt", "cashier");
        for _ in 0..8 {
            log_in(s, "bakyt", "not the one at all").expect_problem(401, "unauthenticated");
        }
        for seconds in [10, 20, 40] {
            let held = s.unchanged_by(|| log_in(s, "bakyt", PASSWORD));
            held.expect_problem(429, "rate_limited");
            assert_eq!(held.header("retry-after"), Some(seconds.to_string().as_str()));
            s.advance(TimeDelta::seconds(seconds));
            log_in(s, "bakyt", "not the one at all").expect_problem(401, "unauthenticated");
        }
        s.advance(TimeDelta::seconds(80));
        log_in(s, "bakyt", PASSWORD).expect(200);
        // The right one begins the count anew.
        log_in(s, "bakyt", "not the one at all").expect_problem(401, "unauthenticated");
        log_in(s, "bakyt", PASSWORD).expect(200);
    }

    fn who_guesses_waits_the_same_whether_the_login_exists_or_not(s: &Server) {
        account(s, "bakyt", "cashier");
        let disabled = account(s, "gulnara", "cashier");
        s.patch(ADMIN, &disabled, json!({"disabled": true})).expect(200);
        let mut stories = Vec::new();
        for login in ["bakyt", "gulnara", "nobody", "Боря?"] {
            let story: Vec<_> = (0..10).map(|_| refused(&log_in(s, login, "not the one at all"))).collect();
            stories.push(story);
        }
        stories.dedup();
        assert_eq!(stories.len(), 1, "{stories:?}");
        assert_eq!(stories[0].iter().filter(|(status, _)| *status == 401).count(), 8);
        // What was typed cannot be read in the table of tries: it may be a password in the wrong field.
        assert!(!s.state().iter().any(|line| line.starts_with("sign_in_tries") && line.contains("nobody")));
    }

    fn a_thousand_guesses_at_once_are_not_all_looked_at(s: &Server) {
        account(s, "bakyt", "cashier");
        let statuses = std::thread::scope(|scope| {
            let guess = || (0..5).map(|_| log_in(s, "bakyt", "not the one at all").status).collect::<Vec<_>>();
            let threads: Vec<_> = (0..6).map(|_| scope.spawn(guess)).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        assert!(statuses.iter().filter(|status| **status == 401).count() <= 8, "{statuses:?}");
        assert!(statuses.contains(&429) && statuses.iter().all(|status| [401, 429, 503].contains(status)), "{statuses:?}");
    }

    fn whoever_is_signed_in_notices_nothing_of_an_attack(s: &Server) {
        account(s, "bakyt", "cashier");
        let tokens = log_in(s, "bakyt", PASSWORD).expect(200);
        for _ in 0..20 {
            log_in(s, "bakyt", "not the one at all");
        }
        log_in(s, "bakyt", PASSWORD).expect_problem(429, "rate_limited");
        assert_eq!(me(s, &tokens), 200);
        let refreshed = s.post(ANYONE, "/v1/auth/refresh", json!({"refresh_token": tokens["refresh_token"]})).expect(200);
        assert_eq!(me(s, &refreshed), 200);
        // Nor does an admin need to wait for them: a new password begins the count anew.
        let id = with(s, &refreshed, "GET", "/v1/me", Value::Null).expect(200)["id"].as_str().unwrap().to_owned();
        s.patch(ADMIN, &format!("/v1/staff/{id}"), json!({"password": "four other quiet words"})).expect(200);
        log_in(s, "bakyt", "four other quiet words").expect(200);
    }

    fn a_hundred_wrong_passwords_of_strangers_are_the_most_and_the_owner_still_gets_in(s: &Server) {
        account(s, "bakyt", "cashier");
        let id = s.get(ADMIN, "/v1/staff").expect(200)["items"][5]["id"].as_str().unwrap().to_owned();
        log_in(s, "bakyt", "not the one at all").expect_problem(401, "unauthenticated");
        // As many as there may be, from many networks; the count of this one is away.
        strangers_tried(s, 100);
        move_away(s);
        let stranger = s.unchanged_by(|| log_in(s, "bakyt", PASSWORD));
        stranger.expect_problem(429, "rate_limited");
        assert_eq!(stranger.header("retry-after"), Some("86400"));
        // From a network that was signed in from before, the owner gets in, and the count begins anew.
        s.app.write_now(&Actor::System, |tx| {
            let member = torugart::staff::for_login(tx, "bakyt")?.unwrap();
            torugart::staff::open_session(tx, &member, &torugart::tokens::RefreshToken::generate(), TimeDelta::days(1))?;
            diesel::update(sessions::table.filter(sessions::staff_id.eq(&id))).set(sessions::network.eq("127.0.0.1")).execute(tx.conn)?;
            Ok(())
        }).unwrap();
        log_in(s, "bakyt", PASSWORD).expect(200);
        move_away(s);
        log_in(s, "bakyt", PASSWORD).expect(200);
        // And strangers are looked at again a day after the last of them.
        move_away(s);
        log_in(s, "bakyt", "not the one at all").expect_problem(401, "unauthenticated");
        strangers_tried(s, 100);
        move_away(s);
        log_in(s, "bakyt", PASSWORD).expect_problem(429, "rate_limited");
        s.advance(TimeDelta::days(1));
        log_in(s, "bakyt", PASSWORD).expect(200);
    }

    fn each_guess_of_strangers_is_counted_and_none_of_a_network_that_is_known(s: &Server) {
        account(s, "bakyt", "cashier");
        log_in(s, "bakyt", "not the one at all").expect_problem(401, "unauthenticated");
        strangers_tried(s, 99);
        move_away(s);
        log_in(s, "bakyt", "not the one at all").expect_problem(401, "unauthenticated");
        move_away(s);
        log_in(s, "bakyt", PASSWORD).expect_problem(429, "rate_limited");
        s.advance(TimeDelta::days(1));
        log_in(s, "bakyt", PASSWORD).expect(200);
        // Known from now on: the owner's own mistakes are not those of strangers.
        log_in(s, "bakyt", "not the one at all").expect_problem(401, "unauthenticated");
        let strangers = s.app.db.read(|conn| {
            Ok(sign_in_tries::table.filter(sign_in_tries::network.eq("")).select(sign_in_tries::tries).load::<i64>(conn)?)
        });
        assert!(strangers.unwrap().iter().all(|tries| *tries == 0));
    }

    fn whoever_was_let_go_while_the_password_was_looked_at_stays_outside(s: &Server) {
        let path = account(s, "bakyt", "cashier");
        let seen = s.app.write_now(&Actor::System, |tx| torugart::staff::for_login(tx, "bakyt")).unwrap().unwrap();
        let sign_in = |seen: &torugart::staff::Member| {
            let who = torugart::staff::SignIn {
                seen: seen.clone(),
                renewed_hash: None,
                totp_code: None,
                knock: torugart::staff::Knock::new(&s.app.tokens, "bakyt", "127.0.0.1")?,
                token: torugart::tokens::RefreshToken::generate(),
            };
            s.app.write_now(&Actor::System, |tx| torugart::staff::sign_in(tx, &s.app.tokens, &who))
        };
        sign_in(&seen).unwrap();
        s.patch(ADMIN, &path, json!({"password": "four other quiet words"})).expect(200);
        assert!(sign_in(&seen).is_err(), "with a password that is no more");
        let seen = s.app.write_now(&Actor::System, |tx| torugart::staff::for_login(tx, "bakyt")).unwrap().unwrap();
        s.patch(ADMIN, &path, json!({"disabled": true})).expect(200);
        assert!(sign_in(&seen).is_err(), "into an account that is disabled");
    }

    fn passwords_may_be_long_and_are_compared_whole(s: &Server) {
        let long = "сөз ".repeat(25);
        let body = |last: &str| json!({"login": "aida", "role": "operator", "password": format!("{long}{last}")});
        s.post(ADMIN, "/v1/staff", body("a")).expect(201);
        log_in(s, "aida", &format!("{long}b")).expect_problem(401, "unauthenticated");
        log_in(s, "aida", &long).expect_problem(401, "unauthenticated");
        log_in(s, "aida", &format!("{long}a")).expect(200);
    }

    fn passwords_that_are_tried_first_are_refused_with_a_hint(s: &Server) {
        let path = account(s, "bakyt", "cashier");
        for password in ["iloveyou", "QwertyUiop", "bakyt2026", "cargo-2026", "Бишкек123", "Torugart1"] {
            let login = if password.starts_with("bakyt") { "bakyt" } else { "gulnara" };
            let body = json!({"login": login, "role": "cashier", "password": password});
            let made = s.unchanged_by(|| s.post(ADMIN, "/v1/staff", body)).expect_problem(422, "validation_failed");
            assert_eq!(made["errors"][0]["pointer"], "/password", "{made}");
            assert!(made["detail"].as_str().unwrap().contains("tries first") || made["detail"].as_str().unwrap().contains("tried first"), "{made}");
            assert!(!made.to_string().contains(password));
        }
        s.patch(ADMIN, &path, json!({"password": "bakyt2026"})).expect_problem(422, "validation_failed");
        s.patch(ADMIN, &path, json!({"password": "cargo-2026"})).expect_problem(422, "validation_failed");
    }

    fn a_hash_of_older_parameters_is_renewed_when_its_owner_signs_in(s: &Server) {
        use argon2::password_hash::PasswordHasher;
        account(s, "bakyt", "cashier");
        let weak = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, argon2::Params::new(8192, 1, 1, None).unwrap());
        let old = weak.hash_password(PASSWORD.as_bytes()).unwrap().to_string();
        let stored = || s.app.db.read(|conn| {
            Ok(staff::table.filter(staff::login.eq("bakyt")).select(staff::password_hash).first::<String>(conn)?)
        }).unwrap();
        s.app.db.write(|conn| {
            diesel::update(staff::table.filter(staff::login.eq("bakyt"))).set(staff::password_hash.eq(&old)).execute(conn)?;
            Ok(())
        }).unwrap();
        log_in(s, "bakyt", "not the one at all").expect_problem(401, "unauthenticated");
        assert_eq!(stored(), old);
        log_in(s, "bakyt", PASSWORD).expect(200);
        assert!(stored().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", stored());
        log_in(s, "bakyt", PASSWORD).expect(200);
    }

    fn everybody_changes_their_own_password_and_their_other_logins_end(s: &Server) {
        account(s, "bakyt", "auditor");
        let (desk, phone) = (log_in(s, "bakyt", PASSWORD).expect(200), log_in(s, "bakyt", PASSWORD).expect(200));
        let change = |current: &str, new: &str| {
            with(s, &desk, "POST", "/v1/me/password", json!({"current_password": current, "new_password": new}))
        };
        let wrong = change("not the one at all", "four other quiet words").expect_problem(422, "validation_failed");
        assert_eq!(wrong["errors"][0]["pointer"], "/current_password");
        let weak = change(PASSWORD, "bakyt2026").expect_problem(422, "validation_failed");
        assert_eq!(weak["errors"][0]["pointer"], "/new_password");
        change(PASSWORD, "four other quiet words").expect(204);
        assert_eq!((me(s, &desk), me(s, &phone)), (200, 401));
        s.post(ANYONE, "/v1/auth/refresh", json!({"refresh_token": phone["refresh_token"]})).expect_problem(401, "unauthenticated");
        log_in(s, "bakyt", PASSWORD).expect_problem(401, "unauthenticated");
        log_in(s, "bakyt", "four other quiet words").expect(200);
        let trail = s.get(AUDITOR, "/v1/audit?object=bakyt").expect(200);
        let actions: Vec<_> = trail["items"].as_array().unwrap().iter().map(|line| (&line["action"], &line["by"])).collect();
        assert!(actions.contains(&(&json!("staff.password_changed"), &json!("bakyt"))), "{actions:?}");
        s.post(ANYONE, "/v1/me/password", json!({})).expect_problem(401, "unauthenticated");
    }

    fn whoever_has_only_a_token_guesses_the_password_no_faster(s: &Server) {
        account(s, "bakyt", "cashier");
        let tokens = log_in(s, "bakyt", PASSWORD).expect(200);
        let guess = || with(s, &tokens, "POST", "/v1/me/totp", json!({"password": "not the one at all"})).status;
        let answers: Vec<_> = (0..10).map(|_| guess()).collect();
        assert_eq!(answers, [422, 422, 422, 422, 422, 422, 422, 422, 429, 429]);
    }
}

/// The six digits that an app would show, from the key as it is typed.
pub fn digits(secret: &str, at: i64) -> String {
    use ring::hmac;
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut bits = String::new();
    for symbol in secret.chars() {
        bits += &format!("{:05b}", alphabet.find(symbol).expect("base 32"));
    }
    let key: Vec<u8> = bits
        .as_bytes()
        .chunks_exact(8)
        .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
        .collect();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key), &(at / 30).to_be_bytes());
    let hash = tag.as_ref();
    let offset = usize::from(hash[19] & 15);
    let number = u32::from_be_bytes(hash[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

/// Signs in, sets a second factor up, and gives its key and the tokens.
fn with_totp(s: &Server, login: &str) -> (String, Value) {
    let tokens = log_in(s, login, PASSWORD).expect(200);
    let begun = with(s, &tokens, "POST", "/v1/me/totp", json!({"password": PASSWORD})).expect(200);
    let secret = begun["secret"].as_str().unwrap().to_owned();
    assert!(begun["uri"].as_str().unwrap().contains(&format!("{login}?secret={secret}")), "{begun}");
    assert!(begun["qr_svg"].as_str().unwrap().contains("<svg"));
    let wrong = with(s, &tokens, "POST", "/v1/me/totp/confirm", json!({"code": "12"}));
    assert_eq!(wrong.expect_problem(422, "validation_failed")["errors"][0]["pointer"], "/code");
    log_in(s, login, PASSWORD).expect(200);
    let code = digits(&secret, s.now().timestamp());
    with(s, &tokens, "POST", "/v1/me/totp/confirm", json!({"code": code})).expect(204);
    s.advance(TimeDelta::seconds(30));
    (secret, tokens)
}

fn log_in_with(s: &Server, login: &str, password: &str, code: &str) -> Answer {
    s.post(ANYONE, "/v1/auth/login", json!({"login": login, "password": password, "totp_code": code}))
}

on_both! {
    fn a_second_factor_is_asked_for_and_each_code_works_once(s: &Server) {
        account(s, "bakyt", "cashier");
        let (secret, tokens) = with_totp(s, "bakyt");
        assert_eq!(with(s, &tokens, "GET", "/v1/me", Value::Null).expect(200)["totp"], true);
        let missing = log_in(s, "bakyt", PASSWORD);
        missing.expect_problem(401, "totp_required");
        assert_eq!(missing.header("www-authenticate"), Some("Bearer"));
        let code = digits(&secret, s.now().timestamp());
        log_in_with(s, "bakyt", "not the one at all", &code).expect_problem(401, "unauthenticated");
        log_in_with(s, "bakyt", PASSWORD, "000000").expect_problem(401, "unauthenticated");
        log_in_with(s, "bakyt", PASSWORD, &format!("{} {}", &code[..3], &code[3..])).expect(200);
        log_in_with(s, "bakyt", PASSWORD, &code).expect_problem(401, "unauthenticated");
        // Nor does the one before it, although a late phone may show it.
        log_in_with(s, "bakyt", PASSWORD, &digits(&secret, s.now().timestamp() - 30)).expect_problem(401, "unauthenticated");
        s.advance(TimeDelta::seconds(30));
        log_in_with(s, "bakyt", PASSWORD, &digits(&secret, s.now().timestamp())).expect(200);
        assert!(!s.state().iter().any(|line| line.contains(&secret)), "the key lies open in the database");
    }

    fn codes_are_guessed_no_faster_than_passwords(s: &Server) {
        account(s, "bakyt", "cashier");
        with_totp(s, "bakyt");
        let answers: Vec<_> = (0..10).map(|n| log_in_with(s, "bakyt", PASSWORD, &format!("00000{n}")).status).collect();
        assert_eq!(answers, [401, 401, 401, 401, 401, 401, 401, 401, 429, 429]);
    }

    fn a_second_factor_is_taken_away_by_its_owner_or_by_an_admin(s: &Server) {
        let path = account(s, "bakyt", "cashier");
        let (secret, tokens) = with_totp(s, "bakyt");
        with(s, &tokens, "POST", "/v1/me/totp", json!({"password": PASSWORD})).expect_problem(409, "duplicate_value");
        let again = json!({"code": digits(&secret, s.now().timestamp())});
        with(s, &tokens, "POST", "/v1/me/totp/confirm", again).expect_problem(422, "validation_failed");
        with(s, &tokens, "POST", "/v1/me/totp/remove", json!({"password": "not the one at all"})).expect_problem(422, "validation_failed");
        let phone = log_in_with(s, "bakyt", PASSWORD, &digits(&secret, s.now().timestamp())).expect(200);
        with(s, &tokens, "POST", "/v1/me/totp/remove", json!({"password": PASSWORD})).expect(204);
        assert_eq!((me(s, &tokens), me(s, &phone)), (200, 401));
        log_in(s, "bakyt", PASSWORD).expect(200);
        // The old key does not come back by a code that fits it.
        let old = json!({"code": digits(&secret, s.now().timestamp())});
        with(s, &tokens, "POST", "/v1/me/totp/confirm", old).expect_problem(422, "validation_failed");
        with_totp(s, "bakyt");
        s.patch(ADMIN, &path, json!({"totp": true})).expect_problem(422, "validation_failed");
        assert_eq!(s.patch(ADMIN, &path, json!({"totp": false})).expect(200)["totp"], false);
        log_in(s, "bakyt", PASSWORD).expect(200);
    }

    fn the_first_admin_is_made_once_with_the_token_of_the_log(s: &Server) {
        let body = |token: &str| json!({"token": token, "login": "nurlan", "password": PASSWORD});
        // There are accounts here.
        assert!(s.app.write_now(&Actor::System, torugart::staff::offer_setup).unwrap().is_none());
        s.unchanged_by(|| s.post(ANYONE, "/v1/auth/setup", body("a token"))).expect_problem(401, "unauthenticated");
        forget_everybody(s);
        let offer = || s.app.write_now(&Actor::System, torugart::staff::offer_setup).unwrap().expect("a token");
        let (first, second) = (offer(), offer());
        for (login, password) in [("admin", "admin"), ("admin", "password"), ("root", "root"), ("admin", "demo-admin")] {
            log_in(s, login, password).expect_problem(401, "unauthenticated");
        }
        s.post(ANYONE, "/v1/auth/setup", body("a token")).expect_problem(401, "unauthenticated");
        let mut weak = body(first.reveal());
        weak["password"] = json!("cargo-2026");
        s.post(ANYONE, "/v1/auth/setup", weak).expect_problem(422, "validation_failed");
        let made = s.post(ANYONE, "/v1/auth/setup", body(second.reveal())).expect(201);
        assert_eq!((&made["login"], &made["role"]), (&json!("nurlan"), &json!("admin")));
        for token in [&first, &second] {
            s.unchanged_by(|| s.post(ANYONE, "/v1/auth/setup", body(token.reveal()))).expect_problem(401, "unauthenticated");
        }
        let tokens = log_in(s, "nurlan", PASSWORD).expect(200);
        assert_eq!(me(s, &tokens), 200);
        let by = s.app.db.read(|conn| {
            use torugart::db::schema::audit;
            Ok(audit::table.filter(audit::object.eq("nurlan")).order(audit::id).select((audit::action, audit::actor)).first::<(String, String)>(conn)?)
        }).unwrap();
        assert_eq!(by, ("staff.added".to_owned(), "system".to_owned()));
    }

    fn sessions_that_are_over_are_forgotten_and_theft_is_seen_as_long_as_one_goes_on(s: &Server) {
        let refresh = |token: &Value| s.post(ANYONE, "/v1/auth/refresh", json!({"refresh_token": token}));
        let forget = || s.app.write_now(&Actor::System, torugart::staff::forget_ended).unwrap();
        let kept = || {
            let count =
                |conn: &mut _| Ok((sessions::table.count().get_result(conn)?, spent::table.count().get_result(conn)?));
            s.app.db.read(count).unwrap()
        };
        account(s, "bakyt", "cashier");
        let (before, _): (i64, i64) = kept();
        let left = log_in(s, "bakyt", PASSWORD).expect(200);
        let goes_on = log_in(s, "bakyt", PASSWORD).expect(200);
        refresh(&left["refresh_token"]).expect(200);
        let first = goes_on["refresh_token"].clone();
        let mut token = first.clone();
        // Nearly a month at a time: one device goes on, the other one ends, and is forgotten three months later.
        for month in 0..6 {
            token = refresh(&token).expect(200)["refresh_token"].clone();
            assert_eq!(forget(), usize::from(month == 5), "month {month}");
            s.advance(TimeDelta::days(29));
        }
        assert_eq!(kept(), (before + 1, 6));
        refresh(&left["refresh_token"]).expect_problem(401, "unauthenticated");
        // The oldest token of the one that goes on is still known as used: its session ends.
        refresh(&first).expect_problem(401, "unauthenticated");
        refresh(&token).expect_problem(401, "unauthenticated");
        s.advance(TimeDelta::days(300));
        assert_eq!((forget(), kept()), (usize::try_from(before).unwrap() + 1, (0, 0)));
    }

    fn a_setup_token_holds_for_an_hour(s: &Server) {
        forget_everybody(s);
        let token = s.app.write_now(&Actor::System, torugart::staff::offer_setup).unwrap().expect("a token");
        s.advance(TimeDelta::hours(1));
        let body = json!({"token": token.reveal(), "login": "nurlan", "password": PASSWORD});
        s.unchanged_by(|| s.post(ANYONE, "/v1/auth/setup", body)).expect_problem(401, "unauthenticated");
    }
}

/// Takes all accounts away, as they are in an empty database.
fn forget_everybody(s: &Server) {
    s.app
        .db
        .write(|conn| {
            use torugart::db::schema::spent_refresh_tokens;
            diesel::delete(spent_refresh_tokens::table).execute(conn)?;
            diesel::delete(sessions::table).execute(conn)?;
            diesel::delete(staff::table).execute(conn)?;
            diesel::delete(setup_tokens::table).execute(conn)?;
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_role_that_needs_a_second_factor_can_only_set_one_up() {
    let (_folder, url) = sqlite_database();
    let s = &Server::start_with(&url, |config| config.auth.totp_required_roles = vec![torugart::ids::Role::Cashier]);
    account(s, "bakyt", "cashier");
    let tokens = log_in(s, "bakyt", PASSWORD).expect(200);
    with(s, &tokens, "GET", "/v1/orders", Value::Null).expect_problem(403, "totp_setup_required");
    assert_eq!(me(s, &tokens), 200);
    let (_, tokens) = with_totp(s, "bakyt");
    with(s, &tokens, "GET", "/v1/orders", Value::Null).expect(200);
    s.get(OPERATOR, "/v1/orders").expect(200);
}

#[test]
fn keys_are_exchanged_while_people_work() {
    const OLD: &str = "2026-05:0123456789abcdef0123456789abcdef";
    const NEW: &str = "2026-11:fedcba9876543210fedcba9876543210";
    let (_folder, url) = sqlite_database();
    let start = |keys: &str| Server::start_with(&url, |config| config.auth.jwt_keys = keys.into());
    let refresh = |s: &Server, tokens: &Value| {
        s.post(ANYONE, "/v1/auth/refresh", json!({"refresh_token": tokens["refresh_token"]}))
    };
    let s = start(OLD);
    account(&s, "bakyt", "cashier");
    let (secret, tokens) = with_totp(&s, "bakyt");
    let lost = refresh(&s, &tokens).expect(200);
    drop(s);
    let s = start(&format!("{NEW},{OLD}"));
    // The clock of a new server begins anew: within the grace of the answer that was lost, given by the old key.
    s.advance(TimeDelta::seconds(30));
    assert_eq!(me(&s, &tokens), 200);
    let again = refresh(&s, &tokens).expect(200);
    assert_eq!(again["refresh_token"], lost["refresh_token"]);
    let next = refresh(&s, &again).expect(200);
    assert_eq!(me(&s, &next), 200);
    // A second factor that was sealed by the old key is sealed by the new one at the next sign-in.
    s.advance(TimeDelta::seconds(30));
    log_in_with(&s, "bakyt", PASSWORD, &digits(&secret, s.now().timestamp())).expect(200);
    drop(s);
    let s = start(NEW);
    s.advance(TimeDelta::seconds(90));
    assert_eq!(me(&s, &lost), 401, "a token of the key that was taken away");
    let next = refresh(&s, &next).expect(200);
    assert_eq!(me(&s, &next), 200);
    log_in_with(&s, "bakyt", PASSWORD, &digits(&secret, s.now().timestamp())).expect(200);
}
