//! The JSON shapes of an order's details for its customer.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::details::Details;
use super::text_key;
use super::view::TrackView;
use crate::code::OrderCode;
use crate::error::Result;
use crate::ids::{ParcelId, PhotoId};
use crate::money::Money;
use crate::orders::http::{ItemView, item};
use crate::parcels;
use crate::payments::Method;
use crate::quotes;
use crate::quotes::http::QuoteView;
use crate::texts::{self, Lang};

/// The second fact.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"phone_last4": "3456"}))]
pub struct DetailsRequest {
    /// The last four digits of the phone that the order was placed with.
    pub phone_last4: String,
}

/// What the customer of an order sees of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TrackDetails)]
pub struct DetailsView {
    /// What anybody sees.
    track: TrackView,
    items: Vec<ItemView>,
    /// Every offer, the latest first.
    quotes: Vec<QuoteView>,
    parcels: Vec<TrackParcel>,
    photos: Vec<TrackPhoto>,
    payments: Vec<TrackPayment>,
    /// Until when the cookie of this answer opens the photos.
    opens_until: DateTime<Utc>,
}

/// A box, as its customer sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrackParcel {
    id: ParcelId,
    barcode: String,
    tracking_number: Option<String>,
    status: parcels::Status,
    /// The status in the reader's language.
    status_text: String,
    weight_g: Option<i64>,
    length_mm: Option<i64>,
    width_mm: Option<i64>,
    height_mm: Option<i64>,
    /// What freight was charged for it.
    freight: Option<Money>,
}

/// A photo of the goods.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrackPhoto {
    id: PhotoId,
    /// The box that it shows.
    parcel_id: Option<ParcelId>,
    /// Where it is, with the cookie of this answer; `?size=thumb` gives it small.
    url: String,
}

/// Money that came in.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrackPayment {
    receipt_no: String,
    method: Method,
    amount: Money,
    /// How much of it was given back.
    refunded: Money,
    at: DateTime<Utc>,
}

/// The JSON shape of all of it.
///
/// # Errors
/// When the stored details of a quote are not ours.
pub(super) fn view(code: &OrderCode, lang: Lang, details: Details, opens_until: DateTime<Utc>) -> Result<DetailsView> {
    let Details { track, items, quotes, parcels, photos, payments, .. } = details;
    let shown = quotes.into_iter().map(quotes::http::view).collect::<Result<Vec<_>>>()?;
    Ok(DetailsView {
        track,
        items: items.into_iter().map(item).collect(),
        quotes: shown.into_iter().map(QuoteView::without_author).collect(),
        parcels: parcels.into_iter().map(|parcel| parcel_view(lang, parcel)).collect(),
        photos: photos
            .into_iter()
            .map(|photo| TrackPhoto { url: photo_path(code, &photo.id), id: photo.id, parcel_id: photo.parcel_id })
            .collect(),
        payments: payments
            .into_iter()
            .map(|payment| TrackPayment {
                receipt_no: payment.receipt_no,
                method: payment.method,
                amount: Money::tyiyn(payment.amount_tyiyn),
                refunded: Money::tyiyn(payment.refunded_tyiyn),
                at: payment.at.and_utc(),
            })
            .collect(),
        opens_until,
    })
}

fn parcel_view(lang: Lang, parcel: parcels::Parcel) -> TrackParcel {
    TrackParcel {
        status_text: texts::text(lang, &text_key("parcel", parcel.status.as_str()), &[]),
        id: parcel.id,
        barcode: parcel.barcode,
        tracking_number: parcel.tracking_number,
        status: parcel.status,
        weight_g: parcel.weight_g,
        length_mm: parcel.length_mm,
        width_mm: parcel.width_mm,
        height_mm: parcel.height_mm,
        freight: parcel.freight_tyiyn.map(Money::tyiyn),
    }
}

/// Where a customer with a pass sees a photo.
pub(super) fn photo_path(code: &OrderCode, id: &PhotoId) -> String {
    format!("/t/{code}/photos/{id}")
}
