//! `POST /v1/estimate`: what an order would cost, for anybody, by the same counting as a quote. Nothing is kept of it.

use actix_web::HttpResponse;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::http::MOST_WEIGHT_G;
use super::rules::{LineRequest, Priced};
use super::{NewQuote, counted};
use crate::customs::{self, CustomsEstimate};
use crate::db::Tx;
use crate::error::{Problem, Result};
use crate::http::{Body, Call, Spoken};
use crate::money::{Money, Sum, YuanPrice, share_bp};
use crate::rates::PinnedRate;
use crate::state::App;
use crate::tariffs::http::{checked_category, checked_size};
use crate::tariffs::{Route, wording};
use crate::texts::{self, Arg, Lang};

words! {
    /// What a line of an estimate is for. Customs have none: consolidators clear the truck as cargo, and the price of a
    /// kilogram includes it.
    LineKind as EstimateLineKind {
        /// The goods.
        Goods = "goods",
        /// The seller's courier inside China.
        DomesticDelivery = "domestic_delivery",
        /// Our fee.
        ServiceFee = "service_fee",
        /// The way to Kyrgyzstan.
        Freight = "freight",
    }
}

/// What somebody thinks of ordering.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"goods": {"amount": 89900, "currency": "CNY"}, "weight_g": 4200,
    "length_mm": 400, "width_mm": 350, "height_mm": 120, "route": {"to": "BISH", "mode": "truck"}}))]
pub struct EstimateRequest {
    /// What the goods cost, yuan; leave it out to have your own goods carried.
    #[serde(default)]
    #[schema(value_type = Option<Money>)]
    pub goods: Option<YuanPrice>,
    /// What the seller asks for delivery inside China, yuan.
    #[serde(default)]
    #[schema(value_type = Option<Money>)]
    pub domestic_delivery: Option<YuanPrice>,
    /// What it weighs, grams.
    pub weight_g: i64,
    /// Sides, where the price list counts volume or density: all three, or none.
    #[serde(default)]
    pub length_mm: Option<i64>,
    /// The second side.
    #[serde(default)]
    pub width_mm: Option<i64>,
    /// The third side.
    #[serde(default)]
    pub height_mm: Option<i64>,
    /// What kind of goods, one word of the price list.
    #[serde(default)]
    pub category: Option<String>,
    /// To the oldest pickup point by truck, where it does not say otherwise.
    #[serde(default)]
    pub route: Option<Route>,
}

/// What it would cost.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Estimate)]
pub struct EstimateView {
    /// The parts, in som.
    pub lines: Vec<EstimateLine>,
    /// Their sum.
    pub total: Sum,
    /// What customs might want of a private person, not a part of the total; null within the limits or when not known.
    pub customs_estimate: Option<CustomsLine>,
    /// The exchange rates it was counted at.
    rates: Vec<PinnedRate>,
}

/// What customs might want.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomsLine {
    /// What it is, in the language of the answer.
    pub text: String,
    #[serde(flatten)]
    estimate: CustomsEstimate,
}

/// A part of an estimate.
#[derive(Debug, Serialize, ToSchema)]
pub struct EstimateLine {
    kind: LineKind,
    /// What it is, in the language of the answer.
    pub text: String,
    /// In som, beside the currency it was counted from.
    pub amount: Sum,
}

impl EstimateRequest {
    /// The same as a quote of one line.
    fn checked(self) -> Result<NewQuote> {
        if !(1..=MOST_WEIGHT_G).contains(&self.weight_g) {
            return Problem::field("/weight_g", format!("must be 1 to {MOST_WEIGHT_G} grams")).fail();
        }
        let goods = self.goods.map(|goods| LineRequest {
            description: String::new(),
            link: None,
            quantity: 1,
            unit_price: goods.money(),
        });
        Ok(NewQuote {
            domestic_delivery: self.domestic_delivery.map(YuanPrice::money),
            size: checked_size(self.length_mm, self.width_mm, self.height_mm)?,
            category: checked_category(self.category.as_deref(), "/category")?,
            route: self.route.unwrap_or_default(),
            ..NewQuote::of(goods.into_iter().collect(), self.weight_g)
        })
    }
}

/// Counts what an order would cost.
pub async fn estimate(app: App, call: Call, spoken: Spoken, body: Body<EstimateRequest>) -> Result<HttpResponse> {
    let asked = body.value.checked()?;
    let response = call.read(app, move |tx| view(tx, &asked, spoken.0)).await?;
    Ok(spoken.mark(response))
}

/// The same for a page.
///
/// # Errors
/// `validation_failed` at the fields of the request; `rate_stale`; `not_found` when no tariff fits.
pub fn of(tx: &mut Tx, request: EstimateRequest, lang: Lang) -> Result<EstimateView> {
    view(tx, &request.checked()?, lang)
}

fn view(tx: &mut Tx, asked: &NewQuote, lang: Lang) -> Result<EstimateView> {
    let Some(priced) = counted(tx, asked, None)? else {
        let pointer = if asked.lines.is_empty() { "/weight_g" } else { "/goods" };
        return Problem::field(pointer, "the total is too large to be a purchase").fail();
    };
    Ok(EstimateView {
        lines: lines(&priced, lang, tx.firm.rounding_step_tyiyn),
        total: Sum::tyiyn(priced.total_tyiyn),
        customs_estimate: priced
            .details
            .customs
            .clone()
            .map(|estimate| CustomsLine { text: customs::wording::warning(lang, estimate.confirmed), estimate }),
        rates: priced.details.rates,
    })
}

fn lines(priced: &Priced, lang: Lang, step_tyiyn: i64) -> Vec<EstimateLine> {
    let details = &priced.details;
    let sum = |amount, original| Sum { original, ..Sum::tyiyn(amount) };
    let line = |kind, text, amount| EstimateLine { kind, text, amount };
    let word = |key| texts::text(lang, key, &[]);
    let mut lines = Vec::new();
    if !details.lines.is_empty() {
        let amount = sum(priced.goods_tyiyn, Some(details.goods_original));
        lines.push(line(LineKind::Goods, word("estimate-goods"), amount));
    }
    if let Some(original) = details.domestic_original {
        let amount = sum(priced.domestic_tyiyn, Some(original));
        lines.push(line(LineKind::DomesticDelivery, word("estimate-domestic-delivery"), amount));
    }
    if priced.service_fee_tyiyn > 0 {
        let text = service_fee(priced, lang, step_tyiyn);
        lines.push(line(LineKind::ServiceFee, text, Sum::tyiyn(priced.service_fee_tyiyn)));
    }
    if let Some(freight) = details.freight {
        let text = wording::freight(lang, freight.charged_weight_g, freight.basis, freight.price_per_kg);
        lines.push(line(LineKind::Freight, text, sum(priced.freight_tyiyn, details.freight_original)));
    }
    lines
}

/// The share of the goods, or that it is the least fee.
fn service_fee(priced: &Priced, lang: Lang, step_tyiyn: i64) -> String {
    let bp = priced.details.service_fee_bp;
    if share_bp(priced.goods_tyiyn, bp, step_tyiyn) != Some(priced.service_fee_tyiyn) {
        return texts::text(lang, "estimate-service-fee-least", &[]);
    }
    let percent = Decimal::new(bp.into(), 2).normalize().to_string();
    let percent = if lang == Lang::En { percent } else { percent.replace('.', ",") };
    texts::text(lang, "estimate-service-fee", &[("percent", Arg::from(&percent))])
}
