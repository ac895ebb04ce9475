//! O!Dengi (dengi.kg): JSON commands to one address, signed with HMAC-MD5 over the bytes without the signature.
//!
//! From public clients; the provider publishes no paper. Not verified: whether the server signs what it received or
//! what it would write itself, so texts stay plain ASCII; how a callback is signed (one client says how, and lets
//! mismatches through), so a payment counts only after `statusPayment` confirms it; what a callback must be answered.
//!
//! An invoice here is not `long_term`: it is paid once, and its name is the payment's name. A status answer need not
//! repeat `trans_id`, so another choice could book the same money twice, by a callback and by asking.

use chrono::NaiveDateTime;
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::Value;

use super::adapter::{Bill, Callback, Created, Failure, Question, Said, Told};
use super::fields::{self, plain};
use super::hash::hmac_md5_hex;
use super::outside::{Outside, quoted};
use super::som;
use crate::config;
use crate::tokens::same;

/// The version of the protocol that clients speak.
const VERSION: u32 = 1005;
/// `status_pay` of a paid invoice.
const PAID: &str = "3";
/// What a callback's signature covers, in this order, joined by `:::`.
const SIGNED: [&str; 8] = ["trans_id", "status_pay", "site_id", "order_id", "amount", "currency", "mktime", "test"];

/// A client of O!Dengi.
#[derive(Clone)]
pub struct ODengi {
    settings: config::ODengi,
    outside: Outside,
    callback_url: String,
}

/// A command, its members in the order in which they are signed and sent.
#[derive(Serialize)]
struct Command<'a, D> {
    cmd: &'a str,
    version: u32,
    sid: &'a str,
    mktime: String,
    lang: &'a str,
    data: D,
}

#[derive(Serialize)]
struct NewInvoice<'a> {
    order_id: &'a str,
    desc: String,
    amount: i64,
    currency: &'a str,
    test: u8,
    long_term: u8,
    result_url: &'a str,
}

#[derive(Serialize)]
struct Which<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    invoice_id: Option<&'a str>,
    order_id: &'a str,
}

impl ODengi {
    pub(super) fn new(settings: config::ODengi, outside: Outside, callback_url: String) -> Self {
        Self { settings, outside, callback_url }
    }

    pub(super) fn merchant(&self) -> &str {
        &self.settings.sid
    }

    pub(super) fn create(&self, bill: &Bill) -> Result<Created, Failure> {
        let invoice = NewInvoice {
            order_id: &bill.reference,
            desc: format!("Order {}", bill.order_code),
            amount: bill.amount_tyiyn,
            currency: "KGS",
            test: u8::from(self.settings.is_test),
            long_term: 0,
            result_url: &self.callback_url,
        };
        let data = self.call("createInvoice", invoice, bill.now)?;
        match data.get("invoice_id").and_then(plain) {
            Some(id) if is_plain(&id) => {
                let pay_url = format!("https://api.dengi.o.kg/ru/invoice/?token={id}");
                Ok(Created { provider_invoice_id: id, pay_url })
            }
            _ => Err(Failure::Away("an answer without invoice_id".to_owned())),
        }
    }

    pub(super) fn ask(&self, question: &Question) -> Result<Said, Failure> {
        let which = Which { invoice_id: question.provider_invoice_id.as_deref(), order_id: &question.reference };
        let data = self.call("statusPayment", which, question.now)?;
        let payments = data.get("payments").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let is_approved = |payment: &&Value| payment.get("status").and_then(Value::as_str) == Some("approved");
        let Some(payment) = payments.iter().find(is_approved) else {
            return Ok(Said::default());
        };
        let words = |name| payment.get(name).and_then(plain);
        let unreadable = || Failure::Away("an answer whose amount cannot be read".to_owned());
        Ok(Said {
            is_paid: true,
            payment_id: Some(question.reference.clone()),
            reference: words("order_id").or_else(|| data.get("order_id").and_then(plain)),
            amount_tyiyn: words("amount").map(|sum| som::read_tyiyn(&sum).ok_or_else(unreadable)).transpose()?,
            currency: words("currency"),
        })
    }

    /// Sends a command; gives the `data` of the answer.
    fn call(&self, cmd: &str, data: impl Serialize, now: NaiveDateTime) -> Result<Value, Failure> {
        let mktime = now.and_utc().timestamp().to_string();
        let command = Command { cmd, version: VERSION, sid: &self.settings.sid, mktime, lang: "ru", data };
        let unwritable = |_| Failure::Refused("the command cannot be written as JSON".to_owned());
        let unsigned = serde_json::to_string(&command).map_err(unwritable)?;
        let body = signed(&unsigned, self.settings.password.expose_secret());
        let json = [("content-type", "application/json")];
        let answer = self.outside.send("POST", &self.settings.url, &json, &body)?;
        if !answer.is_success() {
            return Err(answer.failure());
        }
        let data = answer.json()?.get("data").cloned().unwrap_or_default();
        match data.get("error").and_then(plain).filter(|code| !matches!(code.as_str(), "" | "0")) {
            Some(code) => {
                let desc = data.get("desc").and_then(plain).unwrap_or_default();
                Err(Failure::Refused(format!("error {}: {}", quoted(&code), quoted(&desc))))
            }
            None if data.is_object() => Ok(data),
            None => Err(Failure::Away("an answer without data".to_owned())),
        }
    }

    pub(super) fn read(&self, callback: &Callback) -> Option<Told> {
        let fields = fields::read_form_or_json(&callback.body)?;
        let of = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
        let right = hmac_md5_hex(self.settings.password.expose_secret(), SIGNED.map(of).join(":::").as_bytes());
        // Values that hold the separator could be dealt out to other fields under the same signature.
        let is_ambiguous = SIGNED.iter().any(|name| of(name).contains(':'));
        (same(of("hash"), &right) && !is_ambiguous).then(|| Told {
            reference: of("order_id").to_owned(),
            payment_id: of("order_id").to_owned(),
            merchant: Some(of("site_id").to_owned()),
            amount_tyiyn: som::read_tyiyn(of("amount")),
            currency: Some(of("currency").to_owned()),
            is_paid: of("status_pay") == PAID,
            can_reject: false,
        })
    }
}

/// Puts the signature behind the last member: what was signed is what is sent, byte for byte.
fn signed(unsigned: &str, password: &str) -> String {
    let hash = hmac_md5_hex(password, unsigned.as_bytes());
    format!("{},\"hash\":\"{hash}\"}}", unsigned.strip_suffix('}').unwrap_or(unsigned))
}

/// It becomes part of an address.
fn is_plain(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMAND: &str = concat!(
        r#"{"cmd":"createInvoice","version":1005,"sid":"0000000001","mktime":"1767225600","lang":"ru","#,
        r#""data":{"order_id":"ORD-1","desc":"Order 1","amount":10000,"currency":"KGS","test":1}}"#
    );

    fn odengi() -> ODengi {
        let settings = config::ODengi {
            url: "http://127.0.0.1:9".to_owned(),
            sid: "0000000001".to_owned(),
            password: "test-password".into(),
            is_test: true,
        };
        ODengi::new(settings, Outside::new(1), "https://cargo.example/v1/acquirers/odengi/callback".to_owned())
    }

    #[test]
    fn the_known_command_has_the_known_signature() {
        assert_eq!(hmac_md5_hex("test-password", COMMAND.as_bytes()), "7317693acf7b358e39566f3f1531e19b");
        let sent = signed(COMMAND, "test-password");
        let without = sent.replace(r#","hash":"7317693acf7b358e39566f3f1531e19b""#, "");
        assert_eq!(without, COMMAND, "{sent}");
    }

    #[test]
    fn a_command_is_written_as_the_known_one() {
        #[derive(Serialize)]
        struct Data {
            order_id: &'static str,
            desc: &'static str,
            amount: i64,
            currency: &'static str,
            test: u8,
        }
        let data = Data { order_id: "ORD-1", desc: "Order 1", amount: 10_000, currency: "KGS", test: 1 };
        let mktime = "1767225600".to_owned();
        let command = Command { cmd: "createInvoice", version: VERSION, sid: "0000000001", mktime, lang: "ru", data };
        assert_eq!(serde_json::to_string(&command).unwrap(), COMMAND);
    }

    fn callback(amount: &str, status_pay: &str, password: &str) -> Callback {
        let message = format!("T1:::{status_pay}:::0000000001:::ref:::{amount}:::KGS:::1767225600:::0");
        let hash = hmac_md5_hex(password, message.as_bytes());
        let body = format!(
            "trans_id=T1&status_pay={status_pay}&site_id=0000000001&order_id=ref&amount={amount}&currency=KGS\
             &mktime=1767225600&test=0&hash={hash}&mobile=996700123456"
        );
        let received_at = chrono::DateTime::UNIX_EPOCH.naive_utc();
        Callback { body: body.into_bytes(), headers: Default::default(), received_at }
    }

    #[test]
    fn a_signed_callback_is_read_and_another_is_not() {
        let told = odengi().read(&callback("10000", "3", "test-password")).unwrap();
        assert_eq!((told.amount_tyiyn, told.is_paid, told.reference.as_str()), (Some(10_000), true, "ref"));
        assert_eq!(told.merchant.as_deref(), Some("0000000001"));
        assert!(!odengi().read(&callback("10000", "2", "test-password")).unwrap().is_paid);
        assert_eq!(odengi().read(&callback("10000", "3", "another")), None);
        let mut changed = callback("10000", "3", "test-password");
        changed.body = String::from_utf8(changed.body).unwrap().replace("10000", "1").into_bytes();
        assert_eq!(odengi().read(&changed), None);
    }

    #[test]
    fn a_signed_value_that_holds_the_separator_is_not_believed() {
        let mut joined = callback("10000", "3", "test-password");
        let body = String::from_utf8(joined.body).unwrap();
        // The same bytes are signed, with two of the eight values in one field and an empty one invented.
        let message = "T1:::3:::0000000001:::ref:::10000:::KGS:::1767225600:::0:::";
        let hash = hmac_md5_hex("test-password", message.as_bytes());
        let (front, _) = body.split_once("&hash=").unwrap();
        let moved = front.replace("order_id=ref&amount=10000", "order_id=ref:::10000&amount=KGS");
        let moved = moved.replace("currency=KGS&mktime=1767225600&test=0", "currency=1767225600&mktime=0&test=");
        joined.body = format!("{moved}&hash={hash}").into_bytes();
        assert_eq!(odengi().read(&joined), None);
    }
}
