//! The JSON shapes of what is a customer's own. No login of a staff member, no cell, no note of a clerk is in them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Address, Registered};
use crate::branches::{self, http::BranchView};
use crate::claims::{self, http::ClaimView};
use crate::code::OrderCode;
use crate::couriers;
use crate::customers::Customer;
use crate::db::Tx;
use crate::desk;
use crate::error::{Error, Result};
use crate::ids::{ParcelId, PhotoId};
use crate::money::Money;
use crate::orders::http::ItemView;
use crate::orders::{Kind, Order, Status};
use crate::parcels;
use crate::payments::{self, Method};
use crate::photos::{self, Kind as PhotoKind, Owner, Photo};
use crate::quotes::{self, http::QuoteView};
use crate::texts::{self, Lang};
use crate::tracking::{self, view::TrackEvent};

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Me)]
pub struct MeView {
    pub(super) client_code: String,
    /// Empty until they say it.
    pub(super) name: String,
    pub(super) phone: String,
    pub(super) email: Option<String>,
    /// What we keep for them beside their orders.
    pub(super) credit: Money,
}

/// An order in the customer's list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MyOrderSummary)]
pub struct SummaryView {
    pub(super) code: String,
    pub(super) kind: Kind,
    pub(super) status: Status,
    /// The status in the reader's language.
    pub(super) status_text: String,
    /// The first thing that was asked for, if it was said.
    pub(super) what: Option<String>,
    /// What is owed, storage of the last hour excepted; negative is credit.
    pub(super) balance: Money,
    /// The page that shows its way.
    pub(super) track_url: String,
    pub(super) created_at: DateTime<Utc>,
    pub(super) updated_at: DateTime<Utc>,
}

/// All of one order, for its customer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MyOrder)]
pub struct OrderView {
    pub(super) code: String,
    pub(super) kind: Kind,
    pub(super) status: Status,
    /// The status in the reader's language.
    pub(super) status_text: String,
    pub(super) items: Vec<ItemView>,
    /// The accepted quote, else the latest offer.
    pub(super) quote: Option<QuoteView>,
    /// Every quote, the latest first.
    pub(super) quotes: Vec<QuoteView>,
    pub(super) parcels: Vec<ParcelView>,
    /// Of what was asked for; those of a parcel are with the parcel.
    pub(super) photos: Vec<PhotoView>,
    pub(super) payments: Vec<PaymentView>,
    /// "I paid by transfer", newest first.
    pub(super) transfer_claims: Vec<ClaimView>,
    pub(super) pickup_point: BranchView,
    /// What is owed; negative is credit.
    pub(super) balance: Money,
    pub(super) free_storage_until: Option<DateTime<Utc>>,
    /// The page that shows its way to whoever has the code.
    pub(super) track_url: String,
    /// What happened, oldest first, in the reader's language.
    pub(super) timeline: Vec<TrackEvent>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) updated_at: DateTime<Utc>,
}

/// A parcel, for its owner.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MyParcel)]
pub struct ParcelView {
    pub(super) tracking_number: Option<String>,
    /// Whose number that may be, by its shape: a hint.
    pub(super) courier: Option<String>,
    pub(super) barcode: String,
    pub(super) status: parcels::Status,
    pub(super) weight_g: Option<i64>,
    /// What is wrong with it, if anything.
    pub(super) condition: Option<String>,
    /// What freight was charged for it.
    pub(super) freight: Option<Money>,
    pub(super) received_at: Option<DateTime<Utc>>,
    pub(super) arrived_at: Option<DateTime<Utc>>,
    pub(super) picked_up_at: Option<DateTime<Utc>>,
    pub(super) photos: Vec<PhotoView>,
}

/// A photo, for the owner of what it shows.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MyPhoto)]
pub struct PhotoView {
    pub(super) id: PhotoId,
    pub(super) kind: PhotoKind,
    /// With the same token; `?size=thumb` gives it small.
    pub(super) url: String,
    pub(super) created_at: DateTime<Utc>,
}

/// A payment, for whoever paid.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MyPayment)]
pub struct PaymentView {
    pub(super) receipt_no: String,
    pub(super) method: Method,
    pub(super) amount: Money,
    /// How much of it went back.
    pub(super) refunded: Money,
    pub(super) at: DateTime<Utc>,
}

/// Where sellers send boxes to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MyAddress)]
pub struct AddressView {
    /// It must be on every box.
    pub(super) client_code: String,
    pub(super) warehouses: Vec<WarehouseView>,
}

/// The address of one China warehouse, in Chinese, with the client code in it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WarehouseAddress)]
pub struct WarehouseView {
    /// Code of the branch.
    pub(super) branch: String,
    pub(super) name: String,
    pub(super) recipient: String,
    pub(super) phone: String,
    pub(super) province: String,
    pub(super) city: String,
    pub(super) district: String,
    pub(super) street: String,
    pub(super) post_code: String,
    /// All of it in one piece, to be copied.
    pub(super) text: String,
}

/// What became of numbers that were registered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegisteredNumbers)]
pub struct RegisteredView {
    /// The order that they joined; null when none was new.
    pub(super) order_code: Option<String>,
    pub(super) results: Vec<NumberView>,
}

/// What became of one number.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegisteredNumber)]
pub struct NumberView {
    pub(super) tracking_number: String,
    /// Whose it may be, by its shape: a hint.
    pub(super) courier: Option<String>,
    /// `registered`, or `already_registered`, by whomever.
    pub(super) outcome: &'static str,
}

pub fn me(customer: Customer) -> MeView {
    MeView {
        client_code: customer.client_code,
        name: customer.name,
        phone: customer.phone,
        email: customer.email,
        credit: Money::tyiyn(customer.credit_tyiyn),
    }
}

/// # Errors
/// Those of the database.
pub fn summaries(tx: &mut Tx, orders: Vec<Order>, lang: Lang) -> Result<Vec<SummaryView>> {
    let ids: Vec<_> = orders.iter().map(|order| order.id.clone()).collect();
    let mut items = crate::orders::items_of_many(tx, &ids)?;
    let view = |order: Order| SummaryView {
        what: items.remove(&order.id).and_then(|items| items.into_iter().next()).map(|item| item.description),
        status_text: status_text(lang, order.status),
        track_url: format!("{}/t/{}", tx.firm.public_url, order.code),
        code: order.code,
        kind: order.kind,
        status: order.status,
        balance: Money::tyiyn(order.balance_tyiyn),
        created_at: order.created_at.and_utc(),
        updated_at: order.updated_at.and_utc(),
    };
    Ok(orders.into_iter().map(view).collect())
}

fn status_text(lang: Lang, status: Status) -> String {
    texts::text(lang, &format!("status-{}", status.as_str().replace('_', "-")), &[])
}

/// # Errors
/// Those of the database.
pub fn order(tx: &mut Tx, order: Order, lang: Lang) -> Result<OrderView> {
    let code = OrderCode::parse(&tx.firm.code_prefix, &order.code)
        .map_err(|error| Error::Startup(format!("order {}: {error}", order.id)))?;
    let track = tracking::look_up(tx, &code, lang)?;
    let balance_tyiyn = parcels::storage::balance_tyiyn(tx, &order)?;
    let quotes = quotes::history(tx, &order.id)?.into_iter().map(offer).collect::<Result<_>>()?;
    let quote = quotes::shown(tx, &order.id)?.map(offer).transpose()?;
    let claims = claims::of_order(tx, &code)?.into_iter();
    Ok(OrderView {
        status_text: track.status_text,
        items: desk::items(tx, &order.id)?,
        quote,
        quotes,
        parcels: boxes(tx, &order)?,
        photos: photos::of(tx, &Owner::Order(order.id.clone()))?.into_iter().map(photo).collect(),
        payments: payments::of_order(tx, &order)?.into_iter().map(payment).collect(),
        transfer_claims: claims.map(|claim| claims::http::view(tx, claim)).collect::<Result<_>>()?,
        pickup_point: branches::http::view(branches::get(tx, &order.pickup_point_id)?),
        balance: Money::tyiyn(balance_tyiyn),
        free_storage_until: track.free_storage_until,
        track_url: format!("{}/t/{}", tx.firm.public_url, order.code),
        timeline: track.timeline,
        kind: order.kind,
        status: order.status,
        created_at: order.created_at.and_utc(),
        updated_at: order.updated_at.and_utc(),
        code: order.code,
    })
}

fn offer(quote: quotes::Quote) -> Result<QuoteView> {
    quotes::http::view(quote).map(QuoteView::without_author)
}

fn boxes(tx: &mut Tx, order: &Order) -> Result<Vec<ParcelView>> {
    let parcels = parcels::of_order(tx, &order.id)?;
    let ids: Vec<_> = parcels.iter().map(|parcel| parcel.id.clone()).collect();
    let mut by_parcel: BTreeMap<ParcelId, Vec<PhotoView>> = BTreeMap::new();
    for taken in photos::of_parcels(tx, &ids)? {
        if let Some(parcel) = taken.parcel_id.clone() {
            by_parcel.entry(parcel).or_default().push(photo(taken));
        }
    }
    let view = |parcel: parcels::Parcel| ParcelView {
        courier: parcel.tracking_number.as_deref().and_then(couriers::hint).map(str::to_owned),
        tracking_number: parcel.tracking_number,
        barcode: parcel.barcode,
        status: parcel.status,
        weight_g: parcel.weight_g,
        condition: parcel.condition,
        freight: parcel.freight_tyiyn.map(Money::tyiyn),
        received_at: parcel.received_at.map(|at| at.and_utc()),
        arrived_at: parcel.arrived_at.map(|at| at.and_utc()),
        picked_up_at: parcel.picked_up_at.map(|at| at.and_utc()),
        photos: by_parcel.remove(&parcel.id).unwrap_or_default(),
    };
    Ok(parcels.into_iter().map(view).collect())
}

fn photo(photo: Photo) -> PhotoView {
    PhotoView {
        url: format!("/v1/my/photos/{}", photo.id),
        id: photo.id,
        kind: photo.kind,
        created_at: photo.created_at.and_utc(),
    }
}

fn payment(payment: payments::Payment) -> PaymentView {
    PaymentView {
        receipt_no: payment.receipt_no,
        method: payment.method,
        amount: Money::tyiyn(payment.amount_tyiyn),
        refunded: Money::tyiyn(payment.refunded_tyiyn),
        at: payment.at.and_utc(),
    }
}

pub fn address(client_code: String, addresses: Vec<Address>) -> AddressView {
    let warehouse = |address: Address| WarehouseView {
        text: address.text(),
        branch: address.branch,
        name: address.branch_name,
        recipient: address.recipient,
        phone: address.phone,
        province: address.province,
        city: address.city,
        district: address.district,
        street: address.street,
        post_code: address.post_code,
    };
    AddressView { client_code, warehouses: addresses.into_iter().map(warehouse).collect() }
}

pub fn registered(order: Option<Order>, results: Vec<Registered>) -> RegisteredView {
    let number = |one: Registered| NumberView {
        tracking_number: one.number.to_string(),
        courier: one.courier.map(str::to_owned),
        outcome: if one.is_new { "registered" } else { "already_registered" },
    };
    RegisteredView { order_code: order.map(|order| order.code), results: results.into_iter().map(number).collect() }
}
