//! Quotes: what a purchase will cost in som, with the rates it was counted at and the day it ends.

pub mod estimate;
pub mod http;
pub mod rules;
mod store;
mod terms;

use std::collections::HashMap;

use chrono::{NaiveDateTime, TimeDelta};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::branches;
use crate::customs::{self, CustomsEstimate};
use crate::db::Tx;
use crate::error::{Error, Problem, Result};
use crate::ids::{BranchId, EntryId, OrderId, QuoteId};
use crate::money::{Currency, Money, Sum};
use crate::rates::{self, PinnedRate};
use crate::tariffs::{self, Basis, Route, SizeMm};

pub use store::Quote;
pub use terms::{Terms, freight_terms, freight_terms_of, storage_fee_tyiyn};

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
        /// The customer did not want it, or took another one.
        Declined = "declined",
    }
}

/// More offers beside each other than anybody can choose from.
const MOST_OPEN: usize = 10;

/// What the order desk found, to be priced.
#[derive(Clone, Debug)]
pub struct NewQuote {
    /// What it is called beside other offers.
    pub title: Option<String>,
    /// Whether earlier offers stay open beside it.
    pub alternative: bool,
    /// Goods.
    pub lines: Vec<rules::LineRequest>,
    /// Delivery inside China, fen.
    pub domestic_delivery: Option<Money>,
    /// Estimated weight of everything, grams.
    pub estimated_weight_g: i64,
    /// Estimated size of everything, for tariffs by volume or density.
    pub size: Option<SizeMm>,
    /// What kind of goods.
    pub category: Option<String>,
    /// On which way; to the order's pickup point when not named.
    pub route: Route,
    /// Hundredths of a percent of the goods; the tariff's when not named.
    pub service_fee_bp: Option<i32>,
    /// When the offer ends; the configured life from now when not named.
    pub valid_until: Option<NaiveDateTime>,
}

impl NewQuote {
    /// An offer of these goods with nothing else to it.
    pub fn of(lines: Vec<rules::LineRequest>, estimated_weight_g: i64) -> Self {
        Self {
            title: None,
            alternative: false,
            lines,
            domestic_delivery: None,
            estimated_weight_g,
            size: None,
            category: None,
            route: Route::default(),
            service_fee_bp: None,
            valid_until: None,
        }
    }
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
    /// What it is called beside other offers.
    #[serde(default)]
    pub title: Option<String>,
    /// Goods.
    pub lines: Vec<Line>,
    /// All goods, yuan.
    pub goods_original: Money,
    /// Delivery inside China, yuan.
    pub domestic_original: Option<Money>,
    /// Freight, in the currency of the tariff.
    pub freight_original: Option<Money>,
    /// What freight was counted from; none in quotes older than this figure.
    #[serde(default)]
    pub freight: Option<FreightEstimate>,
    /// Estimated weight, grams.
    pub estimated_weight_g: i64,
    /// Estimated size.
    #[serde(default)]
    pub size: Option<SizeMm>,
    /// What kind of goods.
    #[serde(default)]
    pub category: Option<String>,
    /// Hundredths of a percent.
    pub service_fee_bp: i32,
    /// The tariff that freight will be charged by.
    pub tariff_id: EntryId,
    /// What customs might want, where that is known; none in quotes older than this figure.
    #[serde(default)]
    pub customs: Option<CustomsEstimate>,
    /// The pinned rates.
    pub rates: Vec<PinnedRate>,
}

/// What the freight of a quote was counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FreightEstimate {
    /// What would be charged, grams: at least the estimated weight.
    pub charged_weight_g: i64,
    /// What it comes from.
    pub basis: Basis,
    /// The price that was applied, USD or KGS.
    pub price_per_kg: Money,
}

/// Prices what the desk found and offers it: in place of earlier offers, or beside them.
///
/// # Errors
/// `rate_stale`; `validation_failed` for an expiry in the past, a route to nowhere, or a sum that does not fit.
pub fn offer(tx: &mut Tx, order_id: &OrderId, pickup_point: &BranchId, new: &NewQuote) -> Result<Quote> {
    let valid_until = new.valid_until.unwrap_or(tx.now + TimeDelta::hours(tx.firm.quote_valid_hours));
    if valid_until <= tx.now {
        return Problem::field("/valid_until", "must be in the future").fail();
    }
    let priced = counted(tx, new, Some(pickup_point))?
        .ok_or_else(|| Error::from(Problem::field("/lines", "the total is too large to be a purchase")))?;
    if !new.alternative {
        store::retire_open(tx, order_id, State::Replaced)?;
    } else if store::open(tx, order_id)?.len() >= MOST_OPEN {
        return Problem::field("/alternative", format!("at most {MOST_OPEN} offers are open beside each other")).fail();
    }
    store::insert(tx, order_id, &priced, valid_until)
}

/// Prices what is asked for at today's rates and tariff; `None` when a sum does not fit.
fn counted(tx: &mut Tx, new: &NewQuote, pickup_point: Option<&BranchId>) -> Result<Option<rules::Priced>> {
    let mut route = new.route.clone();
    if let (None, Some(pickup_point)) = (&route.to, pickup_point) {
        route.to = Some(branches::get(tx, pickup_point)?.code);
    }
    let wanted = tariffs::wanted(tx, &route, new.category.clone(), "/route/")?;
    let tariff = tariffs::current(tx, &wanted)?;
    // A rate that nothing is counted with is not asked for, so a stale one refuses nothing.
    let needs_yuan = !new.lines.is_empty() || new.domestic_delivery.is_some();
    let yuan = if needs_yuan { Some(rates::today(tx, Currency::Cny)?) } else { None };
    let dollar = match tariff.price_currency {
        Currency::Usd => Some(rates::today(tx, Currency::Usd)?),
        _ => None,
    };
    let Some(mut priced) = rules::price(new, &tariff, yuan.as_ref(), dollar.as_ref(), tx.firm) else { return Ok(None) };
    // What somebody bought themselves has a price that we do not know.
    if !new.lines.is_empty() {
        priced.details.customs = customs::of_goods(tx, priced.details.goods_original.amount, new.estimated_weight_g)?;
    }
    Ok(Some(priced))
}

/// The quote to show: the accepted one, else the latest offer, rather one that has not ended.
///
/// # Errors
/// Those of the database.
pub fn shown(tx: &mut Tx, order_id: &OrderId) -> Result<Option<Quote>> {
    if let Some(accepted) = store::accepted(tx, order_id)? {
        return Ok(Some(accepted));
    }
    let open = store::open(tx, order_id)?;
    Ok(open.iter().find(|quote| quote.valid_until > tx.now).or(open.first()).cloned())
}

/// The quote that the customer took.
///
/// # Errors
/// Those of the database.
pub fn accepted(tx: &mut Tx, order_id: &OrderId) -> Result<Option<Quote>> {
    store::accepted(tx, order_id)
}

/// The quotes that the customers of many orders took.
///
/// # Errors
/// Those of the database.
pub fn accepted_of_many(tx: &mut Tx, orders: &[OrderId]) -> Result<HashMap<OrderId, Quote>> {
    let taken = store::accepted_of(tx, orders)?;
    Ok(taken.into_iter().map(|quote| (quote.order_id.clone(), quote)).collect())
}

/// The offers that nobody has answered, the latest first; some of them may have ended.
///
/// # Errors
/// Those of the database.
pub fn open(tx: &mut Tx, order_id: &OrderId) -> Result<Vec<Quote>> {
    store::open(tx, order_id)
}

/// The offers that nobody has answered and that end between two moments.
///
/// # Errors
/// Those of the database.
pub fn ending(tx: &mut Tx, from: NaiveDateTime, until: NaiveDateTime) -> Result<Vec<Quote>> {
    store::ending(tx, from, until)
}

/// Every quote of an order, the latest first.
///
/// # Errors
/// Those of the database.
pub fn history(tx: &mut Tx, order_id: &OrderId) -> Result<Vec<Quote>> {
    store::of_order(tx, order_id)
}

/// Marks an offer as accepted, and the others as declined.
///
/// # Errors
/// Those of the database.
pub fn accept(tx: &mut Tx, order_id: &OrderId, quote: &QuoteId) -> Result<()> {
    store::set_state(tx, quote, State::Accepted)?;
    store::retire_open(tx, order_id, State::Declined)
}

/// Marks an offer as declined.
///
/// # Errors
/// Those of the database.
pub fn decline(tx: &mut Tx, quote: &QuoteId) -> Result<()> {
    store::set_state(tx, quote, State::Declined)
}

/// Marks an offer as expired.
///
/// # Errors
/// Those of the database.
pub fn expire(tx: &mut Tx, quote: &QuoteId) -> Result<()> {
    store::set_state(tx, quote, State::Expired)
}
