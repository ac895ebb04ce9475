//! Parcels go on a truck, come off again, and leave with it.

use std::collections::{BTreeMap, HashMap};

use super::rules::{self, Action, Outcome, Status};
use super::scan::{self, Purpose, Scan, Scanned};
use super::store::{self, Shipment};
use super::{entry, expect, lock, road};
use crate::audit;
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::ids::OrderId;
use crate::orders::{Bulk, Entry, EventKind, Order};
use crate::parcels::{self, Parcel, bulk};

/// Loads parcels; each barcode gets its own answer, and scanning one twice does no harm.
///
/// # Errors
/// `wrong_status` unless the shipment is loading; `validation_failed` for a scan in the future.
pub fn load(tx: &mut Tx, code: &str, scans: &[Scan]) -> Result<Vec<Scanned>> {
    let shipment = lock(tx, code)?;
    expect(&shipment, Status::Loading)?;
    let judge = |parcel: &Parcel| {
        let lies_here = parcel.branch_id.is_some() && parcel.branch_id == shipment.from_branch_id;
        let is_on_this_truck = parcel.shipment_id.as_ref() == Some(&shipment.id);
        rules::load(parcel.status, is_on_this_truck, shipment.from_branch_id.is_some(), lies_here)
    };
    let (shipment, wanted, already) = (&shipment, Outcome::Loaded, Outcome::AlreadyLoaded);
    let purpose = Purpose { action: Action::Load, shipment, judge: &judge, wanted, already };
    let mut results = purpose.read(tx, scans)?;
    let mut to_load: Vec<_> = results.iter_mut().filter(|scan| scan.is_new(wanted)).collect();
    let mut orders = purpose.settle(tx, &mut to_load)?;
    to_load.retain_mut(|scan| scan.outcome == wanted && !stays(shipment, scan, &orders));
    let befores: Vec<_> = to_load.iter().filter_map(|scan| Some(scan.parcel.as_ref()?.status)).collect();
    let mut entries = Entries::default();
    for scan in &mut to_load {
        let Some(parcel) = &mut scan.parcel else { continue };
        parcel.status = parcels::Status::Packed;
        parcel.shipment_id = Some(shipment.id.clone());
        scan.reason = elsewhere(shipment, parcel, &orders);
        let packed = parcels::entry(EventKind::ParcelPacked, parcel).with("shipment", shipment.code.as_str());
        entries.add(parcel, packed.at(scan.scan.at.unwrap_or(tx.now)));
    }
    write(tx, &to_load, &befores, &mut orders, &entries)?;
    purpose.remember(tx, results.iter())?;
    scan::record(tx, "shipment.loaded", shipment, &results)?;
    Ok(results)
}

/// A parcel that lies where its customer picks it up is not carried away from there.
fn stays(shipment: &Shipment, scan: &mut Scanned, orders: &BTreeMap<OrderId, Order>) -> bool {
    let order = scan.parcel.as_ref().and_then(|parcel| orders.get(parcel.order_id.as_ref()?));
    let stays = order.is_some_and(|order| shipment.from_branch_id.as_ref() == Some(&order.pickup_point_id));
    if stays {
        scan.outcome = Outcome::Refused;
        scan.reason = Some("it lies where its customer picks it up".to_owned());
    }
    stays
}

/// What to say of a parcel that goes another way than its order.
fn elsewhere(shipment: &Shipment, parcel: &Parcel, orders: &BTreeMap<OrderId, Order>) -> Option<String> {
    let order = orders.get(parcel.order_id.as_ref()?)?;
    let goes_elsewhere = order.pickup_point_id != shipment.to_branch_id;
    goes_elsewhere.then(|| format!("order {} is picked up at another branch than this truck goes to", order.code))
}

/// Takes parcels off again before departure; each goes back to where it lay.
///
/// # Errors
/// `wrong_status` unless the shipment is loading; `validation_failed` for a scan in the future.
pub fn unload(tx: &mut Tx, code: &str, scans: &[Scan]) -> Result<Vec<Scanned>> {
    let shipment = lock(tx, code)?;
    expect(&shipment, Status::Loading)?;
    let judge = |parcel: &Parcel| rules::unload(parcel.status, parcel.shipment_id.as_ref() == Some(&shipment.id));
    let (shipment, wanted, already) = (&shipment, Outcome::Unloaded, Outcome::NotLoaded);
    let purpose = Purpose { action: Action::Unload, shipment, judge: &judge, wanted, already };
    let mut results = purpose.read(tx, scans)?;
    let mut to_unload: Vec<_> = results.iter_mut().filter(|scan| scan.is_new(wanted)).collect();
    let mut orders = purpose.settle(tx, &mut to_unload)?;
    to_unload.retain(|scan| scan.outcome == wanted);
    let befores = vec![parcels::Status::Packed; to_unload.len()];
    let mut entries = Entries::default();
    for scan in &mut to_unload {
        let Some(parcel) = &mut scan.parcel else { continue };
        parcel.status = rules::off_the_truck(parcel.arrived_at.is_some());
        parcel.shipment_id = None;
        let off = parcels::entry(EventKind::Correction, parcel);
        entries.add(parcel, off.at(scan.scan.at.unwrap_or(tx.now)));
    }
    write(tx, &to_unload, &befores, &mut orders, &entries)?;
    purpose.remember(tx, results.iter())?;
    scan::record(tx, "shipment.unloaded", shipment, &results)?;
    Ok(results)
}

/// Timeline entries by order, in the sequence of the scans.
#[derive(Default)]
struct Entries(HashMap<OrderId, Vec<Entry>>);

impl Entries {
    fn add(&mut self, parcel: &Parcel, entry: Entry) {
        if let Some(order) = &parcel.order_id {
            self.0.entry(order.clone()).or_default().push(entry);
        }
    }
}

/// Writes parcels that were loaded or taken off, and what their orders become by it.
fn write(
    tx: &mut Tx,
    scans: &[&mut Scanned],
    befores: &[parcels::Status],
    orders: &mut BTreeMap<OrderId, Order>,
    entries: &Entries,
) -> Result<()> {
    let parcels = scans.iter().filter_map(|scan| scan.parcel.as_ref());
    bulk::save_all(tx, bulk::ON_A_TRUCK, &parcels.zip(befores.iter().copied()).collect::<Vec<_>>())?;
    let mut writing = Bulk::default();
    bulk::follow_all(tx, &mut writing, orders, |order, _| entries.0.get(&order.id).cloned().unwrap_or_default())?;
    writing.write(tx, orders.values())
}

/// The truck leaves; its parcels are on the road.
///
/// # Errors
/// `wrong_status` unless it is loading; `validation_failed` when it is empty.
pub fn depart(tx: &mut Tx, code: &str, seal_number: Option<&str>) -> Result<Shipment> {
    let mut shipment = lock(tx, code)?;
    expect(&shipment, Status::Loading)?;
    // Nobody loads or unloads while the truck is locked, so these are its orders.
    let mut orders = parcels::bulk::lock_orders_on(tx, &shipment.id, parcels::Status::Packed)?;
    if parcels::bulk::depart(tx, &shipment.id)? == 0 {
        return Problem::new(Slug::ValidationFailed, format!("Shipment {code} is empty: load parcels first.")).fail();
    }
    shipment.status = Status::Departed;
    shipment.departed_at = Some(tx.now);
    shipment.seal_number = seal_number.map(str::to_owned).or(shipment.seal_number);
    store::update(tx, &shipment)?;
    road::plan_from_departure(tx, &shipment)?;
    let mut writing = Bulk::default();
    let departed = |_: &Order, standings: &[parcels::Standing]| {
        let is_on_board = standings.iter().any(|standing| standing.status == parcels::Status::InTransit);
        is_on_board.then(|| entry(EventKind::ShipmentDeparted, &shipment)).into_iter().collect()
    };
    bulk::follow_all(tx, &mut writing, &mut orders, departed)?;
    writing.write(tx, orders.values())?;
    audit::record(
        tx,
        "shipment.departed",
        &shipment.code,
        serde_json::json!({"departed_at": tx.now.and_utc(), "seal_number": shipment.seal_number}),
    )?;
    Ok(shipment)
}
