//! Quotes: what a purchase will cost in som, with the rates it was counted at and the day it ends.

pub mod http;
pub mod rules;
mod store;

use chrono::{NaiveDateTime, TimeDelta};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::Tx;
use crate::error::{Error, Problem, Result};
use crate::ids::{EntryId, OrderId, QuoteId};
use crate::money::{Currency, Money, Sum};
use crate::rates::{self, PinnedRate};
use crate::tariffs;

pub use store::Quote;

words! {
    /// What became of a quote.
    State as QuoteState {
        /// The customer may accept it.
        Offered = "offered",
        /// The customer accepted it.
        Accepted = "accepted",
        /// Its time ended before anybody accepted it.
        Expired = "expired",
        /// A later quote took its place.
        Replaced = "replaced",
    }
}

/// What the order desk found, to be priced.
#[derive(Clone, Debug)]
pub struct NewQuote {
    /// Goods.
    pub lines: Vec<rules::LineRequest>,
    /// Delivery inside China, fen.
    pub domestic_delivery: Option<Money>,
    /// Estimated weight of everything, grams.
    pub estimated_weight_g: i64,
    /// Hundredths of a percent of the goods; the tariff's when not named.
    pub service_fee_bp: Option<i32>,
    /// When the offer ends; the configured life from now when not named.
    pub valid_until: Option<NaiveDateTime>,
}

/// One line of goods, priced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Line {
    /// What it is.
    pub description: String,
    /// Where it is sold.
    pub link: Option<String>,
    /// How many.
    pub quantity: i32,
    /// Price of one, yuan.
    pub unit_price: Money,
    /// All of them, in som.
    pub amount: Sum,
}

/// The parts of a quote that are shown but never counted with: kept as JSON beside the sums.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// Goods.
    pub lines: Vec<Line>,
    /// All goods, yuan.
    pub goods_original: Money,
    /// Delivery inside China, yuan.
    pub domestic_original: Option<Money>,
    /// Freight, in the currency of the tariff.
    pub freight_original: Option<Money>,
    /// Estimated weight, grams.
    pub estimated_weight_g: i64,
    /// Hundredths of a percent.
    pub service_fee_bp: i32,
    /// The tariff that freight will be charged by.
    pub tariff_id: EntryId,
    /// The pinned rates.
    pub rates: Vec<PinnedRate>,
}

/// Prices what the desk found and offers it, in place of an earlier offer.
///
/// # Errors
/// `rate_stale`; `validation_failed` for an expiry in the past or a sum that does not fit.
pub fn offer(tx: &mut Tx, order_id: &OrderId, new: &NewQuote) -> Result<Quote> {
    let valid_until = new.valid_until.unwrap_or(tx.now + TimeDelta::hours(tx.firm.quote_valid_hours));
    if valid_until <= tx.now {
        return Problem::field("/valid_until", "must be in the future").fail();
    }
    let tariff = tariffs::current(tx)?;
    let yuan = rates::today(tx, Currency::Cny)?;
    // A tariff in som needs no dollar, so a stale one refuses nothing.
    let dollar = match tariff.price_currency {
        Currency::Usd => Some(rates::today(tx, Currency::Usd)?),
        _ => None,
    };
    let priced = rules::price(new, &tariff, &yuan, dollar.as_ref(), tx.firm)
        .ok_or_else(|| Error::from(Problem::field("/lines", "the total is too large to be a purchase")))?;
    store::retire_offer(tx, order_id, State::Replaced)?;
    store::insert(tx, order_id, &priced, valid_until)
}

/// The offer or the accepted quote of an order.
///
/// # Errors
/// Those of the database.
pub fn live(tx: &mut Tx, order_id: &OrderId) -> Result<Option<Quote>> {
    store::live(tx, order_id)
}

/// Every quote of an order, the latest first.
///
/// # Errors
/// Those of the database.
pub fn history(tx: &mut Tx, order_id: &OrderId) -> Result<Vec<Quote>> {
    store::of_order(tx, order_id)
}

/// Marks the offer as accepted.
///
/// # Errors
/// Those of the database.
pub fn accept(tx: &mut Tx, quote: &QuoteId) -> Result<()> {
    store::set_state(tx, quote, State::Accepted)
}

/// Marks the offer as expired.
///
/// # Errors
/// Those of the database.
pub fn expire(tx: &mut Tx, quote: &QuoteId) -> Result<()> {
    store::set_state(tx, quote, State::Expired)
}

/// The tariff and dollar rate that freight of an order is charged by: those its accepted quote was counted at,
/// else today's. The age of a rate refuses a quote, never a truck that stands at the door.
///
/// # Errors
/// `rate_stale` when no dollar rate is known at all.
pub fn freight_terms(tx: &mut Tx, order_id: &OrderId) -> Result<(tariffs::Tariff, crate::money::Rate)> {
    if let Some(quote) = store::live(tx, order_id)? {
        let details = quote.details()?;
        let pinned = details.rates.iter().find(|rate| rate.currency == Currency::Usd).map(|rate| rate.rate);
        // A tariff in som pins no dollar, and needs none.
        return Ok((tariffs::get(tx, &details.tariff_id)?, pinned.unwrap_or(crate::money::Rate::ONE)));
    }
    let tariff = tariffs::current(tx)?;
    let rate = if tariff.price_currency == Currency::Kgs {
        crate::money::Rate::ONE
    } else {
        rates::latest(tx, Currency::Usd)?
    };
    Ok((tariff, rate))
}
