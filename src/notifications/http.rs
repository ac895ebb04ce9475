//! `/v1/notifications`.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Channel, Notification, Occasion, State};
use crate::error::Result;
use crate::http::{Body, Call, Nothing, Reply};
use crate::ids::NotificationId;
use crate::phone::Phone;
use crate::state::App;

/// A message of the outbox.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Notification)]
pub struct NotificationView {
    id: NotificationId,
    /// What the gateway knows it by.
    message_id: String,
    event: Occasion,
    channel: Channel,
    /// Only the end of a phone, only the domain of an address.
    recipient: String,
    language: String,
    subject: Option<String>,
    text: String,
    state: State,
    attempts: i32,
    next_attempt_at: Option<DateTime<Utc>>,
    last_error: Option<String>,
    provider_note: Option<String>,
    created_at: DateTime<Utc>,
    sent_at: Option<DateTime<Utc>>,
}

/// The JSON shape of a message.
pub fn view(row: Notification) -> NotificationView {
    NotificationView {
        id: row.id,
        message_id: row.message_id,
        event: row.event,
        channel: row.channel,
        recipient: masked(row.channel, &row.recipient),
        language: row.language,
        subject: row.subject,
        text: row.body,
        state: row.state,
        attempts: row.attempts,
        next_attempt_at: (row.state == State::Pending).then(|| row.next_attempt_at.and_utc()),
        last_error: row.last_error,
        provider_note: row.provider_note,
        created_at: row.created_at.and_utc(),
        sent_at: row.sent_at.map(|at| at.and_utc()),
    }
}

/// As much of a recipient as a list may show.
pub fn masked(channel: Channel, recipient: &str) -> String {
    match channel {
        Channel::Sms => Phone::parse(recipient).map_or_else(|_| "***".to_owned(), |phone| phone.masked()),
        Channel::Email => format!("***@{}", recipient.rsplit('@').next().unwrap_or_default()),
    }
}

/// `?state=`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NotificationFilter {
    /// Order code.
    pub order: Option<String>,
    /// `pending`, `sending`, `sent`, `failed`.
    #[param(inline)]
    pub state: Option<State>,
    /// How many, 1 to 200; 50 unless told.
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Gives a failed message another life.
pub async fn retry(app: App, call: Call, id: web::Path<NotificationId>, body: Body<Nothing>) -> Result<HttpResponse> {
    call.write(app, body.fingerprint, move |tx| Ok(Reply::ok(view(super::retry(tx, &id)?)))).await
}
