//! An order became ready: its customer is told, once, where it lies and what is to pay.

use std::collections::BTreeMap;
use std::rc::Rc;

use chrono::{Days, NaiveDateTime};

use super::store;
use crate::branches::{self, Branch};
use crate::db::Tx;
use crate::error::Result;
use crate::ids::OrderId;
use crate::notifications::{self, Fact, News, Occasion};
use crate::orders::{self, Order};
use crate::proofs;
use crate::quotes::{self, Terms};

/// Sets how long an order that became ready waits for its customer, and tells them, unless nothing lies there that they
/// were not told of: a mistake put right is no news.
///
/// # Errors
/// Those of the database.
pub fn welcome(tx: &mut Tx, order: &mut Order) -> Result<()> {
    let terms = quotes::freight_terms(tx, &order.id, &order.pickup_point_id)?;
    orders::set_free_storage(tx, order, free_until(tx, &terms))?;
    if !has_news(tx, order)? {
        return Ok(());
    }
    orders::mark_announced(tx, order)?;
    let branch = branches::get(tx, &order.pickup_point_id)?;
    let news = news(tx, order, &[], &branch)?;
    notifications::enqueue_all(tx, &[news])
}

/// The same for orders that became ready by what arrived just now at `branch`: one message for each customer, with all
/// codes and one sum. The orders are not written yet.
///
/// # Errors
/// Those of the database.
pub fn welcome_all(
    tx: &mut Tx,
    branch: &Branch,
    terms: &BTreeMap<OrderId, Rc<Terms>>,
    ready: Vec<&mut Order>,
) -> Result<()> {
    let mut by_customer: BTreeMap<_, Vec<&Order>> = BTreeMap::new();
    for order in ready {
        order.free_storage_until = terms.get(&order.id).map(|terms| free_until(tx, terms));
        order.announced_at = Some(tx.now);
        let key = (order.phone.clone(), order.email.clone(), order.language.clone());
        by_customer.entry(key).or_default().push(order);
    }
    let of_customers = by_customer.values().filter_map(|orders| orders.split_first());
    let messages = of_customers.map(|(first, others)| news(tx, first, others, branch)).collect::<Result<Vec<_>>>()?;
    notifications::enqueue_all(tx, &messages)
}

fn has_news(tx: &mut Tx, order: &Order) -> Result<bool> {
    let Some(told_at) = order.announced_at else { return Ok(true) };
    Ok(store::of_order(tx, &order.id)?.iter().any(|parcel| parcel.arrived_at.is_some_and(|at| at > told_at)))
}

/// Until when storage is free from now on.
pub(super) fn free_until(tx: &Tx, terms: &Terms) -> NaiveDateTime {
    let days = Days::new(u64::try_from(terms.tariff.free_storage_days).unwrap_or(0));
    tx.now.checked_add_days(days).unwrap_or(tx.now)
}

fn news(tx: &mut Tx, first: &Order, others: &[&Order], branch: &Branch) -> Result<News<'static>> {
    let orders = || std::iter::once(first).chain(others.iter().copied());
    let codes: Vec<_> = orders().map(|order| order.code.as_str()).collect();
    let total: i64 = orders().map(|order| order.balance_tyiyn.max(0)).sum();
    let free_until = orders().filter_map(|order| order.free_storage_until).min().unwrap_or(tx.now);
    let pin = proofs::assign(tx, orders().map(|order| &order.id))?;
    let facts = vec![
        ("codes", Fact::text(codes.join(", "))),
        ("count", Fact::Number(i64::try_from(codes.len()).unwrap_or(i64::MAX))),
        ("total", Fact::Number(total)),
        ("branch", Fact::text(&branch.name)),
        ("address", Fact::text(&branch.address)),
        ("hours", Fact::text(&branch.hours)),
        ("free_until", Fact::Time(free_until)),
        ("pin", Fact::Secret(pin)),
    ];
    // The version of the first order names this readiness for ever: it grows with every change.
    let fact_id = format!("{}:{}", first.id, first.version);
    Ok(News { to: orders::recipient(first), about: Occasion::OrderArrived, fact_id, facts })
}
