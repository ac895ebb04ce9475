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
mod together;
pub mod view;

use crate::code::OrderCode;
use crate::db::Tx;
use crate::error::Result;
use crate::http::Call;
use crate::orders;
use crate::parcels;
use crate::shipments::{self, Journey};
use crate::state::App;
use crate::texts::Lang;
use view::{TrackDelay, TrackRoad, TrackStation, TrackView};

pub use together::LookUps;

/// The public view of an order.
///
/// # Errors
/// `not_found`.
pub fn look_up(tx: &mut Tx, code: &OrderCode, lang: Lang) -> Result<TrackView> {
    let Some(shown) = store::by_code(tx, code.as_str())? else { return Err(orders::unknown(code)) };
    let balance_tyiyn = match shown.may_owe_for_storage(tx.now) {
        true => {
            let order = orders::find_anywhere(tx, code)?;
            parcels::storage::balance_tyiyn(tx, &order)?
        }
        false => shown.balance_tyiyn,
    };
    let road = match &shown.truck_id {
        Some(truck) => shipments::journey(tx, truck)?.map(road),
        None => None,
    };
    view::of(shown, balance_tyiyn, road, lang)
}

/// The same for a visitor, at the least cost: where the way to the database is long, many of them go it together.
///
/// # Errors
/// `not_found`; those of the database.
pub async fn look_up_together(
    app: &App,
    look_ups: &LookUps,
    call: &Call,
    code: &OrderCode,
    lang: Lang,
) -> Result<TrackView> {
    if !app.db.is_in_process() {
        let Some(shown) = look_ups.find(app, code).await? else { return Err(orders::unknown(code)) };
        if shown.truck_id.is_none() && !shown.may_owe_for_storage(app.clock.now()) {
            let balance_tyiyn = shown.balance_tyiyn;
            return view::of(shown, balance_tyiyn, None, lang);
        }
    }
    let code = code.clone();
    app.glance(&call.actor, move |tx| look_up(tx, &code, lang)).await
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

fn text_key(group: &str, word: &str) -> String {
    format!("{group}-{}", word.replace('_', "-"))
}
