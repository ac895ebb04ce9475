//! Pages and their parts as browsers and the caches between get them: kept as long as they may be, not sent again when
//! nothing changed, packed for a slow network.

use actix_web::http::StatusCode;
use actix_web::http::header::{
    self, AcceptEncoding, ContentEncoding, Encoding, EntityTag, Header, HeaderValue, IfNoneMatch,
};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use flate2::Compression;

use crate::face::{Asset, gzip, tag};
use crate::texts::Lang;

/// Less than this fits into one packet anyway, bytes.
const WORTH_PACKING: usize = 1_000;
/// A tenth of a millisecond for a page; the slower levels save a few hundred bytes of it.
const LEVEL: u32 = 4;
/// Seconds for which a part under an address without its version may be old.
const ASSET_S: u32 = 3_600;

/// For whom and how long a page may be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// By nobody: it shows what is somebody's own, or a refusal.
    Never,
    /// What anybody may see and what changes: a browser asks each time whether it did, a shared cache answers a rush of
    /// readers for five seconds.
    Briefly,
    /// What anybody may see and what hardly changes.
    AWhile,
}

impl Keep {
    fn rule(self) -> &'static str {
        match self {
            Keep::Never => "private, no-store",
            Keep::Briefly => "public, max-age=0, s-maxage=5, must-revalidate",
            Keep::AWhile => "public, max-age=60, s-maxage=300",
        }
    }
}

/// A page in a language.
pub fn html(req: &HttpRequest, status: StatusCode, lang: Lang, body: String, keep: Keep) -> HttpResponse {
    // Weak, because the packed page has the same one.
    let known_as = (keep != Keep::Never).then(|| EntityTag::new_weak(tag(body.as_bytes())));
    let is_known = known_as.as_ref().is_some_and(|tag| knows(req, tag));
    let mut response = if is_known {
        HttpResponse::NotModified().finish()
    } else {
        let is_packed = body.len() >= WORTH_PACKING && unpacks(req);
        let packed = if is_packed { gzip(body.as_bytes(), Compression::new(LEVEL)) } else { None };
        sent(status, "text/html; charset=utf-8", packed.map(Bytes::from), Bytes::from(body))
    };
    let headers = response.headers_mut();
    if let Some(value) = known_as.and_then(|tag| HeaderValue::from_str(&tag.to_string()).ok()) {
        headers.insert(header::ETAG, value);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep.rule()));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(lang.as_str()));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Language, Accept-Encoding"));
    response
}

/// A page with what is somebody's own, for their eyes only.
pub fn private(status: StatusCode, body: String) -> HttpResponse {
    let mut response = sent(status, "text/html; charset=utf-8", None, Bytes::from(body));
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(Keep::Never.rule()));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Language"));
    response
}

/// A part of a page: for ever under the address that names its version, an hour under another.
pub fn asset(req: &HttpRequest, asset: &Asset) -> HttpResponse {
    let known_as = EntityTag::new_weak(asset.tag.clone());
    let mut response = if knows(req, &known_as) {
        HttpResponse::NotModified().finish()
    } else {
        let packed = asset.packed.clone().filter(|_| unpacks(req));
        sent(StatusCode::OK, asset.content_type, packed, asset.body.clone())
    };
    let is_named = req.query_string().strip_prefix("v=") == Some(&asset.tag);
    let rule =
        if is_named { "public, max-age=31536000, immutable".to_owned() } else { format!("public, max-age={ASSET_S}") };
    let headers = response.headers_mut();
    let values = [(header::ETAG, known_as.to_string()), (header::CACHE_CONTROL, rule)];
    for (name, value) in values {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    response
}

/// On to another page, after a form did its work.
pub fn see_other(location: &str) -> HttpResponse {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((header::LOCATION, location)).insert_header((header::CACHE_CONTROL, Keep::Never.rule()));
    response.finish()
}

fn sent(status: StatusCode, content_type: &'static str, packed: Option<Bytes>, plain: Bytes) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    response.content_type(content_type);
    match packed {
        Some(packed) => response.insert_header(ContentEncoding::Gzip).body(packed),
        None => response.body(plain),
    }
}

fn knows(req: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(req) {
        Ok(IfNoneMatch::Any) => req.headers().contains_key(header::IF_NONE_MATCH),
        Ok(IfNoneMatch::Items(known)) => known.iter().any(|known| known.weak_eq(tag)),
        Err(_) => false,
    }
}

fn unpacks(req: &HttpRequest) -> bool {
    let offered = [Encoding::gzip(), Encoding::identity()];
    let accepted =
        req.headers().contains_key(header::ACCEPT_ENCODING).then(|| AcceptEncoding::parse(req).ok()).flatten();
    accepted.is_some_and(|accepted| accepted.negotiate(offered.iter()) == Some(Encoding::gzip()))
}
