//! One call of the tour, before it is made.

use serde_json::Value;

use crate::ids::Role;

/// What is sent, as whom, and what must come back.
pub(super) struct Step<'a> {
    pub method: &'static str,
    pub path: String,
    pub body: Option<Value>,
    pub by: Option<Role>,
    pub key: Option<&'a str>,
    pub status: u16,
    pub members: Vec<(&'static str, &'static str)>,
    pub is_replay: bool,
    pub show: &'static [&'static str],
}

impl<'a> Step<'a> {
    fn new(method: &'static str, path: impl Into<String>, body: Option<Value>) -> Self {
        Self {
            method,
            path: path.into(),
            body,
            by: None,
            key: None,
            status: 200,
            members: Vec::new(),
            is_replay: false,
            show: &[],
        }
    }

    pub fn get(path: impl Into<String>) -> Self {
        Self::new("GET", path, None)
    }

    pub fn post(path: impl Into<String>, body: Value) -> Self {
        Self::new("POST", path, Some(body))
    }

    pub fn put(path: impl Into<String>, body: Value) -> Self {
        Self::new("PUT", path, Some(body))
    }

    pub fn patch(path: impl Into<String>, body: Value) -> Self {
        Self::new("PATCH", path, Some(body))
    }

    /// As a member of staff; as anybody when not said.
    pub fn by(mut self, role: Role) -> Self {
        self.by = Some(role);
        self
    }

    /// With this `Idempotency-Key`.
    pub fn keyed(mut self, key: &'a str) -> Self {
        self.key = Some(key);
        self
    }

    /// Must be answered with this status; 200 when not said.
    pub fn gives(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Must be refused with this status and `code`.
    pub fn refused(self, status: u16, code: &'static str) -> Self {
        self.gives(status).holds("code", code).show(&["code", "detail"])
    }

    /// The answer must have this word in this member.
    pub fn holds(mut self, member: &'static str, word: &'static str) -> Self {
        self.members.push((member, word));
        self
    }

    /// Must be answered with what the first request with this key got.
    pub fn replayed(mut self) -> Self {
        self.is_replay = true;
        self
    }

    /// Members of the answer to print; `a/b` goes down, `*` is each of a list.
    pub fn show(mut self, members: &'static [&'static str]) -> Self {
        self.show = members;
        self
    }
}
