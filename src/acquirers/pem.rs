//! RSA keys from PEM: PKCS#8 or PKCS#1 for our own, SubjectPublicKeyInfo or PKCS#1 for somebody's public one.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::RsaKeyPair;

/// `AlgorithmIdentifier` of rsaEncryption with its NULL parameters: RFC 3279, 2.3.1, in DER.
const RSA_ENCRYPTION: [u8; 15] =
    [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;

/// Our key pair.
///
/// # Errors
/// A phrase that repeats nothing of the key.
pub(super) fn private(pem: &str) -> Result<RsaKeyPair, &'static str> {
    if let Some(der) = block(pem, "PRIVATE KEY") {
        return RsaKeyPair::from_pkcs8(&der).map_err(|_| "not an RSA key of 2048 bits or more");
    }
    let der = block(pem, "RSA PRIVATE KEY").ok_or("not a private key in PEM")?;
    RsaKeyPair::from_der(&der).map_err(|_| "not an RSA key of 2048 bits or more")
}

/// The `RSAPublicKey` that ring takes, in DER.
///
/// # Errors
/// A phrase.
pub(super) fn public(pem: &str) -> Result<Vec<u8>, &'static str> {
    if let Some(der) = block(pem, "RSA PUBLIC KEY") {
        return Ok(der);
    }
    let der = block(pem, "PUBLIC KEY").ok_or("not a public key in PEM")?;
    inner_key(&der).map(<[u8]>::to_vec).ok_or("not an RSA key")
}

/// Unwraps `SEQUENCE { rsaEncryption, BIT STRING { key } }`.
fn inner_key(spki: &[u8]) -> Option<&[u8]> {
    let (inside, rest) = value(spki, SEQUENCE)?;
    let (bits, after) = value(inside.strip_prefix(&RSA_ENCRYPTION)?, BIT_STRING)?;
    let key = bits.strip_prefix(&[0])?;
    (rest.is_empty() && after.is_empty()).then_some(key)
}

/// The value of a DER element with this tag, and what follows it.
fn value(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = der.strip_prefix(&[tag])?.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x82 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
            (digits.iter().fold(0, |length, digit| length * 256 + usize::from(*digit)), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

/// The bytes between `-----BEGIN label-----` and its end. A key that came through an environment variable may have its
/// line breaks written as `\n`.
fn block(pem: &str, label: &str) -> Option<Vec<u8>> {
    let pem = pem.replace("\\n", "\n");
    let (_, rest) = pem.split_once(&format!("-----BEGIN {label}-----"))?;
    let (inside, _) = rest.split_once(&format!("-----END {label}-----"))?;
    STANDARD.decode(inside.split_whitespace().collect::<String>()).ok()
}
