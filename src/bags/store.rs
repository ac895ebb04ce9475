//! The `bags` and `bag_parcels` tables.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::Serialize;

use super::rules::Status;
use crate::db::Tx;
use crate::db::batch::{self, Kind};
use crate::db::schema::{bag_parcels, bags};
use crate::error::Result;
use crate::ids::{BagId, BranchId, ParcelId};

/// A bag as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Bag {
    /// Identifier.
    pub id: BagId,
    /// What is printed on it.
    pub code: String,
    /// Where it was opened.
    pub branch_id: BranchId,
    /// Whether it takes parcels.
    pub status: Status,
    /// Number of its seal.
    pub seal_number: Option<String>,
    /// Anything worth knowing.
    pub note: Option<String>,
    /// When it was opened.
    pub created_at: NaiveDateTime,
    /// By whom.
    pub created_by: String,
    /// When it was tied up.
    pub closed_at: Option<NaiveDateTime>,
}

/// A bag that holds a parcel, whether it is open, and since when it holds it.
pub type Home = (BagId, Status, NaiveDateTime);

pub fn insert(tx: &mut Tx, code: &str, branch: &BranchId, note: Option<&str>) -> Result<Bag> {
    Ok(diesel::insert_into(bags::table)
        .values((
            bags::id.eq(BagId::new()),
            bags::code.eq(code),
            bags::branch_id.eq(branch),
            bags::status.eq(Status::Open),
            bags::note.eq(note),
            bags::created_at.eq(tx.now),
            bags::created_by.eq(tx.by.name()),
        ))
        .returning(bags::all_columns)
        .get_result(tx.conn)?)
}

pub fn by_codes(tx: &mut Tx, codes: &[String]) -> Result<Vec<Bag>> {
    let these = batch::among(tx.conn, "bags.code", codes)?;
    Ok(bags::table.filter(these).load(tx.conn)?)
}

/// Writing the code onto itself takes the row lock on PostgreSQL; SQLite has one writer anyway.
pub fn lock(tx: &mut Tx, id: &BagId) -> Result<Bag> {
    Ok(diesel::update(bags::table.find(id))
        .set(bags::code.eq(bags::code))
        .returning(bags::all_columns)
        .get_result(tx.conn)?)
}

pub fn close(tx: &mut Tx, id: &BagId, seal_number: Option<&str>) -> Result<Bag> {
    Ok(diesel::update(bags::table.find(id))
        .set((bags::status.eq(Status::Closed), bags::seal_number.eq(seal_number), bags::closed_at.eq(tx.now)))
        .returning(bags::all_columns)
        .get_result(tx.conn)?)
}

pub fn page(tx: &mut Tx, limit: i64, below: Option<&str>) -> Result<Vec<Bag>> {
    let mut query = bags::table.order(bags::id.desc()).limit(limit).into_boxed();
    if let Some(below) = below {
        query = query.filter(bags::id.lt(below.to_owned()));
    }
    Ok(query.load(tx.conn)?)
}

pub fn parcels_in(tx: &mut Tx, bags: &[BagId]) -> Result<Vec<(ParcelId, BagId)>> {
    let these = batch::among(tx.conn, "bag_parcels.bag_id", bags)?;
    Ok(bag_parcels::table
        .filter(these)
        .order(bag_parcels::parcel_id)
        .select((bag_parcels::parcel_id, bag_parcels::bag_id))
        .load(tx.conn)?)
}

/// The bag that each of these parcels was put into last.
pub fn homes_of(tx: &mut Tx, parcels: &[ParcelId]) -> Result<Vec<(ParcelId, Home)>> {
    let these = batch::among(tx.conn, "bag_parcels.parcel_id", parcels)?;
    Ok(bag_parcels::table
        .inner_join(bags::table.on(bags::id.eq(bag_parcels::bag_id)))
        .filter(these)
        .select((bag_parcels::parcel_id, (bag_parcels::bag_id, bags::status, bag_parcels::added_at)))
        .load(tx.conn)?)
}

/// A parcel that lay in another bag before lies in this one now.
pub fn put(tx: &mut Tx, bag: &BagId, parcels: &[ParcelId]) -> Result<()> {
    #[derive(Serialize)]
    struct Row<'a> {
        parcel_id: &'a ParcelId,
        bag_id: &'a BagId,
        #[serde(serialize_with = "batch::moment")]
        added_at: NaiveDateTime,
    }
    take(tx, parcels)?;
    let added_at = tx.now;
    let rows: Vec<_> = parcels.iter().map(|parcel_id| Row { parcel_id, bag_id: bag, added_at }).collect();
    let columns = [("parcel_id", Kind::Text), ("bag_id", Kind::Text), ("added_at", Kind::Moment)];
    batch::insert(tx.conn, "bag_parcels", &columns, &rows)
}

pub fn take(tx: &mut Tx, parcels: &[ParcelId]) -> Result<()> {
    let these = batch::among(tx.conn, "bag_parcels.parcel_id", parcels)?;
    diesel::delete(bag_parcels::table.filter(these)).execute(tx.conn)?;
    Ok(())
}
