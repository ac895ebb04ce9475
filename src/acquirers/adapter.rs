//! What the adapters have in common: what they are asked, what they answer, and which of them are switched on.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;

use super::Provider;
use super::finik::Finik;
use super::freedom_pay::FreedomPay;
use super::mkassa::MKassa;
use super::odengi::ODengi;
use super::outside::Outside;
use crate::config::Config;
use crate::error::Result;

/// What we ask a provider to collect.
#[derive(Clone, Debug)]
pub struct Bill {
    /// What the provider is to call it: ours, random, unique.
    pub reference: String,
    /// The order, shown to the payer.
    pub order_code: String,
    /// How much, tyiyn.
    pub amount_tyiyn: i64,
    /// Now, UTC.
    pub now: NaiveDateTime,
}

/// What the provider made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    /// What the provider calls it.
    pub provider_invoice_id: String,
    /// Where the customer pays.
    pub pay_url: String,
}

/// Why a provider did not do what it was asked. The texts are one line, without secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// No answer, or none that can be believed: ask again later.
    #[error("{0}")]
    Away(String),
    /// It understood and said no.
    #[error("{0}")]
    Refused(String),
}

/// A callback as it came.
#[derive(Clone, Debug)]
pub struct Callback {
    /// The raw bytes.
    pub body: Vec<u8>,
    /// The headers that matter to the adapter, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// When, UTC.
    pub received_at: NaiveDateTime,
}

/// What a callback says, once its signature is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Our own name of the invoice.
    pub reference: String,
    /// The provider's name of the payment.
    pub payment_id: String,
    /// Whose money it is, where the callback says it.
    pub merchant: Option<String>,
    /// How much, tyiyn; `None` when it cannot be read.
    pub amount_tyiyn: Option<i64>,
    /// In which currency, where the callback says it.
    pub currency: Option<String>,
    /// Whether it says that money came.
    pub is_paid: bool,
    /// Whether the provider takes the money back when we refuse it.
    pub can_reject: bool,
}

/// A question about an invoice.
#[derive(Clone, Debug)]
pub struct Question {
    /// Our own name of the invoice.
    pub reference: String,
    /// The provider's name of the invoice, if it ever told.
    pub provider_invoice_id: Option<String>,
    /// The provider's name of the payment, if a callback told.
    pub payment_id: Option<String>,
    /// Now, UTC.
    pub now: NaiveDateTime,
}

/// What the provider says when we ask. What an answer leaves out is `None`; what it names must be ours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Whether the money came.
    pub is_paid: bool,
    /// The provider's name of the payment.
    pub payment_id: Option<String>,
    /// Our own name of the invoice.
    pub reference: Option<String>,
    /// How much, tyiyn.
    pub amount_tyiyn: Option<i64>,
    /// In which currency.
    pub currency: Option<String>,
}

/// What we tell the provider about its callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// We have it.
    Accept,
    /// Take the money back.
    Reject,
    /// Something is wrong with it.
    Fail,
    /// It is not the provider who asks.
    Ignore,
}

/// The body of an answer to a callback; its status is 200.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Media type.
    pub content_type: &'static str,
    /// Text.
    pub body: String,
}

/// One provider, ready to be asked.
#[derive(Clone)]
pub enum Acquirer {
    /// Freedom Pay.
    FreedomPay(FreedomPay),
    /// O!Dengi.
    ODengi(ODengi),
    /// MKassa.
    MKassa(MKassa),
    /// Finik.
    Finik(Finik),
}

impl Acquirer {
    /// The adapter of a provider; `None` when it is switched off.
    ///
    /// # Errors
    /// [`Error::Startup`](crate::error::Error::Startup) when a key cannot be used.
    pub fn from_config(config: &Config, provider: Provider) -> Result<Option<Self>> {
        let all = &config.acquirers;
        let outside = || Outside::new(all.time_out_s);
        let callback_url = format!("{}/v1/acquirers/{provider}/callback", config.business.public_url);
        Ok(match provider {
            Provider::FreedomPay if all.freedom_pay.url.is_empty() => None,
            Provider::ODengi if all.odengi.url.is_empty() => None,
            Provider::MKassa if all.mkassa.url.is_empty() => None,
            Provider::Finik if all.finik.url.is_empty() => None,
            Provider::FreedomPay => {
                Some(Self::FreedomPay(FreedomPay::new(all.freedom_pay.clone(), outside(), callback_url)))
            }
            Provider::ODengi => Some(Self::ODengi(ODengi::new(all.odengi.clone(), outside(), callback_url))),
            Provider::MKassa => Some(Self::MKassa(MKassa::new(all.mkassa.clone(), outside()))),
            Provider::Finik => {
                let page_url = format!("{}/t", config.business.public_url);
                Some(Self::Finik(Finik::new(&all.finik, outside(), callback_url, page_url)?))
            }
        })
    }

    /// Asks for an invoice; blocks for as long as `acquirers.time_out_s` allows.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn create(&self, bill: &Bill) -> std::result::Result<Created, Failure> {
        match self {
            Self::FreedomPay(freedom_pay) => freedom_pay.create(bill),
            Self::ODengi(odengi) => odengi.create(bill),
            Self::MKassa(mkassa) => mkassa.create(bill),
            Self::Finik(finik) => finik.create(bill),
        }
    }

    /// Whether a payment can be asked back; where it cannot, the callback's signature is all there is.
    pub fn can_be_asked(&self) -> bool {
        !matches!(self, Self::Finik(_))
    }

    /// Asks what became of an invoice; blocks like [`Acquirer::create`].
    ///
    /// # Errors
    /// [`Failure`].
    pub fn ask(&self, question: &Question) -> std::result::Result<Said, Failure> {
        match self {
            Self::FreedomPay(freedom_pay) => freedom_pay.ask(question),
            Self::ODengi(odengi) => odengi.ask(question),
            Self::MKassa(mkassa) => mkassa.ask(question),
            Self::Finik(_) => Err(Failure::Refused("Finik has no call that tells the status".to_owned())),
        }
    }

    /// Reads a callback; `None` unless the provider itself sent it, as far as that can be told.
    pub fn read(&self, callback: &Callback) -> Option<Told> {
        match self {
            Self::FreedomPay(freedom_pay) => freedom_pay.read(callback),
            Self::ODengi(odengi) => odengi.read(callback),
            Self::MKassa(mkassa) => mkassa.read(callback),
            Self::Finik(finik) => finik.read(callback),
        }
    }

    /// The merchant that a callback must name when it names one.
    pub fn merchant(&self) -> &str {
        match self {
            Self::FreedomPay(freedom_pay) => freedom_pay.merchant(),
            Self::ODengi(odengi) => odengi.merchant(),
            Self::MKassa(_) => "",
            Self::Finik(finik) => finik.merchant(),
        }
    }

    /// The answer to a callback. Only Freedom Pay reads it; the others look at the status alone.
    pub fn reply(&self, callback: &Callback, reaction: Reaction) -> Reply {
        match self {
            Self::FreedomPay(freedom_pay) => freedom_pay.reply(callback, reaction),
            Self::ODengi(_) | Self::MKassa(_) | Self::Finik(_) => {
                Reply { content_type: "text/plain; charset=utf-8", body: "OK".to_owned() }
            }
        }
    }

    /// Whether the end of a callback's address is the one that only the provider was told.
    pub fn knows_secret(&self, given: &str) -> bool {
        match self {
            Self::MKassa(mkassa) => mkassa.knows_secret(given),
            Self::FreedomPay(_) | Self::ODengi(_) | Self::Finik(_) => false,
        }
    }
}
