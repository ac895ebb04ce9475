//! `GET /v1/track/{code}`, the pages, and what they are made of.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{look_up, pages};
use crate::code::OrderCode;
use crate::error::{Problem, Result, Slug};
use crate::http::language;
use crate::http::request::page;
use crate::http::{Call, Spoken};
use crate::orders::http::Code;
use crate::state::App;
use crate::texts::{self, Lang};

const HTML: &str = "text/html; charset=utf-8";

/// `?code=`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CodeQuery {
    /// As typed.
    #[serde(default)]
    code: String,
}

/// An order's way, as JSON.
pub async fn track(app: App, call: Call, code: Code, spoken: Spoken) -> Result<HttpResponse> {
    let view = app.glance(&call.actor, move |tx| look_up(tx, &code, spoken.0)).await?;
    Ok(spoken.mark(HttpResponse::Ok().json(view)))
}

/// The page with the field for a code.
pub async fn home(app: App, Spoken(lang): Spoken) -> HttpResponse {
    html(StatusCode::OK, pages::home(lang, &app.config.business.name, None, ""))
}

/// The form's address: sends on to the order's page, or back with what is wrong.
pub async fn find(app: App, Spoken(lang): Spoken, query: web::Query<CodeQuery>) -> HttpResponse {
    match OrderCode::parse(&app.config.business.code_prefix, &query.code) {
        Ok(code) => HttpResponse::SeeOther()
            .insert_header((header::LOCATION, format!("/t/{code}?lang={}", lang.as_str())))
            .finish(),
        Err(_) => try_again(&app, lang, Slug::MistypedCode, &query.code),
    }
}

/// An order's way, as a page.
pub async fn order_page(app: App, call: Call, path: web::Path<String>, Spoken(lang): Spoken) -> HttpResponse {
    let Ok(code) = OrderCode::parse(&app.config.business.code_prefix, &path) else {
        return try_again(&app, lang, Slug::MistypedCode, &path);
    };
    match app.glance(&call.actor, move |tx| look_up(tx, &code, lang)).await {
        Ok(view) => html(StatusCode::OK, pages::track(lang, &app.config.business.name, &view)),
        Err(error) => {
            let slug = error.to_problem().slug;
            if !matches!(slug, Slug::NotFound) {
                tracing::error!(%error, "a tracking page could not be made");
            }
            try_again(&app, lang, slug, &path)
        }
    }
}

/// The field again, with what is wrong said in the reader's language.
fn try_again(app: &App, lang: Lang, slug: Slug, typed: &str) -> HttpResponse {
    let key = match slug {
        Slug::MistypedCode => "error-mistyped-code",
        Slug::NotFound => "error-not-found",
        Slug::RateLimited => "error-rate-limited",
        _ => "error-unavailable",
    };
    let status = StatusCode::from_u16(slug.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let sentence = texts::text(lang, key, &[]);
    html(status, pages::home(lang, &app.config.business.name, Some(&sentence), typed))
}

/// The page for somebody who asks too often, whatever page they asked for.
pub fn too_often(req: &HttpRequest, problem: &Problem) -> HttpResponse {
    let lang = language::of(req);
    let Some(app) = req.app_data::<web::Data<App>>() else { return HttpResponse::TooManyRequests().finish() };
    let mut response = try_again(app, lang, Slug::RateLimited, "");
    if let Some(seconds) = problem.extra.get("retry_after").and_then(serde_json::Value::as_u64) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn html(status: StatusCode, body: String) -> HttpResponse {
    let mut response = page(status, HTML, body);
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Language"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What a problem means and what to do.
pub async fn problem(app: App, path: web::Path<String>) -> Result<HttpResponse> {
    let Some(slug) = Slug::ALL.iter().find(|slug| slug.as_str() == *path) else {
        return Problem::not_found(format_args!("problem {path:?}")).fail();
    };
    let body = format!("{}\n\nHTTP {} · {}", slug.guide(), slug.status(), slug.as_str());
    Ok(html(StatusCode::OK, pages::message(Lang::En, &app.config.business.name, slug.title(), &body)))
}

/// The style sheet.
pub async fn style() -> HttpResponse {
    asset("text/css; charset=utf-8", pages::STYLE)
}

/// The icon.
pub async fn icon() -> HttpResponse {
    asset("image/svg+xml", pages::ICON)
}

fn asset(content_type: &'static str, body: &'static str) -> HttpResponse {
    let mut response = page(StatusCode::OK, content_type, body);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    response
}
