//! A payment on paper: whose, for what, how much, and what was left, as it stood at its moment.

pub mod http;
mod rules;
mod wording;

use crate::branches::{self, Branch};
use crate::customers;
use crate::db::Tx;
use crate::error::Result;
use crate::ledger::{self, Account};
use crate::orders;
use crate::payments::{self, Payment};
use crate::texts::Lang;

pub use rules::{Line, Refund, Standing};

/// All that a receipt says.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The payment that it was given for.
    pub payment: Payment,
    /// For which order.
    pub order_code: String,
    /// Whose order.
    pub client_code: String,
    /// The language that the customer is written to in.
    pub language: Lang,
    /// Where its number was counted.
    pub branch: Branch,
    /// What the ledger says.
    pub standing: Standing,
    /// The firm's name.
    pub firm: String,
    /// The page with the order's way.
    pub track_url: String,
}

/// The receipt with a number, read forgivingly. Sums are those of the ledger at the payment's moment, not today's.
///
/// # Errors
/// `not_found`.
pub fn find(tx: &mut Tx, typed_no: &str) -> Result<Receipt> {
    let payment = payments::by_receipt(tx, &typed_no.trim().to_uppercase())?;
    let order = orders::get(tx, &payment.order_id)?;
    let customer = customers::get(tx, &order.customer_id)?;
    let branch = branches::find(tx, rules::branch_code(&payment.receipt_no), "/receipt_no")?;
    let journals = ledger::of_order(tx, &order.id)?;
    let receivable = Account::Receivable(order.code.clone()).to_string();
    Ok(Receipt {
        standing: rules::standing(&journals, &payment.journal_id, &receivable),
        track_url: format!("{}/t/{}", tx.firm.public_url, order.code),
        firm: tx.firm.name.clone(),
        language: order.language.parse().unwrap_or_default(),
        client_code: customer.client_code,
        order_code: order.code,
        branch,
        payment,
    })
}
