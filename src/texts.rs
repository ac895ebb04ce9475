//! Words for people in Kyrgyz, Russian and English: pages, messages, dates and sums. The texts are in `locales/`.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::LazyLock;

use actix_web::http::header::{Quality, QualityItem};
use chrono::{DateTime, Datelike, Utc};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use unic_langid::LanguageIdentifier;
use utoipa::ToSchema;

use crate::clock::BISHKEK_OFFSET;

mod own;

pub use own::{Own, source, variables};

/// A language that the service speaks to people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Kyrgyz.
    Ky,
    /// Russian, spoken when nobody asked for another.
    #[default]
    Ru,
    /// English.
    En,
}

impl Lang {
    /// All of them, in the order of the language switch.
    pub const ALL: [Lang; 3] = [Lang::Ky, Lang::Ru, Lang::En];

    /// ISO 639-1, as in `?lang=`, the `lang` attribute of a page and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Lang::Ky => "ky",
            Lang::Ru => "ru",
            Lang::En => "en",
        }
    }

    /// The language for an answer: a known `?lang=` wins, then the best language of `Accept-Language` (RFC 9110,
    /// section 12.5.4) that we speak, then Russian. Nothing is refused: a header is not worth an error page.
    pub fn negotiate(query: Option<&str>, accept_language: Option<&str>) -> Lang {
        Self::among(&Self::ALL, query, accept_language).unwrap_or_default()
    }

    /// The same among the languages that are `offered`; none when nobody asks for one of them.
    pub fn among(offered: &[Lang], query: Option<&str>, accept_language: Option<&str>) -> Option<Lang> {
        let asked = query.and_then(|asked| asked.parse().ok()).filter(|lang| offered.contains(lang));
        asked.or_else(|| best_accepted(offered, accept_language?))
    }
}

/// A language that we do not speak.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of ky, ru, en")]
pub struct UnknownLang;

impl FromStr for Lang {
    type Err = UnknownLang;

    /// Reads the primary subtag of a language tag: `ky`, `KY` and `ky-KG` are all Kyrgyz.
    fn from_str(tag: &str) -> Result<Lang, UnknownLang> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Lang::ALL.into_iter().find(|lang| lang.as_str().eq_ignore_ascii_case(primary)).ok_or(UnknownLang)
    }
}

/// The highest quality wins; among equals the one named first. Quality 0 means "not this one".
fn best_accepted(offered: &[Lang], header: &str) -> Option<Lang> {
    header
        .split(',')
        .filter_map(|range| range.trim().parse::<QualityItem<String>>().ok())
        .filter(|range| range.quality > Quality::ZERO)
        .filter_map(|range| Some((range.quality, range.item.parse::<Lang>().ok()?)))
        .filter(|(_, lang)| offered.contains(lang))
        .rev()
        .max_by_key(|&(quality, _)| quality)
        .map(|(_, lang)| lang)
}

/// A value for a variable of a text.
#[derive(Clone, Copy, Debug)]
pub enum Arg<'a> {
    /// Words, printed as they are.
    Str(&'a str),
    /// A count, or a sum in tyiyn where the text says `SOM($it)`. Exact up to 2^53.
    Num(i64),
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(words: &'a str) -> Self {
        Arg::Str(words)
    }
}

impl<'a> From<&'a String> for Arg<'a> {
    fn from(words: &'a String) -> Self {
        Arg::Str(words)
    }
}

impl From<i64> for Arg<'_> {
    fn from(number: i64) -> Self {
        Arg::Num(number)
    }
}

impl From<u32> for Arg<'_> {
    fn from(number: u32) -> Self {
        Arg::Num(number.into())
    }
}

impl<'a> From<Arg<'a>> for FluentValue<'a> {
    fn from(arg: Arg<'a>) -> Self {
        match arg {
            Arg::Str(words) => words.into(),
            Arg::Num(number) => number.into(),
        }
    }
}

/// The text of `key` in `lang`. Sums are passed in tyiyn as [`Arg::Num`], never below 0: for 0 a text says that there
/// is nothing to pay.
///
/// A key that `lang` lacks is logged and answered in Russian; one that nobody has is logged and answered by itself,
/// because a message with an odd word in it is better than no message.
pub fn text(lang: Lang, key: &str, args: &[(&str, Arg)]) -> String {
    // What is the same whatever is said of it is said without looking for values: every line of a timeline.
    if let Some(words) = PLAIN[lang as usize].get(key) {
        return words.clone();
    }
    text_of(&TEXTS[lang as usize], &TEXTS[Lang::Ru as usize], key, args)
}

/// A sum for people, grouped by spaces: `1 245`, and `1 245,50` when there are odd tyiyn. One form serves all three
/// languages (prices in Kyrgyzstan are printed so), and its plain space keeps an English SMS in the GSM-7 alphabet.
pub fn som(amount_tyiyn: i64) -> String {
    let (whole, rest) = (amount_tyiyn.unsigned_abs() / 100, amount_tyiyn.unsigned_abs() % 100);
    let digits = whole.to_string();
    let mut out = String::from(if amount_tyiyn < 0 { "-" } else { "" });
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            out.push(' ');
        }
        out.push(digit);
    }
    if rest > 0 {
        out.push_str(&format!(",{rest:02}"));
    }
    out
}

/// The same with its tyiyn always shown, for columns of figures: `1 245,00`.
pub fn som_exact(amount_tyiyn: i64) -> String {
    let printed = som(amount_tyiyn);
    if amount_tyiyn % 100 == 0 { printed + ",00" } else { printed }
}

/// Kilograms to the gram, without zeros at the end: `4.3` in English, `4,3` in Russian and Kyrgyz.
pub fn kilograms(lang: Lang, weight_g: i64) -> String {
    let kilograms = Decimal::new(weight_g, 3).normalize().to_string();
    if lang == Lang::En { kilograms } else { kilograms.replace('.', ",") }
}

/// The day in Bishkek: `24 мая 2026`.
pub fn date(lang: Lang, at: DateTime<Utc>) -> String {
    let day = (at + BISHKEK_OFFSET).date_naive();
    let args =
        [("day", Arg::from(day.day())), ("month", Arg::from(day.month())), ("year", Arg::Num(day.year().into()))];
    text(lang, "date", &args)
}

/// The day in Bishkek without its year, for what is near: `24 мая`.
pub fn day(lang: Lang, at: DateTime<Utc>) -> String {
    let day = (at + BISHKEK_OFFSET).date_naive();
    text(lang, "day", &[("day", Arg::from(day.day())), ("month", Arg::from(day.month()))])
}

/// The day and the time in Bishkek: `24 мая 2026, 14:05`.
pub fn datetime(lang: Lang, at: DateTime<Utc>) -> String {
    format!("{}, {}", date(lang, at), (at + BISHKEK_OFFSET).format("%H:%M"))
}

/// The day in Bishkek for an SMS, where each sign costs: `24.05.2026`, the same in every language.
pub fn short_date(at: DateTime<Utc>) -> String {
    (at + BISHKEK_OFFSET).format("%d.%m.%Y").to_string()
}

type Texts = FluentBundle<FluentResource>;

/// One per language, at the language's own number.
static FILES: [&str; 3] =
    [include_str!("../locales/ky.ftl"), include_str!("../locales/ru.ftl"), include_str!("../locales/en.ftl")];

/// The same, read.
static TEXTS: LazyLock<[Texts; 3]> = LazyLock::new(|| Lang::ALL.map(|lang| read(lang, FILES[lang as usize])));

/// The texts that need no values.
static PLAIN: LazyLock<[HashMap<&'static str, String>; 3]> = LazyLock::new(|| {
    Lang::ALL.map(|lang| {
        let texts = &TEXTS[lang as usize];
        let is_name = |line: &&str| line.starts_with(|first: char| first.is_ascii_alphabetic());
        let names = FILES[lang as usize].lines().filter(is_name).filter_map(|line| line.split(' ').next());
        names.filter_map(|name| Some((name, plain(texts, name)?))).collect()
    })
});

fn plain(texts: &Texts, key: &str) -> Option<String> {
    let pattern = texts.get_message(key)?.value()?;
    let mut missing = Vec::new();
    let words = texts.format_pattern(pattern, None, &mut missing).into_owned();
    missing.is_empty().then_some(words)
}

fn read(lang: Lang, source: &str) -> Texts {
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(readable, errors)| {
        tracing::error!(lang = lang.as_str(), ?errors, "a text file has entries that cannot be read");
        readable
    });
    let mut texts = empty(lang);
    if let Err(errors) = texts.add_resource(resource) {
        tracing::error!(lang = lang.as_str(), ?errors, "a text file says something twice");
    }
    texts
}

/// A language without a word, which can print sums.
fn empty(lang: Lang) -> Texts {
    let locale: LanguageIdentifier = lang.as_str().parse().expect("a two-letter language is a locale");
    let mut texts = FluentBundle::new_concurrent(vec![locale]);
    // The invisible isolation marks would turn an English SMS into UCS-2 and be shown as boxes on old phones.
    texts.set_use_isolating(false);
    texts.add_function("SOM", printed_som).expect("a new bundle has no function SOM");
    texts
}

fn printed_som<'a>(values: &[FluentValue<'a>], _: &FluentArgs) -> FluentValue<'a> {
    match values {
        [FluentValue::Number(tyiyn)] => som(tyiyn.value as i64).into(),
        _ => FluentValue::Error,
    }
}

fn text_of(texts: &Texts, fallback: &Texts, key: &str, args: &[(&str, Arg)]) -> String {
    let args: FluentArgs = args.iter().copied().collect();
    if let Some(found) = lookup(texts, key, &args) {
        return found;
    }
    tracing::error!(key, locales = ?texts.locales, "a text is missing");
    lookup(fallback, key, &args).unwrap_or_else(|| key.to_owned())
}

fn lookup(texts: &Texts, key: &str, args: &FluentArgs) -> Option<String> {
    let pattern = texts.get_message(key)?.value()?;
    let mut errors = Vec::new();
    let words = texts.format_pattern(pattern, Some(args), &mut errors).into_owned();
    if !errors.is_empty() {
        tracing::error!(key, locales = ?texts.locales, ?errors, "a text lacks a value");
    }
    Some(words)
}

#[cfg(test)]
mod tests;
