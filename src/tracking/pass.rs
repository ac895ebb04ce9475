//! The pass that opens an order's details for a while, once somebody proved to be its customer: a sealed cookie of that
//! one order. Nothing is kept on our side.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use chrono::{DateTime, NaiveDateTime, TimeDelta};

use crate::code::OrderCode;
use crate::error::Result;
use crate::state::App;
use crate::tokens::Tokens;

/// How long a pass opens.
pub const LIFE: TimeDelta = TimeDelta::minutes(30);
/// What is sealed.
const PURPOSE: &str = "details of an order";

/// The pass of an order from now on. `__Host-` binds it to this very host and to https; a form of another site is sent
/// without it.
///
/// # Errors
/// When there is no key to seal with.
pub fn issue(app: &App, code: &OrderCode) -> Result<Cookie<'static>> {
    let until = (app.clock.now() + LIFE).and_utc().timestamp();
    let seal = app.tokens.seal(PURPOSE, &sealed(code, until))?;
    Ok(Cookie::build(name(code), format!("{until}.{seal}"))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Strict)
        .max_age(Duration::seconds(LIFE.num_seconds()))
        .finish())
}

/// Whether a request brings a pass of this order that still opens.
pub fn opens(app: &App, req: &HttpRequest, code: &OrderCode) -> bool {
    req.cookie(&name(code)).is_some_and(|pass| is_good(&app.tokens, pass.value(), code, app.clock.now()))
}

fn is_good(tokens: &Tokens, pass: &str, code: &OrderCode, now: NaiveDateTime) -> bool {
    let Some((until, seal)) = pass.split_once('.') else { return false };
    let Some((until, end)) = until.parse().ok().zip(until.parse().ok().and_then(|at| DateTime::from_timestamp(at, 0)))
    else {
        return false;
    };
    now < end.naive_utc() && tokens.is_seal(PURPOSE, &sealed(code, until), seal)
}

fn name(code: &OrderCode) -> String {
    format!("__Host-{code}")
}

fn sealed(code: &OrderCode, until: i64) -> String {
    format!("{code} until {until}")
}
