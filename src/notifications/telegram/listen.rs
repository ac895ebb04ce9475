//! Asks Telegram what was said to the bot, where no webhook is set up. One process at a time does.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::TimeDelta;

use super::{Telegram, bot, store, updates};
use crate::error::Result;
use crate::ids::Actor;
use crate::notifications::Gateways;
use crate::state::App;

/// How long a process may take for a turn: the question, and answers to what was heard.
const LEASE: TimeDelta = TimeDelta::minutes(2);
/// Pause after nothing could be asked.
const IDLE: Duration = Duration::from_secs(3);

/// One turn: asks, does what was said, answers. Nothing without a bot, or while another process asks. Tells how many
/// updates were heard.
///
/// # Errors
/// Those of the database; a bot that cannot be asked is asked again.
pub fn hear_updates(app: &App, gateways: &Gateways) -> Result<Option<usize>> {
    let Some(telegram) = gateways.telegram() else { return Ok(None) };
    if !app.write_now(&Actor::System, |tx| store::take_turn(tx, tx.now + LEASE))? {
        return Ok(None);
    }
    let heard = take(app, telegram);
    app.write_now(&Actor::System, store::end_turn)?;
    heard
}

fn take(app: &App, telegram: &Telegram) -> Result<Option<usize>> {
    let last = app.read_now(&Actor::System, |tx| store::last_update(tx, tx.now - bot::REMEMBERED))?;
    let said = match telegram.updates(last.map(|last| last.saturating_add(1))) {
        Ok(said) => said,
        Err(reason) => {
            tracing::warn!(reason, "Telegram does not say what was said to the bot");
            return Ok(None);
        }
    };
    for update in said.iter().filter_map(updates::read) {
        if let Some(reply) = app.write_now(&Actor::System, |tx| bot::hear(tx, &update))? {
            telegram.reply(&reply);
        }
    }
    Ok(Some(said.len()))
}

/// Asks until told to stop.
pub fn run_updates(app: &App, gateways: &Gateways, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        match std::panic::catch_unwind(AssertUnwindSafe(|| hear_updates(app, gateways))) {
            // Telegram itself waits a while before it says that there is nothing.
            Ok(Ok(Some(_))) => continue,
            Ok(Ok(None)) => {}
            Ok(Err(error)) => tracing::error!(%error, "what was said to the bot could not be written down"),
            Err(_) => tracing::error!("the bot's listener panicked and goes on"),
        }
        std::thread::sleep(IDLE);
    }
}
