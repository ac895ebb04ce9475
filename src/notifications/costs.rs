//! What messages cost, day by day.

use chrono::{NaiveDate, TimeDelta};

use super::report_store::{self, Cost};
use crate::clock::{BISHKEK_OFFSET, bishkek_day};
use crate::db::Tx;
use crate::error::{Problem, Result};

/// More days than a quarter has are asked for piece by piece.
const MOST_DAYS: i64 = 92;

/// The costs of each day in Bishkek, the latest first; of today when no day is named.
///
/// # Errors
/// `validation_failed` for days in the wrong order or too many.
pub fn costs(tx: &mut Tx, from: Option<NaiveDate>, to: Option<NaiveDate>) -> Result<Vec<(NaiveDate, Cost)>> {
    let to = to.unwrap_or_else(|| bishkek_day(tx.now));
    let from = from.unwrap_or(to);
    let days = (to - from).num_days();
    if !(0..MOST_DAYS).contains(&days) {
        return Problem::field("?from", format!("must be a day up to ?to, at most {MOST_DAYS} days of them")).fail();
    }
    let mut costs = Vec::new();
    for day in (0..=days).map(|back| to - TimeDelta::days(back)) {
        let begins = day.and_time(chrono::NaiveTime::MIN) - BISHKEK_OFFSET;
        costs.extend(report_store::costs(tx, begins, begins + TimeDelta::days(1))?.into_iter().map(|cost| (day, cost)));
    }
    Ok(costs)
}
