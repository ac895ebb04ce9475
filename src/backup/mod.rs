//! Backups of the embedded database: taken while it serves, verified, kept in a folder or a bucket, and given back.
//!
//! PostgreSQL has its own tools for all of this; what both need after a restore is in [`reconcile`].

mod reconcile;
mod restore;
pub mod rules;
mod shelf;
mod store;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::NaiveDateTime;
use object_store::ObjectStore;
use serde::{Deserialize, Serialize};

use crate::db::{Conn, copy};
use crate::error::{Error, Result};
use crate::ids::Actor;
use crate::state::App;
use crate::verify;

pub use reconcile::{Reconciled, reconcile};
pub use restore::{Restore, Restored, restore};
pub use rules::Retention;
pub use shelf::Shelf;
pub use store::last;

/// What the name of every backup begins with.
const PREFIX: &str = "torugart-";

/// What is known of a backup beside its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// Name of the file.
    pub name: String,
    /// Everything that was committed before this is in it, UTC.
    pub taken_at: NaiveDateTime,
    /// Length of the file.
    pub bytes: u64,
    /// Its SHA-256, hexadecimal.
    pub sha256: String,
    /// Version of the program that took it.
    pub version: String,
    /// Promises that were checked on the copy.
    pub promises: usize,
    /// Pictures copied with it; none when they were left to somebody else.
    pub photos: Option<usize>,
}

/// What is going on, for whoever watches.
pub trait Watch: Sync {
    /// Something begins that is about so large, bytes.
    fn begin(&self, what: &str, bytes: u64);
    /// It has come so far.
    fn at(&self, bytes: u64);
}

/// Nobody watches.
pub struct Unwatched;

impl Watch for Unwatched {
    fn begin(&self, _: &str, _: u64) {}
    fn at(&self, _: u64) {}
}

/// Takes a backup: a copy of one moment, looked at as `torugart verify` does, named and labelled when it is whole, read back;
/// then old ones go. With `photos` the pictures that are not there yet are copied too.
///
/// # Errors
/// [`Error::Startup`] when anything fails; then nothing bears the name of a backup.
pub fn take(
    app: &App,
    shelf: &Shelf,
    retention: Retention,
    photos: Option<&Arc<dyn ObjectStore>>,
    watch: &dyn Watch,
) -> Result<(Label, Vec<String>)> {
    let taken_at = app.clock.now();
    let copied = app.db.copied_bytes()?;
    // The temporary folder may be a part of the memory; where the database is, there is room for one.
    let file = shelf.scratch(app.db.folder())?;
    watch.begin("copying", copied);
    watched(file.path(), watch, || app.db.copy_into(file.path()))?;
    file.as_file().sync_all().map_err(|error| Error::Startup(format!("a backup is not on the disk: {error}")))?;
    watch.begin("verifying", copied);
    let promises = refuse_broken(file.path())?;
    // After the copy: a picture is stored before its row, so every row of the copy has its picture by now.
    let photos = photos.map(|photos| shelf.add_photos(photos)).transpose()?;
    let (bytes, sha256) = shelf::digest_of(file.path())?;
    let label = Label {
        name: format!("{PREFIX}{}.db", taken_at.format("%Y%m%dT%H%M%S%3fZ")),
        taken_at,
        bytes,
        sha256,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        promises,
        photos,
    };
    watch.begin("storing", bytes);
    shelf.put(file, &label, &|moved| watch.at(moved))?;
    app.write_now(&Actor::System, |tx| store::insert(tx, &label))?;
    let labels = shelf.labels()?;
    let known: Vec<_> = labels.iter().map(|label| (label.name.clone(), label.taken_at)).collect();
    let removed = retention.to_remove(&known, taken_at);
    removed.iter().try_for_each(|name| shelf.remove(name))?;
    Ok((label, removed))
}

/// Refuses a copy of which anything is wrong; tells how many promises were looked at.
fn refuse_broken(path: &Path) -> Result<usize> {
    let findings = copy::look_into(path, verify::everything)?;
    let broken: Vec<_> = findings.iter().filter(|finding| finding.wrong > 0).map(|finding| finding.promise).collect();
    if broken.is_empty() {
        return Ok(findings.len());
    }
    Err(Error::Startup(format!("the copy is not sound, so it is none: not true is that {}", broken.join("; that "))))
}

/// Tells how a file grows while somebody else writes it.
fn watched<T>(path: &Path, watch: &dyn Watch, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(100));
                watch.at(std::fs::metadata(path).map_or(0, |file| file.len()));
            }
        });
        let outcome = work();
        is_done.store(true, Ordering::Relaxed);
        outcome
    })
}

/// Looks at the books and the backups: figures for `/metrics`. Adding up the ledger reads all of it, so this is for a worker.
///
/// # Errors
/// Those of the database.
pub fn look_at_safety(app: &App) -> Result<()> {
    let (imbalance_tyiyn, backed_up_at) = app.db.snapshot(|conn: &mut Conn| {
        let backed_up_at = match crate::db::inspect::replication(conn)? {
            None => store::last(conn)?.map_or(0, |at| at.and_utc().timestamp()),
            Some([in_sync, others, failed, archived_at]) => {
                metrics::gauge!("postgres_standbys", "commits" => "wait").set(in_sync as f64);
                metrics::gauge!("postgres_standbys", "commits" => "do_not_wait").set(others as f64);
                metrics::gauge!("postgres_wal_archive_failures").set(failed as f64);
                archived_at
            }
        };
        Ok((verify::imbalance_tyiyn(conn)?, backed_up_at))
    })?;
    metrics::gauge!("ledger_imbalance_tyiyn").set(imbalance_tyiyn as f64);
    metrics::gauge!("ledger_checked_timestamp_seconds").set(app.clock.now().and_utc().timestamp() as f64);
    metrics::gauge!("backup_last_success_timestamp_seconds").set(backed_up_at as f64);
    if imbalance_tyiyn != 0 {
        tracing::error!(imbalance_tyiyn, "the ledger does not add up: run `torugart verify`");
    }
    Ok(())
}
