//! What customers are told while an order goes its way, beside offers, money and arrival.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::{Kind, Order, Status, recipient, store};
use crate::db::Tx;
use crate::error::Result;
use crate::notifications::{self, Fact, News, Occasion};
use crate::quotes;

/// How long before its end an offer is spoken of again: so long that quiet hours do not let it end in silence.
const LAST_CALL: TimeDelta = TimeDelta::hours(16);

/// The request was heard. A forwarding order is news to nobody: the customer announces a parcel, or the warehouse finds one.
pub(super) fn requested(tx: &mut Tx, order: &Order) -> Result<()> {
    match order.kind {
        Kind::Purchase => notifications::enqueue_all(tx, &[news(tx, order, Occasion::RequestReceived)]),
        Kind::Forwarding => Ok(()),
    }
}

/// What there is to tell of the status that an order reached; each is told once, however often a correction leads there
/// again.
pub(super) fn reached(tx: &Tx, order: &Order) -> Option<News<'static>> {
    match order.status {
        Status::Purchased => Some(news(tx, order, Occasion::OrderBought)),
        Status::ReceivedInChina => Some(news(tx, order, Occasion::ReceivedInChina)),
        Status::InTransit => Some(news(tx, order, Occasion::OrderDeparted)),
        Status::PickedUp => Some(news(tx, order, Occasion::OrderPickedUp)),
        // These are told where money, offers, cancellation and arrival are.
        Status::Requested
        | Status::AwaitingParcel
        | Status::Quoted
        | Status::Confirmed
        | Status::Paid
        | Status::ReadyForPickup
        | Status::Cancelled => None,
    }
}

fn news(tx: &Tx, order: &Order, about: Occasion) -> News<'static> {
    let facts = vec![("code", Fact::text(&order.code)), ("url", url(tx, order))];
    News { to: recipient(order), about, fact_id: order.id.to_string(), facts }
}

fn url(tx: &Tx, order: &Order) -> Fact {
    Fact::text(format!("{}/t/{}", tx.firm.public_url, order.code))
}

/// The truck is late: one message for each customer on board, with all codes. `fact_id` names the news.
///
/// # Errors
/// Those of the database.
pub fn delayed<'a>(tx: &mut Tx, orders: impl Iterator<Item = &'a Order>, place: &str, fact_id: &str) -> Result<()> {
    let mut by_customer: BTreeMap<_, Vec<&Order>> = BTreeMap::new();
    for order in orders {
        by_customer.entry((&order.phone, &order.email, &order.language)).or_default().push(order);
    }
    let about = |orders: Vec<&'a Order>| {
        let first = *orders.first()?;
        let codes: Vec<_> = orders.iter().map(|order| order.code.as_str()).collect();
        let facts = vec![("codes", Fact::text(codes.join(", "))), ("place", Fact::text(place))];
        let fact_id = format!("{fact_id}:{}", first.id);
        Some(News { to: recipient(first), about: Occasion::OrderDelayed, fact_id, facts })
    };
    let news: Vec<_> = by_customer.into_values().filter_map(about).collect();
    notifications::enqueue_all(tx, &news)
}

/// Speaks once more of the offers that end soon. Each is spoken of once, however often this runs.
///
/// # Errors
/// Those of the database.
pub fn remind_of_offers(tx: &mut Tx) -> Result<()> {
    let mut news = Vec::new();
    let ending = quotes::ending(tx, tx.now, tx.now + LAST_CALL)?;
    // Who was given little more than a day needs no reminder of it.
    for quote in ending.into_iter().filter(|quote| quote.valid_until - quote.created_at > LAST_CALL * 2) {
        let Some(order) = store::by_id(tx, &quote.order_id)?.filter(|order| order.status == Status::Quoted) else {
            continue;
        };
        let facts = vec![
            ("code", Fact::text(&order.code)),
            ("total", Fact::Number(quote.total_tyiyn)),
            ("until", Fact::Time(quote.valid_until)),
            ("url", url(tx, &order)),
        ];
        let fact_id = quote.id.to_string();
        news.push(News { to: recipient(&order), about: Occasion::QuoteExpiring, fact_id, facts });
    }
    notifications::enqueue_all(tx, &news)
}
