//! Places of ours: warehouses in China, pickup points in Kyrgyzstan.

pub mod http;
mod store;

use std::collections::HashMap;

use crate::audit;
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::ids::BranchId;

pub use store::{Branch, Change};

words! {
    /// What a branch is for.
    Kind as BranchKind {
        /// Receives parcels from Chinese couriers.
        ChinaWarehouse = "china_warehouse",
        /// Hands parcels over to customers.
        PickupPoint = "pickup_point",
    }
}

/// A branch to be opened.
#[derive(Clone, Debug)]
pub struct NewBranch {
    /// Short code, unique: `BISH`, `OSH`, `GZ`.
    pub code: String,
    /// What it is for.
    pub kind: Kind,
    /// Name people know.
    pub name: String,
    /// City.
    pub city: String,
    /// Street, house or landmark.
    pub address: String,
    /// Phone to call.
    pub phone: String,
    /// Opening hours, as people read them.
    pub hours: String,
}

/// Opens a branch.
///
/// # Errors
/// `duplicate_value` when the code is taken.
pub fn open(tx: &mut Tx, new: &NewBranch) -> Result<Branch> {
    if store::by_code(tx, &new.code)?.is_some() {
        return Problem::new(Slug::DuplicateValue, format!("A branch with the code {} exists already.", new.code))
            .fail();
    }
    let branch = store::insert(tx, new)?;
    audit::record(tx, "branch.opened", &branch.code, serde_json::json!({"kind": branch.kind, "name": branch.name}))?;
    Ok(branch)
}

/// Changes what a branch is called or where it is.
///
/// # Errors
/// `not_found`.
pub fn change(tx: &mut Tx, id: &BranchId, change: &Change) -> Result<Branch> {
    let before = get(tx, id)?;
    store::update(tx, id, change)?;
    let after = get(tx, id)?;
    audit::record(tx, "branch.changed", &after.code, audit::change(http::view(before), http::view(after.clone())))?;
    Ok(after)
}

/// A branch by identifier.
///
/// # Errors
/// `not_found`.
pub fn get(tx: &mut Tx, id: &BranchId) -> Result<Branch> {
    store::by_id(tx, id.as_str())?.ok_or_else(|| Problem::not_found(format_args!("branch {id}")).into())
}

/// A branch by its code or identifier, as a person or a program writes it.
///
/// # Errors
/// `validation_failed` at `pointer` when there is none.
pub fn find(tx: &mut Tx, code_or_id: &str, pointer: &str) -> Result<Branch> {
    let found = match store::by_code(tx, &code_or_id.to_uppercase())? {
        Some(branch) => Some(branch),
        None => store::by_id(tx, code_or_id)?,
    };
    match found {
        Some(branch) => Ok(branch),
        None => {
            let known: Vec<_> = store::all(tx)?.into_iter().map(|branch| branch.code).collect();
            Problem::field(pointer, format!("no branch {code_or_id:?}; there are {}", known.join(", "))).fail()
        }
    }
}

/// A branch by its code, if there is one.
///
/// # Errors
/// Those of the database.
pub fn look_up(tx: &mut Tx, code: &str) -> Result<Option<Branch>> {
    Ok(store::all(tx)?.into_iter().find(|branch| branch.code == code))
}

/// A pickup point by its code or identifier; the oldest one when none is named.
///
/// # Errors
/// `validation_failed` when there is none such, or when it is not a pickup point.
pub fn find_pickup_point(tx: &mut Tx, code_or_id: Option<&str>, pointer: &str) -> Result<Branch> {
    let Some(wanted) = code_or_id else {
        return store::oldest(tx, Kind::PickupPoint)?
            .ok_or_else(|| Problem::field(pointer, "no pickup point is set up yet: POST /v1/branches").into());
    };
    let branch = find(tx, wanted, pointer)?;
    if branch.kind != Kind::PickupPoint {
        return Problem::field(pointer, format!("{} is not a pickup point", branch.code)).fail();
    }
    Ok(branch)
}

/// All branches, or only the pickup points, which are public.
///
/// # Errors
/// Those of the database.
pub fn list(tx: &mut Tx) -> Result<Vec<Branch>> {
    let mut branches = store::all(tx)?;
    if !tx.by.is_staff() {
        branches.retain(|branch| branch.kind == Kind::PickupPoint);
    }
    Ok(branches)
}

/// Where people can pick up, the oldest first.
///
/// # Errors
/// Those of the database.
pub fn pickup_points(tx: &mut Tx) -> Result<Vec<Branch>> {
    let mut branches = store::all(tx)?;
    branches.retain(|branch| branch.kind == Kind::PickupPoint);
    branches.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(branches)
}

/// The codes of all branches, by identifier.
///
/// # Errors
/// Those of the database.
pub fn codes(tx: &mut Tx) -> Result<HashMap<BranchId, String>> {
    Ok(store::all(tx)?.into_iter().map(|branch| (branch.id, branch.code)).collect())
}

/// Whether no branch was ever opened.
///
/// # Errors
/// Those of the database.
pub fn is_empty(tx: &mut Tx) -> Result<bool> {
    Ok(store::all(tx)?.is_empty())
}

/// The branch where somebody works who was not told where: the oldest one of a kind.
///
/// # Errors
/// Those of the database.
pub fn first_of(tx: &mut Tx, kind: Kind) -> Result<Option<Branch>> {
    store::oldest(tx, kind)
}
