//! The customer's own pages and the form for a request: whole HTML from the server; askama escapes all values.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use chrono::{DateTime, Utc};

use super::Address;
use super::request::{Errors, Filled};
use super::view::{MeView, OrderView, ParcelView, SummaryView};
use crate::branches::Branch;
use crate::error::{Error, Result, Slug};
use crate::http::page::private as html;
use crate::money::Money;
use crate::state::App;
use crate::texts::{self, Arg, Lang};
use crate::tracking::pages::{Page, message};

pub use crate::tracking::pages::rendered;

/// A page of the firm at an address.
pub fn page<'a>(app: &'a App, lang: Lang, path: &'a str) -> Page<'a> {
    Page::new(&app.face, lang, path)
}

/// What a person is told on a page of a refusal; what is broken on our side stays an error.
///
/// # Errors
/// `error` itself, when it is not the reader's to mend.
pub fn refused(app: &App, lang: Lang, error: Error) -> Result<HttpResponse> {
    let problem = error.to_problem();
    let key = match problem.slug {
        Slug::NotFound => "error-not-found",
        Slug::MistypedCode => "error-mistyped-code",
        Slug::RateLimited => "error-rate-limited",
        _ => return Err(error),
    };
    let said = |key: &str| texts::text(lang, key, &[]);
    let body = message(&app.face, lang, &said(&format!("{key}-title")), &said(key));
    Ok(html(StatusCode::from_u16(problem.slug.status()).unwrap_or(StatusCode::NOT_FOUND), body))
}

/// A pickup point to choose.
pub struct Point {
    pub code: String,
    pub label: String,
}

/// The pickup points among branches.
pub fn points(branches: Vec<Branch>) -> Vec<Point> {
    let point = |branch: Branch| Point {
        label: format!("{}, {}, {}", branch.name, branch.city, branch.address),
        code: branch.code,
    };
    branches.into_iter().map(point).collect()
}

/// What is wrong with a field, for people and for what reads pages to them.
fn said_error(lang: Lang, errors: &Errors, field: &str) -> String {
    let said = errors.get(field).map(|key| texts::text(lang, key, &[])).unwrap_or_default();
    format!("<p class=\"error\" id=\"{field}-error\">{said}</p>")
}

fn said_invalid(errors: &Errors, field: &str) -> &'static str {
    if errors.contains_key(field) { " aria-invalid=\"true\"" } else { "" }
}

/// A sum for people.
fn said_som(lang: Lang, money: &Money) -> String {
    texts::text(lang, "amount-som", &[("amount", Arg::Num(money.amount.abs()))])
}

/// Lets a template speak of the errors of its form.
macro_rules! form_page {
    ($($name:ident)+) => {
        $(impl $name<'_> {
            fn error(&self, field: &str) -> String {
                said_error(self.page.lang, &self.errors, field)
            }

            fn invalid(&self, field: &str) -> &'static str {
                said_invalid(&self.errors, field)
            }
        })+
    };
}

form_page!(RequestPage OrderPage AddressPage SettingsPage);

#[derive(Template)]
#[template(path = "request.html")]
pub struct RequestPage<'a> {
    pub page: Page<'a>,
    pub filled: &'a Filled,
    pub points: Vec<Point>,
    pub errors: Errors,
    /// The key of what concerns the whole form.
    pub notice: Option<&'static str>,
    /// Whether a photo was sent, which a browser does not send again.
    pub had_photo: bool,
}

#[derive(Template)]
#[template(path = "request_done.html")]
pub struct DonePage<'a> {
    pub page: Page<'a>,
    pub code: &'a str,
    pub url: &'a str,
    /// The picture of the address, as a `data:` address.
    pub qr: &'a str,
}

#[derive(Template)]
#[template(path = "my_sign_in.html")]
pub struct SignInPage<'a> {
    pub page: Page<'a>,
    pub phone: &'a str,
    pub asks_code: bool,
    pub error: Option<&'static str>,
    pub notice: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "my_orders.html")]
pub struct OrdersPage<'a> {
    pub page: Page<'a>,
    pub tab: &'static str,
    pub notice: Option<&'static str>,
    pub client_code: &'a str,
    pub orders: Vec<SummaryView>,
    pub next: Option<String>,
}

impl OrdersPage<'_> {
    fn som(&self, money: &Money) -> String {
        said_som(self.page.lang, money)
    }
}

/// An offer that waits for an answer.
pub struct Offer {
    pub id: String,
    pub title: String,
    /// What it is made of, and what each part costs.
    pub lines: Vec<(String, String)>,
    pub total: String,
    pub prepayment: String,
    pub valid_until: DateTime<Utc>,
}

/// One thing asked for.
pub struct Thing {
    pub description: String,
    pub quantity: i32,
    pub note: Option<String>,
    /// Only of a marketplace that we know: an address that anybody typed is nowhere to send people to.
    pub url: Option<String>,
}

/// "I paid by transfer" as it was filled in.
#[derive(Clone, Debug, Default)]
pub struct Transfer {
    pub amount: String,
    pub bank: String,
    pub paid_at: String,
    pub reference: String,
}

#[derive(Template)]
#[template(path = "my_order.html")]
pub struct OrderPage<'a> {
    pub page: Page<'a>,
    pub tab: &'static str,
    pub notice: Option<&'static str>,
    pub order: &'a OrderView,
    pub offers: Vec<Offer>,
    pub items: Vec<Thing>,
    /// Transfers that were told of, in words.
    pub claims: Vec<String>,
    pub takes_transfers: bool,
    pub transfer: Transfer,
    pub errors: Errors,
}

impl OrderPage<'_> {
    fn som(&self, money: &Money) -> String {
        said_som(self.page.lang, money)
    }

    fn kilograms(&self, weight_g: &i64) -> String {
        let weight = texts::kilograms(self.page.lang, *weight_g);
        texts::text(self.page.lang, "act-weight", &[("weight", Arg::from(&weight))])
    }

    fn parcel_status(&self, parcel: &ParcelView) -> String {
        self.page.t(&format!("parcel-{}", parcel.status.as_str().replace('_', "-")))
    }
}

#[derive(Template)]
#[template(path = "my_address.html")]
pub struct AddressPage<'a> {
    pub page: Page<'a>,
    pub tab: &'static str,
    pub notice: Option<&'static str>,
    pub client_code: &'a str,
    pub addresses: Vec<Address>,
    pub points: Vec<Point>,
    /// What became of numbers that were typed.
    pub results: Vec<(String, String)>,
    pub typed: &'a str,
    pub errors: Errors,
}

/// A channel to be reached over.
pub struct Way {
    pub word: &'static str,
    pub label: String,
    pub is_chosen: bool,
}

#[derive(Template)]
#[template(path = "my_settings.html")]
pub struct SettingsPage<'a> {
    pub page: Page<'a>,
    pub tab: &'static str,
    pub notice: Option<&'static str>,
    pub me: &'a MeView,
    pub name: &'a str,
    pub email: &'a str,
    pub language: &'a str,
    pub channels: Vec<Way>,
    pub is_opted_out: bool,
    /// Orders that keep the data from being deleted.
    pub still_open: Option<Vec<String>>,
    pub errors: Errors,
}
