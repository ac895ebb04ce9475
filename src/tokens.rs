//! Access tokens (JWT, a quarter of an hour) and refresh tokens (opaque, stored hashed).

use chrono::{NaiveDateTime, TimeDelta};
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use rand::Rng;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::config::Auth;
use crate::error::{Error, Problem, Result, Slug};
use crate::ids::{SessionId, StaffId};

mod sealed;

const ISSUER: &str = "torugart";
const AUDIENCE: &str = "torugart-api";

/// What an access token says. Role and branch are not in it: they are asked for at every request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claims {
    iss: String,
    aud: String,
    /// Who.
    pub sub: StaffId,
    /// In which session.
    pub sid: SessionId,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// The keys: the first signs, all verify, so that they can be rotated without logging anybody out.
pub struct Tokens {
    keys: Vec<(String, SecretString)>,
    /// Life of an access token.
    pub access_ttl: TimeDelta,
    /// Life of an unused session.
    pub refresh_ttl: TimeDelta,
}

impl Tokens {
    /// Keys and lives from the settings; a random key for this run when none is set.
    ///
    /// # Errors
    /// [`Error::Startup`] for a malformed or short key.
    pub fn from_config(auth: &Auth) -> Result<Self> {
        let mut keys = auth.keys().map_err(Error::Startup)?;
        if keys.is_empty() {
            keys.push(("run".to_owned(), SecretString::from(random_hex())));
        }
        Ok(Self {
            keys,
            access_ttl: TimeDelta::seconds(auth.access_ttl_s),
            refresh_ttl: TimeDelta::days(auth.refresh_ttl_days),
        })
    }

    fn signing(&self) -> Result<(&str, &[u8])> {
        let (kid, secret) = self.keys.first().ok_or_else(|| Error::Startup("no signing key".to_owned()))?;
        Ok((kid, secret.expose_secret().as_bytes()))
    }

    /// An access token for a session.
    ///
    /// # Errors
    /// [`Error::Startup`] when signing fails, which it does not with a key of the right kind.
    pub fn issue(&self, staff: &StaffId, session: &SessionId, now: NaiveDateTime) -> Result<String> {
        let (kid, secret) = self.signing()?;
        let now = now.and_utc();
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: staff.clone(),
            sid: session.clone(),
            iat: now.timestamp(),
            nbf: now.timestamp(),
            exp: (now + self.access_ttl).timestamp(),
        };
        let header =
            Header { kid: Some(kid.to_owned()), typ: Some("at+jwt".to_owned()), ..Header::new(Algorithm::HS256) };
        encode(&header, &claims, &EncodingKey::from_secret(secret))
            .map_err(|error| Error::Startup(format!("a token cannot be signed: {error}")))
    }

    /// What a token says, if we signed it and it is in force.
    ///
    /// # Errors
    /// `unauthenticated`.
    pub fn verify(&self, token: &str, now: NaiveDateTime) -> Result<Claims> {
        let header = decode_header(token).map_err(|_| refused())?;
        // The key comes from our own map and the algorithm from our own code; the token only names which key.
        let kid = header.kid.as_deref().unwrap_or_default();
        let (_, secret) = self.keys.iter().find(|(known, _)| known == kid).ok_or_else(refused)?;
        if header.typ.as_deref() != Some("at+jwt") {
            return refused().fail();
        }
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        // Time is checked below against the application's clock, which a test can hold.
        validation.validate_exp = false;
        let key = DecodingKey::from_secret(secret.expose_secret().as_bytes());
        let claims = decode::<Claims>(token, &key, &validation).map_err(|_| refused())?.claims;
        let now = now.and_utc().timestamp();
        if claims.exp <= now || claims.nbf > now {
            return refused().fail();
        }
        Ok(claims)
    }

    /// What proves later that we said `text` for `purpose`, hexadecimal.
    ///
    /// # Errors
    /// [`Error::Startup`] when there is no key.
    pub fn seal(&self, purpose: &str, text: &str) -> Result<String> {
        Ok(hex(&sealed(self.signing()?.1, purpose, text)?))
    }

    /// Whether `seal` is ours, by any of the keys; takes the same time wherever it differs.
    pub fn is_seal(&self, purpose: &str, text: &str, seal: &str) -> bool {
        let fits = |(_, key): &(String, SecretString)| {
            sealed(bytes(key), purpose, text).is_ok_and(|ours| same(seal, &hex(&ours)))
        };
        self.keys.iter().any(fits)
    }

    /// The tokens that may follow `old`, one for each key, that of the signing key first: always the same ones, so that
    /// a lost answer can be asked for again, also when the signing key changed meanwhile.
    ///
    /// # Errors
    /// [`Error::Startup`] when a key cannot be used.
    pub fn successors(&self, old: &RefreshToken) -> Result<Vec<RefreshToken>> {
        let follow = |(_, key): &(String, SecretString)| {
            let token = keyed_hash(bytes(key), b"refresh token after ", old.0.expose_secret().as_bytes())?;
            Ok(RefreshToken(SecretString::from(hex(&token))))
        };
        self.keys.iter().map(follow).collect()
    }

    /// A hash that tells nobody without the key what was hashed, not even by trying.
    ///
    /// # Errors
    /// [`Error::Startup`] when there is no key.
    pub fn blind(&self, text: &str) -> Result<String> {
        Ok(hex(&keyed_hash(self.signing()?.1, b"blind ", text.as_bytes())?))
    }
}

fn bytes(key: &SecretString) -> &[u8] {
    key.expose_secret().as_bytes()
}

fn sealed(key: &[u8], purpose: &str, text: &str) -> Result<[u8; 32]> {
    keyed_hash(key, format!("seal for {purpose}\0").as_bytes(), text.as_bytes())
}

/// HMAC-SHA256; `what_for` keeps one use of a key from standing for another.
fn keyed_hash(key: &[u8], what_for: &[u8], text: &[u8]) -> Result<[u8; 32]> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key)
        .map_err(|error| Error::Startup(format!("the signing key cannot be used: {error}")))?;
    mac.update(what_for);
    mac.update(text);
    Ok(mac.finalize().into_bytes().into())
}

/// What is said of every access token that is not good, whatever is wrong with it.
pub fn refused() -> Problem {
    Problem::new(Slug::Unauthenticated, "The access token is not valid or has expired. Log in or refresh.")
}

/// An opaque token of 256 random bits.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct RefreshToken(SecretString);

impl RefreshToken {
    /// A new one.
    pub fn generate() -> Self {
        Self(SecretString::from(random_hex()))
    }

    /// One that somebody sent.
    pub fn sent(text: &str) -> Self {
        Self(SecretString::from(text))
    }

    /// SHA-256, hexadecimal: what the database keeps.
    pub fn hash(&self) -> String {
        hex(&Sha256::digest(self.0.expose_secret().as_bytes()))
    }

    /// The token itself, for the one answer that hands it over.
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }
}

fn random_hex() -> String {
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    hex(&bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a signature, or the secret end of an address, is the right one; an empty one never is. Only its length can be told from the time this takes.
pub fn same(given: &str, right: &str) -> bool {
    let (given, right) = (given.as_bytes(), right.as_bytes());
    let difference = given.iter().zip(right).fold(0, |all, (one, other)| std::hint::black_box(all | (one ^ other)));
    given.len() == right.len() && !right.is_empty() && difference == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn tokens(keys: &str) -> Tokens {
        let jwt_keys = SecretString::from(keys);
        let auth = Auth { jwt_keys, access_ttl_s: 900, refresh_ttl_days: 30, totp_required_roles: Vec::new() };
        Tokens::from_config(&auth).expect("usable keys")
    }

    pub(super) const OLD: &str = "old:0123456789abcdef0123456789abcdef";
    pub(super) const NEW: &str = "new:fedcba9876543210fedcba9876543210";

    fn noon() -> NaiveDateTime {
        chrono::DateTime::from_timestamp(1_795_000_000, 0).expect("a time").naive_utc()
    }

    #[test]
    fn a_token_lasts_its_quarter_of_an_hour() {
        let tokens = tokens(OLD);
        let token = tokens.issue(&StaffId::new(), &SessionId::new(), noon()).expect("a token");
        assert!(tokens.verify(&token, noon()).is_ok());
        assert!(tokens.verify(&token, noon() + TimeDelta::seconds(899)).is_ok());
        assert!(tokens.verify(&token, noon() + TimeDelta::seconds(900)).is_err());
        assert!(tokens.verify(&token, noon() - TimeDelta::seconds(1)).is_err());
    }

    #[test]
    fn keys_rotate_without_logging_anybody_out() {
        let token = tokens(OLD).issue(&StaffId::new(), &SessionId::new(), noon()).expect("a token");
        assert!(tokens(&format!("{NEW},{OLD}")).verify(&token, noon()).is_ok());
        assert!(tokens(NEW).verify(&token, noon()).is_err());
    }

    #[test]
    fn a_name_that_stands_for_two_keys_is_refused() {
        let jwt_keys = SecretString::from(format!("{OLD},{}", NEW.replace("new", "old")));
        let auth = Auth { jwt_keys, access_ttl_s: 900, refresh_ttl_days: 30, totp_required_roles: Vec::new() };
        assert!(Tokens::from_config(&auth).is_err());
    }

    #[test]
    fn an_unsigned_or_altered_token_is_refused() {
        let tokens = tokens(OLD);
        let token = tokens.issue(&StaffId::new(), &SessionId::new(), noon()).expect("a token");
        let mut parts: Vec<&str> = token.split('.').collect();
        parts[2] = "";
        assert!(tokens.verify(&parts.join("."), noon()).is_err());
        // {"alg":"none","kid":"old","typ":"at+jwt"}
        parts[0] = "eyJhbGciOiJub25lIiwia2lkIjoib2xkIiwidHlwIjoiYXQrand0In0";
        assert!(tokens.verify(&parts.join("."), noon()).is_err());
        assert!(tokens.verify("", noon()).is_err());
    }

    #[test]
    fn the_successor_of_a_refresh_token_is_always_the_same() {
        let hashes = |keys: &str, token: &RefreshToken| {
            let successors = tokens(keys).successors(token).expect("successors");
            successors.iter().map(RefreshToken::hash).collect::<Vec<_>>()
        };
        let first = RefreshToken::generate();
        let before = hashes(OLD, &first);
        assert_eq!(before, hashes(OLD, &first));
        assert_ne!(before, [first.hash()]);
        // After a rotation the new key's comes first, and the one that was given is still known.
        let after = hashes(&format!("{NEW},{OLD}"), &first);
        assert_eq!((after.len(), &after[1]), (2, &before[0]));
        assert_ne!(after[0], after[1]);
    }

    #[test]
    fn a_blind_hash_needs_the_key() {
        assert_eq!(tokens(OLD).blind("bakyt").expect("a hash"), tokens(OLD).blind("bakyt").expect("a hash"));
        assert_ne!(tokens(OLD).blind("bakyt").expect("a hash"), tokens(NEW).blind("bakyt").expect("a hash"));
    }

    #[test]
    fn only_equal_texts_are_the_same() {
        assert!(same("abc", "abc"));
        for (given, right) in [("abd", "abc"), ("bbc", "aac"), ("ab", "abc"), ("abcd", "abc"), ("", "abc"), ("", "")] {
            assert!(!same(given, right), "{given:?} {right:?}");
        }
    }
}
