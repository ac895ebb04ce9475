//! Forwarding orders of many customers at once, for the boxes that a warehouse's list brings.

use std::collections::{BTreeMap, HashMap};

use super::{Entry, EventKind, Order, store_many as store};
use crate::audit;
use crate::branches;
use crate::customers::Customer;
use crate::db::Tx;
use crate::error::Result;
use crate::ids::{CustomerId, OrderId};

/// [`super::open_forwarding`] of many customers.
///
/// # Errors
/// Those of the database.
pub fn open_forwarding_of(tx: &mut Tx, customers: &[CustomerId]) -> Result<BTreeMap<CustomerId, OrderId>> {
    store::open_forwarding(tx, customers)
}

/// Begins a forwarding order for each of these customers, who are locked and have none open.
///
/// # Errors
/// `validation_failed` when there is no pickup point yet.
pub fn place_forwarding_of(tx: &mut Tx, customers: &[&Customer]) -> Result<BTreeMap<OrderId, Order>> {
    if customers.is_empty() {
        return Ok(BTreeMap::new());
    }
    let pickup_point = branches::find_pickup_point(tx, None, "/pickup_point")?;
    let ids = store::insert_forwarding(tx, customers, &pickup_point.id)?;
    let placed = store::by_ids(tx, &ids)?;
    let requested = Entry::new(EventKind::OrderRequested);
    let written: Vec<_> = placed.iter().map(|order| requested.row_of(order, tx.now)).collect();
    store::insert_events(tx, &written)?;
    let codes: HashMap<_, _> = customers.iter().map(|customer| (&customer.id, &customer.client_code)).collect();
    let line = |order: &Order| {
        let detail = serde_json::json!({"kind": order.kind, "client_code": codes.get(&order.customer_id)});
        ("order.placed", order.code.clone(), detail)
    };
    let trail: Vec<_> = placed.iter().map(line).collect();
    audit::record_many(tx, &trail)?;
    Ok(placed.into_iter().map(|order| (order.id.clone(), order)).collect())
}
