//! A batch of scans: what each barcode means, and the orders that will change by it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDateTime;

use super::rules::{self, Action, Outcome};
use super::store::{self, NewScan, Shipment, StoredScan};
use crate::audit;
use crate::bags;
use crate::db::Tx;
use crate::error::{Problem, Result};
use crate::ids::{OrderId, ParcelId};
use crate::orders::Order;
use crate::parcels::{self, Parcel};

/// One scan, as it was sent.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// What was scanned.
    pub barcode: String,
    /// The scanner's own identifier of the scan: sent again, it means the same scan.
    pub id: Option<String>,
    /// When it was scanned; now when not named.
    pub at: Option<NaiveDateTime>,
}

impl Scan {
    /// A barcode and nothing else.
    pub fn of(barcode: impl Into<String>) -> Self {
        Self { barcode: barcode.into(), id: None, at: None }
    }
}

/// What became of one scanned barcode.
#[derive(Clone, Debug)]
pub struct Scanned {
    /// As scanned; of a bag's parcel, its own.
    pub barcode: String,
    /// What became of it.
    pub outcome: Outcome,
    /// A sentence for whoever holds the scanner, when there is something to say.
    pub reason: Option<String>,
    /// The parcel it means.
    pub parcel: Option<Parcel>,
    /// The scan that meant it.
    pub scan: Scan,
    /// Which parcel of a scanned bag it is; zero where the scan meant one.
    pub position: i32,
    /// Whether the scan came before, and this is what became of it then.
    pub is_replayed: bool,
}

impl Scanned {
    /// Judges a scan and the parcel it means, if any.
    fn judged(scan: Scan, position: i32, parcel: Option<Parcel>, judge: &dyn Fn(&Parcel) -> Outcome) -> Self {
        let barcode = match &parcel {
            Some(parcel) if bags::is_code(&scan.barcode) => parcel.barcode.clone(),
            _ => scan.barcode.clone(),
        };
        let outcome = parcel.as_ref().map_or(Outcome::Unknown, judge);
        let reason = match &parcel {
            Some(parcel) => rules::why_not(outcome, parcel.status),
            None => Some("no parcel has this barcode or tracking number".to_owned()),
        };
        Self { barcode, outcome, reason, parcel, scan, position, is_replayed: false }
    }

    /// Says something else became of it.
    pub(super) fn becomes(&mut self, outcome: Outcome) {
        self.outcome = outcome;
        self.reason = self.parcel.as_ref().and_then(|parcel| rules::why_not(outcome, parcel.status));
    }

    /// Whether its parcel is to be changed by this call.
    pub(super) fn is_new(&self, outcome: Outcome) -> bool {
        self.outcome == outcome && !self.is_replayed
    }
}

/// What a batch of scans is made for.
pub(super) struct Purpose<'a> {
    pub action: Action,
    pub shipment: &'a Shipment,
    /// What a parcel's scan comes to.
    pub judge: &'a dyn Fn(&Parcel) -> Outcome,
    /// The outcome that changes something.
    pub wanted: Outcome,
    /// What it is the second time.
    pub already: Outcome,
}

impl Purpose<'_> {
    /// What the scans of a batch mean, judged by what is known before anything is locked. A parcel scanned twice is
    /// acted on once and is `already` the second time; a scan that came before has the outcome it had then.
    ///
    /// # Errors
    /// `validation_failed` for a scan in the future, or an identifier that meant another scan.
    pub fn read(&self, tx: &mut Tx, scans: &[Scan]) -> Result<Vec<Scanned>> {
        refuse_future(tx, scans)?;
        let known = self.known(tx, scans)?;
        let fresh: Vec<_> = scans.iter().filter(|scan| known_as(&known, scan).is_none()).collect();
        let mut meant = meant(tx, &fresh)?.into_iter();
        let mut replayed = self.replayed(tx, &known)?;
        let (mut results, mut seen, mut seen_ids) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        for scan in scans {
            if let Some(id) = known_as(&known, scan) {
                results.extend(replayed.remove(id).unwrap_or_default());
                continue;
            }
            let parcels = meant.next().unwrap_or_default();
            // One identifier twice in a batch is one scan.
            if scan.id.as_ref().is_some_and(|id| !seen_ids.insert(id.clone())) {
                continue;
            }
            for (position, parcel) in (0..).zip(parcels) {
                let mut result = Scanned::judged(scan.clone(), position, parcel, self.judge);
                if let Some(parcel) = &result.parcel
                    && result.outcome == self.wanted
                    && !seen.insert(parcel.id.clone())
                {
                    result.becomes(self.already);
                }
                results.push(result);
            }
        }
        Ok(results)
    }

    /// The same for parcels that nobody scanned one by one.
    pub fn read_load(&self, load: Vec<Parcel>) -> Vec<Scanned> {
        let of_parcel = |parcel: Parcel| Scanned::judged(Scan::of(&parcel.barcode), 0, Some(parcel), self.judge);
        load.into_iter().map(of_parcel).collect()
    }

    /// Locks the orders of parcels that will change, and judges their scans again under the locks.
    pub fn settle(&self, tx: &mut Tx, scans: &mut [&mut Scanned]) -> Result<BTreeMap<OrderId, Order>> {
        let parcels = || scans.iter().filter_map(|scan| scan.parcel.as_ref());
        let ids: Vec<_> = parcels().map(|parcel| parcel.id.clone()).collect();
        let orders = parcels::lock_orders(tx, parcels())?;
        let fresh = parcels::bulk::get_all(tx, &ids)?;
        for scan in scans {
            let parcel = scan.parcel.as_ref().and_then(|parcel| fresh.get(&parcel.id)).cloned();
            **scan = Scanned::judged(std::mem::take(&mut scan.scan), scan.position, parcel, self.judge);
        }
        Ok(orders)
    }

    /// Keeps what became of the scans that have an identifier, so that they may come again.
    pub fn remember<'a>(&self, tx: &mut Tx, results: impl Iterator<Item = &'a Scanned>) -> Result<()> {
        let scope = tx.by.scope();
        let row = |scanned: &'a Scanned| {
            let scan_id = scanned.scan.id.as_deref().filter(|_| !scanned.is_replayed)?;
            Some(NewScan {
                scope: &scope,
                scan_id,
                position: scanned.position,
                shipment_id: &self.shipment.id,
                action: self.action,
                barcode: &scanned.scan.barcode,
                parcel_id: scanned.parcel.as_ref().map(|parcel| &parcel.id),
                outcome: scanned.outcome,
                reason: scanned.reason.as_deref(),
                at: scanned.scan.at.unwrap_or(tx.now),
                recorded_at: tx.now,
            })
        };
        let rows: Vec<_> = results.filter_map(row).collect();
        store::insert_scans(tx, &rows)
    }

    /// What became of those of the scans that came before.
    fn known(&self, tx: &mut Tx, scans: &[Scan]) -> Result<HashMap<String, Vec<StoredScan>>> {
        let ids: Vec<_> = scans.iter().filter_map(|scan| scan.id.as_deref()).collect();
        let mut known: HashMap<String, Vec<StoredScan>> = HashMap::new();
        if ids.is_empty() {
            return Ok(known);
        }
        let scope = tx.by.scope();
        for stored in store::scans_known(tx, &scope, &ids)? {
            known.entry(stored.scan_id.clone()).or_default().push(stored);
        }
        for (index, scan) in scans.iter().enumerate() {
            let Some(stored) = known_as(&known, scan).and_then(|id| known.get(id)?.first()) else { continue };
            let is_same = stored.action == self.action
                && stored.shipment_id == self.shipment.id
                && stored.barcode.eq_ignore_ascii_case(&scan.barcode);
            if !is_same {
                let problem = "was the identifier of another scan; a scanner never uses one twice";
                return Problem::field(format!("/scans/{index}/id"), problem).fail();
            }
        }
        Ok(known)
    }

    fn replayed(&self, tx: &mut Tx, known: &HashMap<String, Vec<StoredScan>>) -> Result<HashMap<String, Vec<Scanned>>> {
        let ids: Vec<ParcelId> = known.values().flatten().filter_map(|stored| stored.parcel_id.clone()).collect();
        let parcels = if ids.is_empty() { HashMap::new() } else { parcels::bulk::get_all(tx, &ids)? };
        let again = |stored: &StoredScan| {
            let parcel = stored.parcel_id.as_ref().and_then(|id| parcels.get(id)).cloned();
            let scan = Scan { barcode: stored.barcode.clone(), id: Some(stored.scan_id.clone()), at: Some(stored.at) };
            let unjudged = Scanned::judged(scan, stored.position, parcel, &|_| stored.outcome);
            Scanned { outcome: stored.outcome, reason: stored.reason.clone(), is_replayed: true, ..unjudged }
        };
        Ok(known.iter().map(|(id, rows)| (id.clone(), rows.iter().map(again).collect())).collect())
    }
}

/// The identifier of a scan that came before.
fn known_as<'a>(known: &'a HashMap<String, Vec<StoredScan>>, scan: &Scan) -> Option<&'a str> {
    known.get_key_value(scan.id.as_deref()?).map(|(id, _)| id.as_str())
}

fn refuse_future(tx: &Tx, scans: &[Scan]) -> Result<()> {
    match scans.iter().position(|scan| scan.at.is_some_and(|at| at > tx.now)) {
        Some(index) => Problem::field(format!("/scans/{index}/at"), "a scan cannot lie in the future").fail(),
        None => Ok(()),
    }
}

/// The parcels that each scan means: one or none, or those of a bag.
fn meant(tx: &mut Tx, scans: &[&Scan]) -> Result<Vec<Vec<Option<Parcel>>>> {
    let barcodes: Vec<_> = scans.iter().map(|scan| scan.barcode.as_str()).collect();
    let in_bags = bags::contents(tx, &barcodes)?;
    let alone = parcels::bulk::scanned_all(tx, &barcodes)?;
    let of_scan = |(barcode, parcel): (&str, Option<Parcel>)| match in_bags.get(barcode) {
        Some(parcels) => parcels.iter().cloned().map(Some).collect(),
        None => vec![parcel],
    };
    Ok(barcodes.into_iter().zip(alone).map(of_scan).collect())
}

/// Writes down what became of a batch.
pub(super) fn record(tx: &mut Tx, action: &str, shipment: &Shipment, results: &[Scanned]) -> Result<()> {
    let scans: Vec<_> =
        results.iter().map(|scan| serde_json::json!({"barcode": scan.barcode, "outcome": scan.outcome})).collect();
    audit::record(tx, action, &shipment.code, scans)
}
