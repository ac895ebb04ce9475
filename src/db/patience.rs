//! How long one request waits: for its turns, all of them together, and for its change as a whole. Each turn by itself would
//! keep a request that needs four of them waiting four times as long, when a database is slow and everybody queues; and
//! who waits for a row that many want waits again for each of them, which no time-out of a lock counts together.

use std::cell::Cell;
use std::time::{Duration, Instant};

use actix_web::rt::time::timeout;

use crate::error::{Error, Result};

/// The longest wait for turns at connections. With what follows it stays below the five seconds that a call may take
/// when the database is away.
pub const PATIENCE: Duration = Duration::from_millis(3500);

/// The longest wait for a change and for the turns before it, but for what takes its time. A body that comes slowly and a
/// password that is being hashed are not waits for the database.
const ENOUGH: Duration = Duration::from_millis(4500);

struct Request {
    left: Cell<Duration>,
    takes_time: Cell<bool>,
}

impl Request {
    fn new(patience: Duration) -> Self {
        Self { left: Cell::new(patience), takes_time: Cell::new(false) }
    }

    /// What is left of its patience; who takes time has all of it for each turn.
    fn left(&self) -> Duration {
        if self.takes_time.get() { PATIENCE } else { self.left.get() }
    }

    /// How long its change is waited for; `None`: to the end.
    fn rest(&self) -> Option<Duration> {
        let waited = PATIENCE.saturating_sub(self.left.get());
        (!self.takes_time.get()).then(|| ENOUGH.saturating_sub(waited))
    }
}

tokio::task_local! {
    static REQUEST: Request;
}

/// Serves one request, which has all its patience yet.
pub async fn of_a_request<T>(work: impl Future<Output = T>) -> T {
    REQUEST.scope(Request::new(PATIENCE), work).await
}

/// What is left of the patience of this request; who is no request has all of it each time.
pub fn left() -> Duration {
    REQUEST.try_with(Request::left).unwrap_or(PATIENCE)
}

/// Waits, for as long as there is patience; `None` when it ends.
pub async fn while_it_lasts<T>(waiting: impl Future<Output = T>) -> Option<T> {
    let (left, began) = (left(), Instant::now());
    let outcome = timeout(left, waiting).await.ok();
    // Without a request there is nothing to take it from.
    let _ = REQUEST.try_with(|request| request.left.set(left.saturating_sub(began.elapsed())));
    outcome
}

/// Says that this request is about many things at once: it has all its patience for each turn, of which it may need many,
/// and its change is waited for to the end.
pub fn take_time() {
    let _ = REQUEST.try_with(|request| request.takes_time.set(true));
}

/// Waits for a change as long as a person may be kept waiting. What was begun goes on and may even succeed later: to be
/// repeated with the same idempotency key.
///
/// # Errors
/// Those of the change; [`Error::Unavailable`] when it takes too long.
pub async fn for_a_person<T>(change: impl Future<Output = Result<T>>) -> Result<T> {
    match REQUEST.try_with(Request::rest) {
        Ok(Some(rest)) => timeout(rest, change).await.unwrap_or(Err(Error::Unavailable)),
        Ok(None) | Err(_) => change.await,
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use actix_web::rt::System;

    use super::*;

    #[test]
    fn a_request_that_has_waited_waits_no_more() {
        System::new().block_on(REQUEST.scope(Request::new(Duration::from_millis(20)), async {
            assert_eq!(while_it_lasts(ready(1)).await, Some(1));
            assert_eq!(while_it_lasts(pending::<u8>()).await, None);
            assert_eq!(left(), Duration::ZERO);
            assert_eq!(while_it_lasts(pending::<u8>()).await, None);
            assert_eq!(while_it_lasts(ready(2)).await, Some(2), "what is there at once is not waited for");
        }));
    }

    #[test]
    fn every_request_has_its_own() {
        System::new().block_on(async {
            assert_eq!(left(), PATIENCE);
            of_a_request(async { REQUEST.with(|request| request.left.set(Duration::ZERO)) }).await;
            of_a_request(async { assert_eq!(left(), PATIENCE) }).await;
        });
    }

    #[test]
    fn a_change_is_waited_for_as_long_as_its_request_has_not_waited_before() {
        let request = Request::new(PATIENCE);
        assert_eq!(request.rest(), Some(ENOUGH));
        request.left.set(PATIENCE / 2);
        assert_eq!(request.rest(), Some(ENOUGH - PATIENCE / 2));
        request.takes_time.set(true);
        assert_eq!(request.rest(), None);
    }

    #[test]
    fn who_takes_time_has_it_for_each_turn() {
        System::new().block_on(of_a_request(async {
            REQUEST.with(|request| request.left.set(Duration::ZERO));
            assert_eq!(left(), Duration::ZERO);
            take_time();
            assert_eq!((left(), REQUEST.with(Request::rest)), (PATIENCE, None));
        }));
    }
}
