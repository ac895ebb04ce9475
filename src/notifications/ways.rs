//! The ways out: a transport for each channel, and how fast it may be used.

use super::gate::Pace;
use super::rules;
use super::smspro::{Account, Report};
use super::store::Notification;
use super::transport::{EmailTransport, Message, Outcome, Sent, SmsTransport};
use super::{Channel, ConfigError, HttpGateway, HttpGatewayConfig, Occasion, Smspro, SmsproConfig, Smtp, SmtpConfig};
use crate::config::{Config, EmailTransportName, SmsTransportName};
use crate::error::{Error, Result};

/// The ways out.
pub struct Gateways {
    sms: SmsTransport,
    sms_pace: Pace,
    email: EmailTransport,
    email_pace: Pace,
}

impl Gateways {
    /// These ways, used as fast as they go.
    pub fn new(sms: SmsTransport, email: EmailTransport) -> Self {
        Self { sms, sms_pace: Pace::per_second(0), email, email_pace: Pace::per_second(0) }
    }

    /// The ways that the settings name.
    ///
    /// # Errors
    /// [`Error::Startup`] with the key at fault.
    pub fn from_config(config: &Config) -> Result<Self> {
        check_switches(&config.business.messages.off)?;
        let startup = |error: ConfigError| Error::Startup(error.to_string());
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
        let (sms_pace, email_pace) =
            (Pace::per_second(config.sms.per_second), Pace::per_second(config.email.per_second));
        Ok(Self { sms_pace, email_pace, ..Self::new(sms, email) })
    }

    /// How fast a channel may be used.
    pub(super) fn pace(&self, channel: Channel) -> Pace {
        match channel {
            Channel::Sms => self.sms_pace,
            Channel::Email => self.email_pace,
        }
    }

    /// Whether the gateway of a channel tells later what became of a message that it took.
    pub(super) fn gives_reports(&self, channel: Channel) -> bool {
        channel == Channel::Sms && matches!(self.sms, SmsTransport::Smspro(_))
    }

    /// Whether a message arrived; nothing from a gateway that never tells.
    pub(super) fn report(&self, notification: &Notification) -> Option<std::result::Result<Report, String>> {
        match notification.channel {
            Channel::Sms => self.sms.report(&notification.message_id, &notification.recipient),
            Channel::Email => None,
        }
    }

    /// What is left on the account for short messages; nothing from a gateway that never tells.
    pub(super) fn account(&self) -> Option<std::result::Result<Account, String>> {
        self.sms.account()
    }

    /// One attempt.
    pub(super) fn send(&self, notification: &Notification) -> Outcome {
        let message = Message {
            message_id: notification.message_id.clone(),
            recipient: notification.recipient.clone(),
            subject: notification.subject.clone(),
            text: notification.text(),
            language: notification.language.clone(),
            is_reminder: notification.priority == rules::WORST_PRIORITY,
        };
        match notification.channel {
            Channel::Sms => self.sms.send(&message),
            Channel::Email => self.email.send(&message),
        }
    }
}

/// A mistyped word would leave on what the firm wants off.
fn check_switches(off: &[String]) -> Result<()> {
    for switch in off {
        let (event, channel) =
            switch.split_once(':').map_or((switch.as_str(), None), |(event, way)| (event, Some(way)));
        let known = event.parse::<Occasion>().map(|_| ());
        let known = known.and_then(|()| channel.map_or(Ok(()), |channel| channel.parse::<Channel>().map(|_| ())));
        known.map_err(|error| Error::Startup(format!("business.messages.off: {error}")))?;
    }
    Ok(())
}
