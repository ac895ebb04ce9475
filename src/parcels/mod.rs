//! Parcels: one physical box each, from the courier's number to the customer's hands.

pub mod bulk;
pub mod freight;
mod hand_over;
pub mod http;
mod inspect;
mod intake;
mod intake_store;
pub mod label;
pub mod queue;
pub mod queue_http;
pub mod ready;
pub mod receiving;
mod release;
pub mod rules;
mod scan;
pub mod storage;
mod store;
mod warnings;

use std::collections::BTreeMap;

use crate::audit;
use crate::branches;
use crate::code::OrderCode;
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::ids::{Actor, BranchId, OrderId, ParcelId, ShipmentId};
use crate::orders::{self, Entry, Event, EventKind, Order};
use crate::photos::{self, MOST_PHOTOS};

pub use hand_over::{HandOver, hand_over};
pub use intake::{NewReceipt, Receipt, receive};
pub use queue::claim;
pub use release::release;
pub use rules::{Standing, Status, Tracking};
pub use scan::{NewScan, Outcome as IntakeOutcome, Seen, see};
pub use store::{Filter, Parcel};
pub use warnings::{Warning, WarningCode};

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
            Some(_) if !claims_by_number(tx.by) => {
                intake_store::want_number(tx, number, &order.id)?;
                orders::note(tx, order, entry.with("is_taken", true))?;
            }
            Some(waiting) if waiting.order_id.is_none() => intake::give_to(tx, order, waiting, |entry| entry)?,
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

/// Whose word is enough to give them a box of nobody by its number. Everybody else makes a suggestion by it.
fn claims_by_number(by: &Actor) -> bool {
    by.is_staff() || by.customer().is_some()
}

/// Whether a number can still be registered: no order waits for it or has it on its way.
///
/// # Errors
/// Those of the database.
pub fn is_free(tx: &mut Tx, number: &Tracking) -> Result<bool> {
    Ok(store::active(tx, number)?.is_none_or(|parcel| parcel.order_id.is_none()))
}

/// Takes what was written on the boxes of these orders, and about them, out of the books: it may name their owner.
///
/// # Errors
/// Those of the database.
pub fn erase_words(tx: &mut Tx, orders: &[OrderId]) -> Result<()> {
    store::erase_words(tx, orders)
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
    let standings = store::standings_of(tx, &order.id)?;
    let Some((event, status)) = following(tx, order, &standings)? else {
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

/// What an order becomes by where its parcels stand; `None` when it is that already, or follows none. The release of
/// a part ends when it is a part no longer.
fn following(tx: &mut Tx, order: &mut Order, standings: &[Standing]) -> Result<Option<(Event, orders::Status)>> {
    let is_release_over = order.released_at.is_some() && rules::ends_release(standings, &order.pickup_point_id);
    if is_release_over {
        orders::end_release(tx, order)?;
    }
    Ok(rules::slowest(standings, &order.pickup_point_id)
        .map(|slowest| orders::parcels_event(order, slowest))
        .and_then(|event| Some((event, orders::rules::next(order.status, event).ok()?)))
        // Of a released order the customer knows a part; that the rest came is news.
        .filter(|(_, status)| *status != order.status || is_release_over))
}

/// The customer picks the order up somewhere else: where its parcels lie, it is ready at once.
///
/// # Errors
/// `validation_failed` for a branch that is no pickup point; `wrong_status` for an order that has ended.
pub fn redirect(tx: &mut Tx, code: &OrderCode, branch: &str, reason: Option<&str>) -> Result<Order> {
    let branch = branches::find_pickup_point(tx, Some(branch), "/branch")?;
    let mut order = orders::lock(tx, code)?;
    if matches!(order.status, orders::Status::PickedUp | orders::Status::Cancelled) {
        return Err(orders::wrong_status(&order, &orders::rules::legal(order.status)));
    }
    if !orders::move_to(tx, &mut order, &branch, reason)? {
        return Ok(order);
    }
    let moved = Entry::new(EventKind::PickupPointMoved).place(&branch.city).with("branch", branch.name.as_str());
    if follow(tx, &mut order, Some(moved))? {
        ready::welcome(tx, &mut order)?;
    }
    Ok(order)
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

/// The parcels of many orders, oldest first within an order.
///
/// # Errors
/// Those of the database.
pub fn of_orders(tx: &mut Tx, orders: &[OrderId]) -> Result<Vec<Parcel>> {
    store::of_orders(tx, orders)
}

/// The parcels on a shipment.
///
/// # Errors
/// Those of the database.
pub fn of_shipment(tx: &mut Tx, shipment: &ShipmentId) -> Result<Vec<Parcel>> {
    store::of_shipment(tx, shipment)
}

/// What a photo of a parcel asks before it is opened.
///
/// # Errors
/// `not_found`; `photo_refused` when it has as many as are kept.
pub fn may_take_photo(tx: &mut Tx, id: &ParcelId) -> Result<()> {
    let has = usize::try_from(get(tx, id)?.photos_taken).unwrap_or(usize::MAX);
    if has < MOST_PHOTOS { Ok(()) } else { Err(photos::too_many()) }
}

/// Counts a photo of a parcel, and holds the parcel until the transaction ends.
///
/// # Errors
/// Those of [`may_take_photo`].
pub fn take_photo(tx: &mut Tx, id: &ParcelId) -> Result<()> {
    let most = i32::try_from(MOST_PHOTOS).unwrap_or(i32::MAX);
    if intake_store::count_photo(tx, id, most)? { Ok(()) } else { may_take_photo(tx, id) }
}

/// The parcels of a shipment that have not arrived and are not given up.
///
/// # Errors
/// Those of the database.
pub fn on_the_road_with(tx: &mut Tx, shipment: &ShipmentId) -> Result<Vec<Parcel>> {
    store::on_the_road_with(tx, shipment)
}

/// How many parcels of a shipment have not arrived and are not given up.
///
/// # Errors
/// Those of the database.
pub fn count_on_the_road_with(tx: &mut Tx, shipment: &ShipmentId) -> Result<i64> {
    store::count_on_the_road_with(tx, shipment)
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

/// Lays a parcel into a cell of its branch.
///
/// # Errors
/// Those of the database.
pub fn put_into(tx: &mut Tx, parcel: &mut Parcel, cell: &str) -> Result<()> {
    parcel.cell = Some(cell.to_owned());
    store::set_cell(tx, parcel)
}

/// What lies in a cell of a branch.
///
/// # Errors
/// Those of the database.
pub fn in_cell(tx: &mut Tx, branch: &BranchId, cell: &str) -> Result<Vec<Parcel>> {
    store::in_cell(tx, branch, cell)
}

/// What lies in the cells of a branch, cell by cell.
///
/// # Errors
/// Those of the database.
pub fn in_cells(tx: &mut Tx, branch: &BranchId) -> Result<Vec<Parcel>> {
    store::in_cells(tx, branch)
}

/// Locks the orders of these parcels, each once and always in the same sequence: two clerks whose scans share orders
/// must not wait for each other in a ring. Parcels read before this are to be read again after it.
///
/// # Errors
/// Those of the database.
pub fn lock_orders<'a>(tx: &mut Tx, parcels: impl Iterator<Item = &'a Parcel>) -> Result<BTreeMap<OrderId, Order>> {
    orders::lock_ids(tx, parcels.filter_map(|parcel| parcel.order_id.clone()).collect())
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
    // Its place is free from now on; the database sees to that.
    parcel.cell = None;
    save(tx, &parcel, before)?;
    if let Some(order) = parcel.order_id.as_ref().and_then(|id| locked.get_mut(id)) {
        // Nobody pays for the carriage of what does not reach them; found again, it is charged again.
        if matches!(status, Status::Lost | Status::Returned) {
            freight::take_back(tx, order, &mut parcel)?;
        }
        let kind = rules::event_of(status).unwrap_or(EventKind::Correction);
        if follow(tx, order, Some(entry(kind, &parcel)))? {
            ready::welcome(tx, order)?;
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

/// What a person may say of this parcel. A lost one goes back to where it was, if its number is still free; one of
/// nobody goes back to the unclaimed.
fn legal_exceptions(tx: &mut Tx, parcel: &Parcel) -> Result<Vec<Status>> {
    let mut legal = match parcel.status {
        Status::Lost => where_found(tx, parcel)?,
        status => rules::exceptions(status).to_vec(),
    };
    if parcel.order_id.is_none() {
        legal.iter_mut().filter(|status| **status == Status::Received).for_each(|status| *status = Status::Unclaimed);
    }
    Ok(legal)
}

fn where_found(tx: &mut Tx, parcel: &Parcel) -> Result<Vec<Status>> {
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
