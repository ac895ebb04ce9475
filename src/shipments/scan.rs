//! A batch of scans: what each barcode means, and the orders that will change by it.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::{self, Outcome};
use crate::db::Tx;
use crate::error::Result;
use crate::ids::OrderId;
use crate::orders::Order;
use crate::parcels::{self, Parcel};

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

impl Scanned {
    /// A barcode and the parcel it means, if any, judged.
    fn judged(barcode: String, parcel: Option<Parcel>, judge: impl Fn(&Parcel) -> Outcome) -> Self {
        let Some(parcel) = parcel else {
            let reason = Some("no parcel has this barcode or tracking number".to_owned());
            return Self { barcode, outcome: Outcome::Unknown, reason, parcel: None };
        };
        let outcome = judge(&parcel);
        Self { barcode, outcome, reason: rules::why_not(outcome, parcel.status), parcel: Some(parcel) }
    }
}

/// The parcels that barcodes mean.
pub(super) fn look_up(tx: &mut Tx, barcodes: &[String]) -> Result<Vec<(String, Option<Parcel>)>> {
    barcodes.iter().map(|barcode| Ok((barcode.clone(), parcels::scanned(tx, barcode)?))).collect()
}

/// Judges a batch for an operation that acts on the outcome `wanted`. The orders of those parcels are locked, and the
/// parcels are read and judged again under the locks; a batch that changes nothing locks nothing. A parcel scanned
/// twice is acted on once and is `already` the second time.
pub(super) fn judge(
    tx: &mut Tx,
    scans: Vec<(String, Option<Parcel>)>,
    judge: impl Fn(&Parcel) -> Outcome,
    wanted: Outcome,
    already: Outcome,
) -> Result<(Vec<Scanned>, BTreeMap<OrderId, Order>)> {
    let mut results: Vec<_> =
        scans.into_iter().map(|(barcode, parcel)| Scanned::judged(barcode, parcel, &judge)).collect();
    let to_act = results.iter().filter(|scan| scan.outcome == wanted).filter_map(|scan| scan.parcel.as_ref());
    let orders = parcels::lock_orders(tx, to_act)?;
    let mut seen = BTreeSet::new();
    for scan in results.iter_mut().filter(|scan| scan.outcome == wanted) {
        let Some(parcel) = &scan.parcel else { continue };
        let fresh = parcels::get(tx, &parcel.id)?;
        *scan = Scanned::judged(std::mem::take(&mut scan.barcode), Some(fresh), &judge);
        if let Some(parcel) = &scan.parcel
            && scan.outcome == wanted
            && !seen.insert(parcel.id.clone())
        {
            scan.outcome = already;
            scan.reason = rules::why_not(already, parcel.status);
        }
    }
    Ok((results, orders))
}
