//! Puts a truck on the road, with parcels of orders that were quoted and bought, so that its arrival can be measured:
//! `cargo run --example truck -- --database URL --orders 6000 --parcels 10000 --barcodes FILE`. Prints the truck's code.
//!
//! The rows go in by batches, past the operations. No money was charged and no message sent, so every balance is zero,
//! as the empty ledger says; what the arrival itself charges and sends is what the service would.

use std::io::Write;
use std::path::{Path, PathBuf};

use chrono::{NaiveDateTime, TimeDelta};
use clap::Parser;
use diesel::prelude::*;
use rust_decimal::Decimal;
use secrecy::SecretString;

use torugart::branches;
use torugart::clock::{Clock, bishkek_day};
use torugart::code::{self, OrderCode};
use torugart::config::Config;
use torugart::customers::{self, Customer, Person};
use torugart::db::schema::{events, order_items, orders, parcels, quotes, shipments};
use torugart::db::{Conn, Db, Tx, migrate};
use torugart::error::{Error, Result};
use torugart::ids::{Actor, BranchId, EntryId, OrderId, ParcelId, QuoteId, ShipmentId};
use torugart::money::{Currency, Money, Sum};
use torugart::orders::{EventKind, Kind, Status};
use torugart::parcels::Status as ParcelStatus;
use torugart::phone::Phone;
use torugart::quotes::{Details, Line, State};
use torugart::rates::{PinnedRate, Source};
use torugart::shipments::Status as ShipmentStatus;
use torugart::starter;
use torugart::state::App;
use torugart::tariffs;
use torugart::texts::Lang;

/// Rows of one statement: SQLite binds at most 32,766 values.
const ROWS: usize = 1_000;

/// A truck for measuring.
#[derive(Parser)]
struct Args {
    /// `sqlite://path` or `postgres://…`; it is migrated, and furnished when empty.
    #[arg(long)]
    database: String,
    /// How many orders.
    #[arg(long, default_value_t = 6_000)]
    orders: usize,
    /// How many parcels; each order has at least one.
    #[arg(long, default_value_t = 10_000)]
    parcels: usize,
    /// Where to write their barcodes, a line each.
    #[arg(long)]
    barcodes: PathBuf,
    /// Told apart from the trucks before by this number.
    #[arg(long, default_value_t = 1)]
    number: usize,
}

#[derive(Insertable)]
#[diesel(table_name = orders, treat_none_as_default_value = false)]
struct OrderRow {
    id: OrderId,
    code: String,
    kind: Kind,
    status: Status,
    version: i64,
    placed_by: String,
    customer_id: torugart::ids::CustomerId,
    name: String,
    phone: String,
    email: Option<String>,
    language: String,
    pickup_point_id: BranchId,
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
#[diesel(table_name = quotes, treat_none_as_default_value = false)]
struct QuoteRow {
    id: QuoteId,
    order_id: OrderId,
    state: State,
    goods_tyiyn: i64,
    domestic_tyiyn: i64,
    service_fee_tyiyn: i64,
    freight_tyiyn: i64,
    total_tyiyn: i64,
    prepayment_tyiyn: i64,
    body: String,
    valid_until: NaiveDateTime,
    created_at: NaiveDateTime,
    created_by: String,
}

#[derive(Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
struct EventRow {
    id: EntryId,
    order_id: OrderId,
    at: NaiveDateTime,
    recorded_at: NaiveDateTime,
    actor: String,
    kind: EventKind,
    status: Status,
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
    weight_g: i64,
    shipment_id: ShipmentId,
    received_at: NaiveDateTime,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
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

#[derive(Default)]
struct Load {
    orders: Vec<OrderRow>,
    items: Vec<ItemRow>,
    quotes: Vec<QuoteRow>,
    events: Vec<EventRow>,
    parcels: Vec<ParcelRow>,
}

impl Load {
    fn add_order(&mut self, tx: &Tx, customer: &Customer, branch: &BranchId, quote: &str) -> OrderId {
        let (id, code, at) = (OrderId::new(), OrderCode::generate(&tx.firm.code_prefix), tx.now - TimeDelta::days(20));
        for (kind, status) in [
            (EventKind::OrderRequested, Status::Requested),
            (EventKind::OrderQuoted, Status::Quoted),
            (EventKind::OrderConfirmed, Status::Confirmed),
            (EventKind::OrderPurchased, Status::Purchased),
            (EventKind::ShipmentDeparted, Status::InTransit),
        ] {
            let (id, order_id, actor, data) = (EntryId::new(), id.clone(), "operator".to_owned(), "{}".to_owned());
            self.events.push(EventRow { id, order_id, at, recorded_at: at, actor, kind, status, data });
        }
        self.items
            .push(ItemRow { order_id: id.clone(), position: 0, description: "Чайник".to_owned(), quantity: 1 });
        self.quotes.push(QuoteRow {
            id: QuoteId::new(),
            order_id: id.clone(),
            state: State::Accepted,
            goods_tyiyn: 128_700,
            domestic_tyiyn: 0,
            service_fee_tyiyn: 6_400,
            freight_tyiyn: 26_200,
            total_tyiyn: 161_300,
            prepayment_tyiyn: 135_100,
            body: quote.to_owned(),
            valid_until: at,
            created_at: at,
            created_by: "operator".to_owned(),
        });
        self.orders.push(OrderRow {
            id: id.clone(),
            search: format!("{code} {} {}", customer.name, customer.phone).to_lowercase(),
            code: code.to_string(),
            kind: Kind::Purchase,
            status: Status::InTransit,
            version: 5,
            placed_by: Actor::Anyone.name().to_owned(),
            customer_id: customer.id.clone(),
            name: customer.name.clone(),
            phone: customer.phone.clone(),
            email: customer.email.clone(),
            language: customer.language.clone(),
            pickup_point_id: branch.clone(),
            balance_tyiyn: 0,
            created_at: at,
            updated_at: at,
        });
        id
    }

    fn insert(&self, tx: &mut Tx) -> Result<()> {
        insert!(tx, orders::table, self.orders);
        insert!(tx, order_items::table, self.items);
        insert!(tx, quotes::table, self.quotes);
        insert!(tx, events::table, self.events);
        insert!(tx, parcels::table, self.parcels);
        Ok(())
    }
}

/// What a quote of one kettle says beside its sums.
fn details(tx: &mut Tx) -> Result<String> {
    let tariff =
        tariffs::list(tx)?.into_iter().next().ok_or_else(|| Error::Startup("there is no tariff".to_owned()))?;
    let yuan = Money { amount: 10_000, currency: Currency::Cny };
    let rate = |currency, rate| PinnedRate { currency, rate, effective_on: bishkek_day(tx.now), source: Source::Nbkr };
    let details = Details {
        title: None,
        lines: vec![Line {
            description: "Чайник".to_owned(),
            link: None,
            quantity: 1,
            unit_price: yuan,
            amount: Sum { original: Some(yuan), ..Sum::tyiyn(128_700) },
        }],
        goods_original: yuan,
        domestic_original: None,
        freight_original: None,
        freight: None,
        estimated_weight_g: 1_000,
        size: None,
        category: None,
        service_fee_bp: 500,
        tariff_id: tariff.id,
        customs: None,
        rates: vec![rate(Currency::Cny, Decimal::new(128_707, 4)), rate(Currency::Usd, Decimal::new(8_745, 2))],
    };
    serde_json::to_string(&details).map_err(|error| Error::Startup(error.to_string()))
}

/// Opens a shipment that has left.
fn departed(tx: &mut Tx, number: usize, branch: &BranchId) -> Result<(ShipmentId, String)> {
    let (id, code) = (ShipmentId::new(), format!("SH-MEASURED-{number}"));
    diesel::insert_into(shipments::table)
        .values((
            shipments::id.eq(&id),
            shipments::code.eq(&code),
            shipments::route.eq("Guangzhou-Torugart-Bishkek"),
            shipments::vehicle.eq("01KG777ABC"),
            shipments::to_branch_id.eq(branch),
            shipments::status.eq(ShipmentStatus::Departed),
            shipments::created_at.eq(tx.now - TimeDelta::days(10)),
            shipments::departed_at.eq(tx.now - TimeDelta::days(8)),
        ))
        .execute(tx.conn)?;
    Ok((id, code))
}

/// Every second customer has two orders, and every order after the first ones another parcel until all are given.
fn fill(tx: &mut Tx, args: &Args) -> Result<(String, Vec<String>)> {
    let branch = branches::find_pickup_point(tx, None, "/pickup_point")?.id;
    let (truck, code) = departed(tx, args.number, &branch)?;
    let quote = details(tx)?;
    let (mut load, mut ids, mut customer) = (Load::default(), Vec::new(), None);
    for number in 0..args.orders {
        if number % 3 != 2 {
            let phone = Phone::parse(&format!("0700{:06}", args.number * 100_000 + number))
                .map_err(|error| Error::Startup(error.to_string()))?;
            let email = Some(format!("customer{number}@example.kg"));
            let person = Person { name: "Айгуль Садыкова".to_owned(), phone, email, language: Lang::Ru };
            customer = Some(customers::find_or_make(tx, &person)?);
        }
        let Some(customer) = &customer else { continue };
        ids.push(load.add_order(tx, customer, &branch, &quote));
    }
    for number in 0..args.parcels {
        let at = tx.now - TimeDelta::days(9);
        load.parcels.push(ParcelRow {
            id: ParcelId::new(),
            barcode: code::barcode(),
            tracking_number: format!("YT{:013}", 8_000_000_000_000 + args.number * 1_000_000 + number),
            order_id: ids[number % ids.len()].clone(),
            status: ParcelStatus::InTransit,
            weight_g: 500 + i64::try_from(number % 4_000).unwrap_or_default(),
            shipment_id: truck.clone(),
            received_at: at,
            created_at: at,
            updated_at: at,
        });
    }
    load.insert(tx)?;
    Ok((code, load.parcels.into_iter().map(|parcel| parcel.barcode).collect()))
}

fn run(args: &Args) -> Result<()> {
    let mut config = Config::load(Path::new("."))?;
    config.database.url = SecretString::from(args.database.clone());
    let db = Db::open(&config.database.url()?, 1)?;
    migrate::run(&db)?;
    let app = App::new(config, db, Clock::System)?;
    app.write_now(&Actor::System, |tx| starter::furnish(tx, &app.config.starter))?;
    let (code, barcodes) = app.write_now(&Actor::System, |tx| fill(tx, args))?;
    let file_error = |error: std::io::Error| Error::Startup(format!("the file of barcodes: {error}"));
    let mut file = std::fs::File::create(&args.barcodes).map_err(file_error)?;
    file.write_all(barcodes.join("\n").as_bytes()).map_err(file_error)?;
    println!("{code}");
    Ok(())
}

fn main() -> std::process::ExitCode {
    match run(&Args::parse()) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("truck: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}
