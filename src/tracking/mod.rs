//! What anybody with a code may see.

pub mod http;
pub mod pages;
mod road;
pub mod view;

use serde_json::Value;

use crate::branches;
use crate::code::OrderCode;
use crate::db::Tx;
use crate::error::Result;
use crate::money::Money;
use crate::orders::{self, Status, TimelineRow};
use crate::parcels;
use crate::texts::{self, Arg, Lang};
use view::{TrackBranch, TrackEvent, TrackParcels, TrackView};

/// The public view of an order.
///
/// # Errors
/// `not_found`.
pub fn look_up(tx: &mut Tx, code: &OrderCode, lang: Lang) -> Result<TrackView> {
    let order = orders::find_anywhere(tx, code)?;
    let timeline = orders::timeline(tx, &order.id)?;
    let parcels = parcels::of_order(tx, &order.id)?;
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
        code: order.code,
    })
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
