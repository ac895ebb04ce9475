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
pub mod telegram;
pub mod unsubscribe;
mod view;

use chrono::TimeDelta;

use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::ids::Actor;
use crate::orders::{self, NewOrder, Order};
use crate::parcels::{self, Tracking};
use crate::phone::Phone;
use crate::tallies::{self, Cap};

/// When a visitor who was refused may try again, seconds.
const RETRY_AFTER_S: i64 = 300;

pub use view::{OrderReceipt, OrderSummary, OrderView, full, items, receipt, summary};

/// Takes a request; a forwarding order may bring the numbers of its parcels.
///
/// # Errors
/// Those of [`orders::place`] and [`parcels::register`]; `rate_limited` for visitors.
pub fn place(tx: &mut Tx, new: &NewOrder, numbers: &[Tracking]) -> Result<Order> {
    refuse_flood(tx, &new.person.phone)?;
    // Nobody else knows it yet, so it needs no lock; and who takes it may work at another branch.
    let mut order = orders::place(tx, new)?;
    if !numbers.is_empty() {
        parcels::register(tx, &mut order, numbers)?;
    }
    Ok(order)
}

/// Visitors may ask so often for one phone, and all of them together; staff and whoever is signed in are known.
fn refuse_flood(tx: &mut Tx, phone: &Phone) -> Result<()> {
    if *tx.by != Actor::Anyone {
        return Ok(());
    }
    let caps = &tx.firm.visitors;
    let cap = |most, minutes| Cap { most, within: TimeDelta::minutes(minutes) };
    for (what, who, cap) in [
        ("request_of_firm_in_minute", "", cap(caps.requests_per_minute, 1)),
        ("request_of_phone_in_hour", phone.as_str(), cap(caps.requests_per_phone_hour, 60)),
        ("request_of_phone_in_day", phone.as_str(), cap(caps.requests_per_phone_day, 24 * 60)),
    ] {
        if !tallies::take(tx, what, who, cap)? {
            metrics::counter!("requests_refused_total", "cap" => what).increment(1);
            // The same words and the same wait whichever it was: a visitor learns nothing of a phone.
            return Problem::new(Slug::RateLimited, "Too many requests came in; try again a little later, or call us.")
                .with("retry_after", RETRY_AFTER_S)
                .fail();
        }
    }
    Ok(())
}
