//! MKassa, the merchants' API of MBank: JSON with an API key, sums in tyiyn.
//!
//! After notes made from the provider's paper of 13.02.2026. A callback carries no signature: the secret at the end of
//! its address keeps strangers out, and the transaction is read again before anything counts. Not verified: whether
//! `branch` and `cashier` are numbers (digits are sent as a number), and whether a transaction that is read shows its
//! metadata; where it does, our own name must be in it.

use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};

use super::adapter::{Bill, Callback, Created, Failure, Question, Said, Told};
use super::fields::plain;
use super::outside::Outside;
use super::som;
use crate::config;
use crate::tokens::same;

/// Stands among the headers of a stored callback for what the end of its address was.
pub(super) const SECRET: &str = "address-secret";
/// Its value when the address was the right one.
pub(super) const RIGHT: &str = "right";
/// The key of our own name of an invoice in the metadata.
const REFERENCE: &str = "invoice";

/// A client of MKassa.
#[derive(Clone)]
pub struct MKassa {
    settings: config::MKassa,
    outside: Outside,
}

impl MKassa {
    pub(super) fn new(settings: config::MKassa, outside: Outside) -> Self {
        Self { settings, outside }
    }

    pub(super) fn knows_secret(&self, given: &str) -> bool {
        same(given, self.settings.callback_secret.expose_secret())
    }

    pub(super) fn create(&self, bill: &Bill) -> Result<Created, Failure> {
        let mut body = Map::new();
        body.insert("amount".to_owned(), json!(bill.amount_tyiyn));
        for (name, value) in [("branch", &self.settings.branch), ("cashier", &self.settings.cashier)] {
            if !value.is_empty() {
                body.insert(name.to_owned(), value.parse::<i64>().map_or_else(|_| json!(value), Value::from));
            }
        }
        body.insert("is_long_living".to_owned(), json!(false));
        body.insert("metadata".to_owned(), json!({REFERENCE: bill.reference, "order": bill.order_code}));
        let said = self.call("POST", "init_payment/", &Value::Object(body).to_string())?;
        match (id_of(&said), said.get("payment_token").and_then(Value::as_str)) {
            (Some(id), Some(url)) if url.starts_with("https://") => {
                Ok(Created { provider_invoice_id: id, pay_url: url.to_owned() })
            }
            _ => Err(Failure::Away("an answer without id and payment_token".to_owned())),
        }
    }

    pub(super) fn ask(&self, question: &Question) -> Result<Said, Failure> {
        let Some(id) = question.payment_id.as_ref().or(question.provider_invoice_id.as_ref()) else {
            return Err(Failure::Refused("MKassa never told its name of this invoice".to_owned()));
        };
        let said = self.call("GET", &format!("{id}/"), "")?;
        let unreadable = || Failure::Away("an answer whose amount cannot be read".to_owned());
        let amount = said.get("amount").and_then(plain);
        if id_of(&said).as_ref() != Some(id) {
            return Err(Failure::Away("an answer about another transaction".to_owned()));
        }
        let reference = reference(&said);
        if question.provider_invoice_id.as_ref() != Some(id) && reference.is_none() {
            return Err(Failure::Refused("MKassa does not say whose transaction this is".to_owned()));
        }
        Ok(Said {
            is_paid: said.get("status").and_then(Value::as_str) == Some("paid"),
            payment_id: Some(id.clone()),
            reference,
            amount_tyiyn: amount.map(|sum| som::read_tyiyn(&sum).ok_or_else(unreadable)).transpose()?,
            currency: None,
        })
    }

    fn call(&self, method: &str, path: &str, body: &str) -> Result<Value, Failure> {
        let url = format!("{}/api/partners/transactions/{path}", self.settings.url.trim_end_matches('/'));
        let key = format!("api-key {}", self.settings.api_key.expose_secret());
        let headers = [("authorization", key.as_str()), ("content-type", "application/json")];
        let answer = self.outside.send(method, &url, &headers, body)?;
        if answer.is_success() { answer.json() } else { Err(answer.failure()) }
    }

    pub(super) fn read(&self, callback: &Callback) -> Option<Told> {
        if callback.headers.get(SECRET).map(String::as_str) != Some(RIGHT) {
            return None;
        }
        let said: Value = serde_json::from_slice(&callback.body).ok()?;
        Some(Told {
            reference: reference(&said)?,
            payment_id: id_of(&said)?,
            merchant: None,
            amount_tyiyn: said.get("amount").and_then(plain).and_then(|sum| som::read_tyiyn(&sum)),
            currency: None,
            is_paid: said.get("status").and_then(Value::as_str) == Some("paid"),
            can_reject: false,
        })
    }
}

/// `MKSA-…`; it becomes part of an address.
fn id_of(said: &Value) -> Option<String> {
    let is_plain = |id: &String| {
        (1..=64).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    said.get("id").and_then(plain).filter(is_plain)
}

fn reference(said: &Value) -> Option<String> {
    said.get("metadata")?.get(REFERENCE)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mkassa() -> MKassa {
        let settings = config::MKassa {
            url: "http://127.0.0.1:9".to_owned(),
            api_key: "key".into(),
            branch: String::new(),
            cashier: String::new(),
            callback_secret: "0123456789abcdef0123456789abcdef".into(),
        };
        MKassa::new(settings, Outside::new(1))
    }

    fn callback(secret: &str, body: &str) -> Callback {
        Callback {
            body: body.as_bytes().to_vec(),
            headers: [(SECRET.to_owned(), secret.to_owned())].into(),
            received_at: chrono::DateTime::UNIX_EPOCH.naive_utc(),
        }
    }

    #[test]
    fn only_the_whole_secret_opens_the_address() {
        assert!(mkassa().knows_secret("0123456789abcdef0123456789abcdef"));
        for wrong in ["", "0123456789abcdef0123456789abcde", "0123456789abcdef0123456789abcdeF"] {
            assert!(!mkassa().knows_secret(wrong), "{wrong}");
        }
    }

    #[test]
    fn the_amount_of_a_callback_is_a_text_of_tyiyn() {
        let body = r#"{"id":"MKSA-1","status":"paid","amount":"100","paid_at":null,"metadata":{"invoice":"ref"}}"#;
        let told = mkassa().read(&callback(RIGHT, body)).unwrap();
        assert_eq!((told.amount_tyiyn, told.is_paid), (Some(100), true));
        assert_eq!((told.reference.as_str(), told.payment_id.as_str()), ("ref", "MKSA-1"));
        assert_eq!(mkassa().read(&callback("wrong", body)), None);
        assert_eq!(mkassa().read(&callback(RIGHT, &body.replace("MKSA-1", "../MKSA"))), None);
    }
}
