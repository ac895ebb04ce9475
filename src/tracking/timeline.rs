//! The timeline of an order as the database keeps it ready, and in a reader's words.

use chrono::DateTime;
use serde::Deserialize;

use super::view::TrackEvent;
use crate::error::{Error, Result};
use crate::orders::{EventKind, Status};
use crate::texts::{self, Arg, Lang};

/// One of the arrays that the trigger `events_are_shown` writes.
#[derive(Debug, Deserialize)]
struct Happened<'a>(
    /// When, microseconds since 1970.
    i64,
    EventKind,
    /// The order's status after it.
    Status,
    /// Where.
    #[serde(borrow)]
    Option<std::borrow::Cow<'a, str>>,
    /// Parcels that have arrived, where it tells of that.
    i64,
    /// All of them.
    i64,
);

/// What happened, oldest first; what happened at one instant in the sequence in which it was written down.
///
/// # Errors
/// When the row was written by something that is not ours.
pub fn read(arrays: &str, lang: Lang) -> Result<Vec<TrackEvent>> {
    let read =
        serde_json::Deserializer::from_str(arrays).into_iter::<Happened>().collect::<std::result::Result<Vec<_>, _>>();
    let mut rows = read.map_err(|error| Error::Startup(format!("a timeline cannot be read: {error}")))?;
    rows.sort_by_key(|row| row.0);
    Ok(rows.into_iter().map(|row| event(row, lang)).collect())
}

fn event(Happened(at_us, kind, status, place, arrived, total): Happened, lang: Lang) -> TrackEvent {
    let args = [("arrived", Arg::Num(arrived)), ("total", Arg::Num(total))];
    TrackEvent {
        at: DateTime::from_timestamp_micros(at_us).unwrap_or_default(),
        status: status.as_str().to_owned(),
        text: texts::text(lang, &super::text_key("event", kind.as_str()), &args),
        place: place.map(std::borrow::Cow::into_owned),
    }
}
