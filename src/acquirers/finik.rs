//! Finik (averspay): JSON signed with RSA-SHA256, PKCS#1 v1.5, over a canonical text.
//!
//! After the provider's own signer (npm `@mancho.devs/authorizer`) and clients. What is signed: the method in lower
//! case, the path, `host` and all `x-api-*` headers as `name:value` sorted and joined by `&`, then the body with its
//! keys sorted at every level, without white space, nothing escaped that JSON does not require.
//!
//! Not verified against the provider: the whole of it; there is no public vector. No call is known that tells a
//! payment's status, so here, and only here, a callback's signature alone must do; its time may differ from ours by
//! five minutes. A number is written as JavaScript writes it (`100.5`, not `100.50`), because the other side reads and
//! writes the body anew before it checks.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use ureq::http::Uri;

use super::adapter::{Bill, Callback, Created, Failure, Told};
use super::fields::plain;
use super::outside::Outside;
use super::{pem, som};
use crate::config;
use crate::error::{Error, Result as AppResult};

/// How far the time that a callback is signed with may be from ours, milliseconds.
const SKEW: TimeDelta = TimeDelta::minutes(5);
const PAY: &str = "/v1/payment";

/// A client of Finik.
#[derive(Clone)]
pub struct Finik {
    url: String,
    api_key: SecretString,
    account_id: String,
    mcc: String,
    name: String,
    ours: Arc<RsaKeyPair>,
    theirs: Vec<u8>,
    outside: Outside,
    callback_url: String,
    page_url: String,
}

impl Finik {
    pub(super) fn new(
        settings: &config::Finik,
        outside: Outside,
        callback_url: String,
        page_url: String,
    ) -> AppResult<Self> {
        let complain = |key: &str, reason: &str| Error::Startup(format!("acquirers.finik.{key}: {reason}"));
        let private = pem::private(settings.private_key.expose_secret());
        Ok(Self {
            url: settings.url.trim_end_matches('/').to_owned(),
            api_key: settings.api_key.clone(),
            account_id: settings.account_id.clone(),
            mcc: settings.mcc.clone(),
            name: settings.name.clone(),
            ours: Arc::new(private.map_err(|reason| complain("private_key", reason))?),
            theirs: pem::public(&settings.public_key).map_err(|reason| complain("public_key", reason))?,
            outside,
            callback_url,
            page_url,
        })
    }

    pub(super) fn merchant(&self) -> &str {
        &self.account_id
    }

    pub(super) fn create(&self, bill: &Bill) -> Result<Created, Failure> {
        let rest = json!({
            "CardType": "FINIK_QR",
            "Data": {
                "accountId": self.account_id,
                "description": format!("Order {}", bill.order_code),
                "merchantCategoryCode": self.mcc,
                "name_en": self.name,
                "webhookUrl": self.callback_url,
            },
            "PaymentId": bill.reference,
            "RedirectUrl": format!("{}/{}", self.page_url, bill.order_code),
        });
        let body = with_amount(bill.amount_tyiyn, &rest);
        let headers = BTreeMap::from([
            ("x-api-key".to_owned(), self.api_key.expose_secret().to_owned()),
            ("x-api-timestamp".to_owned(), bill.now.and_utc().timestamp_millis().to_string()),
        ]);
        let url = format!("{}{PAY}", self.url);
        let unsigned = || Failure::Refused("the request cannot be signed: acquirers.finik.url".to_owned());
        let signature = canonical(&url, &headers, &body).and_then(|text| self.sign(&text)).ok_or_else(unsigned)?;
        let mut sent: Vec<(&str, &str)> = vec![("content-type", "application/json"), ("signature", &signature)];
        sent.extend(headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let answer = self.outside.send("POST", &url, &sent, &body)?;
        let pay_url = match answer.status {
            302 => answer.location,
            200 => answer.json()?.get("paymentUrl").and_then(Value::as_str).map(str::to_owned),
            _ => return Err(answer.failure()),
        };
        match pay_url {
            Some(url) if url.starts_with("https://") => {
                Ok(Created { provider_invoice_id: bill.reference.clone(), pay_url: url })
            }
            _ => Err(Failure::Away("an answer without a payment page".to_owned())),
        }
    }

    fn sign(&self, text: &str) -> Option<String> {
        let mut signature = vec![0; self.ours.public().modulus_len()];
        self.ours.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).ok()?;
        Some(STANDARD.encode(signature))
    }

    pub(super) fn read(&self, callback: &Callback) -> Option<Told> {
        let said: Value = serde_json::from_slice(&callback.body).ok()?;
        let signature = STANDARD.decode(callback.headers.get("signature")?).ok()?;
        let signed = canonical(&self.callback_url, &callback.headers, &said.to_string())?;
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.theirs);
        key.verify(signed.as_bytes(), &signature).ok()?;
        let signed_ms = callback.headers.get("x-api-timestamp")?.parse().ok()?;
        let skew = DateTime::from_timestamp_millis(signed_ms)?.naive_utc() - callback.received_at;
        if skew.abs() > SKEW {
            return None;
        }
        let fields = said.get("fields")?;
        let amounts: Vec<_> = [&said, fields].iter().filter_map(|at| som::read(&plain(at.get("amount")?)?)).collect();
        let status = said.get("status").and_then(Value::as_str).unwrap_or_default();
        Some(Told {
            reference: fields.get("paymentId")?.as_str()?.to_owned(),
            payment_id: said.get("transactionId")?.as_str().filter(|id| is_plain(id))?.to_owned(),
            merchant: fields.get("accountId").and_then(plain),
            // The sum is there once or twice; two that differ are none.
            amount_tyiyn: amounts.first().copied().filter(|sum| amounts.iter().all(|other| other == sum)),
            currency: None,
            is_paid: status.eq_ignore_ascii_case("succeeded"),
            can_reject: false,
        })
    }
}

/// `{"Amount":…,` and the rest. `Amount` sorts before every other key, and its digits never pass through a float.
fn with_amount(amount_tyiyn: i64, rest: &Value) -> String {
    let rest = rest.to_string();
    format!("{{\"Amount\":{},{}", som::shortest(amount_tyiyn), rest.trim_start_matches('{'))
}

/// What is signed. serde_json keeps the members of an object sorted and writes them without white space, so a body
/// that it wrote is canonical already.
fn canonical(url: &str, headers: &BTreeMap<String, String>, body: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;
    let api = headers.iter().filter(|(name, _)| name.starts_with("x-api-"));
    let named: Vec<_> = std::iter::once(format!("host:{}", uri.authority()?))
        .chain(api.map(|(name, value)| format!("{name}:{value}")))
        .collect();
    Some(format!("post\n{}\n{}\n{body}", uri.path(), named.join("&")))
}

/// It becomes part of a payment's key.
fn is_plain(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests;
