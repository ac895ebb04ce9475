//! E-mail over SMTP: one letter to one address, as plain text and as HTML. Encrypted unless the settings say otherwise.

use std::path::{Path, PathBuf};
use std::time::Duration;

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{Address, SmtpTransport, Transport};
use secrecy::{ExposeSecret, SecretString};
use ureq::http::Uri;

use super::bounces;
use super::dkim::{Dkim, DkimSettings};
use super::letter::html;
use super::transport::{ANSWER_TIME_OUT, ConfigError, Message, Outcome, printable, quoted};

/// Where letters go and who signs them.
#[derive(Clone, Debug)]
pub struct SmtpConfig {
    /// `smtps://user:password@host`, or `smtp://host:port`, which must offer STARTTLS unless `?tls=opportunistic` or
    /// `?tls=none` follows; user and password percent-encoded.
    pub url: SecretString,
    /// `name@example.kg` or `Cargo <name@example.kg>`.
    pub from: String,
    /// A PEM file of certificates that are believed beside those of the public authorities: of a mail server of one's own.
    pub ca_file: Option<PathBuf>,
    /// Who signs, if anybody.
    pub dkim: Option<DkimSettings>,
    /// Where one click ends reminders: `https://…/unsubscribe`, without a slash at the end.
    pub unsubscribe_url: Option<String>,
}

impl SmtpConfig {
    /// Without a certificate of one's own, and unsigned.
    pub fn new(url: SecretString, from: String) -> Self {
        Self { url, from, ca_file: None, dkim: None, unsubscribe_url: None }
    }
}

/// A client of one mail server; keeps its connections.
#[derive(Debug)]
pub struct Smtp {
    transport: SmtpTransport,
    from: Mailbox,
    dkim: Option<Dkim>,
    unsubscribe_url: Option<String>,
}

impl Smtp {
    /// Builds the client; nothing is connected yet.
    ///
    /// # Errors
    /// When the URL, the sender's address, a certificate or the key to sign with cannot be read.
    pub fn new(config: &SmtpConfig) -> Result<Self, ConfigError> {
        Self::with_time_out(config, ANSWER_TIME_OUT)
    }

    fn with_time_out(config: &SmtpConfig, time_out: Duration) -> Result<Self, ConfigError> {
        let url = encrypted(config.url.expose_secret());
        let mut transport = SmtpTransport::from_url(&url)
            .map_err(|error| ConfigError::new("email.url", error.to_string()))?
            .timeout(Some(time_out));
        if let Some(file) = &config.ca_file {
            transport = transport.tls(believing(&url, file)?);
        }
        let from = config.from.parse().map_err(|_| ConfigError::new("email.from", "not an e-mail address"))?;
        let dkim = config.dkim.as_ref().map(Dkim::new).transpose()?;
        Ok(Self { transport: transport.build(), from, dkim, unsubscribe_url: config.unsubscribe_url.clone() })
    }

    /// One attempt; blocks for at most 15 s per step of the dialogue.
    pub fn send(&self, message: &Message) -> Outcome {
        let Ok(recipient) = message.recipient.parse::<Address>() else {
            return Outcome::refused("not an e-mail address");
        };
        let letter = match self.letter(message, recipient) {
            Ok(letter) => letter,
            Err(error) => return Outcome::refused(quoted(&error.to_string(), &message.recipient)),
        };
        match self.transport.send(&letter) {
            Ok(_) => Outcome::Accepted { note: None },
            Err(error) => self.failure(&error, &message.recipient),
        }
    }

    fn letter(&self, message: &Message, recipient: Address) -> Result<lettre::Message, lettre::error::Error> {
        let id = format!("<{}@{}>", message.message_id, self.from.email.domain());
        let subject = one_line(message.subject.as_deref().unwrap_or_default());
        let text = printable(&message.text);
        let mut letter = lettre::Message::builder()
            .message_id(Some(id))
            .from(self.from.clone())
            .to(Mailbox::new(None, recipient))
            // RFC 3834: nobody's holiday note answers it.
            .raw_header(header("Auto-Submitted", "auto-generated"));
        if message.is_reminder {
            // RFC 2369. One click (RFC 8058) needs an encrypted address of ours.
            let by_mail = format!("<mailto:{}?subject=unsubscribe>", self.from.email);
            letter = match &self.unsubscribe_url {
                Some(url) => letter
                    .raw_header(header("List-Unsubscribe", &format!("<{url}/{}>, {by_mail}", message.message_id)))
                    .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")),
                None => letter.raw_header(header("List-Unsubscribe", &by_mail)),
            };
        }
        if message.subject.is_some() {
            letter = letter.subject(subject.clone());
        }
        let firm = self.from.name.as_deref().unwrap_or_default();
        let mut letter = match html(&message.language, firm, &subject, &text) {
            Some(html) => letter.multipart(MultiPart::alternative_plain_html(text, html)),
            None => letter.header(ContentType::TEXT_PLAIN).body(text),
        }?;
        if let Some(dkim) = &self.dkim {
            dkim.sign(&mut letter);
        }
        Ok(letter)
    }

    /// A 5xx says "never", but not what about: it may be about this letter or about us. A server that
    /// turns us away before any letter is named means us, and must not cost the whole queue.
    fn failure(&self, error: &Error, recipient: &str) -> Outcome {
        let reason = quoted(&error.to_string(), recipient);
        match error.status().map(u16::from) {
            // RFC 4954: authentication or encryption is missing, too weak or wrong.
            Some(530 | 534 | 535 | 538) => Outcome::stop(reason),
            Some(code @ 500..=599) => match self.transport.test_connection() {
                Ok(_) if names_no_mailbox(code, &reason) => Outcome::gone(reason),
                Ok(_) => Outcome::refused(reason),
                Err(door) if door.is_permanent() => Outcome::stop(reason),
                Err(_) => Outcome::retry(reason),
            },
            // RFC 5321, section 4.2.1: not now. Behind an open door it is about this letter: greylisting above all.
            Some(_) => match self.transport.test_connection() {
                Ok(_) => Outcome::later(reason),
                Err(_) => Outcome::retry(reason),
            },
            // lettre itself gave up: the server lacks STARTTLS, our way to log in, or (only for an address
            // outside ASCII) SMTPUTF8. One such address must not stop everybody's mail.
            None if error.is_client() && recipient.is_ascii() => Outcome::stop(reason),
            None if error.is_client() => Outcome::refused(reason),
            None => Outcome::retry(reason),
        }
    }
}

/// Whether a server says that there is no such mailbox. Most say so by a code of RFC 3463; without one, RFC 5321 has these
/// three for it.
fn names_no_mailbox(code: u16, words: &str) -> bool {
    bounces::enhanced_status(words).map_or(matches!(code, 550 | 551 | 553), bounces::is_about_the_mailbox)
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// A plain `smtp://` address means STARTTLS: whoever wants to be read on the way has to say so.
fn encrypted(url: &str) -> String {
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    match query {
        "" if url.starts_with("smtp://") => format!("{address}?tls=required"),
        "tls=none" => address.to_owned(),
        _ => url.to_owned(),
    }
}

/// The encryption that an address asks for, with certificates of one's own.
fn believing(url: &str, file: &Path) -> Result<Tls, ConfigError> {
    let refuse = |reason: String| ConfigError::new("email.ca_file", reason);
    let pem = std::fs::read(file).map_err(|error| refuse(format!("{}: {error}", file.display())))?;
    let certificate = Certificate::from_pem(&pem).map_err(|error| refuse(error.to_string()))?;
    if !String::from_utf8_lossy(&pem).contains("-----BEGIN CERTIFICATE-----") {
        return Err(refuse(format!("{} holds no certificate", file.display())));
    }
    let uri = url.parse::<Uri>().ok();
    let host = uri.as_ref().and_then(Uri::host).unwrap_or_default();
    let parameters = TlsParameters::builder(host.to_owned()).add_root_certificate(certificate).build();
    let parameters = parameters.map_err(|error| refuse(error.to_string()))?;
    match (uri.as_ref().and_then(Uri::scheme_str), uri.as_ref().and_then(Uri::query)) {
        (Some("smtps"), _) => Ok(Tls::Wrapper(parameters)),
        (_, Some("tls=required")) => Ok(Tls::Required(parameters)),
        (_, Some("tls=opportunistic")) => Ok(Tls::Opportunistic(parameters)),
        _ => Err(refuse("is of no use without encryption: see email.url".to_owned())),
    }
}

/// A header is one line: whatever is not text becomes a space.
fn one_line(subject: &str) -> String {
    subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn letters_are_encrypted_unless_the_settings_say_otherwise() {
        for (url, meant) in [
            ("smtp://host", "smtp://host?tls=required"),
            ("smtp://host:25?tls=opportunistic", "smtp://host:25?tls=opportunistic"),
            ("smtp://host:25?tls=none", "smtp://host:25"),
            ("smtps://me:word@host", "smtps://me:word@host"),
        ] {
            assert_eq!(encrypted(url), meant);
        }
    }

    #[test]
    fn a_letter_that_is_not_liked_is_no_missing_mailbox() {
        for (code, words, is_gone) in [
            (550, "permanent error (550): 5.1.1 no such user", true),
            (550, "permanent error (550): no such user", true),
            (550, "permanent error (550): 5.7.1 looks like spam", false),
            (554, "permanent error (554): transaction failed", false),
            (552, "permanent error (552): 5.2.2 mailbox full", false),
        ] {
            assert_eq!(names_no_mailbox(code, words), is_gone, "{words}");
        }
    }

    #[test]
    fn a_server_that_never_answers_is_retried() {
        // The system accepts connections for a listener that nobody asks.
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let config = SmtpConfig {
            url: format!("smtp://{}?tls=none", silent.local_addr().unwrap()).into(),
            ..SmtpConfig::new(SecretString::default(), "cargo@example.kg".to_owned())
        };
        let smtp = Smtp::with_time_out(&config, Duration::from_millis(50)).unwrap();
        let outcome = smtp.send(&Message {
            message_id: "A1B2C3D4E5F6".to_owned(),
            recipient: "aibek@example.kg".to_owned(),
            subject: None,
            text: "текст".to_owned(),
            language: "ru".to_owned(),
            is_reminder: false,
        });
        assert!(matches!(outcome, Outcome::Retry { .. }), "{outcome:?}");
    }
}
