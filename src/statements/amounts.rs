//! Sums as banks write them: `1 245,00`, `1245.00`, `1,245.00`, `-17,5`, `1 245,00 KGS`. What could be read in two
//! ways is not guessed.

use crate::money::CEILING_MINOR;
use crate::sheets::{Cell, plain};

/// Reads a sum in som, in tyiyn; what goes out is negative. `None` for an empty cell.
///
/// # Errors
/// Why it cannot be read, for a person.
pub fn read(cell: &Cell) -> Option<Result<i64, String>> {
    match cell {
        Cell::Empty => None,
        Cell::Number(number) if number.lossy => {
            Some(Err(format!("the sum {} may have lost digits in a spreadsheet program", number.text)))
        }
        Cell::Number(number) => Some(tyiyn(&number.text, Some('.'))),
        Cell::Text(text) => {
            let text = plain(text);
            if matches!(text.as_str(), "" | "-" | "—" | "–") { None } else { Some(written(&text)) }
        }
        Cell::Date(_) | Cell::Bool(_) => Some(Err("there is no sum where the sum should be".to_owned())),
    }
}

/// Whether a word names the som.
pub fn is_som(word: &str) -> bool {
    let word = word.trim_matches(['.', ' ']).to_lowercase();
    matches!(word.as_str(), "kgs" | "som" | "сом" | "сомов" | "с" | "417")
}

fn written(text: &str) -> Result<i64, String> {
    let no_sum = || format!("\"{}\" is no sum", text.chars().take(40).collect::<String>());
    let is_word = |c: char| c.is_alphabetic();
    let currency: String = text.chars().skip_while(|c| !is_word(*c)).take_while(|c| is_word(*c)).collect();
    if !currency.is_empty() && !is_som(&currency) {
        return Err(format!("the currency is {}, not KGS", currency.to_uppercase()));
    }
    let digits = text.replace(&currency, "").trim_end_matches(['.', ' ']).trim().replace('−', "-");
    let (digits, is_out) = match (digits.strip_prefix('('), digits.strip_prefix('-'), digits.strip_suffix('-')) {
        (Some(inner), ..) => (inner.strip_suffix(')').ok_or_else(no_sum)?, true),
        (None, Some(rest), _) | (None, None, Some(rest)) => (rest.trim(), true),
        _ => (digits.strip_prefix('+').unwrap_or(&digits).trim(), false),
    };
    if !digits.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '\'' | '’' | '.' | ',')) {
        return Err(no_sum());
    }
    let read = tyiyn(digits, decimal_separator(digits)?)?;
    Ok(if is_out { -read } else { read })
}

/// The comma or point before the tyiyn, if there are any.
fn decimal_separator(digits: &str) -> Result<Option<char>, String> {
    let count = |separator| digits.matches(separator).count();
    let last = digits.rfind([',', '.']).and_then(|at| digits[at..].chars().next());
    match (count(','), count('.'), last) {
        (0, 0, _) => Ok(None),
        // Both: the last one is the decimal one.
        (1.., 1.., Some(last)) if count(last) == 1 => Ok(Some(last)),
        (1, 0, Some(separator)) | (0, 1, Some(separator)) => {
            let (whole, rest) = digits.split_once(separator).unwrap_or((digits, ""));
            // `1,245` is 1 245 to some and 1.245 to others.
            if rest.len() == 3 && (1..=3).contains(&whole.len()) && whole != "0" {
                return Err(format!("\"{digits}\" could be read in two ways"));
            }
            Ok(Some(separator))
        }
        // One kind, several times: it divides thousands.
        (0, _, _) | (_, 0, _) => Ok(None),
        _ => Err(format!("\"{digits}\" is no sum")),
    }
}

fn tyiyn(digits: &str, decimal: Option<char>) -> Result<i64, String> {
    let no_sum = || format!("\"{digits}\" is no sum");
    let (unsigned, is_out) = digits.strip_prefix('-').map_or((digits, false), |rest| (rest, true));
    let (whole, rest) = decimal.and_then(|separator| unsigned.split_once(separator)).unwrap_or((unsigned, ""));
    let rest = rest.trim_end_matches('0');
    if !rest.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(no_sum());
    }
    if rest.len() > 2 {
        return Err(format!("{digits} has a fraction of a tyiyn"));
    }
    let groups: Vec<&str> = whole.split([' ', '\'', '’', ',', '.']).collect();
    let is_grouped = groups.len() == 1 || (groups[0].len() <= 3 && groups[1..].iter().all(|group| group.len() == 3));
    let whole = groups.concat();
    if !is_grouped || whole.is_empty() || !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(no_sum());
    }
    let read = format!("{whole}{rest:0<2}").parse().ok().filter(|tyiyn: &i64| *tyiyn <= CEILING_MINOR);
    let read =
        read.ok_or_else(|| format!("{digits} is more than any one payment; look at it and record it by hand"))?;
    Ok(if is_out { -read } else { read })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(text: &str) -> Option<Result<i64, String>> {
        read(&Cell::Text(text.into()))
    }

    #[test]
    fn every_way_of_writing_a_sum_is_the_same_sum() {
        for text in [
            "1 245,00",
            "1245.00",
            "1,245.00",
            "1.245,00",
            "1245",
            "1 245",
            "1\u{A0}245,00",
            "1'245.00",
            "1245,0000",
            "+1 245,00",
            "1 245,00 KGS",
            "1 245,00 сом.",
            "KGS 1,245.00",
            "１２４５，００",
            "1245.0",
        ] {
            assert_eq!(of(text), Some(Ok(124_500)), "{text}");
        }
        for (text, tyiyn) in [
            ("0,05", 5),
            ("-17,5", -1_750),
            ("17.50-", -1_750),
            ("(17,50)", -1_750),
            ("1,234,567.89", 123_456_789),
            ("0.125", 0),
        ] {
            let expected = if text == "0.125" { Err("0.125 has a fraction of a tyiyn".to_owned()) } else { Ok(tyiyn) };
            assert_eq!(of(text), Some(expected), "{text}");
        }
        for text in ["", " ", "-", "—"] {
            assert_eq!(of(text), None);
        }
    }

    #[test]
    fn what_is_not_certain_is_no_sum() {
        for (text, why) in [
            ("1,245", "two ways"),
            ("1.245", "two ways"),
            ("12.345,678", "fraction of a tyiyn"),
            ("1245,001", "fraction of a tyiyn"),
            ("100 USD", "the currency is USD"),
            ("12 45,00", "no sum"),
            ("1,24,567.00", "no sum"),
            ("1.2.3,4,5", "no sum"),
            ("12-34", "no sum"),
            ("10000001", "more than any one payment"),
            ("99999999999999999999", "more than any one payment"),
            ("5 %", "no sum"),
            ("(5", "no sum"),
        ] {
            let refused = of(text).unwrap().unwrap_err();
            assert!(refused.contains(why), "{text}: {refused}");
        }
    }

    proptest! {
        #[test]
        fn every_sum_reads_back(tyiyn in 0..=CEILING_MINOR) {
            let (whole, rest) = (tyiyn / 100, tyiyn % 100);
            prop_assert_eq!(of(&format!("{whole},{rest:02}")), Some(Ok(tyiyn)));
            prop_assert_eq!(of(&format!("{whole}.{rest:02}")), Some(Ok(tyiyn)));
            let shown = crate::texts::som(tyiyn);
            prop_assert_eq!(of(&shown), Some(Ok(tyiyn)));
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in any::<String>()) {
            let _ = of(&text);
        }
    }
}
