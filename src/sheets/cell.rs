//! One cell, and what its text means without the invisible things that come with it.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{NaiveDateTime, NaiveTime};

use crate::fold;

/// What stands in a cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Text as it was written, also of a number that was written as text.
    Text(Arc<str>),
    /// A number.
    Number(Number),
    /// A day, perhaps with a time, in nobody's time zone.
    Date(NaiveDateTime),
    /// True or false.
    Bool(bool),
}

/// A number as it was written, in plain decimal digits: `435423915918312`, `-0.45`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    /// The digits. A fraction has the 15 significant digits that spreadsheet programs show.
    pub text: Arc<str>,
    /// Whether digits may have been lost before the file reached us, so that it is no identifier any more: it was
    /// written in scientific notation, or is beyond 2^53, where a spreadsheet keeps no longer every whole number.
    pub lossy: bool,
}

/// The last whole number up to which a spreadsheet keeps every one: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl Cell {
    /// A text, or nothing when there is nothing to see in it. Control characters other than line breaks are dropped.
    pub(super) fn of_text(text: &str) -> Self {
        if text.chars().all(|c| c.is_whitespace() || c.is_control() || fold::is_invisible(c)) {
            return Cell::Empty;
        }
        let is_noise = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
        match text.contains(is_noise) {
            true => Cell::Text(text.replace(is_noise, "").into()),
            false => Cell::Text(text.into()),
        }
    }

    /// A number by the text that a file stores, or that text itself when it is none.
    pub(super) fn of_number(text: &str) -> Self {
        Number::read(text).map_or_else(|| Cell::of_text(text), Cell::Number)
    }

    /// What a person sees, without spaces around it: dates as `2026-11-14` or `2026-11-14 10:30:00`.
    pub fn shown(&self) -> Cow<'_, str> {
        match self {
            Cell::Empty => Cow::Borrowed(""),
            Cell::Text(text) => Cow::Borrowed(text.trim()),
            Cell::Number(number) => Cow::Borrowed(&number.text),
            Cell::Date(at) if at.time() == NaiveTime::MIN => Cow::Owned(at.date().to_string()),
            Cell::Date(at) => Cow::Owned(at.format("%Y-%m-%d %H:%M:%S").to_string()),
            Cell::Bool(true) => Cow::Borrowed("TRUE"),
            Cell::Bool(false) => Cow::Borrowed("FALSE"),
        }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        matches!(self, Cell::Empty)
    }
}

impl Number {
    /// Of the text in which XML stores a number: `-1.5`, `4.35423915918312E+14`. `None` when it is none.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let digits = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
        let is_number = digits.contains(|c: char| c.is_ascii_digit())
            && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
            && digits.matches('.').count() <= 1
            && digits.len() <= 400;
        let exponent: i32 = exponent.parse().ok().filter(|power: &i32| power.abs() <= 308)?;
        let value: f64 = text.parse().ok().filter(|value: &f64| is_number && value.is_finite())?;
        let lossy = exponent > 0 || value.abs() > EXACT;
        let is_whole = !text.contains(['.', 'e', 'E', '+']);
        let plain = if is_whole { text.to_owned() } else { fifteen_digits(value) };
        Some(Self { text: plain.into(), lossy })
    }

    /// Of the number that the binary format stores.
    pub(super) fn of(value: f64) -> Option<Self> {
        value.is_finite().then(|| Self { text: fifteen_digits(value).into(), lossy: value.abs() > EXACT })
    }
}

/// Plain decimal digits, of which 15 count, as spreadsheet programs show a number; whole numbers up to 2^53 have all
/// of theirs.
fn fifteen_digits(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() <= EXACT {
        // Adding zero takes the sign from a negative zero.
        return format!("{:.0}", value + 0.0);
    }
    // Reading the fifteen digits back and printing them again leaves no trace of the binary fraction.
    let rounded: f64 = format!("{value:.14e}").parse().unwrap_or(value);
    rounded.to_string()
}

/// A text as it is compared: full-width letters and digits narrowed, every kind of space one space, nothing invisible.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars().map(fold::narrow) {
        if c.is_whitespace() {
            if !plain.ends_with(' ') {
                plain.push(' ');
            }
        } else if !c.is_control() && !fold::is_invisible(c) {
            plain.push(c);
        }
    }
    plain.trim().to_owned()
}
