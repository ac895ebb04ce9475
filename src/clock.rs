//! The only place that asks what time it is.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, NaiveDateTime, SubsecRound, TimeDelta, Utc};

/// Real time, or a time that a test holds.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The system's.
    System,
    /// Stands still until moved.
    Held(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// A clock that stands at `instant`.
    pub fn held(instant: DateTime<Utc>) -> Self {
        Clock::Held(Arc::new(Mutex::new(instant)))
    }

    /// Now, UTC, in the microseconds that both databases keep.
    pub fn now(&self) -> NaiveDateTime {
        let now = match self {
            Clock::System => Utc::now(),
            Clock::Held(instant) => *instant.lock().unwrap_or_else(PoisonError::into_inner),
        };
        now.naive_utc().trunc_subsecs(6)
    }

    /// How long something has been going on, from a beginning that means nothing: for what must not jump when the
    /// system's time is corrected.
    pub fn running(&self) -> Duration {
        static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);
        match self {
            Clock::System => BEGINNING.elapsed(),
            Clock::Held(instant) => {
                let held = *instant.lock().unwrap_or_else(PoisonError::into_inner);
                (held - DateTime::UNIX_EPOCH).to_std().unwrap_or_default()
            }
        }
    }

    /// Moves a held clock; real time moves by itself.
    pub fn advance(&self, by: TimeDelta) {
        if let Clock::Held(instant) = self {
            *instant.lock().unwrap_or_else(PoisonError::into_inner) += by;
        }
    }
}

/// Kyrgyzstan keeps UTC+6 all year; it gave up summer time in August 2005 (IANA tz database, `Asia/Bishkek`).
pub const BISHKEK_OFFSET: TimeDelta = TimeDelta::hours(6);

/// The calendar day in Bishkek at a UTC instant.
pub fn bishkek_day(at: NaiveDateTime) -> NaiveDate {
    (at + BISHKEK_OFFSET).date()
}
