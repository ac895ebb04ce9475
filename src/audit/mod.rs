//! Who did what, in the transaction that did it. The database refuses changes to it.

pub mod http;
mod store;

use serde::Serialize;
use serde_json::Value;

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::http::{Page, Paging};

pub use store::Entry;

/// Writes one line of the trail: `action` like `payment.recorded`, `object` like an order's code, `detail` what changed.
///
/// # Errors
/// Those of the database.
pub fn record(tx: &mut Tx, action: &str, object: &str, detail: impl Serialize) -> Result<()> {
    let detail = serde_json::to_value(detail)
        .map_err(|error| Error::Startup(format!("an audit detail cannot be written as JSON: {error}")))?;
    store::insert(tx, action, object, &detail)
}

/// Writes many lines of the trail at once: action, object and detail of each.
///
/// # Errors
/// Those of the database.
pub fn record_many(tx: &mut Tx, lines: &[(&'static str, String, Value)]) -> Result<()> {
    store::insert_many(tx, lines)
}

/// The trail, newest first; of one object when it is named.
///
/// # Errors
/// Bad paging, and those of the database.
pub fn list(tx: &mut Tx, object: Option<&str>, paging: &Paging) -> Result<Page<Entry>> {
    let (limit, below) = paging.checked()?;
    let rows = store::page(tx, object, limit + 1, below.as_deref())?;
    Ok(Page::new(rows, limit, |entry| entry.id.to_string()))
}

/// A before/after pair, the usual detail of a change.
pub fn change(before: impl Serialize, after: impl Serialize) -> Value {
    serde_json::json!({ "before": before, "after": after })
}
