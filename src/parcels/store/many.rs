//! Many parcels at once.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{FINISHED, Parcel};
use crate::db::Tx;
use crate::db::batch::{self, Value};
use crate::db::schema::parcels::{self, table};
use crate::error::{Error, Result};
use crate::ids::{BranchId, OrderId, ParcelId};
use crate::parcels::rules::Status;

/// Values asked for at once; SQLite takes a bounded number of parameters.
const AT_ONCE: usize = 5_000;

/// A parcel that is in the China warehouse from its first moment here.
pub struct Fresh {
    pub id: ParcelId,
    pub barcode: String,
    pub tracking_number: Option<String>,
    pub order_id: Option<OrderId>,
    pub client_code: Option<String>,
    pub status: Status,
    pub condition: Option<String>,
    pub weight_g: Option<i64>,
    pub size_mm: Option<[i64; 3]>,
    pub note: Option<String>,
    pub branch_id: Option<BranchId>,
}

/// The parcel that each of these couriers' numbers means today: the active one, else the latest that had it.
pub fn meant(tx: &mut Tx, numbers: &[&str]) -> Result<HashMap<String, Parcel>> {
    let mut found: HashMap<String, Parcel> = HashMap::new();
    for some in numbers.chunks(AT_ONCE) {
        let rows: Vec<Parcel> = table
            .filter(parcels::tracking_number.assume_not_null().eq_any(some.to_vec()))
            .order(parcels::id)
            .load(tx.conn)?;
        for parcel in rows {
            let Some(number) = parcel.tracking_number.clone() else { continue };
            match found.get(&number) {
                Some(before) if !FINISHED.contains(&before.status) => {}
                _ => drop(found.insert(number, parcel)),
            }
        }
    }
    Ok(found)
}

/// How many parcels of these orders are where.
pub fn statuses(tx: &mut Tx, orders: &[OrderId]) -> Result<Vec<(OrderId, Status, i64)>> {
    let mut found = Vec::new();
    for some in orders.chunks(AT_ONCE) {
        let of_orders = table.filter(parcels::order_id.assume_not_null().eq_any(some.to_vec()));
        let counted: Vec<(Option<OrderId>, Status, i64)> = of_orders
            .group_by((parcels::order_id, parcels::status))
            .select((parcels::order_id, parcels::status, diesel::dsl::count_star()))
            .load(tx.conn)?;
        found.extend(counted.into_iter().filter_map(|(order, status, count)| Some((order?, status, count))));
    }
    Ok(found)
}

pub fn insert(tx: &mut Tx, fresh: &[Fresh]) -> Result<()> {
    let now = tx.now;
    let rows = fresh.iter().map(|parcel| {
        let [length_mm, width_mm, height_mm] = sides(parcel.size_mm);
        vec![
            Value::text(parcel.id.as_str()),
            Value::text(&parcel.barcode),
            Value::maybe(parcel.tracking_number.as_deref()),
            Value::maybe(parcel.order_id.as_ref().map(OrderId::as_str)),
            Value::maybe(parcel.client_code.as_deref()),
            Value::text(parcel.status.as_str()),
            Value::maybe(parcel.condition.as_deref()),
            Value::Number(parcel.weight_g),
            length_mm,
            width_mm,
            height_mm,
            Value::maybe(parcel.note.as_deref()),
            Value::maybe(parcel.branch_id.as_ref().map(BranchId::as_str)),
            Value::Moment(Some(now)),
            Value::Moment(Some(now)),
            Value::Moment(Some(now)),
        ]
    });
    batch::write(
        tx.conn,
        "INSERT INTO parcels (id, barcode, tracking_number, order_id, client_code, status, condition, weight_g, length_mm, \
         width_mm, height_mm, note, branch_id, received_at, created_at, updated_at) VALUES",
        rows,
        "",
    )?;
    Ok(())
}

fn sides<'a>(size_mm: Option<[i64; 3]>) -> [Value<'a>; 3] {
    match size_mm {
        Some(sides) => sides.map(|side| Value::Number(Some(side))),
        None => [const { Value::Number(None) }; 3],
    }
}

/// Writes what the China warehouse can say of parcels that are known, each with the status it was read in.
///
/// # Errors
/// One that is worth another try when somebody else changed one of them meanwhile.
pub fn update(tx: &mut Tx, changed: &[(Parcel, Status)]) -> Result<()> {
    let now = tx.now;
    let rows = changed.iter().map(|(parcel, before)| {
        vec![
            Value::text(parcel.id.as_str()),
            Value::text(before.as_str()),
            Value::maybe(parcel.order_id.as_ref().map(OrderId::as_str)),
            Value::maybe(parcel.client_code.as_deref()),
            Value::text(parcel.status.as_str()),
            Value::maybe(parcel.condition.as_deref()),
            Value::Number(parcel.weight_g),
            Value::Number(parcel.length_mm),
            Value::Number(parcel.width_mm),
            Value::Number(parcel.height_mm),
            Value::maybe(parcel.note.as_deref()),
            Value::maybe(parcel.branch_id.as_ref().map(BranchId::as_str)),
            Value::Moment(parcel.received_at),
            Value::Moment(Some(now)),
        ]
    });
    let written = batch::write(
        tx.conn,
        "UPDATE parcels SET order_id = v.column3, client_code = v.column4, status = v.column5, condition = v.column6, \
         weight_g = v.column7, length_mm = v.column8, width_mm = v.column9, height_mm = v.column10, note = v.column11, \
         branch_id = v.column12, received_at = v.column13, updated_at = v.column14 FROM (VALUES",
        rows,
        ") AS v WHERE parcels.id = v.column1 AND parcels.status = v.column2",
    )?;
    if written == changed.len() { Ok(()) } else { Err(Error::lost_race()) }
}
