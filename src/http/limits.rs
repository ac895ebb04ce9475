//! How often somebody may call: one number for each caller, in a memory that cannot grow.

use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actix_web::http::StatusCode;
use ipnet::IpNet;
use lru::LruCache;

use super::address::{Caller, ClientAddress};
use crate::clock::Clock;
use crate::config::{Config, Pace};
use crate::error::{Problem, Result, Slug};
use crate::ids::{Actor, StaffId};

/// What a route counts of callers who are no staff.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Limit {
    /// Nothing.
    #[default]
    Free,
    /// Look-ups that find nothing, so that an office of customers behind one address is not hurt.
    LookUp,
    /// Sign-ins that are refused.
    SignIn,
    /// Every call.
    Write,
    /// Every call of a company outside.
    Callback,
}

/// All limits of a running service.
pub struct Limits {
    /// Networks of our own proxies.
    pub proxies: Vec<IpNet>,
    clock: Clock,
    misses: Meter<Caller>,
    all_misses: Meter<()>,
    misses_in_a_storm: Meter<Caller>,
    failures: Meter<Caller>,
    writes: Meter<Caller>,
    callbacks: Meter<Caller>,
    staff: Meter<StaffId>,
}

impl Limits {
    /// As the settings say.
    pub fn new(config: &Config, proxies: Vec<IpNet>, clock: Clock) -> Self {
        let limits = &config.limits;
        let meter = |pace| Meter::new(pace, limits.remembered);
        Self {
            proxies,
            clock,
            misses: meter(limits.lookup_misses),
            all_misses: Meter::new(limits.all_lookup_misses, 1),
            misses_in_a_storm: meter(limits.lookup_misses_in_a_storm),
            failures: meter(limits.sign_in_failures),
            writes: meter(limits.public_writes),
            callbacks: meter(limits.callbacks),
            staff: Meter::new(limits.staff, limits.remembered),
        }
    }

    /// Lets a call in, or tells when to come again.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn enter(&self, limit: Limit, actor: &Actor, from: ClientAddress) -> Result<()> {
        let (now, caller) = (self.clock.running(), Caller::from(from.0));
        let wait = match (actor, limit) {
            (Actor::Staff { id, .. }, _) => self.staff.take(id, now),
            (_, Limit::Free) => None,
            (_, Limit::LookUp) => self.wait_to_look_up(&caller, now),
            (_, Limit::SignIn) => self.failures.wait(&caller, now),
            (_, Limit::Write) => self.writes.take(&caller, now),
            (_, Limit::Callback) => self.callbacks.take(&caller, now),
        };
        match wait {
            None => Ok(()),
            Some(wait) => {
                metrics::counter!("http_limited_total", "limit" => format!("{limit:?}").to_lowercase()).increment(1);
                too_often(wait).fail()
            }
        }
    }

    /// While all together find too little, each address has but few tries; those who find what they look for, all.
    fn wait_to_look_up(&self, caller: &Caller, now: Duration) -> Option<Duration> {
        let is_storm = self.all_misses.wait(&(), now).is_some();
        let in_a_storm = || self.misses_in_a_storm.wait(caller, now).filter(|_| is_storm);
        self.misses.wait(caller, now).or_else(in_a_storm)
    }

    /// Counts what came of a call, where that is what counts.
    pub fn leave(&self, limit: Limit, actor: &Actor, from: ClientAddress, status: StatusCode) {
        let is_miss = matches!(status.as_u16(), 400 | 401 | 403 | 404);
        if actor.is_staff() || !is_miss {
            return;
        }
        let (now, caller) = (self.clock.running(), Caller::from(from.0));
        match limit {
            Limit::LookUp => {
                self.misses.charge(&caller, now);
                self.all_misses.charge(&(), now);
                self.misses_in_a_storm.charge(&caller, now);
            }
            Limit::SignIn => self.failures.charge(&caller, now),
            Limit::Free | Limit::Write | Limit::Callback => {}
        }
    }
}

/// The refusal of somebody who may come again after a while.
pub fn too_often(wait: Duration) -> Problem {
    let seconds = wait.as_secs() + 1;
    Problem::new(Slug::RateLimited, format!("That was too often. Wait {seconds} seconds and try again."))
        .with("retry_after", seconds)
}

/// A leaky bucket for each key (GCRA): the one number kept is when the bucket will be empty. A key that is not known has an
/// empty bucket.
struct Meter<K: Hash + Eq> {
    /// How long one call takes to leak out; none: no limit.
    each: Option<Duration>,
    /// How full a bucket may be before the next call, in time.
    depth: Duration,
    remembered: usize,
    empty_at: Mutex<LruCache<K, Duration>>,
}

impl<K: Hash + Eq + Clone> Meter<K> {
    fn new(pace: Pace, remembered: usize) -> Self {
        let each = Duration::from_secs(60) / pace.per_minute.max(1);
        Self {
            each: (pace.burst > 0).then_some(each),
            depth: each * pace.burst.saturating_sub(1),
            remembered,
            // Not made for so many keys beforehand: most services see few.
            empty_at: Mutex::new(LruCache::unbounded()),
        }
    }

    /// How long until another call would be let in; none: now.
    fn wait(&self, key: &K, now: Duration) -> Option<Duration> {
        self.each?;
        let mut buckets = self.empty_at.lock().unwrap_or_else(PoisonError::into_inner);
        let empty_at = *buckets.get(key)?;
        empty_at.checked_sub(now + self.depth).filter(|wait| !wait.is_zero())
    }

    /// Counts a call. Those that were under way together may overfill a bucket, by another depth at most.
    fn charge(&self, key: &K, now: Duration) {
        let Some(each) = self.each else { return };
        let mut buckets = self.empty_at.lock().unwrap_or_else(PoisonError::into_inner);
        let before = buckets.get(key).copied().unwrap_or_default().max(now);
        buckets.put(key.clone(), (before + each).min(now + self.depth * 2 + each));
        if buckets.len() > self.remembered {
            buckets.pop_lru();
        }
    }

    /// Counts a call that is let in, or tells how long to wait.
    fn take(&self, key: &K, now: Duration) -> Option<Duration> {
        let wait = self.wait(key, now);
        if wait.is_none() {
            self.charge(key, now);
        }
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Duration = Duration::from_secs(1_000_000);

    fn meter(burst: u32, per_minute: u32, remembered: usize) -> Meter<u64> {
        Meter::new(Pace { burst, per_minute }, remembered)
    }

    fn taken(meter: &Meter<u64>, key: u64, now: Duration, tries: u32) -> usize {
        (0..tries).filter(|_| meter.take(&key, now).is_none()).count()
    }

    #[test]
    fn a_burst_and_then_a_steady_pace() {
        let meter = meter(30, 10, 10);
        assert_eq!(taken(&meter, 1, START, 1_000), 30);
        assert_eq!(meter.wait(&1, START), Some(Duration::from_secs(6)));
        assert_eq!(taken(&meter, 1, START + Duration::from_secs(6), 1_000), 1);
        assert_eq!(taken(&meter, 1, START + Duration::from_secs(60), 1_000), 9);
        assert_eq!(taken(&meter, 1, START + Duration::from_secs(3_600), 1_000), 30);
        assert_eq!(taken(&meter, 2, START, 1_000), 30, "another key has its own");
    }

    #[test]
    fn ten_thousand_tries_a_minute_get_the_burst_and_the_pace() {
        let meter = meter(30, 10, 10);
        let step = Duration::from_millis(6);
        let let_in = (0..10_000).filter(|n| meter.take(&1, START + step * *n).is_none()).count();
        assert_eq!(let_in, 39);
    }

    #[test]
    fn what_was_under_way_together_is_paid_later_but_not_for_ever() {
        let meter = meter(3, 60, 10);
        for _ in 0..1_000 {
            meter.charge(&1, START);
        }
        assert_eq!(meter.wait(&1, START), Some(Duration::from_secs(3)));
        assert_eq!(meter.wait(&1, START + Duration::from_secs(3)), None);
    }

    #[test]
    fn no_burst_is_no_limit() {
        let meter = meter(0, 0, 10);
        assert_eq!(taken(&meter, 1, START, 10_000), 10_000);
        assert!(meter.empty_at.lock().unwrap().is_empty());
    }

    #[test]
    fn a_million_addresses_take_no_more_room_than_was_given() {
        let meter = meter(30, 10, 4_096);
        for key in 0..1_000_000 {
            meter.charge(&key, START);
        }
        assert_eq!(meter.empty_at.lock().unwrap().len(), 4_096);
    }
}
