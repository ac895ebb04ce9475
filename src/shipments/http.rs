//! `/v1/shipments`.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::plan_http::{LoadView, load_view};
use super::{Checkpoint, CheckpointStatus, NewCheckpoint, NewShipment, NewStation, Shipment, Status, Stop};
use crate::db::Tx;
use crate::error::{Problem, Result};
use crate::exports::http::{self as exports, FormQuery};
use crate::http::moment::Moment;
use crate::http::text::{one_line, optional};
use crate::http::{Body, Call, Paging, Reply};
use crate::ids::{BranchId, EntryId, ShipmentId};
use crate::state::App;

/// More grams or cubic centimetres than any truck carries: a thousand tonnes.
const MOST_CAPACITY: i64 = 1_000_000_000;

/// No way has more stations.
const MOST_STATIONS: usize = 30;

/// A truck that is later than this is not late but lost: a year.
const MOST_DELAY_MINUTES: i64 = 525_600;

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
    /// Where it starts, when that is a pickup point.
    from_branch_id: Option<BranchId>,
    capacity_weight_g: Option<i64>,
    capacity_volume_cm3: Option<i64>,
    seal_number: Option<String>,
    /// The places it passes; estimates, as far as there is a plan.
    stations: Vec<StationView>,
    /// When it is expected at the end of its way: an estimate.
    eta: Option<DateTime<Utc>>,
}

/// A station of a truck's way.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Station)]
pub struct StationView {
    code: String,
    place: String,
    planned_at: Option<DateTime<Utc>>,
    /// By what is known now; none once it was there.
    estimated_at: Option<DateTime<Utc>>,
    actual_at: Option<DateTime<Utc>>,
}

fn station(stop: Stop) -> StationView {
    let utc = |at: Option<NaiveDateTime>| at.map(|at| at.and_utc());
    StationView {
        code: stop.code,
        place: stop.place,
        planned_at: utc(stop.planned_at),
        estimated_at: utc(stop.estimated_at),
        actual_at: utc(stop.actual_at),
    }
}

/// News from the road.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Checkpoint)]
pub struct CheckpointView {
    id: EntryId,
    place: String,
    status: CheckpointStatus,
    note: Option<String>,
    at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    by: String,
    reason: Option<String>,
    delay_minutes: Option<i64>,
    expected_at: Option<DateTime<Utc>>,
    /// The checkpoint that was wrong, when this one puts it right.
    corrects: Option<EntryId>,
}

fn checkpoint(row: Checkpoint) -> CheckpointView {
    CheckpointView {
        id: row.id,
        place: row.place,
        status: row.status,
        note: row.note,
        at: row.at.and_utc(),
        recorded_at: row.recorded_at.and_utc(),
        by: row.actor,
        reason: row.reason,
        delay_minutes: row.delay_minutes,
        expected_at: row.expected_at.map(|at| at.and_utc()),
        corrects: row.corrects,
    }
}

pub(super) fn view(tx: &mut Tx, shipment: Shipment) -> Result<ShipmentView> {
    let stops = super::timetable(tx, &shipment)?;
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
        from_branch_id: shipment.from_branch_id,
        capacity_weight_g: shipment.capacity_weight_g,
        capacity_volume_cm3: shipment.capacity_volume_cm3,
        seal_number: shipment.seal_number,
        eta: super::eta(&stops).map(|at| at.and_utc()),
        stations: stops.into_iter().map(station).collect(),
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
    /// Code or identifier of the pickup point that it carries parcels on from.
    #[serde(default)]
    from_branch: Option<String>,
    #[serde(default)]
    capacity_weight_g: Option<i64>,
    #[serde(default)]
    capacity_volume_cm3: Option<i64>,
    #[serde(default)]
    #[schema(value_type = Option<DateTime<Utc>>)]
    planned_departure_at: Option<Moment>,
    /// The places it will pass; those of its route when none are named.
    #[serde(default)]
    stations: Vec<StationRequest>,
}

impl ShipmentRequest {
    fn checked(self) -> Result<NewShipment> {
        for (pointer, limit) in
            [("/capacity_weight_g", self.capacity_weight_g), ("/capacity_volume_cm3", self.capacity_volume_cm3)]
        {
            if limit.is_some_and(|limit| !(1..=MOST_CAPACITY).contains(&limit)) {
                return Problem::field(pointer, format!("must be 1 to {MOST_CAPACITY}")).fail();
            }
        }
        if self.stations.len() > MOST_STATIONS {
            return Problem::field("/stations", format!("at most {MOST_STATIONS} stations")).fail();
        }
        let mut stations: Vec<NewStation> = Vec::new();
        for (index, station) in self.stations.iter().enumerate() {
            let place = one_line(&station.place, 100, &format!("/stations/{index}/place"))?;
            let station = NewStation { planned_at: station.planned_at.map(Moment::utc), ..NewStation::at(&place) };
            if stations.iter().any(|known| known.code == station.code) {
                return Problem::field(format!("/stations/{index}/place"), "is named twice").fail();
            }
            stations.push(station);
        }
        Ok(NewShipment {
            route: one_line(&self.route, 200, "/route")?,
            vehicle: one_line(&self.vehicle, 50, "/vehicle")?,
            cmr_number: optional(self.cmr_number.as_deref(), 50, "/cmr_number")?,
            to_branch: self.to_branch,
            from_branch: self.from_branch,
            capacity_weight_g: self.capacity_weight_g,
            capacity_volume_cm3: self.capacity_volume_cm3,
            planned_departure_at: self.planned_departure_at.map(Moment::utc),
            stations,
        })
    }
}

/// A station that the caller names.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StationRequest {
    /// As it is called, in any language.
    place: String,
    #[serde(default)]
    #[schema(value_type = Option<DateTime<Utc>>)]
    planned_at: Option<Moment>,
}

/// The truck leaves.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"seal_number": "KG 004821"}))]
pub struct DepartRequest {
    #[serde(default)]
    seal_number: Option<String>,
}

/// A truck that has left, and what was to go with it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DepartAnswer {
    #[serde(flatten)]
    shipment: ShipmentView,
    load: LoadView,
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
    /// Why it is late; customers read it on their page.
    #[serde(default)]
    reason: Option<String>,
    /// By how much; moves what is expected of the stations ahead, not the status.
    #[serde(default)]
    delay_minutes: Option<i64>,
    /// Or when the truck is expected at the end of its way.
    #[serde(default)]
    #[schema(value_type = Option<DateTime<Utc>>)]
    expected_at: Option<Moment>,
    /// The checkpoint that was wrong: this one says what is right.
    #[serde(default)]
    corrects: Option<EntryId>,
}

/// Opens a shipment.
pub async fn open(app: App, call: Call, body: Body<ShipmentRequest>) -> Result<HttpResponse> {
    let new = body.value.checked()?;
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

/// The truck leaves.
pub async fn depart(app: App, call: Call, code: web::Path<String>, body: Body<DepartRequest>) -> Result<HttpResponse> {
    let seal_number = optional(body.value.seal_number.as_deref(), 50, "/seal_number")?;
    call.taking_time()
        .write(app, body.fingerprint, move |tx| {
            let shipment = super::depart(tx, &code, seal_number.as_deref())?;
            let load = load_view(super::load_of(tx, &code)?);
            Ok(Reply::ok(DepartAnswer { shipment: view(tx, shipment)?, load }))
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
        reason: optional(request.reason.as_deref(), 200, "/reason")?,
        delay_minutes: request.delay_minutes,
        expected_at: request.expected_at.map(Moment::utc),
        corrects: request.corrects,
    };
    if new.delay_minutes.is_some_and(|minutes| !(1..=MOST_DELAY_MINUTES).contains(&minutes)) {
        return Problem::field("/delay_minutes", format!("must be 1 to {MOST_DELAY_MINUTES}")).fail();
    }
    call.taking_time()
        .write(app, body.fingerprint, move |tx| {
            let (shipment, _) = super::report(tx, &code, &new)?;
            Ok(Reply::created(view(tx, shipment)?))
        })
        .await
}
