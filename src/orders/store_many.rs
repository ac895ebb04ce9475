//! Many rows of `orders` and `events` at once.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::Serialize;

use super::store::{OPEN_FORWARDING, Order};
use super::{EventKind, Kind, Status};
use crate::code::OrderCode;
use crate::customers::Customer;
use crate::db::Tx;
use crate::db::batch::{self, Kind as Column};
use crate::db::schema::orders;
use crate::error::Result;
use crate::ids::{Actor, BranchId, CustomerId, EntryId, OrderId};

/// Whose messages are one message: phone, e-mail, language.
pub type Addressee = (String, Option<String>, String);

/// An entry of a timeline to be stored with others.
#[derive(Debug, Serialize)]
pub struct NewEvent {
    /// Identifier.
    pub id: EntryId,
    /// Of which order.
    pub order_id: OrderId,
    /// When it happened.
    #[serde(serialize_with = "batch::moment")]
    pub at: NaiveDateTime,
    /// What.
    pub kind: EventKind,
    /// The order's status after it.
    pub status: Status,
    /// Where.
    pub place: Option<String>,
    /// JSON object.
    pub data: String,
    /// Of the order, after it.
    pub order_version: i64,
}

pub fn by_ids(tx: &mut Tx, ids: &[OrderId]) -> Result<Vec<Order>> {
    let these = batch::among(tx.conn, "orders.id", ids)?;
    Ok(orders::table.filter(these).load(tx.conn)?)
}

/// Many at once, in the sequence of their identifiers: two clerks whose scans share orders must not wait for each other
/// in a ring.
pub fn lock_by_ids(tx: &mut Tx, ids: &[OrderId]) -> Result<Vec<Order>> {
    batch::lock(tx.conn, "orders", ids)?;
    let these = batch::among(tx.conn, "orders.id", ids)?;
    Ok(diesel::update(orders::table.filter(these))
        .set((orders::version.eq(orders::version + 1), orders::updated_at.eq(tx.now)))
        .returning(orders::all_columns)
        .get_results(tx.conn)?)
}

/// To whom messages about these orders go: phone, address, language.
pub fn addressees(tx: &mut Tx, ids: &[OrderId]) -> Result<Vec<(OrderId, Addressee)>> {
    let these = batch::among(tx.conn, "orders.id", ids)?;
    let rows: Vec<(OrderId, String, Option<String>, String)> = orders::table
        .filter(these)
        .select((orders::id, orders::phone, orders::email, orders::language))
        .load(tx.conn)?;
    Ok(rows.into_iter().map(|(id, phone, email, language)| (id, (phone, email, language))).collect())
}

pub fn insert_events(tx: &mut Tx, events: &[NewEvent]) -> Result<()> {
    #[derive(Serialize)]
    struct Row<'a> {
        #[serde(flatten)]
        event: &'a NewEvent,
        #[serde(serialize_with = "batch::moment")]
        recorded_at: NaiveDateTime,
        actor: &'a str,
    }
    let (recorded_at, actor) = (tx.now, tx.by.name());
    let rows: Vec<_> = events.iter().map(|event| Row { event, recorded_at, actor }).collect();
    let columns = [
        ("id", Column::Text),
        ("order_id", Column::Text),
        ("at", Column::Moment),
        ("recorded_at", Column::Moment),
        ("actor", Column::Text),
        ("kind", Column::Text),
        ("status", Column::Text),
        ("place", Column::Text),
        ("data", Column::Text),
        ("order_version", Column::Number),
    ];
    batch::insert(tx.conn, "events", &columns, &rows)
}

/// Writes what a truck changes of the orders on it.
pub fn update_all(tx: &mut Tx, orders: &[&Order]) -> Result<()> {
    #[derive(Serialize)]
    struct Row<'a> {
        id: &'a OrderId,
        status: Status,
        balance_tyiyn: i64,
        #[serde(serialize_with = "batch::moment_if_any")]
        announced_at: Option<NaiveDateTime>,
        #[serde(serialize_with = "batch::moment_if_any")]
        free_storage_until: Option<NaiveDateTime>,
    }
    let columns = [
        ("status", Column::Text),
        ("balance_tyiyn", Column::Number),
        ("announced_at", Column::Moment),
        ("free_storage_until", Column::Moment),
    ];
    let rows: Vec<_> = orders
        .iter()
        .map(|order| Row {
            id: &order.id,
            status: order.status,
            balance_tyiyn: order.balance_tyiyn,
            announced_at: order.announced_at,
            free_storage_until: order.free_storage_until,
        })
        .collect();
    batch::update(tx.conn, "orders", &columns, ("true", &[]), &rows)?;
    Ok(())
}

/// The latest forwarding order of each of these customers that boxes still join.
pub fn open_forwarding(tx: &mut Tx, customers: &[CustomerId]) -> Result<BTreeMap<CustomerId, OrderId>> {
    let these = batch::among(tx.conn, "orders.customer_id", customers)?;
    let oldest_first: Vec<(CustomerId, OrderId)> = orders::table
        .filter(these)
        .filter(orders::kind.eq(Kind::Forwarding))
        .filter(orders::status.eq_any(OPEN_FORWARDING))
        .filter(orders::placed_by.ne(Actor::Anyone.name()))
        .order(orders::id)
        .select((orders::customer_id, orders::id))
        .load(tx.conn)?;
    Ok(oldest_first.into_iter().collect())
}

/// A forwarding order for each of these customers; gives their identifiers.
pub fn insert_forwarding<'a>(
    tx: &mut Tx<'_>,
    customers: &[&'a Customer],
    pickup_point: &'a BranchId,
) -> Result<Vec<OrderId>> {
    #[derive(Serialize)]
    struct Row<'r> {
        id: OrderId,
        code: String,
        kind: Kind,
        status: Status,
        version: i64,
        placed_by: &'r str,
        customer_id: &'r CustomerId,
        name: &'r str,
        phone: &'r str,
        email: Option<&'r str>,
        language: &'r str,
        pickup_point_id: &'r BranchId,
        balance_tyiyn: i64,
        search: String,
        #[serde(serialize_with = "batch::moment")]
        created_at: NaiveDateTime,
        #[serde(serialize_with = "batch::moment")]
        updated_at: NaiveDateTime,
    }
    let columns = [
        ("id", Column::Text),
        ("code", Column::Text),
        ("kind", Column::Text),
        ("status", Column::Text),
        ("version", Column::Number),
        ("placed_by", Column::Text),
        ("customer_id", Column::Text),
        ("name", Column::Text),
        ("phone", Column::Text),
        ("email", Column::Text),
        ("language", Column::Text),
        ("pickup_point_id", Column::Text),
        ("balance_tyiyn", Column::Number),
        ("search", Column::Text),
        ("created_at", Column::Moment),
        ("updated_at", Column::Moment),
    ];
    let codes: Vec<_> = customers.iter().map(|_| OrderCode::generate(&tx.firm.code_prefix)).collect();
    let row = |(customer, code): (&&'a Customer, &OrderCode)| Row {
        id: OrderId::new(),
        search: format!("{code} {} {}", customer.name, customer.phone).to_lowercase(),
        code: code.as_str().to_owned(),
        kind: Kind::Forwarding,
        status: Status::AwaitingParcel,
        version: 1,
        placed_by: tx.by.name(),
        customer_id: &customer.id,
        name: &customer.name,
        phone: &customer.phone,
        email: customer.email.as_deref(),
        language: &customer.language,
        pickup_point_id: pickup_point,
        balance_tyiyn: 0,
        created_at: tx.now,
        updated_at: tx.now,
    };
    let rows: Vec<_> = customers.iter().zip(&codes).map(row).collect();
    batch::insert(tx.conn, "orders", &columns, &rows)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
