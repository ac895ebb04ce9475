//! Sums as text: som with a decimal point, made from tyiyn and read back without a float in between.

/// Two decimals, always: `1245.00`.
pub(super) fn with_two_decimals(tyiyn: i64) -> String {
    format!("{}.{:02}", tyiyn / 100, tyiyn % 100)
}

/// As few decimals as say it: `1245`, `1245.5`, `1245.05`. It is how JavaScript writes the same number, on which a
/// signature over somebody's JSON depends.
pub(super) fn shortest(tyiyn: i64) -> String {
    match (tyiyn / 100, tyiyn % 100) {
        (som, 0) => som.to_string(),
        (som, tyiyn) if tyiyn % 10 == 0 => format!("{som}.{}", tyiyn / 10),
        (som, tyiyn) => format!("{som}.{tyiyn:02}"),
    }
}

/// Tyiyn of som written with a point; `None` for anything else, for a part of a tyiyn and for what does not fit.
pub(super) fn read(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let significant = fraction.trim_end_matches('0');
    if !is_number(whole) || !is_number(fraction) || significant.len() > 2 {
        return None;
    }
    let tyiyn: i64 = format!("{significant:0<2}").parse().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(tyiyn)
}

/// Tyiyn written as a whole number; `None` for anything else.
pub(super) fn read_tyiyn(text: &str) -> Option<i64> {
    text.parse().ok().filter(|_| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_back(tyiyn in 0_i64..100_000_000_000) {
            prop_assert_eq!(read(&with_two_decimals(tyiyn)), Some(tyiyn));
            prop_assert_eq!(read(&shortest(tyiyn)), Some(tyiyn));
        }

        #[test]
        fn the_shortest_form_is_that_of_a_json_number(tyiyn in 1_i64..=1_000_000_000) {
            // A float is how others may read our number; both must mean the same text.
            let number: serde_json::Value = serde_json::from_str(&shortest(tyiyn)).unwrap();
            prop_assert_eq!(number.to_string(), shortest(tyiyn));
        }
    }

    #[test]
    fn sums_look_as_the_providers_expect() {
        assert_eq!([1, 10, 100, 124_505].map(with_two_decimals), ["0.01", "0.10", "1.00", "1245.05"]);
        assert_eq!([1, 10, 100, 124_550].map(shortest), ["0.01", "0.1", "1", "1245.5"]);
    }

    #[test]
    fn what_is_no_sum_is_not_read() {
        assert_eq!(read("100.5000"), Some(10_050));
        for text in ["", ".", "1.", ".5", "-1", "+1", "1,5", "1e3", "0.001", "1.2.3", " 1", "99999999999999999999"] {
            assert_eq!(read(text), None, "{text:?}");
        }
        for text in ["", "-1", "+1", "1.0", " 1"] {
            assert_eq!(read_tyiyn(text), None, "{text:?}");
        }
        assert_eq!(read_tyiyn("10000"), Some(10_000));
    }
}
