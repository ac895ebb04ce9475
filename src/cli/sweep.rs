//! `torugart sweep`: what is due for everything that waits on the shelves.

use super::open;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::storage::{self, Part, Swept};
use crate::texts::som;

/// Does it, or only lists it.
pub(super) fn sweep(config: Config, is_dry: bool, is_json: bool) -> Result<()> {
    let app = open(config)?;
    let swept = storage::run(&app, is_dry)?;
    if is_json {
        let answer = storage::http::answer(is_dry, Part { swept, next: None });
        let json = serde_json::to_string_pretty(&answer).map_err(|error| Error::Startup(error.to_string()))?;
        println!("{json}");
        return Ok(());
    }
    for order in &swept {
        println!("{}", line(order));
    }
    let done = if is_dry { "would be done; nothing was" } else { "done" };
    println!("{} orders: {done}.", swept.len());
    Ok(())
}

fn line(order: &Swept) -> String {
    let mut words = vec![order.code.clone()];
    for fee in &order.fees {
        words.push(format!("storage of {}: {} days, {} som;", fee.parcel.barcode, fee.days(), som(fee.amount_tyiyn)));
    }
    words.extend(order.reminders.iter().map(|about| format!("message {about};")));
    if order.is_uncollected {
        words.push("not collected;".to_owned());
    }
    words.push(format!("to pay {} som", som(order.balance_tyiyn.max(0))));
    words.join(" ")
}
