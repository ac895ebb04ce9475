//! Freight of a parcel: charged by actual weight when it arrives.

use super::rules::Status;
use super::store::Parcel;
use super::{entry, save};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ledger::{self, Account};
use crate::orders::{self, EventKind, Order};
use crate::quotes;

/// Freight by actual weight, once in a parcel's life: one that was lost and found again has been charged.
///
/// # Errors
/// Those of the database.
pub fn charge(tx: &mut Tx, order: &mut Order, parcel: &mut Parcel) -> Result<()> {
    if parcel.freight_tyiyn.is_some() {
        return Ok(());
    }
    let (tariff, dollar) = quotes::freight_terms(tx, &order.id)?;
    let weight_g = parcel.weight_g.unwrap_or(tariff.min_weight_g);
    let Some(freight_tyiyn) = tariff.freight_tyiyn(weight_g, dollar, tx.firm.rounding_step_tyiyn) else {
        return Err(Error::Startup(format!("the freight of parcel {} does not fit", parcel.barcode)));
    };
    parcel.freight_tyiyn = Some(freight_tyiyn);
    save(tx, parcel, Status::Arrived)?;
    if freight_tyiyn == 0 {
        return Ok(());
    }
    let journal = ledger::Entry::new(ledger::Kind::Freight, format!("freight:{}", parcel.id))
        .debit(order.receivable(), freight_tyiyn)
        .credit(Account::Freight, freight_tyiyn);
    orders::post(tx, order, journal)?;
    let note = entry(EventKind::FreightCharged, parcel).with("weight_g", weight_g).with("freight_tyiyn", freight_tyiyn);
    orders::note(tx, order, note)
}
