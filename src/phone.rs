//! Phone numbers: read in any of the ways people write them, kept in one way, shown masked.
//!
//! Which numbers exist is decided by libphonenumber's metadata, through the `phonenumber` crate.
//! Its guesses about what a number without `+` might mean are not used: the few Kyrgyz ways of
//! writing one are known (ITU-T E.164 country code 996, nine digits, trunk prefix 0), and nothing
//! that was typed is dropped or changed unseen.

use std::fmt;

use phonenumber::{Mode, country};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::fold;

/// Kyrgyzstan's E.164 prefix.
const KYRGYZSTAN: &str = "+996";
/// Digits of a Kyrgyz number after the country code.
const KYRGYZ_DIGITS: usize = 9;
/// E.164 allows fifteen digits, here with the `+`, an exit code `00` and a trunk `0` to spare.
const MAX_WRITTEN: usize = 18;

/// An existing phone number in E.164 form, `+996700123456`.
///
/// Its `Debug` form is masked, so that no log ever shows whose phone it is.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

/// Why a text is not a phone number; each text says what to type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotAPhone {
    /// Letters, an extension, two numbers, nothing at all.
    #[error("write one phone number, in digits: +996 700 123 456")]
    Unreadable,
    /// Digits, but no operator anywhere has such a number.
    #[error(
        "there is no such phone number, check its digits: \
         write +996 700 123 456, or a foreign number with + and its country code"
    )]
    NoSuchNumber,
}

impl Phone {
    /// Reads a number: `0700123456`, `700123456`, `996700123456`, `+996 (700) 12-34-56`, also in
    /// full-width digits; a foreign number needs its `+` or `00`.
    ///
    /// # Errors
    ///
    /// [`NotAPhone`] when it cannot be read or when no such number is in use, even if its length
    /// would be right.
    pub fn parse(typed: &str) -> Result<Self, NotAPhone> {
        let written = digits_and_plus(typed)?;
        let e164 = international(&written).ok_or(NotAPhone::NoSuchNumber)?;
        if exists(&e164) { Ok(Self(e164)) } else { Err(NotAPhone::NoSuchNumber) }
    }

    /// The E.164 form, `+996700123456`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last four digits: what a customer tells to prove that an order is theirs.
    pub fn last4(&self) -> &str {
        // An E.164 number is ASCII, and no existing one is shorter than this.
        &self.0[self.0.len().saturating_sub(4)..]
    }

    /// Whether it is a number of Kyrgyzstan, the only ones that the SMS gateway takes.
    pub fn is_kyrgyz(&self) -> bool {
        self.0.starts_with(KYRGYZSTAN)
    }

    /// Whether it is a mobile number of Kyrgyzstan: a one-time code reaches it by a short message, at a price that is known.
    pub fn is_kyrgyz_mobile(&self) -> bool {
        let kind = |number: phonenumber::PhoneNumber| number.number_type(&phonenumber::metadata::DATABASE);
        let is_mobile = |kind| matches!(kind, phonenumber::Type::Mobile | phonenumber::Type::FixedLineOrMobile);
        self.is_kyrgyz() && phonenumber::parse(Some(country::KG), &self.0).map(kind).is_ok_and(is_mobile)
    }

    /// The number with all but its last four digits hidden, `+996 *** ** 3456`, for screens, logs
    /// and audit entries. Of a foreign number the country is hidden too.
    pub fn masked(&self) -> String {
        let country = if self.is_kyrgyz() { KYRGYZSTAN } else { "+***" };
        format!("{country} *** ** {}", self.last4())
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", self.masked())
    }
}

impl TryFrom<String> for Phone {
    type Error = NotAPhone;

    fn try_from(typed: String) -> Result<Self, NotAPhone> {
        Self::parse(&typed)
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> Self {
        phone.0
    }
}

/// What is left when the marks that people group digits with are gone: digits, perhaps after `+`.
fn digits_and_plus(typed: &str) -> Result<String, NotAPhone> {
    let mut written = String::new();
    for c in typed.chars() {
        match fold::narrow(c) {
            digit @ '0'..='9' => written.push(digit),
            '+' if written.is_empty() => written.push('+'),
            '(' | ')' | '.' | '/' => {}
            other if fold::is_gap(other) => {}
            _ => return Err(NotAPhone::Unreadable),
        }
        if written.len() > MAX_WRITTEN {
            return Err(NotAPhone::Unreadable);
        }
    }
    if written.is_empty() { Err(NotAPhone::Unreadable) } else { Ok(written) }
}

/// The number from its `+` on, if it is written in one of the known ways.
fn international(written: &str) -> Option<String> {
    // Operators have numbers that begin with 996 themselves, so the length decides.
    let bare_country = written.len() > KYRGYZ_DIGITS && written.starts_with("996");
    let with_country =
        written.strip_prefix('+').or_else(|| written.strip_prefix("00")).or_else(|| bare_country.then_some(written));
    if let Some(digits) = with_country {
        // "+996 0700 123 456" has both prefixes, a frequent habit.
        return Some(match digits.strip_prefix("9960") {
            Some(national) => format!("{KYRGYZSTAN}{national}"),
            None => format!("+{digits}"),
        });
    }
    let national = written.strip_prefix('0').unwrap_or(written);
    (national.len() == KYRGYZ_DIGITS).then(|| format!("{KYRGYZSTAN}{national}"))
}

/// Whether libphonenumber knows a number range that holds exactly this number.
fn exists(e164: &str) -> bool {
    // Reading takes off what could be a trunk prefix, of the number's own country (which spoils
    // +7 812..., where 8 is one) or of the given one (which spoils +225 07..., for Kyrgyz 0).
    // The reading that took nothing off is the right one.
    [None, Some(country::KG)].into_iter().any(|region| {
        phonenumber::parse(region, e164)
            .is_ok_and(|number| number.is_valid() && number.format().mode(Mode::E164).to_string() == e164)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn phone(typed: &str) -> Phone {
        Phone::parse(typed).unwrap_or_else(|e| panic!("{typed}: {e}"))
    }

    #[test]
    fn the_kyrgyz_ways_of_writing_are_one_number() {
        for typed in [
            "0700123456",
            "700123456",
            "996700123456",
            "+996700123456",
            "00996700123456",
            "+9960700123456",
            "9960700123456",
            "+996 (700) 12-34-56",
            "(+996) 700.12.34.56",
            " 0 700 123 456 \n",
            "\u{FEFF}0700\u{A0}12–34—56\u{200B}",
            "＋９９６（７００）１２－３４－５６",
        ] {
            assert_eq!(phone(typed).as_str(), "+996700123456", "{typed}");
        }
    }

    #[test]
    fn an_operator_prefix_like_the_country_code_is_read() {
        for typed in ["996123456", "0996123456", "996996123456", "+996996123456"] {
            assert_eq!(phone(typed).as_str(), "+996996123456", "{typed}");
        }
    }

    #[test]
    fn every_kyrgyz_operator_and_bishkek_are_accepted() {
        for typed in "0500123456 0550123456 0220123456 0770123456 0880123456 0999123456 0600123456 \
                      0705123456 0755123456 0312123456 0312973123"
            .split_whitespace()
        {
            assert!(phone(typed).is_kyrgyz(), "{typed}");
        }
    }

    #[test]
    fn only_kyrgyz_mobiles_are_kyrgyz_mobiles() {
        for typed in ["0500123456", "0700123456", "0555123456", "0220123456", "0770123456", "0999123456"] {
            assert!(phone(typed).is_kyrgyz_mobile(), "{typed}");
        }
        for typed in ["0312123456", "+79161234567", "+77011234567", "+8613812345678", "+12025550123"] {
            assert!(!phone(typed).is_kyrgyz_mobile(), "{typed}");
        }
    }

    #[test]
    fn foreign_numbers_are_kept_as_written() {
        for e164 in [
            "+79161234567",
            "+77011234567",
            "+78121234567",
            "+78001234567",
            "+8613812345678",
            "+861012345678",
            "+998901234567",
            "+905321234567",
            "+12025550123",
            "+390612345678",
            "+2250712345678",
        ] {
            assert_eq!(phone(e164).as_str(), e164);
            assert_eq!(phone(&e164.replace('+', "00")).as_str(), e164);
            assert!(!phone(e164).is_kyrgyz());
        }
    }

    #[test]
    fn numbers_that_do_not_exist_are_refused() {
        for typed in [
            "070012345",
            "07001234567",
            "+99670012345",
            "+9967001234567",
            "0100123456",
            "+996000000000",
            "000000000",
            "79161234567",
            "8613812345678",
            "+7916123456",
            "+999123456",
            "+7 8 916 123 45 67",
            "103",
            "0",
            "+",
            "00",
            "+996",
            "+00996700123456",
        ] {
            assert_eq!(Phone::parse(typed), Err(NotAPhone::NoSuchNumber), "{typed}");
        }
    }

    #[test]
    fn what_is_not_one_number_is_refused() {
        for typed in [
            "",
            " - ",
            "нет",
            "0700CALLME",
            "0700123456 доб. 5",
            "0700123456x5",
            "0700123456,0555123456",
            "0700123456 / 0555123456",
            "0700+123456",
            "++996700123456",
            "٠٧٠٠١٢٣٤٥٦",
        ] {
            assert_eq!(Phone::parse(typed), Err(NotAPhone::Unreadable), "{typed}");
        }
    }

    #[test]
    fn only_the_last_four_digits_are_shown() {
        assert_eq!(phone("0700123456").last4(), "3456");
        assert_eq!(phone("0700123456").masked(), "+996 *** ** 3456");
        assert_eq!(phone("+79161234567").masked(), "+*** *** ** 4567");
        assert_eq!(format!("{:?}", phone("0700123456")), "Phone(+996 *** ** 3456)");
    }

    #[test]
    fn json_holds_e164_and_refuses_with_advice() {
        let read: Phone = serde_json::from_str("\"0700 12-34-56\"").unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), "\"+996700123456\"");
        let refused = serde_json::from_str::<Phone>("\"07001\"").unwrap_err().to_string();
        assert!(refused.contains("write +996 700 123 456"), "{refused}");
        let refused = serde_json::from_str::<Phone>("\"Айгуль\"").unwrap_err().to_string();
        assert!(refused.contains("write one phone number"), "{refused}");
    }

    proptest! {
        #[test]
        fn every_number_reads_back(digits in "[2579][0-9]{8}") {
            if let Ok(phone) = Phone::parse(&digits) {
                prop_assert_eq!(phone.as_str(), format!("+996{digits}"));
                prop_assert_eq!(Phone::parse(phone.as_str()), Ok(phone));
            }
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in any::<String>(), number in "[+]?[0-9]{0,20}") {
            let _ = Phone::parse(&text);
            if let Ok(phone) = Phone::parse(&number) {
                prop_assert_eq!(phone.last4().len(), 4);
                prop_assert_eq!(Phone::parse(phone.as_str()), Ok(phone));
            }
        }
    }
}
