//! `/v1/notifications/preview`: what a customer would read about an order, and what that would cost.

use actix_web::HttpResponse;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::branches;
use crate::config::HandOverProof;
use crate::db::Tx;
use crate::error::Result;
use crate::http::{Body, Call};
use crate::money::Money;
use crate::notifications::{self, Channel, Encoding, Fact, News, Occasion, Preview};
use crate::orders::{self, Order};
use crate::parcels::{self, http::order_code};
use crate::quotes;
use crate::state::App;
use crate::texts::Lang;

/// What to look at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"event": "order-arrived", "channel": "sms", "language": "ky", "order_code": "TG-7K4M9-2QX8C-5"}))]
pub struct PreviewRequest {
    event: Occasion,
    channel: Channel,
    language: Lang,
    order_code: String,
}

/// A message that was not sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MessagePreview)]
pub struct PreviewView {
    /// Only a mail has one.
    subject: Option<String>,
    text: String,
    /// Null for mail.
    encoding: Option<Encoding>,
    /// Parts that the operator bills; 0 for mail.
    parts: i32,
    cost: Money,
}

fn view(preview: Preview) -> PreviewView {
    PreviewView {
        subject: preview.subject,
        text: preview.text,
        encoding: preview.encoding,
        parts: preview.parts,
        cost: Money::tyiyn(preview.cost_tyiyn),
    }
}

/// Shows a message without sending it.
pub async fn preview(app: App, call: Call, body: Body<PreviewRequest>) -> Result<HttpResponse> {
    let PreviewRequest { event, channel, language, order_code: code } = body.value;
    let code = order_code(&app.config.business, &code, "/order_code")?;
    call.read(app, move |tx| {
        let order = orders::find(tx, &code)?;
        let mut to = orders::recipient(&order);
        to.language = language;
        let facts = facts(tx, &order, event)?;
        let news = News { to, about: event, fact_id: String::new(), facts };
        Ok(view(notifications::preview(tx, news, channel)?))
    })
    .await
}

/// What is known of an order; what is not, such as the reason of a refusal that never was, is left to usual values.
fn facts(tx: &mut Tx, order: &Order, about: Occasion) -> Result<Vec<(&'static str, Fact)>> {
    let branch = branches::get(tx, &order.pickup_point_id)?;
    let quote = quotes::shown(tx, &order.id)?;
    let parcels = parcels::of_order(tx, &order.id)?;
    let count = |parcels: usize| i64::try_from(parcels).unwrap_or(i64::MAX);
    let owed = order.balance_tyiyn.max(0);
    let free_until = order.free_storage_until.unwrap_or(tx.now + TimeDelta::days(7));
    let mut facts = vec![
        ("code", Fact::text(&order.code)),
        ("codes", Fact::text(&order.code)),
        ("count", Fact::Number(1)),
        ("balance", Fact::Number(owed)),
        ("refund", Fact::Number((-order.balance_tyiyn).max(0))),
        ("url", Fact::text(format!("{}/t/{}", tx.firm.public_url, order.code))),
        ("arrived", Fact::Number(count(parcels.iter().filter(|parcel| parcel.arrived_at.is_some()).count()))),
        ("parcels", Fact::Number(count(parcels.len()))),
        ("branch", Fact::text(&branch.name)),
        ("address", Fact::text(&branch.address)),
        ("hours", Fact::text(&branch.hours)),
        ("free_until", Fact::Time(free_until)),
        ("fee", Fact::Number(quotes::storage_fee_tyiyn(tx, &order.id, &order.pickup_point_id)?)),
        // Nobody knows it any more: only whether there is one.
        ("pin", Fact::Secret((tx.firm.hand_over_proof == HandOverProof::Pin).then(String::new))),
    ];
    let of_quote = matches!(about, Occasion::QuoteReady | Occasion::QuoteExpiring);
    match &quote {
        Some(quote) => facts.extend([
            ("total", Fact::Number(if of_quote { quote.total_tyiyn } else { owed })),
            ("prepayment", Fact::Number(quote.prepayment_tyiyn)),
            ("amount", Fact::Number(quote.prepayment_tyiyn)),
            ("until", Fact::Time(quote.valid_until)),
        ]),
        None if !of_quote => facts.push(("total", Fact::Number(owed))),
        None => {}
    }
    Ok(facts)
}
