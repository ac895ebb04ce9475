//! Finds the programs of an installed PostgreSQL server.
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest major version the tests accept; the guardian and `CREATE DATABASE ... STRATEGY` rely on it.
pub const OLDEST_MAJOR: u32 = 15;

/// Where packages keep several versions side by side: the parent folder and what stands before the version in the
/// name of the child (Debian and pgdg, pgdg for RPM, Homebrew on ARM and on Intel, Postgres.app).
const VERSIONED: [(&str, &str); 5] = [
    ("/usr/lib/postgresql", ""),
    ("/usr", "pgsql-"),
    ("/opt/homebrew/opt", "postgresql@"),
    ("/usr/local/opt", "postgresql@"),
    ("/Applications/Postgres.app/Contents/Versions", ""),
];

/// The folder with `initdb`, `pg_ctl` and `postgres` of a recent enough version.
///
/// `TORUGART_POSTGRES_BIN` decides alone when it is set. Otherwise the first that fits: `pg_config --bindir`, the
/// usual package folders (newest version first), `PATH`. The error says what was looked at and why it did not do.
pub fn find() -> Result<PathBuf, String> {
    if let Some(folder) = env::var_os("TORUGART_POSTGRES_BIN") {
        let folder = PathBuf::from(folder);
        return match refusal(&folder) {
            None => Ok(folder),
            Some(why) => Err(format!("TORUGART_POSTGRES_BIN: {why}")),
        };
    }
    let mut refused = Vec::new();
    for folder in candidates() {
        match refusal(&folder) {
            None => return Ok(folder),
            Some(why) => refused.push(why),
        }
    }
    Err(format!(
        "no PostgreSQL {OLDEST_MAJOR} or newer is installed where it is usually found; \
         TORUGART_POSTGRES_BIN may name the folder of its initdb [{}]",
        refused.join("; ")
    ))
}

/// Folders that contain a `postgres`, best first.
fn candidates() -> impl Iterator<Item = PathBuf> {
    let on_path = env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<PathBuf> = env::split_paths(&on_path).collect();
    pg_config_folder()
        .into_iter()
        .chain(versioned_folders())
        .chain(on_path)
        .filter(|folder| folder.join("postgres").is_file())
}

fn pg_config_folder() -> Option<PathBuf> {
    let answer = Command::new("pg_config").arg("--bindir").output().ok()?;
    let folder = String::from_utf8(answer.stdout).ok()?;
    Some(PathBuf::from(folder.trim_end()))
}

fn versioned_folders() -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for (parent, prefix) in VERSIONED {
        for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let version = name.to_str().and_then(|name| name.strip_prefix(prefix));
            if let Some(major) = version.and_then(|version| version.parse().ok()) {
                found.push((major, entry.path().join("bin")));
            }
        }
    }
    found.sort_by_key(|(major, _)| std::cmp::Reverse(*major));
    found.into_iter().map(|(_, folder)| folder).collect()
}

/// Why the programs in `folder` cannot be used; `None` when they can.
fn refusal(folder: &Path) -> Option<String> {
    let shown = folder.display();
    for program in ["postgres", "initdb", "pg_ctl"] {
        if !folder.join(program).is_file() {
            return Some(format!("{shown} has no {program}"));
        }
    }
    match major_version(&folder.join("postgres")) {
        None => Some(format!("{shown}/postgres does not tell its version")),
        Some(major) if major < OLDEST_MAJOR => Some(format!("{shown} is version {major}, older than {OLDEST_MAJOR}")),
        Some(_) => None,
    }
}

/// 15 for `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`, 19 for `postgres (PostgreSQL) 19beta1`.
fn major_version(postgres: &Path) -> Option<u32> {
    let answer = Command::new(postgres).arg("--version").output().ok()?;
    let text = String::from_utf8(answer.stdout).ok()?;
    let (_, version) = text.split_once("(PostgreSQL) ")?;
    let end = version.find(|c: char| !c.is_ascii_digit())?;
    version[..end].parse().ok()
}
