//! Every difference between the two databases that the code can see. Nothing outside says `Pg` or `Sqlite`.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamp};

use super::Conn;
use crate::error::{Error, Result};

/// One transaction. SQLite takes the write lock at once: a deferred one would fail half-way when another writer came first.
pub(super) fn transaction<T>(conn: &mut Conn, work: impl Fn(&mut Conn) -> Result<T>) -> Result<T> {
    use diesel::connection::{AnsiTransactionManager, TransactionManager};
    if let Conn::Sqlite(sqlite) = conn {
        AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE").map_err(Error::from)?;
    } else {
        <Conn as Connection>::TransactionManager::begin_transaction(conn)?;
    }
    match work(conn) {
        Ok(value) => {
            <Conn as Connection>::TransactionManager::commit_transaction(conn)?;
            Ok(value)
        }
        Err(error) => {
            // The first error is the one to tell; a connection that cannot even roll back is dropped by the pool.
            if let Err(second) = <Conn as Connection>::TransactionManager::rollback_transaction(conn) {
                tracing::warn!(error = %second, "a rollback failed");
            }
            Err(error)
        }
    }
}

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    lc_messages: String,
}

/// `lc_messages` of a PostgreSQL server; SQLite speaks English.
pub(super) fn language_of_messages(conn: &mut Conn) -> Result<String> {
    match conn {
        Conn::Pg(conn) => Ok(diesel::sql_query("SHOW lc_messages").get_result::<Setting>(conn)?.lc_messages),
        Conn::Sqlite(_) => Ok(String::new()),
    }
}

#[derive(QueryableByName)]
struct Claimed {
    #[diesel(sql_type = Text)]
    id: String,
}

/// Takes up to `limit` due rows of the outbox for one worker until `lease_until`, and names them; rows of the `resting`
/// channel stay.
///
/// # Errors
/// Those of the database.
pub fn claim_due(
    conn: &mut Conn,
    now: NaiveDateTime,
    lease_until: NaiveDateTime,
    limit: i64,
    resting: &str,
) -> Result<Vec<String>> {
    let skip = skip_locked(conn);
    let claimed: Vec<Claimed> = diesel::sql_query(
        "UPDATE notifications SET state = 'sending', attempts = attempts + 1, next_attempt_at = $1 WHERE id IN \
         (SELECT id FROM notifications WHERE state IN ('pending', 'sending') AND next_attempt_at <= $2 AND channel <> $3 \
          ORDER BY next_attempt_at, id LIMIT $4 ",
    )
    .sql(skip)
    .sql(") RETURNING id")
    .bind::<Timestamp, _>(lease_until)
    .bind::<Timestamp, _>(now)
    .bind::<Text, _>(resting)
    .bind::<BigInt, _>(limit)
    .load(conn)?;
    Ok(claimed.into_iter().map(|row| row.id).collect())
}

/// Takes up to `limit` due callbacks of payment providers for one worker until `lease_until`, and names them.
///
/// # Errors
/// Those of the database.
pub fn claim_callbacks(
    conn: &mut Conn,
    now: NaiveDateTime,
    lease_until: NaiveDateTime,
    limit: i64,
) -> Result<Vec<String>> {
    let skip = skip_locked(conn);
    let claimed: Vec<Claimed> = diesel::sql_query(
        "UPDATE acquirer_callbacks SET attempts = attempts + 1, next_attempt_at = $1 WHERE id IN \
         (SELECT id FROM acquirer_callbacks WHERE next_attempt_at <= $2 ORDER BY next_attempt_at, id LIMIT $3 ",
    )
    .sql(skip)
    .sql(") RETURNING id")
    .bind::<Timestamp, _>(lease_until)
    .bind::<Timestamp, _>(now)
    .bind::<BigInt, _>(limit)
    .load(conn)?;
    Ok(claimed.into_iter().map(|row| row.id).collect())
}

/// Locks the rows that a query finds by these names in the sequence that it orders them in: two operations that share
/// rows must not wait for each other in a ring. SQLite has one writer anyway.
///
/// # Errors
/// Those of the database.
pub fn lock_in_sequence(conn: &mut Conn, query: &'static str, names: Vec<&str>) -> Result<()> {
    if let Conn::Pg(conn) = conn {
        diesel::sql_query(query).bind::<diesel::sql_types::Array<Text>, _>(names).execute(conn)?;
    }
    Ok(())
}

/// On PostgreSQL several workers take different rows; SQLite has one writer at a time anyway.
fn skip_locked(conn: &Conn) -> &'static str {
    match conn {
        Conn::Pg(_) => "FOR UPDATE SKIP LOCKED",
        Conn::Sqlite(_) => "",
    }
}
