//! After a restore: what waited in the backup may have gone since, and nobody wants to read it twice.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::smspro::Report;
use super::store::Notification;
use super::ways::Gateways;
use super::{Channel, Occasion, State, report_store};
use crate::audit;
use crate::db::Tx;
use crate::db::schema::notifications::{self, table};
use crate::error::Result;
use crate::ids::Actor;
use crate::state::App;

/// Why a message is held, in words that also tell these from others that are held.
const REASON: &str = "restored from a backup: it may have been sent already";

/// Messages asked about between two looks at the outbox.
const BATCH: i64 = 100;

/// Holds what waits and may have gone before `lost_at`, until a person decides; one-time codes are withdrawn. What was due
/// only later cannot have gone and waits on. Tells how many were held and how many withdrawn.
///
/// # Errors
/// Those of the database.
pub fn hold_restored(tx: &mut Tx, lost_at: NaiveDateTime) -> Result<(usize, usize)> {
    let unsent = notifications::state.eq_any([State::Pending, State::Sending, State::Waiting, State::Held]);
    let codes = table.filter(unsent).filter(notifications::event.eq(Occasion::OneTimeCode));
    let withdrawn = diesel::update(codes)
        .set((notifications::state.eq(State::Cancelled), notifications::secret.eq(None::<String>)))
        .execute(tx.conn)?;
    let was_due = notifications::state.ne(State::Pending).or(notifications::next_attempt_at.le(lost_at));
    let waiting = notifications::state.eq_any([State::Pending, State::Sending, State::Waiting]);
    let held = diesel::update(table.filter(waiting).filter(was_due))
        .set((notifications::state.eq(State::Held), notifications::last_error.eq(REASON)))
        .execute(tx.conn)?;
    Ok((held, withdrawn))
}

/// What a person decides about the messages that a restore held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They go, with the identifiers that they always had.
    Release,
    /// They went; nobody needs them any more.
    Cancel,
}

/// Releases or cancels what a restore held on a channel, or on all. Tells how many.
///
/// # Errors
/// Those of the database.
pub fn decide_restored(tx: &mut Tx, verdict: Verdict, channel: Option<Channel>) -> Result<usize> {
    let mut decided = 0;
    for channel in Channel::ALL.iter().filter(|known| channel.is_none_or(|wanted| wanted == **known)) {
        let held = held().filter(notifications::channel.eq(*channel));
        decided += match verdict {
            Verdict::Release => diesel::update(held)
                .set((
                    notifications::state.eq(State::Pending),
                    notifications::attempts.eq(0),
                    notifications::next_attempt_at.eq(tx.now),
                    notifications::due_at.eq(tx.now),
                    notifications::released_at.eq(tx.now),
                ))
                .execute(tx.conn)?,
            Verdict::Cancel => diesel::update(held)
                .set((notifications::state.eq(State::Cancelled), notifications::secret.eq(None::<String>)))
                .execute(tx.conn)?,
        };
    }
    let action = match verdict {
        Verdict::Release => "notifications.restored_released",
        Verdict::Cancel => "notifications.restored_cancelled",
    };
    audit::record(tx, action, "outbox", serde_json::json!({"channel": channel, "messages": decided}))?;
    Ok(decided)
}

#[diesel::dsl::auto_type]
fn held() -> _ {
    let state: State = State::Held;
    let reason: &'static str = REASON;
    table.filter(notifications::state.eq(state)).filter(notifications::last_error.eq(reason))
}

/// What the gateway said of the short messages that a restore held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Asked about.
    pub asked: usize,
    /// Known to the gateway: they went before, and are marked so.
    pub went: usize,
}

/// Asks the gateway about the short messages that a restore held. What it knows an end of went before; about the rest it says
/// nothing, and they stay held.
///
/// # Errors
/// Those of the database.
pub fn ask_restored(app: &App, gateways: &Gateways) -> Result<Asked> {
    let (mut done, mut above) = (Asked::default(), String::new());
    loop {
        let batch = app.read_now(&Actor::System, |tx| page(tx, &above))?;
        let Some(last) = batch.last() else { return Ok(done) };
        above = last.id.to_string();
        for message in &batch {
            done.asked += 1;
            if let Some(Ok(report)) = gateways.report(message) {
                let went = app.write_now(&Actor::System, |tx| take_as_gone(tx, message, &report))?;
                done.went += usize::from(went);
            }
        }
    }
}

fn page(tx: &mut Tx, above: &str) -> Result<Vec<Notification>> {
    let held = held().filter(notifications::channel.eq(Channel::Sms)).filter(notifications::id.gt(above.to_owned()));
    Ok(held.order(notifications::id).limit(BATCH).load(tx.conn)?)
}

fn take_as_gone(tx: &mut Tx, message: &Notification, report: &Report) -> Result<bool> {
    let sent_at = match report {
        Report::OnItsWay => return Ok(false),
        Report::Delivered { at } => at.unwrap_or(message.due_at),
        Report::Undelivered { .. } => message.due_at,
    };
    diesel::update(table.find(&message.id).filter(notifications::state.eq(State::Held)))
        .set((
            notifications::state.eq(State::Sent),
            notifications::attempts.eq(message.attempts.max(1)),
            notifications::sent_at.eq(sent_at),
            notifications::secret.eq(None::<String>),
            notifications::last_error.eq(None::<String>),
        ))
        .execute(tx.conn)?;
    match report {
        Report::OnItsWay => {}
        Report::Delivered { .. } => report_store::arrived(tx, message, sent_at)?,
        Report::Undelivered { reason } => {
            report_store::lost(tx, message, reason)?;
        }
    }
    Ok(true)
}
