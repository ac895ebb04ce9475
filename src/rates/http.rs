//! `/v1/rates`.

use actix_web::HttpResponse;
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{OwnRate, PinnedRate, decimal, store};
use crate::clock::bishkek_day;
use crate::db::Tx;
use crate::error::{Problem, Result};
use crate::http::{Body, Call, Reply};
use crate::money::Currency;
use crate::state::App;

/// What is known of one currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct CurrencyRates {
    currency: Currency,
    /// The bank's rate in force today.
    official: Option<OfficialRate>,
    /// The firm's own rate or margin.
    company: Option<CompanyRate>,
    /// What a quote made now would use; null when that would be refused.
    used: Option<PinnedRate>,
    /// Why a quote would be refused.
    refusal: Option<String>,
}

/// A rate of the National Bank.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfficialRate {
    #[schema(value_type = String)]
    rate: Decimal,
    effective_on: NaiveDate,
    fetched_at: DateTime<Utc>,
}

/// What the firm says.
#[derive(Debug, Serialize, ToSchema)]
pub struct CompanyRate {
    #[schema(value_type = Option<String>)]
    rate: Option<Decimal>,
    #[schema(value_type = String)]
    margin_percent: Decimal,
    set_at: DateTime<Utc>,
    set_by: String,
}

/// All currencies that quotes can use.
#[derive(Debug, Serialize, ToSchema)]
pub struct RatesView {
    rates: Vec<CurrencyRates>,
}

/// The firm's own rates.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"rates": [{"currency": "CNY", "rate": "13.10"}, {"currency": "USD", "margin_percent": "1.5"}]}))]
pub struct RatesRequest {
    rates: Vec<RateRequest>,
}

/// One currency: a rate of the firm's own, or a margin on the bank's; neither returns to the bank's.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RateRequest {
    currency: Currency,
    /// Som for one unit.
    #[serde(default)]
    #[schema(schema_with = crate::http::decimal::optional)]
    rate: Option<Decimal>,
    /// -50 to 50.
    #[serde(default)]
    #[schema(schema_with = crate::http::decimal::optional)]
    margin_percent: Option<Decimal>,
}

fn view(tx: &mut Tx) -> Result<RatesView> {
    let mut rates = Vec::new();
    for currency in [Currency::Cny, Currency::Usd, Currency::Eur] {
        let official = store::official_on(tx, currency.as_str(), bishkek_day(tx.now))?.map(|row| OfficialRate {
            rate: decimal(row.kgs_per_unit_e8),
            effective_on: row.effective_on,
            fetched_at: row.fetched_at.and_utc(),
        });
        let company = store::own(tx, currency.as_str())?.map(|row| CompanyRate {
            rate: row.kgs_per_unit_e8.map(decimal),
            margin_percent: Decimal::new(row.margin_bp.into(), 2).normalize(),
            set_at: row.set_at.and_utc(),
            set_by: row.set_by,
        });
        let (used, refusal) = match super::today(tx, currency) {
            Ok(rate) => (Some(rate), None),
            Err(error) => (None, Some(error.to_problem().detail)),
        };
        rates.push(CurrencyRates { currency, official, company, used, refusal });
    }
    Ok(RatesView { rates })
}

/// The rates in force.
pub async fn list(app: App, call: Call) -> Result<HttpResponse> {
    call.read(app, view).await
}

/// Sets the firm's own rates.
pub async fn set(app: App, call: Call, body: Body<RatesRequest>) -> Result<HttpResponse> {
    let rates = body.value.rates.iter().enumerate().map(own_rate).collect::<Result<Vec<_>>>()?;
    call.write(app, body.fingerprint, move |tx| {
        super::set_own(tx, &rates)?;
        Ok(Reply::ok(view(tx)?))
    })
    .await
}

fn own_rate((index, request): (usize, &RateRequest)) -> Result<OwnRate> {
    let at = |field: &str| format!("/rates/{index}/{field}");
    if request.currency == Currency::Kgs {
        return Problem::field(at("currency"), "the som is what other currencies are counted in").fail();
    }
    if request.rate.is_some() && request.margin_percent.is_some() {
        return Problem::field(at("margin_percent"), "a margin goes on the bank's rate, not on the firm's own").fail();
    }
    let margin = request.margin_percent.unwrap_or_default();
    let margin_bp = margin.checked_mul(Decimal::ONE_HUNDRED).and_then(|bp| i32::try_from(bp).ok());
    let margin_bp = margin_bp.filter(|bp| (-5000..=5000).contains(bp));
    let Some(margin_bp) = margin_bp.filter(|_| margin.normalize().scale() <= 2) else {
        return Problem::field(at("margin_percent"), "must be -50 to 50 with at most two decimals").fail();
    };
    Ok(OwnRate { currency: request.currency, rate: request.rate, margin_bp })
}
