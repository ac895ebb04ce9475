//! Boxes by the thousand, as a warehouse's list brings them: what [`super::receive`] does for one, decided in memory for
//! orders that are locked, and written together.

use std::collections::{BTreeMap, HashMap};

use serde_json::json;

use super::intake_store::{self as store, Fresh};
use super::{Parcel, Status, bulk};
use crate::audit;
use crate::code;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::{BranchId, OrderId, ParcelId};
use crate::orders::{Bulk, Entry, EventKind, Order};

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

/// Boxes that are being taken in.
pub struct Receiving {
    orders: BTreeMap<OrderId, Order>,
    fresh: Vec<Fresh>,
    changed: Vec<(Parcel, Status)>,
    entries: HashMap<OrderId, Vec<Entry>>,
    trail: Vec<(&'static str, String, serde_json::Value)>,
}

impl Receiving {
    /// Begins with the orders that boxes are going to join, which are locked.
    pub fn begin(orders: BTreeMap<OrderId, Order>) -> Self {
        Self { orders, fresh: Vec::new(), changed: Vec::new(), entries: HashMap::new(), trail: Vec::new() }
    }

    /// Whether an order is locked for this.
    pub fn has(&self, order: &OrderId) -> bool {
        self.orders.contains_key(order)
    }

    /// A box that nobody knew, for an order or for nobody.
    pub fn receive_new(&mut self, order: Option<&OrderId>, listed: Listed) {
        let parcel = Fresh {
            id: ParcelId::new(),
            barcode: code::barcode(),
            order_id: order.cloned(),
            status: if order.is_some() { Status::Received } else { Status::Unclaimed },
            listed,
        };
        let number = parcel.listed.tracking_number.as_deref();
        let detail = json!({
            "barcode": parcel.barcode, "tracking_number": number, "weight_g": parcel.listed.weight_g,
            "status": parcel.status, "order": order,
        });
        self.trail.push(("parcel.received", parcel.id.to_string(), detail));
        self.tell(order, &parcel.barcode, number.map(str::to_owned).as_deref());
        self.fresh.push(parcel);
    }

    /// A box that was expected.
    pub fn receive_expected(&mut self, tx: &Tx, mut parcel: Parcel, listed: Listed) {
        let before = std::mem::replace(&mut parcel.status, Status::Received);
        parcel.client_code = listed.client_code.or(parcel.client_code);
        parcel.condition = listed.condition;
        parcel.note = listed.note;
        parcel.weight_g = listed.weight_g;
        (parcel.length_mm, parcel.width_mm, parcel.height_mm) = apart(listed.size_mm);
        parcel.branch_id = listed.branch_id;
        parcel.received_at = Some(tx.now);
        parcel.seen_at = parcel.seen_at.or(Some(tx.now));
        let detail = json!({
            "barcode": parcel.barcode, "tracking_number": parcel.tracking_number, "weight_g": parcel.weight_g,
            "status": parcel.status, "order": parcel.order_id,
        });
        self.trail.push(("parcel.received", parcel.id.to_string(), detail));
        self.join(parcel, before);
    }

    /// A box that waits unclaimed and turns out to belong to an order.
    pub fn claim(&mut self, tx: &Tx, mut parcel: Parcel, order: &OrderId, listed: Listed) {
        let before = std::mem::replace(&mut parcel.status, Status::Received);
        parcel.order_id = Some(order.clone());
        parcel.client_code.clone_from(&listed.client_code);
        parcel.received_at = parcel.received_at.or(Some(tx.now));
        let detail = json!({"order": order, "client_code": listed.client_code});
        self.trail.push(("parcel.claimed", parcel.id.to_string(), detail));
        complete(&mut parcel, listed);
        self.join(parcel, before);
    }

    /// A box in the warehouse that was weighed, measured or looked at again.
    pub fn amend(&mut self, mut parcel: Parcel, listed: Listed) {
        let before = parcel.weight_g;
        complete(&mut parcel, listed);
        let detail = json!({"reason": "a manifest says so", "weight_g": audit::change(before, parcel.weight_g)});
        self.trail.push(("parcel.weighed_again", parcel.id.to_string(), detail));
        let status = parcel.status;
        self.changed.push((parcel, status));
    }

    fn join(&mut self, parcel: Parcel, before: Status) {
        let order = parcel.order_id.clone();
        self.tell(order.as_ref(), &parcel.barcode, parcel.tracking_number.as_deref());
        self.changed.push((parcel, before));
    }

    /// An entry on the timeline of the order, if the box has one.
    fn tell(&mut self, order: Option<&OrderId>, barcode: &str, tracking_number: Option<&str>) {
        if let Some(order) = order {
            self.entries.entry(order.clone()).or_default().push(entry(barcode, tracking_number));
        }
    }

    /// Writes everything, and brings each order as far as its slowest parcel.
    ///
    /// # Errors
    /// Those of the database; one worth another try when somebody else was faster.
    pub fn write(mut self, tx: &mut Tx) -> Result<()> {
        store::insert_fresh(tx, &self.fresh)?;
        if !store::update_listed(tx, &self.changed)? {
            return Err(Error::lost_race());
        }
        let mut writing = Bulk::default();
        let mut entries = std::mem::take(&mut self.entries);
        bulk::follow_all(tx, &mut writing, &mut self.orders, |order, _| entries.remove(&order.id).unwrap_or_default())?;
        writing.write(tx, self.orders.values())?;
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
