//! `serve` and `worker`: the long-running commands.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::signal::unix::{SignalKind, signal};

use super::{open, start_log};
use crate::backup::{self, Retention, Shelf, Unwatched};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::ids::Actor;
use crate::notifications::{self, Channel, Gateways};
use crate::state::App;
use crate::{acquirers, app, orders, rates, sign_in, staff, storage};

/// How often a waiting thread looks whether it should stop.
const TICK: Duration = Duration::from_millis(200);

/// How often it is looked for offers that end soon.
const REMIND: Duration = Duration::from_secs(600);

/// How often sessions that are over are forgotten.
const FORGET: Duration = Duration::from_secs(6 * 3600);

/// How often books and backups are looked at; adding up the ledger reads all of it.
const SAFETY: Duration = Duration::from_secs(60);

/// How often the figures are folded together.
const UPKEEP: Duration = Duration::from_secs(5);

/// Threads beside the server; they stop when this is dropped.
pub(super) struct Background {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Background {
    pub(super) fn new() -> Self {
        Self { stop: Arc::default(), threads: Vec::new() }
    }

    fn spawn(&mut self, name: &str, work: impl FnOnce(&AtomicBool) + Send + 'static) -> Result<()> {
        let stop = self.stop.clone();
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || work(&stop));
        self.threads.push(thread.map_err(|error| Error::Startup(format!("cannot start a thread: {error}")))?);
        Ok(())
    }

    /// Sends messages.
    pub(super) fn send_messages(&mut self, app: &App) -> Result<()> {
        let gateways = Arc::new(Gateways::from_config(&app.config)?);
        let config = &app.config;
        let (sms, email, telegram) = (config.sms.workers, config.email.workers, config.telegram.workers);
        for (channel, workers) in [(Channel::Sms, sms), (Channel::Email, email), (Channel::Telegram, telegram)] {
            for _ in 0..workers {
                let (app, gateways) = (app.clone(), gateways.clone());
                self.spawn(channel.as_str(), move |stop| notifications::run(&app, &gateways, channel, stop))?;
            }
        }
        let (listening, ways) = (app.clone(), gateways.clone());
        self.spawn("reports", move |stop| notifications::run_reports(&listening, &ways, stop))?;
        if app.config.telegram.is_asked() {
            let app = app.clone();
            self.spawn("bot", move |stop| notifications::run_updates(&app, &gateways, stop))?;
        }
        Ok(())
    }

    /// Speaks once more of offers that end soon.
    pub(super) fn remind_of_offers(&mut self, app: &App) -> Result<()> {
        let app = app.clone();
        self.spawn("offers", move |stop| {
            while !stop.load(Ordering::Relaxed) {
                if let Err(error) = app.write_now(&Actor::System, orders::remind_of_offers) {
                    tracing::error!(%error, "nobody could be reminded of an offer");
                }
                rest(REMIND, stop);
            }
        })
    }

    /// Works on what payment providers send, where one is set up.
    pub(super) fn take_payments(&mut self, app: &App) -> Result<()> {
        let acquirers = acquirers::switched_on(&app.config)?;
        if acquirers.is_empty() {
            return Ok(());
        }
        let app = app.clone();
        self.spawn("payments", move |stop| acquirers::run(&app, &acquirers, stop))
    }

    /// Charges storage and reminds once an hour.
    pub(super) fn sweep_shelves(&mut self, app: &App) -> Result<()> {
        let app = app.clone();
        self.spawn("shelves", move |stop| storage::keep(&app, stop))
    }

    /// Forgets sessions that are over, a few at a time: many processes may do so at once.
    pub(super) fn forget_sessions(&mut self, app: &App) -> Result<()> {
        let app = app.clone();
        self.spawn("sessions", move |stop| {
            while !stop.load(Ordering::Relaxed) {
                let forgotten =
                    app.write_now(&Actor::System, |tx| Ok(staff::forget_ended(tx)? + sign_in::forget_ended(tx)?));
                match forgotten {
                    Ok(0) => rest(FORGET, stop),
                    Ok(sessions) => tracing::info!(sessions, "sessions that are over were forgotten"),
                    Err(error) => {
                        tracing::error!(%error, "sessions that are over could not be forgotten");
                        rest(FORGET, stop);
                    }
                }
            }
        })
    }

    /// Looks at books and backups, and takes a backup where the settings say so.
    pub(super) fn keep_safe(&mut self, app: &App) -> Result<()> {
        let looking = app.clone();
        self.spawn("safety", move |stop| {
            while !stop.load(Ordering::Relaxed) {
                let began = Instant::now();
                if let Err(error) = backup::look_at_safety(&looking) {
                    tracing::error!(%error, "nobody could look at books and backups");
                }
                // No more than a twentieth of the time, however long the ledger is.
                rest(SAFETY.max(began.elapsed() * 20), stop);
            }
        })?;
        if app.config.backup.every_seconds == 0 || !app.db.is_in_process() {
            return Ok(());
        }
        let app = app.clone();
        self.spawn("backups", move |stop| {
            while !stop.load(Ordering::Relaxed) {
                if let Err(error) = back_up(&app) {
                    metrics::counter!("backup_failures_total").increment(1);
                    tracing::error!(%error, "no backup was taken");
                }
                rest(Duration::from_secs(app.config.backup.every_seconds), stop);
            }
        })
    }

    /// Folds the samples behind `/metrics` together; without it they pile up while nobody scrapes.
    pub(super) fn keep_figures(&mut self, app: &App) -> Result<()> {
        let app = app.clone();
        self.spawn("figures", move |stop| {
            while !stop.load(Ordering::Relaxed) {
                app.metrics.run_upkeep();
                rest(UPKEEP, stop);
            }
        })
    }

    /// Refreshes the rates now and every `rates.refresh_minutes`.
    fn refresh_rates(&mut self, app: &App) -> Result<()> {
        if app.config.rates.url.is_empty() {
            return Ok(());
        }
        let app = app.clone();
        self.spawn("rates", move |stop| {
            let pause = Duration::from_secs(app.config.rates.refresh_minutes.max(1) * 60);
            while !stop.load(Ordering::Relaxed) {
                if let Err(error) = rates::refresh(&app, &app.config.rates.url) {
                    tracing::error!(%error, "the rates could not be stored");
                }
                rest(pause, stop);
            }
        })
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a background thread panicked");
            }
        }
    }
}

fn back_up(app: &App) -> Result<()> {
    let settings = &app.config.backup;
    let retention = Retention { count: settings.keep, days: settings.keep_days };
    let photos = settings.with_photos.then_some(&app.objects);
    let (label, _) = backup::take(app, &Shelf::open(settings)?, retention, photos, &Unwatched)?;
    tracing::info!(name = label.name, bytes = label.bytes, "backed up and verified");
    Ok(())
}

fn rest(pause: Duration, stop: &AtomicBool) {
    let mut left = pause;
    while !left.is_zero() && !stop.load(Ordering::Relaxed) {
        let nap = left.min(TICK);
        std::thread::sleep(nap);
        left -= nap;
    }
}

/// `torugart serve`
pub(super) fn serve(config: Config, with_worker: bool) -> Result<()> {
    start_log(&config)?;
    let app = open(config)?;
    app.db.watch()?;
    offer_setup(&app)?;
    let mut background = Background::new();
    if with_worker {
        background.send_messages(&app)?;
        background.remind_of_offers(&app)?;
        background.take_payments(&app)?;
        background.sweep_shelves(&app)?;
        background.forget_sessions(&app)?;
        background.keep_safe(&app)?;
    }
    background.refresh_rates(&app)?;
    background.keep_figures(&app)?;
    if app.config.environment == "production" && app.limits.proxies.is_empty() {
        tracing::warn!(
            "server.trusted_proxies is empty: behind a proxy all visitors share the limits of its one address"
        );
    }
    listen(&app, |_| {})
}

/// Whoever reads the log of a service without accounts makes the first one.
fn offer_setup(app: &App) -> Result<()> {
    if let Some(token) = app.write_now(&Actor::System, staff::offer_setup)? {
        tracing::warn!(
            setup_token = token.reveal(),
            "nobody has an account yet: within an hour, make the first admin with this token and POST /v1/auth/setup"
        );
    }
    Ok(())
}

/// Serves until told to stop; `started` hears the address.
pub(super) fn listen(app: &App, started: impl FnOnce(std::net::SocketAddr)) -> Result<()> {
    actix_web::rt::System::new().block_on(async {
        let (server, address) = app::server(app)?;
        let mut server = std::pin::pin!(server);
        // It listens for signals from here on: whoever hears that it is there may tell it to stop.
        let begun = std::future::poll_fn(|context| Poll::Ready(server.as_mut().poll(context))).await;
        if let Poll::Ready(ended) = begun {
            return stopped(ended);
        }
        tracing::info!(%address, database = app.db.kind(), environment = app.config.environment, "listening");
        started(address);
        stopped(server.await)
    })
}

fn stopped(ended: std::io::Result<()>) -> Result<()> {
    ended.map_err(|error| Error::Startup(format!("the server stopped: {error}")))
}

/// `torugart worker`
pub(super) fn work(config: Config) -> Result<()> {
    start_log(&config)?;
    let app = open(config)?;
    app.db.watch()?;
    let mut background = Background::new();
    background.send_messages(&app)?;
    background.remind_of_offers(&app)?;
    background.take_payments(&app)?;
    background.sweep_shelves(&app)?;
    background.forget_sessions(&app)?;
    background.keep_safe(&app)?;
    background.keep_figures(&app)?;
    actix_web::rt::System::new().block_on(async {
        let stop = told_to_stop()?;
        tracing::info!(database = app.db.kind(), "sending messages and booking payments; Ctrl-C stops");
        stop.await;
        Ok(())
    })
}

/// Listens for Ctrl-C and for the SIGTERM that systemd and containers send; waits for the first when awaited.
fn told_to_stop() -> Result<impl Future<Output = ()>> {
    let listen = |kind| signal(kind).map_err(|error| Error::Startup(format!("cannot wait for signals: {error}")));
    let (mut interrupted, mut terminated) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    Ok(std::future::poll_fn(move |context| {
        if interrupted.poll_recv(context).is_ready() || terminated.poll_recv(context).is_ready() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }))
}
