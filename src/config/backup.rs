//! `backup.*`: where copies of the embedded database go.

use secrecy::SecretString;
use serde::Deserialize;

use super::Place;
use super::photos::{complaints_of, place_of};

/// `backup.*`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    /// Where backups are kept: a folder or a bucket, written as `photos.url` is.
    pub url: String,
    /// The name by which the bucket's store knows us.
    pub access_key_id: SecretString,
    /// Signs every call to it.
    pub secret_access_key: SecretString,
    /// How often the service takes one, seconds; 0: it takes none.
    pub every_seconds: u64,
    /// So many are kept; 0: any number.
    pub keep: usize,
    /// They are kept for so many days; 0: for ever.
    pub keep_days: u32,
    /// Whether pictures are copied, too.
    pub with_photos: bool,
}

impl Backup {
    /// The parsed address.
    ///
    /// # Errors
    /// A sentence about what it must be.
    pub fn place(&self) -> Result<Place, String> {
        place_of("backup", &self.url)
    }

    /// What cannot work: an address that is none, a bucket without its keys.
    pub fn complaints(&self) -> Vec<String> {
        complaints_of("backup", self.place(), &self.access_key_id, &self.secret_access_key)
    }
}
