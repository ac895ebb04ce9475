//! What anybody with a code may see, and what its customer sees besides.

mod claim_form;
pub mod details;
pub mod details_http;
mod details_view;
pub mod http;
mod map;
pub mod pages;
mod pass;
pub mod price;
mod road;
mod store;
mod timeline;
pub mod view;

use crate::clock::bishkek_day;
use crate::code::OrderCode;
use crate::db::Tx;
use crate::error::Result;
use crate::money::Money;
use crate::orders::{self, Status};
use crate::parcels;
use crate::shipments::{self, Journey};
use crate::texts::{self, Lang};
use store::Shown;
use view::{TrackBranch, TrackDelay, TrackParcels, TrackRoad, TrackStation, TrackView};

/// The public view of an order.
///
/// # Errors
/// `not_found`.
pub fn look_up(tx: &mut Tx, code: &OrderCode, lang: Lang) -> Result<TrackView> {
    let Some(shown) = store::by_code(tx, code.as_str())? else { return Err(orders::unknown(code)) };
    let balance_tyiyn = balance_tyiyn(tx, code, &shown)?;
    let is_owing = balance_tyiyn > 0 && shown.status != Status::Cancelled;
    let road = match &shown.truck_id {
        Some(truck) => shipments::journey(tx, truck)?.map(road),
        None => None,
    };
    let (name, city, address, phone, hours) = shown.pickup_point;
    Ok(TrackView {
        code: code.to_string(),
        status_text: texts::text(lang, &text_key("status", shown.status.as_str()), &[]),
        status: shown.status.as_str().to_owned(),
        updated_at: shown.changed_at.and_utc(),
        timeline: timeline::read(&shown.timeline, lang)?,
        pickup_point: Some(TrackBranch { name, city, address, phone, hours }),
        balance_due: is_owing.then(|| Money::tyiyn(balance_tyiyn)),
        free_storage_until: shown
            .free_storage_until
            .filter(|_| shown.status == Status::ReadyForPickup)
            .map(|until| until.and_utc()),
        parcels: TrackParcels { arrived: count(shown.parcels_arrived), total: count(shown.parcels_total) },
        road,
    })
}

/// What is owed at this moment: beyond its free days an order may owe for storage that nothing charged yet.
fn balance_tyiyn(tx: &mut Tx, code: &OrderCode, shown: &Shown) -> Result<i64> {
    let is_late = shown.free_storage_until.is_some_and(|until| bishkek_day(tx.now) > bishkek_day(until));
    if shown.status != Status::ReadyForPickup || !is_late {
        return Ok(shown.balance_tyiyn);
    }
    let order = orders::find_anywhere(tx, code)?;
    parcels::storage::balance_tyiyn(tx, &order)
}

fn road(journey: Journey) -> TrackRoad {
    let at_station = journey.stops.iter().rfind(|stop| stop.actual_at.is_some()).map(|stop| stop.code.clone());
    let delayed =
        journey.delay.map(|delay| TrackDelay { minutes: delay.by.map(|by| by.num_minutes()), reason: delay.reason });
    let eta = shipments::eta(&journey.stops).map(|at| at.and_utc());
    let stations = journey.stops.into_iter().map(|stop| TrackStation {
        code: stop.code,
        place: stop.place,
        planned_at: stop.planned_at.map(|at| at.and_utc()),
        expected_at: stop.estimated_at.map(|at| at.and_utc()),
        passed_at: stop.actual_at.map(|at| at.and_utc()),
    });
    TrackRoad { stations: stations.collect(), at_station, eta, delayed }
}

fn count(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn text_key(group: &str, word: &str) -> String {
    format!("{group}-{}", word.replace('_', "-"))
}
