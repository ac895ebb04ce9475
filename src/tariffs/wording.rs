//! Freight in the words of its payer.

use rust_decimal::Decimal;

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
    let (weight, price) = (kilograms(lang, charged_weight_g), price(lang, price_per_kg));
    texts::text(lang, key, &[("weight", Arg::from(&weight)), ("price", Arg::from(&price))])
}

/// Grams as kilograms, without needless digits: `4.2` in English, `4,2` in Russian and Kyrgyz.
pub fn kilograms(lang: Lang, weight_g: i64) -> String {
    let kilograms = Decimal::new(weight_g, 3).normalize().to_string();
    if lang == Lang::En { kilograms } else { kilograms.replace('.', ",") }
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
    fn kilograms_have_as_many_digits_as_they_need() {
        for (weight_g, printed) in
            [(0, "0"), (1, "0,001"), (100, "0,1"), (4_200, "4,2"), (10_000, "10"), (100_050, "100,05")]
        {
            assert_eq!(kilograms(Lang::Ru, weight_g), printed);
            assert_eq!(kilograms(Lang::En, weight_g), printed.replace(',', "."));
        }
    }

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
