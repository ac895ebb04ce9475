//! Reading the exchange rates which the National Bank of the Kyrgyz Republic publishes as XML.
//!
//! There are two files, <https://www.nbkr.kg/XML/daily.xml> and <https://www.nbkr.kg/XML/weekly.xml>:
//!
//! ```xml
//! <?xml version="1.0" encoding="windows-1251" ?>
//! <CurrencyRates Name="Weekly Exchange Rates" Date="23.05.2026">
//! <Currency ISOCode="JPY">
//! <Nominal>10</Nominal>
//! <ValidFor>7</ValidFor>
//! <Value>5,4969</Value>
//! </Currency>
//! </CurrencyRates>
//! ```
//!
//! The daily file has no `ValidFor`. The shape is that of the answers recorded in `tests/data/nbkr/`.
//! A file is taken whole or refused whole: prices follow from it, so a file with one absurd number
//! is not trusted for the others.

mod source;
mod xml;

use std::collections::HashSet;
use std::str::FromStr;

use chrono::NaiveDate;
use rust_decimal::Decimal;

pub use source::{Source, fetch, sources};
use xml::Element;

/// The most that is read of one file, in bytes. The weekly file, the larger one, has about 4 KiB.
pub const MAX_BYTES: usize = 256 * 1024;

/// For how many days a rate of the daily file holds, counted from [`Feed::effective_on`].
///
/// The bank gives no such number. Other readers of the file call it stale after about four days,
/// which bridges a weekend.
pub const DAILY_VALID_DAYS: u32 = 4;

/// The longest `ValidFor` that is believed, in days; the bank's weekly file says 7.
const MAX_VALID_DAYS: u32 = 366;

/// How many characters of a foreign text an error repeats.
const SHOWN_CHARS: usize = 80;

/// One file of the bank, read and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// The day in Bishkek from which the rates hold: `CurrencyRates/@Date`.
    /// It may lie ahead, for the bank publishes tomorrow's rates the day before.
    pub effective_on: NaiveDate,
    /// In the order of the file; never empty, and each currency once.
    pub rates: Vec<FeedRate>,
}

/// The rate of one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedRate {
    /// ISO 4217, three upper-case letters: `Currency/@ISOCode`.
    pub currency: String,
    /// Som for one unit of the currency: `Value` divided by `Nominal`. Always positive.
    pub kgs_per_unit: Decimal,
    /// For how many days the rate holds, at least 1: `ValidFor` of the weekly file,
    /// [`DAILY_VALID_DAYS`] where the file does not say (the daily one).
    pub valid_days: u32,
}

/// Why a file of rates was not read. The texts are meant for an administrator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FeedError {
    /// The file cannot be opened or read.
    #[error("cannot read the file {path}: {reason}")]
    File {
        /// Its path.
        path: String,
        /// What the operating system said.
        reason: String,
    },
    /// No complete answer came: no such host, no connection, hung up, too slow.
    #[error("cannot get {url}: {reason}")]
    Network {
        /// The address asked.
        url: String,
        /// What went wrong on the way.
        reason: String,
    },
    /// The answer has a status other than 200.
    #[error("{url} answered with HTTP status {status} instead of 200")]
    Status {
        /// The address asked.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// The answer sends us elsewhere; that is not followed.
    #[error("{url} redirects to \"{location}\"; redirects are not followed, set the right address instead")]
    Redirect {
        /// The address asked.
        url: String,
        /// Where it points.
        location: String,
    },
    /// More than [`MAX_BYTES`].
    #[error("the file is larger than {} KiB; the bank's files have a few KiB", MAX_BYTES / 1024)]
    TooLarge,
    /// Nothing, or nothing but white space and comments.
    #[error("the file is empty")]
    Empty,
    /// HTML, such as the bank shows during maintenance.
    #[error(
        "this is a web page, not a file of rates; the bank's site may be under maintenance, or the address is wrong"
    )]
    WebPage,
    /// Neither UTF-8 nor windows-1251.
    #[error("the file is in the encoding \"{0}\"; only UTF-8 and windows-1251 are read")]
    Encoding(String),
    /// Bytes that are impossible in the encoding named.
    #[error("the file says it is {0}, but has bytes that are not")]
    Undecodable(&'static str),
    /// A document type, which could define entities.
    #[error("the file has a DOCTYPE, which the bank's files never have")]
    Doctype,
    /// An entity other than `lt`, `gt`, `amp`, `apos`, `quot`.
    #[error("the file uses the entity \"&{0};\", which the bank's files never do")]
    Entity(String),
    /// The file ends before its last closing tag.
    #[error("the file breaks off: it ends before its last closing tag")]
    Truncated,
    /// Not well-formed XML, or nested far deeper than the bank's.
    #[error("the file is not proper XML: {0}")]
    Malformed(String),
    /// XML of another kind.
    #[error("the file holds <{0}>, not <CurrencyRates>; it is not a file of rates")]
    NotRates(String),
    /// The file does not say from which day it holds.
    #[error("<CurrencyRates> has no Date")]
    NoDate,
    /// The day is not a date in the form dd.mm.yyyy.
    #[error("the Date \"{0}\" is not a day written as dd.mm.yyyy")]
    BadDate(String),
    /// There is no rate at all.
    #[error("the file has no <Currency>")]
    NoCurrency,
    /// A currency without a code of three upper-case letters.
    #[error("the ISOCode \"{0}\" is not a currency code of three upper-case letters")]
    BadCode(String),
    /// A currency that is there twice.
    #[error("{0} is in the file twice")]
    RepeatedCurrency(String),
    /// A part of a currency is missing, or there twice, or has parts itself.
    #[error("{currency} has to have exactly one plain <{element}>")]
    BadShape {
        /// The currency.
        currency: String,
        /// The part.
        element: &'static str,
    },
    /// `Nominal` or `ValidFor` is not a whole number within bounds.
    #[error("the {element} of {currency} is \"{text}\"; expected a whole number from 1 to {max}")]
    BadCount {
        /// The currency.
        currency: String,
        /// The part.
        element: &'static str,
        /// What it says.
        text: String,
        /// The greatest number accepted.
        max: u32,
    },
    /// `Value` is not a positive number.
    #[error("the Value of {currency} is \"{text}\"; expected a number greater than 0, such as 87,4500")]
    BadValue {
        /// The currency.
        currency: String,
        /// What it says.
        text: String,
    },
    /// `Value` has more digits than can be reckoned with (28).
    #[error("the Value of {currency} has too many digits: \"{text}\"")]
    TooManyDigits {
        /// The currency.
        currency: String,
        /// What it says.
        text: String,
    },
}

/// Reads a daily or weekly file of the bank, in UTF-8 or windows-1251 as its declaration says.
///
/// # Errors
/// Every [`FeedError`] that tells of the content; nothing is fetched here.
pub fn parse(bytes: &[u8]) -> Result<Feed, FeedError> {
    if bytes.len() > MAX_BYTES {
        return Err(FeedError::TooLarge);
    }
    let root = xml::read(&xml::decode(bytes)?, "CurrencyRates")?;
    let effective_on = date(root.attribute("Date").ok_or(FeedError::NoDate)?)?;
    let rates = root.children_named("Currency").map(rate).collect::<Result<Vec<_>, _>>()?;
    if rates.is_empty() {
        return Err(FeedError::NoCurrency);
    }
    let mut seen = HashSet::new();
    if let Some(again) = rates.iter().find(|rate| !seen.insert(&rate.currency)) {
        return Err(FeedError::RepeatedCurrency(again.currency.clone()));
    }
    Ok(Feed { effective_on, rates })
}

/// Fetches and reads every file which `base` stands for (see [`sources`]), daily before weekly.
///
/// Each comes with its address or path, to be shown to people; one failing does not stop the other.
pub fn read_all(base: &str) -> Vec<(String, Result<Feed, FeedError>)> {
    sources(base)
        .into_iter()
        .map(|source| {
            let feed = fetch(&source).and_then(|bytes| parse(&bytes));
            (source.to_string(), feed)
        })
        .collect()
}

fn rate(element: &Element) -> Result<FeedRate, FeedError> {
    let currency = code(element.attribute("ISOCode").unwrap_or_default())?;
    let nominal = part(element, &currency, "Nominal")?;
    let nominal = count(nominal, &currency, "Nominal", u32::MAX)?;
    let value = part(element, &currency, "Value")?;
    let valid_days = match element.children_named("ValidFor").next() {
        None => DAILY_VALID_DAYS,
        Some(_) => {
            let days = part(element, &currency, "ValidFor")?;
            count(days, &currency, "ValidFor", MAX_VALID_DAYS)?
        }
    };
    Ok(FeedRate { kgs_per_unit: per_unit(value, nominal, &currency)?, currency, valid_days })
}

/// The text of the one child of that name.
fn part<'a>(parent: &'a Element, currency: &str, element: &'static str) -> Result<&'a str, FeedError> {
    let mut found = parent.children_named(element);
    match (found.next().and_then(Element::plain_text), found.next()) {
        (Some(text), None) => Ok(text.trim()),
        _ => Err(FeedError::BadShape { currency: currency.to_owned(), element }),
    }
}

fn code(text: &str) -> Result<String, FeedError> {
    if text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
        Ok(text.to_owned())
    } else {
        Err(FeedError::BadCode(shown(text)))
    }
}

fn date(text: &str) -> Result<NaiveDate, FeedError> {
    const FORM: &str = "%d.%m.%Y";
    NaiveDate::parse_from_str(text, FORM)
        .ok()
        // The parser is lenient ("+1.5.26"); only what reads the same when written back is the form.
        .filter(|date| date.format(FORM).to_string() == text)
        .ok_or_else(|| FeedError::BadDate(shown(text)))
}

fn count(text: &str, currency: &str, element: &'static str, max: u32) -> Result<u32, FeedError> {
    u32::from_str(text)
        .ok()
        // `from_str` takes "+1" as well.
        .filter(|count| (1..=max).contains(count) && all_digits(text))
        .ok_or_else(|| FeedError::BadCount { currency: currency.to_owned(), element, text: shown(text), max })
}

/// `value` with a decimal comma (the bank's way) or point, for one unit instead of `nominal`.
fn per_unit(value: &str, nominal: u32, currency: &str) -> Result<Decimal, FeedError> {
    let (whole, fraction) = value.split_once([',', '.']).unwrap_or((value, "0"));
    let bad_value = || FeedError::BadValue { currency: currency.to_owned(), text: shown(value) };
    let too_many_digits = || FeedError::TooManyDigits { currency: currency.to_owned(), text: shown(value) };
    if !all_digits(whole) || !all_digits(fraction) {
        return Err(bad_value());
    }
    let value = Decimal::from_str_exact(&format!("{whole}.{fraction}")).map_err(|_| too_many_digits())?;
    if value.is_zero() {
        return Err(bad_value());
    }
    value
        .checked_div(Decimal::from(nominal))
        .filter(|rate| !rate.is_zero())
        .map(|rate| rate.normalize())
        .ok_or_else(too_many_digits)
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A foreign text, safe to stand within a message: short, and on one line.
fn shown(text: &str) -> String {
    let mut start: String = text.chars().take(SHOWN_CHARS).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    start.escape_debug().to_string()
}

#[cfg(test)]
mod tests;
