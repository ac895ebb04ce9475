//! ELQR, the national QR payment code: what one says, how it is read, written and drawn.
//!
//! A code is an address whose fragment, after `#`, is a flat list of tags: two digits of id, two digits of length, the
//! value. Banking apps take the fragment and ignore the host. The last tag, 63, holds the end of a SHA-256 over all
//! that stands before it.
//!
//! **A code is an invitation to pay, never a proof of payment.** Nothing here marks anything paid: money is recorded
//! when the bank's statement or a cashier says that it came.
//!
//! # Sources
//!
//! - Rules on payments by QR codes, annex to the National Bank's Board resolution 2019-П-14/62-5-(ПС) of 11.12.2019, as
//!   amended in 2022: <https://www.nbkr.kg/printver.jsp?item=106&lang=RUS&material=110127>. Its table of tags was not at hand.
//! - The tags, limits and the check sum follow specification 1.3.1 as <https://github.com/qr-kg/elqr-js> quotes it; its
//!   recorded codes are among the tests. Lengths in UTF-16 units, free order of tags, empty values and checksums in
//!   either case were seen in codes of working banks.

mod draw;
mod read;
mod tlv;
mod write;

use serde::{Deserialize, Serialize};

use crate::money::Money;

pub use draw::{Undrawable, png, svg};
pub use read::{Unreadable, parse};
pub use write::Unwritable;

/// Whether a code may be used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Printed once, paid many times (`11`).
    Static,
    /// Made for one payment (`12`).
    Dynamic,
}

/// What a code says. Tags that we do not know are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Elqr {
    /// Tag 01.
    pub kind: Kind,
    /// Tag 32: who takes the money.
    pub service: Service,
    /// Tag 33.
    pub merchant: Option<Merchant>,
    /// Tag 34: what the payment is for.
    pub comment: Option<String>,
    /// Tags 35 to 39.
    pub extra: Vec<Extra>,
    /// Tag 52: category of the merchant, ISO 18245.
    pub mcc: String,
    /// Tag 54; `None` when the payer enters it.
    pub amount: Option<Money>,
    /// Tag 59: the name that the payer is shown.
    pub name: String,
}

/// Template 32.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Service {
    /// Sub-tag 00: the acquirer, such as `qr.demirbank.kg`.
    pub provider_id: String,
    /// Sub-tag 01: the service at the acquirer.
    pub service_code: Option<String>,
    /// Sub-tag 10: who is paid within the service: a phone, a card, a client code.
    pub account: Option<String>,
    /// Sub-tag 11: the order's number.
    pub transaction_id: Option<String>,
    /// Sub-tag 12: whether the payer may change the amount.
    pub amount_editable: bool,
    /// Sub-tag 13: whether the payer may change the account.
    pub account_editable: bool,
}

/// Template 33.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Merchant {
    /// Sub-tag 00.
    pub id: Option<String>,
    /// Sub-tag 01.
    pub service_name: Option<String>,
}

/// One further field, `key:label:value:title:visible`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Extra {
    /// Its name at the acquirer.
    pub key: String,
    /// Its label.
    pub label: String,
    /// Its value.
    pub value: String,
    /// The value as the payer sees it.
    pub title: String,
    /// Whether the payer sees it.
    pub is_visible: bool,
}

/// `elqr.*`: what the acquiring bank issued to the firm. Values made up by oneself can be read, but no app pays them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// 32/00: the acquirer. Empty: codes are not configured.
    pub provider_id: String,
    /// 32/01: the firm's service there.
    pub service_code: String,
    /// 32/10: the firm's account in the service; may stay empty.
    pub account: String,
    /// 52: four digits.
    pub mcc: String,
    /// 59: the name payers are shown, at most 25 characters.
    pub name: String,
    /// The address before `#`.
    pub host: String,
    /// Wallets that open the same code from an address of their own.
    pub wallets: Vec<Wallet>,
}

/// A wallet's own address for codes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wallet {
    /// As payers know it.
    pub name: String,
    /// The address before `#`.
    pub host: String,
}

impl Template {
    /// The settings that are still needed, by key; all of them when nothing is configured.
    pub fn missing(&self) -> Vec<&'static str> {
        [
            ("elqr.provider_id", &self.provider_id),
            ("elqr.service_code", &self.service_code),
            ("elqr.mcc", &self.mcc),
            ("elqr.name", &self.name),
            ("elqr.host", &self.host),
        ]
        .into_iter()
        .filter_map(|(key, value)| value.is_empty().then_some(key))
        .collect()
    }

    /// The code that asks for `amount` for an order; the payer can change neither.
    pub fn bill(&self, order_code: &str, amount: Money) -> Elqr {
        Elqr {
            kind: Kind::Dynamic,
            service: Service {
                provider_id: self.provider_id.clone(),
                service_code: Some(self.service_code.clone()),
                account: (!self.account.is_empty()).then(|| self.account.clone()),
                transaction_id: Some(order_code.to_owned()),
                amount_editable: false,
                account_editable: self.account.is_empty(),
            },
            merchant: None,
            comment: None,
            extra: Vec::new(),
            mcc: self.mcc.clone(),
            amount: Some(amount),
            name: self.name.clone(),
        }
    }

    /// The address that a phone opens for a payload: what is drawn, and what is sent.
    pub fn url(&self, payload: &str) -> String {
        write::url(&self.host, payload)
    }

    /// Each wallet's name and the address by which a phone opens the payload in it.
    pub fn links(&self, payload: &str) -> Vec<(String, String)> {
        self.wallets.iter().map(|wallet| (wallet.name.clone(), write::url(&wallet.host, payload))).collect()
    }

    /// Refuses a template that is half filled in or breaks a limit; an empty one is in order.
    ///
    /// # Errors
    /// A sentence naming the keys.
    pub fn check(&self) -> Result<(), String> {
        if [&self.provider_id, &self.service_code, &self.account, &self.mcc, &self.name].iter().all(|v| v.is_empty()) {
            return Ok(());
        }
        let missing = self.missing();
        if !missing.is_empty() {
            return Err(format!("{} must be set too, or no elqr.* at all", missing.join(", ")));
        }
        let mut hosts = self.wallets.iter().map(|wallet| &wallet.host).chain([&self.host]);
        if hosts.any(|host| !host.starts_with("https://") || host.contains('#')) {
            return Err("elqr.host and elqr.wallets must be https:// addresses without a fragment".to_owned());
        }
        self.bill("TG-00000-00000-0", Money::tyiyn(1)).write().map(drop).map_err(|error| format!("elqr: {error}"))
    }
}

#[cfg(test)]
mod tests;
