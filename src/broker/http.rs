//! `/v1/shipments/{code}/manifest` and `/v1/shipments/{code}/customs-estimate`.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::estimate::{Share, shares};
use super::manifest::{Totals, table};
use super::{Goods, goods};
use crate::branches::{self, Branch};
use crate::clock::bishkek_day;
use crate::customs::http::{RuleView, view as rule_view};
use crate::customs::{self, CustomsEstimate, Terms, Unknown};
use crate::db::Tx;
use crate::error::Result;
use crate::exports::http::{self as exports, FormQuery};
use crate::exports::unwritten;
use crate::http::{Call, Spoken};
use crate::money::{Currency, Money, Sum};
use crate::rates::PinnedRate;
use crate::shipments::{self, Shipment, Status};
use crate::state::App;

/// What the broker is given of a truck.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BrokerManifest)]
pub struct ManifestView {
    shipment: ManifestShipment,
    /// When this was read.
    made_at: DateTime<Utc>,
    /// Parcel by parcel, those of one recipient together.
    rows: Vec<ManifestRow>,
    totals: ManifestTotals,
}

/// The truck.
#[derive(Debug, Serialize, ToSchema)]
pub struct ManifestShipment {
    code: String,
    status: Status,
    route: String,
    vehicle: String,
    cmr_number: Option<String>,
    to_branch: String,
    to_city: String,
    departed_at: Option<DateTime<Utc>>,
    arrived_at: Option<DateTime<Utc>>,
}

/// One parcel.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BrokerRow)]
pub struct ManifestRow {
    recipient: Option<String>,
    phone: Option<String>,
    order_code: Option<String>,
    client_code: Option<String>,
    barcode: String,
    tracking_number: Option<String>,
    /// Which of the order's boxes it is: `1 / 3`.
    r#box: Option<String>,
    /// All goods of the order: nobody wrote down what lies in which box.
    goods: Option<String>,
    /// Pieces of the whole order, on the first of its parcels; null on the others.
    quantity: Option<i64>,
    weight_g: Option<i64>,
    /// The box's share of what the goods of its order cost: by weight, or in equal parts where one of the order's boxes
    /// was not weighed. Null when we did not buy them.
    value: Option<Money>,
    marketplace: Option<String>,
    marketplace_order_no: Option<String>,
}

/// The truck added up.
#[derive(Debug, Serialize, ToSchema)]
pub struct ManifestTotals {
    parcels: usize,
    orders: usize,
    recipients: usize,
    quantity: i64,
    weight_g: i64,
    /// Parcels that were not weighed.
    without_weight: usize,
    value: Money,
    /// Parcels of unknown value.
    without_value: usize,
}

fn yuan(amount: i64) -> Money {
    Money { amount, currency: Currency::Cny }
}

fn manifest_view(shipment: &Shipment, to: &Branch, made_at: DateTime<Utc>, goods: Vec<Goods>) -> ManifestView {
    let totals = Totals::of(&goods);
    ManifestView {
        shipment: ManifestShipment {
            code: shipment.code.clone(),
            status: shipment.status,
            route: shipment.route.clone(),
            vehicle: shipment.vehicle.clone(),
            cmr_number: shipment.cmr_number.clone(),
            to_branch: to.code.clone(),
            to_city: to.city.clone(),
            departed_at: shipment.departed_at.map(|at| at.and_utc()),
            arrived_at: shipment.arrived_at.map(|at| at.and_utc()),
        },
        made_at,
        rows: goods.into_iter().map(row).collect(),
        totals: ManifestTotals {
            parcels: totals.parcels,
            orders: totals.orders,
            recipients: totals.recipients,
            quantity: totals.quantity,
            weight_g: totals.weight_g,
            without_weight: totals.without_weight,
            value: yuan(totals.value_fen),
            without_value: totals.without_value,
        },
    }
}

fn row(goods: Goods) -> ManifestRow {
    let Goods { parcel, order: whose, value_fen } = goods;
    let (place, quantity) = (whose.as_ref().map(|whose| whose.place), whose.as_ref().and_then(|whose| whose.quantity));
    let client_code = whose.as_ref().map(|whose| whose.client_code.clone()).or(parcel.client_code);
    let of_order = |part: fn(&super::Whose) -> Option<String>| whose.as_ref().and_then(part);
    ManifestRow {
        recipient: of_order(|whose| Some(whose.name.clone())),
        phone: of_order(|whose| Some(whose.phone.clone())),
        order_code: of_order(|whose| Some(whose.order_code.clone())),
        client_code,
        barcode: parcel.barcode,
        tracking_number: parcel.tracking_number,
        r#box: place.map(|(number, of)| format!("{number} / {of}")),
        goods: of_order(|whose| whose.description.clone()),
        quantity,
        weight_g: parcel.weight_g,
        value: value_fen.map(yuan),
        marketplace: of_order(|whose| whose.marketplace.clone()),
        marketplace_order_no: of_order(|whose| whose.marketplace_order_no.clone()),
    }
}

/// The broker's manifest of a truck.
pub async fn manifest(
    app: App,
    call: Call,
    req: HttpRequest,
    Spoken(lang): Spoken,
    code: web::Path<String>,
    asked: web::Query<FormQuery>,
) -> Result<HttpResponse> {
    let read = move |tx: &mut Tx| {
        let shipment = shipments::find(tx, &code)?;
        let to = branches::get(tx, &shipment.to_branch_id)?;
        let goods = goods(tx, &shipment)?;
        Ok((shipment, to, goods, tx.now))
    };
    let (shipment, to, goods, now) = app.read(&call.actor, read).await?;
    let Some(form) = asked.wanted(&req) else {
        return Ok(exports::varied(HttpResponse::Ok().json(manifest_view(&shipment, &to, now.and_utc(), goods))));
    };
    let (code, rows) = (shipment.code.clone(), goods.len());
    let write = move || table(form, (&shipment, &to, now), &goods, lang)?.finish();
    let file = app.compute(write).await?.map_err(unwritten)?;
    let detail = serde_json::json!({"what": "manifest", "rows": rows});
    exports::send(&app, &call, (form, &format!("manifest-{code}-{}", lang.as_str())), (&code, detail), file).await
}

/// What customs might want of each recipient of a truck. An estimate and a warning, never a computation of tax.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShipmentCustomsEstimate)]
pub struct EstimateView {
    shipment: String,
    /// The day whose rule and rates these are: when the truck was unloaded, else today.
    day: NaiveDate,
    /// Null when none holds.
    rule: Option<RuleView>,
    /// Whether the rule is known to be in force.
    confirmed: bool,
    /// The National Bank's, as they held on that day.
    rates: Vec<PinnedRate>,
    recipients: Vec<EstimateRow>,
    totals: EstimateTotals,
    /// What this is not, in the language of the answer.
    disclaimer: String,
}

/// One recipient.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RecipientCustomsEstimate)]
pub struct EstimateRow {
    client_code: Option<String>,
    name: Option<String>,
    parcels: usize,
    weight_g: Option<i64>,
    value: Option<Money>,
    value_eur: Option<Money>,
    /// Null within the limits, or when it is not known.
    estimate: Option<CustomsEstimate>,
    /// Why it is not known.
    reason: Option<Unknown>,
}

/// The truck added up.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CustomsEstimateTotals)]
pub struct EstimateTotals {
    recipients: usize,
    above_limits: usize,
    unknown: usize,
    /// Of those that are known.
    estimate: Sum,
}

fn estimate_row(share: Share, terms: &Terms, step_tyiyn: i64) -> EstimateRow {
    let (estimate, reason) = match share.estimate(terms, step_tyiyn) {
        Ok(estimate) => (estimate, None),
        Err(unknown) => (None, Some(unknown)),
    };
    let euro = |amount| Money { amount, currency: Currency::Eur };
    EstimateRow {
        value_eur: share.value_fen.and_then(|fen| terms.in_euro(fen).ok()).map(euro),
        value: share.value_fen.map(yuan),
        client_code: share.client_code,
        name: share.name,
        parcels: share.parcels,
        weight_g: share.weight_g,
        estimate,
        reason,
    }
}

/// What customs might want of each recipient of a truck.
pub async fn customs_estimate(app: App, call: Call, spoken: Spoken, code: web::Path<String>) -> Result<HttpResponse> {
    let read = move |tx: &mut Tx| {
        let shipment = shipments::find(tx, &code)?;
        let day = bishkek_day(shipment.arrived_at.unwrap_or(tx.now));
        let terms = Terms::of(tx, day)?;
        let step_tyiyn = tx.firm.rounding_step_tyiyn;
        let shares = shares(&goods(tx, &shipment)?);
        let recipients: Vec<_> = shares.into_iter().map(|share| estimate_row(share, &terms, step_tyiyn)).collect();
        Ok(EstimateView {
            shipment: shipment.code,
            day,
            confirmed: terms.is_confirmed(),
            disclaimer: customs::wording::warning(spoken.0, terms.is_confirmed()),
            totals: totals(&recipients),
            recipients,
            rates: [terms.yuan, terms.euro].into_iter().flatten().collect(),
            rule: terms.rule.map(rule_view),
        })
    };
    Ok(spoken.mark(call.read(app, read).await?))
}

fn totals(rows: &[EstimateRow]) -> EstimateTotals {
    let estimates = || rows.iter().filter_map(|row| row.estimate.as_ref());
    let euro = Money { amount: estimates().map(|estimate| estimate.original.amount).sum(), currency: Currency::Eur };
    EstimateTotals {
        recipients: rows.len(),
        above_limits: estimates().count(),
        unknown: rows.iter().filter(|row| row.reason.is_some()).count(),
        estimate: Sum { original: Some(euro), ..Sum::tyiyn(estimates().map(|estimate| estimate.amount).sum()) },
    }
}
