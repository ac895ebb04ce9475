//! What the service depends on goes away: everybody is told so, soon, and nothing has to be restarted afterwards.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use diesel::Connection;
use diesel::PgConnection;
use diesel::connection::SimpleConnection;
use serde_json::json;
use torugart::code::OrderCode;

use crate::harness::pictures::receipt;
use crate::harness::postgres;
use crate::harness::program::{Running, Shell};
use crate::harness::proxy::{Mode, Proxy};
use crate::harness::server::*;

/// No answer may take longer while the database is away, and none longer to come back.
const SOON: Duration = Duration::from_secs(5);

/// A service of its own process whose PostgreSQL is behind a proxy.
fn behind_a_proxy(test: &str) -> Option<(Proxy, Shell, Running)> {
    let url = postgres_database(test)?;
    let cluster = postgres::available().expect("there is one");
    let proxy = Proxy::start(cluster.folder().join(".s.PGSQL.5432"));
    let database = url.split(['/', '?']).nth(3).expect("a name");
    let (host, port) = (proxy.address().ip(), proxy.address().port());
    let mut shell = Shell::new()
        .set("TORUGART__DATABASE__URL", &format!("postgres://torugart@{host}:{port}/{database}?sslmode=disable"));
    // One address asks for all of them.
    for limit in ["LIMITS__LOOKUP_MISSES__BURST", "LIMITS__SIGN_IN_FAILURES__BURST", "LIMITS__PUBLIC_WRITES__BURST"] {
        shell = shell.set(&format!("TORUGART__{limit}"), "0");
    }
    for cap in ["REQUESTS_PER_MINUTE", "REQUESTS_PER_PHONE_HOUR", "REQUESTS_PER_PHONE_DAY"] {
        shell = shell.set(&format!("TORUGART__BUSINESS__VISITORS__{cap}"), "0");
    }
    let server = shell.start(&["serve"]);
    Some((proxy, shell, server))
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(20)))
        .build()
        .into()
}

/// An order's way, of no order: a code that the database has to be asked for.
const LOOK_UP: &str = "/v1/track/";

/// Status, `Retry-After`, and how long it took.
fn ask(method: &str, url: &str, path: &str) -> (u16, Option<String>, Duration) {
    let body = match path {
        "/v1/auth/login" => json!({"login": "aida", "password": "three quiet words"}).to_string(),
        "/v1/orders" => request().to_string(),
        _ => String::new(),
    };
    let code = if path == LOOK_UP { OrderCode::generate("TG").to_string() } else { String::new() };
    let key = uuid::Uuid::now_v7().to_string();
    let call = ureq::http::Request::builder().method(method).uri(format!("{url}{path}{code}"));
    let call = call.header("content-type", "application/json").header("idempotency-key", key).body(body).unwrap();
    let began = Instant::now();
    let answer = agent().run(call).unwrap_or_else(|error| panic!("{method} {path}: {error}"));
    let wait = answer.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
    (answer.status().as_u16(), wait, began.elapsed())
}

/// Calls that need the database, of every kind: pages, looks, writes, a password.
const CALLS: &[(&str, &str)] = &[
    ("GET", "/readyz"),
    ("GET", LOOK_UP),
    ("GET", "/v1/branches"),
    ("POST", "/v1/orders"),
    ("POST", "/v1/auth/login"),
];

/// Everybody asks at once, more than there are connections, and each is told within [`SOON`].
fn everybody_is_told(url: &str, what: &str) {
    std::thread::scope(|scope| {
        for (method, path) in CALLS.iter().cycle().take(40) {
            scope.spawn(move || {
                let (status, wait, took) = ask(method, url, path);
                assert!(took < SOON, "{what}: {method} {path} took {took:?}");
                assert_eq!(status, 503, "{what}: {method} {path}");
                assert!(wait.is_some(), "{what}: {method} {path} has no Retry-After");
            });
        }
    });
    let (alive, _, took) = ask("GET", url, "/healthz");
    assert!(alive == 200 && took < SOON, "{what}: /healthz {alive} after {took:?}");
}

/// It is ready again, and writes, within [`SOON`].
fn it_comes_back(url: &str, what: &str) {
    let healed = Instant::now();
    let mut tries = 0;
    loop {
        let (ready, _, _) = ask("GET", url, "/readyz");
        let (written, _, _) = ask("POST", url, "/v1/orders");
        tries += 1;
        if (ready, written) == (200, 201) {
            break;
        }
        assert!(healed.elapsed() < SOON, "{what}: still {ready} and {written} after {tries} tries");
    }
    let all: Vec<_> = (0..16).map(|_| ask("POST", url, "/v1/orders").0).collect();
    assert_eq!(all, [201; 16], "{what}");
    let looks: Vec<_> = (0..16).map(|_| ask("GET", url, LOOK_UP).0).collect();
    assert_eq!(looks, [404; 16], "{what}");
}

#[test]
fn a_database_that_is_cut_off_stalls_or_is_slow_is_told_of_and_comes_back_by_itself() {
    let test = "a_database_that_is_cut_off_stalls_or_is_slow_is_told_of_and_comes_back_by_itself";
    let Some((proxy, _shell, server)) = behind_a_proxy(test) else { return };
    let url = server.url();
    it_comes_back(&url, "at first");
    for mode in [Mode::Cut, Mode::Stall, Mode::Slow(Duration::from_secs(2)), Mode::Cut] {
        let what = format!("{mode:?}");
        proxy.set(mode);
        everybody_is_told(&url, &what);
        // Once more, when it is known.
        everybody_is_told(&url, &what);
        proxy.set(Mode::Pass);
        it_comes_back(&url, &what);
    }
}

#[test]
fn who_waits_for_a_row_that_others_hold_is_told_soon_and_asks_again() {
    let test = "who_waits_for_a_row_that_others_hold_is_told_soon_and_asks_again";
    let Some(url) = postgres_database(test) else { return };
    let s = Server::start(&url);
    s.order(Until::Requested);
    let mut other = PgConnection::establish(&url).expect("another connection");
    other.batch_execute("BEGIN; UPDATE counters SET value = value WHERE name = 'client_code'").expect("a lock");
    let mut body = request();
    body["customer"]["phone"] = json!("0700 654 321");
    let began = Instant::now();
    let told = s.post_keyed(ANYONE, "/v1/orders", "a key of its own", body.clone());
    let took = began.elapsed();
    told.expect_problem(503, "unavailable");
    assert!(told.header("retry-after").is_some() && took < SOON, "{took:?}");
    other.batch_execute("ROLLBACK").expect("no lock");
    let code = s.post_keyed(ANYONE, "/v1/orders", "a key of its own", body.clone()).expect(201)["code"].clone();
    assert_eq!(s.post_keyed(ANYONE, "/v1/orders", "a key of its own", body).expect(201)["code"], code);
    let found = s.get(OPERATOR, "/v1/orders?phone=%2B996700654321").expect(200);
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1), "{found}");
}

#[test]
fn a_mail_server_that_never_answers_keeps_nobody_else_waiting() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let shell = Shell::new()
        .set("TORUGART__EMAIL__TRANSPORT", "smtp")
        .set("TORUGART__EMAIL__URL", &format!("smtp://{}?tls=none", silent.local_addr().unwrap()));
    let server = shell.start(&["serve"]);
    let url = server.url();
    let mut body = request();
    body["customer"]["email"] = json!("aida@example.kg");
    let place = || {
        let call = agent().post(format!("{url}/v1/orders")).header("content-type", "application/json");
        call.send(body.to_string()).unwrap().status().as_u16()
    };
    assert_eq!(place(), 201);
    // The worker is in the middle of its dialogue from here on.
    let _hanging = silent.accept().unwrap();
    let began = Instant::now();
    assert_eq!(place(), 201);
    assert_eq!(ask("GET", &url, "/readyz").0, 200);
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}

on_both! {
    fn a_photo_that_cannot_be_stored_is_to_be_sent_again_and_leaves_nothing(s: &Server) {
        let folder = tempfile::tempdir().unwrap();
        let photos = folder.path().join("photos");
        let away = crate::harness::outbox::beside(s, |config| config.photos.url = format!("file://{}", photos.display()));
        // A folder that is gone, as a disk that was taken away or is read-only: nobody can write there.
        std::fs::remove_dir_all(&photos).unwrap();
        std::fs::write(&photos, "no folder").unwrap();
        let code = s.order(Until::Requested).code;
        let path = format!("/v1/orders/{code}/photos");
        let refused = away.unchanged_by(|| away.upload("POST", OPERATOR, &path, "image/jpeg", &receipt(1)));
        refused.expect_problem(503, "unavailable");
        assert!(refused.header("retry-after").is_some());
        away.get(ANYONE, "/readyz").expect(200);
    }
}
