//! Opens connections, prepares each for its task, and finds out whether an old one still is one.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::r2d2::R2D2Connection;
use diesel::{Connection, PgConnection, SqliteConnection};

use super::{Conn, Url};

/// A stuck statement must not hold a pool slot for ever; a lock waits less than a person does.
pub(super) const TIME_OUTS: &str = "SET statement_timeout = '15s'; SET lock_timeout = '5s'";

/// What a reader of SQLite has beside the writer: room for the upper pages of a large index. Each that is not kept is a call to
/// the system for each look-up.
const READER: &str = "PRAGMA query_only = ON; PRAGMA cache_size = -8000";

/// What SQLite's one writer has beside a reader. Savepoints keep the pages they changed: in memory, or each writer of a shared
/// commit fills a file. Room for the pages of a whole shared commit, or they are written twice. A checkpoint after 16 MiB and
/// not after 4: it waits for the disk as long as a commit does, and longer.
const WRITER: &str = "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 4096";

/// A connection that was used so recently is not asked whether it still is one.
const FRESH: Duration = Duration::from_secs(1);

/// What libpq is told of a network that fails silently, unless `database.url` says something else: to give up a server that
/// does not answer a greeting, does not confirm what it was sent, or has gone while it was waited for.
const NETWORK: &[(&str, &str)] = &[
    ("connect_timeout", "2"),
    ("tcp_user_timeout", "3000"),
    ("keepalives_idle", "2"),
    ("keepalives_interval", "1"),
    ("keepalives_count", "3"),
    ("application_name", "torugart"),
];

/// The address with all of [`NETWORK`] that it does not decide itself.
fn with_network(url: &str) -> String {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let decided: Vec<_> = query.split('&').filter_map(|part| part.split_once('=')).map(|(name, _)| name).collect();
    let missing = NETWORK.iter().filter(|(name, _)| !decided.contains(name));
    let mut joint = if url.contains('?') { '&' } else { '?' };
    missing
        .fold(url.to_owned(), |url, (name, value)| format!("{url}{}{name}={value}", std::mem::replace(&mut joint, '&')))
}

/// Opens connections and prepares each for its task.
#[derive(Debug)]
pub(super) struct Manager {
    pub url: Url,
    pub read_only: bool,
}

/// A connection of a pool.
pub(super) struct Pooled {
    pub conn: Conn,
    used: Instant,
}

/// Says what keeps a pool from connecting.
#[derive(Debug)]
pub(super) struct Complaints;

impl r2d2::HandleError<diesel::r2d2::Error> for Complaints {
    fn handle_error(&self, error: diesel::r2d2::Error) {
        tracing::warn!(%error, "no connection to the database");
    }
}

impl Manager {
    pub fn open(&self) -> std::result::Result<Conn, diesel::r2d2::Error> {
        let connection_error = diesel::r2d2::Error::ConnectionError;
        let query_error = diesel::r2d2::Error::QueryError;
        match &self.url {
            Url::Postgres(url) => {
                let mut conn = PgConnection::establish(&with_network(url)).map_err(connection_error)?;
                conn.batch_execute("SET TIME ZONE 'UTC'")
                    .and_then(|()| conn.batch_execute(TIME_OUTS))
                    .map_err(query_error)?;
                #[cfg(feature = "faults")]
                super::mistakes::wait_for_no_log(&mut conn).map_err(query_error)?;
                Ok(Conn::Pg(conn))
            }
            Url::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(path).map_err(connection_error)?;
                // busy_timeout first: the pragmas after it may already have to wait for another process.
                conn.batch_execute(
                    "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                     PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON",
                )
                .map_err(query_error)?;
                #[cfg(feature = "faults")]
                super::mistakes::wait_for_no_disk(&mut conn).map_err(query_error)?;
                conn.batch_execute(if self.read_only { READER } else { WRITER }).map_err(query_error)?;
                Ok(Conn::Sqlite(conn))
            }
        }
    }
}

impl r2d2::ManageConnection for Manager {
    type Connection = Pooled;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> std::result::Result<Pooled, Self::Error> {
        Ok(Pooled { conn: self.open()?, used: Instant::now() })
    }

    /// A ping before each use would cost more than a look-up; one after a pause finds what a restarted server left behind.
    fn is_valid(&self, pooled: &mut Pooled) -> std::result::Result<(), Self::Error> {
        match &mut pooled.conn {
            Conn::Pg(conn) if pooled.used.elapsed() > FRESH => conn.ping().map_err(diesel::r2d2::Error::QueryError),
            Conn::Pg(_) | Conn::Sqlite(_) => Ok(()),
        }
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        pooled.used = Instant::now();
        pooled.conn.is_broken()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_what_it_says_of_the_network() {
        let plain = with_network("postgres://torugart@db/torugart");
        assert!(
            plain.starts_with("postgres://torugart@db/torugart?connect_timeout=2&tcp_user_timeout=3000&"),
            "{plain}"
        );
        let own = with_network("postgres:///x?host=%2Ftmp&connect_timeout=9");
        assert!(own.starts_with("postgres:///x?host=%2Ftmp&connect_timeout=9&tcp_user_timeout=3000&"), "{own}");
        assert_eq!(own.matches("connect_timeout").count(), 1);
    }
}
