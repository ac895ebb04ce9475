//! A bucket of an S3 store. `object_store` knows the protocol and signs; how its requests travel is ours: by the same
//! HTTP client and the same TLS as everything else that leaves this house.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http_body_util::BodyExt;
use object_store::aws::AmazonS3Builder;
use object_store::client::{
    ClientOptions, HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody,
    HttpService,
};
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, RetryConfig};
use secrecy::ExposeSecret;
use tokio::sync::Semaphore;

use super::Keys;
use crate::config::Bucket;
use crate::error::{Error, Result};

/// How many calls to the store are under way at once; each holds a thread.
pub const MOST_CALLS: usize = 8;

const TIME_OUT: Duration = Duration::from_secs(15);
const CONNECT_TIME_OUT: Duration = Duration::from_secs(3);
/// A store that is away for a moment is asked again, while the caller waits.
const MORE_TRIES: usize = 2;
const TRIES_WITHIN: Duration = Duration::from_secs(20);
/// The largest answer that is read: a picture of ours is far smaller.
const MOST_ANSWER_BYTES: u64 = 64 * 1024 * 1024;

/// Opens a bucket; nothing is asked of it before the first picture.
pub(super) fn open(setting: &str, bucket: &Bucket, keys: &Keys) -> Result<Arc<dyn ObjectStore>> {
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&bucket.name)
        .with_region(&bucket.region)
        .with_access_key_id(keys.id.expose_secret())
        .with_secret_access_key(keys.secret.expose_secret())
        .with_retry(RetryConfig { max_retries: MORE_TRIES, retry_timeout: TRIES_WITHIN, ..RetryConfig::default() })
        .with_http_connector(Connector);
    if let Some(endpoint) = &bucket.endpoint {
        builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
    }
    let store = builder.build().map_err(|error| Error::Startup(format!("{setting}: {error}")))?;
    if bucket.prefix.is_empty() {
        return Ok(Arc::new(store));
    }
    Ok(Arc::new(PrefixStore::new(store, bucket.prefix.as_str())))
}

#[derive(Debug)]
struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(CONNECT_TIME_OUT))
            .timeout_global(Some(TIME_OUT))
            .build();
        Ok(HttpClient::new(Service { agent: agent.into(), turns: Arc::new(Semaphore::new(MOST_CALLS)) }))
    }
}

/// The HTTP client, which blocks, behind a queue for the threads that it blocks.
#[derive(Debug)]
struct Service {
    agent: ureq::Agent,
    turns: Arc<Semaphore>,
}

#[async_trait]
impl HttpService for Service {
    async fn call(&self, request: HttpRequest) -> std::result::Result<HttpResponse, HttpError> {
        let failed =
            |error: Box<dyn std::error::Error + Send + Sync>| HttpError::new_boxed(HttpErrorKind::Unknown, error);
        let (head, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let request = ureq::http::Request::from_parts(head, body.to_vec());
        let turn = self.turns.clone().acquire_owned().await.map_err(|error| failed(error.into()))?;
        let agent = self.agent.clone();
        let answered = tokio::task::spawn_blocking(move || {
            // Held by the work, not by the caller, like the thread itself.
            let _turn = turn;
            ask(&agent, request)
        });
        answered.await.map_err(|error| failed(error.into()))?
    }
}

fn ask(agent: &ureq::Agent, request: ureq::http::Request<Vec<u8>>) -> std::result::Result<HttpResponse, HttpError> {
    let (head, mut body) = agent.run(request).map_err(kind_of)?.into_parts();
    let bytes = body.with_config().limit(MOST_ANSWER_BYTES).read_to_vec().map_err(kind_of)?;
    Ok(HttpResponse::from_parts(head, HttpResponseBody::from(bytes)))
}

/// Which failures are worth another try, `object_store` decides by their kind.
fn kind_of(error: ureq::Error) -> HttpError {
    let kind = match &error {
        ureq::Error::Timeout(_) => HttpErrorKind::Timeout,
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => HttpErrorKind::Connect,
        ureq::Error::Io(_) => HttpErrorKind::Interrupted,
        _ => HttpErrorKind::Unknown,
    };
    HttpError::new(kind, error)
}
