//! Labels of parcels: of one, of some, of an order, of a truck.

use std::collections::BTreeSet;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::code::OrderCode;
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::http::{Body, Call, document};
use crate::ids::ParcelId;
use crate::orders;
use crate::parcels::http::order_code;
use crate::parcels::label::{self, LabelForm, Size};
use crate::parcels::{self, Parcel};
use crate::print::Label;
use crate::shipments;
use crate::state::App;

/// The most labels in one file.
const MOST: usize = 500;

/// `?format=&size=`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LabelQuery {
    /// `pdf`, `png`, `svg` or `zpl`; goes before `Accept`. PDF unless asked otherwise.
    #[param(value_type = Option<String>)]
    format: Option<LabelForm>,
    /// What it is printed on: `58` (58 x 40 mm), `80` (80 x 60 mm) or `a4` (3 x 8 of 70 x 37 mm); 58 unless told.
    #[param(value_type = Option<String>)]
    size: Option<Size>,
}

/// Whose labels: parcels, or an order's, or a truck's, at most 500.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"order": "TG-7K4M9-2QX8C-5", "format": "pdf", "size": "a4"}))]
pub struct LabelsRequest {
    /// Identifiers, barcodes or tracking numbers.
    #[serde(default)]
    parcels: Option<Vec<String>>,
    /// Code of an order.
    #[serde(default)]
    order: Option<String>,
    /// Code of a shipment.
    #[serde(default)]
    shipment: Option<String>,
    /// PDF unless told; goes before `Accept`.
    #[serde(default)]
    format: Option<LabelForm>,
    /// 58 unless told.
    #[serde(default)]
    size: Option<Size>,
}

/// Where the parcels come from.
enum Source {
    Named(Vec<String>),
    Order(OrderCode),
    Shipment(String),
}

impl LabelsRequest {
    fn source(self, app: &App) -> Result<Source> {
        match (self.parcels, self.order, self.shipment) {
            (Some(names), None, None) if !(1..=MOST).contains(&names.len()) => {
                Problem::field("/parcels", format!("must have 1 to {MOST} parcels")).fail()
            }
            (Some(names), None, None) => Ok(Source::Named(names)),
            (None, Some(code), None) => Ok(Source::Order(order_code(&app.config.business, &code, "/order")?)),
            (None, None, Some(code)) => Ok(Source::Shipment(code)),
            _ => Problem::field("/parcels", "name parcels, or an order, or a shipment: one of the three").fail(),
        }
    }
}

impl Source {
    fn parcels(&self, tx: &mut Tx) -> Result<Vec<Parcel>> {
        let (parcels, pointer) = match self {
            Source::Named(names) => (named(tx, names)?, "/parcels"),
            Source::Order(code) => {
                let order = orders::find(tx, code)?;
                (parcels::of_order(tx, &order.id)?, "/order")
            }
            Source::Shipment(code) => {
                let shipment = shipments::find(tx, code)?;
                (parcels::of_shipment(tx, &shipment.id)?, "/shipment")
            }
        };
        match parcels.len() {
            0 => Problem::field(pointer, "has no parcels yet").fail(),
            1..=MOST => Ok(parcels),
            many => Problem::field(pointer, format!("has {many} parcels; name at most {MOST} of them at once")).fail(),
        }
    }
}

/// Each once, in the sequence in which they are named.
fn named(tx: &mut Tx, names: &[String]) -> Result<Vec<Parcel>> {
    let (mut found, mut seen, mut unknown) = (Vec::new(), BTreeSet::new(), Vec::new());
    for (index, name) in names.iter().enumerate() {
        let parcel = match ParcelId::try_from(name.trim().to_owned()) {
            Ok(id) => parcels::find(tx, &id)?,
            Err(_) => parcels::scanned(tx, name)?,
        };
        match parcel {
            None => unknown.push((format!("/parcels/{index}"), "is not a parcel of ours".to_owned())),
            Some(parcel) if seen.insert(parcel.id.clone()) => found.push(parcel),
            Some(_) => {}
        }
    }
    if unknown.is_empty() {
        return Ok(found);
    }
    let mut problem = Problem::new(Slug::ValidationFailed, format!("{} parcels are not known.", unknown.len()));
    problem.fields = unknown;
    problem.fail()
}

/// The label of one parcel.
pub async fn one(
    app: App,
    call: Call,
    req: HttpRequest,
    id: web::Path<ParcelId>,
    query: web::Query<LabelQuery>,
) -> Result<HttpResponse> {
    let form = query.format.or_else(|| document::wanted(&req)).unwrap_or(LabelForm::Pdf);
    let size = query.size.unwrap_or_default().checked(form, "?size")?;
    let work = move |tx: &mut Tx| {
        let parcel = parcels::get(tx, &id)?;
        Ok((parcel.barcode.clone(), label::of(tx, &[parcel])?))
    };
    let (barcode, labels) = app.read(&call.actor, work).await?;
    file(&app, labels, (form, size), &format!("label-{barcode}")).await
}

/// Many labels in one file. Nothing is changed, so nothing is remembered of this call.
pub async fn many(app: App, call: Call, req: HttpRequest, body: Body<LabelsRequest>) -> Result<HttpResponse> {
    let request = body.value;
    let form = request.format.or_else(|| document::wanted(&req)).unwrap_or(LabelForm::Pdf);
    let size = request.size.unwrap_or_default().checked(form, "/size")?;
    let source = request.source(&app)?;
    let work = move |tx: &mut Tx| {
        let parcels = source.parcels(tx)?;
        label::of(tx, &parcels)
    };
    let labels = app.read(&call.actor, work).await?;
    file(&app, labels, (form, size), "labels").await
}

async fn file(app: &App, labels: Vec<Label>, (form, size): (LabelForm, Size), name: &str) -> Result<HttpResponse> {
    let drawn = app.compute(move || label::draw(&labels, form, size)).await??;
    Ok(document::file(form, name, drawn))
}
