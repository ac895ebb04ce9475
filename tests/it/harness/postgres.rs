//! A throw-away PostgreSQL server, one per test process, that no test and no crash can leave behind.
//!
//! A guardian process (`postgres/guardian.sh`) makes the cluster, starts the server and removes both as soon as the
//! pipe on its standard input closes. Only the test process holds the other end, so the kernel closes it however
//! the tests end. Safe to call from any number of test threads.
use std::any::TypeId;
use std::collections::HashMap;
use std::env;
use std::ffi::OsStr;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use diesel::{Connection, PgConnection, RunQueryDsl};

mod binaries;

/// A socket address holds 108 bytes on Linux, 104 on macOS and the BSDs, with a closing zero
/// (`sun_path`, unix(7) and unix(4)).
const LONGEST_SOCKET_PATH_BYTES: usize = 103;

/// A running server with its own data folder, socket and superuser.
pub struct Cluster {
    folder: PathBuf,
    admin: Mutex<Admin>,
}

/// The only connection that creates databases: taking the lock serialises them.
struct Admin {
    conn: PgConnection,
    databases_made: u32,
    templates: HashMap<TypeId, String>,
}

/// The server of this test process, started on the first call; or why there is none.
pub fn available() -> Result<&'static Cluster, &'static str> {
    static CLUSTER: OnceLock<Result<(Cluster, Child, PipeWriter), String>> = OnceLock::new();
    let started = CLUSTER.get_or_init(|| {
        let (lifeline, held_open) = io::pipe().map_err(|error| format!("no pipe: {error}"))?;
        let (cluster, guardian) = start(lifeline)?;
        Ok((cluster, guardian, held_open))
    });
    match started {
        Ok((cluster, ..)) => Ok(cluster),
        Err(why) => Err(why),
    }
}

/// True when a missing server must fail the tests: `TORUGART_TEST_POSTGRES=required`, as in CI.
pub fn required() -> bool {
    env::var_os("TORUGART_TEST_POSTGRES").is_some_and(|value| value == "required")
}

/// Says on standard error that `test` did not run and why, past the capture of the test runner.
///
/// # Panics
/// When PostgreSQL is [`required`].
pub fn skip_loudly(test: &str, why: &str) {
    assert!(!required(), "{test} requires PostgreSQL: {why}");
    // One write, so that lines of several threads do not mix; a closed standard error is no reason to fail.
    let line = format!("\n!!!! SKIPPED {test}: no PostgreSQL: {why}\n");
    let _ = io::stderr().write_all(line.as_bytes());
}

/// Starts a server that lives until the last writing end of `lifeline` is closed.
///
/// The child is its guardian, which ends after server and folder are gone. The error is the guardian's report: the
/// tail of the log of `initdb` and `postgres`.
pub fn start(lifeline: PipeReader) -> Result<(Cluster, Child), String> {
    let binaries = binaries::find()?;
    let owner = unprivileged_owner()?;
    let folder = make_folder(owner).map_err(|error| format!("no folder for a cluster: {error}"))?;
    let mut guardian = guardian_command(folder.path(), &binaries, owner)
        .stdin(lifeline)
        .spawn()
        .map_err(|error| format!("cannot run sh: {error}"))?;
    // From here on the folder is the guardian's to remove.
    let folder = folder.keep();

    let mut report = String::new();
    if let Some(mut stdout) = guardian.stdout.take() {
        stdout.read_to_string(&mut report).map_err(|error| format!("no report of the start: {error}"))?;
    }
    if report != "ready\n" {
        let _ = guardian.wait();
        return Err(format!("PostgreSQL did not start: {}", report.trim_end()));
    }
    let conn = PgConnection::establish(&url(&folder, "postgres"))
        .map_err(|error| format!("PostgreSQL started but refuses connections: {error}"))?;
    let admin = Mutex::new(Admin { conn, databases_made: 0, templates: HashMap::new() });
    Ok((Cluster { folder, admin }, guardian))
}

impl Cluster {
    /// The URL of a new, empty database.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn create_database(&self) -> String {
        let name = self.admin().create("template0");
        url(&self.folder, &name)
    }

    /// The URL of a new database that is a copy of what `fill` makes.
    ///
    /// Each function has its own template. The first call makes it: `fill` gets the URL of an empty database, puts
    /// in what its tests need and closes its connections. Later calls only copy. `fill` must not ask this cluster
    /// for a database, nor depend on values it captures: a closure is recognised by where it is written.
    ///
    /// # Panics
    /// When the server refuses; PostgreSQL copies no database that somebody is connected to.
    pub fn database_from<F: FnOnce(&str) + 'static>(&self, fill: F) -> String {
        let mut admin = self.admin();
        let template = match admin.templates.get(&TypeId::of::<F>()) {
            Some(template) => template.clone(),
            None => {
                let template = admin.create("template0");
                fill(&url(&self.folder, &template));
                // A later stray connection would make copying fail in some other test.
                admin.execute(&format!("ALTER DATABASE {template} WITH ALLOW_CONNECTIONS false"));
                admin.templates.insert(TypeId::of::<F>(), template.clone());
                template
            }
        };
        let name = admin.create(&template);
        url(&self.folder, &name)
    }

    /// The folder that holds data, socket and `log` as long as the server lives.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A panic in `fill` leaves no template: the next test tries again and shows the real reason.
    fn admin(&self) -> MutexGuard<'_, Admin> {
        self.admin.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Admin {
    fn create(&mut self, template: &str) -> String {
        self.databases_made += 1;
        let name = format!("torugart_{}", self.databases_made);
        // Without fsync, copying files is faster than writing every page to the log first, and keeps the log small.
        self.execute(&format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"));
        name
    }

    fn execute(&mut self, sql: &str) {
        if let Err(error) = diesel::sql_query(sql).execute(&mut self.conn) {
            panic!("{sql}: {error}");
        }
    }
}

/// User and group to become, because `postgres` refuses to run as root; `None` when we are somebody else already.
fn unprivileged_owner() -> Result<Option<(u32, u32)>, String> {
    if id(&["-u"])? != 0 {
        return Ok(None);
    }
    Ok(Some((id(&["-u", "postgres"])?, id(&["-g", "postgres"])?)))
}

/// What `id` answers: it knows every source of users, not only /etc/passwd.
fn id(arguments: &[&str]) -> Result<u32, String> {
    let shown = arguments.join(" ");
    let answer =
        Command::new("id").args(arguments).output().map_err(|error| format!("cannot run id {shown}: {error}"))?;
    let text = String::from_utf8_lossy(&answer.stdout);
    text.trim_end().parse().map_err(|_| {
        let complaint = String::from_utf8_lossy(&answer.stderr);
        format!("id {shown}: {}", complaint.trim_end())
    })
}

/// An empty folder that only `owner` can enter.
fn make_folder(owner: Option<(u32, u32)>) -> io::Result<tempfile::TempDir> {
    let parent = parent_folder(env::temp_dir(), owner.is_some());
    let folder = tempfile::Builder::new().prefix("torugart-").tempdir_in(parent)?;
    if let Some((uid, gid)) = owner {
        chown(folder.path(), Some(uid), Some(gid))?;
    }
    Ok(folder)
}

/// `wanted`, unless the path of a socket would become too long there or another user has to reach it: root's own
/// temporary folder may be closed to others, /tmp never is.
fn parent_folder(wanted: PathBuf, for_another_user: bool) -> PathBuf {
    let socket = wanted.join("torugart-123456/.s.PGSQL.5432");
    if for_another_user || socket.as_os_str().len() > LONGEST_SOCKET_PATH_BYTES {
        PathBuf::from("/tmp")
    } else {
        wanted
    }
}

fn guardian_command(folder: &Path, binaries: &Path, owner: Option<(u32, u32)>) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", include_str!("postgres/guardian.sh")])
        .arg("torugart-postgres-guardian")
        .args([folder, binaries])
        .current_dir("/")
        // Its own group: Ctrl-C in the terminal must end the tests, not the one who cleans up after them.
        .process_group(0)
        .stdout(Stdio::piped())
        .env("LC_ALL", "C");
    if let Some((uid, gid)) = owner {
        command.uid(uid).gid(gid);
    }
    command
}

/// What libpq takes for a socket (PostgreSQL manual, "Connection URIs"). Host, port and user are spelled out,
/// so that no PG* variable leads elsewhere; nothing stands between `//` and `/`, so that it is a valid URL for stricter parsers as well.
fn url(folder: &Path, database: &str) -> String {
    let host = percent_encoded(folder.as_os_str());
    format!("postgres:///{database}?host={host}&port=5432&user=torugart")
}

/// RFC 3986, section 2: all but the unreserved characters. Form encoding would not do: libpq takes `+` literally.
fn percent_encoded(text: &OsStr) -> String {
    text.as_bytes()
        .iter()
        .map(|&byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_survives_any_folder_name() {
        assert_eq!(
            url(Path::new("/tmp/a b+%&?é"), "x"),
            "postgres:///x?host=%2Ftmp%2Fa%20b%2B%25%26%3F%C3%A9&port=5432&user=torugart"
        );
    }

    #[test]
    fn a_socket_path_is_never_too_long() {
        let longest = "/".to_owned() + &"d".repeat(LONGEST_SOCKET_PATH_BYTES - 31);
        let too_long = longest.clone() + "d";
        assert_eq!(parent_folder(longest.clone().into(), false), PathBuf::from(&longest));
        assert_eq!(parent_folder(too_long.into(), false), PathBuf::from("/tmp"));
        assert_eq!(parent_folder(longest.into(), true), PathBuf::from("/tmp"));
    }
}
