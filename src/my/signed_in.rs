//! The sign-in of a page: the same session as a token's, in a cookie that scripts cannot read and that other sites' forms
//! do not bring along.

use std::future::Future;
use std::pin::Pin;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError, dev};
use secrecy::{ExposeSecret, SecretString};

use crate::error::{Error, Slug};
use crate::http::{Call, Spoken};
use crate::sign_in::http as sign_in;
use crate::state::App;
use crate::texts::Lang;

/// The prefix makes browsers refuse it from any other host and without TLS.
const COOKIE: &str = "__Host-torugart";

/// A call of a page by a customer who is signed in; everybody else is sent to sign in.
#[derive(Debug)]
pub struct SignedIn {
    /// The call, with the customer as its actor.
    pub call: Call,
    /// The token, to prolong the cookie.
    pub token: SecretString,
}

/// Why a page cannot be shown.
#[derive(Debug)]
pub enum Away {
    /// Nobody is signed in.
    SignIn(Lang),
    /// Something broke.
    Broken(Error),
}

impl std::fmt::Display for Away {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Away::SignIn(_) => f.write_str("nobody is signed in"),
            Away::Broken(error) => error.fmt(f),
        }
    }
}

impl ResponseError for Away {
    fn status_code(&self) -> StatusCode {
        match self {
            Away::SignIn(_) => StatusCode::SEE_OTHER,
            Away::Broken(error) => error.status_code(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Away::SignIn(lang) => to(&format!("/my/sign-in?lang={}", lang.as_str())),
            Away::Broken(error) => error.error_response(),
        }
    }
}

impl FromRequest for SignedIn {
    type Error = Away;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Away>>>>;

    fn from_request(req: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let parts = (App::extract(req), Call::extract(req), Spoken::from_request(req, payload), token(req));
        Box::pin(async move {
            let (app, call, spoken, token) = parts;
            let lang = spoken.await.map_or_else(|_| Lang::default(), |spoken| spoken.0);
            let (app, call) = (app.await.map_err(Away::Broken)?, call.await.map_err(Away::Broken)?);
            let Some(token) = token else { return Err(Away::SignIn(lang)) };
            match sign_in::customer(&app, token.expose_secret()).await {
                Ok(Some(actor)) => Ok(Self { call: Call { actor, ..call }, token }),
                Ok(None) => Err(Away::SignIn(lang)),
                Err(error) if error.to_problem().slug == Slug::Unauthenticated => Err(Away::SignIn(lang)),
                Err(error) => Err(Away::Broken(error)),
            }
        })
    }
}

/// What the browser sent under our name.
fn token(req: &HttpRequest) -> Option<SecretString> {
    let cookies = req.headers().get_all(header::COOKIE).filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, token)| SecretString::from(token))
}

/// Sends the browser to another page.
pub fn to(address: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, address))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}

/// Lets the browser keep a token as long as the session lasts.
pub fn keep(response: HttpResponse, token: &SecretString) -> HttpResponse {
    set(response, token.expose_secret(), sign_in::LIFE_S)
}

/// Lets the browser forget it.
pub fn forget(response: HttpResponse) -> HttpResponse {
    set(response, "", 0)
}

fn set(mut response: HttpResponse, token: &str, life_s: i64) -> HttpResponse {
    let cookie = format!("{COOKIE}={token}; Path=/; Max-Age={life_s}; Secure; HttpOnly; SameSite=Lax");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}
