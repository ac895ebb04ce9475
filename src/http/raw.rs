//! A file as the body itself: bounded, recognised when it comes again, and not looked into.

use std::future::Future;
use std::pin::Pin;

use actix_web::{FromRequest, HttpRequest, dev, web};

use super::body::{self, Fingerprint};
use crate::error::{Error, Problem, Result, Slug};

/// A body of at most `MOST` bytes that is a file.
#[derive(Debug)]
pub struct Raw<const MOST: usize> {
    /// The file.
    pub bytes: web::Bytes,
    /// What the sender calls it, in lower case and without parameters; empty when it was not said.
    pub media_type: String,
    /// What the file is recognised by. The query belongs to it, since there the sender says what the file is.
    pub fingerprint: Fingerprint,
}

impl<const MOST: usize> Raw<MOST> {
    /// The file, when it is called one of these media types.
    ///
    /// # Errors
    /// `unsupported_media_type` that lists them; `malformed_request` for no file at all.
    pub fn of_type(self, media_types: &[&str]) -> Result<Self> {
        if !media_types.contains(&self.media_type.as_str()) {
            let listed = media_types.join("`, `");
            return Problem::new(
                Slug::UnsupportedMediaType,
                format!("Send the file itself as the body, with a Content-Type of these: `{listed}`."),
            )
            .fail();
        }
        if self.bytes.is_empty() {
            return Problem::new(Slug::MalformedRequest, "The body is empty: send the file itself as the body.").fail();
        }
        Ok(self)
    }
}

impl<const MOST: usize> FromRequest for Raw<MOST> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let req = req.clone();
        let payload = web::Payload::from_request(&req, payload);
        Box::pin(async move {
            let bytes = body::collect(&req, payload.await.map_err(|_| body::unreadable())?, MOST).await?;
            let fingerprint = Fingerprint::of_parts(&[req.query_string().as_bytes(), &bytes]);
            Ok(Self { bytes, media_type: body::media_type(&req), fingerprint })
        })
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    async fn received(uri: &str, media_type: &str, body: &str) -> Result<Raw<8>> {
        let request =
            TestRequest::post().uri(uri).insert_header(("content-type", media_type)).set_payload(body.to_owned());
        let (request, mut payload) = request.to_http_parts();
        Raw::<8>::from_request(&request, &mut payload).await
    }

    fn slug(refused: Result<Raw<8>>) -> Slug {
        refused.expect_err("a refusal").to_problem().slug
    }

    #[actix_web::test]
    async fn a_file_comes_as_it_is_and_is_called_by_its_type() {
        let file = received("/?a=1", "Text/CSV; charset=utf-8", "a;b\r\n\0").await.unwrap();
        assert_eq!((file.bytes.as_ref(), file.media_type.as_str()), (&b"a;b\r\n\0"[..], "text/csv"));
        assert!(file.of_type(&["application/pdf", "text/csv"]).is_ok());
    }

    #[actix_web::test]
    async fn a_larger_or_empty_file_or_one_of_another_type_is_refused() {
        assert!(received("/", "text/csv", "12345678").await.is_ok());
        assert_eq!(slug(received("/", "text/csv", "123456789").await), Slug::BodyTooLarge);
        let of_type = |file: Result<Raw<8>>| file.and_then(|file| file.of_type(&["text/csv"]));
        assert_eq!(slug(of_type(received("/", "text/csv", "").await)), Slug::MalformedRequest);
        for other in ["text/csvx", "application/json", ""] {
            assert_eq!(slug(of_type(received("/", other, "a").await)), Slug::UnsupportedMediaType, "{other}");
        }
    }

    #[actix_web::test]
    async fn a_length_in_the_head_is_believed_before_a_byte_is_read() {
        let (request, mut payload) = TestRequest::post().insert_header(("content-length", "9")).to_http_parts();
        assert_eq!(slug(Raw::<8>::from_request(&request, &mut payload).await), Slug::BodyTooLarge);
    }

    #[actix_web::test]
    async fn the_fingerprint_tells_files_and_queries_apart() {
        let print = async |uri, body| received(uri, "text/csv", body).await.unwrap().fingerprint.with_target("POST /");
        let first = print("/?name=a", "b").await;
        assert_eq!(print("/?name=a", "b").await, first);
        assert_ne!(print("/?name=a", "c").await, first);
        assert_ne!(print("/?name=c", "b").await, first);
        assert_ne!(print("/?name=ab", "").await, first);
    }
}
