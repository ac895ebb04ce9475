//! Fills an empty database as years of business would, so that figures can be measured on a full house:
//! `cargo run --release --example fill -- --database URL --orders N --codes FILE`.
//!
//! Five thousand orders a day, each with the six entries that its customer cares for, with its customer, its parcel and the
//! truck of it; a fifth have been charged and paid, a quarter have had a message. What is older than three weeks was picked
//! up; the rest is on its way. Of an order's other facts (quotes, the trail of all but payments) there is nothing.
//!
//! The rows go in past the operations, by sets: a table of seeds, and one statement for each table that grows from it.
//! Indexes and triggers are taken away before and put back after; what triggers keep is filled as their migration fills it.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono::{NaiveDateTime, TimeDelta, Utc};
use clap::Parser;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use indicatif::{ProgressBar, ProgressStyle};
use secrecy::SecretString;
use serde::Serialize;

use torugart::branches;
use torugart::clock::Clock;
use torugart::code::{self, OrderCode};
use torugart::config::Config;
use torugart::db::batch::{self, Kind};
use torugart::db::{Conn, Db, Url, migrate};
use torugart::error::{Error, Result};
use torugart::ids::Actor;
use torugart::starter;
use torugart::state::App;

mod sql;

/// Orders that go in together.
const CHUNK: i64 = 50_000;
const ORDERS_A_DAY: i64 = 5_000;
/// What is open of a small house is no more than a fifth of it.
const LEAST_DAYS: i64 = 100;
const ORDERS_EACH: i64 = 10;
const ORDERS_ON_A_TRUCK: i64 = 2_000;
/// On which day after the first each entry of a timeline comes.
const DAYS: [i64; 6] = [0, 2, 6, 9, 16, 20];
/// Offers are left out, so an order begins where it was paid: `torugart verify` knows no step from a request to a purchase.
const STATUSES: [&str; 6] = ["paid", "purchased", "received_in_china", "in_transit", "ready_for_pickup", "picked_up"];
const PARCELS: [&str; 6] = ["", "expected", "received", "in_transit", "arrived", "picked_up"];

const FIRST_NAMES: [&str; 20] = [
    "Айгуль",
    "Бакыт",
    "Чолпон",
    "Данияр",
    "Элнура",
    "Фарида",
    "Гулнара",
    "Ислам",
    "Жыргал",
    "Кубан",
    "Лейла",
    "Мээрим",
    "Нурлан",
    "Ольга",
    "Перизат",
    "Руслан",
    "Сабина",
    "Тилек",
    "Урмат",
    "Назгуль",
];
const LAST_NAMES: [&str; 25] = [
    "Садыкова",
    "Осмонов",
    "Бекова",
    "Токтогулов",
    "Ибраимова",
    "Жумабаев",
    "Кыдырова",
    "Алиев",
    "Сыдыкова",
    "Мамытов",
    "Петрова",
    "Ким",
    "Абдылдаева",
    "Орозов",
    "Турдубаева",
    "Эсенов",
    "Асанова",
    "Дуйшеев",
    "Карыпова",
    "Молдоев",
    "Нурматова",
    "Раимов",
    "Сапарова",
    "Уметов",
    "Чыныбаева",
];
const GOODS: [&str; 20] = [
    "Робот-пылесос, белый",
    "Куртка зимняя, размер 48",
    "Кроссовки, 42",
    "Самокат электрический",
    "Чехол для телефона",
    "Детская коляска",
    "Кофемашина",
    "Платье вечернее, синее",
    "Набор инструментов",
    "Рюкзак школьный",
    "Наушники",
    "Шторы, 2 м",
    "Автомобильный коврик",
    "Игрушка мягкая",
    "Термос, 1 л",
    "Лампа настольная",
    "Велосипед",
    "Посуда",
    "Сумка женская",
    "Часы",
];

/// Orders for measuring.
#[derive(Parser)]
struct Args {
    /// `sqlite://path` or `postgres://…`, without orders; it is migrated and furnished.
    #[arg(long)]
    database: String,
    /// How many.
    #[arg(long, default_value_t = 100_000)]
    orders: i64,
    /// Where to write their codes, a line each.
    #[arg(long)]
    codes: Option<PathBuf>,
    /// How many codes at most; they are taken evenly.
    #[arg(long, default_value_t = i64::MAX)]
    most_codes: i64,
}

/// What the statements need to know of an order and cannot work out themselves.
#[derive(Serialize)]
struct Seed {
    n: i64,
    id: String,
    code: String,
    barcode: String,
    begun_s: i64,
    steps: i64,
    status: &'static str,
    parcel: &'static str,
}

/// A word that statements choose by its number.
#[derive(Serialize)]
struct Word {
    n: i64,
    word: String,
    folded: String,
}

/// An index or a trigger.
#[derive(QueryableByName)]
struct Extra {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    name: String,
    /// How it is made.
    #[diesel(sql_type = Text)]
    sql: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// When each order was placed, and how far it has come.
struct Calendar {
    orders: i64,
    now_s: i64,
    span_s: i64,
}

impl Calendar {
    fn new(orders: i64, now: NaiveDateTime) -> Self {
        let days = (orders / ORDERS_A_DAY).max(LEAST_DAYS);
        Self { orders, now_s: now.and_utc().timestamp(), span_s: TimeDelta::days(days).num_seconds() }
    }

    fn begun_s(&self, n: i64) -> i64 {
        self.now_s
            - i64::try_from(i128::from(self.orders - n) * i128::from(self.span_s) / i128::from(self.orders))
                .unwrap_or(0)
    }

    fn steps(&self, n: i64) -> usize {
        let age_s = self.now_s - self.begun_s(n);
        DAYS.iter().filter(|day| age_s > **day * 86_400).count().max(1)
    }

    fn seed(&self, n: i64, prefix: &str) -> Seed {
        let (steps, begun_ms) = (self.steps(n), self.begun_s(n) * 1_000);
        Seed {
            n,
            id: format!("{:08x}-{:04x}-7f00-8000-{n:012x}", begun_ms >> 16, begun_ms & 0xffff),
            code: OrderCode::generate(prefix).to_string(),
            barcode: code::barcode(),
            begun_s: self.begun_s(n),
            steps: steps as i64,
            status: STATUSES[steps - 1],
            parcel: PARCELS[steps - 1],
        }
    }
}

fn words(words: impl Iterator<Item = String>) -> Vec<Word> {
    (0..).zip(words).map(|(n, word)| Word { n, folded: word.to_lowercase(), word }).collect()
}

/// Takes the indexes and triggers of the tables away; gives the statements that make them again, indexes first.
fn take_away(conn: &mut Conn) -> Result<Vec<(String, String)>> {
    let find = match conn {
        Conn::Sqlite(_) => sql::SQLITE_EXTRAS,
        Conn::Pg(_) => sql::POSTGRES_EXTRAS,
    };
    let extras: Vec<Extra> = diesel::sql_query(find).load(conn)?;
    extras.iter().try_for_each(|extra| conn.batch_execute(&format!("DROP {} {}", extra.kind, extra.name)))?;
    Ok(extras.into_iter().map(|extra| (extra.kind, extra.sql)).collect())
}

fn fill(conn: &mut Conn, args: &Args, prefix: &str, branch: &str) -> Result<()> {
    let calendar = Calendar::new(args.orders, Utc::now().naive_utc());
    let sql = sql::Template::new(conn, branch);
    conn.batch_execute(sql::TABLES)?;
    let named = FIRST_NAMES.iter().flat_map(|first| LAST_NAMES.iter().map(move |last| format!("{first} {last}")));
    let columns = [("n", Kind::Number), ("word", Kind::Text), ("folded", Kind::Text)];
    batch::insert(conn, "fill_names", &columns, &words(named))?;
    batch::insert(conn, "fill_goods", &columns, &words(GOODS.iter().map(ToString::to_string)))?;
    conn.batch_execute(&sql.people(calendar.begun_s(0), (args.orders / ORDERS_EACH).max(1)))?;
    for truck in 0..=(args.orders - 1) / ORDERS_ON_A_TRUCK {
        let last = ((truck + 1) * ORDERS_ON_A_TRUCK - 1).min(args.orders - 1);
        conn.batch_execute(&sql.truck(truck, calendar.begun_s(last), calendar.steps(last)))?;
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} orders, {per_sec}, {eta} left")
        .map_err(|error| Error::Startup(error.to_string()))?;
    let bar = ProgressBar::new(args.orders.unsigned_abs()).with_style(style);
    let file_error = |error: std::io::Error| Error::Startup(format!("the file of codes: {error}"));
    let mut codes = match &args.codes {
        Some(path) => Some(BufWriter::new(File::create(path).map_err(file_error)?)),
        None => None,
    };
    let each = (args.orders / args.most_codes).max(1);
    for start in (0..args.orders).step_by(usize::try_from(CHUNK).unwrap_or(1)) {
        let seeds: Vec<_> = (start..args.orders.min(start + CHUNK)).map(|n| calendar.seed(n, prefix)).collect();
        conn.batch_execute("BEGIN; DELETE FROM fill_seeds")?;
        batch::insert(conn, "fill_seeds", sql::SEEDS, &seeds)?;
        conn.batch_execute(&sql.orders(args.orders / ORDERS_EACH, ORDERS_ON_A_TRUCK, &DAYS))?;
        for (step, (day, status)) in DAYS.iter().zip(STATUSES).enumerate() {
            // One kind after the other: the entries of an order lie apart, between those of others, as if they had been
            // written on different days.
            conn.batch_execute(&sql.entries(step, day * 86_400, status))?;
        }
        conn.batch_execute("COMMIT")?;
        if let Some(file) = &mut codes {
            let mut wanted = seeds.iter().filter(|seed| seed.n % each == 0);
            wanted.try_for_each(|seed| writeln!(file, "{}", seed.code)).map_err(file_error)?;
        }
        bar.inc(seeds.len() as u64);
    }
    bar.finish();
    codes.map_or(Ok(()), |mut file| file.flush()).map_err(file_error)
}

fn refuse_orders(conn: &mut Conn) -> Result<()> {
    let known: Count = diesel::sql_query("SELECT COUNT(*) AS count FROM orders").get_result(conn)?;
    match known.count {
        0 => Ok(()),
        count => Err(Error::Startup(format!("there are {count} orders already; an empty database is filled"))),
    }
}

fn run(args: &Args) -> Result<()> {
    let mut config = Config::load(Path::new("."))?;
    config.database.url = SecretString::from(args.database.clone());
    let url = config.database.url()?;
    let db = Db::open(&url, 1)?;
    migrate::run(&db)?;
    let app = App::new(config, db, Clock::System)?;
    app.write_now(&Actor::System, |tx| starter::furnish(tx, &app.config.starter))?;
    let branch = app.read_now(&Actor::System, |tx| branches::find_pickup_point(tx, None, "/pickup_point"))?;
    let opened = |error: ConnectionError| Error::Startup(error.to_string());
    let mut conn = match &url {
        Url::Sqlite(path) => Conn::Sqlite(SqliteConnection::establish(path).map_err(opened)?),
        Url::Postgres(url) => Conn::Pg(PgConnection::establish(url).map_err(opened)?),
    };
    refuse_orders(&mut conn)?;
    conn.batch_execute(match conn {
        Conn::Sqlite(_) => sql::SQLITE_HASTE,
        Conn::Pg(_) => sql::POSTGRES_HASTE,
    })?;
    let began = Instant::now();
    let extras = take_away(&mut conn)?;
    fill(&mut conn, args, &app.config.business.code_prefix, branch.id.as_str())?;
    let rows_s = began.elapsed().as_secs_f64();
    let of_kind = |wanted: &'static str| extras.iter().filter(move |(kind, _)| kind == wanted);
    of_kind("INDEX").try_for_each(|(_, made)| conn.batch_execute(made))?;
    let indexed_s = began.elapsed().as_secs_f64();
    let fillings: Vec<_> = sql::kept(&conn).iter().flat_map(|step| sql::filling_of(step)).collect();
    fillings.into_iter().try_for_each(|filling| conn.batch_execute(filling))?;
    of_kind("TRIGGER").try_for_each(|(_, made)| conn.batch_execute(made))?;
    conn.batch_execute(match conn {
        Conn::Sqlite(_) => sql::SQLITE_LEISURE,
        Conn::Pg(_) => sql::POSTGRES_LEISURE,
    })?;
    let all_s = began.elapsed().as_secs_f64();
    println!(
        "{} orders in {all_s:.1} s ({:.0} a second): rows {rows_s:.1} s, indexes {:.1} s, what triggers keep {:.1} s",
        args.orders,
        args.orders as f64 / all_s,
        indexed_s - rows_s,
        all_s - indexed_s,
    );
    Ok(())
}

fn main() -> std::process::ExitCode {
    match run(&Args::parse()) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fill: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}
