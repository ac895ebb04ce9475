//! The `phone_guesses` table.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamp};

use super::rules::Known;
use crate::db::Tx;
use crate::db::schema::phone_guesses::{self, table};
use crate::error::Result;

/// What is known of a drawer, held until the transaction ends.
pub fn lock(tx: &mut Tx, drawer: i64) -> Result<Known> {
    diesel::sql_query(
        "INSERT INTO phone_guesses (drawer, wrong, since) VALUES ($1, 0, $2) \
         ON CONFLICT (drawer) DO UPDATE SET wrong = phone_guesses.wrong",
    )
    .bind::<BigInt, _>(drawer)
    .bind::<Timestamp, _>(tx.now)
    .execute(tx.conn)?;
    let (wrong, since) = table.find(drawer).select((phone_guesses::wrong, phone_guesses::since)).first(tx.conn)?;
    Ok(Known { wrong, since })
}

pub fn write(tx: &mut Tx, drawer: i64, known: Known) -> Result<()> {
    diesel::update(table.find(drawer))
        .set((phone_guesses::wrong.eq(known.wrong), phone_guesses::since.eq(known.since)))
        .execute(tx.conn)?;
    Ok(())
}

pub fn forget(tx: &mut Tx, drawer: i64) -> Result<()> {
    diesel::delete(table.find(drawer)).execute(tx.conn)?;
    Ok(())
}
