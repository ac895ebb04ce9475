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
pub mod view;

use serde_json::Value;

use crate::branches;
use crate::code::OrderCode;
use crate::db::Tx;
use crate::error::Result;
use crate::money::Money;
use crate::orders::{self, Order, Status, TimelineRow};
use crate::parcels::{self, Parcel};
use crate::shipments::{self, Journey};
use crate::texts::{self, Arg, Lang};
use view::{TrackBranch, TrackDelay, TrackEvent, TrackParcels, TrackRoad, TrackStation, TrackView};

/// The public view of an order.
///
/// # Errors
/// `not_found`.
pub fn look_up(tx: &mut Tx, code: &OrderCode, lang: Lang) -> Result<TrackView> {
    let order = orders::find_anywhere(tx, code)?;
    let parcels = parcels::of_order(tx, &order.id)?;
    public_view(tx, order, &parcels, lang)
}

fn public_view(tx: &mut Tx, order: Order, parcels: &[Parcel], lang: Lang) -> Result<TrackView> {
    let timeline = orders::timeline(tx, &order.id)?;
    let arrived = parcels
        .iter()
        .filter(|parcel| matches!(parcel.status, parcels::Status::Arrived | parcels::Status::PickedUp))
        .count();
    let branch = branches::get(tx, &order.pickup_point_id)?;
    let balance_tyiyn = parcels::storage::balance_tyiyn(tx, &order)?;
    let is_owing = balance_tyiyn > 0 && order.status != Status::Cancelled;
    Ok(TrackView {
        status_text: texts::text(lang, &text_key("status", order.status.as_str()), &[]),
        status: order.status.as_str().to_owned(),
        updated_at: timeline.iter().map(|row| row.recorded_at).max().unwrap_or(order.created_at).and_utc(),
        timeline: timeline.into_iter().map(|row| event(row, lang)).collect(),
        pickup_point: Some(TrackBranch {
            name: branch.name,
            city: branch.city,
            address: branch.address,
            phone: branch.phone,
            hours: branch.hours,
        }),
        balance_due: is_owing.then(|| Money::tyiyn(balance_tyiyn)),
        free_storage_until: order
            .free_storage_until
            .filter(|_| order.status == Status::ReadyForPickup)
            .map(|until| until.and_utc()),
        parcels: TrackParcels { arrived: count(arrived), total: count(parcels.len()) },
        road: road_of(tx, parcels)?,
        code: order.code,
    })
}

/// The way of the truck that parcels are on; what moves goes before what is loaded. Of several the one that was opened
/// last: an order waits for its last parcel.
fn road_of(tx: &mut Tx, parcels: &[Parcel]) -> Result<Option<TrackRoad>> {
    let on = |status| {
        parcels
            .iter()
            .filter(move |parcel| parcel.status == status)
            .filter_map(|parcel| parcel.shipment_id.as_ref())
            .max()
    };
    let Some(truck) = on(parcels::Status::InTransit).or_else(|| on(parcels::Status::Packed)) else { return Ok(None) };
    Ok(shipments::journey(tx, truck)?.map(road))
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

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn text_key(group: &str, word: &str) -> String {
    format!("{group}-{}", word.replace('_', "-"))
}

fn event(row: TimelineRow, lang: Lang) -> TrackEvent {
    let data: Value = serde_json::from_str(&row.data).unwrap_or(Value::Null);
    let number = |name: &str| data.get(name).and_then(Value::as_i64).unwrap_or(0);
    let args = [("arrived", Arg::Num(number("arrived"))), ("total", Arg::Num(number("total")))];
    TrackEvent {
        at: row.at.and_utc(),
        status: row.status.as_str().to_owned(),
        text: texts::text(lang, &text_key("event", row.kind.as_str()), &args),
        place: row.place,
    }
}
