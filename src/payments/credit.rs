//! Credit: what a customer paid too much is kept for them, pays another order, or goes back to them.

use super::{Method, cash_out, rules, store};
use crate::audit;
use crate::branches::Branch;
use crate::code::OrderCode;
use crate::customers::{self, Customer};
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::ids::EntryId;
use crate::ledger::{self, Account, Kind};
use crate::money::Money;
use crate::orders::{self, Entry, EventKind, Order};
use crate::parcels::storage;

/// Moves what was paid too much for an order to its customer's credit: all of it, or so much.
///
/// # Errors
/// `credit_too_small` when less than that was paid too much.
pub fn keep(tx: &mut Tx, code: &OrderCode, amount_tyiyn: Option<i64>) -> Result<(Order, Customer)> {
    let mut order = storage::lock(tx, code)?;
    // What was let off below zero is nobody's money: no more is kept than was paid.
    let paid_tyiyn = ledger::paid_tyiyn(tx, &order.id, &order.receivable())?;
    let amount_tyiyn = within(amount_tyiyn, paid_tyiyn.min(-order.balance_tyiyn))?;
    let mut customer = customers::lock_id(tx, &order.customer_id)?;
    let entry = ledger::Entry::new(Kind::Credit, format!("credit:{}", EntryId::new()))
        .debit(order.receivable(), amount_tyiyn)
        .credit(account(&customer), amount_tyiyn);
    orders::post(tx, &mut order, entry)?;
    mark_kept(tx, &order, amount_tyiyn)?;
    change(tx, &mut customer, amount_tyiyn)?;
    orders::note(tx, &order, Entry::new(EventKind::CreditKept).with("amount_tyiyn", amount_tyiyn))?;
    orders::settle(tx, &mut order)?;
    audit::record(
        tx,
        "credit.kept",
        &order.code,
        serde_json::json!({"client_code": customer.client_code, "amount_tyiyn": amount_tyiyn}),
    )?;
    Ok((order, customer))
}

/// What became credit can no longer be refunded from its payment. The latest payments are what was too much.
fn mark_kept(tx: &mut Tx, order: &Order, mut amount_tyiyn: i64) -> Result<()> {
    for mut payment in store::of_order(tx, &order.id)?.into_iter().rev() {
        let kept_tyiyn = rules::left(&payment).min(amount_tyiyn);
        if kept_tyiyn > 0 {
            payment.kept_tyiyn += kept_tyiyn;
            store::set_spent(tx, &payment)?;
            amount_tyiyn -= kept_tyiyn;
        }
    }
    Ok(())
}

/// Pays an order from its customer's credit: what is due, or as much as there is, or so much.
///
/// # Errors
/// `wrong_status`; `nothing_due`; `credit_too_small`.
pub fn spend(tx: &mut Tx, code: &OrderCode, amount_tyiyn: Option<i64>) -> Result<(Order, Customer)> {
    let mut order = storage::lock(tx, code)?;
    super::refuse_unpayable(&order)?;
    if order.balance_tyiyn <= 0 {
        return Problem::new(Slug::NothingDue, format!("Order {code} has nothing to pay.")).fail();
    }
    let mut customer = customers::lock_id(tx, &order.customer_id)?;
    let wanted_tyiyn = amount_tyiyn.unwrap_or(customer.credit_tyiyn.min(order.balance_tyiyn));
    let amount_tyiyn = within(Some(wanted_tyiyn), customer.credit_tyiyn.min(order.balance_tyiyn))?;
    let entry = ledger::Entry::new(Kind::Credit, format!("credit:{}", EntryId::new()))
        .debit(account(&customer), amount_tyiyn)
        .credit(order.receivable(), amount_tyiyn);
    orders::post(tx, &mut order, entry)?;
    change(tx, &mut customer, -amount_tyiyn)?;
    orders::note(tx, &order, Entry::new(EventKind::CreditUsed).with("amount_tyiyn", amount_tyiyn))?;
    orders::settle(tx, &mut order)?;
    audit::record(
        tx,
        "credit.used",
        &order.code,
        serde_json::json!({"client_code": customer.client_code, "amount_tyiyn": amount_tyiyn}),
    )?;
    Ok((order, customer))
}

/// Gives a customer their credit back.
///
/// # Errors
/// `not_found`; `credit_too_small`; `not_enough_cash`.
pub fn pay_out(
    tx: &mut Tx,
    client_code: &str,
    method: Method,
    amount_tyiyn: i64,
    reason: &str,
    branch: &Branch,
) -> Result<Customer> {
    let Some(mut customer) = customers::lock(tx, client_code)? else {
        return Problem::not_found(format_args!("customer {client_code}")).fail();
    };
    within(Some(amount_tyiyn), customer.credit_tyiyn)?;
    let from = match method {
        Method::Cash => cash_out(tx, branch, amount_tyiyn)?,
        Method::BankTransfer => Account::Bank.to_string(),
        Method::EWallet => Account::EWallet(None).to_string(),
    };
    let entry = ledger::Entry::new(Kind::Credit, format!("credit:{}", EntryId::new()))
        .debit(account(&customer), amount_tyiyn)
        .credit(&from, amount_tyiyn);
    ledger::post(tx, &entry)?;
    change(tx, &mut customer, -amount_tyiyn)?;
    audit::record(
        tx,
        "credit.paid_out",
        client_code,
        serde_json::json!({"from": from, "amount_tyiyn": amount_tyiyn, "reason": reason}),
    )?;
    Ok(customer)
}

/// The amount, or all there is, if there is so much.
fn within(amount_tyiyn: Option<i64>, there_is_tyiyn: i64) -> Result<i64> {
    let there_is_tyiyn = there_is_tyiyn.max(0);
    match amount_tyiyn.unwrap_or(there_is_tyiyn) {
        amount if amount > 0 && amount <= there_is_tyiyn => Ok(amount),
        _ => Problem::new(
            Slug::CreditTooSmall,
            format!("There are {} som of credit; ask for no more.", crate::texts::som(there_is_tyiyn)),
        )
        .with("credit", serde_json::json!(Money::tyiyn(there_is_tyiyn)))
        .fail(),
    }
}

fn account(customer: &Customer) -> Account {
    Account::Credit(customer.client_code.clone())
}

fn change(tx: &mut Tx, customer: &mut Customer, amount_tyiyn: i64) -> Result<()> {
    customer.credit_tyiyn += amount_tyiyn;
    customers::set_credit(tx, customer)
}
