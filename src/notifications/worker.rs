//! The worker: claim with a lease, send with no transaction open, mark. At least once; a repeat carries the same id.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::TimeDelta;

use super::store::Notification;
use super::transport::{EmailTransport, Message, Outcome, SmsTransport};
use super::{Channel, HttpGateway, HttpGatewayConfig, Sent, Smspro, SmsproConfig, Smtp, SmtpConfig, rules, store};
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

/// The ways out.
pub struct Gateways {
    /// Short messages.
    pub sms: SmsTransport,
    /// Mail.
    pub email: EmailTransport,
}

impl Gateways {
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
        Ok(Self { sms, email })
    }

    fn send(&self, notification: &Notification) -> Outcome {
        let message = Message {
            message_id: notification.message_id.clone(),
            recipient: notification.recipient.clone(),
            subject: notification.subject.clone(),
            text: notification.body.clone(),
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

/// One turn: claims what is due, sends it, marks it.
///
/// # Errors
/// Those of the database; a gateway's failure is not an error but a mark.
pub fn step(app: &App, gateways: &Gateways) -> Result<Worked> {
    let due = app.write_now(&Actor::System, |tx| {
        let ids = db::claim_due(tx.conn, tx.now, tx.now + LEASE, BATCH)?;
        store::by_ids(tx, &ids)
    })?;
    let mut worked = Worked { tried: due.len(), sent: 0 };
    let mut resting: Vec<(Channel, String)> = Vec::new();
    for notification in due {
        let outcome = match resting.iter().find(|(channel, _)| *channel == notification.channel) {
            Some((_, reason)) => Outcome::Stop { reason: reason.clone() },
            None => gateways.send(&notification),
        };
        let mark = rules::after(outcome, notification.attempts, app.clock.now());
        if mark.is_channel_at_fault {
            let reason = mark.error.clone().unwrap_or_default();
            tracing::error!(channel = %notification.channel, reason, "the channel rests: our account or settings are at fault");
            resting.push((notification.channel, reason));
        }
        worked.sent += usize::from(mark.state == super::State::Sent);
        metrics::counter!("notifications_total", "channel" => notification.channel.as_str(), "state" => mark.state.as_str())
            .increment(1);
        app.write_now(&Actor::System, |tx| store::mark(tx, &notification.id, &mark))?;
    }
    Ok(worked)
}

/// Turns until told to stop.
pub fn run(app: &App, gateways: &Gateways, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        match step(app, gateways) {
            Ok(Worked { tried, .. }) if tried > 0 => {}
            Ok(_) => std::thread::sleep(IDLE),
            Err(error) => {
                tracing::error!(%error, "the message worker could not reach the outbox");
                std::thread::sleep(IDLE);
            }
        }
    }
}
