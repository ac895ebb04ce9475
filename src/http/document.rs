//! A document that is data, a page, a picture or paper, as its reader asks.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, Accept, Header, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::{language, request};
use crate::error::{Error, Result};
use crate::print::{self, Paper, Slip, Unprintable};
use crate::state::App;
use crate::texts::Lang;

/// `?format=&width=&lang=`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DocumentQuery {
    /// `json`, `html`, `svg`, `png` or `pdf`; goes before `Accept`. JSON unless asked otherwise.
    #[param(value_type = Option<String>)]
    format: Option<Form>,
    /// The paper: `58` or `80` (millimetres), or `phone`; 80 unless told.
    #[param(value_type = Option<String>)]
    width: Option<Width>,
    /// `ky`, `ru` or `en`; goes before `Accept-Language`.
    lang: Option<String>,
}

impl DocumentQuery {
    /// The language that was asked for, if any was.
    pub fn lang(&self, req: &HttpRequest) -> Option<Lang> {
        language::asked(req, self.lang.as_deref())
    }
}

/// How a document is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Form {
    Json,
    Html,
    Svg,
    Png,
    Pdf,
}

/// On what.
#[derive(Clone, Copy, Debug, Deserialize)]
enum Width {
    #[serde(rename = "58")]
    Mm58,
    #[serde(rename = "80")]
    Mm80,
    #[serde(rename = "phone")]
    Phone,
}

impl Width {
    fn paper(self) -> Paper {
        match self {
            Width::Mm58 => Paper::Mm58,
            Width::Mm80 => Paper::Mm80,
            Width::Phone => Paper::Phone,
        }
    }
}

/// The forms that a document can be shown in.
pub trait Shown: Copy + 'static {
    /// All of them. The first is for who does not say, or likes none; the first of a kind is for who likes the kind.
    const ALL: &'static [Self];

    /// Content type and the ending of a file's name.
    fn file(self) -> (&'static str, &'static str);
}

impl Shown for Form {
    const ALL: &'static [Self] = &[Form::Json, Form::Html, Form::Png, Form::Svg, Form::Pdf];

    fn file(self) -> (&'static str, &'static str) {
        match self {
            Form::Json => ("application/json", "json"),
            Form::Html => ("text/html; charset=utf-8", "html"),
            Form::Svg => ("image/svg+xml", "svg"),
            Form::Png => ("image/png", "png"),
            Form::Pdf => ("application/pdf", "pdf"),
        }
    }
}

/// The form that the caller likes best by `Accept`.
pub fn wanted<F: Shown>(req: &HttpRequest) -> Option<F> {
    let liked = Accept::parse(req).map(|accept| accept.ranked()).unwrap_or_default();
    let known = liked.iter().find_map(|mime| {
        let is_it = |form: &&F| {
            let essence = form.file().0.split(';').next().unwrap_or_default();
            let kind = essence.split('/').next().unwrap_or_default();
            mime.type_() == "*" || mime.essence_str() == essence || (mime.type_() == kind && mime.subtype() == "*")
        };
        F::ALL.iter().find(is_it)
    });
    known.or(F::ALL.first()).copied()
}

/// A file to be shown or printed, with a name for who keeps it.
pub fn file<F: Shown>(form: F, name: &str, body: Vec<u8>) -> HttpResponse {
    let (content_type, ending) = form.file();
    let mut response = HttpResponse::Ok().content_type(content_type).body(body);
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("Accept"));
    if let Ok(name) = HeaderValue::from_str(&format!("inline; filename=\"{name}.{ending}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

/// Shows a document in the form that was asked for: `data` as JSON, or its slip.
///
/// # Errors
/// [`Error::Startup`] when it cannot be drawn.
pub async fn show(
    app: &App,
    req: &HttpRequest,
    asked: &DocumentQuery,
    (name, lang): (&str, Lang),
    data: impl Serialize,
    slip: Slip,
) -> Result<HttpResponse> {
    let form = asked.format.or_else(|| wanted(req)).unwrap_or(Form::Json);
    let paper = asked.width.unwrap_or(Width::Mm80).paper();
    let drawn = if form == Form::Json {
        serde_json::to_vec(&data).map_err(|error| Error::Startup(error.to_string()))?
    } else {
        let drawn = app.compute(move || draw(&slip, form, lang, paper)).await?;
        drawn.map_err(|error| Error::Startup(error.to_string()))?
    };
    let mut response = file(form, &format!("{name}-{}", lang.as_str()), drawn);
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("Accept, Accept-Language"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(lang.as_str()));
    Ok(response)
}

fn draw(slip: &Slip, form: Form, lang: Lang, paper: Paper) -> std::result::Result<Vec<u8>, Unprintable> {
    match form {
        Form::Json | Form::Html => slip.page(lang, paper).map(String::into_bytes),
        Form::Svg => slip.svg(paper).map(String::into_bytes),
        Form::Png => slip.png(paper),
        Form::Pdf => slip.pdf(paper),
    }
}

/// The style sheet of slips.
pub async fn style() -> HttpResponse {
    let mut response = request::page(StatusCode::OK, "text/css; charset=utf-8", print::STYLE);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    response
}
