//! The `branches` table.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{Kind, NewBranch};
use crate::db::Tx;
use crate::db::schema::branches::{self, table};
use crate::error::Result;
use crate::ids::BranchId;

/// A branch as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Branch {
    /// Identifier.
    pub id: BranchId,
    /// Short code.
    pub code: String,
    /// What it is for.
    pub kind: Kind,
    /// Name people know.
    pub name: String,
    /// City.
    pub city: String,
    /// Street, house or landmark.
    pub address: String,
    /// Phone to call.
    pub phone: String,
    /// Opening hours.
    pub hours: String,
    /// When it was set up.
    pub created_at: NaiveDateTime,
}

/// What may change of a branch.
#[derive(Clone, Debug, Default, AsChangeset)]
#[diesel(table_name = branches)]
pub struct Change {
    /// Name people know.
    pub name: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Street, house or landmark.
    pub address: Option<String>,
    /// Phone to call.
    pub phone: Option<String>,
    /// Opening hours.
    pub hours: Option<String>,
}

impl Change {
    fn is_empty(&self) -> bool {
        self.name.is_none()
            && self.city.is_none()
            && self.address.is_none()
            && self.phone.is_none()
            && self.hours.is_none()
    }
}

pub fn insert(tx: &mut Tx, new: &NewBranch) -> Result<Branch> {
    Ok(diesel::insert_into(table)
        .values((
            branches::id.eq(BranchId::new()),
            branches::code.eq(&new.code),
            branches::kind.eq(new.kind),
            branches::name.eq(&new.name),
            branches::city.eq(&new.city),
            branches::address.eq(&new.address),
            branches::phone.eq(&new.phone),
            branches::hours.eq(&new.hours),
            branches::created_at.eq(tx.now),
        ))
        .returning(branches::all_columns)
        .get_result(tx.conn)?)
}

pub fn update(tx: &mut Tx, id: &BranchId, change: &Change) -> Result<()> {
    if !change.is_empty() {
        diesel::update(table.find(id)).set(change).execute(tx.conn)?;
    }
    Ok(())
}

pub fn by_id(tx: &mut Tx, id: &str) -> Result<Option<Branch>> {
    Ok(table.filter(branches::id.eq(id)).first(tx.conn).optional()?)
}

pub fn by_code(tx: &mut Tx, code: &str) -> Result<Option<Branch>> {
    Ok(table.filter(branches::code.eq(code)).first(tx.conn).optional()?)
}

pub fn oldest(tx: &mut Tx, kind: Kind) -> Result<Option<Branch>> {
    Ok(table.filter(branches::kind.eq(kind)).order(branches::id).first(tx.conn).optional()?)
}

pub fn all(tx: &mut Tx) -> Result<Vec<Branch>> {
    Ok(table.order(branches::id).load(tx.conn)?)
}
