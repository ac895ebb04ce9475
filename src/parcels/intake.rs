//! A box arrives in China and is weighed: matched by its number, by a code, or left unclaimed. What is not as expected
//! is said; what must not happen silently stops it.

use super::inspect;
use super::intake_store;
use super::rules::{Status, Tracking};
use super::store::{self, Parcel};
use super::warnings::{self, Warning, WarningCode};
use super::{entry, follow, save};
use crate::audit;
use crate::code::OrderCode;
use crate::customers::{self, Customer, Person};
use crate::db::Tx;
use crate::error::{Error, Problem, Result, Slug};
use crate::ids::{BranchId, ParcelId};
use crate::orders::{self, Entry, EventKind, NewOrder, Order};
use crate::phone::Phone;
use crate::tariffs::SizeMm;

/// What the warehouse sees.
#[derive(Clone, Debug)]
pub struct NewReceipt {
    /// The courier's number.
    pub tracking_number: Option<Tracking>,
    /// The client code on the mark, canonical.
    pub client_code: Option<String>,
    /// What is written on the box, as it was typed.
    pub mark: Option<String>,
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
    /// Whether every warning stops it.
    pub is_strict: bool,
    /// Why it goes on in spite of what is not as expected.
    pub override_reason: Option<String>,
}

impl NewReceipt {
    /// A box with this number, and nothing else said of it.
    pub fn of(number: Tracking, weight_g: i64) -> Self {
        Self {
            tracking_number: Some(number),
            client_code: None,
            mark: None,
            order_code: None,
            weight_g,
            length_mm: None,
            width_mm: None,
            height_mm: None,
            condition: None,
            note: None,
            branch_id: None,
            is_strict: false,
            override_reason: None,
        }
    }

    /// Its sides, when all were measured.
    pub fn size(&self) -> Option<SizeMm> {
        SizeMm::of(self.length_mm, self.width_mm, self.height_mm)
    }
}

/// A box that was taken in.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The parcel.
    pub parcel: Parcel,
    /// What is not as expected about it.
    pub warnings: Vec<Warning>,
}

/// Takes a box in.
///
/// # Errors
/// `wrong_status` for a number received before; `owner_mismatch` when number and mark name different clients and
/// `intercepted` for what else has to be looked at, both unless a reason is given; `not_found` for an order code that
/// does not exist.
pub fn receive(tx: &mut Tx, new: &NewReceipt) -> Result<Receipt> {
    let known = match &new.tracking_number {
        Some(number) => store::active(tx, number)?,
        None => None,
    };
    let receipt = match known {
        Some(parcel) => receive_known(tx, parcel, new)?,
        None => receive_new(tx, new)?,
    };
    let parcel = &receipt.parcel;
    let mut detail = serde_json::json!({
        "barcode": parcel.barcode, "tracking_number": parcel.tracking_number, "weight_g": parcel.weight_g,
        "status": parcel.status, "order": parcel.order_id,
    });
    if !receipt.warnings.is_empty() {
        detail["warnings"] = serde_json::json!(receipt.warnings);
        detail["override_reason"] = serde_json::json!(new.override_reason);
    }
    audit::record(tx, RECEIVED, parcel.id.as_str(), detail)?;
    Ok(receipt)
}

/// How the audit trail calls a receipt.
pub(super) const RECEIVED: &str = "parcel.received";

fn receive_known(tx: &mut Tx, parcel: Parcel, new: &NewReceipt) -> Result<Receipt> {
    let mut order = match (parcel.status, &parcel.order_id) {
        (Status::Expected, Some(order)) => Some(orders::lock_id(tx, order)?),
        (Status::Unclaimed, None) => order_of(tx, new, parcel.client_code.as_deref())?,
        _ => return Err(inspect::received_before(tx, &parcel, new.weight_g)?),
    };
    // Read again under the lock of its order, or its own: somebody may have weighed it a moment earlier.
    let mut parcel = intake_store::lock(tx, &parcel.id)?;
    let before = parcel.status;
    if parcel.received_at.is_some() || !matches!(before, Status::Expected | Status::Unclaimed) {
        return Err(inspect::received_before(tx, &parcel, new.weight_g)?);
    }
    let warnings = look_at(tx, order.as_ref(), Some(&parcel.id), new)?;
    parcel.status = if order.is_some() { Status::Received } else { Status::Unclaimed };
    parcel.order_id = order.as_ref().map(|order| order.id.clone());
    fill(&mut parcel, new);
    parcel.received_at = Some(tx.now);
    parcel.seen_at = parcel.seen_at.or(Some(tx.now));
    save(tx, &parcel, before)?;
    if let Some(order) = &mut order {
        follow(tx, order, Some(received(&parcel, &warnings, new)))?;
    }
    Ok(Receipt { parcel, warnings })
}

/// What the scale and the clerk say; what was known from the scan before stays where they say nothing.
fn fill(parcel: &mut Parcel, new: &NewReceipt) {
    parcel.client_code = new.client_code.clone().or(parcel.client_code.take());
    parcel.mark = new.mark.clone().or(parcel.mark.take());
    parcel.condition.clone_from(&new.condition);
    parcel.note.clone_from(&new.note);
    parcel.weight_g = Some(new.weight_g);
    (parcel.length_mm, parcel.width_mm, parcel.height_mm) = (new.length_mm, new.width_mm, new.height_mm);
    parcel.branch_id.clone_from(&new.branch_id);
    parcel.search = Some(parcel.search_text());
}

fn receive_new(tx: &mut Tx, new: &NewReceipt) -> Result<Receipt> {
    let order = order_of(tx, new, None)?;
    let warnings = look_at(tx, order.as_ref(), None, new)?;
    let Some(mut order) = order else {
        let parcel = store::insert_received(tx, None, Status::Unclaimed, new)?;
        return Ok(Receipt { parcel, warnings });
    };
    let parcel = store::insert_received(tx, Some(&order.id), Status::Received, new)?;
    follow(tx, &mut order, Some(received(&parcel, &warnings, new)))?;
    Ok(Receipt { parcel, warnings })
}

fn received(parcel: &Parcel, warnings: &[Warning], new: &NewReceipt) -> Entry {
    let entry = entry(EventKind::ParcelReceived, parcel);
    if warnings.is_empty() {
        return entry;
    }
    let codes: Vec<_> = warnings.iter().map(|warning| warning.code.as_str()).collect();
    let entry = entry.with("warnings", codes);
    match &new.override_reason {
        Some(reason) => entry.with("override_reason", reason.as_str()),
        None => entry,
    }
}

/// What is not as expected about a box of an order or of nobody. Without a reason some of it stops the receipt.
fn look_at(tx: &mut Tx, order: Option<&Order>, known: Option<&ParcelId>, new: &NewReceipt) -> Result<Vec<Warning>> {
    let mut found = Vec::new();
    if let Some(order) = order {
        if let Some(other) = other_owner(tx, order, new.client_code.as_deref(), new.order_code.as_ref())? {
            if new.override_reason.is_none() {
                return Err(mismatch(order, &other));
            }
            found.push(warnings::owner(&order.code, &other));
        }
        found.extend(inspect::weight(tx, order, known, new)?);
        found.extend(inspect::forbidden(tx, order, new)?);
    }
    found.extend(new.condition.as_ref().and_then(|condition| warnings::damaged(condition, &tx.firm.damage_words)));
    if new.override_reason.is_none() {
        let is_stop = |code: WarningCode| new.is_strict || code.is_stopped_by(&tx.firm.intake_stops);
        let stops: Vec<_> = found.iter().filter(|warning| is_stop(warning.code)).collect();
        if !stops.is_empty() {
            let details: Vec<_> = stops.iter().map(|warning| warning.detail.as_str()).collect();
            return Problem::new(Slug::Intercepted, details.join(" "))
                .with("interceptions", serde_json::json!(stops))
                .fail();
        }
    }
    Ok(found)
}

/// Whom the mark names, when that is not whom the order is of.
pub(super) fn other_owner(
    tx: &mut Tx,
    order: &Order,
    client_code: Option<&str>,
    order_code: Option<&OrderCode>,
) -> Result<Option<String>> {
    let by_mark = match client_code {
        Some(code) => customers::by_client_code(tx, code)?,
        None => None,
    };
    let other_client = by_mark.filter(|customer| customer.id != order.customer_id).map(|customer| customer.client_code);
    let other_order = order_code.filter(|code| code.as_str() != order.code).map(ToString::to_string);
    Ok(other_client.or(other_order))
}

/// The number says one owner and the mark another: a person has to look at the box.
fn mismatch(order: &Order, other: &str) -> Error {
    Problem::new(
        Slug::OwnerMismatch,
        format!("The tracking number belongs to order {}, but the mark says {other}. Look at the box.", order.code),
    )
    .with("registered_order", order.code.as_str())
    .with("mark", other)
    .with("interceptions", serde_json::json!([warnings::owner(&order.code, other)]))
    .into()
}

/// The order that a code on the box names, or else its client's; the mark of an earlier scan counts where nothing else
/// is said. A box for an order that has ended, or was never bought, waits for a person to decide.
fn order_of(tx: &mut Tx, new: &NewReceipt, seen_code: Option<&str>) -> Result<Option<Order>> {
    let order = match (&new.order_code, new.client_code.as_deref().or(seen_code)) {
        (Some(code), _) => Some(orders::lock(tx, code)?),
        (None, Some(code)) => order_of_client(tx, code)?,
        (None, None) => None,
    };
    Ok(order.filter(|order| may_take(order.status)))
}

/// Whether boxes can still come for an order. Between payment and the note of its purchase they may be fast.
pub(super) fn may_take(status: orders::Status) -> bool {
    orders::rules::has_parcels(status) || status == orders::Status::Paid
}

/// A box with only a client's mark joins their forwarding order that is still in China, or begins one.
pub(super) fn order_of_client(tx: &mut Tx, client_code: &str) -> Result<Option<Order>> {
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

/// An unclaimed parcel finds its order. One that was only seen is still to be weighed.
///
/// # Errors
/// `wrong_status` when somebody claimed it a moment earlier.
pub(super) fn give_to(tx: &mut Tx, order: &mut Order, mut parcel: Parcel, note: impl Fn(Entry) -> Entry) -> Result<()> {
    let before = parcel.status;
    parcel.order_id = Some(order.id.clone());
    let mut kind = EventKind::ParcelReceived;
    if before == Status::Unclaimed && parcel.received_at.is_some() {
        parcel.status = Status::Received;
    } else if before == Status::Unclaimed {
        (parcel.status, kind) = (Status::Expected, EventKind::ParcelSeen);
    }
    save(tx, &parcel, before)?;
    follow(tx, order, Some(note(entry(kind, &parcel))))?;
    Ok(())
}
