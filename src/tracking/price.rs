//! `/price`: what an order would cost, for who has a page and no program. The same counting as `POST /v1/estimate`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use rust_decimal::Decimal;
use serde::Deserialize;
use utoipa::IntoParams;

use super::claim_form::{minor_units, number};
use super::pages::{self, Choices, Filled};
use crate::branches;
use crate::db::Tx;
use crate::error::{Error, Problem, Result, Slug};
use crate::http::page::{self, Keep};
use crate::http::{Call, language};
use crate::money::{Currency, Money, YuanPrice};
use crate::quotes::estimate::{self, EstimateRequest, EstimateView};
use crate::state::App;
use crate::tariffs::{self, Mode, Route};
use crate::texts::{self, Lang};

/// What the form of the page sends; every field may be empty.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PriceQuery {
    /// Weight, kilograms, with a point or a comma.
    pub weight_kg: Option<String>,
    /// Length, centimetres.
    pub length_cm: Option<String>,
    /// Width, centimetres.
    pub width_cm: Option<String>,
    /// Height, centimetres.
    pub height_cm: Option<String>,
    /// Price of the goods, yuan.
    pub goods_cny: Option<String>,
    /// Kind of goods, one word of the price list.
    pub category: Option<String>,
    /// Code of a pickup point.
    pub to: Option<String>,
    /// `truck` or `air`.
    pub mode: Option<String>,
}

impl PriceQuery {
    /// The fields in the sequence of the form.
    fn fields(&self) -> [(&'static str, &Option<String>); 8] {
        [
            ("weight_kg", &self.weight_kg),
            ("length_cm", &self.length_cm),
            ("width_cm", &self.width_cm),
            ("height_cm", &self.height_cm),
            ("goods_cny", &self.goods_cny),
            ("category", &self.category),
            ("to", &self.to),
            ("mode", &self.mode),
        ]
    }

    fn is_empty(&self) -> bool {
        self.fields()[..5].iter().all(|(_, value)| filled(value).is_none())
    }

    fn request(&self) -> Result<EstimateRequest> {
        let side = |pointer: &str, typed: &Option<String>| scaled(pointer, typed, 10);
        let goods = match filled(&self.goods_cny) {
            Some(typed) => Some(yuan(typed)?),
            None => None,
        };
        Ok(EstimateRequest {
            goods,
            domestic_delivery: None,
            weight_g: scaled("/weight_g", &self.weight_kg, 1_000)?
                .ok_or_else(|| Problem::field("/weight_g", "must be a weight"))?,
            length_mm: side("/length_mm", &self.length_cm)?,
            width_mm: side("/width_mm", &self.width_cm)?,
            height_mm: side("/height_mm", &self.height_cm)?,
            category: filled(&self.category).map(str::to_owned),
            route: Some(Route {
                from: None,
                to: filled(&self.to).map(str::to_owned),
                mode: filled(&self.mode)
                    .and_then(|mode| Mode::ALL.iter().copied().find(|known| known.as_str() == mode)),
            }),
        })
    }
}

fn filled(value: &Option<String>) -> Option<&str> {
    value.as_deref().map(str::trim).filter(|value| !value.is_empty())
}

/// A number with a point or a comma, in units that are `times` smaller, rounded up: nobody is charged for less.
fn scaled(pointer: &str, typed: &Option<String>, times: i64) -> Result<Option<i64>> {
    let Some(typed) = filled(typed) else { return Ok(None) };
    let scaled = number(typed).and_then(|number| number.checked_mul(Decimal::from(times)));
    match scaled.and_then(|number| i64::try_from(number.ceil()).ok()) {
        Some(number) => Ok(Some(number)),
        None => Problem::field(pointer, "must be a number").fail(),
    }
}

fn yuan(typed: &str) -> Result<YuanPrice> {
    let odd = || Problem::field("/goods", "must be a price in yuan");
    let amount = minor_units(typed).ok_or_else(odd)?;
    YuanPrice::try_from(Money { amount, currency: Currency::Cny }).map_err(|_| odd().into())
}

/// The page: the form, and what it comes to when it is filled in.
pub async fn page(req: HttpRequest, app: App, call: Call, query: web::Query<PriceQuery>) -> HttpResponse {
    let lang = language::of(&req);
    let typed = query.into_inner();
    let asked = typed.clone();
    let read = app.read(&call.actor, move |tx| {
        let choices = choices(tx, lang)?;
        if asked.is_empty() {
            return Ok((choices, None));
        }
        let answer = asked.request().and_then(|request| estimate::of(tx, request, lang));
        match answer {
            Ok(estimate) => Ok((choices, Some(Ok(estimate)))),
            // What was typed can be put right on the page; anything else is no answer at all.
            Err(Error::Problem(problem)) => Ok((choices, Some(Err(*problem)))),
            Err(error) => Err(error),
        }
    });
    match read.await {
        Ok((choices, counted)) => shown(&req, &app, lang, &typed, &choices, counted),
        Err(error) => {
            tracing::error!(%error, "the price page could not be made");
            let unavailable = Problem::new(Slug::Unavailable, String::new());
            shown(&req, &app, lang, &typed, &Choices::default(), Some(Err(unavailable)))
        }
    }
}

fn shown(
    req: &HttpRequest,
    app: &App,
    lang: Lang,
    typed: &PriceQuery,
    choices: &Choices,
    counted: Option<std::result::Result<EstimateView, Problem>>,
) -> HttpResponse {
    let (status, keep) = match &counted {
        None => (StatusCode::OK, Keep::AWhile),
        Some(Ok(_)) => (StatusCode::OK, Keep::Briefly),
        Some(Err(problem)) => {
            (StatusCode::from_u16(problem.slug.status()).unwrap_or(StatusCode::BAD_REQUEST), Keep::Never)
        }
    };
    let values = typed.fields().into_iter().map(|(name, value)| (name, value.clone().unwrap_or_default())).collect();
    let body = pages::price(&app.face, lang, &Filled { values }, choices, counted.as_ref());
    page::html(req, status, lang, body, keep)
}

/// What there is to choose from: pickup points, and what the price list tells apart.
fn choices(tx: &mut Tx, lang: Lang) -> Result<Choices> {
    let points = branches::list(tx)?.into_iter().filter(|branch| branch.kind == branches::Kind::PickupPoint);
    let points = points.map(|branch| (branch.code, branch.name)).collect();
    let tariffs = tariffs::in_force(tx)?;
    let mut categories: Vec<String> = tariffs.iter().filter_map(|tariff| tariff.category.clone()).collect();
    categories.sort();
    categories.dedup();
    let is_offered = |mode: &&Mode| tariffs.iter().any(|tariff| tariff.mode.is_none_or(|own| own == **mode));
    // Where no price is of one way alone, there is nothing to choose.
    let differ = tariffs.iter().any(|tariff| tariff.mode.is_some());
    let modes = Mode::ALL.iter().filter(is_offered).filter(|_| differ);
    let named = |mode: &Mode| (mode.as_str().to_owned(), texts::text(lang, &format!("mode-{mode}"), &[]));
    Ok(Choices { points, categories, modes: modes.map(named).collect(), counts_volume: counts_volume(&tariffs) })
}

/// The divisor by which volume counts as weight, where the price list has one; `Some(None)` where only density counts.
fn counts_volume(tariffs: &[tariffs::Tariff]) -> Option<Option<i64>> {
    let divisor = tariffs.iter().find_map(|tariff| tariff.volumetric_divisor);
    let by_density = tariffs.iter().any(|tariff| !tariff.density_bands.is_empty());
    if divisor.is_some() || by_density { Some(divisor) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_with_a_point_or_a_comma() {
        let read = |typed: &str, times| scaled("/weight_g", &Some(typed.to_owned()), times).ok();
        assert_eq!(read("4,2", 1_000), Some(Some(4_200)));
        assert_eq!(read(" 4.2001 ", 1_000), Some(Some(4_201)));
        assert_eq!(read("40", 10), Some(Some(400)));
        assert_eq!(read("", 10), Some(None));
        for odd in ["four", "4 kg", "1e9", "999999999999999999999999999"] {
            assert_eq!(read(odd, 1_000), None, "{odd}");
        }
    }
}
