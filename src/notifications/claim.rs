//! What a worker may take now: by the gateway's pace, the hour of the day, and the caps on what messages may cost.

use chrono::{NaiveDateTime, TimeDelta};

use super::gate::{Gate, Pace};
use super::quiet::Quiet;
use super::store::Notification;
use super::{Channel, State, gate_store, rules, store};
use crate::clock::{BISHKEK_OFFSET, bishkek_day};
use crate::db::{self, Claim, Tx};
use crate::error::Result;

/// How long a worker may keep them. An SMTP dialogue may take two minutes in the worst case, so this covers a batch.
const LEASE: TimeDelta = TimeDelta::minutes(15);

/// Whether there is anything to do; spares an idle worker a transaction that writes.
pub fn is_worth_a_turn(tx: &mut Tx, channel: Channel, pace: Pace) -> Result<bool> {
    let gate = gate_store::get(tx, channel)?;
    if gate.permits(pace, tx.now) > 0 && is_anything_due(tx, channel, &gate)? {
        return Ok(true);
    }
    store::is_anything_stale(tx, channel)
}

/// How long nothing can be done: until the gateway may be asked again, when something waits for it.
pub fn pause(tx: &mut Tx, channel: Channel, pace: Pace) -> Result<Option<TimeDelta>> {
    let gate = gate_store::get(tx, channel)?;
    let is_due = is_anything_due(tx, channel, &gate)?;
    Ok(is_due.then(|| gate.pause(pace, tx.now)))
}

fn is_anything_due(tx: &mut Tx, channel: Channel, gate: &Gate) -> Result<bool> {
    let worst = worst_priority(tx, channel, gate);
    store::is_anything_due(tx, channel, worst)
}

/// At night, and when the day's money is spent, only one-time codes go.
fn worst_priority(tx: &Tx, channel: Channel, gate: &Gate) -> i32 {
    let messages = &tx.firm.messages;
    let is_spent = channel == Channel::Sms && gate.parts_on(bishkek_day(tx.now)) >= messages.sms_most_parts_a_day;
    match is_spent || Quiet::of(messages).is_at(tx.now) {
        true => rules::BEST_PRIORITY,
        false => rules::WORST_PRIORITY,
    }
}

/// No more than the day's money is left for, so that the last batch does not go far beyond it.
fn affordable(tx: &Tx, channel: Channel, gate: &Gate) -> usize {
    let left = tx.firm.messages.sms_most_parts_a_day - gate.parts_on(bishkek_day(tx.now));
    match channel {
        Channel::Sms => usize::try_from(left).unwrap_or(0).max(1),
        Channel::Telegram | Channel::Email => usize::MAX,
    }
}

/// Takes what may go, and lets go of what is too old.
pub fn claim(tx: &mut Tx, channel: Channel, pace: Pace) -> Result<(Vec<Notification>, Gate)> {
    let mut gate = gate_store::lock(tx, channel)?;
    expire(tx, channel)?;
    let count = gate.permits(pace, tx.now).min(pace.batch()).min(affordable(tx, channel, &gate));
    if count == 0 {
        return Ok((Vec::new(), gate));
    }
    let all = Claim {
        channel: channel.as_str(),
        now: tx.now,
        lease_until: tx.now + LEASE,
        worst_priority: worst_priority(tx, channel, &gate),
        fresh_since: None,
        limit: i64::try_from(count).unwrap_or(1),
    };
    let mut ids = Vec::new();
    if rules::is_turn_of_the_fresh(gate.turns) {
        ids = db::claim_due(tx.conn, &Claim { fresh_since: Some(tx.now - rules::FRESH), ..all })?;
    }
    if ids.is_empty() {
        ids = db::claim_due(tx.conn, &all)?;
    }
    if ids.is_empty() {
        return Ok((Vec::new(), gate));
    }
    let claimed = store::by_ids(tx, &ids)?;
    let due = hold_back(tx, channel, claimed)?;
    gate.enter(due.len(), pace, tx.now);
    count_parts(tx, channel, &mut gate, &due);
    gate_store::save(tx, channel, &gate)?;
    Ok((due, gate))
}

fn expire(tx: &mut Tx, channel: Channel) -> Result<()> {
    let expired = store::expire(tx, channel)?;
    if expired > 0 {
        tracing::error!(%channel, expired, "messages became too old before they could be sent");
        count(channel, State::Expired, expired);
    }
    Ok(())
}

/// Counts what became of messages.
pub fn count(channel: Channel, state: State, messages: usize) {
    metrics::counter!("notifications_total", "channel" => channel.as_str(), "state" => state.as_str())
        .increment(u64::try_from(messages).unwrap_or(u64::MAX));
}

/// A phone that was sent enough today gets no more, until a person lets a message go.
fn hold_back(tx: &mut Tx, channel: Channel, claimed: Vec<Notification>) -> Result<Vec<Notification>> {
    if channel != Channel::Sms {
        return Ok(claimed);
    }
    let most = tx.firm.messages.sms_most_a_day_per_phone;
    let phones: Vec<_> = claimed.iter().map(|message| message.recipient.clone()).collect();
    let sent = store::sent_since(tx, phones, start_of_day(tx.now))?;
    let is_enough = |message: &Notification| sent.get(&message.recipient).is_some_and(|sent| *sent >= most);
    let (held, due): (Vec<_>, Vec<_>) =
        claimed.into_iter().partition(|message| message.released_at.is_none() && is_enough(message));
    let mut kept = held.len();
    for message in &held {
        let mark = rules::held(message.attempts, most, tx.now);
        store::mark(tx, message, &mark)?;
        // All that waits for this phone, or each would be looked at in vain.
        kept += store::hold(tx, &message.recipient, mark.error.as_deref().unwrap_or_default())?;
    }
    if kept > 0 {
        tracing::error!(held = kept, most, "a phone was sent enough short messages for a day; the rest is held");
        count(channel, State::Held, kept);
    }
    Ok(due)
}

/// Keeps count of what the firm spends, and says aloud when the day's parts are used up.
fn count_parts(tx: &Tx, channel: Channel, gate: &mut Gate, due: &[Notification]) {
    if channel != Channel::Sms {
        return;
    }
    let (day, most) = (bishkek_day(tx.now), tx.firm.messages.sms_most_parts_a_day);
    let before = gate.parts_on(day);
    gate.count_parts(due.iter().map(|message| i64::from(message.parts)).sum(), day);
    let is_spent = gate.parts_on(day) >= most;
    metrics::gauge!("sms_parts_today").set(gate.parts_on(day) as f64);
    metrics::gauge!("sms_day_is_spent").set(f64::from(u8::from(is_spent)));
    if is_spent && before < most {
        tracing::error!(most, "the parts of this day are used up; until tomorrow only one-time codes go");
    }
}

/// When the day in Bishkek began, UTC.
fn start_of_day(now: NaiveDateTime) -> NaiveDateTime {
    bishkek_day(now).and_time(chrono::NaiveTime::MIN) - BISHKEK_OFFSET
}
