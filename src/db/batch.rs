//! Many rows in one statement and one bound value: a JSON array that either database reads as a table.
//!
//! diesel cannot insert several rows through a `MultiConnection`, and a list of a thousand bound values is a thousand
//! numbers to plan with. One text has neither trouble, and no limit of binds.
//!
//! Names of tables and columns become a part of the statement: the compiler takes only such as stand in the source.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use serde::{Serialize, Serializer};

use super::{Backend, Conn};
use crate::error::{Error, Result};

/// What a column of a batch holds.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Text: words, identifiers, enums.
    Text,
    /// A whole number.
    Number,
    /// An instant, UTC.
    Moment,
}

/// Columns by name. The rows have members of the same names; what they have beside these is left out.
pub type Columns = [(&'static str, Kind)];

/// Writes an instant as diesel does, so that instants compare as text on SQLite, too.
///
/// # Errors
/// Those of the serializer.
pub fn moment<S: Serializer>(at: &NaiveDateTime, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_str(&at.format("%F %T%.f"))
}

/// The same for an instant that may be missing.
///
/// # Errors
/// Those of the serializer.
#[allow(clippy::ref_option, reason = "serde calls it so")]
pub fn moment_if_any<S: Serializer>(at: &Option<NaiveDateTime>, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    match at {
        Some(at) => moment(at, serializer),
        None => serializer.serialize_none(),
    }
}

/// Inserts rows.
///
/// # Errors
/// Those of the database.
pub fn insert(conn: &mut Conn, table: &'static str, columns: &Columns, rows: &[impl Serialize]) -> Result<()> {
    let names = names(columns);
    let sql = format!("INSERT INTO {table} ({names}) SELECT {names} FROM {} WHERE true", as_table(conn, columns));
    run(conn, sql, rows).map(drop)
}

/// Inserts rows; those whose `key` is taken stay as they are. Tells how many were new.
///
/// # Errors
/// Those of the database.
pub fn insert_new(
    conn: &mut Conn,
    table: &'static str,
    columns: &Columns,
    key: &'static str,
    rows: &[impl Serialize],
) -> Result<usize> {
    let (names, read) = (names(columns), as_table(conn, columns));
    let conflict = format!("ON CONFLICT ({key}) DO NOTHING");
    let sql = format!("INSERT INTO {table} ({names}) SELECT {names} FROM {read} WHERE true {conflict}");
    run(conn, sql, rows)
}

/// Writes `columns` of the rows that have the same `id`, if `guard` holds; in it `r` is the row of the batch. Tells how
/// many were written.
///
/// # Errors
/// Those of the database.
pub fn update(
    conn: &mut Conn,
    table: &'static str,
    columns: &Columns,
    guard: (&'static str, &Columns),
    rows: &[impl Serialize],
) -> Result<usize> {
    let set: Vec<_> = columns.iter().map(|(name, _)| format!("\"{name}\" = r.\"{name}\"")).collect();
    let all: Vec<_> = [("id", Kind::Text)].iter().chain(columns).chain(guard.1).copied().collect();
    let read = as_table(conn, &all);
    let sql = format!("UPDATE {table} SET {} FROM {read} WHERE {table}.id = r.id AND {}", set.join(", "), guard.0);
    run(conn, sql, rows)
}

/// The rows of a table whose `column` is one of these values.
pub type Among<T> = Box<dyn BoxableExpression<T, Backend, SqlType = Bool>>;

/// Whether `column` is one of these texts.
///
/// # Errors
/// [`Error::Startup`] when a value is not text.
pub fn among<T>(conn: &Conn, column: &'static str, values: &[impl Serialize]) -> Result<Among<T>> {
    let (before, after) = match conn {
        // An array that is known before the table is looked at: the index of the column is used however many there are.
        Conn::Pg(_) => ("= ANY (ARRAY(SELECT json_array_elements_text(", "::json)))"),
        Conn::Sqlite(_) => ("IN (SELECT value FROM json_each(", "))"),
    };
    let condition = diesel::dsl::sql::<Bool>(&format!("{column} {before}")).bind::<Text, _>(json(values)?).sql(after);
    Ok(Box::new(condition))
}

/// Locks rows of a table in the sequence of their identifiers, whatever the sequence of these, until the transaction
/// ends. SQLite has one writer anyway.
///
/// # Errors
/// Those of the database.
pub fn lock(conn: &mut Conn, table: &'static str, ids: &[impl Serialize]) -> Result<()> {
    if let Conn::Pg(conn) = conn {
        diesel::sql_query(format!(
            "SELECT id FROM {table} WHERE id = ANY (ARRAY(SELECT json_array_elements_text($1::json))) \
             ORDER BY id COLLATE \"C\" FOR NO KEY UPDATE",
        ))
        .bind::<Text, _>(json(ids)?)
        .execute(conn)?;
    }
    Ok(())
}

fn names(columns: &Columns) -> String {
    let names: Vec<_> = columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    names.join(", ")
}

/// The first bound value as a table `r` of these columns.
fn as_table(conn: &Conn, columns: &Columns) -> String {
    let of_type = |(name, kind): &(&str, Kind)| {
        let word = match kind {
            Kind::Text => "text",
            Kind::Number => "bigint",
            Kind::Moment => "timestamp",
        };
        format!("\"{name}\" {word}")
    };
    let by_path = |(name, _): &(&str, Kind)| format!("value ->> '$.{name}' AS \"{name}\"");
    match conn {
        Conn::Pg(_) => {
            let columns: Vec<_> = columns.iter().map(of_type).collect();
            format!("json_to_recordset($1::json) AS r({})", columns.join(", "))
        }
        Conn::Sqlite(_) => {
            let columns: Vec<_> = columns.iter().map(by_path).collect();
            format!("(SELECT {} FROM json_each($1)) AS r", columns.join(", "))
        }
    }
}

fn run(conn: &mut Conn, sql: String, rows: &[impl Serialize]) -> Result<usize> {
    if rows.is_empty() {
        return Ok(0);
    }
    Ok(diesel::sql_query(sql).bind::<Text, _>(json(rows)?).execute(conn)?)
}

fn json(rows: &[impl Serialize]) -> Result<String> {
    serde_json::to_string(rows).map_err(|error| Error::Startup(format!("a batch cannot be written as JSON: {error}")))
}
