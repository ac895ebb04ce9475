//! Where files are kept: a folder, a bucket, or memory. Objects have names that we make, and are written whole or not at all.

mod s3;

use std::sync::Arc;

use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;

use crate::config::{Photos, Place};
use crate::error::{Error, Result};

pub use s3::MOST_CALLS;

/// Opens the store that the settings name, and makes its folder.
///
/// # Errors
/// [`Error::Startup`] when the folder cannot be made or used, or the bucket's address cannot be read.
pub fn open(photos: &Photos) -> Result<Arc<dyn ObjectStore>> {
    let folder = match photos.place().map_err(Error::Startup)? {
        Place::Memory => return Ok(Arc::new(InMemory::new())),
        Place::Folder(folder) => folder,
        Place::Bucket(bucket) => return s3::open(photos, &bucket),
    };
    let unusable = |error: &dyn std::fmt::Display| {
        Error::Startup(format!("photos.url: the folder {} cannot be used: {error}", folder.display()))
    };
    std::fs::create_dir_all(&folder).map_err(|error| unusable(&error))?;
    let store = LocalFileSystem::new_with_prefix(&folder).map_err(|error| unusable(&error))?;
    // A row that names a file must not outlive it when the power fails.
    Ok(Arc::new(store.with_fsync(true)))
}
