//! `acquirers.*`: the payment providers the firm has a contract with. A provider whose settings are all empty is off.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// The secret in MKassa's callback address stands for a signature, so it is as long as one.
const LEAST_SECRET_BYTES: usize = 32;

/// `acquirers.*`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acquirers {
    /// How long a provider may take to answer one question, seconds.
    pub time_out_s: u64,
    /// Freedom Pay.
    pub freedom_pay: FreedomPay,
    /// O!Dengi.
    pub odengi: ODengi,
    /// MKassa.
    pub mkassa: MKassa,
    /// Finik.
    pub finik: Finik,
}

/// `acquirers.freedom_pay.*`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FreedomPay {
    /// `https://api.freedompay.kg`
    pub url: String,
    /// `pg_merchant_id`, a number.
    pub merchant_id: String,
    /// The secret key of payments.
    pub secret_key: SecretString,
    /// Whether payments are only rehearsed.
    pub is_test: bool,
}

/// `acquirers.odengi.*`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ODengi {
    /// `https://api.dengi.o.kg/api/json/json.php`
    pub url: String,
    /// Identifier of the shop.
    pub sid: String,
    /// The API password, which signs.
    pub password: SecretString,
    /// Whether payments are only rehearsed.
    pub is_test: bool,
}

/// `acquirers.mkassa.*`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MKassa {
    /// `https://api.mkassa.kg`
    pub url: String,
    /// The API key.
    pub api_key: SecretString,
    /// Identifier of the branch at MKassa; may stay empty.
    pub branch: String,
    /// Identifier of the cashier at MKassa; may stay empty.
    pub cashier: String,
    /// The last part of the callback address given to MKassa, which signs nothing: letters, digits, `-` and `_`.
    pub callback_secret: SecretString,
}

/// `acquirers.finik.*`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finik {
    /// `https://api.acquiring.averspay.kg`
    pub url: String,
    /// The API key.
    pub api_key: SecretString,
    /// The account that is paid.
    pub account_id: String,
    /// Category of the merchant, ISO 18245.
    pub mcc: String,
    /// The name that payers are shown, Latin letters.
    pub name: String,
    /// Our RSA key as PEM (PKCS#8 or PKCS#1); its public half is registered with Finik.
    pub private_key: SecretString,
    /// Finik's public RSA key as PEM.
    pub public_key: String,
}

impl Acquirers {
    /// Every complaint about a provider that is set by half.
    pub fn complaints(&self, is_production: bool) -> Vec<String> {
        let (freedom_pay, odengi, mkassa, finik) = (&self.freedom_pay, &self.odengi, &self.mkassa, &self.finik);
        let secret = |secret: &SecretString| secret.expose_secret().to_owned();
        let mut complaints: Vec<String> = [
            (
                "freedom_pay",
                vec![
                    ("url", freedom_pay.url.clone()),
                    ("merchant_id", freedom_pay.merchant_id.clone()),
                    ("secret_key", secret(&freedom_pay.secret_key)),
                ],
            ),
            (
                "odengi",
                vec![("url", odengi.url.clone()), ("sid", odengi.sid.clone()), ("password", secret(&odengi.password))],
            ),
            (
                "mkassa",
                vec![
                    ("url", mkassa.url.clone()),
                    ("api_key", secret(&mkassa.api_key)),
                    ("callback_secret", secret(&mkassa.callback_secret)),
                ],
            ),
            (
                "finik",
                vec![
                    ("url", finik.url.clone()),
                    ("api_key", secret(&finik.api_key)),
                    ("account_id", finik.account_id.clone()),
                    ("mcc", finik.mcc.clone()),
                    ("name", finik.name.clone()),
                    ("private_key", secret(&finik.private_key)),
                    ("public_key", finik.public_key.clone()),
                ],
            ),
        ]
        .into_iter()
        .flat_map(|(provider, settings)| half_set(provider, &settings, is_production))
        .collect();
        complaints.extend(self.mkassa.complaint());
        if self.time_out_s == 0 {
            complaints.push("acquirers.time_out_s must be at least 1".to_owned());
        }
        complaints
    }
}

impl MKassa {
    fn complaint(&self) -> Option<String> {
        let secret = self.callback_secret.expose_secret();
        let is_plain = secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        (!secret.is_empty() && (secret.len() < LEAST_SECRET_BYTES || !is_plain)).then(|| {
            format!(
                "acquirers.mkassa.callback_secret must be {LEAST_SECRET_BYTES} or more letters, digits, - and _: \
                 it is all that tells MKassa from others"
            )
        })
    }
}

/// Says what is missing, never what is there.
fn half_set(provider: &str, settings: &[(&str, String)], is_production: bool) -> Vec<String> {
    let missing: Vec<_> = settings
        .iter()
        .filter(|(_, value)| value.is_empty())
        .map(|(name, _)| format!("acquirers.{provider}.{name}"))
        .collect();
    if missing.len() == settings.len() {
        return Vec::new();
    }
    let mut complaints = Vec::new();
    if !missing.is_empty() {
        complaints.push(format!("set {} too, or clear all of acquirers.{provider}", missing.join(", ")));
    }
    for (_, url) in settings.iter().filter(|(name, url)| *name == "url" && !url.is_empty()) {
        let is_sent_in_the_open = url.starts_with("http://");
        if !(url.starts_with("https://") || is_sent_in_the_open) || url.contains('@') {
            complaints.push(format!("acquirers.{provider}.url must be an https:// address without a password"));
        } else if is_sent_in_the_open && is_production {
            complaints.push(format!("acquirers.{provider}.url must begin with https:// in production"));
        }
    }
    complaints
}
