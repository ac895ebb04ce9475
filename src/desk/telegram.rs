//! `/v1/orders/{code}/telegram`: a link by which a customer gets their messages in Telegram.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::http::{Body, Call};
use crate::orders;
use crate::orders::http::{Code, prove_customer, refuse_auditor};
use crate::state::App;

/// Who asks: nothing from staff, the end of their phone number from the customer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TelegramRequest, example = json!({"phone_last4": "3456"}))]
pub struct TelegramRequest {
    #[serde(default)]
    phone_last4: Option<String>,
}

/// Where the customer goes to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TelegramLink, example = json!({"link": "https://t.me/TorugartBot?start=kJ3x", "expires_at": "2026-05-25T10:00:00Z"}))]
pub struct TelegramLink {
    /// Opens the chat with the bot; works once.
    link: String,
    expires_at: DateTime<Utc>,
}

/// Makes a link.
pub async fn link(app: App, call: Call, code: Code, body: Body<TelegramRequest>) -> Result<HttpResponse> {
    refuse_auditor(&call)?;
    prove_customer(&app, &call, &code, body.value.phone_last4, "/phone_last4").await?;
    let has_bot = app.config.telegram.link("").is_some();
    let make = move |tx: &mut Tx| {
        let link = orders::telegram_link(tx, &code)?;
        if has_bot { Ok(link) } else { no_bot() }
    };
    let (token, expires_at) = call.change(&app, make).await?;
    let link = app.config.telegram.link(&token).unwrap_or_default();
    Ok(HttpResponse::Created().json(TelegramLink { link, expires_at: expires_at.and_utc() }))
}

fn no_bot<T>() -> Result<T> {
    Problem::new(Slug::TelegramNotConfigured, "This firm has no bot in Telegram.").fail()
}
