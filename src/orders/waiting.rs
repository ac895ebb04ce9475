//! Orders that wait for their customers: released in part, or for so long that they count as not collected.

use chrono::NaiveDateTime;

use super::{Entry, Event, Order, advance, store};
use crate::db::Tx;
use crate::error::Result;
use crate::ids::OrderId;

/// Lets an order wait for its customer although not all of it is here, until the rest comes or the part is taken.
///
/// # Errors
/// `wrong_status`.
pub fn release(tx: &mut Tx, order: &mut Order, entry: Entry) -> Result<()> {
    order.released_at = Some(tx.now);
    store::set_released(tx, order)?;
    advance(tx, order, Event::Released, entry)
}

/// The order follows its slowest parcel again.
///
/// # Errors
/// Those of the database.
pub fn end_release(tx: &mut Tx, order: &mut Order) -> Result<()> {
    order.released_at = None;
    store::set_released(tx, order)
}

/// From now on the order counts as not collected.
///
/// # Errors
/// Those of the database.
pub fn mark_uncollected(tx: &mut Tx, order: &mut Order) -> Result<()> {
    order.uncollected_at = Some(tx.now);
    store::set_uncollected(tx, order)
}

/// Orders that were told of their arrival and still wait: since `told_by` or longer, or with free storage that ends
/// before `free_until`. By identifier, above `after`.
///
/// # Errors
/// Those of the database.
pub fn waiting(
    tx: &mut Tx,
    free_until: NaiveDateTime,
    told_by: NaiveDateTime,
    after: &str,
    limit: i64,
) -> Result<Vec<OrderId>> {
    store::waiting(tx, free_until, told_by, after, limit)
}
