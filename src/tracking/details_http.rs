//! The details of an order for its customer: a form for the second fact, a pass, and what can be done with it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::claim_form::{self, Told};
use super::details::{self, Details};
use super::http::{Asked, asked, refused};
use super::pages::{self, Said};
use super::view::TrackView;
use super::{pass, text_key};
use crate::claims;
use crate::code::OrderCode;
use crate::db::Tx;
use crate::error::{Error, Problem, Result, Slug};
use crate::http::form::Form;
use crate::http::page::{self, Keep};
use crate::http::{Body, Call, Spoken};
use crate::ids::{ParcelId, PhotoId, QuoteId};
use crate::money::Money;
use crate::orders::http::{Code, ItemView, unproven};
use crate::orders::{self, http as order_shapes};
use crate::parcels;
use crate::payments::Method;
use crate::photos;
use crate::quotes::http::QuoteView;
use crate::state::App;
use crate::texts::{self, Lang};

/// The second fact.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"phone_last4": "3456"}))]
pub struct DetailsRequest {
    /// The last four digits of the phone that the order was placed with.
    phone_last4: String,
}

/// What the customer of an order sees of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TrackDetails)]
pub struct DetailsView {
    /// What anybody sees.
    track: TrackView,
    items: Vec<ItemView>,
    /// Every offer, the latest first.
    quotes: Vec<QuoteView>,
    parcels: Vec<TrackParcel>,
    photos: Vec<TrackPhoto>,
    payments: Vec<TrackPayment>,
    /// Until when the cookie of this answer opens the photos.
    opens_until: DateTime<Utc>,
}

/// A box, as its customer sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrackParcel {
    id: ParcelId,
    barcode: String,
    tracking_number: Option<String>,
    status: parcels::Status,
    /// The status in the reader's language.
    status_text: String,
    weight_g: Option<i64>,
    length_mm: Option<i64>,
    width_mm: Option<i64>,
    height_mm: Option<i64>,
    /// What freight was charged for it.
    freight: Option<Money>,
}

/// A photo of the goods.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrackPhoto {
    id: PhotoId,
    /// The box that it shows.
    parcel_id: Option<ParcelId>,
    /// Where it is, with the cookie of this answer; `?size=thumb` gives it small.
    url: String,
}

/// Money that came in.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrackPayment {
    receipt_no: String,
    method: Method,
    amount: Money,
    /// How much of it was given back.
    refunded: Money,
    at: DateTime<Utc>,
}

fn view(code: &OrderCode, lang: Lang, details: Details, opens_until: DateTime<Utc>) -> Result<DetailsView> {
    let Details { track, items, quotes, parcels, photos, payments, .. } = details;
    let shown = quotes.into_iter().map(crate::quotes::http::view).collect::<Result<Vec<_>>>()?;
    Ok(DetailsView {
        track,
        items: items.into_iter().map(order_shapes::item).collect(),
        quotes: shown.into_iter().map(QuoteView::without_author).collect(),
        parcels: parcels.into_iter().map(|parcel| parcel_view(lang, parcel)).collect(),
        photos: photos
            .into_iter()
            .map(|photo| TrackPhoto { url: photo_path(code, &photo.id), id: photo.id, parcel_id: photo.parcel_id })
            .collect(),
        payments: payments
            .into_iter()
            .map(|payment| TrackPayment {
                receipt_no: payment.receipt_no,
                method: payment.method,
                amount: Money::tyiyn(payment.amount_tyiyn),
                refunded: Money::tyiyn(payment.refunded_tyiyn),
                at: payment.at.and_utc(),
            })
            .collect(),
        opens_until,
    })
}

fn parcel_view(lang: Lang, parcel: parcels::Parcel) -> TrackParcel {
    TrackParcel {
        status_text: texts::text(lang, &text_key("parcel", parcel.status.as_str()), &[]),
        id: parcel.id,
        barcode: parcel.barcode,
        tracking_number: parcel.tracking_number,
        status: parcel.status,
        weight_g: parcel.weight_g,
        length_mm: parcel.length_mm,
        width_mm: parcel.width_mm,
        height_mm: parcel.height_mm,
        freight: parcel.freight_tyiyn.map(Money::tyiyn),
    }
}

/// Where a customer with a pass sees a photo.
pub(super) fn photo_path(code: &OrderCode, id: &PhotoId) -> String {
    format!("/t/{code}/photos/{id}")
}

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
    let answer = view(&code, lang, details, until)?;
    Ok(spoken.mark(HttpResponse::Ok().cookie(cookie).json(answer)))
}

/// The form's address: on to the details, or the one page for everything that does not fit.
pub async fn unlock(req: HttpRequest, app: App, call: Call, path: web::Path<String>, form: Form) -> HttpResponse {
    let Asked { lang, code } = match asked(&req, &app, &path) {
        Ok(asked) => asked,
        Err(page) => return page,
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
        Err(page) => return page,
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
            let now = app.clock.now().and_utc();
            page::html(req, status, lang, pages::details(&app.face, lang, code, &details, said, now), Keep::Never)
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
        Err(page) => return page,
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
        Err(page) => return page,
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

/// Lets in who has the pass.
fn admitted(req: &HttpRequest, app: &App, path: &str) -> std::result::Result<Asked, HttpResponse> {
    let asked = asked(req, app, path)?;
    if !pass::opens(app, req, &asked.code) {
        return Err(locked(req, app, asked.lang, &asked.code, None));
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
