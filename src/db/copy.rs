//! Copies of an SQLite database, made while it serves.

use std::path::Path;

use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::manager::Manager;
use super::{Conn, Db, Url, inspect};
use crate::error::{Error, Result};

/// What SQLite would take for a part of an address.
const IN_A_PATH: &AsciiSet = &CONTROLS.add(b'?').add(b'#').add(b'%').add(b' ');

#[derive(QueryableByName)]
struct Settled {
    #[diesel(sql_type = Integer)]
    busy: i32,
}

impl Db {
    /// Copies everything as it is at one moment into an empty file; writers are not kept waiting. What was deleted is not in
    /// the copy, which has no free pages. The copy is not on the disk for good before somebody syncs it.
    ///
    /// # Errors
    /// [`Error::Startup`] on PostgreSQL, which has tools of its own; those of the database.
    pub fn copy_into(&self, path: &Path) -> Result<()> {
        self.refuse_postgres()?;
        // A connection of its own: the one that writes must not be away for so long.
        let manager = Manager { url: self.url.clone(), read_only: false };
        let mut conn = manager.open().map_err(|error| Error::Startup(error.to_string()))?;
        diesel::sql_query("VACUUM INTO $1").bind::<Text, _>(path.display().to_string()).execute(&mut conn)?;
        Ok(())
    }

    /// Moves what was written last into the file itself, so that the file alone is everything.
    ///
    /// # Errors
    /// [`Error::Startup`] when somebody else has it open; those of the database.
    pub fn settle(&self) -> Result<()> {
        let settled: Settled =
            diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(&mut self.writer()?.conn.conn)?;
        match settled.busy {
            0 => Ok(()),
            _ => Err(Error::Startup("somebody else has the database open".to_owned())),
        }
    }

    /// The folder that the database file is in; on PostgreSQL this one.
    pub fn folder(&self) -> &Path {
        match &self.url {
            Url::Sqlite(path) => folder_of(Path::new(path)),
            Url::Postgres(_) => Path::new("."),
        }
    }

    /// About how large a copy will be, bytes.
    ///
    /// # Errors
    /// [`Error::Startup`] on PostgreSQL; those of the database.
    pub fn copied_bytes(&self) -> Result<u64> {
        self.refuse_postgres()?;
        let query = "SELECT (page_count - freelist_count) * page_size AS count \
                     FROM pragma_page_count, pragma_freelist_count, pragma_page_size";
        Ok(u64::try_from(self.read(|conn| inspect::count(conn, query))?).unwrap_or_default())
    }

    fn refuse_postgres(&self) -> Result<()> {
        match self.url {
            Url::Sqlite(_) => Ok(()),
            Url::Postgres(_) => Err(Error::Startup(
                "PostgreSQL is backed up by its own tools, pg_basebackup and an archive of its WAL: see docs/operations.md"
                    .to_owned(),
            )),
        }
    }
}

/// The folder that a file is in.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Looks into a copy that nobody else has open, without leaving any trace beside it.
///
/// # Errors
/// [`Error::Startup`] when the file is no database; those of `work`.
pub fn look_into<T>(path: &Path, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Error::Startup(format!("{} is not read as a database: {error}", path.display()))
    };
    let text = path.display().to_string();
    let address = format!("file:{}?immutable=1", utf8_percent_encode(&text, IN_A_PATH));
    let conn = SqliteConnection::establish(&address).map_err(|error| unreadable(&error))?;
    work(&mut Conn::Sqlite(conn)).map_err(|error| match error {
        Error::Database(error) => unreadable(&error),
        error => error,
    })
}
