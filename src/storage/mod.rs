//! What waits on the shelves: fees after the free days, reminders, and a list of what nobody collected. A sweep writes
//! them down; nothing is ever sent back or given away by itself.

pub mod http;
mod rules;
mod store;
mod worker;

use chrono::{DateTime, TimeDelta};

use crate::audit;
use crate::branches::{self, Branch};
use crate::clock::bishkek_day;
use crate::db::{Tx, sight};
use crate::error::Result;
use crate::ids::OrderId;
use crate::notifications::{self, Fact, Occasion};
use crate::orders::{self, Entry, EventKind, Order};
use crate::parcels::storage::{self, Fee};
use crate::quotes;

pub use rules::Due;
pub use store::Standing;
pub use worker::{keep, run, step};

/// What a sweep does, or would do, for one order.
#[derive(Clone, Debug)]
pub struct Swept {
    /// The order code.
    pub code: String,
    /// Days of storage charged.
    pub fees: Vec<Fee>,
    /// What its customer is told.
    pub reminders: Vec<Occasion>,
    /// Whether it counts as not collected from now on.
    pub is_uncollected: bool,
    /// What is owed afterwards, tyiyn.
    pub balance_tyiyn: i64,
}

/// A part of a sweep.
#[derive(Clone, Debug)]
pub struct Part {
    /// Orders with something to do.
    pub swept: Vec<Swept>,
    /// Where the next part goes on; none when this was the last.
    pub next: Option<OrderId>,
}

/// Looks at up to `limit` orders that wait, above `after`, and does for each what is due, or only lists it.
///
/// # Errors
/// Those of the database.
pub fn sweep(tx: &mut Tx, is_dry: bool, after: Option<&OrderId>, limit: i64) -> Result<Part> {
    let free_until = tx.now + TimeDelta::days(tx.firm.storage_reminder_days + 1);
    // Without a number of days nothing counts as not collected.
    let told_by = match tx.firm.uncollected_days {
        0 => DateTime::UNIX_EPOCH.naive_utc(),
        days => tx.now - TimeDelta::days(days - 1),
    };
    let after = after.map_or("", OrderId::as_str);
    let mut waiting = orders::waiting(tx, free_until, told_by, after, limit + 1)?;
    let is_last = waiting.len() <= usize::try_from(limit).unwrap_or(usize::MAX);
    if !is_last {
        waiting.pop();
    }
    let mut swept = Vec::new();
    for id in &waiting {
        let done = if is_dry {
            let order = orders::get(tx, id)?;
            plan(tx, &order)?
        } else {
            sweep_one(tx, id)?
        };
        swept.extend(done);
    }
    Ok(Part { swept, next: waiting.pop().filter(|_| !is_last) })
}

/// What is due for an order, if anything.
fn plan(tx: &mut Tx, order: &Order) -> Result<Option<Swept>> {
    let fees = storage::due(tx, order)?;
    let due = due(tx, order)?;
    let to = orders::recipient(order);
    let is_told = |tx: &mut Tx, about| notifications::is_told(tx, &to, about, order.id.as_str());
    let mut reminders = Vec::new();
    if due.is_reminder && !is_told(tx, Occasion::StorageReminder)? {
        reminders.push(Occasion::StorageReminder);
    }
    let is_uncollected = due.is_uncollected && order.uncollected_at.is_none();
    if is_uncollected && !is_told(tx, Occasion::Uncollected)? {
        reminders.push(Occasion::Uncollected);
    }
    let fees_tyiyn: i64 = fees.iter().map(|fee| fee.amount_tyiyn).sum();
    let balance_tyiyn = order.balance_tyiyn + fees_tyiyn;
    let is_nothing = fees.is_empty() && reminders.is_empty() && !is_uncollected;
    Ok((!is_nothing).then(|| Swept { code: order.code.clone(), fees, reminders, is_uncollected, balance_tyiyn }))
}

fn due(tx: &mut Tx, order: &Order) -> Result<Due> {
    let is_waiting = order.status == orders::Status::ReadyForPickup;
    let (Some(told_at), Some(free_until)) = (order.announced_at.filter(|_| is_waiting), order.free_storage_until)
    else {
        return Ok(Due::default());
    };
    let mut due = rules::due(
        bishkek_day(tx.now),
        bishkek_day(told_at),
        bishkek_day(free_until),
        tx.firm.storage_reminder_days,
        tx.firm.uncollected_days,
    );
    // Where storage costs nothing, nobody is told that it soon will.
    due.is_reminder = due.is_reminder && quotes::storage_fee_tyiyn(tx, &order.id, &order.pickup_point_id)? > 0;
    Ok(due)
}

/// Does what is due for one order, as its plan under the lock says.
fn sweep_one(tx: &mut Tx, id: &OrderId) -> Result<Option<Swept>> {
    // Most orders of most sweeps have nothing to do: they are looked at without a lock, and without a new version.
    let seen = orders::get(tx, id)?;
    if plan(tx, &seen)?.is_none() {
        return Ok(None);
    }
    let mut order = orders::lock_id(tx, id)?;
    let Some(plan) = plan(tx, &order)? else { return Ok(None) };
    storage::charge(tx, &mut order)?;
    for about in &plan.reminders {
        remind(tx, &order, *about)?;
    }
    if plan.is_uncollected {
        orders::mark_uncollected(tx, &mut order)?;
        orders::note(tx, &order, Entry::new(EventKind::OrderUncollected))?;
    }
    audit::record(tx, "storage.swept", &order.code, http::view(plan.clone()))?;
    Ok(Some(plan))
}

fn remind(tx: &mut Tx, order: &Order, about: Occasion) -> Result<()> {
    let branch = branches::get(tx, &order.pickup_point_id)?;
    let fee_tyiyn = quotes::storage_fee_tyiyn(tx, &order.id, &order.pickup_point_id)?;
    notifications::enqueue(
        tx,
        &orders::recipient(order),
        about,
        order.id.as_str(),
        &[
            ("code", Fact::text(&order.code)),
            ("total", Fact::Number(order.balance_tyiyn.max(0))),
            ("fee", Fact::Number(fee_tyiyn)),
            ("branch", Fact::text(&branch.name)),
            ("address", Fact::text(&branch.address)),
            ("hours", Fact::text(&branch.hours)),
            ("free_until", Fact::Time(order.free_storage_until.unwrap_or(tx.now))),
        ],
    )
}

/// What lies at each pickup point, and what storage brought.
///
/// # Errors
/// Those of the database.
pub fn standing(tx: &mut Tx) -> Result<Vec<(Branch, Standing)>> {
    let mut branches = branches::list(tx)?;
    branches.retain(|branch| branch.kind == branches::Kind::PickupPoint && sight::branch(tx, &branch.id));
    branches.into_iter().map(|branch| Ok((branch.clone(), store::standing(tx, &branch.id)?))).collect()
}
