//! Money: whole minor units with their currency, one rounding rule, exchange by an exact decimal rate.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    /// The currencies that occur. Customers pay in som; yuan and dollars appear in quotes, euros in customs estimates.
    Currency {
        /// Som, in tyiyn.
        Kgs = "KGS",
        /// Yuan, in fen.
        Cny = "CNY",
        /// US dollar, in cents.
        Usd = "USD",
        /// Euro, in cents.
        Eur = "EUR",
    }
}

/// No single sum is larger: ten million som (or yuan, or dollars), in minor units. A typing mistake, not a purchase.
pub const CEILING_MINOR: i64 = 10_000_000 * 100;

/// An amount of money: `{"amount": 124500, "currency": "KGS"}` is 1 245.00 som.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"amount": 124500, "currency": "KGS"}))]
pub struct Money {
    /// Minor units (tyiyn, fen, cents), a whole number.
    pub amount: i64,
    /// ISO 4217.
    pub currency: Currency,
}

impl Money {
    /// Som, given in tyiyn.
    pub const fn tyiyn(amount: i64) -> Self {
        Self { amount, currency: Currency::Kgs }
    }
}

/// A sum in som beside what it was before conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sum {
    /// Tyiyn.
    pub amount: i64,
    /// Always `KGS`.
    pub currency: Currency,
    /// The same sum in the currency it was agreed in, when that was another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original: Option<Money>,
}

impl Sum {
    /// A sum that never was in another currency.
    pub const fn tyiyn(amount: i64) -> Self {
        Self { amount, currency: Currency::Kgs, original: None }
    }
}

/// Money a customer hands over: som, more than nothing, below the ceiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(try_from = "Money")]
#[schema(value_type = Money)]
pub struct Payable(Money);

impl Payable {
    /// Tyiyn, positive.
    pub fn tyiyn(self) -> i64 {
        self.0.amount
    }
}

impl TryFrom<Money> for Payable {
    type Error = String;

    fn try_from(money: Money) -> Result<Self, String> {
        if money.currency != Currency::Kgs {
            return Err(format!("customers pay in KGS only, not {}", money.currency));
        }
        within_ceiling(money, 1).map(Self)
    }
}

/// A price on a Chinese marketplace: yuan, not negative, below the ceiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(try_from = "Money")]
#[schema(value_type = Money, example = json!({"amount": 18900, "currency": "CNY"}))]
pub struct YuanPrice(Money);

impl YuanPrice {
    /// The price in fen.
    pub fn money(self) -> Money {
        self.0
    }
}

impl TryFrom<Money> for YuanPrice {
    type Error = String;

    fn try_from(money: Money) -> Result<Self, String> {
        if money.currency != Currency::Cny {
            return Err(format!("prices of goods are in CNY, not {}", money.currency));
        }
        within_ceiling(money, 0).map(Self)
    }
}

fn within_ceiling(money: Money, least: i64) -> Result<Money, String> {
    if money.amount < least {
        return Err(format!("the amount must be at least {least} (in minor units), not {}", money.amount));
    }
    if money.amount > CEILING_MINOR {
        return Err(format!("the amount is above the ceiling of {CEILING_MINOR} minor units"));
    }
    Ok(money)
}

/// An exact exchange rate: som for one unit of a currency.
pub type Rate = Decimal;

/// Converts `minor` units of a currency to tyiyn at `rate`, rounded to `step_tyiyn` half away from zero.
/// This is the one rounding rule: each line is rounded once, and totals are sums of rounded lines.
///
/// `None` when the result does not fit, which is above any ceiling.
pub fn to_tyiyn(minor: Decimal, rate: Rate, step_tyiyn: i64) -> Option<i64> {
    round_to_step(minor.checked_mul(rate)?, step_tyiyn)
}

/// Rounds an exact amount of tyiyn to whole steps, half away from zero.
pub fn round_to_step(exact_tyiyn: Decimal, step_tyiyn: i64) -> Option<i64> {
    let steps = exact_tyiyn
        .checked_div(Decimal::from(step_tyiyn))?
        .round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    i64::try_from(steps).ok()?.checked_mul(step_tyiyn)
}

/// `share` hundredths of a percent of an amount, rounded to `step_tyiyn`.
pub fn share_bp(amount_tyiyn: i64, share_bp: i32, step_tyiyn: i64) -> Option<i64> {
    round_to_step(Decimal::from(amount_tyiyn).checked_mul(Decimal::new(share_bp.into(), 4))?, step_tyiyn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_som_rounds_away_from_zero_in_both_directions() {
        let rate = Decimal::ONE;
        assert_eq!(to_tyiyn(Decimal::from(149), rate, 100), Some(100));
        assert_eq!(to_tyiyn(Decimal::from(150), rate, 100), Some(200));
        assert_eq!(to_tyiyn(Decimal::from(-150), rate, 100), Some(-200));
        assert_eq!(to_tyiyn(Decimal::from(-149), rate, 100), Some(-100));
    }

    #[test]
    fn a_yuan_price_becomes_whole_som_at_the_recorded_rate() {
        // 189.00 CNY at 12.8707 is 2432.5623 som.
        assert_eq!(to_tyiyn(Decimal::from(18_900), Decimal::new(128_707, 4), 100), Some(243_300));
    }

    #[test]
    fn an_overflow_is_none_and_never_a_wrong_number() {
        assert_eq!(to_tyiyn(Decimal::MAX, Decimal::from(2), 100), None);
        assert_eq!(to_tyiyn(Decimal::MAX, Decimal::ONE, 1), None);
    }

    #[test]
    fn shares_are_hundredths_of_a_percent() {
        assert_eq!(share_bp(243_300, 700, 100), Some(17_000));
        assert_eq!(share_bp(243_300, 10_000, 100), Some(243_300));
        assert_eq!(share_bp(243_300, 0, 100), Some(0));
    }

    #[test]
    fn only_som_within_the_ceiling_can_be_paid() {
        for (amount, currency, good) in [
            (1, Currency::Kgs, true),
            (CEILING_MINOR, Currency::Kgs, true),
            (0, Currency::Kgs, false),
            (-1, Currency::Kgs, false),
            (i64::MAX, Currency::Kgs, false),
            (CEILING_MINOR + 1, Currency::Kgs, false),
            (100, Currency::Usd, false),
        ] {
            assert_eq!(Payable::try_from(Money { amount, currency }).is_ok(), good, "{amount} {currency}");
        }
    }
}
