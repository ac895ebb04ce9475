//! `GET /v1/track/{code}`, the pages that anybody sees, and what they are made of.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{LookUps, look_up_together, pages};
use crate::code::OrderCode;
use crate::error::{Error, Problem, Result, Slug};
use crate::face::Asset;
use crate::http::page::{self, Keep};
use crate::http::{Call, Spoken, language, request};
use crate::orders::http::Code;
use crate::payments::elqr;
use crate::state::App;
use crate::texts::{self, Lang};

/// `?code=`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CodeQuery {
    /// As typed.
    #[serde(default)]
    code: String,
}

/// An order's way, as JSON.
pub async fn track(
    app: App,
    look_ups: web::Data<LookUps>,
    call: Call,
    code: Code,
    spoken: Spoken,
) -> Result<HttpResponse> {
    let view = look_up_together(&app, &look_ups, &call, &code, spoken.0).await?;
    Ok(spoken.mark(HttpResponse::Ok().json(view)))
}

/// The page with the field for a code.
pub async fn home(req: HttpRequest, app: App, Spoken(lang): Spoken) -> HttpResponse {
    page::html(&req, StatusCode::OK, lang, pages::home(&app.face, lang, None, ""), Keep::AWhile)
}

/// The form's address: sends on to the order's page, or back with what is wrong.
pub async fn find(req: HttpRequest, app: App, Spoken(lang): Spoken, query: web::Query<CodeQuery>) -> HttpResponse {
    match OrderCode::parse(&app.config.business.code_prefix, &query.code) {
        Ok(code) => page::see_other(&format!("/t/{code}?lang={}", lang.as_str())),
        Err(_) => try_again(&req, &app, lang, Slug::MistypedCode, &query.code),
    }
}

/// An order's way, as a page.
pub async fn order_page(
    req: HttpRequest,
    app: App,
    look_ups: web::Data<LookUps>,
    call: Call,
    path: web::Path<String>,
) -> HttpResponse {
    let Asked { lang, code } = match asked(&req, &app, &path) {
        Ok(asked) => asked,
        Err(page) => return *page,
    };
    match look_up_together(&app, &look_ups, &call, &code, lang).await {
        Ok(view) => {
            // Where it cannot be paid by a code, the page says how else.
            let due = view.balance_due.map_or(0, |due| due.amount);
            let code = elqr::code_for(&app.config.elqr, &view.code, due).ok();
            let body = pages::track(&app.face, lang, &view, code.as_ref(), app.clock.now().and_utc());
            page::html(&req, StatusCode::OK, lang, body, Keep::Briefly)
        }
        Err(error) => refused(&req, &app, lang, &error, &path),
    }
}

/// Whose order's page is wanted, and by whom.
pub(super) struct Asked {
    /// The reader's language.
    pub lang: Lang,
    /// The order's code.
    pub code: OrderCode,
}

/// Reads the code in an address, or gives the page for one that is mistyped.
pub(super) fn asked(req: &HttpRequest, app: &App, typed: &str) -> std::result::Result<Asked, Box<HttpResponse>> {
    let lang = language::of(req);
    match OrderCode::parse(&app.config.business.code_prefix, typed) {
        Ok(code) => Ok(Asked { lang, code }),
        Err(_) => Err(Box::new(try_again(req, app, lang, Slug::MistypedCode, typed))),
    }
}

/// The page for a refusal, which is logged when it is our own fault.
pub(super) fn refused(req: &HttpRequest, app: &App, lang: Lang, error: &Error, typed: &str) -> HttpResponse {
    let slug = error.to_problem().slug;
    if slug.status() >= 500 {
        tracing::error!(%error, "a tracking page could not be made");
    }
    try_again(req, app, lang, slug, typed)
}

/// The field again, with what is wrong said in the reader's language.
fn try_again(req: &HttpRequest, app: &App, lang: Lang, slug: Slug, typed: &str) -> HttpResponse {
    let key = match slug {
        Slug::MistypedCode => "error-mistyped-code",
        Slug::NotFound => "error-not-found",
        Slug::RateLimited => "error-rate-limited",
        Slug::Forbidden => "error-foreign-form",
        _ => "error-unavailable",
    };
    let status = StatusCode::from_u16(slug.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let sentence = texts::text(lang, key, &[]);
    page::html(req, status, lang, pages::home(&app.face, lang, Some(&sentence), typed), Keep::Never)
}

/// The page for somebody who asks too often, whatever page they asked for.
pub fn too_often(req: &HttpRequest, problem: &Problem) -> HttpResponse {
    let lang = language::of(req);
    let Some(app) = req.app_data::<web::Data<App>>() else { return HttpResponse::TooManyRequests().finish() };
    let mut response = try_again(req, app, lang, Slug::RateLimited, "");
    if let Some(seconds) = problem.extra.get("retry_after").and_then(serde_json::Value::as_u64) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// What a problem means and what to do.
pub async fn problem(req: HttpRequest, app: App, path: web::Path<String>) -> Result<HttpResponse> {
    let Some(slug) = Slug::ALL.iter().find(|slug| slug.as_str() == *path) else {
        return Problem::not_found(format_args!("problem {path:?}")).fail();
    };
    let body = format!("{}\n\nHTTP {} · {}", slug.guide(), slug.status(), slug.as_str());
    let body = pages::message(&app.face, Lang::En, slug.title(), &body);
    Ok(page::html(&req, StatusCode::OK, Lang::En, body, Keep::AWhile))
}

/// Codes are nothing to search for, and the API is nothing to read.
const ROBOTS: &str = "User-agent: *\nDisallow: /t\nDisallow: /v1/\n";

/// What search engines leave alone.
pub async fn robots() -> HttpResponse {
    request::page(StatusCode::OK, "text/plain; charset=utf-8", ROBOTS)
}

/// The style sheet.
pub async fn style(req: HttpRequest, app: App) -> HttpResponse {
    page::asset(&req, &app.face.style)
}

/// The script.
pub async fn script(req: HttpRequest, app: App) -> HttpResponse {
    page::asset(&req, &app.face.script)
}

/// The icon.
pub async fn icon(req: HttpRequest, app: App) -> HttpResponse {
    page::asset(&req, &app.face.icon)
}

/// The icon on the home screen of a phone.
pub async fn touch_icon(req: HttpRequest, app: App) -> HttpResponse {
    page::asset(&req, &app.face.touch_icon)
}

/// The firm's logo; our icon where it has none.
pub async fn logo(req: HttpRequest, app: App) -> HttpResponse {
    let logo: &Asset = app.face.logo.as_ref().unwrap_or(&app.face.icon);
    page::asset(&req, logo)
}
