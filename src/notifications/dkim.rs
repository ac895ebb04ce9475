//! DKIM (RFC 6376): the firm's domain signs its letters, so that others believe the sender.

use std::fmt;

use lettre::message::dkim::{
    DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm, DkimSigningKey,
};
use lettre::message::header::HeaderName;
use rsa::RsaPrivateKey;
use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey, LineEnding};
use rsa::pkcs8::DecodePrivateKey;
use rsa::traits::PublicKeyParts;
use secrecy::{ExposeSecret, SecretString};

use super::transport::ConfigError;

/// RFC 8301: a shorter key is not looked at.
const LEAST_KEY_BITS: usize = 1024;
/// What is signed; RFC 8058 wants both headers of unsubscribing among it. A header that a letter lacks cannot be added
/// later. Not `Content-Type`: the mail crate writes that of several parts after it signed.
const SIGNED: [&str; 9] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Auto-Submitted",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
];

/// `email.dkim_*`
#[derive(Clone, Debug)]
pub struct DkimSettings {
    /// Where the public key is published: `<selector>._domainkey.<domain>`.
    pub selector: String,
    /// The domain that signs.
    pub domain: String,
    /// The private key of RSA as PEM, or the name of a file that holds it.
    pub key: SecretString,
}

/// Signs letters.
pub struct Dkim(Box<DkimConfig>);

impl Dkim {
    /// Reads the key.
    ///
    /// # Errors
    /// When a part is missing, or the key cannot be read, is too short or of another kind.
    pub fn new(settings: &DkimSettings) -> Result<Self, ConfigError> {
        let DkimSettings { selector, domain, key } = settings;
        for (setting, name) in [("email.dkim_selector", selector), ("email.dkim_domain", domain)] {
            if !is_name(name) {
                return Err(ConfigError::new(setting, "must be a name of DNS, since email.dkim_* go together"));
            }
        }
        let key = DkimSigningKey::new(&pkcs1(key)?, DkimSigningAlgorithm::Rsa)
            .map_err(|_| ConfigError::new("email.dkim_key", "cannot sign"))?;
        let relaxed = DkimCanonicalizationType::Relaxed;
        let canonicalization = DkimCanonicalization { header: relaxed, body: relaxed };
        let signed = SIGNED.map(HeaderName::new_from_ascii_str).to_vec();
        Ok(Self(Box::new(DkimConfig::new(selector.clone(), domain.clone(), key, signed, canonicalization))))
    }

    /// Adds the signature.
    pub fn sign(&self, letter: &mut lettre::Message) {
        letter.sign(&self.0);
    }
}

/// The key would be shown.
impl fmt::Debug for Dkim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dkim")
    }
}

fn is_name(name: &str) -> bool {
    let is_label = |label: &str| {
        let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        (1..=63).contains(&label.len()) && label.bytes().all(is_sign)
    };
    name.split('.').all(is_label)
}

/// The key as the mail crate wants it, whichever way OpenSSL wrote it.
fn pkcs1(key: &SecretString) -> Result<String, ConfigError> {
    let refuse = |reason: String| ConfigError::new("email.dkim_key", reason);
    let given = key.expose_secret();
    let pem = match given.contains("-----BEGIN") {
        true => given.to_owned(),
        false => std::fs::read_to_string(given).map_err(|error| refuse(format!("no PEM and no file: {error}")))?,
    };
    let key = RsaPrivateKey::from_pkcs8_pem(&pem).ok().or_else(|| RsaPrivateKey::from_pkcs1_pem(&pem).ok());
    let key = key.ok_or_else(|| refuse("holds no private key of RSA without a password".to_owned()))?;
    if key.n().bits() < LEAST_KEY_BITS {
        return Err(refuse(format!(
            "has fewer than {LEAST_KEY_BITS} bits, so that nobody would believe it; take 2048"
        )));
    }
    let pem = key.to_pkcs1_pem(LineEnding::LF).map_err(|_| refuse("cannot be used".to_owned()))?;
    Ok(pem.to_string())
}
