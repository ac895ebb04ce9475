//! Six digits that change every half minute: RFC 6238 with SHA-1, as every authenticator app has it.

use std::fmt::Write;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rand::Rng;
use ring::hmac;

/// Bytes of a key: as many as SHA-1 has (RFC 4226, section 4).
const KEY_BYTES: usize = 20;
/// Seconds that a code is shown.
const PERIOD_S: i64 = 30;
/// Codes before and after the one of this moment: phones are late or early, and so are people.
const TOLERATED_STEPS: i64 = 1;

/// A new random key.
pub fn generate() -> Vec<u8> {
    let mut key = vec![0; KEY_BYTES];
    rand::rng().fill_bytes(&mut key);
    key
}

/// The step that a typed code belongs to, if it fits now and no code of that step or a later one was used before.
pub fn fitting_step(key: &[u8], typed: &str, now_s: i64, last_step: Option<i64>) -> Option<i64> {
    let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let step = now_s / PERIOD_S;
    (step - TOLERATED_STEPS..=step + TOLERATED_STEPS)
        .filter(|step| last_step.is_none_or(|last| *step > last))
        .find(|step| crate::tokens::same(&digits, &code(key, *step)))
}

/// The code of a step.
fn code(key: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let hash = tag.as_ref();
    // RFC 4226, section 5.3: the last four bits say where four bytes are taken.
    let offset = hash.last().map_or(0, |last| usize::from(last & 0xf));
    let number = hash.iter().skip(offset).take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
}

/// A key as apps take it when it is typed: RFC 4648 base 32 without padding.
pub fn base32(key: &[u8]) -> String {
    const SYMBOLS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: Vec<u8> = key.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let index = |five: &[u8]| (0..5).fold(0, |index, bit| index << 1 | five.get(bit).copied().unwrap_or(0));
    bits.chunks(5).map(|five| char::from(SYMBOLS[usize::from(index(five))])).collect()
}

/// The address that apps read from a QR code.
pub fn uri(firm: &str, login: &str, key: &[u8]) -> String {
    let firm = utf8_percent_encode(firm, NON_ALPHANUMERIC);
    let mut uri = format!("otpauth://totp/{firm}:{login}?secret={}", base32(key));
    // Writing to a text cannot fail.
    let _ = write!(uri, "&issuer={firm}&algorithm=SHA1&digits=6&period={PERIOD_S}");
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, the last six of its eight digits.
    const KEY: &[u8] = b"12345678901234567890";
    const TABLE: [(i64, &str); 6] = [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ];

    #[test]
    fn codes_are_those_of_the_standard() {
        for (at, code) in TABLE {
            assert_eq!(fitting_step(KEY, code, at, None), Some(at / 30), "{at}");
        }
    }

    #[test]
    fn a_code_holds_a_step_longer_on_both_sides_and_once() {
        let (at, step) = (1_234_567_890, 1_234_567_890 / 30);
        assert_eq!(fitting_step(KEY, "005924", at + 30, None), Some(step));
        assert_eq!(fitting_step(KEY, "005924", at - 30, None), Some(step));
        assert_eq!(fitting_step(KEY, "005 924", at, Some(step - 1)), Some(step));
        for (typed, now, last) in [
            ("005924", at + 60, None),
            ("005924", at - 60, None),
            ("005924", at, Some(step)),
            ("005924", at, Some(step + 1)),
            ("005925", at, None),
            ("5924", at, None),
            ("", at, None),
        ] {
            assert_eq!(fitting_step(KEY, typed, now, last), None, "{typed} {now} {last:?}");
        }
    }

    #[test]
    fn a_key_is_written_as_apps_read_it() {
        // RFC 4648, section 10.
        for (key, text) in
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB")]
        {
            assert_eq!(base32(key.as_bytes()), text);
        }
        let uri = uri("Торугарт Cargo", "bakyt", KEY);
        assert!(
            uri.starts_with("otpauth://totp/%D0%A2") && uri.contains("Cargo:bakyt?secret=GEZDGNBVGY3TQOJQ"),
            "{uri}"
        );
        assert_eq!((generate().len(), generate() == generate()), (20, false));
    }
}
