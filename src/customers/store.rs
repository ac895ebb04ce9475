//! The `customers` table.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Person;
use crate::db::schema::customers::{self, table};
use crate::db::{Tx, batch, sight};
use crate::error::Result;
use crate::ids::CustomerId;

/// A customer as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Customer {
    /// Identifier.
    pub id: CustomerId,
    /// `KG-10427`.
    pub client_code: String,
    /// Name at the first order.
    pub name: String,
    /// E.164, unique.
    pub phone: String,
    /// E-mail at the first order.
    pub email: Option<String>,
    /// `ky`, `ru` or `en`.
    pub language: String,
    /// When first seen.
    pub created_at: NaiveDateTime,
    /// What we keep for them beside their orders, tyiyn. Always the sum of the ledger's credit account, sign turned.
    pub credit_tyiyn: i64,
    /// Since when they are nobody any more.
    pub erased_at: Option<NaiveDateTime>,
}

pub fn insert(tx: &mut Tx, client_code: &str, person: &Person) -> Result<Customer> {
    Ok(diesel::insert_into(table)
        .values((
            customers::id.eq(CustomerId::new()),
            customers::client_code.eq(client_code),
            customers::name.eq(&person.name),
            customers::phone.eq(person.phone.as_str()),
            customers::email.eq(&person.email),
            customers::language.eq(person.language.as_str()),
            customers::created_at.eq(tx.now),
        ))
        .returning(customers::all_columns)
        .get_result(tx.conn)?)
}

pub fn by_phone(tx: &mut Tx, phone: &str) -> Result<Option<Customer>> {
    Ok(table.filter(customers::phone.eq(phone)).first(tx.conn).optional()?)
}

pub fn by_client_code(tx: &mut Tx, client_code: &str) -> Result<Option<Customer>> {
    Ok(table.filter(customers::client_code.eq(client_code)).filter(sight::customers(tx)).first(tx.conn).optional()?)
}

pub fn with_client_codes(tx: &mut Tx, client_codes: &[String]) -> Result<Vec<Customer>> {
    let these = batch::among(tx.conn, "customers.client_code", client_codes)?;
    Ok(table.filter(these).order(customers::client_code).load(tx.conn)?)
}

pub fn by_id(tx: &mut Tx, id: &CustomerId) -> Result<Option<Customer>> {
    Ok(table.find(id).first(tx.conn).optional()?)
}

pub fn many(tx: &mut Tx, ids: &[CustomerId]) -> Result<Vec<Customer>> {
    let these = batch::among(tx.conn, "customers.id", ids)?;
    Ok(table.filter(these).load(tx.conn)?)
}

/// Writing the code onto itself takes the row lock on PostgreSQL; SQLite has one writer anyway.
pub fn lock(tx: &mut Tx, client_code: &str) -> Result<Option<Customer>> {
    Ok(diesel::update(table.filter(customers::client_code.eq(client_code)))
        .set(customers::client_code.eq(customers::client_code))
        .returning(customers::all_columns)
        .get_result(tx.conn)
        .optional()?)
}

pub fn lock_id(tx: &mut Tx, id: &CustomerId) -> Result<Option<Customer>> {
    Ok(diesel::update(table.find(id))
        .set(customers::client_code.eq(customers::client_code))
        .returning(customers::all_columns)
        .get_result(tx.conn)
        .optional()?)
}

pub fn set_credit(tx: &mut Tx, customer: &Customer) -> Result<()> {
    diesel::update(table.find(&customer.id)).set(customers::credit_tyiyn.eq(customer.credit_tyiyn)).execute(tx.conn)?;
    Ok(())
}

pub fn client_codes(tx: &mut Tx, ids: &[CustomerId]) -> Result<Vec<(CustomerId, String)>> {
    let these = batch::among(tx.conn, "customers.id", ids)?;
    Ok(table.filter(these).select((customers::id, customers::client_code)).load(tx.conn)?)
}

/// The phone becomes a word that no phone is, because it must stay unique; nobody is found by it any more.
pub fn erase(tx: &mut Tx, id: &CustomerId) -> Result<()> {
    diesel::update(table.find(id))
        .set((
            customers::name.eq(""),
            customers::phone.eq(format!("erased {id}")),
            customers::email.eq(None::<String>),
            customers::erased_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn set_profile(tx: &mut Tx, customer: &Customer) -> Result<()> {
    diesel::update(table.find(&customer.id))
        .set((customers::name.eq(&customer.name), customers::email.eq(&customer.email)))
        .execute(tx.conn)?;
    Ok(())
}
