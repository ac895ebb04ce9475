//! Whether PostgreSQL answers. A call that waits for a server which is gone would wait for as long as the network lets it;
//! a watcher on a connection of its own notices within two seconds, and then nobody waits any longer.
//!
//! SQLite is a part of this process and has no pulse.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Weak};
use std::time::{Duration, Instant};

use diesel::r2d2::R2D2Connection;

use super::manager::Manager;
use super::{Conn, Db};
use crate::error::{Error, Result};

/// Between two questions of the watcher.
const BEAT: Duration = Duration::from_millis(500);

/// An answer that takes longer is none: a call asks several times, and is to end within five seconds.
const SILENCE: Duration = Duration::from_millis(1500);

/// How often who waits looks whether it is in vain.
const LOOK: Duration = Duration::from_millis(250);

/// What the watcher knows.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    is_watched: AtomicBool,
    is_lost: AtomicBool,
    /// When the question was asked that was not answered yet, in milliseconds of [`running_ms`]; 0: there is none.
    asked_ms: AtomicU64,
}

/// Milliseconds since some moment; never 0.
fn running_ms() -> u64 {
    static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);
    u64::try_from(BEGINNING.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1)
}

impl Pulse {
    fn is_away(&self) -> bool {
        let asked_ms = self.asked_ms.load(Ordering::Acquire);
        let is_silent = asked_ms != 0 && running_ms().saturating_sub(asked_ms) > SILENCE.as_millis() as u64;
        self.is_lost.load(Ordering::Acquire) || is_silent
    }

    /// Asks once; a connection that fails is given up.
    fn beat(&self, manager: &Manager, conn: &mut Option<Conn>) {
        self.asked_ms.store(running_ms(), Ordering::Release);
        let asked = Instant::now();
        let answer = match conn.take() {
            Some(conn) => Ok(conn),
            None => manager.open(),
        };
        let answer = answer.and_then(|mut conn| {
            conn.ping().map_err(diesel::r2d2::Error::QueryError)?;
            Ok(conn)
        });
        let (is_lost, why) = match answer {
            Ok(answering) => {
                *conn = Some(answering);
                (asked.elapsed() > SILENCE, "it answers too slowly".to_owned())
            }
            Err(error) => (true, error.to_string()),
        };
        match (self.is_lost.swap(is_lost, Ordering::AcqRel), is_lost) {
            (false, true) => tracing::error!(why, "the database is away: calls that need it are refused"),
            (true, false) => tracing::info!("the database answers again"),
            _ => {}
        }
        metrics::gauge!("database_up").set(f64::from(u8::from(!is_lost)));
        self.asked_ms.store(0, Ordering::Release);
    }
}

fn watch(pulse: &Weak<Pulse>, manager: &Manager) {
    let mut conn = None;
    while let Some(pulse) = pulse.upgrade() {
        pulse.beat(manager, &mut conn);
        drop(pulse);
        std::thread::sleep(BEAT);
    }
}

impl Db {
    /// Watches the pulse of PostgreSQL until the last clone of this is gone. The thread is waited for by nobody, because
    /// it may itself wait for a network.
    ///
    /// # Errors
    /// [`Error::Startup`] when no thread can be started.
    pub fn watch(&self) -> Result<()> {
        if self.is_in_process() {
            metrics::gauge!("database_up").set(1.0);
            return Ok(());
        }
        #[cfg(feature = "faults")]
        if crate::faults::is_made(crate::faults::Mistake::WaitForEver) {
            return Ok(());
        }
        self.pulse.is_watched.store(true, Ordering::Release);
        let (pulse, manager) = (Arc::downgrade(&self.pulse), Manager { url: self.url.clone(), read_only: true });
        let thread = std::thread::Builder::new().name("pulse".to_owned()).spawn(move || watch(&pulse, &manager));
        thread.map(drop).map_err(|error| Error::Startup(format!("cannot start a thread: {error}")))
    }

    /// Waits for work that needs the database, for as long as the database answers. What was begun goes on and may even
    /// succeed later: to be repeated with the same idempotency key.
    ///
    /// # Errors
    /// Those of the work; [`Error::Unavailable`] when the database is away.
    pub async fn unless_away<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        if !self.pulse.is_watched.load(Ordering::Acquire) {
            return work.await;
        }
        if self.pulse.is_away() {
            return Err(Error::Unavailable);
        }
        let mut work = pin!(work);
        loop {
            match actix_web::rt::time::timeout(LOOK, &mut work).await {
                Ok(outcome) => return outcome,
                Err(_) if self.pulse.is_away() => return Err(Error::Unavailable),
                Err(_) => {}
            }
        }
    }
}
