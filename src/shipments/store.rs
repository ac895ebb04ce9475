//! The `shipments` and `checkpoints` tables.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::Serialize;

use super::road::NewStation;
use super::rules::Action;
use super::{CheckpointStatus, NewCheckpoint, NewShipment, Outcome, Status};
use crate::db::Tx;
use crate::db::batch::{self, Kind};
use crate::db::schema::{checkpoints, planned_parcels, scans, shipments, stations};
use crate::error::Result;
use crate::ids::{BranchId, EntryId, ParcelId, ShipmentId};

/// A shipment as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Shipment {
    /// Identifier.
    pub id: ShipmentId,
    /// `SH-2026-0001`.
    pub code: String,
    /// Which way it goes.
    pub route: String,
    /// Its plates.
    pub vehicle: String,
    /// Number of the consignment note.
    pub cmr_number: Option<String>,
    /// Where it goes.
    pub to_branch_id: BranchId,
    /// Where it is.
    pub status: Status,
    /// When it was opened.
    pub created_at: NaiveDateTime,
    /// When it left.
    pub departed_at: Option<NaiveDateTime>,
    /// When it was unloaded.
    pub arrived_at: Option<NaiveDateTime>,
    /// Where it starts, when that is not a warehouse in China.
    pub from_branch_id: Option<BranchId>,
    /// What it can carry, grams.
    pub capacity_weight_g: Option<i64>,
    /// What fits in it, cubic centimetres.
    pub capacity_volume_cm3: Option<i64>,
    /// Number of the seal on its doors.
    pub seal_number: Option<String>,
    /// Since when it is being unloaded as a whole; none before and after.
    pub unloading_at: Option<NaiveDateTime>,
}

/// A checkpoint as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Checkpoint {
    /// Identifier.
    pub id: EntryId,
    /// Of which shipment.
    pub shipment_id: ShipmentId,
    /// Where.
    pub place: String,
    /// What.
    pub status: CheckpointStatus,
    /// Anything worth knowing.
    pub note: Option<String>,
    /// When it happened.
    pub at: NaiveDateTime,
    /// When it was written down.
    pub recorded_at: NaiveDateTime,
    /// By whom.
    pub actor: String,
    /// Why it is late.
    pub reason: Option<String>,
    /// By how much, minutes.
    pub delay_minutes: Option<i64>,
    /// When the truck is expected at the end of its way.
    pub expected_at: Option<NaiveDateTime>,
    /// The checkpoint that was wrong.
    pub corrects: Option<EntryId>,
}

/// A station as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Station {
    /// Of which shipment.
    pub shipment_id: ShipmentId,
    /// Which one.
    pub position: i32,
    /// Short name for programs.
    pub code: String,
    /// Name for people.
    pub place: String,
    /// How many hours after departure that is, as far as the route says.
    pub hours: Option<i64>,
    /// When the truck should be there.
    pub planned_at: Option<NaiveDateTime>,
}

/// A scan of a scanner as stored.
#[derive(Clone, Debug, Queryable)]
pub struct StoredScan {
    /// The scanner's identifier.
    pub scan_id: String,
    /// Which parcel of a bag; zero where the scan meant one.
    pub position: i32,
    /// Of which shipment.
    pub shipment_id: ShipmentId,
    /// What was being done.
    pub action: Action,
    /// What was scanned.
    pub barcode: String,
    /// The parcel it meant.
    pub parcel_id: Option<ParcelId>,
    /// What became of it.
    pub outcome: Outcome,
    /// What was said to it.
    pub reason: Option<String>,
    /// When it was scanned.
    pub at: NaiveDateTime,
}

pub fn insert(
    tx: &mut Tx,
    code: &str,
    new: &NewShipment,
    from_branch: Option<&BranchId>,
    to_branch: &BranchId,
) -> Result<Shipment> {
    Ok(diesel::insert_into(shipments::table)
        .values((
            shipments::id.eq(ShipmentId::new()),
            shipments::code.eq(code),
            shipments::route.eq(&new.route),
            shipments::vehicle.eq(&new.vehicle),
            shipments::cmr_number.eq(&new.cmr_number),
            shipments::to_branch_id.eq(to_branch),
            shipments::status.eq(Status::Loading),
            shipments::created_at.eq(tx.now),
            shipments::from_branch_id.eq(from_branch),
            shipments::capacity_weight_g.eq(new.capacity_weight_g),
            shipments::capacity_volume_cm3.eq(new.capacity_volume_cm3),
        ))
        .returning(shipments::all_columns)
        .get_result(tx.conn)?)
}

pub fn by_code(tx: &mut Tx, code: &str) -> Result<Option<Shipment>> {
    Ok(shipments::table.filter(shipments::code.eq(code.to_uppercase())).first(tx.conn).optional()?)
}

/// The truck that is being loaded for a branch: the one opened last.
pub fn loading_to(tx: &mut Tx, branch: &BranchId) -> Result<Option<Shipment>> {
    Ok(shipments::table
        .filter(shipments::to_branch_id.eq(branch))
        .filter(shipments::status.eq(Status::Loading))
        .order(shipments::id.desc())
        .first(tx.conn)
        .optional()?)
}

/// Writing the code onto itself takes the row lock on PostgreSQL; SQLite has one writer anyway.
pub fn lock(tx: &mut Tx, code: &str) -> Result<Option<Shipment>> {
    Ok(diesel::update(shipments::table.filter(shipments::code.eq(code.to_uppercase())))
        .set(shipments::code.eq(shipments::code))
        .returning(shipments::all_columns)
        .get_result(tx.conn)
        .optional()?)
}

pub fn update(tx: &mut Tx, shipment: &Shipment) -> Result<()> {
    diesel::update(shipments::table.find(&shipment.id))
        .set((
            shipments::status.eq(shipment.status),
            shipments::departed_at.eq(shipment.departed_at),
            shipments::arrived_at.eq(shipment.arrived_at),
            shipments::seal_number.eq(&shipment.seal_number),
            shipments::unloading_at.eq(shipment.unloading_at),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn page(tx: &mut Tx, limit: i64, below: Option<&str>) -> Result<Vec<Shipment>> {
    let mut query = shipments::table.order(shipments::id.desc()).limit(limit).into_boxed();
    if let Some(below) = below {
        query = query.filter(shipments::id.lt(below.to_owned()));
    }
    Ok(query.load(tx.conn)?)
}

pub fn insert_checkpoint(
    tx: &mut Tx,
    shipment: &ShipmentId,
    new: &NewCheckpoint,
    at: NaiveDateTime,
) -> Result<Checkpoint> {
    Ok(diesel::insert_into(checkpoints::table)
        .values((
            checkpoints::id.eq(EntryId::new()),
            checkpoints::shipment_id.eq(shipment),
            checkpoints::place.eq(&new.place),
            checkpoints::status.eq(new.status),
            checkpoints::note.eq(&new.note),
            checkpoints::at.eq(at),
            checkpoints::recorded_at.eq(tx.now),
            checkpoints::actor.eq(tx.by.name()),
            checkpoints::reason.eq(&new.reason),
            checkpoints::delay_minutes.eq(new.delay_minutes),
            checkpoints::expected_at.eq(new.expected_at),
            checkpoints::corrects.eq(&new.corrects),
        ))
        .returning(checkpoints::all_columns)
        .get_result(tx.conn)?)
}

pub fn checkpoints_of(tx: &mut Tx, shipment: &ShipmentId) -> Result<Vec<Checkpoint>> {
    Ok(checkpoints::table.filter(checkpoints::shipment_id.eq(shipment)).order(checkpoints::id).load(tx.conn)?)
}

pub fn insert_stations(tx: &mut Tx, shipment: &ShipmentId, stations: &[NewStation]) -> Result<()> {
    for (position, station) in (0_i32..).zip(stations) {
        diesel::insert_into(stations::table)
            .values((
                stations::shipment_id.eq(shipment),
                stations::position.eq(position),
                stations::code.eq(&station.code),
                stations::place.eq(&station.place),
                stations::hours.eq(station.hours),
                stations::planned_at.eq(station.planned_at),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

pub fn plan_station(tx: &mut Tx, station: &Station, at: NaiveDateTime) -> Result<()> {
    diesel::update(stations::table.find((&station.shipment_id, station.position)))
        .set(stations::planned_at.eq(at))
        .execute(tx.conn)?;
    Ok(())
}

pub fn stations_of(tx: &mut Tx, shipment: &ShipmentId) -> Result<Vec<Station>> {
    Ok(stations::table.filter(stations::shipment_id.eq(shipment)).order(stations::position).load(tx.conn)?)
}

/// What became of these scans of a scanner, as far as they came before.
pub fn scans_known(tx: &mut Tx, scope: &str, ids: &[&str]) -> Result<Vec<StoredScan>> {
    let these = batch::among(tx.conn, "scans.scan_id", ids)?;
    let known = scans::table.filter(scans::scope.eq(scope)).filter(these);
    Ok(known
        .order((scans::scan_id, scans::position))
        .select((
            scans::scan_id,
            scans::position,
            scans::shipment_id,
            scans::action,
            scans::barcode,
            scans::parcel_id,
            scans::outcome,
            scans::reason,
            scans::at,
        ))
        .load(tx.conn)?)
}

/// A scan to be remembered.
#[derive(Debug, Serialize)]
pub struct NewScan<'a> {
    pub scope: &'a str,
    pub scan_id: &'a str,
    pub position: i32,
    pub shipment_id: &'a ShipmentId,
    pub action: Action,
    pub barcode: &'a str,
    pub parcel_id: Option<&'a ParcelId>,
    pub outcome: Outcome,
    pub reason: Option<&'a str>,
    #[serde(serialize_with = "batch::moment")]
    pub at: NaiveDateTime,
    #[serde(serialize_with = "batch::moment")]
    pub recorded_at: NaiveDateTime,
}

/// One that another call remembered a moment earlier stays as it is.
pub fn insert_scans(tx: &mut Tx, scans: &[NewScan]) -> Result<()> {
    let columns = [
        ("scope", Kind::Text),
        ("scan_id", Kind::Text),
        ("position", Kind::Number),
        ("shipment_id", Kind::Text),
        ("action", Kind::Text),
        ("barcode", Kind::Text),
        ("parcel_id", Kind::Text),
        ("outcome", Kind::Text),
        ("reason", Kind::Text),
        ("at", Kind::Moment),
        ("recorded_at", Kind::Moment),
    ];
    batch::insert_new(tx.conn, "scans", &columns, "scope, scan_id, position", scans)?;
    Ok(())
}

/// Puts another plan in the place of the one before.
pub fn set_plan(tx: &mut Tx, shipment: &ShipmentId, parcels: &[ParcelId]) -> Result<()> {
    #[derive(Serialize)]
    struct Row<'a> {
        shipment_id: &'a ShipmentId,
        parcel_id: &'a ParcelId,
    }
    diesel::delete(planned_parcels::table.filter(planned_parcels::shipment_id.eq(shipment))).execute(tx.conn)?;
    let rows: Vec<_> = parcels.iter().map(|parcel_id| Row { shipment_id: shipment, parcel_id }).collect();
    let columns = [("shipment_id", Kind::Text), ("parcel_id", Kind::Text)];
    batch::insert(tx.conn, "planned_parcels", &columns, &rows)
}

pub fn planned(tx: &mut Tx, shipment: &ShipmentId) -> Result<Vec<ParcelId>> {
    Ok(planned_parcels::table
        .filter(planned_parcels::shipment_id.eq(shipment))
        .order(planned_parcels::parcel_id)
        .select(planned_parcels::parcel_id)
        .load(tx.conn)?)
}

pub fn by_ids(tx: &mut Tx, ids: &[ShipmentId]) -> Result<Vec<Shipment>> {
    let these = batch::among(tx.conn, "shipments.id", ids)?;
    Ok(shipments::table.filter(these).order(shipments::id).load(tx.conn)?)
}
