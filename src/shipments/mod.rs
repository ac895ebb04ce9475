//! Shipments: one truck each, from the first parcel loaded to the last one unloaded.

mod arrival;
pub mod http;
pub mod rules;
mod scan;
mod store;

use chrono::NaiveDateTime;

use crate::audit;
use crate::branches;
use crate::clock::bishkek_day;
use crate::counters;
use crate::db::Tx;
use crate::error::{Error, Problem, Result, Slug};
use crate::orders::{self, Entry, EventKind};
use crate::parcels::{self, Parcel};

pub use arrival::{Arrival, arrive};
pub use rules::{CheckpointStatus, Outcome, Status};
pub use scan::Scanned;
pub use store::{Checkpoint, Shipment};

/// A truck to be loaded.
#[derive(Clone, Debug)]
pub struct NewShipment {
    /// Which way it goes: `Guangzhou-Kashgar-Torugart-Bishkek`.
    pub route: String,
    /// Its plates.
    pub vehicle: String,
    /// Number of the consignment note.
    pub cmr_number: Option<String>,
    /// Code or identifier of the branch it goes to.
    pub to_branch: String,
}

/// Opens a shipment for loading.
///
/// # Errors
/// `validation_failed` for an unknown branch.
pub fn open(tx: &mut Tx, new: &NewShipment) -> Result<Shipment> {
    let branch = branches::find(tx, &new.to_branch, "/to_branch")?;
    let year = bishkek_day(tx.now).format("%Y").to_string();
    let number = counters::next(tx, &format!("shipment:{year}"), 1)?;
    let shipment = store::insert(tx, &format!("SH-{year}-{number:04}"), new, &branch.id)?;
    audit::record(
        tx,
        "shipment.opened",
        &shipment.code,
        serde_json::json!({
            "route": shipment.route, "vehicle": shipment.vehicle, "to_branch": branch.code,
        }),
    )?;
    Ok(shipment)
}

/// A shipment by its code.
///
/// # Errors
/// `not_found`.
pub fn find(tx: &mut Tx, code: &str) -> Result<Shipment> {
    store::by_code(tx, code)?.ok_or_else(|| unknown(code))
}

/// The same, held until the transaction ends.
fn lock(tx: &mut Tx, code: &str) -> Result<Shipment> {
    store::lock(tx, code)?.ok_or_else(|| unknown(code))
}

fn unknown(code: &str) -> Error {
    Problem::not_found(format_args!("shipment {code}")).into()
}

/// Shipments, newest first.
///
/// # Errors
/// Bad paging, and those of the database.
pub fn list(tx: &mut Tx, paging: &crate::http::Paging) -> Result<crate::http::Page<Shipment>> {
    let (limit, below) = paging.checked()?;
    let rows = store::page(tx, limit + 1, below.as_deref())?;
    Ok(crate::http::Page::new(rows, limit, |shipment| shipment.id.to_string()))
}

/// What was reported from the road, oldest first.
///
/// # Errors
/// Those of the database.
pub fn checkpoints(tx: &mut Tx, shipment: &Shipment) -> Result<Vec<Checkpoint>> {
    store::checkpoints_of(tx, &shipment.id)
}

fn expect(shipment: &Shipment, expected: Status) -> Result<()> {
    if shipment.status == expected {
        return Ok(());
    }
    let legal: Vec<_> = rules::legal(shipment.status).iter().map(|status| status.as_str()).collect();
    Problem::new(
        Slug::WrongStatus,
        format!("Shipment {} is {}; this call needs it to be {expected}.", shipment.code, shipment.status),
    )
    .with("current", shipment.status.as_str())
    .with("legal", legal)
    .fail()
}

/// Loads parcels; each barcode gets its own answer, and scanning one twice does no harm.
///
/// # Errors
/// `wrong_status` unless the shipment is loading.
pub fn load(tx: &mut Tx, code: &str, barcodes: &[String]) -> Result<Vec<Scanned>> {
    let shipment = lock(tx, code)?;
    expect(&shipment, Status::Loading)?;
    let judge = |parcel: &Parcel| rules::load(parcel.status, parcel.shipment_id.as_ref() == Some(&shipment.id));
    let scans = scan::look_up(tx, barcodes)?;
    let (mut results, mut orders) = scan::judge(tx, scans, judge, Outcome::Loaded, Outcome::AlreadyLoaded)?;
    for scan in results.iter_mut().filter(|scan| scan.outcome == Outcome::Loaded) {
        let Some(parcel) = &mut scan.parcel else { continue };
        parcel.status = parcels::Status::Packed;
        parcel.shipment_id = Some(shipment.id.clone());
        parcels::save(tx, parcel, parcels::Status::Received)?;
        if let Some(order) = parcel.order_id.as_ref().and_then(|id| orders.get_mut(id)) {
            parcels::follow(tx, order, Some(parcels::entry(EventKind::ParcelPacked, parcel)))?;
            if order.pickup_point_id != shipment.to_branch_id {
                scan.reason =
                    Some(format!("order {} is picked up at another branch than this truck goes to", order.code));
            }
        }
    }
    audit_scan(tx, "shipment.loaded", &shipment, &results)?;
    Ok(results)
}

/// Takes parcels off again before departure.
///
/// # Errors
/// `wrong_status` unless the shipment is loading.
pub fn unload(tx: &mut Tx, code: &str, barcodes: &[String]) -> Result<Vec<Scanned>> {
    let shipment = lock(tx, code)?;
    expect(&shipment, Status::Loading)?;
    let judge = |parcel: &Parcel| rules::unload(parcel.status, parcel.shipment_id.as_ref() == Some(&shipment.id));
    let scans = scan::look_up(tx, barcodes)?;
    let (mut results, mut orders) = scan::judge(tx, scans, judge, Outcome::Unloaded, Outcome::NotLoaded)?;
    for scan in results.iter_mut().filter(|scan| scan.outcome == Outcome::Unloaded) {
        let Some(parcel) = &mut scan.parcel else { continue };
        parcel.status = parcels::Status::Received;
        parcel.shipment_id = None;
        parcels::save(tx, parcel, parcels::Status::Packed)?;
        if let Some(order) = parcel.order_id.as_ref().and_then(|id| orders.get_mut(id)) {
            parcels::follow(tx, order, Some(parcels::entry(EventKind::Correction, parcel)))?;
        }
    }
    audit_scan(tx, "shipment.unloaded", &shipment, &results)?;
    Ok(results)
}

fn audit_scan(tx: &mut Tx, action: &str, shipment: &Shipment, results: &[Scanned]) -> Result<()> {
    let scans: Vec<_> =
        results.iter().map(|scan| serde_json::json!({"barcode": scan.barcode, "outcome": scan.outcome})).collect();
    audit::record(tx, action, &shipment.code, scans)
}

/// The truck leaves; its parcels are on the road.
///
/// # Errors
/// `wrong_status` unless it is loading; `validation_failed` when it is empty.
pub fn depart(tx: &mut Tx, code: &str) -> Result<Shipment> {
    let mut shipment = lock(tx, code)?;
    expect(&shipment, Status::Loading)?;
    let seen = parcels::of_shipment(tx, &shipment.id)?;
    let mut orders = parcels::lock_orders(tx, seen.iter())?;
    let mut load = parcels::of_shipment(tx, &shipment.id)?;
    load.retain(|parcel| parcel.status == parcels::Status::Packed);
    if load.is_empty() {
        return Problem::new(Slug::ValidationFailed, format!("Shipment {code} is empty: load parcels first.")).fail();
    }
    shipment.status = Status::Departed;
    shipment.departed_at = Some(tx.now);
    store::update(tx, &shipment)?;
    for parcel in &mut load {
        parcel.status = parcels::Status::InTransit;
        parcels::save(tx, parcel, parcels::Status::Packed)?;
    }
    for (id, order) in &mut orders {
        if load.iter().any(|parcel| parcel.order_id.as_ref() == Some(id)) {
            parcels::follow(tx, order, Some(entry(EventKind::ShipmentDeparted, &shipment)))?;
        }
    }
    audit::record(tx, "shipment.departed", &shipment.code, serde_json::json!({"departed_at": tx.now.and_utc()}))?;
    Ok(shipment)
}

/// News from the road.
#[derive(Clone, Debug)]
pub struct NewCheckpoint {
    /// Where.
    pub place: String,
    /// What.
    pub status: CheckpointStatus,
    /// When it happened; now when not named.
    pub at: Option<NaiveDateTime>,
    /// Anything worth knowing, for staff.
    pub note: Option<String>,
}

/// Writes down news from the road; it reaches the timeline of every order on board.
///
/// # Errors
/// `wrong_status` unless the truck is on the road; `validation_failed` for a time in the future.
pub fn report(tx: &mut Tx, code: &str, new: &NewCheckpoint) -> Result<(Shipment, Checkpoint)> {
    let shipment = lock(tx, code)?;
    expect(&shipment, Status::Departed)?;
    let at = new.at.unwrap_or(tx.now);
    if at > tx.now {
        return Problem::field("/at", "a checkpoint is news, not a plan: it cannot lie in the future").fail();
    }
    let checkpoint = store::insert_checkpoint(tx, &shipment.id, new, at)?;
    let kind = rules::event_of(new.status);
    let mut on_board = parcels::of_shipment(tx, &shipment.id)?;
    on_board.retain(|parcel| parcel.status == parcels::Status::InTransit);
    let on_board = parcels::lock_orders(tx, on_board.iter())?;
    for order in on_board.values() {
        orders::note(tx, order, entry(kind, &shipment).at(at).place(&new.place))?;
    }
    if kind == EventKind::CheckpointDelayed {
        orders::delayed(tx, on_board.values(), &new.place, checkpoint.id.as_str())?;
    }
    audit::record(
        tx,
        "shipment.checkpoint",
        &shipment.code,
        serde_json::json!({
            "place": checkpoint.place, "status": checkpoint.status, "at": at.and_utc(),
        }),
    )?;
    Ok((shipment, checkpoint))
}

fn entry(kind: EventKind, shipment: &Shipment) -> Entry {
    Entry::new(kind).with("shipment", shipment.code.as_str())
}
