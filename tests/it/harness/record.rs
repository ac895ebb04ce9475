//! What a fake server has seen, and a way to wait for it.

use std::sync::{Condvar, Mutex};
use std::time::Duration;

/// Far more than a loaded machine needs; a test that reaches it has failed.
const DEADLINE: Duration = Duration::from_secs(20);

/// A growing list that wakes whoever waits for it.
pub struct Record<T> {
    seen: Mutex<Vec<T>>,
    grown: Condvar,
}

impl<T: Clone> Record<T> {
    pub fn new() -> Self {
        Self { seen: Mutex::new(Vec::new()), grown: Condvar::new() }
    }

    pub fn push(&self, entry: T) {
        self.seen.lock().unwrap().push(entry);
        self.grown.notify_all();
    }

    pub fn all(&self) -> Vec<T> {
        self.seen.lock().unwrap().clone()
    }

    /// Returns the list as soon as `enough` of it; panics after 20 s.
    pub fn wait_until(&self, enough: impl Fn(&[T]) -> bool) -> Vec<T> {
        let seen = self.seen.lock().unwrap();
        let (seen, wait) = self.grown.wait_timeout_while(seen, DEADLINE, |seen| !enough(seen)).unwrap();
        assert!(!wait.timed_out(), "waited in vain: {} entries so far", seen.len());
        seen.clone()
    }
}
