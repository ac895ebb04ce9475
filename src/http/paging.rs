//! Lists: keyset paging, newest first.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::error::{Problem, Result};

const DEFAULT_LIMIT: i64 = 50;
const MOST: i64 = 200;

/// `?limit=&cursor=`
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// How many, 1 to 200; 50 unless told.
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl Paging {
    /// As much as one page may have, from a cursor on.
    pub fn largest(cursor: Option<String>) -> Self {
        Self { limit: Some(MOST), cursor }
    }

    /// The checked limit and the identifier to continue below.
    ///
    /// # Errors
    /// `validation_failed` for a limit out of range or a cursor that we did not give.
    pub fn checked(&self) -> Result<(i64, Option<String>)> {
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MOST).contains(&limit) {
            return Problem::field("?limit", format!("must be 1 to {MOST}")).fail();
        }
        if let Some(cursor) = &self.cursor
            && uuid::Uuid::parse_str(cursor).is_err()
        {
            return Problem::field("?cursor", "must be a next_cursor of an earlier page").fail();
        }
        Ok((limit, self.cursor.clone()))
    }
}

/// `{"items": [...], "next_cursor": null}`
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// Newest first.
    pub items: Vec<T>,
    /// Send it as `?cursor=` for the next page; null on the last.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page of rows of which one more than `limit` was asked for.
    pub fn new(mut items: Vec<T>, limit: i64, id: impl Fn(&T) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next_cursor = if more { items.last().map(id) } else { None };
        Self { items, next_cursor }
    }

    /// The same page of something else.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next_cursor: self.next_cursor }
    }
}
