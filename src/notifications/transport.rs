//! The ways a message leaves the house, and the seven things that can come of it.
//!
//! The worker claims a row, builds a [`Message`], calls `send` with no transaction open and acts on the
//! [`Outcome`]. Everything here blocks: it belongs into the worker's own thread.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;

use super::http_gateway::HttpGateway;
use super::smspro::{Account, Report, Smspro};
use super::smtp::Smtp;
use super::telegram::Telegram;

/// How long an HTTP exchange, or one step of an SMTP dialogue, may take.
pub(super) const ANSWER_TIME_OUT: Duration = Duration::from_secs(15);

/// The most of a peer's own words that is kept in a reason or a note, in characters.
const QUOTED_MAX_CHARS: usize = 200;

/// One message to one person over one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// 12 characters of `[A-Z0-9]`, the same for every attempt: a repeat is recognised by it.
    pub message_id: String,
    /// A phone in E.164 (`+996700123456`), an e-mail address, or the number of a chat.
    pub recipient: String,
    /// The subject line; only e-mail has one.
    pub subject: Option<String>,
    /// What the person reads.
    pub text: String,
    /// `ky`, `ru` or `en`; a mail tells it to screen readers.
    pub language: String,
    /// Whether the person can do without its kind: such a mail says how to get no more of them.
    pub is_reminder: bool,
}

/// What became of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The gateway took the message over.
    Accepted {
        /// Something a reader of the outbox should know.
        note: Option<String>,
    },
    /// Nobody knows, or not now: try again later with the same message id.
    Retry {
        /// For the outbox and the log: one line, without the recipient.
        reason: String,
    },
    /// The gateway works, but puts this message off: try again later, a few times.
    Later {
        /// For the outbox and the log: one line, without the recipient.
        reason: String,
    },
    /// This message will never be taken; others may.
    Refused {
        /// For the outbox and the log: one line, without the recipient.
        reason: String,
    },
    /// The address or chat does not exist any more: this message will never be taken, and no other to there.
    Gone {
        /// For the outbox and the log: one line, without the recipient.
        reason: String,
    },
    /// The gateway asks for a pause; the message is fine.
    Wait {
        /// For the outbox and the log: one line, without the recipient.
        reason: String,
        /// How long.
        pause: TimeDelta,
    },
    /// Our configuration or account is at fault: pause the channel, the message is fine.
    Stop {
        /// For the outbox and the log: one line, without the recipient.
        reason: String,
    },
}

impl Outcome {
    pub(super) fn retry(reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self::Retry { reason }
    }

    pub(super) fn later(reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self::Later { reason }
    }

    pub(super) fn refused(reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self::Refused { reason }
    }

    pub(super) fn gone(reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self::Gone { reason }
    }

    pub(super) fn stop(reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self::Stop { reason }
    }
}

/// A transport cannot be built from its configuration. Never shows a secret.
#[derive(Debug, thiserror::Error)]
#[error("{key}: {reason}")]
pub struct ConfigError {
    /// The configuration key at fault, e.g. `sms.url`.
    pub key: &'static str,
    /// What is wrong with it.
    pub reason: String,
}

impl ConfigError {
    pub(super) fn new(key: &'static str, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self { key, reason }
    }
}

/// How SMS leave: `sms.transport`.
#[derive(Debug)]
pub enum SmsTransport {
    /// Printed, not sent: for development.
    Log,
    /// Kept in memory: for tests.
    Memory(Sent),
    /// The SMSPRO gateway of Nikita.
    Smspro(Smspro),
    /// Any gateway that takes our JSON.
    Http(HttpGateway),
}

impl SmsTransport {
    /// Whether a message arrived; nothing from a gateway that never tells.
    pub fn report(&self, message_id: &str, recipient: &str) -> Option<Result<Report, String>> {
        match self {
            Self::Smspro(smspro) => Some(smspro.report(message_id, recipient)),
            Self::Log | Self::Memory(_) | Self::Http(_) => None,
        }
    }

    /// What is left on the account; nothing from a gateway that never tells.
    pub fn account(&self) -> Option<Result<Account, String>> {
        match self {
            Self::Smspro(smspro) => Some(smspro.account()),
            Self::Log | Self::Memory(_) | Self::Http(_) => None,
        }
    }

    /// One attempt; blocks for at most 15 s.
    pub fn send(&self, message: &Message) -> Outcome {
        match self {
            Self::Log => print("sms", message),
            Self::Memory(sent) => sent.keep(message),
            Self::Smspro(smspro) => smspro.send(message),
            Self::Http(gateway) => gateway.send(message),
        }
    }
}

/// How e-mails leave: `email.transport`.
#[derive(Debug)]
pub enum EmailTransport {
    /// Printed, not sent: for development.
    Log,
    /// Kept in memory: for tests.
    Memory(Sent),
    /// A mail server.
    Smtp(Smtp),
}

impl EmailTransport {
    /// One attempt; blocks for at most 15 s per step of the dialogue.
    pub fn send(&self, message: &Message) -> Outcome {
        match self {
            Self::Log => print("email", message),
            Self::Memory(sent) => sent.keep(message),
            Self::Smtp(smtp) => smtp.send(message),
        }
    }
}

/// How messages reach chats of Telegram: `telegram.transport`.
#[derive(Debug)]
pub enum TelegramTransport {
    /// Not at all: what still waits for a chat is given up, so that other channels serve.
    Off,
    /// Printed, not sent: for development.
    Log,
    /// Kept in memory: for tests.
    Memory(Sent),
    /// The firm's bot.
    Bot(Telegram),
}

impl TelegramTransport {
    /// One attempt; blocks for at most 15 s.
    pub fn send(&self, message: &Message) -> Outcome {
        match self {
            Self::Off => Outcome::refused("Telegram is switched off"),
            Self::Log => print("telegram", message),
            Self::Memory(sent) => sent.keep(message),
            Self::Bot(telegram) => telegram.send(message),
        }
    }
}

/// What a memory transport was given; clones share the list.
#[derive(Clone, Debug, Default)]
pub struct Sent(Arc<Mutex<Vec<Message>>>);

impl Sent {
    /// Every message so far, oldest first, repeats included.
    pub fn all(&self) -> Vec<Message> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, message: &Message) -> Outcome {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(message.clone());
        Outcome::Accepted { note: None }
    }
}

/// The text is the point of this transport, so it is shown whole; escaped, so that it stays one line.
fn print(channel: &str, message: &Message) -> Outcome {
    tracing::info!(
        channel,
        message_id = ?message.message_id,
        to = ?masked(&message.recipient),
        subject = ?message.subject,
        text = ?message.text,
        "message printed, not sent"
    );
    Outcome::Accepted { note: Some("printed to the log, not sent".to_owned()) }
}

/// A phone or a chat shows its last four digits, an e-mail address its domain.
fn masked(recipient: &str) -> String {
    match recipient.rsplit_once('@') {
        Some((_, domain)) => format!("***@{domain}"),
        None => {
            let hidden = recipient.chars().count().saturating_sub(4);
            format!("***{}", recipient.chars().skip(hidden).collect::<String>())
        }
    }
}

/// The text as it goes out: line feeds and tabs stay, every other control character and the two
/// non-characters go. XML 1.0 (section 2.2) forbids most of them; no phone or mailbox wants the rest.
pub(super) fn printable(text: &str) -> String {
    text.chars()
        .filter(|c| matches!(c, '\n' | '\t') || !c.is_control())
        .filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}'))
        .collect()
}

/// What a peer said, fit for the outbox and the log: one line, bounded, without the recipient.
pub(super) fn quoted(words: &str, recipient: &str) -> String {
    words
        .replace(recipient, "***")
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(QUOTED_MAX_CHARS)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_keeps_four_digits_or_the_domain() {
        assert_eq!(masked("+996700123456"), "***3456");
        assert_eq!(masked("aibek@example.kg"), "***@example.kg");
        assert_eq!(masked("12"), "***12");
    }

    #[test]
    fn a_printable_text_keeps_letters_and_line_feeds_only() {
        assert_eq!(printable("Үй\r\n\u{1b}[31m\t№1\u{0}\u{7f}\u{85}\u{ffff}"), "Үй\n[31m\t№1");
    }

    #[test]
    fn quoted_words_are_one_bounded_line_without_the_recipient() {
        assert_eq!(quoted("no such a@b.kg\r\nhere", "a@b.kg"), "no such ***  here");
        assert_eq!(quoted(&"ж".repeat(900), "a@b.kg").chars().count(), 200);
    }
}
