//! Logins on devices: opened by a password, kept alive by tokens that rotate, ended by whatever changes the account.

use chrono::TimeDelta;

use super::store::{self, Member, Session};
use super::tries::{self, Knock};
use super::tries_store::KNOWN_FOR;
use super::{get, second_factor};
use crate::audit;
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::ids::{Actor, Role, SessionId};
use crate::tokens::{Claims, RefreshToken, Tokens};

/// A client that lost the answer to a refresh may ask again with the old token this long; later it is theft.
const LOST_ANSWER_GRACE: TimeDelta = TimeDelta::seconds(10);

/// So many sessions in one transaction: each may have thousands of used tokens.
const FORGOTTEN_AT_ONCE: i64 = 20;

/// Somebody whose password was right a moment ago.
#[derive(Clone)]
pub struct SignIn {
    /// The account as it was when the password was looked at.
    pub seen: Member,
    /// The password under the parameters of today, where it was stored under older ones.
    pub renewed_hash: Option<String>,
    /// What they typed as the code of their second factor.
    pub totp_code: Option<String>,
    /// As what and from where they knocked.
    pub knock: Knock,
    /// The refresh token they will get.
    pub token: RefreshToken,
}

/// What is said to a wrong login, a wrong password and a wrong code alike.
pub fn wrong<T>() -> Result<T> {
    Problem::new(Slug::Unauthenticated, "The login or the password is wrong.").fail()
}

/// Opens a session for somebody whose password was right, if the account is still the one whose password that was.
///
/// # Errors
/// `unauthenticated` when it was disabled or given another password meanwhile, or the code is wrong; `totp_required`.
pub fn sign_in(tx: &mut Tx, tokens: &Tokens, who: &SignIn) -> Result<SessionId> {
    let Some(mut member) = store::lock(tx, &who.seen.id)? else { return wrong() };
    if member.disabled_at.is_some() || member.password_hash != who.seen.password_hash {
        return wrong();
    }
    second_factor::check(tx, tokens, &mut member, who.totp_code.as_deref())?;
    if let Some(hash) = &who.renewed_hash {
        member.password_hash.clone_from(hash);
    }
    store::update(tx, &member)?;
    tries::forget(tx, &who.knock)?;
    open(tx, &member, &who.token, tokens.refresh_ttl, &who.knock.from)
}

/// Opens a session for a member, from nowhere in particular.
///
/// # Errors
/// Those of the database.
pub fn open_session(tx: &mut Tx, member: &Member, token: &RefreshToken, life: TimeDelta) -> Result<SessionId> {
    open(tx, member, token, life, "")
}

fn open(tx: &mut Tx, member: &Member, token: &RefreshToken, life: TimeDelta, network: &str) -> Result<SessionId> {
    let session = store::insert_session(tx, &member.id, token, tx.now + life, network)?;
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
    /// The session goes on: with whom, in which session, with which token.
    GoesOn(Box<Member>, SessionId, RefreshToken),
    /// Unknown, expired, or replayed; in the last case its session has just ended.
    Refused,
}

/// Rotates a refresh token. Its successors are derived from it, so a repeated request gets the same one.
///
/// # Errors
/// Those of the database. Refusal is a value, because ending a stolen session must be committed.
pub fn refresh(tx: &mut Tx, tokens: &Tokens, token: &RefreshToken) -> Result<Refreshed> {
    let successors = tokens.successors(token)?;
    let Some(next) = successors.first() else { return Ok(Refreshed::Refused) };
    if let Some(session) = store::session_awaiting(tx, &token.hash())? {
        let member = get(tx, &session.staff_id)?;
        if session.revoked_at.is_some() || session.expires_at <= tx.now || member.disabled_at.is_some() {
            return Ok(Refreshed::Refused);
        }
        if store::rotate(tx, &session.id, token, next, tx.now + tokens.refresh_ttl)? {
            return Ok(Refreshed::GoesOn(Box::new(member), session.id, next.clone()));
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
        let given = given_before(tx, &session, successors)?;
        return Ok(given.map_or(Refreshed::Refused, |token| Refreshed::GoesOn(Box::new(member), session.id, token)));
    }
    // Of several that come with a stolen token at once, one ends the session and is written down.
    if store::revoke(tx, &session.id)? {
        audit::record(tx, "staff.session_stolen", &member.login, serde_json::json!({"session": session.id}))?;
    }
    Ok(Refreshed::Refused)
}

/// The successor that the first answer held: the signing key may be another one since.
fn given_before(tx: &mut Tx, session: &Session, successors: Vec<RefreshToken>) -> Result<Option<RefreshToken>> {
    for successor in successors {
        let hash = successor.hash();
        if session.refresh_hash == hash || store::session_that_spent(tx, &hash)?.is_some() {
            return Ok(Some(successor));
        }
    }
    Ok(None)
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

/// Ends all sessions of whoever acts but the one they are in.
pub(super) fn end_others(tx: &mut Tx) -> Result<()> {
    match tx.by {
        Actor::Staff { id, session, .. } => store::revoke_others(tx, id, session),
        Actor::Anyone | Actor::System | Actor::Customer { .. } => Ok(()),
    }
}

/// Forgets some of the sessions that are over for so long that no network is known by them, with the tokens that were used
/// for them; tells how many. While a session can go on, every token that was used for it stays known: that is how theft is seen.
///
/// # Errors
/// Those of the database.
pub fn forget_ended(tx: &mut Tx) -> Result<usize> {
    let ended = store::sessions_over(tx, tx.now - KNOWN_FOR, FORGOTTEN_AT_ONCE)?;
    store::delete_sessions(tx, &ended)?;
    Ok(ended.len())
}

/// Who stands behind an access token right now: role and branch come from the database, not from the token.
/// `need_totp` are the roles that get nothing here without a second factor.
///
/// # Errors
/// `unauthenticated` when the session ended or the account was disabled; `totp_setup_required`.
pub fn authenticate(tx: &mut Tx, claims: &Claims, need_totp: &[Role]) -> Result<Actor> {
    let member = store::member_of_session(tx, &claims.sid)?.filter(|member| member.id == claims.sub);
    let Some(member) = member else {
        // The words for a token that was never good: whoever holds a bad one learns nothing about ours.
        return crate::tokens::refused().fail();
    };
    if need_totp.contains(&member.role) && member.totp_confirmed_at.is_none() {
        let detail = format!("A {} needs a second factor here: POST /v1/me/totp begins to set it up.", member.role);
        return Problem::new(Slug::TotpSetupRequired, detail).fail();
    }
    Ok(actor(member, claims.sid.clone()))
}

/// Ends every session of everybody: after a restore nobody knows which were ended before. Tells how many.
///
/// # Errors
/// Those of the database.
pub fn end_sessions(tx: &mut Tx) -> Result<usize> {
    store::revoke_everybodys(tx)
}

/// Makes the link to the first account worth nothing. Tells how many there were.
///
/// # Errors
/// Those of the database.
pub fn withdraw_links(tx: &mut Tx) -> Result<usize> {
    store::delete_setup_tokens(tx)
}
