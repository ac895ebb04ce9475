//! The `customers` table.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Person;
use crate::db::schema::customers::{self, table};
use crate::db::{self, Tx};
use crate::error::Result;
use crate::ids::CustomerId;

/// Values asked for at once; SQLite takes a bounded number of parameters.
const AT_ONCE: usize = 5_000;

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
    Ok(table.filter(customers::client_code.eq(client_code)).first(tx.conn).optional()?)
}

pub fn by_client_codes(tx: &mut Tx, client_codes: &[&str]) -> Result<Vec<Customer>> {
    let mut found = Vec::new();
    for some in client_codes.chunks(AT_ONCE) {
        found.extend(table.filter(customers::client_code.eq_any(some.to_vec())).load::<Customer>(tx.conn)?);
    }
    Ok(found)
}

pub fn lock_many(tx: &mut Tx, client_codes: Vec<&str>) -> Result<()> {
    let query = "SELECT id FROM customers WHERE client_code = ANY($1) ORDER BY client_code FOR NO KEY UPDATE";
    db::lock_in_sequence(tx.conn, query, client_codes)
}

pub fn client_codes(tx: &mut Tx, ids: &[CustomerId]) -> Result<Vec<(CustomerId, String)>> {
    let mut found = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        let named = table.filter(customers::id.eq_any(some.to_vec())).select((customers::id, customers::client_code));
        found.extend(named.load::<(CustomerId, String)>(tx.conn)?);
    }
    Ok(found)
}

pub fn by_id(tx: &mut Tx, id: &CustomerId) -> Result<Option<Customer>> {
    Ok(table.find(id).first(tx.conn).optional()?)
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
