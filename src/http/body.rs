//! Request bodies: bounded, JSON, unknown fields refused, bad fields named by their JSON pointer.

use std::future::Future;
use std::pin::Pin;

use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, dev, web};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_path_to_error::{Path, Segment};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

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

/// All of a body that has at most `limit` bytes, whatever its head says of its length.
///
/// # Errors
/// `body_too_large`, before anything is read when the head says so; `malformed_request` when it breaks off.
pub(super) async fn collect(req: &HttpRequest, payload: web::Payload, limit: usize) -> Result<web::Bytes> {
    let too_large = || Problem::new(Slug::BodyTooLarge, format!("The body is larger than {limit} bytes."));
    if content_length(req).is_some_and(|length| length > limit) {
        return too_large().fail();
    }
    let bytes = payload.to_bytes_limited(limit).await.map_err(|_| too_large())?.map_err(|_| unreadable())?;
    Ok(bytes)
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
