//! `/v1/customers/{client_code}/messages`: in which language and over which channels a customer is told.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::customers;
use crate::db::Tx;
use crate::error::{Problem, Result};
use crate::http::{Body, Call, Reply};
use crate::notifications::{self, Channel, Choice};
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

fn phone(tx: &mut Tx, client_code: &str) -> Result<String> {
    match customers::by_client_code(tx, client_code)? {
        Some(customer) => Ok(customer.phone),
        None => Problem::not_found(format_args!("customer {client_code}")).fail(),
    }
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
