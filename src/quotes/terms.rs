//! What freight of an order is charged by.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use rust_decimal::Decimal;

use super::store::{self, Quote};
use crate::branches;
use crate::db::Tx;
use crate::error::Result;
use crate::ids::{BranchId, EntryId, OrderId};
use crate::money::{Currency, Rate, round_to_step};
use crate::rates;
use crate::tariffs::{self, Charge, Route, SizeMm, Tariff, Wanted};

/// What freight of an order is charged by.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The price list.
    pub tariff: Tariff,
    /// Som for a dollar; one where the tariff is in som.
    pub dollar: Rate,
}

impl Terms {
    /// Freight of one weight; `None` when the sum does not fit.
    pub fn charge(&self, weight_g: i64, size: Option<SizeMm>, step_tyiyn: i64) -> Option<Charge> {
        self.tariff.charge(weight_g, size, self.dollar, step_tyiyn)
    }
}

/// The tariff and dollar rate that freight of an order is charged by: those its accepted quote was counted at, else
/// today's for its pickup point. The age of a rate refuses a quote, never a truck that stands at the door.
///
/// # Errors
/// `rate_stale` when no dollar rate is known at all.
pub fn freight_terms(tx: &mut Tx, order_id: &OrderId, pickup_point: &BranchId) -> Result<Terms> {
    match store::accepted(tx, order_id)? {
        Some(quote) => {
            let (tariff_id, dollar) = pinned(&quote)?;
            Ok(Terms { tariff: tariffs::get(tx, &tariff_id)?, dollar })
        }
        None => of_today(tx, pickup_point),
    }
}

/// The same for many orders, each with its pickup point.
///
/// # Errors
/// `rate_stale` when no dollar rate is known at all.
pub fn freight_terms_of(tx: &mut Tx, orders: &[(OrderId, BranchId)]) -> Result<BTreeMap<OrderId, Rc<Terms>>> {
    let ids: Vec<_> = orders.iter().map(|(id, _)| id.clone()).collect();
    let mut terms = BTreeMap::new();
    let mut known: HashMap<(EntryId, String), Rc<Terms>> = HashMap::new();
    for quote in store::accepted_of(tx, &ids)? {
        let (tariff_id, dollar) = pinned(&quote)?;
        let key = (tariff_id, dollar.to_string());
        if !known.contains_key(&key) {
            let tariff = tariffs::get(tx, &key.0)?;
            known.insert(key.clone(), Rc::new(Terms { tariff, dollar }));
        }
        terms.extend(known.get(&key).map(|shared| (quote.order_id, shared.clone())));
    }
    let mut today: HashMap<&BranchId, Rc<Terms>> = HashMap::new();
    for (id, pickup_point) in orders {
        if terms.contains_key(id) {
            continue;
        }
        if !today.contains_key(pickup_point) {
            today.insert(pickup_point, Rc::new(of_today(tx, pickup_point)?));
        }
        terms.extend(today.get(pickup_point).map(|shared| (id.clone(), shared.clone())));
    }
    Ok(terms)
}

/// The tariff of a quote and its dollar. A tariff in som pins no dollar, and needs none.
fn pinned(quote: &Quote) -> Result<(EntryId, Rate)> {
    let details = quote.details()?;
    let pinned = details.rates.iter().find(|rate| rate.currency == Currency::Usd).map(|rate| rate.rate);
    Ok((details.tariff_id, pinned.unwrap_or(Rate::ONE)))
}

/// What a day of storage beyond the free ones costs for each parcel of an order, tyiyn, by the same tariff as its
/// freight, in whole som like all that customers pay. Where no tariff is in force any more, storage costs nothing.
///
/// # Errors
/// Those of the database.
pub fn storage_fee_tyiyn(tx: &mut Tx, order_id: &OrderId, pickup_point: &BranchId) -> Result<i64> {
    let tariff = match store::accepted(tx, order_id)? {
        Some(quote) => Some(tariffs::get(tx, &pinned(&quote)?.0)?),
        None => {
            let wanted = wanted_at(tx, pickup_point)?;
            tariffs::find_current(tx, &wanted)?
        }
    };
    let fee_tyiyn = Decimal::from(tariff.map_or(0, |tariff| tariff.storage_fee_tyiyn));
    Ok(round_to_step(fee_tyiyn, tx.firm.rounding_step_tyiyn).unwrap_or(0))
}

fn wanted_at(tx: &mut Tx, pickup_point: &BranchId) -> Result<Wanted> {
    let route = Route { to: Some(branches::get(tx, pickup_point)?.code), ..Route::default() };
    tariffs::wanted(tx, &route, None, "/route/")
}

fn of_today(tx: &mut Tx, pickup_point: &BranchId) -> Result<Terms> {
    let wanted = wanted_at(tx, pickup_point)?;
    let tariff = tariffs::current(tx, &wanted)?;
    let dollar = match tariff.price_currency {
        Currency::Kgs => Rate::ONE,
        _ => rates::latest(tx, Currency::Usd)?,
    };
    Ok(Terms { tariff, dollar })
}
