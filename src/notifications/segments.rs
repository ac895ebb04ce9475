//! How many parts a short message takes: 3GPP TS 23.038 (the GSM 7-bit alphabet) and TS 23.040 (joined parts).

words! {
    /// The alphabet a short message travels in.
    Encoding as SmsEncoding {
        /// Seven bits a sign: Latin letters without diacritics, digits, the usual punctuation.
        Gsm7 = "gsm7",
        /// UTF-16: everything else, Cyrillic first of all.
        Ucs2 = "ucs2",
    }
}

/// The size of a short message on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// The alphabet that holds all of it.
    pub encoding: Encoding,
    /// Septets, or UTF-16 units.
    pub units: usize,
    /// Messages that the operator bills.
    pub parts: usize,
}

/// The basic alphabet.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿\
                     abcdefghijklmnopqrstuvwxyzäöñüà";
/// What the extension table adds, each at the price of two septets.
const EXTENSION: &str = "^{}\\[~]|€\u{c}";

/// Counts a text as an operator does.
pub fn size(text: &str) -> Size {
    match text.chars().map(septets).collect::<Option<Vec<_>>>() {
        Some(costs) => counted(Encoding::Gsm7, &costs, 160, 153),
        None => counted(Encoding::Ucs2, &text.chars().map(char::len_utf16).collect::<Vec<_>>(), 70, 67),
    }
}

fn septets(c: char) -> Option<usize> {
    if BASIC.contains(c) {
        Some(1)
    } else if EXTENSION.contains(c) {
        Some(2)
    } else {
        None
    }
}

/// A sign of two units is never torn: it begins the next part instead.
fn counted(encoding: Encoding, costs: &[usize], alone: usize, joined: usize) -> Size {
    let units = costs.iter().sum();
    if units <= alone {
        return Size { encoding, units, parts: 1 };
    }
    let (mut parts, mut used) = (1, 0);
    for cost in costs {
        if used + cost > joined {
            parts += 1;
            used = 0;
        }
        used += cost;
    }
    Size { encoding, units, parts }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> (Encoding, usize, usize) {
        let size = size(text);
        (size.encoding, size.units, size.parts)
    }

    #[test]
    fn texts_of_a_cargo_firm_are_counted_as_an_operator_counts_them() {
        use Encoding::{Gsm7, Ucs2};
        for (text, expected) in [
            ("Zakaz KG-1024 pribyl v Bishkek. K oplate 1245 som. PVZ: Chuy 1, 10-19. Hranenie 7 dnej.", (Gsm7, 87, 1)),
            ("Заказ KG-1024 прибыл. К оплате 1245 сом. ПВЗ: Чуй 1, 10:00-19:00.", (Ucs2, 65, 1)),
            ("KG-1024 буйрутмаңыз Бишкекке келди. Төлөм 1245 сом. Чүй 1, 10-19.", (Ucs2, 65, 1)),
            ("", (Gsm7, 0, 1)),
            ("№", (Ucs2, 1, 1)),
            ("Order — ready", (Ucs2, 13, 1)),
            ("{code} costs 5 €", (Gsm7, 19, 1)),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
    }

    #[test]
    fn the_first_sign_too_many_costs_a_part() {
        for (sign, alone, joined) in [("a", 160, 153), ("я", 70, 67)] {
            for (count, parts) in [(alone, 1), (alone + 1, 2), (2 * joined, 2), (2 * joined + 1, 3)] {
                assert_eq!(size(&sign.repeat(count)).parts, parts, "{count} times {sign}");
            }
        }
    }

    #[test]
    fn a_sign_of_two_units_is_not_torn_between_parts() {
        let torn = format!("{}€{}", "a".repeat(152), "a".repeat(152));
        assert_eq!(
            told(&torn),
            (Encoding::Gsm7, 306, 3),
            "306 septets would fit two parts if the euro sign could be torn"
        );
        let torn = format!("{}😀{}", "я".repeat(66), "я".repeat(66));
        assert_eq!(told(&torn), (Encoding::Ucs2, 134, 3));
    }
}
