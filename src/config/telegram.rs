//! `telegram.*`: the firm's bot.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::LEAST_KEY_BYTES;

/// `telegram.*`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Telegram {
    /// Which way messages leave.
    pub transport: TelegramTransportName,
    /// Base of the Bot API.
    pub url: String,
    /// The bot's name, without `@`.
    pub bot: String,
    /// What BotFather gave; it is a part of the API's addresses, so these are never shown.
    pub token: SecretString,
    /// What Telegram sends with its calls to `<business.public_url>/v1/telegram/updates`; empty: the worker asks Telegram.
    pub webhook_secret: SecretString,
    /// The most messages in a second, over all processes; 0: no limit.
    pub per_second: u32,
    /// Threads that send, in each process.
    pub workers: u16,
}

/// `telegram.transport`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TelegramTransportName {
    /// Not at all.
    Off,
    /// Printed to the log.
    Log,
    /// Kept in memory, for tests.
    Memory,
    /// The Bot API.
    Bot,
}

impl Telegram {
    /// Where the bot is found, when there is one.
    pub fn link(&self, token: &str) -> Option<String> {
        let is_on = self.transport != TelegramTransportName::Off && !self.bot.is_empty();
        is_on.then(|| format!("https://t.me/{}?start={token}", self.bot))
    }

    /// Whether the worker asks Telegram what was said to the bot.
    pub fn is_asked(&self) -> bool {
        self.transport == TelegramTransportName::Bot && self.webhook_secret.expose_secret().is_empty()
    }

    /// Everything that cannot work.
    pub fn complaints(&self, is_production: bool) -> Vec<String> {
        let mut complaints = Vec::new();
        if self.workers == 0 {
            complaints.push("telegram.workers must be at least 1".to_owned());
        }
        let is_name = |c: u8| c.is_ascii_alphanumeric() || c == b'_';
        let is_bot = (5..=32).contains(&self.bot.len()) && self.bot.bytes().all(is_name);
        if !is_bot && (!self.bot.is_empty() || self.transport == TelegramTransportName::Bot) {
            complaints.push("telegram.bot must be the bot's name without @: 5 to 32 letters, digits or _".to_owned());
        }
        let secret = self.webhook_secret.expose_secret();
        let is_guessable = !(LEAST_KEY_BYTES..=256).contains(&secret.len())
            || !secret.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !secret.is_empty() && is_guessable {
            complaints.push(format!("telegram.webhook_secret must be {LEAST_KEY_BYTES} to 256 letters and digits"));
        }
        if is_production {
            complaints.extend(self.complaints_of_production());
        }
        complaints
    }

    fn complaints_of_production(&self) -> Option<String> {
        match self.transport {
            TelegramTransportName::Log | TelegramTransportName::Memory => {
                Some("telegram.transport must reach customers in production, or be off".to_owned())
            }
            TelegramTransportName::Bot if !self.url.starts_with("https://") => {
                Some("telegram.url must be an https:// address in production: the token is a part of it".to_owned())
            }
            TelegramTransportName::Bot | TelegramTransportName::Off => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn a_bot_that_cannot_work_is_named() {
        let off = Config::defaults().unwrap().telegram;
        assert_eq!(off.complaints(true), [] as [String; 0]);
        assert_eq!(off.link("abc"), None);
        let bot = Telegram { transport: TelegramTransportName::Bot, bot: "ToruBot".to_owned(), ..off };
        assert_eq!(bot.complaints(true), [] as [String; 0]);
        assert_eq!(bot.link("a-_1").unwrap(), "https://t.me/ToruBot?start=a-_1");
        let wrong = |change: &dyn Fn(&mut Telegram)| {
            let mut telegram = bot.clone();
            change(&mut telegram);
            telegram.complaints(true).len()
        };
        assert_eq!(wrong(&|telegram| telegram.bot = String::new()), 1);
        assert_eq!(wrong(&|telegram| telegram.bot = "@ToruBot".to_owned()), 1);
        assert_eq!(wrong(&|telegram| telegram.webhook_secret = "short".into()), 1);
        assert_eq!(wrong(&|telegram| telegram.url = "http://api.telegram.org".to_owned()), 1);
        assert_eq!(wrong(&|telegram| telegram.transport = TelegramTransportName::Log), 1);
        assert_eq!(wrong(&|telegram| telegram.workers = 0), 1);
    }
}
