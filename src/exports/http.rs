//! `?format=csv|xlsx&delimiter=`: what the lists share. A file is written whole before its first byte is sent, so that
//! one that broke off is never taken for a short one; it has no name on the disk and goes with the answer.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use actix_web::body::SizedStream;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::IntoParams;

use super::{Listed, head, unwritten};
use crate::audit;
use crate::clock::bishkek_day;
use crate::db::{Tx, patience};
use crate::error::{Error, Problem, Result, Slug};
use crate::http::document::{self, Shown};
use crate::http::{Call, Page, Paging};
use crate::sheets::table::{Form, Separator, Table};
use crate::state::App;

/// The media types of what a list or a paper is beside JSON.
pub const MEDIA_TYPES: &[&str] = &["text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"];

/// So much of a file is read at once.
const PIECE_BYTES: u64 = 64 * 1024;

/// `?format=&delimiter=`
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FormQuery {
    /// `json`, `csv` or `xlsx`; goes before `Accept`. JSON unless asked otherwise. A file has all rows that fit the
    /// filter, 100,000 at most unless set otherwise, with times by the clocks of Bishkek.
    #[param(value_type = Option<String>)]
    format: Option<Kind>,
    /// What separates the cells of CSV: `semicolon`, `comma` or `tab`. Semicolon unless told, with a comma in
    /// fractions, as spreadsheet programs set to Russian read it; the others come with a point.
    #[param(value_type = Option<String>)]
    delimiter: Option<Delimiter>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Json,
    Csv,
    Xlsx,
}

impl Shown for Kind {
    const ALL: &'static [Self] = &[Kind::Json, Kind::Csv, Kind::Xlsx];

    fn file(self) -> (&'static str, &'static str) {
        match self {
            Kind::Json => ("application/json", "json"),
            Kind::Csv => ("text/csv; charset=utf-8", "csv"),
            Kind::Xlsx => (MEDIA_TYPES[1], "xlsx"),
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Delimiter {
    #[serde(alias = ";")]
    Semicolon,
    #[serde(alias = ",")]
    Comma,
    Tab,
}

impl FormQuery {
    /// The kind of file that is wanted; none for JSON.
    pub fn wanted(self, req: &HttpRequest) -> Option<Form> {
        match self.format.or_else(|| document::wanted(req)).unwrap_or(Kind::Json) {
            Kind::Json => None,
            Kind::Xlsx => Some(Form::Xlsx),
            Kind::Csv => Some(Form::Csv(match self.delimiter {
                None | Some(Delimiter::Semicolon) => Separator::Semicolon,
                Some(Delimiter::Comma) => Separator::Comma,
                Some(Delimiter::Tab) => Separator::Tab,
            })),
        }
    }
}

/// Answers a list as it was asked for: a page of it as JSON, or all of it as a file.
///
/// # Errors
/// Those of `page` and `view`; `validation_failed` for a file of too many rows, or of one page.
pub async fn list<T: Listed, V: Serialize + Send + 'static>(
    app: App,
    call: Call,
    (req, asked, paging): (&HttpRequest, FormQuery, Paging),
    page: impl Fn(&mut Tx, &Paging) -> Result<Page<T>> + Send + Sync + 'static,
    views: impl Fn(&mut Tx, Vec<T>) -> Result<Vec<V>> + Send + 'static,
) -> Result<HttpResponse> {
    let Some(form) = asked.wanted(req) else {
        let read = move |tx: &mut Tx| {
            let Page { items, next_cursor } = page(tx, &paging)?;
            Ok(Page { items: views(tx, items)?, next_cursor })
        };
        return Ok(varied(call.read(app, read).await?));
    };
    if paging.limit.is_some() || paging.cursor.is_some() {
        return Problem::field("?limit", "a file has all pages: leave `limit` and `cursor` out").fail();
    }
    let (file, rows) = written(&app, &call, form, Arc::new(page)).await?;
    let detail = serde_json::json!({"form": kind(form).file().1, "filters": filters(req), "rows": rows});
    let name = format!("{}-{}", T::NAME, bishkek_day(app.clock.now()));
    send(&app, &call, (form, &name), (T::NAME, detail), file).await
}

/// All pages of a list, each read by itself, so that no connection is held for long.
async fn written<T: Listed>(
    app: &App,
    call: &Call,
    form: Form,
    page: Arc<impl Fn(&mut Tx, &Paging) -> Result<Page<T>> + Send + Sync + 'static>,
) -> Result<(File, usize)> {
    patience::take_time();
    let mut table = Table::begin(form, &head::<T>()).map_err(unwritten)?;
    let (most, mut paging, mut rows) = (app.config.server.export_rows, Paging::largest(None), 0);
    loop {
        let page = page.clone();
        let write = move |tx: &mut Tx| {
            let Page { items, next_cursor } = page(tx, &paging)?;
            let values = T::values(tx, items)?;
            values.iter().try_for_each(|row| table.row(row)).map_err(unwritten)?;
            Ok((table, values.len(), next_cursor))
        };
        let (written, more, next_cursor) = app.read(&call.actor, write).await?;
        rows += more;
        if rows > most || (rows == most && next_cursor.is_some()) {
            return too_many(most).fail();
        }
        if next_cursor.is_none() {
            let file = app.compute(move || written.finish()).await?.map_err(unwritten)?;
            return Ok((file, rows));
        }
        (table, paging) = (written, Paging::largest(next_cursor));
    }
}

fn too_many(most: usize) -> Problem {
    Problem::new(
        Slug::ValidationFailed,
        format!("More than {most} rows fit this filter: narrow it, for instance by time or status."),
    )
    .with("most_rows", most)
}

fn kind(form: Form) -> Kind {
    match form {
        Form::Csv(_) => Kind::Csv,
        Form::Xlsx => Kind::Xlsx,
    }
}

/// What of the query chose the rows. The trail keeps no names and no phones.
fn filters(req: &HttpRequest) -> BTreeMap<String, String> {
    let query = web::Query::<BTreeMap<String, String>>::from_query(req.query_string());
    let mut filters = query.map(web::Query::into_inner).unwrap_or_default();
    filters.retain(|name, _| !["format", "delimiter", "lang"].contains(&name.as_str()));
    for name in ["q", "phone"] {
        filters.entry(name.to_owned()).and_modify(|value| "***".clone_into(value));
    }
    filters
}

/// Writes down who takes which file away, and sends it.
///
/// # Errors
/// Those of the database.
pub async fn send(
    app: &App,
    call: &Call,
    (form, name): (Form, &str),
    (object, detail): (&str, Json),
    file: File,
) -> Result<HttpResponse> {
    let object = object.to_owned();
    call.change(app, move |tx| audit::record(tx, "list.exported", &object, &detail)).await?;
    let broken = |error: std::io::Error| Error::Startup(format!("a written table cannot be read: {error}"));
    let length = file.metadata().map_err(broken)?.len();
    let pieces = stream::try_unfold((app.clone(), file), |(app, mut file)| async move {
        let read = move || {
            let mut piece = Vec::new();
            (&mut file).take(PIECE_BYTES).read_to_end(&mut piece).map(|_| (piece, file))
        };
        let (piece, file) = app.disk(read).await?.map_err(|error| Error::Startup(error.to_string()))?;
        Ok::<_, Error>((!piece.is_empty()).then(|| (web::Bytes::from(piece), (app, file))))
    });
    let (content_type, ending) = kind(form).file();
    let mut response = HttpResponse::Ok().content_type(content_type).body(SizedStream::new(length, pieces));
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{name}.{ending}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(varied(response))
}

/// Says that the answer depends on `Accept`.
pub fn varied(mut response: HttpResponse) -> HttpResponse {
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept"));
    response
}
