//! The `sign_in_tries` table.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamp};

use super::rules::{MEMORY, Tries};
use crate::db::Tx;
use crate::db::schema::{sessions, sign_in_tries as tries};
use crate::error::Result;
use crate::ids::StaffId;

/// A network that was not signed in from for so long is one like any other.
pub(super) const KNOWN_FOR: TimeDelta = TimeDelta::days(90);

/// Beyond so many counts the oldest are forgotten. To make us forget one, somebody needs as many tries with other logins.
const MOST_COUNTS: i64 = 100_000;

pub fn get(tx: &mut Tx, login: &str, network: &str) -> Result<Tries> {
    let row = tries::table.find((login, network)).select((tries::tries, tries::last_at)).first(tx.conn).optional()?;
    let (count, last_at) = row.unwrap_or((0, tx.now));
    Ok(Tries { count, last_at })
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    tries: i64,
    #[diesel(sql_type = Timestamp)]
    last_at: NaiveDateTime,
}

/// The same, held until the transaction ends: tries are counted one by one.
pub fn lock(tx: &mut Tx, login: &str, network: &str) -> Result<Tries> {
    let row: Row = diesel::sql_query(
        "INSERT INTO sign_in_tries (login, network, tries, last_at) VALUES ($1, $2, 0, $3) \
         ON CONFLICT (login, network) DO UPDATE SET tries = sign_in_tries.tries RETURNING tries, last_at",
    )
    .bind::<Text, _>(login)
    .bind::<Text, _>(network)
    .bind::<Timestamp, _>(tx.now)
    .get_result(tx.conn)?;
    Ok(Tries { count: row.tries, last_at: row.last_at })
}

pub fn set(tx: &mut Tx, login: &str, network: &str, count: i64) -> Result<()> {
    diesel::update(tries::table.find((login, network)))
        .set((tries::tries.eq(count), tries::last_at.eq(tx.now)))
        .execute(tx.conn)?;
    Ok(())
}

pub fn delete(tx: &mut Tx, login: &str, networks: &[&str]) -> Result<()> {
    diesel::delete(tries::table.filter(tries::login.eq(login)).filter(tries::network.eq_any(networks)))
        .execute(tx.conn)?;
    Ok(())
}

pub fn delete_all(tx: &mut Tx, login: &str) -> Result<()> {
    diesel::delete(tries::table.filter(tries::login.eq(login))).execute(tx.conn)?;
    Ok(())
}

/// Whether somebody signed in from a network lately.
pub fn signed_in_from(tx: &mut Tx, member: Option<&StaffId>, network: &str) -> Result<bool> {
    let from_there = sessions::table
        .filter(sessions::staff_id.eq(member.map_or("", StaffId::as_str)))
        .filter(sessions::network.eq(network))
        .filter(sessions::created_at.gt(tx.now - KNOWN_FOR));
    Ok(diesel::select(diesel::dsl::exists(from_there)).get_result(tx.conn)?)
}

/// Forgets what is too old to count, and the oldest of too many.
pub fn tidy(tx: &mut Tx) -> Result<()> {
    diesel::delete(tries::table.filter(tries::last_at.lt(tx.now - MEMORY))).execute(tx.conn)?;
    let newest = tries::table.select(tries::last_at).order(tries::last_at.desc());
    if let Some(limit) = newest.offset(MOST_COUNTS).limit(1).first::<NaiveDateTime>(tx.conn).optional()? {
        diesel::delete(tries::table.filter(tries::last_at.lt(limit))).execute(tx.conn)?;
    }
    Ok(())
}
