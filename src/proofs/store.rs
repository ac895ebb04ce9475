//! The `pickup_proofs` table.

use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::db::Tx;
use crate::db::schema::pickup_proofs::{self, table};
use crate::error::Result;
use crate::ids::OrderId;

/// What whoever picks an order up is recognised by.
#[derive(Clone, Debug, Queryable)]
pub struct Known {
    /// Of its PIN.
    pub pin_hash: Option<String>,
    /// How often somebody was wrong.
    pub wrong_tries: i64,
}

pub fn of_order(tx: &mut Tx, order: &OrderId) -> Result<Option<Known>> {
    Ok(table.find(order).select((pickup_proofs::pin_hash, pickup_proofs::wrong_tries)).first(tx.conn).optional()?)
}

/// The same, held until the transaction ends: tries are looked at one by one.
pub fn lock(tx: &mut Tx, order: &OrderId) -> Result<Known> {
    diesel::sql_query(
        "INSERT INTO pickup_proofs (order_id, wrong_tries) VALUES ($1, 0) \
         ON CONFLICT (order_id) DO UPDATE SET wrong_tries = pickup_proofs.wrong_tries",
    )
    .bind::<Text, _>(order)
    .execute(tx.conn)?;
    Ok(table.find(order).select((pickup_proofs::pin_hash, pickup_proofs::wrong_tries)).first(tx.conn)?)
}

/// A new PIN begins with all tries.
pub fn set_pin(tx: &mut Tx, order: &OrderId, pin_hash: &str) -> Result<()> {
    diesel::sql_query(
        "INSERT INTO pickup_proofs (order_id, pin_hash, wrong_tries) VALUES ($1, $2, 0) \
         ON CONFLICT (order_id) DO UPDATE SET pin_hash = excluded.pin_hash, wrong_tries = 0",
    )
    .bind::<Text, _>(order)
    .bind::<Text, _>(pin_hash)
    .execute(tx.conn)?;
    Ok(())
}

pub fn count_wrong_try(tx: &mut Tx, order: &OrderId) -> Result<()> {
    diesel::update(table.find(order))
        .set(pickup_proofs::wrong_tries.eq(pickup_proofs::wrong_tries + 1))
        .execute(tx.conn)?;
    Ok(())
}
