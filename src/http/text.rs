//! Text that people typed: trimmed, bounded, without control characters.

use crate::error::{Problem, Result};

/// A text that must say something.
///
/// # Errors
/// `validation_failed` at `pointer` when it is empty, too long, or holds control characters.
pub fn required(text: &str, most_characters: usize, pointer: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Problem::field(pointer, "must not be empty").fail();
    }
    if text.chars().count() > most_characters {
        return Problem::field(pointer, format!("must be at most {most_characters} characters")).fail();
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Problem::field(pointer, "must not contain control characters").fail();
    }
    Ok(text.to_owned())
}

/// A text that may be missing; an empty one counts as missing.
///
/// # Errors
/// As [`required`].
pub fn optional(text: Option<&str>, most_characters: usize, pointer: &str) -> Result<Option<String>> {
    match text.map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => required(text, most_characters, pointer).map(Some),
    }
}

/// A name or anything else that must stay on one line, since it ends up in headers of mails.
///
/// # Errors
/// As [`required`], and for a line break.
pub fn one_line(text: &str, most_characters: usize, pointer: &str) -> Result<String> {
    let text = required(text, most_characters, pointer)?;
    if text.contains('\n') {
        return Problem::field(pointer, "must be one line").fail();
    }
    Ok(text)
}

/// An address of mail that may be missing.
///
/// # Errors
/// As [`required`], and for what is none.
pub fn email(text: Option<&str>, pointer: &str) -> Result<Option<String>> {
    let email = optional(text, 200, pointer)?;
    if email.as_deref().is_some_and(|email| email.parse::<lettre::Address>().is_err()) {
        return Problem::field(pointer, "is not an e-mail address").fail();
    }
    Ok(email)
}
