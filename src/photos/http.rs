//! `/v1/photos/{id}`: a picture, for staff. And how a picture is taken in, whatever it shows.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::shelf::{self, Size};
use super::{Kind, NewPhoto, Owner, Photo};
use crate::audit;
use crate::db::Tx;
use crate::error::Result;
use crate::http::{Call, Raw, Reply};
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

impl SizeQuery {
    /// Which picture is asked for.
    pub fn size(&self) -> Size {
        self.size.unwrap_or(Size::Full)
    }
}

/// A picture: always a JPEG of our own making, under a name of ours, in nobody's cache.
pub async fn show(app: App, call: Call, id: web::Path<PhotoId>, query: web::Query<SizeQuery>) -> Result<HttpResponse> {
    let wanted = id.clone();
    app.read(&call.actor, move |tx| super::get(tx, &wanted)).await?;
    picture(&app, &id, query.size()).await
}

/// The picture itself, for whoever may see it.
///
/// # Errors
/// `not_found` when it was discarded.
pub async fn picture(app: &App, id: &PhotoId, size: Size) -> Result<HttpResponse> {
    let bytes = shelf::get(app, id, size).await?;
    let mut response = HttpResponse::Ok().content_type("image/jpeg").body(bytes);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    if let Ok(name) = HeaderValue::from_str(&format!("inline; filename=\"{id}.jpg\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// A photo of a parcel or an order.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Photo)]
pub struct PhotoView {
    id: PhotoId,
    kind: Kind,
    /// Where staff see it; `?size=thumb` gives it small.
    url: String,
    created_at: DateTime<Utc>,
    by: String,
}

/// The JSON shape of a photo.
pub fn view(photo: Photo) -> PhotoView {
    PhotoView {
        url: super::address(&photo.id),
        id: photo.id,
        kind: photo.kind,
        created_at: photo.created_at.and_utc(),
        by: photo.created_by,
    }
}

/// What a photo is taken of, and how the audit trail calls that.
#[derive(Clone, Debug)]
pub struct Taken {
    /// What it shows.
    pub kind: Kind,
    /// What it belongs to.
    pub owner: Owner,
    /// The parcel's identifier or the order's code.
    pub object: String,
}

/// Takes a photo in: 201, or 200 with the earlier one when the very file is there already. `check` is asked before the
/// picture is opened; `hold` refuses too, and keeps the owner from being written by others until the row is there.
///
/// # Errors
/// Those of `check` and `hold`; `photo_refused`, `unsupported_media_type`.
pub async fn take(
    app: App,
    call: Call,
    taken: Taken,
    file: PhotoFile,
    check: impl FnOnce(&mut Tx) -> Result<()> + Send + 'static,
    hold: impl Fn(&mut Tx) -> Result<()> + Send + 'static,
) -> Result<HttpResponse> {
    let fingerprint = file.fingerprint.clone();
    let file = file.of_type(MEDIA_TYPES)?.bytes;
    app.read(&call.actor, check).await?;
    super::glance(&file)?;
    let picture = app.compute_alone(move || super::prepare(&file)).await??;
    let (asked, sha256) = (taken.clone(), picture.sha256.clone());
    let is_same = move |photo: &Photo| photo.sha256 == sha256 && photo.kind == asked.kind;
    let known = app.read(&call.actor, move |tx| Ok(super::of(tx, &asked.owner)?.into_iter().find(is_same)));
    if let Some(photo) = known.await? {
        return Ok(HttpResponse::Ok().json(view(photo)));
    }
    let writer = app.clone();
    let write_down = async move |new: NewPhoto| {
        let work = move |tx: &mut Tx| {
            hold(tx)?;
            let photo = super::record(tx, &new, taken.kind, &taken.owner)?;
            let detail = serde_json::json!({"photo": photo.id, "kind": photo.kind, "sha256": photo.sha256});
            audit::record(tx, "photo.added", &taken.object, detail)?;
            Ok(Reply::created_at(super::address(&photo.id), view(photo)))
        };
        call.write(writer, fingerprint, work).await
    };
    shelf::keep(app, picture, write_down).await
}
