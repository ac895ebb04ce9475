//! Photos: checked, made harmless, kept under names of ours. This room knows no order; others say what a photo shows.

pub mod http;
mod jpeg;
mod picture;
mod rules;
mod shelf;
mod store;

use crate::db::Tx;
use crate::error::{Problem, Result};
use crate::ids::PhotoId;

pub use picture::{MOST_BYTES, MOST_PIXELS, Prepared, prepare};
pub use rules::look_alike;
pub use shelf::{Size, keep};
pub use store::Photo;

words! {
    /// What a photo shows.
    Kind as PhotoKind {
        /// The receipt of a bank transfer.
        TransferReceipt = "transfer_receipt",
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
pub fn record(tx: &mut Tx, new: &NewPhoto, kind: Kind) -> Result<Photo> {
    store::insert(tx, new, kind)
}

/// A photo by identifier.
///
/// # Errors
/// `not_found`.
pub fn get(tx: &mut Tx, id: &PhotoId) -> Result<Photo> {
    let found = store::by_ids(tx, std::slice::from_ref(id))?.pop();
    found.ok_or_else(|| Problem::not_found(format_args!("photo {id}")).into())
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
