//! `/my`: the pages of a customer who is signed in. Every one but those of signing in wants `SignedIn`.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::IntoParams;

use super::pages::{self, AddressPage, OrdersPage, SettingsPage, SignInPage, Way, page, rendered};
use super::request::Errors;
use super::signed_in::{self, SignedIn, to};
use super::view;
use crate::branches;
use crate::error::{Error, Result, Slug};
use crate::http::page::private as html;
use crate::http::text::{email, one_line};
use crate::http::{Call, Form, Paging, Spoken};
use crate::ids::PhotoId;
use crate::notifications::{self, Channel, Choice};
use crate::orders;
use crate::parcels::Tracking;
use crate::phone::Phone;
use crate::photos::{self, http::SizeQuery};
use crate::sign_in::http as sign_in;
use crate::state::App;
use crate::texts::{self, Lang};

/// A form of these pages that brings no file.
type Plain = Form<0>;

/// The most numbers in one form.
const MOST_NUMBERS: usize = 100;

/// `?said=`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SaidQuery {
    /// What the page is to say of what was done before.
    said: Option<String>,
}

impl SaidQuery {
    /// The text of it; a word that is none of ours says nothing.
    pub(super) fn notice(&self) -> Option<&'static str> {
        const KNOWN: [&str; 9] = [
            "said-confirmed",
            "said-declined",
            "said-expired",
            "said-too-late",
            "said-transfer",
            "said-saved",
            "said-signed-out",
            "said-erased",
            "said-busy",
        ];
        let said = self.said.as_deref()?;
        KNOWN.into_iter().find(|known| known.strip_prefix("said-") == Some(said))
    }
}

/// Sends on to a page that says what was done.
pub(super) fn say(address: &str, lang: Lang, said: &str) -> HttpResponse {
    to(&format!("{address}?lang={}&said={said}", lang.as_str()))
}

fn sign_in_page(
    app: &App,
    lang: Lang,
    status: StatusCode,
    phone: &str,
    asks_code: bool,
    error: Option<&'static str>,
) -> HttpResponse {
    let page = page(app, lang, "/my/sign-in");
    html(status, rendered(&SignInPage { page, phone, asks_code, error, notice: None }))
}

/// The field for a phone.
pub async fn sign_in_form(app: App, Spoken(lang): Spoken, said: web::Query<SaidQuery>) -> HttpResponse {
    let page = page(&app, lang, "/my/sign-in");
    html(
        StatusCode::OK,
        rendered(&SignInPage { page, phone: "", asks_code: false, error: None, notice: said.notice() }),
    )
}

/// Sends a code, and asks for it; the page is the same for every phone.
pub async fn ask(app: App, call: Call, Spoken(lang): Spoken, form: Plain) -> Result<HttpResponse> {
    let typed = form.get("phone");
    let Ok(phone) = Phone::parse(typed) else {
        return Ok(sign_in_page(&app, lang, StatusCode::UNPROCESSABLE_ENTITY, typed, false, Some("form-error-phone")));
    };
    sign_in::send(&app, &call, phone.clone(), lang).await?;
    Ok(sign_in_page(&app, lang, StatusCode::OK, phone.as_str(), true, None))
}

/// Signs in with the code.
pub async fn enter(app: App, call: Call, Spoken(lang): Spoken, form: Plain) -> Result<HttpResponse> {
    let typed = form.get("phone");
    let Ok(phone) = Phone::parse(typed) else { return Ok(to(&format!("/my/sign-in?lang={}", lang.as_str()))) };
    let code = SecretString::from(form.get("code"));
    match sign_in::sign_in(&app, &call, phone, code, lang).await? {
        Some(token) => Ok(signed_in::keep(to(&format!("/my?lang={}", lang.as_str())), &sign_in::shown(&token))),
        None => Ok(sign_in_page(&app, lang, StatusCode::UNPROCESSABLE_ENTITY, typed, true, Some("sign-in-wrong"))),
    }
}

/// The customer's orders.
pub async fn orders(
    app: App,
    me: SignedIn,
    Spoken(lang): Spoken,
    said: web::Query<SaidQuery>,
    paging: web::Query<Paging>,
) -> Result<HttpResponse> {
    let SignedIn { call, token } = me;
    let (me, orders, next) = app
        .read(&call.actor, move |tx| {
            let me = super::me(tx)?;
            let page = orders::list_of(tx, &me.id, &paging)?;
            Ok((me, view::summaries(tx, page.items, lang)?, page.next_cursor))
        })
        .await?;
    let page = page(&app, lang, "/my");
    let shown = OrdersPage { page, tab: "orders", notice: said.notice(), client_code: &me.client_code, orders, next };
    Ok(signed_in::keep(html(StatusCode::OK, rendered(&shown)), &token))
}

/// A photo of what is theirs.
pub async fn photo(
    app: App,
    me: SignedIn,
    id: web::Path<PhotoId>,
    query: web::Query<SizeQuery>,
) -> Result<HttpResponse> {
    let wanted = id.clone();
    app.read(&me.call.actor, move |tx| {
        let me = super::me(tx)?;
        super::photo(tx, &me.id, &wanted).map(|_| ())
    })
    .await?;
    photos::http::picture(&app, &id, query.size()).await
}

/// Where sellers send to, and the field for couriers' numbers.
pub async fn address(app: App, me: SignedIn, Spoken(lang): Spoken) -> Result<HttpResponse> {
    show_address(&app, &me.call, lang, StatusCode::OK, "", Vec::new(), Errors::new()).await
}

async fn show_address(
    app: &App,
    call: &Call,
    lang: Lang,
    status: StatusCode,
    typed: &str,
    results: Vec<(String, String)>,
    errors: Errors,
) -> Result<HttpResponse> {
    let (me, addresses, branches) = app
        .read(&call.actor, |tx| {
            let me = super::me(tx)?;
            let addresses = super::addresses(tx, &me.client_code)?;
            Ok((me, addresses, branches::pickup_points(tx)?))
        })
        .await?;
    let shown = AddressPage {
        page: page(app, lang, "/my/address"),
        tab: "address",
        notice: None,
        client_code: &me.client_code,
        addresses,
        points: pages::points(branches),
        results,
        typed,
        errors,
    };
    Ok(html(status, rendered(&shown)))
}

/// The same as a picture, drawn with the letters of whoever looks at it: ours are not Chinese.
pub async fn address_picture(app: App, me: SignedIn, branch: web::Path<String>) -> Result<HttpResponse> {
    let svg = app
        .read(&me.call.actor, move |tx| {
            let me = super::me(tx)?;
            let found = super::addresses(tx, &me.client_code)?.into_iter().find(|address| address.branch == *branch);
            match found {
                Some(address) => Ok(address.svg()),
                None => crate::error::Problem::not_found("such warehouse").fail(),
            }
        })
        .await?;
    let mut response = HttpResponse::Ok().content_type("image/svg+xml").body(svg);
    let private = actix_web::http::header::HeaderValue::from_static("private, no-store");
    response.headers_mut().insert(actix_web::http::header::CACHE_CONTROL, private);
    Ok(response)
}

/// Registers numbers.
pub async fn numbers(app: App, me: SignedIn, Spoken(lang): Spoken, form: Plain) -> Result<HttpResponse> {
    let typed = form.get("numbers").to_owned();
    let wrong = async |complaint| {
        let errors = Errors::from([("numbers", complaint)]);
        show_address(&app, &me.call, lang, StatusCode::UNPROCESSABLE_ENTITY, &typed, Vec::new(), errors).await
    };
    let words = typed.split(['\n', ',', ';']).map(str::trim).filter(|word| !word.is_empty());
    let numbers: std::result::Result<Vec<_>, _> = words.map(|word| Tracking::try_from(word.to_owned())).collect();
    let numbers = match numbers {
        Ok(numbers) if (1..=MOST_NUMBERS).contains(&numbers.len()) => numbers,
        _ => return wrong("form-error-numbers").await,
    };
    let pickup_point = Some(form.get("pickup_point").to_owned()).filter(|point| !point.is_empty());
    let registered = me.call.change(&app, move |tx| {
        let me = super::me(tx)?;
        super::register(tx, &me, &numbers, pickup_point.as_deref())
    });
    let results = match registered.await {
        Ok((_, results)) => results,
        Err(Error::Problem(problem)) if problem.slug == Slug::RateLimited => return wrong("form-error-busy").await,
        Err(Error::Problem(problem)) if problem.slug == Slug::DuplicateValue => return wrong("numbers-taken").await,
        Err(error) => return Err(error),
    };
    let said = |one: super::Registered| {
        let key = if one.is_new { "numbers-registered" } else { "numbers-taken" };
        (one.number.to_string(), texts::text(lang, key, &[]))
    };
    let results = results.into_iter().map(said).collect();
    show_address(&app, &me.call, lang, StatusCode::OK, "", results, Errors::new()).await
}

/// Name, language, channels; leaving.
pub async fn settings(
    app: App,
    me: SignedIn,
    Spoken(lang): Spoken,
    said: web::Query<SaidQuery>,
) -> Result<HttpResponse> {
    show_settings(&app, &me.call, lang, StatusCode::OK, said.notice(), (None, Errors::new()), None).await
}

/// What was typed and could not be saved.
type Typed<'a> = (Option<(&'a str, &'a str)>, Errors);

async fn show_settings(
    app: &App,
    call: &Call,
    lang: Lang,
    status: StatusCode,
    notice: Option<&'static str>,
    (typed, errors): Typed<'_>,
    still_open: Option<Vec<String>>,
) -> Result<HttpResponse> {
    let (me, choice) = app
        .read(&call.actor, |tx| {
            let me = super::me(tx)?;
            let choice = notifications::choice(tx, &me.phone)?;
            Ok((view::me(me), choice))
        })
        .await?;
    let email = me.email.clone().unwrap_or_default();
    let (name, email) = typed.unwrap_or((&me.name, &email));
    let way = |channel: &Channel| Way {
        word: channel.as_str(),
        label: texts::text(lang, &format!("channel-{channel}"), &[]),
        is_chosen: choice.channels.as_ref().is_some_and(|chosen| chosen.contains(channel)),
    };
    let shown = SettingsPage {
        page: page(app, lang, "/my/settings"),
        tab: "settings",
        notice,
        me: &me,
        name,
        email,
        language: choice.language.map(Lang::as_str).unwrap_or_default(),
        channels: Channel::ALL.iter().map(way).collect(),
        is_opted_out: choice.is_opted_out,
        still_open,
        errors,
    };
    Ok(html(status, rendered(&shown)))
}

/// Saves them.
pub async fn save(app: App, me: SignedIn, Spoken(lang): Spoken, form: Plain) -> Result<HttpResponse> {
    let (typed_name, typed_email) = (form.get("name"), form.get("email"));
    let mut errors = Errors::new();
    let name = match typed_name.trim() {
        "" => Some(None),
        name => one_line(name, 200, "/name").ok().map(Some),
    };
    let address = email(Some(typed_email), "/email").ok();
    let (Some(name), Some(address)) = (name.clone(), address.clone()) else {
        errors.extend(name.is_none().then_some(("name", "form-error-text")));
        errors.extend(address.is_none().then_some(("email", "form-error-email")));
        let typed = (Some((typed_name, typed_email)), errors);
        return show_settings(&app, &me.call, lang, StatusCode::UNPROCESSABLE_ENTITY, None, typed, None).await;
    };
    let chosen: Vec<Channel> =
        Channel::ALL.iter().copied().filter(|channel| form.has(&format!("by_{channel}"))).collect();
    let choice = Choice {
        language: form.get("language").parse().ok(),
        channels: (!chosen.is_empty()).then_some(chosen),
        is_opted_out: form.has("opted_out"),
    };
    me.call
        .change(&app, move |tx| {
            let me = super::introduce(tx, name.clone(), Some(address.clone()))?;
            notifications::choose(tx, &me.phone, &me.client_code, &choice)
        })
        .await?;
    Ok(say("/my/settings", lang, "saved"))
}

/// Ends the sign-in.
pub async fn sign_out(app: App, me: SignedIn, Spoken(lang): Spoken, form: Plain) -> Result<HttpResponse> {
    let is_everywhere = form.has("everywhere");
    me.call.change(&app, move |tx| crate::sign_in::sign_out(tx, is_everywhere)).await?;
    Ok(signed_in::forget(say("/my/sign-in", lang, "signed-out")))
}

/// Deletes what is personal.
pub async fn erase(app: App, me: SignedIn, Spoken(lang): Spoken, form: Plain) -> Result<HttpResponse> {
    let (status, errors, still_open) = match super::http::delete(&app, &me.call, form.get("client_code")).await {
        Ok(()) => return Ok(signed_in::forget(say("/my/sign-in", lang, "erased"))),
        Err(Error::Problem(problem)) if problem.slug == Slug::StillOpen => {
            let listed = problem.extra.get("open_orders").and_then(serde_json::Value::as_array).cloned();
            let codes = listed.unwrap_or_default().iter().filter_map(|code| code.as_str().map(str::to_owned)).collect();
            (StatusCode::CONFLICT, Errors::new(), Some(codes))
        }
        Err(Error::Problem(problem)) if problem.slug == Slug::ValidationFailed => {
            (StatusCode::UNPROCESSABLE_ENTITY, Errors::from([("client_code", "erase-wrong-code")]), None)
        }
        Err(error) => return Err(error),
    };
    show_settings(&app, &me.call, lang, status, None, (None, errors), still_open).await
}
