//! The `photos` table.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{Kind, NewPhoto, Owner};
use crate::db::schema::photos::{self, table};
use crate::db::{Tx, sight};
use crate::error::Result;
use crate::ids::{OrderId, ParcelId, PhotoId};

/// SQLite binds at most 32,766 values, and a page has far fewer.
const MOST_AT_ONCE: usize = 10_000;

/// A photo as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Photo {
    /// Identifier.
    pub id: PhotoId,
    /// Of the bytes as they came, hexadecimal.
    pub sha256: String,
    /// What it looks like.
    pub dhash: i64,
    /// Width as kept, pixels.
    pub width_px: i32,
    /// Height as kept, pixels.
    pub height_px: i32,
    /// Size as kept, bytes.
    pub bytes: i64,
    /// What it shows.
    pub kind: Kind,
    /// When it came.
    pub created_at: NaiveDateTime,
    /// Login of the staff member, or `customer`.
    pub created_by: String,
    /// The parcel that it shows.
    pub parcel_id: Option<ParcelId>,
    /// The order whose item it shows.
    pub order_id: Option<OrderId>,
}

pub fn insert(tx: &mut Tx, new: &NewPhoto, kind: Kind, owner: &Owner) -> Result<Photo> {
    Ok(diesel::insert_into(table)
        .values((
            photos::id.eq(&new.id),
            photos::sha256.eq(&new.sha256),
            photos::dhash.eq(new.dhash),
            photos::width_px.eq(new.width_px),
            photos::height_px.eq(new.height_px),
            photos::bytes.eq(new.bytes),
            photos::kind.eq(kind),
            photos::created_at.eq(tx.now),
            photos::created_by.eq(tx.by.name()),
            photos::parcel_id.eq(owner.parcel()),
            photos::order_id.eq(owner.order()),
        ))
        .returning(photos::all_columns)
        .get_result(tx.conn)?)
}

pub fn by_id(tx: &mut Tx, id: &PhotoId) -> Result<Option<Photo>> {
    Ok(table.find(id).filter(sight::photos(tx)).first(tx.conn).optional()?)
}

pub fn by_ids(tx: &mut Tx, ids: &[PhotoId]) -> Result<Vec<Photo>> {
    Ok(table.filter(photos::id.eq_any(ids.to_vec())).load(tx.conn)?)
}

pub fn by_sha256(tx: &mut Tx, sha256: &str) -> Result<Vec<Photo>> {
    Ok(table.filter(photos::sha256.eq(sha256)).load(tx.conn)?)
}

/// The photos of an owner, oldest first. A claim names its photo itself.
pub fn of(tx: &mut Tx, owner: &Owner) -> Result<Vec<Photo>> {
    let query = table.order(photos::id).into_boxed();
    Ok(match owner {
        Owner::Claim => Vec::new(),
        Owner::Parcel(id) => query.filter(photos::parcel_id.eq(id.clone())).load(tx.conn)?,
        Owner::Order(id) => query.filter(photos::order_id.eq(id.clone())).load(tx.conn)?,
    })
}

pub fn of_parcels(tx: &mut Tx, parcels: &[ParcelId]) -> Result<Vec<Photo>> {
    let mut found = Vec::new();
    for some in parcels.chunks(MOST_AT_ONCE) {
        let photos = table.filter(photos::parcel_id.eq_any(some.to_vec())).order(photos::id);
        found.extend(photos.load::<Photo>(tx.conn)?);
    }
    Ok(found)
}
