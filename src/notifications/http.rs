//! `/v1/notifications`.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Channel, Notification, Occasion, State};
use crate::error::{Problem, Result};
use crate::http::{Body, Call, Nothing, Page, Raw, Reply};
use crate::ids::NotificationId;
use crate::money::Money;
use crate::phone::Phone;
use crate::state::App;
use crate::tokens::same;

/// The media types of SMSPRO. A report that is called something else is heard all the same.
pub const REPORT_TYPES: &[&str] = &["text/xml", "application/xml"];

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
    /// When it arrived, by the gateway's word.
    delivered_at: Option<DateTime<Utc>>,
    /// After this it is not sent any more.
    useful_until: DateTime<Utc>,
    /// Parts that the operator bills; 0 for mail.
    parts: i32,
    /// What they cost.
    cost: Money,
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
        delivered_at: row.delivered_at.map(|at| at.and_utc()),
        useful_until: row.useful_until.and_utc(),
        parts: row.parts,
        cost: Money::tyiyn(row.cost_tyiyn),
    }
}

/// One attempt to send a message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NotificationAttempt)]
pub struct AttemptView {
    at: DateTime<Utc>,
    succeeded: bool,
    /// What the gateway said, or that it said nothing.
    answer: Option<String>,
    cost: Money,
}

/// A message and every attempt to send it, oldest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NotificationDetails)]
pub struct DetailsView {
    #[serde(flatten)]
    message: NotificationView,
    tries: Vec<AttemptView>,
}

/// One message, with its attempts.
pub async fn get(app: App, call: Call, id: web::Path<NotificationId>) -> Result<HttpResponse> {
    call.read(app, move |tx| {
        let (row, failed) = super::get(tx, &id)?;
        let failed = failed.into_iter().map(|attempt| AttemptView {
            at: attempt.at.and_utc(),
            succeeded: false,
            answer: Some(attempt.error),
            cost: Money::tyiyn(0),
        });
        let sent = row.sent_at.map(|at| AttemptView {
            at: at.and_utc(),
            succeeded: true,
            answer: row.provider_note.clone(),
            cost: Money::tyiyn(row.cost_tyiyn),
        });
        let tries = failed.chain(sent).collect();
        Ok(DetailsView { message: view(row), tries })
    })
    .await
}

/// As much of a recipient as a list may show.
pub fn masked(channel: Channel, recipient: &str) -> String {
    match channel {
        Channel::Sms => Phone::parse(recipient).map_or_else(|_| "***".to_owned(), |phone| phone.masked()),
        Channel::Email => format!("***@{}", recipient.rsplit('@').next().unwrap_or_default()),
        Channel::Telegram => format!("***{}", &recipient[recipient.len().saturating_sub(4)..]),
    }
}

/// `?state=`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NotificationFilter {
    /// Order code.
    pub order: Option<String>,
    /// `pending`, `sending`, `sent`, `delivered`, `failed`, …
    #[param(inline)]
    pub state: Option<State>,
    /// How many, 1 to 200; 50 unless told.
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Takes back a message that nobody has been sent.
pub async fn cancel(app: App, call: Call, id: web::Path<NotificationId>, body: Body<Nothing>) -> Result<HttpResponse> {
    call.write(app, body.fingerprint, move |tx| Ok(Reply::ok(view(super::cancel(tx, &id)?)))).await
}

/// What messages of one kind cost on one day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NotificationCost)]
pub struct CostView {
    /// In Bishkek.
    day: NaiveDate,
    channel: Channel,
    event: Occasion,
    /// Messages that a gateway took.
    messages: i64,
    /// Parts that the operator bills.
    parts: i64,
    cost: Money,
}

/// `?from=&to=`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CostQuery {
    /// First day in Bishkek; the last one unless told.
    from: Option<NaiveDate>,
    /// Last day in Bishkek; today unless told.
    to: Option<NaiveDate>,
}

/// What messages cost, the latest day first.
pub async fn costs(app: App, call: Call, query: web::Query<CostQuery>) -> Result<HttpResponse> {
    call.read(app, move |tx| {
        let items = super::costs::costs(tx, query.from, query.to)?;
        let view = |(day, cost): (NaiveDate, super::report_store::Cost)| CostView {
            day,
            channel: cost.channel,
            event: cost.event,
            messages: cost.messages,
            parts: cost.parts,
            cost: Money::tyiyn(cost.cost_tyiyn),
        };
        Ok(Page { items: items.into_iter().map(view).collect(), next_cursor: None })
    })
    .await
}

/// Takes a delivery report of SMSPRO, which is known by the end of its address. It is only an occasion to ask.
pub async fn report(app: App, call: Call, secret: web::Path<String>, body: Raw<{ 64 * 1024 }>) -> Result<HttpResponse> {
    if !same(&secret, app.config.sms.report_secret.expose_secret()) {
        return Problem::not_found("page at this address").fail();
    }
    call.change(&app, move |tx| super::delivery::pushed(tx, &body.bytes)).await?;
    Ok(HttpResponse::Ok().finish())
}

/// Gives a failed message another life.
pub async fn retry(app: App, call: Call, id: web::Path<NotificationId>, body: Body<Nothing>) -> Result<HttpResponse> {
    call.write(app, body.fingerprint, move |tx| Ok(Reply::ok(view(super::retry(tx, &id)?)))).await
}
