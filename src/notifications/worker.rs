//! The worker: claim with a lease, send with no transaction open, mark. At least once; a repeat carries the same id.
//!
//! Any number of threads and processes work at once. What they know of a gateway is a row that each of them locks for
//! the moment of a claim, so its pace and its rests hold for all of them together.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::gate::Gate;
use super::rules::Mark;
use super::store::Notification;
use super::transport::Outcome;
use super::ways::Gateways;
use super::{Channel, State, attempts, claim, delivery, gate_store, parked, rules, store};
use crate::db::Tx;
use crate::error::Result;
use crate::ids::Actor;
use crate::state::App;

/// Pause of an idle worker.
const IDLE: Duration = Duration::from_millis(500);

/// What one turn of the worker did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Worked {
    /// Messages tried.
    pub tried: usize,
    /// Messages that a gateway took.
    pub sent: usize,
}

/// One turn on every channel: claims what is due and may go, sends it, marks it.
///
/// # Errors
/// Those of the database; a gateway's failure is not an error but a mark.
pub fn step(app: &App, gateways: &Gateways) -> Result<Worked> {
    delivery::fall_back(app)?;
    let mut worked = Worked::default();
    for channel in Channel::ALL {
        let on_channel = turn(app, gateways, *channel)?;
        worked.tried += on_channel.tried;
        worked.sent += on_channel.sent;
    }
    Ok(worked)
}

fn turn(app: &App, gateways: &Gateways, channel: Channel) -> Result<Worked> {
    let pace = gateways.pace(channel);
    if !app.read_now(&Actor::System, |tx| claim::is_worth_a_turn(tx, channel, pace))? {
        return Ok(Worked::default());
    }
    let (due, mut gate) = app.write_beside(&Actor::System, move |tx| claim::claim(tx, channel, pace))?;
    let mut worked = Worked { tried: due.len(), sent: 0 };
    for notification in &due {
        let mark = match gate.rests_until {
            // It began to rest since these were claimed; a probe is claimed alone.
            Some(until) if until > app.clock.now() && worked.tried > 1 => {
                let mark = rules::untried(notification.attempts, until);
                app.write_now(&Actor::System, |tx| store::mark(tx, notification, &mark))?;
                mark
            }
            _ => attempt(app, gateways, notification, &mut gate)?,
        };
        worked.sent += usize::from(mark.state == State::Sent);
        claim::count(channel, mark.state, 1);
    }
    Ok(worked)
}

/// Sends one message and writes down what came of it, about the message and about its gateway.
fn attempt(app: &App, gateways: &Gateways, notification: &Notification, gate: &mut Gate) -> Result<Mark> {
    let channel = notification.channel;
    #[cfg(feature = "faults")]
    mark_too_early(app, notification)?;
    #[cfg(feature = "faults")]
    let notification = &named_anew(notification);
    let outcome = gateways.send(notification);
    #[cfg(feature = "faults")]
    crate::faults::reached(crate::faults::Moment::AfterSend);
    let is_probe = gate.rests_until.is_some();
    let now = app.clock.now();
    let mut mark = rules::after(outcome.clone(), notification.attempts, is_probe, now, rand::random());
    if mark.state == State::Sent && gateways.gives_reports(channel) {
        mark.report_due_at = rules::next_report(now, now);
    }
    let is_indifferent = gate.is_indifferent_to(&outcome);
    let (sent, written) = (notification.clone(), mark.clone());
    // Beside the other workers: each of them waits for its gateway and then writes a line.
    let heard = app.write_beside(&Actor::System, move |tx| {
        if is_indifferent {
            write_down(tx, &sent, &outcome, &written)?;
            return Ok(None);
        }
        let mut gate = gate_store::lock(tx, channel)?;
        gate.hear(&outcome, tx.now);
        gate_store::save(tx, channel, &gate)?;
        write_down(tx, &sent, &outcome, &written)?;
        Ok(Some(gate))
    })?;
    if let Some(heard) = heard {
        *gate = heard;
        alarm(channel, is_probe, gate, mark.error.as_deref().unwrap_or_default());
    }
    Ok(mark)
}

/// The mistake of noting a message as sent before it is.
#[cfg(feature = "faults")]
fn mark_too_early(app: &App, notification: &Notification) -> Result<()> {
    use crate::faults::{Mistake, Moment, is_made, reached};
    if !is_made(Mistake::MarkBeforeSend) {
        return Ok(());
    }
    let sent = Outcome::Accepted { note: None };
    let mark = rules::after(sent, notification.attempts, false, app.clock.now(), rand::random());
    app.write_now(&Actor::System, |tx| store::mark(tx, notification, &mark))?;
    reached(Moment::AfterSend);
    Ok(())
}

/// The mistake of another identifier for each attempt.
#[cfg(feature = "faults")]
fn named_anew(notification: &Notification) -> Notification {
    let mut named = notification.clone();
    if crate::faults::is_made(crate::faults::Mistake::NewIdPerTry) {
        named.message_id = super::compose::message_id();
    }
    named
}

/// What came of an attempt, and what follows for others to the same recipient.
fn write_down(tx: &mut Tx, notification: &Notification, outcome: &Outcome, mark: &Mark) -> Result<()> {
    store::mark(tx, notification, mark)?;
    if let Some(error) = &mark.error {
        attempts::note(tx, &notification.id, error)?;
    }
    let (channel, recipient) = (notification.channel, &notification.recipient);
    match outcome {
        Outcome::Gone { reason } => parked::park(tx, channel, recipient, reason),
        Outcome::Accepted { .. } if channel == Channel::Telegram => {
            store::space_out(tx, channel, recipient, tx.now + rules::APART_IN_A_CHAT)
        }
        _ => Ok(()),
    }
}

/// Says aloud when a gateway begins to rest, and when it answers again.
fn alarm(channel: Channel, rested: bool, gate: &Gate, reason: &str) {
    let rests = gate.rests_until.is_some();
    metrics::gauge!("notification_gateway_rests", "channel" => channel.as_str()).set(f64::from(u8::from(rests)));
    match (rested, rests) {
        (false, true) => tracing::error!(%channel, reason, "the gateway rests: it fails, or our account is at fault"),
        (true, false) => tracing::info!(%channel, "the gateway answers again"),
        _ => {}
    }
}

/// Turns until told to stop. A panic in a gateway's code costs one turn; the lease gives the messages back.
pub fn run(app: &App, gateways: &Gateways, channel: Channel, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        match std::panic::catch_unwind(AssertUnwindSafe(|| turn(app, gateways, channel))) {
            Ok(Ok(Worked { tried, .. })) if tried > 0 => {}
            Ok(Ok(_)) => std::thread::sleep(pause(app, gateways, channel)),
            Ok(Err(error)) => {
                tracing::error!(%error, "the message worker could not reach the outbox");
                std::thread::sleep(IDLE);
            }
            Err(_) => {
                tracing::error!("the message worker panicked and goes on");
                std::thread::sleep(IDLE);
            }
        }
    }
}

/// Until the gateway may be asked again when that is soon, else as long as an idle worker rests.
fn pause(app: &App, gateways: &Gateways, channel: Channel) -> Duration {
    let pause = app.read_now(&Actor::System, |tx| claim::pause(tx, channel, gateways.pace(channel)));
    let pause = pause.ok().flatten().and_then(|pause| pause.to_std().ok());
    // Not all at the same moment: only one of them would find anything.
    let apart = Duration::from_millis(rand::random_range(0..10));
    pause.map_or(IDLE, |pause| pause.clamp(Duration::from_millis(5), IDLE)) + apart
}
