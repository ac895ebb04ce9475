//! Money in and money back: each is one journal, one receipt, one message.

pub mod adjust;
pub mod adjust_http;
pub mod credit;
pub mod elqr;
pub mod http;
mod rules;
mod store;

use crate::audit;
use crate::branches::{self, Branch};
use crate::clock::bishkek_day;
use crate::code::OrderCode;
use crate::counters;
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::ids::{Actor, PaymentId, ShiftId};
use crate::ledger::{self, Account};
use crate::notifications::{self, Fact, Occasion};
use crate::orders::{self, Entry, EventKind, Order};
use crate::parcels::storage;
use crate::shifts;

use store::Place;
pub use store::{Payment, Taken};

words! {
    /// How a customer paid.
    Method {
        /// At the desk.
        Cash = "cash",
        /// To the bank account.
        BankTransfer = "bank_transfer",
        /// By wallet.
        EWallet = "e_wallet",
    }
}

/// Money that came in.
#[derive(Clone, Debug)]
pub struct NewPayment {
    /// How.
    pub method: Method,
    /// How much, tyiyn, positive.
    pub amount_tyiyn: i64,
    /// Which e-wallet, by the name of its account; the common one when not named.
    pub wallet: Option<String>,
    /// The fact outside that it is, such as `freedom_pay:987654`: one payment for each, for ever. Money that has a
    /// source is here whatever the order's status, so it is never refused; a cancelled order then owes it back.
    pub source: Option<String>,
    /// The bank's or wallet's number of it.
    pub reference: Option<String>,
    /// Anything worth knowing.
    pub note: Option<String>,
}

impl NewPayment {
    /// So much, in this way, and nothing else known of it.
    pub fn of(method: Method, amount_tyiyn: i64) -> Self {
        Self { method, amount_tyiyn, wallet: None, source: None, reference: None, note: None }
    }
}

/// Records money that came in.
///
/// # Errors
/// `wrong_status` when nothing can be owed and no source says that the money is here; `duplicate_value` for a source
/// that is recorded already.
pub fn record(tx: &mut Tx, code: &OrderCode, new: &NewPayment) -> Result<(Payment, Order)> {
    let mut order = storage::lock(tx, code)?;
    if new.source.is_none() {
        refuse_unpayable(&order)?;
    }
    let branch = desk(tx, &order)?;
    let (account, shift) = place_of(tx, new, &branch)?;
    let id = PaymentId::new();
    let fact = format!("payment:{}", new.source.as_deref().unwrap_or(id.as_str()));
    if new.source.is_some() && ledger::is_posted(tx, &fact)? {
        return Problem::new(Slug::DuplicateValue, "This money was recorded before.").fail();
    }
    let entry = ledger::Entry::new(ledger::Kind::Payment, fact)
        .debit(&account, new.amount_tyiyn)
        .credit(order.receivable(), new.amount_tyiyn);
    let journal = orders::post(tx, &mut order, entry)?;
    let receipt_no = next_receipt(tx, &branch.code)?;
    let payment =
        store::insert(tx, &id, &order.id, new, &Place { journal, account, shift, receipt_no: receipt_no.clone() })?;
    let entry = Entry::new(EventKind::PaymentReceived)
        .with("amount_tyiyn", new.amount_tyiyn)
        .with("receipt_no", receipt_no.as_str());
    orders::note(tx, &order, entry)?;
    orders::settle(tx, &mut order)?;
    audit::record(
        tx,
        "payment.recorded",
        &order.code,
        serde_json::json!({
            "payment": payment.id, "method": payment.method, "amount_tyiyn": payment.amount_tyiyn,
            "receipt_no": receipt_no, "balance_tyiyn": order.balance_tyiyn,
        }),
    )?;
    notifications::enqueue(
        tx,
        &orders::recipient(&order),
        Occasion::PaymentReceived,
        payment.id.as_str(),
        &[
            ("code", Fact::text(&order.code)),
            ("amount", Fact::Number(payment.amount_tyiyn)),
            ("balance", Fact::Number(order.balance_tyiyn.max(0))),
        ],
    )?;
    Ok((payment, order))
}

/// Nothing is owed, nor can be, in some statuses.
fn refuse_unpayable(order: &Order) -> Result<()> {
    if orders::rules::may_be_paid(order.status, order.balance_tyiyn) {
        Ok(())
    } else {
        Err(orders::wrong_status(order, &orders::rules::legal(order.status)))
    }
}

/// Gives money back, never more than was paid, from where it went in.
///
/// # Errors
/// `not_found` for a payment of another order, `refund_too_large`.
pub fn refund(
    tx: &mut Tx,
    code: &OrderCode,
    payment: &PaymentId,
    amount_tyiyn: i64,
    reason: &str,
) -> Result<(Payment, Order)> {
    let mut order = orders::lock(tx, code)?;
    let Some(mut payment) = store::of_order(tx, &order.id)?.into_iter().find(|known| known.id == *payment) else {
        return Problem::not_found(format_args!("payment {payment} of order {code}")).fail();
    };
    let Some(refunded_tyiyn) = rules::refunded_after(&payment, amount_tyiyn) else {
        let left = rules::left(&payment);
        return Problem::new(
            Slug::RefundTooLarge,
            format!("{amount_tyiyn} tyiyn cannot be refunded: {left} of this payment are left."),
        )
        .with("refundable", serde_json::json!({"amount": left, "currency": "KGS"}))
        .fail();
    };
    let account = way_back(tx, &payment, &order, amount_tyiyn)?;
    // The sum refunded so far makes each refund of a payment a fact of its own.
    let entry = ledger::Entry::new(ledger::Kind::Refund, format!("refund:{}:{refunded_tyiyn}", payment.id))
        .reversing(&payment.journal_id)
        .debit(order.receivable(), amount_tyiyn)
        .credit(account, amount_tyiyn);
    orders::post(tx, &mut order, entry)?;
    payment.refunded_tyiyn = refunded_tyiyn;
    store::set_spent(tx, &payment)?;
    orders::note(tx, &order, Entry::new(EventKind::PaymentRefunded).with("amount_tyiyn", amount_tyiyn))?;
    orders::settle(tx, &mut order)?;
    audit::record(
        tx,
        "payment.refunded",
        &order.code,
        serde_json::json!({
            "payment": payment.id, "amount_tyiyn": amount_tyiyn, "reason": reason, "balance_tyiyn": order.balance_tyiyn,
        }),
    )?;
    notifications::enqueue(
        tx,
        &orders::recipient(&order),
        Occasion::PaymentRefunded,
        &format!("{}:{refunded_tyiyn}", payment.id),
        &[
            ("code", Fact::text(&order.code)),
            ("amount", Fact::Number(amount_tyiyn)),
            ("balance", Fact::Number(order.balance_tyiyn.max(0))),
        ],
    )?;
    Ok((payment, order))
}

/// The account that a refund leaves: cash from the drawer of whoever gives it, the rest from where it went in.
fn way_back(tx: &mut Tx, payment: &Payment, order: &Order, amount_tyiyn: i64) -> Result<String> {
    if payment.method != Method::Cash {
        return Ok(payment.account.clone());
    }
    let branch = desk(tx, order)?;
    cash_out(tx, &branch, amount_tyiyn)
}

/// The account that cash leaves: the drawer of whoever gives it, if it holds so much. The service itself has no drawer,
/// and that of a payment may have been counted and closed since, so its cash is the branch's.
fn cash_out(tx: &mut Tx, branch: &Branch, amount_tyiyn: i64) -> Result<String> {
    let Some(shift) = shifts::drawer(tx, branch)? else {
        return Ok(Account::Cash(branch.code.clone()).to_string());
    };
    shifts::refuse_overdraft(tx, &shift, amount_tyiyn)?;
    Ok(shift.account)
}

/// What was taken during a cash shift, by method: cash and what is not.
///
/// # Errors
/// Those of the database.
pub fn taken_in(tx: &mut Tx, shift: &ShiftId) -> Result<Vec<Taken>> {
    store::taken_in(tx, shift)
}

/// The payments of an order, oldest first.
///
/// # Errors
/// Those of the database.
pub fn of_order(tx: &mut Tx, order: &Order) -> Result<Vec<Payment>> {
    store::of_order(tx, &order.id)
}

/// The payment that a receipt was given for.
///
/// # Errors
/// `not_found`.
pub fn by_receipt(tx: &mut Tx, receipt_no: &str) -> Result<Payment> {
    store::by_receipt(tx, receipt_no)?.ok_or_else(|| Problem::not_found(format_args!("receipt {receipt_no:?}")).into())
}

/// The branch whose drawers and receipt book are used: where the cashier works, else where the order is picked up.
fn desk(tx: &mut Tx, order: &Order) -> Result<Branch> {
    let branch = match tx.by {
        Actor::Staff { branch: Some(branch), .. } => branch.clone(),
        Actor::Staff { branch: None, .. } | Actor::Anyone | Actor::System | Actor::Customer { .. } => {
            order.pickup_point_id.clone()
        }
    };
    branches::get(tx, &branch)
}

/// The account that money goes into, and the cash shift it is taken in.
fn place_of(tx: &mut Tx, new: &NewPayment, branch: &Branch) -> Result<(String, Option<ShiftId>)> {
    let account = match new.method {
        Method::Cash => return drawer(tx, branch),
        Method::BankTransfer => Account::Bank,
        Method::EWallet => Account::EWallet(new.wallet.clone()),
    };
    Ok((account.to_string(), shifts::current(tx, &branch.id)?.map(|shift| shift.id)))
}

/// The drawer of whoever acts. The service itself has none; cash that a schedule moves is the branch's.
fn drawer(tx: &mut Tx, branch: &Branch) -> Result<(String, Option<ShiftId>)> {
    Ok(match shifts::drawer(tx, branch)? {
        Some(shift) => (shift.account, Some(shift.id)),
        None => (Account::Cash(branch.code.clone()).to_string(), None),
    })
}

/// Receipts count without gaps per branch and year: `BISH-2026-000001`.
fn next_receipt(tx: &mut Tx, branch_code: &str) -> Result<String> {
    let year = bishkek_day(tx.now).format("%Y").to_string();
    let number = counters::next(tx, &format!("receipt:{branch_code}:{year}"), 1)?;
    Ok(format!("{branch_code}-{year}-{number:06}"))
}
