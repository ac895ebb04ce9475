//! Whether everything that must be true of the data is: structure, books, ways of orders, trail, outbox. Only reads, on the
//! state of one moment, so that it can be asked while the service works.

mod checks;

use serde::Serialize;

use crate::db::{Conn, inspect, migrate};
use crate::error::{Error, Result};
use crate::orders;

pub use checks::Check;

/// What became of one promise.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// Which part of the house: `structure`, `ledger`, `status`, `audit`, `outbox`, …
    pub part: &'static str,
    /// What is promised.
    pub promise: &'static str,
    /// How many rows break it; 0 is right.
    pub wrong: usize,
    /// The first of them, by name.
    pub examples: Vec<String>,
}

/// As many broken rows are named; all are counted.
const MOST_EXAMPLES: usize = 10;

impl Finding {
    fn of(part: &'static str, promise: &'static str, mut rows: Vec<String>) -> Self {
        let wrong = rows.len();
        rows.truncate(MOST_EXAMPLES);
        Self { part, promise, wrong, examples: rows }
    }
}

/// Looks at everything, on the state that the connection sees.
///
/// # Errors
/// [`Error::Startup`] when the database has another shape than this program expects; those of the database.
pub fn everything(conn: &mut Conn) -> Result<Vec<Finding>> {
    if !migrate::is_current(conn)? {
        return Err(Error::Startup(
            "the database was made by another version: verify it with that version, or run `torugart migrate` first"
                .to_owned(),
        ));
    }
    let mut findings = vec![
        Finding::of("structure", "pages, indexes and constraints are sound", inspect::structure(conn)?),
        Finding::of("structure", "every row that is named is there", inspect::dangling(conn)?),
    ];
    findings.extend(asked(conn, checks::BOOKS)?);
    findings.extend(asked(conn, checks::HOUSE)?);
    let promise = "every step of a timeline may follow the one before";
    findings.push(Finding::of("status", promise, inspect::lines(conn, &illegal_steps())?));
    Ok(findings)
}

fn asked(conn: &mut Conn, checks: &[Check]) -> Result<Vec<Finding>> {
    let ask = |check: &Check| Ok(Finding::of(check.part, check.promise, inspect::lines(conn, check.query)?));
    checks.iter().map(ask).collect()
}

/// Steps between statuses that `orders::rules` does not know.
fn illegal_steps() -> String {
    let known: Vec<_> = orders::rules::steps().into_iter().map(|(from, to)| format!("'{from}>{to}'")).collect();
    format!(
        "SELECT orders.code || ': ' || step AS line FROM (SELECT order_id, status, before || '>' || status AS step, before \
         FROM (SELECT order_id, status, LAG(status) OVER (PARTITION BY order_id ORDER BY order_version, id) AS before FROM events) AS steps \
         ) AS changes JOIN orders ON orders.id = order_id WHERE before <> changes.status AND step NOT IN ({})",
        known.join(", ")
    )
}

/// By how many tyiyn the books do not add up: the ledger as a whole, and each broken promise of it at least by one.
///
/// # Errors
/// Those of the database.
pub fn imbalance_tyiyn(conn: &mut Conn) -> Result<i64> {
    let total = "SELECT CAST(COALESCE(SUM(ABS(sum)), 0) AS BIGINT) AS count FROM (SELECT SUM(amount_tyiyn) AS sum \
                 FROM postings GROUP BY journal_id HAVING SUM(amount_tyiyn) <> 0) AS wrong";
    let unbalanced = inspect::count(conn, total)?;
    let broken: usize = asked(conn, checks::BOOKS)?.iter().map(|finding| finding.wrong).sum();
    Ok(unbalanced.max(i64::try_from(broken).unwrap_or(i64::MAX)))
}
