//! Every difference between the two databases that the code can see. Nothing outside says `Pg` or `Sqlite`.

use std::time::Instant;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text, Timestamp};

use super::Conn;
use crate::error::{Error, Result};

/// Runs a query on whichever connection it is as that database's own, for what has to be fast: its text is written and
/// prepared once, and not for every call.
macro_rules! natively {
    ($conn:expr, |$native:ident| $work:expr) => {
        match $conn {
            $crate::db::Conn::Pg($native) => $work,
            $crate::db::Conn::Sqlite($native) => $work,
        }
    };
}

/// One transaction. SQLite takes the write lock at once: a deferred one would fail half-way when another writer came first.
pub(super) fn transaction<T>(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    use diesel::connection::{AnsiTransactionManager, TransactionManager};
    if let Conn::Sqlite(sqlite) = conn {
        AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE").map_err(Error::from)?;
    } else {
        <Conn as Connection>::TransactionManager::begin_transaction(conn)?;
    }
    match work(conn) {
        Ok(value) => {
            #[cfg(feature = "faults")]
            crate::faults::reached(crate::faults::Moment::BeforeCommit);
            let began = Instant::now();
            <Conn as Connection>::TransactionManager::commit_transaction(conn)?;
            metrics::histogram!("database_commit_seconds").record(began.elapsed());
            #[cfg(feature = "faults")]
            crate::faults::reached(crate::faults::Moment::AfterCommit);
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

/// A part of a transaction that fails for itself. The outer error is that it could not even be taken back, and then
/// nothing of the transaction can be kept.
pub(super) fn savepoint<T>(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<Result<T>> {
    use diesel::connection::TransactionManager;
    <Conn as Connection>::TransactionManager::begin_transaction(conn)?;
    let outcome = work(conn);
    match outcome {
        Ok(_) => <Conn as Connection>::TransactionManager::commit_transaction(conn)?,
        Err(_) => <Conn as Connection>::TransactionManager::rollback_transaction(conn)?,
    }
    Ok(outcome)
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

/// Which due rows of the outbox a worker takes, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// Of this channel.
    pub channel: &'a str,
    /// Due by now.
    pub now: NaiveDateTime,
    /// How long the worker may keep them.
    pub lease_until: NaiveDateTime,
    /// Of this priority and better ones; 0 is the best.
    pub worst_priority: i32,
    /// Only for recipients to whom something became due after this moment.
    pub fresh_since: Option<NaiveDateTime>,
    /// No more than so many.
    pub limit: i64,
}

/// Takes due rows of the outbox for one worker, and names them. A row waits for every earlier one to the same recipient
/// that is no less urgent, so that nobody reads of the pickup before the arrival.
///
/// # Errors
/// Those of the database.
pub fn claim_due(conn: &mut Conn, claim: &Claim) -> Result<Vec<String>> {
    let skip = skip_locked(conn, "OF mine");
    let among = match claim.fresh_since {
        Some(_) => FRESH,
        None => ANY,
    };
    let claimed: Vec<Claimed> = diesel::sql_query(
        "UPDATE notifications SET state = 'sending', attempts = attempts + 1, next_attempt_at = $1 WHERE id IN \
         (SELECT mine.id FROM ",
    )
    .sql(among)
    .sql(
        " AND NOT EXISTS (SELECT 1 FROM notifications AS before WHERE before.channel = mine.channel \
         AND before.recipient = mine.recipient AND before.state IN ('pending', 'sending') AND before.id < mine.id \
         AND before.priority <= mine.priority) ORDER BY mine.priority, mine.next_attempt_at, mine.id LIMIT $6 ",
    )
    .sql(skip)
    .sql(") RETURNING id")
    .bind::<Timestamp, _>(claim.lease_until)
    .bind::<Text, _>(claim.channel)
    .bind::<Timestamp, _>(claim.now)
    .bind::<Integer, _>(claim.worst_priority)
    .bind::<Timestamp, _>(claim.fresh_since.unwrap_or(claim.now))
    .bind::<BigInt, _>(claim.limit)
    .load(conn)?;
    Ok(claimed.into_iter().map(|row| row.id).collect())
}

/// The second condition says again what was said: SQLite counts its values by their first appearance, so each has to appear.
const ANY: &str = "notifications AS mine WHERE mine.channel = $2 AND mine.state IN ('pending', 'sending') \
                   AND mine.next_attempt_at <= $3 AND mine.priority <= $4 AND mine.next_attempt_at <= $5";
/// Some more recipients than are taken at once: what came before to one of them may have to wait. The join begins with them
/// (SQLite keeps the sides of a CROSS JOIN, and a plus keeps it from the index of priorities): asked the other way round,
/// every turn would look at the whole backlog. Those due at one moment, a whole truck perhaps, are not sorted among themselves.
const FRESH: &str = "(SELECT DISTINCT recipient FROM (SELECT recipient FROM notifications WHERE channel = $2 \
                     AND state = 'pending' AND next_attempt_at <= $3 AND priority <= $4 AND due_at > $5 \
                     ORDER BY due_at LIMIT 64) AS young) AS those CROSS JOIN notifications AS mine \
                     WHERE mine.channel = $2 AND mine.recipient = those.recipient \
                     AND mine.state IN ('pending', 'sending') AND mine.next_attempt_at <= $3 AND +mine.priority <= $4";

/// Takes up to `limit` sent messages whose gateway is to be asked whether they arrived, until `lease_until`, and names them.
///
/// # Errors
/// Those of the database.
pub fn claim_reports(
    conn: &mut Conn,
    now: NaiveDateTime,
    lease_until: NaiveDateTime,
    limit: i64,
) -> Result<Vec<String>> {
    let skip = skip_locked(conn, "");
    let claimed: Vec<Claimed> = diesel::sql_query(
        "UPDATE notifications SET report_due_at = $1 WHERE id IN \
         (SELECT id FROM notifications WHERE report_due_at <= $2 ORDER BY report_due_at, id LIMIT $3 ",
    )
    .sql(skip)
    .sql(") RETURNING id")
    .bind::<Timestamp, _>(lease_until)
    .bind::<Timestamp, _>(now)
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
    let skip = skip_locked(conn, "");
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

/// On PostgreSQL several workers take different rows; SQLite has one writer at a time anyway.
fn skip_locked(conn: &Conn, of: &str) -> String {
    match conn {
        Conn::Pg(_) => format!("FOR UPDATE {of} SKIP LOCKED"),
        Conn::Sqlite(_) => String::new(),
    }
}
