//! The figures behind `/metrics`: each is explained, and dashboard and alerts speak of none that is not there.

use std::collections::BTreeSet;
use std::path::Path;

use torugart::backup;
use torugart::http::figures::{FIGURES, Kind};

use crate::harness::server::*;

/// What Prometheus itself knows, and words of its language.
const PROMETHEUS: &[&str] = &[
    "abs",
    "by",
    "channel",
    "cap",
    "commits",
    "histogram_quantile",
    "increase",
    "instance",
    "job",
    "le",
    "limit",
    "pool",
    "provider",
    "purpose",
    "rate",
    "report",
    "route",
    "state",
    "status",
    "sum",
    "time",
    "topk",
    "torugart",
    "up",
    "verdict",
    "wait",
];

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path)
}

/// The words of an expression that may be names.
fn words(expression: &str) -> impl Iterator<Item = &str> {
    let unquoted = expression.split('"').step_by(2);
    let words = unquoted.flat_map(|text| text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')));
    words.filter(|word| word.len() > 1 && word.starts_with(|c: char| c.is_ascii_lowercase()))
}

/// Whether a word is a figure of ours, or a series of a histogram of ours.
fn is_figure(word: &str) -> bool {
    FIGURES.iter().any(|(name, kind, _)| match kind {
        Kind::Histogram(_) => word.strip_prefix(name).is_some_and(|end| ["_bucket", "_sum", "_count"].contains(&end)),
        Kind::Counter | Kind::Gauge => word == *name,
    })
}

#[track_caller]
fn refuse_unknown(source: &str, expressions: &[String]) {
    assert!(expressions.len() > 10, "{source}: {} expressions", expressions.len());
    let unknown: BTreeSet<_> = expressions
        .iter()
        .flat_map(|expression| words(expression))
        .filter(|word| !is_figure(word) && !PROMETHEUS.contains(word))
        .collect();
    assert!(unknown.is_empty(), "{source} speaks of {unknown:?}");
}

#[test]
fn the_alerts_speak_of_figures_that_are_there() {
    let text = read("docs/observability/alerts.yml");
    let expressions = text.lines().filter_map(|line| line.trim().strip_prefix("expr: ")).map(str::to_owned);
    refuse_unknown("alerts.yml", &expressions.collect::<Vec<_>>());
}

#[test]
fn the_dashboard_speaks_of_figures_that_are_there() {
    let dashboard: serde_json::Value = serde_json::from_str(&read("docs/observability/dashboard.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let targets = panels.flat_map(|panel| panel["targets"].as_array().unwrap());
    let expressions = targets.map(|target| target["expr"].as_str().unwrap().to_owned());
    let expressions: Vec<_> = expressions.collect();
    refuse_unknown("dashboard.json", &expressions);
    let shown: BTreeSet<_> = expressions.iter().flat_map(|expression| words(expression)).collect();
    let is_shown = |name: &str| shown.iter().any(|word| word.starts_with(name));
    let hidden: Vec<_> = FIGURES.iter().map(|(name, ..)| *name).filter(|name| !is_shown(name)).collect();
    assert_eq!(hidden, Vec::<&str>::new(), "not on the dashboard");
}

#[test]
fn every_figure_that_the_code_sets_is_explained_and_the_other_way_round() {
    fn sources(folder: &Path, text: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, text);
            } else if path.extension().is_some_and(|end| end == "rs") {
                text.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut code = String::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut code);
    let mut set = BTreeSet::new();
    for (word, kind) in [("counter!(\"", "counter"), ("gauge!(\"", "gauge"), ("histogram!(\"", "histogram")] {
        for (at, _) in code.match_indices(word) {
            set.insert((code[at + word.len()..].split('"').next().unwrap().to_owned(), kind));
        }
    }
    let kind = |kind: &Kind| match kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram(_) => "histogram",
    };
    let explained = FIGURES.iter().map(|(name, of, _)| ((*name).to_owned(), kind(of))).collect::<BTreeSet<_>>();
    assert_eq!(set, explained);
    for (name, of, help) in FIGURES {
        assert_eq!(name.ends_with("_total"), *of == Kind::Counter, "{name}");
        assert!(help.ends_with('.') && help.len() > 20, "{name}: {help}");
    }
}

on_both! {
    fn figures_are_told_with_their_meaning(s: &Server) {
        backup::look_at_safety(&s.app).unwrap();
        let code = s.order(Until::Requested).code;
        let key = uuid::Uuid::now_v7().to_string();
        let quote = format!("/v1/orders/{code}/quote");
        s.post_keyed(OPERATOR, &quote, &key, offer()).expect(200);
        s.post_keyed(OPERATOR, &quote, &key, offer()).expect(200);
        let text = s.get(ANYONE, "/metrics").text;
        for name in [
            "build_info", "http_requests_total", "http_request_seconds", "idempotent_replays_total", "database_commit_seconds",
            "database_connections", "database_turns_free", "ledger_imbalance_tyiyn", "ledger_checked_timestamp_seconds",
            "backup_last_success_timestamp_seconds", "password_hashes_waiting", "process_resident_memory_bytes",
            "process_open_fds", "process_start_time_seconds",
        ] {
            assert!(text.contains(&format!("# HELP {name} ")) && text.contains(&format!("# TYPE {name} ")), "{name}");
        }
        assert!(text.contains("\nledger_imbalance_tyiyn 0\n"), "{text}");
    }
}
