//! A full truck is cut into lots, so that one transaction is short and one customer gets one message.

use std::collections::BTreeMap;

use super::scan::Scanned;
use crate::db::Tx;
use crate::error::Result;
use crate::ids::OrderId;
use crate::orders;

/// About so many parcels are unloaded in one transaction: some 50 ms of work, so that nobody waits long for their turn.
const LOT: usize = 200;

/// All orders of one customer are in one lot, unless they have more parcels than this.
const MOST: usize = 800;

/// Cuts these places of the results into lots, customer by customer.
pub(super) fn cut(tx: &mut Tx, results: &[Scanned], places: &[usize]) -> Result<Vec<Vec<usize>>> {
    let order_at = |place: &usize| results[*place].parcel.as_ref().and_then(|parcel| parcel.order_id.clone());
    let mut ids: Vec<OrderId> = places.iter().filter_map(order_at).collect();
    ids.sort();
    ids.dedup();
    // What fits into one transaction needs no cutting.
    let addressees = if places.len() > LOT { orders::addressees(tx, &ids)? } else { BTreeMap::new() };
    let mut by_customer: BTreeMap<_, Vec<(Option<OrderId>, usize)>> = BTreeMap::new();
    for place in places {
        let order = order_at(place);
        let customer = order.as_ref().and_then(|id| addressees.get(id));
        by_customer.entry(customer).or_default().push((order, *place));
    }
    let mut lots: Vec<Vec<usize>> = Vec::new();
    for mut of_customer in by_customer.into_values() {
        // The parcels of an order stay together.
        of_customer.sort();
        for piece in of_customer.chunks(MOST) {
            match lots.last_mut() {
                Some(lot) if lot.len() + piece.len() <= LOT => lot.extend(piece.iter().map(|(_, place)| place)),
                _ => lots.push(piece.iter().map(|(_, place)| *place).collect()),
            }
        }
    }
    Ok(lots)
}
