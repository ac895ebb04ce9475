//! Transfer claims: somebody says "I paid by transfer" and may show the receipt; a cashier looks at the bank's side and
//! approves, which posts the payment, or rejects with a reason. A claim alone never makes an order paid.

mod flags;
pub mod http;
mod rules;
mod store;

use chrono::{NaiveDateTime, TimeDelta};

use crate::audit;
use crate::code::OrderCode;
use crate::db::Tx;
use crate::error::{Error, Problem, Result, Slug};
use crate::http::{Page, Paging};
use crate::ids::{ClaimId, PhotoId};
use crate::notifications::{self, Fact, Occasion};
use crate::orders::{self, Entry, EventKind, Order};
use crate::payments::{self, Method, NewPayment};
use crate::photos::{self, NewPhoto};

pub use flags::flags;
pub use rules::{Flag, FlagKind};
pub use store::{Claim, Filter};

words! {
    /// Where a claim is.
    State as TransferClaimState {
        /// Nobody has decided yet.
        Waiting = "waiting",
        /// The money is there.
        Approved = "approved",
        /// It is not, or not as was said.
        Rejected = "rejected",
    }
}

/// More than these cannot wait for one order: whoever knows its code and the phone could fill the queue.
const MOST_WAITING: i64 = 5;
/// More photos than these are not kept for one claim: disks are not endless either.
const MOST_PHOTOS: i32 = 5;
/// A clock may be ahead of ours by this much.
const CLOCK_SLACK: TimeDelta = TimeDelta::minutes(10);
/// Room for a reason in a short message, characters.
const SHORT_REASON: usize = 48;

/// "I paid by transfer".
#[derive(Clone, Debug)]
pub struct NewClaim {
    /// How much, tyiyn, positive.
    pub amount_tyiyn: i64,
    /// Through which bank or wallet.
    pub bank: String,
    /// When, as the receipt says.
    pub paid_at: NaiveDateTime,
    /// Whose account it came from.
    pub payer: Option<String>,
    /// The bank's number of it.
    pub reference: Option<String>,
}

/// The cashier found the money.
#[derive(Clone, Debug)]
pub struct Approval {
    /// How much the bank shows, tyiyn, when it is another sum than was claimed.
    pub amount_tyiyn: Option<i64>,
    /// The bank's number of it, when it is another one than was claimed.
    pub reference: Option<String>,
    /// Anything worth knowing of the payment.
    pub note: Option<String>,
    /// Why it is approved in spite of its flags.
    pub override_reason: Option<String>,
}

/// Puts a claim into the queue.
///
/// # Errors
/// `wrong_status` when nothing can be owed; `validation_failed` for a payment in the future; `too_many_claims`.
pub fn make(tx: &mut Tx, code: &OrderCode, new: &NewClaim) -> Result<Claim> {
    let order = orders::lock(tx, code)?;
    if new.paid_at > tx.now + CLOCK_SLACK {
        return Problem::field("/paid_at", "lies in the future; mind the time zone").fail();
    }
    if !orders::rules::may_be_paid(order.status, order.balance_tyiyn) {
        return Err(orders::wrong_status(&order, &orders::rules::legal(order.status)));
    }
    if store::count_waiting(tx, &order.code)? >= MOST_WAITING {
        return Problem::new(
            Slug::TooManyClaims,
            format!("{MOST_WAITING} claims of order {} wait already; wait until they are decided.", order.code),
        )
        .fail();
    }
    let claim = store::insert(tx, &order, new, new.reference.as_deref().and_then(rules::reference_key))?;
    let entry = Entry::new(EventKind::TransferClaimed)
        .with("claim", claim.id.as_str())
        .with("amount_tyiyn", claim.amount_tyiyn);
    orders::note(tx, &order, entry)?;
    audit::record(
        tx,
        "claim.made",
        &order.code,
        serde_json::json!({
            "claim": claim.id, "amount_tyiyn": claim.amount_tyiyn, "bank": claim.bank, "paid_at": claim.paid_at.and_utc(),
            "payer": claim.payer, "reference": claim.reference,
        }),
    )?;
    Ok(claim)
}

/// A claim of an order that takes a photo: it waits, and had not too many.
///
/// # Errors
/// `not_found`, also for a claim of another order; `wrong_status` when it is decided; `photo_refused`.
pub fn taking_photo(tx: &mut Tx, code: &OrderCode, id: &ClaimId) -> Result<Claim> {
    let claim = store::by_id(tx, id)?.filter(|claim| claim.order_code == code.as_str());
    let claim = still_waiting(claim.ok_or_else(|| unknown(id))?)?;
    if claim.photos_taken >= MOST_PHOTOS {
        let detail = format!("The claim had {MOST_PHOTOS} photos already; make another claim, or ask us.");
        return Problem::new(Slug::PhotoRefused, detail).fail();
    }
    Ok(claim)
}

fn unknown(id: &ClaimId) -> Error {
    Problem::not_found(format_args!("transfer claim {id}")).into()
}

fn still_waiting(claim: Claim) -> Result<Claim> {
    if claim.state == State::Waiting {
        return Ok(claim);
    }
    Problem::new(Slug::WrongStatus, format!("The claim is {}; a decision is never changed.", claim.state))
        .with("current", claim.state.as_str())
        .with("legal", Vec::<String>::new())
        .fail()
}

/// Whether a claim has this very picture already.
///
/// # Errors
/// Those of the database.
pub fn shows(tx: &mut Tx, claim: &Claim, sha256: &str) -> Result<bool> {
    match &claim.photo_id {
        Some(photo) => Ok(photos::get(tx, photo)?.sha256 == sha256),
        None => Ok(false),
    }
}

/// Adds the photo of the receipt, or puts another in its place; the earlier one stays on file.
///
/// # Errors
/// Those of [`taking_photo`].
pub fn attach(tx: &mut Tx, code: &OrderCode, id: &ClaimId, photo: &NewPhoto) -> Result<Claim> {
    orders::lock(tx, code)?;
    let mut claim = taking_photo(tx, code, id)?;
    let photo = photos::record(tx, photo, photos::Kind::TransferReceipt, &photos::Owner::Claim)?;
    let before = claim.photo_id.replace(photo.id);
    claim.photos_taken += 1;
    store::set_photo(tx, &claim)?;
    audit::record(
        tx,
        "claim.photo",
        &claim.order_code,
        serde_json::json!({"claim": claim.id, "photo": audit::change(before, &claim.photo_id), "sha256": photo.sha256}),
    )?;
    Ok(claim)
}

/// Claims that fit a filter: those that wait oldest first, others newest first.
///
/// # Errors
/// Bad paging, and those of the database.
pub fn list(tx: &mut Tx, filter: &Filter, paging: &Paging) -> Result<Page<Claim>> {
    let (limit, cursor) = paging.checked()?;
    let rows = store::page(tx, filter, limit + 1, cursor.as_deref())?;
    Ok(Page::new(rows, limit, |claim| claim.id.to_string()))
}

/// The claims of an order, newest first.
///
/// # Errors
/// `not_found`.
pub fn of_order(tx: &mut Tx, code: &OrderCode) -> Result<Vec<Claim>> {
    let order = orders::find(tx, code)?;
    store::of_order(tx, &order.code)
}

/// The photos that claims of these orders name.
///
/// # Errors
/// Those of the database.
pub fn photos_of(tx: &mut Tx, order_codes: &[String]) -> Result<Vec<PhotoId>> {
    store::photos_of(tx, order_codes)
}

/// How many claims of these orders nobody has decided.
///
/// # Errors
/// Those of the database.
pub fn waiting_of(tx: &mut Tx, order_codes: &[String]) -> Result<i64> {
    store::waiting_of(tx, order_codes)
}

/// Holds a claim through its order until the transaction ends: of two decisions the second sees the first.
fn lock(tx: &mut Tx, id: &ClaimId) -> Result<(Claim, OrderCode, Order)> {
    let found = store::by_id(tx, id)?.ok_or_else(|| unknown(id))?;
    let code = order_code(tx, &found)?;
    let order = orders::lock(tx, &code)?;
    let claim = store::by_id(tx, id)?.ok_or_else(|| unknown(id))?;
    Ok((still_waiting(claim)?, code, order))
}

fn order_code(tx: &Tx, claim: &Claim) -> Result<OrderCode> {
    OrderCode::parse(&tx.firm.code_prefix, &claim.order_code)
        .map_err(|error| Error::Startup(format!("claim {}: {error}", claim.id)))
}

/// The order of a claim as it is now, for reading.
///
/// # Errors
/// Those of the database.
pub fn order_of(tx: &mut Tx, claim: &Claim) -> Result<Order> {
    let code = order_code(tx, claim)?;
    orders::find(tx, &code)
}

/// The money is there: records the payment, once for ever.
///
/// # Errors
/// `not_found`; `wrong_status` when it is decided; `claim_flagged` when it has flags and nobody says why all the same.
pub fn approve(tx: &mut Tx, id: &ClaimId, approval: &Approval) -> Result<Claim> {
    let (mut claim, code, order) = lock(tx, id)?;
    let amount_tyiyn = approval.amount_tyiyn.unwrap_or(claim.amount_tyiyn);
    let reference = approval.reference.clone().or_else(|| claim.reference.clone());
    let flags = flags::on_approval(tx, &claim, &order, amount_tyiyn, reference.as_deref())?;
    if !flags.is_empty() && approval.override_reason.is_none() {
        let kinds: Vec<_> = flags.iter().map(|flag| flag.kind.as_str()).collect();
        return Problem::new(
            Slug::ClaimFlagged,
            format!("The claim is flagged ({}): say why it is approved in override_reason.", kinds.join(", ")),
        )
        .with("flags", serde_json::json!(flags))
        .fail();
    }
    let new = NewPayment {
        source: Some(format!("claim:{}", claim.id)),
        reference,
        note: approval.note.clone(),
        ..NewPayment::of(Method::BankTransfer, amount_tyiyn)
    };
    let (payment, _) = payments::record(tx, &code, &new)?;
    decide(tx, &mut claim, State::Approved);
    // Later claims are compared with the number that the bank shows, whatever the customer typed.
    claim.reference_key = approval.reference.as_deref().and_then(rules::reference_key).or(claim.reference_key);
    claim.approved_tyiyn = Some(amount_tyiyn);
    claim.payment_id = Some(payment.id);
    claim.override_reason.clone_from(&approval.override_reason);
    store::set_decision(tx, &claim)?;
    audit::record(
        tx,
        "claim.approved",
        &claim.order_code,
        serde_json::json!({
            "claim": claim.id, "payment": claim.payment_id, "claimed_tyiyn": claim.amount_tyiyn,
            "approved_tyiyn": amount_tyiyn, "flags": flags, "override_reason": claim.override_reason,
        }),
    )?;
    Ok(claim)
}

fn decide(tx: &Tx, claim: &mut Claim, state: State) {
    claim.state = state;
    claim.decided_at = Some(tx.now);
    claim.decided_by = Some(tx.by.name().to_owned());
}

/// The money is not there, or not as was said: the customer is told why.
///
/// # Errors
/// `not_found`; `wrong_status` when it is decided.
pub fn reject(tx: &mut Tx, id: &ClaimId, reason: &str) -> Result<Claim> {
    let (mut claim, _, order) = lock(tx, id)?;
    decide(tx, &mut claim, State::Rejected);
    claim.reject_reason = Some(reason.to_owned());
    store::set_decision(tx, &claim)?;
    let entry = Entry::new(EventKind::TransferRejected).with("claim", claim.id.as_str()).with("reason", reason);
    orders::note(tx, &order, entry)?;
    audit::record(
        tx,
        "claim.rejected",
        &claim.order_code,
        serde_json::json!({"claim": claim.id, "amount_tyiyn": claim.amount_tyiyn, "reason": reason}),
    )?;
    notifications::enqueue(
        tx,
        &orders::recipient(&order),
        Occasion::TransferRejected,
        claim.id.as_str(),
        &[
            ("code", Fact::text(&order.code)),
            ("amount", Fact::Number(claim.amount_tyiyn)),
            ("reason", Fact::text(reason)),
            ("short_reason", Fact::text(rules::shortened(reason, SHORT_REASON))),
        ],
    )?;
    Ok(claim)
}
