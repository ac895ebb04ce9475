//! Many people at once on the same orders. Who comes first is anybody's guess, so there is no model here: every call is
//! served or refused in a known way, and afterwards the books are whole.

use std::collections::BTreeMap;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use torugart::branches;
use torugart::code::OrderCode;
use torugart::db::Tx;
use torugart::error::{Error, Problem, Result, Slug};
use torugart::ids::Actor;
use torugart::orders;
use torugart::parcels::freight::{self, Weighing};
use torugart::parcels::{self, HandOver};
use torugart::payments::adjust::{self, Subject};
use torugart::payments::{self, NewPayment, credit};
use torugart::shifts::{self, Count, Filter};
use torugart::shipments::{self, Arrival};
use torugart::{customers, ledger};

use super::steps::{self, Kind, Step};
use super::{books, world};
use crate::harness::server::*;

const PEOPLE: u32 = 8;
const STEPS: usize = 120;
const REASON: &str = "so it was drawn";

/// What they share.
struct Shared {
    orders: Vec<OrderCode>,
    trucks: Vec<String>,
    client: String,
}

on_both! {
    fn eight_people_at_once_leave_the_books_whole(s: &Server) {
        let shared = shared(s);
        let people: Vec<Actor> = (0..PEOPLE).map(|who| hired(s, who)).collect();
        let outcomes: Vec<_> = std::thread::scope(|threads| {
            let shared = &shared;
            let busy: Vec<_> = people.iter().map(|actor| threads.spawn(move || busy(s, actor, shared))).collect();
            busy.into_iter().flat_map(|person| person.join().expect("nobody gives up")).collect()
        });
        let mut tally: BTreeMap<(Kind, &str), u32> = BTreeMap::new();
        for (kind, outcome) in &outcomes {
            *tally.entry((*kind, *outcome)).or_default() += 1;
        }
        println!("{}: {tally:?}", s.app.db.kind());
        for kind in [Kind::Pay, Kind::PayOutside, Kind::Refund, Kind::Keep, Kind::Correct, Kind::Open, Kind::Close] {
            assert!(tally.contains_key(&(kind, "done")), "{kind:?} never succeeded");
        }
        books::assert_whole(s);
    }
}

/// Orders at every stage, all of one customer, and trucks that are on the road.
fn shared(s: &Server) -> Shared {
    let stages = [Until::Confirmed, Until::Paid, Until::Departed, Until::Departed, Until::Arrived, Until::Arrived];
    let examples: Vec<_> = stages.into_iter().map(|until| s.order(until)).collect();
    let code = |example: &Example| OrderCode::parse("TG", &example.code).expect("its own code");
    let client = s.see(&examples[0].code)["customer"]["client_code"].as_str().expect("a code").to_owned();
    let trucks = examples.iter().map(|example| example.shipment.clone()).filter(|truck| !truck.is_empty()).collect();
    Shared { orders: examples.iter().map(code).collect(), trucks, client }
}

fn hired(s: &Server, who: u32) -> Actor {
    // One admin, whom everything is allowed.
    let role = if who == 0 { steps::ADMIN } else { 0 };
    s.app.write_now(&Actor::System, |tx| world::hire(tx, who, role)).expect("a cashier")
}

/// Takes random steps, and tells how each ended. Anything but a clear refusal is a failure.
fn busy(s: &Server, actor: &Actor, shared: &Shared) -> Vec<(Kind, &'static str)> {
    let mut runner = TestRunner::default();
    let drawn = proptest::collection::vec(steps::step(), STEPS).new_tree(&mut runner).expect("steps").current();
    let take = |step: &Step| match s.app.write_now(actor, |tx| perform(tx, step, shared)) {
        Ok(()) => (step.kind, "done"),
        Err(Error::Problem(problem)) if problem.slug.status() < 500 => (step.kind, problem.slug.as_str()),
        // The database itself says that a source was recorded before.
        Err(error @ Error::Database(_)) if step.kind == Kind::PayOutside => {
            assert_eq!(error.to_problem().slug, Slug::DuplicateValue, "{step:?}: {error:?}");
            (step.kind, Slug::DuplicateValue.as_str())
        }
        Err(error) => panic!("{step:?} by {}: {error:?}", actor.name()),
    };
    drawn.into_iter().map(common).map(|step| take(&step)).collect()
}

/// Orders are placed and trucks loaded by others meanwhile; and little is lost, taken or cancelled, or soon nothing would
/// be left to quarrel about.
fn common(step: Step) -> Step {
    let kind = match step.kind {
        Kind::Place | Kind::Quote | Kind::Confirm => Kind::Pay,
        Kind::HandOver | Kind::Cancel if step.number % 8 != 0 => Kind::Pay,
        Kind::Receive | Kind::Purchase => Kind::Weigh,
        Kind::Lose if step.number % 8 != 0 => Kind::Weigh,
        Kind::Ship => Kind::Arrive,
        kind => kind,
    };
    Step { kind, ..step }
}

fn nothing_there<T>() -> Result<T> {
    Problem::new(Slug::NotFound, "nothing to do this to").fail()
}

fn perform(tx: &mut Tx, step: &Step, shared: &Shared) -> Result<()> {
    let code = &shared.orders[step.target % shared.orders.len()];
    let due = orders::find(tx, code)?.balance_tyiyn;
    match step.kind {
        Kind::Pay | Kind::PayOutside => {
            let source = (step.kind == Kind::PayOutside).then(|| format!("model:{}", step.number % 8));
            payments::record(tx, code, &NewPayment { source, ..NewPayment::of(step.method, step.share.of(due)) })?;
        }
        Kind::Refund => {
            let order = orders::find(tx, code)?;
            let paid = payments::of_order(tx, &order)?;
            let Some(payment) = paid.get(step.number as usize % paid.len().max(1)) else { return nothing_there() };
            let left = payment.amount_tyiyn - payment.refunded_tyiyn - payment.kept_tyiyn;
            payments::refund(tx, code, &payment.id, step.share.of(left), REASON)?;
        }
        Kind::Correct => drop(adjust::correct(tx, code, Subject::Customs, signed(step, due), REASON)?),
        Kind::Reverse => {
            let order = orders::find(tx, code)?;
            let journals = ledger::of_order(tx, &order.id)?;
            let Some((journal, _)) = journals.get(step.number as usize % journals.len().max(1)) else {
                return nothing_there();
            };
            adjust::reverse(tx, code, &journal.id, REASON)?;
        }
        Kind::WriteOff => drop(adjust::write_off(tx, code, step.share.of(due), REASON)?),
        Kind::Keep => drop(credit::keep(tx, code, Some(step.share.of(-due)))?),
        Kind::Spend => drop(credit::spend(tx, code, None)?),
        Kind::PayOut => {
            let branch = branches::find(tx, "BISH", "/branch")?;
            let customer = customers::by_client_code(tx, &shared.client)?;
            let there_is = customer.map_or(0, |customer| customer.credit_tyiyn);
            credit::pay_out(tx, &shared.client, step.method, step.share.of(there_is), REASON, &branch)?;
        }
        Kind::Open | Kind::Move | Kind::Close => drawer(tx, step)?,
        _ => boxes(tx, step, shared, code)?,
    }
    Ok(())
}

fn boxes(tx: &mut Tx, step: &Step, shared: &Shared, code: &OrderCode) -> Result<()> {
    match step.kind {
        Kind::Arrive => {
            let truck = &shared.trucks[step.target % shared.trucks.len()];
            shipments::arrive(tx, truck, &Arrival::whole_load())?;
        }
        Kind::Weigh | Kind::Lose => {
            let order = orders::find(tx, code)?;
            let Some(parcel) = parcels::of_order(tx, &order.id)?.pop() else { return nothing_there() };
            if step.kind == Kind::Lose {
                parcels::set_status(tx, &parcel.id, parcels::Status::Lost, REASON)?;
            } else {
                let weighing = Weighing { weight_g: 1 + step.number % 30_000, size_mm: None };
                freight::weigh_again(tx, &parcel.id, weighing, REASON)?;
            }
        }
        Kind::HandOver => drop(parcels::hand_over(tx, code, &HandOver::default())?),
        Kind::Cancel => drop(orders::cancel(tx, code, REASON)?),
        _ => unreachable!("others do it: {step:?}"),
    }
    Ok(())
}

fn drawer(tx: &mut Tx, step: &Step) -> Result<()> {
    if step.kind == Kind::Open {
        let branch = branches::find(tx, "BISH", "/branch")?;
        let opening = Count { total_tyiyn: step.share.of(100_000), pieces: Default::default() };
        let till = (step.number % 4 == 0).then_some("the shared till");
        shifts::open(tx, &branch, till, &opening)?;
        return Ok(());
    }
    let filter = Filter { is_open: Some(true), ..Filter::default() };
    let open = shifts::list(tx, &filter, &Default::default())?.items;
    let own = open.iter().find(|shift| shift.cashier == tx.by.name()).filter(|_| !step.is_blind);
    let Some(shift) = own.or(open.get(step.target % open.len().max(1))) else { return nothing_there() };
    let held = ledger::balance(tx, &shift.account)?;
    if step.kind == Kind::Move {
        shifts::move_cash(tx, &shift.id, signed(step, held), REASON)?;
    } else {
        let counted = Count { total_tyiyn: step.share.of(held), pieces: Default::default() };
        shifts::close(tx, &shift.id, &counted, None)?;
    }
    Ok(())
}

/// Half of the sums are taken off, or out.
fn signed(step: &Step, there_is: i64) -> i64 {
    step.share.of(there_is) * if step.number % 2 == 0 { -1 } else { 1 }
}
