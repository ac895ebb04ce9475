//! What a person changes about a debt, with a reason: a correction, a journal taken back, a debt given up.
//! Nothing is edited; each is a journal of its own.

use crate::audit;
use crate::code::OrderCode;
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::ids::{EntryId, JournalId};
use crate::ledger::{self, Account, Journal, Kind, Posting};
use crate::money::Money;
use crate::orders::{self, Entry, EventKind, Order, Status};
use crate::parcels::storage;
use crate::texts::som;

words! {
    /// What a correction is about.
    Subject as CorrectionSubject {
        /// Goods bought for customers.
        Goods = "goods",
        /// Delivery inside China.
        DomesticDelivery = "domestic_delivery",
        /// Our service fee.
        Service = "service",
        /// Freight to the pickup point.
        Freight = "freight",
        /// Storage beyond the free days.
        Storage = "storage",
        /// Customs.
        Customs = "customs",
    }
}

impl Subject {
    fn account(self) -> Account {
        match self {
            Subject::Goods => Account::Goods,
            Subject::DomesticDelivery => Account::DomesticDelivery,
            Subject::Service => Account::Service,
            Subject::Freight => Account::Freight,
            Subject::Storage => Account::Storage,
            Subject::Customs => Account::Customs,
        }
    }
}

/// Charges something beside the quote, or lets something off (negative).
///
/// # Errors
/// `wrong_status` before anything is charged, and after a cancellation; `more_than_charged`.
pub fn correct(
    tx: &mut Tx,
    code: &OrderCode,
    subject: Subject,
    amount_tyiyn: i64,
    reason: &str,
) -> Result<(JournalId, Order)> {
    let mut order = storage::lock(tx, code)?;
    refuse_unchargeable(&order)?;
    refuse_below_zero(tx, &order, amount_tyiyn)?;
    let entry = ledger::Entry::new(Kind::Correction, format!("correction:{}", EntryId::new()))
        .debit(order.receivable(), amount_tyiyn)
        .credit(subject.account(), amount_tyiyn);
    let journal = orders::post(tx, &mut order, entry)?;
    finish(tx, &mut order, "order.corrected", &journal, amount_tyiyn, reason)?;
    Ok((journal, order))
}

/// Takes freight, storage, a correction or a write-off back, whole and once.
///
/// # Errors
/// `not_found`; `duplicate_value` when it was taken back before; `more_than_charged`; `validation_failed` for money that moved, which is
/// refunded, not taken back.
pub fn reverse(tx: &mut Tx, code: &OrderCode, journal: &JournalId, reason: &str) -> Result<(JournalId, Order)> {
    let mut order = storage::lock(tx, code)?;
    let journals = ledger::of_order(tx, &order.id)?;
    let Some((found, postings)) = journals.iter().find(|(known, _)| known.id == *journal) else {
        return Problem::not_found(format_args!("journal {journal} of order {code}")).fail();
    };
    refuse_irreversible(found, &journals)?;
    let entry = ledger::taking_back(Kind::Reversal, found, postings);
    let change_tyiyn = entry.change_of(&order.receivable());
    refuse_below_zero(tx, &order, change_tyiyn)?;
    let journal = orders::post(tx, &mut order, entry)?;
    finish(tx, &mut order, "journal.reversed", &journal, change_tyiyn, reason)?;
    Ok((journal, order))
}

fn refuse_irreversible(journal: &Journal, journals: &[(Journal, Vec<Posting>)]) -> Result<()> {
    // Without the charge of its quote an order would have nothing to be paid before we buy.
    if journal.kind == Kind::Charge {
        return Problem::field("/journal_id", "is the charge of the quote: cancel the order, or correct a part").fail();
    }
    if !ledger::can_be_taken_back(journal.kind) {
        let detail = format!(
            "A {} journal is not taken back: give money back with a refund, and correct a mistake with a correction.",
            journal.kind
        );
        return Problem::field("/journal_id", detail).fail();
    }
    if journals.iter().any(|(later, _)| later.reverses.as_ref() == Some(&journal.id)) {
        return Problem::new(Slug::DuplicateValue, format!("Journal {} was taken back before.", journal.id)).fail();
    }
    Ok(())
}

/// Gives up a debt, or a part of it. Less than the rounding step goes to the account `rounding`.
///
/// # Errors
/// `nothing_due`; `validation_failed` for more than is owed.
pub fn write_off(tx: &mut Tx, code: &OrderCode, amount_tyiyn: i64, reason: &str) -> Result<(JournalId, Order)> {
    let mut order = storage::lock(tx, code)?;
    if order.balance_tyiyn <= 0 {
        return Problem::new(Slug::NothingDue, format!("Order {code} owes nothing.")).fail();
    }
    if amount_tyiyn > order.balance_tyiyn {
        let detail = format!("is more than the {} tyiyn that are owed", order.balance_tyiyn);
        return Problem::field("/amount", detail)
            .with("balance", serde_json::json!(Money::tyiyn(order.balance_tyiyn)))
            .fail();
    }
    let is_small = amount_tyiyn < tx.firm.rounding_step_tyiyn;
    let entry = ledger::Entry::new(Kind::WriteOff, format!("write_off:{}", EntryId::new()))
        .debit(if is_small { Account::Rounding } else { Account::WriteOffs }, amount_tyiyn)
        .credit(order.receivable(), amount_tyiyn);
    let journal = orders::post(tx, &mut order, entry)?;
    finish(tx, &mut order, "debt.written_off", &journal, -amount_tyiyn, reason)?;
    Ok((journal, order))
}

fn refuse_unchargeable(order: &Order) -> Result<()> {
    match order.status {
        Status::Requested | Status::Quoted | Status::Cancelled => {
            Err(orders::wrong_status(order, &orders::rules::legal(order.status)))
        }
        Status::Confirmed
        | Status::Paid
        | Status::Purchased
        | Status::AwaitingParcel
        | Status::ReceivedInChina
        | Status::InTransit
        | Status::ReadyForPickup
        | Status::PickedUp => Ok(()),
    }
}

/// No more is let off than was charged: the rest would be money that the customer never paid.
fn refuse_below_zero(tx: &mut Tx, order: &Order, change_tyiyn: i64) -> Result<()> {
    let charged_tyiyn = order.balance_tyiyn + ledger::paid_tyiyn(tx, &order.id, &order.receivable())?;
    if change_tyiyn >= 0 || charged_tyiyn + change_tyiyn >= 0 {
        return Ok(());
    }
    Problem::new(
        Slug::MoreThanCharged,
        format!("{} som are charged for order {}; no more can be let off.", som(charged_tyiyn), order.code),
    )
    .with("charged", serde_json::json!(Money::tyiyn(charged_tyiyn)))
    .fail()
}

fn finish(
    tx: &mut Tx,
    order: &mut Order,
    action: &str,
    journal: &JournalId,
    amount_tyiyn: i64,
    reason: &str,
) -> Result<()> {
    let entry = Entry::new(EventKind::BalanceCorrected).with("amount_tyiyn", amount_tyiyn).with("reason", reason);
    orders::note(tx, order, entry)?;
    orders::settle(tx, order)?;
    audit::record(
        tx,
        action,
        &order.code,
        serde_json::json!({
            "journal": journal, "amount_tyiyn": amount_tyiyn, "reason": reason, "balance_tyiyn": order.balance_tyiyn,
        }),
    )
}
