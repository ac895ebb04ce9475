//! The timeline: what happened to an order, when, where. Never edited.

use chrono::NaiveDateTime;
use serde_json::{Map, Value};

use super::Order;
use super::store::{self, TimelineRow};
use super::store_many::NewEvent;
use crate::db::Tx;
use crate::error::Result;
use crate::ids::{EntryId, OrderId};

words! {
    /// What happened. Each has its text in the locales as `event-<word>`.
    EventKind {
        /// Somebody asked.
        OrderRequested = "order_requested",
        /// An offer was made.
        OrderQuoted = "order_quoted",
        /// It ended unanswered.
        QuoteExpired = "quote_expired",
        /// The customer did not want it.
        QuoteDeclined = "quote_declined",
        /// The customer agreed.
        OrderConfirmed = "order_confirmed",
        /// Money came in.
        PaymentReceived = "payment_received",
        /// The customer says that they paid by transfer.
        TransferClaimed = "transfer_claimed",
        /// The transfer was not found, or not believed.
        TransferRejected = "transfer_rejected",
        /// Money went back.
        PaymentRefunded = "payment_refunded",
        /// Money paid too much is kept for the customer.
        CreditKept = "credit_kept",
        /// Money kept for the customer paid for this order.
        CreditUsed = "credit_used",
        /// What is owed was changed, with a reason.
        BalanceCorrected = "balance_corrected",
        /// The prepayment is complete.
        OrderPaid = "order_paid",
        /// We bought it.
        OrderPurchased = "order_purchased",
        /// A tracking number was registered.
        ParcelRegistered = "parcel_registered",
        /// A parcel was seen at our China warehouse, and not weighed yet.
        ParcelSeen = "parcel_seen",
        /// A parcel reached our China warehouse.
        ParcelReceived = "parcel_received",
        /// A parcel was loaded.
        ParcelPacked = "parcel_packed",
        /// The truck left.
        ShipmentDeparted = "shipment_departed",
        /// The truck stands at the border.
        CheckpointAtBorder = "checkpoint_at_border",
        /// It is in customs.
        CheckpointInCustoms = "checkpoint_in_customs",
        /// Customs let it go.
        CheckpointCleared = "checkpoint_cleared",
        /// It is late.
        CheckpointDelayed = "checkpoint_delayed",
        /// Some other news from the road.
        CheckpointOther = "checkpoint_other",
        /// A parcel reached the pickup point.
        ParcelArrived = "parcel_arrived",
        /// All parcels are there.
        OrderReady = "order_ready",
        /// The part that is there may be taken.
        OrderReleased = "order_released",
        /// That part was taken, the rest follows.
        OrderAwaitsRest = "order_awaits_rest",
        /// Nobody came for it.
        OrderUncollected = "order_uncollected",
        /// Storage beyond the free days was charged.
        StorageCharged = "storage_charged",
        /// The customer picks it up at another branch than was asked for.
        PickupPointMoved = "pickup_point_moved",
        /// Freight was charged by actual weight.
        FreightCharged = "freight_charged",
        /// A parcel was handed over.
        ParcelHandedOver = "parcel_handed_over",
        /// The last one was.
        OrderPickedUp = "order_picked_up",
        /// The order ended early.
        OrderCancelled = "order_cancelled",
        /// A parcel is lost.
        ParcelLost = "parcel_lost",
        /// A parcel is damaged.
        ParcelDamaged = "parcel_damaged",
        /// A parcel went back.
        ParcelReturned = "parcel_returned",
        /// Customs keep a parcel.
        ParcelHeldByCustoms = "parcel_held_by_customs",
        /// An earlier entry was wrong; this one says what is right.
        Correction = "correction",
    }
}

/// An entry to be written.
#[derive(Clone, Debug)]
pub struct Entry {
    kind: EventKind,
    at: Option<NaiveDateTime>,
    place: Option<String>,
    data: Map<String, Value>,
}

impl Entry {
    /// Something that happened now.
    pub fn new(kind: EventKind) -> Self {
        Self { kind, at: None, place: None, data: Map::new() }
    }

    /// It happened at another time than it is recorded.
    #[must_use]
    pub fn at(mut self, at: NaiveDateTime) -> Self {
        self.at = Some(at);
        self
    }

    /// It happened somewhere.
    #[must_use]
    pub fn place(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// A value that its text needs, or that staff look for.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.data.insert(name.to_owned(), value.into());
        self
    }
}

impl Entry {
    /// As a row that is stored with others; what happened now happened `now`.
    pub(super) fn row_of(&self, order: &Order, now: NaiveDateTime) -> NewEvent {
        NewEvent {
            id: EntryId::new(),
            order_id: order.id.clone(),
            at: self.at.unwrap_or(now),
            kind: self.kind,
            status: order.status,
            place: self.place.clone(),
            data: Value::Object(self.data.clone()).to_string(),
            order_version: order.version,
        }
    }
}

pub(super) fn append(tx: &mut Tx, order: &Order, entry: &Entry) -> Result<()> {
    let data = Value::Object(entry.data.clone()).to_string();
    store::insert_event(tx, order, entry.kind, entry.at.unwrap_or(tx.now), entry.place.as_deref(), &data)
}

/// The timeline of an order in the order of events.
///
/// # Errors
/// Those of the database.
pub fn timeline(tx: &mut Tx, order: &OrderId) -> Result<Vec<TimelineRow>> {
    let mut rows = store::events_of(tx, order)?;
    // A stable sort: entries of one instant keep the order in which they were written.
    rows.sort_by_key(|row| row.at);
    Ok(rows)
}
