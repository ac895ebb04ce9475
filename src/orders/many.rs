//! Many orders in one operation: locked together, moved in memory, written together.

use std::collections::{BTreeMap, HashMap};

use super::events::Written;
use super::rules::{self, Event};
use super::store::many as store;
use super::{Entry, EventKind, Order, Status, wrong_status};
use crate::audit;
use crate::branches;
use crate::customers::Customer;
use crate::db::Tx;
use crate::error::Result;
use crate::ids::{CustomerId, OrderId};

/// Orders by their identifiers, for reading.
///
/// # Errors
/// Those of the database.
pub fn by_ids(tx: &mut Tx, ids: &[OrderId]) -> Result<Vec<Order>> {
    store::by_ids(tx, ids)
}

/// Holds orders until the transaction ends, in the sequence of their identifiers.
///
/// # Errors
/// Those of the database.
pub fn lock_many(tx: &mut Tx, ids: &[OrderId]) -> Result<BTreeMap<OrderId, Order>> {
    store::lock(tx, ids)
}

/// [`super::open_forwarding`] of many customers.
///
/// # Errors
/// Those of the database.
pub fn open_forwarding_of(tx: &mut Tx, customers: &[CustomerId]) -> Result<BTreeMap<CustomerId, OrderId>> {
    store::open_forwarding(tx, customers)
}

/// Begins a forwarding order for each of these customers, who are locked and have none open.
///
/// # Errors
/// `validation_failed` when there is no pickup point yet.
pub fn place_forwarding(tx: &mut Tx, customers: &[&Customer]) -> Result<BTreeMap<OrderId, Order>> {
    if customers.is_empty() {
        return Ok(BTreeMap::new());
    }
    let pickup_point = branches::find_pickup_point(tx, None, "/pickup_point")?;
    let ids = store::insert_forwarding(tx, customers, &pickup_point.id)?;
    let placed = store::by_ids(tx, &ids)?;
    let written: Vec<Written> =
        placed.iter().map(|order| Written::of(order, Entry::new(EventKind::OrderRequested))).collect();
    store::insert_events(tx, &written)?;
    let codes: HashMap<_, _> = customers.iter().map(|customer| (&customer.id, &customer.client_code)).collect();
    let line = |order: &Order| {
        let detail = serde_json::json!({"kind": order.kind, "client_code": codes.get(&order.customer_id)});
        ("order.placed", order.code.clone(), detail.to_string())
    };
    let trail: Vec<_> = placed.iter().map(line).collect();
    audit::record_many(tx, &trail)?;
    Ok(placed.into_iter().map(|order| (order.id.clone(), order)).collect())
}

/// Steps and timeline entries of locked orders, kept until they are written together.
#[derive(Default)]
pub struct Batch {
    entries: Vec<Written>,
    moved: BTreeMap<OrderId, Status>,
}

impl Batch {
    /// [`super::advance`]: the same rules, written later.
    ///
    /// # Errors
    /// `wrong_status`, naming the status and what can follow it.
    pub fn advance(&mut self, order: &mut Order, event: Event, entry: Entry) -> Result<()> {
        order.status = rules::next(order.status, event).map_err(|legal| wrong_status(order, &legal))?;
        self.moved.insert(order.id.clone(), order.status);
        self.note(order, entry);
        Ok(())
    }

    /// [`super::note`]: written later.
    pub fn note(&mut self, order: &Order, entry: Entry) {
        self.entries.push(Written::of(order, entry));
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn write(self, tx: &mut Tx) -> Result<()> {
        let mut by_status: BTreeMap<Status, Vec<OrderId>> = BTreeMap::new();
        for (id, status) in self.moved {
            by_status.entry(status).or_default().push(id);
        }
        for (status, ids) in by_status {
            store::set_status(tx, &ids, status)?;
        }
        store::insert_events(tx, &self.entries)
    }
}
