//! Telegram's Bot API (<https://core.telegram.org/bots/api>): JSON over HTTPS. The bot's token is a part of the address, so
//! no address of it is ever shown.
//!
//! A chat gets its messages as plain text: without a `parse_mode` no word of a customer can become markup. There is no
//! identifier by which Telegram would know a repeat: after a lost answer a message may be seen twice there.

use std::time::Duration;

use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use ureq::Agent;

use super::http_gateway::{agent, check_url};
use super::transport::{ANSWER_TIME_OUT, ConfigError, Message, Outcome, printable, quoted};

pub mod bot;
pub mod http;
pub mod listen;
pub mod store;
pub mod updates;

/// What Telegram takes for one message, in UTF-16 units.
const TEXT_MAX_UNITS: usize = 4096;
/// A true answer to a message has about a kilobyte; more than this is not read.
const ANSWER_MAX_BYTES: u64 = 64 * 1024;
/// The same for a batch of updates, each with a text of 4096 characters at most.
const UPDATES_MAX_BYTES: u64 = 4 * 1024 * 1024;
/// How long Telegram may keep a question for updates when there are none.
const POLL: Duration = Duration::from_secs(5);
/// Updates asked for at once.
const UPDATES_AT_ONCE: u8 = 20;
/// How long the bot rests when Telegram asks for a pause and does not say how long.
const USUAL_PAUSE: TimeDelta = TimeDelta::seconds(5);
/// No pause that Telegram asks for is longer; a word gone wrong must not silence the bot for a year.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);

/// The firm's bot.
#[derive(Clone, Debug)]
pub struct TelegramConfig {
    /// Base of the API, `https://api.telegram.org` or a server of one's own.
    pub url: String,
    /// What BotFather gave: `123456:letters`.
    pub token: SecretString,
}

/// A client of the Bot API.
#[derive(Debug)]
pub struct Telegram {
    agent: Agent,
    listener: Agent,
    base: String,
    token: SecretString,
}

/// What is said to a chat in answer to its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Where.
    pub chat_id: i64,
    /// What.
    pub text: String,
}

impl Reply {
    /// As the Bot API takes it, also as the answer to a webhook's call.
    pub fn json(&self) -> Value {
        message_json(self.chat_id, &self.text)
    }
}

fn message_json(chat_id: i64, text: &str) -> Value {
    json!({"chat_id": chat_id, "text": text, "link_preview_options": {"is_disabled": true}})
}

impl Telegram {
    /// Builds the client; nothing is sent yet.
    ///
    /// # Errors
    /// When the URL is not an absolute HTTP address or carries a password, or the token has a wrong form.
    pub fn new(config: TelegramConfig) -> Result<Self, ConfigError> {
        check_url("telegram.url", &config.url)?;
        if !is_token(config.token.expose_secret()) {
            return Err(ConfigError::new("telegram.token", "must be as BotFather gave it: 123456:letters"));
        }
        let base = config.url.trim_end_matches('/').to_owned();
        let (agent, listener) = (agent(ANSWER_TIME_OUT), agent(ANSWER_TIME_OUT + POLL));
        Ok(Self { agent, listener, base, token: config.token })
    }

    /// One attempt; blocks for at most 15 s.
    pub fn send(&self, message: &Message) -> Outcome {
        let Ok(chat_id) = message.recipient.parse() else {
            return Outcome::refused("not a chat of Telegram");
        };
        let body = message_json(chat_id, &cut(printable(&message.text)));
        match self.ask::<Value>(&self.agent, "sendMessage", &body, ANSWER_MAX_BYTES) {
            Ok(Answer { ok: true, .. }) => Outcome::Accepted { note: None },
            Ok(refusal) => refusal.outcome(&message.recipient),
            Err(reason) => Outcome::retry(format!("Telegram: {}", quoted(&reason, &message.recipient))),
        }
    }

    /// Says something in answer to somebody's words; a failure is only logged, because they can ask again.
    pub fn reply(&self, reply: &Reply) {
        let answer = self.ask::<Value>(&self.agent, "sendMessage", &reply.json(), ANSWER_MAX_BYTES);
        let reason = match answer {
            Ok(Answer { ok: true, .. }) => return,
            Ok(refusal) => refusal.words(""),
            Err(reason) => reason,
        };
        tracing::warn!(reason, "the bot could not answer");
    }

    /// What was said to the bot since `offset`; waits a few seconds for it.
    ///
    /// # Errors
    /// One line when Telegram does not say.
    pub fn updates(&self, offset: Option<i64>) -> Result<Vec<Value>, String> {
        let body = json!({
            "offset": offset, "limit": UPDATES_AT_ONCE, "timeout": POLL.as_secs(), "allowed_updates": updates::KINDS,
        });
        let answer: Answer<Vec<Value>> = self.ask(&self.listener, "getUpdates", &body, UPDATES_MAX_BYTES)?;
        match answer {
            Answer { ok: true, result: Some(updates), .. } => Ok(updates),
            refusal => Err(refusal.words("")),
        }
    }

    /// One exchange. Nothing that comes back names the token.
    fn ask<T: DeserializeOwned>(
        &self,
        agent: &Agent,
        method: &str,
        body: &Value,
        most_bytes: u64,
    ) -> Result<Answer<T>, String> {
        let url = format!("{}/bot{}/{method}", self.base, self.token.expose_secret());
        let unread = |error: ureq::Error| self.hidden(&format!("answer not read: {error}"));
        let mut response =
            agent.post(url).send_json(body).map_err(|error| self.hidden(&format!("not reached: {error}")))?;
        let status = response.status().as_u16();
        let text = response.body_mut().with_config().limit(most_bytes).read_to_string().map_err(unread)?;
        serde_json::from_str(&text).map_err(|_| format!("answered HTTP {status} without the words of the Bot API"))
    }

    fn hidden(&self, words: &str) -> String {
        words.replace(self.token.expose_secret(), "***")
    }
}

/// What the Bot API answers. The HTTP status repeats `error_code`, or comes from somebody in between.
#[derive(Deserialize)]
struct Answer<T> {
    ok: bool,
    result: Option<T>,
    error_code: Option<u16>,
    description: Option<String>,
    parameters: Option<Parameters>,
}

#[derive(Deserialize)]
struct Parameters {
    retry_after: Option<i64>,
}

impl<T> Answer<T> {
    fn words(&self, recipient: &str) -> String {
        let code = self.error_code.map_or_else(|| "an error".to_owned(), |code| code.to_string());
        match &self.description {
            Some(description) if recipient.is_empty() => format!("Telegram said {code}: {}", quoted(description, "\0")),
            Some(description) => format!("Telegram said {code}: {}", quoted(description, recipient)),
            None => format!("Telegram said {code}"),
        }
    }

    fn outcome(&self, recipient: &str) -> Outcome {
        let reason = self.words(recipient);
        match self.error_code {
            // A token that is not known, or has not even the form of one.
            Some(401 | 404) => Outcome::stop(reason),
            // Blocked by the person, or their account is gone.
            Some(403) => Outcome::gone(reason),
            Some(400) if self.is_about_the_chat() => Outcome::gone(reason),
            Some(429) => Outcome::Wait { reason, pause: self.pause() },
            Some(400..=499) => Outcome::refused(reason),
            _ => Outcome::retry(reason),
        }
    }

    fn is_about_the_chat(&self) -> bool {
        let description = self.description.as_deref().unwrap_or_default().to_lowercase();
        ["chat not found", "peer_id_invalid", "user not found"].iter().any(|words| description.contains(words))
    }

    fn pause(&self) -> TimeDelta {
        let asked = self.parameters.as_ref().and_then(|parameters| parameters.retry_after);
        asked.and_then(TimeDelta::try_seconds).unwrap_or(USUAL_PAUSE).clamp(TimeDelta::seconds(1), LONGEST_PAUSE)
    }
}

/// Digits, a colon, and letters of an address.
pub fn is_token(token: &str) -> bool {
    let is_of = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-');
    token.split_once(':').is_some_and(|(bot, secret)| {
        !bot.is_empty() && bot.bytes().all(|c| c.is_ascii_digit()) && secret.len() >= 16 && secret.bytes().all(is_of)
    })
}

/// As much as Telegram takes. What matters stands first: codes, then the sum and the place.
fn cut(text: String) -> String {
    if text.encode_utf16().count() <= TEXT_MAX_UNITS {
        return text;
    }
    let mut units = 1;
    let fits = |c: &char| {
        units += c.len_utf16();
        units <= TEXT_MAX_UNITS
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_text_is_cut_to_what_telegram_takes() {
        assert_eq!(cut("ө".repeat(4096)), "ө".repeat(4096));
        assert_eq!(cut("ө".repeat(4097)), "ө".repeat(4095) + "…");
        assert_eq!(cut("📦".repeat(2049)).encode_utf16().count(), 4095);
    }

    #[test]
    fn a_token_has_the_form_that_botfather_gives() {
        assert!(is_token("123456:ABC-DEF_ghi12345678"));
        for token in
            ["", "123456", "123456:", ":ABCDEFGHIJKLMNOPQ", "12a:ABCDEFGHIJKLMNOPQ", "1:ABCDEFGHIJK/LMNOPQ", "1:short"]
        {
            assert!(!is_token(token), "{token}");
        }
    }

    #[test]
    fn a_pause_is_believed_within_reason() {
        let pause = |json: &str| serde_json::from_str::<Answer<Value>>(json).unwrap().pause().num_seconds();
        assert_eq!(pause(r#"{"ok":false,"error_code":429,"parameters":{"retry_after":17}}"#), 17);
        assert_eq!(pause(r#"{"ok":false,"error_code":429}"#), 5);
        assert_eq!(pause(r#"{"ok":false,"parameters":{"retry_after":-3}}"#), 1);
        assert_eq!(pause(r#"{"ok":false,"parameters":{"retry_after":9223372036854775807}}"#), 5);
        assert_eq!(pause(r#"{"ok":false,"parameters":{"retry_after":99999999}}"#), 3600);
    }

    #[test]
    fn an_api_that_never_answers_is_retried_without_a_word_of_the_token() {
        // The system accepts connections for a listener that nobody asks.
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let config = TelegramConfig {
            url: format!("http://{}", silent.local_addr().unwrap()),
            token: SecretString::from("123456:canary-canary-canary"),
        };
        let telegram = Telegram { agent: agent(Duration::from_millis(50)), ..Telegram::new(config).unwrap() };
        let outcome = telegram.send(&Message {
            message_id: "A1B2C3D4E5F6".to_owned(),
            recipient: "4711".to_owned(),
            subject: None,
            text: "текст".to_owned(),
            language: "ru".to_owned(),
            is_reminder: false,
        });
        let Outcome::Retry { reason } = outcome else {
            panic!("{outcome:?}");
        };
        assert!(reason.contains("timeout") && !reason.contains("canary"), "{reason}");
    }
}
