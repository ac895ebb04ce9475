//! Passwords: argon2id, no composition rules, no truncation, and not the ones that everybody tries first.

use std::cell::RefCell;

use argon2::password_hash::PasswordHasher;
use argon2::password_hash::phc::{Output, PasswordHash};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::error::{Error, Problem, Result};

const LEAST_CHARACTERS: usize = 8;
const MOST_CHARACTERS: usize = 256;

/// The most frequent passwords of eight characters or more, in lower case, one a line (ASVS 6.2.4).
const COMMON: &str = include_str!("common_passwords/list.txt");

/// What anybody would try here first, beside the firm's name and the login (ASVS 6.2.11).
const WORDS_OF_THE_TRADE: [&str; 10] =
    ["torugart", "торугарт", "cargo", "карго", "bishkek", "бишкек", "kyrgyzstan", "кыргызстан", "password", "пароль"];

/// A password that may be set.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "SecretString")]
pub struct Password(SecretString);

impl TryFrom<SecretString> for Password {
    type Error = String;

    fn try_from(password: SecretString) -> std::result::Result<Self, String> {
        let typed = password.expose_secret();
        if !(LEAST_CHARACTERS..=MOST_CHARACTERS).contains(&typed.chars().count()) {
            return Err(format!(
                "a password has {LEAST_CHARACTERS} to {MOST_CHARACTERS} characters; a few words are easiest"
            ));
        }
        let lower = typed.to_lowercase();
        if COMMON.lines().any(|common| common == lower) {
            return Err(
                "this is one of the passwords that everybody tries first; take a few words of your own".to_owned()
            );
        }
        Ok(Self(password))
    }
}

impl Password {
    /// Refuses a password in which too little is left without the firm's name, the login and the words of the trade.
    ///
    /// # Errors
    /// `validation_failed` at `pointer`.
    pub fn refuse_known_words(&self, pointer: &str, login: &str, firm: &str) -> Result<()> {
        let lower = self.0.expose_secret().to_lowercase();
        let firm = firm.to_lowercase();
        let words = WORDS_OF_THE_TRADE.into_iter().chain(firm.split_whitespace()).chain([login]);
        let rest =
            words.filter(|word| word.chars().count() >= 3).fold(lower.clone(), |rest, word| rest.replace(word, ""));
        if rest != lower && rest.chars().count() < LEAST_CHARACTERS {
            let detail =
                "the firm's name, the login and words such as cargo or Bishkek are tried first; take a few other words";
            return Problem::field(pointer, detail).fail();
        }
        Ok(())
    }

    /// The PHC string to store: argon2id with 19 MiB, two passes, one lane (ASVS 11.4.2). Takes tens of milliseconds.
    ///
    /// # Errors
    /// [`Error::Startup`] when the system gives no randomness.
    pub fn hash(&self) -> Result<String> {
        hash(&self.0)
    }
}

fn hash(password: &SecretString) -> Result<String> {
    Argon2::default()
        .hash_password(password.expose_secret().as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| Error::Startup(format!("a password cannot be hashed: {error}")))
}

/// Hash of a password nobody has, so that an unknown login costs as much time as a wrong password.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$qjHWIQGsXCuFSpRtqnHZKIbuYOPB7HDFnvZmDTd7bqc";

/// What came of comparing a typed password with a stored one.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is another one, or there is none.
    Wrong,
    /// It is the same.
    Right,
    /// It is the same, stored with parameters of the past; under those of today it is this.
    RightButOld(String),
}

/// Whether `typed` is the password behind `stored`; `None` is an account that does not exist.
///
/// # Errors
/// As [`Password::hash`], for one that is hashed anew.
pub fn verify(typed: &SecretString, stored: Option<&str>) -> Result<Verdict> {
    let Ok(known) = PasswordHash::new(stored.unwrap_or(DUMMY)) else { return Ok(Verdict::Wrong) };
    if !fits(typed, &known).unwrap_or(false) || stored.is_none() {
        return Ok(Verdict::Wrong);
    }
    if is_of_today(&known) { Ok(Verdict::Right) } else { Ok(Verdict::RightButOld(hash(typed)?)) }
}

thread_local! {
    /// Where argon2id works, kept by each thread that looks at passwords: 19 MiB that come and go, with what others keep in
    /// between, leave holes in the memory that nothing fits into.
    static ROOM: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
}

/// Whether `typed` makes the same as what is stored; none is a stored hash of a kind that we do not know.
fn fits(typed: &SecretString, known: &PasswordHash) -> Option<bool> {
    let (salt, expected) = (known.salt.as_ref()?, known.hash.as_ref()?);
    let algorithm = Algorithm::try_from(known.algorithm.as_str()).ok()?;
    let version = Version::try_from(known.version?).ok()?;
    let argon2 = Argon2::new(algorithm, version, Params::try_from(known).ok()?);
    let mut made = vec![0; expected.len()];
    ROOM.with_borrow_mut(|room| {
        let blocks = argon2.params().block_count();
        room.resize(blocks.max(room.len()), Block::default());
        argon2
            .hash_password_into_with_memory(typed.expose_secret().as_bytes(), salt, &mut made, &mut room[..blocks])
            .ok()
    })?;
    // Compared in constant time.
    Some(Output::new(&made).ok()? == *expected)
}

fn is_of_today(hash: &PasswordHash) -> bool {
    let today = Params::DEFAULT;
    Params::try_from(hash).is_ok_and(|used| {
        let costs = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
        hash.algorithm.as_str() == "argon2id" && costs(&used) == costs(&today)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> std::result::Result<Password, String> {
        Password::try_from(SecretString::from(text))
    }

    fn hashed(text: &str) -> String {
        password(text).and_then(|p| p.hash().map_err(|e| e.to_string())).expect("a hash")
    }

    fn compare(typed: &str, stored: Option<&str>) -> Verdict {
        verify(&SecretString::from(typed), stored).expect("a verdict")
    }

    #[test]
    fn only_the_same_password_matches() {
        let hash = hashed("correct horse");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(compare("correct horse", Some(&hash)), Verdict::Right);
        assert_eq!(compare("correct hors", Some(&hash)), Verdict::Wrong);
        assert_eq!(compare("correct horse", None), Verdict::Wrong);
        assert_eq!(compare("correct horse", Some("no hash")), Verdict::Wrong);
    }

    #[test]
    fn a_hash_of_weaker_parameters_is_made_anew() {
        let weak =
            Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, Params::new(8192, 1, 1, None).unwrap());
        let old = weak.hash_password(b"correct horse").unwrap().to_string();
        let Verdict::RightButOld(new) = compare("correct horse", Some(&old)) else { panic!("{old}") };
        assert!(new.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(compare("correct horse", Some(&new)), Verdict::Right);
        assert_eq!(compare("wrong horse", Some(&old)), Verdict::Wrong);
    }

    #[test]
    fn the_dummy_is_a_hash_that_takes_the_full_time() {
        assert!(is_of_today(&PasswordHash::new(DUMMY).unwrap()));
    }

    #[test]
    fn length_is_counted_in_characters_and_nothing_is_truncated() {
        assert!(password("сөзсөзсө").is_ok());
        assert!(password("1234567").is_err());
        assert!(password(&"сөз ".repeat(64)).is_ok() && password(&"x".repeat(257)).is_err());
        let long = "x".repeat(99);
        let hash = hashed(&format!("{long}a"));
        assert_eq!(compare(&format!("{long}b"), Some(&hash)), Verdict::Wrong);
        assert_eq!(compare(&format!("{long}a"), Some(&hash)), Verdict::Right);
        assert_eq!(compare(&long, Some(&hash)), Verdict::Wrong);
    }

    #[test]
    fn no_kind_of_character_is_asked_for() {
        for fine in ["quiet words", "тынч сөздөр", "48151623", "        x", "!!!!!!!?"] {
            assert!(password(fine).is_ok(), "{fine}");
        }
    }

    #[test]
    fn what_everybody_tries_first_is_refused() {
        assert_eq!(COMMON.lines().count(), 3000);
        assert!(COMMON.lines().all(|line| line.chars().count() >= LEAST_CHARACTERS && line == line.to_lowercase()));
        for common in ["password", "PassWord", "12345678", "qwertyuiop", "iloveyou"] {
            assert!(password(common).expect_err(common).contains("everybody"));
        }
    }

    #[test]
    fn words_of_the_firm_do_not_count() {
        let judge =
            |text: &str| password(text).expect(text).refuse_known_words("/password", "bakyt", "Ala-Too Express");
        for guessable in [
            "cargo2026",
            "Карго-2026",
            "Bishkek1!",
            "бишкек123",
            "torugart1",
            "bakyt.99",
            "express26",
            "ala-too!!!",
            "cargobishkek2026",
        ] {
            assert!(judge(guessable).is_err(), "{guessable}");
        }
        for fine in ["three quiet words", "48151623cargo", "cargo boats sail slowly", "тынч үч сөз", "48151623"]
        {
            assert!(judge(fine).is_ok(), "{fine}");
        }
    }
}
