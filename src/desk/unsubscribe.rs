//! `/unsubscribe/{message_id}`: no more mail, by one click in the reader's mail program (RFC 8058) or on a page.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Problem, Result};
use crate::http::request::page;
use crate::http::{Call, Raw};
use crate::notifications::{self, Notification};
use crate::orders;
use crate::state::App;
use crate::texts::{self, Lang};

/// A click says `List-Unsubscribe=One-Click`; whatever it says, it is a click.
type Click = Raw<1024>;

/// The media types that a click may have.
pub const CLICK_TYPES: &[&str] = &["application/x-www-form-urlencoded", "multipart/form-data"];

#[derive(Template)]
#[template(path = "unsubscribe.html")]
struct Page<'a> {
    lang: Lang,
    firm: &'a str,
    is_done: bool,
}

impl Page<'_> {
    fn t(&self, key: &str) -> String {
        texts::text(self.lang, key, &[])
    }

    fn answer(&self) -> Result<HttpResponse> {
        let html = self.render().map_err(|error| Error::Startup(format!("a page cannot be written: {error}")))?;
        Ok(page(StatusCode::OK, "text/html; charset=utf-8", html))
    }
}

fn known(letter: Option<Notification>) -> Result<Notification> {
    letter.ok_or_else(unknown)
}

fn unknown() -> Error {
    Problem::not_found("letter of this name").into()
}

fn lang(letter: &Notification) -> Lang {
    letter.language.parse().unwrap_or_default()
}

/// Asks whether they are sure; programs that look at every link must not unsubscribe anybody.
pub async fn ask(app: App, call: Call, message_id: web::Path<String>) -> Result<HttpResponse> {
    let letter = app.read(&call.actor, move |tx| known(notifications::letter(tx, &message_id)?)).await?;
    Page { lang: lang(&letter), firm: &app.config.business.name, is_done: false }.answer()
}

/// Takes mail out of the channels of whoever got the letter.
pub async fn leave(app: App, call: Call, message_id: web::Path<String>, _: Click) -> Result<HttpResponse> {
    let leave = move |tx: &mut crate::db::Tx| {
        let letter = known(notifications::letter(tx, &message_id)?)?;
        let order = orders::get(tx, letter.order_id.as_ref().ok_or_else(unknown)?)?;
        let customer = crate::customers::get(tx, &order.customer_id)?;
        notifications::leave_mail(tx, &order.phone, &customer.client_code)?;
        Ok(lang(&letter))
    };
    let lang = call.change(&app, leave).await?;
    Page { lang, firm: &app.config.business.name, is_done: true }.answer()
}
