//! Brings a database to the shape this binary expects.

use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Conn, Db};
use crate::error::{Error, Result};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Two processes that start together must not migrate together; any number will do, as long as it is always this one.
const ADVISORY_LOCK: &str = "SELECT pg_advisory_lock(7468726761)";
const ADVISORY_UNLOCK: &str = "SELECT pg_advisory_unlock(7468726761)";

/// Runs what is pending and tells the names of the steps that ran.
///
/// # Errors
/// [`Error::Startup`] with the step that failed.
pub fn run(db: &Db) -> Result<Vec<String>> {
    let mut conn = db.writers.get().map_err(|_| Error::Unavailable)?;
    let outcome = match &mut *conn {
        Conn::Sqlite(conn) => conn.run_pending_migrations(SQLITE).map(names),
        Conn::Pg(conn) => {
            use diesel::connection::SimpleConnection;
            // A large index takes longer than any request may, and so does waiting for another instance's.
            conn.batch_execute("SET statement_timeout = 0; SET lock_timeout = 0")?;
            conn.batch_execute(ADVISORY_LOCK)?;
            let outcome = conn.run_pending_migrations(POSTGRES).map(names);
            conn.batch_execute(ADVISORY_UNLOCK)?;
            conn.batch_execute(super::TIME_OUTS)?;
            outcome
        }
    };
    outcome.map_err(|error| Error::Startup(format!("migration failed: {error}")))
}

fn names(versions: Vec<diesel::migration::MigrationVersion<'_>>) -> Vec<String> {
    versions.iter().map(ToString::to_string).collect()
}

/// Whether every step of this binary has run: what `/readyz` asks.
///
/// # Errors
/// Those of the database.
pub fn is_current(conn: &mut Conn) -> Result<bool> {
    let pending = match conn {
        Conn::Sqlite(conn) => conn.has_pending_migration(SQLITE),
        Conn::Pg(conn) => conn.has_pending_migration(POSTGRES),
    };
    pending.map(|pending| !pending).map_err(|error| Error::Startup(format!("cannot read the migrations: {error}")))
}
