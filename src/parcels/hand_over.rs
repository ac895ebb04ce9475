//! Parcels change hands: once, after arrival, when nothing is owed.

use chrono::NaiveDateTime;

use super::entry;
use super::rules::Status;
use super::storage;
use super::store::{self, Parcel};
use crate::audit;
use crate::code::OrderCode;
use crate::db::Tx;
use crate::error::{Error, Problem, Result, Slug};
use crate::orders::{self, Entry, Event, EventKind, Order};
use crate::proofs::{self, Proof};

/// What the cashier says.
#[derive(Clone, Debug, Default)]
pub struct HandOver {
    /// Who takes it, when it is not the customer.
    pub received_by: Option<String>,
    /// Identifiers or barcodes of the parcels, when it is not all of them.
    pub parcels: Option<Vec<String>>,
    /// What proved that it is theirs, looked at before.
    pub proof: Option<Proof>,
    /// The document that they showed, in a few words.
    pub document: Option<String>,
    /// Why an admin hands over in spite of a debt, or without a proof.
    pub override_reason: Option<String>,
}

/// Hands over an order's parcels, all or some.
///
/// # Errors
/// `already_picked_up`, `not_arrived`, `balance_due`, `proof_required`, `wrong_status` for a cancelled order.
pub fn hand_over(tx: &mut Tx, code: &OrderCode, hand_over: &HandOver) -> Result<Order> {
    #[cfg(not(feature = "faults"))]
    let mut order = storage::lock(tx, code)?;
    #[cfg(feature = "faults")]
    let mut order = look_or_lock(tx, code)?;
    let parcels = store::of_order(tx, &order.id)?;
    refuse_wrong_status(&order, &parcels, hand_over)?;
    let chosen = choose(&parcels, hand_over)?;
    if !is_overridden(tx, hand_over) {
        proofs::refuse_unproven(tx, &order, hand_over.proof)?;
        refuse_debt(&order)?;
    }
    for parcel in chosen {
        let mut parcel = parcel.clone();
        parcel.status = Status::PickedUp;
        parcel.picked_up_at = Some(tx.now);
        #[cfg(not(feature = "faults"))]
        super::save(tx, &parcel, Status::Arrived)?;
        #[cfg(feature = "faults")]
        save_or_overwrite(tx, &parcel)?;
        orders::note(tx, &order, note(&parcel, hand_over))?;
    }
    let is_all = close(tx, &mut order)?;
    audit::record(
        tx,
        "order.handed_over",
        &order.code,
        serde_json::json!({
            "received_by": hand_over.received_by, "balance_tyiyn": order.balance_tyiyn,
            "proof": hand_over.proof, "document": hand_over.document, "override_reason": hand_over.override_reason,
            "all": is_all,
        }),
    )?;
    Ok(order)
}

/// The mistake of looking where an order has to be locked.
#[cfg(feature = "faults")]
fn look_or_lock(tx: &mut Tx, code: &OrderCode) -> Result<Order> {
    use crate::faults::{Mistake, is_made};
    if is_made(Mistake::LookThenHandOver) { orders::find(tx, code) } else { storage::lock(tx, code) }
}

/// The mistake of writing without a guard.
#[cfg(feature = "faults")]
fn save_or_overwrite(tx: &mut Tx, parcel: &Parcel) -> Result<()> {
    use crate::faults::{Mistake, is_made};
    if !is_made(Mistake::LookThenHandOver) {
        return super::save(tx, parcel, Status::Arrived);
    }
    let _ = store::update(tx, parcel, Status::Arrived)? || store::update(tx, parcel, Status::PickedUp)?;
    Ok(())
}

/// What the timeline tells of one parcel, and the act after it.
fn note(parcel: &Parcel, hand_over: &HandOver) -> Entry {
    let told = [
        ("received_by", hand_over.received_by.as_deref()),
        ("proof", hand_over.proof.map(Proof::as_str)),
        ("document", hand_over.document.as_deref()),
    ];
    let entry = entry(EventKind::ParcelHandedOver, parcel);
    told.into_iter().fold(entry, |entry, (name, value)| match value {
        Some(value) => entry.with(name, value),
        None => entry,
    })
}

/// Ends an order of which everything was taken; tells whether it was. A released part that was taken leaves the order
/// where its rest is.
fn close(tx: &mut Tx, order: &mut Order) -> Result<bool> {
    let parcels = store::of_order(tx, &order.id)?;
    let is_all = is_finished(&parcels);
    let lies_here = parcels.iter().any(|parcel| parcel.status == Status::Arrived);
    if is_all && order.status != orders::Status::PickedUp {
        orders::advance(tx, order, Event::PickedUp, Entry::new(EventKind::OrderPickedUp))?;
    } else if order.released_at.is_some() && !lies_here {
        super::follow(tx, order, Some(Entry::new(EventKind::OrderAwaitsRest)))?;
    }
    Ok(is_all)
}

fn is_finished(parcels: &[Parcel]) -> bool {
    parcels.iter().all(|parcel| matches!(parcel.status, Status::PickedUp | Status::Lost | Status::Returned))
}

fn refuse_wrong_status(order: &Order, parcels: &[Parcel], hand_over: &HandOver) -> Result<()> {
    let lies_here = parcels.iter().any(|parcel| parcel.status == Status::Arrived);
    // Part was taken and the rest was lost: nothing is left to hand over, and the order can be closed.
    let is_over = parcels.iter().any(|parcel| parcel.status == Status::PickedUp) && is_finished(parcels);
    match order.status {
        // A parcel that was thought lost may turn up after the rest was taken.
        orders::Status::PickedUp if lies_here => Ok(()),
        orders::Status::PickedUp => {
            let at = taken_at(parcels, hand_over).unwrap_or(order.updated_at).and_utc();
            Problem::new(Slug::AlreadyPickedUp, format!("Order {} was handed over at {}.", order.code, at.to_rfc3339()))
                .with("picked_up_at", at.to_rfc3339())
                .fail()
        }
        orders::Status::Cancelled => Err(orders::wrong_status(order, &[])),
        orders::Status::ReadyForPickup if lies_here || is_over => Ok(()),
        // Part of an order may be taken when it is there, if the customer asks for just that part.
        orders::Status::InTransit
        | orders::Status::ReceivedInChina
        | orders::Status::Purchased
        | orders::Status::AwaitingParcel
            if hand_over.parcels.is_some() =>
        {
            Ok(())
        }
        orders::Status::Requested
        | orders::Status::Quoted
        | orders::Status::Confirmed
        | orders::Status::Paid
        | orders::Status::Purchased
        | orders::Status::AwaitingParcel
        | orders::Status::ReceivedInChina
        | orders::Status::ReadyForPickup
        | orders::Status::InTransit => Problem::new(
            Slug::NotArrived,
            format!("Order {} is {}: not every parcel has arrived.", order.code, order.status),
        )
        .with("current", order.status.as_str())
        .fail(),
    }
}

/// When the last of the parcels that are asked for was taken.
fn taken_at(parcels: &[Parcel], hand_over: &HandOver) -> Option<NaiveDateTime> {
    let is_asked = |parcel: &&Parcel| match &hand_over.parcels {
        Some(wanted) => wanted.iter().any(|name| is_named(parcel, name)),
        None => true,
    };
    let last = |parcels: &mut dyn Iterator<Item = &Parcel>| parcels.filter_map(|parcel| parcel.picked_up_at).max();
    last(&mut parcels.iter().filter(is_asked)).or_else(|| last(&mut parcels.iter()))
}

fn is_named(parcel: &Parcel, name: &str) -> bool {
    let known = [Some(parcel.id.as_str()), Some(&parcel.barcode), parcel.tracking_number.as_deref()];
    known.into_iter().flatten().any(|known| known.eq_ignore_ascii_case(name.trim()))
}

fn choose<'a>(parcels: &'a [Parcel], hand_over: &HandOver) -> Result<Vec<&'a Parcel>> {
    let Some(wanted) = &hand_over.parcels else {
        return Ok(parcels.iter().filter(|parcel| parcel.status == Status::Arrived).collect());
    };
    let mut chosen: Vec<&Parcel> = Vec::new();
    for (index, name) in wanted.iter().enumerate() {
        match parcels.iter().find(|parcel| is_named(parcel, name)) {
            None => return Problem::field(format!("/parcels/{index}"), "is not a parcel of this order").fail(),
            Some(parcel) if parcel.status == Status::PickedUp => return Err(already(parcel)),
            Some(parcel) if parcel.status != Status::Arrived => {
                return Problem::new(Slug::NotArrived, format!("Parcel {} is {}.", parcel.barcode, parcel.status))
                    .fail();
            }
            Some(parcel) if chosen.iter().any(|known| known.id == parcel.id) => {}
            Some(parcel) => chosen.push(parcel),
        }
    }
    Ok(chosen)
}

fn already(parcel: &Parcel) -> Error {
    Problem::new(Slug::AlreadyPickedUp, format!("Parcel {} was handed over before.", parcel.barcode))
        .with("picked_up_at", parcel.picked_up_at.map(|at| at.and_utc().to_rfc3339()))
        .into()
}

/// An admin who says why may do without money and proof.
fn is_overridden(tx: &Tx, hand_over: &HandOver) -> bool {
    tx.by.is_admin() && hand_over.override_reason.is_some()
}

fn refuse_debt(order: &Order) -> Result<()> {
    let due = order.balance_tyiyn;
    if due <= 0 {
        return Ok(());
    }
    Problem::new(
        Slug::BalanceDue,
        format!("{} som are still to be paid for order {}.", crate::texts::som(due), order.code),
    )
    .with("balance", serde_json::json!({"amount": due, "currency": "KGS"}))
    .fail()
}
