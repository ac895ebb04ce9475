//! What is to go with a truck, who gets what of it, and the way of one parcel.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{Load, MOST_PLANNED, Pile, Sorted, Step, Wish};
use crate::error::{Problem, Result};
use crate::http::text::one_line;
use crate::http::{Body, Call, Reply};
use crate::ids::{BranchId, ParcelId};
use crate::orders::EventKind;
use crate::parcels::http::{ParcelView, view as parcel_view};
use crate::parcels::{Parcel, Status};
use crate::state::App;

/// What is to go with a truck: these barcodes, or all that wait for a branch.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"branch": "BISH"}))]
pub struct PlanRequest {
    #[serde(default)]
    barcodes: Option<Vec<String>>,
    /// Code or identifier of a pickup point.
    #[serde(default)]
    branch: Option<String>,
}

/// What is on a truck, beside what was to be.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoadView {
    shipment: String,
    /// How many parcels were planned.
    planned: usize,
    /// How many are on it, or were when it left.
    loaded: usize,
    weight_g: i64,
    capacity_weight_g: Option<i64>,
    /// Of the boxes that were measured.
    volume_cm3: i64,
    capacity_volume_cm3: Option<i64>,
    /// A sentence for each limit that the load is over.
    warnings: Vec<String>,
    /// Planned, and not on it.
    missing: Vec<ParcelView>,
    /// On it, and not planned; nothing where there is no plan.
    extra: Vec<ParcelView>,
}

pub(super) fn load_view(load: Load) -> LoadView {
    let views = |parcels: Vec<Parcel>| parcels.into_iter().map(parcel_view).collect();
    LoadView {
        planned: load.planned,
        loaded: load.loaded.len(),
        weight_g: load.weight_g(),
        volume_cm3: load.volume_cm3(),
        warnings: load.warnings(),
        capacity_weight_g: load.shipment.capacity_weight_g,
        capacity_volume_cm3: load.shipment.capacity_volume_cm3,
        shipment: load.shipment.code,
        missing: views(load.missing),
        extra: views(load.extra),
    }
}

/// Who gets what of a truck.
#[derive(Debug, Serialize, ToSchema)]
pub struct SortingView {
    shipment: String,
    /// A pile for each branch.
    branches: Vec<PileView>,
}

/// What goes to one branch.
#[derive(Debug, Serialize, ToSchema)]
pub struct PileView {
    /// None for what is nobody's.
    branch_id: Option<BranchId>,
    code: Option<String>,
    name: Option<String>,
    /// By client code, so that one client's parcels lie together.
    parcels: Vec<SortedView>,
}

/// A parcel, as somebody who sorts needs it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SortedView {
    id: ParcelId,
    barcode: String,
    tracking_number: Option<String>,
    client_code: Option<String>,
    order_code: Option<String>,
    status: Status,
    weight_g: Option<i64>,
}

fn pile(pile: Pile) -> PileView {
    let sorted = |Sorted { client_code, order_code, parcel }: Sorted| SortedView {
        id: parcel.id,
        barcode: parcel.barcode,
        tracking_number: parcel.tracking_number,
        client_code: client_code.or(parcel.client_code),
        order_code,
        status: parcel.status,
        weight_g: parcel.weight_g,
    };
    let (branch_id, code, name) = match pile.branch {
        Some(branch) => (Some(branch.id), Some(branch.code), Some(branch.name)),
        None => (None, None, None),
    };
    PileView { branch_id, code, name, parcels: pile.parcels.into_iter().map(sorted).collect() }
}

/// The way of one parcel.
#[derive(Debug, Serialize, ToSchema)]
pub struct ParcelTimeline {
    /// What happened, in the order of events.
    items: Vec<StepView>,
}

/// One thing that happened to a parcel.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepView {
    at: DateTime<Utc>,
    recorded_at: Option<DateTime<Utc>>,
    by: Option<String>,
    kind: EventKind,
    place: Option<String>,
    /// With which truck.
    shipment: Option<String>,
    #[schema(value_type = Object)]
    data: Value,
}

fn step(step: Step) -> StepView {
    StepView {
        at: step.at.and_utc(),
        recorded_at: step.recorded_at.map(|at| at.and_utc()),
        by: step.by,
        kind: step.kind,
        place: step.place,
        shipment: step.shipment,
        data: Value::Object(step.data),
    }
}

/// Says what is to go with a truck.
pub async fn plan(app: App, call: Call, code: web::Path<String>, body: Body<PlanRequest, 4>) -> Result<HttpResponse> {
    let wish = match (body.value.barcodes, body.value.branch) {
        (Some(barcodes), None) if barcodes.len() <= MOST_PLANNED => {
            let checked = |(index, code): (usize, &String)| one_line(code, 64, &format!("/barcodes/{index}"));
            Wish::Barcodes(barcodes.iter().enumerate().map(checked).collect::<Result<_>>()?)
        }
        (Some(_), None) => return Problem::field("/barcodes", format!("at most {MOST_PLANNED} barcodes")).fail(),
        (None, Some(branch)) => Wish::For(branch),
        _ => return Problem::field("/barcodes", "send barcodes, or the branch whose parcels are to go").fail(),
    };
    call.taking_time()
        .write(app, body.fingerprint, move |tx| Ok(Reply::ok(load_view(super::plan(tx, &code, &wish)?))))
        .await
}

/// What is on a truck, beside what was to be.
pub async fn load(app: App, call: Call, code: web::Path<String>) -> Result<HttpResponse> {
    call.read(app, move |tx| Ok(load_view(super::load_of(tx, &code)?))).await
}

/// Who gets what of a truck.
pub async fn sorting(app: App, call: Call, code: web::Path<String>) -> Result<HttpResponse> {
    call.read(app, move |tx| {
        let branches = super::sorting(tx, &code)?.into_iter().map(pile).collect();
        Ok(SortingView { shipment: super::find(tx, &code)?.code, branches })
    })
    .await
}

/// The way of one parcel.
pub async fn way(app: App, call: Call, id: web::Path<ParcelId>) -> Result<HttpResponse> {
    call.read(app, move |tx| Ok(ParcelTimeline { items: super::of_parcel(tx, &id)?.into_iter().map(step).collect() }))
        .await
}
