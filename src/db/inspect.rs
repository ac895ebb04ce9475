//! Looking at a whole database at one moment, and whether its own structure is sound.

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::{Conn, Db};
use crate::error::Result;

/// A sentence that the database gives.
#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// What a query says, line by line; its one column is called `line`.
///
/// # Errors
/// Those of the database.
pub fn lines(conn: &mut Conn, query: &str) -> Result<Vec<String>> {
    let lines: Vec<Line> = diesel::sql_query(query).load(conn)?;
    Ok(lines.into_iter().map(|line| line.line).collect())
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// What a query counts; its one column is called `count`.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut Conn, query: &str) -> Result<i64> {
    Ok(diesel::sql_query(query).get_result::<Count>(conn)?.count)
}

impl Db {
    /// Runs work that only reads on the state of one moment, however long it takes; writers are not kept waiting.
    ///
    /// # Errors
    /// Those of `work`, or [`Unavailable`](crate::error::Error::Unavailable) when no connection is free in time.
    pub fn snapshot<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        let mut pooled = self.connection(&self.readers, "read")?;
        let conn = &mut pooled.conn;
        match conn {
            Conn::Pg(pg) => {
                AnsiTransactionManager::begin_transaction_sql(pg, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
                pg.batch_execute("SET LOCAL statement_timeout = 0")?;
            }
            // The snapshot of SQLite begins with the first read.
            Conn::Sqlite(sqlite) => AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN")?,
        }
        let outcome = work(conn);
        <Conn as Connection>::TransactionManager::rollback_transaction(conn)?;
        outcome
    }
}

/// What is wrong with pages, indexes and constraints, as far as the database itself can tell.
///
/// # Errors
/// Those of the database.
pub fn structure(conn: &mut Conn) -> Result<Vec<String>> {
    let query = match conn {
        Conn::Sqlite(_) => "SELECT integrity_check AS line FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
        // A failed checksum is counted when a page is read, so a damaged page that nobody reads is not told of here.
        Conn::Pg(_) => {
            "SELECT 'index ' || indexrelid::regclass::text || ' is not valid' AS line FROM pg_index WHERE NOT indisvalid \
             UNION ALL SELECT 'constraint ' || conname || ' was never checked' FROM pg_constraint WHERE NOT convalidated \
             UNION ALL SELECT checksum_failures || ' pages with a wrong checksum were read' FROM pg_stat_database \
             WHERE datname = current_database() AND checksum_failures > 0"
        }
    };
    lines(conn, query)
}

/// Rows that name something that is not there.
///
/// # Errors
/// Those of the database.
pub fn dangling(conn: &mut Conn) -> Result<Vec<String>> {
    if let Conn::Sqlite(_) = conn {
        return lines(
            conn,
            "SELECT \"table\" || ' row ' || COALESCE(CAST(rowid AS TEXT), '?') || ' names nothing in ' || parent AS line \
             FROM pragma_foreign_key_check",
        );
    }
    let queries = lines(conn, KEYS_OF_POSTGRES)?;
    let mut dangling = Vec::new();
    for query in queries {
        dangling.extend(lines(conn, &query)?);
    }
    Ok(dangling)
}

/// For each foreign key of PostgreSQL a query for rows that name nothing: they can only come from outside of the service,
/// by a restore with triggers switched off or by a damaged page.
const KEYS_OF_POSTGRES: &str = "
SELECT format('SELECT %L || child.ctid::text AS line FROM %s AS child WHERE %s AND NOT EXISTS (SELECT 1 FROM %s AS parent WHERE %s)',
    conname || ' is broken at row ', conrelid::regclass,
    string_agg(format('child.%I IS NOT NULL', mine.attname), ' AND '), confrelid::regclass,
    string_agg(format('parent.%I = child.%I', theirs.attname, mine.attname), ' AND ')) AS line
FROM pg_constraint
CROSS JOIN LATERAL unnest(conkey, confkey) AS pair (mine, theirs)
JOIN pg_attribute AS mine ON mine.attrelid = conrelid AND mine.attnum = pair.mine
JOIN pg_attribute AS theirs ON theirs.attrelid = confrelid AND theirs.attnum = pair.theirs
WHERE contype = 'f' GROUP BY conname, conrelid, confrelid ORDER BY conname";

/// What PostgreSQL tells of its standbys and its archive: standbys that commits wait for, other standbys, segments that
/// could not be archived, and when the last one was, Unix time or 0. Nothing on SQLite.
///
/// # Errors
/// Those of the database.
pub fn replication(conn: &mut Conn) -> Result<Option<[i64; 4]>> {
    if let Conn::Sqlite(_) = conn {
        return Ok(None);
    }
    let streaming = "SELECT COUNT(*) AS count FROM pg_stat_replication WHERE state = 'streaming' AND sync_state";
    let in_sync = count(conn, &format!("{streaming} IN ('sync', 'quorum')"))?;
    let others = count(conn, &format!("{streaming} NOT IN ('sync', 'quorum')"))?;
    let failed = count(conn, "SELECT failed_count AS count FROM pg_stat_archiver")?;
    let archived = "SELECT COALESCE(EXTRACT(EPOCH FROM last_archived_time), 0)::bigint AS count FROM pg_stat_archiver";
    Ok(Some([in_sync, others, failed, count(conn, archived)?]))
}
