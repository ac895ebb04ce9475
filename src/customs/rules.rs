//! The arithmetic of an estimate: values in euro cents and grams, each part rounded once, half away from zero.

use rust_decimal::Decimal;

use super::{Base, Rule};
use crate::money::{Rate, round_to_step, share_bp};

/// What a rule asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Levy {
    /// Whether the goods are worth more than is free.
    pub over_value: bool,
    /// Whether they weigh more than is free.
    pub over_weight: bool,
    /// Duty, euro cents.
    pub duty_eur_minor: i64,
    /// VAT, euro cents; none when its rate is not known.
    pub vat_eur_minor: Option<i64>,
}

impl Levy {
    /// Whether the goods are within the limits.
    pub fn is_free(&self) -> bool {
        !self.over_value && !self.over_weight
    }

    /// Duty and, where it is known, VAT; `None` when the sum does not fit.
    pub fn total(&self) -> Option<i64> {
        self.duty_eur_minor.checked_add(self.vat_eur_minor.unwrap_or(0))
    }
}

/// Yuan in euro cents, both rates in som for one unit; `None` when the sum does not fit.
pub fn in_euro(fen: i64, yuan: Rate, euro: Rate) -> Option<i64> {
    round_to_step(Decimal::from(fen).checked_mul(yuan)?.checked_div(euro)?, 1)
}

/// What a rule asks for goods of this value and weight; `None` when a sum does not fit. What is exactly at a limit is
/// free. The least duty is for the kilograms above the limit where the rule taxes the excess, else for all of them.
pub fn levy(value_eur_minor: i64, weight_g: i64, rule: &Rule) -> Option<Levy> {
    let above = |amount: i64, limit: i64| (amount - limit).max(0);
    let extra_value = above(value_eur_minor, rule.free_value_eur_minor);
    let extra_weight_g = rule.free_weight_g.map_or(0, |limit| above(weight_g, limit));
    let (over_value, over_weight) = (extra_value > 0, extra_weight_g > 0);
    if !over_value && !over_weight {
        return Some(Levy { over_value, over_weight, duty_eur_minor: 0, vat_eur_minor: Some(0) });
    }
    let (taxed_value, taxed_weight_g) = match rule.base {
        Base::Excess => (extra_value, extra_weight_g),
        Base::Whole => (value_eur_minor, weight_g),
    };
    let by_value = share_bp(taxed_value, rule.rate_bp, 1)?;
    let per_gram = Decimal::new(rule.min_eur_minor_per_kg, 3);
    let by_weight = round_to_step(Decimal::from(taxed_weight_g).checked_mul(per_gram)?, 1)?;
    let duty_eur_minor = by_value.max(by_weight);
    let vat_eur_minor = match rule.vat_bp {
        Some(vat_bp) => Some(share_bp(value_eur_minor.checked_add(duty_eur_minor)?, vat_bp, 1)?),
        None => None,
    };
    Some(Levy { over_value, over_weight, duty_eur_minor, vat_eur_minor })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::customs::Status;
    use crate::ids::EntryId;

    fn rule(
        base: Base,
        free_weight_g: Option<i64>,
        rate_bp: i32,
        min_eur_minor_per_kg: i64,
        vat_bp: Option<i32>,
    ) -> Rule {
        Rule {
            id: EntryId::new(),
            valid_from: "2026-01-01".parse().unwrap(),
            valid_until: None,
            free_value_eur_minor: 20_000,
            free_weight_g,
            rate_bp,
            min_eur_minor_per_kg,
            base,
            vat_bp,
            status: Status::Confirmed,
            source: String::new(),
            created_at: "2026-01-01T00:00:00".parse().unwrap(),
            created_by: String::new(),
        }
    }

    /// 15 %, at least EUR 2 per kg, of what is above EUR 200 and 31 kg.
    fn until_june() -> Rule {
        rule(Base::Excess, Some(31_000), 1_500, 200, Some(0))
    }

    /// 5 %, at least EUR 1 per kg, of the whole above EUR 200; VAT as given.
    fn from_july(vat_bp: Option<i32>) -> Rule {
        rule(Base::Whole, None, 500, 100, vat_bp)
    }

    #[test]
    fn the_excess_is_taxed_until_june() {
        // Counted by hand: value in cents, grams, duty in cents.
        for (value, weight_g, duty) in [
            (0, 0, 0),
            (20_000, 31_000, 0),       // exactly at both limits
            (20_001, 31_000, 0),       // one cent above: 15 % of it is 0.15 cents
            (20_003, 1_000, 0),        // 0.45 cents
            (20_004, 1_000, 1),        // 0.60 cents
            (20_010, 1_000, 2),        // 1.5 cents, half away from zero
            (30_000, 5_000, 1_500),    // 15 % of EUR 100
            (20_000, 31_001, 0),       // one gram above: 0.2 cents
            (20_000, 31_003, 1),       // 0.6 cents
            (5_000, 41_000, 2_000),    // 10 kg above at EUR 2
            (30_000, 36_000, 1_500),   // both: 15 % is EUR 15, the kilograms only EUR 10
            (22_000, 36_000, 1_000),   // both: 15 % is EUR 3, the kilograms EUR 10
            (100_000, 31_000, 12_000), // 15 % of EUR 800
        ] {
            let levy = levy(value, weight_g, &until_june()).unwrap();
            assert_eq!((levy.duty_eur_minor, levy.total()), (duty, Some(duty)), "{value} {weight_g}");
            assert_eq!((levy.over_value, levy.over_weight), (value > 20_000, weight_g > 31_000));
            assert_eq!(levy.is_free(), value <= 20_000 && weight_g <= 31_000);
        }
    }

    #[test]
    fn the_whole_is_taxed_from_july_and_vat_comes_on_top_when_it_is_known() {
        for (value, weight_g, duty, vat) in [
            (20_000, 100_000, 0, 0),        // exactly at the limit, and no limit of weight
            (20_001, 1_000, 1_000, 2_520),  // 5 % is 1000.05; 12 % of 210.01 is 25.2012
            (30_000, 5_000, 1_500, 3_780),  // 5 % is more than EUR 5
            (30_000, 20_000, 2_000, 3_840), // EUR 1 for each of 20 kg is more than EUR 15
            (30_000, 15_000, 1_500, 3_780), // the same either way
            (30_000, 15_004, 1_500, 3_780), // 1500.4 cents
            (30_000, 15_005, 1_501, 3_780), // 1500.5 cents, half away from zero; VAT of 315.01 is 37.8012
        ] {
            let known = levy(value, weight_g, &from_july(Some(1_200))).unwrap();
            assert_eq!((known.duty_eur_minor, known.vat_eur_minor), (duty, Some(vat)), "{value} {weight_g}");
            assert_eq!(known.total(), Some(duty + vat));
            let unknown = levy(value, weight_g, &from_july(None)).unwrap();
            assert_eq!(unknown.duty_eur_minor, duty);
            assert_eq!(unknown.vat_eur_minor.is_none(), !unknown.is_free());
            assert_eq!(unknown.total(), Some(duty));
        }
    }

    #[test]
    fn yuan_become_euro_by_two_rates() {
        let (yuan, euro) = (Decimal::new(128_707, 4), Decimal::new(1_015_076, 4));
        // 1577.35 CNY are 20301.60 som, which are 200.0007 EUR; 1577.45 CNY are 200.0134 EUR.
        assert_eq!(in_euro(157_735, yuan, euro), Some(20_000));
        assert_eq!(in_euro(157_745, yuan, euro), Some(20_001));
        assert_eq!(in_euro(0, yuan, euro), Some(0));
        assert_eq!(in_euro(1, Decimal::MAX, euro), None);
        assert_eq!(in_euro(1, yuan, Decimal::ZERO), None);
    }

    #[test]
    fn a_sum_that_does_not_fit_is_none() {
        assert_eq!(levy(i64::MAX, 1, &from_july(Some(10_000))), None);
        assert_eq!(levy(1, i64::MAX, &rule(Base::Whole, Some(0), 0, i64::MAX, None)), None);
    }
}
