//! `/v1/shipments`.

use std::collections::{BTreeMap, HashMap};

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Arrival, Checkpoint, CheckpointStatus, NewCheckpoint, NewShipment, Outcome, Scanned, Shipment, Status};
use crate::db::Tx;
use crate::error::{Problem, Result};
use crate::exports::http::{self as exports, FormQuery};
use crate::http::moment::Moment;
use crate::http::text::{one_line, optional};
use crate::http::{Body, Call, Nothing, Paging, Reply};
use crate::ids::{BranchId, ShipmentId};
use crate::parcels::http::{ParcelView, view as parcel_view, weight};
use crate::state::App;

/// No call takes more scans: a truck has a few thousand parcels, and one transaction should not hold the writers long.
const MOST_BARCODES: usize = 5_000;

/// A shipment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Shipment)]
pub struct ShipmentView {
    id: ShipmentId,
    code: String,
    route: String,
    vehicle: String,
    cmr_number: Option<String>,
    to_branch_id: BranchId,
    status: Status,
    created_at: DateTime<Utc>,
    departed_at: Option<DateTime<Utc>>,
    arrived_at: Option<DateTime<Utc>>,
    checkpoints: Vec<CheckpointView>,
}

/// News from the road.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Checkpoint)]
pub struct CheckpointView {
    place: String,
    status: CheckpointStatus,
    note: Option<String>,
    at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    by: String,
}

fn checkpoint(row: Checkpoint) -> CheckpointView {
    CheckpointView {
        place: row.place,
        status: row.status,
        note: row.note,
        at: row.at.and_utc(),
        recorded_at: row.recorded_at.and_utc(),
        by: row.actor,
    }
}

fn view(tx: &mut Tx, shipment: Shipment) -> Result<ShipmentView> {
    let checkpoints = super::checkpoints(tx, &shipment)?.into_iter().map(checkpoint).collect();
    Ok(ShipmentView {
        id: shipment.id,
        code: shipment.code,
        route: shipment.route,
        vehicle: shipment.vehicle,
        cmr_number: shipment.cmr_number,
        to_branch_id: shipment.to_branch_id,
        status: shipment.status,
        created_at: shipment.created_at.and_utc(),
        departed_at: shipment.departed_at.map(|at| at.and_utc()),
        arrived_at: shipment.arrived_at.map(|at| at.and_utc()),
        checkpoints,
    })
}

/// A truck to be loaded.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"route": "Guangzhou-Kashgar-Torugart-Bishkek", "vehicle": "01KG777ABC",
    "cmr_number": "KG-2026-118", "to_branch": "BISH"}))]
pub struct ShipmentRequest {
    route: String,
    vehicle: String,
    #[serde(default)]
    cmr_number: Option<String>,
    /// Code or identifier.
    to_branch: String,
}

/// Scanned barcodes: our own, or couriers' numbers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"barcodes": ["YT8812345678901", "P7K4M92QX8C5"]}))]
pub struct ScanRequest {
    barcodes: Vec<String>,
}

/// News from the road.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"place": "Torugart", "status": "at_border"}))]
pub struct CheckpointRequest {
    place: String,
    status: CheckpointStatus,
    #[serde(default)]
    #[schema(value_type = Option<DateTime<Utc>>)]
    at: Option<Moment>,
    #[serde(default)]
    note: Option<String>,
}

/// What was unloaded; nothing named means the whole load.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"barcodes": ["YT8812345678901"], "weights": {"YT8812345678901": 4410}}))]
pub struct ArriveRequest {
    #[serde(default)]
    barcodes: Option<Vec<String>>,
    /// Weights taken at the pickup point, grams, by barcode.
    #[serde(default)]
    weights: HashMap<String, i64>,
}

/// What became of each barcode.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScanAnswer {
    results: Vec<ScanResult>,
    /// How many of each outcome.
    counts: BTreeMap<Outcome, usize>,
}

/// What became of each barcode of an arrival.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArriveAnswer {
    shipment: ShipmentView,
    results: Vec<ScanResult>,
    /// How many of each outcome.
    counts: BTreeMap<Outcome, usize>,
    /// Loaded but not seen yet.
    missing: Vec<ParcelView>,
    /// Scanned but not loaded on this truck.
    unexpected: Vec<String>,
}

/// One scan.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScanResult {
    barcode: String,
    outcome: Outcome,
    reason: Option<String>,
    parcel: Option<ParcelView>,
}

fn answer(scans: Vec<Scanned>) -> ScanAnswer {
    let mut counts = BTreeMap::new();
    for scan in &scans {
        *counts.entry(scan.outcome).or_default() += 1;
    }
    let results = scans
        .into_iter()
        .map(|scan| ScanResult {
            barcode: scan.barcode,
            outcome: scan.outcome,
            reason: scan.reason,
            parcel: scan.parcel.map(parcel_view),
        })
        .collect();
    ScanAnswer { results, counts }
}

fn checked(barcodes: Vec<String>) -> Result<Vec<String>> {
    if barcodes.is_empty() || barcodes.len() > MOST_BARCODES {
        return Problem::field("/barcodes", format!("must have 1 to {MOST_BARCODES} barcodes")).fail();
    }
    barcodes.iter().enumerate().map(|(index, code)| one_line(code, 64, &format!("/barcodes/{index}"))).collect()
}

/// Opens a shipment.
pub async fn open(app: App, call: Call, body: Body<ShipmentRequest>) -> Result<HttpResponse> {
    let request = body.value;
    let new = NewShipment {
        route: one_line(&request.route, 200, "/route")?,
        vehicle: one_line(&request.vehicle, 50, "/vehicle")?,
        cmr_number: optional(request.cmr_number.as_deref(), 50, "/cmr_number")?,
        to_branch: request.to_branch,
    };
    call.write(app, body.fingerprint, move |tx| {
        let shipment = super::open(tx, &new)?;
        Ok(Reply::created_at(format!("/v1/shipments/{}", shipment.code), view(tx, shipment)?))
    })
    .await
}

/// All shipments.
pub async fn list(
    app: App,
    call: Call,
    req: HttpRequest,
    paging: web::Query<Paging>,
    asked: web::Query<FormQuery>,
) -> Result<HttpResponse> {
    let views = |tx: &mut Tx, page: Vec<Shipment>| page.into_iter().map(|shipment| view(tx, shipment)).collect();
    exports::list(app, call, (&req, *asked, paging.into_inner()), super::list, views).await
}

/// One shipment.
pub async fn get(app: App, call: Call, code: web::Path<String>) -> Result<HttpResponse> {
    call.read(app, move |tx| {
        let shipment = super::find(tx, &code)?;
        view(tx, shipment)
    })
    .await
}

/// Loads parcels.
pub async fn load(app: App, call: Call, code: web::Path<String>, body: Body<ScanRequest>) -> Result<HttpResponse> {
    let barcodes = checked(body.value.barcodes)?;
    call.write(app, body.fingerprint, move |tx| Ok(Reply::ok(answer(super::load(tx, &code, &barcodes)?)))).await
}

/// Takes parcels off again.
pub async fn unload(app: App, call: Call, code: web::Path<String>, body: Body<ScanRequest>) -> Result<HttpResponse> {
    let barcodes = checked(body.value.barcodes)?;
    call.write(app, body.fingerprint, move |tx| Ok(Reply::ok(answer(super::unload(tx, &code, &barcodes)?)))).await
}

/// The truck leaves.
pub async fn depart(app: App, call: Call, code: web::Path<String>, body: Body<Nothing>) -> Result<HttpResponse> {
    call.write(app, body.fingerprint, move |tx| {
        let shipment = super::depart(tx, &code)?;
        Ok(Reply::ok(view(tx, shipment)?))
    })
    .await
}

/// News from the road.
pub async fn report(
    app: App,
    call: Call,
    code: web::Path<String>,
    body: Body<CheckpointRequest>,
) -> Result<HttpResponse> {
    let request = body.value;
    let new = NewCheckpoint {
        place: one_line(&request.place, 100, "/place")?,
        status: request.status,
        at: request.at.map(Moment::utc),
        note: optional(request.note.as_deref(), 500, "/note")?,
    };
    call.write(app, body.fingerprint, move |tx| {
        let (shipment, _) = super::report(tx, &code, &new)?;
        Ok(Reply::created(view(tx, shipment)?))
    })
    .await
}

/// The truck is unloaded, whole or scan by scan.
pub async fn arrive(app: App, call: Call, code: web::Path<String>, body: Body<ArriveRequest>) -> Result<HttpResponse> {
    let request = body.value;
    for (barcode, weight_g) in &request.weights {
        weight(*weight_g, &format!("/weights/{barcode}"))?;
    }
    let arrival = Arrival { barcodes: request.barcodes.map(checked).transpose()?, weights_g: request.weights };
    call.write(app, body.fingerprint, move |tx| {
        let unloaded = super::arrive(tx, &code, &arrival)?;
        let is_strange = |scan: &&ScanResult| matches!(scan.outcome, Outcome::Unexpected | Outcome::Unknown);
        let ScanAnswer { results, counts } = answer(unloaded.results);
        let unexpected = results.iter().filter(is_strange).map(|scan| scan.barcode.clone()).collect();
        let missing = unloaded.missing.into_iter().map(parcel_view).collect();
        let shipment = view(tx, unloaded.shipment)?;
        Ok(Reply::ok(ArriveAnswer { shipment, results, counts, missing, unexpected }))
    })
    .await
}
