//! The `cash_shifts` and `cash_moves` tables.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::schema::{cash_moves, cash_shifts};
use crate::db::{Tx, sight};
use crate::error::Result;
use crate::ids::{BranchId, EntryId, JournalId, ShiftId, StaffId};

/// A cash shift as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Shift {
    /// Identifier.
    pub id: ShiftId,
    /// Where.
    pub branch_id: BranchId,
    /// Counts without gaps at a branch.
    pub number: i64,
    /// Which drawer.
    pub till: String,
    /// Whose.
    pub staff_id: StaffId,
    /// Their login.
    pub cashier: String,
    /// The ledger's account of what lies in it.
    pub account: String,
    /// How often it was held.
    pub version: i64,
    /// Counted at the beginning, tyiyn; not when the first cash that moved opened it.
    pub opening_tyiyn: Option<i64>,
    /// When it began.
    pub opened_at: NaiveDateTime,
    /// What the ledger says must have lain in it when it was closed, tyiyn.
    pub expected_tyiyn: Option<i64>,
    /// Counted at the end, tyiyn; not when a later shift closed it and nothing was missing.
    pub counted_tyiyn: Option<i64>,
    /// Pieces by their value in tyiyn, JSON.
    pub counts: Option<String>,
    /// What the cashier says of a difference.
    pub explanation: Option<String>,
    /// When it was closed.
    pub closed_at: Option<NaiveDateTime>,
    /// By whom.
    pub closed_by: Option<String>,
}

/// Cash that was put in or taken out, as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Move {
    /// Identifier.
    pub id: EntryId,
    /// Of which shift.
    pub shift_id: ShiftId,
    /// Its journal.
    pub journal_id: JournalId,
    /// Tyiyn; negative when it was taken out.
    pub amount_tyiyn: i64,
    /// Why.
    pub reason: String,
    /// When.
    pub at: NaiveDateTime,
    /// By whom.
    pub actor: String,
}

/// Which shifts to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// At this branch.
    pub branch: Option<BranchId>,
    /// Open or closed ones.
    pub is_open: Option<bool>,
}

pub fn insert(tx: &mut Tx, shift: &Shift) -> Result<()> {
    diesel::insert_into(cash_shifts::table)
        .values((
            cash_shifts::id.eq(&shift.id),
            cash_shifts::branch_id.eq(&shift.branch_id),
            cash_shifts::number.eq(shift.number),
            cash_shifts::till.eq(&shift.till),
            cash_shifts::staff_id.eq(&shift.staff_id),
            cash_shifts::cashier.eq(&shift.cashier),
            cash_shifts::account.eq(&shift.account),
            cash_shifts::version.eq(shift.version),
            cash_shifts::opening_tyiyn.eq(shift.opening_tyiyn),
            cash_shifts::opened_at.eq(shift.opened_at),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The update takes the row lock on PostgreSQL; SQLite has one writer anyway.
pub fn lock_open(tx: &mut Tx, staff: &StaffId, branch: &BranchId) -> Result<Option<Shift>> {
    Ok(diesel::update(
        cash_shifts::table
            .filter(cash_shifts::staff_id.eq(staff))
            .filter(cash_shifts::branch_id.eq(branch))
            .filter(cash_shifts::closed_at.is_null()),
    )
    .set(cash_shifts::version.eq(cash_shifts::version + 1))
    .returning(cash_shifts::all_columns)
    .get_result(tx.conn)
    .optional()?)
}

pub fn lock_open_id(tx: &mut Tx, id: &ShiftId) -> Result<Option<Shift>> {
    Ok(diesel::update(cash_shifts::table.find(id).filter(cash_shifts::closed_at.is_null()).filter(sight::shifts(tx)))
        .set(cash_shifts::version.eq(cash_shifts::version + 1))
        .returning(cash_shifts::all_columns)
        .get_result(tx.conn)
        .optional()?)
}

pub fn open_at_till(tx: &mut Tx, branch: &BranchId, till: &str) -> Result<Option<Shift>> {
    Ok(cash_shifts::table
        .filter(cash_shifts::branch_id.eq(branch))
        .filter(cash_shifts::till.eq(till))
        .filter(cash_shifts::closed_at.is_null())
        .first(tx.conn)
        .optional()?)
}

pub fn close(tx: &mut Tx, shift: &Shift) -> Result<()> {
    diesel::update(cash_shifts::table.find(&shift.id))
        .set((
            cash_shifts::expected_tyiyn.eq(shift.expected_tyiyn),
            cash_shifts::counted_tyiyn.eq(shift.counted_tyiyn),
            cash_shifts::counts.eq(&shift.counts),
            cash_shifts::explanation.eq(&shift.explanation),
            cash_shifts::closed_at.eq(shift.closed_at),
            cash_shifts::closed_by.eq(&shift.closed_by),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn by_id(tx: &mut Tx, id: &ShiftId) -> Result<Option<Shift>> {
    Ok(cash_shifts::table.find(id).filter(sight::shifts(tx)).first(tx.conn).optional()?)
}

pub fn page(tx: &mut Tx, filter: &Filter, limit: i64, below: Option<&str>) -> Result<Vec<Shift>> {
    let mut query =
        cash_shifts::table.filter(sight::shifts(tx)).order(cash_shifts::id.desc()).limit(limit).into_boxed();
    if let Some(branch) = &filter.branch {
        query = query.filter(cash_shifts::branch_id.eq(branch.clone()));
    }
    match filter.is_open {
        Some(true) => query = query.filter(cash_shifts::closed_at.is_null()),
        Some(false) => query = query.filter(cash_shifts::closed_at.is_not_null()),
        None => {}
    }
    if let Some(below) = below {
        query = query.filter(cash_shifts::id.lt(below.to_owned()));
    }
    Ok(query.load(tx.conn)?)
}

pub fn insert_move(tx: &mut Tx, shift: &ShiftId, journal: &JournalId, amount_tyiyn: i64, reason: &str) -> Result<()> {
    diesel::insert_into(cash_moves::table)
        .values((
            cash_moves::id.eq(EntryId::new()),
            cash_moves::shift_id.eq(shift),
            cash_moves::journal_id.eq(journal),
            cash_moves::amount_tyiyn.eq(amount_tyiyn),
            cash_moves::reason.eq(reason),
            cash_moves::at.eq(tx.now),
            cash_moves::actor.eq(tx.by.name()),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn moves_of(tx: &mut Tx, shift: &ShiftId) -> Result<Vec<Move>> {
    Ok(cash_moves::table.filter(cash_moves::shift_id.eq(shift)).order(cash_moves::id).load(tx.conn)?)
}
