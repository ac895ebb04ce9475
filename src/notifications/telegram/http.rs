//! `/v1/telegram/updates`: what Telegram's webhook tells.

use actix_web::{HttpRequest, HttpResponse};
use secrecy::ExposeSecret;
use serde_json::Value;

use super::{bot, updates};
use crate::error::{Problem, Result, Slug};
use crate::http::{Call, Raw};
use crate::state::App;
use crate::tokens::same;

/// The media types that Telegram uses.
pub const UPDATE_TYPES: &[&str] = &["application/json"];
/// How Telegram shows that it is Telegram.
const SECRET: &str = "x-telegram-bot-api-secret-token";

/// Takes an update and answers it in the same breath: the answer to the call is the bot's message.
pub async fn update(app: App, call: Call, request: HttpRequest, body: Raw<{ 256 * 1024 }>) -> Result<HttpResponse> {
    let secret = request.headers().get(SECRET).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !same(secret, app.config.telegram.webhook_secret.expose_secret()) {
        return Problem::not_found("page at this address").fail();
    }
    let update: Option<Value> = serde_json::from_slice(&body.bytes).ok();
    let Some(update) = update.as_ref().and_then(updates::read) else {
        return Problem::new(Slug::MalformedRequest, "This is no update of Telegram.").fail();
    };
    let reply = call.change(&app, move |tx| bot::hear(tx, &update)).await?;
    let Some(reply) = reply else { return Ok(HttpResponse::Ok().finish()) };
    let mut message = reply.json();
    message["method"] = Value::from("sendMessage");
    Ok(HttpResponse::Ok().json(message))
}
