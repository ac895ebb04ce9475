//! The `journals`, `postings` and `journal_seals` tables.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use serde::Serialize;

use super::{Entry, Kind};
use crate::db::Tx;
use crate::db::batch::{self, Kind as Column};
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

/// What journals of one kind moved on an account.
#[derive(Clone, Debug, QueryableByName)]
pub struct Turnover {
    /// Which kind.
    #[diesel(sql_type = Text)]
    pub kind: Kind,
    /// How many postings.
    #[diesel(sql_type = BigInt)]
    pub postings: i64,
    /// Sum of the debits, tyiyn.
    #[diesel(sql_type = BigInt)]
    pub debit_tyiyn: i64,
    /// Sum of the credits, tyiyn, positive.
    #[diesel(sql_type = BigInt)]
    pub credit_tyiyn: i64,
}

pub fn turnover(tx: &mut Tx, account: &str) -> Result<Vec<Turnover>> {
    Ok(diesel::sql_query(
        "SELECT journals.kind AS kind, COUNT(*) AS postings, \
         CAST(SUM(CASE WHEN amount_tyiyn > 0 THEN amount_tyiyn ELSE 0 END) AS BIGINT) AS debit_tyiyn, \
         CAST(SUM(CASE WHEN amount_tyiyn < 0 THEN -amount_tyiyn ELSE 0 END) AS BIGINT) AS credit_tyiyn \
         FROM postings JOIN journals ON journals.id = postings.journal_id \
         WHERE account = $1 GROUP BY journals.kind ORDER BY journals.kind",
    )
    .bind::<Text, _>(account)
    .load(tx.conn)?)
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

/// Many journals with their postings and seals, three statements in all.
pub fn insert_all(tx: &mut Tx, entries: &[Entry]) -> Result<()> {
    #[derive(Serialize)]
    struct JournalRow<'a> {
        id: &'a JournalId,
        order_id: Option<&'a OrderId>,
        kind: Kind,
        idempotency_key: &'a str,
        reverses: Option<&'a JournalId>,
        #[serde(serialize_with = "batch::moment")]
        at: NaiveDateTime,
        actor: &'a str,
    }
    #[derive(Serialize)]
    struct PostingRow<'a> {
        journal_id: &'a JournalId,
        position: usize,
        account: &'a str,
        amount_tyiyn: i64,
    }
    let (at, actor) = (tx.now, tx.by.name());
    let with_ids: Vec<_> = entries.iter().map(|entry| (JournalId::new(), entry)).collect();
    let journals = with_ids.iter().map(|(id, entry)| JournalRow {
        id,
        order_id: entry.order_id.as_ref(),
        kind: entry.kind,
        idempotency_key: &entry.idempotency_key,
        reverses: entry.reverses.as_ref(),
        at,
        actor,
    });
    let postings = with_ids.iter().flat_map(|(id, entry)| {
        let legs = entry.postings.iter().enumerate();
        legs.map(move |(position, (account, tyiyn))| PostingRow {
            journal_id: id,
            position,
            account,
            amount_tyiyn: *tyiyn,
        })
    });
    let (text, number) = (Column::Text, Column::Number);
    let columns = [
        ("id", text),
        ("order_id", text),
        ("kind", text),
        ("idempotency_key", text),
        ("reverses", text),
        ("at", Column::Moment),
        ("actor", text),
    ];
    batch::insert(tx.conn, "journals", &columns, &journals.collect::<Vec<_>>())?;
    let columns = [("journal_id", text), ("position", number), ("account", text), ("amount_tyiyn", number)];
    let postings: Vec<_> = postings.collect();
    batch::insert(tx.conn, "postings", &columns, &postings)?;
    // A seal for each journal: its first posting names it.
    let seals: Vec<_> = postings.iter().filter(|posting| posting.position == 0).collect();
    batch::insert(tx.conn, "journal_seals", &[("journal_id", text)], &seals)
}

/// The facts that journals of one kind record for these orders.
pub fn facts_of(tx: &mut Tx, orders: &[OrderId], kind: Kind) -> Result<Vec<String>> {
    let these = batch::among(tx.conn, "journals.order_id", orders)?;
    Ok(journals::table.filter(these).filter(journals::kind.eq(kind)).select(journals::idempotency_key).load(tx.conn)?)
}

pub fn journals_of(tx: &mut Tx, order: &OrderId) -> Result<Vec<Journal>> {
    Ok(journals::table.filter(journals::order_id.eq(order)).order(journals::id).load(tx.conn)?)
}

/// Of all journals of an order, each journal's in their sequence.
pub fn postings_of(tx: &mut Tx, order: &OrderId) -> Result<Vec<Posting>> {
    Ok(postings::table
        .inner_join(journals::table.on(journals::id.eq(postings::journal_id)))
        .filter(journals::order_id.eq(order))
        .order((postings::journal_id, postings::position))
        .select(postings::all_columns)
        .load(tx.conn)?)
}

pub fn sum_of_kinds(tx: &mut Tx, order: &OrderId, account: &str, kinds: &[Kind]) -> Result<i64> {
    let amounts: Vec<i64> = postings::table
        .inner_join(journals::table.on(journals::id.eq(postings::journal_id)))
        .filter(journals::order_id.eq(order))
        .filter(journals::kind.eq_any(kinds.to_vec()))
        .filter(postings::account.eq(account))
        .select(postings::amount_tyiyn)
        .load(tx.conn)?;
    Ok(amounts.iter().sum())
}

pub fn has_fact(tx: &mut Tx, fact: &str) -> Result<bool> {
    let known = journals::table.filter(journals::idempotency_key.eq(fact));
    Ok(diesel::select(diesel::dsl::exists(known)).get_result(tx.conn)?)
}
