//! What becomes of a message after an attempt.

use chrono::{NaiveDateTime, TimeDelta};

use super::State;
use super::transport::Outcome;

/// Attempts before a message is given up: with doubling pauses, about half a day.
const MOST_ATTEMPTS: i32 = 16;
/// Pause after the first failure.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(30);
/// No pause is longer.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);
/// How long a channel rests when our account or settings are at fault; a person has to act.
const CHANNEL_REST: TimeDelta = TimeDelta::minutes(5);

/// What to write to the outbox after an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The new state.
    pub state: State,
    /// Attempts that count so far.
    pub attempts: i32,
    /// When to try again, if it is to be tried.
    pub next_attempt_at: NaiveDateTime,
    /// Why it did not go.
    pub error: Option<String>,
    /// What the gateway said.
    pub note: Option<String>,
    /// Whether the channel should rest.
    pub is_channel_at_fault: bool,
}

/// Decides; `attempts` counts the one just made.
pub fn after(outcome: Outcome, attempts: i32, now: NaiveDateTime) -> Mark {
    let mark = |state, next_attempt_at, error| Mark {
        state,
        attempts,
        next_attempt_at,
        error,
        note: None,
        is_channel_at_fault: false,
    };
    match outcome {
        Outcome::Accepted { note } => Mark { note, ..mark(State::Sent, now, None) },
        Outcome::Refused { reason } => mark(State::Failed, now, Some(reason)),
        Outcome::Retry { reason } if attempts >= MOST_ATTEMPTS => {
            mark(State::Failed, now, Some(format!("given up after {attempts} attempts: {reason}")))
        }
        Outcome::Retry { reason } => mark(State::Pending, now + pause(attempts), Some(reason)),
        // The message is fine, so the attempt does not count against it.
        Outcome::Stop { reason } => Mark {
            is_channel_at_fault: true,
            attempts: attempts - 1,
            ..mark(State::Pending, now + CHANNEL_REST, Some(reason))
        },
    }
}

fn pause(attempts: i32) -> TimeDelta {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(16);
    FIRST_PAUSE.checked_mul(1 << doublings).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> NaiveDateTime {
        chrono::DateTime::UNIX_EPOCH.naive_utc()
    }

    #[test]
    fn pauses_double_up_to_an_hour() {
        let seconds: Vec<_> = (1..=9).map(|attempts| pause(attempts).num_seconds()).collect();
        assert_eq!(seconds, [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(pause(i32::MAX), LONGEST_PAUSE);
    }

    #[test]
    fn a_gateway_that_is_away_is_asked_again_until_it_makes_no_sense() {
        let retry = || Outcome::Retry { reason: "no answer".to_owned() };
        assert_eq!(after(retry(), 1, now()).state, State::Pending);
        assert_eq!(after(retry(), MOST_ATTEMPTS, now()).state, State::Failed);
    }

    #[test]
    fn our_own_fault_rests_the_channel_and_keeps_the_message() {
        let mark = after(Outcome::Stop { reason: "wrong password".to_owned() }, MOST_ATTEMPTS, now());
        assert_eq!((mark.state, mark.is_channel_at_fault), (State::Pending, true));
        assert_eq!(mark.attempts, MOST_ATTEMPTS - 1, "a rest of the channel does not use a message up");
        assert_eq!(mark.next_attempt_at, now() + CHANNEL_REST);
    }
}
