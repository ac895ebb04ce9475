//! The first account of an empty database: made with a token that only the log of `serve` has, once, within an hour.

use chrono::TimeDelta;

use super::store::{self, Member};
use super::{NewMember, add};
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::ids::Actor;
use crate::tokens::RefreshToken;

/// How long a token can be used; the next start of `serve` gives another.
const LIFE: TimeDelta = TimeDelta::hours(1);

/// A token for the first account, when there is none. Each process that starts meanwhile has its own; the first one that is
/// used ends them all.
///
/// # Errors
/// Those of the database.
pub fn offer(tx: &mut Tx) -> Result<Option<RefreshToken>> {
    if store::has_any(tx)? {
        return Ok(None);
    }
    let token = RefreshToken::generate();
    store::insert_setup_token(tx, &token.hash(), tx.now + LIFE)?;
    Ok(Some(token))
}

/// Whether a token can be used.
///
/// # Errors
/// `unauthenticated`, whatever is wrong with it.
pub fn check(tx: &mut Tx, token: &RefreshToken) -> Result<()> {
    let expires_at = store::setup_token(tx, &token.hash())?;
    if expires_at.is_some_and(|at| at > tx.now) && !store::has_any(tx)? { Ok(()) } else { refused() }
}

/// Makes the first admin.
///
/// # Errors
/// Those of [`check`] and of [`add`].
pub fn make_first_admin(tx: &mut Tx, token: &RefreshToken, new: &NewMember) -> Result<Member> {
    check(tx, token)?;
    // Whoever takes them away is the first: another one waits here, and then there are none left.
    if store::delete_setup_tokens(tx)? == 0 {
        return refused();
    }
    let by = Actor::System;
    let mut tx = Tx { conn: &mut *tx.conn, now: tx.now, by: &by, request_id: tx.request_id.clone(), firm: tx.firm };
    add(&mut tx, new)
}

fn refused<T>() -> Result<T> {
    Problem::new(
        Slug::Unauthenticated,
        "This setup token is not valid: it was used, it is older than an hour, or there are accounts already. While there are \
         none, every start of `torugart serve` logs a new one; `torugart staff add` on the server always works.",
    )
    .fail()
}
