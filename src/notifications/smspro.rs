//! SMSPRO, the SMS gateway of Nikita (smspro.nikita.kg): XML over HTTP.
//!
//! Facts come from the provider's PDF as told by <https://github.com/taalaibekdev/SmsProNikita>. Every answer
//! is HTTP 200 with a status inside; elements may carry a namespace, so local names are compared.

use quick_xml::escape::unescape;
use quick_xml::events::{BytesDecl, BytesText, Event};
use quick_xml::{Reader, Writer};
use secrecy::{ExposeSecret, SecretString};
use ureq::Agent;
use ureq::http::StatusCode;

use super::http_gateway::{agent, check_url};
use super::transport::{ANSWER_TIME_OUT, ConfigError, Message, Outcome, printable, quoted};

mod reports;

pub use reports::{Account, Report, pushed_ids};

/// The gateway's limit for one text, in characters.
const TEXT_MAX_CHARS: usize = 800;
/// The gateway's limit for a message id, in characters of `[A-Za-z0-9]`.
const ID_MAX_CHARS: usize = 12;
/// A true answer has some 200 bytes; more than this is not read.
const ANSWER_MAX_BYTES: u64 = 64 * 1024;

/// Our account at SMSPRO.
#[derive(Clone, Debug)]
pub struct SmsproConfig {
    /// Base of the API, e.g. `https://smspro.nikita.kg/api`; `/message` is added.
    pub url: String,
    /// Login of the cabinet.
    pub login: String,
    /// Its password.
    pub password: SecretString,
    /// Sender name as approved by the provider: 1-11 of `[A-Za-z0-9.-]`, or 14 digits.
    pub sender: String,
}

/// A client of SMSPRO.
#[derive(Debug)]
pub struct Smspro {
    agent: Agent,
    base: String,
    config: SmsproConfig,
}

impl Smspro {
    /// Builds the client; nothing is sent yet.
    ///
    /// # Errors
    /// When the URL is not an absolute HTTP address, carries a password, or the sender has a wrong form.
    pub fn new(config: SmsproConfig) -> Result<Self, ConfigError> {
        check_url("sms.url", &config.url)?;
        if !is_sender(&config.sender) {
            return Err(ConfigError::new("sms.sender", "must be 1-11 of A-Z a-z 0-9 . - or 14 digits"));
        }
        Ok(Self { agent: agent(ANSWER_TIME_OUT), base: config.url.trim_end_matches('/').to_owned(), config })
    }

    /// One attempt; blocks for at most 15 s. The gateway takes Kyrgyz numbers only.
    pub fn send(&self, message: &Message) -> Outcome {
        let Some(phone) = kyrgyz_digits(&message.recipient) else {
            return Outcome::refused("SMSPRO takes only +996 numbers");
        };
        if !is_message_id(&message.message_id) {
            return Outcome::refused("message id is not 1-12 of A-Z a-z 0-9");
        }
        let text = printable(&message.text);
        if text.chars().count() > TEXT_MAX_CHARS {
            return Outcome::refused(format!("text has more than {TEXT_MAX_CHARS} characters"));
        }
        let answer = self.request(&message.message_id, phone, &text).and_then(|xml| self.post("message", &xml));
        match answer.and_then(|answer| Answer::parse(&answer)) {
            Ok(answer) => answer.outcome(phone),
            Err(reason) => Outcome::retry(format!("SMSPRO: {}", quoted(&reason, phone))),
        }
    }

    fn request(&self, id: &str, phone: &str, text: &str) -> Result<Vec<u8>, String> {
        let fields = [
            ("login", self.config.login.as_str()),
            ("pwd", self.config.password.expose_secret()),
            ("id", id),
            ("sender", &self.config.sender),
            ("text", text),
        ];
        document("message", &fields, Some(phone))
    }

    fn post(&self, call: &str, xml: &[u8]) -> Result<String, String> {
        let mut response = self
            .agent
            .post(format!("{}/{call}", self.base))
            .content_type("text/xml; charset=utf-8")
            .send(xml)
            .map_err(|error| format!("not reached: {error}"))?;
        if response.status() != StatusCode::OK {
            return Err(format!("answered HTTP {}", response.status().as_u16()));
        }
        response
            .body_mut()
            .with_config()
            .limit(ANSWER_MAX_BYTES)
            .read_to_string()
            .map_err(|error| format!("answer not read: {error}"))
    }
}

/// A request: the fields in their order, then the list of phones where the call has one.
fn document(call: &str, fields: &[(&str, &str)], phone: Option<&str>) -> Result<Vec<u8>, String> {
    let mut writer = Writer::new(Vec::new());
    let written = writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None))).and_then(|()| {
        writer.create_element(call).write_inner_content(|writer| {
            for (name, value) in fields {
                writer.create_element(*name).write_text_content(BytesText::new(value))?;
            }
            if let Some(phone) = phone {
                writer.create_element("phones").write_inner_content(|writer| {
                    writer.create_element("phone").write_text_content(BytesText::new(phone))?;
                    Ok(())
                })?;
            }
            Ok(())
        })?;
        Ok(())
    });
    match written {
        Ok(()) => Ok(writer.into_inner()),
        Err(error) => Err(format!("request not written: {error}")),
    }
}

/// `<response>` of `/api/message`.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    status: u8,
    /// The gateway's own words about an error; mostly empty.
    message: String,
}

impl Answer {
    /// Reads only what is needed. Entities beyond the five of XML are never resolved, attributes never looked at.
    fn parse(xml: &str) -> Result<Self, String> {
        let not_xml = |error: quick_xml::Error| format!("answer is not XML: {error}");
        let mut reader = Reader::from_str(xml);
        let (mut inside, mut status, mut message) = (false, None, String::new());
        loop {
            match reader.read_event().map_err(not_xml)? {
                Event::DocType(_) => return Err("answer with a DOCTYPE".to_owned()),
                Event::Eof => return Err("answer is not a whole <response>".to_owned()),
                Event::Start(tag) if !inside => {
                    if tag.local_name().as_ref() != "response" {
                        return Err("answer is not a <response>".to_owned());
                    }
                    inside = true;
                }
                Event::Start(tag) => {
                    let raw = reader.read_text(tag.name()).map_err(not_xml)?;
                    match tag.local_name().as_ref() {
                        "status" => status = raw.trim().parse().ok(),
                        "message" => message = readable(raw.trim()),
                        _ => {}
                    }
                }
                // Children are consumed whole, so this closes the root.
                Event::End(_) => break,
                _ => {}
            }
        }
        let status = status.ok_or("answer without a status")?;
        Ok(Self { status, message })
    }

    /// The provider's table of statuses, in our four words.
    fn outcome(&self, phone: &str) -> Outcome {
        let says = |meaning: &str| {
            let said = match self.message.is_empty() {
                true => String::new(),
                false => format!(" ({})", quoted(&self.message, phone)),
            };
            format!("SMSPRO status {}: {meaning}{said}", self.status)
        };
        match self.status {
            0 => Outcome::Accepted { note: None },
            // The id is ours and given to one message for ever: only an earlier attempt can have used it.
            10 => Outcome::Accepted { note: Some(says("the gateway saw this id before, from an earlier attempt")) },
            11 => Outcome::Accepted { note: Some(says("a test: processed, neither sent nor billed")) },
            1 => Outcome::refused(says("wrong format")),
            6 => Outcome::refused(says("blocked by the stop-words")),
            7 => Outcome::refused(says("wrong phone number")),
            8 => Outcome::refused(says("wrong time format")),
            2 => Outcome::stop(says("wrong login or password")),
            3 => Outcome::stop(says("our address is not on the provider's list")),
            4 => Outcome::stop(says("not enough money on the account")),
            5 => Outcome::stop(says("sender name not approved")),
            // Newer papers: processing took too long, repeat with the same id; older ones: spam filter.
            9 => Outcome::later(says("not processed in time, or taken for spam")),
            _ => Outcome::retry(says("unknown status")),
        }
    }
}

/// The words behind the markup, or the markup when it makes no sense: they are only shown.
fn readable(raw: &str) -> String {
    unescape(raw).map_or_else(|_| raw.to_owned(), |text| text.into_owned())
}

/// `+996` and nine digits become the `996...` that the gateway wants.
fn kyrgyz_digits(phone: &str) -> Option<&str> {
    let digits = phone.strip_prefix('+')?;
    let is_kyrgyz = digits.len() == 12 && digits.starts_with("996") && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_kyrgyz.then_some(digits)
}

fn is_message_id(id: &str) -> bool {
    (1..=ID_MAX_CHARS).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_sender(sender: &str) -> bool {
    let is_name = (1..=11).contains(&sender.len())
        && sender.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    is_name || (sender.len() == 14 && sender.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::time::Duration;

    use super::*;

    fn parsed(xml: &str) -> (u8, String) {
        let answer = Answer::parse(xml).unwrap();
        (answer.status, answer.message)
    }

    #[test]
    fn an_answer_is_read_with_and_without_a_namespace() {
        let plain = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><response><id>A88726</id><status>0</status>\
                     <phones>2</phones><smscnt>2</smscnt><message></message></response>";
        assert_eq!(parsed(plain), (0, String::new()));
        let prefixed = "\u{feff}\n<g:response xmlns:g=\"http://Giper.mobi/schema/Message\">\n <g:status> 7 </g:status>\
                        <g:message>no &lt;phone&gt; &#x416;</g:message><g:message2/>\n</g:response>\n";
        assert_eq!(parsed(prefixed), (7, "no <phone> Ж".to_owned()));
        let odd =
            "<response><message>&nobody;</message><phones><status>0</status></phones><status>4</status></response>";
        assert_eq!(parsed(odd), (4, "&nobody;".to_owned()));
    }

    #[test]
    fn what_is_not_an_answer_is_an_error() {
        for xml in [
            "",
            "OK",
            "{\"status\":0}",
            "<html><status>0</status></html>",
            "<response/>",
            "<response></response>",
            "<response><status></status></response>",
            "<response><status>-1</status></response>",
            "<response><status>256</status></response>",
            "<response><status>0</status>",
            "<response><status>0</response>",
            "<!DOCTYPE response><response><status>0</status></response>",
            "<!DOCTYPE r [<!ENTITY a \"0\">]><response><status>&a;</status></response>",
            "<response><status>&a;</status></response>",
        ] {
            assert!(Answer::parse(xml).is_err(), "{xml}");
        }
    }

    #[test]
    fn the_gateways_own_words_are_quoted_without_the_phone() {
        let answer = Answer { status: 7, message: "bad\r\n996700123456".to_owned() };
        let reason = "SMSPRO status 7: wrong phone number (bad  ***)";
        assert_eq!(answer.outcome("996700123456"), Outcome::refused(reason));
    }

    #[test]
    fn a_gateway_that_never_answers_is_retried() {
        // The system accepts connections for a listener that nobody asks.
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let smspro = Smspro {
            agent: agent(Duration::from_millis(50)),
            base: format!("http://{}", silent.local_addr().unwrap()),
            config: SmsproConfig {
                url: String::new(),
                login: "l".to_owned(),
                password: SecretString::from("p"),
                sender: "Torugart".to_owned(),
            },
        };
        let outcome = smspro.send(&Message {
            message_id: "A1B2C3D4E5F6".to_owned(),
            recipient: "+996700123456".to_owned(),
            subject: None,
            text: "текст".to_owned(),
            language: "ru".to_owned(),
            is_reminder: false,
        });
        let Outcome::Retry { reason } = outcome else {
            panic!("{outcome:?}");
        };
        assert!(reason.contains("timeout"), "{reason}");
    }
}
