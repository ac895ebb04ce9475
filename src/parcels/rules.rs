//! The life of a parcel, and what its order makes of it.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::ids::BranchId;
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

/// Where a parcel stands, as far as its order is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Where it is.
    pub status: Status,
    /// The branch it is or was last at.
    pub branch_id: Option<BranchId>,
    /// Whether it has reached a branch of ours in this country.
    pub has_arrived: bool,
}

/// How far a parcel is for its order; a lost or returned one holds nobody up. One that arrived at another branch than
/// the order's waits there for onward transfer, and is still on the road for its customer.
pub fn progress(standing: &Standing, pickup_point: &BranchId) -> Option<Progress> {
    let is_elsewhere = standing.branch_id.as_ref().is_some_and(|branch| branch != pickup_point);
    match standing.status {
        Status::Expected => Some(Progress::Expected),
        Status::Arrived if is_elsewhere => Some(Progress::OnTheRoad),
        Status::Packed if standing.has_arrived => Some(Progress::OnTheRoad),
        Status::Received | Status::Packed | Status::Damaged | Status::Unclaimed => Some(Progress::InChina),
        Status::InTransit | Status::HeldByCustoms => Some(Progress::OnTheRoad),
        Status::Arrived | Status::PickedUp => Some(Progress::Arrived),
        Status::Lost | Status::Returned => None,
    }
}

/// The slowest of an order's parcels; `None` when it has none to wait for.
pub fn slowest(standings: &[Standing], pickup_point: &BranchId) -> Option<Progress> {
    standings.iter().filter_map(|standing| progress(standing, pickup_point)).min()
}

/// Whether what an operator let the customer have is no longer a part: the rest is here, or nothing is.
pub fn ends_release(standings: &[Standing], pickup_point: &BranchId) -> bool {
    let lies_here = |standing: &Standing| {
        standing.status == Status::Arrived && progress(standing, pickup_point) == Some(Progress::Arrived)
    };
    let slowest = slowest(standings, pickup_point);
    slowest.is_none_or(|slowest| slowest == Progress::Arrived) || !standings.iter().any(lies_here)
}

/// The days of storage to be charged now, the first and the last. The day on which free storage ends is free as a
/// whole; every day in Bishkek that began after it counts. `charged_days` were charged before, the last of them
/// `charged_through`; no parcel is charged for more than `most_days`.
pub fn storage_days(
    free_day: NaiveDate,
    today: NaiveDate,
    charged_through: Option<NaiveDate>,
    charged_days: i64,
    most_days: i64,
) -> Option<(NaiveDate, NaiveDate)> {
    let from = charged_through.map_or(free_day, |through| through.max(free_day)).succ_opt()?;
    let left = u64::try_from(most_days - charged_days).ok()?.checked_sub(1)?;
    let through = today.min(from.checked_add_days(Days::new(left))?);
    (from <= through).then_some((from, through))
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
        let here = BranchId::new();
        let slowest = |statuses: &[S]| {
            let of = |status: &S| Standing { status: *status, branch_id: Some(here.clone()), has_arrived: false };
            slowest(&statuses.iter().map(of).collect::<Vec<_>>(), &here)
        };
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
    fn a_day_of_storage_is_charged_once_and_not_without_end() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 6, day).unwrap();
        let through = |from, through| Some((day(from), day(through)));
        for (today, charged_through, charged_days, expected) in [
            (9, None, 0, None),
            (10, None, 0, None),
            (11, None, 0, through(11, 11)),
            (13, None, 0, through(11, 13)),
            (13, Some(13), 3, None),
            (14, Some(13), 3, through(14, 14)),
            // Free storage began anew when more arrived.
            (14, Some(5), 2, through(11, 13)),
            (12, Some(5), 2, through(11, 12)),
            (10, Some(5), 2, None),
            // Five days at most.
            (30, None, 0, through(11, 15)),
            (30, Some(13), 3, through(14, 15)),
            (30, Some(15), 5, None),
            (30, Some(20), 10, None),
        ] {
            let days = storage_days(day(10), day(today), charged_through.map(day), charged_days, 5);
            assert_eq!(days, expected, "{today} {charged_through:?} {charged_days}");
        }
        assert_eq!(storage_days(day(10), day(30), None, 0, 0), None);
    }

    #[test]
    fn a_parcel_that_waits_for_onward_transfer_is_on_the_road_for_its_customer() {
        let (here, there) = (BranchId::new(), BranchId::new());
        let standing = |status, has_arrived| Standing { status, branch_id: Some(here.clone()), has_arrived };
        assert_eq!(progress(&standing(Status::Arrived, true), &there), Some(Progress::OnTheRoad));
        assert_eq!(progress(&standing(Status::Arrived, true), &here), Some(Progress::Arrived));
        assert_eq!(progress(&standing(Status::Packed, true), &there), Some(Progress::OnTheRoad));
        assert_eq!(progress(&standing(Status::Packed, false), &there), Some(Progress::InChina));
        assert_eq!(progress(&standing(Status::PickedUp, true), &there), Some(Progress::Arrived));
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
