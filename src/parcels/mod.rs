//! Parcels: one physical box each, from the courier's number to the customer's hands.

pub mod bulk;
pub mod freight;
mod hand_over;
pub mod http;
mod intake;
pub mod label;
pub mod ready;
pub mod rules;
mod store;

use std::collections::{BTreeMap, BTreeSet};

use crate::audit;
use crate::code::OrderCode;
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::ids::{OrderId, ParcelId, ShipmentId};
use crate::orders::{self, Entry, Event, EventKind, Order};

pub use hand_over::{HandOver, hand_over};
pub use intake::{NewReceipt, claim, receive};
pub use rules::{Status, Tracking};
pub use store::{Filter, Parcel};

/// We bought it: where, and under which couriers' numbers it comes.
///
/// # Errors
/// `wrong_status`; `duplicate_value` for a number that another active parcel has.
pub fn purchase(
    tx: &mut Tx,
    code: &OrderCode,
    marketplace: &str,
    order_no: Option<&str>,
    numbers: &[Tracking],
) -> Result<Order> {
    let mut order = orders::lock(tx, code)?;
    orders::advance(tx, &mut order, Event::Purchased, Entry::new(EventKind::OrderPurchased))?;
    orders::set_marketplace(tx, &mut order, marketplace, order_no)?;
    audit::record(
        tx,
        "order.purchased",
        &order.code,
        serde_json::json!({
            "marketplace": marketplace, "order_no": order_no, "tracking_numbers": numbers,
        }),
    )?;
    register(tx, &mut order, numbers)?;
    Ok(order)
}

/// Registers couriers' numbers for an order. For staff, a box that came before its number was known finds its order
/// here. Anybody can type somebody else's number, so without a login a number that is not free is only noted.
///
/// # Errors
/// `duplicate_value` for a number that another active parcel has.
pub fn register(tx: &mut Tx, order: &mut Order, numbers: &[Tracking]) -> Result<()> {
    for number in numbers {
        let entry = Entry::new(EventKind::ParcelRegistered).with("tracking_number", number.as_str());
        match store::active(tx, number)? {
            None => {
                store::insert_expected(tx, &order.id, number)?;
                orders::note(tx, order, entry)?;
            }
            Some(known) if known.order_id.as_ref() == Some(&order.id) => {}
            Some(_) if !tx.by.is_staff() => orders::note(tx, order, entry.with("is_taken", true))?,
            Some(waiting) if waiting.order_id.is_none() => intake::give_to(tx, order, waiting)?,
            Some(_) => {
                return Problem::new(
                    Slug::DuplicateValue,
                    format!("The tracking number {number} belongs to another order's parcel that is still on its way."),
                )
                .fail();
            }
        }
    }
    follow(tx, order, None)?;
    Ok(())
}

/// Registers more numbers for an order that is under way.
///
/// # Errors
/// `wrong_status` before it was bought or after it ended; `duplicate_value`.
pub fn add(tx: &mut Tx, code: &OrderCode, numbers: &[Tracking]) -> Result<Order> {
    let mut order = orders::lock(tx, code)?;
    if !orders::rules::has_parcels(order.status) {
        return Err(orders::wrong_status(&order, &orders::rules::legal(order.status)));
    }
    register(tx, &mut order, numbers)?;
    audit::record(tx, "parcel.registered", &order.code, serde_json::json!({"tracking_numbers": numbers}))?;
    Ok(order)
}

/// Brings an order as far as its slowest parcel and writes `entry`; tells whether it became ready by this.
///
/// # Errors
/// Those of the database.
pub fn follow(tx: &mut Tx, order: &mut Order, entry: Option<Entry>) -> Result<bool> {
    let statuses = store::statuses_of(tx, &order.id)?;
    let Some((event, status)) = step(order, rules::slowest(&statuses)) else {
        if let Some(entry) = entry {
            orders::note(tx, order, entry)?;
        }
        return Ok(false);
    };
    let is_ready = status == orders::Status::ReadyForPickup;
    match entry {
        Some(entry) if is_ready => {
            orders::note(tx, order, entry)?;
            orders::advance(tx, order, event, Entry::new(EventKind::OrderReady))?;
        }
        Some(entry) => orders::advance(tx, order, event, entry)?,
        None => orders::advance(tx, order, event, Entry::new(EventKind::Correction))?,
    }
    Ok(is_ready)
}

/// The step that an order has to take when this is how far its slowest parcel is, and where it leads.
fn step(order: &Order, slowest: Option<orders::Progress>) -> Option<(Event, orders::Status)> {
    let event = orders::parcels_event(order, slowest?);
    let status = orders::rules::next(order.status, event).ok()?;
    (status != order.status).then_some((event, status))
}

/// A parcel by identifier.
///
/// # Errors
/// `not_found`.
pub fn get(tx: &mut Tx, id: &ParcelId) -> Result<Parcel> {
    find(tx, id)?.ok_or_else(|| Problem::not_found(format_args!("parcel {id}")).into())
}

/// The same, if there is one.
///
/// # Errors
/// Those of the database.
pub fn find(tx: &mut Tx, id: &ParcelId) -> Result<Option<Parcel>> {
    store::by_id(tx, id)
}

/// The parcels of an order, oldest first.
///
/// # Errors
/// Those of the database.
pub fn of_order(tx: &mut Tx, order: &OrderId) -> Result<Vec<Parcel>> {
    store::of_order(tx, order)
}

/// The parcels on a shipment.
///
/// # Errors
/// Those of the database.
pub fn of_shipment(tx: &mut Tx, shipment: &ShipmentId) -> Result<Vec<Parcel>> {
    store::of_shipment(tx, shipment)
}

/// Parcels that fit a filter, newest first.
///
/// # Errors
/// Bad paging, and those of the database.
pub fn list(tx: &mut Tx, filter: &Filter, paging: &crate::http::Paging) -> Result<crate::http::Page<Parcel>> {
    let (limit, below) = paging.checked()?;
    let rows = store::page(tx, filter, limit + 1, below.as_deref())?;
    Ok(crate::http::Page::new(rows, limit, |parcel| parcel.id.to_string()))
}

/// The parcel that a scanned code means: our own barcode, else a courier's number of an active parcel.
///
/// # Errors
/// Those of the database.
pub fn scanned(tx: &mut Tx, barcode: &str) -> Result<Option<Parcel>> {
    // A courier's number can look like our barcode by chance, so a miss falls through.
    if let Some(own) = crate::code::parse_barcode(barcode)
        && let Some(parcel) = store::by_barcode(tx, &own)?
    {
        return Ok(Some(parcel));
    }
    match Tracking::try_from(barcode.to_owned()) {
        Ok(number) => match store::active(tx, &number)? {
            Some(parcel) => Ok(Some(parcel)),
            None => store::last_with(tx, &number),
        },
        Err(_) => Ok(None),
    }
}

/// Locks the orders of these parcels, each once and always in the same sequence: two clerks whose scans share orders
/// must not wait for each other in a ring. Parcels read before this are to be read again after it.
///
/// # Errors
/// Those of the database.
pub fn lock_orders<'a>(tx: &mut Tx, parcels: impl Iterator<Item = &'a Parcel>) -> Result<BTreeMap<OrderId, Order>> {
    let wanted: BTreeSet<_> = parcels.filter_map(|parcel| parcel.order_id.clone()).collect();
    wanted
        .into_iter()
        .map(|id| {
            let order = orders::lock_id(tx, &id)?;
            Ok((id, order))
        })
        .collect()
}

/// Something went wrong with a parcel, or was put right: lost, damaged, returned, held by customs, found again.
///
/// # Errors
/// `not_found`; `wrong_status` for a move that makes no sense.
pub fn set_status(tx: &mut Tx, id: &ParcelId, status: Status, reason: &str) -> Result<Parcel> {
    let seen = get(tx, id)?;
    let mut locked = lock_orders(tx, std::iter::once(&seen))?;
    let mut parcel = get(tx, id)?;
    let before = parcel.status;
    let legal = legal_exceptions(tx, &parcel)?;
    if !legal.contains(&status) {
        return Err(wrong_status(&parcel, &legal));
    }
    parcel.status = status;
    save(tx, &parcel, before)?;
    if let Some(order) = parcel.order_id.as_ref().and_then(|id| locked.get_mut(id)) {
        // Nobody pays for the carriage of what does not reach them; found again, it is charged again.
        if matches!(status, Status::Lost | Status::Returned) {
            freight::take_back(tx, order, &mut parcel)?;
        }
        let kind = rules::event_of(status).unwrap_or(EventKind::Correction);
        if follow(tx, order, Some(entry(kind, &parcel)))? {
            ready::welcome(tx, vec![order.clone()], None)?;
        }
    }
    audit::record(
        tx,
        "parcel.status_set",
        id.as_str(),
        serde_json::json!({"before": before, "after": status, "reason": reason}),
    )?;
    Ok(parcel)
}

/// What a person may say of this parcel. A lost one goes back to where it was, if its number is still free.
fn legal_exceptions(tx: &mut Tx, parcel: &Parcel) -> Result<Vec<Status>> {
    if parcel.status != Status::Lost {
        return Ok(rules::exceptions(parcel.status).to_vec());
    }
    let number = parcel.tracking_number.clone().map(Tracking::try_from).and_then(std::result::Result::ok);
    if let Some(number) = number
        && store::active(tx, &number)?.is_some()
    {
        return Problem::new(
            Slug::DuplicateValue,
            format!(
                "The tracking number {number} belongs to another parcel by now; receive this one without a number."
            ),
        )
        .fail();
    }
    Ok(rules::where_found(parcel.shipment_id.is_some(), parcel.weight_g.is_some()))
}

/// The refusal of a step that the parcel's status does not allow.
pub fn wrong_status(parcel: &Parcel, legal: &[Status]) -> crate::error::Error {
    let words: Vec<_> = legal.iter().map(|status| status.as_str()).collect();
    let next = if words.is_empty() { "nothing".to_owned() } else { words.join(", ") };
    Problem::new(
        Slug::WrongStatus,
        format!("Parcel {} is {}; what can follow is {next}.", parcel.barcode, parcel.status),
    )
    .with("current", parcel.status.as_str())
    .with("legal", words)
    .into()
}

/// A timeline entry about a parcel.
pub fn entry(kind: EventKind, parcel: &Parcel) -> Entry {
    let entry = Entry::new(kind).with("barcode", parcel.barcode.as_str());
    match &parcel.tracking_number {
        Some(number) => entry.with("tracking_number", number.as_str()),
        None => entry,
    }
}

/// Writes a parcel back if it is still in the status it was read in.
///
/// # Errors
/// `wrong_status` when somebody else changed it meanwhile.
pub fn save(tx: &mut Tx, parcel: &Parcel, expected: Status) -> Result<()> {
    if store::update(tx, parcel, expected)? {
        return Ok(());
    }
    let now = get(tx, &parcel.id)?;
    Err(wrong_status(&now, rules::exceptions(now.status)))
}
