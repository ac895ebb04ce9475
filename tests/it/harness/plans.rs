//! Every statement that the service sent to a database, and whether an index serves it.
//!
//! SQLite plans by the schema alone, so its plan here is the plan of a full house. PostgreSQL plans by the size of its
//! tables; here it may not read a table as a whole where it has any other way, which tells whether there is one.
//!
//! `plans.rs` walks all calls and judges what they sent. `TORUGART_PLANS=all` judges what any test sent, at its end; of what a
//! test itself sends (that a trigger refuses it, what lies in a table) some has to be allowed then.
//!
//! `TORUGART_STATEMENTS=FILE` writes the statements down, a line each: what `scripts/distribution` judges.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::{Mutex, Once, PoisonError};

use diesel::connection::{Instrumentation, InstrumentationEvent, SimpleConnection, set_default_instrumentation};
use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::Value;
use torugart::db::Url;

use super::server::Server;

/// Tables that stay small, however long the firm is in business: what it says of itself, and its staff.
const SMALL: &[&str] = &[
    "branches",
    "company_rates",
    "counters",
    "customs_rules",
    "gates",
    "manifest_profiles",
    "message_texts",
    "rates",
    "setup_tokens",
    // One for two thousand orders.
    "shipments",
    "staff",
    "sweeps",
    "tariffs",
    "telegram_turns",
    "__diesel_schema_migrations",
];

/// Statements that read a table or an index from one end, and why they may; each is named by a part of its text.
const ALLOWED: &[(&str, &str)] = &[
    (
        "orders.search LIKE",
        "a text of one or two letters has no trigram; what is in many orders is found among the newest",
    ),
    ("FROM photos WHERE (1=0)", "no photo at all is asked for, and none is read"),
    ("order_grams MATCH", "the index of trigrams is a table for SQLite"),
    ("transfer_claims.approved_tyiyn", "indexes by both amounts serve it where there are many claims"),
    ("transfer_claims.photo_id", "an index by photo serves it where there are many claims"),
    ("audit.request_id =", "asked by the test of the trail, and by nobody else"),
    ("orders.created_at", "a page of a stretch of time is walked to from the newest order"),
];

/// What was sent: the database, and the statement.
static SENT: Mutex<BTreeSet<(String, String)>> = Mutex::new(BTreeSet::new());

thread_local! {
    static IS_OFF_THE_RECORD: Cell<bool> = const { Cell::new(false) };
}

#[derive(Default)]
struct Recorder {
    database: String,
}

impl Instrumentation for Recorder {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => url.clone_into(&mut self.database),
            InstrumentationEvent::StartQuery { query, .. } if !IS_OFF_THE_RECORD.get() => {
                let mut statement = Statement::default();
                // The error is the end of the statement.
                let _ = write!(statement, "{query}");
                if is_planned(&statement.0) && !is_of_a_test(&statement.0) {
                    SENT.lock().unwrap_or_else(PoisonError::into_inner).insert((self.database.clone(), statement.0));
                }
            }
            _ => {}
        }
    }
}

/// The text of a statement up to its values, which may be long.
#[derive(Default)]
struct Statement(String);

impl Write for Statement {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        match text.find(" -- binds") {
            Some(at) => {
                self.0.push_str(&text[..at]);
                Err(std::fmt::Error)
            }
            None => {
                self.0.push_str(text);
                Ok(())
            }
        }
    }
}

fn is_planned(sql: &str) -> bool {
    ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].iter().any(|verb| sql.starts_with(verb)) && !sql.contains(';')
}

/// What a test writes as it stands, without the library and without values, is its own question.
fn is_of_a_test(sql: &str) -> bool {
    let is_a_test = std::thread::current().name().is_some_and(|name| name.contains("::"));
    is_a_test && !sql.contains(['"', '`', '$'])
}

/// From now on every connection tells what it is sent.
pub fn record() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        set_default_instrumentation(|| Some(Box::new(Recorder::default()))).expect("a default");
    });
}

/// What the tests themselves ask, such as whether all books balance, may read everything.
pub fn off_the_record<T>(work: impl FnOnce() -> T) -> T {
    let before = IS_OFF_THE_RECORD.replace(true);
    let outcome = work();
    IS_OFF_THE_RECORD.set(before);
    outcome
}

/// What is wrong with the plan of a statement, if anything is.
pub fn complaint(url: &Url, sql: &str) -> Option<String> {
    off_the_record(|| match url {
        Url::Sqlite(path) => sqlite_complaint(&mut SqliteConnection::establish(path).expect("the database"), sql),
        Url::Postgres(url) => postgres_complaint(&mut postgres(url), sql),
    })
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    detail: String,
}

fn sqlite_complaint(conn: &mut SqliteConnection, sql: &str) -> Option<String> {
    let plan: QueryResult<Vec<Line>> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(conn);
    let plan = match plan {
        Ok(plan) => plan,
        Err(error) => return Some(error.to_string()),
    };
    let is_scan = |line: &&Line| {
        let table = line.detail.strip_prefix("SCAN ").and_then(|rest| rest.split_whitespace().next()).unwrap_or("(");
        let is_large =
            !SMALL.contains(&table) && !table.starts_with('(') && !["CONSTANT", "json_each"].contains(&table);
        // Whoever inserts a row looks for orphans that it may be the parent of only while there are some.
        let is_for_orphans = sql.starts_with("INSERT") && !shape(sql).contains(&format!("FROM {table}"));
        is_large && !is_for_orphans && !(line.detail.contains("autoindex") && is_walk(sql, table))
    };
    plan.iter().find(is_scan).map(|line| line.detail.clone())
}

fn postgres(url: &str) -> PgConnection {
    let mut conn = PgConnection::establish(url).expect("the database");
    conn.batch_execute(
        "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET plan_cache_mode = force_generic_plan; \
         CREATE FUNCTION pg_temp.plan_of(statement text) RETURNS text LANGUAGE plpgsql AS $$ \
         DECLARE plan json; BEGIN EXECUTE 'EXPLAIN (FORMAT JSON) ' || statement INTO plan; RETURN plan::text; END $$",
    )
    .expect("a way to explain");
    conn
}

fn postgres_complaint(conn: &mut PgConnection, sql: &str) -> Option<String> {
    let values = (1..).take_while(|number| sql.contains(&format!("${number}"))).map(|_| "NULL").collect::<Vec<_>>();
    let execute = match values.len() {
        0 => "EXECUTE it".to_owned(),
        _ => format!("EXECUTE it ({})", values.join(", ")),
    };
    let plan = conn.batch_execute(&format!("PREPARE it AS {sql}")).and_then(|()| {
        diesel::sql_query(format!("SELECT pg_temp.plan_of('{execute}') AS detail")).get_result::<Line>(conn)
    });
    let _ = conn.batch_execute("DEALLOCATE it");
    match plan {
        Ok(plan) => scan_in(&serde_json::from_str(&plan.detail).expect("a plan"), sql),
        Err(error) => Some(error.to_string()),
    }
}

/// A table or an index that is read from one end.
fn scan_in(plan: &Value, sql: &str) -> Option<String> {
    match plan {
        Value::Array(parts) => parts.iter().find_map(|part| scan_in(part, sql)),
        Value::Object(node) => {
            let kind = node.get("Node Type").and_then(Value::as_str).unwrap_or_default();
            let table = node.get("Relation Name").and_then(Value::as_str).unwrap_or_default();
            let is_whole = kind == "Seq Scan" || (kind.starts_with("Index") && !node.contains_key("Index Cond"));
            let is_walk = kind.starts_with("Index") && is_walk(sql, table);
            match is_whole && !is_walk && !table.is_empty() && !SMALL.contains(&table) {
                true => Some(format!("{kind} on {table} {}", node.get("Index Name").unwrap_or(&Value::Null))),
                false => node.values().filter(|value| !value.is_string()).find_map(|value| scan_in(value, sql)),
            }
        }
        _ => None,
    }
}

/// A list from its newest row down, which ends with the page; what is asked of its rows is at most where they stand.
fn is_walk(sql: &str, table: &str) -> bool {
    let shape = shape(sql);
    let Some((before, _)) = shape.split_once(&format!(" ORDER BY {table}.id DESC LIMIT")) else { return false };
    let condition = before.split_once(" WHERE ").map_or("", |(_, condition)| condition);
    !condition.contains(&format!("{table}."))
        || !condition.contains(['=', '%'])
        || condition.contains("pickup_point_id")
}

/// A list of values is one statement, however many they are.
fn shape(sql: &str) -> String {
    let mut shape = sql.replace(['`', '"'], "");
    while shape.contains("?, ?, ?") {
        shape = shape.replace("?, ?, ?", "?, ?");
    }
    shape
}

/// Appends what was sent to the file that `TORUGART_STATEMENTS` names, if it names one.
fn write_down(statements: &[String], is_postgres: bool) {
    let Some(path) = std::env::var_os("TORUGART_STATEMENTS") else { return };
    let kind = if is_postgres { "postgres" } else { "sqlite" };
    let lines: String = statements.iter().map(|sql| format!("{kind}\t{}\n", sql.replace('\n', " "))).collect();
    let mut file = std::fs::File::options().append(true).create(true).open(path).expect("the file of statements");
    std::io::Write::write_all(&mut file, lines.as_bytes()).expect("room on the disk");
}

/// [`Server::assert_indexes_serve`] after every test, where that is asked for.
pub fn judge_all(server: &Server) {
    if std::env::var_os("TORUGART_PLANS").is_some_and(|value| value == "all") {
        server.assert_indexes_serve();
    } else if std::env::var_os("TORUGART_STATEMENTS").is_some() {
        server.statements();
    }
}

impl Server {
    /// The distinct statements that were sent to this server's database.
    fn statements(&self) -> Vec<String> {
        let url = self.app.config.database.url().expect("a database URL");
        let (database, is_postgres) = match &url {
            Url::Sqlite(path) => (path, false),
            Url::Postgres(url) => (url, true),
        };
        let sent = SENT.lock().unwrap_or_else(PoisonError::into_inner);
        // What a connection is told of the network stands behind the address.
        let ours = sent.iter().filter(|(to, _)| to.starts_with(database.as_str()));
        let by_shape: std::collections::BTreeMap<_, _> = ours.map(|(_, sql)| (shape(sql), sql.clone())).collect();
        write_down(&by_shape.keys().cloned().collect::<Vec<_>>(), is_postgres);
        by_shape.into_values().collect()
    }

    /// Panics when a statement that was sent to this server's database reads a large table as a whole.
    pub fn assert_indexes_serve(&self) {
        let url = self.app.config.database.url().expect("a database URL");
        let statements = self.statements();
        assert!(!statements.is_empty(), "nothing was recorded");
        let is_allowed = |sql: &str| ALLOWED.iter().any(|(part, _)| shape(sql).contains(part));
        let complaints: Vec<_> = statements
            .iter()
            .filter(|sql| !is_allowed(sql))
            .filter_map(|sql| complaint(&url, sql).map(|why| format!("{why}: {}", shape(sql))))
            .collect();
        assert!(complaints.is_empty(), "no index serves:\n{}", complaints.join("\n"));
    }
}
