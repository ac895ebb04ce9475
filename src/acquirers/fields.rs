//! Flat bodies: names and texts, as a form or as one JSON object.

use std::collections::BTreeMap;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

/// Names and texts, sorted by name.
pub(super) type Fields = BTreeMap<String, String>;

/// Reads `application/x-www-form-urlencoded`; `None` when it is something else, or says a name twice: two readers
/// would then see two values under one signature.
pub(super) fn read_form(body: &[u8]) -> Option<Fields> {
    let mut fields = Fields::new();
    for pair in std::str::from_utf8(body).ok()?.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=')?;
        if fields.insert(decoded(name)?, decoded(value)?).is_some() {
            return None;
        }
    }
    (!fields.is_empty()).then_some(fields)
}

/// Reads a form, or a JSON object of texts, numbers and nulls.
pub(super) fn read_form_or_json(body: &[u8]) -> Option<Fields> {
    if !body.trim_ascii_start().starts_with(b"{") {
        return read_form(body);
    }
    let Ok(Value::Object(members)) = serde_json::from_slice(body) else { return None };
    members.into_iter().map(|(name, value)| Some((name, plain(&value)?))).collect()
}

/// A text, or a number as it is written; nothing for null.
pub(super) fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null => Some(String::new()),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Writes a form.
pub(super) fn write_form(fields: &Fields) -> String {
    let encoded = |text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect::<Vec<_>>().join("&")
}

fn decoded(text: &str) -> Option<String> {
    Some(percent_decode_str(&text.replace('+', " ")).decode_utf8().ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_it_is_written() {
        let fields = Fields::from([("a".to_owned(), "x y+&=;ж".to_owned()), ("b".to_owned(), String::new())]);
        assert_eq!(read_form(write_form(&fields).as_bytes()), Some(fields));
        assert_eq!(read_form(b"a=x+y&b=").unwrap()["a"], "x y");
    }

    #[test]
    fn what_two_readers_could_read_differently_is_not_read() {
        for body in [&b"a=1&a=2"[..], b"a", b"", b"a=%ff", b"\xff=1", b"[1]", b"<a/>"] {
            assert_eq!(read_form_or_json(body), None, "{body:?}");
        }
        assert_eq!(read_form_or_json(br#"{"a": {"b": 1}}"#), None);
    }

    #[test]
    fn json_numbers_keep_their_digits() {
        let fields = read_form_or_json(br#" {"amount": 10000, "order_id": "A-1", "mobile": null}"#).unwrap();
        assert_eq!((fields["amount"].as_str(), fields["order_id"].as_str()), ("10000", "A-1"));
        assert_eq!(fields["mobile"], "");
    }
}
