//! What a box is compared with when it is received: its order's quote and items, and its own past.

use super::intake::{NewReceipt, RECEIVED};
use super::rules::{self, Status};
use super::store::{self, Parcel};
use super::warnings::{self, Grams, Tolerance, Warning, WarningCode};
use super::wrong_status;
use crate::audit;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::http::Paging;
use crate::ids::ParcelId;
use crate::orders::{self, Order};
use crate::quotes;
use crate::tariffs::SizeMm;

/// Compares what the order's parcels are charged by with what its accepted quote counted.
pub(super) fn weight(
    tx: &mut Tx,
    order: &Order,
    known: Option<&ParcelId>,
    new: &NewReceipt,
) -> Result<Option<Warning>> {
    let Some(quote) = quotes::accepted(tx, &order.id)? else { return Ok(None) };
    let details = quote.details()?;
    let terms = quotes::freight_terms(tx, &order.id, &order.pickup_point_id)?;
    let step_tyiyn = tx.firm.rounding_step_tyiyn;
    let charged = |weight_g: i64, size: Option<SizeMm>| {
        // A sum that does not fit is refused where it is charged; here the weight itself is compared.
        let charge = terms.charge(weight_g, size, step_tyiyn);
        Grams { weight_g, charged_weight_g: charge.map_or(weight_g, |charge| charge.charged_weight_g) }
    };
    let mut others = store::of_order(tx, &order.id)?;
    others.retain(|parcel| Some(&parcel.id) != known && !matches!(parcel.status, Status::Lost | Status::Returned));
    let is_all = others.iter().all(|parcel| parcel.weight_g.is_some());
    let weighed = others.iter().filter_map(|parcel| {
        Some(charged(parcel.weight_g?, SizeMm::of(parcel.length_mm, parcel.width_mm, parcel.height_mm)))
    });
    let found = weighed.fold(charged(new.weight_g, new.size()), |sum, parcel| Grams {
        weight_g: sum.weight_g + parcel.weight_g,
        charged_weight_g: sum.charged_weight_g + parcel.charged_weight_g,
    });
    let tolerance = Tolerance { percent: tx.firm.weight_tolerance_percent, grams: tx.firm.weight_tolerance_g };
    Ok(warnings::weight(charged(details.estimated_weight_g, details.size), found, is_all, tolerance))
}

/// Looks for goods that are not carried in what was asked for, what was bought, and what the clerk says.
pub(super) fn forbidden(tx: &mut Tx, order: &Order, new: &NewReceipt) -> Result<Vec<Warning>> {
    let mut texts = Vec::new();
    for item in orders::items(tx, &order.id)? {
        texts.push(item.description);
        texts.extend(item.note);
    }
    if let Some(quote) = quotes::accepted(tx, &order.id)? {
        texts.extend(quote.details()?.lines.into_iter().map(|line| line.description));
    }
    texts.extend(new.note.clone());
    Ok(warnings::forbidden(&texts, &tx.firm.forbidden_goods))
}

/// The refusal of a number that was received before: when, by whom, and both weights.
pub(super) fn received_before(tx: &mut Tx, parcel: &Parcel, weight_g: i64) -> Result<Error> {
    let Error::Problem(problem) = wrong_status(parcel, rules::exceptions(parcel.status)) else {
        return Ok(wrong_status(parcel, rules::exceptions(parcel.status)));
    };
    let Some(received_at) = parcel.received_at.map(|at| at.and_utc().to_rfc3339()) else {
        return Ok(Error::Problem(problem));
    };
    let trail = audit::list(tx, Some(parcel.id.as_str()), &Paging { limit: Some(200), cursor: None })?;
    let by = trail.items.into_iter().find(|line| line.action == RECEIVED).map(|line| line.actor);
    let detail = format!(
        "This number was received at {received_at}. If the box is the same, weigh it with POST /v1/parcels/{}/weigh.",
        parcel.id
    );
    let duplicate = Warning {
        code: WarningCode::Duplicate,
        detail,
        expected: Some(serde_json::json!({"weight_g": parcel.weight_g, "received_at": received_at, "by": by})),
        found: Some(serde_json::json!({"weight_g": weight_g})),
    };
    Ok(problem.with("interceptions", serde_json::json!([duplicate])).into())
}
