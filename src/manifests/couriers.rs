//! Couriers' numbers as they stand in cells: as text, as numbers, in scientific notation, several in one.

use super::measures::{is_blank, short};
use crate::parcels::Tracking;
use crate::sheets::{Cell, plain};

/// The courier's number in a cell; `None` when there is none.
///
/// # Errors
/// Why what stands there is none, for a person.
pub fn read(cell: &Cell) -> Option<Result<String, String>> {
    let lost = |shown: &str| {
        Err(format!("the tracking number lost digits: {shown}; format the column as text and send it again"))
    };
    let text = match cell {
        Cell::Empty => return None,
        Cell::Number(number) if number.lossy => return Some(lost(&number.text)),
        Cell::Number(number) => number.text.to_string(),
        Cell::Date(_) => {
            return Some(Err(format!("a date, {}, stands in the place of the tracking number", cell.shown())));
        }
        Cell::Bool(_) => cell.shown().into_owned(),
        // An apostrophe keeps a spreadsheet program from making a number of it.
        Cell::Text(text) => {
            plain(text).trim_matches(['\'', '"', '`', '’', '\u{2018}', ';', ',', '.', ':']).trim().to_owned()
        }
    };
    if is_blank(&text) {
        return None;
    }
    if is_scientific(&text) {
        return Some(lost(&text));
    }
    // `="75712205330425"`, as a CSV file keeps a spreadsheet program from counting.
    let text = text.strip_prefix("=\"").map_or(text.as_str(), |rest| rest.trim_end_matches('"')).to_owned();
    // `75712205330425.0`, as programs write a number that they read as a fraction.
    let text = match text.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') && whole.len() <= 15 => {
            whole.to_owned()
        }
        _ => text,
    };
    let several: Vec<&str> = text.split([' ', '/', ',', ';', '，', '、', '+']).filter(|part| part.len() >= 8).collect();
    if several.len() > 1 && several.iter().all(|part| Tracking::try_from((*part).to_owned()).is_ok()) {
        return Some(Err(format!("{} tracking numbers stand in one cell; give each its own row", several.len())));
    }
    let has_digits = text.chars().filter(char::is_ascii_digit).count() >= 4;
    match Tracking::try_from(text.clone()) {
        Ok(number) if has_digits => Some(Ok(number.as_str().to_owned())),
        _ => Some(Err(format!(
            "{:?} is no tracking number: those have 6 to 40 letters A-Z, digits or dashes",
            short(&text)
        ))),
    }
}

/// `7.75E+14`, `7,75E14`
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, power)) = text.split_once(['E', 'e']) else { return false };
    let is_mantissa =
        mantissa.contains(['.', ',']) && mantissa.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','));
    let power = power.strip_prefix('+').unwrap_or(power);
    is_mantissa && (1..=3).contains(&power.len()) && power.bytes().all(|b| b.is_ascii_digit())
}
