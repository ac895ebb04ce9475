//! A truck arrives: scan by scan or all at once, freight by actual weight, one message per customer.

use std::collections::{BTreeMap, HashMap};

use chrono::{Days, NaiveDateTime};

use super::rules::{self, Outcome, Status};
use super::store::{self, Shipment};
use super::{Scanned, in_lock_order, lock, unknown_scan};
use crate::branches::{self, Branch};
use crate::db::Tx;
use crate::error::{Error, Problem, Result, Slug};
use crate::ids::OrderId;
use crate::ledger::{self, Account};
use crate::notifications::{self, Fact, Occasion};
use crate::orders::{self, Entry, EventKind, Order};
use crate::parcels::{self, Parcel};
use crate::quotes;

/// What was unloaded.
#[derive(Clone, Debug, Default)]
pub struct Arrival {
    /// Scanned barcodes; none means the whole load.
    pub barcodes: Option<Vec<String>>,
    /// Weights taken at the pickup point, grams, by barcode; others keep the weight of the China warehouse.
    pub weights_g: HashMap<String, i64>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Unloaded {
    /// The truck.
    pub shipment: Shipment,
    /// One per barcode.
    pub results: Vec<Scanned>,
    /// Loaded but not seen yet.
    pub missing: Vec<Parcel>,
}

/// Unloads a truck, or a part of it. What is missing stays on the road and may be scanned later.
///
/// # Errors
/// `wrong_status` before departure; `already_arrived` for a second arrival of the whole load; `not_on_shipment` when
/// nothing scanned is on this truck.
pub fn arrive(tx: &mut Tx, code: &str, arrival: &Arrival) -> Result<Unloaded> {
    let mut shipment = lock(tx, code)?;
    refuse_impossible(&shipment, arrival)?;
    let load = parcels::of_shipment(tx, &shipment.id)?;
    let mut results = match &arrival.barcodes {
        None => load.iter().map(|parcel| scan(&parcel.barcode, Some(parcel.clone()), &shipment)).collect(),
        Some(barcodes) => barcodes
            .iter()
            .map(|barcode| Ok(scan(barcode, parcels::scanned(tx, barcode)?, &shipment)))
            .collect::<Result<Vec<_>>>()?,
    };
    refuse_strangers(&shipment, &results)?;
    let mut touched: BTreeMap<OrderId, Vec<Parcel>> = BTreeMap::new();
    let branch = branches::get(tx, &shipment.to_branch_id)?;
    for result in &mut results {
        settle_one(tx, &branch, arrival, result, &mut touched)?;
    }
    if shipment.status == Status::Departed {
        shipment.status = Status::Arrived;
        shipment.arrived_at = Some(tx.now);
        store::update(tx, &shipment)?;
    }
    let mut ready = Vec::new();
    for order in in_lock_order(touched.keys().cloned().collect()) {
        let arrived = touched.remove(&order).unwrap_or_default();
        ready.extend(bring_in(tx, &order, &arrived, &branch)?);
    }
    announce(tx, ready, &branch)?;
    super::audit_scan(tx, "shipment.arrived", &shipment, &results)?;
    let missing = parcels::of_shipment(tx, &shipment.id)?
        .into_iter()
        .filter(|parcel| matches!(parcel.status, parcels::Status::InTransit | parcels::Status::HeldByCustoms))
        .collect();
    Ok(Unloaded { shipment, results, missing })
}

fn refuse_impossible(shipment: &Shipment, arrival: &Arrival) -> Result<()> {
    match shipment.status {
        Status::Loading => super::expect(shipment, Status::Departed),
        // On a truck that has arrived, "the whole load" would silently find the parcels that are missing.
        Status::Arrived if arrival.barcodes.is_none() => {
            let at = shipment.arrived_at.map(|at| at.and_utc().to_rfc3339());
            Problem::new(
                Slug::AlreadyArrived,
                format!("Shipment {} has arrived already; nothing was changed.", shipment.code),
            )
            .with("arrived_at", at)
            .fail()
        }
        Status::Departed | Status::Arrived => Ok(()),
    }
}

fn scan(barcode: &str, parcel: Option<Parcel>, shipment: &Shipment) -> Scanned {
    let Some(parcel) = parcel else { return unknown_scan(barcode) };
    let outcome = rules::arrive(parcel.status, parcel.shipment_id.as_ref() == Some(&shipment.id));
    let reason = rules::why_not(outcome, parcel.status);
    Scanned { barcode: barcode.to_owned(), outcome, reason, parcel: Some(parcel) }
}

fn refuse_strangers(shipment: &Shipment, results: &[Scanned]) -> Result<()> {
    let is_strange = |scan: &Scanned| matches!(scan.outcome, Outcome::Unexpected | Outcome::Unknown);
    if results.is_empty() || !results.iter().all(is_strange) {
        return Ok(());
    }
    let barcodes: Vec<_> = results.iter().map(|scan| scan.barcode.clone()).collect();
    Problem::new(
        Slug::NotOnShipment,
        format!("None of the scanned parcels was loaded on {}; nothing was changed.", shipment.code),
    )
    .with("unexpected", barcodes)
    .fail()
}

/// Writes one arrived parcel. A barcode that is scanned twice in one call is found arrived the second time.
fn settle_one(
    tx: &mut Tx,
    branch: &Branch,
    arrival: &Arrival,
    result: &mut Scanned,
    touched: &mut BTreeMap<OrderId, Vec<Parcel>>,
) -> Result<()> {
    let Some(parcel) = &mut result.parcel else { return Ok(()) };
    if result.outcome != Outcome::Arrived {
        return Ok(());
    }
    let before = parcel.status;
    parcel.status = parcels::Status::Arrived;
    parcel.arrived_at = Some(tx.now);
    parcel.branch_id = Some(branch.id.clone());
    let weighed = [Some(&result.barcode), Some(&parcel.barcode), parcel.tracking_number.as_ref()];
    if let Some(weight_g) = weighed.into_iter().flatten().find_map(|name| arrival.weights_g.get(name)) {
        parcel.weight_g = Some(*weight_g);
    }
    let order = match &parcel.order_id {
        Some(order) => order.clone(),
        None => return Ok(()),
    };
    let (tariff, dollar) = quotes::freight_terms(tx, &order)?;
    let weight_g = parcel.weight_g.unwrap_or(tariff.min_weight_g);
    parcel.freight_tyiyn = tariff.freight_tyiyn(weight_g, dollar, tx.firm.rounding_step_tyiyn);
    if parcel.freight_tyiyn.is_none() {
        return Err(Error::Startup(format!("the freight of parcel {} does not fit", parcel.barcode)));
    }
    if parcels::save(tx, parcel, before)? {
        touched.entry(order).or_default().push(parcel.clone());
    } else {
        result.outcome = Outcome::AlreadyArrived;
        result.reason = rules::why_not(Outcome::AlreadyArrived, parcel.status);
    }
    Ok(())
}

/// Brings an order as far as its parcels now are; returns it when it became ready and was not announced before.
fn bring_in(tx: &mut Tx, order: &OrderId, arrived: &[Parcel], branch: &Branch) -> Result<Option<Order>> {
    let mut order = orders::lock_id(tx, order)?;
    if order.status != orders::Status::Cancelled {
        for parcel in arrived {
            charge_freight(tx, &mut order, parcel)?;
        }
    }
    let of_order = parcels::of_order(tx, &order.id)?;
    let here = of_order
        .iter()
        .filter(|parcel| matches!(parcel.status, parcels::Status::Arrived | parcels::Status::PickedUp))
        .count();
    let entry =
        Entry::new(EventKind::ParcelArrived).with("arrived", here).with("total", of_order.len()).place(&branch.city);
    if !parcels::follow(tx, &mut order, Some(entry))? {
        return Ok(None);
    }
    orders::move_to(tx, &mut order, branch)?;
    let until = free_until(tx, &order)?;
    orders::set_free_storage(tx, &mut order, until)?;
    Ok(orders::mark_announced(tx, &mut order)?.then_some(order))
}

fn charge_freight(tx: &mut Tx, order: &mut Order, parcel: &Parcel) -> Result<()> {
    let freight = parcel.freight_tyiyn.unwrap_or(0);
    if freight == 0 {
        return Ok(());
    }
    let order_id = order.id.clone();
    let entry = ledger::Entry {
        order_id: &order_id,
        kind: ledger::Kind::Freight,
        idempotency_key: format!("freight:{}", parcel.id),
        reverses: None,
        postings: vec![
            (Account::Receivable(order.code.clone()).to_string(), freight),
            (Account::Freight.to_string(), -freight),
        ],
    };
    orders::post(tx, order, entry)?;
    let entry = parcels::entry(EventKind::FreightCharged, parcel)
        .with("weight_g", parcel.weight_g)
        .with("freight_tyiyn", freight);
    orders::note(tx, order, entry)
}

fn free_until(tx: &mut Tx, order: &Order) -> Result<NaiveDateTime> {
    let (tariff, _) = quotes::freight_terms(tx, &order.id)?;
    let days = Days::new(u64::try_from(tariff.free_storage_days).unwrap_or(0));
    Ok(tx.now.checked_add_days(days).unwrap_or(tx.now))
}

/// One message for each customer who has something ready, with all codes and one sum.
fn announce(tx: &mut Tx, ready: Vec<Order>, branch: &Branch) -> Result<()> {
    let mut by_customer: BTreeMap<(String, Option<String>, String), Vec<Order>> = BTreeMap::new();
    for order in ready {
        let key = (order.phone.clone(), order.email.clone(), order.language.clone());
        by_customer.entry(key).or_default().push(order);
    }
    for orders in by_customer.values() {
        let Some(first) = orders.first() else { continue };
        let codes: Vec<_> = orders.iter().map(|order| order.code.as_str()).collect();
        let total: i64 = orders.iter().map(|order| order.balance_tyiyn.max(0)).sum();
        let free_until = orders.iter().filter_map(|order| order.free_storage_until).min().unwrap_or(tx.now);
        // The first order's announcement happens once in its life, so its identifier names this message for ever.
        notifications::enqueue(
            tx,
            &orders::recipient(first),
            Occasion::OrderArrived,
            first.id.as_str(),
            &[
                ("codes", Fact::text(codes.join(", "))),
                ("count", Fact::Number(i64::try_from(codes.len()).unwrap_or(i64::MAX))),
                ("total", Fact::Number(total)),
                ("branch", Fact::text(&branch.name)),
                ("address", Fact::text(&branch.address)),
                ("hours", Fact::text(&branch.hours)),
                ("free_until", Fact::Time(free_until)),
            ],
        )?;
    }
    Ok(())
}
