//! How a code and a session look, and how long they are good for.

use chrono::{NaiveDateTime, TimeDelta};
use rand::RngExt;

use crate::tokens::RefreshToken;

/// Digits of a code: five tries guess one in two hundred thousand.
pub const CODE_DIGITS: usize = 6;
/// So often a code is compared; then it is worth nothing.
pub const MOST_TRIES: i64 = 5;
/// How long a code is good for.
pub const CODE_LIFE: TimeDelta = TimeDelta::minutes(10);
/// Who asks again within this time gets the same answer and no second message.
pub const RESEND_AFTER: TimeDelta = TimeDelta::seconds(60);
/// How long a sign-in lasts without use.
pub const SESSION_LIFE: TimeDelta = TimeDelta::days(30);
/// How often its end is moved: a read that wrote at each call would hold up whoever writes.
const PROLONGED_EVERY: TimeDelta = TimeDelta::days(1);
/// What every token of a customer begins with, so that it is not taken for one of staff.
const MARK: &str = "customer_";

/// Six random digits.
pub fn code(rng: &mut impl rand::Rng) -> String {
    (0..CODE_DIGITS).map(|_| char::from(b'0' + rng.random_range(0..10_u8))).collect()
}

/// What was typed for a code, without the spaces that a messenger or a person puts in.
pub fn typed(text: &str) -> String {
    text.chars().map(crate::fold::narrow).filter(|sign| !crate::fold::is_gap(*sign)).collect()
}

/// What is sealed of a code: a seal of one phone is worth nothing for another.
pub fn sealed(phone: &str, code: &str) -> String {
    format!("{phone} {code}")
}

/// The token as a customer has it.
pub fn shown(token: &RefreshToken) -> String {
    format!("{MARK}{}", token.reveal())
}

/// The token in what somebody sent, if it is one of a customer.
pub fn read(sent: &str) -> Option<RefreshToken> {
    sent.strip_prefix(MARK).map(RefreshToken::sent)
}

/// Whether the end of a session is to be moved by now.
pub fn is_to_be_prolonged(expires_at: NaiveDateTime, now: NaiveDateTime) -> bool {
    expires_at < now + SESSION_LIFE - PROLONGED_EVERY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_six_digits_that_differ_and_is_read_as_it_is_typed() {
        let codes: std::collections::BTreeSet<_> = (0..100).map(|_| code(&mut rand::rng())).collect();
        assert!(
            codes.len() > 95 && codes.iter().all(|code| code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()))
        );
        for written in ["123456", " 123 456 ", "123-456", "１２３４５６", "123\u{A0}456\n"] {
            assert_eq!(typed(written), "123456");
        }
    }

    #[test]
    fn a_token_of_a_customer_is_none_of_staff() {
        let token = RefreshToken::generate();
        assert_eq!(read(&shown(&token)).map(|token| token.hash()), Some(token.hash()));
        assert!(read(token.reveal()).is_none() && read("").is_none());
    }

    #[test]
    fn a_session_is_prolonged_once_a_day() {
        let now = chrono::DateTime::from_timestamp(1_795_000_000, 0).unwrap().naive_utc();
        assert!(!is_to_be_prolonged(now + SESSION_LIFE, now));
        assert!(!is_to_be_prolonged(now + SESSION_LIFE, now + TimeDelta::hours(23)));
        assert!(is_to_be_prolonged(now + SESSION_LIFE, now + TimeDelta::hours(25)));
    }
}
