//! The `parcels` table.

pub mod many;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::intake::NewReceipt;
use super::rules::{Status, Tracking};
use crate::code;
use crate::db::Tx;
use crate::db::schema::parcels::{self, table};
use crate::error::Result;
use crate::ids::{BranchId, OrderId, ParcelId, ShipmentId};

/// Statuses after which a courier's number may be used for another parcel.
const FINISHED: [Status; 3] = [Status::PickedUp, Status::Lost, Status::Returned];

/// A parcel as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Parcel {
    /// Identifier.
    pub id: ParcelId,
    /// Our own barcode.
    pub barcode: String,
    /// The Chinese courier's number.
    pub tracking_number: Option<String>,
    /// Whose it is.
    pub order_id: Option<OrderId>,
    /// The client code read from the mark.
    pub client_code: Option<String>,
    /// Where it is.
    pub status: Status,
    /// How it looked when received.
    pub condition: Option<String>,
    /// Grams.
    pub weight_g: Option<i64>,
    /// Millimetres.
    pub length_mm: Option<i64>,
    /// Millimetres.
    pub width_mm: Option<i64>,
    /// Millimetres.
    pub height_mm: Option<i64>,
    /// Anything worth knowing.
    pub note: Option<String>,
    /// The shipment it is or was on.
    pub shipment_id: Option<ShipmentId>,
    /// The branch it is or was last at.
    pub branch_id: Option<BranchId>,
    /// What freight was charged for it.
    pub freight_tyiyn: Option<i64>,
    /// When it reached the China warehouse.
    pub received_at: Option<NaiveDateTime>,
    /// When it reached the pickup point.
    pub arrived_at: Option<NaiveDateTime>,
    /// When the customer took it.
    pub picked_up_at: Option<NaiveDateTime>,
    /// When it was first known.
    pub created_at: NaiveDateTime,
    /// When it was last written.
    pub updated_at: NaiveDateTime,
}

/// Which parcels to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In this status.
    pub status: Option<Status>,
    /// With this courier's number.
    pub tracking_number: Option<String>,
    /// On this shipment.
    pub shipment: Option<ShipmentId>,
    /// Of this order.
    pub order: Option<OrderId>,
}

pub fn insert_expected(tx: &mut Tx, order: &OrderId, number: &Tracking) -> Result<()> {
    diesel::insert_into(table)
        .values((
            parcels::id.eq(ParcelId::new()),
            parcels::barcode.eq(code::barcode()),
            parcels::tracking_number.eq(number.as_str()),
            parcels::order_id.eq(order),
            parcels::status.eq(Status::Expected),
            parcels::created_at.eq(tx.now),
            parcels::updated_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn insert_received(tx: &mut Tx, order: Option<&OrderId>, status: Status, new: &NewReceipt) -> Result<Parcel> {
    Ok(diesel::insert_into(table)
        .values((
            parcels::id.eq(ParcelId::new()),
            parcels::barcode.eq(code::barcode()),
            parcels::tracking_number.eq(new.tracking_number.as_ref().map(Tracking::as_str)),
            parcels::order_id.eq(order),
            parcels::client_code.eq(&new.client_code),
            parcels::status.eq(status),
            parcels::condition.eq(&new.condition),
            parcels::weight_g.eq(new.weight_g),
            (
                parcels::length_mm.eq(new.length_mm),
                parcels::width_mm.eq(new.width_mm),
                parcels::height_mm.eq(new.height_mm),
                parcels::note.eq(&new.note),
                parcels::branch_id.eq(&new.branch_id),
                parcels::received_at.eq(tx.now),
                parcels::created_at.eq(tx.now),
                parcels::updated_at.eq(tx.now),
            ),
        ))
        .returning(parcels::all_columns)
        .get_result(tx.conn)?)
}

/// Writes everything that can change, if the parcel is still in the status it was read in; tells whether it was.
pub fn update(tx: &mut Tx, parcel: &Parcel, expected: Status) -> Result<bool> {
    let changed = diesel::update(table.find(&parcel.id).filter(parcels::status.eq(expected)))
        .set((
            parcels::order_id.eq(&parcel.order_id),
            parcels::client_code.eq(&parcel.client_code),
            parcels::status.eq(parcel.status),
            parcels::condition.eq(&parcel.condition),
            parcels::weight_g.eq(parcel.weight_g),
            parcels::length_mm.eq(parcel.length_mm),
            parcels::width_mm.eq(parcel.width_mm),
            parcels::height_mm.eq(parcel.height_mm),
            (
                parcels::note.eq(&parcel.note),
                parcels::shipment_id.eq(&parcel.shipment_id),
                parcels::branch_id.eq(&parcel.branch_id),
                parcels::freight_tyiyn.eq(parcel.freight_tyiyn),
                parcels::received_at.eq(parcel.received_at),
                parcels::arrived_at.eq(parcel.arrived_at),
                parcels::picked_up_at.eq(parcel.picked_up_at),
                parcels::updated_at.eq(tx.now),
            ),
        ))
        .execute(tx.conn)?;
    Ok(changed == 1)
}

pub fn by_id(tx: &mut Tx, id: &ParcelId) -> Result<Option<Parcel>> {
    Ok(table.find(id).first(tx.conn).optional()?)
}

pub fn by_barcode(tx: &mut Tx, barcode: &str) -> Result<Option<Parcel>> {
    Ok(table.filter(parcels::barcode.eq(barcode)).first(tx.conn).optional()?)
}

/// The parcel that a courier's number means today.
pub fn active(tx: &mut Tx, number: &Tracking) -> Result<Option<Parcel>> {
    Ok(table
        .filter(parcels::tracking_number.eq(number.as_str()))
        .filter(parcels::status.ne_all(FINISHED))
        .first(tx.conn)
        .optional()?)
}

/// The latest parcel that had a courier's number, finished or not.
pub fn last_with(tx: &mut Tx, number: &Tracking) -> Result<Option<Parcel>> {
    Ok(table
        .filter(parcels::tracking_number.eq(number.as_str()))
        .order(parcels::id.desc())
        .first(tx.conn)
        .optional()?)
}

pub fn statuses_of(tx: &mut Tx, order: &OrderId) -> Result<Vec<Status>> {
    Ok(table.filter(parcels::order_id.eq(order)).select(parcels::status).load(tx.conn)?)
}

pub fn of_order(tx: &mut Tx, order: &OrderId) -> Result<Vec<Parcel>> {
    Ok(table.filter(parcels::order_id.eq(order)).order(parcels::id).load(tx.conn)?)
}

pub fn of_shipment(tx: &mut Tx, shipment: &ShipmentId) -> Result<Vec<Parcel>> {
    Ok(table.filter(parcels::shipment_id.eq(shipment)).order(parcels::id).load(tx.conn)?)
}

pub fn page(tx: &mut Tx, filter: &Filter, limit: i64, below: Option<&str>) -> Result<Vec<Parcel>> {
    let mut query = table.order(parcels::id.desc()).limit(limit).into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(parcels::status.eq(status));
    }
    if let Some(number) = &filter.tracking_number {
        query = query.filter(parcels::tracking_number.eq(number.clone()));
    }
    if let Some(shipment) = &filter.shipment {
        query = query.filter(parcels::shipment_id.eq(shipment.clone()));
    }
    if let Some(order) = &filter.order {
        query = query.filter(parcels::order_id.eq(order.clone()));
    }
    if let Some(below) = below {
        query = query.filter(parcels::id.lt(below.to_owned()));
    }
    Ok(query.load(tx.conn)?)
}
