//! The road: the stations of a truck's way, and the news that comes from it.

use chrono::{NaiveDateTime, TimeDelta};

use super::rules::{self, Status};
use super::store::{self, Checkpoint, Shipment};
use super::timetable::{self, Delay, Stop, code_of};
use super::{CheckpointStatus, NewShipment, entry, expect, lock};
use crate::audit;
use crate::config::NamedRoute;
use crate::db::Tx;
use crate::error::{Problem, Result};
use crate::ids::{EntryId, ShipmentId};
use crate::orders::{self, Bulk};
use crate::parcels;

/// A place that a truck will pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewStation {
    /// Short name for programs.
    pub code: String,
    /// Name for people.
    pub place: String,
    /// Hours after departure, as far as the route says.
    pub hours: Option<i64>,
    /// When the truck should be there.
    pub planned_at: Option<NaiveDateTime>,
}

impl NewStation {
    /// A place, as it is called.
    pub fn at(place: &str) -> Self {
        Self { code: code_of(place), place: place.to_owned(), hours: None, planned_at: None }
    }
}

/// The stations of a new truck: those that were named, else those of the firm's route of that name, else the places
/// that the route is made of, with the hours of a route that has them all.
pub(super) fn stations_for(routes: &[NamedRoute], new: &NewShipment) -> Vec<NewStation> {
    let mut stations = match new.stations.is_empty() {
        true => by_route(routes, &new.route),
        false => new.stations.clone(),
    };
    for station in &mut stations {
        let planned = new.planned_departure_at.zip(station.hours).map(|(start, hours)| start + TimeDelta::hours(hours));
        station.planned_at = station.planned_at.or(planned);
    }
    stations
}

fn by_route(routes: &[NamedRoute], route: &str) -> Vec<NewStation> {
    let own = |route: &NamedRoute| {
        let station = |station: &crate::config::RouteStation| NewStation {
            code: station.code.clone(),
            place: station.place.clone(),
            hours: Some(station.hours),
            planned_at: None,
        };
        route.stations.iter().map(station).collect::<Vec<_>>()
    };
    let named = routes.iter().find(|known| known.name.to_lowercase() == route.trim().to_lowercase());
    if let Some(named) = named {
        return own(named);
    }
    let mut places: Vec<NewStation> = Vec::new();
    for place in route.split(['-', '\u{2013}', '\u{2014}', '\u{2192}', '>', ',', '/']).map(str::trim) {
        let station = NewStation::at(place);
        if !station.code.is_empty() && !places.iter().any(|known| known.code == station.code) {
            places.push(station);
        }
    }
    let hours_on = |route: &NamedRoute, place: &NewStation| {
        route.stations.iter().find(|station| station.code == place.code).map(|station| station.hours)
    };
    let fits = |route: &&NamedRoute| places.iter().all(|place| hours_on(route, place).is_some());
    if let Some(route) = routes.iter().find(fits) {
        let start = places.first().and_then(|place| hours_on(route, place)).unwrap_or_default();
        for place in &mut places {
            place.hours = hours_on(route, place).map(|hours| hours - start).filter(|hours| *hours >= 0);
        }
    }
    places
}

/// Stations that were planned for no time are planned from the departure.
pub(super) fn plan_from_departure(tx: &mut Tx, shipment: &Shipment) -> Result<()> {
    let Some(start) = shipment.departed_at else { return Ok(()) };
    for station in store::stations_of(tx, &shipment.id)? {
        if let (None, Some(hours)) = (station.planned_at, station.hours) {
            store::plan_station(tx, &station, start + TimeDelta::hours(hours))?;
        }
    }
    Ok(())
}

/// The way of a truck: its stations with what was planned, what is expected, what was.
///
/// # Errors
/// Those of the database.
pub fn timetable(tx: &mut Tx, shipment: &Shipment) -> Result<Vec<Stop>> {
    let stations = store::stations_of(tx, &shipment.id)?;
    let checkpoints = store::checkpoints_of(tx, &shipment.id)?;
    Ok(timetable::timetable(shipment, &stations, &checkpoints))
}

/// A truck's way as far as its customers are told of it.
#[derive(Clone, Debug)]
pub struct Journey {
    /// Its stations.
    pub stops: Vec<Stop>,
    /// Whether it is late.
    pub delay: Option<Delay>,
}

/// The way of the truck that parcels are on, or are loaded on; none when it has no stations.
///
/// # Errors
/// Those of the database.
pub fn journey(tx: &mut Tx, shipment: &ShipmentId) -> Result<Option<Journey>> {
    let Some(shipment) = store::by_ids(tx, std::slice::from_ref(shipment))?.pop() else { return Ok(None) };
    let stations = store::stations_of(tx, &shipment.id)?;
    if stations.is_empty() {
        return Ok(None);
    }
    let checkpoints = store::checkpoints_of(tx, &shipment.id)?;
    let stops = timetable::timetable(&shipment, &stations, &checkpoints);
    Ok(Some(Journey { delay: timetable::delay(&stops, &checkpoints), stops }))
}

/// News from the road.
#[derive(Clone, Debug)]
pub struct NewCheckpoint {
    /// Where.
    pub place: String,
    /// What.
    pub status: CheckpointStatus,
    /// When it happened; now when not named.
    pub at: Option<NaiveDateTime>,
    /// Anything worth knowing, for staff.
    pub note: Option<String>,
    /// Why it is late.
    pub reason: Option<String>,
    /// By how much, minutes.
    pub delay_minutes: Option<i64>,
    /// When the truck is expected at the end of its way.
    pub expected_at: Option<NaiveDateTime>,
    /// The checkpoint that was wrong, when this one puts it right.
    pub corrects: Option<EntryId>,
}

impl NewCheckpoint {
    /// Something happens somewhere, now.
    pub fn of(place: impl Into<String>, status: CheckpointStatus) -> Self {
        Self {
            place: place.into(),
            status,
            at: None,
            note: None,
            reason: None,
            delay_minutes: None,
            expected_at: None,
            corrects: None,
        }
    }
}

/// Writes down news from the road; it reaches the timeline of every order on board.
///
/// # Errors
/// `wrong_status` unless the truck is on the road, or has arrived and something is put right; `validation_failed` for a
/// time in the future, a delay without a reason or a length, or a correction of what is not this truck's.
pub fn report(tx: &mut Tx, code: &str, new: &NewCheckpoint) -> Result<(Shipment, Checkpoint)> {
    let shipment = lock(tx, code)?;
    if new.corrects.is_none() || shipment.status == Status::Loading {
        expect(&shipment, Status::Departed)?;
    }
    let at = new.at.unwrap_or(tx.now);
    if at > tx.now {
        return Problem::field("/at", "a checkpoint is news, not a plan: it cannot lie in the future").fail();
    }
    refuse_odd_delay(new, at)?;
    let corrected = match &new.corrects {
        Some(wrong) => Some(to_correct(tx, &shipment, wrong)?),
        None => None,
    };
    let checkpoint = store::insert_checkpoint(tx, &shipment.id, new, at)?;
    let mut news = entry(rules::event_of(new.status), &shipment).at(at).place(&new.place);
    if let Some(expected_at) = timetable::eta(&timetable(tx, &shipment)?) {
        news = news.with("expected_at", expected_at.and_utc().to_rfc3339());
    }
    if let Some(reason) = &new.reason {
        news = news.with("reason", reason.as_str());
    }
    if let Some(wrong) = &corrected {
        news = news.with(
            "corrects",
            serde_json::json!({"place": wrong.place, "status": wrong.status, "at": wrong.at.and_utc()}),
        );
    }
    let status = match shipment.status {
        Status::Arrived => parcels::Status::Arrived,
        Status::Loading | Status::Departed => parcels::Status::InTransit,
    };
    let on_board = parcels::bulk::lock_orders_on(tx, &shipment.id, status)?;
    let mut writing = Bulk::default();
    on_board.values().for_each(|order| writing.note(tx, order, &news));
    writing.write(tx, std::iter::empty())?;
    // Customers were told of a delay that is only put right, and nobody waits for a truck that is here.
    let is_told = corrected.is_some_and(|wrong| wrong.status == CheckpointStatus::Delayed);
    if new.status == CheckpointStatus::Delayed && shipment.status == Status::Departed && !is_told {
        orders::delayed(tx, on_board.values(), &new.place, checkpoint.id.as_str())?;
    }
    audit::record(
        tx,
        "shipment.checkpoint",
        &shipment.code,
        serde_json::json!({
            "place": checkpoint.place, "status": checkpoint.status, "at": at.and_utc(), "reason": checkpoint.reason,
            "corrects": checkpoint.corrects,
        }),
    )?;
    Ok((shipment, checkpoint))
}

fn refuse_odd_delay(new: &NewCheckpoint, at: NaiveDateTime) -> Result<()> {
    let tells_delay = new.delay_minutes.is_some() || new.expected_at.is_some();
    if tells_delay && new.status != CheckpointStatus::Delayed {
        return Problem::field("/status", "only a delay moves what is expected: send `delayed`").fail();
    }
    if new.expected_at.is_some_and(|expected| expected < at) {
        return Problem::field("/expected_at", "cannot lie before the news itself").fail();
    }
    if tells_delay && new.reason.is_none() {
        return Problem::field("/reason", "say why the truck is late").fail();
    }
    Ok(())
}

/// A checkpoint of this truck that is still believed.
fn to_correct(tx: &mut Tx, shipment: &Shipment, wrong: &EntryId) -> Result<Checkpoint> {
    let known = store::checkpoints_of(tx, &shipment.id)?;
    if known.iter().any(|news| news.corrects.as_ref() == Some(wrong)) {
        return Problem::field("/corrects", "was corrected before: correct the later checkpoint").fail();
    }
    match known.into_iter().find(|news| news.id == *wrong) {
        Some(checkpoint) => Ok(checkpoint),
        None => Problem::field("/corrects", "is not a checkpoint of this shipment").fail(),
    }
}
