//! What a column holds by what stands in it, when its heading is odd or missing.

use crate::client_code::ClientCode;
use crate::parcels::Tracking;
use crate::sheets::{Cell, Row, plain};

use super::measures;

/// So many rows decide what a column looks like.
const TRIED_ROWS: usize = 400;

/// How many of a column's filled cells look like what.
#[derive(Clone, Copy, Debug, Default)]
pub struct Looks {
    /// Filled cells.
    pub filled: usize,
    tracking: usize,
    client: usize,
    with_unit: usize,
    numbers: usize,
    /// Whether a number among them has a fraction.
    pub has_fractions: bool,
}

impl Looks {
    fn share(self, count: usize) -> usize {
        count * 100 / self.filled.max(1)
    }

    /// In a hundred: couriers' numbers.
    pub fn tracking(self) -> usize {
        self.share(self.tracking)
    }

    /// In a hundred: client codes, or marks that hold one.
    pub fn client(self) -> usize {
        self.share(self.client)
    }

    /// In a hundred: weights with a unit.
    pub fn with_unit(self) -> usize {
        self.share(self.with_unit)
    }

    /// In a hundred: numbers of a size that kilograms have.
    pub fn numbers(self) -> usize {
        self.share(self.numbers)
    }
}

/// What each column of these rows looks like.
pub fn look(rows: &[Row], prefix: &str) -> Vec<Looks> {
    let mut columns: Vec<Looks> = Vec::new();
    for row in rows.iter().take(TRIED_ROWS) {
        columns.resize(columns.len().max(row.cells.len()), Looks::default());
        for (looks, cell) in columns.iter_mut().zip(&row.cells) {
            if cell.is_empty() {
                continue;
            }
            looks.filled += 1;
            looks.tracking += usize::from(is_tracking_like(cell, prefix));
            looks.client += usize::from(ClientCode::parse(prefix, &cell.shown()).is_some());
            looks.with_unit += usize::from(measures::is_weight_with_unit(cell));
            let is_number = matches!(measures::weight(cell, super::profile::WeightUnit::Kg), Some(Ok(_)));
            looks.numbers += usize::from(is_number);
            looks.has_fractions |= is_number && cell.shown().contains(['.', ',']);
        }
    }
    columns
}

/// Whether a cell may hold a courier's number: eight signs or more, six of them digits, and no phone of China, no date,
/// no client code.
pub fn is_tracking_like(cell: &Cell, prefix: &str) -> bool {
    let text = match cell {
        Cell::Text(text) => plain(text),
        Cell::Number(number) if !number.text.contains(['.', '-']) => number.text.to_string(),
        _ => return false,
    };
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let is_date = text.matches(['-', '.', '/']).count() >= 2;
    let is_phone = text.len() == 11 && digits == 11 && matches!(text.as_bytes(), [b'1', b'3'..=b'9', ..]);
    let is_kyrgyz_phone = digits == 12 && text.trim_start_matches('+').starts_with("996");
    if digits < 6 || is_date || is_phone || is_kyrgyz_phone || ClientCode::parse(prefix, &text).is_some() {
        return false;
    }
    Tracking::try_from(text).is_ok_and(|number| number.as_str().len() >= 8)
}

/// The unit of weights that name none: parcels weigh kilograms, unless all numbers are whole and most of them so large
/// that no van would carry the boxes.
pub fn are_grams(rows: &[Row], column: usize) -> bool {
    /// A number that is a usual weight in grams and an unheard-of one in kilograms.
    const MEDIAN: i64 = 100;
    let mut values = Vec::new();
    for row in rows.iter().take(TRIED_ROWS) {
        let cell = row.cell(column);
        if cell.is_empty() || measures::is_weight_with_unit(cell) {
            continue;
        }
        match plain(&cell.shown()).parse::<i64>() {
            Ok(value) => values.push(value),
            // A heading or a total among them says nothing; a fraction says that these are kilograms.
            Err(_) if measures::weight(cell, super::profile::WeightUnit::Kg).is_some_and(|read| read.is_ok()) => {
                return false;
            }
            Err(_) => {}
        }
    }
    values.sort_unstable();
    values.get(values.len() / 2).is_some_and(|median| *median >= MEDIAN)
}
