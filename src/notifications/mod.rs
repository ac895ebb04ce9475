//! Messages to customers. A row is written in the business transaction and sent after it: rolled-back work says nothing.

mod attempts;
mod bounces;
mod choices;
mod claim;
mod compose;
mod costs;
mod delivery;
mod dkim;
mod gate;
mod gate_store;
pub mod http;
mod http_gateway;
mod letter;
#[cfg(test)]
mod outage_tests;
mod own_texts;
mod parked;
mod preview;
mod quiet;
mod reach;
mod report_store;
mod restored;
mod rules;
mod segments;
mod smspro;
mod smtp;
mod store;
mod telegram;
mod text_store;
pub mod texts_http;
mod transport;
mod ways;
mod wording;
mod worker;

use std::collections::BTreeSet;

use chrono::NaiveDateTime;

use crate::audit;
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::http::{Page, Paging};
use crate::ids::{NotificationId, OrderId};
use crate::texts::Lang;

pub use attempts::Attempt;
pub use bounces::{Bounce, bounced, read as read_bounce};
pub use choices::{Choice, choice, choose, leave_mail};
pub use delivery::{ask_reports, fall_back, look_at_account, look_at_outbox, run_reports};
pub use dkim::{Dkim, DkimSettings};
pub use http_gateway::{HttpGateway, HttpGatewayConfig};
pub use preview::{Preview, preview};
pub use reach::{Way, ways_to};
pub use restored::{Asked, Verdict, ask_restored, decide_restored, hold_restored};
pub use segments::Encoding;
pub use smspro::{Smspro, SmsproConfig};
pub use smtp::{Smtp, SmtpConfig};
pub use store::{Filter, Notification};
pub use telegram::{
    Telegram, TelegramConfig, bot::new_link, http as telegram_http, listen::hear_updates, listen::run_updates,
};
pub use transport::{ConfigError, EmailTransport, Message, Outcome, Sent, SmsTransport, TelegramTransport};
pub use ways::Gateways;

use compose::Composer;
use reach::Reach;
use wording::Wordings;
pub use worker::{Worked, run, step};

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
        /// Somebody asked, and we heard.
        RequestReceived = "request-received",
        /// An offer ends soon.
        QuoteExpiring = "quote-expiring",
        /// We bought it.
        OrderBought = "order-bought",
        /// All of it is at the China warehouse.
        ReceivedInChina = "received-in-china",
        /// All of it is on the road.
        OrderDeparted = "order-departed",
        /// The truck is late.
        OrderDelayed = "order-delayed",
        /// All of it was handed over.
        OrderPickedUp = "order-picked-up",
        /// Money went back.
        PaymentRefunded = "payment-refunded",
        /// A code that proves who they are; it goes before everything else.
        OneTimeCode = "one-time-code",
    }
}

words! {
    /// The way a message goes.
    Channel {
        /// A chat with the firm's bot in Telegram.
        Telegram = "telegram",
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
        /// Waits whether another channel reaches the customer.
        Waiting = "waiting",
        /// Kept back by a cap; a person can let it go.
        Held = "held",
        /// A worker has it.
        Sending = "sending",
        /// The gateway took it.
        Sent = "sent",
        /// The gateway says that it arrived.
        Delivered = "delivered",
        /// The gateway says that it did not arrive.
        Undelivered = "undelivered",
        /// Given up; a person can retry it.
        Failed = "failed",
        /// Too old to be of use before it could go; a person can retry it.
        Expired = "expired",
        /// Not wanted any more.
        Cancelled = "cancelled",
    }
}

impl State {
    /// Whether a person can give it another life: the gateway never took it, so its message id is still its own.
    fn can_be_retried(self) -> bool {
        matches!(self, State::Held | State::Failed | State::Expired)
    }
}

/// What stands in the outbox for a [`Fact::Secret`], as long as a PIN.
const HIDDEN: &str = "******";

/// To whom a message goes.
#[derive(Clone, Debug)]
pub struct Recipient {
    /// About which order, if it is about one; of several, the first.
    pub order_id: Option<OrderId>,
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

/// What one customer is told.
#[derive(Clone, Debug)]
pub struct News<'a> {
    /// Whom.
    pub to: Recipient,
    /// Of what.
    pub about: Occasion,
    /// Names the fact; the same fact is told once per channel, for ever.
    pub fact_id: String,
    /// What its texts are filled with.
    pub facts: Vec<(&'a str, Fact)>,
}

impl News<'_> {
    /// The word for the customer alone, if there is one.
    fn secret(&self) -> Option<String> {
        self.facts.iter().find_map(|(_, fact)| match fact {
            Fact::Secret(secret) => secret.clone(),
            Fact::Text(_) | Fact::Number(_) | Fact::Time(_) => None,
        })
    }
}

/// Writes the messages of an occasion to the outbox: a short one, and a mail when there is an address.
/// `fact_id` names the fact they tell; the same fact is told once per channel, for ever.
///
/// # Errors
/// Those of the database.
pub fn enqueue(tx: &mut Tx, to: &Recipient, about: Occasion, fact_id: &str, facts: &[(&str, Fact)]) -> Result<()> {
    enqueue_all(tx, &[News { to: to.clone(), about, fact_id: fact_id.to_owned(), facts: facts.to_vec() }])
}

/// The same for many customers at once, in few statements.
///
/// # Errors
/// Those of the database.
pub fn enqueue_all(tx: &mut Tx, news: &[News]) -> Result<()> {
    let is_told =
        |news: &&News| Channel::ALL.iter().any(|way| tx.firm.messages.tells(news.about.as_str(), way.as_str()));
    if !news.iter().any(|news| is_told(&news)) {
        return Ok(());
    }
    let composer = composer(tx, news)?;
    let drafts: Vec<_> = news.iter().flat_map(|news| composer.drafts(news)).collect();
    store::insert_all(tx, &drafts)
}

/// Whether nothing is left to tell of a fact: it was told over a channel, sent or not, or no channel may tell it.
///
/// # Errors
/// Those of the database.
pub fn is_told(tx: &mut Tx, to: &Recipient, about: Occasion, fact_id: &str) -> Result<bool> {
    let keys: Vec<_> = Channel::ALL.iter().map(|channel| dedupe_key(about, fact_id, *channel)).collect();
    if store::has_key(tx, &keys)? {
        return Ok(true);
    }
    let news = News { to: to.clone(), about, fact_id: fact_id.to_owned(), facts: Vec::new() };
    Ok(!composer(tx, std::slice::from_ref(&news))?.reaches(&news))
}

fn dedupe_key(about: Occasion, fact_id: &str, channel: Channel) -> String {
    format!("{about}:{fact_id}:{channel}")
}

fn composer<'a>(tx: &mut Tx<'a>, news: &[News]) -> Result<Composer<'a>> {
    let phones: BTreeSet<_> = news.iter().map(|news| news.to.phone.as_str()).collect();
    let events: BTreeSet<_> = news.iter().map(|news| news.about).collect();
    let choices = choices::of(tx, &phones.into_iter().collect::<Vec<_>>())?;
    let wordings = Wordings::of(&text_store::of_events(tx, &events.into_iter().collect::<Vec<_>>())?);
    Ok(Composer { reach: Reach::of(tx, news)?, firm: tx.firm, wordings, choices, now: tx.now })
}

/// Takes what is too old by now as sent when it was due: for a past that is told in one go, as a demonstration's is.
///
/// # Errors
/// Those of the database.
pub fn take_as_sent(tx: &mut Tx) -> Result<()> {
    store::take_as_sent(tx)
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

/// A message, and its attempts that did not succeed, oldest first.
///
/// # Errors
/// `not_found`.
pub fn get(tx: &mut Tx, id: &NotificationId) -> Result<(Notification, Vec<Attempt>)> {
    Ok((find(tx, id)?, attempts::of(tx, id)?))
}

/// The mail that carries this identifier.
///
/// # Errors
/// Those of the database.
pub fn letter(tx: &mut Tx, message_id: &str) -> Result<Option<Notification>> {
    Ok(store::by_message_id(tx, message_id)?.filter(|message| message.channel == Channel::Email))
}

/// Gives a message that was given up another life, with the same message id. Its recipient is not parked any more.
///
/// # Errors
/// `not_found`; `wrong_status` unless it failed, expired or is held.
pub fn retry(tx: &mut Tx, id: &NotificationId) -> Result<Notification> {
    let notification = find(tx, id)?;
    if !notification.state.can_be_retried() {
        return wrong_state(&notification, "only one that failed, expired or is held can be retried");
    }
    parked::unpark(tx, notification.channel, &notification.recipient)?;
    store::revive(tx, id, tx.now + rules::useful_life(notification.event))?;
    audit::record(tx, "notification.retried", id.as_str(), serde_json::json!({"message_id": notification.message_id}))?;
    find(tx, id)
}

/// Takes back a message that nobody has been sent.
///
/// # Errors
/// `not_found`; `wrong_status` when a worker has it, or it is gone.
pub fn cancel(tx: &mut Tx, id: &NotificationId) -> Result<Notification> {
    let notification = find(tx, id)?;
    if !store::cancel(tx, id)? {
        return wrong_state(&notification, "only one that was not sent can be cancelled");
    }
    audit::record(tx, "notification.cancelled", id.as_str(), serde_json::json!({"was": notification.state}))?;
    find(tx, id)
}

/// Forgets a person: what they chose, and what the messages to their phone and about their orders say. That messages
/// went, and what they cost, stays.
///
/// # Errors
/// Those of the database.
pub fn forget(tx: &mut Tx, phone: &str, orders: &[OrderId]) -> Result<()> {
    choices::forget(tx, phone)?;
    telegram::store::forget(tx, phone)?;
    store::erase(tx, phone, orders)
}

fn find(tx: &mut Tx, id: &NotificationId) -> Result<Notification> {
    store::by_id(tx, id)?.ok_or_else(|| Problem::not_found(format_args!("notification {id}")).into())
}

fn wrong_state<T>(notification: &Notification, rule: &str) -> Result<T> {
    Problem::new(Slug::WrongStatus, format!("The message is {}; {rule}.", notification.state))
        .with("current", notification.state.as_str())
        .with("legal", Vec::<String>::new())
        .fail()
}
