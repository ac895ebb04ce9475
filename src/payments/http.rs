//! `/v1/orders/{code}/payments`, `/refunds` and `/ledger`.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Method, NewPayment, Payment};
use crate::error::{Problem, Result};
use crate::http::text::{optional, required};
use crate::http::{Body, Call, Reply};
use crate::ids::{JournalId, PaymentId};
use crate::ledger::{self, Journal, Posting};
use crate::money::{Money, Payable};
use crate::orders::{self, Order, http::Code};
use crate::state::App;

/// Money that came in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"method": "cash", "amount": {"amount": 1245000, "currency": "KGS"}}))]
pub struct PaymentRequest {
    method: Method,
    #[schema(value_type = Money)]
    amount: Payable,
    /// Which e-wallet, one word such as `mbank`.
    #[serde(default)]
    wallet: Option<String>,
    #[serde(default)]
    reference: Option<String>,
    #[serde(default)]
    note: Option<String>,
}

/// Money to give back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"payment_id": "01975b2e-6c1f-7d3a-9e54-2b8f0c7d6a11", "amount": {"amount": 100000, "currency": "KGS"},
    "reason": "the seller lowered the price"}))]
pub struct RefundRequest {
    payment_id: PaymentId,
    #[schema(value_type = Money)]
    amount: Payable,
    reason: String,
}

/// A payment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Payment)]
pub struct PaymentView {
    id: PaymentId,
    order_code: String,
    method: Method,
    /// The account of the ledger that it went into.
    account: String,
    amount: Money,
    /// How much of it went back.
    refunded: Money,
    reference: Option<String>,
    note: Option<String>,
    receipt_no: String,
    /// The receipt as JSON, page, picture or PDF.
    receipt_url: String,
    at: DateTime<Utc>,
    by: String,
    /// What the customer owes now; negative is credit.
    balance: Money,
    /// The order's status now.
    order_status: orders::Status,
}

/// The JSON shape of a payment.
pub fn view(payment: Payment, order: &Order) -> PaymentView {
    PaymentView {
        id: payment.id,
        order_code: order.code.clone(),
        method: payment.method,
        account: payment.account,
        amount: Money::tyiyn(payment.amount_tyiyn),
        refunded: Money::tyiyn(payment.refunded_tyiyn),
        reference: payment.reference,
        note: payment.note,
        receipt_url: format!("/v1/receipts/{}", payment.receipt_no),
        receipt_no: payment.receipt_no,
        at: payment.at.and_utc(),
        by: payment.actor,
        balance: Money::tyiyn(order.balance_tyiyn),
        order_status: order.status,
    }
}

/// The ledger of an order.
#[derive(Debug, Serialize, ToSchema)]
pub struct LedgerView {
    journals: Vec<JournalView>,
    balance: Money,
}

/// A journal: its postings sum to zero.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Journal)]
pub struct JournalView {
    id: JournalId,
    kind: ledger::Kind,
    at: DateTime<Utc>,
    by: String,
    /// The journal it takes back.
    reverses: Option<JournalId>,
    postings: Vec<PostingView>,
}

/// One leg; debits are positive.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Posting)]
pub struct PostingView {
    account: String,
    amount: Money,
}

fn journal((journal, postings): (Journal, Vec<Posting>)) -> JournalView {
    JournalView {
        id: journal.id,
        kind: journal.kind,
        at: journal.at.and_utc(),
        by: journal.actor,
        reverses: journal.reverses,
        postings: postings
            .into_iter()
            .map(|leg| PostingView { account: leg.account, amount: Money::tyiyn(leg.amount_tyiyn) })
            .collect(),
    }
}

/// Records a payment.
pub async fn record(app: App, call: Call, code: Code, body: Body<PaymentRequest>) -> Result<HttpResponse> {
    let request = body.value;
    let new = NewPayment {
        method: request.method,
        amount_tyiyn: request.amount.tyiyn(),
        wallet: request.wallet.map(|wallet| wallet_of(request.method, wallet)).transpose()?,
        source: None,
        reference: optional(request.reference.as_deref(), 100, "/reference")?,
        note: optional(request.note.as_deref(), 500, "/note")?,
    };
    call.write(app, body.fingerprint, move |tx| {
        let (payment, order) = super::record(tx, &code, &new)?;
        Ok(Reply::created(view(payment, &order)))
    })
    .await
}

/// The name of a wallet becomes the name of an account, so it is one plain word.
fn wallet_of(method: Method, wallet: String) -> Result<String> {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if method != Method::EWallet {
        return Problem::field("/wallet", "only an e_wallet payment names a wallet").fail();
    }
    if !(1..=32).contains(&wallet.len()) || !wallet.chars().all(is_word) {
        return Problem::field("/wallet", "must be one word of 1 to 32 letters a-z, digits and _, such as mbank")
            .fail();
    }
    Ok(wallet)
}

/// Gives money back.
pub async fn refund(app: App, call: Call, code: Code, body: Body<RefundRequest>) -> Result<HttpResponse> {
    let request = body.value;
    let reason = required(&request.reason, 500, "/reason")?;
    call.write(app, body.fingerprint, move |tx| {
        let (payment, order) = super::refund(tx, &code, &request.payment_id, request.amount.tyiyn(), &reason)?;
        Ok(Reply::created(view(payment, &order)))
    })
    .await
}

/// Every journal of an order.
pub async fn ledger(app: App, call: Call, code: Code) -> Result<HttpResponse> {
    call.read(app, move |tx| {
        let order = orders::find(tx, &code)?;
        let journals = ledger::of_order(tx, &order.id)?.into_iter().map(journal).collect();
        Ok(LedgerView { journals, balance: Money::tyiyn(order.balance_tyiyn) })
    })
    .await
}
