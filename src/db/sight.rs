//! Whose things an actor may see, as a part of the WHERE of a query: what is out of sight is not found.
//!
//! Roles in `business.own_branch_roles` see the orders that are picked up at their own branch, and what belongs to these.

use diesel::IntoSql;
use diesel::sql_types::{Bool, Text};

use super::Tx;
use super::batch::Among;
use crate::db::schema::{
    acquirer_invoices, cash_shifts, customers, notifications, orders, parcels, photos, transfer_claims,
};
use crate::ids::BranchId;

/// Orders.
pub fn orders(tx: &Tx) -> Among<orders::table> {
    sight(tx, "orders.pickup_point_id = ", "")
}

/// Customers: those who have an order in sight.
pub fn customers(tx: &Tx) -> Among<customers::table> {
    sight(tx, "customers.id IN (SELECT customer_id FROM orders WHERE pickup_point_id = ", ")")
}

/// Messages about orders.
pub fn notifications(tx: &Tx) -> Among<notifications::table> {
    sight(tx, "notifications.order_id IN (SELECT id FROM orders WHERE pickup_point_id = ", ")")
}

/// Transfer claims.
pub fn claims(tx: &Tx) -> Among<transfer_claims::table> {
    sight(tx, "transfer_claims.order_code IN (SELECT code FROM orders WHERE pickup_point_id = ", ")")
}

/// Invoices at payment providers.
pub fn invoices(tx: &Tx) -> Among<acquirer_invoices::table> {
    sight(tx, "acquirer_invoices.order_id IN (SELECT id FROM orders WHERE pickup_point_id = ", ")")
}

/// Cash shifts.
pub fn shifts(tx: &Tx) -> Among<cash_shifts::table> {
    sight(tx, "cash_shifts.branch_id = ", "")
}

/// Parcels: those of orders in sight, those that lie at the branch whosever they are, and those of nobody.
pub fn parcels(tx: &Tx) -> Among<parcels::table> {
    sight(
        tx,
        "(parcels.order_id IS NULL OR ",
        " IN (parcels.branch_id, (SELECT pickup_point_id FROM orders WHERE orders.id = parcels.order_id)))",
    )
}

/// Photos of orders, parcels and claims in sight.
pub fn photos(tx: &Tx) -> Among<photos::table> {
    sight(
        tx,
        "(photos.parcel_id IN (SELECT id FROM parcels WHERE order_id IS NULL) OR ",
        " IN ((SELECT o.pickup_point_id FROM orders o WHERE o.id = photos.order_id), \
         (SELECT p.branch_id FROM parcels p WHERE p.id = photos.parcel_id), \
         (SELECT o.pickup_point_id FROM parcels p JOIN orders o ON o.id = p.order_id WHERE p.id = photos.parcel_id), \
         (SELECT o.pickup_point_id FROM transfer_claims c JOIN orders o ON o.code = c.order_code \
          WHERE c.photo_id = photos.id LIMIT 1)))",
    )
}

/// Whether what lies at a branch is in sight, by its identifier.
pub fn branch(tx: &Tx, id: &BranchId) -> bool {
    tx.own_branch().is_none_or(|own| own == id.as_str())
}

/// The condition around the identifier of the actor's own branch; for everybody else it is always met.
fn sight<T>(tx: &Tx, before: &'static str, after: &'static str) -> Among<T> {
    match tx.own_branch() {
        // Bound and not written: a statement with written SQL is not kept prepared.
        None => Box::new(true.into_sql::<Bool>()),
        Some(own) => Box::new(diesel::dsl::sql::<Bool>(before).bind::<Text, _>(own).sql(after)),
    }
}
