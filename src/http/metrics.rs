//! Figures for Prometheus.

use std::sync::OnceLock;
use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Upper bounds of the answer-time buckets, seconds.
const SECONDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// The process-wide recorder: the `metrics` crate has one, whatever the number of applications in a test.
pub fn recorder() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let builder = PrometheusBuilder::new();
            let builder = match PrometheusBuilder::new()
                .set_buckets_for_metric(Matcher::Full("http_request_seconds".to_owned()), &SECONDS)
            {
                Ok(with_buckets) => with_buckets,
                Err(_) => builder,
            };
            let recorder = builder.build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("another metrics recorder was there first; /metrics stays empty");
            }
            handle
        })
        .clone()
}

/// Counts one answered request.
pub fn request(method: &Method, pattern: &str, status: StatusCode, took: Duration) {
    let labels =
        [("method", known(method).to_owned()), ("route", pattern.to_owned()), ("status", status.as_u16().to_string())];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_seconds", "route" => pattern.to_owned()).record(took.as_secs_f64());
}

/// Anybody can invent a method; each would be a series of its own, for ever.
fn known(method: &Method) -> &str {
    match method.as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => known,
        _ => "other",
    }
}
