//! Whose a courier's number may be, by its shape. A hint and never more: shapes overlap, and couriers change them. The
//! shapes are those of a public validator and of two open collections of tracking formats, read in 2026.

/// The courier that a number has the shape of; `None` where several have it, or none that we know.
pub fn hint(number: &str) -> Option<&'static str> {
    let rest = |front: &str| number.strip_prefix(front);
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_digits = |front: &str, count: usize| rest(front).is_some_and(|rest| digits(rest, count));
    let begins = |fronts: &[&str]| fronts.iter().any(|front| number.starts_with(front));
    let skips = |front: &str, skipped: usize, count: usize| {
        rest(front).is_some_and(|rest| rest.get(skipped..).is_some_and(|tail| digits(tail, count)))
    };
    let couriers = [
        ("sf", skips("SF", 1, 12)),
        ("yto", is_digits("YT", 13)),
        ("yunexpress", is_digits("YT", 16)),
        ("jt", is_digits("JT", 13)),
        ("jd", skips("JD", 2, 11)),
        ("deppon", is_digits("DPK", 12)),
        ("zto", digits(number, 14) && begins(&["73", "74", "75", "76", "78"])),
        ("sto", (14..=17).contains(&number.len()) && digits(number, number.len()) && begins(&["77", "43"])),
        ("yunda", digits(number, 15) && begins(&["3", "4"]) || digits(number, 13) && begins(&["5"])),
        ("ems", digits(number, 13) && begins(&["9", "8", "1"]) || skips("P", 1, 11) || is_postal(number)),
        ("cainiao", is_digits("621", 12)),
    ];
    let mut fitting = couriers.into_iter().filter(|(_, fits)| *fits);
    match (fitting.next(), fitting.next()) {
        (Some((courier, _)), None) => Some(courier),
        _ => None,
    }
}

/// Two letters, eight digits, their check digit, a country: UPU standard S10.
fn is_postal(number: &str) -> bool {
    const WEIGHTS: [u32; 8] = [8, 6, 4, 2, 3, 5, 9, 7];
    let signs: Vec<char> = number.chars().collect();
    let [a, b, digits @ .., c, d] = &signs[..] else { return false };
    let values: Vec<u32> = digits.iter().filter_map(|sign| sign.to_digit(10)).collect();
    let are_letters = [a, b, c, d].iter().all(|sign| sign.is_ascii_uppercase());
    let [of @ .., check] = &values[..] else { return false };
    if !are_letters || digits.len() != 9 || of.len() != WEIGHTS.len() {
        return false;
    }
    let sum: u32 = of.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    let expected = match 11 - sum % 11 {
        10 => 0,
        11 => 5,
        digit => digit,
    };
    *check == expected
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_that_one_courier_has_are_its_own() {
        for (number, courier) in [
            ("SF1234567890123", Some("sf")),
            ("YT8812345678901", Some("yto")),
            ("YT2312345678901234", Some("yunexpress")),
            ("JT5123456789012", Some("jt")),
            ("JDVA12345678901", Some("jd")),
            ("DPK123456789012", Some("deppon")),
            ("73123456789012", Some("zto")),
            ("77123456789012", Some("sto")),
            ("312345678901234", Some("yunda")),
            ("5123456789012", Some("yunda")),
            ("9812345678901", Some("ems")),
            ("RB123456785GB", Some("ems")),
            ("EE876543216CN", Some("ems")),
            ("621123456789012", Some("cainiao")),
            // Both STO and Yunda.
            ("431234567890123", None),
            ("RB123456786US", None),
            ("123456", None),
            ("", None),
            ("YT88", None),
        ] {
            assert_eq!(hint(number), courier, "{number}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in proptest::prelude::any::<String>()) {
            let _ = hint(&text);
        }
    }
}
