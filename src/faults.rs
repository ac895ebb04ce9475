//! Where a test run ends this process on purpose, and ways of being wrong that prove that the run would notice.
//!
//! Built only with the feature `faults`, which `scripts/torture` asks for and no release has.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// A moment at which a crash is interesting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// A transaction has written everything and is not committed.
    BeforeCommit,
    /// A transaction is committed, and nobody was told.
    AfterCommit,
    /// A gateway took a message over, and the outbox does not know it yet.
    AfterSend,
    /// Some rows of a warehouse's list are taken, others not.
    MidImport,
    /// Part of a truck is unloaded.
    BetweenParts,
}

impl Moment {
    fn name(self) -> &'static str {
        match self {
            Moment::BeforeCommit => "before_commit",
            Moment::AfterCommit => "after_commit",
            Moment::AfterSend => "after_send",
            Moment::MidImport => "mid_import",
            Moment::BetweenParts => "between_parts",
        }
    }
}

/// A way of being wrong. A test run that does not notice it is worth nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// Answers first, commits then.
    AnswerBeforeCommit,
    /// Notes a message as sent, sends it then.
    MarkBeforeSend,
    /// Hands parcels over after a look instead of a lock.
    LookThenHandOver,
    /// SQLite does not wait for the disk.
    NoWaitForTheDisk,
    /// Waits for a database that is away as long as it takes.
    WaitForEver,
    /// Gives a message another identifier each time that it is sent.
    NewIdPerTry,
}

impl Mistake {
    fn name(self) -> &'static str {
        match self {
            Mistake::AnswerBeforeCommit => "answer_before_commit",
            Mistake::MarkBeforeSend => "mark_before_send",
            Mistake::LookThenHandOver => "look_then_hand_over",
            Mistake::NoWaitForTheDisk => "no_wait_for_the_disk",
            Mistake::WaitForEver => "wait_for_ever",
            Mistake::NewIdPerTry => "new_id_per_try",
        }
    }
}

/// `TORUGART_FAULT=after_commit:37` ends the process without a word the 37th time that it gets there.
pub fn reached(moment: Moment) {
    static AIM: OnceLock<Option<(String, u64)>> = OnceLock::new();
    static PASSED: AtomicU64 = AtomicU64::new(0);
    let aim = AIM.get_or_init(|| {
        let (name, count) = std::env::var("TORUGART_FAULT")
            .ok()?
            .split_once(':')
            .map(|(name, count)| (name.to_owned(), count.parse().ok()))?;
        Some((name, count?))
    });
    if let Some((name, count)) = aim
        && name == moment.name()
        && PASSED.fetch_add(1, Ordering::Relaxed) + 1 == *count
    {
        std::process::abort();
    }
}

/// Whether `TORUGART_MISTAKE` asks for this one.
pub fn is_made(mistake: Mistake) -> bool {
    static ASKED: OnceLock<String> = OnceLock::new();
    ASKED.get_or_init(|| std::env::var("TORUGART_MISTAKE").unwrap_or_default()) == mistake.name()
}
