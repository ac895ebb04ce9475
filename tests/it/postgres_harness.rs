//! The throw-away server keeps its promises: fresh copies, any number of threads, nothing left behind, no silence.
use std::env;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Barrier;
use std::thread;

use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection, PgConnection, RunQueryDsl, dsl::sql, select};

use crate::harness::postgres::{self, Cluster};

fn cluster_or_skip(test: &str) -> Option<&'static Cluster> {
    postgres::available().inspect_err(|why| postgres::skip_loudly(test, why)).ok()
}

fn connect(url: &str) -> PgConnection {
    PgConnection::establish(url).expect("a database that was just made")
}

fn make_pass_table(url: &str) {
    connect(url)
        .batch_execute("CREATE TABLE pass (name TEXT NOT NULL); INSERT INTO pass VALUES ('Torugart')")
        .expect("an empty database");
}

fn passes(conn: &mut PgConnection) -> i64 {
    select(sql::<BigInt>("(SELECT count(*) FROM pass)")).get_result(conn).expect("the table of the template")
}

fn tables(url: &str) -> i64 {
    select(sql::<BigInt>("(SELECT count(*) FROM pg_tables WHERE schemaname = 'public')"))
        .get_result(&mut connect(url))
        .expect("a catalogue")
}

/// Runs one test of this file in a process of its own, with other settings.
fn rerun(test: &str, settings: &[(&str, &str)]) -> Output {
    Command::new(env::current_exe().expect("the test binary"))
        .args(["--exact", &format!("postgres_harness::{test}")])
        .env_remove("TORUGART_TEST_POSTGRES")
        .envs(settings.iter().copied())
        .output()
        .expect("the test binary runs")
}

fn rerun_with(test: &str, binaries: &Path) -> Output {
    let binaries = binaries.to_str().expect("an ASCII path");
    rerun(test, &[("TORUGART_POSTGRES_BIN", binaries)])
}

/// Programs that look like PostgreSQL and go no further than `initdb`.
fn fake_binaries(version: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir_in("/tmp").expect("a temporary folder");
    let open_to_all = || fs::Permissions::from_mode(0o755);
    fs::set_permissions(folder.path(), open_to_all()).expect("our own folder");
    for (program, body) in [
        ("postgres", format!("echo 'postgres (PostgreSQL) {version}'")),
        ("initdb", "echo the disk of the yurt is full; exit 1".into()),
        ("pg_ctl", "exit 1".into()),
    ] {
        let path = folder.path().join(program);
        fs::write(&path, format!("#!/bin/sh\n{body}\n")).expect("our own folder");
        fs::set_permissions(&path, open_to_all()).expect("our own file");
    }
    folder
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_server_is_recent() {
    let Some(cluster) = cluster_or_skip("the_server_is_recent") else {
        return;
    };
    let mut conn = connect(&cluster.create_database());
    let version: String =
        select(sql::<Text>("current_setting('server_version_num')")).get_result(&mut conn).expect("a setting");
    assert!(version.parse::<u32>().expect("a number") >= 150_000);
}

#[test]
fn databases_from_one_template_are_independent() {
    let Some(cluster) = cluster_or_skip("databases_from_one_template_are_independent") else {
        return;
    };
    let mut first = connect(&cluster.database_from(make_pass_table));
    let mut second = connect(&cluster.database_from(make_pass_table));
    first.batch_execute("INSERT INTO pass VALUES ('Irkeshtam')").expect("the table of the template");
    assert_eq!((passes(&mut first), passes(&mut second)), (2, 1));
}

#[test]
fn each_function_has_its_own_template_and_none_leaks() {
    let Some(cluster) = cluster_or_skip("each_function_has_its_own_template_and_none_leaks") else {
        return;
    };
    assert_eq!(tables(&cluster.database_from(make_pass_table)), 1);
    assert_eq!(tables(&cluster.database_from(|_| ())), 0);
    assert_eq!(tables(&cluster.create_database()), 0);
}

#[test]
fn a_template_that_failed_is_made_again() {
    let Some(cluster) = cluster_or_skip("a_template_that_failed_is_made_again") else {
        return;
    };
    fn never_fills(url: &str) {
        make_pass_table(url);
        panic!("the migration is wrong");
    }
    for _ in 0..2 {
        let failure = thread::spawn(|| cluster.database_from(never_fills)).join();
        let reason = failure.expect_err("the function panics");
        assert_eq!(reason.downcast_ref(), Some(&"the migration is wrong"));
    }
}

#[test]
fn a_template_accepts_no_late_connection() {
    let Some(cluster) = cluster_or_skip("a_template_accepts_no_late_connection") else {
        return;
    };
    let (tell, told) = std::sync::mpsc::channel();
    cluster.database_from(move |url: &str| tell.send(url.to_owned()).expect("a listener"));
    let template = told.recv().expect("the URL of the template");
    assert!(PgConnection::establish(&template).is_err());
}

#[test]
fn eight_threads_get_eight_databases() {
    let Some(cluster) = cluster_or_skip("eight_threads_get_eight_databases") else {
        return;
    };
    let all_ready = Barrier::new(8);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                all_ready.wait();
                let mut conn = connect(&cluster.database_from(make_pass_table));
                conn.batch_execute("INSERT INTO pass VALUES ('Bedel')").expect("the table of the template");
                assert_eq!(passes(&mut conn), 2);
            });
        }
    });
}

#[test]
fn nothing_is_left_when_the_holder_of_the_lifeline_is_killed() {
    let test = "nothing_is_left_when_the_holder_of_the_lifeline_is_killed";
    let Some(_) = cluster_or_skip(test) else {
        return;
    };
    let (lifeline, held_open) = io::pipe().expect("a pipe");
    let (cluster, mut guardian) = postgres::start(lifeline).expect("a second server");
    // A stand-in for the test process: it only holds the other end of the pipe.
    let mut holder = Command::new("cat").stdin(Stdio::piped()).stdout(held_open).spawn().expect("cat");
    let mut conn = connect(&cluster.database_from(make_pass_table));
    assert_eq!(passes(&mut conn), 1);
    // Ctrl-C goes to the process group of the tests; the guardian leads another one.
    let group_exists =
        Command::new("sh").args(["-c", "kill -s 0 -- -$0", &guardian.id().to_string()]).status().expect("sh");
    assert!(group_exists.success());

    holder.kill().expect("our own child");
    holder.wait().expect("our own child");
    guardian.wait().expect("our own child");
    assert!(!cluster.folder().exists());
    assert!(conn.batch_execute("SELECT 1").is_err(), "still serving");
}

#[test]
fn settings_for_another_server_lead_nowhere() {
    let test = "settings_for_another_server_lead_nowhere";
    let Some(_) = cluster_or_skip(test) else {
        return;
    };
    let run = rerun(
        "the_server_is_recent",
        &[
            ("PGDATA", "/nowhere"),
            ("PGHOST", "/nowhere"),
            ("PGPORT", "9"),
            ("PGUSER", "nobody"),
            ("TORUGART_TEST_POSTGRES", "required"),
        ],
    );
    assert!(run.status.success(), "{}", text(&run.stdout));
}

#[test]
fn a_missing_server_is_skipped_loudly() {
    let run = rerun("databases_from_one_template_are_independent", &[("TORUGART_POSTGRES_BIN", "/nowhere")]);
    assert!(run.status.success());
    let shown = text(&run.stderr);
    assert!(shown.contains("SKIPPED databases_from_one_template_are_independent"), "{shown}");
    assert!(shown.contains("/nowhere has no postgres"), "{shown}");
}

#[test]
fn a_missing_server_fails_when_required() {
    let run = rerun(
        "databases_from_one_template_are_independent",
        &[("TORUGART_POSTGRES_BIN", "/nowhere"), ("TORUGART_TEST_POSTGRES", "required")],
    );
    assert!(!run.status.success());
    let shown = text(&run.stdout);
    assert!(shown.contains("/nowhere has no postgres"), "{shown}");
}

#[test]
fn an_old_server_is_refused() {
    let binaries = fake_binaries("14.19 (Debian 14.19-1)");
    let run = rerun_with("the_server_is_recent", binaries.path());
    let shown = text(&run.stderr);
    assert!(shown.contains("is version 14, older than 15"), "{shown}");
}

#[test]
fn a_failed_start_shows_the_end_of_the_log() {
    let binaries = fake_binaries("19beta1");
    let run = rerun_with("the_server_is_recent", binaries.path());
    let shown = text(&run.stderr);
    assert!(shown.contains("the disk of the yurt is full"), "{shown}");
}
