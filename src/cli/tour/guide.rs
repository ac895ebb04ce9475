//! Makes the calls: sends a step, prints both sides, and insists on the expected answer.

use std::time::Duration;

use serde_json::Value;
use ureq::http::{Request, header};

use super::step::Step;
use super::voice::{Voice, pick};
use crate::error::{Error, Result};
use crate::ids::Role;

/// A server that does not answer within this will not.
const TIMEOUT: Duration = Duration::from_secs(30);

/// An HTTP client that talks about what it does.
pub(super) struct Guide {
    agent: ureq::Agent,
    /// Scheme, host and port.
    pub base: String,
    pub voice: Voice,
    /// How many calls were answered as expected.
    pub calls: usize,
    tokens: Vec<(Role, String, String)>,
}

/// A body, and where it came from.
pub(super) struct Answer {
    call: String,
    /// `Null` when the answer is a page.
    pub body: Value,
}

impl Answer {
    /// A text that the tour goes on with.
    pub fn text(&self, member: &str) -> Result<String> {
        match pick(&self.body, member) {
            Some(Value::String(text)) => Ok(text),
            _ => Err(Error::Startup(format!("{}: the answer has no {member}", self.call))),
        }
    }

    /// A whole number that the tour goes on with.
    pub fn number(&self, member: &str) -> Result<i64> {
        pick(&self.body, member)
            .and_then(|value| value.as_i64())
            .ok_or_else(|| Error::Startup(format!("{}: the answer has no {member}", self.call)))
    }
}

impl Guide {
    pub fn new(url: &str, is_quiet: bool) -> Result<Self> {
        let base = url.trim_end_matches('/').to_owned();
        if !base.starts_with("http://") && !base.starts_with("https://") {
            return Err(Error::Startup(format!("--url must begin with http:// or https://, not {url:?}")));
        }
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .max_redirects(0)
            .http_status_as_error(false)
            .user_agent(concat!("torugart-tour/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        Ok(Self { agent, base, voice: Voice::new(is_quiet), calls: 0, tokens: Vec::new() })
    }

    /// From now on steps by this role are made with this login.
    pub fn admit(&mut self, role: Role, login: &str, token: String) {
        self.tokens.push((role, login.to_owned(), token));
    }

    pub fn knows(&self, role: Role) -> bool {
        self.tokens.iter().any(|(known, ..)| *known == role)
    }

    /// Makes a call and checks its answer.
    pub fn call(&mut self, step: &Step) -> Result<Answer> {
        let call = format!("{} {}", step.method, step.path);
        let staff = step.by.and_then(|role| self.tokens.iter().find(|(known, ..)| *known == role));
        let who = match (step.by, staff) {
            (None, _) => "anyone".to_owned(),
            (Some(role), Some((_, login, _))) if login == role.as_str() => login.clone(),
            (Some(role), Some((_, login, _))) => format!("{role} {login}"),
            (Some(role), None) => return Err(Error::Startup(format!("{call}: no {role} has logged in"))),
        };
        self.voice.request(step, &who)?;
        let token = staff.map(|(.., token)| token.as_str());
        let (status, is_replayed, body) = self.send(step, token).map_err(|error| self.unreachable(&call, &error))?;
        let complaint = complaint(step, status, is_replayed, &body);
        if let Some(complaint) = complaint {
            return Err(Error::Startup(format!("{call} as {who}: {complaint}")));
        }
        self.voice.answer(step, &who, status, &body)?;
        self.calls += 1;
        Ok(Answer { call, body })
    }

    fn send(&self, step: &Step, token: Option<&str>) -> std::result::Result<(u16, bool, Value), ureq::Error> {
        let mut request = Request::builder().method(step.method).uri(format!("{}{}", self.base, step.path));
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(key) = step.key {
            request = request.header("idempotency-key", key);
        }
        let mut response = match &step.body {
            Some(body) => {
                let request = request.header(header::CONTENT_TYPE, "application/json").body(body.to_string())?;
                self.agent.run(request)?
            }
            None => self.agent.run(request.body(())?)?,
        };
        let is_replayed = response.headers().get("idempotent-replayed").is_some_and(|value| value == "true");
        let text = response.body_mut().read_to_string()?;
        Ok((response.status().as_u16(), is_replayed, serde_json::from_str(&text).unwrap_or_default()))
    }

    fn unreachable(&self, call: &str, error: &ureq::Error) -> Error {
        Error::Startup(format!("{call}: {} does not answer ({error}); is `torugart serve` running?", self.base))
    }
}

/// What is wrong with an answer, if anything.
fn complaint(step: &Step, status: u16, is_replayed: bool, body: &Value) -> Option<String> {
    if status != step.status {
        let problem = pick(body, "detail").and_then(|detail| detail.as_str().map(str::to_owned)).unwrap_or_default();
        return Some(format!("expected {}, got {status}. {problem}", step.status).trim_end().to_owned());
    }
    if is_replayed != step.is_replay {
        let expected = if step.is_replay { "the first answer again" } else { "a fresh answer" };
        return Some(format!("expected {expected}, got Idempotent-Replayed: {is_replayed}"));
    }
    step.members.iter().find_map(|(member, word)| {
        let found = pick(body, member);
        let fits = found.as_ref().is_some_and(|found| *found == **word);
        (!fits).then(|| format!("expected {member} to be {word}, got {}", found.unwrap_or_default()))
    })
}
