//! The `payments` table.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::{Method, NewPayment};
use crate::db::Tx;
use crate::db::schema::payments::{self, table};
use crate::error::Result;
use crate::ids::{JournalId, OrderId, PaymentId, ShiftId};

/// A payment as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Payment {
    /// Identifier.
    pub id: PaymentId,
    /// For which order.
    pub order_id: OrderId,
    /// Its journal.
    pub journal_id: JournalId,
    /// How it was paid.
    pub method: Method,
    /// The account it went into.
    pub account: String,
    /// How much, tyiyn.
    pub amount_tyiyn: i64,
    /// How much of it went back, tyiyn.
    pub refunded_tyiyn: i64,
    /// The bank's or wallet's number of it.
    pub reference: Option<String>,
    /// Anything worth knowing.
    pub note: Option<String>,
    /// Number of the receipt.
    pub receipt_no: String,
    /// When.
    pub at: NaiveDateTime,
    /// Who took it.
    pub actor: String,
    /// During which cash shift.
    pub shift_id: Option<ShiftId>,
    /// How much of it became credit of the customer, tyiyn.
    pub kept_tyiyn: i64,
}

/// Where a payment went.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its journal.
    pub journal: JournalId,
    /// Into which account.
    pub account: String,
    /// During which cash shift.
    pub shift: Option<ShiftId>,
    /// Number of the receipt.
    pub receipt_no: String,
}

/// What was taken by one method.
#[derive(Clone, Debug, QueryableByName)]
pub struct Taken {
    /// How.
    #[diesel(sql_type = Text)]
    pub method: Method,
    /// How many payments.
    #[diesel(sql_type = BigInt)]
    pub payments: i64,
    /// Their sum, tyiyn.
    #[diesel(sql_type = BigInt)]
    pub amount_tyiyn: i64,
}

pub fn insert(tx: &mut Tx, id: &PaymentId, order: &OrderId, new: &NewPayment, place: &Place) -> Result<Payment> {
    Ok(diesel::insert_into(table)
        .values((
            payments::id.eq(id),
            payments::order_id.eq(order),
            payments::journal_id.eq(&place.journal),
            payments::method.eq(new.method),
            payments::account.eq(&place.account),
            payments::amount_tyiyn.eq(new.amount_tyiyn),
            payments::refunded_tyiyn.eq(0_i64),
            payments::reference.eq(&new.reference),
            payments::note.eq(&new.note),
            payments::receipt_no.eq(&place.receipt_no),
            payments::at.eq(tx.now),
            payments::actor.eq(tx.by.name()),
            payments::shift_id.eq(&place.shift),
            payments::kept_tyiyn.eq(0_i64),
        ))
        .returning(payments::all_columns)
        .get_result(tx.conn)?)
}

pub fn of_order(tx: &mut Tx, order: &OrderId) -> Result<Vec<Payment>> {
    Ok(table.filter(payments::order_id.eq(order)).order(payments::id).load(tx.conn)?)
}

pub fn by_receipt(tx: &mut Tx, receipt_no: &str) -> Result<Option<Payment>> {
    Ok(table.filter(payments::receipt_no.eq(receipt_no)).first(tx.conn).optional()?)
}

pub fn set_spent(tx: &mut Tx, payment: &Payment) -> Result<()> {
    diesel::update(table.find(&payment.id))
        .set((payments::refunded_tyiyn.eq(payment.refunded_tyiyn), payments::kept_tyiyn.eq(payment.kept_tyiyn)))
        .execute(tx.conn)?;
    Ok(())
}

pub fn taken_in(tx: &mut Tx, shift: &ShiftId) -> Result<Vec<Taken>> {
    Ok(diesel::sql_query(
        "SELECT method, COUNT(*) AS payments, CAST(SUM(amount_tyiyn) AS BIGINT) AS amount_tyiyn \
         FROM payments WHERE shift_id = $1 GROUP BY method ORDER BY method",
    )
    .bind::<Text, _>(shift.as_str())
    .load(tx.conn)?)
}
