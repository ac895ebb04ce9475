//! A part of an order is given to its customer although the rest is still to come: an operator decides.

use super::rules::Status;
use super::store::Parcel;
use super::{ready, store};
use crate::audit;
use crate::branches;
use crate::code::OrderCode;
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::notifications::{self, Fact, Occasion};
use crate::orders::{self, Entry, EventKind, Order};
use crate::proofs;
use crate::quotes;

/// Makes an order ready with the parcels that are here, and tells its customer so.
///
/// # Errors
/// `not_arrived` when nothing of it is here; `wrong_status` when it does not wait for parcels, or has none to wait for.
pub fn release(tx: &mut Tx, code: &OrderCode, reason: Option<&str>) -> Result<Order> {
    let mut order = orders::lock(tx, code)?;
    if !orders::rules::has_parcels(order.status) || order.status == orders::Status::ReadyForPickup {
        return Err(orders::wrong_status(&order, &orders::rules::legal(order.status)));
    }
    let parcels = store::of_order(tx, &order.id)?;
    let is_here = |parcel: &&Parcel| {
        parcel.status == Status::Arrived && parcel.branch_id.as_ref() == Some(&order.pickup_point_id)
    };
    let here = parcels.iter().filter(is_here).count();
    if here == 0 {
        return Problem::new(Slug::NotArrived, format!("Nothing of order {} has arrived yet.", order.code))
            .with("current", order.status.as_str())
            .fail();
    }
    let mut entry = Entry::new(EventKind::OrderReleased).with("arrived", here).with("total", parcels.len());
    if let Some(reason) = reason {
        entry = entry.with("reason", reason);
    }
    orders::release(tx, &mut order, entry)?;
    audit::record(
        tx,
        "order.released",
        &order.code,
        serde_json::json!({"arrived": here, "total": parcels.len(), "reason": reason}),
    )?;
    tell(tx, &mut order, here, parcels.len())?;
    Ok(order)
}

/// One message, which says that it is a part.
fn tell(tx: &mut Tx, order: &mut Order, here: usize, total: usize) -> Result<()> {
    let terms = quotes::freight_terms(tx, &order.id, &order.pickup_point_id)?;
    let free_until = ready::free_until(tx, &terms);
    orders::set_free_storage(tx, order, free_until)?;
    orders::mark_announced(tx, order)?;
    let pin = proofs::assign(tx, [&order.id])?;
    let branch = branches::get(tx, &order.pickup_point_id)?;
    let count = |parcels: usize| Fact::Number(i64::try_from(parcels).unwrap_or(i64::MAX));
    notifications::enqueue(
        tx,
        &orders::recipient(order),
        Occasion::OrderReleased,
        &format!("{}:{}", order.id, order.version),
        &[
            ("code", Fact::text(&order.code)),
            ("arrived", count(here)),
            ("parcels", count(total)),
            ("total", Fact::Number(order.balance_tyiyn.max(0))),
            ("branch", Fact::text(&branch.name)),
            ("address", Fact::text(&branch.address)),
            ("hours", Fact::text(&branch.hours)),
            ("free_until", Fact::Time(free_until)),
            ("pin", Fact::Secret(pin)),
        ],
    )
}
