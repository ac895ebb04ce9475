//! A running Torugart for one test: a database of its own, a clock the test holds, a token for every role.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::mpsc;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use serde_json::{Value, json};
use tempfile::TempDir;
use torugart::clock::Clock;
use torugart::config::Config;
use torugart::db::{Db, migrate};
use torugart::ids::{Actor, Role, SessionId, StaffId};
use torugart::rates::{self, feed};
use torugart::staff::{self, NewMember};
use torugart::state::App;
use torugart::tokens::RefreshToken;
use torugart::{app, starter};

use super::plans::{self, off_the_record};
use super::postgres;

/// The clock of every test begins here: the Monday after the recorded rates, 15:00 in Bishkek.
pub const MORNING: &str = "2026-05-25T09:00:00Z";

/// What is told beside the main road of an order.
pub const OTHER_NEWS: [&str; 8] = [
    "request-received",
    "quote-expiring",
    "order-bought",
    "received-in-china",
    "order-departed",
    "order-delayed",
    "order-picked-up",
    "payment-refunded",
];

/// Nobody logs in with it; tests get their tokens without a password.
const UNUSABLE_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$qjHWIQGsXCuFSpRtqnHZKIbuYOPB7HDFnvZmDTd7bqc";

/// A running server. Dropping it stops it.
pub struct Server {
    /// The application behind it, for what HTTP does not show.
    pub app: App,
    /// `http://127.0.0.1:port`
    pub url: String,
    handle: actix_web::dev::ServerHandle,
    thread: Option<std::thread::JoinHandle<()>>,
    agent: ureq::Agent,
    logins: Vec<Login>,
}

/// A role's session; its token is made anew for every call, so that a test may let months pass.
struct Login {
    role: Role,
    staff: StaffId,
    session: SessionId,
}

/// Who makes a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum As {
    /// Nobody in particular.
    Anyone,
    /// A staff member of a role: login = role, cashier and operator at BISH, warehouse at GZ.
    Staff(Role),
}

pub const ANYONE: As = As::Anyone;
pub const ADMIN: As = As::Staff(Role::Admin);
pub const OPERATOR: As = As::Staff(Role::Operator);
pub const CASHIER: As = As::Staff(Role::Cashier);
pub const WAREHOUSE: As = As::Staff(Role::Warehouse);
pub const AUDITOR: As = As::Staff(Role::Auditor);

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The body as JSON of an answer with this status; anything else fails the test and shows the answer.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// Checks that it is a problem of this kind with a complete body, and gives the body.
    #[track_caller]
    pub fn expect_problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text);
        let body = self.json();
        assert_eq!(body["code"], code, "{body}");
        assert_eq!(body["type"], format!("/problems/{code}"), "{body}");
        assert_eq!(body["status"], status, "{body}");
        for member in ["title", "detail", "request_id"] {
            assert!(body[member].as_str().is_some_and(|text| !text.is_empty()), "{member} of {body}");
        }
        body
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl Server {
    /// Starts one on an already migrated and furnished database.
    pub fn start(database_url: &str) -> Self {
        Self::start_with(database_url, |_| {})
    }

    /// The same with other settings.
    pub fn start_with(database_url: &str, change: impl FnOnce(&mut Config)) -> Self {
        plans::record();
        let mut config = settings(database_url);
        change(&mut config);
        let url = config.database.url().expect("a database URL");
        let db = Db::open(&url, config.database.connections).expect("an open database");
        let morning: DateTime<Utc> = MORNING.parse().expect("a time");
        let app = App::new(config, db, Clock::held(morning)).expect("an application");
        let logins = Role::ALL.iter().map(|role| log_in(&app, *role)).collect();
        let (sender, receiver) = mpsc::channel();
        let served = app.clone();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let (server, address) = app::server(&served).expect("a free port");
                sender.send((server.handle(), address)).expect("the test waits");
                server.await.expect("the server stops in peace");
            });
        });
        let (handle, address) = receiver.recv().expect("the server starts");
        let agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
        Self { app, url: format!("http://{address}"), handle, thread: Some(thread), agent, logins }
    }

    /// Moves the server's clock.
    pub fn advance(&self, by: TimeDelta) {
        self.app.clock.advance(by);
    }

    /// The server's time.
    pub fn now(&self) -> DateTime<Utc> {
        self.app.clock.now().and_utc()
    }

    /// An access token of a role, good for a quarter of an hour from now.
    pub fn token(&self, role: Role) -> String {
        let login = self.logins.iter().find(|login| login.role == role).expect("every role has one");
        self.app.tokens.issue(&login.staff, &login.session, self.app.clock.now()).expect("a token")
    }

    pub fn get(&self, by: As, path: &str) -> Answer {
        let mut request = self.agent.get(format!("{}{path}", self.url));
        if let As::Staff(role) = by {
            request = request.header("authorization", format!("Bearer {}", self.token(role)));
        }
        read(request.call())
    }

    /// `POST` with a fresh Idempotency-Key, as a careful client sends it.
    pub fn post(&self, by: As, path: &str, body: Value) -> Answer {
        self.post_keyed(by, path, &uuid::Uuid::now_v7().to_string(), body)
    }

    /// `POST` with this Idempotency-Key.
    pub fn post_keyed(&self, by: As, path: &str, key: &str, body: Value) -> Answer {
        self.send(
            "POST",
            by,
            path,
            &[("idempotency-key", key), ("content-type", "application/json")],
            &body.to_string(),
        )
    }

    pub fn put(&self, by: As, path: &str, body: Value) -> Answer {
        self.send("PUT", by, path, &[("content-type", "application/json")], &body.to_string())
    }

    pub fn patch(&self, by: As, path: &str, body: Value) -> Answer {
        self.send("PATCH", by, path, &[("content-type", "application/json")], &body.to_string())
    }

    /// Anything at all.
    pub fn send(&self, method: &str, by: As, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        if let As::Staff(role) = by {
            request = request.header("authorization", format!("Bearer {}", self.token(role)));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(self.agent.run(request.body(body.to_owned()).expect("a request")))
    }

    /// The status, the content type and the bytes of what a cashier gets: a picture, a page, paper.
    pub fn file(&self, path: &str, accept: &str) -> (u16, String, Vec<u8>) {
        let token = self.token(Role::Cashier);
        let request = self.agent.get(format!("{}{path}", self.url)).header("accept", accept);
        let mut response =
            request.header("authorization", format!("Bearer {token}")).call().expect("the server answers");
        let kind = response.headers()["content-type"].to_str().expect("a content type").to_owned();
        (response.status().as_u16(), kind, response.body_mut().read_to_vec().expect("bytes"))
    }

    /// Sends a file as the body itself.
    pub fn upload(&self, method: &str, by: As, path: &str, media_type: &str, file: &[u8]) -> Answer {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        if let As::Staff(role) = by {
            request = request.header("authorization", format!("Bearer {}", self.token(role)));
        }
        request = request.header("content-type", media_type);
        read(self.agent.run(request.body(file).expect("a request")))
    }

    /// What is at an address, as bytes, and its headers.
    pub fn download(&self, by: As, path: &str) -> (ureq::http::HeaderMap, Vec<u8>) {
        let mut request = self.agent.get(format!("{}{path}", self.url));
        if let As::Staff(role) = by {
            request = request.header("authorization", format!("Bearer {}", self.token(role)));
        }
        let mut response = request.call().expect("the server answers");
        assert_eq!(response.status().as_u16(), 200, "{path}");
        (response.headers().clone(), response.body_mut().read_to_vec().expect("a body"))
    }

    /// [`Server::send`] with a body that is no text.
    pub fn send_bytes(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(self.agent.run(request.body(body).expect("a request")))
    }

    /// The status and the headers of whatever is at an address, text or not.
    pub fn download_with(&self, path: &str, headers: &[(&str, &str)]) -> (u16, ureq::http::HeaderMap) {
        let mut request = self.agent.get(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.call().expect("the server answers");
        (response.status().as_u16(), response.headers().clone())
    }

    /// The books balance: every journal sums to zero, every order's balance is the sum of its receivable,
    /// every payment's refunds are within it. Runs after every test.
    pub fn assert_books_balance(&self) {
        use diesel::prelude::*;
        use torugart::db::schema::{cash_shifts, customers, journals, orders, postings};
        self.app
            .db
            .read(|conn| {
                let legs: Vec<(String, String, i64)> = postings::table
                    .select((postings::journal_id, postings::account, postings::amount_tyiyn))
                    .load(conn)?;
                let mut by_journal: HashMap<&str, i64> = HashMap::new();
                let mut by_account: HashMap<&str, i64> = HashMap::new();
                for (journal, account, tyiyn) in &legs {
                    *by_journal.entry(journal).or_default() += tyiyn;
                    *by_account.entry(account).or_default() += tyiyn;
                }
                for journal in journals::table.select(journals::id).load::<String>(conn)? {
                    assert_eq!(by_journal.get(journal.as_str()), Some(&0), "journal {journal}");
                }
                let sum = |account: &str| by_account.get(account).copied().unwrap_or(0);
                for (code, balance) in
                    orders::table.select((orders::code, orders::balance_tyiyn)).load::<(String, i64)>(conn)?
                {
                    assert_eq!(sum(&format!("receivable:{code}")), balance, "order {code}");
                }
                for (code, credit) in customers::table
                    .select((customers::client_code, customers::credit_tyiyn))
                    .load::<(String, i64)>(conn)?
                {
                    assert_eq!(-sum(&format!("credit:{code}")), credit, "customer {code}");
                }
                let closed = cash_shifts::table.filter(cash_shifts::closed_at.is_not_null());
                for account in closed.select(cash_shifts::account).load::<String>(conn)? {
                    assert_eq!(sum(&account), 0, "the closed drawer {account}");
                }
                Ok(())
            })
            .expect("the books can be read");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        actix_web::rt::System::new().block_on(self.handle.stop(false));
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
            && !std::thread::panicking()
        {
            panic!("the server thread panicked");
        }
    }
}

fn read(outcome: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut response = outcome.expect("the server answers");
    Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        text: match response.headers().get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"image/")) {
            true => String::from_utf8_lossy(&response.body_mut().read_to_vec().expect("a picture")).into_owned(),
            false => response.body_mut().read_to_string().expect("a body in UTF-8"),
        },
    }
}

/// The defaults, without anything that reaches outside.
pub fn settings(database_url: &str) -> Config {
    let mut config = Config::defaults().expect("the built-in settings");
    config.environment = "test".to_owned();
    config.server.port = 0;
    config.server.threads = 1;
    config.database.url = SecretString::from(database_url);
    config.rates.url = String::new();
    config.photos.url = "memory:".to_owned();
    // Tests count the messages of the main road; those who test the others switch them on.
    (config.business.messages.quiet_from_hour, config.business.messages.quiet_until_hour) = (0, 0);
    config.business.messages.off = OTHER_NEWS.map(str::to_owned).to_vec();
    // Tests place many orders for one phone in one minute of the held clock.
    let visitors = &mut config.business.visitors;
    (visitors.requests_per_phone_hour, visitors.requests_per_phone_day, visitors.requests_per_minute) = (0, 0, 0);
    // A held clock lets nobody in again; those who test the limits set their own.
    let limits = &mut config.limits;
    for pace in [
        &mut limits.lookup_misses,
        &mut limits.all_lookup_misses,
        &mut limits.lookup_misses_in_a_storm,
        &mut limits.sign_in_failures,
        &mut limits.public_writes,
        &mut limits.callbacks,
        &mut limits.staff,
    ] {
        pace.burst = 0;
    }
    // A held clock never gives the next message its turn.
    (config.sms.per_second, config.email.per_second) = (0, 0);
    config
}

/// Migrates a database and gives it the starter branches, a second pickup point, the recorded rates and a staff
/// member of every role.
pub fn furnish(database_url: &str) {
    let config = settings(database_url);
    let db = Db::open(&config.database.url().expect("a database URL"), 1).expect("an open database");
    migrate::run(&db).expect("migrations run");
    let morning: DateTime<Utc> = MORNING.parse().expect("a time");
    let app = App::new(config, db, Clock::held(morning)).expect("an application");
    app.write_now(&Actor::System, |tx| {
        starter::furnish(tx, &app.config.starter)?;
        for recorded in ["daily-2026-05-24.xml", "weekly-2026-05-23.xml"] {
            let bytes = std::fs::read(data(&format!("nbkr/{recorded}"))).expect("a recorded answer");
            rates::take(tx, &feed::parse(&bytes).expect("a good feed"))?;
        }
        for role in Role::ALL {
            let login = role.to_string();
            let new = NewMember {
                name: login.clone(),
                login,
                role: *role,
                branch: None,
                password_hash: UNUSABLE_HASH.to_owned(),
            };
            staff::add(tx, &new)?;
        }
        Ok(())
    })
    .expect("a furnished database");
}

/// A file below `tests/data/`.
pub fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn log_in(app: &App, role: Role) -> Login {
    app.write_now(&Actor::System, |tx| {
        let member = staff::for_login(tx, role.as_str())?.expect("furnished with one of every role");
        let session = staff::open_session(tx, &member, &RefreshToken::generate(), TimeDelta::days(300))?;
        Ok(Login { role, staff: member.id, session })
    })
    .expect("a session")
}

/// A fresh SQLite database, furnished; it goes with the folder.
pub fn sqlite_database() -> (TempDir, String) {
    static TEMPLATE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, template) = TEMPLATE.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("template.db");
        furnish(&format!("sqlite://{}", file.display()));
        (folder, file)
    });
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("test.db");
    std::fs::copy(template, &file).expect("a copy of the template");
    let url = format!("sqlite://{}", file.display());
    (folder, url)
}

/// A fresh PostgreSQL database, furnished; `None` where there is no PostgreSQL, which is said loudly.
pub fn postgres_database(test: &str) -> Option<String> {
    let cluster = postgres::available().inspect_err(|why| postgres::skip_loudly(test, why)).ok()?;
    Some(cluster.database_from(furnish))
}

/// Runs a test body on SQLite.
pub fn on_sqlite(body: fn(&Server)) {
    let (_folder, url) = sqlite_database();
    let server = Server::start(&url);
    body(&server);
    off_the_record(|| {
        server.assert_books_balance();
        server.assert_views_are_true();
    });
    plans::judge_all(&server);
}

/// Runs a test body on PostgreSQL.
pub fn on_postgres(test: &str, body: fn(&Server)) {
    let Some(url) = postgres_database(test) else { return };
    let server = Server::start(&url);
    body(&server);
    off_the_record(|| {
        server.assert_books_balance();
        server.assert_views_are_true();
    });
    plans::judge_all(&server);
}

/// The body of a plain request.
pub fn request() -> Value {
    json!({
        "customer": {"name": "Айгуль Садыкова", "phone": "0700 123 456", "email": "aigul@example.kg", "language": "ky"},
        "items": [{"description": "Робот-пылесос", "quantity": 1}],
    })
}

/// The body of a plain quote: 899.00 CNY of goods, 12.00 CNY delivery, 4.2 kg.
pub fn offer() -> Value {
    json!({
        "lines": [{"description": "Robot vacuum cleaner", "quantity": 1, "unit_price": {"amount": 89900, "currency": "CNY"}}],
        "domestic_delivery": {"amount": 1200, "currency": "CNY"},
        "estimated_weight_g": 4200,
    })
}

/// Som as the API writes them.
pub fn som(tyiyn: i64) -> Value {
    json!({"amount": tyiyn, "currency": "KGS"})
}

/// How far [`Server::order`] takes an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Until {
    Requested,
    Quoted,
    Confirmed,
    Paid,
    Purchased,
    Received,
    Loaded,
    Departed,
    Arrived,
    PickedUp,
}

/// An order that came some way.
#[derive(Clone, Debug)]
pub struct Example {
    pub code: String,
    pub tracking_number: String,
    /// The truck's code, once loaded.
    pub shipment: String,
}

impl Server {
    /// Takes a purchase of one parcel as far as told, through the API.
    pub fn order(&self, until: Until) -> Example {
        self.order_of(request(), until)
    }

    /// The same for another request body.
    pub fn order_of(&self, body: Value, until: Until) -> Example {
        let placed = self.post(ANYONE, "/v1/orders", body).expect(201);
        let code = placed["code"].as_str().expect("a code").to_owned();
        let digits: String = uuid::Uuid::now_v7().as_u128().to_string().chars().rev().take(13).collect();
        let mut example = Example { code, tracking_number: format!("YT{digits}"), shipment: String::new() };
        self.walk(&mut example, until);
        example
    }

    fn walk(&self, example: &mut Example, until: Until) {
        let path = |call: &str| format!("/v1/orders/{}/{call}", example.code);
        if until >= Until::Quoted {
            self.post(OPERATOR, &path("quote"), offer()).expect(200);
        }
        if until >= Until::Confirmed {
            self.post(OPERATOR, &path("confirm"), json!({})).expect(200);
        }
        if until >= Until::Paid {
            self.pay_balance(&example.code);
        }
        if until >= Until::Purchased {
            let body = json!({"marketplace": "1688", "tracking_numbers": [example.tracking_number]});
            self.post(OPERATOR, &path("purchase"), body).expect(200);
        }
        if until >= Until::Received {
            let body = json!({"tracking_number": example.tracking_number, "weight_g": 4300});
            self.post(WAREHOUSE, "/v1/parcels/receive", body).expect(200);
        }
        if until >= Until::Loaded {
            example.shipment = self.truck();
            let body = json!({"barcodes": [example.tracking_number]});
            self.post(WAREHOUSE, &format!("/v1/shipments/{}/load", example.shipment), body).expect(200);
        }
        if until >= Until::Departed {
            self.post(WAREHOUSE, &format!("/v1/shipments/{}/depart", example.shipment), json!({})).expect(200);
        }
        if until >= Until::Arrived {
            self.post(WAREHOUSE, &format!("/v1/shipments/{}/arrive", example.shipment), json!({})).expect(200);
        }
        if until >= Until::PickedUp {
            self.pay_balance(&example.code);
            self.post(CASHIER, &format!("/v1/orders/{}/hand-over", example.code), json!({})).expect(200);
        }
    }

    /// Opens a shipment to Bishkek and gives its code.
    pub fn truck(&self) -> String {
        let body = json!({"route": "Guangzhou-Torugart-Bishkek", "vehicle": "01KG777ABC", "to_branch": "BISH"});
        self.post(WAREHOUSE, "/v1/shipments", body).expect(201)["code"].as_str().expect("a code").to_owned()
    }

    /// Pays in cash what is owed, and gives the payment. The cashier of Bishkek takes it, or an admin where the order is
    /// another branch's.
    pub fn pay_balance(&self, code: &str) -> Value {
        let path = format!("/v1/orders/{code}");
        let by = if self.get(CASHIER, &path).status == 200 { CASHIER } else { ADMIN };
        let balance = self.see(code)["balance"].clone();
        self.post(by, &format!("{path}/payments"), json!({"method": "cash", "amount": balance})).expect(201)
    }

    /// An order as staff see it.
    pub fn see(&self, code: &str) -> Value {
        self.get(ADMIN, &format!("/v1/orders/{code}")).expect(200)
    }
}
