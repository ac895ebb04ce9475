//! Quiet hours in Bishkek: a phone that buzzes at night is no service.

use chrono::{NaiveDateTime, TimeDelta, Timelike};

use crate::clock::BISHKEK_OFFSET;
use crate::config::Messages;

/// When nothing but one-time codes goes.
#[derive(Clone, Copy, Debug)]
pub struct Quiet {
    from_hour: u32,
    until_hour: u32,
}

impl Quiet {
    /// The firm's.
    pub fn of(messages: &Messages) -> Self {
        Self { from_hour: messages.quiet_from_hour, until_hour: messages.quiet_until_hour }
    }

    /// Whether this moment is quiet.
    pub fn is_at(self, now: NaiveDateTime) -> bool {
        let hour = (now + BISHKEK_OFFSET).hour();
        match self.from_hour <= self.until_hour {
            true => (self.from_hour..self.until_hour).contains(&hour),
            false => hour >= self.from_hour || hour < self.until_hour,
        }
    }

    /// The first moment from now on that is not quiet.
    pub fn opens_at(self, now: NaiveDateTime) -> NaiveDateTime {
        if !self.is_at(now) {
            return now;
        }
        let local = now + BISHKEK_OFFSET;
        let midnight = local - (local.time() - chrono::NaiveTime::MIN);
        let opening = midnight + TimeDelta::hours(i64::from(self.until_hour));
        let opening = if opening > local { opening } else { opening + TimeDelta::days(1) };
        opening - BISHKEK_OFFSET
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> NaiveDateTime {
        format!("2026-05-25T{time}Z").parse::<chrono::DateTime<chrono::Utc>>().unwrap().naive_utc()
    }

    #[test]
    fn the_night_of_bishkek_is_quiet() {
        let night = Quiet { from_hour: 20, until_hour: 9 };
        // 19:59 and 20:00, 08:59 and 09:00 in Bishkek.
        for (now, opens) in [
            ("13:59:59", at("13:59:59")),
            ("14:00:00", at("03:00:00") + TimeDelta::days(1)),
            ("18:30:00", at("03:00:00") + TimeDelta::days(1)),
            ("02:59:59", at("03:00:00")),
            ("03:00:00", at("03:00:00")),
        ] {
            assert_eq!(night.opens_at(at(now)), opens, "{now}");
            assert_eq!(night.is_at(at(now)), opens != at(now), "{now}");
        }
    }

    #[test]
    fn a_nap_and_no_quiet_hours_at_all() {
        let nap = Quiet { from_hour: 13, until_hour: 14 };
        assert_eq!(nap.opens_at(at("07:30:00")), at("08:00:00"));
        assert!(!nap.is_at(at("08:00:00")));
        let never = Quiet { from_hour: 9, until_hour: 9 };
        assert!((0..24).all(|hour| !never.is_at(at("00:00:00") + TimeDelta::hours(hour))));
    }
}
