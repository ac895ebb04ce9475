//! Freight in the words of its payer.

use super::rules::Basis;
use crate::money::{Currency, Money};
use crate::texts::{self, Arg, Lang};

/// What a weight is charged as and at which price, on one line.
pub fn freight(lang: Lang, charged_weight_g: i64, basis: Basis, price_per_kg: Money) -> String {
    let key = match basis {
        Basis::Actual => "freight-actual",
        Basis::Minimum => "freight-minimum",
        Basis::Volumetric => "freight-volumetric",
        Basis::Density => "freight-density",
    };
    let (weight, price) = (texts::kilograms(lang, charged_weight_g), price(lang, price_per_kg));
    texts::text(lang, key, &[("weight", Arg::from(&weight)), ("price", Arg::from(&price))])
}

fn price(lang: Lang, money: Money) -> String {
    match money.currency {
        Currency::Kgs => texts::text(lang, "amount-som", &[("amount", Arg::Num(money.amount))]),
        foreign => format!("{} {foreign}", texts::som(money.amount)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn freight_names_weight_and_price() {
        let dollars = Money { amount: 350, currency: Currency::Usd };
        assert_eq!(
            freight(Lang::En, 4_200, Basis::Actual, dollars),
            "Freight to Kyrgyzstan: 4.2 kg at 3,50 USD per kg"
        );
        assert!(freight(Lang::Ru, 4_200, Basis::Volumetric, Money::tyiyn(26_500)).contains("265 сом"));
    }
}
