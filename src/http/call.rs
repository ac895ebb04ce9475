//! One call: who makes it, and how its answer is made, once.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, dev};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::body::Fingerprint;
use crate::db::{Tx, patience};
use crate::error::{Error, Problem, Result, Slug};
use crate::idempotency::{self, Answer, Intention};
use crate::ids::Actor;
use crate::state::{App, InFlight};

/// The identifier of a request, in its log lines, its answer and its audit rows.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// A call that passed the door.
#[derive(Clone, Debug)]
pub struct Call {
    /// Who.
    pub actor: Actor,
    /// Which request.
    pub request_id: String,
    /// The `Idempotency-Key`, when this route honours it and one was sent.
    pub key: Option<String>,
    /// Method and path.
    pub target: String,
}

impl FromRequest for Call {
    type Error = Error;
    type Future = std::future::Ready<Result<Call>>;

    fn from_request(req: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        // No call in the extensions means a route was registered without its door; it stays shut.
        let call = req.extensions().get::<Call>().cloned();
        std::future::ready(call.ok_or_else(|| Problem::new(Slug::Unauthenticated, "Log in first.").into()))
    }
}

/// What an operation answers: a status, perhaps an address, a body.
#[derive(Debug)]
pub struct Reply<T> {
    status: StatusCode,
    location: Option<String>,
    body: T,
}

impl<T: Serialize> Reply<T> {
    /// 200.
    pub fn ok(body: T) -> Self {
        Self { status: StatusCode::OK, location: None, body }
    }

    /// 201.
    pub fn created(body: T) -> Self {
        Self { status: StatusCode::CREATED, location: None, body }
    }

    /// 201 with the address of what was made.
    pub fn created_at(location: String, body: T) -> Self {
        Self { status: StatusCode::CREATED, location: Some(location), body }
    }

    pub(super) fn answer(self) -> Result<Answer> {
        let body = serde_json::to_string(&self.body)
            .map_err(|error| Error::Startup(format!("an answer cannot be written as JSON: {error}")))?;
        Ok(Answer { status: self.status.as_u16(), location: self.location, body })
    }
}

impl Call {
    /// For a change of many things at once, such as a truck: it is waited for however long it takes.
    #[must_use]
    pub fn taking_time(self) -> Self {
        patience::take_time();
        self
    }

    /// Reads, and answers 200.
    ///
    /// # Errors
    /// Those of `work`.
    pub async fn read<T: Serialize + Send + 'static>(
        self,
        app: App,
        work: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<HttpResponse> {
        let body = app.read(&self.actor, work).await?;
        Ok(HttpResponse::Ok().json(body))
    }

    /// Writes in one transaction what has no answer of its own to repeat, such as a login.
    ///
    /// # Errors
    /// Those of `work`.
    pub async fn change<T: Send + 'static>(
        &self,
        app: &App,
        work: impl Fn(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let request_id = self.request_id.clone();
        app.write(&self.actor, move |tx| {
            tx.request_id.clone_from(&request_id);
            work(tx)
        })
        .await
    }

    /// Writes in one transaction and answers; with an `Idempotency-Key`, at most once for ever.
    ///
    /// # Errors
    /// Those of `work`; `request_in_flight`; `idempotency_key_reused`.
    pub async fn write<T: Serialize + Send + 'static>(
        self,
        app: App,
        fingerprint: Fingerprint,
        work: impl Fn(&mut Tx) -> Result<Reply<T>> + Send + 'static,
    ) -> Result<HttpResponse> {
        let (answer, replayed, _flight) = self.once(&app, fingerprint, move |tx| work(tx)?.answer()).await?;
        Ok(respond(answer, replayed))
    }

    /// The same for what takes a call to somebody outside: `begin` writes down the intention, once for ever with a
    /// key; `end` is given what `begin` gave, goes on from wherever an earlier try stopped, and makes the answer.
    ///
    /// # Errors
    /// Those of `begin` and `end`; `request_in_flight`; `idempotency_key_reused`.
    pub async fn write_then<B, T, F>(
        self,
        app: App,
        fingerprint: Fingerprint,
        begin: impl Fn(&mut Tx) -> Result<B> + Send + 'static,
        end: impl FnOnce(B) -> F,
    ) -> Result<HttpResponse>
    where
        B: Serialize + DeserializeOwned,
        T: Serialize,
        F: Future<Output = Result<Reply<T>>>,
    {
        let begin = move |tx: &mut Tx| Reply::created(begin(tx)?).answer();
        let (begun, replayed, _flight) = self.once(&app, fingerprint, begin).await?;
        let begun = serde_json::from_str(&begun.body)
            .map_err(|error| Error::Startup(format!("what was begun cannot be read again: {error}")))?;
        Ok(respond(end(begun).await?.answer()?, replayed))
    }

    /// Makes the answer in one transaction, at most once with a key; the flight lasts until the caller has answered.
    async fn once(
        self,
        app: &App,
        fingerprint: Fingerprint,
        work: impl Fn(&mut Tx) -> Result<Answer> + Send + 'static,
    ) -> Result<(Answer, bool, Option<InFlight>)> {
        let (actor, request_id) = (self.actor.clone(), self.request_id.clone());
        let answer = move |tx: &mut Tx| {
            tx.request_id.clone_from(&request_id);
            work(tx)
        };
        let Some((intention, flight)) = self.intend(app, &fingerprint)? else {
            return Ok((app.write(&actor, answer).await?, false, None));
        };
        let (answer, replayed) = app.write(&actor, move |tx| idempotency::once(tx, &intention, &answer)).await?;
        Ok((answer, replayed, Some(flight)))
    }

    /// What the key of this call stands for, when it has one, and the place it takes in this process.
    pub(super) fn intend(&self, app: &App, fingerprint: &Fingerprint) -> Result<Option<(Intention, InFlight)>> {
        let Some(key) = self.key.clone() else { return Ok(None) };
        let scope = self.actor.scope();
        let Some(flight) = app.enter_flight(format!("{scope}\n{key}")) else {
            return Problem::new(
                Slug::RequestInFlight,
                "The first request with this Idempotency-Key has not been answered yet. Wait a second and repeat it.",
            )
            .fail();
        };
        let request_hash = fingerprint.with_target(&self.target);
        Ok(Some((Intention { scope, key, request_hash }, flight)))
    }
}

pub(super) fn respond(answer: Answer, replayed: bool) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status).content_type("application/json").body(answer.body);
    let headers = response.headers_mut();
    if let Some(location) = answer.location.and_then(|location| HeaderValue::from_str(&location).ok()) {
        headers.insert(header::LOCATION, location);
    }
    if replayed {
        metrics::counter!("idempotent_replays_total").increment(1);
        headers.insert(HeaderName::from_static("idempotent-replayed"), HeaderValue::from_static("true"));
    }
    response
}
