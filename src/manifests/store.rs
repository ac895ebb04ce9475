//! The `manifests`, `manifest_files`, `manifest_blocks` and `manifest_profiles` tables.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{Text, Timestamp};
use serde::{Deserialize, Serialize};

use super::lines::{Line, Outcome};
use super::profile::{Columns, Correction};
use super::reading::SheetProfile;
use super::{Counts, State};
use crate::db::Tx;
use crate::db::schema::{manifest_blocks as blocks, manifest_files as files, manifest_profiles as profiles, manifests};
use crate::error::{Error, Result};
use crate::ids::{BranchId, ManifestId};

/// Rows of a block.
const BLOCK: usize = 500;

/// A manifest as stored, without its rows.
#[derive(Clone, Debug, Queryable)]
pub struct Manifest {
    /// Identifier.
    pub id: ManifestId,
    /// The warehouse.
    pub branch_id: BranchId,
    /// The name of the file.
    pub file_name: Option<String>,
    /// How far it is.
    pub state: State,
    sheets: String,
    said: String,
    created: i64,
    updated: i64,
    unchanged: i64,
    skipped: i64,
    error: i64,
    /// When it came.
    pub uploaded_at: NaiveDateTime,
    /// Who sent it.
    pub uploaded_by: String,
    /// When its rows were taken.
    pub committed_at: Option<NaiveDateTime>,
    /// Who did.
    pub committed_by: Option<String>,
}

impl Manifest {
    /// How many of its rows are what.
    pub fn counts(&self) -> Counts {
        Counts {
            created: self.created,
            updated: self.updated,
            unchanged: self.unchanged,
            skipped: self.skipped,
            error: self.error,
        }
    }

    /// What was recognised, sheet by sheet.
    ///
    /// # Errors
    /// When what is stored cannot be read.
    pub fn sheets(&self) -> Result<Vec<SheetProfile>> {
        parse(&self.sheets)
    }

    /// What a person said of the file.
    ///
    /// # Errors
    /// When what is stored cannot be read.
    pub fn said(&self) -> Result<Correction> {
        parse(&self.said)
    }
}

/// A row and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// What it says.
    pub line: Line,
    /// What becomes of it.
    pub outcome: Outcome,
    /// Why.
    pub reason: String,
}

/// What is written of a manifest beside its rows.
pub struct Told<'a> {
    /// What was recognised.
    pub sheets: &'a [SheetProfile],
    /// What a person said.
    pub said: &'a Correction,
    /// How many rows are what.
    pub counts: Counts,
}

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::Startup(format!("a stored manifest cannot be read: {error}")))
}

fn print<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| Error::Startup(format!("a manifest cannot be written as JSON: {error}")))
}

pub fn insert(
    tx: &mut Tx,
    branch: &BranchId,
    file_name: Option<&str>,
    bytes: &[u8],
    told: &Told<'_>,
    rows: &[Row],
) -> Result<Manifest> {
    let id = ManifestId::new();
    let manifest: Manifest = diesel::insert_into(manifests::table)
        .values((
            manifests::id.eq(&id),
            manifests::branch_id.eq(branch),
            manifests::file_name.eq(file_name),
            manifests::state.eq(State::Previewed),
            manifests::sheets.eq(print(told.sheets)?),
            manifests::said.eq(print(told.said)?),
            manifests::rows_created.eq(told.counts.created),
            manifests::rows_updated.eq(told.counts.updated),
            manifests::rows_unchanged.eq(told.counts.unchanged),
            manifests::rows_skipped.eq(told.counts.skipped),
            manifests::rows_error.eq(told.counts.error),
            manifests::uploaded_at.eq(tx.now),
            manifests::uploaded_by.eq(tx.by.name()),
        ))
        .returning(manifests::all_columns)
        .get_result(tx.conn)?;
    diesel::insert_into(files::table).values((files::manifest_id.eq(&id), files::bytes.eq(bytes))).execute(tx.conn)?;
    insert_rows(tx, &id, rows)?;
    Ok(manifest)
}

fn insert_rows(tx: &mut Tx, id: &ManifestId, rows: &[Row]) -> Result<()> {
    for (n, block) in (0..).zip(rows.chunks(BLOCK)) {
        diesel::insert_into(blocks::table)
            .values((blocks::manifest_id.eq(id), blocks::n.eq(n), blocks::lines.eq(print(block)?)))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Writes other rows and counts in the place of those of a preview.
pub fn replace(tx: &mut Tx, id: &ManifestId, told: &Told<'_>, rows: &[Row]) -> Result<Manifest> {
    diesel::delete(blocks::table.filter(blocks::manifest_id.eq(id))).execute(tx.conn)?;
    insert_rows(tx, id, rows)?;
    Ok(diesel::update(manifests::table.find(id))
        .set((
            manifests::sheets.eq(print(told.sheets)?),
            manifests::said.eq(print(told.said)?),
            manifests::rows_created.eq(told.counts.created),
            manifests::rows_updated.eq(told.counts.updated),
            manifests::rows_unchanged.eq(told.counts.unchanged),
            manifests::rows_skipped.eq(told.counts.skipped),
            manifests::rows_error.eq(told.counts.error),
        ))
        .returning(manifests::all_columns)
        .get_result(tx.conn)?)
}

pub fn set_committed(tx: &mut Tx, id: &ManifestId) -> Result<Manifest> {
    Ok(diesel::update(manifests::table.find(id))
        .set((
            manifests::state.eq(State::Committed),
            manifests::committed_at.eq(tx.now),
            manifests::committed_by.eq(tx.by.name()),
        ))
        .returning(manifests::all_columns)
        .get_result(tx.conn)?)
}

/// Deleting nothing of it takes no lock, so the row is written onto itself; a committed one is only read.
pub fn lock(tx: &mut Tx, id: &ManifestId) -> Result<Option<Manifest>> {
    let previewed = manifests::table.find(id).filter(manifests::state.eq(State::Previewed));
    let locked = diesel::update(previewed)
        .set(manifests::state.eq(State::Previewed))
        .returning(manifests::all_columns)
        .get_result(tx.conn)
        .optional()?;
    match locked {
        Some(manifest) => Ok(Some(manifest)),
        None => by_id(tx, id),
    }
}

pub fn by_id(tx: &mut Tx, id: &ManifestId) -> Result<Option<Manifest>> {
    Ok(manifests::table.find(id).first(tx.conn).optional()?)
}

pub fn page(tx: &mut Tx, limit: i64, below: Option<&str>) -> Result<Vec<Manifest>> {
    let mut query = manifests::table.order(manifests::id.desc()).limit(limit).into_boxed();
    if let Some(below) = below {
        query = query.filter(manifests::id.lt(below.to_owned()));
    }
    Ok(query.load(tx.conn)?)
}

pub fn file(tx: &mut Tx, id: &ManifestId) -> Result<Vec<u8>> {
    Ok(files::table.find(id).select(files::bytes).first(tx.conn)?)
}

pub fn rows(tx: &mut Tx, id: &ManifestId) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let stored = blocks::table.filter(blocks::manifest_id.eq(id)).order(blocks::n).select(blocks::lines);
    for block in stored.load::<String>(tx.conn)? {
        rows.extend(parse::<Vec<Row>>(&block)?);
    }
    Ok(rows)
}

/// Up to `limit` rows from the one with this index on, of one outcome when it is named, each with its index.
pub fn rows_from(
    tx: &mut Tx,
    id: &ManifestId,
    from: usize,
    outcome: Option<Outcome>,
    limit: usize,
) -> Result<Vec<(usize, Row)>> {
    let mut found = Vec::new();
    let mut n = from / BLOCK;
    loop {
        let block = blocks::table.find((id, i32::try_from(n).unwrap_or(i32::MAX))).select(blocks::lines);
        let Some(block) = block.first::<String>(tx.conn).optional()? else { return Ok(found) };
        for (at, row) in parse::<Vec<Row>>(&block)?.into_iter().enumerate().map(|(at, row)| (n * BLOCK + at, row)) {
            if at >= from && outcome.is_none_or(|outcome| row.outcome == outcome) {
                found.push((at, row));
            }
            if found.len() == limit {
                return Ok(found);
            }
        }
        n += 1;
    }
}

pub fn profiles_of(tx: &mut Tx, branch: &BranchId) -> Result<HashMap<String, Columns>> {
    let stored = profiles::table.filter(profiles::branch_id.eq(branch)).select((profiles::shape, profiles::layout));
    stored
        .load::<(String, String)>(tx.conn)?
        .into_iter()
        .map(|(shape, columns)| Ok((shape, parse(&columns)?)))
        .collect()
}

pub fn remember(tx: &mut Tx, branch: &BranchId, shape: &str, columns: &Columns) -> Result<()> {
    diesel::sql_query(
        "INSERT INTO manifest_profiles (branch_id, shape, layout, remembered_at, remembered_by) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (branch_id, shape) DO UPDATE SET layout = excluded.layout, remembered_at = excluded.remembered_at, \
         remembered_by = excluded.remembered_by",
    )
    .bind::<Text, _>(branch)
    .bind::<Text, _>(shape)
    .bind::<Text, _>(print(columns)?)
    .bind::<Timestamp, _>(tx.now)
    .bind::<Text, _>(tx.by.name())
    .execute(tx.conn)?;
    Ok(())
}
