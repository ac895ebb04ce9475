//! What every request shares, and the only two ways to the database: `read` and `write`.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use actix_web::{FromRequest, HttpRequest, dev, web};
use metrics_exporter_prometheus::PrometheusHandle;
use object_store::ObjectStore;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::Span;

use crate::aside::Aside;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Conn, Db, Tx, patience};
use crate::error::{Error, Result};
use crate::face::Face;
use crate::http::limits::Limits;
use crate::ids::Actor;
use crate::tokens::Tokens;

/// Questions to companies outside that may wait for their answers at once; more wait for their turn.
const QUESTIONS: usize = 8;

/// Passwords that may wait for their turn to be hashed, for each that is hashed; more are told to come back later.
const WAITING_PASSWORDS: usize = 32;

/// The service as a value: cheap to clone, handed to every handler.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// The parts of an [`App`].
pub struct Inner {
    /// Settings.
    pub config: Config,
    /// Database pools.
    pub db: Db,
    /// Time.
    pub clock: Clock,
    /// What customers see of the firm.
    pub face: Face,
    /// Who may call how often.
    pub limits: Limits,
    /// Signs and checks access tokens.
    pub tokens: Tokens,
    /// Where photos are kept.
    pub objects: Arc<dyn ObjectStore>,
    /// Renders `/metrics`.
    pub metrics: PrometheusHandle,
    /// Idempotency keys whose first request has not been answered yet, in this process.
    in_flight: Mutex<HashSet<String>>,
    /// Turns to read and to write: who has to wait for a connection waits here, in order, and not on a thread.
    reading: Arc<Semaphore>,
    writing: Arc<Semaphore>,
    /// Slots for a slow computation, which takes a core.
    computing: Arc<Semaphore>,
    /// Threads for passwords: half the cores, so that a flood of them leaves the rest to the others.
    passwords: Aside,
    /// How many these threads are.
    sign_in_slots: usize,
    /// Places before these threads for those who sign in.
    waiting_to_sign_in: Arc<Semaphore>,
    /// The slot for preparing a photo, which takes ten times as much.
    developing: Arc<Semaphore>,
    /// Turns to ask a company outside.
    asking: Arc<Semaphore>,
    /// As many threads as can be of use at once: one for every connection, every computation, a photo, every question
    /// outside and every call to the object store.
    blocking_threads: usize,
}

impl std::ops::Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl App {
    /// Puts the parts together.
    ///
    /// # Errors
    /// [`Error::Startup`] when a key or the folder for photos cannot be used.
    pub fn new(config: Config, db: Db, clock: Clock) -> Result<Self> {
        let tokens = Tokens::from_config(&config.auth)?;
        let face = Face::of(&config.business)?;
        let limits = Limits::new(&config, config.server.proxies()?, clock.clone());
        let objects = crate::objects::for_photos(&config.photos)?;
        let metrics = crate::http::metrics::recorder();
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        let computing = Arc::new(Semaphore::new(cores));
        let sign_in_slots = cores.div_ceil(2);
        let passwords = Aside::new(sign_in_slots)?;
        let waiting_to_sign_in = Arc::new(Semaphore::new(sign_in_slots * (1 + WAITING_PASSWORDS)));
        let developing = Arc::new(Semaphore::new(1));
        let (reading, writing) = db.turns();
        let asking = Arc::new(Semaphore::new(QUESTIONS));
        let turns = reading.available_permits() + writing.available_permits();
        let blocking_threads = turns + cores + 1 + QUESTIONS + crate::objects::MOST_CALLS;
        let in_flight = Mutex::default();
        let inner = Inner {
            config,
            db,
            clock,
            face,
            limits,
            tokens,
            objects,
            metrics,
            in_flight,
            reading,
            writing,
            computing,
            passwords,
            sign_in_slots,
            waiting_to_sign_in,
            developing,
            asking,
            blocking_threads,
        };
        Ok(Self(Arc::new(inner)))
    }

    /// How many threads the operations need at most.
    pub fn blocking_threads(&self) -> usize {
        self.blocking_threads
    }

    /// Runs a reading operation off the async threads.
    ///
    /// # Errors
    /// Those of `work`; [`Error::Unavailable`] when no connection is free.
    pub async fn read<T: Send + 'static>(
        &self,
        by: &Actor,
        work: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (app, by) = (self.clone(), by.clone());
        let reading = async {
            let turn = turn(&self.reading).await?;
            block(move || {
                // Held by the work, not by the request, like the connection itself.
                let _turn = turn;
                app.db.read(|conn| work(&mut app.tx(conn, &by)))
            })
            .await
        };
        self.db.unless_away(reading).await
    }

    /// Runs a reading operation that takes microseconds: a few rows by their keys. Where the database is a part of this
    /// process, sending such work to another thread costs more than the work.
    ///
    /// # Errors
    /// Those of `work`; [`Error::Unavailable`] when no connection is free.
    pub async fn glance<T: Send + 'static>(
        &self,
        by: &Actor,
        work: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        if self.db.is_in_process()
            && let Ok(_turn) = self.reading.try_acquire()
        {
            let look = AssertUnwindSafe(|| self.read_now(by, work));
            return catch_unwind(look).unwrap_or_else(|_| Err(Error::panicked()));
        }
        self.read(by, work).await
    }

    /// Runs a writing operation off the async threads: one instant, one actor, all of it or nothing. It is committed when
    /// this returns.
    ///
    /// # Errors
    /// Those of `work`, after which nothing of it remains.
    pub async fn write<T: Send + 'static>(
        &self,
        by: &Actor,
        work: impl Fn(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (app, by) = (self.clone(), by.clone());
        if self.db.is_in_process() {
            // Another request's thread may write this one's part.
            let span = Span::current();
            let part = move |conn: &mut Conn| span.in_scope(|| work(&mut app.tx(conn, &by)));
            let (pending, nobody_leads) = self.db.join(part);
            if nobody_leads {
                let db = self.db.clone();
                // Not awaited: it may have to write for others when this one has its answer.
                drop(web::block(move || db.lead()));
            }
            return pending.answer(patience::left()).await;
        }
        let writing = async {
            let turn = turn(&self.writing).await?;
            block(move || {
                let _turn = turn;
                app.write_now(&by, work)
            })
            .await
        };
        self.db.unless_away(patience::for_a_person(writing)).await
    }

    /// [`App::read`] for threads that may wait.
    ///
    /// # Errors
    /// Those of `work`; [`Error::Unavailable`] when no connection is free.
    pub fn read_now<T>(&self, by: &Actor, work: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        self.db.read(|conn| work(&mut self.tx(conn, by)))
    }

    /// [`App::write`] for threads that may wait: the worker, the command line, tests.
    ///
    /// # Errors
    /// Those of `work`, after which nothing of it remains.
    pub fn write_now<T>(&self, by: &Actor, work: impl Fn(&mut Tx) -> Result<T>) -> Result<T> {
        self.db.write(|conn| work(&mut self.tx(conn, by)))
    }

    /// [`App::write_now`] that shares its commit with others where the database has one writer: for threads of which many
    /// write a little each.
    ///
    /// # Errors
    /// Those of `work`, after which nothing of it remains.
    pub fn write_beside<T: Send + 'static>(
        &self,
        by: &Actor,
        work: impl Fn(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (app, by) = (self.clone(), by.clone());
        self.db.write_beside(move |conn| work(&mut app.tx(conn, &by)))
    }

    /// Runs a slow computation, such as drawing a sheet of labels, off the async threads; no more at once than there are cores.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the service is stopping.
    pub async fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        computed(&self.computing, work).await
    }

    /// A place among those whose password is to be hashed; refused at once when too many wait already.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub fn place_to_sign_in(&self) -> Result<PlaceToSignIn> {
        let place = self.waiting_to_sign_in.clone().try_acquire_owned();
        place.map(PlaceToSignIn).map_err(|_| Error::Unavailable)
    }

    /// Looks at a password or hashes one, where that hurts others least.
    ///
    /// # Errors
    /// Only when `work` panicked.
    pub async fn compute_password<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        self.passwords.run(work).await
    }

    /// [`App::compute_password`] for somebody who signs in and has a place.
    ///
    /// # Errors
    /// Only when `work` panicked.
    pub async fn compute_in_place<T: Send + 'static>(
        &self,
        place: PlaceToSignIn,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        self.compute_password(move || {
            let _place = place;
            work()
        })
        .await
    }

    /// [`App::compute`] for what takes much memory, such as a photo: one at a time.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the service is stopping.
    pub async fn compute_alone<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        computed(&self.developing, work).await
    }

    /// Asks somebody outside, who may take their time, off the async threads and with no transaction open.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when too many questions wait for their answers already.
    pub async fn call_out<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let turn = waited_for(&self.asking).await?;
        block(move || {
            let _turn = turn;
            Ok(work())
        })
        .await
    }

    /// Reads or writes a piece of a file off the async threads.
    ///
    /// # Errors
    /// Only when `work` panicked.
    pub async fn disk<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        block(move || Ok(work())).await
    }

    /// Sets the figures that are read off when somebody asks for them: turns, connections, passwords that wait.
    pub fn look_at_queues(&self) {
        let reading = self.reading.available_permits();
        metrics::gauge!("database_turns_free", "purpose" => "read").set(reading as f64);
        metrics::gauge!("database_turns_free", "purpose" => "write").set(self.writing.available_permits() as f64);
        for (pool, all, idle) in self.db.pools() {
            metrics::gauge!("database_connections", "pool" => pool, "state" => "idle").set(f64::from(idle));
            metrics::gauge!("database_connections", "pool" => pool, "state" => "used").set(f64::from(all - idle));
        }
        let places = self.sign_in_slots * (1 + WAITING_PASSWORDS);
        let present = places.saturating_sub(self.waiting_to_sign_in.available_permits());
        let hashed = present.min(self.sign_in_slots);
        metrics::gauge!("password_hashes_running").set(hashed as f64);
        metrics::gauge!("password_hashes_waiting").set(present.saturating_sub(hashed) as f64);
    }

    fn tx<'a>(&'a self, conn: &'a mut Conn, by: &'a Actor) -> Tx<'a> {
        Tx { conn, now: self.clock.now(), by, request_id: String::new(), firm: &self.config.business }
    }

    /// Marks an idempotency key as being worked on; `None` when it already is.
    pub(crate) fn enter_flight(&self, key: String) -> Option<InFlight> {
        let mut keys = self.in_flight.lock().unwrap_or_else(PoisonError::into_inner);
        keys.insert(key.clone()).then(|| InFlight { app: self.clone(), key })
    }
}

/// A place in the queue of those who sign in, given up when dropped.
pub struct PlaceToSignIn(#[allow(dead_code, reason = "held, never read")] OwnedSemaphorePermit);

/// Holds an idempotency key until dropped.
pub(crate) struct InFlight {
    app: App,
    key: String,
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.app.in_flight.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

async fn computed<T: Send + 'static>(slots: &Arc<Semaphore>, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let permit = slots.clone().acquire_owned().await.map_err(|_| Error::Unavailable)?;
    block(move || {
        // Held by the work, not by the request: a caller who hangs up does not make room for another one.
        let _permit = permit;
        Ok(work())
    })
    .await
}

/// Waits for a turn, as long as the request has patience.
async fn turn(queue: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit> {
    if let Ok(turn) = queue.clone().try_acquire_owned() {
        return Ok(turn);
    }
    let began = Instant::now();
    let turn = waited_for(queue).await;
    metrics::histogram!("database_turn_wait_seconds").record(began.elapsed());
    turn
}

async fn waited_for(queue: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit> {
    match patience::while_it_lasts(queue.clone().acquire_owned()).await {
        Some(Ok(turn)) => Ok(turn),
        Some(Err(_)) | None => Err(Error::Unavailable),
    }
}

/// The only `web::block`. A panic inside costs this request alone.
async fn block<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let span = Span::current();
    web::block(move || span.in_scope(work)).await.unwrap_or_else(|_| Err(Error::panicked()))
}

impl FromRequest for App {
    type Error = Error;
    type Future = std::future::Ready<Result<App>>;

    fn from_request(req: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let app = req.app_data::<web::Data<App>>().map(|app| app.get_ref().clone());
        std::future::ready(app.ok_or_else(|| Error::Startup("the application state is missing".to_owned())))
    }
}
