//! Customers and their client codes. A phone number is a person: the first order makes the customer.

mod store;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::counters;
use crate::db::{Tx, batch};
use crate::error::{Problem, Result};
use crate::ids::CustomerId;
use crate::phone::Phone;
use crate::texts::Lang;

pub use store::Customer;

/// Client codes start here, so that all have five digits and read alike.
const FIRST_NUMBER: i64 = 10_001;

/// A person as an order names them.
#[derive(Clone, Debug)]
pub struct Person {
    /// Name, as they say it.
    pub name: String,
    /// Phone.
    pub phone: Phone,
    /// E-mail.
    pub email: Option<String>,
    /// Language of messages.
    pub language: Lang,
}

/// The customer with this phone, made when new. What is already known stays as it is: anybody can type a phone number.
///
/// # Errors
/// Those of the database.
pub fn find_or_make(tx: &mut Tx, person: &Person) -> Result<Customer> {
    if let Some(known) = store::by_phone(tx, person.phone.as_str())? {
        return Ok(known);
    }
    let number = counters::next(tx, "client_code", FIRST_NUMBER)?;
    let code = crate::client_code::ClientCode::new(&tx.firm.client_code_prefix, number);
    store::insert(tx, code.as_str(), person)
}

/// The customer with a client code.
///
/// # Errors
/// Those of the database.
pub fn by_client_code(tx: &mut Tx, client_code: &str) -> Result<Option<Customer>> {
    store::by_client_code(tx, client_code)
}

/// The same, held until the transaction ends.
///
/// # Errors
/// Those of the database.
pub fn lock(tx: &mut Tx, client_code: &str) -> Result<Option<Customer>> {
    store::lock(tx, client_code)
}

/// A customer by identifier, held until the transaction ends. Orders are locked before their customers.
///
/// # Errors
/// `not_found`.
pub fn lock_id(tx: &mut Tx, id: &CustomerId) -> Result<Customer> {
    store::lock_id(tx, id)?.ok_or_else(|| Problem::not_found(format_args!("customer {id}")).into())
}

/// Writes what is kept for a customer; the ledger's credit account says the same.
///
/// # Errors
/// Those of the database.
pub fn set_credit(tx: &mut Tx, customer: &Customer) -> Result<()> {
    store::set_credit(tx, customer)
}

/// A customer by identifier.
///
/// # Errors
/// `not_found`.
pub fn get(tx: &mut Tx, id: &CustomerId) -> Result<Customer> {
    store::by_id(tx, id)?.ok_or_else(|| Problem::not_found(format_args!("customer {id}")).into())
}

/// Many customers at once, by identifier; an unknown one is left out.
///
/// # Errors
/// Those of the database.
pub fn many(tx: &mut Tx, ids: BTreeSet<CustomerId>) -> Result<HashMap<CustomerId, Customer>> {
    let ids: Vec<_> = ids.into_iter().collect();
    Ok(store::many(tx, &ids)?.into_iter().map(|customer| (customer.id.clone(), customer)).collect())
}

/// Those of these client codes that are customers', by the code.
///
/// # Errors
/// Those of the database.
pub fn by_client_codes(tx: &mut Tx, client_codes: &[String]) -> Result<BTreeMap<String, Customer>> {
    let found = store::with_client_codes(tx, client_codes)?;
    Ok(found.into_iter().map(|customer| (customer.client_code.clone(), customer)).collect())
}

/// Holds customers until the transaction ends, in the sequence of their identifiers.
///
/// # Errors
/// Those of the database.
pub fn lock_all(tx: &mut Tx, ids: &[CustomerId]) -> Result<()> {
    batch::lock(tx.conn, "customers", ids)
}

/// The client codes of these customers.
///
/// # Errors
/// Those of the database.
pub fn client_codes(tx: &mut Tx, ids: &[CustomerId]) -> Result<HashMap<CustomerId, String>> {
    Ok(store::client_codes(tx, ids)?.into_iter().collect())
}

/// Takes the person out of a customer; the client code stays, by which the books know them.
///
/// # Errors
/// Those of the database.
pub fn erase(tx: &mut Tx, id: &CustomerId) -> Result<()> {
    store::erase(tx, id)
}

/// Writes what a customer says of themselves: name and e-mail.
///
/// # Errors
/// Those of the database.
pub fn set_profile(tx: &mut Tx, customer: &Customer) -> Result<()> {
    store::set_profile(tx, customer)
}
