//! What is a customer's own, for whoever proved that the phone is theirs: orders, client code, numbers, choices. Every
//! question here names the customer, so that somebody else's order is as unknown as none.

mod address;
mod erase;
pub mod http;
pub mod order_http;
mod pages;
pub mod pages_http;
mod request;
pub mod request_http;
mod signed_in;
mod view;

use std::collections::BTreeSet;

use chrono::TimeDelta;

use crate::audit;
use crate::branches;
use crate::couriers;
use crate::customers::{self, Customer, Person};
use crate::db::Tx;
use crate::desk;
use crate::error::{Problem, Result, Slug};
use crate::ids::{CustomerId, PhotoId};
use crate::orders::{self, Kind, NewOrder, Order};
use crate::parcels::{self, Tracking};
use crate::phone::Phone;
use crate::photos::{self, Photo};
use crate::tallies::{self, Cap};

pub use address::{Address, addresses};
pub use erase::erase;

/// A number that a customer registers, and whether it was still free.
#[derive(Clone, Debug)]
pub struct Registered {
    /// The number.
    pub number: Tracking,
    /// Whose it may be.
    pub courier: Option<&'static str>,
    /// Whether it is theirs by this. A number that somebody registered before looks the same whoever it was.
    pub is_new: bool,
}

/// The customer who acts.
///
/// # Errors
/// `unauthenticated` for everybody else.
pub fn me(tx: &mut Tx) -> Result<Customer> {
    match tx.by.customer().cloned() {
        Some(id) => customers::get(tx, &id),
        None => Problem::new(Slug::Unauthenticated, "Sign in with your phone first.").fail(),
    }
}

/// Registers numbers of boxes that a customer bought themselves: they join the order that has not left China, or begin one.
///
/// # Errors
/// `validation_failed` for an unknown pickup point; `rate_limited`.
pub fn register(
    tx: &mut Tx,
    customer: &Customer,
    numbers: &[Tracking],
    pickup_point: Option<&str>,
) -> Result<(Option<Order>, Vec<Registered>)> {
    let mut seen = BTreeSet::new();
    let mut registered = Vec::new();
    let cap = Cap { most: tx.firm.visitors.numbers_per_customer_day, within: TimeDelta::hours(24) };
    for number in numbers.iter().filter(|number| seen.insert(number.as_str().to_owned())) {
        if !tallies::take(tx, "number_of_customer_in_day", customer.id.as_str(), cap)? {
            return Problem::new(Slug::RateLimited, "That were many numbers for one day; ask us to register the rest.")
                .fail();
        }
        let is_new = parcels::is_free(tx, number)?;
        registered.push(Registered { number: number.clone(), courier: couriers::hint(number.as_str()), is_new });
    }
    let free: Vec<_> = registered.iter().filter(|one| one.is_new).map(|one| one.number.clone()).collect();
    if free.is_empty() {
        return Ok((None, registered));
    }
    let order = match joined(tx, customer, pickup_point)? {
        Some(order) => {
            let mut order = orders::lock_id(tx, &order.id)?;
            parcels::register(tx, &mut order, &free)?;
            audit::record(tx, "parcel.registered", &order.code, serde_json::json!({"tracking_numbers": free}))?;
            order
        }
        None => desk::place(tx, &forwarding(customer, pickup_point)?, &free)?,
    };
    Ok((Some(order), registered))
}

/// The order that more boxes join, unless they are to be picked up elsewhere.
fn joined(tx: &mut Tx, customer: &Customer, pickup_point: Option<&str>) -> Result<Option<Order>> {
    let Some(order) = orders::open_forwarding(tx, &customer.id)? else { return Ok(None) };
    let is_there = match pickup_point {
        Some(wanted) => branches::find_pickup_point(tx, Some(wanted), "/pickup_point")?.id == order.pickup_point_id,
        None => true,
    };
    Ok(is_there.then_some(order))
}

fn forwarding(customer: &Customer, pickup_point: Option<&str>) -> Result<NewOrder> {
    let phone = Phone::parse(&customer.phone).map_err(|error| Problem::field("/phone", error.to_string()))?;
    // Who has not said a name is called by their code.
    let name = if customer.name.is_empty() { customer.client_code.clone() } else { customer.name.clone() };
    let language = customer.language.parse().unwrap_or_default();
    let person = Person { name, phone, email: customer.email.clone(), language };
    Ok(NewOrder { kind: Kind::Forwarding, person, items: Vec::new(), pickup_point: pickup_point.map(str::to_owned) })
}

/// A photo of the customer's own: of what they asked for, or of one of their boxes.
///
/// # Errors
/// `not_found`.
pub fn photo(tx: &mut Tx, customer: &CustomerId, id: &PhotoId) -> Result<Photo> {
    let unknown = || Problem::not_found(format_args!("photo {id}"));
    let Some(photo) = photos::some(tx, std::slice::from_ref(id))?.pop() else { return unknown().fail() };
    let order_id = match (&photo.order_id, &photo.parcel_id) {
        (Some(order), _) => Some(order.clone()),
        (None, Some(parcel)) => parcels::find(tx, parcel)?.and_then(|parcel| parcel.order_id),
        (None, None) => None,
    };
    let Some(order_id) = order_id else { return unknown().fail() };
    if orders::is_of(tx, customer, &order_id)? { Ok(photo) } else { unknown().fail() }
}

/// Writes what a customer says of themselves; what is not said stays.
///
/// # Errors
/// Those of the database.
pub fn introduce(tx: &mut Tx, name: Option<String>, email: Option<Option<String>>) -> Result<Customer> {
    let id = me(tx)?.id;
    let mut customer = customers::lock_id(tx, &id)?;
    let said = [("name", name.is_some()), ("email", email.is_some())];
    customer.name = name.unwrap_or(customer.name);
    customer.email = email.unwrap_or(customer.email);
    customers::set_profile(tx, &customer)?;
    // What they say is personal; that they said it is enough.
    let told: Vec<_> = said.into_iter().filter(|(_, was_said)| *was_said).map(|(what, _)| what).collect();
    audit::record(tx, "customer.introduced", &customer.client_code, serde_json::json!({"said": told}))?;
    Ok(customer)
}
