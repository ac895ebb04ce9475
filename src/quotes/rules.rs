//! The arithmetic of a quote: each line is rounded once, every total is a sum of rounded lines.

use rust_decimal::Decimal;

use super::{Details, FreightEstimate, Line, NewQuote};
use crate::config::Firm;
use crate::money::{CEILING_MINOR, Currency, Money, Sum, share_bp, to_tyiyn};
use crate::rates::PinnedRate;
use crate::tariffs::Tariff;

/// A line of goods as the desk found it.
#[derive(Clone, Debug)]
pub struct LineRequest {
    /// What it is.
    pub description: String,
    /// Where it is sold.
    pub link: Option<String>,
    /// How many.
    pub quantity: i32,
    /// Price of one, yuan.
    pub unit_price: Money,
}

/// A priced quote, sums in tyiyn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced {
    /// All goods.
    pub goods_tyiyn: i64,
    /// Delivery inside China.
    pub domestic_tyiyn: i64,
    /// Our fee.
    pub service_fee_tyiyn: i64,
    /// Freight by the estimated weight.
    pub freight_tyiyn: i64,
    /// All of the above.
    pub total_tyiyn: i64,
    /// What must be paid before we buy.
    pub prepayment_tyiyn: i64,
    /// What is shown beside the sums.
    pub details: Details,
}

/// Prices a quote; `None` when a sum is above the ceiling, or when a rate that it needs is not given.
pub fn price(
    new: &NewQuote,
    tariff: &Tariff,
    yuan: Option<&PinnedRate>,
    dollar: Option<&PinnedRate>,
    firm: &Firm,
) -> Option<Priced> {
    let step = firm.rounding_step_tyiyn;
    let lines = new.lines.iter().map(|line| price_line(line, yuan, step)).collect::<Option<Vec<_>>>()?;
    let goods_fen = new.lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(fen_of(line)?))?;
    let goods_tyiyn = lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.amount.amount))?;
    let domestic_tyiyn = match new.domestic_delivery {
        Some(money) => to_tyiyn(money.amount.into(), yuan?.rate, step)?,
        None => 0,
    };
    let service_fee_bp = new.service_fee_bp.unwrap_or(tariff.service_fee_bp);
    let service_fee_tyiyn = service_fee(goods_tyiyn, service_fee_bp, tariff.service_fee_min_tyiyn, step)?;
    let dollar_rate = match tariff.price_currency {
        Currency::Kgs => Decimal::ONE,
        _ => dollar?.rate,
    };
    let freight = tariff.charge(new.estimated_weight_g, new.size, dollar_rate, step)?;
    let freight_tyiyn = freight.amount_tyiyn;
    let due_before = goods_tyiyn.checked_add(domestic_tyiyn)?.checked_add(service_fee_tyiyn)?;
    let total_tyiyn = due_before.checked_add(freight_tyiyn)?;
    if total_tyiyn > CEILING_MINOR {
        return None;
    }
    let prepayment_tyiyn = share_bp(due_before, i32::from(firm.prepayment_goods_percent) * 100, step)?
        + share_bp(freight_tyiyn, i32::from(firm.prepayment_freight_percent) * 100, step)?;
    let rates = [yuan, dollar].into_iter().flatten().cloned().collect();
    Some(Priced {
        goods_tyiyn,
        domestic_tyiyn,
        service_fee_tyiyn,
        freight_tyiyn,
        total_tyiyn,
        prepayment_tyiyn,
        details: Details {
            title: new.title.clone(),
            lines,
            goods_original: Money { amount: goods_fen, currency: Currency::Cny },
            domestic_original: new.domestic_delivery,
            freight_original: freight.original,
            freight: Some(FreightEstimate {
                charged_weight_g: freight.charged_weight_g,
                basis: freight.basis,
                price_per_kg: freight.price_per_kg,
            }),
            estimated_weight_g: new.estimated_weight_g,
            size: new.size,
            category: new.category.clone(),
            service_fee_bp,
            tariff_id: tariff.id.clone(),
            customs: None,
            rates,
        },
    })
}

/// The share of the goods, but at least the tariff's least fee, which is rounded up to whole steps. Where nothing is
/// bought there is no fee.
fn service_fee(goods_tyiyn: i64, bp: i32, least_tyiyn: i64, step: i64) -> Option<i64> {
    if goods_tyiyn == 0 {
        return Some(0);
    }
    let least_tyiyn = least_tyiyn.checked_add(step - 1)?.checked_div(step)?.checked_mul(step)?;
    Some(share_bp(goods_tyiyn, bp, step)?.max(least_tyiyn))
}

fn fen_of(line: &LineRequest) -> Option<i64> {
    line.unit_price.amount.checked_mul(line.quantity.into())
}

fn price_line(line: &LineRequest, yuan: Option<&PinnedRate>, step: i64) -> Option<Line> {
    let fen = fen_of(line)?;
    Some(Line {
        description: line.description.clone(),
        link: line.link.clone(),
        quantity: line.quantity,
        unit_price: line.unit_price,
        amount: Sum {
            amount: to_tyiyn(fen.into(), yuan?.rate, step)?,
            currency: Currency::Kgs,
            original: Some(Money { amount: fen, currency: Currency::Cny }),
        },
    })
}

#[cfg(test)]
mod tests;
