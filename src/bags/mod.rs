//! Bags: parcels that are packed into one sack and scanned as one.

pub mod http;
pub mod rules;
mod store;

use std::collections::HashMap;

use crate::audit;
use crate::branches::{self, Kind};
use crate::code;
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::http::{Page, Paging};
use crate::ids::{Actor, BagId, ParcelId};
use crate::parcels::{self, Parcel};

pub use rules::{Outcome, Status};
pub use store::Bag;

/// What became of one scanned barcode.
#[derive(Clone, Debug)]
pub struct Bagged {
    /// As scanned.
    pub barcode: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The parcel it means.
    pub parcel: Option<Parcel>,
}

/// Opens a bag at a branch: the one that is named, else where its maker works.
///
/// # Errors
/// `validation_failed` for an unknown branch, or when none is set up.
pub fn open(tx: &mut Tx, branch: Option<&str>, note: Option<&str>) -> Result<Bag> {
    let own = match tx.by {
        Actor::Staff { branch, .. } => branch.clone(),
        Actor::Anyone | Actor::System | Actor::Customer { .. } => None,
    };
    let branch = match (branch, own) {
        (Some(named), _) => branches::find(tx, named, "/branch")?,
        (None, Some(own)) => branches::get(tx, &own)?,
        (None, None) => match branches::first_of(tx, Kind::ChinaWarehouse)? {
            Some(first) => first,
            None => return Problem::field("/branch", "no warehouse is set up yet: POST /v1/branches").fail(),
        },
    };
    let bag = store::insert(tx, &code::bag(), &branch.id, note)?;
    audit::record(tx, "bag.opened", &bag.code, serde_json::json!({"branch": branch.code}))?;
    Ok(bag)
}

/// A bag by its code, as it was scanned or typed.
///
/// # Errors
/// `not_found`.
pub fn find(tx: &mut Tx, typed: &str) -> Result<Bag> {
    let found = match code::parse_bag(typed) {
        Some(code) => store::by_codes(tx, &[code])?.pop(),
        None => None,
    };
    found.ok_or_else(|| Problem::not_found(format_args!("bag {typed}")).into())
}

/// The same, held until the transaction ends, and still open.
fn lock_open(tx: &mut Tx, typed: &str) -> Result<Bag> {
    let bag = find(tx, typed)?;
    let bag = store::lock(tx, &bag.id)?;
    if bag.status == Status::Open {
        return Ok(bag);
    }
    Problem::new(Slug::WrongStatus, format!("Bag {} is closed; open another one.", bag.code))
        .with("current", bag.status.as_str())
        .with("legal", Vec::<String>::new())
        .fail()
}

/// Bags, newest first.
///
/// # Errors
/// Bad paging, and those of the database.
pub fn list(tx: &mut Tx, paging: &Paging) -> Result<Page<Bag>> {
    let (limit, below) = paging.checked()?;
    let rows = store::page(tx, limit + 1, below.as_deref())?;
    Ok(Page::new(rows, limit, |bag| bag.id.to_string()))
}

/// The parcels in a bag, oldest first.
///
/// # Errors
/// Those of the database.
pub fn parcels(tx: &mut Tx, bag: &Bag) -> Result<Vec<Parcel>> {
    let ids = store::parcels_in(tx, std::slice::from_ref(&bag.id))?.into_iter().map(|(parcel, _)| parcel);
    parcels::bulk::in_sight(tx, &ids.collect::<Vec<_>>())
}

/// Puts parcels into a bag; each barcode gets its own answer, and scanning one twice does no harm.
///
/// # Errors
/// `not_found`; `wrong_status` for a closed bag.
pub fn add(tx: &mut Tx, typed: &str, barcodes: &[String]) -> Result<(Bag, Vec<Bagged>)> {
    let bag = lock_open(tx, typed)?;
    let mut results = scanned(tx, barcodes)?;
    let homes = homes(tx, &results)?;
    let mut put: Vec<ParcelId> = Vec::new();
    for result in &mut results {
        let Some(parcel) = &result.parcel else { continue };
        let home = if put.contains(&parcel.id) { Some(&bag.id) } else { homes.get(&parcel.id) };
        result.outcome = rules::add(parcel.status, home == Some(&bag.id), home.is_some());
        if result.outcome == Outcome::Added {
            put.push(parcel.id.clone());
        }
    }
    store::put(tx, &bag.id, &put)?;
    record(tx, "bag.filled", &bag, &results)?;
    Ok((bag, results))
}

/// Takes parcels out of a bag again.
///
/// # Errors
/// `not_found`; `wrong_status` for a closed bag.
pub fn remove(tx: &mut Tx, typed: &str, barcodes: &[String]) -> Result<(Bag, Vec<Bagged>)> {
    let bag = lock_open(tx, typed)?;
    let mut results = scanned(tx, barcodes)?;
    let homes = homes(tx, &results)?;
    let mut taken: Vec<ParcelId> = Vec::new();
    for result in &mut results {
        let Some(parcel) = &result.parcel else { continue };
        let is_here = homes.get(&parcel.id) == Some(&bag.id) && !taken.contains(&parcel.id);
        result.outcome = rules::remove(parcel.status, is_here);
        if result.outcome == Outcome::Removed {
            taken.push(parcel.id.clone());
        }
    }
    store::take(tx, &taken)?;
    record(tx, "bag.emptied", &bag, &results)?;
    Ok((bag, results))
}

/// Ties a bag up.
///
/// # Errors
/// `not_found`; `wrong_status` when it is closed already; `validation_failed` when it is empty.
pub fn close(tx: &mut Tx, typed: &str, seal_number: Option<&str>) -> Result<Bag> {
    let bag = lock_open(tx, typed)?;
    if store::parcels_in(tx, std::slice::from_ref(&bag.id))?.is_empty() {
        return Problem::new(Slug::ValidationFailed, format!("Bag {} is empty: put parcels in first.", bag.code))
            .fail();
    }
    let bag = store::close(tx, &bag.id, seal_number)?;
    audit::record(tx, "bag.closed", &bag.code, serde_json::json!({"seal_number": seal_number}))?;
    Ok(bag)
}

/// Whether a scanned code is that of a bag.
pub fn is_code(barcode: &str) -> bool {
    code::parse_bag(barcode).is_some()
}

/// The parcels of the bags among scanned codes, by the code as it was scanned. A bag with nothing in it is left out.
///
/// # Errors
/// Those of the database.
pub fn contents<'a>(tx: &mut Tx, barcodes: &[&'a str]) -> Result<HashMap<&'a str, Vec<Parcel>>> {
    let codes: HashMap<&str, String> =
        barcodes.iter().filter_map(|barcode| Some((*barcode, code::parse_bag(barcode)?))).collect();
    if codes.is_empty() {
        return Ok(HashMap::new());
    }
    let bags = store::by_codes(tx, &codes.values().cloned().collect::<Vec<_>>())?;
    let inside = store::parcels_in(tx, &bags.iter().map(|bag| bag.id.clone()).collect::<Vec<_>>())?;
    let ids: Vec<_> = inside.iter().map(|(parcel, _)| parcel.clone()).collect();
    let parcels = parcels::bulk::get_all(tx, &ids)?;
    let mut contents = HashMap::new();
    for (barcode, code) in codes {
        let Some(bag) = bags.iter().find(|bag| bag.code == code) else { continue };
        let of_bag = inside.iter().filter(|(_, id)| *id == bag.id);
        let of_bag: Vec<_> = of_bag.filter_map(|(parcel, _)| parcels.get(parcel).cloned()).collect();
        if !of_bag.is_empty() {
            contents.insert(barcode, of_bag);
        }
    }
    Ok(contents)
}

/// How many parcels each of these bags holds.
///
/// # Errors
/// Those of the database.
pub fn counts(tx: &mut Tx, bags: &[Bag]) -> Result<HashMap<BagId, usize>> {
    let mut counts = HashMap::new();
    for (_, bag) in store::parcels_in(tx, &bags.iter().map(|bag| bag.id.clone()).collect::<Vec<_>>())? {
        *counts.entry(bag).or_default() += 1;
    }
    Ok(counts)
}

fn scanned(tx: &mut Tx, barcodes: &[String]) -> Result<Vec<Bagged>> {
    let codes: Vec<_> = barcodes.iter().map(String::as_str).collect();
    let meant = parcels::bulk::scanned_all(tx, &codes)?;
    let unknown =
        |(barcode, parcel): (&String, _)| Bagged { barcode: barcode.clone(), outcome: Outcome::Unknown, parcel };
    Ok(barcodes.iter().zip(meant).map(unknown).collect())
}

/// The bags that hold parcels now. What a parcel came in does not hold it any more once it has arrived.
fn homes(tx: &mut Tx, results: &[Bagged]) -> Result<HashMap<ParcelId, BagId>> {
    let parcels = || results.iter().filter_map(|result| result.parcel.as_ref());
    let ids: Vec<_> = parcels().map(|parcel| parcel.id.clone()).collect();
    let came_in: HashMap<_, _> = store::homes_of(tx, &ids)?.into_iter().collect();
    let holds = |parcel: &Parcel| {
        let (bag, status, added_at) = came_in.get(&parcel.id)?;
        let has_left_it = *status == Status::Closed && parcel.arrived_at.is_some_and(|at| at > *added_at);
        (!has_left_it).then(|| (parcel.id.clone(), bag.clone()))
    };
    Ok(parcels().filter_map(holds).collect())
}

fn record(tx: &mut Tx, action: &str, bag: &Bag, results: &[Bagged]) -> Result<()> {
    let scans: Vec<_> =
        results.iter().map(|scan| serde_json::json!({"barcode": scan.barcode, "outcome": scan.outcome})).collect();
    audit::record(tx, action, &bag.code, scans)
}
