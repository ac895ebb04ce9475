//! `/v1/parcels`.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::freight::Weighing;
use super::{Parcel, Status};
use crate::code::OrderCode;
use crate::config::Firm;
use crate::db::Tx;
use crate::error::{Error, Problem, Result, Slug};
use crate::http::text::required;
use crate::http::{Body, Call, Reply};
use crate::ids::{BranchId, OrderId, ParcelId, ShipmentId};
use crate::money::Money;
use crate::photos::{self, http::PhotoView};
use crate::quotes::http::MOST_WEIGHT_G;
use crate::state::App;

/// A parcel.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Parcel)]
pub struct ParcelView {
    id: ParcelId,
    /// Our own barcode.
    barcode: String,
    tracking_number: Option<String>,
    order_id: Option<OrderId>,
    client_code: Option<String>,
    status: Status,
    condition: Option<String>,
    weight_g: Option<i64>,
    length_mm: Option<i64>,
    width_mm: Option<i64>,
    height_mm: Option<i64>,
    note: Option<String>,
    shipment_id: Option<ShipmentId>,
    branch_id: Option<BranchId>,
    /// The address of the cell of its branch that it lies in.
    cell: Option<String>,
    /// What freight was charged for it.
    freight: Option<Money>,
    received_at: Option<DateTime<Utc>>,
    arrived_at: Option<DateTime<Utc>>,
    picked_up_at: Option<DateTime<Utc>>,
    /// When it was first seen at our door, weighed or not.
    seen_at: Option<DateTime<Utc>>,
    /// What is written on it, as it was typed.
    mark: Option<String>,
    /// Oldest first; left out where an answer is about a scan or a change.
    #[serde(skip_serializing_if = "Option::is_none")]
    photos: Option<Vec<PhotoView>>,
}

/// The JSON shape of a parcel.
pub fn view(parcel: Parcel) -> ParcelView {
    ParcelView {
        id: parcel.id,
        barcode: parcel.barcode,
        tracking_number: parcel.tracking_number,
        order_id: parcel.order_id,
        client_code: parcel.client_code,
        status: parcel.status,
        condition: parcel.condition,
        weight_g: parcel.weight_g,
        length_mm: parcel.length_mm,
        width_mm: parcel.width_mm,
        height_mm: parcel.height_mm,
        note: parcel.note,
        shipment_id: parcel.shipment_id,
        branch_id: parcel.branch_id,
        cell: parcel.cell,
        freight: parcel.freight_tyiyn.map(Money::tyiyn),
        received_at: parcel.received_at.map(|at| at.and_utc()),
        arrived_at: parcel.arrived_at.map(|at| at.and_utc()),
        picked_up_at: parcel.picked_up_at.map(|at| at.and_utc()),
        seen_at: parcel.seen_at.map(|at| at.and_utc()),
        mark: parcel.mark,
        photos: None,
    }
}

/// The same of many parcels, with their photos.
///
/// # Errors
/// Those of the database.
pub fn views(tx: &mut Tx, parcels: Vec<Parcel>) -> Result<Vec<ParcelView>> {
    let ids: Vec<_> = parcels.iter().filter(|parcel| parcel.photos_taken > 0).map(|parcel| parcel.id.clone()).collect();
    let mut by_parcel: BTreeMap<ParcelId, Vec<PhotoView>> = BTreeMap::new();
    for photo in photos::of_parcels(tx, &ids)? {
        if let Some(parcel) = photo.parcel_id.clone() {
            by_parcel.entry(parcel).or_default().push(photos::http::view(photo));
        }
    }
    let with_photos = |parcel: Parcel| {
        let photos = Some(by_parcel.remove(&parcel.id).unwrap_or_default());
        ParcelView { photos, ..view(parcel) }
    };
    Ok(parcels.into_iter().map(with_photos).collect())
}

/// Sides that a parcel can have.
///
/// # Errors
/// `validation_failed` that names the side.
pub fn sides(length_mm: Option<i64>, width_mm: Option<i64>, height_mm: Option<i64>) -> Result<()> {
    for (pointer, side) in [("/length_mm", length_mm), ("/width_mm", width_mm), ("/height_mm", height_mm)] {
        if side.is_some_and(|side| !(1..=20_000).contains(&side)) {
            return Problem::field(pointer, "must be 1 to 20000 millimetres").fail();
        }
    }
    Ok(())
}

/// A weight that a parcel can have.
///
/// # Errors
/// `validation_failed` at `pointer`.
pub fn weight(weight_g: i64, pointer: &str) -> Result<i64> {
    if (1..=MOST_WEIGHT_G).contains(&weight_g) {
        Ok(weight_g)
    } else {
        Problem::field(pointer, format!("must be 1 to {MOST_WEIGHT_G} grams")).fail()
    }
}

/// An order code as somebody typed it.
///
/// # Errors
/// `mistyped_code` with the pointer.
pub fn order_code(firm: &Firm, typed: &str, pointer: &str) -> Result<OrderCode> {
    OrderCode::parse(&firm.code_prefix, typed).map_err(|error| {
        let mut problem = Problem::new(Slug::MistypedCode, error.to_string());
        problem.fields.push((pointer.to_owned(), error.to_string()));
        Error::from(problem)
    })
}

/// What went wrong with a parcel, or was put right.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"status": "held_by_customs", "reason": "papers missing"}))]
pub struct ParcelStatusRequest {
    status: Status,
    reason: String,
}

/// What the scale says now, and why it was asked again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"weight_g": 4100, "reason": "weighed without the pallet"}))]
pub struct WeighRequest {
    weight_g: i64,
    #[serde(default)]
    length_mm: Option<i64>,
    #[serde(default)]
    width_mm: Option<i64>,
    #[serde(default)]
    height_mm: Option<i64>,
    reason: String,
}

/// `?status=&tracking_number=`; `shipment` and `order` are codes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ParcelFilter {
    /// Where it is.
    #[param(inline)]
    pub status: Option<Status>,
    /// Courier's number.
    pub tracking_number: Option<String>,
    /// Shipment code.
    pub shipment: Option<String>,
    /// Order code.
    pub order: Option<String>,
    /// How many, 1 to 200; 50 unless told.
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Says what went wrong with a parcel, or that it was put right.
pub async fn set_status(
    app: App,
    call: Call,
    id: web::Path<ParcelId>,
    body: Body<ParcelStatusRequest>,
) -> Result<HttpResponse> {
    let status = body.value.status;
    let reason = required(&body.value.reason, 500, "/reason")?;
    call.write(app, body.fingerprint, move |tx| Ok(Reply::ok(view(super::set_status(tx, &id, status, &reason)?)))).await
}

/// Weighs a parcel again.
pub async fn weigh(app: App, call: Call, id: web::Path<ParcelId>, body: Body<WeighRequest>) -> Result<HttpResponse> {
    let request = body.value;
    weight(request.weight_g, "/weight_g")?;
    sides(request.length_mm, request.width_mm, request.height_mm)?;
    let size_mm = match (request.length_mm, request.width_mm, request.height_mm) {
        (Some(length), Some(width), Some(height)) => Some([length, width, height]),
        (None, None, None) => None,
        _ => return Problem::field("/length_mm", "measure all three sides, or none").fail(),
    };
    let reason = required(&request.reason, 500, "/reason")?;
    let weighing = Weighing { weight_g: request.weight_g, size_mm };
    let answer = move |tx: &mut Tx| Ok(Reply::ok(view(super::freight::weigh_again(tx, &id, weighing, &reason)?)));
    call.write(app, body.fingerprint, answer).await
}

/// One parcel.
pub async fn get(app: App, call: Call, id: web::Path<ParcelId>) -> Result<HttpResponse> {
    call.read(app, move |tx| {
        let parcel = super::get(tx, &id)?;
        Ok(views(tx, vec![parcel])?.pop())
    })
    .await
}
