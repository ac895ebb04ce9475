//! Whether messages arrived: the gateway is asked on a schedule, and sooner when it knocks. And what is left on its account.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::TimeDelta;

use super::smspro::{Report, pushed_ids};
use super::store::Notification;
use super::ways::Gateways;
use super::{Channel, gate_store, report_store, rules, store};
use crate::db::{self, Tx};
use crate::error::{Problem, Result, Slug};
use crate::ids::Actor;
use crate::state::App;

/// Messages asked about at once; the lease covers a question about each that takes as long as it may.
const BATCH: i64 = 10;
const LEASE: TimeDelta = TimeDelta::minutes(5);
/// Pause of an idle worker.
const IDLE: Duration = Duration::from_secs(1);
/// How often the account is looked at.
const ACCOUNT: TimeDelta = TimeDelta::minutes(10);
/// How often the outbox is counted.
const FIGURES: TimeDelta = TimeDelta::seconds(15);

/// Lets go what waits for another channel that reached nobody. Tells how many messages go.
///
/// # Errors
/// Those of the database.
pub fn fall_back(app: &App) -> Result<usize> {
    match app.read_now(&Actor::System, report_store::is_anything_waiting)? {
        true => app.write_now(&Actor::System, report_store::fall_back),
        false => Ok(0),
    }
}

/// One turn: asks about the messages whose time it is, and writes down what is final. Tells how many were asked about.
///
/// # Errors
/// Those of the database; a gateway that does not say is asked again.
pub fn ask_reports(app: &App, gateways: &Gateways) -> Result<usize> {
    let rests = app.read_now(&Actor::System, |tx| gate_store::get(tx, Channel::Sms))?.rests_until;
    if rests.is_some() {
        return Ok(0);
    }
    let due = app.write_now(&Actor::System, |tx| {
        let ids = db::claim_reports(tx.conn, tx.now, tx.now + LEASE, BATCH)?;
        store::by_ids(tx, &ids)
    })?;
    for (asked, notification) in due.iter().enumerate() {
        match gateways.report(notification) {
            Some(Ok(report)) => app.write_now(&Actor::System, |tx| heed(tx, notification, &report))?,
            // The lease lets them be asked about again.
            Some(Err(reason)) => {
                tracing::warn!(reason, "the gateway does not say whether messages arrived");
                return Ok(asked);
            }
            None => app.write_now(&Actor::System, |tx| report_store::ask_at(tx, notification, None))?,
        }
    }
    Ok(due.len())
}

fn heed(tx: &mut Tx, notification: &Notification, report: &Report) -> Result<()> {
    let counted = match report {
        Report::OnItsWay => {
            let sent_at = notification.sent_at.unwrap_or(notification.created_at);
            let next = rules::next_report(sent_at, tx.now);
            return report_store::ask_at(tx, notification, next);
        }
        Report::Delivered { at } => {
            report_store::arrived(tx, notification, at.unwrap_or(tx.now))?;
            "delivered"
        }
        Report::Undelivered { reason } => {
            report_store::lost(tx, notification, reason)?;
            "undelivered"
        }
    };
    metrics::counter!("notification_reports_total", "report" => counted).increment(1);
    Ok(())
}

/// The gateway knocked: the messages that it names are asked about at once.
///
/// # Errors
/// `malformed_request` for what is no report of SMSPRO.
pub fn pushed(tx: &mut Tx, body: &[u8]) -> Result<()> {
    let ids = match pushed_ids(body) {
        Ok(ids) => ids,
        Err(reason) => {
            return Problem::new(Slug::MalformedRequest, format!("This is no delivery report of SMSPRO: {reason}."))
                .fail();
        }
    };
    report_store::ask_now(tx, &ids)
}

/// Looks at the account: a figure for `/metrics`, and an alarm when little is left.
pub fn look_at_account(app: &App, gateways: &Gateways) {
    let account = match gateways.account() {
        None => return,
        Some(Err(reason)) => return tracing::warn!(reason, "the gateway does not say what is left on the account"),
        Some(Ok(account)) => account,
    };
    let least = app.config.sms.account_alarm_tyiyn;
    let is_low = !account.is_active || account.balance_tyiyn < least;
    metrics::gauge!("sms_account_som").set(account.balance_tyiyn as f64 / 100.0);
    metrics::gauge!("sms_account_low").set(f64::from(u8::from(is_low)));
    if is_low {
        let (balance_tyiyn, is_active) = (account.balance_tyiyn, account.is_active);
        tracing::error!(balance_tyiyn, is_active, least, "the account for short messages is nearly empty or closed");
    }
}

/// Looks at the outbox: what waits, since when, and what nobody will be told, as figures for `/metrics`.
///
/// # Errors
/// Those of the database.
pub fn look_at_outbox(app: &App) -> Result<()> {
    let (backlog, dead, held, now) = app.read_now(&Actor::System, |tx| {
        Ok((report_store::backlog(tx)?, report_store::dead(tx)?, report_store::held(tx)?, tx.now))
    })?;
    metrics::gauge!("notifications_held").set(held as f64);
    for channel in Channel::ALL {
        let waiting = backlog.iter().find(|(of, ..)| of == channel);
        let oldest = waiting.and_then(|(_, _, since)| *since).map_or(0, |since| (now - since).num_seconds());
        let dead = dead.iter().find(|(of, _)| of == channel).map_or(0, |(_, dead)| *dead);
        let label = channel.as_str();
        metrics::gauge!("notifications_due", "channel" => label).set(waiting.map_or(0, |(_, due, _)| *due) as f64);
        metrics::gauge!("notifications_oldest_due_seconds", "channel" => label).set(oldest as f64);
        metrics::gauge!("notifications_dead", "channel" => label).set(dead as f64);
    }
    Ok(())
}

/// Asks until told to stop.
pub fn run_reports(app: &App, gateways: &Gateways, stop: &AtomicBool) {
    let (mut looked, mut figures) = (None, None);
    while !stop.load(Ordering::Relaxed) {
        let now = app.clock.now();
        if looked.is_none_or(|at| now - at >= ACCOUNT) {
            look_at_account(app, gateways);
            looked = Some(now);
        }
        if figures.is_none_or(|at| now - at >= FIGURES) {
            figures = Some(now);
            if let Err(error) = look_at_outbox(app) {
                tracing::error!(%error, "the figures of the outbox are old");
            }
        }
        let turn = || fall_back(app).and_then(|_| ask_reports(app, gateways));
        match std::panic::catch_unwind(AssertUnwindSafe(turn)) {
            Ok(Ok(asked)) if asked > 0 => {}
            Ok(Ok(_)) => std::thread::sleep(IDLE),
            Ok(Err(error)) => {
                tracing::error!(%error, "the reports worker could not reach the outbox");
                std::thread::sleep(IDLE);
            }
            Err(_) => {
                tracing::error!("the reports worker panicked and goes on");
                std::thread::sleep(IDLE);
            }
        }
    }
}
