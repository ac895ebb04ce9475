use std::path::Path;
use std::sync::atomic::AtomicUsize;

use actix_web::rt::System;
use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;

use super::*;
use crate::db::Url;

#[derive(diesel::QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Two tables, of which one refuses a commit and not the statement before it.
const TABLES: &str = "CREATE TABLE noted (n BIGINT PRIMARY KEY); \
    CREATE TABLE promised (n BIGINT REFERENCES noted (n) DEFERRABLE INITIALLY DEFERRED)";

struct Bench {
    db: Db,
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(&Url::Sqlite(folder.path().join("t.db").display().to_string()), 2).unwrap();
        db.write(|conn| Ok(conn.batch_execute(TABLES)?)).unwrap();
        Self { db, folder }
    }

    fn noted(&self) -> Vec<i64> {
        let rows: Vec<Number> =
            self.db.read(|conn| Ok(diesel::sql_query("SELECT n FROM noted ORDER BY n").load(conn)?)).unwrap();
        rows.into_iter().map(|row| row.n).collect()
    }

    fn note(&self, n: i64) -> Pending<()> {
        self.db.join(move |conn| insert(conn, "noted", n)).0
    }

    fn commits(&self) -> usize {
        commits(&self.folder.path().join("t.db-wal"))
    }
}

fn insert(conn: &mut Conn, table: &str, n: i64) -> Result<()> {
    conn.batch_execute(&format!("INSERT INTO {table} VALUES ({n})"))?;
    Ok(())
}

/// The commits in a write-ahead log: the frames that name the size of the database after them.
/// <https://www.sqlite.org/fileformat2.html#walformat>
fn commits(log: &Path) -> usize {
    let log = std::fs::read(log).unwrap();
    let number = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().unwrap()) as usize;
    let frame = 24 + number(8);
    (32..log.len()).step_by(frame).filter(|at| number(at + 4) != 0).count()
}

fn answer<T>(pending: Pending<T>) -> Result<T> {
    System::new().block_on(pending.answer(Duration::from_secs(60)))
}

#[test]
fn those_who_wait_share_a_commit() {
    let bench = Bench::new();
    let before = bench.commits();
    let pending: Vec<_> = (0..20).map(|n| bench.note(n)).collect();
    bench.db.lead();
    pending.into_iter().for_each(|pending| answer(pending).unwrap());
    assert_eq!((bench.noted(), bench.commits() - before), ((0..20).collect(), 1));
}

#[test]
fn who_fails_leaves_nothing_and_harms_nobody() {
    let bench = Bench::new();
    let first = bench.note(1);
    let refused = bench.db.join(|conn| insert(conn, "noted", 2).and(Err::<(), _>(Error::Startup("no".into())))).0;
    let panics = bench.db.join(|conn| -> Result<()> {
        insert(conn, "noted", 3)?;
        panic!("a bug")
    });
    let last = bench.note(4);
    bench.db.lead();
    answer(first).unwrap();
    answer(last).unwrap();
    assert_eq!(answer(refused).unwrap_err().to_string(), "no");
    assert_eq!(answer(panics.0).unwrap_err().to_string(), "an operation panicked");
    assert_eq!(bench.noted(), [1, 4]);
}

#[test]
fn where_the_commit_fails_each_writes_alone() {
    let bench = Bench::new();
    let first = bench.note(1);
    let breaks_its_promise = bench.db.join(|conn| insert(conn, "promised", 99)).0;
    let last = bench.note(2);
    bench.db.lead();
    answer(first).unwrap();
    answer(last).unwrap();
    let error = answer(breaks_its_promise).unwrap_err().to_string();
    assert!(error.contains("FOREIGN KEY"), "{error}");
    assert_eq!(bench.noted(), [1, 2]);
}

#[test]
fn a_lost_race_is_tried_again() {
    let bench = Bench::new();
    let tries = Arc::<AtomicUsize>::default();
    let counted = tries.clone();
    let pending = bench.db.join(move |conn| {
        insert(conn, "noted", 1)?;
        if counted.fetch_add(1, Ordering::Relaxed) < 2 { Err(Error::lost_race()) } else { Ok(()) }
    });
    bench.db.lead();
    answer(pending.0).unwrap();
    assert_eq!((bench.noted(), tries.load(Ordering::Relaxed)), (vec![1], 3));
}

#[test]
fn who_gave_up_waiting_never_writes() {
    let bench = Bench::new();
    drop(bench.note(1));
    let impatient = bench.note(2);
    let outcome = System::new().block_on(impatient.answer(Duration::ZERO));
    assert!(matches!(outcome, Err(Error::Unavailable)));
    let patient = bench.note(3);
    bench.db.lead();
    answer(patient).unwrap();
    assert_eq!(bench.noted(), [3]);
}

/// One whose end is everybody's: there is no such writer, and there may be a mistake here.
struct Deadly;

impl Entry for Deadly {
    fn begin(&self) -> bool {
        panic!("not a writer's panic");
    }
    fn join(&mut self, _: &mut Conn) -> Result<()> {
        Ok(())
    }
    fn alone(&mut self, _: &mut Conn) {}
    fn refuse(&mut self) {}
    fn answer(self: Box<Self>) {}
}

#[test]
fn after_a_leader_who_died_somebody_else_leads() {
    let bench = Bench::new();
    bench.db.queue.0.lock().unwrap().entries.push_back(Box::new(Deadly));
    let (first, nobody_leads) = bench.db.join(|conn| insert(conn, "noted", 1));
    assert!(nobody_leads);
    assert!(catch_unwind(AssertUnwindSafe(|| bench.db.lead())).is_err());
    let (second, nobody_leads) = bench.db.join(|conn| insert(conn, "noted", 2));
    assert!(nobody_leads, "or nobody would ever write again");
    bench.db.lead();
    answer(first).unwrap();
    answer(second).unwrap();
    assert_eq!(bench.noted(), [1, 2]);
}
