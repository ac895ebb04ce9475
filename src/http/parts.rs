//! A call whose work is too long for one transaction: others could not write meanwhile.

use std::sync::Arc;

use actix_web::HttpResponse;
use chrono::NaiveDateTime;
use serde::Serialize;

use super::body::Fingerprint;
use super::call::{Call, Reply, respond};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::idempotency::{self, Answer, Claim, Intention};
use crate::ids::Actor;
use crate::state::App;

/// Work in parts, each whole in itself. When it breaks off, the parts that were done stay done, and the same call
/// goes on with the rest: `survey` finds out what that is.
pub trait InParts: Send + Sync + 'static {
    /// What is to be done.
    type Plan: Send + Sync + 'static;
    /// What came of one part.
    type Done: Send + Sync + 'static;
    /// What is answered.
    type Body: Serialize;

    /// Refuses, or says what is to be done; only reads, so that others may write meanwhile.
    ///
    /// # Errors
    /// Whatever speaks against the whole call.
    fn survey(&self, tx: &mut Tx) -> Result<Self::Plan>;

    /// Writes down that the work of a plan begins.
    ///
    /// # Errors
    /// Whatever speaks against it by now; then nothing was changed.
    fn enter(&self, tx: &mut Tx, plan: &Self::Plan) -> Result<()>;

    /// Both in one transaction, with what must be locked first.
    ///
    /// # Errors
    /// Those of the two.
    fn begin(&self, tx: &mut Tx) -> Result<Self::Plan>;

    /// How many parts a plan has.
    fn parts(plan: &Self::Plan) -> usize;

    /// Does one part.
    ///
    /// # Errors
    /// Those of the database.
    fn part(&self, tx: &mut Tx, plan: &Self::Plan, index: usize) -> Result<Self::Done>;

    /// Ends the work and makes the answer.
    ///
    /// # Errors
    /// Those of the database.
    fn end(&self, tx: &mut Tx, plan: &Self::Plan, done: &[Self::Done]) -> Result<Reply<Self::Body>>;
}

/// How far the first transaction came.
enum Begun<P> {
    Answered(Answer, bool),
    Planned(Arc<P>, NaiveDateTime),
}

/// Who works for which request, under which key.
#[derive(Clone)]
struct Worker {
    app: App,
    actor: Actor,
    request_id: String,
    intention: Option<Intention>,
}

impl Call {
    /// Works in parts and answers; with an `Idempotency-Key`, the answer is given once for ever. What fits into one
    /// part is one transaction, as with [`Call::write`]. All parts have the instant of the first.
    ///
    /// # Errors
    /// Those of `work`; `request_in_flight`; `idempotency_key_reused`.
    pub async fn write_in_parts<W: InParts>(self, app: App, fingerprint: Fingerprint, work: W) -> Result<HttpResponse> {
        let (intention, flight) = self.intend(&app, &fingerprint)?.unzip();
        let worker = Worker { app, actor: self.actor, request_id: self.request_id, intention };
        // A task of its own: a caller who hangs up does not leave a truck unloaded by half.
        let task = actix_web::rt::spawn(async move {
            let _flight = flight;
            worker.run(Arc::new(work)).await
        });
        let (answer, replayed) =
            task.await.map_err(|_| Error::Startup("work in parts broke off; its last part is gone".to_owned()))??;
        Ok(respond(answer, replayed))
    }
}

impl Worker {
    async fn run<W: InParts>(self, work: Arc<W>) -> Result<(Answer, bool)> {
        let (plan, now) = match self.begin(work.clone()).await? {
            Begun::Answered(answer, replayed) => return Ok((answer, replayed)),
            Begun::Planned(plan, now) => (plan, now),
        };
        let mut done = Vec::new();
        for index in 0..W::parts(&plan) {
            let (work, plan) = (work.clone(), plan.clone());
            // Between two parts the queue goes on: whoever waited for their turn to write has it now.
            done.push(self.write(Some(now), move |tx| work.part(tx, &plan, index)).await?);
            #[cfg(feature = "faults")]
            crate::faults::reached(crate::faults::Moment::BetweenParts);
        }
        let intention = self.intention.clone();
        self.write(Some(now), move |tx| {
            let answer = work.end(tx, &plan, &done)?.answer()?;
            keep(tx, intention.as_ref(), answer)
        })
        .await
    }

    async fn begin<W: InParts>(&self, work: Arc<W>) -> Result<Begun<W::Plan>> {
        let (surveyor, intention) = (work.clone(), self.intention.clone());
        let surveyed = self.app.read(&self.actor, move |tx| {
            if let Some(intention) = &intention
                && let Some(answer) = idempotency::answered(tx, intention)?
            {
                return Ok(Begun::Answered(answer, true));
            }
            surveyor.survey(tx).map(|plan| Begun::Planned(Arc::new(plan), tx.now))
        });
        match surveyed.await? {
            Begun::Planned(plan, _) if W::parts(&plan) > 1 => self.enter(work, plan).await,
            Begun::Planned(..) => self.at_once(work).await,
            answered => Ok(answered),
        }
    }

    /// Begins work in several parts.
    async fn enter<W: InParts>(&self, work: Arc<W>, plan: Arc<W::Plan>) -> Result<Begun<W::Plan>> {
        let (intention, entered) = (self.intention.clone(), plan.clone());
        let answered = self.write(None, move |tx| {
            if let Some(intention) = &intention
                && let Claim::Answered(answer) = idempotency::claim(tx, intention)?
            {
                return Ok((Some(answer), tx.now));
            }
            work.enter(tx, &entered)?;
            Ok((None, tx.now))
        });
        match answered.await? {
            (Some(answer), _) => Ok(Begun::Answered(answer, true)),
            (None, now) => Ok(Begun::Planned(plan, now)),
        }
    }

    /// Does everything in one transaction; when there is more to do than there was a moment ago, begins it.
    async fn at_once<W: InParts>(&self, work: Arc<W>) -> Result<Begun<W::Plan>> {
        let intention = self.intention.clone();
        self.write(None, move |tx| {
            if let Some(intention) = &intention
                && let Claim::Answered(answer) = idempotency::claim(tx, intention)?
            {
                return Ok(Begun::Answered(answer, true));
            }
            let plan = work.begin(tx)?;
            if W::parts(&plan) > 1 {
                return Ok(Begun::Planned(Arc::new(plan), tx.now));
            }
            let done = (0..W::parts(&plan)).map(|index| work.part(tx, &plan, index)).collect::<Result<Vec<_>>>()?;
            let answer = work.end(tx, &plan, &done)?.answer()?;
            keep(tx, intention.as_ref(), answer).map(|(answer, replayed)| Begun::Answered(answer, replayed))
        })
        .await
    }

    async fn write<T: Send + 'static>(
        &self,
        now: Option<NaiveDateTime>,
        work: impl Fn(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let request_id = self.request_id.clone();
        let work = move |tx: &mut Tx| {
            tx.request_id.clone_from(&request_id);
            tx.now = now.unwrap_or(tx.now);
            work(tx)
        };
        self.app.write(&self.actor, work).await
    }
}

fn keep(tx: &mut Tx, intention: Option<&Intention>, answer: Answer) -> Result<(Answer, bool)> {
    match intention {
        Some(intention) => idempotency::keep(tx, intention, answer),
        None => Ok((answer, false)),
    }
}
