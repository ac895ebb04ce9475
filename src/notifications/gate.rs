//! A gateway as every worker of every process sees it: how fast it may be asked, and whether it is asked at all.
//! Values in, values out; the row of the `gates` table is locked while they change.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use super::transport::Outcome;

/// Failures in a row after which a gateway is left alone.
const MOST_FAILURES: i32 = 5;
/// A gateway that failed is asked once in so long.
pub const PROBE_PAUSE: TimeDelta = TimeDelta::seconds(30);
/// How long a channel rests when our account or settings are at fault; a person has to act.
pub const ACCOUNT_PAUSE: TimeDelta = TimeDelta::minutes(5);

/// How fast a gateway may be asked, by its contract.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Between two messages.
    interval: TimeDelta,
    /// Messages that may go at once after a pause.
    burst: usize,
}

impl Pace {
    /// So many messages in any second, wherever the second begins; 0 is no limit. The gateway counts, and a message
    /// leaves a little later than it was let through: so what the contract gives for a second is spread over a twentieth
    /// more. A few may go at once, so that a worker who looks up late loses nothing, and by as many the steady pace is
    /// slower.
    pub fn per_second(contract: u32) -> Self {
        let burst = if contract < 10 { 1 } else { 2 + contract / 40 };
        let steady = i64::from(contract.saturating_sub(burst - 1));
        match steady {
            0 => Self { interval: TimeDelta::zero(), burst: usize::MAX },
            // Rounded up: a microsecond too slow rather than a message too many.
            _ => Self { interval: TimeDelta::microseconds((1_050_000 + steady - 1) / steady), burst: burst as usize },
        }
    }

    /// How many a worker takes at once. Where the pace is limited the next one leaves when the first was answered, which
    /// may be when it is not its turn any more.
    pub fn batch(self) -> usize {
        if self.interval.is_zero() { 5 } else { 1 }
    }
}

/// What is known of a gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// Failures since it last answered.
    pub failures: i32,
    /// Until when it is left alone; when that moment is past, one message probes it.
    pub rests_until: Option<NaiveDateTime>,
    /// When the next message would go if none might go early.
    pub next_slot_at: NaiveDateTime,
    /// How often messages were taken to it.
    pub turns: i64,
    /// The day in Bishkek that parts were last counted on.
    pub day: NaiveDate,
    /// Parts of messages that went on that day.
    pub day_parts: i64,
}

impl Gate {
    /// How many messages may go now.
    pub fn permits(&self, pace: Pace, now: NaiveDateTime) -> usize {
        let most = match self.rests_until {
            Some(until) if until > now => 0,
            Some(_) => 1,
            None => usize::MAX,
        };
        most.min(self.slots(pace, now))
    }

    fn slots(&self, pace: Pace, now: NaiveDateTime) -> usize {
        let interval_us = pace.interval.num_microseconds().unwrap_or(i64::MAX);
        let ahead_us = (self.next_slot_at - now).num_microseconds().unwrap_or(i64::MAX).max(0);
        if interval_us == 0 {
            return pace.burst;
        }
        let taken = usize::try_from((ahead_us + interval_us - 1) / interval_us).unwrap_or(usize::MAX);
        pace.burst.saturating_sub(taken)
    }

    /// So many messages go now. A probe closes the gate behind itself, so that nobody else probes meanwhile.
    pub fn enter(&mut self, count: usize, pace: Pace, now: NaiveDateTime) {
        self.turns += 1;
        if self.rests_until.is_some() {
            self.rests_until = Some(now + PROBE_PAUSE);
        }
        let count = i32::try_from(count).unwrap_or(i32::MAX);
        self.next_slot_at = self.next_slot_at.max(now) + pace.interval * count;
    }

    /// Parts that went on a day.
    pub fn parts_on(&self, day: NaiveDate) -> i64 {
        if self.day == day { self.day_parts } else { 0 }
    }

    /// So many parts go.
    pub fn count_parts(&mut self, parts: i64, day: NaiveDate) {
        self.day_parts = self.parts_on(day) + parts;
        self.day = day;
    }

    /// Whether an outcome would leave it as it is, which spares a lock for each message on a good day.
    pub fn is_indifferent_to(&self, outcome: &Outcome) -> bool {
        let is_calm = self.failures == 0 && self.rests_until.is_none();
        let says_nothing_of_the_gateway = matches!(
            outcome,
            Outcome::Accepted { .. } | Outcome::Later { .. } | Outcome::Refused { .. } | Outcome::Gone { .. }
        );
        is_calm && says_nothing_of_the_gateway
    }

    /// Learns from an attempt.
    pub fn hear(&mut self, outcome: &Outcome, now: NaiveDateTime) {
        match outcome {
            Outcome::Accepted { .. } | Outcome::Later { .. } | Outcome::Gone { .. } => {
                self.failures = 0;
                self.rests_until = None;
            }
            // Perhaps we refused it ourselves, without asking: that proves nothing, so the next one may probe at once.
            Outcome::Refused { .. } => self.rests_until = self.rests_until.map(|_| now),
            Outcome::Retry { .. } => {
                self.failures = self.failures.saturating_add(1);
                if self.failures >= MOST_FAILURES || self.rests_until.is_some() {
                    self.rests_until = Some(now + PROBE_PAUSE);
                }
            }
            Outcome::Wait { pause, .. } => self.rests_until = Some(now + *pause),
            Outcome::Stop { .. } => self.rests_until = Some(now + ACCOUNT_PAUSE),
        }
    }

    /// How long nothing can change: until it may be asked again.
    pub fn pause(&self, pace: Pace, now: NaiveDateTime) -> TimeDelta {
        let rest = self.rests_until.map_or(TimeDelta::zero(), |until| until - now);
        let slots_early = i32::try_from(pace.burst.saturating_sub(1)).unwrap_or(i32::MAX);
        let slot = self.next_slot_at - now - pace.interval * slots_early;
        rest.max(slot).max(TimeDelta::zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> NaiveDateTime {
        chrono::DateTime::UNIX_EPOCH.naive_utc()
    }

    fn gate() -> Gate {
        let (next_slot_at, day) = (start(), start().date());
        Gate { failures: 0, rests_until: None, next_slot_at, turns: 0, day, day_parts: 0 }
    }

    fn retry() -> Outcome {
        Outcome::retry("no answer")
    }

    #[test]
    fn no_second_holds_more_than_the_contract_allows() {
        for contract in [1, 2, 9, 10, 25, 50, 300] {
            let (pace, mut gate) = (Pace::per_second(contract), gate());
            let mut went: Vec<i64> = Vec::new();
            // An hour of rest, then a greedy worker that asks every three milliseconds.
            for at_ms in (3_600_000..3_610_000).step_by(3) {
                let now = start() + TimeDelta::milliseconds(at_ms);
                let count = gate.permits(pace, now);
                gate.enter(count, pace, now);
                went.extend(std::iter::repeat_n(at_ms, count));
            }
            for (first, at_ms) in went.iter().enumerate() {
                let within = went[first..].iter().take_while(|other| **other < at_ms + 1050).count();
                assert!(within <= contract as usize, "{within} in a second of {contract}");
            }
            assert!(went.len() * 10 >= contract as usize * 80, "{} in ten seconds of {contract}", went.len());
        }
    }

    #[test]
    fn a_new_day_begins_with_nothing_spent() {
        let (mut gate, today) = (gate(), start().date());
        gate.count_parts(2, today);
        gate.count_parts(3, today);
        assert_eq!((gate.parts_on(today), gate.parts_on(today + TimeDelta::days(1))), (5, 0));
        gate.count_parts(1, today + TimeDelta::days(1));
        assert_eq!((gate.parts_on(today), gate.parts_on(today + TimeDelta::days(1))), (0, 1));
    }

    #[test]
    fn without_a_limit_everything_may_go_at_once() {
        let (pace, mut gate) = (Pace::per_second(0), gate());
        assert_eq!(gate.permits(pace, start()), usize::MAX);
        gate.enter(1_000_000, pace, start());
        assert_eq!((gate.permits(pace, start()), gate.pause(pace, start())), (usize::MAX, TimeDelta::zero()));
    }

    #[test]
    fn a_gateway_that_fails_is_probed_by_one_message_each_half_minute() {
        let (pace, mut gate, now) = (Pace::per_second(50), gate(), start());
        for _ in 1..MOST_FAILURES {
            gate.hear(&retry(), now);
            assert!(gate.permits(pace, now) > 1);
        }
        gate.hear(&retry(), now);
        assert_eq!((gate.permits(pace, now), gate.pause(pace, now)), (0, PROBE_PAUSE));
        let later = now + PROBE_PAUSE;
        assert_eq!(gate.permits(pace, later), 1);
        gate.enter(1, pace, later);
        assert_eq!(gate.permits(pace, later + TimeDelta::seconds(29)), 0, "somebody probes already");
        gate.hear(&retry(), later + TimeDelta::seconds(15));
        assert_eq!(gate.permits(pace, later + TimeDelta::seconds(44)), 0);
        assert_eq!(gate.permits(pace, later + TimeDelta::seconds(45)), 1);
        gate.hear(&Outcome::Accepted { note: None }, later);
        assert!(gate.permits(pace, later + TimeDelta::seconds(1)) > 1);
    }

    #[test]
    fn a_message_that_is_refused_proves_nothing_about_a_gateway_that_rests() {
        let (pace, mut gate, now) = (Pace::per_second(50), gate(), start());
        gate.rests_until = Some(now);
        gate.enter(1, pace, now);
        gate.hear(&Outcome::refused("not a phone"), now);
        assert_eq!(gate.permits(pace, now), 1);
    }

    #[test]
    fn a_gateway_that_asks_for_a_pause_gets_it() {
        let (pace, mut gate, now) = (Pace::per_second(25), gate(), start());
        let outcome = Outcome::Wait { reason: "too many".to_owned(), pause: TimeDelta::seconds(17) };
        assert!(!gate.is_indifferent_to(&outcome));
        gate.hear(&outcome, now);
        assert_eq!((gate.permits(pace, now), gate.pause(pace, now)), (0, TimeDelta::seconds(17)));
        assert_eq!(gate.permits(pace, now + TimeDelta::seconds(17)), 1);
    }

    #[test]
    fn our_own_fault_closes_the_gate_for_longer() {
        let (pace, mut gate, now) = (Pace::per_second(50), gate(), start());
        gate.hear(&Outcome::stop("wrong password"), now);
        assert_eq!(gate.pause(pace, now), ACCOUNT_PAUSE);
        assert_eq!(gate.permits(pace, now + ACCOUNT_PAUSE), 1);
    }
}
