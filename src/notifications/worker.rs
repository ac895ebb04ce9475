//! The worker: claim with a lease, send with no transaction open, mark. At least once; a repeat carries the same id.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta};

use super::rules::Mark;
use super::store::Notification;
use super::transport::{EmailTransport, Message, Outcome, SmsTransport};
use super::{
    Channel, HttpGateway, HttpGatewayConfig, Sent, Smspro, SmsproConfig, Smtp, SmtpConfig, State, rules, store,
};
use crate::config::{Config, EmailTransportName, SmsTransportName};
use crate::db;
use crate::error::{Error, Result};
use crate::ids::Actor;
use crate::state::App;

/// Messages claimed at once. One SMTP dialogue may take two minutes in the worst case, so the lease covers them all.
const BATCH: i64 = 5;
const LEASE: TimeDelta = TimeDelta::minutes(15);
/// Pause of an idle worker.
const IDLE: Duration = Duration::from_millis(500);

/// The ways out, and which of them rests.
pub struct Gateways {
    sms: SmsTransport,
    email: EmailTransport,
    /// A channel whose gateway says that our account or settings are at fault, and until when it is left alone.
    resting: Mutex<Vec<(Channel, NaiveDateTime)>>,
}

impl Gateways {
    /// These ways.
    pub fn new(sms: SmsTransport, email: EmailTransport) -> Self {
        Self { sms, email, resting: Mutex::default() }
    }

    /// The channels that rest at this moment.
    fn resting(&self, now: NaiveDateTime) -> Vec<Channel> {
        let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        resting.retain(|(_, until)| *until > now);
        resting.iter().map(|(channel, _)| *channel).collect()
    }

    fn rest(&self, channel: Channel, until: NaiveDateTime) {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner).push((channel, until));
    }

    /// The ways that the settings name.
    ///
    /// # Errors
    /// [`Error::Startup`] with the key at fault.
    pub fn from_config(config: &Config) -> Result<Self> {
        let startup = |error: super::ConfigError| Error::Startup(error.to_string());
        let (url, login) = (config.sms.url.clone(), config.sms.login.clone());
        let (password, sender) = (config.sms.password.clone(), config.sms.sender.clone());
        let sms = match config.sms.transport {
            SmsTransportName::Log => SmsTransport::Log,
            SmsTransportName::Memory => SmsTransport::Memory(Sent::default()),
            SmsTransportName::Smspro => {
                SmsTransport::Smspro(Smspro::new(SmsproConfig { url, login, password, sender }).map_err(startup)?)
            }
            SmsTransportName::Http => SmsTransport::Http(
                HttpGateway::new(HttpGatewayConfig { url, login, password, sender }).map_err(startup)?,
            ),
        };
        let email = match config.email.transport {
            EmailTransportName::Log => EmailTransport::Log,
            EmailTransportName::Memory => EmailTransport::Memory(Sent::default()),
            EmailTransportName::Smtp => {
                let smtp = SmtpConfig { url: config.email.url.clone(), from: config.email.from.clone() };
                EmailTransport::Smtp(Smtp::new(&smtp).map_err(startup)?)
            }
        };
        Ok(Self::new(sms, email))
    }

    fn send(&self, notification: &Notification) -> Outcome {
        let message = Message {
            message_id: notification.message_id.clone(),
            recipient: notification.recipient.clone(),
            subject: notification.subject.clone(),
            text: notification.text(),
        };
        match notification.channel {
            Channel::Sms => self.sms.send(&message),
            Channel::Email => self.email.send(&message),
        }
    }
}

/// What one turn of the worker did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Worked {
    /// Messages tried.
    pub tried: usize,
    /// Messages that a gateway took.
    pub sent: usize,
}

/// One turn: claims what is due on the channels that do not rest, sends it, marks it.
///
/// # Errors
/// Those of the database; a gateway's failure is not an error but a mark.
pub fn step(app: &App, gateways: &Gateways) -> Result<Worked> {
    let resting = gateways.resting(app.clock.now());
    if Channel::ALL.iter().all(|channel| resting.contains(channel)) {
        return Ok(Worked::default());
    }
    let resting = resting.first().map_or("", |channel| channel.as_str());
    let due = app.write_now(&Actor::System, |tx| {
        let ids = db::claim_due(tx.conn, tx.now, tx.now + LEASE, BATCH, resting)?;
        store::by_ids(tx, &ids)
    })?;
    let mut worked = Worked { tried: due.len(), sent: 0 };
    for notification in due {
        let mark = attempt(app, gateways, &notification);
        worked.sent += usize::from(mark.state == State::Sent);
        metrics::counter!("notifications_total", "channel" => notification.channel.as_str(), "state" => mark.state.as_str())
            .increment(1);
        app.write_now(&Actor::System, |tx| store::mark(tx, &notification, &mark))?;
    }
    Ok(worked)
}

/// Sends one message, unless its channel began to rest since it was claimed.
fn attempt(app: &App, gateways: &Gateways, notification: &Notification) -> Mark {
    let now = app.clock.now();
    if gateways.resting(now).contains(&notification.channel) {
        let reason = "the channel rests".to_owned();
        return rules::after(Outcome::Stop { reason }, notification.attempts, now);
    }
    let mark = rules::after(gateways.send(notification), notification.attempts, app.clock.now());
    if mark.is_channel_at_fault {
        let reason = mark.error.as_deref().unwrap_or_default();
        tracing::error!(channel = %notification.channel, reason, "the channel rests: our account or settings are at fault");
        gateways.rest(notification.channel, mark.next_attempt_at);
    }
    mark
}

/// Turns until told to stop. A panic in a gateway's code costs one turn; the lease gives the messages back.
pub fn run(app: &App, gateways: &Gateways, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        match std::panic::catch_unwind(AssertUnwindSafe(|| step(app, gateways))) {
            Ok(Ok(Worked { tried, .. })) if tried > 0 => {}
            Ok(Ok(_)) => std::thread::sleep(IDLE),
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
