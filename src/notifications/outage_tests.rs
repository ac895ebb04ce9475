//! Days of bad gateways in seconds: the rules of the gate and of the outbox, played by a model of the workers on virtual
//! time. What the model does in memory, `db::claim_due` does in SQL.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use chrono::{NaiveDateTime, TimeDelta};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::State;
use super::gate::{Gate, PROBE_PAUSE, Pace};
use super::rules;
use super::transport::Outcome;

const WORKERS: usize = 4;
const LIFE: TimeDelta = TimeDelta::hours(48);

type Instant = NaiveDateTime;

fn at(seconds: i64) -> Instant {
    chrono::DateTime::UNIX_EPOCH.naive_utc() + TimeDelta::seconds(seconds)
}

struct Letter {
    phone: usize,
    priority: i32,
    due_at: Instant,
    next_attempt_at: Instant,
    attempts: i32,
    state: State,
    sent_at: Option<Instant>,
}

/// A gateway that is away: it refuses connections at once, or keeps everybody waiting for fifteen seconds.
struct Outage {
    from: Instant,
    until: Instant,
    hangs: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Happening {
    Written(usize),
    Answered(usize),
}

struct World {
    rng: StdRng,
    pace: Pace,
    gate: Gate,
    has_breaker: bool,
    outages: Vec<Outage>,
    letters: Vec<Letter>,
    by_phone: BTreeMap<usize, Vec<usize>>,
    /// Letters that no earlier one to the same phone holds back.
    ready: BTreeSet<(i32, Instant, usize)>,
    /// Letters that wait, by the moment they became due.
    fresh: BTreeSet<(Instant, usize)>,
    /// What each worker has claimed, the one it is sending first.
    hands: Vec<Vec<usize>>,
    /// Whether what a worker holds is a probe.
    probes: Vec<bool>,
    /// When each attempt began, and whether the gateway was away.
    attempts: Vec<(Instant, bool)>,
    queue: BinaryHeap<Reverse<(Instant, Happening)>>,
    /// When each idle worker looks up.
    idle: BinaryHeap<Reverse<(Instant, usize)>>,
}

impl World {
    fn new(seed: u64, contract: u32) -> Self {
        Self {
            rng: StdRng::seed_from_u64(seed),
            pace: Pace::per_second(contract),
            gate: Gate {
                failures: 0,
                rests_until: None,
                next_slot_at: at(0),
                turns: 0,
                day: at(0).date(),
                day_parts: 0,
            },
            has_breaker: true,
            outages: Vec::new(),
            letters: Vec::new(),
            by_phone: BTreeMap::new(),
            ready: BTreeSet::new(),
            fresh: BTreeSet::new(),
            hands: vec![Vec::new(); WORKERS],
            probes: vec![false; WORKERS],
            attempts: Vec::new(),
            queue: BinaryHeap::new(),
            idle: (0..WORKERS).map(|worker| Reverse((at(0), worker))).collect(),
        }
    }

    /// Letters are added in the order of their writing, which is the order of their identifiers.
    fn write(&mut self, phone: usize, priority: i32, due_at: Instant) {
        let id = self.letters.len();
        let state = State::Waiting;
        self.letters.push(Letter {
            phone,
            priority,
            due_at,
            next_attempt_at: due_at,
            attempts: 0,
            state,
            sent_at: None,
        });
        self.by_phone.entry(phone).or_default().push(id);
        self.queue.push(Reverse((due_at, Happening::Written(id))));
    }

    fn outage(&mut self, from: i64, until: i64, hangs: bool) {
        self.outages.push(Outage { from: at(from), until: at(until), hangs });
    }

    fn away(&self, now: Instant) -> Option<&Outage> {
        self.outages.iter().find(|outage| outage.from <= now && now < outage.until)
    }

    /// Finds out anew which letters to a phone may go.
    fn sort(&mut self, phone: usize) {
        let letters = &self.by_phone[&phone];
        for (place, id) in letters.iter().enumerate() {
            let letter = &self.letters[*id];
            let is_unsent = |before: &Letter| matches!(before.state, State::Pending | State::Sending);
            let is_held_back = letters[..place]
                .iter()
                .map(|before| &self.letters[*before])
                .any(|before| is_unsent(before) && before.priority <= letter.priority);
            if letter.state == State::Pending && !is_held_back {
                self.ready.insert((letter.priority, letter.next_attempt_at, *id));
            }
        }
    }

    fn due(&self, now: Instant) -> impl Iterator<Item = usize> + '_ {
        let of = move |priority| self.ready.range((priority, at(-1), 0)..=(priority, now, usize::MAX));
        (0..=rules::WORST_PRIORITY).flat_map(of).map(|(_, _, id)| *id)
    }

    fn claim(&mut self, now: Instant) -> Vec<usize> {
        let permitted = self.gate.permits(self.pace, now).min(self.pace.batch());
        let mut claimed = Vec::new();
        if permitted > 0 && rules::is_turn_of_the_fresh(self.gate.turns) {
            let young = self.fresh.range((now - rules::FRESH, usize::MAX)..).map(|(_, id)| *id).take(64);
            let phones: BTreeSet<_> = young.map(|id| self.letters[id].phone).collect();
            let mut of_phones: Vec<_> = phones
                .iter()
                .flat_map(|phone| &self.by_phone[phone])
                .map(|id| (self.letters[*id].priority, self.letters[*id].next_attempt_at, *id))
                .filter(|key| key.1 <= now && self.ready.contains(key))
                .collect();
            of_phones.sort_unstable();
            claimed = of_phones.into_iter().map(|(_, _, id)| id).take(permitted).collect();
        }
        if claimed.is_empty() {
            claimed = self.due(now).take(permitted).collect();
        }
        for id in &claimed {
            let letter = &mut self.letters[*id];
            self.ready.remove(&(letter.priority, letter.next_attempt_at, *id));
            self.fresh.remove(&(letter.due_at, *id));
            letter.state = State::Sending;
            letter.attempts += 1;
        }
        if !claimed.is_empty() {
            self.gate.enter(claimed.len(), self.pace, now);
        }
        claimed
    }

    fn begin(&mut self, worker: usize, now: Instant) {
        let took = match self.away(now) {
            Some(outage) if outage.hangs => TimeDelta::seconds(15),
            Some(_) => TimeDelta::milliseconds(3),
            None => TimeDelta::milliseconds(self.rng.random_range(20..80)),
        };
        self.attempts.push((now, self.away(now).is_some()));
        self.queue.push(Reverse((now + took, Happening::Answered(worker))));
    }

    fn answered(&mut self, worker: usize, now: Instant) {
        let id = self.hands[worker].remove(0);
        let is_bad_number = self.letters[id].phone.is_multiple_of(100);
        let outcome = match self.away(now) {
            Some(_) => Outcome::retry("no answer"),
            None if is_bad_number => Outcome::refused("no such number"),
            None => Outcome::Accepted { note: None },
        };
        if self.has_breaker {
            self.gate.hear(&outcome, now);
        }
        let (attempts, is_probe) = (self.letters[id].attempts, self.probes[worker]);
        let mark = rules::after(outcome, attempts, is_probe, now, self.rng.random());
        self.put_down(id, mark, now);
        // The rest of a batch is not tried against a gateway that began to rest.
        let rests = self.gate.rests_until.filter(|until| *until > now);
        if let Some(until) = rests {
            for id in std::mem::take(&mut self.hands[worker]) {
                let mark = rules::untried(self.letters[id].attempts, until);
                self.put_down(id, mark, now);
            }
        }
        match self.hands[worker].is_empty() {
            true => self.idle.push(Reverse((now, worker))),
            false => self.begin(worker, now),
        }
    }

    fn put_down(&mut self, id: usize, mark: rules::Mark, now: Instant) {
        let letter = &mut self.letters[id];
        (letter.state, letter.attempts, letter.next_attempt_at) = (mark.state, mark.attempts, mark.next_attempt_at);
        letter.sent_at = (mark.state == State::Sent).then_some(now);
        if letter.state == State::Pending && letter.due_at + LIFE <= now {
            letter.state = State::Expired;
        }
        if letter.state == State::Pending {
            self.fresh.insert((letter.due_at, id));
        }
        let phone = letter.phone;
        self.sort(phone);
    }

    /// What has waited too long is let go of, as every claim does.
    fn expire(&mut self, now: Instant) {
        while let Some((due_at, id)) = self.fresh.first().copied().filter(|(due_at, _)| *due_at + LIFE <= now) {
            let letter = &mut self.letters[id];
            letter.state = State::Expired;
            self.ready.remove(&(letter.priority, letter.next_attempt_at, id));
            self.fresh.remove(&(due_at, id));
            let phone = letter.phone;
            self.sort(phone);
        }
    }

    fn free(&mut self, worker: usize, now: Instant) {
        self.expire(now);
        self.hands[worker] = self.claim(now);
        self.probes[worker] = self.gate.rests_until.is_some();
        if !self.hands[worker].is_empty() {
            return self.begin(worker, now);
        }
        // A true worker looks up twice a second; here it sleeps until something can have changed.
        let of = |priority| self.ready.range((priority, at(-1), 0)..).next().map(|(_, next_at, _)| *next_at);
        let next_due = (0..=rules::WORST_PRIORITY).filter_map(of).min();
        let next_news = self.queue.peek().map(|Reverse((next, _))| *next);
        let Some(next) = next_due.into_iter().chain(next_news).min() else { return };
        let pause = self.gate.pause(self.pace, now).max(TimeDelta::milliseconds(5));
        let wake = next.max(now + pause) + TimeDelta::milliseconds(self.rng.random_range(0..5));
        self.idle.push(Reverse((wake, worker)));
    }

    fn play(&mut self) {
        loop {
            let next = self.queue.peek().map(|Reverse((now, _))| *now);
            let looks_up = self.idle.peek().map(|Reverse((now, _))| *now);
            match (next, looks_up) {
                (None, None) => break,
                (Some(next), Some(looks_up)) if looks_up <= next => self.look_up(),
                (None, Some(_)) => self.look_up(),
                (Some(_), _) => self.happen(),
            }
        }
        let is_over = |letter: &Letter| !matches!(letter.state, State::Waiting | State::Pending | State::Sending);
        assert!(self.letters.iter().all(is_over));
    }

    fn look_up(&mut self) {
        if let Some(Reverse((now, worker))) = self.idle.pop() {
            self.free(worker, now);
        }
    }

    fn happen(&mut self) {
        match self.queue.pop() {
            Some(Reverse((now, Happening::Written(id)))) => {
                self.letters[id].state = State::Pending;
                self.fresh.insert((now, id));
                let phone = self.letters[id].phone;
                self.sort(phone);
            }
            Some(Reverse((now, Happening::Answered(worker)))) => self.answered(worker, now),
            None => {}
        }
    }

    /// Whatever the seed: nothing is lost, a phone reads in order, the contract holds, an absent gateway is spared.
    fn judge(&self, contract: usize) {
        for letter in &self.letters {
            let expected = if letter.phone.is_multiple_of(100) { State::Failed } else { State::Sent };
            assert_eq!(letter.state, expected, "due at {} after {} attempts", letter.due_at, letter.attempts);
        }
        for letters in self.by_phone.values() {
            for priority in 0..=rules::WORST_PRIORITY {
                let alike = letters.iter().map(|id| &self.letters[*id]).filter(|letter| letter.priority == priority);
                let read: Vec<_> = alike.filter_map(|letter| letter.sent_at).collect();
                assert!(read.is_sorted(), "{read:?}");
            }
        }
        for (first, (began, _)) in self.attempts.iter().enumerate() {
            let second = self.attempts[first..].iter().take_while(|(other, _)| *other < *began + TimeDelta::seconds(1));
            assert!(second.count() <= contract, "a second from {began}");
        }
        for outage in &self.outages {
            let spared = self.attempts.iter().map(|(began, _)| *began);
            let tries: Vec<_> = spared.filter(|began| outage.from <= *began && *began < outage.until).collect();
            // Five failures close the gate; what the other workers hold at that moment is on its way already.
            let probes = tries.get(4 + WORKERS * 2..).unwrap_or_default();
            assert!(probes.windows(2).all(|pair| pair[1] - pair[0] >= PROBE_PAUSE), "{probes:?}");
        }
    }
}

/// A morning's 20 000 arrivals against a gateway that goes away for an hour, and news at every other second of the day.
fn bad_morning(seed: u64, hangs: bool) -> World {
    let mut world = World::new(seed, 20);
    world.outage(0, 3600, hangs);
    for _ in 0..20_000 {
        let phone = world.rng.random_range(0..15_000);
        world.write(phone, 1, at(0));
    }
    for second in (2..12_000).step_by(2) {
        let phone = world.rng.random_range(0..15_000);
        let priority = world.rng.random_range(0..=2);
        world.write(phone, priority, at(second));
    }
    world
}

#[test]
fn an_hour_without_a_gateway_costs_nothing_but_the_hour() {
    for (seed, hangs) in [(1, false), (2, true)] {
        let mut world = bad_morning(seed, hangs);
        world.play();
        world.judge(20);
        let recovery = at(3600);
        let backlog: Vec<_> = world.letters.iter().filter(|letter| letter.due_at <= recovery).collect();
        let drained = backlog.iter().filter_map(|letter| letter.sent_at).max().unwrap();
        let all_until_then = world.letters.iter().filter(|letter| letter.due_at <= drained).count();
        let allowed = TimeDelta::seconds(all_until_then as i64 * 12 / 10 / 20 + 30);
        assert!(drained - recovery <= allowed, "{} instead of {allowed}", drained - recovery);
        let news = world.letters.iter().filter(|letter| letter.due_at > recovery && letter.priority < 2);
        let waited: Vec<_> = news.filter_map(|letter| Some(letter.sent_at? - letter.due_at)).collect();
        let late = waited.iter().filter(|waited| **waited > TimeDelta::minutes(5)).count();
        assert!(waited.len() > 1000 && late * 100 <= waited.len(), "{late} of {} came late", waited.len());
    }
}

#[test]
fn without_the_breaker_an_absent_gateway_would_not_be_spared() {
    let mut world = bad_morning(3, false);
    world.has_breaker = false;
    world.play();
    let during = world.attempts.iter().filter(|(_, away)| *away).count();
    assert!(during > 10_000, "{during}: the simulation would not notice that the breaker is gone");
}

#[test]
fn days_of_small_outages_lose_nothing_for_any_seed() {
    let mut tried = 0;
    for seed in 0..2_000 {
        let mut world = World::new(seed, 10);
        let mut from = 0;
        for _ in 0..world.rng.random_range(0..4) {
            from += world.rng.random_range(600..20_000);
            let until = from + world.rng.random_range(10..7200);
            let hangs = world.rng.random();
            world.outage(from, until, hangs);
            from = until;
        }
        let mut second = 0;
        for _ in 0..world.rng.random_range(20..80) {
            second += world.rng.random_range(0..2_000);
            let (phone, priority) = (world.rng.random_range(90..110), world.rng.random_range(0..=2));
            world.write(phone, priority, at(second));
        }
        world.play();
        world.judge(10);
        tried += world.attempts.iter().filter(|(_, away)| *away).count();
    }
    assert!(tried > 10_000, "{tried} attempts at an absent gateway are too few to learn from");
}

#[test]
fn after_days_without_a_gateway_the_dead_letters_are_there_to_be_seen() {
    let mut world = World::new(4, 10);
    world.outage(0, 3 * 24 * 3600, false);
    for phone in 1..=60 {
        world.write(phone, 1, at(0));
        world.write(phone, 1, at(2 * 24 * 3600));
    }
    world.play();
    let states: Vec<_> = world.letters.iter().map(|letter| letter.state).collect();
    assert_eq!(states, [State::Expired, State::Sent].repeat(60));
}
