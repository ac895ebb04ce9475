//! Figures for Prometheus.

use std::sync::OnceLock;
use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use super::figures;
use crate::clock::Clock;

/// The process-wide recorder: the `metrics` crate has one, whatever the number of applications in a test.
pub fn recorder() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let builder = figures::with_buckets(PrometheusBuilder::new()).unwrap_or_else(|error| {
                tracing::warn!(%error, "the histograms of /metrics have no buckets");
                PrometheusBuilder::new()
            });
            let recorder = builder.build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("another metrics recorder was there first; /metrics stays empty");
            }
            figures::describe();
            metrics::gauge!("build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
            metrics::gauge!("process_start_time_seconds").set(Clock::System.now().and_utc().timestamp() as f64);
            handle
        })
        .clone()
}

/// Sets the figures of the process itself, where the kernel tells them in `/proc`.
pub fn look_at_process() {
    if let Some(bytes) = resident_bytes() {
        metrics::gauge!("process_resident_memory_bytes").set(bytes);
    }
    if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
        metrics::gauge!("process_open_fds").set(open.count() as f64);
    }
}

fn resident_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024.0)
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
