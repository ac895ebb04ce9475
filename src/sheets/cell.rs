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
    /// Whether digits may have been lost before the file reached us, so that it is no identifier any more: it is beyond
    /// 2^53, where a file keeps no longer every whole number; it has 16 digits of which the last is zero, as a
    /// spreadsheet program leaves it, which keeps 15; or a text file has it in scientific notation.
    pub lossy: bool,
}

/// The last whole number up to which a spreadsheet keeps every one: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;
/// The first whole number of 16 digits, of which spreadsheet programs make the last one zero when it is typed in.
const SIXTEEN_DIGITS: f64 = 1e15;

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
    /// Of the number that a file stores; `None` when it is none.
    pub(super) fn of(value: f64) -> Option<Self> {
        let size = value.abs();
        let may_be_cut = size >= SIXTEEN_DIGITS && size % 10.0 == 0.0;
        let lossy = size > EXACT || may_be_cut;
        value.is_finite().then(|| Self { text: fifteen_digits(value).into(), lossy })
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
