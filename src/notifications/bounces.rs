//! Letters that came back: a report of delivery (RFC 3464) holds the head of our letter, and with it the Message-ID that we
//! gave it. Nobody else knows that, so whatever else a report says is not needed, and not believed.

use mail_parser::{MessageParser, MimeHeaders, PartType};

use super::transport::quoted;
use super::{Notification, parked, report_store};
use crate::audit;
use crate::db::Tx;
use crate::error::Result;

/// What a report says of one of our letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounce {
    /// What stands before the `@` of the Message-ID.
    pub message_id: String,
    /// The code of RFC 3463, such as `5.1.1`.
    pub status: String,
    /// In the words of whoever gave up.
    pub reason: String,
}

/// Reads a letter that may be a report of failed delivery; nothing when it is another one, or speaks of a mere delay.
pub fn read(letter: &[u8]) -> Option<Bounce> {
    let report = MessageParser::default().parse(letter)?;
    let (mut said, mut message_id) = (None, None);
    for part in &report.parts {
        match (&part.body, part.content_type().and_then(|kind| kind.subtype()).unwrap_or_default()) {
            (PartType::Message(ours), _) => message_id = ours.message_id().map(str::to_owned),
            (_, "rfc822-headers") => {
                let ours = MessageParser::default().parse(part.contents());
                message_id = ours.and_then(|ours| ours.message_id().map(str::to_owned));
            }
            (_, "delivery-status" | "global-delivery-status") => {
                said = failure(&String::from_utf8_lossy(part.contents()))
            }
            _ => {}
        }
    }
    let (status, reason) = said?;
    let message_id = message_id?.split_once('@')?.0.to_owned();
    Some(Bounce { message_id, status, reason })
}

/// The status of a recipient who was given up, and why: our letters have one recipient each.
fn failure(report: &str) -> Option<(String, String)> {
    let field = |name: &str| {
        let lines = report.lines().filter_map(|line| line.split_once(':'));
        let mut values =
            lines.filter(|(known, _)| known.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim());
        values.next()
    };
    if !field("Action")?.eq_ignore_ascii_case("failed") {
        return None;
    }
    let status = field("Status")?.split_whitespace().next()?.to_owned();
    let reason = field("Diagnostic-Code").map_or_else(|| status.clone(), str::to_owned);
    Some((status, reason))
}

/// Whether a code of RFC 3463 says that there is no such mailbox, rather than that this letter was not liked.
pub fn is_about_the_mailbox(status: &str) -> bool {
    matches!(status, "5.1.0" | "5.1.1" | "5.1.2" | "5.1.3" | "5.1.6" | "5.1.10" | "5.2.1")
}

/// The code of RFC 3463 in what a server said, if it said one.
pub fn enhanced_status(words: &str) -> Option<&str> {
    let is_code = |word: &&str| {
        let mut parts = word.split('.');
        let is_number = |part: Option<&str>| part.is_some_and(|part| (1..=3).contains(&part.len()));
        matches!(parts.next(), Some("4" | "5"))
            && is_number(parts.next())
            && is_number(parts.next())
            && parts.next().is_none()
    };
    words.split(|c: char| !c.is_ascii_digit() && c != '.').find(is_code)
}

/// A letter came back: what waited for its success goes, and where there is no such mailbox nothing more is sent. Tells
/// which message it was; nothing when we know none, or know already.
///
/// # Errors
/// Those of the database.
pub fn bounced(tx: &mut Tx, bounce: &Bounce) -> Result<Option<Notification>> {
    let Some(sent) = super::letter(tx, &bounce.message_id)? else { return Ok(None) };
    let reason = format!("came back: {}", quoted(&bounce.reason, &sent.recipient));
    if !report_store::lost(tx, &sent, &reason)? {
        return Ok(None);
    }
    report_store::call_back(tx, &sent)?;
    if is_about_the_mailbox(&bounce.status) {
        parked::park(tx, sent.channel, &sent.recipient, &reason)?;
    }
    let told = serde_json::json!({"message_id": sent.message_id, "status": bounce.status});
    audit::record(tx, "notification.bounced", sent.id.as_str(), told)?;
    Ok(Some(sent))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(status: &str, returned: &str) -> String {
        format!(
            "From: MAILER-DAEMON@mx.example.kg\r\nTo: cargo@torugart.example\r\nSubject: Undelivered\r\n\
             Message-ID: <own@mx.example.kg>\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\n{status}\r\n\
             --b\r\n{returned}\r\n--b--\r\n"
        )
    }

    const FAILED: &str = "Reporting-MTA: dns; mx.example.kg\r\n\r\nFinal-Recipient: rfc822; aibek@example.kg\r\n\
                          Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n";
    const HEAD: &str = "Content-Type: text/rfc822-headers\r\n\r\nFrom: cargo@torugart.example\r\n\
                        Message-ID: <A1B2C3D4E5F6@torugart.example>\r\n";
    const WHOLE: &str = "Content-Type: message/rfc822\r\n\r\nFrom: cargo@torugart.example\r\n\
                         Message-ID: <A1B2C3D4E5F6@torugart.example>\r\n\r\nSalam\r\n";

    #[test]
    fn a_report_names_our_letter_by_its_own_identifier() {
        for returned in [HEAD, WHOLE] {
            let bounce = read(report(FAILED, returned).as_bytes()).unwrap();
            assert_eq!((bounce.message_id.as_str(), bounce.status.as_str()), ("A1B2C3D4E5F6", "5.1.1"));
            assert_eq!(bounce.reason, "smtp; 550 5.1.1 no such user");
        }
    }

    #[test]
    fn a_delay_or_another_letter_is_no_bounce() {
        let delayed = FAILED.replace("failed", "delayed");
        for letter in [
            report(&delayed, HEAD),
            report("nothing", HEAD),
            report(FAILED, "Content-Type: text/plain\r\n\r\nMessage-ID: <A1B2C3D4E5F6@torugart.example>"),
            "Subject: I am on holiday\r\n\r\nUntil Monday".to_owned(),
            String::new(),
        ] {
            assert_eq!(read(letter.as_bytes()), None, "{letter}");
        }
        assert_eq!(read(&[0xff; 4096]), None);
    }

    #[test]
    fn only_some_codes_speak_of_the_mailbox() {
        for (words, status) in [
            ("permanent error (550): 5.1.1 <***> no such user", Some("5.1.1")),
            ("permanent error (554): 5.7.1 refused by policy of 10.0.0.1", Some("5.7.1")),
            ("permanent error (550): no such user at 5.9.10.11", None),
            ("", None),
        ] {
            assert_eq!(enhanced_status(words), status, "{words}");
        }
        assert!(is_about_the_mailbox("5.1.1") && !is_about_the_mailbox("5.7.1") && !is_about_the_mailbox("5.2.2"));
    }
}
