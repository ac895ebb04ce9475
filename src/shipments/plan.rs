//! What is to go with a truck, and what has gone on it.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::Status;
use super::store::{self, Shipment};
use super::{expect, find, lock};
use crate::audit;
use crate::branches::{self, Branch};
use crate::db::Tx;
use crate::error::{Problem, Result};
use crate::ids::{BranchId, ParcelId};
use crate::parcels::{self, Parcel, bulk};

/// No truck is planned with more parcels.
pub const MOST_PLANNED: usize = 20_000;

/// Which parcels are to go.
#[derive(Clone, Debug)]
pub enum Wish {
    /// These.
    Barcodes(Vec<String>),
    /// All that wait here and are picked up at this branch, by its code or identifier.
    For(String),
}

/// What is on a truck, beside what was to be.
#[derive(Debug)]
pub struct Load {
    /// The truck.
    pub shipment: Shipment,
    /// How many were planned.
    pub planned: usize,
    /// What is on it, or was when it left.
    pub loaded: Vec<Parcel>,
    /// Planned, and not on it.
    pub missing: Vec<Parcel>,
    /// On it, and not planned; nothing where there is no plan.
    pub extra: Vec<Parcel>,
}

impl Load {
    /// Grams.
    pub fn weight_g(&self) -> i64 {
        self.loaded.iter().filter_map(|parcel| parcel.weight_g).sum()
    }

    /// Cubic centimetres of the boxes that were measured.
    pub fn volume_cm3(&self) -> i64 {
        let volume_mm3 = |parcel: &Parcel| Some(parcel.length_mm? * parcel.width_mm? * parcel.height_mm?);
        self.loaded.iter().filter_map(volume_mm3).sum::<i64>() / 1_000
    }

    /// A sentence for each limit that the load is over. Nothing is refused for it: the scales of a warehouse err.
    pub fn warnings(&self) -> Vec<String> {
        let over = |load: i64, most: Option<i64>, unit: &str| {
            let most = most.filter(|most| load > *most)?;
            Some(format!("{load} {unit} are loaded, and {} carries {most}", self.shipment.vehicle))
        };
        let by_weight = over(self.weight_g(), self.shipment.capacity_weight_g, "g");
        by_weight.into_iter().chain(over(self.volume_cm3(), self.shipment.capacity_volume_cm3, "cm3")).collect()
    }
}

/// Says what is to go with a truck, in the place of what was said before.
///
/// # Errors
/// `wrong_status` unless the truck is loading; `validation_failed` for an unknown barcode or branch, or for more than
/// [`MOST_PLANNED`].
pub fn plan(tx: &mut Tx, code: &str, wish: &Wish) -> Result<Load> {
    let shipment = lock(tx, code)?;
    expect(&shipment, Status::Loading)?;
    let planned = match wish {
        Wish::Barcodes(barcodes) => by_barcodes(tx, barcodes)?,
        Wish::For(branch) => waiting_for(tx, &shipment, branch)?,
    };
    if planned.len() > MOST_PLANNED {
        return Problem::field("/branch", format!("more than {MOST_PLANNED} parcels wait for this branch")).fail();
    }
    store::set_plan(tx, &shipment.id, &planned.into_iter().collect::<Vec<_>>())?;
    let load = load_of(tx, code)?;
    audit::record(tx, "shipment.planned", &load.shipment.code, serde_json::json!({"parcels": load.planned}))?;
    Ok(load)
}

fn by_barcodes(tx: &mut Tx, barcodes: &[String]) -> Result<BTreeSet<ParcelId>> {
    let codes: Vec<_> = barcodes.iter().map(String::as_str).collect();
    let mut planned = BTreeSet::new();
    for (index, parcel) in bulk::scanned_all(tx, &codes)?.into_iter().enumerate() {
        match parcel {
            Some(parcel) => planned.insert(parcel.id),
            None => return Problem::field(format!("/barcodes/{index}"), "no parcel has this barcode").fail(),
        };
    }
    Ok(planned)
}

/// What waits where the truck starts: received in China, or arrived at the pickup point it carries on from.
fn waiting_for(tx: &mut Tx, shipment: &Shipment, branch: &str) -> Result<BTreeSet<ParcelId>> {
    let branch = branches::find_pickup_point(tx, Some(branch), "/branch")?;
    Ok(bulk::waiting_for(tx, &branch.id, shipment.from_branch_id.as_ref())?.into_iter().collect())
}

/// What is on a truck, beside what was to be.
///
/// # Errors
/// `not_found`.
pub fn load_of(tx: &mut Tx, code: &str) -> Result<Load> {
    let shipment = find(tx, code)?;
    let planned: BTreeSet<_> = store::planned(tx, &shipment.id)?.into_iter().collect();
    let loaded = parcels::of_shipment(tx, &shipment.id)?;
    let on_it: BTreeSet<_> = loaded.iter().map(|parcel| &parcel.id).collect();
    let missing: Vec<_> = planned.iter().filter(|id| !on_it.contains(id)).cloned().collect();
    let missing = bulk::in_sight(tx, &missing)?;
    let is_extra = |parcel: &&Parcel| !planned.is_empty() && !planned.contains(&parcel.id);
    let extra = loaded.iter().filter(is_extra).cloned().collect();
    Ok(Load { planned: planned.len(), missing, extra, loaded, shipment })
}

/// What to say to whoever loads a truck: a sentence for each limit that it is over.
///
/// # Errors
/// `not_found`.
pub fn warnings(tx: &mut Tx, code: &str) -> Result<Vec<String>> {
    let shipment = find(tx, code)?;
    if shipment.capacity_weight_g.is_none() && shipment.capacity_volume_cm3.is_none() {
        return Ok(Vec::new());
    }
    Ok(load_of(tx, code)?.warnings())
}

/// A parcel and whose it is.
#[derive(Debug)]
pub struct Sorted {
    /// Code of its customer.
    pub client_code: Option<String>,
    /// Code of its order.
    pub order_code: Option<String>,
    /// The parcel.
    pub parcel: Parcel,
}

/// The parcels of a truck that are picked up at one branch, each client's together.
#[derive(Debug)]
pub struct Pile {
    /// Where they go; parcels that are nobody's go nowhere.
    pub branch: Option<Branch>,
    /// By client code.
    pub parcels: Vec<Sorted>,
}

/// Who gets what of a truck.
///
/// # Errors
/// `not_found`.
pub fn sorting(tx: &mut Tx, code: &str) -> Result<Vec<Pile>> {
    let shipment = find(tx, code)?;
    let parcels = parcels::of_shipment(tx, &shipment.id)?;
    let owners = bulk::owners_of(tx, &parcels)?;
    let mut piles: BTreeMap<Option<BranchId>, Vec<_>> = BTreeMap::new();
    for parcel in parcels {
        let owner = parcel.order_id.as_ref().and_then(|id| owners.get(id));
        let branch = owner.map(|owner| owner.pickup_point_id.clone());
        let (client_code, order_code) =
            owner.map(|owner| (owner.client_code.clone(), owner.order_code.clone())).unzip();
        piles.entry(branch).or_default().push(Sorted { client_code, order_code, parcel });
    }
    let pile = |(branch, mut parcels): (Option<BranchId>, Vec<Sorted>)| {
        let place = |sorted: &Sorted| (sorted.client_code.clone(), sorted.order_code.clone(), sorted.parcel.id.clone());
        parcels.sort_by_cached_key(place);
        let branch = branch.map(|id| branches::get(tx, &id)).transpose()?;
        Ok(Pile { branch, parcels })
    };
    piles.into_iter().map(pile).collect()
}
