//! Shapes of a quote. The calls belong to the order they quote.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rules::LineRequest;
use super::{FreightEstimate, Line, NewQuote, Quote, State};
use crate::customs::CustomsEstimate;
use crate::error::{Problem, Result};
use crate::http::moment::Moment;
use crate::http::text::{optional, required};
use crate::ids::QuoteId;
use crate::money::{Money, Sum, YuanPrice};
use crate::rates::PinnedRate;
use crate::tariffs::Route;
use crate::tariffs::http::{Percent, checked_category, checked_size};

pub use crate::tariffs::http::MOST_WEIGHT_G;

/// A quote.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Quote)]
pub struct QuoteView {
    id: QuoteId,
    state: State,
    /// What it is called beside other offers.
    title: Option<String>,
    lines: Vec<Line>,
    goods: Sum,
    domestic_delivery: Sum,
    service_fee: Sum,
    #[schema(value_type = String)]
    service_fee_percent: rust_decimal::Decimal,
    estimated_weight_g: i64,
    length_mm: Option<i64>,
    width_mm: Option<i64>,
    height_mm: Option<i64>,
    category: Option<String>,
    freight: Sum,
    /// What freight was counted from; null in old quotes.
    freight_estimate: Option<FreightEstimate>,
    /// What customs might want of goods of this value and weight; an estimate and never a part of the total. Null: nothing
    /// within the limits, or not known. Consolidators clear the truck as cargo, and the price of a kilogram includes it.
    customs_estimate: Option<CustomsEstimate>,
    /// goods + domestic_delivery + service_fee + freight
    total: Sum,
    /// What must be paid before we buy.
    prepayment: Sum,
    rates: Vec<PinnedRate>,
    valid_until: DateTime<Utc>,
    created_at: DateTime<Utc>,
    /// Only staff are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<String>,
}

impl QuoteView {
    /// As its customer may see it: a login is nobody else's business.
    #[must_use]
    pub fn without_author(self) -> Self {
        Self { created_by: None, ..self }
    }
}

/// The JSON shape of a quote.
///
/// # Errors
/// When the stored details are not ours.
pub fn view(quote: Quote) -> Result<QuoteView> {
    let details = quote.details()?;
    let beside = |amount, original| Sum { original, ..Sum::tyiyn(amount) };
    Ok(QuoteView {
        id: quote.id,
        state: quote.state,
        title: details.title,
        lines: details.lines,
        goods: beside(quote.goods_tyiyn, Some(details.goods_original)),
        domestic_delivery: beside(quote.domestic_tyiyn, details.domestic_original),
        service_fee: Sum::tyiyn(quote.service_fee_tyiyn),
        service_fee_percent: rust_decimal::Decimal::new(details.service_fee_bp.into(), 2).normalize(),
        estimated_weight_g: details.estimated_weight_g,
        length_mm: details.size.map(|size| size.length),
        width_mm: details.size.map(|size| size.width),
        height_mm: details.size.map(|size| size.height),
        category: details.category,
        freight_estimate: details.freight,
        freight: beside(quote.freight_tyiyn, details.freight_original),
        customs_estimate: details.customs,
        total: Sum::tyiyn(quote.total_tyiyn),
        prepayment: Sum::tyiyn(quote.prepayment_tyiyn),
        rates: details.rates,
        valid_until: quote.valid_until.and_utc(),
        created_at: quote.created_at.and_utc(),
        created_by: Some(quote.created_by),
    })
}

/// What the desk found.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "lines": [{"description": "Robot vacuum cleaner, white", "link": "https://detail.1688.com/offer/689213456789.html",
        "unit_price": {"amount": 89900, "currency": "CNY"}, "quantity": 1}],
    "domestic_delivery": {"amount": 1200, "currency": "CNY"}, "estimated_weight_g": 4200, "service_fee_percent": "5",
}))]
pub struct QuoteRequest {
    /// What it is called beside other offers, such as `white, with a dock`.
    #[serde(default)]
    title: Option<String>,
    /// Whether earlier offers stay open beside it, for the customer to choose; else it takes their place.
    #[serde(default)]
    alternative: bool,
    lines: Vec<QuoteLine>,
    #[serde(default)]
    #[schema(value_type = Option<Money>)]
    domestic_delivery: Option<YuanPrice>,
    estimated_weight_g: i64,
    /// Sides of everything together, where the tariff counts volume or density: all three, or none.
    #[serde(default)]
    length_mm: Option<i64>,
    #[serde(default)]
    width_mm: Option<i64>,
    #[serde(default)]
    height_mm: Option<i64>,
    /// What kind of goods, one word of the price list.
    #[serde(default)]
    category: Option<String>,
    /// From the oldest warehouse to the order's pickup point by truck, where it does not say otherwise.
    #[serde(default)]
    route: Route,
    #[serde(default)]
    #[schema(schema_with = crate::http::decimal::optional)]
    service_fee_percent: Option<Percent>,
    #[serde(default)]
    #[schema(value_type = Option<DateTime<Utc>>)]
    valid_until: Option<Moment>,
}

/// A line of goods.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteLine {
    description: String,
    #[serde(default)]
    link: Option<String>,
    #[schema(value_type = Money)]
    unit_price: YuanPrice,
    quantity: i32,
}

impl QuoteRequest {
    /// The checked request.
    ///
    /// # Errors
    /// `validation_failed` with the pointer of the bad field.
    pub fn checked(self) -> Result<NewQuote> {
        if !(1..=100).contains(&self.lines.len()) {
            return Problem::field("/lines", "must have 1 to 100 lines").fail();
        }
        if !(1..=MOST_WEIGHT_G).contains(&self.estimated_weight_g) {
            return Problem::field("/estimated_weight_g", format!("must be 1 to {MOST_WEIGHT_G} grams")).fail();
        }
        let lines = self.lines.into_iter().enumerate().map(checked_line).collect::<Result<_>>()?;
        Ok(NewQuote {
            title: optional(self.title.as_deref(), 200, "/title")?,
            alternative: self.alternative,
            lines,
            domestic_delivery: self.domestic_delivery.map(YuanPrice::money),
            estimated_weight_g: self.estimated_weight_g,
            size: checked_size(self.length_mm, self.width_mm, self.height_mm)?,
            category: checked_category(self.category.as_deref(), "/category")?,
            route: self.route,
            service_fee_bp: self.service_fee_percent.map(Percent::bp),
            valid_until: self.valid_until.map(Moment::utc),
        })
    }
}

fn checked_line((index, line): (usize, QuoteLine)) -> Result<LineRequest> {
    if !(1..=100_000).contains(&line.quantity) {
        return Problem::field(format!("/lines/{index}/quantity"), "must be 1 to 100000").fail();
    }
    let description = required(&line.description, 500, &format!("/lines/{index}/description"))?;
    let link = optional(line.link.as_deref(), 2000, &format!("/lines/{index}/link"))?;
    Ok(LineRequest { description, link, quantity: line.quantity, unit_price: line.unit_price.money() })
}
