//! The headers of every answer, refusals included, and which pages of other addresses may read answers.

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpResponse, web};

use crate::state::App;

/// Pages show and run what comes from here, and nothing that stands in themselves.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";
/// Swagger UI brings its own scripts and sets styles inline.
const POLICY_OF_DOCS: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                              frame-ancestors 'none'";
const ALWAYS: [(HeaderName, &str); 2] =
    [(header::X_CONTENT_TYPE_OPTIONS, "nosniff"), (header::REFERRER_POLICY, "no-referrer")];

const ALLOWED_METHODS: &str = "GET, HEAD, POST, PUT, PATCH";
const ALLOWED_HEADERS: &str = "accept, accept-language, authorization, content-type, idempotency-key";
const EXPOSED_HEADERS: &str =
    "content-disposition, content-language, idempotent-replayed, location, retry-after, x-request-id";

/// What of a request decides about the headers of its answer.
pub struct Frame {
    path: String,
    /// The page that calls, where the settings name it.
    origin: Option<HeaderValue>,
    /// The settings name some, so that answers differ by who asks.
    is_by_origin: bool,
    is_https: bool,
}

impl Frame {
    /// Looks at a request before it goes in.
    pub fn of(req: &ServiceRequest) -> Self {
        let path = req.path().to_owned();
        let Some(app) = req.app_data::<web::Data<App>>() else {
            return Self { path, origin: None, is_by_origin: false, is_https: false };
        };
        let is_listed =
            |origin: &&HeaderValue| app.config.server.origins().any(|listed| origin.as_bytes() == listed.as_bytes());
        Self {
            origin: req.headers().get(header::ORIGIN).filter(is_listed).cloned(),
            is_by_origin: app.config.server.origins().next().is_some(),
            is_https: app.config.business.public_url.starts_with("https://"),
            path,
        }
    }

    /// The answer to a browser that asks whether a page may call. Pages that nobody listed are told what everybody is.
    pub fn preflight(&self, req: &ServiceRequest) -> Option<HttpResponse> {
        let asks = req.method() == Method::OPTIONS && req.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        (asks && self.origin.is_some()).then(|| {
            HttpResponse::NoContent()
                .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, ALLOWED_METHODS))
                .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS))
                .insert_header((header::ACCESS_CONTROL_MAX_AGE, "600"))
                .finish()
        })
    }

    /// SECURITY rows 35 and 36.
    pub fn set(&self, headers: &mut HeaderMap, request_id: &str) {
        let policy = if self.path.starts_with("/docs") { POLICY_OF_DOCS } else { POLICY };
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
        for (name, value) in ALWAYS {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if self.is_https {
            let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
            headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
        }
        // Personal data does not belong in a cache unless a handler says how.
        if self.path.starts_with("/v1/") && !headers.contains_key(header::CACHE_CONTROL) {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
        if let Ok(id) = HeaderValue::from_str(request_id) {
            headers.insert(HeaderName::from_static("x-request-id"), id);
        }
        if self.is_by_origin {
            headers.append(header::VARY, HeaderValue::from_static("origin"));
        }
        if let Some(origin) = &self.origin {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED_HEADERS));
        }
    }
}
