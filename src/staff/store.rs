//! The `staff`, `sessions` and `setup_tokens` tables.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::NewMember;
use crate::db::Tx;
use crate::db::schema::{sessions, setup_tokens, spent_refresh_tokens as spent, staff};
use crate::error::Result;
use crate::ids::{BranchId, Role, SessionId, StaffId};
use crate::tokens::RefreshToken;

/// An account as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Member {
    /// Identifier.
    pub id: StaffId,
    /// What they type to log in.
    pub login: String,
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Where they work.
    pub branch_id: Option<BranchId>,
    /// PHC string.
    pub password_hash: String,
    /// Since when they may not log in.
    pub disabled_at: Option<NaiveDateTime>,
    /// When the account was made.
    pub created_at: NaiveDateTime,
    /// The key of the second factor, sealed.
    pub totp_sealed: Option<String>,
    /// Since when the second factor is asked for.
    pub totp_confirmed_at: Option<NaiveDateTime>,
    /// The last half minute whose code was used.
    pub totp_last_step: Option<i64>,
}

/// A session as far as refreshing needs it.
#[derive(Debug, Queryable)]
pub struct Session {
    pub id: SessionId,
    pub staff_id: StaffId,
    pub expires_at: NaiveDateTime,
    pub revoked_at: Option<NaiveDateTime>,
    pub refresh_hash: String,
}

/// The columns of a [`Session`].
type SessionColumns =
    (sessions::id, sessions::staff_id, sessions::expires_at, sessions::revoked_at, sessions::refresh_hash);

const SESSION: SessionColumns =
    (sessions::id, sessions::staff_id, sessions::expires_at, sessions::revoked_at, sessions::refresh_hash);

pub fn insert(tx: &mut Tx, new: &NewMember, branch_id: Option<&BranchId>) -> Result<Member> {
    Ok(diesel::insert_into(staff::table)
        .values((
            staff::id.eq(StaffId::new()),
            staff::login.eq(&new.login),
            staff::name.eq(&new.name),
            staff::role.eq(new.role),
            staff::branch_id.eq(branch_id),
            staff::password_hash.eq(&new.password_hash),
            staff::created_at.eq(tx.now),
        ))
        .returning(staff::all_columns)
        .get_result(tx.conn)?)
}

pub fn update(tx: &mut Tx, member: &Member) -> Result<()> {
    diesel::update(staff::table.find(&member.id))
        .set((
            staff::name.eq(&member.name),
            staff::role.eq(member.role),
            staff::branch_id.eq(&member.branch_id),
            staff::disabled_at.eq(member.disabled_at),
            staff::password_hash.eq(&member.password_hash),
            staff::totp_sealed.eq(&member.totp_sealed),
            staff::totp_confirmed_at.eq(member.totp_confirmed_at),
            staff::totp_last_step.eq(member.totp_last_step),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn by_id(tx: &mut Tx, id: &StaffId) -> Result<Option<Member>> {
    Ok(staff::table.find(id).first(tx.conn).optional()?)
}

/// The same, held until the transaction ends.
pub fn lock(tx: &mut Tx, id: &StaffId) -> Result<Option<Member>> {
    Ok(diesel::update(staff::table.find(id))
        .set(staff::login.eq(staff::login))
        .returning(staff::all_columns)
        .get_result(tx.conn)
        .optional()?)
}

/// Whether there is any account.
pub fn has_any(tx: &mut Tx) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(staff::table.select(staff::id))).get_result(tx.conn)?)
}

pub fn insert_setup_token(tx: &mut Tx, hash: &str, expires_at: NaiveDateTime) -> Result<()> {
    let values = (setup_tokens::hash.eq(hash), setup_tokens::expires_at.eq(expires_at));
    diesel::insert_into(setup_tokens::table).values(values).execute(tx.conn)?;
    Ok(())
}

/// When a token ends, if there is such a one.
pub fn setup_token(tx: &mut Tx, hash: &str) -> Result<Option<NaiveDateTime>> {
    Ok(setup_tokens::table.find(hash).select(setup_tokens::expires_at).first(tx.conn).optional()?)
}

/// Takes all of them away, and tells how many there were.
pub fn delete_setup_tokens(tx: &mut Tx) -> Result<usize> {
    Ok(diesel::delete(setup_tokens::table).execute(tx.conn)?)
}

pub fn by_login(tx: &mut Tx, login: &str) -> Result<Option<Member>> {
    Ok(staff::table.filter(staff::login.eq(login)).first(tx.conn).optional()?)
}

pub fn all(tx: &mut Tx) -> Result<Vec<Member>> {
    Ok(staff::table.order(staff::id).load(tx.conn)?)
}

pub fn member_of_session(tx: &mut Tx, session: &SessionId) -> Result<Option<Member>> {
    Ok(sessions::table
        .inner_join(staff::table.on(staff::id.eq(sessions::staff_id)))
        .filter(sessions::id.eq(session))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(tx.now))
        .filter(staff::disabled_at.is_null())
        .select(staff::all_columns)
        .first(tx.conn)
        .optional()?)
}

pub fn insert_session(
    tx: &mut Tx,
    member: &StaffId,
    token: &RefreshToken,
    expires_at: NaiveDateTime,
    network: &str,
) -> Result<SessionId> {
    let id = SessionId::new();
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(&id),
            sessions::staff_id.eq(member),
            sessions::refresh_hash.eq(token.hash()),
            sessions::created_at.eq(tx.now),
            sessions::expires_at.eq(expires_at),
            sessions::network.eq(network),
        ))
        .execute(tx.conn)?;
    Ok(id)
}

/// The session whose next refresh takes this token.
pub fn session_awaiting(tx: &mut Tx, hash: &str) -> Result<Option<Session>> {
    Ok(sessions::table.filter(sessions::refresh_hash.eq(hash)).select(SESSION).first(tx.conn).optional()?)
}

/// The session that this token was used for before, and when.
pub fn session_that_spent(tx: &mut Tx, hash: &str) -> Result<Option<(Session, NaiveDateTime)>> {
    Ok(spent::table
        .inner_join(sessions::table.on(sessions::id.eq(spent::session_id)))
        .filter(spent::hash.eq(hash))
        .select((SESSION, spent::spent_at))
        .first(tx.conn)
        .optional()?)
}

/// Puts the successor in the place of a token; tells whether the token was still the one awaited.
pub fn rotate(
    tx: &mut Tx,
    id: &SessionId,
    old: &RefreshToken,
    new: &RefreshToken,
    expires_at: NaiveDateTime,
) -> Result<bool> {
    let awaited = sessions::table.find(id).filter(sessions::refresh_hash.eq(old.hash()));
    let rotated = diesel::update(awaited)
        .set((sessions::refresh_hash.eq(new.hash()), sessions::expires_at.eq(expires_at)))
        .execute(tx.conn)?;
    if rotated == 1 {
        diesel::insert_into(spent::table)
            .values((spent::hash.eq(old.hash()), spent::session_id.eq(id), spent::spent_at.eq(tx.now)))
            .execute(tx.conn)?;
    }
    Ok(rotated == 1)
}

/// Ends a session; tells whether it went on until now.
pub fn revoke(tx: &mut Tx, id: &SessionId) -> Result<bool> {
    let going_on = sessions::table.find(id).filter(sessions::revoked_at.is_null());
    Ok(diesel::update(going_on).set(sessions::revoked_at.eq(tx.now)).execute(tx.conn)? > 0)
}

pub fn revoke_all(tx: &mut Tx, member: &StaffId) -> Result<()> {
    diesel::update(sessions::table.filter(sessions::staff_id.eq(member)).filter(sessions::revoked_at.is_null()))
        .set(sessions::revoked_at.eq(tx.now))
        .execute(tx.conn)?;
    Ok(())
}

/// Ends every session of a member but one.
pub fn revoke_others(tx: &mut Tx, member: &StaffId, but: &SessionId) -> Result<()> {
    let others = sessions::table.filter(sessions::staff_id.eq(member)).filter(sessions::id.ne(but));
    diesel::update(others.filter(sessions::revoked_at.is_null()))
        .set(sessions::revoked_at.eq(tx.now))
        .execute(tx.conn)?;
    Ok(())
}

/// Some of the sessions that ended before a moment.
pub fn sessions_over(tx: &mut Tx, before: NaiveDateTime, most: i64) -> Result<Vec<SessionId>> {
    let ended = sessions::revoked_at.lt(before).or(sessions::expires_at.lt(before).nullable());
    Ok(sessions::table.filter(ended).select(sessions::id).limit(most).load(tx.conn)?)
}

/// Takes sessions away, and the tokens that were used for them.
pub fn delete_sessions(tx: &mut Tx, ids: &[SessionId]) -> Result<()> {
    diesel::delete(spent::table.filter(spent::session_id.eq_any(ids.to_vec()))).execute(tx.conn)?;
    diesel::delete(sessions::table.filter(sessions::id.eq_any(ids.to_vec()))).execute(tx.conn)?;
    Ok(())
}

/// Ends every session of everybody; tells how many.
pub fn revoke_everybodys(tx: &mut Tx) -> Result<usize> {
    let going_on = sessions::table.filter(sessions::revoked_at.is_null());
    Ok(diesel::update(going_on).set(sessions::revoked_at.eq(tx.now)).execute(tx.conn)?)
}
