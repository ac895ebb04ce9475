//! The worker of the inbox: take with a lease, judge, ask the provider with no transaction open, book.

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::TimeDelta;

use super::adapter::{Acquirer, Failure, Said};
use super::inbox::{self, Due};
use super::{Provider, Verdict};
use crate::config::Config;
use crate::error::Result;
use crate::ids::Actor;
use crate::state::App;

/// Callbacks taken at once. The lease covers a question about each that takes as long as it may.
const BATCH: i64 = 20;
const LEASE: TimeDelta = TimeDelta::minutes(15);
/// Pause of an idle worker.
const IDLE: Duration = Duration::from_millis(500);

/// What one turn of the worker did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Worked {
    /// Callbacks looked at.
    pub looked_at: usize,
    /// Payments booked.
    pub paid: usize,
}

/// The adapters of all providers that are switched on.
///
/// # Errors
/// [`Error::Startup`](crate::error::Error::Startup) when a key cannot be used.
pub fn switched_on(config: &Config) -> Result<HashMap<Provider, Acquirer>> {
    let mut acquirers = HashMap::new();
    for provider in Provider::ALL {
        if let Some(acquirer) = Acquirer::from_config(config, *provider)? {
            acquirers.insert(*provider, acquirer);
        }
    }
    Ok(acquirers)
}

/// One turn: takes what is due, settles what is forged or wrong, asks back about the rest, books what is true.
///
/// # Errors
/// Those of the database; a provider's failure is not an error but a verdict.
pub fn step(app: &App) -> Result<Worked> {
    turn(app, &switched_on(&app.config)?)
}

fn turn(app: &App, acquirers: &HashMap<Provider, Acquirer>) -> Result<Worked> {
    let (looked_at, due) = app.write_now(&Actor::System, |tx| inbox::sort(tx, acquirers, tx.now + LEASE, BATCH))?;
    let mut worked = Worked { looked_at, paid: 0 };
    let mut away = HashSet::new();
    for due in due {
        let provider = due.claimed.provider;
        let said = match acquirers.get(&provider) {
            Some(acquirer) if !away.contains(&provider) => ask(app, acquirer, &due),
            // Who did not answer a moment ago is not asked once more for every callback of this turn.
            _ => Err(Failure::Away("it did not answer about another payment a moment ago".to_owned())),
        };
        if matches!(said, Err(Failure::Away(_))) {
            away.insert(provider);
        }
        worked.paid += usize::from(heed(app, &due, &said)? == Some(Verdict::Paid));
    }
    Ok(worked)
}

fn ask(app: &App, acquirer: &Acquirer, due: &Due) -> std::result::Result<Said, Failure> {
    if !acquirer.can_be_asked() {
        // The adapter says why its signature must do.
        return Ok(Said { is_paid: true, ..Said::default() });
    }
    acquirer.ask(&due.question(app.clock.now()))
}

fn heed(app: &App, due: &Due, said: &std::result::Result<Said, Failure>) -> Result<Option<Verdict>> {
    let verdict = match app.write_now(&Actor::System, |tx| inbox::heed(tx, due, said)) {
        Ok(verdict) => verdict,
        Err(error) => {
            tracing::error!(%error, callback = %due.claimed.id, "a payment could not be booked; it is tried again");
            app.write_now(&Actor::System, |tx| inbox::put_back(tx, due, "it could not be booked; the log says why"))?;
            None
        }
    };
    if let Some(verdict) = verdict {
        let provider = due.claimed.provider.as_str();
        metrics::counter!("acquirer_callbacks_total", "provider" => provider, "verdict" => verdict.as_str())
            .increment(1);
    }
    Ok(verdict)
}

/// Turns until told to stop. A panic in an adapter costs one turn; the lease gives the callbacks back.
pub fn run(app: &App, acquirers: &HashMap<Provider, Acquirer>, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        match std::panic::catch_unwind(AssertUnwindSafe(|| turn(app, acquirers))) {
            Ok(Ok(Worked { looked_at, .. })) if looked_at > 0 => {}
            Ok(Ok(_)) => std::thread::sleep(IDLE),
            Ok(Err(error)) => {
                tracing::error!(%error, "the worker of callbacks could not reach the inbox");
                std::thread::sleep(IDLE);
            }
            Err(_) => {
                tracing::error!("the worker of callbacks panicked and goes on");
                std::thread::sleep(IDLE);
            }
        }
    }
}
