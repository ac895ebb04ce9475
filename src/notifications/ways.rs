//! The ways out: a transport for each channel, and how fast it may be used.

use std::path::PathBuf;

use secrecy::ExposeSecret;

use super::dkim::DkimSettings;
use super::gate::Pace;
use super::rules;
use super::smspro::{Account, Report};
use super::store::Notification;
use super::telegram::{Telegram, TelegramConfig};
use super::transport::{EmailTransport, Message, Outcome, Sent, SmsTransport, TelegramTransport};
use super::{Channel, ConfigError, HttpGateway, HttpGatewayConfig, Occasion, Smspro, SmsproConfig, Smtp, SmtpConfig};
use crate::config::{Config, EmailTransportName, SmsTransportName, TelegramTransportName};
use crate::error::{Error, Result};

/// The ways out.
pub struct Gateways {
    sms: SmsTransport,
    sms_pace: Pace,
    email: EmailTransport,
    email_pace: Pace,
    telegram: TelegramTransport,
    telegram_pace: Pace,
    /// Whether Telegram calls us, so that it is not asked.
    has_webhook: bool,
}

impl Gateways {
    /// These ways, used as fast as they go, and no bot.
    pub fn new(sms: SmsTransport, email: EmailTransport) -> Self {
        let as_fast_as_it_goes = Pace::per_second(0);
        Self {
            sms,
            sms_pace: as_fast_as_it_goes,
            email,
            email_pace: as_fast_as_it_goes,
            telegram: TelegramTransport::Off,
            telegram_pace: as_fast_as_it_goes,
            has_webhook: false,
        }
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
            EmailTransportName::Smtp => EmailTransport::Smtp(Smtp::new(&smtp(config)).map_err(startup)?),
        };
        Ok(Self {
            sms_pace: Pace::per_second(config.sms.per_second),
            email_pace: Pace::per_second(config.email.per_second),
            telegram: telegram(config).map_err(startup)?,
            telegram_pace: Pace::per_second(config.telegram.per_second),
            has_webhook: !config.telegram.webhook_secret.expose_secret().is_empty(),
            ..Self::new(sms, email)
        })
    }

    /// How fast a channel may be used.
    pub(super) fn pace(&self, channel: Channel) -> Pace {
        match channel {
            Channel::Sms => self.sms_pace,
            Channel::Email => self.email_pace,
            Channel::Telegram => self.telegram_pace,
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
            Channel::Email | Channel::Telegram => None,
        }
    }

    /// The bot, where it has to be asked what was said to it.
    pub(super) fn telegram(&self) -> Option<&Telegram> {
        match &self.telegram {
            TelegramTransport::Bot(telegram) if !self.has_webhook => Some(telegram),
            _ => None,
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
            Channel::Telegram => self.telegram.send(&message),
        }
    }
}

fn smtp(config: &Config) -> SmtpConfig {
    let (email, public_url) = (&config.email, &config.business.public_url);
    let (selector, domain, key) = (email.dkim_selector.clone(), email.dkim_domain.clone(), email.dkim_key.clone());
    let signs = !selector.is_empty() || !domain.is_empty() || !key.expose_secret().is_empty();
    SmtpConfig {
        ca_file: Some(&email.ca_file).filter(|file| !file.is_empty()).map(PathBuf::from),
        unsubscribe_url: public_url.starts_with("https://").then(|| format!("{public_url}/unsubscribe")),
        dkim: signs.then_some(DkimSettings { selector, domain, key }),
        ..SmtpConfig::new(email.url.clone(), email.from.clone())
    }
}

fn telegram(config: &Config) -> std::result::Result<TelegramTransport, ConfigError> {
    let (url, token) = (config.telegram.url.clone(), config.telegram.token.clone());
    Ok(match config.telegram.transport {
        TelegramTransportName::Off => TelegramTransport::Off,
        TelegramTransportName::Log => TelegramTransport::Log,
        TelegramTransportName::Memory => TelegramTransport::Memory(Sent::default()),
        TelegramTransportName::Bot => TelegramTransport::Bot(Telegram::new(TelegramConfig { url, token })?),
    })
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
