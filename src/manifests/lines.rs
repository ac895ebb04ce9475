//! A row of a file as a parcel: what it says, and what its reading alone decides.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde::{Deserialize, Serialize};

/// A note of a parcel is at most so long.
const MOST_NOTE_CHARS: usize = 500;

words! {
    /// What became, or would become, of a row.
    Outcome as ManifestOutcome {
        /// A parcel that nobody knew.
        Created = "created",
        /// A parcel that was expected, or that is known better now.
        Updated = "updated",
        /// Everything is known already.
        Unchanged = "unchanged",
        /// Passed over on purpose.
        Skipped = "skipped",
        /// It cannot be taken as it is.
        Error = "error",
    }
}

/// A row of a file, read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The sheet's name; empty for CSV.
    pub sheet: String,
    /// As the spreadsheet shows it.
    pub row: u32,
    /// The courier's number.
    pub tracking_number: Option<String>,
    /// The client code on the mark, canonical.
    pub client_code: Option<String>,
    /// Grams.
    pub weight_g: Option<i64>,
    /// Length, width, height.
    pub size_mm: Option<[i64; 3]>,
    /// Whether somebody remarked damage.
    pub is_damaged: bool,
    /// Goods and remarks.
    pub note: Option<String>,
    /// What was decided by the file alone: `skipped` or `error`.
    pub settled: Option<Outcome>,
    /// Why, or what is worth knowing of the row.
    pub remark: Option<String>,
}

impl Line {
    /// A row of which nothing is known yet but where it is.
    pub(super) fn at(sheet: &str, row: u32) -> Self {
        Self {
            sheet: sheet.to_owned(),
            row,
            tracking_number: None,
            client_code: None,
            weight_g: None,
            size_mm: None,
            is_damaged: false,
            note: None,
            settled: None,
            remark: None,
        }
    }

    /// What becomes of it is decided.
    pub(super) fn settle(&mut self, outcome: Outcome, why: &str) {
        self.settled = Some(outcome);
        self.remark = Some(why.to_owned());
    }

    /// The row is an error; of several reasons all are told.
    pub(super) fn refuse(&mut self, why: String) {
        let why = match (self.settled, self.remark.take()) {
            (Some(Outcome::Error), Some(before)) => format!("{before}; {why}"),
            _ => why,
        };
        self.settle(Outcome::Error, &why);
    }

    /// Something worth knowing that keeps nobody from taking the row.
    pub(super) fn say(&mut self, what: String) {
        if self.settled.is_none() {
            self.remark = Some(what);
        }
    }

    /// Adds to the note of the parcel.
    pub(super) fn describe(&mut self, text: &str) {
        let mut note = self.note.take().unwrap_or_default();
        if !note.is_empty() {
            note.push_str("; ");
        }
        note.push_str(text);
        self.note = Some(note.chars().filter(|c| !c.is_control()).take(MOST_NOTE_CHARS).collect());
    }
}

/// A number that stands in several rows is one parcel: what repeats the first row is skipped and may complete it, what
/// contradicts it is an error.
pub(super) fn settle_repeated(lines: &mut [Line]) {
    let mut firsts: HashMap<String, usize> = HashMap::new();
    for at in 0..lines.len() {
        let Some(number) = lines[at].tracking_number.clone().filter(|_| lines[at].settled.is_none()) else { continue };
        let first = match firsts.entry(number) {
            Entry::Vacant(place) => {
                place.insert(at);
                continue;
            }
            Entry::Occupied(first) => *first.get(),
        };
        let (before, rest) = lines.split_at_mut(at);
        let (first, line) = (&mut before[first], &mut rest[0]);
        let place = place(first, &line.sheet);
        if let (Some(a), Some(b)) = (&first.client_code, &line.client_code)
            && a != b
        {
            line.refuse(format!("it repeats {place}, but for the client {b} instead of {a}"));
        } else if let (Some(a), Some(b)) = (first.weight_g, line.weight_g)
            && a != b
        {
            line.refuse(format!("it repeats {place}, but weighs {b} g instead of {a} g"));
        } else {
            let completes = (first.client_code.is_none() && line.client_code.is_some())
                || (first.weight_g.is_none() && line.weight_g.is_some());
            first.client_code = first.client_code.take().or_else(|| line.client_code.clone());
            first.weight_g = first.weight_g.or(line.weight_g);
            first.size_mm = first.size_mm.or(line.size_mm);
            first.is_damaged |= line.is_damaged;
            line.settle(Outcome::Skipped, &format!("it {} {place}", if completes { "completes" } else { "repeats" }));
        }
    }
}

fn place(line: &Line, seen_from: &str) -> String {
    if line.sheet == seen_from {
        format!("row {}", line.row)
    } else {
        format!("row {} of sheet {:?}", line.row, line.sheet)
    }
}
