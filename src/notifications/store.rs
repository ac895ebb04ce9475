//! The `notifications` table: the outbox.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::Serialize;

use super::rules::Mark;
use super::{Channel, Occasion, Recipient, State};
use crate::db::Tx;
use crate::db::batch::{self, Kind};
use crate::db::schema::notifications::{self, table};
use crate::error::Result;
use crate::ids::{NotificationId, OrderId};

/// A message as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Notification {
    /// Identifier.
    pub id: NotificationId,
    /// What the gateway knows it by.
    pub message_id: String,
    /// The fact it tells, and the channel.
    pub dedupe_key: String,
    /// About which order.
    pub order_id: OrderId,
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
}

impl Notification {
    /// What the customer reads.
    pub fn text(&self) -> String {
        match &self.secret {
            Some(secret) => self.body.replacen(super::HIDDEN, secret, 1),
            None => self.body.clone(),
        }
    }
}

/// A message to be stored.
pub struct Draft<'a> {
    pub to: &'a Recipient,
    pub about: Occasion,
    pub message_id: String,
    pub dedupe_key: String,
    pub channel: Channel,
    pub recipient: &'a str,
    pub subject: Option<String>,
    pub body: String,
    pub secret: Option<String>,
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
    #[derive(Serialize)]
    struct Row<'a> {
        id: NotificationId,
        message_id: &'a str,
        dedupe_key: &'a str,
        order_id: &'a OrderId,
        event: Occasion,
        channel: Channel,
        recipient: &'a str,
        language: &'a str,
        subject: Option<&'a str>,
        body: &'a str,
        secret: Option<&'a str>,
        state: State,
        attempts: i32,
        #[serde(serialize_with = "batch::moment")]
        next_attempt_at: NaiveDateTime,
        #[serde(serialize_with = "batch::moment")]
        created_at: NaiveDateTime,
    }
    let rows: Vec<_> = drafts
        .iter()
        .map(|draft| Row {
            id: NotificationId::new(),
            message_id: &draft.message_id,
            dedupe_key: &draft.dedupe_key,
            order_id: &draft.to.order_id,
            event: draft.about,
            channel: draft.channel,
            recipient: draft.recipient,
            language: draft.to.language.as_str(),
            subject: draft.subject.as_deref(),
            body: &draft.body,
            secret: draft.secret.as_deref(),
            state: State::Pending,
            attempts: 0,
            next_attempt_at: tx.now,
            created_at: tx.now,
        })
        .collect();
    batch::insert_new(tx.conn, "notifications", COLUMNS, "dedupe_key", &rows)?;
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
];

pub fn has_key(tx: &mut Tx, dedupe_key: &str) -> Result<bool> {
    let known = table.filter(notifications::dedupe_key.eq(dedupe_key));
    Ok(diesel::select(diesel::dsl::exists(known)).get_result(tx.conn)?)
}

pub fn page(tx: &mut Tx, filter: &Filter, limit: i64, below: Option<&str>) -> Result<Vec<Notification>> {
    let mut query = table.order(notifications::id.desc()).limit(limit).into_boxed();
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
    Ok(table.find(id).first(tx.conn).optional()?)
}

pub fn by_ids(tx: &mut Tx, ids: &[String]) -> Result<Vec<Notification>> {
    Ok(table.filter(notifications::id.eq_any(ids.to_vec())).order(notifications::id).load(tx.conn)?)
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
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn revive(tx: &mut Tx, id: &NotificationId) -> Result<()> {
    diesel::update(table.find(id).filter(notifications::state.eq(State::Failed)))
        .set((
            notifications::state.eq(State::Pending),
            notifications::attempts.eq(0),
            notifications::next_attempt_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}
