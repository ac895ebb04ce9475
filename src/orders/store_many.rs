//! Many rows of `orders` and `events` at once.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::Serialize;

use super::store::Order;
use super::{EventKind, Status};
use crate::db::Tx;
use crate::db::batch::{self, Kind as Column};
use crate::db::schema::orders;
use crate::error::Result;
use crate::ids::{EntryId, OrderId};

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
