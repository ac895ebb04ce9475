//! A code of our own: the inverse of reading, and strict where reading is lenient.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use thiserror::Error;

use super::read::checksum;
use super::{Elqr, Extra, Kind, Merchant, Service, tlv};
use crate::money::{Currency, Money};

/// Largest amount, tyiyn: thirteen digits.
const MAX_AMOUNT_TYIYN: i64 = 9_999_999_999_999;
/// Identifiers, codes, comments.
const MAX_TEXT: usize = 32;
/// The name that the payer is shown.
const MAX_NAME: usize = 25;
/// Further fields that the interbank operator passes on.
const MAX_EXTRA: usize = 5;
/// What stays itself in the fragment of an address.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Why a code cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unwritable {
    /// A value is missing.
    #[error("{0} must not be empty")]
    Empty(&'static str),
    /// Longer than the standard allows.
    #[error("{what} has {found} characters; at most {limit} are allowed")]
    TooLong {
        /// Which value.
        what: &'static str,
        /// Its length, UTF-16 units.
        found: usize,
        /// The longest one allowed.
        limit: usize,
    },
    /// A line break, or a colon where colons separate.
    #[error("{what} must not contain {symbol:?}")]
    ForeignSymbol {
        /// Which value.
        what: &'static str,
        /// The symbol.
        symbol: char,
    },
    /// Not four digits.
    #[error("the category of the merchant (52) must be four digits, not {0:?}")]
    BadMcc(String),
    /// Not som, not positive or too large; or a code for one payment without one.
    #[error("the amount (54) must be 1 to {MAX_AMOUNT_TYIYN} tyiyn")]
    BadAmount,
    /// Neither 32/01 nor 33/00.
    #[error("a service code (32/01) or a merchant's id (33/00) is needed")]
    NoService,
    /// More further fields than the operator passes on.
    #[error("at most {MAX_EXTRA} further fields (35 to 39) are allowed")]
    TooManyExtra,
}

impl Elqr {
    /// The payload, checksum included.
    ///
    /// # Errors
    /// [`Unwritable`] names the value that breaks a limit.
    pub fn write(&self) -> Result<String, Unwritable> {
        if self.service.service_code.is_none() && self.merchant.as_ref().is_none_or(|merchant| merchant.id.is_none()) {
            return Err(Unwritable::NoService);
        }
        if self.mcc.len() != 4 || !self.mcc.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Unwritable::BadMcc(self.mcc.clone()));
        }
        let mut text = String::new();
        tlv::push(&mut text, "00", "01");
        tlv::push(&mut text, "01", if self.kind == Kind::Static { "11" } else { "12" });
        push(&mut text, "32", &service(&self.service)?, "the service (32)", tlv::MAX_UNITS)?;
        if let Some(merchant) = self.merchant.as_ref().map(merchant_template).transpose()? {
            tlv::push(&mut text, "33", &merchant);
        }
        push_some(&mut text, "34", self.comment.as_deref(), "the comment (34)")?;
        if self.extra.len() > MAX_EXTRA {
            return Err(Unwritable::TooManyExtra);
        }
        // One field in a template: each then has all the room there is.
        for (id, field) in ["35", "36", "37", "38", "39"].into_iter().zip(&self.extra) {
            tlv::push(&mut text, id, &extra(field)?);
        }
        tlv::push(&mut text, "52", &self.mcc);
        tlv::push(&mut text, "53", "417");
        if let Some(tyiyn) = amount(self.kind, self.amount)? {
            tlv::push(&mut text, "54", &tyiyn.to_string());
        }
        push(&mut text, "59", &self.name, "the name (59)", MAX_NAME)?;
        let checksum = checksum(&text);
        tlv::push(&mut text, "63", &checksum);
        Ok(text)
    }
}

/// The payload behind a host, encoded so that every app and every chat takes it for one address.
pub fn url(host: &str, payload: &str) -> String {
    format!("{host}#{}", utf8_percent_encode(payload, ENCODED))
}

fn push(text: &mut String, id: &str, value: &str, what: &'static str, limit: usize) -> Result<(), Unwritable> {
    let found = tlv::units(value);
    if found == 0 {
        return Err(Unwritable::Empty(what));
    }
    if found > limit {
        return Err(Unwritable::TooLong { what, found, limit });
    }
    refuse_symbol(value, what, char::is_control)?;
    tlv::push(text, id, value);
    Ok(())
}

fn push_some(text: &mut String, id: &str, value: Option<&str>, what: &'static str) -> Result<(), Unwritable> {
    value.map_or(Ok(()), |value| push(text, id, value, what, MAX_TEXT))
}

fn refuse_symbol(value: &str, what: &'static str, is_foreign: fn(char) -> bool) -> Result<(), Unwritable> {
    value.chars().find(|c| is_foreign(*c)).map_or(Ok(()), |symbol| Err(Unwritable::ForeignSymbol { what, symbol }))
}

fn service(service: &Service) -> Result<String, Unwritable> {
    let mut text = String::new();
    push(&mut text, "00", &service.provider_id, "the acquirer's id (32/00)", MAX_TEXT)?;
    push_some(&mut text, "01", service.service_code.as_deref(), "the service code (32/01)")?;
    push_some(&mut text, "10", service.account.as_deref(), "the account (32/10)")?;
    push_some(&mut text, "11", service.transaction_id.as_deref(), "the order's number (32/11)")?;
    // What may be changed is not said: that is what nothing means.
    for (id, is_editable) in [("12", service.amount_editable), ("13", service.account_editable)] {
        if !is_editable {
            tlv::push(&mut text, id, "12");
        }
    }
    Ok(text)
}

fn merchant_template(merchant: &Merchant) -> Result<String, Unwritable> {
    let mut text = String::new();
    push_some(&mut text, "00", merchant.id.as_deref(), "the merchant's id (33/00)")?;
    push_some(&mut text, "01", merchant.service_name.as_deref(), "the service's name (33/01)")?;
    Ok(text)
}

/// A template of one further field.
fn extra(field: &Extra) -> Result<String, Unwritable> {
    const WHAT: &str = "a further field (35 to 39)";
    for part in [&field.key, &field.label, &field.value, &field.title] {
        refuse_symbol(part, WHAT, |c| c == ':')?;
    }
    let visible = if field.is_visible { "11" } else { "12" };
    let value = format!("{}:{}:{}:{}:{visible}", field.key, field.label, field.value, field.title);
    let mut text = String::new();
    // The sub-tag's own id and length take four.
    push(&mut text, "01", &value, WHAT, tlv::MAX_UNITS - 4)?;
    Ok(text)
}

/// A code for one payment names its amount; a printed one may leave it to the payer.
fn amount(kind: Kind, amount: Option<Money>) -> Result<Option<i64>, Unwritable> {
    match (kind, amount) {
        (_, Some(Money { amount: tyiyn @ 1..=MAX_AMOUNT_TYIYN, currency: Currency::Kgs })) => Ok(Some(tyiyn)),
        (Kind::Static, None) => Ok(None),
        _ => Err(Unwritable::BadAmount),
    }
}
