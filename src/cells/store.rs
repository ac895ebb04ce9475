//! The `cells` table.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamp};

use crate::db::Tx;
use crate::db::schema::cells::{self, table};
use crate::error::Result;
use crate::ids::{BranchId, EntryId};

/// A cell as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Cell {
    /// Identifier.
    pub id: EntryId,
    /// Of which branch.
    pub branch_id: BranchId,
    /// Where on its shelves.
    pub address: String,
    /// How many parcels it holds; any number when none.
    pub capacity: Option<i64>,
    /// How often it was filled or changed.
    pub version: i64,
    /// When it was set up.
    pub created_at: NaiveDateTime,
}

pub fn set_up(tx: &mut Tx, branch: &BranchId, address: &str, capacity: Option<i64>) -> Result<()> {
    diesel::sql_query(
        "INSERT INTO cells (id, branch_id, address, capacity, version, created_at) VALUES ($1, $2, $3, $4, 1, $5) \
         ON CONFLICT (branch_id, address) DO UPDATE SET capacity = excluded.capacity, version = cells.version + 1",
    )
    .bind::<Text, _>(EntryId::new())
    .bind::<Text, _>(branch)
    .bind::<Text, _>(address)
    .bind::<Nullable<BigInt>, _>(capacity)
    .bind::<Timestamp, _>(tx.now)
    .execute(tx.conn)?;
    Ok(())
}

pub fn of_branch(tx: &mut Tx, branch: &BranchId) -> Result<Vec<Cell>> {
    Ok(table.filter(cells::branch_id.eq(branch)).order(cells::address).load(tx.conn)?)
}

/// The update takes the row lock on PostgreSQL, so that the last free place is counted by one clerk at a time.
pub fn lock(tx: &mut Tx, branch: &BranchId, address: &str) -> Result<Option<Cell>> {
    let wanted = table.filter(cells::branch_id.eq(branch)).filter(cells::address.eq(address));
    Ok(diesel::update(wanted)
        .set(cells::version.eq(cells::version + 1))
        .returning(cells::all_columns)
        .get_result(tx.conn)
        .optional()?)
}
