//! The language that somebody reads: `?lang=`, else `Accept-Language`, else Russian.

use std::future::{Ready, ready};

use actix_web::http::header::{self, HeaderValue};
use actix_web::{FromRequest, HttpRequest, HttpResponse, dev, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::error::Error;
use crate::texts::Lang;

/// The language of the texts in an answer.
#[derive(Clone, Copy, Debug)]
pub struct Spoken(pub Lang);

impl Spoken {
    /// Says in the headers of an answer which language it speaks, and what that depends on.
    pub fn mark(self, mut response: HttpResponse) -> HttpResponse {
        let headers = response.headers_mut();
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Language"));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(self.0.as_str()));
        response
    }
}

/// `?lang=`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LangQuery {
    /// `ky`, `ru` or `en`; goes before `Accept-Language`.
    lang: Option<String>,
}

impl FromRequest for Spoken {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(req: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        ready(Ok(Self(of(req))))
    }
}

/// The language of a request's reader.
pub fn of(req: &HttpRequest) -> Lang {
    // A query that cannot be read is the handler's to refuse; it does not keep a reader from their language.
    let query = web::Query::<LangQuery>::from_query(req.query_string()).ok();
    let lang = query.and_then(|query| query.into_inner().lang);
    asked(req, lang.as_deref()).unwrap_or_default()
}

/// The language that was asked for, by the `lang` of the query or by the browser, if any was.
pub fn asked(req: &HttpRequest, query: Option<&str>) -> Option<Lang> {
    let accepted = req.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    (query.is_some() || accepted.is_some()).then(|| Lang::negotiate(query, accepted))
}
