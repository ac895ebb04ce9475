//! The pictures themselves, in the object store. A picture is stored before its row is written: whatever breaks in
//! between leaves a picture without a row, never a row without a picture.

use std::future::Future;

use actix_web::web::Bytes;
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload};

use super::NewPhoto;
use super::picture::Prepared;
use crate::error::{Error, Problem, Result};
use crate::ids::PhotoId;
use crate::state::App;

words! {
    /// Which of a photo's two pictures.
    Size as PhotoSize {
        /// As large as it is kept.
        Full = "full",
        /// Small, for lists.
        Thumb = "thumb",
    }
}

fn name(id: &PhotoId, size: Size) -> Path {
    match size {
        Size::Full => Path::from(format!("{id}.jpg")),
        Size::Thumb => Path::from(format!("{id}.thumb.jpg")),
    }
}

/// Stores a picture and then does what refers to it. When that is refused, nothing of the picture remains.
///
/// # Errors
/// Those of `refer`; [`Error::Unavailable`] when the store does not take the picture.
pub async fn keep<T, F>(app: App, picture: Prepared, refer: impl FnOnce(NewPhoto) -> F + 'static) -> Result<T>
where
    T: 'static,
    F: Future<Output = Result<T>> + 'static,
{
    // A task of its own: a caller who hangs up half-way must not stop it between the picture and its row.
    let task = actix_web::rt::spawn(async move {
        let photo = described(&picture)?;
        let id = photo.id.clone();
        if let Err(error) = put(&app, &id, picture).await {
            tracing::error!(%error, "a photo cannot be stored");
            remove(&app, &id).await;
            return Err(Error::Unavailable);
        }
        match refer(photo).await {
            // After any other failure the row may have been committed, although nobody could tell us.
            Err(error @ (Error::Problem(_) | Error::Startup(_))) => {
                remove(&app, &id).await;
                Err(error)
            }
            kept => kept,
        }
    });
    task.await.unwrap_or_else(|_| Err(Error::Startup("keeping a photo panicked".to_owned())))
}

fn described(picture: &Prepared) -> Result<NewPhoto> {
    let too_large = |_| Error::Startup("a photo is larger than any number for it".to_owned());
    Ok(NewPhoto {
        id: PhotoId::new(),
        sha256: picture.sha256.clone(),
        dhash: picture.dhash,
        width_px: i32::try_from(picture.width_px).map_err(too_large)?,
        height_px: i32::try_from(picture.height_px).map_err(too_large)?,
        bytes: i64::try_from(picture.full.len()).map_err(too_large)?,
    })
}

async fn put(app: &App, id: &PhotoId, picture: Prepared) -> object_store::Result<()> {
    for (size, bytes) in [(Size::Full, picture.full), (Size::Thumb, picture.thumb)] {
        app.objects.put(&name(id, size), PutPayload::from(bytes)).await?;
    }
    Ok(())
}

async fn remove(app: &App, id: &PhotoId) {
    for size in Size::ALL {
        match app.objects.delete(&name(id, *size)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => tracing::warn!(%error, photo = id.as_str(), "a photo that nothing refers to is left over"),
        }
    }
}

/// Removes the pictures of photos whose rows stay, so that nothing remains to be seen.
pub async fn discard(app: &App, ids: &[PhotoId]) {
    for id in ids {
        remove(app, id).await;
    }
}

/// A picture of a photo.
///
/// # Errors
/// `not_found` when it was discarded; [`Error::Startup`] when the store does not give it.
pub async fn get(app: &App, id: &PhotoId, size: Size) -> Result<Bytes> {
    let lost = |error| Error::Startup(format!("photo {id} cannot be read: {error}"));
    match app.objects.get(&name(id, size)).await {
        Err(object_store::Error::NotFound { .. }) => Problem::not_found(format_args!("picture of photo {id}")).fail(),
        found => found.map_err(lost)?.bytes().await.map_err(lost),
    }
}
