//! The pages for customers: type a code, see its way. Whole HTML from the server, no scripts; askama escapes all values.

use askama::Template;
use chrono::{DateTime, Utc};

use super::road::{self, Road};
use super::view::{TrackParcels, TrackView};
use crate::texts::{self, Arg, Lang};

/// The style sheet of all pages, served at `/assets/torugart.css`.
pub const STYLE: &str = include_str!("torugart.css");

/// The icon of all pages, served at `/assets/torugart.svg`.
pub const ICON: &str = include_str!("torugart.svg");

/// The page with the field for an order code. `error` is a whole sentence about what was `typed`, in `lang`.
pub fn home(lang: Lang, firm: &str, error: Option<&str>, typed: &str) -> String {
    let page = Page { lang, firm, path: "/" };
    rendered(&Home { page, error, typed })
}

/// The way of one order. The texts inside `view` are in `lang` already.
pub fn track(lang: Lang, firm: &str, view: &TrackView) -> String {
    let path = format!("/t/{}", view.code);
    let page = Page { lang, firm, path: &path };
    let hint = page.t(&format!("{}-hint", road::status_key(&view.status)));
    rendered(&Track { hint, road: Road::of(lang, view), facts: Facts::of(lang, view), page, view })
}

/// A page that says one thing: an error, or what a problem type means. Blank lines in `body` part its paragraphs.
pub fn message(lang: Lang, firm: &str, title: &str, body: &str) -> String {
    // An empty path keeps a language link on whatever address the message was given at.
    let page = Page { lang, firm, path: "" };
    rendered(&Message { page, title, body })
}

/// What every page needs: its language, the firm's name, its own address for the language links.
pub struct Page<'a> {
    /// Its language.
    pub lang: Lang,
    /// The firm's name.
    pub firm: &'a str,
    path: &'a str,
}

/// The same page in another language.
pub struct LanguageLink {
    /// Which.
    pub lang: Lang,
    /// What it calls itself.
    pub name: String,
    /// Where it is.
    pub href: String,
    /// Whether this is it.
    pub current: bool,
}

impl<'a> Page<'a> {
    /// A page of the firm at an address.
    pub fn new(lang: Lang, firm: &'a str, path: &'a str) -> Self {
        Self { lang, firm, path }
    }

    /// A text in its language.
    pub fn t(&self, key: &str) -> String {
        texts::text(self.lang, key, &[])
    }

    /// A day in Bishkek.
    pub fn date(&self, at: &DateTime<Utc>) -> String {
        texts::date(self.lang, *at)
    }

    /// A day and a time in Bishkek.
    pub fn datetime(&self, at: &DateTime<Utc>) -> String {
        texts::datetime(self.lang, *at)
    }

    /// The same page in every language.
    pub fn languages(&self) -> [LanguageLink; 3] {
        Lang::ALL.map(|lang| LanguageLink {
            lang,
            name: texts::text(lang, "language-name", &[]),
            href: format!("{}?lang={}", self.path, lang.as_str()),
            current: lang == self.lang,
        })
    }
}

/// What the customer should know before leaving home, as far as it is known.
struct Facts {
    due: Option<String>,
    nothing_due: bool,
    parcels: Option<String>,
    tel: String,
}

impl Facts {
    fn of(lang: Lang, view: &TrackView) -> Facts {
        let owed = view.balance_due.map_or(0, |money| money.amount);
        let asks_money = owed > 0 && view.status != "cancelled";
        let TrackParcels { arrived, total } = view.parcels;
        let counts = [("arrived", Arg::from(arrived)), ("total", Arg::from(total))];
        Facts {
            due: asks_money.then(|| texts::text(lang, "amount-som", &[("amount", Arg::Num(owed))])),
            // Earlier than at the counter "nothing to pay" would be a promise: freight is charged on arrival.
            nothing_due: owed <= 0 && view.status == "ready_for_pickup",
            // Only a part of several is news; the rest the status itself says.
            parcels: (total > 1 && arrived > 0).then(|| texts::text(lang, "parcels-arrived", &counts)),
            // A phone link has no room for spaces and brackets.
            tel: view.pickup_point.iter().flat_map(|branch| branch.phone.chars()).filter(is_dialled).collect(),
        }
    }
}

fn is_dialled(sign: &char) -> bool {
    sign.is_ascii_digit() || *sign == '+'
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    page: Page<'a>,
    error: Option<&'a str>,
    typed: &'a str,
}

#[derive(Template)]
#[template(path = "track.html")]
struct Track<'a> {
    page: Page<'a>,
    view: &'a TrackView,
    hint: String,
    road: Option<Road>,
    facts: Facts,
}

#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    page: Page<'a>,
    title: &'a str,
    body: &'a str,
}

/// Writing into a string does not fail; should a template ever do so, an empty page and a log line tell.
pub fn rendered(template: &impl Template) -> String {
    template.render().unwrap_or_else(|error| {
        tracing::error!(%error, "a page could not be written");
        String::new()
    })
}

#[cfg(test)]
mod tests;
