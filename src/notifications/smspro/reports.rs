//! Whether a message arrived, and what is left on the account: `/api/dr`, `/api/info`, and reports pushed to us.

use chrono::NaiveDateTime;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use secrecy::ExposeSecret;

use super::{Smspro, kyrgyz_digits};
use crate::clock::BISHKEK_OFFSET;
use crate::notifications::transport::quoted;
use crate::xml::{self, Node};

/// More identifiers than any push of the provider brings; the rest is found by asking.
const MOST_PUSHED: usize = 1000;

/// What is known of a message that the gateway took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// Nothing final yet.
    OnItsWay,
    /// The phone has it.
    Delivered {
        /// When, UTC, if the gateway says so.
        at: Option<NaiveDateTime>,
    },
    /// It never will.
    Undelivered {
        /// In the gateway's words.
        reason: String,
    },
}

/// The account at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// What is left, tyiyn.
    pub balance_tyiyn: i64,
    /// Whether the provider serves us.
    pub is_active: bool,
}

type Tree = [(String, Node)];

impl Smspro {
    /// Asks whether a message arrived; blocks for at most 15 s.
    ///
    /// # Errors
    /// One line, without the recipient, when the gateway does not say.
    pub fn report(&self, message_id: &str, recipient: &str) -> Result<Report, String> {
        let Some(phone) = kyrgyz_digits(recipient) else { return Ok(Report::OnItsWay) };
        let answer = self.ask("dr", &[("id", message_id), ("phone", phone)])?;
        read_report(answer.as_bytes(), phone).map_err(|reason| quoted(&reason, phone))
    }

    /// Asks what is left on the account; blocks for at most 15 s.
    ///
    /// # Errors
    /// One line when the gateway does not say.
    pub fn account(&self) -> Result<Account, String> {
        read_account(self.ask("info", &[])?.as_bytes())
    }

    fn ask(&self, call: &str, fields: &[(&str, &str)]) -> Result<String, String> {
        let mut all = vec![("login", self.config.login.as_str()), ("pwd", self.config.password.expose_secret())];
        all.extend(fields);
        self.post(call, &super::document(call, &all, None)?)
    }
}

fn read_report(answer: &[u8], phone: &str) -> Result<Report, String> {
    let answer = xml::read(answer, "response")?;
    match status(&answer)? {
        0 => {}
        // No report for this id and number, or too many questions about one id: later.
        4 | 5 => return Ok(Report::OnItsWay),
        status => return Err(refusal(status)),
    }
    let ours = phones(&answer).find(|one| text(one, "number").is_none_or(|number| digits(number) == phone));
    let Some(ours) = ours else { return Ok(Report::OnItsWay) };
    let undelivered = |reason: &str| Ok(Report::Undelivered { reason: format!("SMSPRO report: {reason}") });
    match text(ours, "report").unwrap_or_default().trim() {
        "3" => Ok(Report::Delivered { at: text(ours, "rcvTime").and_then(bishkek_time) }),
        "2" => undelivered("2, the operator rejected it"),
        "4" => undelivered("4, not delivered"),
        "5" => undelivered("5, not sent for lack of money"),
        "7" => undelivered("7, the operator never reported"),
        _ => Ok(Report::OnItsWay),
    }
}

fn read_account(answer: &[u8]) -> Result<Account, String> {
    let answer = xml::read(answer, "response")?;
    match status(&answer)? {
        0 => {}
        status => return Err(refusal(status)),
    }
    let som: Decimal =
        text(&answer, "account").unwrap_or_default().trim().parse().map_err(|_| "no sum in the answer")?;
    let balance_tyiyn = (som * Decimal::ONE_HUNDRED).trunc().to_i64().ok_or("a sum beyond all measure")?;
    Ok(Account { balance_tyiyn, is_active: text(&answer, "state").is_some_and(|state| state.trim() == "0") })
}

/// The identifiers that a pushed report speaks of. What it says of them is not believed: nobody signed it.
///
/// # Errors
/// A phrase about what is wrong with it.
pub fn pushed_ids(body: &[u8]) -> Result<Vec<String>, &'static str> {
    let reports = xml::read(body, "report")?;
    let ids = trees(&reports, "dr").filter_map(|report| text(report, "id")).map(|id| id.trim().to_owned());
    Ok(ids.filter(|id| super::is_message_id(id)).take(MOST_PUSHED).collect())
}

fn status(answer: &Tree) -> Result<u8, String> {
    text(answer, "status")
        .and_then(|status| status.trim().parse().ok())
        .ok_or_else(|| "answer without a status".to_owned())
}

fn refusal(status: u8) -> String {
    let meaning = match status {
        1 => "wrong format",
        2 => "wrong login or password",
        3 => "our address is not on the provider's list",
        _ => "unknown status",
    };
    format!("SMSPRO status {status}: {meaning}")
}

fn text<'a>(tree: &'a Tree, name: &str) -> Option<&'a str> {
    tree.iter().find(|(known, _)| known == name).and_then(|(_, node)| match node {
        Node::Text(text) => Some(text.as_str()),
        Node::Tree(_) => None,
    })
}

fn trees<'a>(tree: &'a Tree, name: &'a str) -> impl Iterator<Item = &'a Tree> {
    tree.iter().filter(move |(known, _)| known == name).filter_map(|(_, node)| match node {
        Node::Tree(tree) => Some(tree.as_slice()),
        Node::Text(_) => None,
    })
}

fn phones(answer: &Tree) -> impl Iterator<Item = &Tree> {
    trees(answer, "phone")
}

fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

/// `20100921235958`, in Bishkek.
fn bishkek_time(text: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(text.trim(), "%Y%m%d%H%M%S").ok().map(|local| local - BISHKEK_OFFSET)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHONE: &str = "996550123456";

    fn answer(report: &str, received: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?>\n<g:response xmlns:g=\"http://Giper.mobi/schema/DR\"><g:status>0</g:status>\
             <g:phone><g:number>996000000000</g:number><g:report>4</g:report></g:phone>\
             <g:phone><g:number>+{PHONE}</g:number><g:report>{report}</g:report>\
             <g:sendTime>20100921235958</g:sendTime><g:rcvTime>{received}</g:rcvTime></g:phone></g:response>"
        )
    }

    #[test]
    fn every_report_has_its_meaning() {
        for code in ["0", "1", "6", "", "x"] {
            assert_eq!(read_report(answer(code, "").as_bytes(), PHONE), Ok(Report::OnItsWay), "{code}");
        }
        for code in ["2", "4", "5", "7"] {
            let report = read_report(answer(code, "").as_bytes(), PHONE).unwrap();
            assert!(matches!(&report, Report::Undelivered { reason } if reason.contains(code)), "{report:?}");
        }
        let at = "2010-09-21T17:59:59Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap().naive_utc();
        let delivered = |at| Ok(Report::Delivered { at });
        assert_eq!(read_report(answer("3", "20100921235959").as_bytes(), PHONE), delivered(Some(at)));
        assert_eq!(read_report(answer("3", "").as_bytes(), PHONE), delivered(None));
    }

    #[test]
    fn an_answer_without_a_report_is_asked_for_again() {
        let asked =
            |status: &str| read_report(format!("<response><status>{status}</status></response>").as_bytes(), PHONE);
        for status in ["0", "4", "5"] {
            assert_eq!(asked(status), Ok(Report::OnItsWay), "{status}");
        }
        for status in ["1", "2", "3", "9"] {
            assert!(asked(status).unwrap_err().contains(status), "{status}");
        }
        for broken in ["", "<html><body>502</body></html>", "<response></response>", "<!DOCTYPE r><response/>"] {
            assert!(read_report(broken.as_bytes(), PHONE).is_err(), "{broken}");
        }
    }

    #[test]
    fn the_account_is_read_to_the_tyiyn() {
        let said = "<response><status>0</status><state>0</state><account>20123.12</account><smsprice>0.50</smsprice></response>";
        assert_eq!(read_account(said.as_bytes()), Ok(Account { balance_tyiyn: 2_012_312, is_active: true }));
        let said = "<response><status>0</status><state>1</state><account>-3.5</account></response>";
        assert_eq!(read_account(said.as_bytes()), Ok(Account { balance_tyiyn: -350, is_active: false }));
        for broken in ["<response><status>0</status></response>", "<response><status>2</status></response>"] {
            assert!(read_account(broken.as_bytes()).is_err(), "{broken}");
        }
    }

    #[test]
    fn a_pushed_report_names_messages_and_nothing_more() {
        let report = "<report xmlns=\"http://Giper.mobi/schema/DeliveryReport\"><dr><id>A881726</id><phone>\
                      <number>996550123456</number><report>1</report></phone></dr><dr><id>B7</id><phone/></dr>\
                      <dr><id>'; DROP</id></dr><dr/></report>";
        assert_eq!(pushed_ids(report.as_bytes()).unwrap(), ["A881726", "B7"]);
        assert!(pushed_ids(b"<response/>").is_err());
    }
}
