//! `/v1/customers/{client_code}/messages`: in which language and over which channels a customer is told.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::customers::{self, Customer};
use crate::db::Tx;
use crate::error::{Problem, Result};
use crate::http::{Body, Call, Page, Reply};
use crate::notifications::{self, Channel, Choice, Way, http::masked};
use crate::payments::adjust_http::canonical;
use crate::state::App;
use crate::texts::Lang;

/// What a customer chose; null is as the order or the firm says.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MessageChoice, example = json!({"language": "ky", "channels": ["email", "sms"], "opted_out": false}))]
pub struct ChoiceBody {
    #[serde(default)]
    language: Option<Lang>,
    /// In the order they are tried.
    #[serde(default)]
    channels: Option<Vec<Channel>>,
    /// Nothing but one-time codes is sent.
    #[serde(default)]
    opted_out: bool,
}

impl From<Choice> for ChoiceBody {
    fn from(choice: Choice) -> Self {
        Self { language: choice.language, channels: choice.channels, opted_out: choice.is_opted_out }
    }
}

impl ChoiceBody {
    /// What was chosen.
    pub fn choice(self) -> Choice {
        Choice { language: self.language, channels: self.channels, is_opted_out: self.opted_out }
    }
}

/// One way to a customer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CustomerChannel)]
pub struct WayView {
    channel: Channel,
    /// Only the end of a phone or chat, only the domain of an address.
    recipient: String,
    /// Of a chat: since when.
    linked_at: Option<DateTime<Utc>>,
    /// Since when nothing is sent there; a retry of a message to there ends it.
    parked_at: Option<DateTime<Utc>>,
    /// Why nothing is sent there.
    reason: Option<String>,
}

impl From<Way> for WayView {
    fn from(way: Way) -> Self {
        Self {
            channel: way.channel,
            recipient: masked(way.channel, &way.recipient),
            linked_at: way.linked_at.map(|at| at.and_utc()),
            parked_at: way.parked.as_ref().map(|parked| parked.parked_at.and_utc()),
            reason: way.parked.map(|parked| parked.reason),
        }
    }
}

/// Where a customer is reached.
pub async fn channels(app: App, call: Call, client_code: web::Path<String>) -> Result<HttpResponse> {
    let client_code = canonical(&app, &client_code)?;
    call.read(app, move |tx| {
        let customer = customer(tx, &client_code)?;
        let ways = notifications::ways_to(tx, &customer.phone, customer.email.as_deref())?;
        Ok(Page { items: ways.into_iter().map(WayView::from).collect(), next_cursor: None })
    })
    .await
}

fn phone(tx: &mut Tx, client_code: &str) -> Result<String> {
    Ok(customer(tx, client_code)?.phone)
}

fn customer(tx: &mut Tx, client_code: &str) -> Result<Customer> {
    customers::by_client_code(tx, client_code)?
        .ok_or_else(|| Problem::not_found(format_args!("customer {client_code}")).into())
}

/// What a customer chose.
pub async fn get(app: App, call: Call, client_code: web::Path<String>) -> Result<HttpResponse> {
    let client_code = canonical(&app, &client_code)?;
    call.read(app, move |tx| {
        let phone = phone(tx, &client_code)?;
        Ok(ChoiceBody::from(notifications::choice(tx, &phone)?))
    })
    .await
}

/// Writes down what a customer chose.
pub async fn set(app: App, call: Call, client_code: web::Path<String>, body: Body<ChoiceBody>) -> Result<HttpResponse> {
    let client_code = canonical(&app, &client_code)?;
    let choice = body.value.choice();
    call.write(app, body.fingerprint, move |tx| {
        let phone = phone(tx, &client_code)?;
        notifications::choose(tx, &phone, &client_code, &choice)?;
        Ok(Reply::ok(ChoiceBody::from(notifications::choice(tx, &phone)?)))
    })
    .await
}
