//! Many parcels at once: looked up, moved, followed by their orders.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDateTime;
use serde::Serialize;

use super::following;
use super::rules::{Standing, Status, Tracking};
use super::store::{self, Parcel};
use crate::customers;
use crate::db::Tx;
use crate::db::batch::{self, Columns, Kind};
use crate::error::{Problem, Result, Slug};
use crate::ids::{BranchId, OrderId, ParcelId, ShipmentId};
use crate::orders::{self, Bulk, Entry, EventKind, Order};

/// The parcels that scanned codes mean, in their sequence: our own barcode, else a courier's number of an active parcel.
///
/// # Errors
/// Those of the database.
pub fn scanned_all(tx: &mut Tx, barcodes: &[&str]) -> Result<Vec<Option<Parcel>>> {
    let own: Vec<_> = barcodes.iter().map(|barcode| crate::code::parse_barcode(barcode)).collect();
    let by_barcode: HashMap<_, _> = store::by_barcodes(tx, &own.iter().flatten().cloned().collect::<Vec<_>>())?
        .into_iter()
        .map(|parcel| (parcel.barcode.clone(), parcel))
        .collect();
    let number = |barcode: &&str| Tracking::try_from((*barcode).to_owned()).ok();
    let numbers: Vec<_> = barcodes.iter().map(number).collect();
    // A courier's number can look like our barcode by chance, so a miss falls through.
    let others =
        own.iter().zip(&numbers).filter(|(own, _)| own.as_ref().is_none_or(|own| !by_barcode.contains_key(own)));
    let others: Vec<_> = others.filter_map(|(_, number)| number.as_ref()).map(ToString::to_string).collect();
    let by_number = store::meant_by(tx, &others)?;
    let meant = |(own, number): (Option<String>, Option<Tracking>)| {
        let own = own.and_then(|own| by_barcode.get(&own));
        own.or_else(|| number.and_then(|number| by_number.get(number.as_str()))).cloned()
    };
    Ok(own.into_iter().zip(numbers).map(meant).collect())
}

/// The parcel that each of these couriers' numbers means: the active one, else the latest that had it.
///
/// # Errors
/// Those of the database.
pub fn meant_by(tx: &mut Tx, numbers: &[String]) -> Result<HashMap<String, Parcel>> {
    store::meant_by(tx, numbers)
}

/// Parcels by identifier.
///
/// # Errors
/// Those of the database.
pub fn get_all(tx: &mut Tx, ids: &[ParcelId]) -> Result<HashMap<ParcelId, Parcel>> {
    Ok(store::by_ids(tx, ids)?.into_iter().map(|parcel| (parcel.id.clone(), parcel)).collect())
}

/// Those of these parcels that the actor may see, oldest first.
///
/// # Errors
/// Those of the database.
pub fn in_sight(tx: &mut Tx, ids: &[ParcelId]) -> Result<Vec<Parcel>> {
    store::in_sight(tx, ids)
}

/// Locks the orders that have parcels of this status on a shipment.
///
/// # Errors
/// Those of the database.
pub fn lock_orders_on(tx: &mut Tx, shipment: &ShipmentId, status: Status) -> Result<BTreeMap<OrderId, Order>> {
    let ids = store::orders_on(tx, shipment, status)?;
    orders::lock_ids(tx, ids.into_iter().collect())
}

/// Whose a parcel is, for those who sort.
#[derive(Clone, Debug)]
pub struct Owner {
    /// Code of the order.
    pub order_code: String,
    /// Code of the customer.
    pub client_code: String,
    /// Where it is picked up.
    pub pickup_point_id: BranchId,
}

/// The owners of parcels, by order.
///
/// # Errors
/// Those of the database.
pub fn owners_of(tx: &mut Tx, parcels: &[Parcel]) -> Result<HashMap<OrderId, Owner>> {
    let ids: BTreeSet<_> = parcels.iter().filter_map(|parcel| parcel.order_id.clone()).collect();
    let orders = orders::many(tx, ids)?;
    let customers: BTreeSet<_> = orders.values().map(|order| order.customer_id.clone()).collect();
    let codes = customers::client_codes(tx, &customers.into_iter().collect::<Vec<_>>())?;
    let owner = |order: Order| {
        let client_code = codes.get(&order.customer_id)?.clone();
        let owner = Owner { order_code: order.code, client_code, pickup_point_id: order.pickup_point_id };
        Some((order.id, owner))
    };
    Ok(orders.into_values().filter_map(owner).collect())
}

/// Parcels that wait to be carried to a pickup point: from China, or from the pickup point where they lie.
///
/// # Errors
/// Those of the database.
pub fn waiting_for(tx: &mut Tx, pickup_point: &BranchId, lies_at: Option<&BranchId>) -> Result<Vec<ParcelId>> {
    store::waiting_for(tx, pickup_point, lies_at)
}

/// Puts all parcels that are packed on a shipment on the road; tells how many there were.
///
/// # Errors
/// Those of the database.
pub fn depart(tx: &mut Tx, shipment: &ShipmentId) -> Result<usize> {
    store::depart(tx, shipment)
}

/// What a truck changes of its parcels when they are loaded, taken off, driven away.
pub const ON_A_TRUCK: &Columns = &[("status", Kind::Text), ("shipment_id", Kind::Text), ("updated_at", Kind::Moment)];

/// What changes when they reach a branch.
pub const AT_A_BRANCH: &Columns = &[
    ("status", Kind::Text),
    ("condition", Kind::Text),
    ("weight_g", Kind::Number),
    ("branch_id", Kind::Text),
    ("freight_tyiyn", Kind::Number),
    ("arrived_at", Kind::Moment),
    ("updated_at", Kind::Moment),
];

/// Writes `columns` of parcels back if each is still in the status it was read in.
///
/// # Errors
/// `wrong_status` when somebody else changed one meanwhile.
pub fn save_all(tx: &mut Tx, columns: &Columns, parcels: &[(&Parcel, Status)]) -> Result<()> {
    #[derive(Serialize)]
    struct Row<'a> {
        id: &'a ParcelId,
        expected: Status,
        status: Status,
        shipment_id: Option<&'a ShipmentId>,
        condition: Option<&'a str>,
        weight_g: Option<i64>,
        branch_id: Option<&'a BranchId>,
        freight_tyiyn: Option<i64>,
        #[serde(serialize_with = "batch::moment_if_any")]
        arrived_at: Option<NaiveDateTime>,
        #[serde(serialize_with = "batch::moment")]
        updated_at: NaiveDateTime,
    }
    let rows: Vec<_> = parcels
        .iter()
        .map(|(parcel, expected)| Row {
            id: &parcel.id,
            expected: *expected,
            status: parcel.status,
            shipment_id: parcel.shipment_id.as_ref(),
            condition: parcel.condition.as_deref(),
            weight_g: parcel.weight_g,
            branch_id: parcel.branch_id.as_ref(),
            freight_tyiyn: parcel.freight_tyiyn,
            arrived_at: parcel.arrived_at,
            updated_at: tx.now,
        })
        .collect();
    let guard: (&str, &Columns) = ("parcels.status = r.expected", &[("expected", Kind::Text)]);
    if batch::update(tx.conn, "parcels", columns, guard, &rows)? == rows.len() {
        return Ok(());
    }
    Problem::new(
        Slug::WrongStatus,
        "Somebody else changed one of these parcels at the same moment; nothing was changed. Send the scans again.",
    )
    .fail()
}

/// Brings orders as far as their slowest parcels and writes the `entries` of each; tells which became ready by this.
///
/// # Errors
/// Those of the database.
pub fn follow_all(
    tx: &mut Tx,
    bulk: &mut Bulk,
    orders: &mut BTreeMap<OrderId, Order>,
    mut entries: impl FnMut(&Order, &[Standing]) -> Vec<Entry>,
) -> Result<BTreeSet<OrderId>> {
    let ids: Vec<_> = orders.keys().cloned().collect();
    let standings = store::standings_of_all(tx, &ids)?;
    let mut ready = BTreeSet::new();
    for (id, order) in orders {
        let standings = standings.get(id).map_or(&[][..], Vec::as_slice);
        let mut entries = entries(order, standings);
        let Some((event, status)) = following(tx, order, standings)? else {
            entries.iter().for_each(|entry| bulk.note(tx, order, entry));
            continue;
        };
        let last = if status == orders::Status::ReadyForPickup {
            ready.insert(id.clone());
            Entry::new(EventKind::OrderReady)
        } else {
            entries.pop().unwrap_or_else(|| Entry::new(EventKind::Correction))
        };
        entries.iter().for_each(|entry| bulk.note(tx, order, entry));
        bulk.advance(tx, order, event, &last)?;
    }
    Ok(ready)
}
