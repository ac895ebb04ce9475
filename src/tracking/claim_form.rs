//! "I paid by transfer" as a page's form says it: som with a comma, the day and time by the clocks of Bishkek.

use actix_web::web::Bytes;
use chrono::NaiveDateTime;
use rust_decimal::Decimal;

use crate::claims::NewClaim;
use crate::clock::BISHKEK_OFFSET;
use crate::error::{Problem, Result, Slug};
use crate::http::form::Form;
use crate::http::text::{one_line, optional};
use crate::money::{Money, Payable};
use crate::photos;

/// What was told.
pub struct Told {
    /// The transfer.
    pub claim: NewClaim,
    /// The receipt.
    pub photo: Option<Bytes>,
}

/// Reads the form; without a day and time it was now.
///
/// # Errors
/// `validation_failed` at the field.
pub fn read(form: Form<{ photos::MOST_BYTES }>, now: NaiveDateTime) -> Result<Told> {
    if form.is_too_large {
        return Problem::new(Slug::BodyTooLarge, "The photo is too large.").fail();
    }
    let line = |name: &str| optional(form.filled(name), 100, &format!("/{name}"));
    let claim = NewClaim {
        amount_tyiyn: amount(form.filled("amount").unwrap_or_default())?,
        bank: one_line(form.filled("bank").unwrap_or_default(), 60, "/bank")?,
        paid_at: form.filled("paid_at").map_or(Ok(now), moment)?,
        payer: line("payer")?,
        reference: line("reference")?,
    };
    Ok(Told { claim, photo: form.file })
}

/// Som as people write them: `1 245,50`.
fn amount(typed: &str) -> Result<i64> {
    let odd = || Problem::field("/amount", "must be a sum in som, such as 1245 or 1245,50");
    let tyiyn = minor_units(typed).ok_or_else(odd)?;
    Payable::try_from(Money::tyiyn(tyiyn)).map(Payable::tyiyn).map_err(|_| odd().into())
}

/// A number with at most two digits after its point or comma, in hundredths.
pub fn minor_units(typed: &str) -> Option<i64> {
    let minor = number(typed)?.checked_mul(Decimal::ONE_HUNDRED)?;
    minor.is_integer().then(|| minor.try_into().ok()).flatten()
}

/// A number that is not negative, with a point or a comma and spaces anywhere.
pub fn number(typed: &str) -> Option<Decimal> {
    let plain: String = typed.chars().filter(|sign| !sign.is_whitespace()).collect();
    let plain = plain.replace(',', ".");
    let is_plain = plain.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_plain { plain.parse().ok() } else { None }
}

/// A day and time in Bishkek, as browsers write it: `2026-05-24T14:05`.
fn moment(typed: &str) -> Result<NaiveDateTime> {
    let read = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d.%m.%Y %H:%M"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(typed, form).ok());
    match read {
        Some(moment) => Ok(moment - BISHKEK_OFFSET),
        None => Problem::field("/paid_at", "must be a day and a time such as 2026-05-24T14:05").fail(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_read_as_people_write_them() {
        for (typed, tyiyn) in [("1245", 124_500), ("1 245,50", 124_550), ("0.05", 5), ("1\u{a0}000", 100_000)] {
            assert_eq!(amount(typed).unwrap(), tyiyn, "{typed}");
        }
        for typed in ["", "0", "-5", "1,005", "1e3", "12 som", "99999999999999999999999999999"] {
            assert!(amount(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn a_day_and_time_are_those_of_bishkek() {
        let utc: NaiveDateTime = "2026-05-24T08:05:00".parse().unwrap();
        assert_eq!((moment("2026-05-24T14:05").unwrap(), moment("24.05.2026 14:05").unwrap()), (utc, utc));
        assert!(moment("yesterday").is_err());
    }
}
