//! Changes of many locked orders: decided one by one, written together.

use std::collections::{BTreeMap, BTreeSet};

use super::events::Entry;
use super::rules::{self, Event};
use super::store::Order;
use super::store_many::{self, Addressee, NewEvent};
use super::{news, wrong_status};
use crate::db::Tx;
use crate::error::Result;
use crate::ids::OrderId;
use crate::ledger;
use crate::notifications::{self, News};

/// Orders by identifier, held until the transaction ends, and locked always in the same sequence: two clerks whose scans
/// share orders must not wait for each other in a ring.
///
/// # Errors
/// Those of the database.
pub fn lock_ids(tx: &mut Tx, ids: BTreeSet<OrderId>) -> Result<BTreeMap<OrderId, Order>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let locked = store_many::lock_by_ids(tx, &ids.into_iter().collect::<Vec<_>>())?;
    Ok(locked.into_iter().map(|order| (order.id.clone(), order)).collect())
}

/// To whom messages about these orders go.
///
/// # Errors
/// Those of the database.
pub fn addressees(tx: &mut Tx, ids: &[OrderId]) -> Result<BTreeMap<OrderId, Addressee>> {
    Ok(store_many::addressees(tx, ids)?.into_iter().collect())
}

/// What is to be written. Until then the orders and their timelines are ahead of the database.
#[derive(Debug, Default)]
#[must_use = "nothing of it is in the database before it is written"]
pub struct Bulk {
    events: Vec<NewEvent>,
    journals: Vec<ledger::Entry>,
    news: Vec<News<'static>>,
}

impl Bulk {
    /// Writes the timeline of an order without changing its status.
    pub fn note(&mut self, tx: &Tx, order: &Order, entry: &Entry) {
        self.events.push(entry.row_of(order, tx.now));
    }

    /// Moves an order along, as [`super::advance`] does.
    ///
    /// # Errors
    /// `wrong_status`, naming the status and what can follow it.
    pub fn advance(&mut self, tx: &Tx, order: &mut Order, event: Event, entry: &Entry) -> Result<()> {
        order.status = rules::next(order.status, event).map_err(|legal| wrong_status(order, &legal))?;
        self.note(tx, order, entry);
        self.news.extend(news::reached(tx, order));
        Ok(())
    }

    /// Posts a journal for an order, as [`super::post`] does.
    pub fn post(&mut self, order: &mut Order, entry: ledger::Entry) {
        let entry = entry.of_order(&order.id);
        order.balance_tyiyn += entry.change_of(&order.receivable());
        self.journals.push(entry);
    }

    /// Writes it all: journals, timelines, the orders as they are now, and what their customers are told.
    ///
    /// # Errors
    /// Those of the database, and those of [`ledger::post_all`].
    pub fn write<'a>(self, tx: &mut Tx, orders: impl Iterator<Item = &'a Order>) -> Result<()> {
        ledger::post_all(tx, &self.journals)?;
        store_many::update_all(tx, &orders.collect::<Vec<_>>())?;
        store_many::insert_events(tx, &self.events)?;
        notifications::enqueue_all(tx, &self.news)
    }
}
