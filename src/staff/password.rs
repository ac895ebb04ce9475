//! Passwords: argon2id, no composition rules, no truncation.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::error::{Error, Result};

const LEAST_CHARACTERS: usize = 8;
const MOST_CHARACTERS: usize = 256;

/// A password that may be set.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "SecretString")]
pub struct Password(SecretString);

impl TryFrom<SecretString> for Password {
    type Error = String;

    fn try_from(password: SecretString) -> std::result::Result<Self, String> {
        let characters = password.expose_secret().chars().count();
        if (LEAST_CHARACTERS..=MOST_CHARACTERS).contains(&characters) {
            Ok(Self(password))
        } else {
            Err(format!("a password has {LEAST_CHARACTERS} to {MOST_CHARACTERS} characters; a few words are easiest"))
        }
    }
}

impl Password {
    /// The PHC string to store: argon2id with 19 MiB, two passes, one lane (ASVS 11.4.2). Takes tens of milliseconds.
    ///
    /// # Errors
    /// [`Error::Startup`] when the system gives no randomness.
    pub fn hash(&self) -> Result<String> {
        Argon2::default()
            .hash_password(self.0.expose_secret().as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|error| Error::Startup(format!("a password cannot be hashed: {error}")))
    }
}

/// Hash of a password nobody has, so that an unknown login costs as much time as a wrong password.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$qjHWIQGsXCuFSpRtqnHZKIbuYOPB7HDFnvZmDTd7bqc";

/// Whether `typed` is the password behind `stored`; `None` is an account that does not exist.
pub fn matches(typed: &SecretString, stored: Option<&str>) -> bool {
    let Ok(hash) = PasswordHash::new(stored.unwrap_or(DUMMY)) else { return false };
    let fits = Argon2::default().verify_password(typed.expose_secret().as_bytes(), &hash).is_ok();
    fits && stored.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> std::result::Result<Password, String> {
        Password::try_from(SecretString::from(text))
    }

    #[test]
    fn only_the_same_password_matches() {
        let hash = password("correct horse").and_then(|p| p.hash().map_err(|e| e.to_string())).expect("a hash");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(matches(&SecretString::from("correct horse"), Some(&hash)));
        assert!(!matches(&SecretString::from("correct hors"), Some(&hash)));
        assert!(!matches(&SecretString::from("correct horse"), None));
    }

    #[test]
    fn the_dummy_is_a_hash_that_takes_the_full_time() {
        assert!(PasswordHash::new(DUMMY).is_ok());
    }

    #[test]
    fn length_is_counted_in_characters_and_nothing_is_truncated() {
        assert!(password("сөзсөзсө").is_ok());
        assert!(password("1234567").is_err());
        let long = "x".repeat(100);
        let hash = password(&format!("{long}a")).and_then(|p| p.hash().map_err(|e| e.to_string())).expect("a hash");
        assert!(!matches(&SecretString::from(format!("{long}b")), Some(&hash)));
    }
}
