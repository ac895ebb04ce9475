//! Cells: where on the shelves of a branch a parcel lies, so that it is found when its customer stands at the desk.

pub mod http;
mod rules;
mod store;

use std::collections::{BTreeSet, HashMap};

use crate::audit;
use crate::branches::{self, Branch};
use crate::db::{Tx, sight};
use crate::error::{Problem, Result};
use crate::ids::Actor;
use crate::orders;
use crate::parcels::{self, Parcel};

pub use rules::{Address, Outcome};
pub use store::Cell;

/// What became of one scanned barcode.
#[derive(Clone, Debug)]
pub struct Scanned {
    /// As scanned.
    pub barcode: String,
    /// What became of it.
    pub outcome: Outcome,
    /// A sentence for whoever holds the scanner, when there is something to say.
    pub reason: Option<String>,
    /// The parcel it means.
    pub parcel: Option<Parcel>,
}

/// The branch whose shelves are meant: the one named, else where the actor works, else the oldest pickup point.
///
/// # Errors
/// `validation_failed` at `pointer` for a branch that does not exist or hands nothing over; `not_found` for one out of sight.
pub fn branch(tx: &mut Tx, named: Option<&str>, pointer: &str) -> Result<Branch> {
    let own = match (named, tx.by) {
        (None, Actor::Staff { branch: Some(branch), .. }) => Some(branches::get(tx, branch)?),
        _ => None,
    };
    if let Some(branch) = own.filter(|branch| branch.kind == branches::Kind::PickupPoint) {
        return Ok(branch);
    }
    let branch = branches::find_pickup_point(tx, named, pointer)?;
    if sight::branch(tx, &branch.id) {
        Ok(branch)
    } else {
        Problem::not_found(format_args!("shelf of {}", branch.code)).fail()
    }
}

/// Sets cells up, or changes how much they hold; without a capacity, as much as fits. What lies there stays.
///
/// # Errors
/// Those of the database.
pub fn set_up(tx: &mut Tx, branch: &Branch, addresses: &[Address], capacity: Option<i64>) -> Result<()> {
    let wanted: BTreeSet<_> = addresses.iter().collect();
    for address in &wanted {
        store::set_up(tx, &branch.id, address.as_str(), capacity)?;
    }
    let detail = serde_json::json!({"addresses": wanted, "capacity": capacity});
    audit::record(tx, "cells.set_up", &branch.code, detail)
}

/// A cell with what lies in it, each parcel with its order code.
pub type Filled = (Cell, Vec<(Parcel, Option<String>)>);

/// The cells of a branch by address, each with what lies in it.
///
/// # Errors
/// Those of the database.
pub fn list(tx: &mut Tx, branch: &Branch) -> Result<Vec<Filled>> {
    let lying = parcels::in_cells(tx, &branch.id)?;
    let owners: Vec<_> = lying.iter().filter_map(|parcel| parcel.order_id.clone()).collect();
    let codes = orders::codes(tx, &owners)?;
    let mut by_address: HashMap<_, Vec<_>> = HashMap::new();
    for parcel in lying {
        let code = parcel.order_id.as_ref().and_then(|id| codes.get(id)).cloned();
        by_address.entry(parcel.cell.clone()).or_default().push((parcel, code));
    }
    let fill = |cell: Cell| {
        let lying = by_address.remove(&Some(cell.address.clone())).unwrap_or_default();
        (cell, lying)
    };
    Ok(store::of_branch(tx, &branch.id)?.into_iter().map(fill).collect())
}

/// Lays parcels into a cell, those of another cell among them. Each barcode gets its own answer, and scanning one twice
/// does no harm; what no longer fits in is `full`.
///
/// # Errors
/// `not_found` for a cell that is not set up.
pub fn put(tx: &mut Tx, branch: &Branch, address: &Address, barcodes: &[String]) -> Result<Vec<Scanned>> {
    let mut scans: Vec<_> =
        barcodes.iter().map(|barcode| Ok((barcode, parcels::scanned(tx, barcode)?))).collect::<Result<_>>()?;
    // Orders first, then the cell: a hand-over holds its order and empties the place.
    parcels::lock_orders(tx, scans.iter().filter_map(|(_, parcel)| parcel.as_ref()))?;
    let Some(cell) = store::lock(tx, &branch.id, address.as_str())? else {
        return Problem::not_found(format_args!(
            "cell {} at {}: set it up with PUT /v1/cells",
            address.as_str(),
            branch.code
        ))
        .fail();
    };
    let mut free = rules::free(cell.capacity, parcels::in_cell(tx, &branch.id, &cell.address)?.len());
    let mut results = Vec::with_capacity(scans.len());
    for (barcode, seen) in &mut scans {
        let parcel = match seen.take() {
            Some(seen) => Some(parcels::get(tx, &seen.id)?),
            None => None,
        };
        let result = put_one(tx, branch, &cell, &mut free, barcode, parcel)?;
        results.push(result);
    }
    audit_scan(tx, branch, &cell, &results)?;
    Ok(results)
}

fn put_one(
    tx: &mut Tx,
    branch: &Branch,
    cell: &Cell,
    free: &mut Option<usize>,
    barcode: &str,
    parcel: Option<Parcel>,
) -> Result<Scanned> {
    let barcode = barcode.to_owned();
    let Some(mut parcel) = parcel else {
        let reason = Some("no parcel has this barcode or tracking number".to_owned());
        return Ok(Scanned { barcode, outcome: Outcome::Unknown, reason, parcel: None });
    };
    let is_here = parcel.branch_id.as_ref() == Some(&branch.id);
    let outcome = rules::put(parcel.status, is_here, parcel.cell.as_deref(), &cell.address, *free);
    let mut reason = rules::why_not(outcome, parcel.status);
    if matches!(outcome, Outcome::Placed | Outcome::Moved) {
        *free = free.map(|free| free - 1);
        reason = parcel.cell.as_ref().map(|before| format!("was in {before}"));
        parcels::put_into(tx, &mut parcel, &cell.address)?;
    }
    Ok(Scanned { barcode, outcome, reason, parcel: Some(parcel) })
}

fn audit_scan(tx: &mut Tx, branch: &Branch, cell: &Cell, results: &[Scanned]) -> Result<()> {
    let scans: Vec<_> =
        results.iter().map(|scan| serde_json::json!({"barcode": scan.barcode, "outcome": scan.outcome})).collect();
    audit::record(tx, "cell.filled", &format!("{} {}", branch.code, cell.address), scans)
}
