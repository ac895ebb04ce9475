//! The details of an order for its customer: a form for the second fact, a pass, and what can be done with it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::claim_form::{self, Told};
use super::details;
use super::details_view;
use super::http::{Asked, asked, refused};
use super::pages::{self, Said};
use super::pass;
use crate::claims;
use crate::code::OrderCode;
use crate::db::Tx;
use crate::error::{Error, Problem, Result, Slug};
use crate::http::form::Form;
use crate::http::page::{self, Keep};
use crate::http::{Body, Call, Spoken};
use crate::ids::{PhotoId, QuoteId};
use crate::orders;
use crate::orders::http::{Code, unproven};
use crate::photos;
use crate::state::App;
use crate::texts::{self, Lang};

pub use super::details_view::{DetailsRequest, DetailsView};

/// The details as JSON, for who knows the second fact.
pub async fn tell(
    app: App,
    call: Call,
    code: Code,
    spoken: Spoken,
    body: Body<DetailsRequest>,
) -> Result<HttpResponse> {
    let (asked, last4) = (code.clone(), body.value.phone_last4);
    if !call.change(&app, move |tx| orders::prove_customer(tx, &asked, &last4)).await? {
        return unproven().fail();
    }
    let cookie = pass::issue(&app, &code)?;
    let (until, asked, lang) = ((app.clock.now() + pass::LIFE).and_utc(), code.clone(), spoken.0);
    let details = app.read(&call.actor, move |tx| details::read(tx, &asked, lang)).await?;
    let answer = details_view::view(&code, lang, details, until)?;
    Ok(spoken.mark(HttpResponse::Ok().cookie(cookie).json(answer)))
}

/// The form's address: on to the details, or the one page for everything that does not fit.
pub async fn unlock(req: HttpRequest, app: App, call: Call, path: web::Path<String>, form: Form) -> HttpResponse {
    let Asked { lang, code } = match asked(&req, &app, &path) {
        Ok(asked) => asked,
        Err(page) => return *page,
    };
    let (proven_code, last4) = (code.clone(), form.filled("phone_last4").unwrap_or_default().to_owned());
    match call.change(&app, move |tx| orders::prove_customer(tx, &proven_code, &last4)).await {
        Ok(true) => match pass::issue(&app, &code) {
            Ok(cookie) => {
                let mut response = page::see_other(&address(&code, lang));
                match response.add_cookie(&cookie) {
                    Ok(()) => response,
                    Err(error) => refused(&req, &app, lang, &Error::Startup(error.to_string()), &path),
                }
            }
            Err(error) => refused(&req, &app, lang, &error, &path),
        },
        Ok(false) => locked(&req, &app, lang, &code, Some(Slug::NotFound)),
        Err(error) => refused(&req, &app, lang, &error, &path),
    }
}

fn address(code: &OrderCode, lang: Lang) -> String {
    format!("/t/{code}/details?lang={}", lang.as_str())
}

/// The page with the field for the second fact. It says nothing of the order, not even whether there is one.
fn locked(req: &HttpRequest, app: &App, lang: Lang, code: &OrderCode, wrong: Option<Slug>) -> HttpResponse {
    let error = wrong.map(|_| texts::text(lang, "details-wrong", &[]));
    let status = if wrong.is_some() { StatusCode::NOT_FOUND } else { StatusCode::OK };
    page::html(req, status, lang, pages::unlock(&app.face, lang, code, error.as_deref()), Keep::Never)
}

/// The details as a page, with a pass; without one, the field for the second fact.
pub async fn show(req: HttpRequest, app: App, call: Call, path: web::Path<String>) -> HttpResponse {
    let Asked { lang, code } = match asked(&req, &app, &path) {
        Ok(asked) => asked,
        Err(page) => return *page,
    };
    if !pass::opens(&app, &req, &code) {
        return locked(&req, &app, lang, &code, None);
    }
    open(&req, &app, &call, lang, &code, StatusCode::OK, None).await
}

/// The open page, with what became of a form on it.
async fn open(
    req: &HttpRequest,
    app: &App,
    call: &Call,
    lang: Lang,
    code: &OrderCode,
    status: StatusCode,
    said: Option<Said>,
) -> HttpResponse {
    let wanted = code.clone();
    match app.read(&call.actor, move |tx| details::read(tx, &wanted, lang)).await {
        Ok(details) => {
            let (now, has_bot) = (app.clock.now().and_utc(), app.config.telegram.link("").is_some());
            page::html(
                req,
                status,
                lang,
                pages::details(&app.face, lang, code, &details, said, now, has_bot),
                Keep::Never,
            )
        }
        Err(error) => refused(req, app, lang, &error, code.as_str()),
    }
}

/// A photo of the order, for who has its pass.
pub async fn photo(
    req: HttpRequest,
    app: App,
    call: Call,
    path: web::Path<(String, PhotoId)>,
    query: web::Query<photos::http::SizeQuery>,
) -> Result<HttpResponse> {
    let (typed, id) = path.into_inner();
    let nothing = || Problem::not_found(format_args!("photo {id}"));
    let code = OrderCode::parse(&app.config.business.code_prefix, &typed).map_err(|_| nothing())?;
    if !pass::opens(&app, &req, &code) {
        return nothing().fail();
    }
    let wanted = id.clone();
    let id = app.read(&call.actor, move |tx| details::photo(tx, &code, &wanted)).await?;
    photos::http::picture(&app, &id, query.size()).await
}

/// The customer takes an offer.
pub async fn confirm(req: HttpRequest, app: App, call: Call, path: web::Path<String>, form: Form) -> HttpResponse {
    decide(req, app, call, path, form, orders::confirm).await
}

/// The customer does not want an offer.
pub async fn decline(req: HttpRequest, app: App, call: Call, path: web::Path<String>, form: Form) -> HttpResponse {
    let decline = |tx: &mut Tx, code: &OrderCode, quote: Option<&QuoteId>| orders::decline(tx, code, quote, None);
    decide(req, app, call, path, form, decline).await
}

async fn decide(
    req: HttpRequest,
    app: App,
    call: Call,
    path: web::Path<String>,
    form: Form,
    work: impl Fn(&mut Tx, &OrderCode, Option<&QuoteId>) -> Result<orders::Order> + Send + Copy + 'static,
) -> HttpResponse {
    let Asked { lang, code } = match admitted(&req, &app, &path) {
        Ok(asked) => asked,
        Err(page) => return *page,
    };
    let done = match form.filled("quote_id").map(|id| QuoteId::try_from(id.to_owned())) {
        Some(Ok(quote)) => {
            // Which offers have ended must be written down although the choice is refused.
            let (ending, chosen) = (code.clone(), code.clone());
            match call.change(&app, move |tx| orders::expire_offers(tx, &ending)).await {
                Ok(true) => Err(orders::quote_expired(&code).into()),
                Ok(false) => call.change(&app, move |tx| work(tx, &chosen, Some(&quote)).map(drop)).await,
                Err(error) => Err(error),
            }
        }
        Some(Err(_)) | None => Problem::field("/quote_id", "names no offer").fail(),
    };
    told(&req, &app, &call, lang, &code, done).await
}

/// "I paid by transfer", perhaps with the photo of the receipt.
pub async fn claim(
    req: HttpRequest,
    app: App,
    call: Call,
    path: web::Path<String>,
    form: Form<{ photos::MOST_BYTES }>,
) -> HttpResponse {
    let Asked { lang, code } = match admitted(&req, &app, &path) {
        Ok(asked) => asked,
        Err(page) => return *page,
    };
    let done = match claim_form::read(form, app.clock.now()) {
        Ok(told) => record(&app, &call, &code, told).await,
        Err(error) => Err(error),
    };
    told(&req, &app, &call, lang, &code, done).await
}

async fn record(app: &App, call: &Call, code: &OrderCode, told: Told) -> Result<()> {
    // A picture that cannot be used is refused before anything is written: else the claim would be made twice.
    let picture = match told.photo {
        Some(bytes) => {
            photos::glance(&bytes)?;
            Some(app.compute_alone(move || photos::prepare(&bytes)).await??)
        }
        None => None,
    };
    let (made_for, new) = (code.clone(), told.claim);
    let claim = call.change(app, move |tx| claims::make(tx, &made_for, &new)).await?;
    let Some(picture) = picture else { return Ok(()) };
    let (writer, call, code) = (app.clone(), call.clone(), code.clone());
    let attach =
        async move |photo| call.change(&writer, move |tx| claims::attach(tx, &code, &claim.id, &photo).map(drop)).await;
    photos::keep(app.clone(), picture, attach).await
}

/// A link to the firm's bot in Telegram, on a page of its own: a form of ours leads to no other site.
pub async fn telegram(req: HttpRequest, app: App, call: Call, path: web::Path<String>, _: Form) -> HttpResponse {
    let Asked { lang, code } = match admitted(&req, &app, &path) {
        Ok(asked) => asked,
        Err(page) => return *page,
    };
    if app.config.telegram.link("").is_none() {
        return page::see_other(&address(&code, lang));
    }
    let asked = code.clone();
    match call.change(&app, move |tx| orders::telegram_link(tx, &asked)).await {
        Ok((token, _)) => {
            let link = app.config.telegram.link(&token).unwrap_or_default();
            page::html(&req, StatusCode::OK, lang, pages::telegram(&app.face, lang, &code, &link), Keep::Never)
        }
        Err(error) => refused(&req, &app, lang, &error, code.as_str()),
    }
}

/// Lets in who has the pass.
fn admitted(req: &HttpRequest, app: &App, path: &str) -> std::result::Result<Asked, Box<HttpResponse>> {
    let asked = asked(req, app, path)?;
    if !pass::opens(app, req, &asked.code) {
        return Err(Box::new(locked(req, app, asked.lang, &asked.code, None)));
    }
    Ok(asked)
}

/// Back to the page: afresh, so that reloading it repeats nothing, or with what was wrong.
async fn told(
    req: &HttpRequest,
    app: &App,
    call: &Call,
    lang: Lang,
    code: &OrderCode,
    done: Result<()>,
) -> HttpResponse {
    let Err(error) = done else { return page::see_other(&address(code, lang)) };
    let problem = error.to_problem();
    let status = StatusCode::from_u16(problem.slug.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if status.is_server_error() {
        return refused(req, app, lang, &error, code.as_str());
    }
    open(req, app, call, lang, code, status, Some(Said::of(lang, &problem))).await
}
