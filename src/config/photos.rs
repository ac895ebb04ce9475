//! `photos.*`: where pictures are kept.

use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// The region that stores name which have none.
const USUAL_REGION: &str = "us-east-1";

/// `photos.*`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Photos {
    /// Where photos are kept: a folder (`file://data/photos`, `file:///var/lib/torugart/photos`), a bucket
    /// (`s3://bucket/prefix?endpoint=https://host&region=name`) or, for tests, `memory:`.
    pub url: String,
    /// The name by which the bucket's store knows us.
    pub access_key_id: SecretString,
    /// Signs every call to it.
    pub secret_access_key: SecretString,
}

/// Where photos are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In this folder.
    Folder(PathBuf),
    /// In this bucket of an S3 store.
    Bucket(Bucket),
    /// Nowhere for long: gone with the process.
    Memory,
}

/// A bucket of an S3 store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// What the names of our objects begin with; may be empty.
    pub prefix: String,
    /// The store's address, without a slash at the end; Amazon's when not named.
    pub endpoint: Option<String>,
    /// The region that signatures name.
    pub region: String,
}

impl Photos {
    /// The parsed address.
    ///
    /// # Errors
    /// A sentence about what it must be.
    pub fn place(&self) -> Result<Place, String> {
        place_of("photos", &self.url)
    }

    /// What cannot work: an address that is none, a bucket without its keys.
    pub fn complaints(&self) -> Vec<String> {
        complaints_of("photos", self.place(), &self.access_key_id, &self.secret_access_key)
    }
}

/// The place that `<section>.url` names.
pub(super) fn place_of(section: &str, url: &str) -> Result<Place, String> {
    match (url.strip_prefix("file://"), url.strip_prefix("s3://")) {
        (Some(folder), _) if !folder.is_empty() => Ok(Place::Folder(PathBuf::from(folder))),
        (_, Some(bucket)) => bucket_of(section, bucket).map(Place::Bucket),
        (None, None) if url == "memory:" => Ok(Place::Memory),
        _ => Err(format!(
            "{section}.url must be a folder such as file://data/{section}, or a bucket such as \
             s3://{section}?endpoint=http://127.0.0.1:9000, not {url:?}"
        )),
    }
}

/// What cannot work about a place.
pub(super) fn complaints_of(
    section: &str,
    place: Result<Place, String>,
    id: &SecretString,
    secret: &SecretString,
) -> Vec<String> {
    match place {
        Err(complaint) => vec![complaint],
        Ok(Place::Bucket(_)) => {
            let missing = [("access_key_id", id), ("secret_access_key", secret)];
            let missing = missing.into_iter().filter(|(_, secret)| secret.expose_secret().is_empty());
            missing.map(|(key, _)| format!("{section}.{key} must be set for a bucket")).collect()
        }
        Ok(Place::Folder(_) | Place::Memory) => Vec::new(),
    }
}

/// `bucket/prefix?endpoint=…&region=…`
fn bucket_of(section: &str, address: &str) -> Result<Bucket, String> {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let (name, prefix) = path.split_once('/').unwrap_or((path, ""));
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
    if name.len() < 3 || !name.chars().all(is_name) {
        return Err(format!("{section}.url: {name:?} is no name of a bucket"));
    }
    let mut bucket = Bucket {
        name: name.to_owned(),
        prefix: prefix.trim_matches('/').to_owned(),
        endpoint: None,
        region: USUAL_REGION.to_owned(),
    };
    for part in query.split('&').filter(|part| !part.is_empty()) {
        match part.split_once('=') {
            Some(("endpoint", at)) if at.starts_with("http://") || at.starts_with("https://") => {
                bucket.endpoint = Some(at.trim_end_matches('/').to_owned());
            }
            Some(("endpoint", at)) => {
                return Err(format!("{section}.url: the endpoint must begin with https:// or http://, not {at:?}"));
            }
            Some(("region", region)) if !region.is_empty() => bucket.region = region.to_owned(),
            _ => return Err(format!("{section}.url: {part:?} is neither endpoint=… nor region=…")),
        }
    }
    Ok(bucket)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photos(url: &str) -> Photos {
        let secret = || SecretString::from("key");
        Photos { url: url.to_owned(), access_key_id: secret(), secret_access_key: secret() }
    }

    #[test]
    fn a_bucket_is_named_by_an_address() {
        let read = |url: &str| photos(url).place();
        let bucket = |name: &str, prefix: &str, endpoint: Option<&str>, region: &str| {
            let (name, prefix, region) = (name.to_owned(), prefix.to_owned(), region.to_owned());
            Ok(Place::Bucket(Bucket { name, prefix, endpoint: endpoint.map(str::to_owned), region }))
        };
        assert_eq!(read("s3://photos"), bucket("photos", "", None, "us-east-1"));
        assert_eq!(
            read("s3://my-photos/torugart/2026/?endpoint=http://127.0.0.1:9000/&region=kg"),
            bucket("my-photos", "torugart/2026", Some("http://127.0.0.1:9000"), "kg")
        );
        for url in ["s3://", "s3://a", "s3://Photos", "s3://photos?endpoint=minio:9000", "s3://photos?key=secret"] {
            assert!(read(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_bucket_without_its_keys_is_a_complaint() {
        let mut bucket = photos("s3://photos");
        assert_eq!(bucket.complaints(), Vec::<String>::new());
        bucket.secret_access_key = SecretString::from("");
        assert_eq!(bucket.complaints(), ["photos.secret_access_key must be set for a bucket"]);
        assert!(!format!("{bucket:?}").contains("key\""), "a secret is shown");
    }
}
