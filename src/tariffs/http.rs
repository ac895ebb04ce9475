//! `/v1/tariffs`.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{NewTariff, Tariff};
use crate::error::{Problem, Result};
use crate::http::moment::Moment;
use crate::http::{Body, Call, Page, Reply};
use crate::ids::EntryId;
use crate::money::{CEILING_MINOR, Currency, Money};
use crate::state::App;

/// A tariff.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Tariff)]
pub struct TariffView {
    id: EntryId,
    valid_from: DateTime<Utc>,
    price_per_kg: Money,
    min_weight_g: i64,
    free_storage_days: i32,
    #[schema(value_type = String)]
    service_fee_percent: Decimal,
    created_by: String,
}

/// The JSON shape of a tariff.
pub fn view(tariff: Tariff) -> TariffView {
    TariffView {
        id: tariff.id,
        valid_from: tariff.valid_from.and_utc(),
        price_per_kg: Money { amount: tariff.price_per_kg_minor, currency: tariff.price_currency },
        min_weight_g: tariff.min_weight_g,
        free_storage_days: tariff.free_storage_days,
        service_fee_percent: Decimal::new(tariff.service_fee_bp.into(), 2).normalize(),
        created_by: tariff.created_by,
    }
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
    price_per_kg: Money,
    #[serde(default)]
    min_weight_g: i64,
    #[serde(default)]
    free_storage_days: i32,
    #[serde(default)]
    #[schema(value_type = String)]
    service_fee_percent: Percent,
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

/// Puts a tariff in force.
pub async fn follow(app: App, call: Call, body: Body<TariffRequest>) -> Result<HttpResponse> {
    let request = body.value;
    if !matches!(request.price_per_kg.currency, Currency::Usd | Currency::Kgs) {
        return Problem::field("/price_per_kg/currency", "must be USD or KGS").fail();
    }
    for (pointer, value, range) in [
        ("/price_per_kg/amount", request.price_per_kg.amount, 1..=CEILING_MINOR),
        ("/min_weight_g", request.min_weight_g, 0..=1_000_000),
        ("/free_storage_days", request.free_storage_days.into(), 0..=3650),
    ] {
        if !range.contains(&value) {
            return Problem::field(pointer, format!("must be {} to {}", range.start(), range.end())).fail();
        }
    }
    let new = NewTariff {
        valid_from: request.valid_from.map(Moment::utc),
        price_per_kg: request.price_per_kg,
        min_weight_g: request.min_weight_g,
        free_storage_days: request.free_storage_days,
        service_fee_bp: request.service_fee_percent.bp(),
    };
    call.write(app, body.fingerprint, move |tx| Ok(Reply::ok(view(super::follow(tx, &new)?)))).await
}
