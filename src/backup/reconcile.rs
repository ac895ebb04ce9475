//! After a database was brought back to an earlier moment: what the world has seen since must not be said, numbered or
//! opened again.

use chrono::NaiveDateTime;
use serde::Serialize;
use serde_json::json;

use crate::audit;
use crate::counters;
use crate::db::Tx;
use crate::error::Result;
use crate::notifications;
use crate::sign_in;
use crate::staff;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Reconciled {
    /// Messages that may have gone already and are held until a person decides.
    pub messages_held: usize,
    /// One-time codes and links that are worth nothing any more.
    pub codes_withdrawn: usize,
    /// Sessions of staff and customers that ended.
    pub sessions_ended: usize,
    /// Series of numbers that were moved on.
    pub series_moved: usize,
}

/// Makes a database that lost everything after some moment safe to serve. `lost_at` is when the old one stopped: what was
/// due only after it cannot have been sent, and goes when it is due. Numbers that people read go on `skip` further, because
/// some of them may be on paper already; order codes and identifiers are drawn at random, and meet none that was lost.
///
/// # Errors
/// Those of the database.
pub fn reconcile(tx: &mut Tx, lost_at: NaiveDateTime, skip: i64) -> Result<Reconciled> {
    let (messages_held, codes_withdrawn) = notifications::hold_restored(tx, lost_at)?;
    let withdrawn = sign_in::withdraw_codes(tx)? + staff::withdraw_links(tx)?;
    let done = Reconciled {
        messages_held,
        codes_withdrawn: codes_withdrawn + withdrawn,
        sessions_ended: staff::end_sessions(tx)? + sign_in::end_sessions(tx)?,
        series_moved: counters::skip(tx, skip)?,
    };
    let detail = json!({"lost_at": lost_at.and_utc(), "skip": skip, "done": done});
    audit::record(tx, "database.restored", "database", detail)?;
    Ok(done)
}
