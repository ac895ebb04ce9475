//! Guesses at the end of a customer's phone: counted, so that nobody tries them all.
//!
//! What is counted is a drawer of the code, not the order: a code that nobody has is counted like one that exists, by the
//! same statements, so that neither the answer nor its time tells one from the other, and the table cannot grow beyond
//! its drawers. Two codes that share a drawer, one pair in a million, share their guesses.

mod rules;
mod store;

use crate::db::Tx;
use crate::error::Result;

pub use rules::{MOST_WRONG, WINDOW};

/// A guess that waits to be judged; other guesses at the same drawer wait behind it.
#[derive(Debug)]
pub struct Guess {
    drawer: i64,
    known: rules::Known,
    /// Whether it is looked at at all.
    pub counts: bool,
}

/// Begins a guess at what belongs to a code.
///
/// # Errors
/// Those of the database.
pub fn begin(tx: &mut Tx, code: &str) -> Result<Guess> {
    let drawer = rules::drawer(code);
    let known = rules::fresh(store::lock(tx, drawer)?, tx.now);
    Ok(Guess { drawer, counts: known.wrong < MOST_WRONG, known })
}

/// Ends it. A wrong one must be committed although the call is refused.
///
/// # Errors
/// Those of the database.
pub fn end(tx: &mut Tx, guess: Guess, is_right: bool) -> Result<()> {
    let wrong = guess.known.wrong + i64::from(guess.counts && !is_right);
    // Who is right at once leaves nothing behind.
    if wrong == 0 {
        return store::forget(tx, guess.drawer);
    }
    store::write(tx, guess.drawer, rules::Known { wrong, ..guess.known })
}
