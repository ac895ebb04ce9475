//! Secrets that the database keeps and must give back, such as the key of a second factor: encrypted by a key that only the
//! settings know, so that a copy of the database does not have them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use rand::Rng;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::Tokens;
use crate::error::{Error, Result};

impl Tokens {
    /// Seals a secret for one owner: `kid:` and what only the same key, for the same owner, opens again.
    ///
    /// # Errors
    /// [`Error::Startup`] when there is no key.
    pub fn encrypt(&self, secret: &[u8], owner: &str) -> Result<String> {
        let (kid, key) = self.signing()?;
        let mut nonce = [0; NONCE_LEN];
        rand::rng().fill_bytes(&mut nonce);
        let mut sealed = secret.to_vec();
        sealing_key(key)?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(owner), &mut sealed)
            .map_err(|_| Error::Startup("a secret cannot be sealed".to_owned()))?;
        Ok(format!("{kid}:{}", BASE64.encode([&nonce[..], &sealed].concat())))
    }

    /// What was sealed for this owner; `None` when its key is not among ours any more, or it was sealed for another.
    pub fn open(&self, sealed: &str, owner: &str) -> Option<Vec<u8>> {
        let (kid, text) = sealed.split_once(':')?;
        let (_, key) = self.keys.iter().find(|(known, _)| known == kid)?;
        let bytes = BASE64.decode(text).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut sealed = sealed.to_vec();
        let key = sealing_key(super::bytes(key)).ok()?;
        key.open_in_place(nonce, Aad::from(owner), &mut sealed).ok().map(|secret| secret.to_vec())
    }

    /// Whether a secret was sealed by the key that seals now.
    pub fn is_sealed_anew(&self, sealed: &str) -> bool {
        self.keys.first().is_some_and(|(kid, _)| sealed.strip_prefix(kid).is_some_and(|rest| rest.starts_with(':')))
    }
}

/// Not the signing key itself: what is made from it for this one use.
fn sealing_key(secret: &[u8]) -> Result<LessSafeKey> {
    let key = super::keyed_hash(secret, b"torugart: seals secrets at rest", b"")?;
    let key = UnboundKey::new(&CHACHA20_POLY1305, &key)
        .map_err(|_| Error::Startup("the signing key cannot seal".to_owned()))?;
    Ok(LessSafeKey::new(key))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{NEW, OLD, tokens};

    #[test]
    fn only_the_same_key_and_the_same_owner_open_what_was_sealed() {
        let sealed = tokens(OLD).encrypt(b"a secret", "bakyt").expect("sealed");
        assert!(!sealed.contains("secret") && sealed.starts_with("old:"));
        assert_eq!(tokens(OLD).open(&sealed, "bakyt").as_deref(), Some(&b"a secret"[..]));
        assert_eq!(tokens(OLD).open(&sealed, "aida"), None);
        let rotated = tokens(&format!("{NEW},{OLD}"));
        assert_eq!(rotated.open(&sealed, "bakyt").as_deref(), Some(&b"a secret"[..]));
        assert!(!rotated.is_sealed_anew(&sealed) && tokens(OLD).is_sealed_anew(&sealed));
        assert_eq!(tokens(NEW).open(&sealed, "bakyt"), None);
    }

    #[test]
    fn what_was_altered_does_not_open() {
        let tokens = tokens(OLD);
        let sealed = tokens.encrypt(b"a secret", "bakyt").expect("sealed");
        assert_ne!(sealed, tokens.encrypt(b"a secret", "bakyt").expect("sealed"), "every seal is another");
        for broken in
            ["", "old", "old:", "old:AAAA", "old:!", &sealed[..sealed.len() - 4], &sealed.replace("old:", "new:")]
        {
            assert_eq!(tokens.open(broken, "bakyt"), None, "{broken}");
        }
    }
}
