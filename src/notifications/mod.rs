//! Messages to customers. A row is written in the business transaction and sent after it: rolled-back work says nothing.

pub mod http;
mod http_gateway;
mod rules;
mod smspro;
mod smtp;
mod store;
mod transport;
mod worker;

use chrono::NaiveDateTime;
use rand::RngExt;

use crate::audit;
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::http::{Page, Paging};
use crate::ids::{NotificationId, OrderId};
use crate::texts::{self, Arg, Lang};

pub use http_gateway::{HttpGateway, HttpGatewayConfig};
pub use smspro::{Smspro, SmsproConfig};
pub use smtp::{Smtp, SmtpConfig};
pub use store::{Filter, Notification};
pub use transport::{ConfigError, EmailTransport, Message, Outcome, Sent, SmsTransport};
pub use worker::{Gateways, Worked, run, step};

words! {
    /// What a message is about. Its texts are `sms-<word>` and `mail-<word>-subject`, `mail-<word>-body`.
    Occasion {
        /// An offer waits for a yes.
        QuoteReady = "quote-ready",
        /// Money came in.
        PaymentReceived = "payment-received",
        /// A transfer that they told of was not taken as paid.
        TransferRejected = "transfer-rejected",
        /// The order, or several at once, can be picked up.
        OrderArrived = "order-arrived",
        /// A part of the order can be picked up, the rest follows.
        OrderReleased = "order-released",
        /// Free storage ends soon.
        StorageReminder = "storage-reminder",
        /// Nobody came for the order.
        Uncollected = "uncollected",
        /// The order ended early.
        OrderCancelled = "order-cancelled",
    }
}

words! {
    /// The way a message goes.
    Channel {
        /// Short message.
        Sms = "sms",
        /// Mail.
        Email = "email",
    }
}

words! {
    /// Where a message is.
    State as NotificationState {
        /// Waits for its time.
        Pending = "pending",
        /// A worker has it.
        Sending = "sending",
        /// The gateway took it.
        Sent = "sent",
        /// Given up; a person can retry it.
        Failed = "failed",
    }
}

/// What stands in the outbox for a [`Fact::Secret`], as long as a PIN.
const HIDDEN: &str = "******";

/// To whom a message goes.
#[derive(Clone, Debug)]
pub struct Recipient {
    /// About which order; of several, the first.
    pub order_id: OrderId,
    /// Name for the greeting.
    pub name: String,
    /// E.164.
    pub phone: String,
    /// Where mail goes, if anywhere.
    pub email: Option<String>,
    /// In which language.
    pub language: Lang,
}

/// A value in a text.
#[derive(Clone, Debug)]
pub enum Fact {
    /// Words.
    Text(String),
    /// A count, or a sum in tyiyn.
    Number(i64),
    /// A word for the customer alone, if there is one: the text holds asterisks in its place until it is sent.
    Secret(Option<String>),
    /// A moment; mail has room for the hour, a short message only for the day.
    Time(NaiveDateTime),
}

impl Fact {
    /// Words.
    pub fn text(words: impl Into<String>) -> Self {
        Fact::Text(words.into())
    }
}

/// What one customer is told. `fact_id` names the fact; the same fact is told once per channel, for ever.
#[derive(Clone, Debug)]
pub struct Told {
    /// Whom.
    pub to: Recipient,
    /// Of what.
    pub about: Occasion,
    /// The fact that makes it unique.
    pub fact_id: String,
    /// What its texts are filled with.
    pub facts: Vec<(&'static str, Fact)>,
}

/// Writes the messages of an occasion to the outbox: a short one, and a mail when there is an address.
/// `fact_id` names the fact they tell; the same fact is told once per channel, for ever.
///
/// # Errors
/// Those of the database.
pub fn enqueue(
    tx: &mut Tx,
    to: &Recipient,
    about: Occasion,
    fact_id: &str,
    facts: &[(&'static str, Fact)],
) -> Result<()> {
    enqueue_all(tx, &[Told { to: to.clone(), about, fact_id: fact_id.to_owned(), facts: facts.to_vec() }])
}

/// The same for many customers.
///
/// # Errors
/// Those of the database.
pub fn enqueue_all(tx: &mut Tx, told: &[Told]) -> Result<()> {
    let drafts: Vec<_> = told.iter().flat_map(|told| drafts(tx, told)).collect();
    store::insert_all(tx, &drafts)
}

/// The short message, and the mail when there is an address.
fn drafts<'a>(tx: &Tx, told: &'a Told) -> Vec<store::Draft<'a>> {
    let Told { to, about, fact_id, facts } = told;
    let render = |key: String, time: fn(Lang, NaiveDateTime) -> String| {
        let times: Vec<_> = facts
            .iter()
            .map(|(_, fact)| match fact {
                Fact::Time(at) => time(to.language, *at),
                Fact::Text(words) => words.clone(),
                Fact::Secret(secret) => secret.as_ref().map_or("no", |_| HIDDEN).to_owned(),
                Fact::Number(_) => String::new(),
            })
            .collect();
        let mut args: Vec<(&str, Arg)> = vec![("name", Arg::Str(&to.name)), ("firm", Arg::Str(&tx.firm.name))];
        args.extend(facts.iter().zip(&times).map(|((name, fact), words)| match fact {
            Fact::Number(number) => (*name, Arg::Num(*number)),
            Fact::Text(_) | Fact::Secret(_) | Fact::Time(_) => (*name, Arg::Str(words)),
        }));
        texts::text(to.language, &key, &args)
    };
    let secret = facts.iter().find_map(|(_, fact)| match fact {
        Fact::Secret(secret) => secret.clone(),
        Fact::Text(_) | Fact::Number(_) | Fact::Time(_) => None,
    });
    let draft = |channel, recipient: &'a str, subject: Option<String>, body: String| store::Draft {
        to,
        about: *about,
        message_id: message_id(),
        dedupe_key: dedupe_key(*about, fact_id, channel),
        channel,
        recipient,
        subject,
        body,
        secret: secret.clone(),
    };
    let sms = render(format!("sms-{about}"), |_, at| texts::short_date(at.and_utc()));
    let mut drafts = vec![draft(Channel::Sms, &to.phone, None, sms)];
    if let Some(address) = &to.email {
        let time: fn(Lang, NaiveDateTime) -> String = |lang, at| texts::datetime(lang, at.and_utc());
        let subject = render(format!("mail-{about}-subject"), time);
        let body = render(format!("mail-{about}-body"), time);
        drafts.push(draft(Channel::Email, address, Some(subject), body));
    }
    drafts
}

/// Whether a fact was told over a channel that everybody has, sent or not.
///
/// # Errors
/// Those of the database.
pub fn is_told(tx: &mut Tx, about: Occasion, fact_id: &str) -> Result<bool> {
    store::has_key(tx, &dedupe_key(about, fact_id, Channel::Sms))
}

fn dedupe_key(about: Occasion, fact_id: &str, channel: Channel) -> String {
    format!("{about}:{fact_id}:{channel}")
}

/// Twelve of A-Z and 0-9: what SMSPRO takes as an identifier, kept for ever so that it recognises a repeat.
fn message_id() -> String {
    const SYMBOLS: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut rng = rand::rng();
    (0..12).map(|_| char::from(SYMBOLS[rng.random_range(0..SYMBOLS.len())])).collect()
}

/// The outbox, newest first.
///
/// # Errors
/// Bad paging, and those of the database.
pub fn list(tx: &mut Tx, filter: &Filter, paging: &Paging) -> Result<Page<Notification>> {
    let (limit, below) = paging.checked()?;
    let rows = store::page(tx, filter, limit + 1, below.as_deref())?;
    Ok(Page::new(rows, limit, |row| row.id.to_string()))
}

/// Gives a message that was given up another life, with the same message id.
///
/// # Errors
/// `not_found`; `wrong_status` unless it failed.
pub fn retry(tx: &mut Tx, id: &NotificationId) -> Result<Notification> {
    let Some(notification) = store::by_id(tx, id)? else {
        return Problem::not_found(format_args!("notification {id}")).fail();
    };
    if notification.state != State::Failed {
        return Problem::new(
            Slug::WrongStatus,
            format!("The message is {}; only a failed one can be retried.", notification.state),
        )
        .with("current", notification.state.as_str())
        .with("legal", Vec::<String>::new())
        .fail();
    }
    store::revive(tx, id)?;
    audit::record(tx, "notification.retried", id.as_str(), serde_json::json!({"message_id": notification.message_id}))?;
    store::by_id(tx, id)?.ok_or_else(|| Problem::not_found(format_args!("notification {id}")).into())
}
