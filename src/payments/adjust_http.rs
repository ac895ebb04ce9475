//! `/v1/orders/{code}/corrections`, `/write-offs`, `/journals/{id}/reverse`, `/credit/…` and what is kept for a customer.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::adjust::Subject;
use super::{Method, adjust, credit};
use crate::branches::{self, Branch};
use crate::client_code::ClientCode;
use crate::customers::{self, Customer};
use crate::db::Tx;
use crate::error::{Problem, Result};
use crate::http::text::required;
use crate::http::{Body, Call, Reply};
use crate::ids::{Actor, JournalId};
use crate::money::{CEILING_MINOR, Currency, Money, Payable};
use crate::orders::{self, Order, http::Code};
use crate::state::App;

/// Something to charge beside the quote, or to let off.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"account": "customs", "amount": {"amount": 35000, "currency": "KGS"}, "reason": "duty on the drone"}))]
pub struct CorrectionRequest {
    account: Subject,
    /// Som; negative lets something off.
    amount: Money,
    reason: String,
}

/// A debt to give up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"amount": {"amount": 40, "currency": "KGS"}, "reason": "no such coin"}))]
pub struct WriteOffRequest {
    #[schema(value_type = Money)]
    amount: Payable,
    reason: String,
}

/// Why a journal is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "typed for another order"}))]
pub struct ReverseRequest {
    reason: String,
}

/// How much credit; all there is, or all that is due, when not named.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct CreditRequest {
    #[serde(default)]
    #[schema(value_type = Option<Money>)]
    amount: Option<Payable>,
}

/// Credit to give back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"method": "cash", "amount": {"amount": 69600, "currency": "KGS"}, "reason": "asked for it"}))]
pub struct PayOutRequest {
    method: Method,
    #[schema(value_type = Money)]
    amount: Payable,
    reason: String,
}

/// What is owed after a change.
#[derive(Debug, Serialize, ToSchema)]
pub struct AdjustmentView {
    /// The journal that was posted.
    journal_id: JournalId,
    order_code: String,
    order_status: orders::Status,
    /// What the customer owes now; negative is credit.
    balance: Money,
}

/// What is owed, and what is kept, after credit moved.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreditView {
    order_code: String,
    order_status: orders::Status,
    /// What the customer owes for this order now; negative is credit.
    balance: Money,
    client_code: String,
    /// What is kept for the customer beside their orders.
    credit: Money,
}

/// A customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerAccountView {
    client_code: String,
    name: String,
    phone: String,
    email: Option<String>,
    language: String,
    /// What is kept for them beside their orders.
    credit: Money,
}

fn adjusted((journal_id, order): (JournalId, Order)) -> Reply<AdjustmentView> {
    Reply::created(AdjustmentView {
        journal_id,
        order_status: order.status,
        balance: Money::tyiyn(order.balance_tyiyn),
        order_code: order.code,
    })
}

fn credited((order, customer): (Order, Customer)) -> Reply<CreditView> {
    Reply::created(CreditView {
        order_status: order.status,
        balance: Money::tyiyn(order.balance_tyiyn),
        order_code: order.code,
        client_code: customer.client_code,
        credit: Money::tyiyn(customer.credit_tyiyn),
    })
}

fn account(customer: Customer) -> CustomerAccountView {
    CustomerAccountView {
        client_code: customer.client_code,
        name: customer.name,
        phone: customer.phone,
        email: customer.email,
        language: customer.language,
        credit: Money::tyiyn(customer.credit_tyiyn),
    }
}

/// Charges something, or lets it off.
pub async fn correct(app: App, call: Call, code: Code, body: Body<CorrectionRequest>) -> Result<HttpResponse> {
    let CorrectionRequest { account, amount, reason } = body.value;
    if amount.currency != Currency::Kgs {
        return Problem::field("/amount/currency", "debts are in KGS").fail();
    }
    if amount.amount == 0 || !(-CEILING_MINOR..=CEILING_MINOR).contains(&amount.amount) {
        let detail = format!("must be 1 to {CEILING_MINOR} tyiyn, or so much with a minus");
        return Problem::field("/amount/amount", detail).fail();
    }
    let reason = required(&reason, 500, "/reason")?;
    let work = move |tx: &mut Tx| adjust::correct(tx, &code, account, amount.amount, &reason).map(adjusted);
    call.write(app, body.fingerprint, work).await
}

/// Takes a journal back.
pub async fn reverse(
    app: App,
    call: Call,
    path: web::Path<(String, JournalId)>,
    code: Code,
    body: Body<ReverseRequest>,
) -> Result<HttpResponse> {
    let (_, journal) = path.into_inner();
    let reason = required(&body.value.reason, 500, "/reason")?;
    let work = move |tx: &mut Tx| adjust::reverse(tx, &code, &journal, &reason).map(adjusted);
    call.write(app, body.fingerprint, work).await
}

/// Gives a debt up.
pub async fn write_off(app: App, call: Call, code: Code, body: Body<WriteOffRequest>) -> Result<HttpResponse> {
    let amount_tyiyn = body.value.amount.tyiyn();
    let reason = required(&body.value.reason, 500, "/reason")?;
    let work = move |tx: &mut Tx| adjust::write_off(tx, &code, amount_tyiyn, &reason).map(adjusted);
    call.write(app, body.fingerprint, work).await
}

/// Keeps what was paid too much for the customer.
pub async fn keep(app: App, call: Call, code: Code, body: Body<CreditRequest>) -> Result<HttpResponse> {
    let amount_tyiyn = body.value.amount.map(Payable::tyiyn);
    call.write(app, body.fingerprint, move |tx| credit::keep(tx, &code, amount_tyiyn).map(credited)).await
}

/// Pays from what is kept for the customer.
pub async fn spend(app: App, call: Call, code: Code, body: Body<CreditRequest>) -> Result<HttpResponse> {
    let amount_tyiyn = body.value.amount.map(Payable::tyiyn);
    call.write(app, body.fingerprint, move |tx| credit::spend(tx, &code, amount_tyiyn).map(credited)).await
}

/// One customer.
pub async fn customer(app: App, call: Call, client_code: web::Path<String>) -> Result<HttpResponse> {
    let client_code = canonical(&app, &client_code)?;
    call.read(app, move |tx| match customers::by_client_code(tx, &client_code)? {
        Some(customer) => Ok(account(customer)),
        None => Problem::not_found(format_args!("customer {client_code}")).fail(),
    })
    .await
}

/// Gives credit back to a customer.
pub async fn pay_out(
    app: App,
    call: Call,
    client_code: web::Path<String>,
    body: Body<PayOutRequest>,
) -> Result<HttpResponse> {
    let client_code = canonical(&app, &client_code)?;
    let PayOutRequest { method, amount, reason } = body.value;
    let reason = required(&reason, 500, "/reason")?;
    let work = move |tx: &mut Tx| {
        let branch = own_branch(tx)?;
        let customer = credit::pay_out(tx, &client_code, method, amount.tyiyn(), &reason, &branch)?;
        Ok(Reply::created(account(customer)))
    };
    call.write(app, body.fingerprint, work).await
}

/// The branch whose drawer pays; whoever works at no branch pays at the first pickup point.
fn own_branch(tx: &mut Tx) -> Result<Branch> {
    match tx.by {
        Actor::Staff { branch: Some(branch), .. } => {
            let branch = branch.clone();
            branches::get(tx, &branch)
        }
        _ => branches::find_pickup_point(tx, None, "/branch"),
    }
}

/// A client code of an address, read forgivingly.
///
/// # Errors
/// `not_found` for what is none.
pub fn canonical(app: &App, typed: &str) -> Result<String> {
    let prefix = &app.config.business.client_code_prefix;
    match ClientCode::parse(prefix, typed) {
        Some(code) => Ok(code.as_str().to_owned()),
        None => Problem::not_found(format_args!("customer {typed:?}; a client code looks like {prefix}-10427")).fail(),
    }
}
