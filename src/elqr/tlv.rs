//! Tags: two digits of id, two digits of length, the value. Lengths count UTF-16 units, as working banks write them.

/// The longest value that two digits can announce.
pub const MAX_UNITS: usize = 99;

/// A tag within a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag<'a> {
    /// Two digits.
    pub id: &'a str,
    /// May be empty.
    pub value: &'a str,
    /// All that stands before the tag.
    pub before: &'a str,
}

/// A text is not a list of tags: how many characters were in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Characters before the place.
    pub at: usize,
}

/// The length of a text as a tag announces it.
pub fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// The tags of a text, in its order.
pub fn split(text: &str) -> Result<Vec<Tag<'_>>, Broken> {
    let mut tags = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let before = &text[..text.len() - rest.len()];
        let (id, value, after) = first(rest).ok_or_else(|| Broken { at: before.chars().count() })?;
        tags.push(Tag { id, value, before });
        rest = after;
    }
    Ok(tags)
}

fn first(text: &str) -> Option<(&str, &str, &str)> {
    let (id, rest) = text.split_at_checked(2)?;
    let (length, rest) = rest.split_at_checked(2)?;
    if !id.bytes().chain(length.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (value, rest) = split_at_units(rest, length.parse().ok()?)?;
    Some((id, value, rest))
}

/// `None` when the text is shorter, or when the cut would go through a character.
fn split_at_units(text: &str, units: usize) -> Option<(&str, &str)> {
    let (mut bytes, mut left) = (0, units);
    for c in text.chars() {
        if left == 0 {
            break;
        }
        left = left.checked_sub(c.len_utf16())?;
        bytes += c.len_utf8();
    }
    (left == 0).then(|| text.split_at(bytes))
}

/// Appends a tag. The value has been measured before: it is at most [`MAX_UNITS`] long.
pub fn push(text: &mut String, id: &str, value: &str) {
    let length = units(value);
    debug_assert!(length <= MAX_UNITS);
    text.push_str(&format!("{id}{length:02}{value}"));
}
