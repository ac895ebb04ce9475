//! One row of a table: a parcel, or what else stands between parcels.

use super::couriers;
use super::headings;
use super::lines::Line;
use super::marks::{self, Mark};
use super::measures::{self, is_blank, short};
use super::profile::{Column, Columns, WeightColumn, WeightUnit};
use crate::sheets::{Cell, Row, Sheet, plain};

/// What a row is.
pub enum Found {
    /// A parcel.
    Parcel(Box<Line>),
    /// Something else.
    Other(&'static str),
}

/// What is known of the table that a row belongs to.
pub struct Table<'a> {
    /// Its sheet.
    pub sheet: &'a Sheet,
    /// Its columns.
    pub columns: &'a Columns,
    /// The prefix of client codes.
    pub prefix: &'a str,
    /// Its headings.
    pub header: Option<&'a Row>,
}

impl Table<'_> {
    /// Reads a row. `weighed_g` is what the rows above weigh together: a total says the same.
    pub fn row(&self, row: &Row, is_last: bool, weighed_g: i64) -> Found {
        let number = couriers::read(row.cell(self.columns.tracking_number.0));
        if let Some(reason) = self.other(row, number.as_ref(), is_last, weighed_g) {
            return Found::Other(reason);
        }
        let mut line = Line::at(&self.sheet.name, row.number);
        self.weigh(row, &mut line);
        self.own(row, &mut line);
        self.describe(row, &mut line);
        match number {
            Some(Ok(number)) => line.tracking_number = Some(number),
            Some(Err(why)) => line.refuse(why),
            None => line.refuse("it has no tracking number".to_owned()),
        }
        Found::Parcel(Box::new(line))
    }

    /// Why a row is none of a parcel.
    fn other(
        &self,
        row: &Row,
        number: Option<&Result<String, String>>,
        is_last: bool,
        weighed_g: i64,
    ) -> Option<&'static str> {
        if matches!(number, Some(Ok(_))) {
            return None;
        }
        let filled: Vec<(usize, &Cell)> = row.cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()).collect();
        if filled.iter().any(|(_, cell)| matches!(cell, Cell::Text(text) if headings::is_total(text))) {
            return Some("a total");
        }
        if self.is_heading(row) {
            return Some("the headings again");
        }
        let has = |column: Option<Column>| column.is_some_and(|column| !is_blank(&plain(&row.cell(column.0).shown())));
        let columns = self.columns;
        let has_number = number.is_some();
        let has_size = columns.size.is_some_and(|size| has(Some(size.column)))
            || [columns.length, columns.width, columns.height].iter().flatten().any(|side| has(Some(side.column)));
        let has_weight = [columns.weight, columns.total_weight].iter().flatten().any(|weight| has(Some(weight.column)));
        let has_words = has(columns.client_code) || has(columns.goods) || has(columns.remark);
        if !has_number && !has_weight && !has_words && !has_size {
            return Some("nothing but a number of the row, a date or a count");
        }
        // A sentence below or between the rows: one cell, and nothing like a number in it.
        if let [(_, Cell::Text(text))] = filled.as_slice()
            && !has_weight
            && text.chars().filter(char::is_ascii_digit).count() < 6
            && marks::read(self.prefix, text) != Mark::Unclear
            && !matches!(marks::read(self.prefix, text), Mark::Client(_))
        {
            return Some("a note");
        }
        // A sum without a word: numbers alone, which are what the rows above weigh or stand last.
        let are_numbers =
            filled.iter().all(|(_, cell)| matches!(cell, Cell::Number(_)) || measures::pieces(cell).is_some());
        let is_sum = |weight_g: i64| weighed_g > 0 && (weight_g - weighed_g).abs() * 200 <= weighed_g;
        let sum_g = columns.weight.and_then(|of| total(row.cell(of.column.0), of.unit));
        let is_total = !has_number && are_numbers && !has_size && !has_words;
        // A program that writes formulas without computing them leaves zeros.
        let are_zeros = filled.iter().all(|(_, cell)| matches!(cell, Cell::Number(number) if &*number.text == "0"));
        let is_it = sum_g.is_some_and(is_sum) || are_zeros || (is_last && filled.len() <= 3);
        (is_total && is_it).then_some("a total without a word")
    }

    fn is_heading(&self, row: &Row) -> bool {
        let text = headings::folded(&row.cell(self.columns.tracking_number.0).shown());
        if text.is_empty() {
            return false;
        }
        let as_above = self
            .header
            .is_some_and(|header| headings::folded(&header.cell(self.columns.tracking_number.0).shown()) == text);
        let named = row.cells.iter().filter(|cell| headings::kind(&headings::folded(&cell.shown())).is_some()).count();
        as_above || (named >= 2 && matches!(headings::kind(&text), Some((headings::Kind::Tracking, _))))
    }

    /// The weight of the row: of one piece, unless there are several and their total is told too.
    fn weigh(&self, row: &Row, line: &mut Line) {
        let read = |of: Option<WeightColumn>| of.and_then(|of| measures::weight(row.cell(of.column.0), of.unit));
        let (one, all) = (read(self.columns.weight), read(self.columns.total_weight));
        let pieces = self.columns.pieces.and_then(|column| measures::pieces(row.cell(column.0))).map_or(1, i64::from);
        let weight = match (one, all) {
            (Some(Ok(one)), Some(Ok(all))) if pieces > 1 && (all - one * pieces).abs() * 50 <= all => Some(Ok(all)),
            (Some(one), _) => Some(one),
            (None, all) => all,
        };
        match weight {
            Some(Ok(grams)) => line.weight_g = Some(grams),
            Some(Err(why)) => line.refuse(why),
            None => {}
        }
        let columns = self.columns;
        let in_one = columns.size.and_then(|of| measures::size(row.cell(of.column.0), of.unit));
        let in_three = || match (columns.length, columns.width, columns.height) {
            (Some(length), Some(width), Some(height)) => {
                measures::three_sides([length, width, height].map(|side| (row.cell(side.column.0), side.unit)))
            }
            _ => None,
        };
        match in_one.or_else(in_three) {
            Some(Ok(size_mm)) => line.size_mm = Some(size_mm),
            Some(Err(why)) => line.say(format!("{why}, so it is taken without one")),
            None => {}
        }
    }

    fn own(&self, row: &Row, line: &mut Line) {
        let Some(column) = self.columns.client_code else { return };
        // A mark may be one cell for several rows.
        let typed = plain(&self.sheet.seen(row, column.0).shown());
        match marks::read(self.prefix, &typed) {
            Mark::None => {}
            Mark::Client(code) => line.client_code = Some(code),
            Mark::Name => line.describe(&format!("mark: {typed}")),
            Mark::Unclear => line.refuse(format!(
                "the mark {:?} is not one client code such as {}-10427; correct it, or empty the cell to take the parcel as unclaimed",
                short(&typed),
                self.prefix,
            )),
        }
    }

    fn describe(&self, row: &Row, line: &mut Line) {
        for column in [self.columns.goods, self.columns.remark].into_iter().flatten() {
            let text = plain(&row.cell(column.0).shown());
            if !is_blank(&text) {
                line.describe(&text);
            }
        }
        let remark = self.columns.remark.map(|column| plain(&row.cell(column.0).shown())).unwrap_or_default();
        line.is_damaged = marks::is_damage(&remark);
        if let Some(pieces) =
            self.columns.pieces.and_then(|column| measures::pieces(row.cell(column.0))).filter(|n| *n > 1)
        {
            line.describe(&format!("{pieces} pieces"));
        }
    }
}

/// What the total of a column would weigh, which may be more than any parcel does.
fn total(cell: &Cell, unit: WeightUnit) -> Option<i64> {
    let Cell::Number(number) = cell else { return measures::weight(cell, unit)?.ok() };
    let per_unit = match unit {
        WeightUnit::Kg => 1000.0,
        WeightUnit::G => 1.0,
        WeightUnit::Jin => 500.0,
        WeightUnit::Lb => 453.592_37,
    };
    let grams = number.text.parse::<f64>().ok()? * per_unit;
    (grams.abs() < 1e12).then_some(grams as i64)
}
