//! Many orders at once.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::Order;
use crate::code::OrderCode;
use crate::customers::Customer;
use crate::db::batch::{self, Value};
use crate::db::schema::orders;
use crate::db::{self, Tx};
use crate::error::Result;
use crate::ids::{Actor, BranchId, CustomerId, EntryId, OrderId};
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
    db::lock_in_sequence(
        tx.conn,
        "SELECT id FROM orders WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE",
        ids.iter().map(OrderId::as_str).collect(),
    )?;
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

/// Orders for boxes that customers have sent by themselves, for whoever of these has none; gives their identifiers.
pub fn insert_forwarding(tx: &mut Tx, customers: &[&Customer], pickup_point: &BranchId) -> Result<Vec<OrderId>> {
    let (now, placed_by) = (tx.now, tx.by.name());
    let codes: Vec<(OrderId, OrderCode)> =
        customers.iter().map(|_| (OrderId::new(), OrderCode::generate(&tx.firm.code_prefix))).collect();
    let rows = customers.iter().zip(&codes).map(|(customer, (id, code))| {
        let search = format!("{code} {} {}", customer.name, customer.phone).to_lowercase();
        vec![
            Value::text(id.as_str()),
            Value::text(code.as_str()),
            Value::text(Kind::Forwarding.as_str()),
            Value::text(Status::AwaitingParcel.as_str()),
            Value::Number(Some(1)),
            Value::text(placed_by),
            Value::text(customer.id.as_str()),
            Value::text(&customer.name),
            Value::text(&customer.phone),
            Value::maybe(customer.email.as_deref()),
            Value::text(&customer.language),
            Value::text(pickup_point.as_str()),
            Value::Number(Some(0)),
            Value::text(search),
            Value::Moment(Some(now)),
            Value::Moment(Some(now)),
        ]
    });
    batch::write(
        tx.conn,
        "INSERT INTO orders (id, code, kind, status, version, placed_by, customer_id, name, phone, email, language, \
         pickup_point_id, balance_tyiyn, search, created_at, updated_at) VALUES",
        rows,
        "",
    )?;
    Ok(codes.into_iter().map(|(id, _)| id).collect())
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
    let (now, actor) = (tx.now, tx.by.name());
    let rows = written.iter().map(|event| {
        vec![
            Value::text(EntryId::new().to_string()),
            Value::text(event.order_id.as_str()),
            Value::Moment(Some(event.at.unwrap_or(now))),
            Value::Moment(Some(now)),
            Value::text(actor),
            Value::text(event.kind.as_str()),
            Value::text(event.status.as_str()),
            Value::maybe(event.place.as_deref()),
            Value::text(&event.data),
        ]
    });
    batch::write(
        tx.conn,
        "INSERT INTO events (id, order_id, at, recorded_at, actor, kind, status, place, data) VALUES",
        rows,
        "",
    )?;
    Ok(())
}
