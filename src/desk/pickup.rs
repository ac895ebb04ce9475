//! What is given to whoever comes: `/v1/orders/{code}/release` and `/v1/orders/{code}/hand-over`.

use actix_web::HttpResponse;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::error::{Error, Problem, Result};
use crate::http::text::optional;
use crate::http::{Body, Call, Reply};
use crate::orders::http::Code;
use crate::parcels::{self, HandOver};
use crate::proofs::{self, Given, Proof};
use crate::state::App;

/// Who takes what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"received_by": "Айгуль Садыкова"}))]
pub struct HandOverRequest {
    #[serde(default)]
    received_by: Option<String>,
    /// Identifiers, barcodes or tracking numbers; all that have arrived when not named.
    #[serde(default)]
    parcels: Option<Vec<String>>,
    /// The last four digits of the phone that the order was placed with.
    #[serde(default)]
    phone_last4: Option<String>,
    /// The PIN of the message of arrival.
    #[serde(default)]
    pin: Option<String>,
    /// The document that whoever takes it showed, in a few words.
    #[serde(default)]
    document: Option<String>,
    /// Why an admin hands over in spite of a debt, or without a proof.
    #[serde(default)]
    override_reason: Option<String>,
}

impl HandOverRequest {
    fn given(&self) -> Result<Given> {
        let digits = |text: &Option<String>, count: usize, pointer: &str| match text.as_deref().map(str::trim) {
            None | Some("") => Ok(None),
            Some(text) if text.len() == count && text.bytes().all(|b| b.is_ascii_digit()) => Ok(Some(text.to_owned())),
            Some(_) => Problem::field(pointer, format!("must be {count} digits")).fail(),
        };
        Ok(Given {
            phone_last4: digits(&self.phone_last4, 4, "/phone_last4")?,
            pin: digits(&self.pin, proofs::PIN_DIGITS, "/pin")?,
        })
    }
}

/// Why a part is given before the rest.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "the rest comes with the next truck"}))]
pub struct ReleaseRequest {
    #[serde(default)]
    reason: Option<String>,
}

/// Hands parcels over.
pub async fn hand_over(app: App, call: Call, code: Code, body: Body<HandOverRequest>) -> Result<HttpResponse> {
    let request = body.value;
    if request.parcels.as_ref().is_some_and(Vec::is_empty) {
        return Problem::field("/parcels", "name at least one parcel, or leave it out for all").fail();
    }
    let given = request.given()?;
    let mut wanted = HandOver {
        received_by: optional(request.received_by.as_deref(), 200, "/received_by")?,
        parcels: request.parcels,
        proof: None,
        document: optional(request.document.as_deref(), 200, "/document")?,
        override_reason: optional(request.override_reason.as_deref(), 500, "/override_reason")?,
    };
    if !given.is_empty() {
        wanted.proof = Some(prove(&app, &call, &code, given).await?);
    }
    call.write(app, body.fingerprint, move |tx| {
        let order = parcels::hand_over(tx, &code, &wanted)?;
        Ok(Reply::ok(super::full(tx, order)?))
    })
    .await
}

/// Looks at the second fact in a transaction of its own: a wrong try counts although the hand-over is refused.
async fn prove(app: &App, call: &Call, code: &Code, given: Given) -> Result<Proof> {
    let code = code.clone();
    let judged = call.change(app, move |tx| proofs::check(tx, &code, &given)).await?;
    judged.map_err(Error::from)
}

/// Gives a part of an order to its customer.
pub async fn release(app: App, call: Call, code: Code, body: Body<ReleaseRequest>) -> Result<HttpResponse> {
    let reason = optional(body.value.reason.as_deref(), 500, "/reason")?;
    call.write(app, body.fingerprint, move |tx| {
        let order = parcels::release(tx, &code, reason.as_deref())?;
        Ok(Reply::ok(super::full(tx, order)?))
    })
    .await
}
