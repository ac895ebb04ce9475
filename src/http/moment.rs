//! A time that somebody sent.

use chrono::{DateTime, Datelike, NaiveDateTime, Utc};
use serde::Deserialize;

/// An instant between 2000 and 2100: what both databases, and every date on a page, can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "DateTime<Utc>")]
pub struct Moment(NaiveDateTime);

impl Moment {
    /// The instant, UTC.
    pub fn utc(self) -> NaiveDateTime {
        self.0
    }
}

impl TryFrom<DateTime<Utc>> for Moment {
    type Error = String;

    fn try_from(at: DateTime<Utc>) -> Result<Self, String> {
        if (2000..2100).contains(&at.year()) {
            Ok(Self(at.naive_utc()))
        } else {
            Err("must lie between the years 2000 and 2100".to_owned())
        }
    }
}
