//! The statements of the filling. The two databases differ in how they write an identifier and an instant.

use torugart::db::Conn;
use torugart::db::batch::{Columns, Kind};

/// Nothing is lost but this file when the machine stops meanwhile.
pub const SQLITE_HASTE: &str = "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; \
                                PRAGMA temp_store = MEMORY; PRAGMA threads = 2";
pub const SQLITE_LEISURE: &str = "PRAGMA wal_checkpoint(TRUNCATE)";
/// Triggers do not fire, foreign keys are not asked.
pub const POSTGRES_HASTE: &str = "SET session_replication_role = replica; SET synchronous_commit = off; \
                                  SET maintenance_work_mem = '512MB'; SET work_mem = '256MB'; \
                                  SET statement_timeout = 0; SET TIME ZONE 'UTC'";
pub const POSTGRES_LEISURE: &str = "VACUUM ANALYZE";

pub const SQLITE_EXTRAS: &str = "SELECT UPPER(type) AS kind, name, sql FROM sqlite_master \
    WHERE type IN ('index', 'trigger') AND sql IS NOT NULL AND tbl_name IN ('customers', 'orders', 'events', 'parcels', \
    'shipments', 'journals', 'postings', 'journal_seals', 'payments', 'notifications')";
/// What a constraint needs stays.
pub const POSTGRES_EXTRAS: &str = "SELECT 'INDEX' AS kind, indexname::text AS name, indexdef AS sql FROM pg_indexes \
    WHERE schemaname = current_schema() AND tablename IN ('customers', 'orders', 'events', 'parcels', \
    'shipments', 'journals', 'postings', 'journal_seals', 'payments', 'notifications') \
    AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname)";

pub const TABLES: &str = "CREATE TEMP TABLE fill_names (n BIGINT PRIMARY KEY, word TEXT, folded TEXT); \
    CREATE TEMP TABLE fill_goods (n BIGINT PRIMARY KEY, word TEXT, folded TEXT); \
    CREATE TEMP TABLE fill_seeds (n BIGINT, id TEXT, code TEXT, barcode TEXT, begun_s BIGINT, steps BIGINT, status TEXT, \
        parcel TEXT)";
pub const SEEDS: &Columns = &[
    ("n", Kind::Number),
    ("id", Kind::Text),
    ("code", Kind::Text),
    ("barcode", Kind::Text),
    ("begun_s", Kind::Number),
    ("steps", Kind::Number),
    ("status", Kind::Text),
    ("parcel", Kind::Text),
];

/// What happened at each step, where, and what is known of it beside that.
const ENTRIES: [(&str, &str, &str); 6] = [
    ("order_requested", "NULL", "{}"),
    ("order_purchased", "NULL", r#"{"marketplace":"taobao"}"#),
    ("parcel_received", "'Guangzhou'", r#"{"tracking_number":"YT7000000000000"}"#),
    ("shipment_departed", "'Guangzhou'", "{}"),
    ("order_ready", "NULL", r#"{"arrived":1,"total":1}"#),
    ("order_picked_up", "NULL", "{}"),
];

/// Which orders have been charged.
const HAS_MONEY: &str = "fill_seeds.n % 5 = 0 AND steps >= 2";
const CHARGED: &str = "(50000 + n % 900 * 200)";
const PAID: &str = "(CASE WHEN steps = 6 THEN 50000 + n % 900 * 200 ELSE 25000 + n % 900 * 100 END)";
/// Spreads the orders of a customer over the years; a prime.
const SPREAD: i64 = 7_919;

/// The migrations whose tables triggers keep: each fills its table from what there is.
pub fn kept(conn: &Conn) -> &'static [&'static str] {
    match conn {
        Conn::Sqlite(_) => &[
            include_str!("../../migrations/sqlite/2026-11-26-000025_public_views/up.sql"),
            include_str!("../../migrations/sqlite/2026-11-26-000027_search/up.sql"),
        ],
        Conn::Pg(_) => &[include_str!("../../migrations/postgres/2026-11-26-000025_public_views/up.sql")],
    }
}

/// The statements of a migration that fill its tables.
pub fn filling_of(migration: &str) -> Vec<&str> {
    let starts = migration.match_indices("\nINSERT INTO").map(|(at, _)| &migration[at..]);
    starts.map(|filling| &filling[..filling.find(";\n").unwrap_or(filling.len())]).collect()
}

/// The statements for one database.
pub struct Template {
    is_sqlite: bool,
    branch: String,
}

impl Template {
    pub fn new(conn: &Conn, branch: &str) -> Self {
        Self { is_sqlite: matches!(conn, Conn::Sqlite(_)), branch: branch.to_owned() }
    }

    /// An identifier as it would have been made in that second; `tag` tells those of one `n` apart.
    fn id(&self, second: &str, tag: u16, n: &str) -> String {
        // PostgreSQL would multiply small numbers as small numbers.
        let thousand = if self.is_sqlite { "1000" } else { "1000::bigint" };
        let ms = format!("(({second}) * {thousand})");
        match self.is_sqlite {
            true => format!("printf('%08x-%04x-7{tag:03x}-8000-%012x', {ms} >> 16, {ms} & 65535, {n})"),
            false => format!(
                "(lpad(to_hex({ms} >> 16), 8, '0') || '-' || lpad(to_hex({ms} & 65535), 4, '0') || '-7{tag:03x}-8000-' \
                 || lpad(to_hex({n}), 12, '0'))"
            ),
        }
    }

    fn at(&self, second: &str) -> String {
        match self.is_sqlite {
            true => format!("datetime({second}, 'unixepoch')"),
            false => format!("(to_timestamp({second}) AT TIME ZONE 'UTC')"),
        }
    }

    fn padded(&self, number: &str, digits: usize) -> String {
        match self.is_sqlite {
            true => format!("printf('%0{digits}d', {number})"),
            false => format!("lpad(({number})::text, {digits}, '0')"),
        }
    }

    /// So many numbers, from 0 on.
    fn numbers(&self, count: i64) -> String {
        match self.is_sqlite {
            true => format!(
                "(WITH RECURSIVE counted (k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM counted WHERE k < {count} - 1) \
                 SELECT k FROM counted) AS numbers"
            ),
            false => format!("(SELECT k FROM generate_series(0::bigint, {count} - 1) AS k) AS numbers"),
        }
    }

    fn customer_id(&self, k: &str) -> String {
        self.id("1500000000", 0xe00, k)
    }

    fn truck_id(&self, t: &str) -> String {
        self.id("1500000000", 0xe01, t)
    }

    fn phone(&self, k: &str) -> String {
        format!("'+996700' || {}", self.padded(k, 6))
    }

    /// The customers, of whom new ones are told apart by their client code.
    pub fn people(&self, begun_s: i64, count: i64) -> String {
        let (id, phone, at) = (self.customer_id("k"), self.phone("k"), self.at(&begun_s.to_string()));
        let numbers = self.numbers(count);
        let next = 10_001 + count;
        format!(
            "INSERT INTO customers (id, client_code, name, phone, language, created_at) \
             SELECT {id}, 'KG-' || (10001 + k), word, {phone}, 'ru', {at} FROM {numbers} JOIN fill_names ON n = k % 500; \
             INSERT INTO counters (name, value) VALUES ('client_code', {next})"
        )
    }

    pub fn truck(&self, truck: i64, begun_s: i64, steps: usize) -> String {
        let (id, branch) = (self.truck_id(&truck.to_string()), &self.branch);
        let at = |day: i64| self.at(&(begun_s + day * 86_400).to_string());
        let (status, departed_at, arrived_at) = match steps {
            0..=3 => ("loading", "NULL".to_owned(), "NULL".to_owned()),
            4 => ("departed", at(9), "NULL".to_owned()),
            _ => ("arrived", at(9), at(16)),
        };
        let created_at = at(6);
        format!(
            "INSERT INTO shipments (id, code, route, vehicle, to_branch_id, status, created_at, departed_at, arrived_at) \
             VALUES ({id}, 'FILL-{truck}', 'torugart', '01KG{truck}AAA', '{branch}', '{status}', {created_at}, \
             {departed_at}, {arrived_at})"
        )
    }

    /// One kind of entry of all timelines that have come so far.
    pub fn entries(&self, step: usize, later_s: i64, status: &str) -> String {
        let (kind, place, data) = ENTRIES[step];
        let second = format!("begun_s + {later_s}");
        let (id, at) = (self.id(&second, step as u16, "n"), self.at(&second));
        format!(
            "INSERT INTO events (id, order_id, at, recorded_at, actor, kind, status, place, data, order_version) \
             SELECT {id}, id, {at}, {at}, 'operator', '{kind}', '{status}', {place}, '{data}', {step} + 1 \
             FROM fill_seeds WHERE steps > {step}"
        )
    }

    /// The orders of the seeds, and all that belongs to them but their timelines.
    pub fn orders(&self, customers: i64, orders_on_a_truck: i64, days: &[i64; 6]) -> String {
        let customers = customers.max(1);
        let who = format!("(n * {SPREAD} % {customers})");
        let day = |step: usize| self.at(&format!("begun_s + {}", days[step] * 86_400));
        let at_day = |step: usize, least: usize| format!("CASE WHEN steps > {least} THEN {} END", day(step));
        let (customer_id, phone, branch) = (self.customer_id(&who), self.phone(&who), &self.branch);
        let (created_at, ready_at, free_until) = (day(0), at_day(4, 4), at_day(5, 4));
        let moved_at =
            format!("CASE WHEN steps = 6 THEN {} WHEN steps > 1 THEN {} ELSE {} END", day(5), day(1), day(0));
        let orders = format!(
            "INSERT INTO orders (id, code, kind, status, version, placed_by, customer_id, name, phone, language, \
             pickup_point_id, balance_tyiyn, search, created_at, updated_at, announced_at, free_storage_until) \
             SELECT id, code, 'purchase', status, steps, 'customer', {customer_id}, fill_names.word, {phone}, 'ru', \
             '{branch}', CASE WHEN {HAS_MONEY} THEN {CHARGED} - {PAID} ELSE 0 END, \
             lower(code) || ' ' || fill_names.folded || ' ' || {phone} || ' ' || fill_goods.folded, \
             {created_at}, {moved_at}, {ready_at}, {free_until} FROM fill_seeds \
             JOIN fill_names ON fill_names.n = {who} % 500 JOIN fill_goods ON fill_goods.n = fill_seeds.n % 20"
        )
        .replace("(n *", "(fill_seeds.n *")
        .replace("+ n %", "+ fill_seeds.n %");
        let items = "INSERT INTO order_items (order_id, position, description, quantity) SELECT fill_seeds.id, 0, word, 1 \
                     FROM fill_seeds JOIN fill_goods ON fill_goods.n = fill_seeds.n % 20";
        let parcel_id = self.id(&format!("begun_s + {}", days[1] * 86_400), 0xd00, "n");
        let (number, truck) =
            (self.padded("7000000000000 + n", 13), self.truck_id(&format!("n / {orders_on_a_truck}")));
        let (received_at, picked_up_at) = (at_day(2, 2), at_day(5, 5));
        let parcels = format!(
            "INSERT INTO parcels (id, barcode, tracking_number, order_id, status, weight_g, shipment_id, branch_id, \
             received_at, arrived_at, picked_up_at, created_at, updated_at) SELECT {parcel_id}, barcode, 'YT' || {number}, \
             id, parcel, CASE WHEN steps > 2 THEN 200 + n % 9000 END, CASE WHEN steps > 3 THEN {truck} END, \
             CASE WHEN steps > 4 THEN '{branch}' END, {received_at}, {ready_at}, {picked_up_at}, {created_at}, {moved_at} \
             FROM fill_seeds WHERE steps > 1"
        );
        [orders, items.to_owned(), parcels, self.money(days), self.message(days)].join(";\n")
    }

    fn money(&self, days: &[i64; 6]) -> String {
        let second = format!("begun_s + {}", days[1] * 86_400);
        let (charge, payment) = (self.id(&second, 0xc00, "n"), self.id(&second, 0xc01, "n"));
        let (at, receipt) = (self.at(&second), self.padded("n", 8));
        let seeds = format!("FROM fill_seeds WHERE {HAS_MONEY}");
        let journal = |id: &str, kind: &str| {
            format!(
                "INSERT INTO journals (id, order_id, kind, idempotency_key, at, actor) \
                 SELECT {id}, id, '{kind}', '{kind}:fill:' || n, {at}, 'cashier' {seeds}"
            )
        };
        let posting = |journal: &str, position: i32, account: &str, amount: &str| {
            format!(
                "INSERT INTO postings (journal_id, position, account, amount_tyiyn) \
                 SELECT {journal}, {position}, {account}, {amount} {seeds}"
            )
        };
        let seal = |journal: &str| format!("INSERT INTO journal_seals (journal_id) SELECT {journal} {seeds}");
        let payment_id = self.id(&second, 0xc02, "n");
        [
            journal(&charge, "charge"),
            posting(&charge, 0, "'receivable:' || code", CHARGED),
            posting(&charge, 1, "'goods'", &format!("-{CHARGED}")),
            seal(&charge),
            journal(&payment, "payment"),
            posting(&payment, 0, "'bank'", PAID),
            posting(&payment, 1, "'receivable:' || code", &format!("-{PAID}")),
            seal(&payment),
            format!(
                "INSERT INTO payments (id, order_id, journal_id, method, account, amount_tyiyn, refunded_tyiyn, receipt_no, \
                 at, actor) SELECT {payment_id}, id, {payment}, 'bank_transfer', 'bank', {PAID}, 0, 'FILL-' || {receipt}, \
                 {at}, 'cashier' {seeds}"
            ),
            // Without it `torugart verify`, and with it every backup, would say that the house is not in order.
            format!(
                "INSERT INTO audit (id, at, actor, role, action, object, detail, request_id) \
                 SELECT {payment_id}, {at}, 'cashier', 'cashier', 'payment.recorded', code, '{{}}', 'fill' {seeds}"
            ),
        ]
        .join(";\n")
    }

    fn message(&self, days: &[i64; 6]) -> String {
        let second = format!("begun_s + {}", days[4] * 86_400);
        let (id, number, at) = (self.id(&second, 0xb00, "n"), self.padded("n", 11), self.at(&second));
        let phone = self.phone("n % 500000");
        let useful_until = self.at(&format!("{second} + 172800"));
        format!(
            "INSERT INTO notifications (id, message_id, dedupe_key, order_id, event, channel, recipient, language, body, \
             state, attempts, next_attempt_at, created_at, sent_at, priority, due_at, useful_until, parts, cost_tyiyn) \
             SELECT {id}, 'F' || {number}, 'order-arrived:fill:' || n, id, 'order-arrived', 'sms', {phone}, 'ru', \
             'Заказ ' || code || ' прибыл. К оплате 245 сом.', 'sent', 1, {at}, {at}, {at}, 1, {at}, {useful_until}, 1, 50 \
             FROM fill_seeds WHERE steps > 4 AND n % 4 = 0"
        )
    }
}
