//! The `rates` and `company_rates` tables.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Integer, Nullable, Text, Timestamp};

use crate::db::Tx;
use crate::db::schema::{company_rates, rates};
use crate::error::Result;

/// A rate of the bank as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Official {
    /// ISO 4217.
    pub currency: String,
    /// From which day it holds.
    pub effective_on: NaiveDate,
    /// Som for one unit, in 1e-8 som.
    pub kgs_per_unit_e8: i64,
    /// How many days the bank means it to hold.
    pub valid_days: i32,
    /// When we read it.
    pub fetched_at: NaiveDateTime,
}

/// What the firm says about a currency, as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Own {
    /// ISO 4217.
    pub currency: String,
    /// Its own rate, in 1e-8 som.
    pub kgs_per_unit_e8: Option<i64>,
    /// Margin on the bank's rate, hundredths of a percent.
    pub margin_bp: i32,
    /// Since when.
    pub set_at: NaiveDateTime,
    /// By whom.
    pub set_by: String,
}

/// The rate in force on a day: tomorrow's is published the afternoon before and must wait.
pub fn official_on(tx: &mut Tx, currency: &str, day: NaiveDate) -> Result<Option<Official>> {
    Ok(rates::table
        .filter(rates::currency.eq(currency))
        .filter(rates::effective_on.le(day))
        .order(rates::effective_on.desc())
        .first(tx.conn)
        .optional()?)
}

pub fn newest(tx: &mut Tx, currency: &str) -> Result<Option<NaiveDate>> {
    Ok(rates::table
        .filter(rates::currency.eq(currency))
        .select(rates::effective_on)
        .order(rates::effective_on.desc())
        .first(tx.conn)
        .optional()?)
}

/// Stores a rate and tells 1, or 0 when exactly this one was stored.
pub fn put_official(tx: &mut Tx, currency: &str, on: NaiveDate, e8: i64, valid_days: i32) -> Result<usize> {
    Ok(diesel::sql_query(
        "INSERT INTO rates (currency, effective_on, kgs_per_unit_e8, valid_days, fetched_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (currency, effective_on) DO UPDATE SET kgs_per_unit_e8 = excluded.kgs_per_unit_e8, \
         valid_days = excluded.valid_days, fetched_at = excluded.fetched_at \
         WHERE rates.kgs_per_unit_e8 <> excluded.kgs_per_unit_e8",
    )
    .bind::<Text, _>(currency)
    .bind::<Date, _>(on)
    .bind::<BigInt, _>(e8)
    .bind::<Integer, _>(valid_days)
    .bind::<Timestamp, _>(tx.now)
    .execute(tx.conn)?)
}

pub fn own(tx: &mut Tx, currency: &str) -> Result<Option<Own>> {
    Ok(company_rates::table.find(currency).first(tx.conn).optional()?)
}

pub fn put_own(tx: &mut Tx, currency: &str, e8: Option<i64>, margin_bp: i32) -> Result<()> {
    diesel::sql_query(
        "INSERT INTO company_rates (currency, kgs_per_unit_e8, margin_bp, set_at, set_by) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (currency) DO UPDATE SET kgs_per_unit_e8 = excluded.kgs_per_unit_e8, margin_bp = excluded.margin_bp, \
         set_at = excluded.set_at, set_by = excluded.set_by",
    )
    .bind::<Text, _>(currency)
    .bind::<Nullable<BigInt>, _>(e8)
    .bind::<Integer, _>(margin_bp)
    .bind::<Timestamp, _>(tx.now)
    .bind::<Text, _>(tx.by.name())
    .execute(tx.conn)?;
    Ok(())
}
