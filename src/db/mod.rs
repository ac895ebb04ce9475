//! The two databases behind one door: a connection that is either, pools that know the difference, a transaction.

pub mod batch;
pub mod copy;
#[macro_use]
mod dialect;
mod group;
pub mod inspect;
mod manager;
pub mod migrate;
#[cfg(feature = "faults")]
mod mistakes;
pub mod patience;
mod pulse;
pub mod schema;
pub mod search;
pub mod sight;
#[macro_use]
pub mod types;

pub use dialect::{Claim, claim_callbacks, claim_due, claim_reports};
pub use group::Pending;

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::NaiveDateTime;
use diesel::Connection;
use r2d2::PooledConnection;
use tokio::sync::{Mutex, MutexGuard, Semaphore};

use crate::config::Firm;
use crate::error::{Error, Result};
use crate::ids::Actor;
use manager::{Complaints, Manager};
use patience::PATIENCE;

/// A pattern for `LIKE … ESCAPE '\'` that finds this text anywhere.
pub fn contains(text: &str) -> String {
    format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

#[allow(missing_docs, reason = "the derive writes public items without any")]
mod conn {
    use diesel::{PgConnection, SqliteConnection};

    /// A connection to whichever database `database.url` names.
    #[derive(diesel::MultiConnection)]
    pub enum Conn {
        /// Production.
        Pg(PgConnection),
        /// The embedded default.
        Sqlite(SqliteConnection),
    }
}

pub use conn::Conn;

/// What diesel calls the backend of a [`Conn`].
pub type Backend = <Conn as Connection>::Backend;

/// Where the data is. Only these two schemes exist: a mistyped URL must not become a new empty file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Url {
    /// `postgres://…` or `postgresql://…`, as libpq reads it.
    Postgres(String),
    /// `sqlite://path/to/file.db`.
    Sqlite(String),
}

impl std::str::FromStr for Url {
    type Err = String;

    fn from_str(url: &str) -> std::result::Result<Self, String> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Url::Postgres(url.to_owned()));
        }
        match url.strip_prefix("sqlite://") {
            Some(path) if !path.is_empty() && path != ":memory:" => Ok(Url::Sqlite(path.to_owned())),
            _ => Err("database.url must be postgres://user@host/name or sqlite://path/to/file.db".to_owned()),
        }
    }
}

impl Url {
    /// Refuses a file that is not there, where it would be made by looking at it.
    ///
    /// # Errors
    /// [`Error::Startup`].
    pub fn must_exist(&self) -> Result<()> {
        match self {
            Url::Sqlite(path) if !std::path::Path::new(path).is_file() => {
                Err(Error::Startup(format!("there is no database at {path}")))
            }
            Url::Sqlite(_) | Url::Postgres(_) => Ok(()),
        }
    }
}

/// The longest wait of a pool for one of its connections.
fn pool_patience() -> Duration {
    #[cfg(feature = "faults")]
    if crate::faults::is_made(crate::faults::Mistake::WaitForEver) {
        return mistakes::FOR_EVER;
    }
    PATIENCE
}

/// The pools. SQLite has one writer and several readers; on PostgreSQL both names mean the same pool.
#[derive(Clone)]
pub struct Db {
    url: Url,
    writers: r2d2::Pool<Manager>,
    readers: r2d2::Pool<Manager>,
    /// SQLite's one writer serves in turn; the pool alone would let whoever writes much go before whoever waits.
    turn: Arc<Mutex<()>>,
    queue: group::Queue,
    pulse: Arc<pulse::Pulse>,
}

/// The connection that writes, for as long as it is somebody's turn.
struct Writer<'a> {
    conn: PooledConnection<Manager>,
    _turn: Option<MutexGuard<'a, ()>>,
}

/// Tries what lost a race again, three times at most.
fn tried<T>(mut work: impl FnMut() -> Result<T>) -> Result<T> {
    let mut attempt = 1;
    loop {
        match work() {
            Err(error) if attempt < 3 && error.is_worth_another_try() => attempt += 1,
            outcome => return outcome,
        }
    }
}

impl Db {
    /// Opens the pools and proves that the database answers.
    ///
    /// # Errors
    /// When the database cannot be reached or opened.
    pub fn open(url: &Url, connections: u32) -> Result<Self> {
        if let Url::Sqlite(path) = url
            && let Some(folder) = std::path::Path::new(path).parent()
        {
            std::fs::create_dir_all(folder)
                .map_err(|error| Error::Startup(format!("cannot make the folder of {path}: {error}")))?;
        }
        let pool = |read_only, size| {
            r2d2::Pool::builder()
                .max_size(size)
                .min_idle(Some(1))
                .error_handler(Box::new(Complaints))
                .connection_timeout(pool_patience())
                .build(Manager { url: url.clone(), read_only })
                .map_err(|error| Error::Startup(format!("cannot open the database: {error}")))
        };
        let (writers, readers) = match url {
            Url::Postgres(_) => {
                let shared = pool(false, connections)?;
                (shared.clone(), shared)
            }
            // The writer first: it creates the file and switches it to WAL.
            Url::Sqlite(_) => (pool(false, 1)?, pool(true, connections)?),
        };
        let (turn, queue, pulse) = (Arc::default(), group::Queue::default(), Arc::default());
        Ok(Self { url: url.clone(), writers, readers, turn, queue, pulse })
    }

    /// Deadlocks and time-outs are recognised by PostgreSQL's own words, which a server may translate.
    ///
    /// # Errors
    /// Those of the database.
    pub fn warn_of_translated_messages(&self) -> Result<()> {
        let Url::Postgres(_) = self.url else { return Ok(()) };
        let language = self.read(dialect::language_of_messages)?;
        let is_english =
            ["", "C", "POSIX"].contains(&language.as_str()) || language.starts_with("C.") || language.starts_with("en");
        if !is_english {
            tracing::warn!(language, "PostgreSQL translates its messages: ALTER DATABASE … SET lc_messages = 'C'");
        }
        Ok(())
    }

    /// `"postgresql"` or `"sqlite"`, for logs.
    pub fn kind(&self) -> &'static str {
        match self.url {
            Url::Postgres(_) => "postgresql",
            Url::Sqlite(_) => "sqlite",
        }
    }

    /// Turns at the connections, for reading and for writing: as many as there are connections of that kind.
    /// On PostgreSQL, where reading and writing share theirs, both are the same.
    pub fn turns(&self) -> (Arc<Semaphore>, Arc<Semaphore>) {
        let turns = |pool: &r2d2::Pool<Manager>| Arc::new(Semaphore::new(pool.max_size() as usize));
        let reading = turns(&self.readers);
        match self.url {
            Url::Postgres(_) => (reading.clone(), reading),
            Url::Sqlite(_) => (reading, turns(&self.writers)),
        }
    }

    /// Runs `work` on a connection that only reads.
    ///
    /// # Errors
    /// Those of `work`, or [`Error::Unavailable`] when no connection is free in time.
    pub fn read<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        work(&mut self.connection(&self.readers, "read")?.conn)
    }

    /// Runs `work` in one transaction, begun so that two writers cannot both think they were first.
    /// A race that was lost, such as a serialization failure on PostgreSQL, is tried again, three times at most.
    ///
    /// # Errors
    /// Those of `work`, after which nothing of it remains.
    pub fn write<T>(&self, work: impl Fn(&mut Conn) -> Result<T>) -> Result<T> {
        #[cfg(feature = "faults")]
        if !self.is_in_process() && crate::faults::is_made(crate::faults::Mistake::AnswerBeforeCommit) {
            return self.answer_before_commit(work);
        }
        let mut writer = self.writer()?;
        tried(|| dialect::transaction(&mut writer.conn.conn, &work))
    }

    /// [`Db::write`] beside others, for a thread that may wait: on SQLite several such threads share a commit.
    ///
    /// # Errors
    /// Those of `work`, after which nothing of it remains.
    pub fn write_beside<T: Send + 'static>(&self, work: impl Fn(&mut Conn) -> Result<T> + Send + 'static) -> Result<T> {
        if !self.is_in_process() {
            return self.write(work);
        }
        let (pending, nobody_leads) = self.join(work);
        if nobody_leads {
            let db = self.clone();
            // On a thread of its own: whoever leads may have to write for others when its own work is done.
            if std::thread::Builder::new().name("writes".to_owned()).spawn(move || db.lead()).is_err() {
                self.lead();
            }
        }
        pending.wait()
    }

    /// Whether the database is SQLite, a part of this process: a look at it is short, and those who wait to write share
    /// its one writer's commits.
    pub fn is_in_process(&self) -> bool {
        matches!(self.url, Url::Sqlite(_))
    }

    /// Waits for a turn to write beside others, in a transaction that is shared with them and committed before anybody is
    /// answered. `true` says that the caller has to see that [`Db::lead`] runs on a thread that may wait.
    pub fn join<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Conn) -> Result<T> + Send + 'static,
    ) -> (Pending<T>, bool) {
        self.queue.join(work)
    }

    fn writer(&self) -> Result<Writer<'_>> {
        let turn = self.is_in_process().then(|| self.turn.blocking_lock());
        let conn = self.connection(&self.writers, "write")?;
        Ok(Writer { conn, _turn: turn })
    }

    fn connection(&self, pool: &r2d2::Pool<Manager>, purpose: &'static str) -> Result<PooledConnection<Manager>> {
        if let Some(conn) = pool.try_get() {
            return Ok(conn);
        }
        let began = Instant::now();
        let conn = pool.get();
        metrics::histogram!("database_connection_wait_seconds", "purpose" => purpose).record(began.elapsed());
        conn.map_err(|_| {
            metrics::counter!("database_connection_refusals_total", "purpose" => purpose).increment(1);
            Error::Unavailable
        })
    }

    /// How many connections each pool has and how many of them nobody uses: `(pool, all, idle)`.
    pub fn pools(&self) -> Vec<(&'static str, u32, u32)> {
        let told = |name, pool: &r2d2::Pool<Manager>| {
            let state = pool.state();
            (name, state.connections, state.idle_connections)
        };
        match self.url {
            Url::Postgres(_) => vec![told("shared", &self.readers)],
            Url::Sqlite(_) => vec![told("read", &self.readers), told("write", &self.writers)],
        }
    }
}

/// One business operation in progress: one instant, one actor and, when it writes, one transaction.
pub struct Tx<'a> {
    /// The connection inside its transaction.
    pub conn: &'a mut Conn,
    /// The instant of the whole operation, UTC, in microseconds.
    pub now: NaiveDateTime,
    /// Who does it.
    pub by: &'a Actor,
    /// The request it belongs to, for the audit trail; empty for the service's own work.
    pub request_id: String,
    /// The firm's own rules: prefixes, shares, names.
    pub firm: &'a Firm,
}

impl Tx<'_> {
    /// The identifier of the branch that the actor is bound to; none: they see all. Who is bound and works nowhere sees nothing.
    fn own_branch(&self) -> Option<String> {
        match self.by {
            Actor::Staff { role, branch, .. } if self.firm.own_branch_roles.contains(role) => {
                Some(branch.as_ref().map(ToString::to_string).unwrap_or_default())
            }
            _ => None,
        }
    }
}
