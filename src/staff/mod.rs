//! People with a login: accounts, roles, sessions.

pub mod http;
mod password;
mod store;

use chrono::TimeDelta;

use crate::audit;
use crate::branches;
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::ids::{Actor, BranchId, Role, SessionId, StaffId};
use crate::tokens::{Claims, RefreshToken};

pub use password::{Password, matches};
pub use store::Member;

/// A client that lost the answer to a refresh may ask again with the old token this long; later it is theft.
const LOST_ANSWER_GRACE: TimeDelta = TimeDelta::seconds(10);

/// An account to be made.
#[derive(Clone)]
pub struct NewMember {
    /// What they type to log in.
    pub login: String,
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Code or identifier of the branch they work at; everyone but an admin has one.
    pub branch: Option<String>,
    /// The password, hashed.
    pub password_hash: String,
}

/// What may change of an account.
#[derive(Clone, Default)]
pub struct MemberChange {
    /// Their name.
    pub name: Option<String>,
    /// What they may do.
    pub role: Option<Role>,
    /// Code or identifier of the branch.
    pub branch: Option<String>,
    /// Whether they may log in.
    pub disabled: Option<bool>,
    /// A new password, hashed; ends all their sessions.
    pub password_hash: Option<String>,
}

/// Makes an account.
///
/// # Errors
/// `duplicate_value` for a login in use, `validation_failed` for a branch that is missing or unknown.
pub fn add(tx: &mut Tx, new: &NewMember) -> Result<Member> {
    if store::by_login(tx, &new.login)?.is_some() {
        return Problem::new(Slug::DuplicateValue, format!("The login {} is taken.", new.login)).fail();
    }
    let branch_id = branch_for(tx, new.role, new.branch.as_deref())?;
    let member = store::insert(tx, new, branch_id.as_ref())?;
    audit::record(tx, "staff.added", &member.login, serde_json::json!({"role": member.role}))?;
    Ok(member)
}

/// Cash and parcels are somewhere: who handles them works at a branch, the first one of the kind when none is named.
fn branch_for(tx: &mut Tx, role: Role, branch: Option<&str>) -> Result<Option<BranchId>> {
    if let Some(branch) = branch {
        return Ok(Some(branches::find(tx, branch, "/branch")?.id));
    }
    let kind = match role {
        Role::Admin | Role::Auditor => return Ok(None),
        Role::Operator | Role::Cashier => branches::Kind::PickupPoint,
        Role::Warehouse => branches::Kind::ChinaWarehouse,
    };
    match branches::first_of(tx, kind)? {
        Some(branch) => Ok(Some(branch.id)),
        None => Problem::field("/branch", format!("a {role} works at a branch, and there is no {kind} yet")).fail(),
    }
}

/// Changes an account; role and disabling take effect on the next request.
///
/// # Errors
/// `not_found`, and `validation_failed` for a branch that is missing or unknown.
pub fn change(tx: &mut Tx, id: &StaffId, change: &MemberChange) -> Result<Member> {
    let before = get(tx, id)?;
    let role = change.role.unwrap_or(before.role);
    let branch_id = match (&change.branch, &before.branch_id) {
        (None, Some(known)) => Some(known.clone()),
        (named, _) => branch_for(tx, role, named.as_deref())?,
    };
    let disabled_at = match change.disabled {
        Some(true) => Some(before.disabled_at.unwrap_or(tx.now)),
        Some(false) => None,
        None => before.disabled_at,
    };
    let after = Member {
        name: change.name.clone().unwrap_or_else(|| before.name.clone()),
        role,
        branch_id,
        disabled_at,
        password_hash: change.password_hash.clone().unwrap_or_else(|| before.password_hash.clone()),
        ..before.clone()
    };
    store::update(tx, &after)?;
    if change.password_hash.is_some() || change.disabled == Some(true) {
        store::revoke_all(tx, id)?;
    }
    let detail = audit::change(http::view(before), http::view(after.clone()));
    audit::record(tx, "staff.changed", &after.login, detail)?;
    Ok(after)
}

/// An account by identifier.
///
/// # Errors
/// `not_found`.
pub fn get(tx: &mut Tx, id: &StaffId) -> Result<Member> {
    store::by_id(tx, id)?.ok_or_else(|| Problem::not_found(format_args!("staff member {id}")).into())
}

/// Every account, oldest first.
///
/// # Errors
/// Those of the database.
pub fn list(tx: &mut Tx) -> Result<Vec<Member>> {
    store::all(tx)
}

/// The account behind a login that may log in.
///
/// # Errors
/// Those of the database.
pub fn for_login(tx: &mut Tx, login: &str) -> Result<Option<Member>> {
    Ok(store::by_login(tx, login)?.filter(|member| member.disabled_at.is_none()))
}

/// Opens a session for a member whose password was right.
///
/// # Errors
/// Those of the database.
pub fn open_session(tx: &mut Tx, member: &Member, token: &RefreshToken, life: TimeDelta) -> Result<SessionId> {
    let session = store::insert_session(tx, &member.id, token, tx.now + life)?;
    let by = actor(member.clone(), session.clone());
    // From here on it is the member who acts, not the visitor who knocked.
    let mut tx = Tx { conn: &mut *tx.conn, now: tx.now, by: &by, request_id: tx.request_id.clone(), firm: tx.firm };
    audit::record(&mut tx, "staff.logged_in", &member.login, serde_json::json!({}))?;
    Ok(session)
}

fn actor(member: Member, session: SessionId) -> Actor {
    let Member { id, login, role, branch_id: branch, .. } = member;
    Actor::Staff { id, login, role, branch, session }
}

/// What became of a refresh token.
pub enum Refreshed {
    /// The session goes on: with whom, in which session.
    GoesOn(Box<Member>, SessionId),
    /// Unknown, expired, or replayed; in the last case its session has just ended.
    Refused,
}

/// Rotates a refresh token. The successor is derived from the old token, so a repeated request gets the same one.
///
/// # Errors
/// Those of the database. Refusal is a value, because ending a stolen session must be committed.
pub fn refresh(tx: &mut Tx, token: &RefreshToken, successor: &RefreshToken, life: TimeDelta) -> Result<Refreshed> {
    if let Some(session) = store::session_awaiting(tx, &token.hash())? {
        let member = get(tx, &session.staff_id)?;
        if session.revoked_at.is_some() || session.expires_at <= tx.now || member.disabled_at.is_some() {
            return Ok(Refreshed::Refused);
        }
        if store::rotate(tx, &session.id, token, successor, tx.now + life)? {
            return Ok(Refreshed::GoesOn(Box::new(member), session.id));
        }
    }
    let Some((session, spent_at)) = store::session_that_spent(tx, &token.hash())? else {
        return Ok(Refreshed::Refused);
    };
    let member = get(tx, &session.staff_id)?;
    if session.revoked_at.is_some() || member.disabled_at.is_some() {
        return Ok(Refreshed::Refused);
    }
    if tx.now - spent_at <= LOST_ANSWER_GRACE {
        return Ok(Refreshed::GoesOn(Box::new(member), session.id));
    }
    store::revoke(tx, &session.id)?;
    audit::record(tx, "staff.session_stolen", &member.login, serde_json::json!({"session": session.id}))?;
    Ok(Refreshed::Refused)
}

/// Ends the session the actor is in.
///
/// # Errors
/// Those of the database.
pub fn log_out(tx: &mut Tx) -> Result<()> {
    if let Actor::Staff { session, login, .. } = tx.by {
        store::revoke(tx, session)?;
        audit::record(tx, "staff.logged_out", login, serde_json::json!({}))?;
    }
    Ok(())
}

/// Who stands behind an access token right now: role and branch come from the database, not from the token.
///
/// # Errors
/// `unauthenticated` when the session ended or the account was disabled.
pub fn authenticate(tx: &mut Tx, claims: &Claims) -> Result<Actor> {
    let Some(member) = store::member_of_session(tx, &claims.sid)? else {
        return Problem::new(Slug::Unauthenticated, "This login has ended. Log in again.").fail();
    };
    Ok(actor(member, claims.sid.clone()))
}
