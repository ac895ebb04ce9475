//! `backup`, `restore`, `reconcile`, `outbox`: what keeps the data, and what brings it back.

use chrono::{DateTime, NaiveDateTime, Utc};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use super::open_unfurnished;
use crate::backup::{self, Restore, Retention, Shelf, Watch};
use crate::clock::Clock;
use crate::config::{Config, Place};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::ids::Actor;
use crate::notifications::{self, Channel, Gateways, Verdict};
use crate::state::App;

/// How far numbers are moved on unless told: more than a firm draws between two backups.
const SKIP: i64 = 1000;

#[derive(Args)]
pub(super) struct BackupArgs {
    /// A folder, or an address as in `backup.url`, instead of it.
    #[arg(long)]
    to: Option<String>,
    /// How many backups stay, instead of `backup.keep`; 0: any number.
    #[arg(long)]
    keep: Option<usize>,
    /// For how many days they stay, instead of `backup.keep_days`; 0: for ever.
    #[arg(long)]
    keep_days: Option<u32>,
    /// Leave pictures to somebody else, whatever `backup.with_photos` says.
    #[arg(long)]
    without_photos: bool,
    /// Only list what is there.
    #[arg(long)]
    list: bool,
}

#[derive(Args)]
pub(super) struct RestoreArgs {
    /// A folder, or an address as in `backup.url`, instead of it.
    #[arg(long)]
    from: Option<String>,
    /// This backup, as `backup --list` names it, instead of the newest.
    #[arg(long)]
    name: Option<String>,
    /// The newest that was taken no later than this: 2026-11-26T09:30:00+06:00.
    #[arg(long, conflicts_with = "name")]
    at: Option<DateTime<Utc>>,
    #[command(flatten)]
    loss: LossArgs,
    /// Leave pictures to somebody else, whatever `backup.with_photos` says.
    #[arg(long)]
    without_photos: bool,
}

#[derive(Args)]
pub(super) struct LossArgs {
    /// When the old database stopped; now, when nobody knows. What was due only later was not sent, and is not held.
    #[arg(long)]
    lost_at: Option<DateTime<Utc>>,
    /// How far receipts, client codes and other numbers are moved on.
    #[arg(long, default_value_t = SKIP, value_parser = clap::value_parser!(i64).range(0..=1_000_000))]
    skip: i64,
}

impl LossArgs {
    fn lost_at(&self) -> Option<NaiveDateTime> {
        self.lost_at.map(|at| at.naive_utc())
    }
}

/// What to do with messages that a restore held.
#[derive(Clone, Copy, ValueEnum)]
enum Deed {
    /// Ask the gateway which short messages it knows: those went.
    Ask,
    /// Let them go.
    Release,
    /// They went, or are not needed: never send them.
    Cancel,
}

#[derive(Args)]
pub(super) struct OutboxArgs {
    /// What to do with the messages that a restore held.
    deed: Deed,
    /// Only those of this channel: sms, email or telegram.
    #[arg(long)]
    channel: Option<Channel>,
}

/// A bar on a terminal, nothing anywhere else.
struct Bar(ProgressBar);

impl Bar {
    fn new() -> Self {
        let bar = ProgressBar::new(0);
        let style = ProgressStyle::with_template("{msg:>10} {wide_bar} {bytes}/{total_bytes}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self(bar)
    }
}

impl Watch for Bar {
    fn begin(&self, what: &str, bytes: u64) {
        self.0.set_message(what.to_owned());
        self.0.set_length(bytes);
        self.0.set_position(0);
    }

    fn at(&self, bytes: u64) {
        self.0.set_position(bytes);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// The settings with another place for backups: a folder needs no scheme.
fn placed(mut config: Config, place: Option<String>) -> Config {
    if let Some(place) = place {
        config.backup.url = if place.contains("://") { place } else { format!("file://{place}") };
    }
    config
}

/// `torugart backup`
pub(super) fn back_up(config: Config, args: BackupArgs) -> Result<()> {
    let config = placed(config, args.to);
    let shelf = Shelf::open(&config.backup)?;
    if args.list {
        return list(&shelf);
    }
    let retention = Retention {
        count: args.keep.unwrap_or(config.backup.keep),
        days: args.keep_days.unwrap_or(config.backup.keep_days),
    };
    let is_with_photos = config.backup.with_photos && !args.without_photos;
    let url = config.database.url()?;
    url.must_exist()?;
    let app = App::new(config, Db::open(&url, 1)?, Clock::System)?;
    let photos = is_with_photos.then_some(&app.objects);
    let bar = Bar::new();
    let (label, removed) = backup::take(&app, &shelf, retention, photos, &bar)?;
    drop(bar);
    println!("{} of {} bytes, SHA-256 {}", label.name, label.bytes, label.sha256);
    println!(
        "{} promises verified on the copy, everything committed before {} UTC is in it",
        label.promises, label.taken_at
    );
    match label.photos {
        Some(photos) => println!("{photos} pictures copied that were not there yet"),
        None => println!("pictures are not covered: back up {} yourself", named(&app.config)),
    }
    if !removed.is_empty() {
        println!("removed: {}", removed.join(", "));
    }
    Ok(())
}

fn named(config: &Config) -> String {
    match config.photos.place() {
        Ok(Place::Folder(folder)) => format!("the folder {}", folder.display()),
        Ok(Place::Bucket(bucket)) => format!("the bucket {}", bucket.name),
        Ok(Place::Memory) | Err(_) => "photos.url".to_owned(),
    }
}

fn list(shelf: &Shelf) -> Result<()> {
    let mut labels = shelf.labels()?;
    labels.sort_by_key(|label| label.taken_at);
    for label in &labels {
        println!("{}  {} UTC  {} bytes  version {}", label.name, label.taken_at, label.bytes, label.version);
    }
    println!("{} backups", labels.len());
    Ok(())
}

/// `torugart restore`
pub(super) fn restore(config: Config, args: RestoreArgs) -> Result<()> {
    let config = placed(config, args.from);
    let wanted = Restore {
        name: args.name,
        at: args.at.map(|at| at.naive_utc()),
        lost_at: args.loss.lost_at(),
        skip: args.loss.skip,
        with_photos: config.backup.with_photos && !args.without_photos,
    };
    let bar = Bar::new();
    let restored = backup::restore(&config, &Shelf::open(&config.backup)?, &wanted, &bar)?;
    drop(bar);
    println!(
        "{} of {} UTC is restored and verified; {} pictures were put back",
        restored.label.name, restored.label.taken_at, restored.photos
    );
    tell(&restored.reconciled);
    Ok(())
}

fn tell(done: &backup::Reconciled) {
    println!(
        "{} messages are held because they may have gone already: `torugart outbox ask`, `release` or `cancel`",
        done.messages_held
    );
    println!(
        "{} sessions ended, everybody signs in again; {} one-time codes withdrawn",
        done.sessions_ended, done.codes_withdrawn
    );
    println!("{} series of numbers were moved on", done.series_moved);
}

/// `torugart reconcile`
pub(super) fn reconcile(config: Config, loss: &LossArgs) -> Result<()> {
    let app = open_unfurnished(config)?;
    let lost_at = loss.lost_at().unwrap_or_else(|| app.clock.now());
    tell(&app.write_now(&Actor::System, |tx| backup::reconcile(tx, lost_at, loss.skip))?);
    Ok(())
}

/// `torugart outbox`
pub(super) fn outbox(config: Config, args: &OutboxArgs) -> Result<()> {
    let app = open_unfurnished(config)?;
    let decide = |verdict| {
        let decided = app.write_now(&Actor::System, |tx| notifications::decide_restored(tx, verdict, args.channel));
        decided.map(|messages| println!("{messages} messages"))
    };
    match args.deed {
        Deed::Release => decide(Verdict::Release),
        Deed::Cancel => decide(Verdict::Cancel),
        Deed::Ask if args.channel.is_some_and(|channel| channel != Channel::Sms) => {
            Err(Error::Startup("only the gateway for short messages can be asked".to_owned()))
        }
        Deed::Ask => {
            let asked = notifications::ask_restored(&app, &Gateways::from_config(&app.config)?)?;
            println!("{} messages asked about, {} went before the loss; the rest stays held", asked.asked, asked.went);
            Ok(())
        }
    }
}
