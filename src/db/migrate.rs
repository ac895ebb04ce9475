//! Brings a database to the shape this binary expects.

use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
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
    let outcome = match &mut conn.conn {
        Conn::Sqlite(conn) => conn.run_pending_migrations(SQLITE).map(names),
        Conn::Pg(conn) => {
            use diesel::connection::SimpleConnection;
            // A large index takes longer than any request may, and so does waiting for another instance's.
            conn.batch_execute("SET statement_timeout = 0; SET lock_timeout = 0")?;
            conn.batch_execute(ADVISORY_LOCK)?;
            let outcome = conn.run_pending_migrations(POSTGRES).map(names);
            conn.batch_execute(ADVISORY_UNLOCK)?;
            conn.batch_execute(super::manager::TIME_OUTS)?;
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
/// Only reads. The crate's own question begins with a `CREATE TABLE IF NOT EXISTS`, which a connection that may not
/// write refuses when it was opened before the first migration.
///
/// # Errors
/// Those of the database.
pub fn is_current(conn: &mut Conn) -> Result<bool> {
    let steps = match conn {
        Conn::Sqlite(_) => versions::<Sqlite>(&SQLITE)?,
        Conn::Pg(_) => versions::<Pg>(&POSTGRES)?,
    };
    let done: Vec<String> = __diesel_schema_migrations::table.select(__diesel_schema_migrations::version).load(conn)?;
    Ok(steps.iter().all(|step| done.contains(step)))
}

fn versions<DB: diesel::backend::Backend>(steps: &EmbeddedMigrations) -> Result<Vec<String>> {
    let steps: Vec<Box<dyn Migration<DB>>> = MigrationSource::<DB>::migrations(steps)
        .map_err(|error| Error::Startup(format!("cannot read the migrations: {error}")))?;
    Ok(steps.iter().map(|step| step.name().version().to_string()).collect())
}

diesel::table! {
    /// Where the migrations crate writes down what it has run.
    __diesel_schema_migrations (version) {
        /// The step.
        version -> Text,
    }
}
