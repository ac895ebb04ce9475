//! How many guesses there are, and for how long.

use chrono::{NaiveDateTime, TimeDelta};
use sha2::{Digest, Sha256};

/// After so many wrong ones no further is looked at ...
pub const MOST_WRONG: i64 = 5;
/// ... until this has passed since the first of them: at most 120 guesses a day at ten thousand endings.
pub const WINDOW: TimeDelta = TimeDelta::hours(1);
/// Drawers to count in: few enough for a table, too many for a stranger to close them all.
const DRAWERS_BITS: u32 = 20;

/// What is known of a drawer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Wrong guesses.
    pub wrong: i64,
    /// When the first of them was made.
    pub since: NaiveDateTime,
}

/// The drawer of a code.
pub fn drawer(code: &str) -> i64 {
    let digest = Sha256::digest(code);
    digest.iter().take(4).fold(0, |number, byte| number << 8 | i64::from(*byte)) & ((1 << DRAWERS_BITS) - 1)
}

/// What still counts: after the window a drawer is empty again.
pub fn fresh(known: Known, now: NaiveDateTime) -> Known {
    if known.wrong == 0 || now - known.since >= WINDOW { Known { wrong: 0, since: now } } else { known }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawer_is_empty_again_after_the_window() {
        let first: NaiveDateTime = "2026-05-25T09:00:00".parse().unwrap();
        let known = Known { wrong: 3, since: first };
        assert_eq!(fresh(known, first + WINDOW - TimeDelta::seconds(1)), known);
        assert_eq!(fresh(known, first + WINDOW), Known { wrong: 0, since: first + WINDOW });
        let later = first + TimeDelta::minutes(5);
        assert_eq!(fresh(Known { wrong: 0, since: first }, later), Known { wrong: 0, since: later });
    }

    #[test]
    fn codes_spread_over_the_drawers() {
        let drawers: std::collections::BTreeSet<_> = (0..1_000).map(|n| drawer(&format!("TG-{n}"))).collect();
        assert!(drawers.len() > 990 && drawers.iter().all(|drawer| (0..1 << DRAWERS_BITS).contains(drawer)));
        assert_eq!(drawer("TG-7K4M9-2QX8C-5"), drawer("TG-7K4M9-2QX8C-5"));
    }
}
