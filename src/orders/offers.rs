//! From the first offer to the customer's word: quoted, declined, expired, confirmed.

use serde_json::json;

use super::{
    Entry, Event, EventKind, Order, Status, advance, find, lock, note, post, recipient, rules, settle, wrong_status,
};
use crate::audit;
use crate::code::OrderCode;
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::ids::QuoteId;
use crate::ledger::{self, Account};
use crate::money::Money;
use crate::notifications::{self, Fact, Occasion};
use crate::quotes::{self, NewQuote, Quote};

/// Offers a quote for a request: in place of earlier offers, or beside them.
///
/// # Errors
/// `wrong_status` and those of [`quotes::offer`].
pub fn quote(tx: &mut Tx, code: &OrderCode, new: &NewQuote) -> Result<Order> {
    let mut order = lock(tx, code)?;
    rules::next(order.status, Event::Quoted).map_err(|legal| wrong_status(&order, &legal))?;
    let quote = quotes::offer(tx, &order.id, &order.pickup_point_id, new)?;
    advance(tx, &mut order, Event::Quoted, Entry::new(EventKind::OrderQuoted))?;
    audit::record(
        tx,
        "order.quoted",
        &order.code,
        json!({
            "quote": quote.id, "total_tyiyn": quote.total_tyiyn, "prepayment_tyiyn": quote.prepayment_tyiyn,
            "valid_until": quote.valid_until.and_utc(),
        }),
    )?;
    let until = Fact::Time(quote.valid_until);
    let url = Fact::text(format!("{}/t/{}", tx.firm.public_url, order.code));
    notifications::enqueue(
        tx,
        &recipient(&order),
        Occasion::QuoteReady,
        quote.id.as_str(),
        &[
            ("code", Fact::text(&order.code)),
            ("total", Fact::Number(quote.total_tyiyn)),
            ("prepayment", Fact::Number(quote.prepayment_tyiyn)),
            ("until", until),
            ("url", url),
        ],
    )?;
    Ok(order)
}

/// Marks the offers that have ended; an order without any other goes back to `requested`, and this tells whether it did.
///
/// # Errors
/// `not_found`.
pub fn expire_offers(tx: &mut Tx, code: &OrderCode) -> Result<bool> {
    let seen = find(tx, code)?;
    if ended(tx, &seen)?.is_empty() {
        return Ok(false);
    }
    let mut order = lock(tx, code)?;
    // Asked again under the lock: somebody may have made a new offer in between.
    mark_ended(tx, &mut order)?;
    Ok(order.status == Status::Requested)
}

fn ended(tx: &mut Tx, order: &Order) -> Result<Vec<Quote>> {
    if order.status != Status::Quoted {
        return Ok(Vec::new());
    }
    let mut offers = quotes::open(tx, &order.id)?;
    offers.retain(|quote| quote.valid_until <= tx.now);
    Ok(offers)
}

fn mark_ended(tx: &mut Tx, order: &mut Order) -> Result<()> {
    for quote in ended(tx, order)? {
        quotes::expire(tx, &quote.id)?;
        let entry = Entry::new(EventKind::QuoteExpired).with("quote", quote.id.as_str());
        step_back(tx, order, Event::QuoteExpired, entry)?;
        audit::record(tx, "order.quote_expired", &order.code, json!({"quote": quote.id}))?;
    }
    Ok(())
}

/// Without an offer left, an order is a request again; else its timeline tells of the one that went.
fn step_back(tx: &mut Tx, order: &mut Order, event: Event, entry: Entry) -> Result<()> {
    if quotes::open(tx, &order.id)?.is_empty() { advance(tx, order, event, entry) } else { note(tx, order, entry) }
}

/// The refusal of an offer that has ended.
pub fn quote_expired(code: &OrderCode) -> Problem {
    Problem::new(Slug::QuoteExpired, format!("The quote of order {code} has expired; ask for a new one."))
}

/// The open offer that is meant: the named one, or the only one.
fn meant(tx: &mut Tx, order: &Order, code: &OrderCode, named: Option<&QuoteId>) -> Result<Quote> {
    let mut open = quotes::open(tx, &order.id)?;
    open.retain(|quote| quote.valid_until > tx.now);
    let Some(named) = named else {
        let [only] = &open[..] else {
            return if open.is_empty() { quote_expired(code) } else { which(&open, "name one of them")? }.fail();
        };
        return Ok(only.clone());
    };
    if let Some(quote) = open.iter().find(|quote| quote.id == *named) {
        return Ok(quote.clone());
    }
    let has_ended = |quote: &Quote| matches!(quote.state, quotes::State::Expired | quotes::State::Offered);
    let known = quotes::history(tx, &order.id)?.into_iter().find(|quote| quote.id == *named);
    match known {
        Some(quote) if has_ended(&quote) => quote_expired(code).fail(),
        Some(quote) => which(&open, &format!("this one was {}", quote.state))?.fail(),
        None => which(&open, "this is none of them")?.fail(),
    }
}

/// The question which of the open offers is meant, with what they are called and cost.
fn which(open: &[Quote], why: &str) -> Result<Problem> {
    let ids: Vec<_> = open.iter().map(|quote| quote.id.as_str()).collect();
    let offers = open
        .iter()
        .map(|quote| {
            Ok(json!({
                "id": quote.id, "title": quote.details()?.title, "total": Money::tyiyn(quote.total_tyiyn),
                "valid_until": quote.valid_until.and_utc(),
            }))
        })
        .collect::<Result<Vec<_>>>()?;
    let detail = format!("open offers of this order: {}; {why}", ids.len());
    Ok(Problem::field("/quote_id", detail).with("quote_ids", ids).with("offers", offers))
}

/// The customer agrees: what was quoted is charged, freight excepted, which is charged by actual weight on arrival. Other
/// offers are declined by it.
///
/// # Errors
/// `wrong_status`; `quote_expired`; `validation_failed` with `quote_ids` when it is not clear which offer is meant.
pub fn confirm(tx: &mut Tx, code: &OrderCode, named: Option<&QuoteId>) -> Result<Order> {
    let mut order = lock(tx, code)?;
    rules::next(order.status, Event::Confirmed).map_err(|legal| wrong_status(&order, &legal))?;
    let quote = meant(tx, &order, code, named)?;
    advance(tx, &mut order, Event::Confirmed, Entry::new(EventKind::OrderConfirmed))?;
    quotes::accept(tx, &order.id, &quote.id)?;
    let charged = charge_of(&quote);
    if charged > 0 {
        let entry = ledger::Entry::new(ledger::Kind::Charge, format!("charge:{}", quote.id))
            .debit(order.receivable(), charged)
            .credit(Account::Goods, quote.goods_tyiyn)
            .credit(Account::DomesticDelivery, quote.domestic_tyiyn)
            .credit(Account::Service, quote.service_fee_tyiyn);
        post(tx, &mut order, entry)?;
    }
    audit::record(tx, "order.confirmed", &order.code, json!({"quote": quote.id, "charged_tyiyn": charged}))?;
    settle(tx, &mut order)?;
    Ok(order)
}

/// What the customer owes from the moment they agree.
pub(super) fn charge_of(quote: &Quote) -> i64 {
    quote.goods_tyiyn + quote.domestic_tyiyn + quote.service_fee_tyiyn
}

/// The customer does not want an offer. It stays in the history; without another one the order is a request again.
///
/// # Errors
/// Those of [`confirm`].
pub fn decline(tx: &mut Tx, code: &OrderCode, named: Option<&QuoteId>, reason: Option<&str>) -> Result<Order> {
    let mut order = lock(tx, code)?;
    rules::next(order.status, Event::QuoteDeclined).map_err(|legal| wrong_status(&order, &legal))?;
    let quote = meant(tx, &order, code, named)?;
    // What has ended meanwhile must not hold the order at `quoted`. The one declined is still open, so it stays there.
    mark_ended(tx, &mut order)?;
    quotes::decline(tx, &quote.id)?;
    let entry = Entry::new(EventKind::QuoteDeclined).with("quote", quote.id.as_str()).with("reason", reason);
    step_back(tx, &mut order, Event::QuoteDeclined, entry)?;
    audit::record(tx, "order.quote_declined", &order.code, json!({"quote": quote.id, "reason": reason}))?;
    Ok(order)
}
