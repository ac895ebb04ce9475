//! A box is seen at the door: a scan, before anybody weighs it. Quick, without money and without a message; repeated as
//! often as a scanner likes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDateTime;

use super::intake::{may_take, order_of_client, other_owner};
use super::intake_store;
use super::rules::{Status, Tracking};
use super::store::{self, Parcel};
use super::warnings::{self, Warning};
use super::{entry, follow, save};
use crate::audit;
use crate::client_code::ClientCode;
use crate::code::{self, OrderCode};
use crate::db::Tx;
use crate::error::{Problem, Result};
use crate::ids::{BranchId, OrderId};
use crate::orders::{self, EventKind, Order};

words! {
    /// What became of a scan at the door.
    Outcome as IntakeOutcome {
        /// Its order waits for it; now it waits to be weighed.
        Seen = "seen",
        /// It was seen before, and still waits to be weighed.
        AlreadySeen = "already_seen",
        /// Nobody is known to own it.
        Unclaimed = "unclaimed",
        /// It was weighed before.
        AlreadyReceived = "already_received",
        /// A person has to look; nothing was changed.
        Refused = "refused",
    }
}

/// One scan.
#[derive(Clone, Debug)]
pub struct NewScan {
    /// What the scanner calls it; sent again under the same name, it is the same scan.
    pub id: Option<String>,
    /// As scanned: our own barcode, or a courier's number.
    pub barcode: String,
    /// What is written on the box, as it was typed.
    pub mark: Option<String>,
    /// An order code on the box, as it was typed.
    pub order_code: Option<String>,
    /// When it was scanned; now when not named, and no later than that.
    pub at: Option<NaiveDateTime>,
    /// The warehouse.
    pub branch_id: Option<BranchId>,
}

/// What became of a scan.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What became of it.
    pub outcome: Outcome,
    /// A sentence for whoever holds the scanner, when there is something to say.
    pub reason: Option<String>,
    /// The parcel that it means.
    pub parcel: Option<Parcel>,
    /// What is not as expected.
    pub warnings: Vec<Warning>,
}

impl Seen {
    fn of(outcome: Outcome, parcel: Parcel) -> Self {
        Self { outcome, reason: None, parcel: Some(parcel), warnings: Vec::new() }
    }

    fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    fn refused(reason: impl Into<String>) -> Self {
        Self { outcome: Outcome::Refused, reason: Some(reason.into()), parcel: None, warnings: Vec::new() }
    }
}

/// What a scanned code means.
enum Meaning {
    Known(Box<Parcel>),
    New(Tracking),
    Nothing,
}

/// Writes down a batch of scans; each gets its own answer.
///
/// # Errors
/// Those of the database.
pub fn see(tx: &mut Tx, scans: &[NewScan]) -> Result<Vec<Seen>> {
    let mut orders = lock_orders(tx, scans)?;
    scans.iter().map(|scan| one(tx, scan, &mut orders)).collect()
}

/// Locks the orders that will change, in one fixed sequence. A batch that changes nothing locks nothing.
fn lock_orders(tx: &mut Tx, scans: &[NewScan]) -> Result<BTreeMap<OrderId, Order>> {
    let mut wanted = BTreeSet::new();
    for scan in scans {
        match meaning(tx, &scan.barcode)? {
            Meaning::Known(parcel) if parcel.seen_at.is_none() => wanted.extend(parcel.order_id),
            Meaning::Known(_) | Meaning::Nothing => {}
            Meaning::New(_) => {
                if let Some(code) = scan.order_code.as_deref().and_then(|code| parsed(tx, code)) {
                    wanted.extend(orders::look_up(tx, &code)?.map(|order| order.id));
                }
            }
        }
    }
    orders::lock_ids(tx, wanted)
}

fn parsed(tx: &Tx, typed: &str) -> Option<OrderCode> {
    OrderCode::parse(&tx.firm.code_prefix, typed).ok()
}

fn meaning(tx: &mut Tx, barcode: &str) -> Result<Meaning> {
    // A courier's number can look like our barcode by chance, so a miss falls through.
    if let Some(own) = code::parse_barcode(barcode)
        && let Some(parcel) = store::by_barcode(tx, &own)?
    {
        return Ok(Meaning::Known(Box::new(parcel)));
    }
    let Ok(number) = Tracking::try_from(barcode.to_owned()) else { return Ok(Meaning::Nothing) };
    Ok(match store::active(tx, &number)? {
        Some(parcel) => Meaning::Known(Box::new(parcel)),
        None => Meaning::New(number),
    })
}

fn one(tx: &mut Tx, scan: &NewScan, orders: &mut BTreeMap<OrderId, Order>) -> Result<Seen> {
    if let Some(id) = &scan.id
        && let Some(earlier) = intake_store::earlier_scan(tx, &tx.by.scope(), id)?
    {
        return repeated(tx, scan, earlier);
    }
    let seen = match meaning(tx, &scan.barcode)? {
        Meaning::Nothing => Seen::refused("is neither a barcode of ours nor a courier's number"),
        Meaning::Known(parcel) => known(tx, scan, *parcel, orders)?,
        Meaning::New(number) => new(tx, scan, &number, orders)?,
    };
    intake_store::insert_scan(tx, scan, &seen)?;
    Ok(seen)
}

/// The answer that a scan had when it came first, about the parcel as it is now.
fn repeated(tx: &mut Tx, scan: &NewScan, earlier: intake_store::StoredScan) -> Result<Seen> {
    if earlier.barcode != scan.barcode {
        return Ok(Seen::refused(format!("this id was used before, for the scan of {}", earlier.barcode)));
    }
    let parcel = match &earlier.parcel_id {
        Some(id) => store::by_id(tx, id)?,
        None => None,
    };
    Ok(Seen { outcome: earlier.outcome, reason: earlier.reason, parcel, warnings: Vec::new() })
}

fn known(tx: &mut Tx, scan: &NewScan, parcel: Parcel, orders: &mut BTreeMap<OrderId, Order>) -> Result<Seen> {
    match (parcel.status, parcel.seen_at, parcel.received_at) {
        (Status::Expected, None, _) => expected(tx, scan, parcel, orders),
        (Status::Unclaimed, None, None) => {
            let parcel = mark_seen(tx, scan, parcel)?;
            Ok(Seen::of(Outcome::Unclaimed, parcel))
        }
        (Status::Expected, Some(_), _) | (Status::Unclaimed, Some(_), None) => {
            Ok(Seen::of(Outcome::AlreadySeen, parcel))
        }
        (Status::PickedUp | Status::Lost | Status::Returned, ..) => {
            let reason = format!("parcel {} is {}; look at it, and say so first", parcel.barcode, parcel.status);
            Ok(Seen::of(Outcome::Refused, parcel).because(reason))
        }
        (
            Status::Unclaimed
            | Status::Received
            | Status::Packed
            | Status::InTransit
            | Status::Arrived
            | Status::Damaged
            | Status::HeldByCustoms,
            ..,
        ) => {
            let reason = format!("parcel {} is {} already", parcel.barcode, parcel.status);
            Ok(Seen::of(Outcome::AlreadyReceived, parcel).because(reason))
        }
    }
}

fn expected(tx: &mut Tx, scan: &NewScan, parcel: Parcel, orders: &mut BTreeMap<OrderId, Order>) -> Result<Seen> {
    let Some(id) = &parcel.order_id else { return Problem::not_found("order of this parcel").fail() };
    if !orders.contains_key(id) {
        // Registered between our look and our locks.
        orders.insert(id.clone(), orders::lock_id(tx, id)?);
    }
    let Some(order) = orders.get(id) else { return Problem::not_found("order of this parcel").fail() };
    let order_code = scan.order_code.as_deref().and_then(|code| parsed(tx, code));
    if let Some(other) = other_owner(tx, order, client_code(tx, scan).as_deref(), order_code.as_ref())? {
        let warning = warnings::owner(&order.code, &other);
        let refused = Seen::of(Outcome::Refused, parcel).because(warning.detail.clone());
        return Ok(Seen { warnings: vec![warning], ..refused });
    }
    let parcel = mark_seen(tx, scan, parcel)?;
    orders::note(tx, order, entry(EventKind::ParcelSeen, &parcel).at(at(tx, scan)))?;
    Ok(Seen::of(Outcome::Seen, parcel))
}

fn mark_seen(tx: &mut Tx, scan: &NewScan, mut parcel: Parcel) -> Result<Parcel> {
    parcel.seen_at = Some(at(tx, scan));
    parcel.mark = scan.mark.clone().or(parcel.mark.take());
    parcel.client_code = client_code(tx, scan).or(parcel.client_code.take());
    parcel.branch_id = scan.branch_id.clone().or(parcel.branch_id.take());
    parcel.search = Some(parcel.search_text());
    save(tx, &parcel, parcel.status)?;
    audit_seen(tx, &parcel)?;
    Ok(parcel)
}

/// A scanner's clock may be ahead of ours; what it saw is not in the future.
fn at(tx: &Tx, scan: &NewScan) -> NaiveDateTime {
    scan.at.map_or(tx.now, |at| at.min(tx.now))
}

fn client_code(tx: &Tx, scan: &NewScan) -> Option<String> {
    let mark = scan.mark.as_deref()?;
    ClientCode::parse(&tx.firm.client_code_prefix, mark).map(|code| code.as_str().to_owned())
}

fn new(tx: &mut Tx, scan: &NewScan, number: &Tracking, orders: &mut BTreeMap<OrderId, Order>) -> Result<Seen> {
    let order = match &scan.order_code {
        Some(typed) => match parsed(tx, typed) {
            None => return Ok(Seen::refused(format!("order code {typed}: a symbol is wrong; look at the box again"))),
            Some(code) => match orders.values().find(|order| order.code == code.as_str()) {
                None => return Ok(Seen::refused(format!("there is no order {code}"))),
                Some(order) => Some(order.clone()),
            },
        },
        None => match client_code(tx, scan) {
            Some(code) => order_of_client(tx, &code)?,
            None => None,
        },
    };
    let Some(mut order) = order.filter(|order| may_take(order.status)) else {
        let parcel = intake_store::insert_seen(tx, None, number, scan, at(tx, scan), client_code(tx, scan))?;
        audit_seen(tx, &parcel)?;
        return Ok(Seen::of(Outcome::Unclaimed, parcel));
    };
    if let Some(other) = other_owner(tx, &order, client_code(tx, scan).as_deref(), None)? {
        let warning = warnings::owner(&order.code, &other);
        return Ok(Seen { warnings: vec![warning.clone()], ..Seen::refused(warning.detail) });
    }
    let parcel = intake_store::insert_seen(tx, Some(&order.id), number, scan, at(tx, scan), client_code(tx, scan))?;
    follow(tx, &mut order, Some(entry(EventKind::ParcelSeen, &parcel).at(at(tx, scan))))?;
    orders.insert(order.id.clone(), order);
    audit_seen(tx, &parcel)?;
    Ok(Seen::of(Outcome::Seen, parcel))
}

fn audit_seen(tx: &mut Tx, parcel: &Parcel) -> Result<()> {
    let detail = serde_json::json!({
        "barcode": parcel.barcode, "tracking_number": parcel.tracking_number, "status": parcel.status,
        "order": parcel.order_id, "seen_at": parcel.seen_at.map(|at| at.and_utc()),
    });
    audit::record(tx, "parcel.seen", parcel.id.as_str(), detail)
}
