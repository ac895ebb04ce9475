//! Mistakes on purpose: what a database must never be asked for, so that `scripts/torture` can prove that it notices.

use std::time::Duration;

use diesel::Connection;
use diesel::connection::{SimpleConnection, TransactionManager};
use diesel::{PgConnection, QueryResult, SqliteConnection};

use super::{Conn, Db};
use crate::error::{Error, Result};
use crate::faults::{Mistake, is_made};

/// Time for a crash between an answer and its commit.
const TOO_EARLY_BY: Duration = Duration::from_millis(20);

/// Longer than anybody waits.
pub(super) const FOR_EVER: Duration = Duration::from_secs(3600);

/// A commit that is in the page cache, and perhaps on no disk.
pub(super) fn wait_for_no_disk(conn: &mut SqliteConnection) -> QueryResult<()> {
    if is_made(Mistake::NoWaitForTheDisk) { conn.batch_execute("PRAGMA synchronous = NORMAL") } else { Ok(()) }
}

/// A commit that the server means to write down in a moment.
pub(super) fn wait_for_no_log(conn: &mut PgConnection) -> QueryResult<()> {
    if is_made(Mistake::NoWaitForTheDisk) { conn.batch_execute("SET synchronous_commit = off") } else { Ok(()) }
}

/// Answers all who wrote while their transaction is open.
pub(super) fn answer_now<T>(written: &mut Vec<T>, answer: impl FnMut(T)) {
    if is_made(Mistake::AnswerBeforeCommit) {
        written.drain(..).for_each(answer);
        std::thread::sleep(TOO_EARLY_BY);
    }
}

impl Db {
    /// The same where every writer has its own connection.
    pub(super) fn answer_before_commit<T>(&self, work: impl Fn(&mut Conn) -> Result<T>) -> Result<T> {
        type Manager = <Conn as Connection>::TransactionManager;
        let mut writer = self.writers.get().map_err(|_| Error::Unavailable)?;
        Manager::begin_transaction(&mut writer.conn)?;
        match work(&mut writer.conn) {
            Ok(value) => {
                std::thread::spawn(move || {
                    std::thread::sleep(TOO_EARLY_BY);
                    if let Err(error) = Manager::commit_transaction(&mut writer.conn) {
                        tracing::error!(%error, "what was answered could not be kept");
                    }
                });
                Ok(value)
            }
            Err(error) => {
                Manager::rollback_transaction(&mut writer.conn)?;
                Err(error)
            }
        }
    }
}
