//! Freight by the scale beside the freight that was estimated, in words that can be read to the customer.

use serde::Serialize;
use utoipa::ToSchema;

use crate::db::Tx;
use crate::error::Result;
use crate::ledger::{self, Account};
use crate::money::Money;
use crate::orders::Order;
use crate::parcels::Parcel;
use crate::quotes::Quote;
use crate::texts::{self, Arg, Lang};

/// What carriage costs by actual weight, and how that differs from the estimate.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Freight)]
pub struct FreightView {
    /// By the accepted quote; null when nothing was quoted.
    estimated: Option<Money>,
    estimated_weight_g: Option<i64>,
    /// By the scale, of the parcels charged so far.
    charged: Money,
    charged_weight_g: i64,
    /// charged - estimated
    difference: Option<Money>,
    /// The same in words, in the customer's language.
    text: String,
}

/// The comparison, once a parcel was charged.
///
/// # Errors
/// Those of the database.
pub fn view(tx: &mut Tx, order: &Order, quote: Option<&Quote>, parcels: &[Parcel]) -> Result<Option<FreightView>> {
    let charged: Vec<_> = parcels.iter().filter(|parcel| parcel.freight_tyiyn.is_some()).collect();
    if charged.is_empty() {
        return Ok(None);
    }
    let account = Account::Freight.to_string();
    let legs = ledger::of_order(tx, &order.id)?.into_iter().flat_map(|(_, postings)| postings);
    let charged_tyiyn: i64 = legs.filter(|leg| leg.account == account).map(|leg| -leg.amount_tyiyn).sum();
    let charged_weight_g = charged.iter().filter_map(|parcel| parcel.weight_g).sum();
    let estimate = match quote {
        Some(quote) => Some((quote.freight_tyiyn, quote.details()?.estimated_weight_g)),
        None => None,
    };
    Ok(Some(FreightView {
        estimated: estimate.map(|(tyiyn, _)| Money::tyiyn(tyiyn)),
        estimated_weight_g: estimate.map(|(_, weight_g)| weight_g),
        charged: Money::tyiyn(charged_tyiyn),
        charged_weight_g,
        difference: estimate.map(|(tyiyn, _)| Money::tyiyn(charged_tyiyn - tyiyn)),
        text: sentence(order.language.parse().unwrap_or_default(), charged_tyiyn, charged_weight_g, estimate),
    }))
}

fn sentence(lang: Lang, charged_tyiyn: i64, weight_g: i64, estimate: Option<(i64, i64)>) -> String {
    let more_tyiyn = estimate.map(|(tyiyn, _)| charged_tyiyn - tyiyn);
    let key = match more_tyiyn {
        None => "freight-only",
        Some(0) => "freight-same",
        Some(1..) => "freight-more",
        Some(_) => "freight-less",
    };
    let weighed = texts::kilograms(lang, weight_g);
    let estimated = texts::kilograms(lang, estimate.map_or(0, |(_, weight_g)| weight_g));
    let args = [
        ("charged", Arg::Num(charged_tyiyn)),
        ("weight", Arg::from(&weighed)),
        ("estimated", Arg::from(&estimated)),
        ("difference", Arg::Num(more_tyiyn.unwrap_or(0).abs())),
    ];
    texts::text(lang, key, &args)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_is_said_in_plain_words() {
        let said = |lang, charged, estimate| sentence(lang, charged, 4_300, estimate);
        assert_eq!(
            said(Lang::En, 112_800, Some((110_200, 4_200))),
            "Weighed 4.3 kg, estimated 4.2 kg: freight is 1 128 som, 26 som more than estimated."
        );
        assert_eq!(
            said(Lang::Ru, 100_000, Some((110_200, 4_700))),
            "Взвешено 4,3 кг, по оценке было 4,7 кг: доставка стоит 1 000 сом, на 102 сом меньше оценки."
        );
        assert_eq!(
            said(Lang::En, 110_200, Some((110_200, 4_200))),
            "Weighed 4.3 kg, estimated 4.2 kg: freight is 1 102 som, as estimated."
        );
        assert_eq!(said(Lang::En, 112_800, None), "Weighed 4.3 kg: freight is 1 128 som.");
        for lang in Lang::ALL {
            for estimate in [None, Some((1, 1)), Some((112_800, 1)), Some((200_000, 1))] {
                assert!(said(lang, 112_800, estimate).contains("1 128"), "{lang:?}");
            }
        }
    }
}
