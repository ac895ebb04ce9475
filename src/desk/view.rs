//! The JSON shapes of an order: whole for staff, short in lists, without personal data for its customer.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::freight::{self, FreightView};
use crate::branches::{self, http::BranchView};
use crate::customers;
use crate::db::Tx;
use crate::error::Result;
use crate::money::Money;
use crate::orders::http::{ItemView, item};
use crate::orders::{self, EventKind, Kind, Order, Status, TimelineRow};
use crate::parcels::{self, http::ParcelView};
use crate::payments::{self, http::PaymentView};
use crate::photos::{self, http::PhotoView};
use crate::quotes::{self, http::QuoteView};

/// Everything about an order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Order)]
pub struct OrderView {
    code: String,
    kind: Kind,
    status: Status,
    /// Grows with every change.
    version: i64,
    customer: CustomerView,
    items: Vec<ItemView>,
    /// The accepted quote, else the latest offer.
    quote: Option<QuoteView>,
    /// Every quote, the latest first.
    quotes: Vec<QuoteView>,
    parcels: Vec<ParcelView>,
    /// Of the items; those of a parcel are with the parcel.
    photos: Vec<PhotoView>,
    /// Freight by the scale beside the estimate, once a parcel was charged.
    freight: Option<FreightView>,
    payments: Vec<PaymentView>,
    pickup_point: BranchView,
    marketplace: Option<String>,
    marketplace_order_no: Option<String>,
    /// What the customer owes; negative is credit.
    balance: Money,
    free_storage_until: Option<DateTime<Utc>>,
    /// What the balance holds for storage beyond the free days, up to now.
    storage: Money,
    /// Since when it waits for its customer although not all of it is here.
    released_at: Option<DateTime<Utc>>,
    /// Since when it counts as not collected.
    uncollected_at: Option<DateTime<Utc>>,
    timeline: Vec<EventView>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// Whose order it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Customer)]
pub struct CustomerView {
    name: String,
    phone: String,
    email: Option<String>,
    language: String,
    client_code: String,
}

/// An entry of the timeline.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventView {
    at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    by: String,
    kind: EventKind,
    status: Status,
    place: Option<String>,
    #[schema(value_type = Object)]
    data: Value,
}

/// An order in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderSummary {
    code: String,
    kind: Kind,
    status: Status,
    name: String,
    phone: String,
    balance: Money,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// What somebody without a login is told about their own order: nothing they did not say themselves.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderReceipt {
    code: String,
    kind: Kind,
    status: Status,
    items: Vec<ItemView>,
    /// The accepted quote, else the latest offer.
    quote: Option<QuoteView>,
    /// Every quote, the latest first.
    quotes: Vec<QuoteView>,
    pickup_point: BranchView,
    balance: Money,
    /// The page that shows its way.
    track_url: String,
    created_at: DateTime<Utc>,
}

/// All of an order.
///
/// # Errors
/// Those of the database.
pub fn full(tx: &mut Tx, order: Order) -> Result<OrderView> {
    let quotes = every_quote(tx, &order.id)?;
    let parcels = parcels::of_order(tx, &order.id)?;
    let quote = quotes::shown(tx, &order.id)?;
    let freight = freight::view(tx, &order, quote.as_ref(), &parcels)?;
    let balance_tyiyn = parcels::storage::balance_tyiyn(tx, &order)?;
    let storage_tyiyn = parcels::storage::charged_tyiyn(tx, &order)? + balance_tyiyn - order.balance_tyiyn;
    let payments =
        payments::of_order(tx, &order)?.into_iter().map(|payment| payments::http::view(payment, &order)).collect();
    Ok(OrderView {
        customer: CustomerView {
            client_code: customers::get(tx, &order.customer_id)?.client_code,
            name: order.name,
            phone: order.phone,
            email: order.email,
            language: order.language,
        },
        items: items(tx, &order.id)?,
        quote: quote.map(quotes::http::view).transpose()?,
        quotes,
        parcels: parcels::http::views(tx, parcels)?,
        photos: photos::of(tx, &photos::Owner::Order(order.id.clone()))?.into_iter().map(photos::http::view).collect(),
        freight,
        payments,
        pickup_point: branches::http::view(branches::get(tx, &order.pickup_point_id)?),
        timeline: orders::timeline(tx, &order.id)?.into_iter().map(event).collect(),
        code: order.code,
        kind: order.kind,
        status: order.status,
        version: order.version,
        marketplace: order.marketplace,
        marketplace_order_no: order.marketplace_order_no,
        balance: Money::tyiyn(balance_tyiyn),
        free_storage_until: order.free_storage_until.map(|until| until.and_utc()),
        storage: Money::tyiyn(storage_tyiyn),
        released_at: order.released_at.map(|at| at.and_utc()),
        uncollected_at: order.uncollected_at.map(|at| at.and_utc()),
        created_at: order.created_at.and_utc(),
        updated_at: order.updated_at.and_utc(),
    })
}

/// What an order asks for.
///
/// # Errors
/// Those of the database.
pub fn items(tx: &mut Tx, order: &crate::ids::OrderId) -> Result<Vec<ItemView>> {
    Ok(orders::items(tx, order)?.into_iter().map(item).collect())
}

fn every_quote(tx: &mut Tx, order: &crate::ids::OrderId) -> Result<Vec<QuoteView>> {
    quotes::history(tx, order)?.into_iter().map(quotes::http::view).collect()
}

fn event(row: TimelineRow) -> EventView {
    EventView {
        at: row.at.and_utc(),
        recorded_at: row.recorded_at.and_utc(),
        by: row.actor,
        kind: row.kind,
        status: row.status,
        place: row.place,
        data: serde_json::from_str(&row.data).unwrap_or(Value::Null),
    }
}

/// An order in a list.
pub fn summary(order: Order) -> OrderSummary {
    OrderSummary {
        code: order.code,
        kind: order.kind,
        status: order.status,
        name: order.name,
        phone: order.phone,
        balance: Money::tyiyn(order.balance_tyiyn),
        created_at: order.created_at.and_utc(),
        updated_at: order.updated_at.and_utc(),
    }
}

/// An order as its customer may see it.
///
/// # Errors
/// Those of the database.
pub fn receipt(tx: &mut Tx, order: Order) -> Result<OrderReceipt> {
    let balance_tyiyn = parcels::storage::balance_tyiyn(tx, &order)?;
    Ok(OrderReceipt {
        track_url: format!("{}/t/{}", tx.firm.public_url, order.code),
        items: items(tx, &order.id)?,
        quote: quotes::shown(tx, &order.id)?.map(quotes::http::view).transpose()?.map(QuoteView::without_author),
        quotes: every_quote(tx, &order.id)?.into_iter().map(QuoteView::without_author).collect(),
        pickup_point: branches::http::view(branches::get(tx, &order.pickup_point_id)?),
        code: order.code,
        kind: order.kind,
        status: order.status,
        balance: Money::tyiyn(balance_tyiyn),
        created_at: order.created_at.and_utc(),
    })
}
