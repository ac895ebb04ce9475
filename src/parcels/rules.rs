//! The life of a parcel, and what its order makes of it.

use serde::{Deserialize, Serialize};

use crate::orders::EventKind;
use crate::orders::rules::Progress;

words! {
    /// Where a parcel is.
    Status as ParcelStatus {
        /// Registered, not seen.
        Expected = "expected",
        /// In the China warehouse.
        Received = "received",
        /// Loaded on a shipment.
        Packed = "packed",
        /// On the road.
        InTransit = "in_transit",
        /// At the pickup point.
        Arrived = "arrived",
        /// With the customer.
        PickedUp = "picked_up",
        /// In the warehouse, nobody's.
        Unclaimed = "unclaimed",
        /// Damaged; a person decides what follows.
        Damaged = "damaged",
        /// Lost.
        Lost = "lost",
        /// Sent back.
        Returned = "returned",
        /// Kept by customs.
        HeldByCustoms = "held_by_customs",
    }
}

/// How far a parcel is for its order; a lost or returned one holds nobody up.
pub fn progress(status: Status) -> Option<Progress> {
    match status {
        Status::Expected => Some(Progress::Expected),
        Status::Received | Status::Packed | Status::Damaged | Status::Unclaimed => Some(Progress::InChina),
        Status::InTransit | Status::HeldByCustoms => Some(Progress::OnTheRoad),
        Status::Arrived | Status::PickedUp => Some(Progress::Arrived),
        Status::Lost | Status::Returned => None,
    }
}

/// The slowest of an order's parcels; `None` when it has none to wait for.
pub fn slowest(statuses: &[Status]) -> Option<Progress> {
    statuses.iter().filter_map(|status| progress(*status)).min()
}

/// What a person may say of a parcel that left the usual way, or came back to it.
pub fn exceptions(status: Status) -> &'static [Status] {
    use Status as S;
    match status {
        S::Expected => &[S::Lost, S::Returned],
        S::Received => &[S::Damaged, S::Lost, S::Returned],
        S::Packed => &[S::Lost],
        S::InTransit => &[S::HeldByCustoms, S::Lost, S::Returned],
        S::HeldByCustoms => &[S::InTransit, S::Lost, S::Returned],
        S::Arrived => &[S::Lost, S::Returned],
        S::Unclaimed => &[S::Damaged, S::Lost, S::Returned],
        S::Damaged => &[S::Received, S::Lost, S::Returned],
        S::Lost | S::PickedUp | S::Returned => &[],
    }
}

/// Where a lost parcel can turn up: on its truck, or in the warehouse that had weighed it.
pub fn where_found(was_loaded: bool, was_weighed: bool) -> Vec<Status> {
    match (was_loaded, was_weighed) {
        (true, _) => vec![Status::InTransit],
        (false, true) => vec![Status::Received],
        (false, false) => vec![],
    }
}

/// What an exception is called on a timeline.
pub fn event_of(status: Status) -> Option<EventKind> {
    match status {
        Status::Damaged => Some(EventKind::ParcelDamaged),
        Status::Lost => Some(EventKind::ParcelLost),
        Status::Returned => Some(EventKind::ParcelReturned),
        Status::HeldByCustoms => Some(EventKind::ParcelHeldByCustoms),
        Status::Expected
        | Status::Received
        | Status::Packed
        | Status::InTransit
        | Status::Arrived
        | Status::PickedUp
        | Status::Unclaimed => None,
    }
}

/// The longest mark that is kept, characters.
const LONGEST_MARK: usize = 200;

/// What is written on a box, on one line and cut where no mark is that long: a clerk's hands are full, so it is never
/// refused. `None` when nothing is left.
pub fn mark(typed: &str) -> Option<String> {
    let words: Vec<_> = typed.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    let line: String = words.join(" ").chars().take(LONGEST_MARK).collect();
    (!line.is_empty()).then_some(line)
}

/// The text by which a box of nobody is found. Lower-cased here, by Unicode: SQLite folds ASCII only.
pub fn search_text<'a>(parts: impl IntoIterator<Item = Option<&'a str>>) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// A courier's tracking number: upper case, without spaces. Unknown shapes are kept: couriers invent new ones.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Tracking(String);

impl Tracking {
    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Tracking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Tracking {
    type Error = String;

    fn try_from(typed: String) -> Result<Self, String> {
        let number: String = typed
            .chars()
            .map(crate::fold::narrow)
            .filter(|c| *c == '-' || !crate::fold::is_gap(*c))
            .collect::<String>()
            .to_ascii_uppercase();
        let fits = (6..=40).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if fits {
            Ok(Self(number))
        } else {
            Err("a tracking number has 6 to 40 letters A-Z, digits or dashes".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_waits_for_its_slowest_parcel_but_not_for_a_lost_one() {
        use Status as S;
        assert_eq!(slowest(&[S::Arrived, S::Received]), Some(Progress::InChina));
        assert_eq!(slowest(&[S::Arrived, S::Lost]), Some(Progress::Arrived));
        assert_eq!(slowest(&[S::Lost, S::Returned]), None);
        assert_eq!(slowest(&[]), None);
        assert_eq!(slowest(&[S::HeldByCustoms, S::PickedUp]), Some(Progress::OnTheRoad));
    }

    #[test]
    fn a_mark_is_one_line_and_never_refused() {
        assert_eq!(mark(" 王\n KG-10427\u{7} ").as_deref(), Some("王 KG-10427"));
        assert_eq!(mark("\u{0} \n"), None);
        assert_eq!(mark(&"Ж".repeat(500)).map(|mark| mark.chars().count()), Some(200));
    }

    #[test]
    fn a_tracking_number_is_read_as_it_is_pasted() {
        for typed in
            ["yt1234567890123", " YT 1234567890123 ", "ＹＴ１２３４５６７８９０１２３", "YT\u{200b}1234567890123"]
        {
            assert_eq!(Tracking::try_from(typed.to_owned()).map(|n| n.0), Ok("YT1234567890123".to_owned()), "{typed}");
        }
        for typed in ["", "12345", "YT.123456", "номер123456", &"9".repeat(41)] {
            assert!(Tracking::try_from(typed.to_owned()).is_err(), "{typed}");
        }
    }
}
