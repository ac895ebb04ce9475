//! A generic SMS gateway: our JSON over HTTP with basic authentication.
//!
//! `POST sms.url` with `{"id", "to", "from", "text"}`. The gateway should treat `id` as an idempotency key:
//! a repeat of a message carries the same one.

use std::time::Duration;

use lettre::message::Body;
use lettre::message::header::ContentTransferEncoding;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use ureq::Agent;
use ureq::http::header::AUTHORIZATION;
use ureq::http::{HeaderValue, Uri};

use super::transport::{ANSWER_TIME_OUT, ConfigError, Message, Outcome, printable};

/// What the gateway needs to know about us.
#[derive(Clone, Debug)]
pub struct HttpGatewayConfig {
    /// Where to post, `http://` or `https://`.
    pub url: String,
    /// User name of the basic authentication (RFC 7617), without a colon.
    pub login: String,
    /// Its password.
    pub password: SecretString,
    /// The `from` of every message.
    pub sender: String,
}

/// A client of the generic gateway.
#[derive(Debug)]
pub struct HttpGateway {
    agent: Agent,
    url: String,
    authorization: HeaderValue,
    sender: String,
}

impl HttpGateway {
    /// Builds the client; nothing is sent yet.
    ///
    /// # Errors
    /// When the URL is not an absolute HTTP address, carries a password, or the login has a colon.
    pub fn new(config: HttpGatewayConfig) -> Result<Self, ConfigError> {
        check_url("sms.url", &config.url)?;
        Ok(Self {
            agent: agent(ANSWER_TIME_OUT),
            authorization: basic_authorization(&config.login, &config.password)?,
            url: config.url,
            sender: config.sender,
        })
    }

    /// One attempt; blocks for at most 15 s.
    pub fn send(&self, message: &Message) -> Outcome {
        let answer = self.agent.post(&self.url).header(AUTHORIZATION, self.authorization.clone()).send_json(json!({
            "id": message.message_id,
            "to": message.recipient,
            "from": self.sender,
            "text": printable(&message.text),
        }));
        match answer {
            Ok(answer) => outcome(answer.status().as_u16()),
            Err(error) => Outcome::retry(format!("gateway not reached: {error}")),
        }
    }
}

fn outcome(status: u16) -> Outcome {
    let reason = format!("gateway answered HTTP {status}");
    match status {
        200..=299 => Outcome::Accepted { note: None },
        401 | 403 => Outcome::stop(reason),
        408 | 429 => Outcome::retry(reason),
        400..=499 => Outcome::refused(reason),
        _ => Outcome::retry(reason),
    }
}

/// A blocking HTTP client for one gateway. Redirects are not followed: a message, and the password beside
/// it, go only where the configuration says.
pub(super) fn agent(time_out: Duration) -> Agent {
    Agent::config_builder()
        .timeout_global(Some(time_out))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .build()
        .into()
}

/// Absolute, HTTP, and without a user or password: these would end up in logs and in `Debug`.
pub(super) fn check_url(key: &'static str, url: &str) -> Result<(), ConfigError> {
    let refuse = |reason: &str| Err(ConfigError::new(key, reason));
    let Ok(uri) = url.parse::<Uri>() else {
        return refuse("not an address");
    };
    match (uri.scheme_str(), uri.authority()) {
        (Some("http" | "https"), Some(host)) if host.as_str().contains('@') => {
            refuse("must not hold a login; that has settings of its own")
        }
        (Some("http" | "https"), Some(_)) => Ok(()),
        _ => refuse("must start with http:// or https://"),
    }
}

fn basic_authorization(login: &str, password: &SecretString) -> Result<HeaderValue, ConfigError> {
    if login.contains(':') {
        return Err(ConfigError::new("sms.login", "must not contain a colon"));
    }
    let credentials = format!("{login}:{}", password.expose_secret());
    let unusable = || ConfigError::new("sms.password", "cannot be put into a header");
    // The mail crate's base64 is the one in the house; it breaks lines, which a header must not.
    let encoded = Body::new_with_encoding(credentials.into_bytes(), ContentTransferEncoding::Base64)
        .map_err(|_| unusable())?
        .into_vec();
    let mut value = b"Basic ".to_vec();
    value.extend(encoded.into_iter().filter(|byte| !byte.is_ascii_whitespace()));
    let mut header = HeaderValue::from_bytes(&value).map_err(|_| unusable())?;
    header.set_sensitive(true);
    Ok(header)
}
