//! The form of a page as browsers send it: a few short fields, and perhaps a file.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use actix_multipart::Multipart;
use actix_web::{FromRequest, HttpRequest, dev, web};
use futures_util::{StreamExt, stream};

use super::body;
use crate::error::{Error, Problem, Result, Slug};

/// What browsers call a form without and with a file.
pub const FORM_TYPES: &[&str] = &["application/x-www-form-urlencoded", "multipart/form-data"];
/// More fields than any form of ours has.
const MOST_FIELDS: usize = 40;
/// Room for everything in a form but its file, bytes.
const WORDS: usize = 32 * 1024;

/// A form that was filled in, with a file of at most `MOST` bytes.
#[derive(Debug, Default)]
pub struct Form<const MOST: usize = 0> {
    fields: BTreeMap<String, String>,
    /// The file, when one was chosen; what it is, its bytes say.
    pub file: Option<web::Bytes>,
}

impl<const MOST: usize> Form<MOST> {
    /// What stands in a field, without spaces around it; none when it is empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// A text under a name; of two the first counts.
    fn put(&mut self, name: String, value: String) -> Result<()> {
        if self.fields.len() >= MOST_FIELDS {
            return unreadable("it has too many fields").fail();
        }
        if value.contains('\0') {
            return unreadable("it contains a NUL character").fail();
        }
        self.fields.entry(name).or_insert(value);
        Ok(())
    }

    async fn read_parts(&mut self, req: &HttpRequest, bytes: web::Bytes) -> Result<()> {
        let broken = |error: actix_multipart::MultipartError| unreadable(error);
        let mut parts = Multipart::new(req.headers(), stream::iter([Ok(bytes)]));
        while let Some(part) = parts.next().await {
            let mut part = part.map_err(broken)?;
            let disposition = part.content_disposition();
            let is_file = disposition.is_some_and(|it| it.get_filename().is_some());
            let name = disposition.and_then(|it| it.get_name()).unwrap_or_default().to_owned();
            let mut content = web::BytesMut::new();
            while let Some(piece) = part.next().await {
                content.extend_from_slice(&piece.map_err(broken)?);
            }
            match is_file {
                true if content.is_empty() => {}
                true => self.file = Some(content.freeze()),
                false => {
                    let text = String::from_utf8(content.to_vec()).map_err(|_| unreadable("a field is not UTF-8"))?;
                    self.put(name, text)?;
                }
            }
        }
        Ok(())
    }
}

fn unreadable(why: impl std::fmt::Display) -> Problem {
    Problem::new(Slug::MalformedRequest, format!("The form cannot be read: {why}."))
}

impl<const MOST: usize> FromRequest for Form<MOST> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let req = req.clone();
        let payload = web::Payload::from_request(&req, payload);
        Box::pin(async move {
            let kind = body::media_type(&req);
            if !FORM_TYPES.contains(&kind.as_str()) {
                let detail = format!("Send the form with a Content-Type of these: {}.", FORM_TYPES.join(", "));
                return Problem::new(Slug::UnsupportedMediaType, detail).fail();
            }
            let payload = payload.await.map_err(|_| body::unreadable())?;
            let bytes = body::collect(&req, payload, MOST + WORDS).await?;
            let mut form = Self::default();
            if kind == FORM_TYPES[1] {
                form.read_parts(&req, bytes).await?;
            } else {
                let pairs = web::Query::<Vec<(String, String)>>::from_query(&String::from_utf8_lossy(&bytes));
                for (name, value) in pairs.map_err(unreadable)?.into_inner() {
                    form.put(name, value)?;
                }
            }
            Ok(form)
        })
    }
}

/// Refuses a form that another site's page sends in a reader's name. Browsers name where a call comes from; what names
/// nothing is no browser, or an old one that does not send our cookies along either.
///
/// # Errors
/// `forbidden`.
pub fn refuse_foreign(req: &HttpRequest) -> Result<()> {
    let site = req.headers().get("sec-fetch-site").and_then(|value| value.to_str().ok());
    match site {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) => {
            Problem::new(Slug::Forbidden, "This form belongs to our own page: open that page and send it there.").fail()
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    async fn received(media_type: &str, body: &[u8]) -> Result<Form<16>> {
        let request = TestRequest::post().insert_header(("content-type", media_type)).set_payload(body.to_vec());
        let (request, mut payload) = request.to_http_parts();
        Form::<16>::from_request(&request, &mut payload).await
    }

    #[actix_web::test]
    async fn fields_are_read_from_both_kinds_of_form() {
        let form =
            received("application/x-www-form-urlencoded; charset=UTF-8", b"a=1+2&b=%D0%AF&a=3&c=").await.unwrap();
        assert_eq!((form.get("a"), form.get("b"), form.get("c"), form.get("d")), (Some("1 2"), Some("Я"), None, None));
        let parts = "--x\r\nContent-Disposition: form-data; name=\"bank\"\r\n\r\n MBank \r\n\
                     --x\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\n\
                     Content-Type: image/jpeg\r\n\r\n\u{1}\u{2}\r\n--x--\r\n";
        let form = received("multipart/form-data; boundary=x", parts.as_bytes()).await.unwrap();
        assert_eq!((form.get("bank"), form.file.as_deref()), (Some("MBank"), Some(&b"\x01\x02"[..])));
    }

    #[actix_web::test]
    async fn an_odd_form_is_refused() {
        let many = "a=1".to_owned() + &(0..50).map(|n| format!("&f{n}=1")).collect::<String>();
        for (media_type, body, slug) in [
            ("application/json", "{}", Slug::UnsupportedMediaType),
            ("", "a=1", Slug::UnsupportedMediaType),
            ("application/x-www-form-urlencoded", "a=%00", Slug::MalformedRequest),
            ("application/x-www-form-urlencoded", many.as_str(), Slug::MalformedRequest),
            ("multipart/form-data; boundary=x", "--x\r\nContent", Slug::MalformedRequest),
            ("multipart/form-data", "--x--", Slug::MalformedRequest),
            ("application/x-www-form-urlencoded", &"a".repeat(WORDS + 17), Slug::BodyTooLarge),
        ] {
            let refused = received(media_type, body.as_bytes()).await.expect_err("a refusal");
            assert_eq!(refused.to_problem().slug, slug, "{media_type} {}", &body[..body.len().min(40)]);
        }
    }

    #[test]
    fn a_form_of_another_site_is_refused() {
        let from =
            |site: &str| refuse_foreign(&TestRequest::post().insert_header(("sec-fetch-site", site)).to_http_request());
        assert!(from("same-origin").is_ok() && from("none").is_ok());
        assert!(from("cross-site").is_err() && from("same-site").is_err());
        assert!(refuse_foreign(&TestRequest::post().to_http_request()).is_ok());
    }
}
