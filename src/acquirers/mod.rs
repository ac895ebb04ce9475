//! Payment providers: an invoice is made there, their callback is taken into an inbox, and what they confirm when asked
//! becomes one payment, whatever the order's status.
//!
//! Only providers whose interface is known have an adapter. Nothing here marks an order as paid: money is recorded
//! ([`crate::payments::record`]), and the ledger decides.

mod adapter;
mod fields;
mod finik;
mod freedom_pay;
mod hash;
pub mod http;
mod inbox;
mod mkassa;
mod odengi;
mod outside;
mod pem;
mod rules;
mod som;
mod store;
mod worker;

use chrono::NaiveDateTime;
use serde_json::json;

use crate::audit;
use crate::code::OrderCode;
use crate::config::Config;
use crate::db::Tx;
use crate::error::{Error, Problem, Result, Slug};
use crate::ids::AcquirerInvoiceId;
use crate::orders;
use crate::parcels;
use crate::payments::{self, Method, NewPayment};

pub use adapter::{Acquirer, Bill, Callback, Created, Failure, Question, Reaction, Reply, Said, Told};
pub use inbox::receive;
pub use store::Invoice;
pub use worker::{Worked, run, step, switched_on};

words! {
    /// A payment provider.
    Provider as AcquirerName {
        /// Freedom Pay, formerly PayBox.money.
        FreedomPay = "freedom_pay",
        /// O!Dengi.
        ODengi = "odengi",
        /// MKassa, of MBank.
        MKassa = "mkassa",
        /// Finik.
        Finik = "finik",
    }
}

words! {
    /// How far an invoice at a provider is.
    InvoiceState as AcquirerInvoiceState {
        /// Written down here; the provider is being asked.
        Creating = "creating",
        /// The customer can pay.
        Open = "open",
        /// Money came.
        Paid = "paid",
        /// The provider did not make it.
        Failed = "failed",
    }
}

words! {
    /// What became of a callback.
    Verdict as CallbackVerdict {
        /// Not looked at yet.
        Received = "received",
        /// Its money is booked.
        Paid = "paid",
        /// Its money was booked before.
        Duplicate = "duplicate",
        /// The provider did not send it.
        Forged = "forged",
        /// It is about another merchant.
        ForeignMerchant = "foreign_merchant",
        /// The sum or the currency is another one.
        WrongAmount = "wrong_amount",
        /// We made no such invoice.
        UnknownInvoice = "unknown_invoice",
        /// No money came.
        NotPaid = "not_paid",
        /// The provider could not be asked yet.
        Unreachable = "unreachable",
    }
}

/// The adapter of a provider.
///
/// # Errors
/// `acquirer_not_configured`.
pub fn configured(config: &Config, provider: Provider) -> Result<Acquirer> {
    Acquirer::from_config(config, provider)?.ok_or_else(|| {
        let detail = format!("{provider} is switched off: its settings acquirers.{provider}.* are empty.");
        Problem::new(Slug::AcquirerNotConfigured, detail).into()
    })
}

/// Writes down that an invoice is wanted; the provider is asked afterwards, with no transaction open.
///
/// # Errors
/// `nothing_due`; `validation_failed` for more than is due.
pub fn begin(
    tx: &mut Tx,
    code: &OrderCode,
    provider: Provider,
    amount_tyiyn: Option<i64>,
) -> Result<AcquirerInvoiceId> {
    let order = orders::find(tx, code)?;
    let balance_tyiyn = parcels::storage::balance_tyiyn(tx, &order)?;
    if balance_tyiyn <= 0 {
        return Problem::new(Slug::NothingDue, format!("Order {code} has nothing to pay.")).fail();
    }
    let amount_tyiyn = amount_tyiyn.unwrap_or(balance_tyiyn);
    if amount_tyiyn > balance_tyiyn {
        return Problem::field("/amount", format!("no more than {balance_tyiyn} tyiyn are due")).fail();
    }
    let id = AcquirerInvoiceId::new();
    store::insert_invoice(tx, &id, provider, (&order.id, &order.code), &random_reference(), amount_tyiyn)?;
    let detail = json!({"provider": provider, "invoice": id, "amount_tyiyn": amount_tyiyn});
    audit::record(tx, "acquiring.begun", &order.code, detail)?;
    Ok(id)
}

/// A random UUID, version 4: Finik asks for that version.
fn random_reference() -> String {
    uuid::Builder::from_random_bytes(rand::random()).into_uuid().to_string()
}

/// What the provider is asked for.
pub fn bill(invoice: &Invoice, now: NaiveDateTime) -> Bill {
    Bill {
        reference: invoice.reference.clone(),
        order_code: invoice.order_code.clone(),
        amount_tyiyn: invoice.amount_tyiyn,
        now,
    }
}

/// Writes down what the provider made of it.
///
/// # Errors
/// `not_found`.
pub fn finish(tx: &mut Tx, id: &AcquirerInvoiceId, outcome: &std::result::Result<Created, Failure>) -> Result<Invoice> {
    let invoice = get(tx, id)?;
    match outcome {
        Ok(created) => {
            store::set_open(tx, id, created)?;
            let detail = json!({"provider": invoice.provider, "invoice": id, "theirs": created.provider_invoice_id});
            audit::record(tx, "acquiring.opened", &invoice.order_code, detail)?;
        }
        Err(failure) => {
            store::set_failed(tx, id, &failure.to_string())?;
            let detail = json!({"provider": invoice.provider, "invoice": id, "reason": failure.to_string()});
            audit::record(tx, "acquiring.failed", &invoice.order_code, detail)?;
        }
    }
    get(tx, id)
}

/// One invoice.
///
/// # Errors
/// `not_found`.
pub fn get(tx: &mut Tx, id: &AcquirerInvoiceId) -> Result<Invoice> {
    store::invoice(tx, id)?.ok_or_else(|| Problem::not_found(format_args!("invoice {id}")).into())
}

/// The invoices of an order, newest first.
///
/// # Errors
/// `not_found`.
pub fn of_order(tx: &mut Tx, code: &OrderCode) -> Result<Vec<Invoice>> {
    let order = orders::find(tx, code)?;
    store::invoices_of(tx, &order.id)
}

/// What to ask about an invoice without waiting for a callback.
pub fn question(invoice: &Invoice, now: NaiveDateTime) -> Question {
    Question {
        reference: invoice.reference.clone(),
        provider_invoice_id: invoice.provider_invoice_id.clone(),
        payment_id: None,
        now,
    }
}

/// Books what the provider said about an invoice when somebody asked; the same money is booked once, whoever hears of
/// it first.
///
/// # Errors
/// `not_found`; `acquirer_failed` when the provider names another sum or invoice.
pub fn heed(tx: &mut Tx, id: &AcquirerInvoiceId, said: &Said) -> Result<Invoice> {
    let invoice = get(tx, id)?;
    match (rules::judge_said(said, &invoice), &said.payment_id) {
        (None, Some(payment)) => {
            if post(tx, &invoice, payment)? {
                let detail = json!({"provider": invoice.provider, "invoice": id, "payment": payment});
                audit::record(tx, "acquiring.paid", &invoice.order_code, detail)?;
            }
            get(tx, id)
        }
        (Some((Verdict::NotPaid, _)), _) => Ok(invoice),
        (Some((_, reason)), _) => failed(&invoice, reason),
        (None, None) => failed(&invoice, "the provider does not name the payment"),
    }
}

/// What a caller is told when a provider did not do it.
///
/// # Errors
/// Always `acquirer_failed`.
pub fn failed<T>(invoice: &Invoice, reason: &str) -> Result<T> {
    Problem::new(Slug::AcquirerFailed, format!("{}: {reason}.", invoice.provider))
        .with("invoice", invoice.id.as_str())
        .fail()
}

/// What a caller is told when the provider has no call to be asked by.
///
/// # Errors
/// Always `acquirer_silent`.
pub fn silent<T>(invoice: &Invoice) -> Result<T> {
    let detail = format!("{} has no call that tells what became of a payment; its own message will.", invoice.provider);
    Problem::new(Slug::AcquirerSilent, detail).fail()
}

/// Records a payment of a provider, once for ever; `false` when it was recorded before.
fn post(tx: &mut Tx, invoice: &Invoice, payment_key: &str) -> Result<bool> {
    if !store::insert_payment(tx, invoice, payment_key)? {
        return Ok(false);
    }
    let code = OrderCode::parse(&tx.firm.code_prefix, &invoice.order_code)
        .map_err(|error| Error::Startup(format!("order {}: {error}", invoice.order_code)))?;
    let new = NewPayment {
        wallet: Some(invoice.provider.to_string()),
        source: Some(rules::source(invoice.provider, payment_key)),
        reference: Some(payment_key.to_owned()),
        ..NewPayment::of(Method::EWallet, invoice.amount_tyiyn)
    };
    payments::record(tx, &code, &new)?;
    store::set_paid(tx, &invoice.id)?;
    Ok(true)
}
