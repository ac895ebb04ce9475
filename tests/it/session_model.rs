//! Random people refresh, lose answers, replay, refresh twice at once, are disabled, and keys rotate: a small model says who
//! stays signed in.

use std::cell::RefCell;
use std::collections::BTreeMap;

use chrono::{NaiveDateTime, TimeDelta};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use torugart::config::Auth;
use torugart::ids::{Actor, Role, SessionId};
use torugart::staff::{self, MemberChange, Refreshed};
use torugart::tokens::{RefreshToken, Tokens};

use crate::harness::server::*;

/// Sequences for each database; `TORUGART_SESSION_CASES` raises it.
const CASES: u32 = 15;
const STEPS: usize = 60;
const GRACE: TimeDelta = TimeDelta::seconds(10);

#[derive(Clone, Debug)]
enum Step {
    LogIn,
    /// Refresh with what the device holds; the answer may get lost.
    Refresh {
        device: usize,
        is_lost: bool,
    },
    /// Two tabs at once.
    Twice {
        device: usize,
    },
    /// A thief, or a client that is confused, sends an earlier token.
    Replay {
        device: usize,
        back: usize,
    },
    LogOut {
        device: usize,
    },
    Disable(bool),
    RotateKey,
    /// The keys but the first are taken away.
    DropOldKeys,
    Pass {
        seconds: i64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => Just(Step::LogIn),
        8 => (0..9_usize, any::<bool>()).prop_map(|(device, is_lost)| Step::Refresh { device, is_lost }),
        3 => (0..9_usize).prop_map(|device| Step::Twice { device }),
        4 => (0..9_usize, 1..4_usize).prop_map(|(device, back)| Step::Replay { device, back }),
        1 => (0..9_usize).prop_map(|device| Step::LogOut { device }),
        1 => any::<bool>().prop_map(Step::Disable),
        1 => Just(Step::RotateKey),
        1 => Just(Step::DropOldKeys),
        6 => prop_oneof![1..6_i64, 9..12_i64, Just(86_400 * 31)].prop_map(|seconds| Step::Pass { seconds }),
    ]
}

/// A token that was given, by which key, and when it was used.
struct Given {
    token: RefreshToken,
    key: usize,
    spent_at: Option<NaiveDateTime>,
}

/// A login on a device as the model knows it.
struct Device {
    session: SessionId,
    chain: Vec<Given>,
    /// Which token of the chain the device has.
    held: usize,
    is_alive: bool,
    expires_at: NaiveDateTime,
}

struct World<'a> {
    s: &'a Server,
    keys: Vec<usize>,
    made_keys: usize,
    is_disabled: bool,
    devices: Vec<Device>,
    stolen: i64,
}

impl World<'_> {
    fn tokens(&self) -> Tokens {
        let keys: Vec<_> = self.keys.iter().map(|key| format!("k{key}:{key:032}")).collect();
        let auth = Auth {
            jwt_keys: keys.join(",").into(),
            access_ttl_s: 900,
            refresh_ttl_days: 30,
            totp_required_roles: Vec::new(),
        };
        Tokens::from_config(&auth).unwrap()
    }

    fn now(&self) -> NaiveDateTime {
        self.s.app.clock.now()
    }

    fn send(&self, token: &RefreshToken) -> Option<RefreshToken> {
        let tokens = self.tokens();
        match self.s.app.write_now(&Actor::Anyone, |tx| staff::refresh(tx, &tokens, token)).unwrap() {
            Refreshed::GoesOn(member, _, next) => {
                assert_eq!(member.login, "cashier");
                Some(next)
            }
            Refreshed::Refused => None,
        }
    }

    /// What must come of sending a token of a device: which token of its chain is given, if any. The chain grows for a new one.
    fn refresh(&mut self, device: usize, at: usize) -> (Option<usize>, &'static str) {
        let now = self.now();
        let answer = self.send(&self.devices[device].chain[at].token);
        let (is_disabled, keys) = (self.is_disabled, self.keys.clone());
        let device = &mut self.devices[device];
        let is_last = at + 1 == device.chain.len();
        let spent_at = device.chain[at].spent_at;
        if !device.is_alive || is_disabled || (is_last && device.expires_at <= now) {
            assert!(answer.is_none(), "a session that is over went on");
            return (None, "over");
        }
        if is_last {
            let token = answer.expect("a session in order goes on");
            device.chain[at].spent_at = Some(now);
            device.chain.push(Given { token, key: keys[0], spent_at: None });
            device.expires_at = now + TimeDelta::days(30);
            return (Some(at + 1), "went on");
        }
        if now - spent_at.expect("spent") > GRACE {
            assert!(answer.is_none(), "a stolen token was honoured");
            device.is_alive = false;
            self.stolen += 1;
            return (None, "stolen");
        }
        let next = &device.chain[at + 1];
        if !keys.contains(&next.key) {
            assert!(answer.is_none());
            return (None, "lost with its key");
        }
        assert_eq!(answer.expect("a lost answer is given again").hash(), next.token.hash());
        (Some(at + 1), "given again")
    }

    fn log_in(&mut self) -> &'static str {
        let (token, life) = (RefreshToken::generate(), TimeDelta::days(30));
        if self.is_disabled || self.devices.len() >= 9 {
            return "nobody logged in";
        }
        let session = self.s.app.write_now(&Actor::Anyone, |tx| {
            let member = staff::for_login(tx, "cashier")?.expect("an account");
            staff::open_session(tx, &member, &token, life)
        });
        let chain = vec![Given { token, key: 0, spent_at: None }];
        let expires_at = self.now() + life;
        self.devices.push(Device { session: session.unwrap(), chain, held: 0, is_alive: true, expires_at });
        "logged in"
    }

    fn log_out(&mut self, device: usize) -> &'static str {
        let device = &mut self.devices[device];
        let claims = self.s.app.tokens.issue(&member_id(self.s), &device.session, self.s.app.clock.now()).unwrap();
        let claims = self.s.app.tokens.verify(&claims, self.s.app.clock.now()).unwrap();
        let by = self.s.app.read_now(&Actor::System, |tx| staff::authenticate(tx, &claims, &[]));
        let Ok(by) = by else { return "was out already" };
        self.s.app.write_now(&by, staff::log_out).unwrap();
        device.is_alive = false;
        "logged out"
    }

    fn disable(&mut self, is_disabled: bool) -> &'static str {
        let change = MemberChange { disabled: Some(is_disabled), ..MemberChange::default() };
        let id = member_id(self.s);
        self.s.app.write_now(&Actor::System, |tx| staff::change(tx, &id, &change)).unwrap();
        self.is_disabled = is_disabled;
        if is_disabled {
            self.devices.iter_mut().for_each(|device| device.is_alive = false);
        }
        "changed the account"
    }

    fn take(&mut self, step: &Step) -> &'static str {
        let device = match step {
            Step::Refresh { device, .. }
            | Step::Twice { device }
            | Step::Replay { device, .. }
            | Step::LogOut { device } => {
                if self.devices.is_empty() {
                    return "nobody is there";
                }
                device % self.devices.len()
            }
            _ => 0,
        };
        match step {
            Step::LogIn => self.log_in(),
            Step::Refresh { is_lost, .. } => {
                let (given, outcome) = self.refresh(device, self.devices[device].held);
                if let (Some(given), false) = (given, is_lost) {
                    self.devices[device].held = given;
                }
                outcome
            }
            Step::Twice { .. } => self.twice(device),
            Step::Replay { back, .. } => {
                let at = self.devices[device].chain.len().saturating_sub(1 + back);
                self.refresh(device, at).1
            }
            Step::LogOut { .. } => self.log_out(device),
            Step::Disable(is_disabled) => self.disable(*is_disabled),
            Step::RotateKey => {
                self.made_keys += 1;
                self.keys.insert(0, self.made_keys);
                "rotated"
            }
            Step::DropOldKeys => {
                self.keys.truncate(1);
                "dropped old keys"
            }
            Step::Pass { seconds } => {
                self.s.advance(TimeDelta::seconds(*seconds));
                "waited"
            }
        }
    }

    /// Both tabs send what the device holds; both end with the same token.
    fn twice(&mut self, device: usize) -> &'static str {
        let token = self.devices[device].chain[self.devices[device].held].token.clone();
        let held = self.devices[device].held;
        let (world, sent) = (&*self, &token);
        let tabs = std::thread::scope(|scope| {
            let other = scope.spawn(move || world.send(sent));
            [world.send(sent), other.join().unwrap()]
        });
        let hashes = tabs.each_ref().map(|tab| tab.as_ref().map(RefreshToken::hash));
        assert_eq!(hashes[0], hashes[1], "two tabs were told different things");
        let now = self.now();
        let (is_disabled, key) = (self.is_disabled, self.keys[0]);
        let state = &mut self.devices[device];
        let is_last = held + 1 == state.chain.len();
        if is_last && state.is_alive && !is_disabled && state.expires_at > now {
            let token = tabs.into_iter().next().flatten().expect("a session in order goes on");
            state.chain[held].spent_at = Some(now);
            state.chain.push(Given { token, key, spent_at: None });
            state.expires_at = now + TimeDelta::days(30);
            state.held = held + 1;
            return "two tabs went on";
        }
        // Whatever was true for the two is true for a third.
        let (given, outcome) = self.refresh_after(device, held, hashes[0].is_some());
        state_of(&mut self.devices[device], given);
        outcome
    }

    /// The model's word on a token that was sent already, without sending it again.
    fn refresh_after(&mut self, device: usize, at: usize, was_given: bool) -> (Option<usize>, &'static str) {
        let now = self.now();
        let (is_disabled, keys) = (self.is_disabled, self.keys.clone());
        let device = &mut self.devices[device];
        let is_last = at + 1 == device.chain.len();
        if !device.is_alive || is_disabled || (is_last && device.expires_at <= now) {
            assert!(!was_given);
            return (None, "over");
        }
        if now - device.chain[at].spent_at.expect("spent") > GRACE {
            assert!(!was_given);
            device.is_alive = false;
            self.stolen += 1;
            return (None, "stolen");
        }
        assert_eq!(was_given, keys.contains(&device.chain[at + 1].key));
        (was_given.then_some(at + 1), "given again")
    }

    /// Who is signed in is who the model says.
    fn agree(&self) {
        let now = self.now();
        let member = member_id(self.s);
        for device in &self.devices {
            let token = self.s.app.tokens.issue(&member, &device.session, now).unwrap();
            let claims = self.s.app.tokens.verify(&token, now).unwrap();
            let is_in = self.s.app.read_now(&Actor::System, |tx| staff::authenticate(tx, &claims, &[])).is_ok();
            assert_eq!(is_in, device.is_alive && !self.is_disabled && device.expires_at > now);
        }
    }
}

fn state_of(device: &mut Device, given: Option<usize>) {
    if let Some(given) = given {
        device.held = given;
    }
}

fn member_id(s: &Server) -> torugart::ids::StaffId {
    s.app
        .read_now(&Actor::System, |tx| {
            Ok(staff::list(tx)?.into_iter().find(|member| member.role == Role::Cashier).unwrap().id)
        })
        .unwrap()
}

fn stolen_in_trail(s: &Server) -> i64 {
    use diesel::prelude::*;
    use torugart::db::schema::audit;
    let lines = audit::table.filter(audit::action.eq("staff.session_stolen")).count();
    s.app.db.read(|conn| Ok(lines.get_result::<i64>(conn)?)).unwrap()
}

on_both! {
    fn who_is_signed_in_is_who_the_model_says(s: &Server) {
        let cases = std::env::var("TORUGART_SESSION_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
        let config = Config { cases, failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
        let tally = RefCell::new(BTreeMap::<&str, u32>::new());
        let played = TestRunner::new(config).run(&proptest::collection::vec(step(), STEPS), |steps| {
            let before = stolen_in_trail(s);
            let mut world = World { s, keys: vec![0], made_keys: 0, is_disabled: false, devices: Vec::new(), stolen: 0 };
            world.disable(false);
            for step in &steps {
                *tally.borrow_mut().entry(world.take(step)).or_default() += 1;
                world.agree();
            }
            assert_eq!(stolen_in_trail(s) - before, world.stolen, "the trail tells of each theft once");
            Ok(())
        });
        println!("{:?}", tally.borrow());
        played.unwrap();
        for outcome in ["went on", "given again", "stolen", "over", "two tabs went on", "rotated"] {
            assert!(tally.borrow().contains_key(outcome), "{outcome} never happened");
        }
    }
}
