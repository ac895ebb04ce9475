//! The `intake_scans` and `wanted_numbers` tables, and what of the `parcels` table the door of the warehouse asks for.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::Serialize;

use super::receiving::Listed;
use super::rules::{self, Status, Tracking};
use super::scan::{NewScan, Outcome, Seen};
use super::store::Parcel;
use crate::code;
use crate::db::batch::{self, Kind};
use crate::db::schema::parcels::{self, table};
use crate::db::schema::{intake_scans, wanted_numbers};
use crate::db::{Tx, contains};
use crate::error::Result;
use crate::ids::{BranchId, EntryId, OrderId, ParcelId};

/// A scan at the door as stored.
#[derive(Clone, Debug, Queryable)]
pub struct StoredScan {
    /// As scanned.
    pub barcode: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why.
    pub reason: Option<String>,
    /// The parcel that it meant.
    pub parcel_id: Option<ParcelId>,
}

/// Which boxes of nobody to list.
#[derive(Clone, Debug, Default)]
pub struct QueueFilter {
    /// With this text in number, barcode, mark or note.
    pub q: Option<String>,
    /// Seen at or after.
    pub received_from: Option<NaiveDateTime>,
    /// Seen before.
    pub received_to: Option<NaiveDateTime>,
    /// At least this heavy, grams.
    pub weight_from_g: Option<i64>,
    /// At most this heavy, grams.
    pub weight_to_g: Option<i64>,
    /// With photos, or without.
    pub has_photo: Option<bool>,
}

/// A parcel that a warehouse's list brings.
pub struct Fresh {
    /// Identifier.
    pub id: ParcelId,
    /// Our own barcode.
    pub barcode: String,
    /// Whose it is.
    pub order_id: Option<OrderId>,
    /// Received, or nobody's.
    pub status: Status,
    /// What the list says.
    pub listed: Listed,
}

/// Columns that a list can say something of.
const LISTED: [(&str, Kind); 13] = [
    ("order_id", Kind::Text),
    ("client_code", Kind::Text),
    ("status", Kind::Text),
    ("condition", Kind::Text),
    ("weight_g", Kind::Number),
    ("length_mm", Kind::Number),
    ("width_mm", Kind::Number),
    ("height_mm", Kind::Number),
    ("note", Kind::Text),
    ("branch_id", Kind::Text),
    ("received_at", Kind::Moment),
    ("seen_at", Kind::Moment),
    ("updated_at", Kind::Moment),
];

/// One row of them.
#[derive(Serialize)]
struct ListedRow<'a> {
    id: &'a ParcelId,
    barcode: &'a str,
    tracking_number: Option<&'a str>,
    order_id: Option<&'a OrderId>,
    client_code: Option<&'a str>,
    status: Status,
    expected: Option<Status>,
    condition: Option<&'a str>,
    weight_g: Option<i64>,
    length_mm: Option<i64>,
    width_mm: Option<i64>,
    height_mm: Option<i64>,
    note: Option<&'a str>,
    branch_id: Option<&'a BranchId>,
    search: Option<String>,
    #[serde(serialize_with = "batch::moment_if_any")]
    received_at: Option<NaiveDateTime>,
    #[serde(serialize_with = "batch::moment_if_any")]
    seen_at: Option<NaiveDateTime>,
    #[serde(serialize_with = "batch::moment")]
    created_at: NaiveDateTime,
    #[serde(serialize_with = "batch::moment")]
    updated_at: NaiveDateTime,
}

/// Boxes that nobody knew.
pub fn insert_fresh(tx: &mut Tx, fresh: &[Fresh]) -> Result<()> {
    let now = tx.now;
    let rows: Vec<_> = fresh
        .iter()
        .map(|parcel| {
            let listed = &parcel.listed;
            let side = |at: usize| listed.size_mm.map(|sides| sides[at]);
            let number = listed.tracking_number.as_deref();
            ListedRow {
                id: &parcel.id,
                barcode: &parcel.barcode,
                tracking_number: number,
                order_id: parcel.order_id.as_ref(),
                client_code: listed.client_code.as_deref(),
                status: parcel.status,
                expected: None,
                condition: listed.condition.as_deref(),
                weight_g: listed.weight_g,
                length_mm: side(0),
                width_mm: side(1),
                height_mm: side(2),
                note: listed.note.as_deref(),
                branch_id: listed.branch_id.as_ref(),
                search: Some(rules::search_text([number, Some(&parcel.barcode), listed.note.as_deref()])),
                received_at: Some(now),
                seen_at: Some(now),
                created_at: now,
                updated_at: now,
            }
        })
        .collect();
    let more = [
        ("id", Kind::Text),
        ("barcode", Kind::Text),
        ("tracking_number", Kind::Text),
        ("search", Kind::Text),
        ("created_at", Kind::Moment),
    ];
    batch::insert(tx.conn, "parcels", &[&more[..], &LISTED].concat(), &rows)
}

/// Writes what a list said of parcels that are known, each with the status it was read in; tells whether all were still
/// in it.
pub fn update_listed(tx: &mut Tx, changed: &[(Parcel, Status)]) -> Result<bool> {
    let now = tx.now;
    let rows: Vec<_> = changed
        .iter()
        .map(|(parcel, before)| ListedRow {
            id: &parcel.id,
            barcode: &parcel.barcode,
            tracking_number: parcel.tracking_number.as_deref(),
            order_id: parcel.order_id.as_ref(),
            client_code: parcel.client_code.as_deref(),
            status: parcel.status,
            expected: Some(*before),
            condition: parcel.condition.as_deref(),
            weight_g: parcel.weight_g,
            length_mm: parcel.length_mm,
            width_mm: parcel.width_mm,
            height_mm: parcel.height_mm,
            note: parcel.note.as_deref(),
            branch_id: parcel.branch_id.as_ref(),
            search: None,
            received_at: parcel.received_at,
            seen_at: parcel.seen_at,
            created_at: parcel.created_at,
            updated_at: now,
        })
        .collect();
    let guard: (&str, &batch::Columns) = ("parcels.status = r.expected", &[("expected", Kind::Text)]);
    Ok(batch::update(tx.conn, "parcels", &LISTED, guard, &rows)? == changed.len())
}

/// A box that was seen: `order` waits for it, or it is nobody's.
pub fn insert_seen(
    tx: &mut Tx,
    order: Option<&OrderId>,
    number: &Tracking,
    scan: &NewScan,
    at: NaiveDateTime,
    client_code: Option<String>,
) -> Result<Parcel> {
    let barcode = code::barcode();
    let search = rules::search_text([Some(number.as_str()), Some(&barcode), scan.mark.as_deref()]);
    let status = if order.is_some() { Status::Expected } else { Status::Unclaimed };
    Ok(diesel::insert_into(table)
        .values((
            parcels::id.eq(ParcelId::new()),
            parcels::barcode.eq(barcode),
            parcels::tracking_number.eq(number.as_str()),
            parcels::order_id.eq(order),
            parcels::client_code.eq(client_code),
            parcels::status.eq(status),
            parcels::branch_id.eq(&scan.branch_id),
            parcels::seen_at.eq(at),
            parcels::mark.eq(&scan.mark),
            parcels::search.eq(search),
            parcels::created_at.eq(tx.now),
            parcels::updated_at.eq(tx.now),
        ))
        .returning(parcels::all_columns)
        .get_result(tx.conn)?)
}

/// The scan that a scanner sent under this name before.
pub fn earlier_scan(tx: &mut Tx, scanner: &str, scan_id: &str) -> Result<Option<StoredScan>> {
    Ok(intake_scans::table
        .filter(intake_scans::scanner.eq(scanner))
        .filter(intake_scans::scan_id.eq(scan_id))
        .select((intake_scans::barcode, intake_scans::outcome, intake_scans::reason, intake_scans::parcel_id))
        .first(tx.conn)
        .optional()?)
}

pub fn insert_scan(tx: &mut Tx, scan: &NewScan, seen: &Seen) -> Result<()> {
    diesel::insert_into(intake_scans::table)
        .values((
            intake_scans::id.eq(EntryId::new()),
            intake_scans::scanner.eq(tx.by.scope()),
            intake_scans::scan_id.eq(&scan.id),
            intake_scans::barcode.eq(&scan.barcode),
            intake_scans::outcome.eq(seen.outcome),
            intake_scans::reason.eq(&seen.reason),
            intake_scans::parcel_id.eq(seen.parcel.as_ref().map(|parcel| &parcel.id)),
            intake_scans::at.eq(scan.at.unwrap_or(tx.now)),
            intake_scans::recorded_at.eq(tx.now),
            intake_scans::actor.eq(tx.by.name()),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Writing the barcode onto itself takes the row lock on PostgreSQL; SQLite has one writer anyway.
pub fn lock(tx: &mut Tx, id: &ParcelId) -> Result<Parcel> {
    Ok(diesel::update(table.find(id))
        .set(parcels::barcode.eq(parcels::barcode))
        .returning(parcels::all_columns)
        .get_result(tx.conn)?)
}

/// Counts one photo more, unless there are `most`; holds the parcel's row until the transaction ends.
pub fn count_photo(tx: &mut Tx, id: &ParcelId, most: i32) -> Result<bool> {
    let counted = diesel::update(table.find(id).filter(parcels::photos_taken.lt(most)))
        .set(parcels::photos_taken.eq(parcels::photos_taken + 1))
        .execute(tx.conn)?;
    Ok(counted == 1)
}

/// Notes that an order would like to have a number that it cannot have.
pub fn want_number(tx: &mut Tx, number: &Tracking, order: &OrderId) -> Result<()> {
    let known = wanted_numbers::table.find((number.as_str(), order)).select(wanted_numbers::order_id);
    if known.first::<OrderId>(tx.conn).optional()?.is_some() {
        return Ok(());
    }
    diesel::insert_into(wanted_numbers::table)
        .values((
            wanted_numbers::tracking_number.eq(number.as_str()),
            wanted_numbers::order_id.eq(order),
            wanted_numbers::noted_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The orders that would like to have a number, the first to say so first.
pub fn who_wants(tx: &mut Tx, number: &str, limit: i64) -> Result<Vec<OrderId>> {
    Ok(wanted_numbers::table
        .filter(wanted_numbers::tracking_number.eq(number))
        .order((wanted_numbers::noted_at, wanted_numbers::order_id))
        .select(wanted_numbers::order_id)
        .limit(limit)
        .load(tx.conn)?)
}

/// Boxes of nobody, newest first.
pub fn queue(tx: &mut Tx, filter: &QueueFilter, limit: i64, below: Option<&str>) -> Result<Vec<Parcel>> {
    let mut query =
        table.filter(parcels::status.eq(Status::Unclaimed)).order(parcels::id.desc()).limit(limit).into_boxed();
    if let Some(q) = &filter.q {
        query = query.filter(parcels::search.like(contains(&q.to_lowercase())).escape('\\'));
    }
    if let Some(from) = filter.received_from {
        query = query.filter(parcels::seen_at.ge(from));
    }
    if let Some(to) = filter.received_to {
        query = query.filter(parcels::seen_at.lt(to));
    }
    if let Some(from_g) = filter.weight_from_g {
        query = query.filter(parcels::weight_g.ge(from_g));
    }
    if let Some(to_g) = filter.weight_to_g {
        query = query.filter(parcels::weight_g.le(to_g));
    }
    match filter.has_photo {
        Some(true) => query = query.filter(parcels::photos_taken.gt(0)),
        Some(false) => query = query.filter(parcels::photos_taken.eq(0)),
        None => {}
    }
    if let Some(below) = below {
        query = query.filter(parcels::id.lt(below.to_owned()));
    }
    Ok(query.load(tx.conn)?)
}
