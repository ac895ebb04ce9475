//! A truck arrives: scan by scan or all at once, freight by actual weight, one message per customer.

use std::collections::{BTreeMap, HashMap};

use super::lock;
use super::rules::{self, Outcome, Status};
use super::scan::{self, Scanned};
use super::store::{self, Shipment};
use crate::branches::{self, Branch};
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::ids::ParcelId;
use crate::orders::{self, Entry, EventKind, Order};
use crate::parcels::{self, Parcel};

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
/// nothing scanned is on this truck; `validation_failed` for a weight that belongs to nothing scanned.
pub fn arrive(tx: &mut Tx, code: &str, arrival: &Arrival) -> Result<Unloaded> {
    let mut shipment = lock(tx, code)?;
    refuse_impossible(&shipment, arrival)?;
    let scans = match &arrival.barcodes {
        Some(barcodes) => scan::look_up(tx, barcodes)?,
        None => whole_load(tx, &shipment)?,
    };
    let judge = |parcel: &Parcel| rules::arrive(parcel.status, parcel.shipment_id.as_ref() == Some(&shipment.id));
    let (mut results, mut orders) = scan::judge(tx, scans, judge, Outcome::Arrived, Outcome::AlreadyArrived)?;
    refuse_strangers(&shipment, &results)?;
    let weights_g = weights_by_parcel(tx, arrival, &results)?;
    let branch = branches::get(tx, &shipment.to_branch_id)?;
    let mut arrived: BTreeMap<ParcelId, Parcel> = BTreeMap::new();
    for result in &mut results {
        unload_one(tx, &branch, &weights_g, result, &mut arrived)?;
    }
    if shipment.status == Status::Departed {
        shipment.status = Status::Arrived;
        shipment.arrived_at = Some(tx.now);
        store::update(tx, &shipment)?;
    }
    let mut ready = Vec::new();
    for (id, order) in &mut orders {
        let mut of_order: Vec<_> = arrived.values_mut().filter(|parcel| parcel.order_id.as_ref() == Some(id)).collect();
        if !of_order.is_empty() && bring_in(tx, order, &mut of_order, &branch)? {
            ready.push(order.clone());
        }
    }
    for result in &mut results {
        if let Some(settled) = result.parcel.as_ref().and_then(|parcel| arrived.get(&parcel.id)) {
            result.parcel = Some(settled.clone());
        }
    }
    parcels::ready::welcome(tx, ready, Some(&branch))?;
    super::audit_scan(tx, "shipment.arrived", &shipment, &results)?;
    let mut missing = parcels::of_shipment(tx, &shipment.id)?;
    missing.retain(|parcel| matches!(parcel.status, parcels::Status::InTransit | parcels::Status::HeldByCustoms));
    Ok(Unloaded { shipment, results, missing })
}

/// Everything that was loaded, as if it had been scanned.
fn whole_load(tx: &mut Tx, shipment: &Shipment) -> Result<Vec<(String, Option<Parcel>)>> {
    let mut load = parcels::of_shipment(tx, &shipment.id)?;
    // What was reported lost is not found by nobody scanning it.
    load.retain(|parcel| !matches!(parcel.status, parcels::Status::Lost | parcels::Status::Returned));
    Ok(load.into_iter().map(|parcel| (parcel.barcode.clone(), Some(parcel))).collect())
}

/// Weights by parcel. A weight that belongs to nothing scanned is a typing mistake, and somebody would pay for it.
fn weights_by_parcel(tx: &mut Tx, arrival: &Arrival, results: &[Scanned]) -> Result<HashMap<ParcelId, i64>> {
    let mut weights_g = HashMap::new();
    for (barcode, weight_g) in &arrival.weights_g {
        let weighed = parcels::scanned(tx, barcode)?.map(|parcel| parcel.id);
        let is_scanned = |id: &ParcelId| results.iter().any(|scan| scan.parcel.as_ref().is_some_and(|p| p.id == *id));
        match weighed.filter(is_scanned) {
            Some(id) => weights_g.insert(id, *weight_g),
            None => return Problem::field(format!("/weights/{barcode}"), "is not one of the scanned parcels").fail(),
        };
    }
    Ok(weights_g)
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

/// Writes one arrived parcel into `arrived`.
fn unload_one(
    tx: &mut Tx,
    branch: &Branch,
    weights_g: &HashMap<ParcelId, i64>,
    result: &mut Scanned,
    arrived: &mut BTreeMap<ParcelId, Parcel>,
) -> Result<()> {
    let Some(parcel) = &mut result.parcel else { return Ok(()) };
    if result.outcome != Outcome::Arrived {
        return Ok(());
    }
    let before = parcel.status;
    parcel.status = parcels::Status::Arrived;
    parcel.arrived_at = Some(tx.now);
    parcel.branch_id = Some(branch.id.clone());
    if let Some(weight_g) = weights_g.get(&parcel.id) {
        parcel.weight_g = Some(*weight_g);
    }
    parcels::save(tx, parcel, before)?;
    arrived.insert(parcel.id.clone(), parcel.clone());
    Ok(())
}

/// Brings an order as far as its parcels now are; tells whether it became ready by this.
fn bring_in(tx: &mut Tx, order: &mut Order, arrived: &mut [&mut Parcel], branch: &Branch) -> Result<bool> {
    if order.status != orders::Status::Cancelled {
        for parcel in arrived {
            parcels::freight::charge(tx, order, parcel)?;
        }
    }
    let of_order = parcels::of_order(tx, &order.id)?;
    let here = of_order
        .iter()
        .filter(|parcel| matches!(parcel.status, parcels::Status::Arrived | parcels::Status::PickedUp))
        .count();
    let entry =
        Entry::new(EventKind::ParcelArrived).with("arrived", here).with("total", of_order.len()).place(&branch.city);
    parcels::follow(tx, order, Some(entry))
}
