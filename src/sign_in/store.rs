//! The `sign_in_codes` and `customer_sessions` tables.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{Text, Timestamp};

use super::rules;
use crate::db::Tx;
use crate::db::schema::{customer_sessions as sessions, customers, sign_in_codes as codes};
use crate::error::Result;
use crate::ids::{CustomerId, CustomerSessionId};
use crate::tokens::RefreshToken;

#[derive(QueryableByName)]
struct Last {
    #[diesel(sql_type = Timestamp)]
    sent_at: NaiveDateTime,
}

/// A session that is good, and whose.
#[derive(Debug, Queryable)]
pub struct Session {
    pub id: CustomerSessionId,
    pub customer_id: CustomerId,
    pub client_code: String,
    pub expires_at: NaiveDateTime,
}

/// When a phone was last sent a code, held until the transaction ends: of two who ask at once the second waits. Codes of
/// long ago are forgotten on the way.
pub fn lock_code(tx: &mut Tx, phone: &str) -> Result<NaiveDateTime> {
    let long_ago = tx.now - rules::CODE_LIFE;
    diesel::delete(codes::table.filter(codes::expires_at.lt(long_ago))).execute(tx.conn)?;
    let last: Last = diesel::sql_query(
        "INSERT INTO sign_in_codes (phone, seal, sent_at, expires_at, tries) VALUES ($1, '', $2, $3, 0) \
         ON CONFLICT (phone) DO UPDATE SET tries = sign_in_codes.tries RETURNING sent_at",
    )
    .bind::<Text, _>(phone)
    .bind::<Timestamp, _>(chrono::DateTime::UNIX_EPOCH.naive_utc())
    .bind::<Timestamp, _>(tx.now)
    .get_result(tx.conn)?;
    Ok(last.sent_at)
}

pub fn set_code(tx: &mut Tx, phone: &str, seal: &str) -> Result<()> {
    diesel::update(codes::table.find(phone))
        .set((
            codes::seal.eq(seal),
            codes::sent_at.eq(tx.now),
            codes::expires_at.eq(tx.now + rules::CODE_LIFE),
            codes::tries.eq(0),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Uses up a try, and gives what it is compared with, if there is a code that may be tried.
pub fn try_code(tx: &mut Tx, phone: &str) -> Result<Option<String>> {
    let good = codes::table
        .find(phone)
        .filter(codes::expires_at.gt(tx.now))
        .filter(codes::tries.lt(rules::MOST_TRIES))
        .filter(codes::seal.ne(""));
    Ok(diesel::update(good)
        .set(codes::tries.eq(codes::tries + 1))
        .returning(codes::seal)
        .get_result(tx.conn)
        .optional()?)
}

/// Whether the code was still there: of two who used it at once only one did.
pub fn use_up(tx: &mut Tx, phone: &str) -> Result<bool> {
    Ok(diesel::delete(codes::table.find(phone)).execute(tx.conn)? == 1)
}

pub fn insert_session(tx: &mut Tx, customer: &CustomerId, token: &RefreshToken) -> Result<CustomerSessionId> {
    let id = CustomerSessionId::new();
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(&id),
            sessions::customer_id.eq(customer),
            sessions::token_hash.eq(token.hash()),
            sessions::created_at.eq(tx.now),
            sessions::expires_at.eq(tx.now + rules::SESSION_LIFE),
        ))
        .execute(tx.conn)?;
    Ok(id)
}

pub fn session(tx: &mut Tx, token: &RefreshToken) -> Result<Option<Session>> {
    Ok(sessions::table
        .inner_join(customers::table.on(customers::id.eq(sessions::customer_id)))
        .filter(sessions::token_hash.eq(token.hash()))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(tx.now))
        .filter(customers::erased_at.is_null())
        .select((sessions::id, sessions::customer_id, customers::client_code, sessions::expires_at))
        .first(tx.conn)
        .optional()?)
}

pub fn prolong(tx: &mut Tx, id: &CustomerSessionId) -> Result<()> {
    let open = sessions::table.find(id).filter(sessions::ended_at.is_null());
    diesel::update(open).set(sessions::expires_at.eq(tx.now + rules::SESSION_LIFE)).execute(tx.conn)?;
    Ok(())
}

pub fn end(tx: &mut Tx, id: &CustomerSessionId) -> Result<()> {
    diesel::update(sessions::table.find(id)).set(sessions::ended_at.eq(tx.now)).execute(tx.conn)?;
    Ok(())
}

pub fn end_all(tx: &mut Tx, customer: &CustomerId) -> Result<()> {
    let open = sessions::table.filter(sessions::customer_id.eq(customer)).filter(sessions::ended_at.is_null());
    diesel::update(open).set(sessions::ended_at.eq(tx.now)).execute(tx.conn)?;
    Ok(())
}

/// Takes away what ended before a moment.
pub fn delete_over(tx: &mut Tx, before: NaiveDateTime) -> Result<usize> {
    let over = sessions::ended_at.lt(before).or(sessions::expires_at.lt(before).nullable());
    Ok(diesel::delete(sessions::table.filter(over)).execute(tx.conn)?)
}

/// Ends every session of everybody; tells how many.
pub fn end_everybodys(tx: &mut Tx) -> Result<usize> {
    let open = sessions::table.filter(sessions::ended_at.is_null());
    Ok(diesel::update(open).set(sessions::ended_at.eq(tx.now)).execute(tx.conn)?)
}

/// Forgets every code that is on its way or was used; tells how many.
pub fn withdraw_codes(tx: &mut Tx) -> Result<usize> {
    Ok(diesel::delete(codes::table).execute(tx.conn)?)
}
