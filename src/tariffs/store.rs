//! The `tariffs` table.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::NewTariff;
use crate::db::Tx;
use crate::db::schema::tariffs::{self, table};
use crate::error::Result;
use crate::ids::EntryId;
use crate::money::Currency;

/// A tariff as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Tariff {
    /// Identifier.
    pub id: EntryId,
    /// From when it holds.
    pub valid_from: NaiveDateTime,
    /// Price of a kilogram, minor units.
    pub price_per_kg_minor: i64,
    /// USD or KGS.
    pub price_currency: Currency,
    /// Least weight charged for a parcel, grams.
    pub min_weight_g: i64,
    /// Days of free storage.
    pub free_storage_days: i32,
    /// Service fee, hundredths of a percent of the goods.
    pub service_fee_bp: i32,
    /// When it was entered.
    pub created_at: NaiveDateTime,
    /// By whom.
    pub created_by: String,
}

pub fn insert(tx: &mut Tx, new: &NewTariff) -> Result<Tariff> {
    Ok(diesel::insert_into(table)
        .values((
            tariffs::id.eq(EntryId::new()),
            tariffs::valid_from.eq(new.valid_from.unwrap_or(tx.now)),
            tariffs::price_per_kg_minor.eq(new.price_per_kg.amount),
            tariffs::price_currency.eq(new.price_per_kg.currency),
            tariffs::min_weight_g.eq(new.min_weight_g),
            tariffs::free_storage_days.eq(new.free_storage_days),
            tariffs::service_fee_bp.eq(new.service_fee_bp),
            tariffs::created_at.eq(tx.now),
            tariffs::created_by.eq(tx.by.name()),
        ))
        .returning(tariffs::all_columns)
        .get_result(tx.conn)?)
}

pub fn in_force(tx: &mut Tx) -> Result<Option<Tariff>> {
    Ok(table
        .filter(tariffs::valid_from.le(tx.now))
        .order((tariffs::valid_from.desc(), tariffs::id.desc()))
        .first(tx.conn)
        .optional()?)
}

pub fn all(tx: &mut Tx) -> Result<Vec<Tariff>> {
    Ok(table.order((tariffs::valid_from.desc(), tariffs::id.desc())).load(tx.conn)?)
}

pub fn by_id(tx: &mut Tx, id: &EntryId) -> Result<Option<Tariff>> {
    Ok(table.find(id).first(tx.conn).optional()?)
}
