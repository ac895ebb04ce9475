//! `/v1/texts`: what messages say, in the firm's own words.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::own_texts::{self, Shown};
use super::segments::Encoding;
use super::{Channel, Occasion};
use crate::error::Result;
use crate::http::text::{one_line, required};
use crate::http::{Body, Call, Page, Reply};
use crate::state::App;
use crate::texts::Lang;

/// What a message says. Values stand as `{ $code }`, sums as `{ SOM($total) }`, branches as in Fluent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MessageText)]
pub struct TextView {
    event: Occasion,
    channel: Channel,
    language: Lang,
    /// Only a mail has one.
    subject: Option<String>,
    text: String,
    /// Whether the firm wrote it; otherwise it is built in.
    is_own: bool,
    /// The names of the values that it may speak of.
    variables: Vec<String>,
    /// With usual values; null for mail.
    encoding: Option<Encoding>,
    /// The most it takes with usual values; 0 for mail.
    parts: usize,
    /// Why an own text is not used any more: the built-in one goes out instead.
    problem: Option<String>,
    updated_at: Option<DateTime<Utc>>,
    updated_by: Option<String>,
}

fn view(shown: Shown) -> TextView {
    TextView {
        event: shown.event,
        channel: shown.channel,
        language: shown.lang,
        subject: shown.subject,
        text: shown.body,
        is_own: shown.updated_by.is_some(),
        variables: shown.variables,
        encoding: shown.size.map(|size| size.encoding),
        parts: shown.size.map_or(0, |size| size.parts),
        problem: shown.problem,
        updated_at: shown.updated_at.map(|at| at.and_utc()),
        updated_by: shown.updated_by,
    }
}

/// An own text; without `text` the built-in one speaks again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"event": "order-arrived", "channel": "sms", "language": "ru",
    "text": "{ $codes }: к оплате { SOM($total) } сом, { $address }, { $hours }."}))]
pub struct TextRequest {
    event: Occasion,
    channel: Channel,
    language: Lang,
    #[serde(default)]
    subject: Option<String>,
    #[serde(default)]
    text: Option<String>,
}

/// Every text.
pub async fn list(app: App, call: Call) -> Result<HttpResponse> {
    call.read(app, |tx| {
        let items = own_texts::list(tx)?.into_iter().map(view).collect();
        Ok(Page { items, next_cursor: None })
    })
    .await
}

/// Puts an own text in place of a built-in one, or takes it away.
pub async fn set(app: App, call: Call, body: Body<TextRequest>) -> Result<HttpResponse> {
    let TextRequest { event, channel, language, subject, text } = body.value;
    let subject = subject.map(|subject| one_line(&subject, 500, "/subject")).transpose()?;
    let text = text.map(|text| required(&text, 5000, "/text")).transpose()?;
    call.write(app, body.fingerprint, move |tx| {
        let shown = match &text {
            Some(text) => own_texts::set(tx, event, channel, language, subject.clone(), text)?,
            None => own_texts::clear(tx, event, channel, language)?,
        };
        Ok(Reply::ok(view(shown)))
    })
    .await
}
