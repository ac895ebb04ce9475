//! `/v1/customs/rules`.

use actix_web::HttpResponse;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Base, NewRule, Rule, Status};
use crate::error::{Problem, Result};
use crate::http::text::required;
use crate::http::{Body, Call, Page, Reply};
use crate::ids::EntryId;
use crate::money::{CEILING_MINOR, Currency, Money};
use crate::state::App;
use crate::tariffs::http::{MOST_WEIGHT_G, Percent};

/// A rule that customs are estimated by.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CustomsRule)]
pub struct RuleView {
    id: EntryId,
    /// The first day, Bishkek.
    valid_from: NaiveDate,
    /// The last day. Null: until another follows.
    valid_until: Option<NaiveDate>,
    /// Goods up to this value are free.
    free_value: Money,
    /// Goods up to this weight are free. Null: of any weight.
    free_weight_g: Option<i64>,
    #[schema(value_type = String)]
    rate_percent: Decimal,
    /// The least duty for a kilogram.
    min_per_kg: Money,
    base: Base,
    /// Null: not known, and not in an estimate.
    #[schema(value_type = Option<String>)]
    vat_percent: Option<Decimal>,
    status: Status,
    source: String,
    created_at: DateTime<Utc>,
    created_by: String,
}

/// The JSON shape of a rule.
pub fn view(rule: Rule) -> RuleView {
    let euro = |amount| Money { amount, currency: Currency::Eur };
    let percent = |bp: i32| Decimal::new(bp.into(), 2).normalize();
    RuleView {
        id: rule.id,
        valid_from: rule.valid_from,
        valid_until: rule.valid_until,
        free_value: euro(rule.free_value_eur_minor),
        free_weight_g: rule.free_weight_g,
        rate_percent: percent(rule.rate_bp),
        min_per_kg: euro(rule.min_eur_minor_per_kg),
        base: rule.base,
        vat_percent: rule.vat_bp.map(percent),
        status: rule.status,
        source: rule.source,
        created_at: rule.created_at.and_utc(),
        created_by: rule.created_by,
    }
}

/// A rule to put in force. It may begin in the past: laws become known late.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"valid_from": "2026-07-01", "free_value": {"amount": 20000, "currency": "EUR"}, "rate_percent": "5",
    "min_per_kg": {"amount": 100, "currency": "EUR"}, "base": "whole", "vat_percent": "12", "status": "confirmed",
    "source": "the customs code as amended, article and date"}))]
pub struct RuleRequest {
    /// The first day, Bishkek.
    valid_from: NaiveDate,
    /// The last day; until another follows when not said.
    #[serde(default)]
    valid_until: Option<NaiveDate>,
    /// In EUR.
    free_value: Money,
    /// Any weight is free when not said.
    #[serde(default)]
    free_weight_g: Option<i64>,
    #[schema(schema_with = crate::http::decimal::required)]
    rate_percent: Percent,
    /// In EUR.
    min_per_kg: Money,
    base: Base,
    /// Not known when not said; `0` when there is none.
    #[serde(default)]
    #[schema(schema_with = crate::http::decimal::optional)]
    vat_percent: Option<Percent>,
    status: Status,
    /// Who says so: a law, an address.
    source: String,
}

impl RuleRequest {
    fn checked(self) -> Result<NewRule> {
        for (pointer, day) in [("/valid_from", Some(self.valid_from)), ("/valid_until", self.valid_until)] {
            if day.is_some_and(|day| !(2000..2100).contains(&day.year())) {
                return Problem::field(pointer, "must lie between the years 2000 and 2100").fail();
            }
        }
        if self.free_weight_g.is_some_and(|weight| !(0..=MOST_WEIGHT_G).contains(&weight)) {
            return Problem::field("/free_weight_g", format!("must be 0 to {MOST_WEIGHT_G} grams")).fail();
        }
        Ok(NewRule {
            valid_from: self.valid_from,
            valid_until: self.valid_until,
            free_value_eur_minor: euro(self.free_value, "/free_value")?,
            free_weight_g: self.free_weight_g,
            rate_bp: self.rate_percent.bp(),
            min_eur_minor_per_kg: euro(self.min_per_kg, "/min_per_kg")?,
            base: self.base,
            vat_bp: self.vat_percent.map(Percent::bp),
            status: self.status,
            source: required(&self.source, 1000, "/source")?,
        })
    }
}

fn euro(money: Money, pointer: &str) -> Result<i64> {
    if money.currency != Currency::Eur || !(0..=CEILING_MINOR).contains(&money.amount) {
        return Problem::field(pointer, format!("must be EUR, 0 to {CEILING_MINOR} cents")).fail();
    }
    Ok(money.amount)
}

/// All rules, the latest start first.
pub async fn list(app: App, call: Call) -> Result<HttpResponse> {
    call.read(app, |tx| {
        let items = super::list(tx)?.into_iter().map(view).collect();
        Ok(Page { items, next_cursor: None })
    })
    .await
}

/// Puts a rule in force.
pub async fn follow(app: App, call: Call, body: Body<RuleRequest>) -> Result<HttpResponse> {
    let new = body.value.checked()?;
    call.write(app, body.fingerprint, move |tx| Ok(Reply::created(view(super::follow(tx, &new)?)))).await
}
