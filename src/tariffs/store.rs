//! The `tariffs` table.

use chrono::NaiveDateTime;
use diesel::backend::Backend;
use diesel::deserialize::{FromStaticSqlRow, Queryable};
use diesel::prelude::*;
use diesel::sql_types::Text;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::NewTariff;
use super::rules::{DensityBand, Mode, WeightStep};
use crate::db::Tx;
use crate::db::schema::tariffs::{self, table};
use crate::error::{Error, Result};
use crate::ids::EntryId;
use crate::money::Currency;

/// A tariff as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Tariff {
    /// Identifier.
    pub id: EntryId,
    /// From when it holds.
    pub valid_from: NaiveDateTime,
    /// Price of a kilogram, minor units, where no step or band says otherwise.
    pub price_per_kg_minor: i64,
    /// USD or KGS, of all its prices.
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
    /// Code of the warehouse in China; any when none.
    pub from_branch: Option<String>,
    /// Code of the pickup point; any when none.
    pub to_branch: Option<String>,
    /// How goods travel; any when none.
    pub mode: Option<Mode>,
    /// What kind of goods; any when none.
    pub category: Option<String>,
    /// Prices by charged weight, ascending.
    #[diesel(deserialize_as = List)]
    pub weight_steps: Vec<WeightStep>,
    /// Prices by density, ascending.
    #[diesel(deserialize_as = List)]
    pub density_bands: Vec<DensityBand>,
    /// Cubic centimetres to a kilogram; volume does not count when none.
    pub volumetric_divisor: Option<i64>,
    /// Charged weight is a multiple of this, grams.
    pub weight_rounding_g: i64,
    /// For each parcel and each day after the free ones, tyiyn.
    pub storage_fee_tyiyn: i64,
    /// Least service fee of a purchase, tyiyn.
    pub service_fee_min_tyiyn: i64,
    /// When it ends; never when none.
    pub valid_until: Option<NaiveDateTime>,
}

/// A JSON array in a text column.
pub struct List(String);

impl<DB: Backend> Queryable<Text, DB> for List
where
    String: FromStaticSqlRow<Text, DB>,
{
    type Row = String;

    fn build(text: String) -> diesel::deserialize::Result<Self> {
        Ok(Self(text))
    }
}

impl<T: DeserializeOwned> TryFrom<List> for Vec<T> {
    type Error = serde_json::Error;

    fn try_from(list: List) -> std::result::Result<Self, serde_json::Error> {
        serde_json::from_str(&list.0)
    }
}

fn list(items: &[impl Serialize]) -> Result<String> {
    serde_json::to_string(items).map_err(|error| Error::Startup(format!("a tariff cannot be written as JSON: {error}")))
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
            tariffs::from_branch.eq(&new.route.from),
            tariffs::to_branch.eq(&new.route.to),
            tariffs::mode.eq(new.route.mode),
            tariffs::category.eq(&new.category),
            tariffs::weight_steps.eq(list(&new.weight_steps)?),
            tariffs::density_bands.eq(list(&new.density_bands)?),
            tariffs::volumetric_divisor.eq(new.volumetric_divisor),
            tariffs::weight_rounding_g.eq(new.weight_rounding_g),
            tariffs::storage_fee_tyiyn.eq(new.storage_fee_tyiyn),
            tariffs::service_fee_min_tyiyn.eq(new.service_fee_min_tyiyn),
            tariffs::valid_until.eq(new.valid_until),
        ))
        .returning(tariffs::all_columns)
        .get_result(tx.conn)?)
}

pub fn all(tx: &mut Tx) -> Result<Vec<Tariff>> {
    Ok(table.order((tariffs::valid_from.desc(), tariffs::id.desc())).load(tx.conn)?)
}

pub fn by_id(tx: &mut Tx, id: &EntryId) -> Result<Option<Tariff>> {
    Ok(table.find(id).first(tx.conn).optional()?)
}
