//! `/v1/tariffs`.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::rules::{DensityBand, Mode, Route, SizeMm, WeightStep, wrong_band, wrong_step};
use super::{NewTariff, Tariff};
use crate::error::{Problem, Result};
use crate::http::moment::Moment;
use crate::http::text::optional;
use crate::http::{Body, Call, Page, Reply};
use crate::ids::EntryId;
use crate::money::{CEILING_MINOR, Currency, Money};
use crate::state::App;

/// No box of one customer is heavier, grams; a typing mistake, not a parcel.
pub const MOST_WEIGHT_G: i64 = 5_000_000;

/// A tariff.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Tariff)]
pub struct TariffView {
    id: EntryId,
    valid_from: DateTime<Utc>,
    /// Null: until another follows.
    valid_until: Option<DateTime<Utc>>,
    /// Null means any.
    route: Route,
    /// Null means any.
    category: Option<String>,
    price_per_kg: Money,
    weight_steps: Vec<StepShape>,
    density_bands: Vec<BandShape>,
    volumetric_divisor: Option<i64>,
    min_weight_g: i64,
    weight_rounding_g: i64,
    free_storage_days: i32,
    /// For each parcel and each day after the free ones.
    storage_fee_per_day: Money,
    #[schema(value_type = String)]
    service_fee_percent: Decimal,
    service_fee_min: Money,
    created_by: String,
}

/// The JSON shape of a tariff.
pub fn view(tariff: Tariff) -> TariffView {
    let price = |amount| Money { amount, currency: tariff.price_currency };
    let step = |step: WeightStep| StepShape { from_g: step.from_g, price_per_kg: price(step.price_minor) };
    let band = |band: DensityBand| BandShape {
        from_kg_m3: band.from_kg_m3,
        to_kg_m3: band.to_kg_m3,
        price_per_kg: price(band.price_minor),
    };
    TariffView {
        id: tariff.id,
        valid_from: tariff.valid_from.and_utc(),
        valid_until: tariff.valid_until.map(|until| until.and_utc()),
        route: Route { from: tariff.from_branch, to: tariff.to_branch, mode: tariff.mode },
        category: tariff.category,
        price_per_kg: price(tariff.price_per_kg_minor),
        weight_steps: tariff.weight_steps.into_iter().map(step).collect(),
        density_bands: tariff.density_bands.into_iter().map(band).collect(),
        volumetric_divisor: tariff.volumetric_divisor,
        min_weight_g: tariff.min_weight_g,
        weight_rounding_g: tariff.weight_rounding_g,
        free_storage_days: tariff.free_storage_days,
        storage_fee_per_day: Money::tyiyn(tariff.storage_fee_tyiyn),
        service_fee_percent: Decimal::new(tariff.service_fee_bp.into(), 2).normalize(),
        service_fee_min: Money::tyiyn(tariff.service_fee_min_tyiyn),
        created_by: tariff.created_by,
    }
}

/// From this charged weight on, a kilogram costs this much; below the first step, `price_per_kg`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WeightStep)]
pub struct StepShape {
    /// The first weight of the step.
    from_g: i64,
    price_per_kg: Money,
}

/// What a kilogram costs of goods this dense, from the lower bound up to, not including, the upper one. Outside of all
/// bands, or without a size, weight decides.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DensityBand)]
pub struct BandShape {
    /// Kilograms in a cubic metre.
    from_kg_m3: i64,
    /// Null in the last band only.
    #[serde(default)]
    to_kg_m3: Option<i64>,
    price_per_kg: Money,
}

/// A tariff to follow the one in force.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"price_per_kg": {"amount": 300, "currency": "USD"}, "min_weight_g": 100,
    "free_storage_days": 7, "service_fee_percent": "5"}))]
pub struct TariffRequest {
    /// From when it holds; now when not named.
    #[serde(default)]
    #[schema(value_type = Option<DateTime<Utc>>)]
    valid_from: Option<Moment>,
    /// When it ends; until another follows when not named.
    #[serde(default)]
    #[schema(value_type = Option<DateTime<Utc>>)]
    valid_until: Option<Moment>,
    /// For which way; what is not named is any.
    #[serde(default)]
    route: Route,
    /// For which goods, one word such as `clothes`; any when not named.
    #[serde(default)]
    category: Option<String>,
    /// USD or KGS; all its prices are in this currency.
    price_per_kg: Money,
    /// Prices by charged weight, ascending.
    #[serde(default)]
    weight_steps: Vec<StepShape>,
    /// Prices by density, ascending, without gaps.
    #[serde(default)]
    density_bands: Vec<BandShape>,
    /// Cubic centimetres that count as a kilogram, where volume counts at all.
    #[serde(default)]
    volumetric_divisor: Option<i64>,
    #[serde(default)]
    min_weight_g: i64,
    /// Charged weight is rounded up to a multiple of this; 1 when not named.
    #[serde(default = "one")]
    weight_rounding_g: i64,
    #[serde(default)]
    free_storage_days: i32,
    /// In som, for each parcel and each day after the free ones.
    #[serde(default)]
    storage_fee_per_day: Option<Money>,
    #[serde(default)]
    #[schema(schema_with = crate::http::decimal::required)]
    service_fee_percent: Percent,
    /// In som: the least fee of a purchase.
    #[serde(default)]
    service_fee_min: Option<Money>,
}

fn one() -> i64 {
    1
}

/// A share of 0 to 100 percent with at most two decimals, kept in hundredths of a percent.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(try_from = "Decimal")]
pub struct Percent(i32);

impl Percent {
    /// Hundredths of a percent.
    pub fn bp(self) -> i32 {
        self.0
    }
}

impl TryFrom<Decimal> for Percent {
    type Error = String;

    fn try_from(percent: Decimal) -> std::result::Result<Self, String> {
        let fits = percent.normalize().scale() <= 2 && percent >= Decimal::ZERO && percent <= Decimal::ONE_HUNDRED;
        let bp = percent.checked_mul(Decimal::ONE_HUNDRED).and_then(|bp| i32::try_from(bp).ok());
        bp.filter(|_| fits).map(Self).ok_or_else(|| "must be 0 to 100 with at most two decimals".to_owned())
    }
}

/// All tariffs, the latest first.
pub async fn list(app: App, call: Call) -> Result<HttpResponse> {
    call.read(app, |tx| {
        let items = super::list(tx)?.into_iter().map(view).collect();
        Ok(Page { items, next_cursor: None })
    })
    .await
}

/// `?from=&to=&mode=&category=`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CurrentQuery {
    /// Code or identifier of a warehouse in China; the oldest one when not named.
    from: Option<String>,
    /// Code or identifier of a pickup point; the oldest one when not named.
    to: Option<String>,
    /// `truck` when not named.
    #[param(inline)]
    mode: Option<Mode>,
    /// What kind of goods.
    category: Option<String>,
}

/// The tariff that a quote for this way and these goods would take now.
pub async fn current(app: App, call: Call, query: web::Query<CurrentQuery>) -> Result<HttpResponse> {
    let CurrentQuery { from, to, mode, category } = query.into_inner();
    let category = checked_category(category.as_deref(), "?category")?;
    call.read(app, move |tx| {
        let wanted = super::wanted(tx, &Route { from, to, mode }, category, "?")?;
        Ok(view(super::current(tx, &wanted)?))
    })
    .await
}

/// Puts a tariff in force.
pub async fn follow(app: App, call: Call, body: Body<TariffRequest>) -> Result<HttpResponse> {
    let new = body.value.checked()?;
    call.write(app, body.fingerprint, move |tx| Ok(Reply::ok(view(super::follow(tx, &new)?)))).await
}

impl TariffRequest {
    fn checked(self) -> Result<NewTariff> {
        let currency = self.price_per_kg.currency;
        if !matches!(currency, Currency::Usd | Currency::Kgs) {
            return Problem::field("/price_per_kg/currency", "must be USD or KGS").fail();
        }
        let price_per_kg = Money { amount: price(&self.price_per_kg, currency, "/price_per_kg")?, currency };
        for (pointer, value, range) in [
            ("/min_weight_g", self.min_weight_g, 0..=1_000_000),
            ("/weight_rounding_g", self.weight_rounding_g, 1..=100_000),
            ("/free_storage_days", self.free_storage_days.into(), 0..=3650),
            ("/volumetric_divisor", self.volumetric_divisor.unwrap_or(1), 1..=1_000_000),
        ] {
            within(value, range, pointer)?;
        }
        if self.volumetric_divisor.is_some() && !self.density_bands.is_empty() {
            return Problem::field("/volumetric_divisor", "volume counts by a divisor or by density, not by both")
                .fail();
        }
        Ok(NewTariff {
            valid_from: self.valid_from.map(Moment::utc),
            valid_until: self.valid_until.map(Moment::utc),
            route: self.route,
            category: checked_category(self.category.as_deref(), "/category")?,
            price_per_kg,
            weight_steps: checked_steps(&self.weight_steps, currency)?,
            density_bands: checked_bands(&self.density_bands, currency)?,
            volumetric_divisor: self.volumetric_divisor,
            min_weight_g: self.min_weight_g,
            weight_rounding_g: self.weight_rounding_g,
            free_storage_days: self.free_storage_days,
            storage_fee_tyiyn: som(self.storage_fee_per_day, "/storage_fee_per_day")?,
            service_fee_bp: self.service_fee_percent.bp(),
            service_fee_min_tyiyn: som(self.service_fee_min, "/service_fee_min")?,
        })
    }
}

fn within(value: i64, range: std::ops::RangeInclusive<i64>, pointer: &str) -> Result<i64> {
    if range.contains(&value) {
        return Ok(value);
    }
    Problem::field(pointer, format!("must be {} to {}", range.start(), range.end())).fail()
}

fn price(money: &Money, currency: Currency, pointer: &str) -> Result<i64> {
    if money.currency != currency {
        return Problem::field(format!("{pointer}/currency"), format!("must be {currency}, as price_per_kg is")).fail();
    }
    within(money.amount, 1..=CEILING_MINOR, &format!("{pointer}/amount"))
}

fn som(money: Option<Money>, pointer: &str) -> Result<i64> {
    let Some(money) = money else { return Ok(0) };
    if money.currency != Currency::Kgs {
        return Problem::field(format!("{pointer}/currency"), "must be KGS").fail();
    }
    within(money.amount, 0..=CEILING_MINOR, &format!("{pointer}/amount"))
}

/// More steps or bands than anybody could print on a price list.
const MOST_STEPS: usize = 50;

fn checked_steps(shapes: &[StepShape], currency: Currency) -> Result<Vec<WeightStep>> {
    if shapes.len() > MOST_STEPS {
        return Problem::field("/weight_steps", format!("at most {MOST_STEPS} steps")).fail();
    }
    let checked = shapes.iter().enumerate().map(|(index, shape)| {
        let at = |field: &str| format!("/weight_steps/{index}/{field}");
        let from_g = within(shape.from_g, 0..=MOST_WEIGHT_G, &at("from_g"))?;
        Ok(WeightStep { from_g, price_minor: price(&shape.price_per_kg, currency, &at("price_per_kg"))? })
    });
    let steps = checked.collect::<Result<Vec<_>>>()?;
    match wrong_step(&steps) {
        Some((place, detail)) => Problem::field(format!("/weight_steps{place}"), detail).fail(),
        None => Ok(steps),
    }
}

fn checked_bands(shapes: &[BandShape], currency: Currency) -> Result<Vec<DensityBand>> {
    if shapes.len() > MOST_STEPS {
        return Problem::field("/density_bands", format!("at most {MOST_STEPS} bands")).fail();
    }
    let checked = shapes.iter().enumerate().map(|(index, shape)| {
        let at = |field: &str| format!("/density_bands/{index}/{field}");
        Ok(DensityBand {
            from_kg_m3: within(shape.from_kg_m3, 0..=100_000, &at("from_kg_m3"))?,
            to_kg_m3: shape.to_kg_m3.map(|to| within(to, 1..=100_000, &at("to_kg_m3"))).transpose()?,
            price_minor: price(&shape.price_per_kg, currency, &at("price_per_kg"))?,
        })
    });
    let bands = checked.collect::<Result<Vec<_>>>()?;
    match wrong_band(&bands) {
        Some((place, detail)) => Problem::field(format!("/density_bands{place}"), detail).fail(),
        None => Ok(bands),
    }
}

/// A category of goods: one word, in lower case, so that `Clothes` and `clothes` are one.
///
/// # Errors
/// `validation_failed` at `pointer`.
pub fn checked_category(word: Option<&str>, pointer: &str) -> Result<Option<String>> {
    let word = optional(word, 50, pointer)?;
    if word.as_deref().is_some_and(|word| word.contains(char::is_whitespace)) {
        return Problem::field(pointer, "must be one word, such as clothes").fail();
    }
    Ok(word.map(|word| word.to_lowercase()))
}

/// The size of a box: all three sides, or none.
///
/// # Errors
/// `validation_failed` at the side that is missing or makes no sense.
pub fn checked_size(length: Option<i64>, width: Option<i64>, height: Option<i64>) -> Result<Option<SizeMm>> {
    let sides = [("/length_mm", length), ("/width_mm", width), ("/height_mm", height)];
    if sides.iter().all(|(_, side)| side.is_none()) {
        return Ok(None);
    }
    for (pointer, side) in sides {
        if !side.is_some_and(|side| (1..=20_000).contains(&side)) {
            return Problem::field(pointer, "must be 1 to 20000 millimetres: all three sides, or none").fail();
        }
    }
    Ok(SizeMm::of(length, width, height))
}
