//! The sweep by itself: once an hour, by one of however many processes there are, in small transactions.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::TimeDelta;

use super::{Swept, store, sweep};
use crate::error::Result;
use crate::ids::{Actor, OrderId};
use crate::state::App;

/// How long a sweep is enough.
const EVERY: TimeDelta = TimeDelta::hours(1);
/// Orders in one transaction; each costs a dozen statements.
const BATCH: i64 = 50;
/// Pause between looks at whether a sweep is due.
const PAUSE: Duration = Duration::from_secs(60);
/// How often a waiting thread looks whether it should stop.
const TICK: Duration = Duration::from_millis(200);

/// Sweeps when it is due, unless another process does; what was done, or `None` when it was not our turn.
/// One that breaks off is made up for by the next: whatever was done is not done again.
///
/// # Errors
/// Those of the database.
pub fn step(app: &App) -> Result<Option<Vec<Swept>>> {
    if !app.write_now(&Actor::System, |tx| store::claim(tx, "storage", tx.now + EVERY))? {
        return Ok(None);
    }
    run(app, false).map(Some)
}

/// A whole sweep, or the list of what it would do.
///
/// # Errors
/// Those of the database.
pub fn run(app: &App, is_dry: bool) -> Result<Vec<Swept>> {
    let mut all = Vec::new();
    let mut after: Option<OrderId> = None;
    loop {
        let part = app.write_now(&Actor::System, |tx| sweep(tx, is_dry, after.as_ref(), BATCH))?;
        all.extend(part.swept);
        after = part.next;
        if after.is_none() {
            return Ok(all);
        }
    }
}

/// Sweeps until told to stop.
pub fn keep(app: &App, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        match step(app) {
            Ok(Some(swept)) => tracing::info!(orders = swept.len(), "what waits on the shelves was looked through"),
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "the sweep of the shelves broke off"),
        }
        let mut left = PAUSE;
        while !left.is_zero() && !stop.load(Ordering::Relaxed) {
            std::thread::sleep(left.min(TICK));
            left = left.saturating_sub(TICK);
        }
    }
}
