//! An order became ready: its customer is told, once, where it lies and what is to pay.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDateTime};

use super::store;
use crate::branches::{self, Branch};
use crate::db::Tx;
use crate::error::Result;
use crate::notifications::{self, Fact, Occasion};
use crate::orders::{self, Order};
use crate::proofs;
use crate::quotes;

/// Sets where and how long orders wait for their customers, and writes one message for each customer with all codes and
/// one sum. `arrived_at` is the branch that the parcels reached; without it, they lie where they were expected.
///
/// # Errors
/// Those of the database.
pub fn welcome(tx: &mut Tx, ready: Vec<Order>, arrived_at: Option<&Branch>) -> Result<()> {
    let mut by_customer: BTreeMap<_, Vec<Order>> = BTreeMap::new();
    for mut order in ready {
        if let Some(branch) = arrived_at {
            orders::move_to(tx, &mut order, branch)?;
        }
        let until = free_until(tx, &order)?;
        orders::set_free_storage(tx, &mut order, until)?;
        if has_news(tx, &order)? {
            orders::mark_announced(tx, &mut order)?;
            let key = (order.phone.clone(), order.email.clone(), order.language.clone(), order.pickup_point_id.clone());
            by_customer.entry(key).or_default().push(order);
        }
    }
    by_customer.into_values().try_for_each(|orders| tell(tx, &orders))
}

/// Whether something lies there that the customer was not told of: a mistake put right is no news.
fn has_news(tx: &mut Tx, order: &Order) -> Result<bool> {
    let Some(told_at) = order.announced_at else { return Ok(true) };
    Ok(store::of_order(tx, &order.id)?.iter().any(|parcel| parcel.arrived_at.is_some_and(|at| at > told_at)))
}

/// Until when storage is free from now on.
pub(super) fn free_until(tx: &mut Tx, order: &Order) -> Result<NaiveDateTime> {
    let terms = quotes::freight_terms(tx, &order.id, &order.pickup_point_id)?;
    let days = Days::new(u64::try_from(terms.tariff.free_storage_days).unwrap_or(0));
    Ok(tx.now.checked_add_days(days).unwrap_or(tx.now))
}

fn tell(tx: &mut Tx, orders: &[Order]) -> Result<()> {
    let Some(first) = orders.first() else { return Ok(()) };
    let branch = branches::get(tx, &first.pickup_point_id)?;
    let codes: Vec<_> = orders.iter().map(|order| order.code.as_str()).collect();
    let pin = proofs::assign(tx, orders.iter().map(|order| &order.id))?;
    let total: i64 = orders.iter().map(|order| order.balance_tyiyn.max(0)).sum();
    let free_until = orders.iter().filter_map(|order| order.free_storage_until).min().unwrap_or(tx.now);
    // The version of the first order names this readiness for ever: it grows with every change.
    let fact_id = format!("{}:{}", first.id, first.version);
    notifications::enqueue(
        tx,
        &orders::recipient(first),
        Occasion::OrderArrived,
        &fact_id,
        &[
            ("codes", Fact::text(codes.join(", "))),
            ("count", Fact::Number(i64::try_from(codes.len()).unwrap_or(i64::MAX))),
            ("total", Fact::Number(total)),
            ("branch", Fact::text(&branch.name)),
            ("address", Fact::text(&branch.address)),
            ("hours", Fact::text(&branch.hours)),
            ("free_until", Fact::Time(free_until)),
            ("pin", Fact::Secret(pin)),
        ],
    )
}
