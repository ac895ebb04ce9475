//! Days in spreadsheets: numbers that only their format makes dates.

use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};

use super::cell::{Cell, Number};

/// From which day a workbook counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Epoch {
    /// Day 1 is 1 January 1900, and there is a 29 February 1900, which never was.
    #[default]
    Y1900,
    /// Day 0 is 1 January 1904: files from old Macs.
    Y1904,
}

/// The day after the last that spreadsheets know, 31 December 9999, in the 1900 system.
const END: f64 = 2_958_466.0;

/// A number under a date format. One that is no day of the calendar stays a number.
pub(super) fn date_or_number(number: Number, epoch: Epoch) -> Cell {
    match number.text.parse().ok().and_then(|serial| moment(serial, epoch)) {
        Some(at) => Cell::Date(at),
        None => Cell::Number(number),
    }
}

fn moment(serial: f64, epoch: Epoch) -> Option<NaiveDateTime> {
    let (year, month, day) = match epoch {
        Epoch::Y1904 => (1904, 1, 1),
        Epoch::Y1900 if serial < 60.0 => (1899, 12, 31),
        Epoch::Y1900 => (1899, 12, 30),
    };
    // Less than a day is a time without a date.
    if !(1.0..END).contains(&serial) {
        return None;
    }
    let days = Days::new(serial.trunc() as u64);
    let seconds = TimeDelta::seconds((serial.fract() * 86_400.0).round() as i64);
    NaiveDate::from_ymd_opt(year, month, day)?.checked_add_days(days)?.and_hms_opt(0, 0, 0)?.checked_add_signed(seconds)
}

/// Whether a number format that every workbook has by its number shows a date (ECMA-376 part 1, 18.8.30, with the
/// numbers of the Chinese and Japanese editions).
pub(super) fn is_builtin_date(format: u32) -> bool {
    matches!(format, 14..=17 | 22 | 27..=31 | 36 | 50..=58)
}

/// Whether a workbook's own number format shows a date: a year or a day among its letters, and no place for digits.
pub(super) fn is_date_format(code: &str) -> bool {
    let mut letters = String::new();
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => chars.by_ref().take_while(|c| *c != '"').for_each(drop),
            '[' => chars.by_ref().take_while(|c| *c != ']').for_each(drop),
            '\\' | '_' | '*' => drop(chars.next()),
            // The second section is for negative numbers, of which there are no dates.
            ';' => break,
            other => letters.extend(other.to_lowercase()),
        }
    }
    let is_date = letters.contains(['y', 'd']) && !letters.contains(['#', '?']);
    is_date && !letters.contains("general") && !letters.contains("standard")
}
