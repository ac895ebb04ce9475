//! What each figure of `/metrics` means. A figure that is not in this table has no help text, and a test refuses it.

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder};

/// How a figure is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Only grows until the process ends.
    Counter,
    /// A state of now.
    Gauge,
    /// How often each size occurred, up to these bounds.
    Histogram(&'static [f64]),
}

/// Bounds for how long an answer takes, seconds.
const ANSWER_S: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];
/// Bounds for how long the disk or the database takes, seconds.
const DISK_S: &[f64] = &[0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];
/// Bounds for writers that share a commit.
const TOGETHER: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];

use Kind::{Counter, Gauge, Histogram};

/// Name, kind, meaning. Names end with their unit, counters with `_total`.
#[rustfmt::skip]
pub const FIGURES: &[(&str, Kind, &str)] = &[
    ("build_info", Gauge, "Always 1; the label is the version of the program."),
    ("http_requests_total", Counter, "Answered requests, by method, pattern of the route and status."),
    ("http_request_seconds", Histogram(ANSWER_S), "Seconds from a request's head to its answer, by pattern of the route."),
    ("http_limited_total", Counter, "Requests refused with 429, by the limit that they met."),
    ("idempotent_replays_total", Counter, "Answers that were given again for a repeated Idempotency-Key."),
    ("requests_refused_total", Counter, "Public requests refused by a cap per phone or visitor, by cap."),
    ("sign_in_codes_refused_total", Counter, "One-time codes not sent because a cap was met, by cap."),
    ("sign_in_wrong_codes_total", Counter, "One-time codes that were wrong."),
    ("password_hashes_running", Gauge, "Passwords of people who sign in that are being hashed now."),
    ("password_hashes_waiting", Gauge, "Passwords of people who sign in that wait to be hashed; a full queue refuses with 503."),
    ("database_up", Gauge, "Whether the database answers within one and a half seconds: 1 or 0."),
    ("database_turns_free", Gauge, "Calls that could begin to read or write at once; at 0 they wait for their turn."),
    ("database_turn_wait_seconds", Histogram(DISK_S), "Seconds that calls waited for their turn; who did not wait is not counted."),
    ("database_connections", Gauge, "Open connections, by pool and by whether somebody uses them."),
    ("database_connection_wait_seconds", Histogram(DISK_S), "Seconds waited for a connection where none was idle, by purpose."),
    ("database_connection_refusals_total", Counter, "Times that no connection could be had, by purpose."),
    ("database_commit_seconds", Histogram(DISK_S), "Seconds that commits took, which is mostly the wait for the disk."),
    ("database_group_commit_writes", Histogram(TOGETHER), "Writes that shared a commit on SQLite."),
    ("ledger_imbalance_tyiyn", Gauge, "Tyiyn by which the ledger does not add up: journals that do not sum to zero, balances beside their postings. 0 is right."),
    ("ledger_checked_timestamp_seconds", Gauge, "When the ledger was last added up, Unix time."),
    ("backup_last_success_timestamp_seconds", Gauge, "When the newest verified backup was taken, Unix time; on PostgreSQL when the newest WAL segment was archived. 0: never."),
    ("backup_failures_total", Counter, "Backups of the running service that failed."),
    ("postgres_standbys", Gauge, "Standbys that stream from this PostgreSQL server, by whether commits wait for them."),
    ("postgres_wal_archive_failures", Gauge, "Times that PostgreSQL failed to archive a WAL segment since its statistics began."),
    ("notifications_total", Counter, "Messages by channel and by what became of an attempt to send them."),
    ("notifications_due", Gauge, "Messages that are due and wait, by channel."),
    ("notifications_oldest_due_seconds", Gauge, "Age of the oldest message that is due and waits, by channel."),
    ("notifications_dead", Gauge, "Dead letters: messages given up or expired that a person has to look at, by channel."),
    ("notifications_held", Gauge, "Messages that are held until a person lets them go."),
    ("notification_gateway_rests", Gauge, "Whether a gateway is left alone because it fails: 1 or 0, by channel."),
    ("notification_texts_broken_total", Counter, "Own texts that could not be filled, so the built-in text went."),
    ("notification_reports_total", Counter, "Reports of delivery, by what they said."),
    ("sms_parts_today", Gauge, "Parts of short messages sent today, Bishkek time."),
    ("sms_day_is_spent", Gauge, "Whether today's cap on parts is used up: 1 or 0."),
    ("sms_account_som", Gauge, "What is left on the account for short messages, som."),
    ("sms_account_low", Gauge, "Whether that account is nearly empty or closed: 1 or 0."),
    ("acquirer_callbacks_total", Counter, "Callbacks of payment providers, by provider and verdict."),
    ("process_resident_memory_bytes", Gauge, "Resident memory of the process."),
    ("process_open_fds", Gauge, "Open file descriptors of the process."),
    ("process_start_time_seconds", Gauge, "When the process started, Unix time."),
];

/// Gives every histogram its bounds.
///
/// # Errors
/// For a histogram without bounds.
pub(super) fn with_buckets(builder: PrometheusBuilder) -> Result<PrometheusBuilder, BuildError> {
    FIGURES.iter().try_fold(builder, |builder, (name, kind, _)| match kind {
        Histogram(bounds) => builder.set_buckets_for_metric(Matcher::Full((*name).to_owned()), bounds),
        Counter | Gauge => Ok(builder),
    })
}

/// Tells the recorder what each figure means.
pub(super) fn describe() {
    for (name, kind, help) in FIGURES {
        match kind {
            Counter => metrics::describe_counter!(*name, *help),
            Gauge => metrics::describe_gauge!(*name, *help),
            Histogram(_) => metrics::describe_histogram!(*name, *help),
        }
    }
}
