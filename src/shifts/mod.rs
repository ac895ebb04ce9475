//! Cash shifts: the drawer of one cashier from one count to the next. Every sum in cash that a cashier takes or gives
//! belongs to one; a drawer that nobody counted is opened by the first cash that moves.

mod count;
mod store;

use crate::audit;
use crate::branches::{self, Branch};
use crate::counters;
use crate::db::Tx;
use crate::error::{Error, Problem, Result, Slug};
use crate::http::{Page, Paging};
use crate::ids::{Actor, BranchId, JournalId, ShiftId, StaffId};
use crate::ledger::{self, Account, Kind};
use crate::money::Money;
use crate::texts::som;

pub use count::{Count, Counted};
pub use store::{Filter, Move, Shift};

/// What lies in a drawer, and how it came there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// Counted at the beginning.
    pub opening_tyiyn: i64,
    /// Paid by customers.
    pub payments_tyiyn: i64,
    /// How many payments.
    pub payments: i64,
    /// Given back to customers, refunds and credit together.
    pub returned_tyiyn: i64,
    /// How many times.
    pub returns: i64,
    /// Put in otherwise.
    pub moved_in_tyiyn: i64,
    /// Taken out otherwise.
    pub moved_out_tyiyn: i64,
    /// What must lie in it: the opening and everything since.
    pub expected_tyiyn: i64,
}

/// Opens a drawer with counted cash, which comes from the branch's. A drawer of the same cashier that was opened by
/// itself is closed first, and what was taken so far is part of the new count: what that lacks is missing.
///
/// # Errors
/// `shift_open` when the cashier or the till has one already.
pub fn open(tx: &mut Tx, branch: &Branch, till: Option<&str>, opening: &Count) -> Result<Shift> {
    let (staff, login) = cashier(tx)?;
    if let Some(mut earlier) = store::lock_open(tx, &staff, &branch.id)? {
        if earlier.opening_tyiyn.is_some() {
            return Err(open_already(&earlier));
        }
        let held_tyiyn = ledger::balance(tx, &earlier.account)?;
        finish(tx, &mut earlier, Some(opening).filter(|count| count.total_tyiyn < held_tyiyn))?;
    }
    let till = till.unwrap_or(&login);
    if let Some(other) = store::open_at_till(tx, &branch.id, till)? {
        return Err(open_already(&other));
    }
    let shift = begin(tx, branch, till, (staff, login.clone()), Some(opening.total_tyiyn))?;
    if opening.total_tyiyn > 0 {
        let entry = ledger::Entry::new(Kind::CashShift, format!("shift:{}:opening", shift.id))
            .debit(&shift.account, opening.total_tyiyn)
            .credit(Account::Cash(branch.code.clone()), opening.total_tyiyn);
        ledger::post(tx, &entry)?;
    }
    audit::record(
        tx,
        "shift.opened",
        shift.id.as_str(),
        serde_json::json!({"account": shift.account, "till": till, "opening_tyiyn": opening.total_tyiyn}),
    )?;
    Ok(shift)
}

fn cashier(tx: &Tx) -> Result<(StaffId, String)> {
    match tx.by {
        Actor::Staff { id, login, .. } => Ok((id.clone(), login.clone())),
        Actor::Anyone | Actor::System | Actor::Customer { .. } => {
            Problem::new(Slug::Unauthenticated, "Only staff have a drawer.").fail()
        }
    }
}

fn open_already(shift: &Shift) -> Error {
    Problem::new(
        Slug::ShiftOpen,
        format!("The till {} of {} has been open since {}.", shift.till, shift.cashier, shift.opened_at.and_utc()),
    )
    .with("shift", shift.id.as_str())
    .into()
}

fn begin(
    tx: &mut Tx,
    branch: &Branch,
    till: &str,
    (staff_id, cashier): (StaffId, String),
    opening_tyiyn: Option<i64>,
) -> Result<Shift> {
    let number = counters::next(tx, &format!("cash_shift:{}", branch.code), 1)?;
    let shift = Shift {
        id: ShiftId::new(),
        branch_id: branch.id.clone(),
        number,
        till: till.to_owned(),
        staff_id,
        cashier,
        account: Account::Drawer(branch.code.clone(), number).to_string(),
        version: 1,
        opening_tyiyn,
        opened_at: tx.now,
        expected_tyiyn: None,
        counted_tyiyn: None,
        counts: None,
        explanation: None,
        closed_at: None,
        closed_by: None,
    };
    store::insert(tx, &shift)?;
    Ok(shift)
}

/// The open drawer of whoever acts, at a branch, held until the transaction ends; opened by itself when there is none.
/// Nothing for the service itself, which has no hands.
///
/// # Errors
/// Those of the database.
pub fn drawer(tx: &mut Tx, branch: &Branch) -> Result<Option<Shift>> {
    let Ok((staff, login)) = cashier(tx) else { return Ok(None) };
    if let Some(shift) = store::lock_open(tx, &staff, &branch.id)? {
        return Ok(Some(shift));
    }
    // Somebody else may have named their till after this login; then a drawer of this name is taken.
    let till = match store::open_at_till(tx, &branch.id, &login)? {
        Some(_) => format!("{login} ({staff})"),
        None => login.clone(),
    };
    begin(tx, branch, &till, (staff, login), None).map(Some)
}

/// The open drawer of whoever acts, if there is one: what was not paid in cash is shown in its report too.
///
/// # Errors
/// Those of the database.
pub fn current(tx: &mut Tx, branch: &BranchId) -> Result<Option<Shift>> {
    match cashier(tx) {
        Ok((staff, _)) => store::lock_open(tx, &staff, branch),
        Err(_) => Ok(None),
    }
}

/// Refuses to give more than a counted drawer holds. One that was opened by itself was never counted, so nobody knows.
///
/// # Errors
/// `not_enough_cash`.
pub fn refuse_overdraft(tx: &mut Tx, shift: &Shift, amount_tyiyn: i64) -> Result<()> {
    let held_tyiyn = ledger::balance(tx, &shift.account)?;
    if shift.opening_tyiyn.is_none() || amount_tyiyn <= held_tyiyn {
        return Ok(());
    }
    Problem::new(
        Slug::NotEnoughCash,
        format!("The till {} holds {} som; {} cannot be taken out.", shift.till, som(held_tyiyn), som(amount_tyiyn)),
    )
    .with("held", serde_json::json!({"amount": held_tyiyn, "currency": "KGS"}))
    .fail()
}

/// Puts cash into a drawer from the branch's, or takes some out (negative) to it: change, encashment.
///
/// # Errors
/// `shift_closed`, `forbidden`, `not_enough_cash`.
pub fn move_cash(tx: &mut Tx, id: &ShiftId, amount_tyiyn: i64, reason: &str) -> Result<Shift> {
    let shift = lock(tx, id)?;
    if amount_tyiyn < 0 {
        refuse_overdraft(tx, &shift, -amount_tyiyn)?;
    }
    let branch = branches::get(tx, &shift.branch_id)?;
    let entry = ledger::Entry::new(Kind::CashShift, format!("shift:{}:{}", shift.id, shift.version))
        .debit(&shift.account, amount_tyiyn)
        .credit(Account::Cash(branch.code), amount_tyiyn);
    let journal: JournalId = ledger::post(tx, &entry)?;
    store::insert_move(tx, &shift.id, &journal, amount_tyiyn, reason)?;
    audit::record(
        tx,
        "shift.cash_moved",
        shift.id.as_str(),
        serde_json::json!({"amount_tyiyn": amount_tyiyn, "reason": reason}),
    )?;
    Ok(shift)
}

/// Closes a drawer with counted cash. What it holds goes to the branch's cash; a difference is posted, not hidden.
///
/// # Errors
/// `not_found`; `shift_closed`; `forbidden` for another cashier's.
pub fn close(tx: &mut Tx, id: &ShiftId, counted: &Count, explanation: Option<String>) -> Result<Shift> {
    let mut shift = lock(tx, id)?;
    shift.explanation = explanation;
    finish(tx, &mut shift, Some(counted))?;
    Ok(shift)
}

/// An open shift that whoever acts may change, held until the transaction ends.
fn lock(tx: &mut Tx, id: &ShiftId) -> Result<Shift> {
    let Some(shift) = store::lock_open_id(tx, id)? else {
        let shift = get(tx, id)?;
        let at = shift.closed_at.map(|at| at.and_utc().to_rfc3339());
        return Problem::new(Slug::ShiftClosed, format!("Shift {} of {} is closed.", shift.number, shift.cashier))
            .with("closed_at", at)
            .fail();
    };
    let (staff, _) = cashier(tx)?;
    if shift.staff_id != staff && !tx.by.is_admin() {
        return Problem::new(Slug::Forbidden, format!("This is the drawer of {}.", shift.cashier)).fail();
    }
    Ok(shift)
}

fn finish(tx: &mut Tx, shift: &mut Shift, counted: Option<&Count>) -> Result<()> {
    let expected_tyiyn = ledger::balance(tx, &shift.account)?;
    let left_tyiyn = counted.map_or(expected_tyiyn, |count| count.total_tyiyn);
    let branch = branches::get(tx, &shift.branch_id)?;
    let entry = ledger::Entry::new(Kind::CashShift, format!("shift:{}:close", shift.id))
        .debit(Account::Cash(branch.code.clone()), left_tyiyn)
        .credit(&shift.account, expected_tyiyn)
        .credit(Account::CashDifference(branch.code), left_tyiyn - expected_tyiyn);
    if !entry.is_empty() {
        ledger::post(tx, &entry)?;
    }
    shift.expected_tyiyn = Some(expected_tyiyn);
    shift.counted_tyiyn = counted.map(|count| count.total_tyiyn);
    shift.counts = counted.filter(|count| !count.pieces.is_empty()).and_then(|c| serde_json::to_string(&c.pieces).ok());
    shift.closed_at = Some(tx.now);
    shift.closed_by = Some(tx.by.name().to_owned());
    store::close(tx, shift)?;
    audit::record(
        tx,
        "shift.closed",
        shift.id.as_str(),
        serde_json::json!({
            "expected_tyiyn": expected_tyiyn, "counted_tyiyn": shift.counted_tyiyn, "explanation": shift.explanation,
        }),
    )
}

/// A shift by identifier.
///
/// # Errors
/// `not_found`.
pub fn get(tx: &mut Tx, id: &ShiftId) -> Result<Shift> {
    store::by_id(tx, id)?.ok_or_else(|| Problem::not_found(format_args!("cash shift {id}")).into())
}

/// Shifts that fit a filter, newest first.
///
/// # Errors
/// Bad paging, and those of the database.
pub fn list(tx: &mut Tx, filter: &Filter, paging: &Paging) -> Result<Page<Shift>> {
    let (limit, below) = paging.checked()?;
    let rows = store::page(tx, filter, limit + 1, below.as_deref())?;
    Ok(Page::new(rows, limit, |shift| shift.id.to_string()))
}

/// Cash that was put in or taken out otherwise than by customers, oldest first.
///
/// # Errors
/// Those of the database.
pub fn moves(tx: &mut Tx, shift: &Shift) -> Result<Vec<Move>> {
    store::moves_of(tx, &shift.id)
}

/// What lies in a drawer, or lay there when it was closed, by the ledger.
///
/// # Errors
/// Those of the database.
pub fn content(tx: &mut Tx, shift: &Shift) -> Result<Content> {
    let moves = store::moves_of(tx, &shift.id)?;
    let moved = |way: i64| moves.iter().map(|moved| moved.amount_tyiyn * way).filter(|tyiyn| *tyiyn > 0).sum();
    let mut content = Content {
        opening_tyiyn: shift.opening_tyiyn.unwrap_or(0),
        moved_in_tyiyn: moved(1),
        moved_out_tyiyn: moved(-1),
        ..Content::default()
    };
    for turnover in ledger::turnover(tx, &shift.account)? {
        match turnover.kind {
            Kind::Payment => {
                content.payments += turnover.postings;
                content.payments_tyiyn += turnover.debit_tyiyn;
            }
            Kind::Refund | Kind::Credit => {
                content.returns += turnover.postings;
                content.returned_tyiyn += turnover.credit_tyiyn;
            }
            // Opening, movements and closing are told by the shift itself.
            _ => {}
        }
    }
    content.expected_tyiyn = content.opening_tyiyn + content.payments_tyiyn - content.returned_tyiyn
        + content.moved_in_tyiyn
        - content.moved_out_tyiyn;
    Ok(content)
}

impl Shift {
    /// Counted less expected: positive when too much was found. Nothing while it is open, or when nobody counted.
    pub fn difference(&self) -> Option<Money> {
        Some(Money::tyiyn(self.counted_tyiyn? - self.expected_tyiyn?))
    }
}
