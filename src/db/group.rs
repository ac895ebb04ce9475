//! Writers that wait together share one commit.
//!
//! SQLite has one writer at a time, and most of a small write is the wait for the disk at its end. Whoever waits for the
//! same turn therefore writes into one transaction, each behind a savepoint, and the disk is waited for once. Nobody is
//! answered before that. What fails is rolled back to its savepoint and harms nobody else; where a commit fails as a
//! whole, nothing of it remains and each writes again alone.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::{Conn, Db, dialect, tried};
use crate::error::{Error, Result};

/// No commit waits for more writers than these.
const MOST_TOGETHER: usize = 64;

/// No writer joins a transaction that is older: those in it wait for their answers.
const OPEN_FOR: Duration = Duration::from_millis(20);

/// The queue of those who wait for their turn to write.
#[derive(Clone, Default)]
pub(super) struct Queue(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    entries: VecDeque<Box<dyn Entry>>,
    is_led: bool,
}

/// One who waits, without what they are going to be answered.
trait Entry: Send {
    /// Whether somebody still waits for the answer; from then on they wait to the end.
    fn begin(&self) -> bool;
    /// Writes behind a savepoint. An error means that nothing of the whole transaction can be kept.
    fn join(&mut self, conn: &mut Conn) -> Result<()>;
    /// Writes in a transaction of its own.
    fn alone(&mut self, conn: &mut Conn);
    /// Tells that no connection could be had.
    fn refuse(&mut self);
    /// Answers.
    fn answer(self: Box<Self>);
}

struct Write<T, F> {
    work: F,
    outcome: Option<Result<T>>,
    has_begun: Arc<AtomicBool>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T, F: Fn(&mut Conn) -> Result<T>> Write<T, F> {
    /// A panic costs this writer alone.
    fn guarded(&self, conn: &mut Conn) -> Result<T> {
        catch_unwind(AssertUnwindSafe(|| (self.work)(conn))).unwrap_or_else(|_| Err(Error::panicked()))
    }
}

impl<T: Send, F: Fn(&mut Conn) -> Result<T> + Send> Entry for Write<T, F> {
    fn begin(&self) -> bool {
        !self.reply.is_closed() && !self.has_begun.swap(true, Ordering::AcqRel)
    }

    fn join(&mut self, conn: &mut Conn) -> Result<()> {
        let mut broken = None;
        let outcome = tried(|| match dialect::savepoint(conn, |conn| self.guarded(conn)) {
            Ok(outcome) => outcome,
            Err(error) => {
                broken = Some(error);
                Err(Error::Unavailable)
            }
        });
        self.outcome = Some(outcome);
        broken.map_or(Ok(()), Err)
    }

    fn alone(&mut self, conn: &mut Conn) {
        self.outcome = Some(tried(|| dialect::transaction(conn, |conn| self.guarded(conn))));
    }

    fn refuse(&mut self) {
        self.outcome = Some(Err(Error::Unavailable));
    }

    fn answer(self: Box<Self>) {
        if let Some(outcome) = self.outcome {
            // Whoever hung up meanwhile does not hear of it; the idempotency key does.
            let _ = self.reply.send(outcome);
        }
    }
}

/// The answer to come.
pub struct Pending<T> {
    answer: oneshot::Receiver<Result<T>>,
    has_begun: Arc<AtomicBool>,
}

impl<T> Pending<T> {
    /// Waits for the answer; for a turn no longer than for a connection.
    ///
    /// # Errors
    /// Those of the work; [`Error::Unavailable`] when its turn did not come in time, and then it never will.
    pub async fn answer(mut self, patience: Duration) -> Result<T> {
        let answer = match actix_web::rt::time::timeout(patience, &mut self.answer).await {
            Ok(answer) => answer,
            Err(_) if !self.has_begun.swap(true, Ordering::AcqRel) => return Err(Error::Unavailable),
            Err(_) => self.answer.await,
        };
        answer.unwrap_or_else(|_| Err(Error::panicked()))
    }

    /// The same for a thread that may wait, however long it takes.
    pub(super) fn wait(self) -> Result<T> {
        self.answer.blocking_recv().unwrap_or_else(|_| Err(Error::panicked()))
    }
}

impl Queue {
    /// Waits for a turn. `true` says that nobody leads: the caller has to see that [`Db::lead`] runs on some thread.
    pub(super) fn join<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Conn) -> Result<T> + Send + 'static,
    ) -> (Pending<T>, bool) {
        let (reply, answer) = oneshot::channel();
        let has_begun = Arc::<AtomicBool>::default();
        let entry = Write { work, outcome: None, has_begun: has_begun.clone(), reply };
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.entries.push_back(Box::new(entry));
        let nobody_leads = !std::mem::replace(&mut waiting.is_led, true);
        (Pending { answer, has_begun }, nobody_leads)
    }

    fn next(&self) -> Option<Box<dyn Entry>> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(entry) = waiting.entries.pop_front() {
            if entry.begin() {
                return Some(entry);
            }
        }
        None
    }

    /// Whether the leader may go: nobody waits any more.
    fn resign(&self) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.is_led = !waiting.entries.is_empty();
        !waiting.is_led
    }
}

/// Being the one who leads. Whoever dies of it has resigned, or nobody would write until the next start.
struct Reign<'a>(&'a Queue);

impl Drop for Reign<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.0.lock().unwrap_or_else(PoisonError::into_inner).is_led = false;
        }
    }
}

impl Db {
    /// Writes for all who wait, until nobody does.
    pub fn lead(&self) {
        let _reign = Reign(&self.queue);
        while !self.queue.resign() {
            let mut written = Vec::new();
            if self.write_together(&mut written).is_err() {
                for entry in &mut written {
                    self.write_alone(entry.as_mut());
                }
            }
            written.into_iter().for_each(Entry::answer);
        }
    }

    fn write_together(&self, written: &mut Vec<Box<dyn Entry>>) -> Result<()> {
        let mut writer = self.writer()?;
        dialect::transaction(&mut writer.conn.conn, |conn| {
            let opened = Instant::now();
            while written.len() < MOST_TOGETHER && opened.elapsed() < OPEN_FOR {
                let Some(mut entry) = self.queue.next() else { break };
                let joined = entry.join(conn);
                written.push(entry);
                joined?;
            }
            metrics::histogram!("database_group_commit_writes").record(written.len() as f64);
            #[cfg(feature = "faults")]
            super::mistakes::answer_now(written, Entry::answer);
            Ok(())
        })
    }

    fn write_alone(&self, entry: &mut dyn Entry) {
        match self.writer() {
            Ok(mut writer) => entry.alone(&mut writer.conn.conn),
            Err(_) => entry.refuse(),
        }
    }
}

#[cfg(test)]
#[path = "group_tests.rs"]
mod tests;
