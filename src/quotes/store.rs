//! The `quotes` table.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::rules::Priced;
use super::{Details, State};
use crate::db::schema::quotes::{self, table};
use crate::db::{Tx, batch};
use crate::error::{Error, Result};
use crate::ids::{OrderId, QuoteId};

/// A quote as stored; sums in tyiyn.
#[derive(Clone, Debug, Queryable)]
pub struct Quote {
    /// Identifier.
    pub id: QuoteId,
    /// For which order.
    pub order_id: OrderId,
    /// What became of it.
    pub state: State,
    /// All goods.
    pub goods_tyiyn: i64,
    /// Delivery inside China.
    pub domestic_tyiyn: i64,
    /// Our fee.
    pub service_fee_tyiyn: i64,
    /// Freight by the estimated weight.
    pub freight_tyiyn: i64,
    /// All of the above.
    pub total_tyiyn: i64,
    /// What must be paid before we buy.
    pub prepayment_tyiyn: i64,
    /// [`Details`] as JSON.
    pub body: String,
    /// When the offer ends.
    pub valid_until: NaiveDateTime,
    /// When it was made.
    pub created_at: NaiveDateTime,
    /// By whom.
    pub created_by: String,
}

impl Quote {
    /// What is shown beside the sums.
    ///
    /// # Errors
    /// [`Error::Startup`] when the stored JSON is not ours.
    pub fn details(&self) -> Result<Details> {
        serde_json::from_str(&self.body).map_err(|error| Error::Startup(format!("quote {}: {error}", self.id)))
    }
}

pub fn insert(tx: &mut Tx, order: &OrderId, priced: &Priced, valid_until: NaiveDateTime) -> Result<Quote> {
    let body = serde_json::to_string(&priced.details)
        .map_err(|error| Error::Startup(format!("a quote cannot be written as JSON: {error}")))?;
    Ok(diesel::insert_into(table)
        .values((
            quotes::id.eq(QuoteId::new()),
            quotes::order_id.eq(order),
            quotes::state.eq(State::Offered),
            quotes::goods_tyiyn.eq(priced.goods_tyiyn),
            quotes::domestic_tyiyn.eq(priced.domestic_tyiyn),
            quotes::service_fee_tyiyn.eq(priced.service_fee_tyiyn),
            quotes::freight_tyiyn.eq(priced.freight_tyiyn),
            quotes::total_tyiyn.eq(priced.total_tyiyn),
            quotes::prepayment_tyiyn.eq(priced.prepayment_tyiyn),
            quotes::body.eq(body),
            quotes::valid_until.eq(valid_until),
            quotes::created_at.eq(tx.now),
            quotes::created_by.eq(tx.by.name()),
        ))
        .returning(quotes::all_columns)
        .get_result(tx.conn)?)
}

pub fn accepted(tx: &mut Tx, order: &OrderId) -> Result<Option<Quote>> {
    Ok(table.filter(quotes::order_id.eq(order)).filter(quotes::state.eq(State::Accepted)).first(tx.conn).optional()?)
}

/// The accepted quotes of these orders.
pub fn accepted_of(tx: &mut Tx, orders: &[OrderId]) -> Result<Vec<Quote>> {
    let these = batch::among(tx.conn, "quotes.order_id", orders)?;
    Ok(table.filter(these).filter(quotes::state.eq(State::Accepted)).load(tx.conn)?)
}

pub fn open(tx: &mut Tx, order: &OrderId) -> Result<Vec<Quote>> {
    Ok(table
        .filter(quotes::order_id.eq(order))
        .filter(quotes::state.eq(State::Offered))
        .order(quotes::id.desc())
        .load(tx.conn)?)
}

pub fn ending(tx: &mut Tx, from: NaiveDateTime, until: NaiveDateTime) -> Result<Vec<Quote>> {
    Ok(table
        .filter(quotes::state.eq(State::Offered))
        .filter(quotes::valid_until.gt(from))
        .filter(quotes::valid_until.le(until))
        .order(quotes::id)
        .load(tx.conn)?)
}

pub fn of_order(tx: &mut Tx, order: &OrderId) -> Result<Vec<Quote>> {
    Ok(table.filter(quotes::order_id.eq(order)).order(quotes::id.desc()).load(tx.conn)?)
}

pub fn retire_open(tx: &mut Tx, order: &OrderId, state: State) -> Result<()> {
    diesel::update(table.filter(quotes::order_id.eq(order)).filter(quotes::state.eq(State::Offered)))
        .set(quotes::state.eq(state))
        .execute(tx.conn)?;
    Ok(())
}

pub fn set_state(tx: &mut Tx, quote: &QuoteId, state: State) -> Result<()> {
    diesel::update(table.find(quote)).set(quotes::state.eq(state)).execute(tx.conn)?;
    Ok(())
}
