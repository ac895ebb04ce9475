//! The order desk: a whole order as staff see it, and the calls that touch more than one room.

pub mod choices;
mod freight;
mod hints;
pub mod http;
pub mod intake;
pub mod labels;
mod lists;
pub mod offers;
pub mod photos;
pub mod pickup;
pub mod preview;
mod shift_slip;
pub mod shifts;
mod view;

use crate::db::Tx;
use crate::error::Result;
use crate::orders::{self, NewOrder, Order};
use crate::parcels::{self, Tracking};

pub use view::{OrderReceipt, OrderSummary, OrderView, full, receipt, summary};

/// Takes a request; a forwarding order may bring the numbers of its parcels.
///
/// # Errors
/// Those of [`orders::place`] and [`parcels::register`].
pub fn place(tx: &mut Tx, new: &NewOrder, numbers: &[Tracking]) -> Result<Order> {
    // Nobody else knows it yet, so it needs no lock; and who takes it may work at another branch.
    let mut order = orders::place(tx, new)?;
    if !numbers.is_empty() {
        parcels::register(tx, &mut order, numbers)?;
    }
    Ok(order)
}
