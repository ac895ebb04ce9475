//! Numbers that people read in order: client codes, receipts, shipments.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::db::Tx;
use crate::db::schema::counters;
use crate::error::Result;

#[derive(QueryableByName)]
struct Next {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

/// The next number of a series, starting at `first`. No gaps: a rolled-back transaction gives its number back.
///
/// # Errors
/// Those of the database.
pub fn next(tx: &mut Tx, series: &str, first: i64) -> Result<i64> {
    let next: Next = diesel::sql_query(
        "INSERT INTO counters (name, value) VALUES ($1, $2) \
         ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value",
    )
    .bind::<Text, _>(series)
    .bind::<BigInt, _>(first)
    .get_result(tx.conn)?;
    Ok(next.value)
}

/// Moves every series on, past numbers that were drawn and forgotten. Tells how many series there are.
///
/// # Errors
/// Those of the database.
pub fn skip(tx: &mut Tx, numbers: i64) -> Result<usize> {
    Ok(diesel::update(counters::table).set(counters::value.eq(counters::value + numbers)).execute(tx.conn)?)
}
