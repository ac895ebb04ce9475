//! The order desk: a whole order as staff see it, and the calls that touch more than one room.

mod freight;
pub mod http;
mod shift_slip;
pub mod shifts;
mod view;

use crate::code::OrderCode;
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::orders::{self, NewOrder, Order};
use crate::parcels::{self, Tracking};

pub use view::{OrderReceipt, OrderSummary, OrderView, full, receipt, summary};

/// Takes a request; a forwarding order may bring the numbers of its parcels.
///
/// # Errors
/// Those of [`orders::place`] and [`parcels::register`].
pub fn place(tx: &mut Tx, new: &NewOrder, numbers: &[Tracking]) -> Result<Order> {
    let placed = orders::place(tx, new)?;
    if numbers.is_empty() {
        return Ok(placed);
    }
    let mut order = orders::lock_id(tx, &placed.id)?;
    parcels::register(tx, &mut order, numbers)?;
    Ok(order)
}

/// Proves that somebody without a login is the customer: the code and the end of the phone number.
/// An unknown code and a wrong number get the same answer.
///
/// # Errors
/// `not_found`.
pub fn prove_customer(tx: &mut Tx, code: &OrderCode, phone_last4: &str) -> Result<()> {
    let unknown = || Problem::not_found("order with this code and phone number");
    let order = orders::find(tx, code).map_err(|error| match error.to_problem().slug {
        Slug::NotFound => unknown().into(),
        _ => error,
    })?;
    if phone_last4.len() == 4 && order.phone.ends_with(phone_last4) { Ok(()) } else { unknown().fail() }
}
