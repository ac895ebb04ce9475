//! Many orders in one operation: locked together, moved in memory, written together.

use std::collections::BTreeMap;

use super::events::Written;
use super::rules::{self, Event};
use super::store::many as store;
use super::{Entry, Order, Status, wrong_status};
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
