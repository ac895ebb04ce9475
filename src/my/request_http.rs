//! `/request`: the form for whoever wants something, without a login and without scripts.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::pages::{self, DonePage, RequestPage};
use super::request::{Errors, Filled};
use super::signed_in::to;
use crate::audit;
use crate::branches;
use crate::code::OrderCode;
use crate::db::Tx;
use crate::desk;
use crate::elqr;
use crate::error::{Error, Problem, Result, Slug};
use crate::http::body::Fingerprint;
use crate::http::page::private as html;
use crate::http::{Call, Form, Spoken};
use crate::idempotency::{self, Answer, Intention};
use crate::orders::NewOrder;
use crate::photos::{self, MOST_BYTES, NewPhoto, Owner, Prepared};
use crate::state::App;
use crate::texts::Lang;

/// Whose keys the forms' are.
const SCOPE: &str = "request-form";

/// The empty form.
pub async fn form(app: App, call: Call, Spoken(lang): Spoken) -> Result<HttpResponse> {
    let filled =
        Filled { key: fresh_key(), language: lang.as_str().to_owned(), quantity: "1".to_owned(), ..Filled::default() };
    show(&app, &call, lang, StatusCode::OK, &filled, Shown::default()).await
}

/// What is shown beside what was filled in.
#[derive(Default)]
struct Shown {
    errors: Errors,
    notice: Option<&'static str>,
    had_photo: bool,
}

async fn show(
    app: &App,
    call: &Call,
    lang: Lang,
    status: StatusCode,
    filled: &Filled,
    shown: Shown,
) -> Result<HttpResponse> {
    let branches = app.read(&call.actor, branches::pickup_points).await?;
    let page = pages::page(app, lang, "/request");
    let Shown { errors, notice, had_photo } = shown;
    let points = pages::points(branches);
    Ok(html(status, pages::rendered(&RequestPage { page, filled, points, errors, notice, had_photo })))
}

fn fresh_key() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Takes the form: on to the page to keep, or back with what is wrong beside its field.
pub async fn send(app: App, call: Call, Spoken(spoken): Spoken, form: Form<MOST_BYTES>) -> Result<HttpResponse> {
    let lang = form.get("lang").parse().unwrap_or(spoken);
    let mut filled = Filled::of(&form);
    let had_photo = form.file.is_some();
    if uuid::Uuid::parse_str(&filled.key).is_err() {
        filled.key = fresh_key();
    }
    if form.is_too_large {
        let errors = Errors::from([("photo", "form-error-photo-large")]);
        return show(&app, &call, lang, StatusCode::PAYLOAD_TOO_LARGE, &filled, Shown { errors, ..Shown::default() })
            .await;
    }
    let bad = StatusCode::UNPROCESSABLE_ENTITY;
    // A field that people do not see; a program that fills in all fields fills it, too.
    if !form.get("website").is_empty() {
        let shown = Shown { notice: Some("form-error-trap"), had_photo, ..Shown::default() };
        return show(&app, &call, lang, bad, &filled, shown).await;
    }
    let new = match filled.checked(had_photo, lang) {
        Ok(new) => new,
        Err(errors) => {
            return show(&app, &call, lang, bad, &filled, Shown { errors, notice: Some("form-error"), had_photo })
                .await;
        }
    };
    let photo = match develop(&app, form.file).await {
        Ok(photo) => photo,
        Err(Error::Problem(_)) => {
            let errors = Errors::from([("photo", "form-error-photo")]);
            return show(
                &app,
                &call,
                lang,
                bad,
                &filled,
                Shown { errors, notice: Some("form-error"), had_photo: false },
            )
            .await;
        }
        Err(error) => return Err(error),
    };
    match place(&app, &call, &filled, new, photo).await {
        Ok(code) => Ok(to(&format!("/request/{code}?lang={}", lang.as_str()))),
        Err(Error::Problem(problem)) => {
            let (status, shown) = refusal(&problem, had_photo)?;
            if problem.slug == Slug::IdempotencyKeyReused {
                filled.key = fresh_key();
            }
            show(&app, &call, lang, status, &filled, shown).await
        }
        Err(error) => Err(error),
    }
}

/// What a person is told of a refusal.
fn refusal(problem: &Problem, had_photo: bool) -> Result<(StatusCode, Shown)> {
    let (notice, errors) = match problem.slug {
        Slug::RateLimited => ("form-error-busy", Errors::new()),
        Slug::IdempotencyKeyReused => ("form-error-sent", Errors::new()),
        Slug::ValidationFailed => ("form-error", Errors::from([("pickup_point", "form-error-choose")])),
        _ => return problem.clone().fail(),
    };
    let status = StatusCode::from_u16(problem.slug.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    Ok((status, Shown { errors, notice: Some(notice), had_photo }))
}

async fn develop(app: &App, file: Option<web::Bytes>) -> Result<Option<Prepared>> {
    let Some(file) = file else { return Ok(None) };
    photos::glance(&file)?;
    app.compute_alone(move || photos::prepare(&file)).await?.map(Some)
}

/// Places the request, once for each form: whoever presses the button twice has one order.
async fn place(app: &App, call: &Call, filled: &Filled, new: NewOrder, photo: Option<Prepared>) -> Result<String> {
    let sha256 = photo.as_ref().map(|photo| photo.sha256.clone()).unwrap_or_default();
    let print = Fingerprint::of_parts(&[filled.told().as_bytes(), sha256.as_bytes()]);
    let request_hash = print.with_target("POST /request");
    let intention = Intention { scope: SCOPE.to_owned(), key: filled.key.clone(), request_hash };
    let known = intention.clone();
    if let Some(answer) = app.read(&call.actor, move |tx| idempotency::answered(tx, &known)).await? {
        return Ok(answer.body);
    }
    let Some(picture) = photo else {
        let placed = call.change(app, move |tx| once(tx, &intention, &new, None)).await?;
        return Ok(placed.0);
    };
    let (writer, caller) = (app.clone(), call.clone());
    let write_down = async move |photo: NewPhoto| {
        let id = photo.id.clone();
        let placed = caller.change(&writer, move |tx| once(tx, &intention, &new, Some(&photo))).await?;
        Ok((placed, id))
    };
    let ((code, is_replay), id) = photos::keep(app.clone(), picture, write_down).await?;
    if is_replay {
        photos::discard(app, &[id]).await;
    }
    Ok(code)
}

/// The code of the order, and whether it was there before.
fn once(tx: &mut Tx, intention: &Intention, new: &NewOrder, photo: Option<&NewPhoto>) -> Result<(String, bool)> {
    let (answer, is_replay) = idempotency::once(tx, intention, |tx| {
        let order = desk::place(tx, new, &[])?;
        if let Some(photo) = photo {
            let photo = photos::record(tx, photo, photos::Kind::Item, &Owner::Order(order.id.clone()))?;
            let detail = serde_json::json!({"photo": photo.id, "kind": photo.kind, "sha256": photo.sha256});
            audit::record(tx, "photo.added", &order.code, detail)?;
        }
        Ok(Answer { status: 303, location: None, body: order.code })
    })?;
    Ok((answer.body, is_replay))
}

/// The page to keep: the code, large, and its address. Nothing of the order is on it.
pub async fn done(app: App, path: web::Path<String>, Spoken(lang): Spoken) -> Result<HttpResponse> {
    let Ok(code) = OrderCode::parse(&app.config.business.code_prefix, &path) else {
        return Ok(to(&format!("/?lang={}", lang.as_str())));
    };
    let url = format!("{}/t/{code}", app.config.business.public_url);
    let drawn = elqr::svg(&url).map_err(|error| Error::Startup(error.to_string()))?;
    let qr = format!("data:image/svg+xml;base64,{}", STANDARD.encode(drawn));
    let address = format!("/request/{code}");
    let page = DonePage { page: pages::page(&app, lang, &address), code: code.as_str(), url: &url, qr: &qr };
    Ok(html(StatusCode::OK, pages::rendered(&page)))
}
