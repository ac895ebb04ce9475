//! A code that somebody shows: what it says, or what is wrong with it.

use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::tlv::{self, Tag};
use super::{Elqr, Extra, Kind, Merchant, Service};
use crate::money::Money;

/// No QR code holds more, even when every byte of it is percent-encoded.
const MAX_BYTES: usize = 3 * 2953;
/// Digits of an amount.
const MAX_AMOUNT_DIGITS: usize = 13;

/// Why a text is not a code that can be relied upon, for the person who holds it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// Far more text than any code.
    #[error("this is too long to be an ELQR code")]
    TooLong,
    /// No tags at all.
    #[error("this is not an ELQR code: it does not begin with a tag, nor does what follows its #")]
    NotElqr,
    /// Tags, then something else.
    #[error("the code is damaged after {0} characters: a part is missing or was changed; scan it again")]
    Broken(usize),
    /// Tag 63 is not where it belongs.
    #[error("the code has no checksum (tag 63) at its end: it is cut off or something was added; scan it again")]
    NoChecksum,
    /// Tag 63 is not four hexadecimal digits.
    #[error("the checksum (tag 63) is {0:?} instead of four hexadecimal digits")]
    BadChecksum(String),
    /// Tag 63 does not fit what stands before it.
    #[error("wrong checksum: a symbol of the code was changed or misread; do not pay, scan it again")]
    WrongChecksum,
    /// The same tag twice.
    #[error("tag {0} occurs twice: two apps could read two different codes; do not pay")]
    Twice(String),
    /// A tag that every code has.
    #[error("tag {tag} ({what}) is missing")]
    Missing {
        /// Its id.
        tag: &'static str,
        /// What it holds.
        what: &'static str,
    },
    /// A value that cannot be.
    #[error("tag {tag} is {found:?}, but it must be {expected}")]
    WrongValue {
        /// Its id.
        tag: String,
        /// What it says.
        found: String,
        /// What it could say.
        expected: &'static str,
    },
}

/// Reads a code: an address with a fragment, or the bare payload; percent-encoded or not.
///
/// Percent signs are decoded first. A `+` is a space only where the checksum says so; a payload that was never encoded
/// and holds a percent sign of its own is tried last.
///
/// # Errors
/// [`Unreadable`] says what is wrong with it.
pub fn parse(text: &str) -> Result<Elqr, Unreadable> {
    let text = text.trim();
    if text.len() > MAX_BYTES {
        return Err(Unreadable::TooLong);
    }
    let raw = fragment(text);
    // What is not UTF-8 after decoding was not encoded; the checksum judges it.
    let decoded = percent_decode_str(raw).decode_utf8().map_or_else(|_| raw.to_owned(), Into::into);
    let spaced = percent_decode_str(&raw.replace('+', " ")).decode_utf8().map_or_else(|_| raw.to_owned(), Into::into);
    let refusal = match checked(&decoded) {
        Ok(tags) => return understood(&tags),
        Err(refusal) => refusal,
    };
    match [spaced.as_str(), raw].into_iter().find_map(|other| checked(other).ok()) {
        Some(tags) => understood(&tags),
        None => Err(refusal),
    }
}

/// What follows the first `#`, unless the text begins like a payload, whose values may hold a `#`.
fn fragment(text: &str) -> &str {
    let is_bare = text.len() >= 4 && text.bytes().take(4).all(|byte| byte.is_ascii_digit());
    match text.split_once('#') {
        Some((_, fragment)) if !is_bare => fragment,
        _ => text,
    }
}

/// The four hexadecimal digits that belong behind `signed`: the end of its SHA-256.
pub fn checksum(signed: &str) -> String {
    let digest = Sha256::digest(signed.as_bytes());
    digest[digest.len() - 2..].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The tags of a payload whose checksum fits.
fn checked(payload: &str) -> Result<Vec<Tag<'_>>, Unreadable> {
    let tags = tlv::split(payload).map_err(|broken| match broken.at {
        0 => Unreadable::NotElqr,
        at => Unreadable::Broken(at),
    })?;
    let Some(last) = tags.last().filter(|tag| tag.id == "63") else {
        return Err(if tags.is_empty() { Unreadable::NotElqr } else { Unreadable::NoChecksum });
    };
    if last.value.len() != 4 || !last.value.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Unreadable::BadChecksum(last.value.to_owned()));
    }
    if !checksum(last.before).eq_ignore_ascii_case(last.value) {
        return Err(Unreadable::WrongChecksum);
    }
    Ok(tags)
}

fn understood(tags: &[Tag<'_>]) -> Result<Elqr, Unreadable> {
    refuse_twins(tags, "")?;
    let root = |id: &str| value(tags, id);
    let needed = |tag, what| root(tag).ok_or(Unreadable::Missing { tag, what });
    expect("00", needed("00", "version")?, "01", |version| version == "01")?;
    let kind = match needed("01", "static or dynamic")? {
        "11" => Kind::Static,
        "12" => Kind::Dynamic,
        other => return Err(wrong("01", other, "11 (static) or 12 (dynamic)")),
    };
    let service = service(needed("32", "who takes the money")?)?;
    let mcc = needed("52", "category of the merchant")?;
    expect("52", mcc, "four digits", |mcc| mcc.len() == 4 && is_digits(mcc))?;
    expect("53", needed("53", "currency")?, "417, som", |currency| currency == "417")?;
    Ok(Elqr {
        kind,
        service,
        merchant: root("33").map(merchant).transpose()?,
        comment: root("34").map(str::to_owned),
        extra: extra(tags)?,
        mcc: mcc.to_owned(),
        amount: root("54").map(amount).transpose()?.flatten(),
        name: needed("59", "name of whom the money goes to")?.to_owned(),
    })
}

fn value<'a>(tags: &[Tag<'a>], id: &str) -> Option<&'a str> {
    tags.iter().find(|tag| tag.id == id).map(|tag| tag.value)
}

/// `parent` is `32/` within the template 32.
fn refuse_twins(tags: &[Tag<'_>], parent: &str) -> Result<(), Unreadable> {
    let mut ids: Vec<_> = tags.iter().map(|tag| tag.id).collect();
    ids.sort_unstable();
    match ids.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Unreadable::Twice(format!("{parent}{}", pair[0]))),
        None => Ok(()),
    }
}

fn wrong(tag: &str, found: &str, expected: &'static str) -> Unreadable {
    Unreadable::WrongValue { tag: tag.to_owned(), found: found.to_owned(), expected }
}

fn expect(tag: &str, found: &str, expected: &'static str, is_good: fn(&str) -> bool) -> Result<(), Unreadable> {
    if is_good(found) { Ok(()) } else { Err(wrong(tag, found, expected)) }
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The sub-tags of a template.
fn template<'a>(id: &str, text: &'a str) -> Result<Vec<Tag<'a>>, Unreadable> {
    let tags = tlv::split(text).map_err(|_| wrong(id, text, "a list of sub-tags"))?;
    refuse_twins(&tags, &format!("{id}/"))?;
    Ok(tags)
}

fn service(text: &str) -> Result<Service, Unreadable> {
    let tags = template("32", text)?;
    let sub = |id| value(&tags, id).filter(|found| !found.is_empty()).map(str::to_owned);
    Ok(Service {
        provider_id: sub("00").ok_or(Unreadable::Missing { tag: "32/00", what: "the acquirer" })?,
        service_code: sub("01"),
        account: sub("10"),
        transaction_id: sub("11"),
        // Only `12` forbids; the payer may change what nothing is said about.
        amount_editable: value(&tags, "12") != Some("12"),
        account_editable: value(&tags, "13") != Some("12"),
    })
}

fn merchant(text: &str) -> Result<Merchant, Unreadable> {
    let tags = template("33", text)?;
    let sub = |id| value(&tags, id).filter(|found| !found.is_empty()).map(str::to_owned);
    Ok(Merchant { id: sub("00"), service_name: sub("01") })
}

fn extra(tags: &[Tag<'_>]) -> Result<Vec<Extra>, Unreadable> {
    let mut fields = Vec::new();
    for id in ["35", "36", "37", "38", "39"] {
        for field in template(id, value(tags, id).unwrap_or_default())? {
            let parts: Vec<_> = field.value.split(':').collect();
            let [key, label, value, title, visible @ ("11" | "12")] = parts[..] else {
                return Err(wrong(id, field.value, "key:label:value:title:visible with 11 or 12 at the end"));
            };
            fields.push(Extra {
                key: key.to_owned(),
                label: label.to_owned(),
                value: value.to_owned(),
                title: title.to_owned(),
                is_visible: visible == "11",
            });
        }
    }
    Ok(fields)
}

/// Nothing and zero both mean that the payer enters it.
fn amount(text: &str) -> Result<Option<Money>, Unreadable> {
    if text.is_empty() {
        return Ok(None);
    }
    let digits = (text.len() <= MAX_AMOUNT_DIGITS && is_digits(text)).then(|| text.parse().ok()).flatten();
    let tyiyn: i64 = digits.ok_or_else(|| wrong("54", text, "a whole number of tyiyn, at most 13 digits"))?;
    Ok((tyiyn > 0).then(|| Money::tyiyn(tyiyn)))
}
