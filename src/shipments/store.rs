//! The `shipments` and `checkpoints` tables.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{CheckpointStatus, NewCheckpoint, NewShipment, Status};
use crate::db::schema::{checkpoints, shipments};
use crate::db::{ASKED_AT_ONCE, Tx};
use crate::error::Result;
use crate::ids::{BranchId, EntryId, ShipmentId};

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
}

pub fn insert(tx: &mut Tx, code: &str, new: &NewShipment, to_branch: &BranchId) -> Result<Shipment> {
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
        ))
        .returning(shipments::all_columns)
        .get_result(tx.conn)?)
}

pub fn by_code(tx: &mut Tx, code: &str) -> Result<Option<Shipment>> {
    Ok(shipments::table.filter(shipments::code.eq(code.to_uppercase())).first(tx.conn).optional()?)
}

pub fn many(tx: &mut Tx, ids: &[ShipmentId]) -> Result<Vec<Shipment>> {
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(ASKED_AT_ONCE) {
        found.extend(shipments::table.filter(shipments::id.eq_any(some)).load::<Shipment>(tx.conn)?);
    }
    Ok(found)
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
        ))
        .returning(checkpoints::all_columns)
        .get_result(tx.conn)?)
}

pub fn checkpoints_of(tx: &mut Tx, shipment: &ShipmentId) -> Result<Vec<Checkpoint>> {
    Ok(checkpoints::table.filter(checkpoints::shipment_id.eq(shipment)).order(checkpoints::id).load(tx.conn)?)
}
