//! Gathers what a claim is compared with.

use chrono::TimeDelta;

use super::rules::{self, Case, Flag, Rival};
use super::{Claim, State, store};
use crate::db::Tx;
use crate::error::Result;
use crate::ids::PhotoId;
use crate::orders::Order;
use crate::parcels;
use crate::payments;
use crate::photos::{self, Photo};

/// Sums are compared this far back: half a year. Files and the bank's numbers are compared for ever.
const SUMS_COMPARED: TimeDelta = TimeDelta::days(183);

/// What is suspicious about a claim now; nothing any more once it is decided.
///
/// # Errors
/// Those of the database.
pub fn flags(tx: &mut Tx, claim: &Claim, order: &Order) -> Result<Vec<Flag>> {
    if claim.state != State::Waiting {
        return Ok(Vec::new());
    }
    on_approval(tx, claim, order, claim.amount_tyiyn, None)
}

/// The same when the bank shows this sum and this number.
///
/// # Errors
/// Those of the database.
pub fn on_approval(
    tx: &mut Tx,
    claim: &Claim,
    order: &Order,
    amount_tyiyn: i64,
    reference: Option<&str>,
) -> Result<Vec<Flag>> {
    let photo = match &claim.photo_id {
        Some(id) => Some(photos::get(tx, id)?),
        None => None,
    };
    let shown = reference.and_then(rules::reference_key);
    let references: Vec<_> = claim.reference_key.clone().into_iter().chain(shown).collect();
    let case = Case {
        claim,
        photo: photo.as_ref(),
        amounts_tyiyn: &[claim.amount_tyiyn, amount_tyiyn],
        references: &references,
        balance_tyiyn: parcels::storage::balance_tyiyn(tx, order)?,
    };
    let rivals = rivals(tx, &case)?;
    let payments = payments::of_order(tx, order)?;
    Ok(rules::flags(&case, &rivals, &payments))
}

/// Every claim that could collide, the latest first.
fn rivals(tx: &mut Tx, case: &Case) -> Result<Vec<Rival>> {
    let since = tx.now - SUMS_COMPARED;
    let mut found = store::with_amounts(tx, case.amounts_tyiyn, since)?;
    for reference in case.references {
        found.extend(store::with_reference(tx, reference)?);
    }
    if let Some(photo) = case.photo {
        let copies = photos::copies(tx, &photo.sha256)?.into_iter().map(|copy| copy.id).collect();
        found.extend(store::with_photos(tx, copies)?);
    }
    found.sort_by(|a, b| b.id.cmp(&a.id));
    found.dedup_by(|a, b| a.id == b.id);
    let ids: Vec<PhotoId> = found.iter().filter_map(|claim| claim.photo_id.clone()).collect();
    let photos = photos::some(tx, &ids)?;
    let photo_of = |claim: &Claim| -> Option<Photo> {
        photos.iter().find(|photo| Some(&photo.id) == claim.photo_id.as_ref()).cloned()
    };
    Ok(found.into_iter().map(|claim| Rival { photo: photo_of(&claim), claim }).collect())
}
