//! The way out to a provider: one request, one answer, bounded in time and size, no redirect followed.

use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http::Request;
use ureq::http::header::LOCATION;

use super::adapter::Failure;

/// No answer of a provider is larger; bytes.
const MAX_ANSWER_BYTES: u64 = 256 * 1024;
/// The most of a provider's own words that is kept, characters.
const QUOTED_MAX_CHARS: usize = 200;

/// A client of one provider.
#[derive(Clone)]
pub(super) struct Outside(Agent);

/// What came back.
pub(super) struct Answer {
    pub status: u16,
    /// Where a redirect points.
    pub location: Option<String>,
    pub body: Vec<u8>,
}

impl Outside {
    /// With this limit for a whole exchange, seconds.
    pub fn new(time_out_s: u64) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(time_out_s)))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build();
        Self(config.into())
    }

    /// Sends exactly these bytes.
    ///
    /// # Errors
    /// [`Failure::Away`] without a whole answer.
    pub fn send(&self, method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Result<Answer, Failure> {
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let away =
            |reason: &dyn std::fmt::Display| Failure::Away(format!("no answer: {}", quoted(&reason.to_string())));
        let answer = if body.is_empty() {
            self.0.run(request.body(()).map_err(|error| away(&error))?)
        } else {
            self.0.run(request.body(body.to_owned()).map_err(|error| away(&error))?)
        };
        let mut answer = answer.map_err(|error| away(&error))?;
        let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let body =
            answer.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_to_vec().map_err(|error| away(&error))?;
        Ok(Answer { status: answer.status().as_u16(), location, body })
    }
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Errors
    /// [`Failure::Away`] when it is something else, such as a web page.
    pub fn json(&self) -> Result<Value, Failure> {
        serde_json::from_slice(&self.body)
            .map_err(|_| Failure::Away(format!("HTTP {} with something that is not JSON", self.status)))
    }

    /// Whether the provider did what it was asked.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// What a status other than success means: our fault is final, theirs passes.
    pub fn failure(&self) -> Failure {
        let words = quoted(&String::from_utf8_lossy(&self.body));
        match self.status {
            408 | 429 | 500.. => Failure::Away(format!("HTTP {}", self.status)),
            status => Failure::Refused(format!("HTTP {status}: {words}")),
        }
    }
}

/// A provider's words, fit for a problem and the log: one line, bounded.
pub(super) fn quoted(words: &str) -> String {
    words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(QUOTED_MAX_CHARS).collect()
}
