//! `/v1/orders/{code}/acquiring`, `/v1/acquiring/{id}/check` and the callbacks of providers.

use std::collections::BTreeMap;

use actix_web::http::header::HeaderMap;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::adapter::{Acquirer, Callback};
use super::mkassa::{RIGHT, SECRET};
use super::{Invoice, InvoiceState, Provider};
use crate::error::{Problem, Result};
use crate::http::{Body, Call, Nothing, Page, Raw, Reply};
use crate::ids::AcquirerInvoiceId;
use crate::money::{Money, Payable};
use crate::orders::http::Code;
use crate::state::App;

/// What a provider sends: a form or JSON of its own, 64 KiB at most.
type Message = Raw<{ 64 * 1024 }>;

/// The media types that the adapters read. A provider that calls its message something else is heard all the same.
pub const MESSAGE_TYPES: &[&str] = &["application/x-www-form-urlencoded", "application/json"];

/// The most of one header that is kept, bytes: an RSA signature has 700.
const MAX_HEADER_BYTES: usize = 2048;

/// Where the customer wants to pay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"provider": "freedom_pay", "amount": {"amount": 1245000, "currency": "KGS"}}))]
pub struct AcquiringRequest {
    provider: Provider,
    /// A part of the balance; all of it when left out.
    #[serde(default)]
    #[schema(value_type = Option<Money>)]
    amount: Option<Payable>,
}

/// An invoice at a payment provider.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AcquirerInvoice)]
pub struct InvoiceView {
    id: AcquirerInvoiceId,
    provider: Provider,
    order_code: String,
    amount: Money,
    state: InvoiceState,
    /// Where the customer pays; null until the provider made it.
    pay_url: Option<String>,
    /// What the provider calls it.
    provider_invoice_id: Option<String>,
    /// Why it could not be made.
    error: Option<String>,
    created_at: DateTime<Utc>,
    paid_at: Option<DateTime<Utc>>,
    by: String,
}

fn view(invoice: Invoice) -> InvoiceView {
    InvoiceView {
        id: invoice.id,
        provider: invoice.provider,
        order_code: invoice.order_code,
        amount: Money::tyiyn(invoice.amount_tyiyn),
        state: invoice.state,
        pay_url: invoice.pay_url,
        provider_invoice_id: invoice.provider_invoice_id,
        error: invoice.error,
        created_at: invoice.created_at.and_utc(),
        paid_at: invoice.paid_at.map(|at| at.and_utc()),
        by: invoice.actor,
    }
}

/// Makes an invoice at a provider.
pub async fn create(app: App, call: Call, code: Code, body: Body<AcquiringRequest>) -> Result<HttpResponse> {
    let request = body.value;
    let acquirer = super::configured(&app.config, request.provider)?;
    let amount_tyiyn = request.amount.map(Payable::tyiyn);
    let begin = move |tx: &mut crate::db::Tx| super::begin(tx, &code, request.provider, amount_tyiyn);
    let (then, caller) = (app.clone(), call.clone());
    call.write_then(app, body.fingerprint, begin, move |id| submit(then, caller, acquirer, id)).await
}

/// Asks the provider for an invoice that was written down, unless an earlier try of this request got that far.
async fn submit(app: App, call: Call, acquirer: Acquirer, id: AcquirerInvoiceId) -> Result<Reply<InvoiceView>> {
    let wanted = id.clone();
    let mut invoice = app.read(&call.actor, move |tx| super::get(tx, &wanted)).await?;
    if invoice.state == InvoiceState::Creating {
        let bill = super::bill(&invoice, app.clock.now());
        let outcome = app.call_out(move || acquirer.create(&bill)).await?;
        invoice = call.change(&app, move |tx| super::finish(tx, &id, &outcome)).await?;
    }
    match &invoice.error {
        Some(error) => super::failed(&invoice, error),
        None => Ok(Reply::created(view(invoice))),
    }
}

/// The invoices of an order.
pub async fn list(app: App, call: Call, code: Code) -> Result<HttpResponse> {
    call.read(app, move |tx| {
        let items = super::of_order(tx, &code)?.into_iter().map(view).collect();
        Ok(Page { items, next_cursor: None })
    })
    .await
}

/// Asks the provider now what became of an invoice.
pub async fn check(
    app: App,
    call: Call,
    id: web::Path<AcquirerInvoiceId>,
    body: Body<Nothing>,
) -> Result<HttpResponse> {
    let wanted = id.clone();
    let invoice = app.read(&call.actor, move |tx| super::get(tx, &wanted)).await?;
    let acquirer = super::configured(&app.config, invoice.provider)?;
    if !acquirer.can_be_asked() {
        return super::silent(&invoice);
    }
    let question = super::question(&invoice, app.clock.now());
    let said = match app.call_out(move || acquirer.ask(&question)).await? {
        Ok(said) => said,
        Err(failure) => return super::failed(&invoice, &failure.to_string()),
    };
    call.write(app, body.fingerprint, move |tx| Ok(Reply::ok(view(super::heed(tx, &id, &said)?)))).await
}

/// Takes a callback: stored first, answered as the provider requires, judged later.
pub async fn callback(
    app: App,
    call: Call,
    req: HttpRequest,
    provider: web::Path<String>,
    body: Message,
) -> Result<HttpResponse> {
    match provider.parse() {
        Ok(Provider::MKassa) | Err(_) => nobody(),
        Ok(provider) => take(app, call, provider, kept(req.headers()), body).await,
    }
}

/// Takes a callback of MKassa, which is known by the end of its address. To a wrong one the answer is the same.
pub async fn secret_callback(
    app: App,
    call: Call,
    req: HttpRequest,
    secret: web::Path<String>,
    body: Message,
) -> Result<HttpResponse> {
    let Some(acquirer) = Acquirer::from_config(&app.config, Provider::MKassa)? else { return nobody() };
    let mut headers = kept(req.headers());
    let word = if acquirer.knows_secret(&secret) { RIGHT } else { "wrong" };
    headers.insert(SECRET.to_owned(), word.to_owned());
    take(app, call, Provider::MKassa, headers, body).await
}

async fn take(
    app: App,
    call: Call,
    provider: Provider,
    headers: BTreeMap<String, String>,
    body: Message,
) -> Result<HttpResponse> {
    let Some(acquirer) = Acquirer::from_config(&app.config, provider)? else { return nobody() };
    let callback = Callback { body: body.bytes.to_vec(), headers, received_at: app.clock.now() };
    let reply = call.change(&app, move |tx| super::receive(tx, provider, &acquirer, &callback)).await?;
    Ok(HttpResponse::Ok().content_type(reply.content_type).body(reply.body))
}

fn nobody<T>() -> Result<T> {
    Problem::not_found("such payment provider here").fail()
}

/// The headers that a signature may cover or be in.
fn kept(headers: &HeaderMap) -> BTreeMap<String, String> {
    let matters = |name: &str| matches!(name, "content-type" | "signature") || name.starts_with("x-api-");
    headers
        .iter()
        .filter(|(name, value)| matters(name.as_str()) && value.len() <= MAX_HEADER_BYTES)
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect()
}
