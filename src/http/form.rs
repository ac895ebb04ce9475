//! Forms that browsers send, with or without a file: bounded, and read whole before anything is decided.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use actix_multipart::Multipart;
use actix_web::{FromRequest, HttpRequest, dev, web};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::body;
use crate::error::{Error, Problem, Result, Slug};

/// The media types of a form.
pub const MEDIA_TYPES: &[&str] = &["application/x-www-form-urlencoded", "multipart/form-data"];

/// Room for the fields and the marks between them.
const MOST_TEXT_BYTES: usize = 64 * 1024;
/// No form of ours has as many.
const MOST_FIELDS: usize = 64;

/// What was filled in. Of a field that is there twice the first counts; of files, the first that is not empty. `MOST`
/// bytes is the largest file.
#[derive(Default)]
pub struct Form<const MOST: usize = 0> {
    fields: BTreeMap<String, String>,
    /// The file, if one was chosen.
    pub file: Option<web::Bytes>,
    /// Whether the whole was larger than it may be, so that nothing of it was read.
    pub is_too_large: bool,
}

/// What people fill in is nobody else's business, one-time codes among it: a log may see the names of the fields.
impl<const MOST: usize> std::fmt::Debug for Form<MOST> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.fields.keys()).finish()
    }
}

impl<const MOST: usize> Form<MOST> {
    /// What stands in a field; empty when there is none such.
    pub fn get(&self, name: &str) -> &str {
        self.fields.get(name).map(String::as_str).unwrap_or_default()
    }

    /// What stands in a field, without spaces around it; none when that is nothing.
    pub fn filled(&self, name: &str) -> Option<&str> {
        Some(self.get(name).trim()).filter(|text| !text.is_empty())
    }

    /// Whether a box is ticked, or a button was pressed.
    pub fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    fn add(&mut self, name: String, text: &str) -> Result<()> {
        if text.contains('\0') {
            return Problem::new(Slug::MalformedRequest, "The form contains a NUL character.").fail();
        }
        if self.fields.len() >= MOST_FIELDS {
            return Problem::new(Slug::MalformedRequest, "The form has too many fields.").fail();
        }
        // Browsers end the lines of a text with both signs.
        self.fields.entry(name).or_insert_with(|| text.replace("\r\n", "\n"));
        Ok(())
    }
}

impl<const MOST: usize> FromRequest for Form<MOST> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let req = req.clone();
        let payload = web::Payload::from_request(&req, payload);
        Box::pin(async move {
            let payload = payload.await.map_err(|_| body::unreadable())?;
            let media_type = body::media_type(&req);
            if !MEDIA_TYPES.contains(&media_type.as_str()) {
                let listed = MEDIA_TYPES.join("`, `");
                return Problem::new(Slug::UnsupportedMediaType, format!("Send a form: `{listed}`.")).fail();
            }
            let bytes = match body::collect(&req, payload, MOST + MOST_TEXT_BYTES).await {
                Ok(bytes) => bytes,
                Err(Error::Problem(problem)) if problem.slug == Slug::BodyTooLarge => {
                    return Ok(Self { is_too_large: true, ..Self::default() });
                }
                Err(error) => return Err(error),
            };
            if media_type == "multipart/form-data" { parts(&req, bytes).await } else { pairs(&bytes) }
        })
    }
}

fn pairs<const MOST: usize>(bytes: &[u8]) -> Result<Form<MOST>> {
    let mut form = Form::default();
    for (name, text) in url::form_urlencoded::parse(bytes) {
        form.add(name.into_owned(), &text)?;
    }
    Ok(form)
}

async fn parts<const MOST: usize>(req: &HttpRequest, bytes: web::Bytes) -> Result<Form<MOST>> {
    let odd = || Problem::new(Slug::MalformedRequest, "The parts of the form cannot be read.");
    let whole = stream::once(std::future::ready(Ok::<_, actix_web::error::PayloadError>(bytes)));
    let mut parts = Multipart::new(req.headers(), whole.boxed_local());
    let mut form = Form::default();
    while let Some(mut part) = parts.try_next().await.map_err(|_| odd())? {
        let said = part.content_disposition();
        let (name, is_file) = (said.and_then(|said| said.get_name()).map(str::to_owned), part.content_type().is_some());
        let name = name.ok_or_else(odd)?;
        let mut content = web::BytesMut::new();
        while let Some(piece) = part.try_next().await.map_err(|_| odd())? {
            content.extend_from_slice(&piece);
        }
        if is_file {
            let file = content.freeze();
            form.file = form.file.or_else(|| (!file.is_empty()).then_some(file));
        } else {
            let text = std::str::from_utf8(&content).map_err(|_| odd())?;
            form.add(name, text)?;
        }
    }
    Ok(form)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    async fn read(media_type: &str, body: &str) -> Result<Form<16>> {
        let request = TestRequest::post().insert_header(("content-type", media_type)).set_payload(body.to_owned());
        let (request, mut payload) = request.to_http_parts();
        Form::<16>::from_request(&request, &mut payload).await
    }

    const PARTS: &str = "multipart/form-data; boundary=x";

    fn part(name: &str, more: &str, content: &str) -> String {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{content}\r\n")
    }

    #[actix_web::test]
    async fn both_kinds_of_form_say_the_same() {
        let file = part("photo", "; filename=\"a.jpg\"\r\nContent-Type: image/jpeg", "JPEG");
        let body = format!("{}{}{file}--x--\r\n", part("words", "", "белый\r\nбольшой"), part("words", "", "second"));
        let form = read(PARTS, &body).await.unwrap();
        assert_eq!((form.get("words"), form.get("none")), ("белый\nбольшой", ""));
        assert_eq!(form.file.as_deref(), Some(&b"JPEG"[..]));
        let form =
            read("application/x-www-form-urlencoded", "words=%D0%B1%D0%B5%D0%BB%D1%8B%D0%B9+a&box=").await.unwrap();
        assert_eq!((form.get("words"), form.has("box"), form.has("none")), ("белый a", true, false));
        assert_eq!(format!("{form:?}"), "{\"box\", \"words\"}");
    }

    #[actix_web::test]
    async fn a_file_that_nobody_chose_is_none() {
        let body =
            format!("{}--x--\r\n", part("photo", "; filename=\"\"\r\nContent-Type: application/octet-stream", ""));
        assert!(read(PARTS, &body).await.unwrap().file.is_none());
    }

    #[actix_web::test]
    async fn what_is_no_form_is_refused_and_what_is_too_large_is_told() {
        let slug = |refused: Result<Form<16>>| refused.expect_err("a refusal").to_problem().slug;
        assert_eq!(slug(read("application/json", "{}").await), Slug::UnsupportedMediaType);
        assert_eq!(slug(read("application/x-www-form-urlencoded", "a=%00").await), Slug::MalformedRequest);
        assert_eq!(slug(read("multipart/form-data", "x").await), Slug::MalformedRequest);
        assert_eq!(slug(read(PARTS, "--x\r\n\r\n").await), Slug::MalformedRequest);
        let many: String = (0..70).map(|n| format!("f{n}=1&")).collect();
        assert_eq!(slug(read("application/x-www-form-urlencoded", &many).await), Slug::MalformedRequest);
        assert!(read(PARTS, &"x".repeat(MOST_TEXT_BYTES + 17)).await.unwrap().is_too_large);
    }
}
