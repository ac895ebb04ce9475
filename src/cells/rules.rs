//! What an address is, and whether a parcel may lie there.

use serde::{Deserialize, Serialize};

use crate::fold;
use crate::parcels::Status;

/// The address of a cell, such as `A-03-2`: letters, digits and dashes, upper case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Address(String);

impl Address {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A symbol of an address; what only stands between is left out, and every dash is one.
fn symbol(typed: char) -> Option<char> {
    match fold::narrow(typed) {
        c if c.is_whitespace() || c.is_control() || fold::is_invisible(c) => None,
        c if c != '_' && fold::is_gap(c) => Some('-'),
        c => Some(c),
    }
}

impl TryFrom<String> for Address {
    type Error = String;

    fn try_from(typed: String) -> Result<Self, String> {
        let address: String = typed.chars().filter_map(symbol).flat_map(char::to_uppercase).collect();
        let is_long = address.chars().count() > 20;
        let fits = address.chars().all(|c| c.is_alphanumeric() || c == '-') && address.contains(char::is_alphanumeric);
        if fits && !is_long {
            Ok(Self(address))
        } else {
            Err("an address of a cell has at most 20 letters, digits or dashes, such as A-03-2".to_owned())
        }
    }
}

words! {
    /// What became of a parcel that was scanned into a cell.
    Outcome as CellOutcome {
        /// It lies there now.
        Placed = "placed",
        /// It lies there now, and lay in another cell before.
        Moved = "moved",
        /// It lies there already.
        AlreadyThere = "already_there",
        /// The cell holds no more.
        Full = "full",
        /// It has not arrived, or is gone.
        NotArrived = "not_arrived",
        /// It lies at another branch.
        Elsewhere = "elsewhere",
        /// No parcel has this barcode.
        Unknown = "unknown",
    }
}

/// How many more a cell holds; `None` is any number.
pub fn free(capacity: Option<i64>, lying: usize) -> Option<usize> {
    capacity.map(|capacity| usize::try_from(capacity).unwrap_or(0).saturating_sub(lying))
}

/// Whether a parcel may lie in a cell.
pub fn put(status: Status, is_here: bool, lies_in: Option<&str>, address: &str, free: Option<usize>) -> Outcome {
    match (status, is_here) {
        (Status::Arrived, true) if lies_in == Some(address) => Outcome::AlreadyThere,
        (Status::Arrived, true) if free == Some(0) => Outcome::Full,
        (Status::Arrived, true) if lies_in.is_some() => Outcome::Moved,
        (Status::Arrived, true) => Outcome::Placed,
        (Status::Arrived, false) => Outcome::Elsewhere,
        _ => Outcome::NotArrived,
    }
}

/// A sentence for whoever holds the scanner, when there is something to say.
pub fn why_not(outcome: Outcome, status: Status) -> Option<String> {
    match outcome {
        Outcome::Full => Some("the cell is full: take another".to_owned()),
        Outcome::NotArrived => Some(format!("the parcel is {status}")),
        Outcome::Elsewhere => Some("the parcel is at another branch".to_owned()),
        Outcome::Placed | Outcome::Moved | Outcome::AlreadyThere | Outcome::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_it_is_typed() {
        for typed in ["A-03-2", " a-03-2", "Ａ－03-2", "a–03 -2"] {
            assert_eq!(
                Address::try_from(typed.to_owned()).map(|address| address.0),
                Ok("A-03-2".to_owned()),
                "{typed}"
            );
        }
        assert_eq!(Address::try_from("б12".to_owned()).map(|address| address.0), Ok("Б12".to_owned()));
        for typed in ["", "-", "A/3", "A_3", &"A".repeat(21)] {
            assert!(Address::try_from(typed.to_owned()).is_err(), "{typed}");
        }
    }

    #[test]
    fn only_what_has_arrived_here_and_fits_in_is_laid_down() {
        let here = |lies_in, free| put(Status::Arrived, true, lies_in, "A", free);
        assert_eq!(here(None, None), Outcome::Placed);
        assert_eq!(here(Some("B"), Some(1)), Outcome::Moved);
        assert_eq!(here(Some("A"), Some(0)), Outcome::AlreadyThere);
        assert_eq!(here(None, Some(0)), Outcome::Full);
        assert_eq!(put(Status::Arrived, false, None, "A", None), Outcome::Elsewhere);
        assert_eq!(put(Status::PickedUp, true, None, "A", None), Outcome::NotArrived);
        assert_eq!((free(None, 9), free(Some(3), 2), free(Some(3), 5)), (None, Some(1), Some(0)));
    }
}
