//! Manifests: the lists of received parcels that warehouses send. Importing one is receiving in bulk.
//!
//! A file is read without a database (`reading`), judged row by row against what is known (`rules`), and kept as a
//! preview that changes nothing. A commit judges the rows again under locks and takes all of them or none.

mod columns;
mod commit;
mod contents;
mod couriers;
mod headings;
pub mod http;
mod lines;
mod marks;
mod measures;
pub mod profile;
mod reading;
pub mod report;
mod rows;
pub mod rules;
mod store;

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::audit;
use crate::branches::{self, Branch};
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::http::{Page, Paging};
use crate::ids::{Actor, BranchId, ManifestId};
use crate::sheets::{SheetError, Workbook};

pub use columns::Expected;
pub use commit::commit;
pub use lines::{Line, Outcome};
use profile::{Columns, Correction};
pub use reading::{OtherRow, Reading, SheetProfile, read};
pub use store::{Manifest, Row};

words! {
    /// How far a manifest is.
    State as ManifestState {
        /// Its rows are judged, and nothing was changed.
        Previewed = "previewed",
        /// Its rows were taken.
        Committed = "committed",
    }
}

/// How many rows are what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ManifestCounts)]
pub struct Counts {
    /// Parcels that nobody knew.
    pub created: i64,
    /// Parcels that were expected, or are known better now.
    pub updated: i64,
    /// Parcels of which everything is known.
    pub unchanged: i64,
    /// Passed over on purpose.
    pub skipped: i64,
    /// Not to be taken as they are.
    pub error: i64,
}

impl Counts {
    /// Counts outcomes.
    pub fn of(outcomes: impl Iterator<Item = Outcome>) -> Self {
        let mut counts = Self::default();
        for outcome in outcomes {
            *match outcome {
                Outcome::Created => &mut counts.created,
                Outcome::Updated => &mut counts.updated,
                Outcome::Unchanged => &mut counts.unchanged,
                Outcome::Skipped => &mut counts.skipped,
                Outcome::Error => &mut counts.error,
            } += 1;
        }
        counts
    }
}

/// A file that was read, and what would become of its rows.
#[derive(Clone, Debug)]
pub struct Preview {
    /// What was recognised, sheet by sheet.
    pub sheets: Vec<SheetProfile>,
    /// What a person said of it.
    pub said: Correction,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// What has to be known before a file is read: the warehouse and what people said of its earlier files.
pub struct Desk {
    /// The warehouse.
    pub branch: Branch,
    /// The prefix of client codes.
    pub prefix: String,
    remembered: HashMap<String, Columns>,
}

/// The warehouse whose list it is: the one that is named, else where the person works, else the oldest in China.
///
/// # Errors
/// `validation_failed` at `pointer` for a branch that is no warehouse in China, or when there is none.
pub fn desk(tx: &mut Tx, named: Option<&str>, pointer: &str) -> Result<Desk> {
    let own = match tx.by {
        Actor::Staff { branch: Some(branch), .. } => Some(branches::get(tx, branch)?),
        Actor::Staff { branch: None, .. } | Actor::Anyone | Actor::System | Actor::Customer { .. } => None,
    };
    let branch = match named {
        Some(named) => Some(branches::find(tx, named, pointer)?),
        None => match own.filter(|branch| branch.kind == branches::Kind::ChinaWarehouse) {
            Some(own) => Some(own),
            None => branches::first_of(tx, branches::Kind::ChinaWarehouse)?,
        },
    };
    match branch {
        Some(branch) if branch.kind == branches::Kind::ChinaWarehouse => {
            let remembered = store::profiles_of(tx, &branch.id)?;
            Ok(Desk { branch, prefix: tx.firm.client_code_prefix.clone(), remembered })
        }
        Some(branch) => Problem::field(pointer, format!("{} is no warehouse in China", branch.code)).fail(),
        None => Problem::field(pointer, "there is no warehouse in China; an admin opens one").fail(),
    }
}

/// Reads a file for a desk.
///
/// # Errors
/// `unreadable_file` and `body_too_large` for a file that is no table, or holds no table of parcels at all;
/// `validation_failed` for a correction that does not fit it.
pub fn read_file(desk: &Desk, bytes: &[u8], said: &Correction) -> Result<Reading> {
    let book: Workbook = crate::sheets::read(bytes).map_err(|error| unreadable(&error))?;
    let expected = Expected { prefix: &desk.prefix, remembered: &desk.remembered };
    let reading = read(&book, &expected, said)?;
    if reading.sheets.iter().all(|sheet| sheet.columns.is_none()) {
        let hint = "no sheet of it holds a table of parcels: a column of couriers' numbers, with a heading such as \
                    \"tracking number\", \"快递单号\" or \"трек-код\"";
        return Problem::new(Slug::UnreadableFile, format!("The file was not taken: {hint}.")).fail();
    }
    Ok(reading)
}

fn unreadable(error: &SheetError) -> Problem {
    let slug = match error {
        SheetError::TooLarge(_) => Slug::BodyTooLarge,
        _ => Slug::UnreadableFile,
    };
    Problem::new(slug, format!("The file was not taken: {error}."))
}

/// Tells what would become of the rows, by what is known now.
///
/// # Errors
/// Those of the database.
pub fn preview(tx: &mut Tx, reading: Reading, said: Correction) -> Result<Preview> {
    let facts = commit::Facts::gather(tx, reading.lines.iter())?;
    let rows = reading.lines.into_iter().map(|line| {
        let judged = facts.judge(&line);
        Row { line, outcome: judged.outcome, reason: judged.reason }
    });
    Ok(Preview { rows: rows.collect(), sheets: reading.sheets, said })
}

/// Keeps a file and its preview.
///
/// # Errors
/// Those of the database.
pub fn upload(
    tx: &mut Tx,
    branch: &BranchId,
    file_name: Option<&str>,
    bytes: &[u8],
    preview: &Preview,
) -> Result<Manifest> {
    let counts = Counts::of(preview.rows.iter().map(|row| row.outcome));
    let told = store::Told { sheets: &preview.sheets, said: &preview.said, counts };
    let manifest = store::insert(tx, branch, file_name, bytes, &told, &preview.rows)?;
    remember(tx, branch, preview)?;
    audit::record(
        tx,
        "manifest.uploaded",
        manifest.id.as_str(),
        serde_json::json!({ "file_name": file_name, "branch": branch, "counts": counts }),
    )?;
    Ok(manifest)
}

/// Keeps another preview in the place of the one that was corrected, and the columns that a person named.
///
/// # Errors
/// `not_found`; `wrong_status` for one that was committed.
pub fn correct(tx: &mut Tx, id: &ManifestId, preview: &Preview) -> Result<Manifest> {
    let before = store::lock(tx, id)?.ok_or_else(|| unknown(id))?;
    refuse_committed(&before)?;
    let counts = Counts::of(preview.rows.iter().map(|row| row.outcome));
    let told = store::Told { sheets: &preview.sheets, said: &preview.said, counts };
    let manifest = store::replace(tx, id, &told, &preview.rows)?;
    remember(tx, &manifest.branch_id, preview)?;
    audit::record(
        tx,
        "manifest.corrected",
        id.as_str(),
        serde_json::json!({ "said": preview.said, "counts": audit::change(before.counts(), counts) }),
    )?;
    Ok(manifest)
}

/// A manifest whose rows were taken is read no more.
///
/// # Errors
/// `wrong_status`.
pub fn refuse_committed(manifest: &Manifest) -> Result<()> {
    if manifest.state == State::Previewed {
        return Ok(());
    }
    Problem::new(Slug::WrongStatus, "The manifest is committed; send the file again to read it in another way.")
        .with("current", manifest.state.as_str())
        .with("legal", Vec::<String>::new())
        .fail()
}

/// The columns that a person named are those of the next file with the same headings.
fn remember(tx: &mut Tx, branch: &BranchId, preview: &Preview) -> Result<()> {
    for said in preview.said.sheets.iter().filter(|said| !said.pass_over) {
        let sheet = preview.sheets.iter().find(|sheet| sheet.sheet == said.sheet);
        if let Some((shape, columns)) = sheet.and_then(|sheet| sheet.shape.as_ref().zip(sheet.columns.as_ref())) {
            store::remember(tx, branch, shape, columns)?;
        }
    }
    Ok(())
}

/// Manifests, newest first.
///
/// # Errors
/// Bad paging, and those of the database.
pub fn list(tx: &mut Tx, paging: &Paging) -> Result<Page<Manifest>> {
    let (limit, below) = paging.checked()?;
    let rows = store::page(tx, limit + 1, below.as_deref())?;
    Ok(Page::new(rows, limit, |manifest| manifest.id.to_string()))
}

/// A manifest.
///
/// # Errors
/// `not_found`.
pub fn get(tx: &mut Tx, id: &ManifestId) -> Result<Manifest> {
    store::by_id(tx, id)?.ok_or_else(|| unknown(id).into())
}

/// All its rows, in the sequence of the file.
///
/// # Errors
/// Those of the database.
pub fn rows(tx: &mut Tx, id: &ManifestId) -> Result<Vec<Row>> {
    store::rows(tx, id)
}

/// Up to `limit` of its rows from one index on, of one outcome when it is named; and the index to go on from.
///
/// # Errors
/// Those of the database.
pub fn rows_from(
    tx: &mut Tx,
    id: &ManifestId,
    from: usize,
    outcome: Option<Outcome>,
    limit: usize,
) -> Result<(Vec<Row>, Option<usize>)> {
    let mut found = store::rows_from(tx, id, from, outcome, limit + 1)?;
    let next = found.get(limit).map(|(at, _)| *at);
    found.truncate(limit);
    Ok((found.into_iter().map(|(_, row)| row).collect(), next))
}

/// The file as it came.
///
/// # Errors
/// Those of the database.
pub fn file(tx: &mut Tx, id: &ManifestId) -> Result<Vec<u8>> {
    store::file(tx, id)
}

fn unknown(id: &ManifestId) -> Problem {
    Problem::not_found(format_args!("manifest {id}"))
}
