//! `/v1/photos/{id}`: a picture, for staff.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::shelf::{self, Size};
use crate::error::Result;
use crate::http::{Call, Raw};
use crate::ids::PhotoId;
use crate::state::App;

/// The body of a call that takes a photo.
pub type PhotoFile = Raw<{ super::MOST_BYTES }>;

/// What a photo may be called; what it is, its bytes say.
pub const MEDIA_TYPES: &[&str] = &["image/jpeg", "image/png", "image/webp"];

/// `?size=`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SizeQuery {
    /// `full` unless told.
    #[param(inline)]
    size: Option<Size>,
}

/// A picture: always a JPEG of our own making, under a name of ours, in nobody's cache.
pub async fn show(app: App, call: Call, id: web::Path<PhotoId>, query: web::Query<SizeQuery>) -> Result<HttpResponse> {
    let wanted = id.clone();
    app.read(&call.actor, move |tx| super::get(tx, &wanted)).await?;
    let bytes = shelf::get(&app, &id, query.size.unwrap_or(Size::Full)).await?;
    let mut response = HttpResponse::Ok().content_type("image/jpeg").body(bytes);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    if let Ok(name) = HeaderValue::from_str(&format!("inline; filename=\"{}.jpg\"", *id)) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}
