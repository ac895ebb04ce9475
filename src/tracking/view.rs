//! What anybody with the code may see of an order: its way, the sum to pay, the pickup point. Nothing of the customer.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::store::Shown;
use super::{text_key, timeline};
use crate::clock::bishkek_day;
use crate::error::Result;
use crate::money::Money;
use crate::orders::Status;
use crate::texts::{self, Lang};

/// The public view of an order: the answer of `GET /v1/track/{code}`, and what the tracking page is made of.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TrackView {
    /// The order code, in its canonical form.
    pub code: String,
    /// The order's status, one snake_case word.
    pub status: String,
    /// The status in the reader's language.
    pub status_text: String,
    /// When the order last changed.
    pub updated_at: DateTime<Utc>,
    /// What happened so far, oldest first.
    pub timeline: Vec<TrackEvent>,
    /// Where the order is to be picked up, once that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pickup_point: Option<TrackBranch>,
    /// What the customer still owes, when that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance_due: Option<Money>,
    /// Until when storage at the pickup point is free; only after arrival.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free_storage_until: Option<DateTime<Utc>>,
    /// How many of the order's parcels have arrived.
    pub parcels: TrackParcels,
    /// The way of the truck that the order's parcels are on, while they are on one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub road: Option<TrackRoad>,
}

impl Shown {
    /// Whether what is owed at this moment may be more than the ledger says: beyond its free days an order may owe for
    /// storage that nothing charged yet.
    pub(super) fn may_owe_for_storage(&self, now: NaiveDateTime) -> bool {
        let is_late = self.free_storage_until.is_some_and(|until| bishkek_day(now) > bishkek_day(until));
        is_late && self.status == Status::ReadyForPickup
    }
}

/// What is kept ready, in a reader's words, with what only this moment tells: the balance and the road.
///
/// # Errors
/// When the timeline cannot be read.
pub(super) fn of(shown: Shown, balance_tyiyn: i64, road: Option<TrackRoad>, lang: Lang) -> Result<TrackView> {
    let is_owing = balance_tyiyn > 0 && shown.status != Status::Cancelled;
    let is_ready = shown.status == Status::ReadyForPickup;
    let (name, city, address, phone, hours) = shown.pickup_point;
    Ok(TrackView {
        code: shown.code,
        status_text: texts::text(lang, &text_key("status", shown.status.as_str()), &[]),
        status: shown.status.as_str().to_owned(),
        updated_at: shown.changed_at.and_utc(),
        timeline: timeline::read(&shown.timeline, lang)?,
        pickup_point: Some(TrackBranch { name, city, address, phone, hours }),
        balance_due: is_owing.then(|| Money::tyiyn(balance_tyiyn)),
        free_storage_until: shown.free_storage_until.filter(|_| is_ready).map(|until| until.and_utc()),
        parcels: TrackParcels { arrived: count(shown.parcels_arrived), total: count(shown.parcels_total) },
        road,
    })
}

fn count(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The way of a truck.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TrackRoad {
    /// Its stations, in their sequence.
    pub stations: Vec<TrackStation>,
    /// Code of the last station that it reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_station: Option<String>,
    /// When it is expected at the end of its way, by what is known now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eta: Option<DateTime<Utc>>,
    /// Only while it is late.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delayed: Option<TrackDelay>,
}

/// A place that a truck passes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TrackStation {
    /// Short name for programs, such as `kashgar`.
    pub code: String,
    /// Name for people.
    pub place: String,
    /// When the truck should be there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub planned_at: Option<DateTime<Utc>>,
    /// When it is expected there, by what is known now; not once it was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_at: Option<DateTime<Utc>>,
    /// When it was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed_at: Option<DateTime<Utc>>,
}

/// What is known of a truck's lateness.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TrackDelay {
    /// By how much, minutes, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes: Option<i64>,
    /// Why, in the words of whoever reported it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One line of the timeline.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TrackEvent {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The order's status after it, one snake_case word.
    pub status: String,
    /// What happened, in the reader's language.
    pub text: String,
    /// Where, when it happened somewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// A pickup point, as the public sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TrackBranch {
    /// Its name.
    pub name: String,
    /// The city.
    pub city: String,
    /// Street and house, or quarter and landmark.
    pub address: String,
    /// A phone for questions, as it is to be read.
    pub phone: String,
    /// Opening hours, as they are to be read.
    pub hours: String,
}

/// Parcels that have arrived at the pickup point, of all the order's parcels.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct TrackParcels {
    /// Arrived so far.
    pub arrived: u32,
    /// All of them.
    pub total: u32,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_known_is_left_out() {
        let at = "2026-05-24T08:05:00Z".parse().unwrap();
        let event = TrackEvent { at, status: "requested".into(), text: "Request received".into(), place: None };
        let mut view = TrackView {
            code: "TG-7K4M9-2QX8C-5".into(),
            status: "requested".into(),
            status_text: "Request received".into(),
            updated_at: at,
            timeline: vec![event],
            pickup_point: None,
            balance_due: None,
            free_storage_until: None,
            parcels: TrackParcels::default(),
            road: None,
        };
        let mut expected = json!({
            "code": "TG-7K4M9-2QX8C-5",
            "status": "requested",
            "status_text": "Request received",
            "updated_at": "2026-05-24T08:05:00Z",
            "timeline": [{"at": "2026-05-24T08:05:00Z", "status": "requested", "text": "Request received"}],
            "parcels": {"arrived": 0, "total": 0},
        });
        assert_eq!(serde_json::to_value(&view).unwrap(), expected);
        view.balance_due = Some(Money::tyiyn(124_500));
        expected["balance_due"] = json!({"amount": 124_500, "currency": "KGS"});
        assert_eq!(serde_json::to_value(&view).unwrap(), expected);
    }
}
