//! The hand-over act: what a customer took, when, from whom, and that it was paid. It is printed and signed.

pub mod http;
mod slip;

use chrono::NaiveDateTime;
use serde_json::Value;

use crate::branches::{self, Branch};
use crate::code::OrderCode;
use crate::customers;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ledger;
use crate::orders::{self, EventKind, TimelineRow};
use crate::parcels::{self, Parcel, Status};
use crate::proofs::Proof;
use crate::texts::Lang;

/// All that an act says.
#[derive(Clone, Debug)]
pub struct Act {
    /// Which order.
    pub order_code: String,
    /// Whose.
    pub client_code: String,
    /// The customer's name.
    pub customer: String,
    /// The language that the customer is written to in.
    pub language: Lang,
    /// Where the order is picked up.
    pub branch: Branch,
    /// What was handed over at one moment, oldest first.
    pub hand_overs: Vec<HandOver>,
    /// How many of the order's parcels are still to come or to be taken.
    pub remaining: usize,
    /// What came in for the order and did not go back, tyiyn.
    pub paid_tyiyn: i64,
    /// What the storage beyond the free days cost, tyiyn.
    pub storage_tyiyn: i64,
    /// What is still owed, tyiyn; negative is credit.
    pub balance_tyiyn: i64,
    /// The firm's name.
    pub firm: String,
}

/// Parcels that changed hands at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOver {
    /// When.
    pub at: NaiveDateTime,
    /// Login of who gave them.
    pub by: String,
    /// Who took them, when it was said; else the customer.
    pub received_by: Option<String>,
    /// What proved that they are theirs.
    pub proof: Option<Proof>,
    /// The document that they showed.
    pub document: Option<String>,
    /// What.
    pub parcels: Vec<Taken>,
}

impl HandOver {
    /// Whether both are one moment at the desk.
    fn is_the_same_as(&self, other: &HandOver) -> bool {
        self.at == other.at
            && self.by == other.by
            && self.received_by == other.received_by
            && self.proof == other.proof
            && self.document == other.document
    }
}

/// A parcel that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Our own barcode.
    pub barcode: String,
    /// The courier's number.
    pub tracking_number: Option<String>,
    /// Grams.
    pub weight_g: Option<i64>,
}

impl Act {
    /// All parcels that were taken.
    pub fn parcels(&self) -> impl Iterator<Item = &Taken> {
        self.hand_overs.iter().flat_map(|hand_over| &hand_over.parcels)
    }

    /// What they weigh together, grams.
    pub fn weight_g(&self) -> i64 {
        self.parcels().filter_map(|parcel| parcel.weight_g).sum()
    }
}

/// The act of an order, as its timeline tells it.
///
/// # Errors
/// `not_found`; `wrong_status` before anything was handed over.
pub fn find(tx: &mut Tx, code: &OrderCode) -> Result<Act> {
    let order = orders::find(tx, code)?;
    let parcels = parcels::of_order(tx, &order.id)?;
    let hand_overs = hand_overs(&orders::timeline(tx, &order.id)?, &parcels)?;
    if hand_overs.is_empty() {
        return Err(orders::wrong_status(&order, &orders::rules::legal(order.status)));
    }
    let is_open = |parcel: &&Parcel| !matches!(parcel.status, Status::PickedUp | Status::Lost | Status::Returned);
    Ok(Act {
        client_code: customers::get(tx, &order.customer_id)?.client_code,
        branch: branches::get(tx, &order.pickup_point_id)?,
        storage_tyiyn: parcels::storage::charged_tyiyn(tx, &order)?,
        paid_tyiyn: ledger::paid_tyiyn(tx, &order.id, &order.receivable())?,
        remaining: parcels.iter().filter(is_open).count(),
        language: order.language.parse().unwrap_or_default(),
        firm: tx.firm.name.clone(),
        balance_tyiyn: order.balance_tyiyn,
        customer: order.name,
        order_code: order.code,
        hand_overs,
    })
}

fn hand_overs(timeline: &[TimelineRow], parcels: &[Parcel]) -> Result<Vec<HandOver>> {
    let mut hand_overs: Vec<HandOver> = Vec::new();
    for row in timeline.iter().filter(|row| row.kind == EventKind::ParcelHandedOver) {
        let data: Value = serde_json::from_str(&row.data)
            .map_err(|error| Error::Startup(format!("the timeline entry {} cannot be read: {error}", row.id)))?;
        let word = |name: &str| data.get(name).and_then(Value::as_str).map(str::to_owned);
        let barcode = word("barcode").unwrap_or_default();
        let parcel = parcels.iter().find(|parcel| parcel.barcode == barcode);
        let taken = Taken {
            tracking_number: word("tracking_number"),
            weight_g: parcel.and_then(|parcel| parcel.weight_g),
            barcode,
        };
        let given = HandOver {
            at: row.at,
            by: row.actor.clone(),
            received_by: word("received_by"),
            proof: word("proof").and_then(|word| word.parse().ok()),
            document: word("document"),
            parcels: vec![taken],
        };
        match hand_overs.last_mut() {
            Some(last) if last.is_the_same_as(&given) => last.parcels.extend(given.parcels),
            _ => hand_overs.push(given),
        }
    }
    Ok(hand_overs)
}
