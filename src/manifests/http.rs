//! `/v1/manifests`.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::profile::Correction;
use super::{Counts, Desk, Manifest, Outcome, Preview, Row, SheetProfile, State, report};
use crate::branches;
use crate::db::Tx;
use crate::error::{Problem, Result};
use crate::http::text::one_line;
use crate::http::{Body, Call, Page, Paging, Raw, Reply};
use crate::ids::{Actor, ManifestId};
use crate::sheets::{self, limits};
use crate::state::App;

/// What a list may be called; what it is, its content says.
pub const MEDIA_TYPES: &[&str] = sheets::MEDIA_TYPES;
/// The largest file.
const MOST_BYTES: usize = limits::FILE_BYTES;
/// Rows that an answer with a manifest holds; the rest is asked for page by page.
const FIRST_ROWS: usize = 1_000;
/// The media type of the report.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// `?branch=&file_name=&include_hidden=&profile=`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct UploadQuery {
    /// Code or identifier of the China warehouse; where the sender works unless told, or the oldest one.
    branch: Option<String>,
    /// The name of the file, for people.
    file_name: Option<String>,
    /// Whether hidden rows and sheets are read like all others.
    include_hidden: Option<bool>,
    /// What is known of its columns, as JSON in the shape that `PATCH` takes.
    profile: Option<String>,
}

impl UploadQuery {
    fn said(&self) -> Result<Correction> {
        let mut said = match &self.profile {
            None => Correction::default(),
            Some(json) => serde_json::from_str(json).map_err(|error| Problem::field("?profile", error.to_string()))?,
        };
        said.include_hidden = self.include_hidden.or(said.include_hidden);
        Ok(said)
    }
}

/// `?rows=`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CommitQuery {
    /// `valid` leaves rows with errors out, as `skip_errors` does.
    #[param(value_type = Option<String>)]
    rows: Option<Chosen>,
}

/// Which rows are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Chosen {
    All,
    Valid,
}

/// Which rows are taken.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ManifestCommitRequest, example = json!({"skip_errors": true}))]
pub struct CommitRequest {
    /// Whether rows with errors are left out; otherwise they keep all the others from being taken.
    #[serde(default)]
    skip_errors: bool,
}

/// `?outcome=&limit=&cursor=`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RowsQuery {
    /// Only rows of this outcome.
    #[param(value_type = Option<String>)]
    outcome: Option<Outcome>,
    /// How many, 1 to 1000; 200 unless told.
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<usize>,
}

/// A list of received parcels.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Manifest)]
pub struct ManifestView {
    id: ManifestId,
    state: State,
    /// Code of the warehouse.
    branch: String,
    file_name: Option<String>,
    counts: Counts,
    uploaded_at: DateTime<Utc>,
    by: String,
    committed_at: Option<DateTime<Utc>>,
    committed_by: Option<String>,
    /// Not in the list of manifests.
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<ProfileView>,
    /// The first rows of the file; not in the list of manifests.
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<Vec<RowView>>,
    /// Where `GET /v1/manifests/{id}/rows` goes on; null when all rows are here.
    next_cursor: Option<String>,
}

/// What was recognised.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ManifestProfile)]
pub struct ProfileView {
    /// Sheet by sheet.
    sheets: Vec<SheetProfile>,
    /// Whether hidden rows and sheets are read like all others.
    include_hidden: bool,
}

impl ProfileView {
    /// What is shown of sheets.
    pub fn of(mut sheets: Vec<SheetProfile>, said: &Correction) -> Self {
        for sheet in &mut sheets {
            sheet.shape = None;
        }
        Self { sheets, include_hidden: said.include_hidden.unwrap_or(false) }
    }
}

/// A row of the file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ManifestRow)]
pub struct RowView {
    /// The sheet's name; empty for CSV.
    sheet: String,
    /// As the spreadsheet shows it.
    row: u32,
    outcome: Outcome,
    tracking_number: Option<String>,
    client_code: Option<String>,
    weight_g: Option<i64>,
    reason: String,
}

impl From<Row> for RowView {
    fn from(row: Row) -> Self {
        Self {
            sheet: row.line.sheet,
            row: row.line.row,
            outcome: row.outcome,
            tracking_number: row.line.tracking_number,
            client_code: row.line.client_code,
            weight_g: row.line.weight_g,
            reason: row.reason,
        }
    }
}

fn brief(tx: &mut Tx, manifest: &Manifest) -> Result<ManifestView> {
    Ok(ManifestView {
        id: manifest.id.clone(),
        state: manifest.state,
        branch: branches::get(tx, &manifest.branch_id)?.code,
        file_name: manifest.file_name.clone(),
        counts: manifest.counts(),
        uploaded_at: manifest.uploaded_at.and_utc(),
        by: manifest.uploaded_by.clone(),
        committed_at: manifest.committed_at.map(|at| at.and_utc()),
        committed_by: manifest.committed_by.clone(),
        profile: None,
        rows: None,
        next_cursor: None,
    })
}

fn view(tx: &mut Tx, manifest: &Manifest) -> Result<ManifestView> {
    let mut view = brief(tx, manifest)?;
    let (rows, next) = super::rows_from(tx, &manifest.id, 0, None, FIRST_ROWS)?;
    view.profile = Some(ProfileView::of(manifest.sheets()?, &manifest.said()?));
    view.rows = Some(rows.into_iter().map(RowView::from).collect());
    view.next_cursor = next.map(|at| at.to_string());
    Ok(view)
}

/// Reads a file off the async threads and tells what would become of its rows; nothing is written and no transaction
/// is open meanwhile.
async fn look(app: &App, by: &Actor, desk: Desk, bytes: web::Bytes, said: Correction) -> Result<(Desk, Preview)> {
    let (desk, reading, said) = app
        .compute(move || {
            let reading = super::read_file(&desk, &bytes, &said)?;
            Ok::<_, crate::error::Error>((desk, reading, said))
        })
        .await??;
    let preview = app.read(by, move |tx| super::preview(tx, reading, said)).await?;
    Ok((desk, preview))
}

/// Uploads a file and gives its preview.
pub async fn upload(
    app: App,
    call: Call,
    query: web::Query<UploadQuery>,
    file: Raw<MOST_BYTES>,
) -> Result<HttpResponse> {
    let file_name = query.file_name.as_deref().map(|name| one_line(name, 200, "?file_name")).transpose()?;
    let (said, branch) = (query.said()?, query.branch.clone());
    let file = file.of_type(MEDIA_TYPES)?;
    let desk = app.read(&call.actor, move |tx| super::desk(tx, branch.as_deref(), "?branch")).await?;
    let (desk, preview) = look(&app, &call.actor, desk, file.bytes.clone(), said).await?;
    call.taking_time()
        .write(app, file.fingerprint, move |tx| {
            let manifest = super::upload(tx, &desk.branch.id, file_name.as_deref(), &file.bytes, &preview)?;
            Ok(Reply::created_at(format!("/v1/manifests/{}", manifest.id), view(tx, &manifest)?))
        })
        .await
}

/// Reads the file anew with what a person says of its columns.
pub async fn correct(app: App, call: Call, id: web::Path<ManifestId>, body: Body<Correction>) -> Result<HttpResponse> {
    let (id, newer) = (id.into_inner(), body.value);
    let of = id.clone();
    let read = move |tx: &mut Tx| {
        let manifest = super::get(tx, &of)?;
        super::refuse_committed(&manifest)?;
        let desk = super::desk(tx, Some(manifest.branch_id.as_str()), "?branch")?;
        Ok((desk, super::file(tx, &of)?, manifest.said()?.and(newer)))
    };
    let (desk, bytes, said) = app.read(&call.actor, read).await?;
    let (_, preview) = look(&app, &call.actor, desk, bytes.into(), said).await?;
    call.taking_time()
        .write(app, body.fingerprint, move |tx| {
            let manifest = super::correct(tx, &id, &preview)?;
            Ok(Reply::ok(view(tx, &manifest)?))
        })
        .await
}

/// Takes the rows: all of them or none.
pub async fn commit(
    app: App,
    call: Call,
    id: web::Path<ManifestId>,
    query: web::Query<CommitQuery>,
    body: Body<CommitRequest>,
) -> Result<HttpResponse> {
    let skip_errors = body.value.skip_errors || query.rows == Some(Chosen::Valid);
    let fingerprint = body.fingerprint.and(if skip_errors { "valid" } else { "all" });
    call.taking_time()
        .write(app, fingerprint, move |tx| {
            let manifest = super::commit(tx, &id, skip_errors)?;
            Ok(Reply::ok(view(tx, &manifest)?))
        })
        .await
}

/// All manifests.
pub async fn list(app: App, call: Call, paging: web::Query<Paging>) -> Result<HttpResponse> {
    call.read(app, move |tx| {
        let page = super::list(tx, &paging)?;
        let items = page.items.iter().map(|manifest| brief(tx, manifest)).collect::<Result<Vec<_>>>()?;
        Ok(Page { items, next_cursor: page.next_cursor })
    })
    .await
}

/// One manifest and its first rows.
pub async fn get(app: App, call: Call, id: web::Path<ManifestId>) -> Result<HttpResponse> {
    call.read(app, move |tx| {
        let manifest = super::get(tx, &id)?;
        view(tx, &manifest)
    })
    .await
}

/// Its rows, page by page.
pub async fn rows(
    app: App,
    call: Call,
    id: web::Path<ManifestId>,
    query: web::Query<RowsQuery>,
) -> Result<HttpResponse> {
    let limit = query.limit.unwrap_or(200);
    if !(1..=FIRST_ROWS).contains(&limit) {
        return Problem::field("?limit", format!("must be 1 to {FIRST_ROWS}")).fail();
    }
    call.read(app, move |tx| {
        let manifest = super::get(tx, &id)?;
        let from = query.cursor.unwrap_or(0).min(limits::ROWS);
        let (rows, next) = super::rows_from(tx, &manifest.id, from, query.outcome, limit)?;
        let items = rows.into_iter().map(RowView::from).collect();
        Ok(Page { items, next_cursor: next.map(|at| at.to_string()) })
    })
    .await
}

/// What became of every row, as a workbook.
pub async fn report(app: App, call: Call, id: web::Path<ManifestId>) -> Result<HttpResponse> {
    let read = move |tx: &mut Tx| {
        let manifest = super::get(tx, &id)?;
        Ok((super::rows(tx, &manifest.id)?, manifest))
    };
    let (rows, manifest) = app.read(&call.actor, read).await?;
    let counts = manifest.counts();
    let drawn = app.compute(move || report::draw(&rows, counts)).await??;
    let name = format!("attachment; filename=\"manifest-{}.xlsx\"", manifest.id);
    Ok(HttpResponse::Ok().content_type(XLSX).insert_header((header::CONTENT_DISPOSITION, name)).body(drawn))
}
