//! `/v1/orders/{code}/telegram`: a link by which a customer gets their messages in Telegram.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::customers;
use crate::error::{Problem, Result, Slug};
use crate::http::{Body, Call};
use crate::notifications;
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

/// Makes a link. It is made anew for every call: one that was kept would be a key in a drawer.
pub async fn link(app: App, call: Call, code: Code, body: Body<TelegramRequest>) -> Result<HttpResponse> {
    refuse_auditor(&call)?;
    prove_customer(&app, &call, &code, body.value.phone_last4, "/phone_last4").await?;
    if app.config.telegram.link("").is_none() {
        return Problem::new(Slug::TelegramNotConfigured, "This firm has no bot in Telegram.").fail();
    }
    let (token, expires_at) = call
        .change(&app, move |tx| {
            let order = orders::find(tx, &code)?;
            let customer = customers::get(tx, &order.customer_id)?;
            let language = orders::recipient(&order).language;
            notifications::new_link(tx, &customer.phone, &customer.client_code, language)
        })
        .await?;
    let link = app.config.telegram.link(&token).unwrap_or_default();
    Ok(HttpResponse::Created().json(TelegramLink { link, expires_at: expires_at.and_utc() }))
}
