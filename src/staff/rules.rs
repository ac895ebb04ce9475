//! How long somebody waits who was wrong: a person hardly notices, a program that guesses gets nowhere, and no stranger
//! keeps the owner of an account out.

use chrono::{NaiveDateTime, TimeDelta};

/// Tries that follow each other as fast as one likes.
const FREE_TRIES: i64 = 8;
/// The first wait, which doubles with every further try ...
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(10);
/// ... up to this: 18 tries in the first hour, six in every other.
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(10);
/// Tries in a row from all networks together that a login is not known from (NIST SP 800-63B 5.2.2: no more than 100).
const TRIES_OF_STRANGERS: i64 = 100;
/// Tries that nobody added to for so long are forgotten.
pub(super) const MEMORY: TimeDelta = TimeDelta::days(1);

/// Tries to sign in, each wrong until it turns out to be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tries {
    /// How many since the last right one.
    pub count: i64,
    /// When the last one was looked at.
    pub last_at: NaiveDateTime,
}

impl Tries {
    /// How many count at a moment.
    pub fn counted(&self, now: NaiveDateTime) -> i64 {
        if now - self.last_at < MEMORY { self.count } else { 0 }
    }

    /// How long whoever comes from the same network has to wait yet.
    pub fn wait(&self, now: NaiveDateTime) -> TimeDelta {
        let over = match self.counted(now).checked_sub(FREE_TRIES) {
            Some(over @ 0..) => u32::try_from(over).unwrap_or(u32::MAX),
            _ => return TimeDelta::zero(),
        };
        let wait = 2_i32.checked_pow(over).and_then(|times| FIRST_WAIT.checked_mul(times)).unwrap_or(LONGEST_WAIT);
        left(self.last_at + wait.min(LONGEST_WAIT), now)
    }

    /// How long everybody has to wait who comes from a network that the login is not known from.
    pub fn wait_of_strangers(&self, now: NaiveDateTime) -> TimeDelta {
        if self.counted(now) < TRIES_OF_STRANGERS { TimeDelta::zero() } else { left(self.last_at + MEMORY, now) }
    }
}

fn left(until: NaiveDateTime, now: NaiveDateTime) -> TimeDelta {
    (until - now).max(TimeDelta::zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> NaiveDateTime {
        chrono::DateTime::from_timestamp(1_795_000_000, 0).expect("a time").naive_utc()
    }

    fn tries(count: i64) -> Tries {
        Tries { count, last_at: noon() }
    }

    #[test]
    fn the_wait_doubles_after_the_free_tries_and_ends_at_ten_minutes() {
        let waits: Vec<_> =
            [0, 1, 7, 8, 9, 10, 13, 14, 15, 1000, i64::MAX].map(|n| tries(n).wait(noon()).num_seconds()).into();
        assert_eq!(waits, [0, 0, 0, 10, 20, 40, 320, 600, 600, 600, 600]);
        assert_eq!(tries(8).wait(noon() + TimeDelta::seconds(9)), TimeDelta::seconds(1));
        assert_eq!(tries(8).wait(noon() + TimeDelta::seconds(10)), TimeDelta::zero());
    }

    #[test]
    fn who_guesses_without_pause_gets_fewer_than_twenty_tries_in_the_first_hour() {
        let (mut now, mut state, mut done) = (noon(), tries(0), 0);
        while now < noon() + TimeDelta::hours(1) {
            done += 1;
            state = Tries { count: state.count + 1, last_at: now };
            now += state.wait(now);
        }
        assert_eq!(done, 18);
    }

    #[test]
    fn a_hundred_tries_of_strangers_are_enough_for_a_day() {
        assert_eq!(tries(99).wait_of_strangers(noon()), TimeDelta::zero());
        assert_eq!(tries(100).wait_of_strangers(noon()), TimeDelta::days(1));
        assert_eq!(tries(100).wait_of_strangers(noon() + TimeDelta::days(1)), TimeDelta::zero());
        assert_eq!(tries(100).counted(noon() + TimeDelta::days(1)), 0);
    }
}
