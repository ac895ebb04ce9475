//! The `journals`, `postings` and `journal_seals` tables.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{Entry, Kind};
use crate::db::Tx;
use crate::db::schema::{journal_seals, journals, postings};
use crate::error::Result;
use crate::ids::{JournalId, OrderId};

/// A journal as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Journal {
    /// Identifier.
    pub id: JournalId,
    /// For which order, when for one.
    pub order_id: Option<OrderId>,
    /// What it records.
    pub kind: Kind,
    /// The fact it records.
    pub idempotency_key: String,
    /// The journal it takes back.
    pub reverses: Option<JournalId>,
    /// When.
    pub at: NaiveDateTime,
    /// By whom.
    pub actor: String,
}

/// One leg of a journal.
#[derive(Clone, Debug, Queryable)]
pub struct Posting {
    /// Of which journal.
    pub journal_id: JournalId,
    /// Which leg.
    pub position: i32,
    /// Account by name.
    pub account: String,
    /// Tyiyn; debits are positive.
    pub amount_tyiyn: i64,
}

pub fn insert_journal(tx: &mut Tx, entry: &Entry) -> Result<JournalId> {
    let id = JournalId::new();
    diesel::insert_into(journals::table)
        .values((
            journals::id.eq(&id),
            journals::order_id.eq(entry.order_id.as_ref()),
            journals::kind.eq(entry.kind),
            journals::idempotency_key.eq(&entry.idempotency_key),
            journals::reverses.eq(entry.reverses.as_ref()),
            journals::at.eq(tx.now),
            journals::actor.eq(tx.by.name()),
        ))
        .execute(tx.conn)?;
    Ok(id)
}

pub fn insert_posting(tx: &mut Tx, journal: &JournalId, position: i32, account: &str, amount_tyiyn: i64) -> Result<()> {
    diesel::insert_into(postings::table)
        .values((
            postings::journal_id.eq(journal),
            postings::position.eq(position),
            postings::account.eq(account),
            postings::amount_tyiyn.eq(amount_tyiyn),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn seal(tx: &mut Tx, journal: &JournalId) -> Result<()> {
    diesel::insert_into(journal_seals::table).values(journal_seals::journal_id.eq(journal)).execute(tx.conn)?;
    Ok(())
}

pub fn journals_of(tx: &mut Tx, order: &OrderId) -> Result<Vec<Journal>> {
    Ok(journals::table.filter(journals::order_id.eq(order)).order(journals::id).load(tx.conn)?)
}

pub fn postings_of(tx: &mut Tx, journal: &JournalId) -> Result<Vec<Posting>> {
    Ok(postings::table.filter(postings::journal_id.eq(journal)).order(postings::position).load(tx.conn)?)
}
