//! Weights and sizes as warehouses write them: `1.2kg`, `850 г`, `2斤`, `0,45`, `30*20*10`, `30×20×10 см`.

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use super::profile::{LengthUnit, WeightUnit};
use crate::sheets::{Cell, plain};

/// The heaviest parcel. A larger number is a mistake of units or a sum.
const MOST_WEIGHT_G: i64 = 1_000_000;
/// The longest side of a parcel.
const MOST_SIDE_MM: i64 = 20_000;
/// What stands between the sides of a parcel: the signs of multiplication, and the letters that people take for them.
const TIMES: [char; 8] = ['*', '×', 'x', 'х', '✕', '✖', '/', '·'];

/// Reads a weight in grams; `None` for an empty cell or a dash.
///
/// # Errors
/// Why it is no weight, for a person.
pub fn weight(cell: &Cell, unit: WeightUnit) -> Option<Result<i64, String>> {
    match cell {
        Cell::Empty => None,
        Cell::Number(number) => Some(grams(&number.text, number.text.parse().ok(), unit)),
        Cell::Date(_) => {
            Some(Err("a date stands in the place of the weight; format the column as a number".to_owned()))
        }
        Cell::Bool(_) => Some(Err(format!("{:?} is no weight", cell.shown()))),
        Cell::Text(text) => {
            let text = plain(text);
            if is_blank(&text) {
                return None;
            }
            let (digits, own) = split_weight_unit(&text);
            let unit = own.unwrap_or(unit);
            Some(grams(&text, decimal(digits, is_small(unit)), unit))
        }
    }
}

/// Whether a cell holds a weight with a unit of its own: `1.2kg`.
pub fn is_weight_with_unit(cell: &Cell) -> bool {
    let Cell::Text(text) = cell else { return false };
    let text = plain(text);
    let (digits, unit) = split_weight_unit(&text);
    unit.is_some_and(|unit| decimal(digits, is_small(unit)).is_some())
}

/// Whether a thing is dashed out instead of left empty.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || matches!(c, '-' | '—' | '–' | '_' | '/' | '\\' | '.'))
}

fn grams(shown: &str, value: Option<Decimal>, unit: WeightUnit) -> Result<i64, String> {
    let Some(value) = value else { return Err(format!("{:?} is no weight", short(shown))) };
    if value.is_sign_negative() && !value.is_zero() {
        return Err(format!("the weight {value} is negative"));
    }
    let in_grams = match unit {
        WeightUnit::Kg => Decimal::ONE_THOUSAND,
        WeightUnit::G => Decimal::ONE,
        WeightUnit::Jin => Decimal::from(500),
        WeightUnit::Lb => Decimal::new(45_359_237, 5),
    };
    let grams = value
        .checked_mul(in_grams)
        .map(|grams| grams.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero));
    match grams.and_then(|grams| grams.to_i64()) {
        Some(0) => Err("the weight is zero".to_owned()),
        Some(grams) if (1..=MOST_WEIGHT_G).contains(&grams) => Ok(grams),
        _ => Err(format!("the weight {value} {unit} is more than any parcel, {} kg", MOST_WEIGHT_G / 1000)),
    }
}

fn is_small(unit: WeightUnit) -> bool {
    unit == WeightUnit::G
}

/// A number and the unit after it, if it has one.
fn split_weight_unit(text: &str) -> (&str, Option<WeightUnit>) {
    const UNITS: &[(&str, WeightUnit)] = &[
        ("килограммов", WeightUnit::Kg),
        ("килограмм", WeightUnit::Kg),
        ("公斤", WeightUnit::Kg),
        ("千克", WeightUnit::Kg),
        ("市斤", WeightUnit::Jin),
        ("斤", WeightUnit::Jin),
        ("граммов", WeightUnit::G),
        ("грамм", WeightUnit::G),
        ("克", WeightUnit::G),
        ("kgs", WeightUnit::Kg),
        ("kg", WeightUnit::Kg),
        ("кг", WeightUnit::Kg),
        ("lbs", WeightUnit::Lb),
        ("lb", WeightUnit::Lb),
        ("grams", WeightUnit::G),
        ("gr", WeightUnit::G),
        ("гр", WeightUnit::G),
        ("g", WeightUnit::G),
        ("г", WeightUnit::G),
    ];
    let body = text.trim_end_matches(['.', ' ']);
    for (name, unit) in UNITS {
        if let Some(at) = ends_with_ignoring_case(body, name) {
            return (body[..at].trim_end(), Some(*unit));
        }
    }
    (text, None)
}

/// Where the ending begins, when the text ends so in whatever case.
fn ends_with_ignoring_case(text: &str, ending: &str) -> Option<usize> {
    let at = text.char_indices().rev().nth(ending.chars().count() - 1)?.0;
    (text[at..].to_lowercase() == ending).then_some(at)
}

/// A number with a decimal comma or point, and thousands divided by spaces, apostrophes or the other sign. A single
/// sign with three digits after it divides thousands of grams, and is the decimal sign of kilograms: a parcel weighs
/// 1.245 kg or 1,245 g, never 1.245 g or 1,245 kg.
fn decimal(text: &str, is_small: bool) -> Option<Decimal> {
    let unsigned = text.trim().strip_prefix('+').unwrap_or(text.trim()).replace(['−', '–'], "-");
    let (sign, digits) = unsigned.strip_prefix('-').map_or(("", unsigned.as_str()), |rest| ("-", rest));
    if !digits.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | ',')) {
        return None;
    }
    let spaced: Vec<&str> = digits.split([' ', '\'', '’']).collect();
    let leading_digits = |part: &&str| part.bytes().take_while(u8::is_ascii_digit).count();
    let is_grouped = spaced[1..].iter().all(|part| leading_digits(part) == 3);
    if !is_grouped || (spaced.len() > 1 && spaced[0].len() > 3) {
        return None;
    }
    let digits = spaced.concat();
    let count = |sign: char| digits.matches(sign).count();
    let last = digits.rfind([',', '.']);
    let decimal_at = match (count(','), count('.'), last) {
        (0, 0, _) => None,
        (1, 0, Some(at)) | (0, 1, Some(at)) => {
            let is_thousands = is_small && digits.len() - at == 4 && (1..=3).contains(&at) && !digits.starts_with('0');
            (!is_thousands).then_some(at)
        }
        // Both: the last one is the decimal one, if it is there once.
        (1.., 1.., Some(at)) => {
            let sign = digits[at..].chars().next()?;
            if count(sign) > 1 {
                return None;
            }
            Some(at)
        }
        // One kind, several times: it divides thousands.
        _ => None,
    };
    let (whole, rest) = decimal_at.map_or((digits.as_str(), ""), |at| (&digits[..at], &digits[at + 1..]));
    let groups: Vec<&str> = whole.split([',', '.']).collect();
    let are_thousands = groups.len() == 1 || (groups[0].len() <= 3 && groups[1..].iter().all(|group| group.len() == 3));
    let whole = groups.concat();
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !are_thousands || !are_digits(&whole) || !are_digits(rest) || (whole.is_empty() && rest.is_empty()) {
        return None;
    }
    format!("{sign}{}.{}", if whole.is_empty() { "0" } else { &whole }, if rest.is_empty() { "0" } else { rest })
        .parse()
        .ok()
}

/// Reads three sides in one cell, in millimetres; `None` for an empty cell, a dash or zeros.
///
/// # Errors
/// Why it is no size, for a person.
pub fn size(cell: &Cell, unit: LengthUnit) -> Option<Result<[i64; 3], String>> {
    let text = plain(&cell.shown()).to_lowercase();
    if is_blank(&text) || matches!(cell, Cell::Empty) {
        return None;
    }
    let no_size = || Err(format!("{:?} is no size", short(&text)));
    let sides: Vec<&str> = text.split(TIMES).map(str::trim).collect();
    let Ok([length, width, height]) = <[&str; 3]>::try_from(sides) else { return Some(no_size()) };
    // The unit stands after the last side, or after each.
    let (_, named) = split_length_unit(height);
    let unit = named.unwrap_or(unit);
    let read = [length, width, height].map(|text| {
        let (digits, own) = split_length_unit(text);
        decimal(digits, false).map(|value| (value, own.unwrap_or(unit)))
    });
    match read {
        [Some(length), Some(width), Some(height)] => sides_of([length, width, height]),
        _ => Some(no_size()),
    }
}

/// Reads three sides in three cells; `None` unless all are there.
///
/// # Errors
/// Why they are no size, for a person.
pub fn three_sides(cells: [(&Cell, LengthUnit); 3]) -> Option<Result<[i64; 3], String>> {
    let mut sides = Vec::new();
    for (cell, unit) in cells {
        let text = plain(&cell.shown()).to_lowercase();
        if is_blank(&text) {
            return None;
        }
        let (digits, own) = split_length_unit(&text);
        match decimal(digits, false) {
            Some(value) => sides.push((value, own.unwrap_or(unit))),
            None => return Some(Err(format!("{:?} is no length", short(&text)))),
        }
    }
    <[(Decimal, LengthUnit); 3]>::try_from(sides).ok().and_then(sides_of)
}

fn sides_of(sides: [(Decimal, LengthUnit); 3]) -> Option<Result<[i64; 3], String>> {
    if sides.iter().all(|(value, _)| value.is_zero()) {
        return None;
    }
    let millimetres = sides.map(|(value, unit)| {
        let in_mm = match unit {
            LengthUnit::Mm => Decimal::ONE,
            LengthUnit::Cm => Decimal::TEN,
            LengthUnit::M => Decimal::ONE_THOUSAND,
        };
        let rounded = value.checked_mul(in_mm)?.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
        rounded.to_i64().filter(|side| (1..=MOST_SIDE_MM).contains(side))
    });
    Some(match millimetres {
        [Some(length), Some(width), Some(height)] => Ok([length, width, height]),
        _ => Err("a side is not between 1 mm and 20 m".to_owned()),
    })
}

fn split_length_unit(text: &str) -> (&str, Option<LengthUnit>) {
    const UNITS: &[(&str, LengthUnit)] = &[
        ("毫米", LengthUnit::Mm),
        ("厘米", LengthUnit::Cm),
        ("公分", LengthUnit::Cm),
        ("mm", LengthUnit::Mm),
        ("мм", LengthUnit::Mm),
        ("cm", LengthUnit::Cm),
        ("см", LengthUnit::Cm),
        ("米", LengthUnit::M),
        ("m", LengthUnit::M),
        ("м", LengthUnit::M),
    ];
    let body = text.trim_end_matches(['.', ' ']);
    let found = UNITS.iter().find_map(|(name, unit)| Some((body.strip_suffix(name)?.trim_end(), Some(*unit))));
    found.unwrap_or((text, None))
}

/// Reads a count of pieces.
pub fn pieces(cell: &Cell) -> Option<u32> {
    let text = plain(&cell.shown());
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    digits.parse().ok().filter(|pieces| (1..=100_000).contains(pieces))
}

/// The beginning of a text, for a sentence.
pub fn short(text: &str) -> String {
    const MOST: usize = 40;
    let begin: String = text.chars().take(MOST).collect();
    if text.chars().count() > MOST { format!("{begin}…") } else { begin }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(text: &str, unit: WeightUnit) -> Option<Result<i64, String>> {
        weight(&Cell::Text(text.into()), unit)
    }

    #[test]
    fn weights_are_read_in_every_writing() {
        use WeightUnit::{G, Jin, Kg, Lb};
        for (text, unit, grams) in [
            ("1.2", Kg, 1200),
            ("0,45", Kg, 450),
            ("1.2kg", G, 1200),
            ("1,2 КГ", Kg, 1200),
            ("１．２", Kg, 1200),
            ("850 г", Kg, 850),
            ("850гр.", Kg, 850),
            ("850g", Kg, 850),
            ("2斤", Kg, 1000),
            ("2 公斤", Jin, 2000),
            ("3", Jin, 1500),
            ("1.245", Kg, 1245),
            ("1,245", Kg, 1245),
            ("1,245", G, 1245),
            ("1 245", G, 1245),
            ("1\u{A0}245,5 г", Kg, 1246),
            ("12'500", G, 12_500),
            ("1.234,5", G, 1235),
            ("0.850", G, 1),
            (".5", Kg, 500),
            ("+1.5", Kg, 1500),
            ("2", Lb, 907),
            ("\u{200B}1.07\u{FEFF}", Kg, 1070),
        ] {
            assert_eq!(of(text, unit), Some(Ok(grams)), "{text}");
        }
        for text in ["", " ", "-", "—", "/"] {
            assert_eq!(of(text, Kg), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_weight_is_refused_with_the_reason() {
        for (text, why) in [
            ("-1.2", "negative"),
            ("0", "zero"),
            ("0.0001", "zero"),
            ("1000.5", "more than any parcel"),
            ("99999999999999999999999999999999", "no weight"),
            ("тяжёлый", "no weight"),
            ("待称", "no weight"),
            ("1.2.3,4,5", "no weight"),
            ("1.2+0.8", "no weight"),
            ("1.2*2", "no weight"),
            ("12 45", "no weight"),
            ("#N/A", "no weight"),
            ("kg", "no weight"),
            ("1.2 oz", "no weight"),
        ] {
            let refused = of(text, WeightUnit::Kg).unwrap().unwrap_err();
            assert!(refused.contains(why), "{text}: {refused}");
        }
    }

    #[test]
    fn sizes_are_read_in_every_writing() {
        for text in [
            "30*20*10",
            "30x20x10",
            "30X20X10",
            "30х20х10 см",
            "30×20×10",
            "30 * 20 * 10 cm",
            "30cm*20cm*10cm",
            "300*200*100mm",
            "３０＊２０＊１０",
            "30,0x20,0x10,0",
            "0.3*0.2*0.1м",
            "30/20/10",
        ] {
            let read = size(&Cell::Text(text.into()), LengthUnit::Cm);
            assert_eq!(read, Some(Ok([300, 200, 100])), "{text}");
        }
        for text in ["30*20", "XL", "30*20*10*5", "30*20*abc", "-1*2*3", "1*2*99999"] {
            assert!(matches!(size(&Cell::Text(text.into()), LengthUnit::Cm), Some(Err(_))), "{text}");
        }
        for text in ["", "-", "0*0*0"] {
            assert_eq!(size(&Cell::Text(text.into()), LengthUnit::Cm), None, "{text}");
        }
        let [a, b, c] = ["36", "14.5", "34 см"].map(|text| Cell::Text(text.into()));
        let sides = [(&a, LengthUnit::Cm), (&b, LengthUnit::Cm), (&c, LengthUnit::Mm)];
        assert_eq!(three_sides(sides), Some(Ok([360, 145, 340])));
        assert_eq!(three_sides([(&a, LengthUnit::Cm), (&Cell::Empty, LengthUnit::Cm), (&c, LengthUnit::Cm)]), None);
    }

    proptest! {
        #[test]
        fn every_weight_reads_back(grams in 1..=1_000_000_i64) {
            let kg = format!("{}.{:03}", grams / 1000, grams % 1000);
            prop_assert_eq!(of(&kg, WeightUnit::Kg), Some(Ok(grams)));
            prop_assert_eq!(of(&kg.replace('.', ","), WeightUnit::Kg), Some(Ok(grams)));
            prop_assert_eq!(of(&format!("{grams} г"), WeightUnit::Kg), Some(Ok(grams)));
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in any::<String>()) {
            let cell = Cell::Text(text.as_str().into());
            let _ = (weight(&cell, WeightUnit::G), size(&cell, LengthUnit::Mm), pieces(&cell), is_weight_with_unit(&cell));
        }
    }
}
