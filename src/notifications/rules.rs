//! What a message is worth, and what becomes of it after an attempt.

use chrono::{NaiveDateTime, TimeDelta};

use super::gate::ACCOUNT_PAUSE;
use super::transport::Outcome;
use super::{Occasion, State};

/// Attempts before a message is given up: with doubling pauses, about half a day.
const MOST_ATTEMPTS: i32 = 16;
/// The same for a message that a working gateway puts off again and again: about an hour.
const MOST_ATTEMPTS_PUT_OFF: i32 = 8;
/// The longest pause after the first failure.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(30);
/// No pause is longer.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);
/// No pause is shorter: SMSPRO wants a repeat five seconds later at the earliest.
const SHORTEST_PAUSE: TimeDelta = TimeDelta::seconds(5);
/// When a gateway is asked first whether a message arrived.
const FIRST_REPORT: TimeDelta = TimeDelta::minutes(1);
/// No pause between two such questions is longer.
const LAST_REPORT: TimeDelta = TimeDelta::hours(6);
/// A message that has not arrived by then is not asked about any more.
const REPORTS_FOR: TimeDelta = TimeDelta::days(3);
/// Telegram wants no more than one message a second in a chat.
pub const APART_IN_A_CHAT: TimeDelta = TimeDelta::seconds(1);
/// Where Telegram serves for a short message, how long the short one waits for it.
pub const TELEGRAM_FIRST: TimeDelta = TimeDelta::minutes(10);
/// Every second turn of a gateway belongs to what became due within so long: a backlog keeps no news waiting.
pub const FRESH: TimeDelta = TimeDelta::minutes(5);

/// The first to go: a one-time code.
pub const BEST_PRIORITY: i32 = 0;
/// The last to go: a reminder.
pub const WORST_PRIORITY: i32 = 2;

/// Which messages go first: 0 is a one-time code, 1 is news, 2 is a reminder, also of what nobody collected.
pub fn priority(about: Occasion) -> i32 {
    match about {
        Occasion::OneTimeCode => BEST_PRIORITY,
        Occasion::QuoteExpiring | Occasion::StorageReminder | Occasion::Uncollected => WORST_PRIORITY,
        _ => 1,
    }
}

/// How long a message is worth sending, from the moment it may go.
pub fn useful_life(about: Occasion) -> TimeDelta {
    match about {
        Occasion::OneTimeCode => TimeDelta::minutes(10),
        // By then the quote has expired.
        Occasion::QuoteExpiring => TimeDelta::hours(12),
        // It is written a day before the end of free storage at the latest.
        Occasion::StorageReminder => TimeDelta::hours(24),
        _ => TimeDelta::hours(48),
    }
}

/// Whether this turn of a gateway belongs to what became due a moment ago rather than to what waits longest.
pub fn is_turn_of_the_fresh(turns: i64) -> bool {
    turns % 2 == 1
}

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
    /// When to ask the gateway whether it arrived.
    pub report_due_at: Option<NaiveDateTime>,
}

/// Decides; `attempts` counts the one just made, `chance` is anything from 0 to 1. A probe of a gateway that is away does
/// not count against its message: one that waits alone would else be used up by a long outage.
pub fn after(outcome: Outcome, attempts: i32, is_probe: bool, now: NaiveDateTime, chance: f64) -> Mark {
    let mark = |state, next_attempt_at, error| Mark {
        state,
        attempts,
        next_attempt_at,
        error,
        note: None,
        report_due_at: None,
    };
    match outcome {
        Outcome::Accepted { note } => Mark { note, ..mark(State::Sent, now, None) },
        Outcome::Refused { reason } | Outcome::Gone { reason } => mark(State::Failed, now, Some(reason)),
        Outcome::Retry { reason } if is_probe => {
            Mark { attempts: attempts - 1, ..mark(State::Pending, now + pause(attempts, chance), Some(reason)) }
        }
        Outcome::Retry { reason } => match attempts >= MOST_ATTEMPTS {
            true => mark(State::Failed, now, Some(given_up(attempts, &reason))),
            false => mark(State::Pending, now + pause(attempts, chance), Some(reason)),
        },
        Outcome::Later { reason } => match attempts >= MOST_ATTEMPTS_PUT_OFF {
            true => mark(State::Failed, now, Some(given_up(attempts, &reason))),
            false => mark(State::Pending, now + pause(attempts, chance), Some(reason)),
        },
        Outcome::Wait { reason, pause } => {
            Mark { attempts: attempts - 1, ..mark(State::Pending, now + pause, Some(reason)) }
        }
        // The message is fine, so the attempt does not count against it.
        Outcome::Stop { reason } => {
            Mark { attempts: attempts - 1, ..mark(State::Pending, now + ACCOUNT_PAUSE, Some(reason)) }
        }
    }
}

/// A claimed message that is given back untried, because its gateway began to rest meanwhile.
pub fn untried(attempts: i32, until: NaiveDateTime) -> Mark {
    let error = Some("not tried: the gateway rests".to_owned());
    Mark {
        state: State::Pending,
        attempts: attempts - 1,
        next_attempt_at: until,
        error,
        note: None,
        report_due_at: None,
    }
}

/// When the gateway is asked next whether a message arrived: soon at first, then ever more rarely, for three days.
pub fn next_report(sent_at: NaiveDateTime, now: NaiveDateTime) -> Option<NaiveDateTime> {
    let age = now - sent_at;
    (age < REPORTS_FOR).then(|| now + age.clamp(FIRST_REPORT, LAST_REPORT))
}

/// A claimed message that is kept back untried, because its phone was sent enough for a day.
pub fn held(attempts: i32, most: i64, now: NaiveDateTime) -> Mark {
    let error = Some(format!("more than {most} short messages to this phone in a day"));
    Mark { state: State::Held, error, ..untried(attempts, now) }
}

fn given_up(attempts: i32, reason: &str) -> String {
    format!("given up after {attempts} attempts: {reason}")
}

/// Full jitter below a doubling ceiling: those that failed together do not come back together.
fn pause(attempts: i32, chance: f64) -> TimeDelta {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(16);
    let ceiling = FIRST_PAUSE.checked_mul(1 << doublings).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE);
    let above_floor = (ceiling - SHORTEST_PAUSE).num_milliseconds() as f64;
    SHORTEST_PAUSE + TimeDelta::milliseconds((above_floor * chance.clamp(0.0, 1.0)) as i64)
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    use super::*;

    fn now() -> NaiveDateTime {
        chrono::DateTime::UNIX_EPOCH.naive_utc()
    }

    fn retry() -> Outcome {
        Outcome::retry("no answer")
    }

    #[test]
    fn the_longest_pauses_double_up_to_an_hour() {
        let seconds: Vec<_> = (1..=9).map(|attempts| pause(attempts, 1.0).num_seconds()).collect();
        assert_eq!(seconds, [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(pause(i32::MAX, 1.0), LONGEST_PAUSE);
        assert_eq!((pause(1, 0.0), pause(9, 0.0)), (SHORTEST_PAUSE, SHORTEST_PAUSE));
    }

    #[test]
    fn those_that_failed_together_do_not_come_back_together() {
        let mut rng = StdRng::seed_from_u64(7);
        // Later pauses are so long that a second holds one or two, or by chance some more.
        for attempts in 1..=3 {
            let mut seconds = [0_usize; 121];
            for _ in 0..1000 {
                let pause = pause(attempts, rng.random());
                seconds[usize::try_from(pause.num_seconds()).unwrap()] += 1;
            }
            let ceiling = usize::try_from(pause(attempts, 1.0).num_seconds()).unwrap();
            let most = 3 * 1000 / (ceiling - 5);
            assert!(seconds.iter().all(|count| *count <= most), "attempt {attempts}: {seconds:?}");
        }
    }

    #[test]
    fn a_gateway_that_is_away_is_asked_again_until_it_makes_no_sense() {
        assert_eq!(after(retry(), 1, false, now(), 0.5).state, State::Pending);
        assert_eq!(after(retry(), MOST_ATTEMPTS, false, now(), 0.5).state, State::Failed);
        let probe = after(retry(), MOST_ATTEMPTS, true, now(), 0.5);
        assert_eq!((probe.state, probe.attempts), (State::Pending, MOST_ATTEMPTS - 1), "a probe uses nothing up");
    }

    #[test]
    fn a_gateway_that_puts_a_message_off_is_believed_for_an_hour() {
        let later = || Outcome::later("not now");
        assert_eq!(after(later(), 1, false, now(), 0.5).state, State::Pending);
        assert_eq!(after(later(), MOST_ATTEMPTS_PUT_OFF, false, now(), 0.5).state, State::Failed);
    }

    #[test]
    fn whether_it_arrived_is_asked_ever_more_rarely_and_not_for_ever() {
        let (mut at, mut asked) = (now(), Vec::new());
        while let Some(next) = next_report(now(), at) {
            asked.push((next - at).num_minutes());
            at = next;
        }
        assert_eq!(asked[..10], [1, 1, 2, 4, 8, 16, 32, 64, 128, 256]);
        assert_eq!((asked[10], asked.len()), (360, 21));
    }

    #[test]
    fn a_pause_that_a_gateway_asks_for_uses_nothing_up() {
        let pause = TimeDelta::seconds(17);
        let mark = after(Outcome::Wait { reason: "too many".to_owned(), pause }, MOST_ATTEMPTS, false, now(), 0.5);
        assert_eq!((mark.state, mark.attempts), (State::Pending, MOST_ATTEMPTS - 1));
        assert_eq!(mark.next_attempt_at, now() + pause);
    }

    #[test]
    fn our_own_fault_keeps_the_message() {
        let mark = after(Outcome::stop("wrong password"), MOST_ATTEMPTS, false, now(), 0.5);
        assert_eq!(mark.state, State::Pending);
        assert_eq!(mark.attempts, MOST_ATTEMPTS - 1, "a rest of the channel does not use a message up");
        assert_eq!(mark.next_attempt_at, now() + ACCOUNT_PAUSE);
    }
}
