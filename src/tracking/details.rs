//! What an order's customer sees beside what anybody sees, once they proved by a second fact that it is theirs.

use crate::claims::{self, Claim};
use crate::code::OrderCode;
use crate::db::Tx;
use crate::error::{Problem, Result};
use crate::ids::PhotoId;
use crate::orders::{self, Item};
use crate::parcels::{self, Parcel};
use crate::payments::{self, Payment};
use crate::photos::{self, Owner, Photo};
use crate::quotes::{self, Quote};
use crate::texts::Lang;

use super::view::TrackView;

/// Everything of an order that is its customer's business.
#[derive(Debug)]
pub struct Details {
    /// What anybody sees.
    pub track: TrackView,
    /// What was asked for.
    pub items: Vec<Item>,
    /// Every offer, the latest first.
    pub quotes: Vec<Quote>,
    /// Its boxes.
    pub parcels: Vec<Parcel>,
    /// What shows the goods: of the request and of the boxes.
    pub photos: Vec<Photo>,
    /// Money that came in.
    pub payments: Vec<Payment>,
    /// Transfers that the customer told of, newest first.
    pub claims: Vec<Claim>,
    /// Whether a transfer can be told of.
    pub may_claim: bool,
}

/// All of it.
///
/// # Errors
/// `not_found`.
pub fn read(tx: &mut Tx, code: &OrderCode, lang: Lang) -> Result<Details> {
    let order = orders::find(tx, code)?;
    let parcels = parcels::of_order(tx, &order.id)?;
    Ok(Details {
        items: orders::items(tx, &order.id)?,
        quotes: quotes::history(tx, &order.id)?,
        photos: photos_of(tx, &Owner::Order(order.id.clone()), &parcels)?,
        payments: payments::of_order(tx, &order)?,
        claims: claims::of_order(tx, code)?,
        may_claim: orders::rules::may_be_paid(order.status, order.balance_tyiyn),
        track: super::look_up(tx, code, lang)?,
        parcels,
    })
}

fn photos_of(tx: &mut Tx, order: &Owner, parcels: &[Parcel]) -> Result<Vec<Photo>> {
    let taken: Vec<_> =
        parcels.iter().filter(|parcel| parcel.photos_taken > 0).map(|parcel| parcel.id.clone()).collect();
    let mut all = photos::of(tx, order)?;
    all.extend(photos::of_parcels(tx, &taken)?);
    Ok(all)
}

/// A photo, if it is one of this order.
///
/// # Errors
/// `not_found`, also for a photo of another order.
pub fn photo(tx: &mut Tx, code: &OrderCode, id: &PhotoId) -> Result<PhotoId> {
    let order = orders::find(tx, code)?;
    let parcels = parcels::of_order(tx, &order.id)?;
    let mut known = photos_of(tx, &Owner::Order(order.id), &parcels)?.into_iter().map(|photo| photo.id);
    match known.find(|known| known == id) {
        Some(id) => Ok(id),
        None => Problem::not_found(format_args!("photo {id}")).fail(),
    }
}
