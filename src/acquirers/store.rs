//! The `acquirer_invoices`, `acquirer_callbacks` and `acquirer_payments` tables.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamp};

use super::adapter::{Callback, Created};
use super::{InvoiceState, Provider, Verdict};
use crate::db::schema::{
    acquirer_callbacks as callbacks, acquirer_invoices as invoices, acquirer_payments as payments,
};
use crate::db::{Tx, sight};
use crate::error::{Error, Result};
use crate::ids::{AcquirerInvoiceId, CallbackId, OrderId};

/// An invoice at a provider as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Invoice {
    /// Identifier.
    pub id: AcquirerInvoiceId,
    /// Where it is.
    pub provider: Provider,
    /// For which order.
    pub order_id: OrderId,
    /// The same order, by its code.
    pub order_code: String,
    /// What the provider knows it by: a random UUID, which a stranger cannot guess.
    pub reference: String,
    /// How much, tyiyn.
    pub amount_tyiyn: i64,
    /// How far it is.
    pub state: InvoiceState,
    /// What the provider calls it.
    pub provider_invoice_id: Option<String>,
    /// Where the customer pays.
    pub pay_url: Option<String>,
    /// Why it could not be made.
    pub error: Option<String>,
    /// When.
    pub created_at: NaiveDateTime,
    /// When its first money came.
    pub paid_at: Option<NaiveDateTime>,
    /// Who asked for it.
    pub actor: String,
}

/// A callback as stored, taken by a worker.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Identifier.
    pub id: CallbackId,
    /// Who is said to have sent it.
    pub provider: Provider,
    /// What came.
    pub callback: Callback,
    /// What was made of it so far.
    pub verdict: Verdict,
    /// How often it was looked at, this time included.
    pub attempts: i32,
}

/// What to write beside a callback.
pub struct Mark<'a> {
    pub verdict: Verdict,
    pub reason: &'a str,
    pub invoice: Option<&'a AcquirerInvoiceId>,
    /// When to look again; never when it is settled.
    pub next_attempt_at: Option<NaiveDateTime>,
}

pub fn insert_invoice(
    tx: &mut Tx,
    id: &AcquirerInvoiceId,
    provider: Provider,
    (order_id, order_code): (&OrderId, &str),
    reference: &str,
    amount_tyiyn: i64,
) -> Result<()> {
    diesel::insert_into(invoices::table)
        .values((
            invoices::id.eq(id),
            invoices::provider.eq(provider),
            invoices::order_id.eq(order_id),
            invoices::order_code.eq(order_code),
            invoices::reference.eq(reference),
            invoices::amount_tyiyn.eq(amount_tyiyn),
            invoices::state.eq(InvoiceState::Creating),
            invoices::created_at.eq(tx.now),
            invoices::actor.eq(tx.by.name()),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn invoice(tx: &mut Tx, id: &AcquirerInvoiceId) -> Result<Option<Invoice>> {
    Ok(invoices::table.find(id).filter(sight::invoices(tx)).first(tx.conn).optional()?)
}

pub fn invoice_by_reference(tx: &mut Tx, provider: Provider, reference: &str) -> Result<Option<Invoice>> {
    let ours = invoices::table.filter(invoices::reference.eq(reference)).filter(invoices::provider.eq(provider));
    Ok(ours.first(tx.conn).optional()?)
}

pub fn invoices_of(tx: &mut Tx, order: &OrderId) -> Result<Vec<Invoice>> {
    Ok(invoices::table.filter(invoices::order_id.eq(order)).order(invoices::id.desc()).load(tx.conn)?)
}

/// Opens it; one that a faster callback has paid already stays paid, and only learns its address.
pub fn set_open(tx: &mut Tx, id: &AcquirerInvoiceId, created: &Created) -> Result<()> {
    diesel::update(invoices::table.find(id).filter(invoices::provider_invoice_id.is_null()))
        .set((invoices::provider_invoice_id.eq(&created.provider_invoice_id), invoices::pay_url.eq(&created.pay_url)))
        .execute(tx.conn)?;
    diesel::update(invoices::table.find(id).filter(invoices::state.eq(InvoiceState::Creating)))
        .set(invoices::state.eq(InvoiceState::Open))
        .execute(tx.conn)?;
    Ok(())
}

pub fn set_failed(tx: &mut Tx, id: &AcquirerInvoiceId, error: &str) -> Result<()> {
    diesel::update(invoices::table.find(id).filter(invoices::state.eq(InvoiceState::Creating)))
        .set((invoices::state.eq(InvoiceState::Failed), invoices::error.eq(error)))
        .execute(tx.conn)?;
    Ok(())
}

pub fn set_paid(tx: &mut Tx, id: &AcquirerInvoiceId) -> Result<()> {
    diesel::update(invoices::table.find(id).filter(invoices::state.ne(InvoiceState::Paid)))
        .set((invoices::state.eq(InvoiceState::Paid), invoices::paid_at.eq(tx.now)))
        .execute(tx.conn)?;
    Ok(())
}

/// Writes the inbox row; a worker may take it at once.
pub fn insert_callback(tx: &mut Tx, provider: Provider, callback: &Callback) -> Result<CallbackId> {
    let id = CallbackId::new();
    let headers = serde_json::to_string(&callback.headers).map_err(|error| Error::Startup(error.to_string()))?;
    diesel::insert_into(callbacks::table)
        .values((
            callbacks::id.eq(&id),
            callbacks::provider.eq(provider),
            callbacks::received_at.eq(callback.received_at),
            callbacks::body.eq(&callback.body),
            callbacks::headers.eq(headers),
            callbacks::verdict.eq(Verdict::Received),
            callbacks::attempts.eq(0),
            callbacks::next_attempt_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(id)
}

type CallbackRow = (CallbackId, Provider, NaiveDateTime, Vec<u8>, String, Verdict, i32);

pub fn callbacks(tx: &mut Tx, ids: &[String]) -> Result<Vec<Claimed>> {
    let rows: Vec<CallbackRow> = callbacks::table
        .filter(callbacks::id.eq_any(ids.to_vec()))
        .order(callbacks::id)
        .select((
            callbacks::id,
            callbacks::provider,
            callbacks::received_at,
            callbacks::body,
            callbacks::headers,
            callbacks::verdict,
            callbacks::attempts,
        ))
        .load(tx.conn)?;
    let claimed = |(id, provider, received_at, body, headers, verdict, attempts): CallbackRow| {
        let headers = serde_json::from_str(&headers).unwrap_or_default();
        Claimed { id, provider, callback: Callback { body, headers, received_at }, verdict, attempts }
    };
    Ok(rows.into_iter().map(claimed).collect())
}

/// Whether this worker still has the callback; the row is locked until the transaction ends. `false` when the lease
/// ended and another worker took it.
pub fn hold(tx: &mut Tx, claimed: &Claimed) -> Result<bool> {
    let ours = callbacks::table
        .find(&claimed.id)
        .filter(callbacks::attempts.eq(claimed.attempts))
        .filter(callbacks::next_attempt_at.is_not_null());
    Ok(diesel::update(ours).set(callbacks::attempts.eq(claimed.attempts)).execute(tx.conn)? == 1)
}

/// Writes what became of a look at a callback that this transaction holds.
pub fn mark(tx: &mut Tx, claimed: &Claimed, mark: &Mark) -> Result<()> {
    let settled_at = mark.next_attempt_at.is_none().then_some(tx.now);
    diesel::update(callbacks::table.find(&claimed.id))
        .set((
            callbacks::verdict.eq(mark.verdict),
            callbacks::reason.eq(mark.reason),
            callbacks::invoice_id.eq(mark.invoice),
            callbacks::next_attempt_at.eq(mark.next_attempt_at),
            callbacks::settled_at.eq(settled_at),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn is_posted(tx: &mut Tx, provider: Provider, payment_key: &str) -> Result<bool> {
    let row = payments::table.find((provider, payment_key)).select(payments::at);
    Ok(row.first::<NaiveDateTime>(tx.conn).optional()?.is_some())
}

/// Whether this payment of the provider is new. On PostgreSQL a second worker waits here for the first.
pub fn insert_payment(tx: &mut Tx, invoice: &Invoice, payment_key: &str) -> Result<bool> {
    let inserted = diesel::sql_query(
        "INSERT INTO acquirer_payments (provider, payment_key, invoice_id, amount_tyiyn, at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
    )
    .bind::<Text, _>(invoice.provider)
    .bind::<Text, _>(payment_key)
    .bind::<Text, _>(&invoice.id)
    .bind::<BigInt, _>(invoice.amount_tyiyn)
    .bind::<Timestamp, _>(tx.now)
    .execute(tx.conn)?;
    Ok(inserted == 1)
}
