//! The books of a whole database, without a model: what must be true of them whoever did whatever.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use diesel::prelude::*;
use torugart::db::schema::{cash_shifts, customers, journals, payments, postings};
use torugart::shifts::Shift;

use crate::harness::server::Server;

#[derive(Default)]
struct Books {
    /// Kind, and what it reverses, by journal.
    journals: BTreeMap<String, (String, Option<String>)>,
    /// Tyiyn by journal and account.
    legs: HashMap<(String, String), i64>,
    accounts: HashMap<String, i64>,
}

impl Books {
    fn read(s: &Server) -> Self {
        let read = s.app.db.read(|conn| {
            let rows: Vec<(String, String, Option<String>)> =
                journals::table.select((journals::id, journals::kind, journals::reverses)).load(conn)?;
            let legs: Vec<(String, String, i64)> =
                postings::table.select((postings::journal_id, postings::account, postings::amount_tyiyn)).load(conn)?;
            let journals = rows.into_iter().map(|(id, kind, what)| (id, (kind, what))).collect();
            let mut books = Self { journals, ..Self::default() };
            for (journal, account, tyiyn) in legs {
                *books.accounts.entry(account.clone()).or_default() += tyiyn;
                *books.legs.entry((journal, account)).or_default() += tyiyn;
            }
            Ok(books)
        });
        read.expect("the journals can be read")
    }
}

/// Beyond what the harness holds of every test: payments, drawers and numbers agree with the journals.
pub fn assert_whole(s: &Server) {
    s.assert_books_balance();
    let books = Books::read(s);
    assert_eq!(books.accounts.values().sum::<i64>(), 0, "the ledger");
    let mut taken_back = BTreeSet::new();
    for (kind, what) in books.journals.values() {
        if let (true, Some(what)) = (kind != "refund", what) {
            assert!(taken_back.insert(what), "journal {what} was taken back twice");
        }
    }
    payments_agree(s, &books);
    drawers_agree(s, &books);
    let credit: Vec<i64> =
        s.app.db.read(|conn| Ok(customers::table.select(customers::credit_tyiyn).load(conn)?)).expect("customers");
    assert!(credit.iter().all(|tyiyn| *tyiyn >= 0), "nobody's credit is below zero: {credit:?}");
}

fn payments_agree(s: &Server, books: &Books) {
    type Row = (String, String, i64, i64, i64, String);
    let rows: Vec<Row> = s
        .app
        .db
        .read(|conn| {
            let columns = (
                payments::journal_id,
                payments::account,
                payments::amount_tyiyn,
                payments::refunded_tyiyn,
                payments::kept_tyiyn,
                payments::receipt_no,
            );
            Ok(payments::table.select(columns).load(conn)?)
        })
        .expect("payments");
    let mut refunds: BTreeMap<&str, i64> = BTreeMap::new();
    let mut paid: BTreeMap<&str, i64> = BTreeMap::new();
    for ((journal, account), tyiyn) in &books.legs {
        let (kind, reverses) = &books.journals[journal];
        match (kind.as_str(), reverses) {
            ("refund", Some(payment)) if account.starts_with("receivable:") => {
                *refunds.entry(payment).or_default() += tyiyn;
            }
            ("payment", _) if !account.starts_with("receivable:") => *paid.entry(journal).or_default() += tyiyn,
            _ => {}
        }
    }
    assert_eq!(paid.len(), rows.len(), "each payment has one journal");
    let mut receipts: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    for (journal, account, amount, refunded, kept, receipt) in &rows {
        assert_eq!(paid.get(journal.as_str()), Some(amount), "payment {receipt}");
        let leg = books.legs.get(&(journal.clone(), account.clone()));
        assert_eq!(leg, Some(amount), "payment {receipt} into {account}");
        assert_eq!(refunds.get(journal.as_str()).copied().unwrap_or(0), *refunded, "refunds of {receipt}");
        let is_within = *refunded >= 0 && *kept >= 0 && refunded + kept <= *amount;
        assert!(is_within, "{receipt}: {refunded} and {kept} of {amount}");
        let (book, number) = receipt.rsplit_once('-').expect("a number");
        receipts.entry(book.to_owned()).or_default().insert(number.parse().expect("a number"));
    }
    for (book, numbers) in receipts {
        let without_gaps = (1..).zip(&numbers).all(|(expected, number)| expected == *number);
        assert!(without_gaps, "the receipts of {book} have a gap: {numbers:?}");
    }
}

fn drawers_agree(s: &Server, books: &Books) {
    let shifts: Vec<Shift> =
        s.app.db.read(|conn| Ok(cash_shifts::table.order(cash_shifts::number).load(conn)?)).expect("shifts");
    let mut open = BTreeSet::new();
    for (number, shift) in (1..).zip(&shifts) {
        assert_eq!(shift.number, number, "shifts count without gaps");
        let held = books.accounts.get(&shift.account).copied().unwrap_or(0);
        if shift.closed_at.is_none() {
            assert!(open.insert(&shift.staff_id), "{} has two drawers open", shift.cashier);
            assert!(shift.opening_tyiyn.is_none() || held >= 0, "{} holds {held}", shift.account);
        } else {
            assert_eq!(held, 0, "the closed {}", shift.account);
        }
        if let (Some(expected), Some(counted)) = (shift.expected_tyiyn, shift.counted_tyiyn) {
            let closing = format!("shift:{}:close", shift.id);
            let difference = s.app.db.read(|conn| {
                let legs = postings::table.inner_join(journals::table.on(journals::id.eq(postings::journal_id)));
                let legs: Vec<i64> = legs
                    .filter(journals::idempotency_key.eq(&closing))
                    .filter(postings::account.like("cash_difference:%"))
                    .select(postings::amount_tyiyn)
                    .load(conn)?;
                Ok(legs.iter().sum::<i64>())
            });
            assert_eq!(difference.expect("a journal"), expected - counted, "the difference of {}", shift.account);
        }
    }
}
