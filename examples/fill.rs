//! Fills a database with orders in every state, each with the timeline that the service would have written, so that
//! figures can be measured on a full house: `cargo run --example fill -- --database URL --orders N --codes FILE`.
//!
//! The rows go in by batches, past the operations, which would take an hour on PostgreSQL. So there are no quotes, no
//! money and no messages: every balance is zero, as the empty ledger says.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDateTime, TimeDelta};
use clap::Parser;
use diesel::prelude::*;
use indicatif::{ProgressBar, ProgressStyle};
use secrecy::SecretString;

use torugart::branches;
use torugart::clock::Clock;
use torugart::code::{self, OrderCode};
use torugart::config::Config;
use torugart::customers::{self, Customer, Person};
use torugart::db::schema::{events, order_items, orders, parcels};
use torugart::db::{Conn, Db, Tx, migrate};
use torugart::error::{Error, Result};
use torugart::ids::{Actor, BranchId, CustomerId, OrderId, ParcelId};
use torugart::orders::{EventKind, Kind, Status};
use torugart::parcels::Status as ParcelStatus;
use torugart::phone::Phone;
use torugart::starter;
use torugart::state::App;
use torugart::texts::Lang;

/// Orders of one transaction.
const BATCH: usize = 500;
/// Rows of one statement: SQLite binds at most 32,766 values.
const ROWS: usize = 1_000;
/// Orders that each customer has.
const ORDERS_EACH: usize = 10;
/// An order takes one of these steps a day, and another one starts every minute.
const STEP: TimeDelta = TimeDelta::hours(24);
const DESCRIPTION: &str = "Робот-пылесос, белый";

/// What happened, the order's status after it, and where the parcel then is.
type Step = (EventKind, Status, Option<ParcelStatus>);

/// What `orders`, `payments`, `parcels` and `shipments` write for an order of one parcel that is bought by us.
const PURCHASE: [Step; 17] = [
    (EventKind::OrderRequested, Status::Requested, None),
    (EventKind::OrderQuoted, Status::Quoted, None),
    (EventKind::OrderConfirmed, Status::Confirmed, None),
    (EventKind::PaymentReceived, Status::Confirmed, None),
    (EventKind::OrderPaid, Status::Paid, None),
    (EventKind::OrderPurchased, Status::Purchased, None),
    (EventKind::ParcelRegistered, Status::Purchased, Some(ParcelStatus::Expected)),
    (EventKind::ParcelReceived, Status::ReceivedInChina, Some(ParcelStatus::Received)),
    (EventKind::ParcelPacked, Status::ReceivedInChina, Some(ParcelStatus::Packed)),
    (EventKind::ShipmentDeparted, Status::InTransit, Some(ParcelStatus::InTransit)),
    (EventKind::CheckpointAtBorder, Status::InTransit, Some(ParcelStatus::InTransit)),
    (EventKind::FreightCharged, Status::InTransit, Some(ParcelStatus::InTransit)),
    (EventKind::ParcelArrived, Status::InTransit, Some(ParcelStatus::Arrived)),
    (EventKind::OrderReady, Status::ReadyForPickup, Some(ParcelStatus::Arrived)),
    (EventKind::PaymentReceived, Status::ReadyForPickup, Some(ParcelStatus::Arrived)),
    (EventKind::ParcelHandedOver, Status::ReadyForPickup, Some(ParcelStatus::PickedUp)),
    (EventKind::OrderPickedUp, Status::PickedUp, Some(ParcelStatus::PickedUp)),
];

/// How many of the steps lie behind an order: the states that people look up most come most often.
const PROGRESS: [usize; 16] = [1, 2, 3, 5, 7, 7, 8, 8, 9, 11, 11, 11, 11, 14, 14, 17];

/// Orders for measuring.
#[derive(Parser)]
struct Args {
    /// `sqlite://path` or `postgres://…`; it is migrated, and furnished when empty.
    #[arg(long)]
    database: String,
    /// How many.
    #[arg(long, default_value_t = 100_000)]
    orders: usize,
    /// Where to write their codes, a line each.
    #[arg(long)]
    codes: Option<PathBuf>,
}

#[derive(Insertable)]
#[diesel(table_name = orders, treat_none_as_default_value = false)]
struct OrderRow {
    id: OrderId,
    code: String,
    kind: Kind,
    status: Status,
    version: i64,
    customer_id: CustomerId,
    name: String,
    phone: String,
    language: String,
    pickup_point_id: BranchId,
    placed_by: String,
    balance_tyiyn: i64,
    search: String,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

#[derive(Insertable)]
#[diesel(table_name = order_items, treat_none_as_default_value = false)]
struct ItemRow {
    order_id: OrderId,
    position: i32,
    description: String,
    quantity: i32,
}

#[derive(Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
struct EventRow {
    id: String,
    order_id: OrderId,
    at: NaiveDateTime,
    recorded_at: NaiveDateTime,
    actor: String,
    kind: EventKind,
    status: Status,
    place: Option<String>,
    data: String,
}

#[derive(Insertable)]
#[diesel(table_name = parcels, treat_none_as_default_value = false)]
struct ParcelRow {
    id: ParcelId,
    barcode: String,
    tracking_number: String,
    order_id: OrderId,
    status: ParcelStatus,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

#[derive(Default)]
struct Batch {
    orders: Vec<OrderRow>,
    items: Vec<ItemRow>,
    events: Vec<EventRow>,
    parcels: Vec<ParcelRow>,
}

/// Inserts all rows. A batch insert does not compile on the connection that is either, so each kind is named.
macro_rules! insert {
    ($tx:ident, $table:expr, $rows:expr) => {
        for rows in $rows.chunks(ROWS) {
            match &mut *$tx.conn {
                Conn::Pg(conn) => diesel::insert_into($table).values(rows).execute(conn)?,
                Conn::Sqlite(conn) => diesel::insert_into($table).values(rows).execute(conn)?,
            };
        }
    };
}

impl Batch {
    fn insert(&self, tx: &mut Tx) -> Result<()> {
        insert!(tx, orders::table, self.orders);
        insert!(tx, order_items::table, self.items);
        insert!(tx, events::table, self.events);
        insert!(tx, parcels::table, self.parcels);
        Ok(())
    }

    /// Adds the order with this number, of which `steps` of the way lie behind.
    fn add(&mut self, tx: &Tx, number: usize, steps: &[Step], customer: &Customer, branch: &BranchId) {
        let Some((_, status, parcel)) = steps.last().copied() else { return };
        let code = OrderCode::generate(&tx.firm.code_prefix);
        let begun_at = tx.now - STEP * steps.len() as i32 - TimeDelta::minutes(number as i64);
        let at = |index: usize| begun_at + STEP * index as i32;
        let updated_at = at(steps.len() - 1);
        let id = id_of(begun_at);
        let Ok(order_id) = OrderId::try_from(id) else { return };
        for (index, (kind, status, _)) in steps.iter().enumerate() {
            self.events.push(event(&order_id, at(index), *kind, *status));
        }
        if let Some(status) = parcel {
            self.parcels.push(ParcelRow {
                id: ParcelId::new(),
                barcode: code::barcode(),
                tracking_number: format!("YT{:013}", 7_000_000_000_000 + number),
                order_id: order_id.clone(),
                status,
                created_at: begun_at,
                updated_at,
            });
        }
        self.items.push(ItemRow {
            order_id: order_id.clone(),
            position: 0,
            description: DESCRIPTION.to_owned(),
            quantity: 1,
        });
        self.orders.push(OrderRow {
            id: order_id,
            search: format!("{code} {} {} {DESCRIPTION}", customer.name, customer.phone).to_lowercase(),
            code: code.to_string(),
            kind: Kind::Purchase,
            status,
            version: steps.len() as i64,
            customer_id: customer.id.clone(),
            name: customer.name.clone(),
            phone: customer.phone.clone(),
            language: customer.language.clone(),
            pickup_point_id: branch.clone(),
            placed_by: Actor::Anyone.name().to_owned(),
            balance_tyiyn: 0,
            created_at: begun_at,
            updated_at,
        });
    }
}

fn event(order: &OrderId, at: NaiveDateTime, kind: EventKind, status: Status) -> EventRow {
    let place = (kind == EventKind::CheckpointAtBorder).then(|| "Torugart".to_owned());
    let data = match kind {
        EventKind::ParcelArrived => r#"{"arrived":1,"total":1}"#,
        EventKind::ParcelRegistered | EventKind::ParcelReceived => r#"{"tracking_number":"YT7000000000000"}"#,
        _ => "{}",
    };
    EventRow {
        id: id_of(at),
        order_id: order.clone(),
        at,
        recorded_at: at,
        actor: "operator".to_owned(),
        kind,
        status,
        place,
        data: data.to_owned(),
    }
}

/// An identifier as it would have been made at that instant, since rows are found in the order of their identifiers.
fn id_of(at: NaiveDateTime) -> String {
    let instant: DateTime<_> = at.and_utc();
    let seconds = u64::try_from(instant.timestamp()).unwrap_or_default();
    let timestamp = uuid::Timestamp::from_unix(uuid::NoContext, seconds, instant.timestamp_subsec_nanos());
    uuid::Uuid::new_v7(timestamp).to_string()
}

/// Makes the customers of a batch, the regular way.
fn customers(tx: &mut Tx, numbers: std::ops::Range<usize>) -> Result<Vec<Customer>> {
    numbers
        .step_by(ORDERS_EACH)
        .map(|number| {
            let phone = Phone::parse(&format!("0700{:06}", number / ORDERS_EACH))
                .map_err(|error| Error::Startup(error.to_string()))?;
            let person =
                Person { name: "Айгуль Садыкова".to_owned(), phone, email: None, language: Lang::Ru };
            customers::find_or_make(tx, &person)
        })
        .collect()
}

/// Fills in the orders with these numbers and tells their codes.
fn fill(tx: &mut Tx, numbers: std::ops::Range<usize>) -> Result<Vec<String>> {
    let branch = branches::find_pickup_point(tx, None, "/pickup_point")?.id;
    let owners = customers(tx, numbers.clone())?;
    let mut batch = Batch::default();
    for (index, number) in numbers.enumerate() {
        let steps = &PURCHASE[..PROGRESS[number % PROGRESS.len()]];
        batch.add(tx, number, steps, &owners[index / ORDERS_EACH], &branch);
    }
    // As it happened: the entries of one order lie apart, between those of others.
    batch.events.sort_by_key(|event| event.at);
    batch.insert(tx)?;
    Ok(batch.orders.into_iter().map(|order| order.code).collect())
}

fn run(args: &Args) -> Result<()> {
    let mut config = Config::load(Path::new("."))?;
    config.database.url = SecretString::from(args.database.clone());
    let db = Db::open(&config.database.url()?, 1)?;
    migrate::run(&db)?;
    let app = App::new(config, db, Clock::System)?;
    app.write_now(&Actor::System, |tx| starter::furnish(tx, &app.config.starter))?;
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} orders, {per_sec}, {eta} left")
        .map_err(|error| Error::Startup(error.to_string()))?;
    let bar = ProgressBar::new(args.orders as u64).with_style(style);
    let file_error = |error: std::io::Error| Error::Startup(format!("the file of codes: {error}"));
    let mut codes = match &args.codes {
        Some(path) => Some(BufWriter::new(File::create(path).map_err(file_error)?)),
        None => None,
    };
    for start in (0..args.orders).step_by(BATCH) {
        let numbers = start..args.orders.min(start + BATCH);
        let filled = app.write_now(&Actor::System, |tx| fill(tx, numbers.clone()))?;
        bar.inc(filled.len() as u64);
        if let Some(file) = &mut codes {
            filled.iter().try_for_each(|code| writeln!(file, "{code}")).map_err(file_error)?;
        }
    }
    codes.map_or(Ok(()), |mut file| file.flush()).map_err(file_error)?;
    bar.finish();
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
