//! The second factor of an account: set up by its owner, asked for at every sign-in, taken away by them or by an admin.

use super::store::{self, Member};
use super::{own_unchanged, sessions, totp};
use crate::audit;
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::tokens::Tokens;

/// Keeps a new key for whoever acts, until they confirm it with a code; an earlier one that was not confirmed is gone.
///
/// # Errors
/// `duplicate_value` when there is a second factor already.
pub fn begin(tx: &mut Tx, tokens: &Tokens, seen: &Member, key: &[u8]) -> Result<()> {
    let member = own_unchanged(tx, seen)?;
    if member.totp_confirmed_at.is_some() {
        let detail = "This account has a second factor. To set up another, take it away first.";
        return Problem::new(Slug::DuplicateValue, detail).fail();
    }
    let login = member.login.clone();
    let sealed = tokens.encrypt(key, member.id.as_str())?;
    store::update(tx, &Member { totp_sealed: Some(sealed), ..without(member) })?;
    audit::record(tx, "staff.totp_begun", &login, serde_json::json!({}))
}

/// Turns the second factor of whoever acts on: they have shown that their app knows the key. Their other sessions end.
///
/// # Errors
/// `validation_failed` for a wrong code or when none was begun.
pub fn confirm(tx: &mut Tx, tokens: &Tokens, code: &str) -> Result<()> {
    let seen = super::own(tx)?;
    let mut member = own_unchanged(tx, &seen)?;
    if member.totp_confirmed_at.is_some() || member.totp_sealed.is_none() {
        return Problem::field("/code", "nothing waits for a code: begin with POST /v1/me/totp").fail();
    }
    if !spend(tx, tokens, &mut member, code)? {
        return Problem::field("/code", "this is not what the app shows now: check the clock of the phone").fail();
    }
    member.totp_confirmed_at = Some(tx.now);
    store::update(tx, &member)?;
    sessions::end_others(tx)?;
    audit::record(tx, "staff.totp_added", &member.login, serde_json::json!({}))
}

/// Takes the second factor of whoever acts away. Their other sessions end.
///
/// # Errors
/// `unauthenticated` when the account was changed since its password was looked at.
pub fn remove(tx: &mut Tx, seen: &Member) -> Result<()> {
    let member = without(own_unchanged(tx, seen)?);
    store::update(tx, &member)?;
    sessions::end_others(tx)?;
    audit::record(tx, "staff.totp_removed", &member.login, serde_json::json!({}))
}

/// An account without its second factor.
pub fn without(member: Member) -> Member {
    Member { totp_sealed: None, totp_confirmed_at: None, totp_last_step: None, ..member }
}

/// Asks for the second factor of an account that has one; a code that fits is spent with the account.
///
/// # Errors
/// `totp_required` without a code; `unauthenticated` for a wrong one.
pub fn check(tx: &mut Tx, tokens: &Tokens, member: &mut Member, code: Option<&str>) -> Result<()> {
    if member.totp_confirmed_at.is_none() {
        return Ok(());
    }
    let Some(code) = code else {
        return Problem::new(Slug::TotpRequired, "Send the six digits of the second factor as `totp_code`.").fail();
    };
    if spend(tx, tokens, member, code)? { Ok(()) } else { sessions::wrong() }
}

/// Whether a code fits; then neither it nor an earlier one does any more, and the key is sealed by the key of today.
fn spend(tx: &mut Tx, tokens: &Tokens, member: &mut Member, code: &str) -> Result<bool> {
    let sealed = member.totp_sealed.as_deref().unwrap_or_default();
    let Some(key) = tokens.open(sealed, member.id.as_str()) else {
        tracing::error!(staff = %member.id, "the second factor was sealed by a key that is not in auth.jwt_keys any more");
        return Ok(false);
    };
    let now_s = tx.now.and_utc().timestamp();
    let Some(step) = totp::fitting_step(&key, code, now_s, member.totp_last_step) else { return Ok(false) };
    member.totp_last_step = Some(step);
    if !tokens.is_sealed_anew(sealed) {
        member.totp_sealed = Some(tokens.encrypt(&key, member.id.as_str())?);
    }
    Ok(true)
}
