//! Many rows in one statement. diesel cannot insert more than one row at a time on a connection that may be either
//! database, and an update that gives each row its own values it cannot write at all.

use std::borrow::Cow;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamp};

use super::{Backend, Conn};
use crate::error::Result;

/// SQLite takes 32,766 values in a statement, PostgreSQL 65,535.
const MOST_VALUES: usize = 32_000;
/// A longer statement costs memory and is no faster.
const MOST_ROWS: usize = 1_000;

/// What one column of one row gets.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// A text, a word or an identifier.
    Text(Option<Cow<'a, str>>),
    /// An integer.
    Number(Option<i64>),
    /// An instant, UTC.
    Moment(Option<NaiveDateTime>),
}

impl<'a> Value<'a> {
    /// A text that is there.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Value::Text(Some(text.into()))
    }

    /// A text that may be missing.
    pub fn maybe(text: Option<&'a str>) -> Self {
        Value::Text(text.map(Cow::Borrowed))
    }
}

/// Writes `before (…), (…), … after` for all rows in as few statements as fit; tells how many rows it changed.
///
/// An insert is `INSERT INTO t (a, b) VALUES`; an update of each row by its own values is
/// `UPDATE t SET b = v.column2 FROM (VALUES` … `) AS v WHERE t.a = v.column1`: both databases call the columns so.
///
/// # Errors
/// Those of the database.
pub fn write<'a>(
    conn: &mut Conn,
    before: &'static str,
    rows: impl Iterator<Item = Vec<Value<'a>>>,
    after: &'static str,
) -> Result<usize> {
    let mut rows = rows.peekable();
    let mut changed = 0;
    while let Some(first) = rows.peek() {
        let most = (MOST_VALUES / first.len().max(1)).clamp(1, MOST_ROWS);
        let some: Vec<_> = rows.by_ref().take(most).collect();
        changed += Rows { before, rows: &some, after }.execute(conn)?;
    }
    Ok(changed)
}

struct Rows<'a> {
    before: &'static str,
    rows: &'a [Vec<Value<'a>>],
    after: &'static str,
}

impl QueryId for Rows<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<Conn> for Rows<'_> {}

impl QueryFragment<Backend> for Rows<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        // Its text depends on the number of rows.
        out.unsafe_to_cache_prepared();
        out.push_sql(self.before);
        for (row, values) in self.rows.iter().enumerate() {
            out.push_sql(if row == 0 { " (" } else { ", (" });
            for (column, value) in values.iter().enumerate() {
                if column > 0 {
                    out.push_sql(", ");
                }
                match value {
                    Value::Text(text) => out.push_bind_param::<Nullable<Text>, _>(text)?,
                    Value::Number(number) => out.push_bind_param::<Nullable<BigInt>, _>(number)?,
                    Value::Moment(at) => out.push_bind_param::<Nullable<Timestamp>, _>(at)?,
                }
            }
            out.push_sql(")");
        }
        out.push_sql(self.after);
        Ok(())
    }
}
