//! Access tokens that we did not make: all refused with one answer, whatever is wrong with them.

use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Sha256, Sha384, Sha512};
use torugart::ids::Role;
use torugart::tokens::RefreshToken;

use crate::harness::server::*;

const KEY: &str = "0123456789abcdef0123456789abcdef";
const HEADER: &str = r#"{"alg":"HS256","typ":"at+jwt","kid":"2026-05"}"#;

fn part(text: &str) -> String {
    BASE64.encode(text)
}

/// A token as we would sign it, of any header and any claims.
fn signed_with(key: &str, header: &str, claims: &str) -> String {
    let text = format!("{}.{}", part(header), part(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    format!("{text}.{}", BASE64.encode(mac.finalize().into_bytes()))
}

fn signed(header: &str, claims: &str) -> String {
    signed_with(KEY, header, claims)
}

/// The same with the longer hashes of the family.
fn signed_longer(alg: &str, claims: &str) -> String {
    let text = format!("{}.{}", part(&HEADER.replace("HS256", alg)), part(claims));
    let signature = if alg == "HS384" {
        let mut mac = Hmac::<Sha384>::new_from_slice(KEY.as_bytes()).unwrap();
        mac.update(text.as_bytes());
        BASE64.encode(mac.finalize().into_bytes())
    } else {
        let mut mac = Hmac::<Sha512>::new_from_slice(KEY.as_bytes()).unwrap();
        mac.update(text.as_bytes());
        BASE64.encode(mac.finalize().into_bytes())
    };
    format!("{text}.{signature}")
}

fn server() -> (tempfile::TempDir, Server) {
    let (folder, url) = sqlite_database();
    let server = Server::start_with(&url, |config| config.auth.jwt_keys = format!("2026-05:{KEY}").into());
    (folder, server)
}

/// What a good token of this server says.
fn good_claims(s: &Server) -> Value {
    let token = s.token(Role::Cashier);
    let claims = BASE64.decode(token.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&claims).unwrap()
}

fn changed(claims: &Value, name: &str, value: Option<Value>) -> String {
    let mut claims = claims.clone();
    match value {
        Some(value) => claims[name] = value,
        None => drop(claims.as_object_mut().unwrap().remove(name)),
    }
    claims.to_string()
}

/// Algorithms, types and key identifiers of the header that are not ours.
fn bad_headers(claims: &str) -> Vec<(String, String)> {
    let mut corpus = Vec::new();
    for alg in [
        json!("none"),
        json!("None"),
        json!("NONE"),
        json!(""),
        json!("hs256"),
        json!("RS256"),
        json!("ES256"),
        json!("PS256"),
        json!("EdDSA"),
        json!(256),
        json!(["HS256"]),
        Value::Null,
    ] {
        corpus.push((format!("alg {alg}"), signed(&HEADER.replace("\"HS256\"", &alg.to_string()), claims)));
    }
    let unsigned = format!("{}.{}.", part(&HEADER.replace("HS256", "none")), part(claims));
    corpus.push(("alg none, no signature".to_owned(), unsigned));
    for alg in ["HS384", "HS512"] {
        corpus.push((format!("really {alg}"), signed_longer(alg, claims)));
    }
    for kid in [
        json!("2027-01"),
        json!("../../etc/passwd"),
        json!("2026-05/../2026-05"),
        json!("'"),
        json!("' OR '1'='1"),
        json!("\""),
        json!("2026-05\u{0}"),
        json!("2026-05 "),
        json!(""),
        json!("K".repeat(10_000)),
        json!(1),
        json!(["2026-05"]),
        Value::Null,
    ] {
        let name: String = kid.to_string().chars().take(24).collect();
        corpus.push((format!("kid {name}"), signed(&HEADER.replace("\"2026-05\"", &kid.to_string()), claims)));
    }
    for (name, header) in [
        ("no alg", r#"{"typ":"at+jwt","kid":"2026-05"}"#),
        ("no kid", r#"{"alg":"HS256","typ":"at+jwt"}"#),
        ("no typ", r#"{"alg":"HS256","kid":"2026-05"}"#),
        ("typ JWT", r#"{"alg":"HS256","typ":"JWT","kid":"2026-05"}"#),
        ("typ 1", r#"{"alg":"HS256","typ":1,"kid":"2026-05"}"#),
        ("an array as header", r#"["HS256"]"#),
        ("no JSON as header", "HS256"),
        ("an empty header", ""),
    ] {
        corpus.push((name.to_owned(), signed(header, claims)));
    }
    corpus
}

/// Headers that name a key of the forger's own.
fn own_keys(claims: &str) -> Vec<(String, String)> {
    let forger = "the key of somebody else, long enough";
    let jwk = json!({"kty": "oct", "k": part(forger)}).to_string();
    [
        ("jku", r#""https://evil.example/keys""#),
        ("x5u", r#""https://evil.example/cert""#),
        ("jwk", jwk.as_str()),
        ("x5c", r#"["MIIB"]"#),
    ]
    .map(|(name, value)| {
        let header = HEADER.replace('}', &format!(",\"{name}\":{value}}}"));
        (name.to_owned(), signed_with(forger, &header, claims))
    })
    .into()
}

/// Claims that are missing, wrong, or of the wrong JSON type, signed by our own key.
fn bad_claims(good: &Value) -> Vec<(String, String)> {
    let mut corpus = Vec::new();
    for name in ["iss", "aud", "sub", "sid", "iat", "nbf", "exp"] {
        corpus.push((format!("no {name}"), signed(HEADER, &changed(good, name, None))));
        let is_number = ["iat", "nbf", "exp"].contains(&name);
        let number = if is_number { json!("1795000000") } else { json!(1) };
        for value in [Value::Null, json!("x"), number, json!([good[name]]), json!({}), json!(true)] {
            corpus.push((format!("{name} {value}"), signed(HEADER, &changed(good, name, Some(value)))));
        }
    }
    for (name, value) in
        [("exp", json!(1_795_000_000.5)), ("exp", json!(-1)), ("exp", json!(0)), ("nbf", json!(4_000_000_000_i64))]
    {
        corpus.push((format!("{name} {value}"), signed(HEADER, &changed(good, name, Some(value)))));
    }
    let exp = good["exp"].to_string();
    for huge in ["1e400", "-1e400", "99999999999999999999", "NaN"] {
        corpus.push((format!("exp {huge}"), signed(HEADER, &good.to_string().replace(&exp, huge))));
    }
    let twice = good.to_string().replacen('{', "{\"exp\":1,", 1);
    corpus.push(("exp twice".to_owned(), signed(HEADER, &twice)));
    for claims in ["", "null", "[]", "{}", "\"x\"", "{"] {
        corpus.push((format!("claims {claims:?}"), signed(HEADER, claims)));
    }
    corpus
}

/// A good token, broken.
fn broken(token: &str) -> Vec<(String, String)> {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = [parts[0], parts[1], parts[2]];
    let other = signed_with("the key of somebody else, long enough", HEADER, "{}");
    let alien = other.split('.').nth(2).unwrap();
    [
        ("truncated by one", token[..token.len() - 1].to_owned()),
        ("half", token[..token.len() / 2].to_owned()),
        ("no signature", format!("{header}.{claims}.")),
        ("two parts", format!("{header}.{claims}")),
        ("one part", header.to_owned()),
        ("an extra part", format!("{token}.{signature}")),
        ("swapped parts", format!("{claims}.{header}.{signature}")),
        ("signature first", format!("{signature}.{header}.{claims}")),
        ("double dots", token.replace('.', "..")),
        ("dots alone", "..".to_owned()),
        ("a space inside", format!("{header}. {claims}.{signature}")),
        ("a tab inside", format!("{header}.\t{claims}.{signature}")),
        ("padding", format!("{header}.{claims}.{signature}=")),
        ("two tokens", format!("{token}, {token}")),
        ("the signature of another token", format!("{header}.{claims}.{alien}")),
        ("lower case", token.to_lowercase()),
        ("a refresh token", RefreshToken::generate().reveal().to_owned()),
        ("a word", "null".to_owned()),
        ("JSON", "{\"alg\":\"HS256\"}".to_owned()),
        ("ten kilobytes", "A".repeat(10_000)),
    ]
    .map(|(name, token)| (name.to_owned(), token))
    .into()
}

fn corpus(s: &Server) -> Vec<(String, String)> {
    let good = good_claims(s);
    let token = signed(HEADER, &good.to_string());
    [bad_headers(&good.to_string()), own_keys(&good.to_string()), bad_claims(&good), broken(&token)].concat()
}

fn call(s: &Server, token: &str) -> Answer {
    s.send("GET", ANYONE, "/v1/me", &[("authorization", &format!("Bearer {token}"))], "")
}

#[test]
fn every_forged_or_malformed_token_gets_the_same_refusal() {
    let (_folder, s) = server();
    // Made by hand like the others, and good: what is refused below is refused for its one fault.
    call(&s, &signed(HEADER, &good_claims(&s).to_string())).expect(200);
    let corpus = corpus(&s);
    assert!(corpus.len() >= 60, "{}", corpus.len());
    let mut bodies = std::collections::BTreeSet::new();
    for (name, token) in &corpus {
        let answer = call(&s, token);
        assert_eq!(answer.status, 401, "{name}: {}", answer.text);
        let mut problem = answer.expect_problem(401, "unauthenticated");
        problem["request_id"] = Value::Null;
        bodies.insert(problem.to_string());
        assert!(!answer.text.contains("2026-05"), "{name} tells a key: {}", answer.text);
    }
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    // Where anybody may call, a bad token is refused too.
    s.send("GET", ANYONE, "/v1/branches", &[("authorization", &format!("Bearer {}", corpus[0].1))], "")
        .expect_problem(401, "unauthenticated");
}

#[test]
fn no_token_at_all_is_refused_too() {
    let (_folder, s) = server();
    for header in ["Bearer ", "Bearer", "", "bearer", "Token x"] {
        s.send("GET", ANYONE, "/v1/me", &[("authorization", header)], "").expect_problem(401, "unauthenticated");
    }
}

/// `cargo test --test it forged:: -- --ignored --nocapture`
#[test]
#[ignore = "measures; a busy machine would make it fail"]
fn no_forged_token_is_slower_than_a_good_one() {
    const ROUNDS: usize = 100;
    let (_folder, s) = server();
    let took = |token: &str| {
        let started = Instant::now();
        call(&s, token);
        started.elapsed().as_micros()
    };
    let good = signed(HEADER, &good_claims(&s).to_string());
    let mut slowest = (0, String::new());
    for (name, token) in corpus(&s) {
        // In turns, so that a machine that is slower for a while is slower for both.
        let (mut goods, mut forged): (Vec<_>, Vec<_>) = (0..ROUNDS).map(|_| (took(&good), took(&token))).unzip();
        goods.sort_unstable();
        forged.sort_unstable();
        let (of_good, of_forged) = (goods[ROUNDS / 2], forged[ROUNDS / 2]);
        let named = format!("{name}: {of_forged} us, a good one {of_good} us");
        slowest = slowest.max((of_forged * 100 / of_good, named));
    }
    println!("medians of {ROUNDS}; the slowest forged token takes {} % of a good one's time: {}", slowest.0, slowest.1);
    assert!(slowest.0 <= 150, "{slowest:?}");
}
