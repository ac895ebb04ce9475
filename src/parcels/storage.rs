//! Storage of a parcel beyond the free days: each day charged once for ever, by the sweep or before money is taken.

use chrono::NaiveDate;

use super::rules::{self, Status};
use super::store::{self, ChargedDays, Parcel};
use crate::clock::bishkek_day;
use crate::code::OrderCode;
use crate::db::Tx;
use crate::error::Result;
use crate::ledger::{self, Account, Kind};
use crate::orders::{self, Entry, EventKind, Order};
use crate::quotes;

/// Days of storage that are due and not charged yet.
#[derive(Clone, Debug)]
pub struct Fee {
    /// Of which parcel.
    pub parcel: Parcel,
    /// The first day, in Bishkek.
    pub from_day: NaiveDate,
    /// The last day.
    pub through_day: NaiveDate,
    /// For all of them, tyiyn.
    pub amount_tyiyn: i64,
}

impl Fee {
    /// How many days.
    pub fn days(&self) -> i64 {
        days(self.from_day, self.through_day)
    }
}

fn days(from: NaiveDate, through: NaiveDate) -> i64 {
    (through - from).num_days() + 1
}

/// An order with its storage charged up to now, held until the transaction ends: what is owed is what a cashier asks for.
///
/// # Errors
/// `not_found`.
pub fn lock(tx: &mut Tx, code: &OrderCode) -> Result<Order> {
    let mut order = orders::lock(tx, code)?;
    charge(tx, &mut order)?;
    Ok(order)
}

/// What an order's customer owes at this moment, tyiyn: the ledger's word, and storage that nothing charged yet.
///
/// # Errors
/// Those of the database.
pub fn balance_tyiyn(tx: &mut Tx, order: &Order) -> Result<i64> {
    let due_tyiyn: i64 = due(tx, order)?.iter().map(|fee| fee.amount_tyiyn).sum();
    Ok(order.balance_tyiyn + due_tyiyn)
}

/// What was charged for the storage of an order and not taken back or let off, tyiyn.
///
/// # Errors
/// Those of the database.
pub fn charged_tyiyn(tx: &mut Tx, order: &Order) -> Result<i64> {
    let account = Account::Storage.to_string();
    let legs = ledger::of_order(tx, &order.id)?.into_iter().flat_map(|(_, postings)| postings);
    Ok(legs.filter(|leg| leg.account == account).map(|leg| -leg.amount_tyiyn).sum())
}

/// What is due for the storage of an order's parcels and not charged yet. Nobody pays for what they were not told of.
///
/// # Errors
/// Those of the database.
pub fn due(tx: &mut Tx, order: &Order) -> Result<Vec<Fee>> {
    let (Some(free_until), Some(told_at)) = (order.free_storage_until, order.announced_at) else {
        return Ok(Vec::new());
    };
    let (free_day, today) = (bishkek_day(free_until), bishkek_day(tx.now));
    if order.status != orders::Status::ReadyForPickup || today <= free_day {
        return Ok(Vec::new());
    }
    let fee_tyiyn = quotes::storage_fee_tyiyn(tx, &order.id, &order.pickup_point_id)?;
    if fee_tyiyn == 0 {
        return Ok(Vec::new());
    }
    let charged = store::charged_days(tx, &order.id)?;
    let mut lying = store::of_order(tx, &order.id)?;
    lying.retain(|parcel| parcel.status == Status::Arrived && parcel.arrived_at.is_some_and(|at| at <= told_at));
    let most_days = tx.firm.storage_fee_most_days;
    let fee = |parcel: Parcel| {
        let before: Vec<_> = charged.iter().filter(|charged| charged.parcel_id == parcel.id).collect();
        let through = before.iter().map(|charged| charged.through_day).max();
        let charged_days = before.iter().map(|charged| days(charged.from_day, charged.through_day)).sum();
        let (from_day, through_day) = rules::storage_days(free_day, today, through, charged_days, most_days)?;
        let amount_tyiyn = fee_tyiyn.checked_mul(days(from_day, through_day))?;
        Some(Fee { parcel, from_day, through_day, amount_tyiyn })
    };
    Ok(lying.into_iter().filter_map(fee).collect())
}

/// Charges what is due, a journal for each parcel, and tells the timeline once.
///
/// # Errors
/// Those of the database.
pub fn charge(tx: &mut Tx, order: &mut Order) -> Result<Vec<Fee>> {
    let fees = due(tx, order)?;
    for fee in &fees {
        let journal = ledger::Entry::new(Kind::Storage, format!("storage:{}:{}", fee.parcel.id, fee.from_day))
            .debit(order.receivable(), fee.amount_tyiyn)
            .credit(Account::Storage, fee.amount_tyiyn);
        let days = ChargedDays {
            parcel_id: fee.parcel.id.clone(),
            from_day: fee.from_day,
            through_day: fee.through_day,
            order_id: order.id.clone(),
            journal_id: orders::post(tx, order, journal)?,
            amount_tyiyn: fee.amount_tyiyn,
        };
        store::insert_charged_days(tx, &days)?;
    }
    if !fees.is_empty() {
        orders::note(tx, order, entry(&fees))?;
    }
    Ok(fees)
}

fn entry(fees: &[Fee]) -> Entry {
    let amount_tyiyn: i64 = fees.iter().map(|fee| fee.amount_tyiyn).sum();
    let parcel = |fee: &Fee| {
        serde_json::json!({
            "barcode": fee.parcel.barcode, "from_day": fee.from_day, "through_day": fee.through_day,
            "amount_tyiyn": fee.amount_tyiyn,
        })
    };
    let parcels: Vec<_> = fees.iter().map(parcel).collect();
    Entry::new(EventKind::StorageCharged).with("amount_tyiyn", amount_tyiyn).with("parcels", parcels)
}
