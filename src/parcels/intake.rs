//! A box arrives in China: matched by its number, by a code, or left unclaimed.

use super::rules::{Status, Tracking};
use super::store::{self, Parcel};
use super::{entry, follow, get, save, wrong_status};
use crate::audit;
use crate::code::OrderCode;
use crate::customers::{self, Customer, Person};
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::ids::{BranchId, ParcelId};
use crate::orders::{self, EventKind, NewOrder, Order};
use crate::phone::Phone;

/// What the warehouse sees.
#[derive(Clone, Debug)]
pub struct NewReceipt {
    /// The courier's number.
    pub tracking_number: Option<Tracking>,
    /// The client code on the mark, canonical.
    pub client_code: Option<String>,
    /// The order code, when somebody wrote it on the box.
    pub order_code: Option<OrderCode>,
    /// Grams.
    pub weight_g: i64,
    /// Millimetres.
    pub length_mm: Option<i64>,
    /// Millimetres.
    pub width_mm: Option<i64>,
    /// Millimetres.
    pub height_mm: Option<i64>,
    /// How it looks.
    pub condition: Option<String>,
    /// Anything worth knowing.
    pub note: Option<String>,
    /// The warehouse.
    pub branch_id: Option<BranchId>,
}

/// Takes a box in.
///
/// # Errors
/// `wrong_status` for a number received before; `owner_mismatch` when number and mark name different clients;
/// `not_found` for an order code that does not exist.
pub fn receive(tx: &mut Tx, new: &NewReceipt) -> Result<Parcel> {
    let known = match &new.tracking_number {
        Some(number) => store::active(tx, number)?,
        None => None,
    };
    let parcel = match known {
        Some(parcel) => receive_known(tx, parcel, new)?,
        None => receive_new(tx, new)?,
    };
    audit::record(
        tx,
        "parcel.received",
        parcel.id.as_str(),
        serde_json::json!({
            "barcode": parcel.barcode, "tracking_number": parcel.tracking_number, "weight_g": parcel.weight_g,
            "status": parcel.status, "order": parcel.order_id,
        }),
    )?;
    Ok(parcel)
}

fn receive_known(tx: &mut Tx, mut parcel: Parcel, new: &NewReceipt) -> Result<Parcel> {
    if parcel.status != Status::Expected {
        return Err(wrong_status(&parcel, super::rules::exceptions(parcel.status)));
    }
    let mut order = match &parcel.order_id {
        Some(order) => orders::lock_id(tx, order)?,
        None => return Problem::not_found("order of this parcel").fail(),
    };
    refuse_other_owner(tx, &order, new)?;
    parcel.status = Status::Received;
    parcel.client_code.clone_from(&new.client_code);
    parcel.condition.clone_from(&new.condition);
    parcel.note.clone_from(&new.note);
    parcel.weight_g = Some(new.weight_g);
    (parcel.length_mm, parcel.width_mm, parcel.height_mm) = (new.length_mm, new.width_mm, new.height_mm);
    parcel.branch_id.clone_from(&new.branch_id);
    parcel.received_at = Some(tx.now);
    // Refused when somebody scanned the same box between our reading and the lock on its order.
    save(tx, &parcel, Status::Expected)?;
    follow(tx, &mut order, Some(entry(EventKind::ParcelReceived, &parcel)))?;
    Ok(parcel)
}

/// The number says one owner and the mark another: a person has to look at the box.
fn refuse_other_owner(tx: &mut Tx, order: &Order, new: &NewReceipt) -> Result<()> {
    let by_mark = match &new.client_code {
        Some(code) => customers::by_client_code(tx, code)?,
        None => None,
    };
    let other_client = by_mark.filter(|customer| customer.id != order.customer_id).map(|customer| customer.client_code);
    let other_order = new.order_code.as_ref().filter(|code| code.as_str() != order.code).map(ToString::to_string);
    let Some(other) = other_client.or(other_order) else { return Ok(()) };
    Problem::new(
        Slug::OwnerMismatch,
        format!("The tracking number belongs to order {}, but the mark says {other}. Look at the box.", order.code),
    )
    .with("registered_order", order.code.as_str())
    .with("mark", other)
    .fail()
}

fn receive_new(tx: &mut Tx, new: &NewReceipt) -> Result<Parcel> {
    let order = match &new.order_code {
        Some(code) => Some(orders::lock(tx, code)?),
        None => match &new.client_code {
            Some(code) => order_of_client(tx, code)?,
            None => None,
        },
    };
    // A box for an order that has ended, or was never bought, waits for a person to decide.
    let Some(mut order) = order.filter(|order| may_take(order.status)) else {
        return store::insert_received(tx, None, Status::Unclaimed, new);
    };
    refuse_other_owner(tx, &order, new)?;
    let parcel = store::insert_received(tx, Some(&order.id), Status::Received, new)?;
    follow(tx, &mut order, Some(entry(EventKind::ParcelReceived, &parcel)))?;
    Ok(parcel)
}

/// Whether boxes can still come for an order. Between payment and the note of its purchase they may be fast.
fn may_take(status: orders::Status) -> bool {
    orders::rules::has_parcels(status) || status == orders::Status::Paid
}

/// A box with only a client's mark joins their forwarding order that is still in China, or begins one.
fn order_of_client(tx: &mut Tx, client_code: &str) -> Result<Option<Order>> {
    // Locked, so that two boxes of one client at once do not begin two orders.
    let Some(customer) = customers::lock(tx, client_code)? else { return Ok(None) };
    match orders::open_forwarding(tx, &customer.id)? {
        Some(order) => orders::lock_id(tx, &order.id).map(Some),
        None => place_forwarding(tx, &customer).map(Some),
    }
}

fn place_forwarding(tx: &mut Tx, customer: &Customer) -> Result<Order> {
    let phone = Phone::parse(&customer.phone).map_err(|error| Problem::field("/client_code", error.to_string()))?;
    let person = Person {
        name: customer.name.clone(),
        phone,
        email: customer.email.clone(),
        language: customer.language.parse().unwrap_or_default(),
    };
    let new = NewOrder { kind: orders::Kind::Forwarding, person, items: Vec::new(), pickup_point: None };
    let order = orders::place(tx, &new)?;
    orders::lock_id(tx, &order.id)
}

/// Gives an unclaimed parcel to an order.
///
/// # Errors
/// `not_found`; `wrong_status` unless it is unclaimed and the order is under way.
pub fn claim(tx: &mut Tx, id: &ParcelId, code: &OrderCode) -> Result<Parcel> {
    let mut order = orders::lock(tx, code)?;
    let parcel = get(tx, id)?;
    if parcel.status != Status::Unclaimed {
        return Err(wrong_status(&parcel, &[]));
    }
    if !orders::rules::has_parcels(order.status) {
        return Err(orders::wrong_status(&order, &orders::rules::legal(order.status)));
    }
    give_to(tx, &mut order, parcel)?;
    audit::record(tx, "parcel.claimed", id.as_str(), serde_json::json!({"order": order.code}))?;
    get(tx, id)
}

/// An unclaimed parcel finds its order.
///
/// # Errors
/// `wrong_status` when somebody claimed it a moment earlier.
pub(super) fn give_to(tx: &mut Tx, order: &mut Order, mut parcel: Parcel) -> Result<()> {
    let before = parcel.status;
    parcel.order_id = Some(order.id.clone());
    if before == Status::Unclaimed {
        parcel.status = Status::Received;
    }
    save(tx, &parcel, before)?;
    follow(tx, order, Some(entry(EventKind::ParcelReceived, &parcel)))?;
    Ok(())
}
