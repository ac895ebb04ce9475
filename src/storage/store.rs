//! The `sweeps` table, and sums over what lies on the shelves.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamp};

use crate::db::Tx;
use crate::db::schema::sweeps::{self, table};
use crate::error::Result;
use crate::ids::BranchId;

/// What lies at a branch.
#[derive(Clone, Debug, QueryableByName)]
pub struct Standing {
    /// How many parcels.
    #[diesel(sql_type = BigInt)]
    pub parcels: i64,
    /// Of how many orders.
    #[diesel(sql_type = BigInt)]
    pub orders: i64,
    /// How many of these count as not collected.
    #[diesel(sql_type = BigInt)]
    pub uncollected: i64,
    /// Since when the oldest one lies there.
    #[diesel(sql_type = Nullable<Timestamp>)]
    pub oldest_at: Option<NaiveDateTime>,
    /// What is charged for the storage of these orders and was not taken back, tyiyn.
    #[diesel(sql_type = BigInt)]
    pub charged_tyiyn: i64,
}

pub fn standing(tx: &mut Tx, branch: &BranchId) -> Result<Standing> {
    Ok(diesel::sql_query(
        "SELECT COUNT(*) AS parcels, COUNT(DISTINCT orders.id) AS orders, \
         COUNT(DISTINCT CASE WHEN orders.uncollected_at IS NOT NULL THEN orders.id END) AS uncollected, \
         MIN(parcels.arrived_at) AS oldest_at, \
         (SELECT CAST(COALESCE(-SUM(amount_tyiyn), 0) AS BIGINT) FROM postings \
          JOIN journals ON journals.id = postings.journal_id JOIN orders AS owing ON owing.id = journals.order_id \
          WHERE account = 'storage' AND owing.status = 'ready_for_pickup' AND owing.pickup_point_id = $1) AS charged_tyiyn \
         FROM parcels JOIN orders ON orders.id = parcels.order_id \
         WHERE parcels.branch_id = $2 AND parcels.status = 'arrived'",
    )
    .bind::<Text, _>(branch)
    .bind::<Text, _>(branch)
    .get_result(tx.conn)?)
}

/// Takes the turn of a piece of work that is due, and says when it is due again; whoever comes second gets nothing.
pub fn claim(tx: &mut Tx, name: &str, due_at: NaiveDateTime) -> Result<bool> {
    let due = table.find(name).filter(sweeps::due_at.le(tx.now));
    Ok(diesel::update(due).set(sweeps::due_at.eq(due_at)).execute(tx.conn)? == 1)
}
