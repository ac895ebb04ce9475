//! Request bodies: bounded, JSON, unknown fields refused, bad fields named by their JSON pointer.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::http::header;
use actix_web::rt::time::timeout;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev, web};
use futures_util::StreamExt;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_path_to_error::{Path, Segment};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::config::Server;
use crate::error::{Error, Problem, Result, Slug};
use crate::state::App;

/// What a body is recognised by when it comes again.
#[derive(Clone, Debug)]
pub struct Fingerprint(Vec<u8>);

impl Fingerprint {
    /// Of a text that stands for the body.
    pub fn of(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }

    /// Of parts that together stand for the body; large ones are not kept.
    pub fn of_parts(parts: &[&[u8]]) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            // The length first, so that no two lists of parts look alike.
            digest.update(part.len().to_le_bytes());
            digest.update(part);
        }
        Self(digest.finalize().to_vec())
    }

    /// Of a body together with a part of the query that changes the answer.
    #[must_use]
    pub fn and(&self, part: &str) -> Self {
        Self::of_parts(&[&self.0, part.as_bytes()])
    }

    /// SHA-256 over method, path and body, hexadecimal.
    pub fn with_target(&self, target: &str) -> String {
        let digest = Sha256::new().chain_update(target).chain_update([0]).chain_update(&self.0).finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A parsed body. It may have `TIMES` the usual size: calls that take thousands of barcodes say so.
#[derive(Debug)]
pub struct Body<T, const TIMES: usize = 1> {
    /// What it says.
    pub value: T,
    /// What it is recognised by.
    pub fingerprint: Fingerprint,
}

/// A body with nothing in it: none at all, or `{}`.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct Nothing {}

impl<T: DeserializeOwned + 'static, const TIMES: usize> FromRequest for Body<T, TIMES> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let req = req.clone();
        let app = App::extract(&req);
        let payload = web::Payload::from_request(&req, payload);
        Box::pin(async move {
            let limit = app.await?.config.server.body_limit_bytes.saturating_mul(TIMES);
            parse(&req, &collect(&req, payload.await.map_err(|_| unreadable())?, limit).await?)
        })
    }
}

/// How long a body may take: whoever sends too slowly, or nothing any more, would hold the connection for ever.
#[derive(Clone, Copy, Debug)]
pub struct BodyPace {
    grace: Duration,
    bytes_per_second: u64,
}

impl BodyPace {
    /// As the settings say.
    pub fn new(settings: &Server) -> Self {
        let grace = Duration::from_secs(settings.body_seconds);
        Self { grace, bytes_per_second: settings.body_least_bytes_per_second.max(1) }
    }

    /// The time within which so many bytes and the next must be here.
    fn allowed(self, bytes: usize) -> Duration {
        self.grace + Duration::from_secs(bytes as u64 / self.bytes_per_second)
    }
}

/// A body that nobody will read to its end, in the extensions of a request. When one of unknown length is dropped, the
/// server reads on for ever behind its answer; when it is still there at the end of the answer, it hangs up.
pub struct Unread(pub dev::Payload);

impl Unread {
    /// An answer that lasts no longer than the body nobody reads.
    pub fn behind(self, answer: BoxBody) -> BoxBody {
        BoxBody::new(Answer { answer, _unread: self.0 })
    }
}

struct Answer {
    answer: BoxBody,
    _unread: dev::Payload,
}

impl MessageBody for Answer {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.answer.size()
    }

    fn poll_next(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<web::Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().answer).poll_next(cx)
    }
}

/// All of a body that has at most `limit` bytes, whatever its head says of its length.
///
/// # Errors
/// `body_too_large`, before anything is read when the head says so; `malformed_request` when it breaks off;
/// `request_timeout` when it comes in too slowly.
pub(super) async fn collect(req: &HttpRequest, mut payload: web::Payload, limit: usize) -> Result<web::Bytes> {
    let collected = collect_from(req, &mut payload, limit).await;
    if collected.is_err() {
        req.extensions_mut().insert(Unread(payload.into_inner()));
    }
    collected
}

async fn collect_from(req: &HttpRequest, payload: &mut web::Payload, limit: usize) -> Result<web::Bytes> {
    let too_large = || Problem::new(Slug::BodyTooLarge, format!("The body is larger than {limit} bytes."));
    if content_length(req).is_some_and(|length| length > limit) {
        return too_large().fail();
    }
    let (pace, begun) = (req.app_data::<BodyPace>().copied(), Instant::now());
    let mut bytes = web::BytesMut::new();
    loop {
        let allowed = pace.map_or(Duration::MAX, |pace| pace.allowed(bytes.len()));
        let piece = timeout(allowed.saturating_sub(begun.elapsed()), payload.next()).await.map_err(|_| too_slow())?;
        let Some(piece) = piece else { break };
        let piece = piece.map_err(|_| unreadable())?;
        if bytes.len() + piece.len() > limit {
            return too_large().fail();
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes.freeze())
}

fn too_slow() -> Problem {
    Problem::new(Slug::RequestTimeout, "The body came in too slowly. Send it again over a better connection.")
}

pub(super) fn unreadable() -> Problem {
    Problem::new(Slug::MalformedRequest, "The body broke off before its end.")
}

fn content_length(req: &HttpRequest) -> Option<usize> {
    req.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn parse<T: DeserializeOwned, const TIMES: usize>(req: &HttpRequest, bytes: &[u8]) -> Result<Body<T, TIMES>> {
    if !bytes.is_empty() && !is_json(req) {
        return Problem::new(
            Slug::UnsupportedMediaType,
            "Send the body as JSON with `Content-Type: application/json`.",
        )
        .fail();
    }
    // No body at all is an empty object: a call whose fields are all optional needs none.
    let json = if bytes.is_empty() { b"{}" } else { bytes };
    // Whether it is JSON is asked first: serde_json calls a number in a word's place a syntax error, too.
    serde_json::from_slice::<IgnoredAny>(json)
        .map_err(|error| Problem::new(Slug::MalformedRequest, format!("The body is not one JSON value: {error}.")))?;
    if holds_nul(json) {
        return Problem::new(Slug::MalformedRequest, "The body contains a NUL character.").fail();
    }
    // serde would read an array as the fields of a struct in the order of our code.
    if !json.trim_ascii_start().starts_with(b"{") {
        return Problem::field("", "the body must be a JSON object").fail();
    }
    let mut reader = serde_json::Deserializer::from_slice(json);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| refusal(&error))?;
    Ok(Body { value, fingerprint: Fingerprint(bytes.to_vec()) })
}

/// Whether a text of valid JSON holds NUL, which PostgreSQL cannot store: it can only be written as `\u0000`.
fn holds_nul(json: &[u8]) -> bool {
    let mut rest = json;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        rest = &rest[at + 1..];
        if rest.starts_with(b"u0000") {
            return true;
        }
        // The escaped character may be a backslash itself.
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}

/// The media type that the head names, in lower case and without its parameters; empty when it names none.
pub(super) fn media_type(req: &HttpRequest) -> String {
    let value = req.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_json(req: &HttpRequest) -> bool {
    let kind = media_type(req);
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

fn refusal(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let inner = error.inner();
    if inner.is_syntax() {
        return Problem::field(pointer(error.path()), "a value of this type cannot stand here");
    }
    // serde_json appends the place in the text; a person is better served by the pointer.
    let text = inner.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    let pointer = match text.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        Some(field) => format!("{}/{field}", pointer(error.path())),
        None => pointer(error.path()),
    };
    Problem::field(pointer, text)
}

/// RFC 6901.
fn pointer(path: &Path) -> String {
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => String::new(),
        })
        .collect()
}
