//! Orders: one request with one code, its status, its timeline, its balance.

mod bulk;
mod events;
mod forwarding;
pub mod http;
mod news;
mod offers;
pub mod rules;
mod store;
mod store_many;
mod waiting;

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDateTime;

use crate::audit;
use crate::branches::{self, Branch};
use crate::code::OrderCode;
use crate::customers::{self, Person};
use crate::db::Tx;
use crate::error::{Error, Problem, Result, Slug};
use crate::guesses;
use crate::http::{Page, Paging};
use crate::ids::{CustomerId, OrderId};
use crate::ledger;
use crate::money::Money;
use crate::notifications::{self, Fact, Occasion, Recipient};
use crate::quotes;

pub use bulk::{Bulk, addressees, lock_ids};
pub use events::{Entry, EventKind, timeline};
pub use forwarding::{open_forwarding_of, place_forwarding_of};
pub use news::{delayed, remind_of_offers};
pub use offers::{confirm, decline, expire_offers, quote, quote_expired};
pub use rules::{Event, Progress, Status};
pub use store::{Filter, Item, Order, TimelineRow};
pub use store_many::Addressee;
pub use waiting::{end_release, mark_uncollected, release, waiting};

words! {
    /// Who buys.
    Kind as OrderKind {
        /// We buy for the customer.
        Purchase = "purchase",
        /// The customer bought; we only carry.
        Forwarding = "forwarding",
    }
}

/// One thing somebody wants.
#[derive(Clone, Debug)]
pub struct NewItem {
    /// In words.
    pub description: String,
    /// Where they saw it; stored, never fetched.
    pub link: Option<String>,
    /// How many.
    pub quantity: i32,
    /// What they would spend.
    pub budget: Option<Money>,
    /// Size, colour, wishes.
    pub note: Option<String>,
}

/// A request.
#[derive(Clone, Debug)]
pub struct NewOrder {
    /// Who buys.
    pub kind: Kind,
    /// Who asks.
    pub person: Person,
    /// What for.
    pub items: Vec<NewItem>,
    /// Code or identifier of the pickup point; the first one when not named.
    pub pickup_point: Option<String>,
}

/// Takes a request and gives it a code.
///
/// # Errors
/// `validation_failed` for an unknown pickup point.
pub fn place(tx: &mut Tx, new: &NewOrder) -> Result<Order> {
    let pickup_point = branches::find_pickup_point(tx, new.pickup_point.as_deref(), "/pickup_point")?;
    let customer = customers::find_or_make(tx, &new.person)?;
    // Who is signed in asks for themselves alone: their word counts for more than a visitor's.
    if tx.by.customer().is_some_and(|signed_in| *signed_in != customer.id) {
        return Problem::field("/customer/phone", "must be the phone that you are signed in with").fail();
    }
    let code = OrderCode::generate(&tx.firm.code_prefix);
    let status = match new.kind {
        Kind::Purchase => Status::Requested,
        Kind::Forwarding => Status::AwaitingParcel,
    };
    let order = store::insert(tx, &code, status, &customer.id, &pickup_point.id, new)?;
    events::append(tx, &order, &Entry::new(EventKind::OrderRequested))?;
    audit::record(
        tx,
        "order.placed",
        code.as_str(),
        serde_json::json!({"kind": new.kind, "client_code": customer.client_code}),
    )?;
    news::requested(tx, &order)?;
    Ok(order)
}

/// The order with a code, for reading.
///
/// # Errors
/// `not_found`.
pub fn find(tx: &mut Tx, code: &OrderCode) -> Result<Order> {
    store::by_code(tx, code.as_str())?.ok_or_else(|| unknown(code))
}

/// The order with a code, when it is this customer's; somebody else's is as unknown as none.
///
/// # Errors
/// `not_found`.
pub fn find_of(tx: &mut Tx, customer: &CustomerId, code: &OrderCode) -> Result<Order> {
    store::by_code_of(tx, customer, code.as_str())?.ok_or_else(|| unknown(code))
}

/// Whether an order is a customer's.
///
/// # Errors
/// Those of the database.
pub fn is_of(tx: &mut Tx, customer: &CustomerId, id: &OrderId) -> Result<bool> {
    Ok(store::by_id(tx, id)?.is_some_and(|order| order.customer_id == *customer))
}

/// The orders of a customer, newest first.
///
/// # Errors
/// Bad paging, and those of the database.
pub fn list_of(tx: &mut Tx, customer: &CustomerId, paging: &Paging) -> Result<Page<Order>> {
    let (limit, below) = paging.checked()?;
    let rows = store::page_of(tx, customer, limit + 1, below.as_deref())?;
    Ok(Page::new(rows, limit, |order| order.id.to_string()))
}

/// All orders of a customer, by identifier.
///
/// # Errors
/// Those of the database.
pub fn all_of(tx: &mut Tx, customer: &CustomerId) -> Result<Vec<Order>> {
    store::all_of(tx, customer)
}

/// Takes the person out of all their orders: name, phone, e-mail, wishes. What was bought and paid stays.
///
/// # Errors
/// Those of the database.
pub fn erase_person(tx: &mut Tx, customer: &CustomerId) -> Result<()> {
    store::erase_person(tx, customer)
}

/// The order with a code, if there is one.
///
/// # Errors
/// Those of the database.
pub fn look_up(tx: &mut Tx, code: &OrderCode) -> Result<Option<Order>> {
    store::by_code(tx, code.as_str())
}

/// The same wherever it is picked up: for what is public, and what concerns the whole firm.
///
/// # Errors
/// `not_found`.
pub fn find_anywhere(tx: &mut Tx, code: &OrderCode) -> Result<Order> {
    store::by_code_anywhere(tx, code.as_str())?.ok_or_else(|| unknown(code))
}

/// The order with an identifier, if the actor may see it.
///
/// # Errors
/// Those of the database.
pub fn look_up_id(tx: &mut Tx, id: &OrderId) -> Result<Option<Order>> {
    store::by_id(tx, id)
}

/// The latest orders of a customer that parcels may still come for, newest first.
///
/// # Errors
/// Those of the database.
pub fn under_way(tx: &mut Tx, customer: &crate::ids::CustomerId, most: i64) -> Result<Vec<Order>> {
    store::under_way(tx, customer, most)
}

/// The same by identifier, for rooms that came from a payment.
///
/// # Errors
/// `not_found`.
pub fn get(tx: &mut Tx, id: &OrderId) -> Result<Order> {
    store::by_id(tx, id)?.ok_or_else(|| Problem::not_found("such order").into())
}

/// The codes of orders by identifier.
///
/// # Errors
/// Those of the database.
pub fn codes(tx: &mut Tx, ids: &[OrderId]) -> Result<HashMap<OrderId, String>> {
    store::codes(tx, ids)
}

/// Whether somebody without a login is the customer, by the code and the end of the phone number. Guesses are counted,
/// so that a wrong one must be committed. An unknown code takes the same statements as a wrong number, and too many
/// guesses have the answer of one more wrong one.
///
/// # Errors
/// Those of the database.
pub fn prove_customer(tx: &mut Tx, code: &OrderCode, phone_last4: &str) -> Result<bool> {
    let guess = guesses::begin(tx, code.as_str())?;
    let phone = store::phone_of(tx, code.as_str())?;
    let is_right = guess.counts && rules::ends_with(phone.as_deref(), phone_last4);
    guesses::end(tx, guess, is_right)?;
    Ok(is_right)
}

/// The order with a code, held until the transaction ends: whoever comes second waits and sees the first one's work.
///
/// # Errors
/// `not_found`.
pub fn lock(tx: &mut Tx, code: &OrderCode) -> Result<Order> {
    store::lock_by_code(tx, code.as_str())?.ok_or_else(|| unknown(code))
}

/// The same by identifier, for rooms that came from a parcel.
///
/// # Errors
/// `not_found`.
pub fn lock_id(tx: &mut Tx, id: &OrderId) -> Result<Order> {
    store::lock_by_id(tx, id)?.ok_or_else(|| Problem::not_found("such order").into())
}

pub(crate) fn unknown(code: &OrderCode) -> Error {
    Problem::not_found(format_args!("order {code}")).into()
}

/// Orders that fit a filter, newest first.
///
/// # Errors
/// Bad paging, and those of the database.
pub fn list(tx: &mut Tx, filter: &Filter, paging: &Paging) -> Result<Page<Order>> {
    let (limit, below) = paging.checked()?;
    let rows = store::page(tx, filter, limit + 1, below.as_deref())?;
    Ok(Page::new(rows, limit, |order| order.id.to_string()))
}

/// What was asked for.
///
/// # Errors
/// Those of the database.
pub fn items(tx: &mut Tx, order: &OrderId) -> Result<Vec<Item>> {
    store::items_of(tx, order)
}

/// Many orders at once, by identifier; an unknown one is left out.
///
/// # Errors
/// Those of the database.
pub fn many(tx: &mut Tx, ids: BTreeSet<OrderId>) -> Result<HashMap<OrderId, Order>> {
    let ids: Vec<_> = ids.into_iter().collect();
    Ok(store_many::by_ids(tx, &ids)?.into_iter().map(|order| (order.id.clone(), order)).collect())
}

/// What was asked for in many orders, in each in its sequence.
///
/// # Errors
/// Those of the database.
pub fn items_of_many(tx: &mut Tx, ids: &[OrderId]) -> Result<HashMap<OrderId, Vec<Item>>> {
    let mut by_order: HashMap<_, Vec<_>> = HashMap::new();
    for item in store::items_of_many(tx, ids)? {
        by_order.entry(item.order_id.clone()).or_default().push(item);
    }
    Ok(by_order)
}

/// The forwarding order that a box with only a client's mark belongs to: their latest that has not left China.
/// Anybody can type somebody else's phone number, so an order that was placed without a login gets no boxes this way.
///
/// # Errors
/// Those of the database.
pub fn open_forwarding(tx: &mut Tx, customer: &crate::ids::CustomerId) -> Result<Option<Order>> {
    store::open_forwarding(tx, customer)
}

/// Moves an order along, writes its timeline, and keeps row and argument in step. The only place that sets a status.
///
/// # Errors
/// `wrong_status`, naming the status and what can follow it.
pub fn advance(tx: &mut Tx, order: &mut Order, event: Event, entry: Entry) -> Result<()> {
    order.status = rules::next(order.status, event).map_err(|legal| wrong_status(order, &legal))?;
    store::set_status(tx, order)?;
    events::append(tx, order, &entry)?;
    match news::reached(tx, order) {
        Some(news) => notifications::enqueue_all(tx, &[news]),
        None => Ok(()),
    }
}

/// What it means for an order that its slowest parcel is here.
pub fn parcels_event(order: &Order, slowest: Progress) -> Event {
    match (order.kind, slowest) {
        // What an operator released waits for its customer, wherever the rest is.
        _ if order.released_at.is_some() => Event::Released,
        (Kind::Forwarding, Progress::Expected) => Event::AwaitsParcel,
        (Kind::Forwarding | Kind::Purchase, slowest) => Event::Parcels(slowest),
    }
}

/// Writes the timeline without changing the status.
///
/// # Errors
/// Those of the database.
pub fn note(tx: &mut Tx, order: &Order, entry: Entry) -> Result<()> {
    events::append(tx, order, &entry)
}

/// The refusal of a step that the order's status does not allow.
pub fn wrong_status(order: &Order, legal: &[Status]) -> Error {
    let words: Vec<_> = legal.iter().map(|status| status.as_str()).collect();
    let next = if words.is_empty() { "nothing".to_owned() } else { words.join(", ") };
    Problem::new(Slug::WrongStatus, format!("Order {} is {}; what can follow is {next}.", order.code, order.status))
        .with("current", order.status.as_str())
        .with("legal", words)
        .into()
}

/// Posts a journal for an order and keeps its balance in step with the ledger.
///
/// # Errors
/// Those of [`ledger::post`].
pub fn post(tx: &mut Tx, order: &mut Order, entry: ledger::Entry) -> Result<crate::ids::JournalId> {
    let entry = entry.of_order(&order.id);
    let journal = ledger::post(tx, &entry)?;
    order.balance_tyiyn += entry.change_of(&order.receivable());
    store::set_balance(tx, order)?;
    Ok(journal)
}

/// After money moved: the required prepayment makes a confirmed order paid, and taking it back undoes that.
///
/// # Errors
/// Those of the database.
pub fn settle(tx: &mut Tx, order: &mut Order) -> Result<()> {
    if !matches!(order.status, Status::Confirmed | Status::Paid) {
        return Ok(());
    }
    let Some(quote) = quotes::accepted(tx, &order.id)? else { return Ok(()) };
    let paid_tyiyn = ledger::paid_tyiyn(tx, &order.id, &order.receivable())?;
    // What was let off need not be paid, or an order that owes nothing would wait for ever.
    let let_off_tyiyn = (offers::charge_of(&quote) - order.balance_tyiyn - paid_tyiyn).max(0);
    let is_enough = paid_tyiyn >= quote.prepayment_tyiyn - let_off_tyiyn;
    match (order.status, is_enough) {
        (Status::Confirmed, true) => advance(tx, order, Event::PrepaymentMet, Entry::new(EventKind::OrderPaid)),
        (Status::Paid, false) => advance(tx, order, Event::PrepaymentWithdrawn, Entry::new(EventKind::Correction)),
        _ => Ok(()),
    }
}

/// Ends an order: what was charged is taken back, so that what was paid is owed to the customer.
///
/// # Errors
/// `wrong_status`; `forbidden` from `purchased` on for everyone but an admin.
pub fn cancel(tx: &mut Tx, code: &OrderCode, reason: &str) -> Result<Order> {
    let mut order = lock(tx, code)?;
    if rules::only_admin_cancels(order.status) && !tx.by.is_admin() {
        return Problem::new(
            Slug::Forbidden,
            format!("Order {} is {}: only an admin cancels it now.", order.code, order.status),
        )
        .fail();
    }
    advance(tx, &mut order, Event::Cancelled, Entry::new(EventKind::OrderCancelled))?;
    for (journal, postings) in ledger::standing(tx, &order.id)? {
        post(tx, &mut order, ledger::taking_back(ledger::Kind::Cancellation, &journal, &postings))?;
    }
    audit::record(
        tx,
        "order.cancelled",
        &order.code,
        serde_json::json!({"reason": reason, "owed_back_tyiyn": -order.balance_tyiyn}),
    )?;
    notifications::enqueue(
        tx,
        &recipient(&order),
        Occasion::OrderCancelled,
        order.id.as_str(),
        &[("code", Fact::text(&order.code)), ("refund", Fact::Number((-order.balance_tyiyn).max(0)))],
    )?;
    Ok(order)
}

/// Marks an order as told of its arrival.
///
/// # Errors
/// Those of the database.
pub fn mark_announced(tx: &mut Tx, order: &mut Order) -> Result<()> {
    order.announced_at = Some(tx.now);
    store::set_announced(tx, order)
}

/// Sets the end of free storage.
///
/// # Errors
/// Those of the database.
pub fn set_free_storage(tx: &mut Tx, order: &mut Order, until: NaiveDateTime) -> Result<()> {
    order.free_storage_until = Some(until);
    store::set_free_storage(tx, order)
}

/// The customer is sent to another branch than before; tells whether it is another.
///
/// # Errors
/// Those of the database.
pub fn move_to(tx: &mut Tx, order: &mut Order, branch: &Branch, reason: Option<&str>) -> Result<bool> {
    if order.pickup_point_id == branch.id {
        return Ok(false);
    }
    let before = std::mem::replace(&mut order.pickup_point_id, branch.id.clone());
    store::set_pickup_point(tx, order)?;
    let detail = serde_json::json!({"before": before, "after": branch.id, "reason": reason});
    audit::record(tx, "order.moved", &order.code, detail)?;
    Ok(true)
}

/// Records where it was bought.
///
/// # Errors
/// Those of the database.
pub fn set_marketplace(tx: &mut Tx, order: &mut Order, marketplace: &str, order_no: Option<&str>) -> Result<()> {
    order.marketplace = Some(marketplace.to_owned());
    order.marketplace_order_no = order_no.map(str::to_owned);
    store::set_marketplace(tx, order)
}

/// A link by which an order's customer gets their messages in Telegram: its secret end, and until when it works. It is made
/// anew for every call: one that was kept would be a key in a drawer.
///
/// # Errors
/// `not_found`.
pub fn telegram_link(tx: &mut Tx, code: &OrderCode) -> Result<(String, NaiveDateTime)> {
    let order = find(tx, code)?;
    let customer = customers::get(tx, &order.customer_id)?;
    notifications::new_link(tx, &customer.phone, &customer.client_code, recipient(&order).language)
}

/// To whom and in which language messages about an order go.
pub fn recipient(order: &Order) -> Recipient {
    Recipient {
        order_id: Some(order.id.clone()),
        name: order.name.clone(),
        phone: order.phone.clone(),
        email: order.email.clone(),
        language: order.language.parse().unwrap_or_default(),
    }
}
