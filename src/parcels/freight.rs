//! Freight of a parcel: charged by actual weight when it arrives, charged anew when it is weighed again, and taken back
//! when the parcel does not reach its customer.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::rules::Status;
use super::store::Parcel;
use super::{entry, get, lock_orders, save, wrong_status};
use crate::audit;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::{OrderId, ParcelId};
use crate::ledger::{self, Account, Journal, Kind, Posting};
use crate::orders::{self, Bulk, Entry, EventKind, Order};
use crate::quotes::{self, Terms};
use crate::tariffs::SizeMm;

/// What a scale says.
#[derive(Clone, Copy, Debug)]
pub struct Weighing {
    /// Grams.
    pub weight_g: i64,
    /// Length, width, height in millimetres, when it was measured too.
    pub size_mm: Option<[i64; 3]>,
}

/// Charges freight by actual weight, once: one that was lost and found again has been charged.
///
/// # Errors
/// Those of the database.
fn charge(tx: &mut Tx, order: &mut Order, parcel: &mut Parcel) -> Result<()> {
    if parcel.freight_tyiyn.is_some() {
        return Ok(());
    }
    let terms = quotes::freight_terms(tx, &order.id, &order.pickup_point_id)?;
    let charged_before = charges(tx, order, parcel)?.len();
    let charged = charged(tx, order, parcel, &terms, charged_before)?;
    save(tx, parcel, parcel.status)?;
    if let Some((journal, note)) = charged {
        orders::post(tx, order, journal)?;
        orders::note(tx, order, note)?;
    }
    Ok(())
}

/// The same for parcels that arrive together, each by the terms of its order; the parcels are not written yet.
///
/// # Errors
/// Those of the database.
pub fn charge_all(
    tx: &mut Tx,
    bulk: &mut Bulk,
    orders: &mut BTreeMap<OrderId, Order>,
    terms: &BTreeMap<OrderId, Rc<Terms>>,
    parcels: &mut [Parcel],
) -> Result<()> {
    let ids: Vec<_> = orders.keys().cloned().collect();
    let mut charged_before: HashMap<String, usize> = HashMap::new();
    for fact in ledger::facts_of(tx, &ids, Kind::Freight)? {
        *charged_before.entry(parcel_of(&fact).unwrap_or_default().to_owned()).or_default() += 1;
    }
    for parcel in parcels.iter_mut().filter(|parcel| parcel.freight_tyiyn.is_none()) {
        let Some(order) = parcel.order_id.as_ref().and_then(|id| orders.get_mut(id)) else { continue };
        let Some(terms) = terms.get(&order.id).filter(|_| order.status != orders::Status::Cancelled) else { continue };
        let before = charged_before.get(parcel.id.as_str()).copied().unwrap_or(0);
        if let Some((journal, note)) = charged(tx, order, parcel, terms, before)? {
            bulk.post(order, journal);
            bulk.note(tx, order, &note);
        }
    }
    Ok(())
}

/// Says on the parcel what it costs, and gives the journal and the timeline entry, unless that is nothing.
fn charged(
    tx: &Tx,
    order: &Order,
    parcel: &mut Parcel,
    terms: &Terms,
    charged_before: usize,
) -> Result<Option<(ledger::Entry, Entry)>> {
    let weight_g = parcel.weight_g.unwrap_or(terms.tariff.min_weight_g);
    let size = SizeMm::of(parcel.length_mm, parcel.width_mm, parcel.height_mm);
    let Some(charge) = terms.charge(weight_g, size, tx.firm.rounding_step_tyiyn) else {
        return Err(Error::Startup(format!("the freight of parcel {} does not fit", parcel.barcode)));
    };
    let freight_tyiyn = charge.amount_tyiyn;
    parcel.freight_tyiyn = Some(freight_tyiyn);
    if freight_tyiyn == 0 {
        return Ok(None);
    }
    let journal = ledger::Entry::new(Kind::Freight, fact(parcel, charged_before))
        .debit(order.receivable(), freight_tyiyn)
        .credit(Account::Freight, freight_tyiyn);
    let note = entry(EventKind::FreightCharged, parcel).with("weight_g", weight_g).with("freight_tyiyn", freight_tyiyn);
    Ok(Some((journal, note)))
}

/// Takes the freight of a parcel back, if it was charged and stands.
///
/// # Errors
/// Those of the database.
pub fn take_back(tx: &mut Tx, order: &mut Order, parcel: &mut Parcel) -> Result<()> {
    if parcel.freight_tyiyn.take().is_none() {
        return Ok(());
    }
    save(tx, parcel, parcel.status)?;
    let standing = ledger::standing(tx, &order.id)?;
    let Some((journal, postings)) = standing.iter().find(|(journal, _)| is_of(journal, parcel)) else {
        return Ok(());
    };
    let entry = ledger::taking_back(Kind::Reversal, journal, postings);
    orders::post(tx, order, entry)?;
    Ok(())
}

/// A parcel is weighed or measured again. Freight that was charged is taken back and charged by what the scale says now.
///
/// # Errors
/// `not_found`; `wrong_status` for a parcel that is not with us.
pub fn weigh_again(tx: &mut Tx, id: &ParcelId, weighing: Weighing, reason: &str) -> Result<Parcel> {
    let seen = get(tx, id)?;
    let mut locked = lock_orders(tx, std::iter::once(&seen))?;
    let mut parcel = get(tx, id)?;
    if !is_with_us(parcel.status) {
        return Err(wrong_status(&parcel, super::rules::exceptions(parcel.status)));
    }
    let before = (parcel.weight_g, parcel.freight_tyiyn);
    parcel.weight_g = Some(weighing.weight_g);
    if let Some([length_mm, width_mm, height_mm]) = weighing.size_mm {
        parcel.length_mm = Some(length_mm);
        parcel.width_mm = Some(width_mm);
        parcel.height_mm = Some(height_mm);
    }
    save(tx, &parcel, parcel.status)?;
    if parcel.freight_tyiyn.is_some()
        && let Some(order) = parcel.order_id.as_ref().and_then(|id| locked.get_mut(id))
        && order.status != orders::Status::Cancelled
    {
        take_back(tx, order, &mut parcel)?;
        charge(tx, order, &mut parcel)?;
    }
    audit::record(
        tx,
        "parcel.weighed_again",
        id.as_str(),
        serde_json::json!({
            "reason": reason, "weight_g": audit::change(before.0, parcel.weight_g),
            "freight_tyiyn": audit::change(before.1, parcel.freight_tyiyn),
        }),
    )?;
    Ok(parcel)
}

fn is_with_us(status: Status) -> bool {
    match status {
        Status::Received
        | Status::Packed
        | Status::InTransit
        | Status::Arrived
        | Status::Unclaimed
        | Status::Damaged
        | Status::HeldByCustoms => true,
        Status::Expected | Status::PickedUp | Status::Lost | Status::Returned => false,
    }
}

/// Every freight journal of a parcel, those taken back among them.
fn charges(tx: &mut Tx, order: &Order, parcel: &Parcel) -> Result<Vec<(Journal, Vec<Posting>)>> {
    let mut journals = ledger::of_order(tx, &order.id)?;
    journals.retain(|(journal, _)| is_of(journal, parcel));
    Ok(journals)
}

fn is_of(journal: &Journal, parcel: &Parcel) -> bool {
    journal.kind == Kind::Freight && parcel_of(&journal.idempotency_key) == Some(parcel.id.as_str())
}

/// The parcel whose freight a fact records.
fn parcel_of(fact: &str) -> Option<&str> {
    fact.strip_prefix("freight:")?.split(':').next()
}

/// The first freight of a parcel is its own fact, and so is each later one.
fn fact(parcel: &Parcel, charged_before: usize) -> String {
    match charged_before {
        0 => format!("freight:{}", parcel.id),
        more => format!("freight:{}:{more}", parcel.id),
    }
}
