//! A part of a page that browsers keep: its bytes, packed and not, under an address that changes with them.

use std::io::Write;

use actix_web::web::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// Letters of a tag: 48 bits, enough to tell one version from another.
const TAG_BYTES: usize = 6;

/// A part of a page.
#[derive(Debug)]
pub struct Asset {
    /// Where it is.
    pub path: &'static str,
    /// What it is.
    pub content_type: &'static str,
    /// Its bytes.
    pub body: Bytes,
    /// The same for a browser that unpacks gzip; a picture is packed by itself.
    pub packed: Option<Bytes>,
    /// What this version of it is known by.
    pub tag: String,
}

impl Asset {
    /// A part that is text.
    pub fn text(path: &'static str, content_type: &'static str, body: String) -> Self {
        let packed = gzip(body.as_bytes(), Compression::best()).map(Bytes::from);
        Self { packed, ..Self::picture(path, content_type, body.into_bytes()) }
    }

    /// A part that is a picture.
    pub fn picture(path: &'static str, content_type: &'static str, body: Vec<u8>) -> Self {
        Self { path, content_type, tag: tag(&body), body: Bytes::from(body), packed: None }
    }

    /// Its address, another one for every version: a browser may keep what is there for ever.
    pub fn href(&self) -> String {
        format!("{}?v={}", self.path, self.tag)
    }
}

/// What bytes are known by.
pub fn tag(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(TAG_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes packed with gzip; none where that fails, which it does not in memory.
pub fn gzip(bytes: &[u8], level: Compression) -> Option<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), level);
    packer.write_all(bytes).and_then(|()| packer.finish()).ok()
}
