//! Tries to sign in are counted before a password is looked at, so that a thousand at once are not all looked at.
//!
//! Counted is what was typed, whether there is such a login or not: otherwise waiting would tell which ones there are.
//! Two counts: one for the login from one network, which only delays; and one for the login from all networks that it is
//! not known from, which ends after a hundred. Nobody who is signed in, and no refresh token, is held back by either.

use chrono::TimeDelta;

use super::rules::Tries;
use super::tries_store as store;
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::ids::StaffId;
use crate::tokens::Tokens;

/// One try in so many looks for counts to forget.
const TIDIED_IN: u8 = 64;

/// Somebody who wants to sign in: as what, and from where. Neither can be read in the table of tries.
#[derive(Clone, Debug)]
pub struct Knock {
    login: String,
    network: String,
    /// The network as it is, which a session remembers.
    pub from: String,
}

impl Knock {
    /// A try with what was typed for a login, from a network.
    ///
    /// # Errors
    /// Those of the keys.
    pub fn new(tokens: &Tokens, typed: &str, from: &str) -> Result<Self> {
        let network = tokens.blind(&format!("network {from}"))?;
        Ok(Self { login: login_of(tokens, typed)?, network, from: from.to_owned() })
    }
}

fn login_of(tokens: &Tokens, typed: &str) -> Result<String> {
    tokens.blind(&format!("login {typed}"))
}

/// Whether a try has its turn, without counting it: refusing a flood costs no writing.
///
/// # Errors
/// `rate_limited` with the seconds to wait.
pub fn look(tx: &mut Tx, knock: &Knock, member: Option<&StaffId>) -> Result<()> {
    let here = store::get(tx, &knock.login, &knock.network)?;
    let strangers = store::get(tx, &knock.login, "")?;
    judge(tx, knock, member, here, strangers).map(|_| ())
}

/// Counts a try that has its turn; [`forget`] takes it back when it was right.
///
/// # Errors
/// `rate_limited` with the seconds to wait.
pub fn take(tx: &mut Tx, knock: &Knock, member: Option<&StaffId>) -> Result<()> {
    let here = store::lock(tx, &knock.login, &knock.network)?;
    let strangers = store::lock(tx, &knock.login, "")?;
    let is_known = judge(tx, knock, member, here, strangers)?;
    store::set(tx, &knock.login, &knock.network, here.counted(tx.now) + 1)?;
    if !is_known {
        store::set(tx, &knock.login, "", strangers.counted(tx.now) + 1)?;
    }
    if rand::random_range(0..TIDIED_IN) == 0 {
        store::tidy(tx)?;
    }
    Ok(())
}

/// Whether the login is known from there, unless the try has to wait.
fn judge(tx: &mut Tx, knock: &Knock, member: Option<&StaffId>, here: Tries, strangers: Tries) -> Result<bool> {
    // Asked for logins that do not exist, too: they take the same time.
    let is_known = store::signed_in_from(tx, member, &knock.from)?;
    let wait = match is_known {
        true => here.wait(tx.now),
        false => here.wait(tx.now).max(strangers.wait_of_strangers(tx.now)),
    };
    if wait > TimeDelta::zero() { too_many(wait).fail() } else { Ok(is_known) }
}

fn too_many(wait: TimeDelta) -> Problem {
    let seconds = u64::try_from(wait.num_milliseconds()).unwrap_or_default().div_ceil(1000);
    let detail = format!(
        "Too many passwords were tried for this login; the next one is looked at in {seconds} seconds. Whoever is signed in \
         stays signed in, and a network that the login was used from before waits ten minutes at most."
    );
    Problem::new(Slug::RateLimited, detail).with("retry_after", seconds)
}

/// A right password: the count from there and that of strangers begin anew.
///
/// # Errors
/// Those of the database.
pub fn forget(tx: &mut Tx, knock: &Knock) -> Result<()> {
    store::delete(tx, &knock.login, &[&knock.network, ""])
}

/// A new password by an admin: every count of the login begins anew.
///
/// # Errors
/// Those of the database.
pub fn forget_all(tx: &mut Tx, tokens: &Tokens, login: &str) -> Result<()> {
    store::delete_all(tx, &login_of(tokens, login)?)
}
