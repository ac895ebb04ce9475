//! One lot comes off a truck: parcels, freight, orders, timelines and messages, each kind written at once.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDateTime;

use super::arrival::Plan;
use super::rules::Outcome;
use super::scan::Scanned;
use crate::branches::Branch;
use crate::db::Tx;
use crate::error::Result;
use crate::ids::{OrderId, ParcelId};
use crate::orders::{self, Bulk, Entry, EventKind, Order};
use crate::parcels::{self, Parcel, Standing, bulk};
use crate::quotes;

/// A parcel that changes, as it was and as it will be.
pub(super) struct Changed {
    parcel: Parcel,
    before: parcels::Status,
    /// When it came off the truck, if it does so now.
    arrived_at: Option<NaiveDateTime>,
    is_damaged: bool,
}

/// What comes off the truck, and what is found damaged; nothing is written yet.
pub(super) fn take_off(
    tx: &Tx,
    plan: &Plan,
    results: &mut [Scanned],
    orders: &BTreeMap<OrderId, Order>,
) -> Vec<Changed> {
    let mut changed = Vec::new();
    for result in results {
        let Some(mut parcel) = result.parcel.clone() else { continue };
        let before = parcel.status;
        let arrived_at = (result.outcome == Outcome::Arrived).then(|| result.scan.at.unwrap_or(tx.now));
        let damage = plan.damaged.get(&parcel.id).filter(|reason| parcel.condition.as_ref() != Some(reason));
        if arrived_at.is_some() {
            parcel.status = parcels::Status::Arrived;
            parcel.arrived_at = arrived_at;
            parcel.branch_id = Some(plan.branch.id.clone());
            parcel.weight_g = plan.weights_g.get(&parcel.id).copied().or(parcel.weight_g);
            result.reason = elsewhere(plan, parcel.order_id.as_ref().and_then(|id| orders.get(id)));
        } else if damage.is_none() || before != parcels::Status::Arrived {
            continue;
        }
        if let Some(reason) = damage {
            parcel.condition = Some(reason.clone());
        }
        changed.push(Changed { is_damaged: damage.is_some(), parcel, before, arrived_at });
    }
    changed
}

/// What to say of a parcel that is picked up somewhere else.
fn elsewhere(plan: &Plan, order: Option<&Order>) -> Option<String> {
    let order = order.filter(|order| order.pickup_point_id != plan.branch.id)?;
    Some(format!("order {} is picked up at another branch: this waits for onward transfer", order.code))
}

/// Writes parcels, freight, orders, timelines and messages of one part; gives the parcels as they are now.
pub(super) fn bring_in(
    tx: &mut Tx,
    plan: &Plan,
    changed: Vec<Changed>,
    orders: &mut BTreeMap<OrderId, Order>,
) -> Result<HashMap<ParcelId, Parcel>> {
    let mut writing = Bulk::default();
    let charged = orders.values().filter(|order| order.status != orders::Status::Cancelled);
    let charged: Vec<_> = charged.map(|order| (order.id.clone(), order.pickup_point_id.clone())).collect();
    let terms = quotes::freight_terms_of(tx, &charged)?;
    let mut parcels: Vec<_> = changed.iter().map(|changed| changed.parcel.clone()).collect();
    parcels::freight::charge_all(tx, &mut writing, orders, &terms, &mut parcels)?;
    let befores = changed.iter().map(|changed| changed.before);
    bulk::save_all(tx, bulk::AT_A_BRANCH, &parcels.iter().zip(befores).collect::<Vec<_>>())?;
    let mut arrived: HashMap<OrderId, NaiveDateTime> = HashMap::new();
    for Changed { parcel, arrived_at, .. } in &changed {
        if let (Some(order), Some(at)) = (&parcel.order_id, arrived_at) {
            let last = arrived.entry(order.clone()).or_insert(*at);
            *last = (*last).max(*at);
        }
    }
    let entries = |order: &Order, standings: &[Standing]| {
        arrived.get(&order.id).map(|at| arrival_entry(&plan.branch, standings).at(*at)).into_iter().collect()
    };
    let ready = bulk::follow_all(tx, &mut writing, orders, entries)?;
    for Changed { parcel, .. } in changed.iter().filter(|changed| changed.is_damaged) {
        if let Some(order) = parcel.order_id.as_ref().and_then(|id| orders.get(id)) {
            let damaged = parcels::entry(EventKind::ParcelDamaged, parcel).place(&plan.branch.city);
            writing.note(tx, order, &damaged.with("condition", parcel.condition.clone()));
        }
    }
    let ready = orders.values_mut().filter(|order| ready.contains(&order.id)).collect();
    parcels::ready::welcome_all(tx, &plan.branch, &terms, ready)?;
    writing.write(tx, orders.values())?;
    Ok(parcels.into_iter().map(|parcel| (parcel.id.clone(), parcel)).collect())
}

fn arrival_entry(branch: &Branch, standings: &[Standing]) -> Entry {
    let is_here =
        |standing: &&Standing| matches!(standing.status, parcels::Status::Arrived | parcels::Status::PickedUp);
    Entry::new(EventKind::ParcelArrived)
        .with("arrived", standings.iter().filter(is_here).count())
        .with("total", standings.len())
        .place(&branch.city)
}
