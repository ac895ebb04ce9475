//! `/v1/parcels`.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::freight::Weighing;
use super::label::{LabelForm, LabelView, Size};
use super::{NewReceipt, Parcel, Status, Tracking, label};
use crate::client_code::ClientCode;
use crate::code::OrderCode;
use crate::config::Firm;
use crate::error::{Error, Problem, Result, Slug};
use crate::http::text::{optional, required};
use crate::http::{Body, Call, Reply};
use crate::ids::{Actor, BranchId, OrderId, ParcelId, ShipmentId};
use crate::money::Money;
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
    /// What freight was charged for it.
    freight: Option<Money>,
    received_at: Option<DateTime<Utc>>,
    arrived_at: Option<DateTime<Utc>>,
    picked_up_at: Option<DateTime<Utc>>,
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
        freight: parcel.freight_tyiyn.map(Money::tyiyn),
        received_at: parcel.received_at.map(|at| at.and_utc()),
        arrived_at: parcel.arrived_at.map(|at| at.and_utc()),
        picked_up_at: parcel.picked_up_at.map(|at| at.and_utc()),
    }
}

/// A box at the door of the warehouse.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"tracking_number": "YT8812345678901", "client_code": "KG-10427", "weight_g": 4350}))]
pub struct ReceiveRequest {
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    tracking_number: Option<Tracking>,
    /// As it is written on the box.
    #[serde(default)]
    client_code: Option<String>,
    #[serde(default)]
    order_code: Option<String>,
    weight_g: i64,
    #[serde(default)]
    length_mm: Option<i64>,
    #[serde(default)]
    width_mm: Option<i64>,
    #[serde(default)]
    height_mm: Option<i64>,
    #[serde(default)]
    condition: Option<String>,
    #[serde(default)]
    note: Option<String>,
}

impl ReceiveRequest {
    fn checked(self, firm: &Firm, by: &Actor) -> Result<NewReceipt> {
        weight(self.weight_g, "/weight_g")?;
        sides(self.length_mm, self.width_mm, self.height_mm)?;
        let client_code = match self.client_code.as_deref().map(str::trim) {
            None | Some("") => None,
            Some(mark) => Some(client_code(firm, mark)?),
        };
        Ok(NewReceipt {
            tracking_number: self.tracking_number,
            client_code,
            order_code: self.order_code.map(|code| order_code(firm, &code, "/order_code")).transpose()?,
            weight_g: self.weight_g,
            length_mm: self.length_mm,
            width_mm: self.width_mm,
            height_mm: self.height_mm,
            condition: optional(self.condition.as_deref(), 100, "/condition")?,
            note: optional(self.note.as_deref(), 500, "/note")?,
            branch_id: match by {
                Actor::Staff { branch, .. } => branch.clone(),
                Actor::Anyone | Actor::System => None,
            },
        })
    }
}

fn sides(length_mm: Option<i64>, width_mm: Option<i64>, height_mm: Option<i64>) -> Result<()> {
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

fn client_code(firm: &Firm, mark: &str) -> Result<String> {
    ClientCode::parse(&firm.client_code_prefix, mark).map(|code| code.as_str().to_owned()).ok_or_else(|| {
        let example = format!(
            "must hold one client code such as {}-10427; leave it out to receive the box as unclaimed",
            firm.client_code_prefix
        );
        Problem::field("/client_code", example).into()
    })
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

/// `?label=&size=`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReceiveQuery {
    /// `zpl` or `svg` when the answer is to hold the parcel's label.
    #[param(value_type = Option<String>)]
    label: Option<LabelForm>,
    /// What the label is printed on: `58`, `80` or `a4`; 58 unless told.
    #[param(value_type = Option<String>)]
    size: Option<Size>,
}

impl ReceiveQuery {
    fn checked(&self) -> Result<Option<(LabelForm, Size)>> {
        match self.label {
            None => Ok(None),
            Some(form @ (LabelForm::Svg | LabelForm::Zpl)) => {
                Ok(Some((form, self.size.unwrap_or_default().checked(form, "?size")?)))
            }
            Some(LabelForm::Pdf | LabelForm::Png) => {
                Problem::field("?label", "an answer holds zpl or svg; a file is at /v1/parcels/{id}/label").fail()
            }
        }
    }
}

/// The parcel, and its label when it was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiveAnswer {
    #[serde(flatten)]
    parcel: ParcelView,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<LabelView>,
}

/// The order that an unclaimed parcel belongs to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"order_code": "TG-7K4M9-2QX8C-5"}))]
pub struct ClaimRequest {
    order_code: String,
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

/// Takes a box in.
pub async fn receive(
    app: App,
    call: Call,
    query: web::Query<ReceiveQuery>,
    body: Body<ReceiveRequest>,
) -> Result<HttpResponse> {
    let new = body.value.checked(&app.config.business, &call.actor)?;
    let wanted = query.checked()?;
    let fingerprint = match wanted {
        // As it always was: a scanner may repeat today what it sent before labels came with the answer.
        None => body.fingerprint,
        Some((form, size)) => body.fingerprint.and(&format!("{form:?} {size:?}")),
    };
    call.write(app, fingerprint, move |tx| {
        let parcel = super::receive(tx, &new)?;
        let label = wanted.map(|(form, size)| label::view(tx, &parcel, form, size)).transpose()?;
        Ok(Reply::ok(ReceiveAnswer { parcel: view(parcel), label }))
    })
    .await
}

/// Gives an unclaimed parcel to an order.
pub async fn claim(app: App, call: Call, id: web::Path<ParcelId>, body: Body<ClaimRequest>) -> Result<HttpResponse> {
    let code = order_code(&app.config.business, &body.value.order_code, "/order_code")?;
    call.write(app, body.fingerprint, move |tx| Ok(Reply::ok(view(super::claim(tx, &id, &code)?)))).await
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
    let answer =
        move |tx: &mut crate::db::Tx| Ok(Reply::ok(view(super::freight::weigh_again(tx, &id, weighing, &reason)?)));
    call.write(app, body.fingerprint, answer).await
}

/// One parcel.
pub async fn get(app: App, call: Call, id: web::Path<ParcelId>) -> Result<HttpResponse> {
    call.read(app, move |tx| Ok(view(super::get(tx, &id)?))).await
}
