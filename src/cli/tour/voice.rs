//! How the tour speaks: sentences, requests and answers on standard output.

use std::io::{IsTerminal, Write};

use serde_json::Value;

use super::step::Step;
use crate::error::{Error, Result};

const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const GREEN: &str = "\x1b[32m";
const YELLOW: &str = "\x1b[33m";
const CYAN: &str = "\x1b[36m";
const PLAIN: &str = "\x1b[0m";

/// A list of values longer than this is printed one a line, characters.
const LONGEST_LINE: usize = 90;

/// Members whose value nobody may read over a shoulder or in a log.
const SECRETS: [&str; 3] = ["password", "access_token", "refresh_token"];

/// Standard output, with or without colours.
pub(super) struct Voice {
    is_quiet: bool,
    is_hushed: bool,
    is_coloured: bool,
    chapter: usize,
}

impl Voice {
    /// Colours are for a terminal whose owner did not ask to be spared them (no-color.org).
    pub fn new(is_quiet: bool) -> Self {
        let is_spared = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { is_quiet, is_hushed: false, is_coloured: std::io::stdout().is_terminal() && !is_spared, chapter: 0 }
    }

    /// From now on nothing is printed: whatever is still to be done is done even if nobody listens any more.
    pub fn hush(&mut self) {
        self.is_hushed = true;
    }

    /// What happens next in the business.
    pub fn tell(&mut self, sentence: &str) -> Result<()> {
        if self.is_quiet {
            return Ok(());
        }
        self.chapter += 1;
        let chapter = self.chapter;
        self.print(&format!("\n{}\n", self.painted(BOLD, &format!("{chapter}. {sentence}"))))
    }

    /// What an answer means.
    pub fn remark(&self, sentence: &str) -> Result<()> {
        if self.is_quiet { Ok(()) } else { self.print(&format!("   {}\n", self.painted(GREEN, sentence))) }
    }

    /// The last words, also for those who wanted few.
    pub fn end(&self, sentence: &str) -> Result<()> {
        self.print(&format!("{}\n", self.painted(BOLD, sentence)))
    }

    /// A call about to be made.
    pub fn request(&self, step: &Step, who: &str) -> Result<()> {
        if self.is_quiet {
            return Ok(());
        }
        let line = self.painted(CYAN, &format!("{} {}", step.method, step.path));
        let mut text = format!("   {line}   as {who}\n");
        if let Some(key) = step.key {
            text += &format!("   {}\n", self.painted(DIM, &format!("Idempotency-Key: {key}")));
        }
        if let Some(body) = step.body.as_ref().filter(|body| body.as_object().is_none_or(|members| !members.is_empty()))
        {
            let pretty = serde_json::to_string_pretty(&without_secrets(body)).unwrap_or_default();
            text += &format!("{}\n", self.painted(DIM, &indented(&pretty, "   ")));
        }
        self.print(&text)
    }

    /// What came back: the status and the interesting members.
    pub fn answer(&self, step: &Step, who: &str, status: u16, body: &Value) -> Result<()> {
        if self.is_quiet {
            return self.print(&format!("{status} {} {} ({who})\n", step.method, step.path));
        }
        let colour = if status < 400 { GREEN } else { YELLOW };
        let reason = ureq::http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
        let replayed = if step.is_replay { ", Idempotent-Replayed: true" } else { "" };
        let line = format!("-> {status} {}{replayed}", reason.unwrap_or_default());
        let mut text = format!("   {}\n", self.painted(colour, &line));
        for member in step.show {
            if let Some(value) = pick(body, member) {
                let (name, value) = (member.replace("/*", "").replace('/', "."), shown(&value));
                let gap = if value.starts_with('\n') { 0 } else { 24 };
                text += &format!("      {name:<gap$} {value}").replace(" \n", "\n");
                text.push('\n');
            }
        }
        self.print(&text)
    }

    fn painted(&self, colour: &str, text: &str) -> String {
        if self.is_coloured { format!("{colour}{text}{PLAIN}") } else { text.to_owned() }
    }

    /// A reader that went away (`| head`) ends the tour with a sentence, not with a panic.
    fn print(&self, text: &str) -> Result<()> {
        if self.is_hushed {
            return Ok(());
        }
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes())
            .and_then(|()| out.flush())
            .map_err(|error| Error::Startup(format!("standard output: {error}")))
    }
}

/// The value at `a/b`; `a/0/b` looks into the first of a list, `a/*/b` is the list of `b` in each.
pub(super) fn pick(value: &Value, path: &str) -> Option<Value> {
    let (head, rest) = path.split_once('/').unwrap_or((path, ""));
    let found = match (head, value) {
        ("", _) => return Some(value.clone()),
        ("*", Value::Array(items)) => {
            let each: Vec<_> = items.iter().filter_map(|item| pick(item, rest)).collect();
            return (!each.is_empty()).then_some(Value::Array(each));
        }
        (index, Value::Array(items)) => items.get(index.parse::<usize>().ok()?)?,
        _ => value.get(head)?,
    };
    pick(found, rest).filter(|value| !value.is_null())
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if !items.is_empty() => {
            let texts: Vec<_> = items.iter().map(shown).collect();
            let line = texts.join(", ");
            if line.chars().count() <= LONGEST_LINE && !line.contains('\n') {
                return line;
            }
            texts.iter().map(|text| format!("\n         - {}", first_line(text))).collect()
        }
        other => other.to_string(),
    }
}

/// A letter in a list is there to be recognised, not to be read.
fn first_line(text: &str) -> String {
    match text.split_once('\n') {
        Some((line, _)) => format!("{line} ..."),
        None => text.to_owned(),
    }
}

fn indented(text: &str, by: &str) -> String {
    text.lines().map(|line| format!("{by}{line}")).collect::<Vec<_>>().join("\n")
}

fn without_secrets(body: &Value) -> Value {
    let mut body = body.clone();
    if let Value::Object(members) = &mut body {
        for (name, value) in members.iter_mut() {
            if SECRETS.contains(&name.as_str()) {
                *value = Value::from("***");
            }
        }
    }
    body
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_goes_down_and_a_star_is_each() {
        let body = json!({"quote": {"total": 1}, "journals": [{"kind": "charge"}, {"kind": "payment"}], "none": null});
        assert_eq!(pick(&body, "quote/total"), Some(json!(1)));
        assert_eq!(pick(&body, "journals/*/kind"), Some(json!(["charge", "payment"])));
        assert_eq!(pick(&body, "journals/1/kind"), Some(json!("payment")));
        assert_eq!(pick(&body, "none"), None);
        assert_eq!(pick(&body, "quote/nothing"), None);
    }

    #[test]
    fn secrets_are_not_shown() {
        let login = json!({"login": "aida", "password": "three quiet words"});
        assert_eq!(without_secrets(&login), json!({"login": "aida", "password": "***"}));
    }

    #[test]
    fn long_lists_get_a_line_each_and_letters_their_first() {
        assert_eq!(shown(&json!(["a", "b"])), "a, b");
        let long = "x".repeat(LONGEST_LINE);
        assert_eq!(shown(&json!([long, "b\nc"])), format!("\n         - {long}\n         - b ..."));
        assert_eq!(shown(&json!([])), "[]");
    }
}
