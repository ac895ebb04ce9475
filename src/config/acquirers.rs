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
        let mut complaints: Vec<_> = self
            .settings()
            .into_iter()
            .flat_map(|(provider, settings)| half_set(provider, &settings, is_production))
            .collect();
        complaints.extend(self.mkassa.complaint());
        if self.time_out_s == 0 {
            complaints.push("acquirers.time_out_s must be at least 1".to_owned());
        }
        complaints
    }

    /// The settings that each provider cannot do without.
    fn settings(&self) -> [(&'static str, Vec<(&'static str, &str)>); 4] {
        let Self { freedom_pay, odengi, mkassa, finik, .. } = self;
        [
            (
                "freedom_pay",
                vec![
                    ("url", &*freedom_pay.url),
                    ("merchant_id", &freedom_pay.merchant_id),
                    ("secret_key", freedom_pay.secret_key.expose_secret()),
                ],
            ),
            (
                "odengi",
                vec![("url", &*odengi.url), ("sid", &odengi.sid), ("password", odengi.password.expose_secret())],
            ),
            (
                "mkassa",
                vec![
                    ("url", &*mkassa.url),
                    ("api_key", mkassa.api_key.expose_secret()),
                    ("callback_secret", mkassa.callback_secret.expose_secret()),
                ],
            ),
            (
                "finik",
                vec![
                    ("url", &*finik.url),
                    ("api_key", finik.api_key.expose_secret()),
                    ("account_id", &finik.account_id),
                    ("mcc", &finik.mcc),
                    ("name", &finik.name),
                    ("private_key", finik.private_key.expose_secret()),
                    ("public_key", &finik.public_key),
                ],
            ),
        ]
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
fn half_set(provider: &str, settings: &[(&str, &str)], is_production: bool) -> Vec<String> {
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

#[cfg(test)]
mod tests {
    use crate::config::Config;

    fn complaints(change: impl FnOnce(&mut super::Acquirers), is_production: bool) -> Vec<String> {
        let mut all = Config::defaults().unwrap().acquirers;
        change(&mut all);
        all.complaints(is_production)
    }

    #[test]
    fn what_is_switched_off_or_whole_is_fine() {
        assert_eq!(complaints(|_| (), true), [] as [String; 0]);
        let whole = |all: &mut super::Acquirers| {
            all.odengi.url = "https://api.dengi.o.kg/api/json/json.php".to_owned();
            all.odengi.sid = "1".to_owned();
            all.odengi.password = "word".into();
        };
        assert_eq!(complaints(whole, true), [] as [String; 0]);
    }

    #[test]
    fn half_a_provider_is_named_without_its_secrets() {
        let said = complaints(|all| all.freedom_pay.secret_key = "hush".into(), false);
        assert_eq!(
            said,
            [
                "set acquirers.freedom_pay.url, acquirers.freedom_pay.merchant_id too, or clear all of acquirers.freedom_pay"
            ]
        );
        for half in [
            (|all: &mut super::Acquirers| all.mkassa.url = "https://api.mkassa.kg".to_owned())
                as fn(&mut super::Acquirers),
            |all| all.odengi.sid = "1".to_owned(),
            |all| all.finik.mcc = "4215".to_owned(),
        ] {
            assert_eq!(complaints(half, false).len(), 1);
        }
    }

    #[test]
    fn a_secret_that_can_be_guessed_and_an_open_line_are_refused() {
        let mkassa = |secret: &'static str, url: &'static str| {
            move |all: &mut super::Acquirers| {
                all.mkassa.url = url.to_owned();
                all.mkassa.api_key = "key".into();
                all.mkassa.callback_secret = secret.into();
            }
        };
        let long = "0123456789abcdef0123456789abcdef";
        let url = "https://api.mkassa.kg";
        assert_eq!(complaints(mkassa(long, url), true), [] as [String; 0]);
        for (secret, url, is_production) in [
            ("0123456789abcdef0123456789abcde", url, false),
            ("0123456789abcdef/123456789abcdef", url, false),
            (long, "http://api.mkassa.kg", true),
            (long, "api.mkassa.kg", false),
            (long, "https://me:word@api.mkassa.kg", false),
        ] {
            assert_eq!(complaints(mkassa(secret, url), is_production).len(), 1, "{secret} {url}");
        }
        assert_eq!(complaints(mkassa(long, "http://127.0.0.1:1"), false), [] as [String; 0]);
        assert_eq!(complaints(|all| all.time_out_s = 0, false).len(), 1);
    }
}
