//! Many orders at once.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::Order;
use crate::db::batch::{self, Value};
use crate::db::schema::orders;
use crate::db::{self, Tx};
use crate::error::Result;
use crate::ids::{Actor, CustomerId, EntryId, OrderId};
use crate::orders::events::Written;
use crate::orders::{Kind, Status};

/// Values asked for at once; SQLite takes a bounded number of parameters.
const AT_ONCE: usize = 5_000;

pub fn by_ids(tx: &mut Tx, ids: &[OrderId]) -> Result<Vec<Order>> {
    let mut found = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        found.extend(orders::table.filter(orders::id.eq_any(some.to_vec())).load::<Order>(tx.conn)?);
    }
    Ok(found)
}

/// Row locks in the sequence of the identifiers, then the next version of each.
pub fn lock(tx: &mut Tx, ids: &[OrderId]) -> Result<BTreeMap<OrderId, Order>> {
    db::lock_orders(tx.conn, ids.iter().map(OrderId::as_str).collect())?;
    let mut locked = BTreeMap::new();
    for some in ids.chunks(AT_ONCE) {
        let rows: Vec<Order> = diesel::update(orders::table.filter(orders::id.eq_any(some.to_vec())))
            .set((orders::version.eq(orders::version + 1), orders::updated_at.eq(tx.now)))
            .returning(orders::all_columns)
            .get_results(tx.conn)?;
        locked.extend(rows.into_iter().map(|order| (order.id.clone(), order)));
    }
    Ok(locked)
}

/// The latest forwarding order of each of these customers that boxes still join.
pub fn open_forwarding(tx: &mut Tx, customers: &[CustomerId]) -> Result<BTreeMap<CustomerId, OrderId>> {
    let mut found = BTreeMap::new();
    for some in customers.chunks(AT_ONCE) {
        let rows: Vec<(CustomerId, OrderId)> = orders::table
            .filter(orders::customer_id.eq_any(some.to_vec()))
            .filter(orders::kind.eq(Kind::Forwarding))
            .filter(orders::status.eq_any(super::OPEN_FORWARDING))
            .filter(orders::placed_by.ne(Actor::Anyone.name()))
            .order(orders::id)
            .select((orders::customer_id, orders::id))
            .load(tx.conn)?;
        // The later one of the same customer stays.
        found.extend(rows);
    }
    Ok(found)
}

pub fn set_status(tx: &mut Tx, ids: &[OrderId], status: Status) -> Result<()> {
    for some in ids.chunks(AT_ONCE) {
        diesel::update(orders::table.filter(orders::id.eq_any(some.to_vec())))
            .set(orders::status.eq(status))
            .execute(tx.conn)?;
    }
    Ok(())
}

pub fn insert_events(tx: &mut Tx, written: &[Written]) -> Result<()> {
    let actor = tx.by.name();
    let rows: Vec<Vec<Value<'_>>> = written
        .iter()
        .map(|event| {
            vec![
                Value::text(EntryId::new().to_string()),
                Value::text(event.order_id.as_str()),
                Value::Moment(Some(event.at.unwrap_or(tx.now))),
                Value::Moment(Some(tx.now)),
                Value::text(actor),
                Value::text(event.kind.as_str()),
                Value::text(event.status.as_str()),
                Value::maybe(event.place.as_deref()),
                Value::text(&event.data),
            ]
        })
        .collect();
    batch::write(
        tx.conn,
        "INSERT INTO events (id, order_id, at, recorded_at, actor, kind, status, place, data) VALUES",
        &rows,
        "",
    )?;
    Ok(())
}
