//! "Delete my data": the person goes out of the rows, the rows stay. What was bought, paid and handed over is the firm's
//! bookkeeping, which the law and the ledger keep; it knows a customer by the client code alone.

use std::collections::BTreeSet;

use crate::audit;
use crate::claims;
use crate::customers;
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::idempotency;
use crate::ids::{CustomerId, OrderId, PhotoId};
use crate::money::Money;
use crate::notifications;
use crate::orders::{self, Order, Status};
use crate::parcels;
use crate::photos::{self, Owner};
use crate::sign_in;

/// Erases a customer, and gives the photos whose pictures are to be removed when that is committed.
///
/// # Errors
/// `still_open` while an order is under way, a transfer waits for its decision, or anybody owes anybody money.
pub fn erase(tx: &mut Tx, id: &CustomerId) -> Result<Vec<PhotoId>> {
    let ids: BTreeSet<OrderId> = orders::all_of(tx, id)?.into_iter().map(|order| order.id).collect();
    let orders: Vec<Order> = orders::lock_ids(tx, ids)?.into_values().collect();
    let customer = customers::lock_id(tx, id)?;
    refuse_open(tx, &orders, customer.credit_tyiyn)?;
    let order_ids: Vec<OrderId> = orders.iter().map(|order| order.id.clone()).collect();
    let shown = photos_of(tx, &orders)?;
    let person = |name: &str, email: Option<&String>| [Some(name.to_owned()), email.cloned()];
    let mut texts: BTreeSet<String> = person(&customer.name, customer.email.as_ref()).into_iter().flatten().collect();
    texts.extend(orders.iter().flat_map(|order| person(&order.name, order.email.as_ref())).flatten());
    texts.remove("");
    let items = orders::items_of_many(tx, &order_ids)?.into_values().flatten();
    texts.extend(items.filter_map(|item| item.note));
    texts.insert(customer.phone.clone());
    // An answer to staff names the person, one to a visitor only the order.
    let marks: Vec<String> = orders.iter().map(|order| order.code.clone()).chain([customer.phone.clone()]).collect();
    idempotency::forget(tx, &marks, &texts.into_iter().collect::<Vec<_>>())?;
    notifications::forget(tx, &customer.phone, &order_ids)?;
    parcels::erase_words(tx, &order_ids)?;
    orders::erase_person(tx, id)?;
    sign_in::forget(tx, id, &customer.phone)?;
    customers::erase(tx, id)?;
    let detail = serde_json::json!({"orders": order_ids.len(), "photos": shown.len()});
    audit::record(tx, "customer.erased", &customer.client_code, detail)?;
    Ok(shown)
}

fn refuse_open(tx: &mut Tx, orders: &[Order], credit_tyiyn: i64) -> Result<()> {
    let codes = |open: &dyn Fn(&Order) -> bool| -> Vec<String> {
        orders.iter().filter(|order| open(order)).map(|order| order.code.clone()).collect()
    };
    let under_way = codes(&|order| !matches!(order.status, Status::PickedUp | Status::Cancelled));
    let unsettled = codes(&|order| order.balance_tyiyn != 0);
    let waiting = claims::waiting_of(tx, &codes(&|_| true))?;
    let balance_tyiyn: i64 = orders.iter().map(|order| order.balance_tyiyn).sum();
    let mut first = Vec::new();
    if !under_way.is_empty() {
        first.push(format!("these orders must be picked up or cancelled: {}", under_way.join(", ")));
    }
    if !unsettled.is_empty() {
        first.push(format!("what is owed for these must be paid, or paid back: {}", unsettled.join(", ")));
    }
    if credit_tyiyn != 0 {
        first.push("the credit that is kept must be used or paid out".to_owned());
    }
    if waiting > 0 {
        first.push("a transfer that was told of must be decided".to_owned());
    }
    if first.is_empty() {
        return Ok(());
    }
    Problem::new(Slug::StillOpen, format!("Before the data can be deleted, {}.", first.join("; ")))
        .with("open_orders", under_way)
        .with("balance", serde_json::json!(Money::tyiyn(balance_tyiyn)))
        .with("credit", serde_json::json!(Money::tyiyn(credit_tyiyn)))
        .fail()
}

/// Of what was asked for, of boxes with their marks, of receipts.
fn photos_of(tx: &mut Tx, orders: &[Order]) -> Result<Vec<PhotoId>> {
    let ids: Vec<OrderId> = orders.iter().map(|order| order.id.clone()).collect();
    let codes: Vec<String> = orders.iter().map(|order| order.code.clone()).collect();
    let mut found = claims::photos_of(tx, &codes)?;
    for id in &ids {
        found.extend(photos::of(tx, &Owner::Order(id.clone()))?.into_iter().map(|photo| photo.id));
    }
    let parcels: Vec<_> = parcels::of_orders(tx, &ids)?.into_iter().map(|parcel| parcel.id).collect();
    found.extend(photos::of_parcels(tx, &parcels)?.into_iter().map(|photo| photo.id));
    Ok(found)
}
