//! What a kilogram costs and how long storage is free. A tariff in use is never edited, only followed.

pub mod http;
mod store;

use rust_decimal::Decimal;

use crate::audit;
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::ids::EntryId;
use crate::money::{Currency, Money, Rate, round_to_step};

pub use store::Tariff;

/// A tariff to follow the one in force.
#[derive(Clone, Debug)]
pub struct NewTariff {
    /// From when it holds, UTC; now when not named.
    pub valid_from: Option<chrono::NaiveDateTime>,
    /// Price of a kilogram, USD or KGS.
    pub price_per_kg: Money,
    /// Least weight charged for a parcel, grams.
    pub min_weight_g: i64,
    /// Days of free storage.
    pub free_storage_days: i32,
    /// Service fee, hundredths of a percent of the goods.
    pub service_fee_bp: i32,
}

/// The tariff in force.
///
/// # Errors
/// `validation_failed` when none is set up.
pub fn current(tx: &mut Tx) -> Result<Tariff> {
    store::in_force(tx)?
        .ok_or_else(|| Problem::new(Slug::NotFound, "No tariff is in force: set one with PUT /v1/tariffs.").into())
}

/// A tariff by identifier.
///
/// # Errors
/// `not_found`.
pub fn get(tx: &mut Tx, id: &EntryId) -> Result<Tariff> {
    store::by_id(tx, id)?.ok_or_else(|| Problem::not_found(format_args!("tariff {id}")).into())
}

/// Puts a tariff in force, now or later.
///
/// # Errors
/// `validation_failed` for a start in the past.
pub fn follow(tx: &mut Tx, new: &NewTariff) -> Result<Tariff> {
    if new.valid_from.is_some_and(|from| from < tx.now) {
        return Problem::field("/valid_from", "a tariff cannot begin in the past").fail();
    }
    let tariff = store::insert(tx, new)?;
    audit::record(tx, "tariff.set", tariff.id.as_str(), http::view(tariff.clone()))?;
    Ok(tariff)
}

/// All tariffs, the latest start first.
///
/// # Errors
/// Those of the database.
pub fn list(tx: &mut Tx) -> Result<Vec<Tariff>> {
    store::all(tx)
}

impl Tariff {
    /// Freight for a weight: chargeable weight times price, rounded once.
    /// `usd_rate` is som for a dollar; it is not used when the price is in som.
    ///
    /// `None` when the sum does not fit.
    pub fn freight_tyiyn(&self, weight_g: i64, usd_rate: Rate, step_tyiyn: i64) -> Option<i64> {
        let price = match self.price_currency {
            Currency::Kgs => Decimal::ONE,
            _ => usd_rate,
        };
        let kilograms = Decimal::new(weight_g.max(self.min_weight_g), 3);
        let exact = kilograms.checked_mul(Decimal::from(self.price_per_kg_minor))?.checked_mul(price)?;
        round_to_step(exact, step_tyiyn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tariff(price_per_kg_minor: i64, price_currency: Currency) -> Tariff {
        let at = chrono::DateTime::UNIX_EPOCH.naive_utc();
        Tariff {
            id: EntryId::new(),
            valid_from: at,
            price_per_kg_minor,
            price_currency,
            min_weight_g: 100,
            free_storage_days: 7,
            service_fee_bp: 500,
            created_at: at,
            created_by: String::new(),
        }
    }

    #[test]
    fn freight_is_weight_times_price_times_rate_rounded_once() {
        // 1.234 kg x $3.00 x 87.45 = 323.7399 som.
        assert_eq!(tariff(300, Currency::Usd).freight_tyiyn(1_234, Decimal::new(8745, 2), 100), Some(32_400));
        // 1.234 kg x 265 som = 327.01 som.
        assert_eq!(tariff(26_500, Currency::Kgs).freight_tyiyn(1_234, Decimal::new(8745, 2), 100), Some(32_700));
    }

    #[test]
    fn a_feather_is_charged_the_least_weight() {
        assert_eq!(
            tariff(26_500, Currency::Kgs).freight_tyiyn(1, Decimal::ONE, 1),
            tariff(26_500, Currency::Kgs).freight_tyiyn(100, Decimal::ONE, 1),
        );
    }
}
