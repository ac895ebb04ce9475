//! Photos: checked, made harmless, kept under names of ours. This room knows of orders and parcels nothing but their
//! identifiers; others say what may have a photo.

pub mod http;
mod jpeg;
mod picture;
mod rules;
mod shelf;
mod store;

use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::ids::{OrderId, ParcelId, PhotoId};

pub use picture::{MOST_BYTES, MOST_PIXELS, Prepared, glance, prepare};
pub use rules::look_alike;
pub use shelf::{Size, discard, keep};
pub use store::Photo;

words! {
    /// What a photo shows.
    Kind as PhotoKind {
        /// The receipt of a bank transfer.
        TransferReceipt = "transfer_receipt",
        /// The goods.
        Item = "item",
        /// What is written on a box.
        Mark = "mark",
        /// What is broken.
        Damage = "damage",
        /// A box on the scale, with its figures.
        Scale = "scale",
    }
}

/// More photos than these are not kept of one parcel or one order: disks are not endless.
pub const MOST_PHOTOS: usize = 20;

/// What a photo belongs to: exactly one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A transfer claim, whose row names its photo.
    Claim,
    /// A parcel.
    Parcel(ParcelId),
    /// An order.
    Order(OrderId),
}

impl Owner {
    /// The parcel, when it is one.
    pub fn parcel(&self) -> Option<&ParcelId> {
        match self {
            Owner::Parcel(id) => Some(id),
            Owner::Claim | Owner::Order(_) => None,
        }
    }

    /// The order, when it is one.
    pub fn order(&self) -> Option<&OrderId> {
        match self {
            Owner::Order(id) => Some(id),
            Owner::Claim | Owner::Parcel(_) => None,
        }
    }
}

/// A photo whose picture is kept already.
#[derive(Clone, Debug)]
pub struct NewPhoto {
    /// Its identifier, after which the picture is named.
    pub id: PhotoId,
    /// Of the bytes as they came, hexadecimal.
    pub sha256: String,
    /// What it looks like; [`look_alike`] compares it.
    pub dhash: i64,
    /// Width as kept, pixels.
    pub width_px: i32,
    /// Height as kept, pixels.
    pub height_px: i32,
    /// Size as kept, bytes.
    pub bytes: i64,
}

/// Writes down a photo, in the transaction of what it belongs to.
///
/// # Errors
/// Those of the database.
pub fn record(tx: &mut Tx, new: &NewPhoto, kind: Kind, owner: &Owner) -> Result<Photo> {
    store::insert(tx, new, kind, owner)
}

/// The photos of a parcel or an order, oldest first.
///
/// # Errors
/// Those of the database.
pub fn of(tx: &mut Tx, owner: &Owner) -> Result<Vec<Photo>> {
    store::of(tx, owner)
}

/// The photos of many parcels at once, oldest first.
///
/// # Errors
/// Those of the database.
pub fn of_parcels(tx: &mut Tx, parcels: &[ParcelId]) -> Result<Vec<Photo>> {
    store::of_parcels(tx, parcels)
}

/// The refusal of one photo more.
pub fn too_many() -> crate::error::Error {
    let detail = format!("{MOST_PHOTOS} photos are kept already, and no more are taken.");
    Problem::new(Slug::PhotoRefused, detail).into()
}

/// A photo by identifier.
///
/// # Errors
/// `not_found`.
pub fn get(tx: &mut Tx, id: &PhotoId) -> Result<Photo> {
    store::by_id(tx, id)?.ok_or_else(|| Problem::not_found(format_args!("photo {id}")).into())
}

/// The photos among these identifiers.
///
/// # Errors
/// Those of the database.
pub fn some(tx: &mut Tx, ids: &[PhotoId]) -> Result<Vec<Photo>> {
    store::by_ids(tx, ids)
}

/// Every photo that came as these very bytes.
///
/// # Errors
/// Those of the database.
pub fn copies(tx: &mut Tx, sha256: &str) -> Result<Vec<Photo>> {
    store::by_sha256(tx, sha256)
}

/// Where staff see a photo.
pub fn address(id: &PhotoId) -> String {
    format!("/v1/photos/{id}")
}
