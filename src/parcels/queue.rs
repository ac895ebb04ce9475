//! The queue of boxes that are nobody's: looked through, with suggestions whose they may be, and claimed.

use std::collections::BTreeSet;

use serde::Serialize;
use utoipa::ToSchema;

use super::intake::give_to;
use super::intake_store;
use super::rules::Status;
use super::store::Parcel;
use super::{get, wrong_status};
use crate::audit;
use crate::client_code::ClientCode;
use crate::code::OrderCode;
use crate::customers;
use crate::db::Tx;
use crate::error::{Problem, Result};
use crate::fold;
use crate::http::{Page, Paging};
use crate::ids::{ParcelId, PhotoId};
use crate::orders;
use crate::photos;

pub use super::intake_store::QueueFilter;

/// More suggestions than these nobody reads.
const MOST_SUGGESTIONS: i64 = 5;

words! {
    /// What shows that a box is somebody's.
    EvidenceKind {
        /// A photo of the box or of its goods.
        Photo = "photo",
        /// A screenshot of the shop.
        Screenshot = "screenshot",
        /// The page of the purchase.
        OrderPage = "order_page",
        /// Somebody called and described it.
        PhoneCall = "phone_call",
        /// Something else, said in the note.
        Other = "other",
    }
}

/// Why somebody believes that a box belongs to an order.
#[derive(Clone, Debug, Serialize)]
pub struct Evidence {
    /// What it is.
    pub kind: EvidenceKind,
    /// In words.
    pub note: Option<String>,
    /// A photo of the parcel or of the order.
    pub photo_id: Option<PhotoId>,
}

/// An order that a box of nobody may belong to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Suggestion {
    /// The order to claim it for.
    pub order_code: String,
    /// What speaks for it.
    pub why: String,
}

/// Boxes of nobody that fit a filter, newest first.
///
/// # Errors
/// Bad paging, and those of the database.
pub fn list(tx: &mut Tx, filter: &QueueFilter, paging: &Paging) -> Result<Page<Parcel>> {
    let (limit, below) = paging.checked()?;
    let rows = intake_store::queue(tx, filter, limit + 1, below.as_deref())?;
    Ok(Page::new(rows, limit, |parcel| parcel.id.to_string()))
}

/// Whose a box may be: orders that named its number without a login, and clients whose code its mark resembles.
///
/// # Errors
/// Those of the database.
pub fn suggestions(tx: &mut Tx, parcel: &Parcel) -> Result<Vec<Suggestion>> {
    let mut found: Vec<Suggestion> = Vec::new();
    if let Some(number) = &parcel.tracking_number {
        for id in intake_store::who_wants(tx, number, MOST_SUGGESTIONS)? {
            let Some(order) = orders::look_up_id(tx, &id)? else { continue };
            if orders::rules::has_parcels(order.status) {
                let why = "named this tracking number when it was placed without a login".to_owned();
                found.push(Suggestion { order_code: order.code, why });
            }
        }
    }
    let codes = parcel.mark.as_deref().map(|mark| resembling(&tx.firm.client_code_prefix, mark)).unwrap_or_default();
    for customer in customers::by_client_codes(tx, &codes)?.into_values() {
        for order in orders::under_way(tx, &customer.id, 1)? {
            let why = format!("client {} is like the mark, but for one digit at most", customer.client_code);
            found.push(Suggestion { order_code: order.code, why });
        }
    }
    found.truncate(usize::try_from(MOST_SUGGESTIONS).unwrap_or(usize::MAX));
    Ok(found)
}

/// The client codes that a mark may mean when one digit of it is wrong, missing, doubled, or swapped with the next.
/// Letters that look like digits count as such: this is a suggestion to a person, never a claim.
fn resembling(prefix: &str, mark: &str) -> Vec<String> {
    let folded: String = mark.chars().map(|c| fold::symbol(c).unwrap_or(' ')).collect();
    let runs = folded.split(|c: char| !c.is_ascii_digit()).filter(|run| (4..=7).contains(&run.len()));
    let numbers: BTreeSet<_> = runs.take(3).flat_map(one_digit_away).collect();
    let parsed = numbers.iter().filter(|digits| !digits.starts_with('0')).filter_map(|digits| digits.parse().ok());
    parsed.map(|number| ClientCode::new(prefix, number).as_str().to_owned()).collect()
}

fn one_digit_away(run: &str) -> Vec<String> {
    let digits: Vec<char> = run.chars().collect();
    let with = |change: &dyn Fn(&mut Vec<char>)| {
        let mut other = digits.clone();
        change(&mut other);
        other.into_iter().collect::<String>()
    };
    let mut found = vec![run.to_owned()];
    for at in 0..=digits.len() {
        for digit in '0'..='9' {
            found.push(with(&|other| other.insert(at, digit)));
            if at < digits.len() {
                found.push(with(&|other| other[at] = digit));
            }
        }
        if at < digits.len() {
            found.push(with(&|other| {
                other.remove(at);
            }));
        }
        if at + 1 < digits.len() {
            found.push(with(&|other| other.swap(at, at + 1)));
        }
    }
    found
}

/// Gives an unclaimed parcel to an order.
///
/// # Errors
/// `not_found`; `wrong_status` unless it is unclaimed and the order is under way; `validation_failed` for a photo of
/// something else.
pub fn claim(tx: &mut Tx, id: &ParcelId, code: &OrderCode, evidence: Option<&Evidence>) -> Result<Parcel> {
    let mut order = orders::lock(tx, code)?;
    let parcel = get(tx, id)?;
    if parcel.status != Status::Unclaimed {
        return Err(wrong_status(&parcel, &[]));
    }
    if !orders::rules::has_parcels(order.status) {
        return Err(orders::wrong_status(&order, &orders::rules::legal(order.status)));
    }
    if let Some(photo) = evidence.and_then(|evidence| evidence.photo_id.as_ref()) {
        let shown = photos::some(tx, std::slice::from_ref(photo))?;
        let is_about =
            |photo: &photos::Photo| photo.parcel_id.as_ref() == Some(id) || photo.order_id.as_ref() == Some(&order.id);
        if !shown.iter().any(is_about) {
            return Problem::field("/evidence/photo_id", "must be a photo of this parcel or of this order").fail();
        }
    }
    let evidence = evidence.map(|evidence| serde_json::json!(evidence));
    give_to(tx, &mut order, parcel, |entry| match &evidence {
        Some(evidence) => entry.with("evidence", evidence.clone()),
        None => entry,
    })?;
    audit::record(tx, "parcel.claimed", id.as_str(), serde_json::json!({"order": order.code, "evidence": evidence}))?;
    get(tx, id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_resembles_the_codes_that_one_slip_makes_of_it() {
        let near = |mark: &str, code: &str| resembling("KG", mark).contains(&code.to_owned());
        for mark in ["KG-10427", "KG-10428", "KG-1O427", "王 kg 1042", "KG104227", "KG-01427", "KG 14027", "10427"] {
            assert!(near(mark, "KG-10427"), "{mark}");
        }
        for mark in ["KG-10439", "KG-20428", "", "王", "13800138000"] {
            assert!(!near(mark, "KG-10427"), "{mark}");
        }
    }
}
