//! Where files are kept: a folder, a bucket, or memory. Objects have names that we make, and are written whole or not at all.

mod s3;

use std::sync::Arc;

use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use secrecy::SecretString;

use crate::config::{Photos, Place};
use crate::error::{Error, Result};

pub use s3::MOST_CALLS;

/// What a bucket's store knows us by.
#[derive(Clone, Copy, Debug)]
pub struct Keys<'a> {
    /// Our name there.
    pub id: &'a SecretString,
    /// Signs every call.
    pub secret: &'a SecretString,
}

/// Opens the store for photos, and makes its folder.
///
/// # Errors
/// Those of [`open`]; [`Error::Startup`] when the address cannot be read.
pub fn for_photos(photos: &Photos) -> Result<Arc<dyn ObjectStore>> {
    let keys = Keys { id: &photos.access_key_id, secret: &photos.secret_access_key };
    open("photos.url", &photos.place().map_err(Error::Startup)?, &keys)
}

/// Opens the store that a setting names, and makes its folder.
///
/// # Errors
/// [`Error::Startup`] when the folder cannot be made or used, or the bucket cannot be opened.
pub fn open(setting: &str, place: &Place, keys: &Keys) -> Result<Arc<dyn ObjectStore>> {
    let folder = match place {
        Place::Memory => return Ok(Arc::new(InMemory::new())),
        Place::Folder(folder) => folder,
        Place::Bucket(bucket) => return s3::open(setting, bucket, keys),
    };
    let unusable = |error: &dyn std::fmt::Display| {
        Error::Startup(format!("{setting}: the folder {} cannot be used: {error}", folder.display()))
    };
    std::fs::create_dir_all(folder).map_err(|error| unusable(&error))?;
    let store = LocalFileSystem::new_with_prefix(folder).map_err(|error| unusable(&error))?;
    // A row that names a file must not outlive it when the power fails.
    Ok(Arc::new(store.with_fsync(true)))
}
