//! Giving a backup back: fetched, compared with its label, brought to today's shape, verified and reconciled beside the place
//! where it is to be; only then it gets its name.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;

use super::shelf::{Shelf, sync_folder};
use super::{Label, Reconciled, Watch, reconcile, refuse_broken, rules};
use crate::config::Config;
use crate::db::copy::folder_of;
use crate::db::{Db, Url, migrate};
use crate::error::{Error, Result};
use crate::ids::Actor;
use crate::state::App;

/// What is to be restored.
#[derive(Clone, Debug)]
pub struct Restore {
    /// This one.
    pub name: Option<String>,
    /// Else the newest that was taken no later than this, UTC.
    pub at: Option<NaiveDateTime>,
    /// When the old database stopped, UTC; now, when nobody knows.
    pub lost_at: Option<NaiveDateTime>,
    /// How far numbers are moved on.
    pub skip: i64,
    /// Whether pictures that lie beside the backups are put back where they are missing.
    pub with_photos: bool,
}

/// What was restored.
#[derive(Clone, Debug)]
pub struct Restored {
    /// Which backup.
    pub label: Label,
    /// What was done to it.
    pub reconciled: Reconciled,
    /// Pictures that were put back.
    pub photos: usize,
}

/// Restores into an empty place.
///
/// # Errors
/// [`Error::Startup`] when there is a database already, no such backup, or one that is damaged; then nothing was changed.
pub fn restore(config: &Config, shelf: &Shelf, wanted: &Restore, watch: &dyn Watch) -> Result<Restored> {
    let place = empty_place(&config.database.url()?)?;
    let label = chosen(shelf.labels()?, wanted)?;
    let unfinished = beside(&place, ".restoring");
    let fetched = fetch(shelf, &label, &unfinished, watch);
    let done = fetched.and_then(|()| prepare(config, &unfinished, wanted, watch));
    // What is not there needs no removing. After `settle` these two hold nothing.
    let _ = (std::fs::remove_file(beside(&unfinished, "-wal")), std::fs::remove_file(beside(&unfinished, "-shm")));
    if done.is_err() {
        let _ = std::fs::remove_file(&unfinished);
    }
    let (reconciled, photos) = done?;
    let photos = match wanted.with_photos {
        true => shelf.give_photos(&photos)?,
        false => 0,
    };
    std::fs::rename(&unfinished, &place)
        .map_err(|error| Error::Startup(format!("{} cannot be put in its place: {error}", unfinished.display())))?;
    sync_folder(folder_of(&place))?;
    Ok(Restored { label, reconciled, photos })
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// The file that the settings name, when neither it nor what SQLite keeps beside it is there.
fn empty_place(url: &Url) -> Result<PathBuf> {
    let Url::Sqlite(path) = url else {
        return Err(Error::Startup(
            "PostgreSQL is restored by its own tools: see docs/operations.md; then run `torugart reconcile`".to_owned(),
        ));
    };
    let place = PathBuf::from(path);
    for there in [place.clone(), beside(&place, "-wal"), beside(&place, "-shm"), beside(&place, "-journal")] {
        if there.exists() {
            return Err(Error::Startup(format!(
                "{} is there already, and nothing is overwritten: stop the service and move the old files away \
                 (they may still hold what no backup has), or let database.url name an empty place",
                there.display()
            )));
        }
    }
    let folder = folder_of(&place);
    std::fs::create_dir_all(folder)
        .map_err(|error| Error::Startup(format!("cannot make the folder {}: {error}", folder.display())))?;
    Ok(place)
}

fn chosen(labels: Vec<Label>, wanted: &Restore) -> Result<Label> {
    let known: Vec<_> = labels.iter().map(|label| (label.name.clone(), label.taken_at)).collect();
    let name = wanted.name.as_deref().or_else(|| rules::newest(&known, wanted.at));
    let found = name.and_then(|name| labels.iter().find(|label| label.name == name)).cloned();
    found.ok_or_else(|| {
        let mut names: Vec<_> = known.into_iter().map(|(name, _)| name).collect();
        names.sort();
        Error::Startup(format!("there is no such backup; there are: {}", names.join(", ")))
    })
}

fn fetch(shelf: &Shelf, label: &Label, into: &Path, watch: &dyn Watch) -> Result<()> {
    let unwritten = |error: std::io::Error| Error::Startup(format!("{} is not written: {error}", into.display()));
    // The rest of a try that broke off.
    let _ = std::fs::remove_file(into);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(into).map_err(unwritten)?;
    watch.begin("fetching", label.bytes);
    shelf.fetch(label, &mut file, &|moved| watch.at(moved))?;
    file.sync_all().map_err(unwritten)
}

/// Brings it to today's shape, looks at it and reconciles it; the file holds everything afterwards.
fn prepare(
    config: &Config,
    file: &Path,
    wanted: &Restore,
    watch: &dyn Watch,
) -> Result<(Reconciled, std::sync::Arc<dyn object_store::ObjectStore>)> {
    let url = Url::Sqlite(file.display().to_string());
    let (reconciled, photos) = {
        let db = Db::open(&url, 1)?;
        migrate::run(&db)?;
        let app = App::new(config.clone(), db, crate::clock::Clock::System)?;
        let lost_at = wanted.lost_at.unwrap_or_else(|| app.clock.now());
        let reconciled = app.write_now(&Actor::System, |tx| reconcile(tx, lost_at, wanted.skip))?;
        app.db.settle()?;
        (reconciled, app.objects.clone())
    };
    watch.begin("verifying", 0);
    refuse_broken(file)?;
    Ok((reconciled, photos))
}
