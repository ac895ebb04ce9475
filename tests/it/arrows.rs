//! The house keeps its shape: a module uses only what lies below it, and what a kind of file may not touch, it does not.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The floors, from the ground up. A module may use every floor below its own and nothing of its own floor.
const FLOORS: &[&[&str]] = &[
    &["error", "clock", "fold", "faults"],
    &["money", "ids", "client_code", "code", "couriers", "links", "phone", "texts"],
    &["elqr", "print", "sheets", "xml"],
    &["config"],
    &["aside", "db", "face", "tokens", "objects"],
    &["state", "idempotency", "counters", "tallies"],
    &["http"],
    &["audit", "ledger"],
    &["exports"],
    &["branches", "guesses", "notifications", "photos", "rates"],
    &["tariffs"],
    &["customs"],
    &["customers", "staff", "quotes", "shifts", "starter"],
    &["orders", "sign_in"],
    &["proofs"],
    &["parcels"],
    &["bags", "payments"],
    &["acquirers", "acts", "cells", "claims", "manifests", "receipts", "shipments", "statements", "storage"],
    &["broker", "desk", "tracking", "verify"],
    &["backup", "my"],
    &["app"],
    &["cli"],
];

/// The arrows that go up: settings name the database's address type, and the application's state renders the figures.
const ALLOWED: &[(&str, &str)] = &[("config", "db"), ("state", "http")];

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).expect("a folder of src") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source file");
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found
}

/// Code without its comments and without its tests, which come last in a file.
fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn module(path: &Path) -> String {
    let below = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).expect("a file of src");
    let first = below.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

fn used(code: &str) -> Vec<String> {
    code.match_indices("crate::")
        .map(|(at, found)| {
            code[at + found.len()..].chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect::<String>()
        })
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn every_module_has_its_floor_and_arrows_only_go_down() {
    let floors: BTreeMap<&str, usize> =
        FLOORS.iter().enumerate().flat_map(|(floor, names)| names.iter().map(move |name| (*name, floor))).collect();
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let from = module(&path);
        if matches!(from.as_str(), "lib" | "main") {
            continue;
        }
        let Some(floor) = floors.get(from.as_str()) else {
            wrong.push(format!("{from} has no floor in {}", file!()));
            continue;
        };
        for to in used(&code(&text)) {
            let goes_down = to == from || floors.get(to.as_str()).is_some_and(|lower| lower < floor);
            if !goes_down && !ALLOWED.contains(&(from.as_str(), to.as_str())) {
                wrong.push(format!("{} uses crate::{to}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_kind_of_file_keeps_to_its_own() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let code = code(&text);
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let never: &[&str] = match name.as_str() {
            "rules.rs" => &["diesel::", "actix_web", "crate::clock", "crate::db", "tx:"],
            "store.rs" => &["actix_web", "crate::config"],
            "http.rs" => &["diesel::", "schema::"],
            _ => &[],
        };
        for word in never {
            if code.contains(word) {
                wrong.push(format!("{} says {word}", path.display()));
            }
        }
        if module(&path) != "db" && (code.contains("Conn::Pg") || code.contains("Conn::Sqlite")) {
            wrong.push(format!("{} knows which database it is on", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What makes a statement of a text.
const STATEMENTS: [&str; 4] = ["sql_query(", "sql::<", ".sql(", "batch_execute("];

/// Where a statement is put together: of names that the compiler knows to stand in the source (`&'static str`), or that the
/// database says itself (`db/inspect.rs`), never of a value. So many times.
const PUT_TOGETHER: &[(&str, usize)] = &[
    ("db/batch.rs", 4),
    ("db/dialect.rs", 4),
    ("db/inspect.rs", 2),
    ("db/manager.rs", 2),
    ("db/migrate.rs", 3),
    ("db/sight.rs", 3),
];

#[test]
fn the_text_of_a_statement_stands_in_the_source() {
    let mut found = BTreeMap::new();
    for (path, text) in sources().into_iter().filter(|(path, _)| !path.ends_with("group_tests.rs")) {
        let code = code(&text);
        for word in STATEMENTS {
            for (at, _) in code.match_indices(word) {
                let rest = &code[at + word.len()..];
                // The type of an expression stands before its text.
                let rest = if word == "sql::<" { rest.split_once('(').map_or("", |(_, rest)| rest) } else { rest };
                let rest = rest.trim_start();
                if !rest.starts_with('"') && !rest.starts_with("r\"") && !rest.starts_with("r#\"") {
                    let file =
                        path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).expect("a file of src");
                    *found.entry(file.to_string_lossy().into_owned()).or_default() += 1;
                }
            }
        }
    }
    let listed = PUT_TOGETHER.iter().map(|(file, times)| ((*file).to_owned(), *times)).collect();
    assert_eq!(found, listed, "bind the value, or say why not");
}
