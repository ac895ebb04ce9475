//! Boxes by the thousand, as a warehouse's list brings them: what [`super::receive`] does for one, decided in memory for
//! orders that are locked, and written together.

use std::collections::{BTreeMap, HashMap};

use serde_json::json;

use super::rules::{self, Status};
use super::store::many::{self as store, Fresh};
use super::{Parcel, step};
use crate::audit;
use crate::code;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::{BranchId, OrderId, ParcelId};
use crate::orders::{self, Entry, EventKind, Order, Progress};

/// What a list says of a box.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// The courier's number.
    pub tracking_number: Option<String>,
    /// The client code on the mark, canonical.
    pub client_code: Option<String>,
    /// Grams, if it was weighed.
    pub weight_g: Option<i64>,
    /// Length, width, height in millimetres.
    pub size_mm: Option<[i64; 3]>,
    /// How it looks.
    pub condition: Option<String>,
    /// Anything worth knowing.
    pub note: Option<String>,
    /// The warehouse.
    pub branch_id: Option<BranchId>,
}

/// The parcel that each of these couriers' numbers means today: the active one, else the latest that had it.
///
/// # Errors
/// Those of the database.
pub fn meant(tx: &mut Tx, numbers: &[&str]) -> Result<HashMap<String, Parcel>> {
    store::meant(tx, numbers)
}

/// Boxes that are being taken in.
pub struct Receiving {
    orders: BTreeMap<OrderId, Order>,
    counts: HashMap<OrderId, BTreeMap<Progress, i64>>,
    fresh: Vec<Fresh>,
    changed: Vec<(Parcel, Status)>,
    steps: orders::many::Batch,
    trail: Vec<(&'static str, String, String)>,
}

impl Receiving {
    /// Begins with the orders that boxes are going to join, which are locked.
    ///
    /// # Errors
    /// Those of the database.
    pub fn begin(tx: &mut Tx, orders: BTreeMap<OrderId, Order>) -> Result<Self> {
        let ids: Vec<OrderId> = orders.keys().cloned().collect();
        let mut counts: HashMap<OrderId, BTreeMap<Progress, i64>> = HashMap::new();
        for (order, status, count) in store::statuses(tx, &ids)? {
            if let Some(progress) = rules::progress(status) {
                *counts.entry(order).or_default().entry(progress).or_default() += count;
            }
        }
        let (fresh, changed, trail) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { orders, counts, fresh, changed, steps: orders::many::Batch::default(), trail })
    }

    /// Whether an order is locked for this.
    pub fn has(&self, order: &OrderId) -> bool {
        self.orders.contains_key(order)
    }

    /// A box that nobody knew, for an order or for nobody.
    ///
    /// # Errors
    /// As [`orders::advance`].
    pub fn receive_new(&mut self, order: Option<&OrderId>, listed: Listed) -> Result<()> {
        let status = if order.is_some() { Status::Received } else { Status::Unclaimed };
        let parcel = Fresh {
            id: ParcelId::new(),
            barcode: code::barcode(),
            tracking_number: listed.tracking_number,
            order_id: order.cloned(),
            client_code: listed.client_code,
            status,
            condition: listed.condition,
            weight_g: listed.weight_g,
            size_mm: listed.size_mm,
            note: listed.note,
            branch_id: listed.branch_id,
        };
        let entry = entry(&parcel.barcode, parcel.tracking_number.as_deref());
        self.trail.push((
            "parcel.received",
            parcel.id.to_string(),
            json!({
                "barcode": parcel.barcode, "tracking_number": parcel.tracking_number, "weight_g": parcel.weight_g,
                "status": status, "order": order,
            })
            .to_string(),
        ));
        self.fresh.push(parcel);
        match order {
            Some(order) => self.follow(order, None, status, entry),
            None => Ok(()),
        }
    }

    /// A box that was expected.
    ///
    /// # Errors
    /// As [`orders::advance`].
    pub fn receive_expected(&mut self, tx: &Tx, mut parcel: Parcel, listed: Listed) -> Result<()> {
        let before = std::mem::replace(&mut parcel.status, Status::Received);
        parcel.client_code = listed.client_code.or(parcel.client_code);
        parcel.condition = listed.condition;
        parcel.note = listed.note;
        parcel.weight_g = listed.weight_g;
        (parcel.length_mm, parcel.width_mm, parcel.height_mm) = apart(listed.size_mm);
        parcel.branch_id = listed.branch_id;
        parcel.received_at = Some(tx.now);
        self.trail.push((
            "parcel.received",
            parcel.id.to_string(),
            json!({
                "barcode": parcel.barcode, "tracking_number": parcel.tracking_number, "weight_g": parcel.weight_g,
                "status": parcel.status, "order": parcel.order_id,
            })
            .to_string(),
        ));
        self.join(parcel, before)
    }

    /// A box that waits unclaimed and turns out to belong to an order.
    ///
    /// # Errors
    /// As [`orders::advance`].
    pub fn claim(&mut self, mut parcel: Parcel, order: &OrderId, listed: Listed) -> Result<()> {
        let before = std::mem::replace(&mut parcel.status, Status::Received);
        parcel.order_id = Some(order.clone());
        parcel.client_code.clone_from(&listed.client_code);
        self.trail.push((
            "parcel.claimed",
            parcel.id.to_string(),
            json!({"order": order, "client_code": listed.client_code}).to_string(),
        ));
        complete(&mut parcel, listed);
        self.join(parcel, before)
    }

    /// A box in the warehouse that was weighed, measured or looked at again.
    pub fn amend(&mut self, mut parcel: Parcel, listed: Listed) {
        let before = parcel.weight_g;
        complete(&mut parcel, listed);
        self.trail.push((
            "parcel.weighed_again",
            parcel.id.to_string(),
            json!({"reason": "a manifest says so", "weight_g": audit::change(before, parcel.weight_g)}).to_string(),
        ));
        let status = parcel.status;
        self.changed.push((parcel, status));
    }

    fn join(&mut self, parcel: Parcel, before: Status) -> Result<()> {
        let entry = entry(&parcel.barcode, parcel.tracking_number.as_deref());
        let (order, status) = (parcel.order_id.clone(), parcel.status);
        // An unclaimed parcel was nobody's, so it counted nowhere.
        let counted = Some(before).filter(|before| *before != Status::Unclaimed);
        self.changed.push((parcel, before));
        match order {
            Some(order) => self.follow(&order, counted, status, entry),
            None => Ok(()),
        }
    }

    /// [`super::follow`] for one parcel that went from one status to another.
    fn follow(&mut self, id: &OrderId, from: Option<Status>, to: Status, entry: Entry) -> Result<()> {
        let Some(order) = self.orders.get_mut(id) else {
            return Err(Error::Startup(format!("order {id} was not locked before its parcels")));
        };
        let counts = self.counts.entry(id.clone()).or_default();
        if let Some(progress) = from.and_then(rules::progress) {
            *counts.entry(progress).or_default() -= 1;
        }
        if let Some(progress) = rules::progress(to) {
            *counts.entry(progress).or_default() += 1;
        }
        let slowest = counts.iter().find(|(_, count)| **count > 0).map(|(progress, _)| *progress);
        match step(order, slowest) {
            Some((event, _)) => self.steps.advance(order, event, entry),
            None => {
                self.steps.note(order, entry);
                Ok(())
            }
        }
    }

    /// Writes everything.
    ///
    /// # Errors
    /// Those of the database; one worth another try when somebody else was faster.
    pub fn write(self, tx: &mut Tx) -> Result<()> {
        store::insert(tx, &self.fresh)?;
        drop(self.fresh);
        store::update(tx, &self.changed)?;
        drop(self.changed);
        self.steps.write(tx)?;
        audit::record_many(tx, &self.trail)
    }
}

fn entry(barcode: &str, tracking_number: Option<&str>) -> Entry {
    let entry = Entry::new(EventKind::ParcelReceived).with("barcode", barcode);
    match tracking_number {
        Some(number) => entry.with("tracking_number", number),
        None => entry,
    }
}

/// Writes what the list says over what was known; what it does not say stays.
fn complete(parcel: &mut Parcel, listed: Listed) {
    parcel.weight_g = listed.weight_g.or(parcel.weight_g);
    if let Some([length_mm, width_mm, height_mm]) = listed.size_mm {
        (parcel.length_mm, parcel.width_mm, parcel.height_mm) = (Some(length_mm), Some(width_mm), Some(height_mm));
    }
    parcel.condition = parcel.condition.take().or(listed.condition);
    parcel.note = parcel.note.take().or(listed.note);
}

fn apart(size_mm: Option<[i64; 3]>) -> (Option<i64>, Option<i64>, Option<i64>) {
    match size_mm {
        Some([length_mm, width_mm, height_mm]) => (Some(length_mm), Some(width_mm), Some(height_mm)),
        None => (None, None, None),
    }
}
