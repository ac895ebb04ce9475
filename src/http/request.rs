//! The outermost layer: a request identifier, one log line, the figures, the headers of every answer.

use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, web};
use tracing::{Instrument, info_span};

use super::address;
use super::body::Unread;
use super::call::RequestId;
use super::headers::Frame;
use super::problem::{self, Failure};
use crate::db::patience;
use crate::error::{Problem, Slug};
use crate::state::App;

/// Wraps the whole application.
///
/// # Errors
/// None of its own: errors of inner layers become answers here.
pub async fn observe(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let started = Instant::now();
    let id = uuid::Uuid::now_v7().to_string();
    req.extensions_mut().insert(RequestId(id.clone()));
    if let Some(app) = req.app_data::<web::Data<App>>() {
        let from = address::of(&req, &app.limits.proxies);
        req.extensions_mut().insert(from);
    }
    let (method, frame) = (req.method().clone(), Frame::of(&req));
    let response = match frame.preflight(&req) {
        Some(answer) => req.into_response(answer),
        // What is logged while it is worked on, on whichever thread, bears its identifier.
        None => patience::of_a_request(next.call(req))
            .instrument(info_span!("request", request_id = %id))
            .await?
            .map_into_boxed_body(),
    };
    if let Some(Failure(error)) = response.response().extensions().get::<Failure>() {
        tracing::error!(request_id = %id, error, "a request failed");
    }
    let unread = response.request().extensions_mut().remove::<Unread>();
    let mut response = explain(response, &id);
    if let Some(unread) = unread {
        response = response.map_body(|_, answer| unread.behind(answer));
    }
    let pattern = response.request().match_pattern().unwrap_or_else(|| "unmatched".to_owned());
    frame.set(response.headers_mut(), &id);
    let took = started.elapsed();
    super::metrics::request(&method, &pattern, response.status(), took);
    // The path may hold an order code, which opens a public page; the pattern is enough for the log.
    tracing::info!(request_id = %id, %method, route = %pattern, status = response.status().as_u16(), took_us = took.as_micros(), "request");
    Ok(response)
}

/// Gives every refusal its identifier, and a body to those that the framework made without one.
fn explain(response: ServiceResponse<BoxBody>, id: &str) -> ServiceResponse<BoxBody> {
    let known = response.response().extensions().get::<Problem>().cloned();
    let is_empty_refusal = response.status().is_client_error() && known.is_none() && !has_content_type(&response);
    let problem = match known {
        Some(problem) => problem,
        None if is_empty_refusal => framework_problem(response.status()),
        None => return response,
    };
    let headers = response.headers().clone();
    let (request, _) = response.into_parts();
    let mut fresh = problem::response(problem.clone()).set_body(BoxBody::new(problem::body(&problem, id).to_string()));
    for (name, value) in &headers {
        if !fresh.headers().contains_key(name) {
            fresh.headers_mut().insert(name.clone(), value.clone());
        }
    }
    ServiceResponse::new(request, fresh)
}

fn has_content_type(response: &ServiceResponse<BoxBody>) -> bool {
    response.headers().contains_key(header::CONTENT_TYPE)
}

fn framework_problem(status: StatusCode) -> Problem {
    match status {
        StatusCode::NOT_FOUND => {
            Problem::new(Slug::NotFound, "There is nothing at this address; /docs lists what there is.")
        }
        StatusCode::METHOD_NOT_ALLOWED => {
            Problem::new(Slug::MethodNotAllowed, "This address does not take that method.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(Slug::BodyTooLarge, "The body is too large."),
        _ => Problem::new(Slug::MalformedRequest, "The request cannot be read."),
    }
}

/// A page or file that is not an API answer.
pub fn page(status: StatusCode, content_type: &'static str, body: impl Into<String>) -> HttpResponse {
    HttpResponse::build(status).content_type(content_type).body(body.into())
}
