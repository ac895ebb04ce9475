//! Refusals as `application/problem+json`.

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Map, Value, json};

use crate::error::{Error, Problem, Slug};

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        status(self.to_problem().slug)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = response(self.to_problem());
        if !matches!(self, Error::Problem(_)) {
            response.extensions_mut().insert(Failure(self.to_string()));
        }
        response
    }
}

/// What went wrong on our side: for the log, which knows the request, never for the caller.
#[derive(Clone, Debug)]
pub struct Failure(pub String);

fn status(slug: Slug) -> StatusCode {
    StatusCode::from_u16(slug.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The answer without its request_id; the outermost layer, which knows it, calls [`body`] again.
pub fn response(problem: Problem) -> HttpResponse {
    let mut response = HttpResponse::build(status(problem.slug))
        .content_type("application/problem+json")
        .body(body(&problem, "").to_string());
    if matches!(problem.slug, Slug::BodyTooLarge | Slug::RequestTimeout) {
        // The rest of the body may still come; nobody wants to read it.
        response.head_mut().set_connection_type(ConnectionType::Close);
    }
    let headers = response.headers_mut();
    match problem.slug {
        Slug::Unauthenticated | Slug::TotpRequired => {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        Slug::RequestInFlight | Slug::Unavailable => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
        _ => {}
    }
    if let Some(seconds) = problem.extra.get("retry_after").and_then(Value::as_u64) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response.extensions_mut().insert(problem);
    response
}

/// The members of the answer.
pub fn body(problem: &Problem, request_id: &str) -> Value {
    let mut members = Map::new();
    members.insert("type".to_owned(), json!(format!("/problems/{}", problem.slug.as_str())));
    members.insert("code".to_owned(), json!(problem.slug.as_str()));
    members.insert("title".to_owned(), json!(problem.slug.title()));
    members.insert("status".to_owned(), json!(problem.slug.status()));
    members.insert("detail".to_owned(), json!(problem.detail));
    members.insert("request_id".to_owned(), json!(request_id));
    if !problem.fields.is_empty() {
        let fields = problem.fields.iter().map(|(pointer, detail)| json!({"pointer": pointer, "detail": detail}));
        members.insert("errors".to_owned(), fields.collect());
    }
    members.extend(problem.extra.clone());
    Value::Object(members)
}
