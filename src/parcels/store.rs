//! The `parcels` and `storage_fees` tables.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::intake::NewReceipt;
use super::rules::{self, Standing, Status, Tracking};
use crate::code;
use crate::db::Tx;
use crate::db::batch;
use crate::db::schema::orders;
use crate::db::schema::parcels::{self, table};
use crate::db::schema::storage_fees;
use crate::db::sight;
use crate::error::Result;
use crate::ids::{BranchId, JournalId, OrderId, ParcelId, ShipmentId};

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
    /// The address of the cell at its branch that it lies in.
    pub cell: Option<String>,
    /// When it was first seen at our door, weighed or not.
    pub seen_at: Option<NaiveDateTime>,
    /// What is written on it, as it was typed.
    pub mark: Option<String>,
    /// Lower-cased text by which a box of nobody is found.
    pub search: Option<String>,
    /// How many photos it has.
    pub photos_taken: i32,
}

impl Parcel {
    /// The text by which it is found while it is nobody's.
    pub fn search_text(&self) -> String {
        let number = self.tracking_number.as_deref();
        rules::search_text([number, Some(&self.barcode), self.mark.as_deref(), self.note.as_deref()])
    }
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
    let barcode = code::barcode();
    let number = new.tracking_number.as_ref().map(Tracking::as_str);
    let search = rules::search_text([number, Some(&barcode), new.mark.as_deref(), new.note.as_deref()]);
    Ok(diesel::insert_into(table)
        .values((
            parcels::id.eq(ParcelId::new()),
            parcels::barcode.eq(barcode),
            parcels::tracking_number.eq(new.tracking_number.as_ref().map(Tracking::as_str)),
            parcels::order_id.eq(order),
            parcels::client_code.eq(&new.client_code),
            parcels::status.eq(status),
            parcels::condition.eq(&new.condition),
            parcels::weight_g.eq(new.weight_g),
            (parcels::seen_at.eq(tx.now), parcels::mark.eq(&new.mark), parcels::search.eq(search)),
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
            (parcels::seen_at.eq(parcel.seen_at), parcels::mark.eq(&parcel.mark), parcels::search.eq(&parcel.search)),
        ))
        .execute(tx.conn)?;
    Ok(changed == 1)
}

pub fn by_id(tx: &mut Tx, id: &ParcelId) -> Result<Option<Parcel>> {
    Ok(table.find(id).filter(sight::parcels(tx)).first(tx.conn).optional()?)
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

/// Status, branch and arrival of a parcel.
type StandingRow = (Status, Option<BranchId>, Option<NaiveDateTime>);

/// Where the parcels of an order stand.
pub fn standings_of(tx: &mut Tx, order: &OrderId) -> Result<Vec<Standing>> {
    let rows: Vec<StandingRow> = table
        .filter(parcels::order_id.eq(order))
        .select((parcels::status, parcels::branch_id, parcels::arrived_at))
        .load(tx.conn)?;
    Ok(rows.into_iter().map(standing).collect())
}

/// The same of many orders.
pub fn standings_of_all(tx: &mut Tx, orders: &[OrderId]) -> Result<HashMap<OrderId, Vec<Standing>>> {
    let these = batch::among(tx.conn, "parcels.order_id", orders)?;
    let rows: Vec<(Option<OrderId>, StandingRow)> = table
        .filter(these)
        .select((parcels::order_id, (parcels::status, parcels::branch_id, parcels::arrived_at)))
        .load(tx.conn)?;
    let mut standings: HashMap<OrderId, Vec<Standing>> = HashMap::new();
    for (order, row) in rows {
        if let Some(order) = order {
            standings.entry(order).or_default().push(standing(row));
        }
    }
    Ok(standings)
}

fn standing((status, branch_id, arrived_at): StandingRow) -> Standing {
    Standing { status, branch_id, has_arrived: arrived_at.is_some() }
}

pub fn by_ids(tx: &mut Tx, ids: &[ParcelId]) -> Result<Vec<Parcel>> {
    let these = batch::among(tx.conn, "parcels.id", ids)?;
    Ok(table.filter(these).load(tx.conn)?)
}

/// Those of them that the actor may see, oldest first.
pub fn in_sight(tx: &mut Tx, ids: &[ParcelId]) -> Result<Vec<Parcel>> {
    let these = batch::among(tx.conn, "parcels.id", ids)?;
    Ok(table.filter(these).filter(sight::parcels(tx)).order(parcels::id).load(tx.conn)?)
}

pub fn by_barcodes(tx: &mut Tx, barcodes: &[String]) -> Result<Vec<Parcel>> {
    let these = batch::among(tx.conn, "parcels.barcode", barcodes)?;
    Ok(table.filter(these).load(tx.conn)?)
}

/// The parcel that each of these couriers' numbers means: the active one, else the latest that had it.
pub fn meant_by(tx: &mut Tx, numbers: &[String]) -> Result<HashMap<String, Parcel>> {
    let these = batch::among(tx.conn, "parcels.tracking_number", numbers)?;
    let oldest_first: Vec<Parcel> = table.filter(these).order(parcels::id).load(tx.conn)?;
    let (finished, active): (Vec<_>, Vec<_>) =
        oldest_first.into_iter().partition(|parcel| FINISHED.contains(&parcel.status));
    let named = |parcel: Parcel| parcel.tracking_number.clone().map(|number| (number, parcel));
    Ok(finished.into_iter().chain(active).filter_map(named).collect())
}

pub fn of_order(tx: &mut Tx, order: &OrderId) -> Result<Vec<Parcel>> {
    Ok(table.filter(parcels::order_id.eq(order)).order(parcels::id).load(tx.conn)?)
}

pub fn of_orders(tx: &mut Tx, orders: &[OrderId]) -> Result<Vec<Parcel>> {
    let these = batch::among(tx.conn, "parcels.order_id", orders)?;
    Ok(table.filter(these).order(parcels::id).load(tx.conn)?)
}

pub fn of_shipment(tx: &mut Tx, shipment: &ShipmentId) -> Result<Vec<Parcel>> {
    let on_board = table.filter(parcels::shipment_id.eq(shipment)).filter(sight::parcels(tx));
    Ok(on_board.order(parcels::id).load(tx.conn)?)
}

/// The orders that have parcels of this status on a shipment.
pub fn orders_on(tx: &mut Tx, shipment: &ShipmentId, status: Status) -> Result<Vec<OrderId>> {
    let on_board = table.filter(parcels::shipment_id.eq(shipment)).filter(parcels::status.eq(status));
    Ok(on_board
        .filter(parcels::order_id.is_not_null())
        .select(parcels::order_id.assume_not_null())
        .distinct()
        .load(tx.conn)?)
}

pub fn depart(tx: &mut Tx, shipment: &ShipmentId) -> Result<usize> {
    let packed = table.filter(parcels::shipment_id.eq(shipment)).filter(parcels::status.eq(Status::Packed));
    let on_the_road = (parcels::status.eq(Status::InTransit), parcels::updated_at.eq(tx.now));
    Ok(diesel::update(packed).set(on_the_road).execute(tx.conn)?)
}

/// Parcels that wait for a truck to this pickup point: received in China, or arrived at `lies_at`.
pub fn waiting_for(tx: &mut Tx, pickup_point: &BranchId, lies_at: Option<&BranchId>) -> Result<Vec<ParcelId>> {
    let of_branch = table
        .inner_join(orders::table.on(parcels::order_id.eq(orders::id.nullable())))
        .filter(orders::pickup_point_id.eq(pickup_point))
        .order(parcels::id)
        .select(parcels::id);
    Ok(match lies_at {
        None => of_branch.filter(parcels::status.eq(Status::Received)).load(tx.conn)?,
        Some(branch) => {
            let here = of_branch.filter(parcels::branch_id.eq(branch));
            here.filter(parcels::status.eq(Status::Arrived)).load(tx.conn)?
        }
    })
}

/// Not arrived, and not given up.
const ON_THE_ROAD: [Status; 2] = [Status::InTransit, Status::HeldByCustoms];

/// The parcels of a shipment that have not arrived and are not given up.
pub fn on_the_road_with(tx: &mut Tx, shipment: &ShipmentId) -> Result<Vec<Parcel>> {
    let on_board = table.filter(parcels::shipment_id.eq(shipment));
    Ok(on_board.filter(parcels::status.eq_any(ON_THE_ROAD)).order(parcels::id).load(tx.conn)?)
}

/// How many these are; of a full truck this is asked with each scan.
pub fn count_on_the_road_with(tx: &mut Tx, shipment: &ShipmentId) -> Result<i64> {
    let on_board = table.filter(parcels::shipment_id.eq(shipment));
    Ok(on_board.filter(parcels::status.eq_any(ON_THE_ROAD)).count().get_result(tx.conn)?)
}

pub fn page(tx: &mut Tx, filter: &Filter, limit: i64, below: Option<&str>) -> Result<Vec<Parcel>> {
    let mut query = table.filter(sight::parcels(tx)).order(parcels::id.desc()).limit(limit).into_boxed();
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

pub fn set_cell(tx: &mut Tx, parcel: &Parcel) -> Result<()> {
    diesel::update(table.find(&parcel.id))
        .set((parcels::cell.eq(&parcel.cell), parcels::updated_at.eq(tx.now)))
        .execute(tx.conn)?;
    Ok(())
}

pub fn in_cell(tx: &mut Tx, branch: &BranchId, cell: &str) -> Result<Vec<Parcel>> {
    let lies_there = parcels::branch_id.eq(branch).and(parcels::cell.eq(cell));
    Ok(table.filter(lies_there).order(parcels::id).load(tx.conn)?)
}

/// Everything in a cell of a branch.
pub fn in_cells(tx: &mut Tx, branch: &BranchId) -> Result<Vec<Parcel>> {
    let lies_there = parcels::branch_id.eq(branch).and(parcels::cell.is_not_null());
    Ok(table.filter(lies_there).order((parcels::cell, parcels::id)).load(tx.conn)?)
}

/// Days of storage that were charged for a parcel.
#[derive(Clone, Debug, Queryable)]
pub struct ChargedDays {
    /// Which parcel.
    pub parcel_id: ParcelId,
    /// The first day.
    pub from_day: NaiveDate,
    /// The last day.
    pub through_day: NaiveDate,
    /// Of which order.
    pub order_id: OrderId,
    /// By which journal.
    pub journal_id: JournalId,
    /// How much.
    pub amount_tyiyn: i64,
}

pub fn charged_days(tx: &mut Tx, order: &OrderId) -> Result<Vec<ChargedDays>> {
    Ok(storage_fees::table.filter(storage_fees::order_id.eq(order)).order(storage_fees::from_day).load(tx.conn)?)
}

pub fn insert_charged_days(tx: &mut Tx, days: &ChargedDays) -> Result<()> {
    diesel::insert_into(storage_fees::table)
        .values((
            storage_fees::parcel_id.eq(&days.parcel_id),
            storage_fees::from_day.eq(days.from_day),
            storage_fees::through_day.eq(days.through_day),
            storage_fees::order_id.eq(&days.order_id),
            storage_fees::journal_id.eq(&days.journal_id),
            storage_fees::amount_tyiyn.eq(days.amount_tyiyn),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// What was written on boxes and about them may name their owner.
pub fn erase_words(tx: &mut Tx, orders: &[OrderId]) -> Result<()> {
    let theirs = table
        .filter(parcels::order_id.assume_not_null().eq_any(orders.to_vec()))
        .filter(parcels::order_id.is_not_null());
    diesel::update(theirs)
        .set((parcels::mark.eq(None::<String>), parcels::note.eq(None::<String>), parcels::search.eq(None::<String>)))
        .execute(tx.conn)?;
    Ok(())
}
