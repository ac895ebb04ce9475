//! A truck arrives: scan by scan or all at once, freight by actual weight, one message per customer.
//!
//! A full truck is unloaded in parts: each a transaction that is whole in itself, so that nobody else waits long for
//! their turn to write, and so that what breaks off half-way goes on with the rest.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::rules::{self, Action, Outcome, Status};
use super::scan::{self, Purpose, Scan, Scanned};
use super::store::{self, Shipment};
use super::unloading::{bring_in, take_off};
use super::{expect, find, lock, lots};
use crate::branches::{self, Branch};
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::ids::ParcelId;
use crate::parcels::{self, Parcel};

/// What was unloaded.
#[derive(Clone, Debug, Default)]
pub struct Arrival {
    /// Scanned barcodes; none, and no scans, means the whole load.
    pub barcodes: Option<Vec<String>>,
    /// Scans with the scanner's own identifiers and times.
    pub scans: Vec<Scan>,
    /// Weights taken at the pickup point, grams, by barcode; others keep the weight of the China warehouse.
    pub weights_g: HashMap<String, i64>,
    /// What is wrong with damaged parcels, by barcode.
    pub damaged: BTreeMap<String, String>,
}

impl Arrival {
    /// Everything that was loaded, as if it had been scanned.
    pub fn whole_load() -> Self {
        Self::default()
    }

    fn is_whole(&self) -> bool {
        self.barcodes.is_none() && self.scans.is_empty()
    }
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Unloaded {
    /// The truck.
    pub shipment: Shipment,
    /// One per barcode.
    pub results: Vec<Scanned>,
    /// Parcels that arrived damaged, among the results.
    pub damaged: Vec<Parcel>,
}

/// What is to be unloaded, and in which parts.
#[derive(Debug)]
pub struct Plan {
    shipment: Shipment,
    pub(super) branch: Branch,
    results: Vec<Scanned>,
    parts: Vec<Vec<usize>>,
    pub(super) weights_g: HashMap<ParcelId, i64>,
    pub(super) damaged: HashMap<ParcelId, String>,
    is_whole: bool,
}

impl Plan {
    /// How many transactions it takes.
    pub fn parts(&self) -> usize {
        self.parts.len()
    }

    /// The results that no part will settle.
    fn rest(&self) -> impl Iterator<Item = &Scanned> {
        let settled: BTreeSet<usize> = self.parts.iter().flatten().copied().collect();
        self.results.iter().enumerate().filter(move |(place, _)| !settled.contains(place)).map(|(_, result)| result)
    }
}

/// Unloads a truck, or a part of it, in one transaction. What is missing stays on the road and may be scanned later.
///
/// # Errors
/// Those of [`begin`].
pub fn arrive(tx: &mut Tx, code: &str, arrival: &Arrival) -> Result<Unloaded> {
    let plan = begin(tx, code, arrival)?;
    let parts = (0..plan.parts()).map(|index| part(tx, &plan, index)).collect::<Result<Vec<_>>>()?;
    end(tx, &plan, &parts)
}

/// Begins an arrival: judges what was scanned and cuts it into parts. Nothing is unloaded yet, but whatever speaks against
/// it is said here.
///
/// # Errors
/// Those of [`survey`].
pub fn begin(tx: &mut Tx, code: &str, arrival: &Arrival) -> Result<Plan> {
    lock(tx, code)?;
    let plan = survey(tx, code, arrival)?;
    enter(tx, &plan)?;
    Ok(plan)
}

/// Judges what was scanned and cuts it into parts; only reads. A full truck takes a while to look through, in which
/// others may write: the parts judge again what they unload.
///
/// # Errors
/// `wrong_status` before departure; `already_arrived` for a second arrival of the whole load; `not_on_shipment` when
/// nothing scanned is on this truck; `validation_failed` for a weight or a damage that belongs to nothing scanned, or a
/// scan in the future.
pub fn survey(tx: &mut Tx, code: &str, arrival: &Arrival) -> Result<Plan> {
    let shipment = find(tx, code)?;
    refuse_impossible(&shipment, arrival.is_whole())?;
    let results = judged(tx, &shipment, arrival)?;
    refuse_strangers(&shipment, &results)?;
    let named = |map: &mut dyn Iterator<Item = &String>, member: &str| by_parcel(map, member, &results);
    let weights_g = named(&mut arrival.weights_g.keys(), "weights")?;
    let weights_g = weights_g.into_iter().map(|(id, barcode)| (id, arrival.weights_g[&barcode])).collect();
    let damaged = named(&mut arrival.damaged.keys(), "damaged")?;
    let damaged: HashMap<_, _> =
        damaged.into_iter().map(|(id, barcode)| (id, arrival.damaged[&barcode].clone())).collect();
    let mut parts = lots::cut(tx, &results, &to_act(&results, &damaged))?;
    if parts.is_empty() && shipment.status == Status::Departed {
        // The truck is here even when nothing comes off it; that is a part of its own, with its audit line.
        parts.push(Vec::new());
    }
    let branch = branches::get(tx, &shipment.to_branch_id)?;
    let is_whole = arrival.is_whole();
    Ok(Plan { shipment, branch, results, parts, weights_g, damaged, is_whole })
}

/// What each scan comes to, judged by what is known before anything is locked.
fn judged(tx: &mut Tx, shipment: &Shipment, arrival: &Arrival) -> Result<Vec<Scanned>> {
    let judge = judge(shipment);
    let purpose = purpose(shipment, &judge);
    if arrival.is_whole() {
        return Ok(purpose.read_load(whole_load(tx, shipment)?));
    }
    let barcodes = arrival.barcodes.iter().flatten().map(Scan::of);
    purpose.read(tx, &arrival.scans.iter().cloned().chain(barcodes).collect::<Vec<_>>())
}

/// Writes down that the truck is here, and the scans that change nothing.
///
/// # Errors
/// As [`survey`], when somebody else unloaded the truck meanwhile.
pub fn enter(tx: &mut Tx, plan: &Plan) -> Result<()> {
    let mut shipment = lock(tx, &plan.shipment.code)?;
    refuse_impossible(&shipment, plan.is_whole)?;
    let judge = judge(&plan.shipment);
    purpose(&plan.shipment, &judge).remember(tx, plan.rest())?;
    let before = shipment.clone();
    if shipment.status == Status::Departed {
        shipment.status = Status::Arrived;
        shipment.arrived_at = Some(tx.now);
    }
    if plan.is_whole && plan.parts() > 1 {
        shipment.unloading_at.get_or_insert(tx.now);
    }
    if (shipment.status, shipment.unloading_at) != (before.status, before.unloading_at) {
        store::update(tx, &shipment)?;
    }
    Ok(())
}

/// Unloads one part; gives what became of it by its place among the results.
///
/// # Errors
/// Those of the database.
pub fn part(tx: &mut Tx, plan: &Plan, index: usize) -> Result<Vec<(usize, Scanned)>> {
    let shipment = lock(tx, &plan.shipment.code)?;
    let places = &plan.parts[index];
    let mut results: Vec<_> = places.iter().map(|place| plan.results[*place].clone()).collect();
    let judge = judge(&shipment);
    let purpose = purpose(&shipment, &judge);
    let mut orders = purpose.settle(tx, &mut results.iter_mut().collect::<Vec<_>>())?;
    let changed = take_off(tx, plan, &mut results, &orders);
    let settled = bring_in(tx, plan, changed, &mut orders)?;
    for parcel in results.iter_mut().filter_map(|result| result.parcel.as_mut()) {
        if let Some(settled) = settled.get(&parcel.id) {
            parcel.clone_from(settled);
        }
    }
    purpose.remember(tx, results.iter())?;
    scan::record(tx, "shipment.arrived", &shipment, &results)?;
    Ok(places.iter().copied().zip(results).collect())
}

/// Ends an arrival.
///
/// # Errors
/// Those of the database.
pub fn end(tx: &mut Tx, plan: &Plan, parts: &[Vec<(usize, Scanned)>]) -> Result<Unloaded> {
    let mut shipment = lock(tx, &plan.shipment.code)?;
    if plan.is_whole && shipment.unloading_at.take().is_some() {
        store::update(tx, &shipment)?;
    }
    let mut results = plan.results.clone();
    for (place, result) in parts.iter().flatten() {
        results[*place] = result.clone();
    }
    let is_told = |parcel: &&Parcel| plan.damaged.get(&parcel.id) == parcel.condition.as_ref();
    let named = results.iter().filter_map(|result| result.parcel.as_ref());
    let named = named.filter(|parcel| plan.damaged.contains_key(&parcel.id));
    let damaged = named.filter(is_told).cloned().collect();
    Ok(Unloaded { shipment, results, damaged })
}

fn judge(shipment: &Shipment) -> impl Fn(&Parcel) -> Outcome {
    |parcel| rules::arrive(parcel.status, parcel.shipment_id.as_ref() == Some(&shipment.id))
}

fn purpose<'a>(shipment: &'a Shipment, judge: &'a dyn Fn(&Parcel) -> Outcome) -> Purpose<'a> {
    Purpose { action: Action::Arrive, shipment, judge, wanted: Outcome::Arrived, already: Outcome::AlreadyArrived }
}

/// Everything that was loaded, as if it had been scanned.
fn whole_load(tx: &mut Tx, shipment: &Shipment) -> Result<Vec<Parcel>> {
    let mut load = parcels::of_shipment(tx, &shipment.id)?;
    // What was reported lost is not found by nobody scanning it.
    load.retain(|parcel| !matches!(parcel.status, parcels::Status::Lost | parcels::Status::Returned));
    Ok(load)
}

/// Barcodes by the parcels they mean. One that means nothing scanned is a typing mistake, and somebody would pay for it.
fn by_parcel(
    barcodes: &mut dyn Iterator<Item = &String>,
    member: &str,
    results: &[Scanned],
) -> Result<HashMap<ParcelId, String>> {
    let mut known = HashMap::new();
    for result in results {
        let Some(parcel) = &result.parcel else { continue };
        let names = [Some(&result.barcode), Some(&parcel.barcode), parcel.tracking_number.as_ref()];
        known.extend(names.into_iter().flatten().map(|name| (bare(name), &parcel.id)));
    }
    barcodes
        .map(|barcode| match known.get(&bare(barcode)) {
            Some(id) => Ok(((*id).clone(), barcode.clone())),
            None => Problem::field(format!("/{member}/{barcode}"), "is not one of the scanned parcels").fail(),
        })
        .collect()
}

/// A barcode as far as it tells parcels apart, however it was typed.
fn bare(barcode: &str) -> String {
    let own = crate::code::parse_barcode(barcode);
    let number = || parcels::Tracking::try_from(barcode.to_owned()).map(|number| number.to_string());
    own.or_else(|| number().ok()).unwrap_or_else(|| barcode.to_owned())
}

/// Places of the results that change something.
fn to_act(results: &[Scanned], damaged: &HashMap<ParcelId, String>) -> Vec<usize> {
    let is_news = |parcel: &Parcel| {
        parcel.status == parcels::Status::Arrived
            && damaged.get(&parcel.id).is_some_and(|reason| parcel.condition.as_ref() != Some(reason))
    };
    let acts = |result: &Scanned| {
        result.is_new(Outcome::Arrived)
            || (result.is_new(Outcome::AlreadyArrived) && result.parcel.as_ref().is_some_and(is_news))
    };
    results.iter().enumerate().filter(|(_, result)| acts(result)).map(|(place, _)| place).collect()
}

fn refuse_impossible(shipment: &Shipment, is_whole: bool) -> Result<()> {
    match shipment.status {
        Status::Loading => expect(shipment, Status::Departed),
        // On a truck that has arrived, "the whole load" would silently find the parcels that are missing.
        Status::Arrived if is_whole && shipment.unloading_at.is_none() => {
            let at = shipment.arrived_at.map(|at| at.and_utc().to_rfc3339());
            Problem::new(
                Slug::AlreadyArrived,
                format!("Shipment {} has arrived already; nothing was changed.", shipment.code),
            )
            .with("arrived_at", at)
            .fail()
        }
        Status::Departed | Status::Arrived => Ok(()),
    }
}

fn refuse_strangers(shipment: &Shipment, results: &[Scanned]) -> Result<()> {
    let is_strange =
        |scan: &Scanned| matches!(scan.outcome, Outcome::Unexpected | Outcome::Unknown) && !scan.is_replayed;
    if results.is_empty() || !results.iter().all(is_strange) {
        return Ok(());
    }
    let barcodes: Vec<_> = results.iter().map(|scan| scan.barcode.clone()).collect();
    Problem::new(
        Slug::NotOnShipment,
        format!("None of the scanned parcels was loaded on {}; nothing was changed.", shipment.code),
    )
    .with("unexpected", barcodes)
    .fail()
}
