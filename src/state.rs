//! What every request shares, and the only two ways to the database: `read` and `write`.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::{FromRequest, HttpRequest, dev, web};
use metrics_exporter_prometheus::PrometheusHandle;
use object_store::ObjectStore;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Conn, Db, PATIENCE, Tx};
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
    hashing: Arc<Semaphore>,
    /// Slots for the passwords of those who sign in: half the cores, so that a flood of them leaves the rest to the others.
    signing_in: Arc<Semaphore>,
    /// Places before these slots.
    waiting_to_sign_in: Arc<Semaphore>,
    /// The slot for preparing a photo, which takes ten times as much.
    developing: Arc<Semaphore>,
    /// Turns to ask a company outside.
    asking: Arc<Semaphore>,
    /// As many threads as can be of use at once: one for every connection, every hash, a photo, every question
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
        let objects = crate::objects::open(&config.photos)?;
        let metrics = crate::http::metrics::recorder();
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        let hashing = Arc::new(Semaphore::new(cores));
        let signing_in = Arc::new(Semaphore::new(cores.div_ceil(2)));
        let waiting_to_sign_in = Arc::new(Semaphore::new(cores.div_ceil(2) * (1 + WAITING_PASSWORDS)));
        let developing = Arc::new(Semaphore::new(1));
        let (reading, writing) = db.turns();
        let asking = Arc::new(Semaphore::new(QUESTIONS));
        let turns = reading.available_permits() + writing.available_permits();
        let blocking_threads = turns + cores + cores.div_ceil(2) + 1 + QUESTIONS + crate::objects::MOST_CALLS;
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
            hashing,
            signing_in,
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
        let turn = turn(&self.reading).await?;
        block(move || {
            // Held by the work, not by the request, like the connection itself.
            let _turn = turn;
            app.db.read(|conn| work(&mut app.tx(conn, &by)))
        })
        .await
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
            let (pending, nobody_leads) = self.db.join(move |conn| work(&mut app.tx(conn, &by)));
            if nobody_leads {
                let db = self.db.clone();
                // Not awaited: it may have to write for others when this one has its answer.
                drop(web::block(move || db.lead()));
            }
            return pending.answer(PATIENCE).await;
        }
        let turn = turn(&self.writing).await?;
        block(move || {
            let _turn = turn;
            app.write_now(&by, work)
        })
        .await
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

    /// Runs a slow computation, such as hashing a password, off the async threads; no more at once than there are cores.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the service is stopping.
    pub async fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        computed(&self.hashing, work).await
    }

    /// A place among those whose password is to be hashed; refused at once when too many wait already.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub fn place_to_sign_in(&self) -> Result<PlaceToSignIn> {
        let place = self.waiting_to_sign_in.clone().try_acquire_owned();
        place.map(PlaceToSignIn).map_err(|_| Error::Unavailable)
    }

    /// [`App::compute`] for the password of somebody who signs in and has a place.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the service is stopping.
    pub async fn compute_in_place<T: Send + 'static>(
        &self,
        place: PlaceToSignIn,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        computed(&self.signing_in, move || {
            let _place = place;
            work()
        })
        .await
    }

    /// The same for what takes much memory, such as a photo: one at a time.
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
        let turn = turn(&self.asking).await?;
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

/// Waits for a turn, no longer than for a connection.
async fn turn(queue: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit> {
    match actix_web::rt::time::timeout(PATIENCE, queue.clone().acquire_owned()).await {
        Ok(Ok(turn)) => Ok(turn),
        Ok(Err(_)) | Err(_) => Err(Error::Unavailable),
    }
}

/// The only `web::block`. A panic inside costs this request alone.
async fn block<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    web::block(work).await.unwrap_or_else(|_| Err(Error::panicked()))
}

impl FromRequest for App {
    type Error = Error;
    type Future = std::future::Ready<Result<App>>;

    fn from_request(req: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let app = req.app_data::<web::Data<App>>().map(|app| app.get_ref().clone());
        std::future::ready(app.ok_or_else(|| Error::Startup("the application state is missing".to_owned())))
    }
}
