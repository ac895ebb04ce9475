//! Random people do random things to orders, money, drawers and parcels; a small model says what must come of it, and
//! every journal, account, balance, payment and drawer agrees with it to the tyiyn.

mod books;
mod crowd;
mod deeds;
mod effects;
mod ledger;
mod reading;
mod refusals;
mod steps;
mod world;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

use self::deeds::Deed;
use self::ledger::{Legs, Model, Shown};
use self::steps::{Kind, Step};
use self::world::World;
use crate::harness::server::*;

/// Sequences for each database; `TORUGART_MODEL_CASES` raises it.
const CASES: u32 = 60;

/// Steps of a sequence, at most.
const STEPS: usize = 80;

/// How often each kind of step was done, and how often it was refused in which way.
#[derive(Default)]
struct Tally {
    sequences: u32,
    nothing_to_do: u32,
    done: BTreeMap<Kind, u32>,
    refused: BTreeMap<Kind, BTreeMap<&'static str, u32>>,
}

impl Tally {
    fn count(&mut self, kind: Kind, refusal: Option<&'static str>) {
        match refusal {
            None => *self.done.entry(kind).or_default() += 1,
            Some(slug) => *self.refused.entry(kind).or_default().entry(slug).or_default() += 1,
        }
    }

    fn print(&self, database: &str) {
        let done: u32 = self.done.values().sum();
        let refused: u32 = self.refused.values().flat_map(BTreeMap::values).sum();
        println!(
            "{database}: {} sequences, {} steps ({done} done, {refused} refused, {} with nothing to be done to)",
            self.sequences,
            done + refused + self.nothing_to_do,
            self.nothing_to_do,
        );
        for kind in steps::kinds() {
            let done = self.done.get(&kind).unwrap_or(&0);
            println!("  {kind:?}: {done} done, refused {:?}", self.refused.get(&kind).unwrap_or(&BTreeMap::new()));
        }
    }

    /// A run in which something never happened says nothing about it.
    fn assert_not_vacuous(&self) {
        for kind in steps::kinds() {
            assert!(self.done.contains_key(&kind), "{kind:?} never succeeded");
            assert!(kind == Kind::Place || self.refused.contains_key(&kind), "{kind:?} was never refused");
        }
    }
}

fn cases() -> u32 {
    std::env::var("TORUGART_MODEL_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES)
}

/// Where the database and the model differ.
fn difference(model: &Shown, database: &Shown) -> Option<String> {
    let mut said = String::new();
    macro_rules! compare {
        ($($part:ident),+) => { $(
            let is_same = |(ours, theirs): &(_, _)| ours == theirs;
            let same = model.$part.iter().zip(&database.$part).take_while(is_same).count();
            if same < model.$part.len().max(database.$part.len()) {
                let [ours, theirs]: [Vec<_>; 2] = [&model.$part, &database.$part].map(|all| all.iter().skip(same).collect());
                said += &format!("\n{}, from number {same}\n  model:    {ours:?}\n  database: {theirs:?}", stringify!($part));
            }
        )+ };
    }
    compare!(journals, accounts, orders, credit, payments, parcels, shifts);
    (!said.is_empty()).then_some(said)
}

/// Takes one step; the model says how it must end. Tells what was wrong.
fn take(step: &Step, world: &mut World, model: &mut Model, tally: &RefCell<Tally>) -> Result<Option<Deed>, String> {
    let Some(deed) = model.resolve(step) else {
        tally.borrow_mut().nothing_to_do += 1;
        return Ok(None);
    };
    let expected = model.refusal(&deed);
    let outcome = world.act(&deed, model);
    let slug = outcome.as_ref().err().map(|error| error.to_problem().slug.as_str());
    if slug != expected {
        return Err(format!("{deed:?} ended with {:?} instead of {expected:?}", outcome.err()));
    }
    if let Ok(answer) = outcome {
        if let Some((code, _)) = &answer.order {
            let order = model.place(code.clone(), world::customer_of(&deed));
            for (happens, kind) in [(world::is_quoted(&deed), Kind::Quote), (world::is_confirmed(&deed), Kind::Confirm)]
            {
                if happens {
                    model.apply(&Deed { kind, order, ..deed.clone() }, &answer.prices);
                }
            }
        }
        model.apply(&deed, &answer.prices);
    }
    tally.borrow_mut().count(deed.kind, expected);
    let database = world.shown().map_err(|error| error.to_string())?;
    match difference(&model.shown(), &database) {
        None => Ok(Some(deed)),
        Some(said) => Err(format!("after {deed:?}{said}")),
    }
}

/// What every account of the database gained by a sequence is what the model says.
fn compare_all_accounts(before: &Legs, after: &Legs, model: &Model) -> Result<(), String> {
    let mut gained = after.clone();
    for (account, tyiyn) in before {
        *gained.entry(account.clone()).or_default() -= tyiyn;
    }
    let strip = |legs: &Legs| legs.iter().filter(|leg| *leg.1 != 0).map(|(a, t)| (a.clone(), *t)).collect::<Legs>();
    let expected = strip(&model.shown().accounts);
    let gained = strip(&gained);
    if after.values().sum::<i64>() != 0 {
        return Err("the ledger does not sum to zero".to_owned());
    }
    if gained != expected { Err(format!("accounts gained {gained:?} instead of {expected:?}")) } else { Ok(()) }
}

/// Plays a sequence and gives the accounts after it; `before` are those before it, when they are known.
fn play(s: &Server, number: u32, steps: &[Step], tally: &RefCell<Tally>, before: Option<Legs>) -> Result<Legs, String> {
    let text = |error: torugart::error::Error| error.to_string();
    let before = before.map_or_else(|| reading::accounts(&s.app).map_err(text), Ok)?;
    let (mut world, mut model) = World::begin(&s.app, number).map_err(text)?;
    let mut taken = Vec::new();
    for step in steps {
        match take(step, &mut world, &mut model, tally) {
            Ok(deed) => taken.extend(deed),
            Err(said) => {
                let way: Vec<_> = taken.iter().map(|deed| format!("{deed:?}")).collect();
                return Err(format!("{said}\nbefore it:\n{}", way.join("\n")));
            }
        }
    }
    let after = reading::accounts(&s.app).map_err(text)?;
    compare_all_accounts(&before, &after, &model)?;
    Ok(after)
}

on_both! {
    fn whatever_people_do_the_books_are_those_of_the_model(s: &Server) {
        let tally = RefCell::new(Tally::default());
        let numbers = AtomicU32::new(1);
        let accounts = RefCell::new(None);
        let config = Config { cases: cases(), max_shrink_iters: 400, failure_persistence: None, ..Config::default() };
        let sequences = proptest::collection::vec(steps::step(), 1..=STEPS);
        let outcome = TestRunner::new(config).run(&sequences, |steps| {
            tally.borrow_mut().sequences += 1;
            let number = numbers.fetch_add(1, Ordering::Relaxed);
            let before = accounts.take();
            accounts.replace(Some(play(s, number, &steps, &tally, before).map_err(TestCaseError::fail)?));
            Ok(())
        });
        let tally = tally.into_inner();
        tally.print(s.app.db.kind());
        match outcome {
            Ok(()) => tally.assert_not_vacuous(),
            // The steps are told by what was done; as they were drawn, they say little.
            Err(TestError::Fail(reason, _) | TestError::Abort(reason)) => panic!("{reason}"),
        }
        books::assert_whole(s);
    }
}
