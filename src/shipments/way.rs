//! The way of one parcel: what it went through itself, and what its trucks went through with it.

use std::collections::BTreeSet;

use chrono::NaiveDateTime;
use serde_json::{Map, Value};

use super::rules;
use super::store::{self, Checkpoint, Shipment};
use crate::branches;
use crate::db::Tx;
use crate::error::Result;
use crate::ids::ParcelId;
use crate::orders::{self, EventKind, TimelineRow};
use crate::parcels::{self, Parcel};

/// One thing that happened to a parcel.
#[derive(Clone, Debug)]
pub struct Step {
    /// When it happened.
    pub at: NaiveDateTime,
    /// When it was written down, as far as that is known.
    pub recorded_at: Option<NaiveDateTime>,
    /// By whom, as far as that is known.
    pub by: Option<String>,
    /// What.
    pub kind: EventKind,
    /// Where.
    pub place: Option<String>,
    /// With which truck.
    pub shipment: Option<String>,
    /// What else is known of it.
    pub data: Map<String, Value>,
}

/// What happened to a parcel, in the order of events. Nothing is stored for it: its order's timeline names it, its
/// trucks have their checkpoints, and the rest stands on the parcel.
///
/// # Errors
/// `not_found`.
pub fn of_parcel(tx: &mut Tx, id: &ParcelId) -> Result<Vec<Step>> {
    let parcel = parcels::get(tx, id)?;
    let named = match &parcel.order_id {
        Some(order) => orders::timeline(tx, order)?,
        None => Vec::new(),
    };
    let mut steps: Vec<_> = named.into_iter().filter_map(|row| own_step(&parcel, row)).collect();
    let codes: BTreeSet<_> = steps.iter().filter_map(|step| step.shipment.clone()).collect();
    for shipment in trucks(tx, &parcel, &codes)? {
        steps.extend(steps_of(tx, &parcel, &shipment)?);
    }
    let arrived_at = parcel.arrived_at.map(|at| (at, EventKind::ParcelArrived));
    let received_at = parcel.received_at.map(|at| (at, EventKind::ParcelReceived));
    for (at, kind) in received_at.into_iter().chain(arrived_at) {
        if !steps.iter().any(|step| step.kind == kind && step.at == at) {
            let branch = parcel.branch_id.as_ref().filter(|_| kind == EventKind::ParcelArrived);
            let place = branch.map(|branch| branches::get(tx, branch)).transpose()?.map(|branch| branch.city);
            steps.push(Step { place, ..bare(at, kind) });
        }
    }
    steps.sort_by_key(|step| step.at);
    Ok(steps)
}

/// An entry of the order's timeline that names this parcel.
fn own_step(parcel: &Parcel, row: TimelineRow) -> Option<Step> {
    let data: Map<String, Value> = serde_json::from_str(&row.data).unwrap_or_default();
    let says = |member: &str| data.get(member).and_then(Value::as_str);
    let by_barcode = says("barcode") == Some(&parcel.barcode);
    let by_number = says("barcode").is_none()
        && says("tracking_number").is_some_and(|number| Some(number) == parcel.tracking_number.as_deref());
    if !by_barcode && !by_number {
        return None;
    }
    let shipment = says("shipment").map(str::to_owned);
    let (recorded_at, by) = (Some(row.recorded_at), Some(row.actor));
    Some(Step { at: row.at, recorded_at, by, kind: row.kind, place: row.place, shipment, data })
}

/// The trucks it was on: those its timeline names, and the one that the parcel names itself.
fn trucks(tx: &mut Tx, parcel: &Parcel, codes: &BTreeSet<String>) -> Result<Vec<Shipment>> {
    let mut trucks = Vec::new();
    for code in codes {
        trucks.extend(store::by_code(tx, code)?);
    }
    if let Some(id) = &parcel.shipment_id
        && !trucks.iter().any(|truck: &Shipment| truck.id == *id)
    {
        trucks.extend(store::by_ids(tx, std::slice::from_ref(id))?);
    }
    Ok(trucks)
}

/// What a truck went through while this parcel was on it.
fn steps_of(tx: &mut Tx, parcel: &Parcel, shipment: &Shipment) -> Result<Vec<Step>> {
    // Taken off before departure, it was not there.
    let is_last = parcel.shipment_id.as_ref() == Some(&shipment.id);
    if !is_last && parcel.arrived_at.is_none() {
        return Ok(Vec::new());
    }
    let on_truck = |step: Step| Step { shipment: Some(shipment.code.clone()), ..step };
    let mut steps: Vec<Step> =
        shipment.departed_at.map(|at| bare(at, EventKind::ShipmentDeparted)).into_iter().collect();
    if !is_last && let Some(at) = shipment.arrived_at {
        let city = branches::get(tx, &shipment.to_branch_id)?.city;
        steps.push(Step { place: Some(city), ..bare(at, EventKind::ParcelArrived) });
    }
    steps.extend(store::checkpoints_of(tx, &shipment.id)?.into_iter().map(checkpoint_step));
    Ok(steps.into_iter().map(on_truck).collect())
}

fn checkpoint_step(news: Checkpoint) -> Step {
    let mut data = Map::new();
    data.insert("checkpoint".to_owned(), news.id.as_str().into());
    let facts = [("reason", news.reason), ("corrects", news.corrects.map(|id| id.to_string()))];
    data.extend(facts.into_iter().filter_map(|(name, fact)| Some((name.to_owned(), fact?.into()))));
    Step {
        recorded_at: Some(news.recorded_at),
        by: Some(news.actor),
        place: Some(news.place),
        data,
        ..bare(news.at, rules::event_of(news.status))
    }
}

fn bare(at: NaiveDateTime, kind: EventKind) -> Step {
    Step { at, recorded_at: None, by: None, kind, place: None, shipment: None, data: Map::new() }
}
