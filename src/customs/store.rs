//! The `customs_rules` table.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::{Base, NewRule, Status};
use crate::db::Tx;
use crate::db::schema::customs_rules::{self, table};
use crate::error::Result;
use crate::ids::EntryId;

/// A rule as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Rule {
    /// Identifier.
    pub id: EntryId,
    /// The first day.
    pub valid_from: NaiveDate,
    /// The last day.
    pub valid_until: Option<NaiveDate>,
    /// Goods up to this value are free, euro cents.
    pub free_value_eur_minor: i64,
    /// Goods up to this weight are free, grams; any weight when none.
    pub free_weight_g: Option<i64>,
    /// The duty, hundredths of a percent.
    pub rate_bp: i32,
    /// The least duty, euro cents for a kilogram.
    pub min_eur_minor_per_kg: i64,
    /// Of what.
    pub base: Base,
    /// VAT, hundredths of a percent; none when it is not known.
    pub vat_bp: Option<i32>,
    /// Whether it is known to be in force.
    pub status: Status,
    /// Who says so.
    pub source: String,
    /// When it was entered.
    pub created_at: NaiveDateTime,
    /// By whom.
    pub created_by: String,
}

pub fn insert(tx: &mut Tx, new: &NewRule) -> Result<Rule> {
    Ok(diesel::insert_into(table)
        .values((
            customs_rules::id.eq(EntryId::new()),
            customs_rules::valid_from.eq(new.valid_from),
            customs_rules::valid_until.eq(new.valid_until),
            customs_rules::free_value_eur_minor.eq(new.free_value_eur_minor),
            customs_rules::free_weight_g.eq(new.free_weight_g),
            customs_rules::rate_bp.eq(new.rate_bp),
            customs_rules::min_eur_minor_per_kg.eq(new.min_eur_minor_per_kg),
            customs_rules::base.eq(new.base),
            customs_rules::vat_bp.eq(new.vat_bp),
            customs_rules::status.eq(new.status),
            customs_rules::source.eq(&new.source),
            customs_rules::created_at.eq(tx.now),
            customs_rules::created_by.eq(tx.by.name()),
        ))
        .returning(customs_rules::all_columns)
        .get_result(tx.conn)?)
}

pub fn all(tx: &mut Tx) -> Result<Vec<Rule>> {
    Ok(table.order((customs_rules::valid_from.desc(), customs_rules::id.desc())).load(tx.conn)?)
}

pub fn in_force(tx: &mut Tx, day: NaiveDate) -> Result<Option<Rule>> {
    Ok(table
        .filter(customs_rules::valid_from.le(day))
        .filter(customs_rules::valid_until.is_null().or(customs_rules::valid_until.ge(day)))
        .order((customs_rules::valid_from.desc(), customs_rules::id.desc()))
        .first(tx.conn)
        .optional()?)
}
