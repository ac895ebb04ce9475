//! People with a login: accounts, roles, sessions.

pub mod http;
mod network;
pub mod own_http;
mod password;
mod rules;
mod second_factor;
mod sessions;
mod setup;
mod store;
mod totp;
mod tries;
mod tries_store;

use crate::audit;
use crate::branches;
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::ids::{Actor, BranchId, Role, StaffId};

pub use network::Network;
pub use password::{Password, verify};
pub use second_factor::{begin as begin_totp, confirm as confirm_totp, remove as remove_totp};
pub use sessions::{
    Refreshed, SignIn, authenticate, end_sessions, forget_ended, log_out, open_session, refresh, sign_in,
    withdraw_links,
};
pub use setup::{check as check_setup, make_first_admin, offer as offer_setup};
pub use store::Member;
pub use tries::Knock;

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
    /// Whether their second factor is taken away, because its phone is lost.
    pub without_totp: bool,
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
    let before = locked(tx, id)?;
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
    let after = if change.without_totp { second_factor::without(after) } else { after };
    store::update(tx, &after)?;
    if change.password_hash.is_some() || change.disabled == Some(true) || change.without_totp {
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

/// An account that nobody else changes until the transaction ends.
fn locked(tx: &mut Tx, id: &StaffId) -> Result<Member> {
    store::lock(tx, id)?.ok_or_else(|| Problem::not_found(format_args!("staff member {id}")).into())
}

/// The account of whoever acts.
///
/// # Errors
/// `unauthenticated` for everybody who is no staff.
pub fn own(tx: &mut Tx) -> Result<Member> {
    match tx.by {
        Actor::Staff { id, .. } => get(tx, id),
        Actor::Anyone | Actor::System | Actor::Customer { .. } => {
            Problem::new(Slug::Unauthenticated, "Log in first.").fail()
        }
    }
}

/// The same, when it is still as it was when its password was looked at; held until the transaction ends.
fn own_unchanged(tx: &mut Tx, seen: &Member) -> Result<Member> {
    let member = locked(tx, &seen.id)?;
    if member.password_hash != seen.password_hash || member.disabled_at.is_some() {
        return Problem::new(Slug::Unauthenticated, "The account was changed meanwhile. Log in again.").fail();
    }
    Ok(member)
}

/// Gives whoever acts a new password, and ends their other sessions.
///
/// # Errors
/// `unauthenticated` when the account was changed since its old password was looked at.
pub fn change_own_password(tx: &mut Tx, seen: &Member, password_hash: &str) -> Result<()> {
    let member = own_unchanged(tx, seen)?;
    let login = member.login.clone();
    store::update(tx, &Member { password_hash: password_hash.to_owned(), ..member })?;
    sessions::end_others(tx)?;
    audit::record(tx, "staff.password_changed", &login, serde_json::json!({}))
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
