//! Client codes: the number by which a customer's boxes are known in the China warehouse.
//!
//! A client copies the code by hand into a Chinese shop's address form, a seller prints it on a
//! label, a warehouse clerk types it into a sheet. It has no check symbol, and a wrong reading
//! gives somebody's box to somebody else. So the reader is forgiving about everything around the
//! digits and about nothing in them: what is not certain is no code, and the box waits in the
//! unclaimed queue for a person.

use std::fmt;

use serde::Serialize;

use crate::fold;

/// A customer's code in its one canonical form: `KG-10427`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct ClientCode(String);

impl ClientCode {
    /// The code of the customer with this number, which is at least 1. `prefix` is the configured
    /// one, capital Latin letters.
    ///
    /// Numbers of one length, as when counting starts at 10001, keep a code that was cut short
    /// from being another customer's.
    pub fn new(prefix: &str, number: i64) -> Self {
        Self(format!("{prefix}-{number}"))
    }

    /// Finds the code in a mark on a box, however the mark was typed: `kg10427`, `КG-10427` with
    /// a Cyrillic letter, `KG — 10427`, full-width, or amid other text, `（CARGO）王 KG-10427`.
    ///
    /// `None` when there is no code of this prefix, or more than one. These are no codes: digits
    /// or prefix glued to more Latin or Cyrillic letters or digits (`KG-10427A`, `2KG-10427`), a
    /// letter in place of a digit (`KG-1O427`), and, since the prefix may be a unit of weight,
    /// `12.5 KG 3`.
    pub fn parse(prefix: &str, typed: &str) -> Option<Self> {
        let prefix_symbols: Vec<char> = prefix.chars().filter_map(fold::symbol).collect();
        let mark: Vec<char> = typed.chars().map(fold::narrow).collect();
        let mut numbers = (0..mark.len()).filter_map(|at| number_at(mark.split_at(at), &prefix_symbols));
        let number = numbers.next()?;
        numbers.all(|other| other == number).then(|| Self::new(prefix, number))
    }

    /// The canonical text, `KG-10427`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The number of the code that begins exactly between these two parts of a mark.
fn number_at((before, from): (&[char], &[char]), prefix: &[char]) -> Option<i64> {
    let (spelled, rest) = from.split_at_checked(prefix.len())?;
    // A digit never spells the prefix: with the prefix `I`, the 1 of `I-1042` would begin another.
    let is_prefix = spelled.iter().zip(prefix).all(|(c, p)| !c.is_ascii_digit() && fold::symbol(*c) == Some(*p));
    if !is_prefix || before.last().is_some_and(|c| is_word(*c)) {
        return None;
    }
    let (gap, rest) = split_while(rest, |c| fold::is_gap(c) || c == '№' || c == '#');
    let (digits, rest) = split_while(rest, |c| c.is_ascii_digit());
    let spaced = gap.iter().any(|c| c.is_whitespace());
    if rest.first().is_some_and(|c| is_word(*c)) || (spaced && ends_in_number(before)) {
        return None;
    }
    let number = digits.iter().collect::<String>().parse().ok()?;
    (number > 0).then_some(number)
}

fn split_while(text: &[char], belongs: impl Fn(char) -> bool) -> (&[char], &[char]) {
    let end = text.iter().position(|c| !belongs(*c)).unwrap_or(text.len());
    text.split_at(end)
}

/// Whether a character makes one word with a Latin letter or a digit next to it. A Chinese
/// character does not: names and marks stand side by side without a space.
fn is_word(c: char) -> bool {
    c.is_uppercase() || c.is_lowercase() || c.is_numeric()
}

/// Whether the last thing before the prefix is a number, which makes the prefix look like a unit.
fn ends_in_number(before: &[char]) -> bool {
    before.iter().rev().find(|c| !fold::is_gap(**c)).is_some_and(|c| c.is_numeric())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(typed: &str) -> Option<String> {
        ClientCode::parse("KG", typed).map(|code| code.to_string())
    }

    #[test]
    fn the_form_is_prefix_dash_number() {
        let code = ClientCode::new("KG", 10427);
        assert_eq!((code.as_str(), code.to_string().as_str()), ("KG-10427", "KG-10427"));
        assert_eq!(serde_json::to_string(&code).unwrap(), "\"KG-10427\"");
    }

    #[test]
    fn every_typing_of_a_mark_is_the_same_code() {
        for typed in [
            "KG-10427",
            "kg-10427",
            "KG10427",
            "kg10427",
            "КG-10427",
            "кg-10427",
            " KG-10427 ",
            "KG - 10427",
            "KG 10427",
            "KG—10427",
            "KG\u{A0}–\u{200B}10427",
            "KG_10427",
            "KG-010427",
            "ＫＧ－１０４２７",
            "№KG-10427",
            "KG №10427",
            "kg#10427",
            "\u{FEFF}KG-10427\r\n",
        ] {
            assert_eq!(read(typed).as_deref(), Some("KG-10427"), "{typed}");
        }
    }

    #[test]
    fn the_code_is_found_in_a_longer_mark() {
        for typed in [
            "（CARGO）王 KG-10427",
            "王KG-10427收",
            "收件人:李KG10427,13800138000",
            "13800138000 KG-10427",
            "KG-10427-2/3",
            "KG-10427 (KG-10427)",
            "KG-10427 кг10427 kg 10427",
            "KG-10427 12.5 KG 3 шт",
            "KG-10427 2KG",
            "广州市白云区88号 kg-10427 0.5kg",
        ] {
            assert_eq!(read(typed).as_deref(), Some("KG-10427"), "{typed}");
        }
    }

    #[test]
    fn two_different_codes_are_none() {
        assert_eq!(read("KG-10427 KG-10428"), None);
        assert_eq!(read("KG-10427/kg10428"), None);
    }

    #[test]
    fn what_is_not_certain_is_none() {
        for typed in [
            "",
            "王",
            "KG",
            "KG-",
            "10427",
            "TG-10427",
            "KG-0",
            "KG-1O427",
            "KG-10427A",
            "KG-10427Я",
            "KG-10427²",
            "AKG-10427",
            "ЯKG-10427",
            "2KG-10427",
            "12.5 KG 3",
            "12.5\u{A0}kg\u{A0}3",
            "毛重 KG: 12",
            "RR123456789KG 10427",
            "KG-99999999999999999999",
        ] {
            assert_eq!(read(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_prefix_with_letters_that_are_read_as_digits_works() {
        let code = ClientCode::new("OLIA", 10427);
        assert_eq!(ClientCode::parse("OLIA", "olia 10427"), Some(code.clone()));
        assert_eq!(ClientCode::parse("OLIA", "ОLIА-10427"), Some(code));
        assert_eq!(ClientCode::parse("I", "i-1042"), Some(ClientCode::new("I", 1042)));
    }

    proptest! {
        #[test]
        fn every_code_reads_back(prefix in "[A-Z]{1,8}", number in 1..=i64::MAX) {
            let code = ClientCode::new(&prefix, number);
            let read = ClientCode::parse(&prefix, &code.as_str().to_lowercase());
            prop_assert_eq!(read, Some(code));
        }

        #[test]
        fn any_text_is_read_without_a_panic(prefix in any::<String>(), typed in any::<String>()) {
            let _ = ClientCode::parse(&prefix, &typed);
            let _ = ClientCode::parse("KG", &format!("{typed}KG-10427{typed}"));
        }
    }
}
