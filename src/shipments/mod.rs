//! Shipments: one truck each, from the first parcel loaded to the last one unloaded.

mod arrival;
pub mod http;
mod loading;
mod lots;
mod plan;
pub mod plan_http;
mod road;
pub mod rules;
mod scan;
pub mod scan_http;
mod store;
mod table;
mod timetable;
mod unloading;
mod way;

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDateTime;

use crate::audit;
use crate::branches;
use crate::clock::bishkek_day;
use crate::counters;
use crate::db::Tx;
use crate::error::{Error, Problem, Result, Slug};
use crate::ids::{BranchId, ShipmentId};
use crate::orders::{Entry, EventKind};

pub use arrival::{Arrival, Plan, Unloaded, arrive, begin, end, enter, part, survey};
pub use loading::{depart, load, unload};
pub use plan::{Load, MOST_PLANNED, Pile, Sorted, Wish, load_of, plan, sorting, warnings};
pub use road::{Journey, NewCheckpoint, NewStation, journey, report, timetable};
pub use rules::{CheckpointStatus, Outcome, Status};
pub use scan::{Scan, Scanned};
pub use store::{Checkpoint, Shipment};
pub use timetable::{Delay, Stop, code_of, eta, is_known_place};
pub use way::{Step, of_parcel};

/// A truck to be loaded.
#[derive(Clone, Debug, Default)]
pub struct NewShipment {
    /// Which way it goes: `Guangzhou-Kashgar-Torugart-Bishkek`.
    pub route: String,
    /// Its plates.
    pub vehicle: String,
    /// Number of the consignment note.
    pub cmr_number: Option<String>,
    /// Code or identifier of the branch it goes to.
    pub to_branch: String,
    /// Code or identifier of the pickup point it starts from, when it carries parcels on from there.
    pub from_branch: Option<String>,
    /// What it can carry, grams.
    pub capacity_weight_g: Option<i64>,
    /// What fits in it, cubic centimetres.
    pub capacity_volume_cm3: Option<i64>,
    /// When it should leave.
    pub planned_departure_at: Option<NaiveDateTime>,
    /// The places it will pass; those of its route when none are named.
    pub stations: Vec<NewStation>,
}

/// Opens a shipment for loading.
///
/// # Errors
/// `validation_failed` for an unknown branch.
pub fn open(tx: &mut Tx, new: &NewShipment) -> Result<Shipment> {
    let branch = branches::find(tx, &new.to_branch, "/to_branch")?;
    let year = bishkek_day(tx.now).format("%Y").to_string();
    let number = counters::next(tx, &format!("shipment:{year}"), 1)?;
    let from = match &new.from_branch {
        Some(from) => Some(branches::find_pickup_point(tx, Some(from), "/from_branch")?.id),
        None => None,
    };
    if from.as_ref() == Some(&branch.id) {
        return Problem::field("/to_branch", "is where this truck starts").fail();
    }
    let shipment = store::insert(tx, &format!("SH-{year}-{number:04}"), new, from.as_ref(), &branch.id)?;
    store::insert_stations(tx, &shipment.id, &road::stations_for(&tx.firm.routes, new))?;
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

/// Many shipments at once, by identifier; an unknown one is left out.
///
/// # Errors
/// Those of the database.
pub fn many(tx: &mut Tx, ids: BTreeSet<ShipmentId>) -> Result<HashMap<ShipmentId, Shipment>> {
    let ids: Vec<_> = ids.into_iter().collect();
    Ok(store::by_ids(tx, &ids)?.into_iter().map(|shipment| (shipment.id.clone(), shipment)).collect())
}

/// The truck that is being loaded for a branch, if one is.
///
/// # Errors
/// Those of the database.
pub fn loading_to(tx: &mut Tx, branch: &BranchId) -> Result<Option<Shipment>> {
    store::loading_to(tx, branch)
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

fn entry(kind: EventKind, shipment: &Shipment) -> Entry {
    Entry::new(kind).with("shipment", shipment.code.as_str())
}
