//! The `notifications` table: the outbox.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::Serialize;

use super::rules::Mark;
use super::{Channel, Occasion, State};
use crate::db::batch::{self, Kind};
use crate::db::schema::notifications::{self, table};
use crate::db::{Tx, sight};
use crate::error::Result;
use crate::ids::{NotificationId, OrderId};
use crate::texts::Lang;

/// A message as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Notification {
    /// Identifier.
    pub id: NotificationId,
    /// What the gateway knows it by.
    pub message_id: String,
    /// The fact it tells, and the channel.
    pub dedupe_key: String,
    /// About which order, if it is about one.
    pub order_id: Option<OrderId>,
    /// What it is about.
    pub event: Occasion,
    /// Which way it goes.
    pub channel: Channel,
    /// Phone or address.
    pub recipient: String,
    /// `ky`, `ru` or `en`.
    pub language: String,
    /// Of a mail.
    pub subject: Option<String>,
    /// The text.
    pub body: String,
    /// Where it is.
    pub state: State,
    /// How often it was tried.
    pub attempts: i32,
    /// When it is due, or how long a worker may keep it.
    pub next_attempt_at: NaiveDateTime,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// What the gateway said.
    pub provider_note: Option<String>,
    /// When it was written.
    pub created_at: NaiveDateTime,
    /// When the gateway took it.
    pub sent_at: Option<NaiveDateTime>,
    /// What the asterisks of the text stand for, until it is sent.
    pub secret: Option<String>,
    /// 0 goes first.
    pub priority: i32,
    /// When it might go first.
    pub due_at: NaiveDateTime,
    /// After this it is not worth sending.
    pub useful_until: NaiveDateTime,
    /// Parts that an operator bills; 0 for mail.
    pub parts: i32,
    /// What they cost, tyiyn.
    pub cost_tyiyn: i64,
    /// When it arrived, by the gateway's word.
    pub delivered_at: Option<NaiveDateTime>,
    /// When the gateway is asked whether it arrived.
    pub report_due_at: Option<NaiveDateTime>,
    /// The message of another channel that this one stands in for.
    pub instead_of: Option<NotificationId>,
    /// When a person let it go, whatever the caps say.
    pub released_at: Option<NaiveDateTime>,
}

impl Notification {
    /// What the customer reads. The subject of a mail, which a locked screen shows, keeps its asterisks.
    pub fn text(&self) -> String {
        match &self.secret {
            Some(secret) => self.body.replace(super::HIDDEN, secret),
            None => self.body.clone(),
        }
    }
}

/// A message to be stored.
#[derive(Serialize)]
pub struct Draft {
    pub id: NotificationId,
    pub message_id: String,
    pub dedupe_key: String,
    pub order_id: Option<OrderId>,
    pub event: Occasion,
    pub channel: Channel,
    pub recipient: String,
    pub language: Lang,
    pub subject: Option<String>,
    pub body: String,
    /// What the asterisks of the text stand for.
    pub secret: Option<String>,
    pub state: State,
    pub attempts: i32,
    #[serde(serialize_with = "batch::moment")]
    pub next_attempt_at: NaiveDateTime,
    #[serde(serialize_with = "batch::moment")]
    pub created_at: NaiveDateTime,
    pub priority: i32,
    #[serde(serialize_with = "batch::moment")]
    pub due_at: NaiveDateTime,
    #[serde(serialize_with = "batch::moment")]
    pub useful_until: NaiveDateTime,
    pub parts: i32,
    pub cost_tyiyn: i64,
    pub instead_of: Option<NotificationId>,
}

/// Which messages to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// About this order.
    pub order: Option<OrderId>,
    /// In this state.
    pub state: Option<State>,
}

/// A fact that was told before is not told again: the dedupe key decides, without an error.
pub fn insert_all(tx: &mut Tx, drafts: &[Draft]) -> Result<()> {
    batch::insert_new(tx.conn, "notifications", COLUMNS, "dedupe_key", drafts)?;
    Ok(())
}

/// What a new message is stored with.
const COLUMNS: &batch::Columns = &[
    ("id", Kind::Text),
    ("message_id", Kind::Text),
    ("dedupe_key", Kind::Text),
    ("order_id", Kind::Text),
    ("event", Kind::Text),
    ("channel", Kind::Text),
    ("recipient", Kind::Text),
    ("language", Kind::Text),
    ("subject", Kind::Text),
    ("body", Kind::Text),
    ("secret", Kind::Text),
    ("state", Kind::Text),
    ("attempts", Kind::Number),
    ("next_attempt_at", Kind::Moment),
    ("created_at", Kind::Moment),
    ("priority", Kind::Number),
    ("due_at", Kind::Moment),
    ("useful_until", Kind::Moment),
    ("parts", Kind::Number),
    ("cost_tyiyn", Kind::Number),
    ("instead_of", Kind::Text),
];

/// Whether any of these is taken.
pub fn has_key(tx: &mut Tx, dedupe_keys: &[String]) -> Result<bool> {
    let known = table.filter(notifications::dedupe_key.eq_any(dedupe_keys.to_vec()));
    Ok(diesel::select(diesel::dsl::exists(known)).get_result(tx.conn)?)
}

pub fn page(tx: &mut Tx, filter: &Filter, limit: i64, below: Option<&str>) -> Result<Vec<Notification>> {
    let mut query = table.filter(sight::notifications(tx)).order(notifications::id.desc()).limit(limit).into_boxed();
    if let Some(order) = &filter.order {
        query = query.filter(notifications::order_id.eq(order.clone()));
    }
    if let Some(state) = filter.state {
        query = query.filter(notifications::state.eq(state));
    }
    if let Some(below) = below {
        query = query.filter(notifications::id.lt(below.to_owned()));
    }
    Ok(query.load(tx.conn)?)
}

pub fn by_id(tx: &mut Tx, id: &NotificationId) -> Result<Option<Notification>> {
    Ok(table.find(id).filter(sight::notifications(tx)).first(tx.conn).optional()?)
}

pub fn by_message_id(tx: &mut Tx, message_id: &str) -> Result<Option<Notification>> {
    Ok(table.filter(notifications::message_id.eq(message_id)).first(tx.conn).optional()?)
}

/// The urgent ones first.
pub fn by_ids(tx: &mut Tx, ids: &[String]) -> Result<Vec<Notification>> {
    let rows = table.filter(notifications::id.eq_any(ids.to_vec()));
    Ok(rows.order((notifications::priority, notifications::id)).load(tx.conn)?)
}

/// Whether anything of a channel is due that is no less urgent than this.
pub fn is_anything_due(tx: &mut Tx, channel: Channel, worst_priority: i32) -> Result<bool> {
    let due = table
        .filter(notifications::channel.eq(channel))
        .filter(notifications::state.eq_any([State::Pending, State::Sending]))
        .filter(notifications::priority.le(worst_priority))
        .filter(notifications::next_attempt_at.le(tx.now));
    Ok(due.select(notifications::id).first::<NotificationId>(tx.conn).optional()?.is_some())
}

/// Whether anything of a channel is too old to wait on.
pub fn is_anything_stale(tx: &mut Tx, channel: Channel) -> Result<bool> {
    let stale = table
        .filter(notifications::channel.eq(channel))
        .filter(notifications::useful_until.le(tx.now))
        .filter(notifications::state.eq(State::Pending));
    Ok(stale.select(notifications::id).first::<NotificationId>(tx.conn).optional()?.is_some())
}

/// How many short messages each phone was sent since a moment.
pub fn sent_since(tx: &mut Tx, phones: Vec<String>, since: NaiveDateTime) -> Result<HashMap<String, i64>> {
    let sent: Vec<(String, i64)> = table
        .filter(notifications::channel.eq(Channel::Sms))
        .filter(notifications::recipient.eq_any(phones))
        .filter(notifications::sent_at.ge(since))
        .group_by(notifications::recipient)
        .select((notifications::recipient, diesel::dsl::count_star()))
        .load(tx.conn)?;
    Ok(sent.into_iter().collect())
}

/// Keeps back all short messages that wait for a phone, but for those that a person let go. Tells how many.
pub fn hold(tx: &mut Tx, phone: &str, reason: &str) -> Result<usize> {
    let waiting = table
        .filter(notifications::channel.eq(Channel::Sms))
        .filter(notifications::recipient.eq(phone))
        .filter(notifications::state.eq(State::Pending))
        .filter(notifications::released_at.is_null());
    let held = diesel::update(waiting)
        .set((notifications::state.eq(State::Held), notifications::last_error.eq(reason)))
        .execute(tx.conn)?;
    Ok(held)
}

/// What is too old by now went when it was due.
pub fn take_as_sent(tx: &mut Tx) -> Result<()> {
    let past = table.filter(notifications::state.eq(State::Pending)).filter(notifications::useful_until.le(tx.now));
    diesel::update(past)
        .set((
            notifications::state.eq(State::Sent),
            notifications::attempts.eq(1),
            notifications::sent_at.eq(notifications::due_at.nullable()),
            notifications::secret.eq(None::<String>),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// What is too old to be of use becomes a dead letter that staff see; what a worker has right now is left to it.
pub fn expire(tx: &mut Tx, channel: Channel) -> Result<usize> {
    let nobodys = notifications::state
        .eq(State::Pending)
        .or(notifications::state.eq(State::Sending).and(notifications::next_attempt_at.le(tx.now)));
    let stale =
        table.filter(notifications::channel.eq(channel)).filter(notifications::useful_until.le(tx.now)).filter(nobodys);
    let expired = diesel::update(stale)
        .set((
            notifications::state.eq(State::Expired),
            notifications::next_attempt_at.eq(tx.now),
            notifications::last_error.eq(Some("too old to be of use")),
        ))
        .execute(tx.conn)?;
    Ok(expired)
}

/// Writes what became of an attempt, unless the lease ended and another worker has the message now.
pub fn mark(tx: &mut Tx, claimed: &Notification, mark: &Mark) -> Result<()> {
    let sent_at = (mark.state == State::Sent).then_some(tx.now);
    let still_ours = table
        .find(&claimed.id)
        .filter(notifications::state.eq(State::Sending))
        .filter(notifications::attempts.eq(claimed.attempts));
    diesel::update(still_ours)
        .set((
            notifications::state.eq(mark.state),
            notifications::attempts.eq(mark.attempts),
            notifications::next_attempt_at.eq(mark.next_attempt_at),
            notifications::last_error.eq(&mark.error),
            notifications::provider_note.eq(&mark.note),
            notifications::sent_at.eq(sent_at),
            notifications::secret.eq(claimed.secret.as_ref().filter(|_| sent_at.is_none())),
            notifications::report_due_at.eq(mark.report_due_at),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Lets what waits for a recipient wait until a moment at least.
pub fn space_out(tx: &mut Tx, channel: Channel, recipient: &str, until: NaiveDateTime) -> Result<()> {
    let early = table
        .filter(notifications::channel.eq(channel))
        .filter(notifications::recipient.eq(recipient))
        .filter(notifications::state.eq(State::Pending))
        .filter(notifications::next_attempt_at.lt(until));
    diesel::update(early).set(notifications::next_attempt_at.eq(until)).execute(tx.conn)?;
    Ok(())
}

pub fn revive(tx: &mut Tx, id: &NotificationId, useful_until: NaiveDateTime) -> Result<()> {
    diesel::update(table.find(id))
        .set((
            notifications::state.eq(State::Pending),
            notifications::attempts.eq(0),
            notifications::next_attempt_at.eq(tx.now),
            notifications::due_at.eq(tx.now),
            notifications::useful_until.eq(useful_until),
            notifications::released_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Not wanted any more, unless a worker has it. Nobody will need its secret.
pub fn cancel(tx: &mut Tx, id: &NotificationId) -> Result<bool> {
    let none: Option<String> = None;
    let unsent = [State::Pending, State::Waiting, State::Held, State::Failed, State::Expired];
    let cancelled = diesel::update(table.find(id).filter(notifications::state.eq_any(unsent)))
        .set((notifications::state.eq(State::Cancelled), notifications::secret.eq(none)))
        .execute(tx.conn)?;
    Ok(cancelled > 0)
}

/// Takes a person out of the messages to a phone and about these orders; what was not sent is not sent any more.
pub fn erase(tx: &mut Tx, phone: &str, orders: &[OrderId]) -> Result<()> {
    let about = notifications::order_id.assume_not_null().eq_any(orders.to_vec());
    let theirs = notifications::recipient.eq(phone).or(notifications::order_id.is_not_null().and(about));
    let unsent = [State::Pending, State::Waiting, State::Held, State::Failed, State::Expired];
    diesel::update(table.filter(theirs.clone()).filter(notifications::state.eq_any(unsent)))
        .set(notifications::state.eq(State::Cancelled))
        .execute(tx.conn)?;
    diesel::update(table.filter(theirs))
        .set((
            notifications::recipient.eq(""),
            notifications::subject.eq(None::<String>),
            notifications::body.eq(""),
            notifications::secret.eq(None::<String>),
            notifications::last_error.eq(None::<String>),
            notifications::provider_note.eq(None::<String>),
        ))
        .execute(tx.conn)?;
    Ok(())
}
