//! The pages for customers. Whole HTML from the server, nothing depends on a script; askama escapes all values.

mod details;
mod price;
mod track;

use askama::Template;
use chrono::{DateTime, Utc};

use crate::face::Face;
use crate::texts::{self, Lang};

pub use details::{Said, details, telegram, unlock};
pub use price::{Choices, Filled, price};
pub use track::track;

/// The page with the field for an order code. `error` is a whole sentence about what was `typed`, in `lang`.
pub fn home(face: &Face, lang: Lang, error: Option<&str>, typed: &str) -> String {
    rendered(&Home { page: Page::new(face, lang, "/"), error, typed })
}

/// A page that says one thing: an error, or what a problem type means. Blank lines in `body` part its paragraphs.
pub fn message(face: &Face, lang: Lang, title: &str, body: &str) -> String {
    // An empty path keeps a language link on whatever address the message was given at.
    rendered(&Message { page: Page::new(face, lang, ""), title, body })
}

/// What every page needs: its language, the firm's face, its own address for the language links.
pub struct Page<'a> {
    /// What it speaks.
    pub lang: Lang,
    /// Whose it is.
    pub face: &'a Face,
    /// Where it is, without the language.
    pub path: &'a str,
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
    /// A page at an address.
    pub fn new(face: &'a Face, lang: Lang, path: &'a str) -> Self {
        Self { lang, face, path }
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

    /// What stands in a `tel:` link for a phone: it has no room for spaces and brackets.
    pub fn tel(&self, phone: &str) -> String {
        dialled(phone)
    }

    /// The same page in each language that the firm offers; nothing to choose where there is one.
    pub fn languages(&self) -> Vec<LanguageLink> {
        let offered = &self.face.settings.languages;
        let link = |lang: &Lang| LanguageLink {
            lang: *lang,
            name: texts::text(*lang, "language-name", &[]),
            href: format!("{}{}lang={}", self.path, if self.path.contains('?') { '&' } else { '?' }, lang.as_str()),
            current: *lang == self.lang,
        };
        if offered.len() > 1 { offered.iter().map(link).collect() } else { Vec::new() }
    }
}

/// The digits of a phone.
fn dialled(phone: &str) -> String {
    phone.chars().filter(|sign| sign.is_ascii_digit() || *sign == '+').collect()
}

/// A sum for people, which no end of a line divides.
fn som(lang: Lang, amount_tyiyn: i64) -> String {
    texts::text(lang, "amount-som", &[("amount", texts::Arg::Num(amount_tyiyn))]).replace(' ', "\u{a0}")
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    page: Page<'a>,
    error: Option<&'a str>,
    typed: &'a str,
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
