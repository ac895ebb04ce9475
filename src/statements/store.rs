//! The `statements` and `statement_lines` tables.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::count_star;
use diesel::prelude::*;

use super::LineState;
use super::lines::{Line, Parsed};
use crate::db::Tx;
use crate::db::schema::{statement_lines as lines, statements};
use crate::error::Result;
use crate::ids::{PaymentId, StatementId};
use crate::payments::Payment;

/// Fingerprints asked for at once; SQLite takes a bounded number of parameters.
const AT_ONCE: usize = 500;

/// A statement as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Statement {
    /// Identifier.
    pub id: StatementId,
    /// The name of the file.
    pub file_name: Option<String>,
    /// The account it is of.
    pub bank_account: Option<String>,
    /// The first day of its lines.
    pub period_from: Option<NaiveDate>,
    /// The last day of its lines.
    pub period_to: Option<NaiveDate>,
    /// Lines that were money going out.
    pub debits: i32,
    /// Lines that an earlier statement had.
    pub duplicates: i32,
    /// When it was imported.
    pub imported_at: NaiveDateTime,
    /// By whom.
    pub actor: String,
}

/// A line as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Stored {
    /// Of which statement.
    pub statement_id: StatementId,
    /// Its number there, from 1.
    pub n: i32,
    /// The row of the file.
    pub file_row: i64,
    /// What it is recognised by.
    pub fingerprint: String,
    /// When, as the bank counts.
    pub day: Option<NaiveDate>,
    /// How much, tyiyn; none when it could not be read as som.
    pub amount_tyiyn: Option<i64>,
    /// The bank's number of it.
    pub document_no: Option<String>,
    /// From whom.
    pub payer: Option<String>,
    /// What it is for.
    pub purpose: String,
    /// What became of it.
    pub state: LineState,
    /// The order that is proposed, or that it paid.
    pub order_code: Option<String>,
    /// Why it is unmatched or ignored.
    pub reason: Option<String>,
    /// The payment that it is.
    pub payment_id: Option<PaymentId>,
    /// When a person decided.
    pub decided_at: Option<NaiveDateTime>,
    /// Who did.
    pub decided_by: Option<String>,
}

/// What is proposed for a line that is new.
pub struct Proposal {
    pub state: LineState,
    pub order_code: Option<String>,
    pub reason: Option<String>,
}

pub fn insert(
    tx: &mut Tx,
    id: &StatementId,
    file_name: Option<&str>,
    parsed: &Parsed,
    duplicates: usize,
) -> Result<Statement> {
    let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    Ok(diesel::insert_into(statements::table)
        .values((
            statements::id.eq(id),
            statements::file_name.eq(file_name),
            statements::bank_account.eq(&parsed.bank_account),
            statements::period_from.eq(parsed.period.map(|(from, _)| from)),
            statements::period_to.eq(parsed.period.map(|(_, to)| to)),
            statements::debits.eq(number(parsed.debits)),
            statements::duplicates.eq(number(duplicates)),
            statements::imported_at.eq(tx.now),
            statements::actor.eq(tx.by.name()),
        ))
        .returning(statements::all_columns)
        .get_result(tx.conn)?)
}

pub fn insert_line(tx: &mut Tx, of: &StatementId, n: i32, line: &Line, proposal: &Proposal) -> Result<Stored> {
    Ok(diesel::insert_into(lines::table)
        .values((
            lines::statement_id.eq(of),
            lines::n.eq(n),
            lines::file_row.eq(i64::from(line.row)),
            lines::fingerprint.eq(&line.fingerprint),
            lines::day.eq(line.on),
            lines::amount_tyiyn.eq(line.amount_tyiyn),
            lines::document_no.eq(&line.document_no),
            lines::payer.eq(&line.payer),
            lines::purpose.eq(&line.purpose),
            lines::state.eq(proposal.state),
            lines::order_code.eq(&proposal.order_code),
            lines::reason.eq(&proposal.reason),
        ))
        .returning(lines::all_columns)
        .get_result(tx.conn)?)
}

/// The lines that are here already, by their fingerprint.
pub fn known(tx: &mut Tx, fingerprints: &[String]) -> Result<HashMap<String, Stored>> {
    let mut found = HashMap::new();
    for some in fingerprints.chunks(AT_ONCE) {
        let rows: Vec<Stored> = lines::table.filter(lines::fingerprint.eq_any(some.to_vec())).load(tx.conn)?;
        found.extend(rows.into_iter().map(|row| (row.fingerprint.clone(), row)));
    }
    Ok(found)
}

pub fn by_id(tx: &mut Tx, id: &StatementId) -> Result<Option<Statement>> {
    Ok(statements::table.find(id).first(tx.conn).optional()?)
}

pub fn page(tx: &mut Tx, limit: i64, below: Option<&str>) -> Result<Vec<Statement>> {
    let mut query = statements::table.order(statements::id.desc()).limit(limit).into_boxed();
    if let Some(below) = below {
        query = query.filter(statements::id.lt(below.to_owned()));
    }
    Ok(query.load(tx.conn)?)
}

pub fn lines_of(tx: &mut Tx, id: &StatementId) -> Result<Vec<Stored>> {
    Ok(lines::table.filter(lines::statement_id.eq(id)).order(lines::n).load(tx.conn)?)
}

pub fn line(tx: &mut Tx, of: &StatementId, n: i32) -> Result<Option<Stored>> {
    Ok(lines::table.find((of, n)).first(tx.conn).optional()?)
}

/// Which of these payments are those of lines.
pub fn payments_among(tx: &mut Tx, payments: &[Payment]) -> Result<Vec<PaymentId>> {
    let ids: Vec<_> = payments.iter().map(|payment| payment.id.clone()).collect();
    let of_lines = lines::table.filter(lines::payment_id.assume_not_null().eq_any(ids));
    Ok(of_lines.select(lines::payment_id.assume_not_null()).load(tx.conn)?)
}

/// How many lines of these statements are in which state.
pub fn counts(tx: &mut Tx, ids: &[String]) -> Result<Vec<(StatementId, LineState, i64)>> {
    Ok(lines::table
        .filter(lines::statement_id.eq_any(ids.to_vec()))
        .group_by((lines::statement_id, lines::state))
        .select((lines::statement_id, lines::state, count_star()))
        .load(tx.conn)?)
}

/// Takes a line for an order unless it is somebody's already; who comes second waits and then gets `None`.
pub fn take(tx: &mut Tx, of: &StatementId, n: i32, order_code: &str) -> Result<Option<Stored>> {
    let free = lines::table.find((of, n)).filter(lines::state.ne(LineState::Confirmed));
    Ok(diesel::update(free)
        .set((
            lines::state.eq(LineState::Confirmed),
            lines::order_code.eq(order_code),
            lines::reason.eq(None::<String>),
            lines::decided_at.eq(tx.now),
            lines::decided_by.eq(tx.by.name()),
        ))
        .returning(lines::all_columns)
        .get_result(tx.conn)
        .optional()?)
}

pub fn set_payment(tx: &mut Tx, line: &Stored, payment: &PaymentId) -> Result<Stored> {
    Ok(diesel::update(lines::table.find((&line.statement_id, line.n)))
        .set(lines::payment_id.eq(payment))
        .returning(lines::all_columns)
        .get_result(tx.conn)?)
}

/// Sets a line aside unless it was confirmed meanwhile.
pub fn set_aside(tx: &mut Tx, of: &StatementId, n: i32, reason: &str) -> Result<Option<Stored>> {
    let free = lines::table.find((of, n)).filter(lines::state.ne(LineState::Confirmed));
    Ok(diesel::update(free)
        .set((
            lines::state.eq(LineState::Ignored),
            lines::reason.eq(reason),
            lines::decided_at.eq(tx.now),
            lines::decided_by.eq(tx.by.name()),
        ))
        .returning(lines::all_columns)
        .get_result(tx.conn)
        .optional()?)
}
