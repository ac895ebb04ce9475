//! `/v1/orders/{code}/quote`, `/confirm` and `/decline`.

use actix_web::HttpResponse;
use serde::Deserialize;
use utoipa::ToSchema;

use super::http::answer;
use crate::error::Result;
use crate::http::text::optional;
use crate::http::{Body, Call, Reply};
use crate::ids::QuoteId;
use crate::orders;
use crate::orders::http::{Code, prove_customer, refuse_auditor};
use crate::quotes::http::QuoteRequest;
use crate::state::App;

/// Who agrees: nothing for staff, the end of their phone number for the customer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"phone_last4": "3456"}))]
pub struct ConfirmRequest {
    #[serde(default)]
    phone_last4: Option<String>,
    /// Which offer; needed where several are open.
    #[serde(default)]
    quote_id: Option<QuoteId>,
}

/// Who does not want which offer, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"phone_last4": "3456", "reason": "too dear"}))]
pub struct DeclineRequest {
    #[serde(default)]
    phone_last4: Option<String>,
    /// Which offer; needed where several are open.
    #[serde(default)]
    quote_id: Option<QuoteId>,
    #[serde(default)]
    reason: Option<String>,
}

/// Offers a quote.
pub async fn quote(app: App, call: Call, code: Code, body: Body<QuoteRequest>) -> Result<HttpResponse> {
    let new = body.value.checked()?;
    call.write(app, body.fingerprint, move |tx| {
        let order = orders::quote(tx, &code, &new)?;
        Ok(Reply::ok(super::full(tx, order)?))
    })
    .await
}

/// The customer agrees, by themselves or through staff.
pub async fn confirm(app: App, call: Call, code: Code, body: Body<ConfirmRequest>) -> Result<HttpResponse> {
    let ConfirmRequest { phone_last4, quote_id } = body.value;
    let has_ended = prepare(&app, &call, &code, phone_last4).await?;
    call.write(app, body.fingerprint, move |tx| {
        refuse_ended(has_ended, &code)?;
        let order = orders::confirm(tx, &code, quote_id.as_ref())?;
        Ok(Reply::ok(answer(tx, order)?))
    })
    .await
}

/// The customer does not want an offer.
pub async fn decline(app: App, call: Call, code: Code, body: Body<DeclineRequest>) -> Result<HttpResponse> {
    let DeclineRequest { phone_last4, quote_id, reason } = body.value;
    let reason = optional(reason.as_deref(), 500, "/reason")?;
    let has_ended = prepare(&app, &call, &code, phone_last4).await?;
    call.write(app, body.fingerprint, move |tx| {
        refuse_ended(has_ended, &code)?;
        let order = orders::decline(tx, &code, quote_id.as_ref(), reason.as_deref())?;
        Ok(Reply::ok(answer(tx, order)?))
    })
    .await
}

/// Lets staff and the customer in, and writes down which offers have ended: that must stay although the call is refused,
/// so it has a transaction of its own. Tells whether no offer is left.
async fn prepare(app: &App, call: &Call, code: &Code, phone_last4: Option<String>) -> Result<bool> {
    refuse_auditor(call)?;
    prove_customer(app, call, code, phone_last4, "/phone_last4").await?;
    let asked = code.clone();
    call.change(app, move |tx| orders::expire_offers(tx, &asked)).await
}

/// Asked within the answer: what was answered before is repeated, whatever ended since.
fn refuse_ended(has_ended: bool, code: &Code) -> Result<()> {
    if has_ended { orders::quote_expired(code).fail() } else { Ok(()) }
}
