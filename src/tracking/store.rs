//! The `public_views` table. Only the database writes it.

use chrono::NaiveDateTime;
use diesel::dsl::auto_type;
use diesel::prelude::*;

use crate::db::Tx;
use crate::db::schema::{branches, public_views};
use crate::error::Result;
use crate::ids::ShipmentId;
use crate::orders::Status;

/// What is kept ready of an order, and its pickup point.
#[derive(Clone, Debug, Queryable)]
pub struct Shown {
    /// The order's code.
    pub code: String,
    /// Where it is.
    pub status: Status,
    /// What the customer owes by the ledger, tyiyn; negative is credit.
    pub balance_tyiyn: i64,
    /// Until when storage is free.
    pub free_storage_until: Option<NaiveDateTime>,
    /// When it last changed.
    pub changed_at: NaiveDateTime,
    /// One JSON array after the other, in the sequence in which they were written; see [`super::timeline`].
    pub timeline: String,
    /// Parcels that have arrived or were picked up.
    pub parcels_arrived: i64,
    /// All parcels.
    pub parcels_total: i64,
    /// The truck that its parcels are on; what moves goes before what is loaded, the one opened last before the others.
    pub truck_id: Option<ShipmentId>,
    /// Name, city, address, phone and hours of the pickup point.
    pub pickup_point: (String, String, String, String, String),
}

#[auto_type]
fn shown() -> _ {
    public_views::table.inner_join(branches::table.on(branches::id.eq(public_views::pickup_point_id))).select((
        public_views::code,
        public_views::status,
        public_views::balance_tyiyn,
        public_views::free_storage_until,
        public_views::changed_at,
        public_views::timeline,
        public_views::parcels_arrived,
        public_views::parcels_total,
        public_views::truck_id,
        (branches::name, branches::city, branches::address, branches::phone, branches::hours),
    ))
}

pub fn by_code(tx: &mut Tx, code: &str) -> Result<Option<Shown>> {
    Ok(natively!(tx.conn, |conn| shown().filter(public_views::code.eq(code)).first(conn).optional())?)
}

pub fn by_codes(tx: &mut Tx, codes: &[&str]) -> Result<Vec<Shown>> {
    Ok(natively!(tx.conn, |conn| shown().filter(public_views::code.eq_any(codes)).load(conn))?)
}
