//! Exchange rates: the National Bank's by date, the firm's own beside them, and which one a quote uses.

pub mod feed;
pub mod http;
mod store;

use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::audit;
use crate::clock::bishkek_day;
use crate::db::Tx;
use crate::error::{Error, Problem, Result, Slug};
use crate::ids::Actor;
use crate::money::{Currency, Rate};
use crate::state::App;

pub use store::{Official, Own};

/// Rates are stored as whole 1e-8 som: four decimals of the bank and a nominal of up to 10 000 fit exactly.
const SCALE: u32 = 8;

/// The bank publishes a day or a weekend ahead; a date beyond this would never go stale and is a mistake.
const MOST_AHEAD: chrono::TimeDelta = chrono::TimeDelta::days(7);

words! {
    /// Whose rate it is.
    Source {
        /// The National Bank of the Kyrgyz Republic.
        Nbkr = "nbkr",
        /// The bank's, with the firm's margin.
        NbkrWithMargin = "nbkr_with_margin",
        /// The firm's own.
        Company = "company",
    }
}

/// A rate as a quote pins it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"currency": "CNY", "rate": "12.8707", "effective_on": "2026-05-24", "source": "nbkr"}))]
pub struct PinnedRate {
    /// Of which currency.
    pub currency: Currency,
    /// Som for one unit, an exact decimal.
    #[schema(value_type = String)]
    pub rate: Rate,
    /// The day from which it holds, Bishkek.
    pub effective_on: NaiveDate,
    /// Whose it is.
    pub source: Source,
}

/// The rate to use today.
///
/// # Errors
/// `rate_stale` when none is known or it is older than allowed.
pub fn today(tx: &mut Tx, currency: Currency) -> Result<PinnedRate> {
    let (rate, life_days) = in_force(tx, currency)?;
    let age_days = (bishkek_day(tx.now) - rate.effective_on).num_days();
    if age_days > life_days {
        return stale(&rate, age_days, life_days).fail();
    }
    Ok(rate)
}

/// The last known rate, whatever its age: for freight of goods that have arrived already.
///
/// # Errors
/// `rate_stale` when none is known at all.
pub fn latest(tx: &mut Tx, currency: Currency) -> Result<Rate> {
    in_force(tx, currency).map(|(rate, _)| rate.rate)
}

/// The bank's own rate in force on a day, whatever the firm says and however old it is; none when none is known.
///
/// # Errors
/// Those of the database.
pub fn official(tx: &mut Tx, currency: Currency, day: NaiveDate) -> Result<Option<PinnedRate>> {
    let official = store::official_on(tx, currency.as_str(), day)?;
    Ok(official.map(|official| PinnedRate {
        currency,
        rate: decimal(official.kgs_per_unit_e8),
        effective_on: official.effective_on,
        source: Source::Nbkr,
    }))
}

/// The firm's own rate, else the bank's with the firm's margin, and for how many days it may be used.
fn in_force(tx: &mut Tx, currency: Currency) -> Result<(PinnedRate, i64)> {
    let own = store::own(tx, currency.as_str())?;
    if let Some((own, rate)) = own.as_ref().and_then(|own| own.kgs_per_unit_e8.map(|rate| (own, rate))) {
        let effective_on = bishkek_day(own.set_at);
        let pinned = PinnedRate { currency, rate: decimal(rate), effective_on, source: Source::Company };
        return Ok((pinned, tx.firm.own_rate_days));
    }
    let Some(official) = store::official_on(tx, currency.as_str(), bishkek_day(tx.now))? else {
        return unknown(currency).fail();
    };
    let bare = decimal(official.kgs_per_unit_e8);
    let (rate, source) = match own.map_or(0, |own| own.margin_bp) {
        0 => (bare, Source::Nbkr),
        margin_bp => (with_margin(bare, margin_bp), Source::NbkrWithMargin),
    };
    let pinned = PinnedRate { currency, rate, effective_on: official.effective_on, source };
    Ok((pinned, i64::from(official.valid_days) + tx.firm.rate_grace_days))
}

fn unknown(currency: Currency) -> Problem {
    Problem::new(
        Slug::RateStale,
        format!("No {currency} rate is known. Run `torugart rates fetch`, or set one with PUT /v1/rates."),
    )
}

fn stale(rate: &PinnedRate, age_days: i64, life_days: i64) -> Problem {
    let PinnedRate { currency, effective_on, .. } = rate;
    Problem::new(
        Slug::RateStale,
        format!(
            "The {currency} rate is of {effective_on}, {age_days} days old; {life_days} are allowed. \
             Run `torugart rates fetch`, or set the firm's own with PUT /v1/rates."
        ),
    )
    .with("currency", currency.as_str())
    .with("effective_on", effective_on.to_string())
}

fn with_margin(rate: Rate, margin_bp: i32) -> Rate {
    let factor = Decimal::ONE + Decimal::new(margin_bp.into(), 4);
    (rate * factor).round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero).normalize()
}

fn decimal(e8: i64) -> Rate {
    Decimal::new(e8, SCALE).normalize()
}

fn e8(rate: Rate) -> Option<i64> {
    let scaled = rate.checked_mul(Decimal::from(10_i64.pow(SCALE)))?;
    i64::try_from(scaled.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero)).ok().filter(|e8| *e8 > 0)
}

/// What a feed did to the stored rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// So many rates are new or corrected.
    Stored(usize),
    /// Every rate was known.
    Unchanged,
    /// The file is older than what is stored, which stays.
    Older(NaiveDate),
    /// The file speaks of a day too far ahead to be meant.
    Ahead,
}

/// Takes over one file of the bank, whole or not at all.
///
/// # Errors
/// Those of the database.
pub fn take(tx: &mut Tx, feed: &feed::Feed) -> Result<Taken> {
    if feed.effective_on > bishkek_day(tx.now) + MOST_AHEAD {
        return Ok(Taken::Ahead);
    }
    let mut stored = 0;
    for rate in &feed.rates {
        let Some(newest) = store::newest(tx, &rate.currency)? else { continue };
        // The file says from which day it holds; a mirror that lags must not turn the clock back.
        if newest > feed.effective_on {
            return Ok(Taken::Older(newest));
        }
    }
    for rate in &feed.rates {
        let Some(value) = e8(rate.kgs_per_unit) else { continue };
        let valid_days = i32::try_from(rate.valid_days).unwrap_or(i32::MAX);
        stored += store::put_official(tx, &rate.currency, feed.effective_on, value, valid_days)?;
    }
    if stored == 0 {
        return Ok(Taken::Unchanged);
    }
    audit::record(tx, "rates.fetched", &feed.effective_on.to_string(), serde_json::json!({"stored": stored}))?;
    Ok(Taken::Stored(stored))
}

/// One source of a refresh and what came of it, as a sentence.
#[derive(Clone, Debug)]
pub struct Refreshed {
    /// Address or file.
    pub source: String,
    /// What was taken over, or why nothing was.
    pub outcome: std::result::Result<String, String>,
}

/// Reads the feed and takes over what is good; what was stored before stays wherever something is wrong.
///
/// # Errors
/// Those of the database.
pub fn refresh(app: &App, base: &str) -> Result<Vec<Refreshed>> {
    let mut report = Vec::new();
    for (source, read) in feed::read_all(base) {
        let outcome = match read {
            Err(error) => Err(format!("{error}; the last good rates stay in force")),
            Ok(feed) => match app.write_now(&Actor::System, |tx| take(tx, &feed))? {
                Taken::Stored(count) => Ok(format!("{count} rates of {} stored", feed.effective_on)),
                Taken::Unchanged => Ok(format!("the rates of {} were stored already", feed.effective_on)),
                Taken::Ahead => {
                    Err(format!("it is of {}, a day too far ahead; the stored rates stay in force", feed.effective_on))
                }
                Taken::Older(known) => Err(format!(
                    "it is of {}, older than the stored rates of {known}, which stay in force",
                    feed.effective_on
                )),
            },
        };
        match &outcome {
            Ok(text) => tracing::info!(source, "rates: {text}"),
            Err(text) => tracing::warn!(source, "rates: {text}"),
        }
        report.push(Refreshed { source, outcome });
    }
    Ok(report)
}

/// What the firm says about a currency.
#[derive(Clone, Copy, Debug)]
pub struct OwnRate {
    /// Which.
    pub currency: Currency,
    /// Its own rate; none uses the bank's.
    pub rate: Option<Rate>,
    /// Margin on the bank's rate, hundredths of a percent.
    pub margin_bp: i32,
}

/// Sets the firm's own rates and margins.
///
/// # Errors
/// `validation_failed` for a rate that does not fit.
pub fn set_own(tx: &mut Tx, rates: &[OwnRate]) -> Result<()> {
    for (index, rate) in rates.iter().enumerate() {
        let value = match rate.rate {
            Some(exact) => Some(e8(exact).ok_or_else(|| {
                Error::from(Problem::field(format!("/rates/{index}/rate"), "must be positive and below 90 000 000 000"))
            })?),
            None => None,
        };
        let before = store::own(tx, rate.currency.as_str())?;
        store::put_own(tx, rate.currency.as_str(), value, rate.margin_bp)?;
        let words = |value: Option<i64>, margin_bp: i32| serde_json::json!({"rate": value.map(decimal), "margin_bp": margin_bp});
        let detail =
            audit::change(before.map(|own| words(own.kgs_per_unit_e8, own.margin_bp)), words(value, rate.margin_bp));
        audit::record(tx, "rates.set", rate.currency.as_str(), detail)?;
    }
    Ok(())
}
