//! The `notifications` table: the outbox.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Timestamp};

use super::rules::Mark;
use super::{Channel, Occasion, Recipient, State};
use crate::db::Tx;
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
pub struct Draft {
    pub message_id: String,
    pub dedupe_key: String,
    pub channel: Channel,
    pub recipient: String,
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
pub fn insert(tx: &mut Tx, to: &Recipient, about: Occasion, draft: &Draft) -> Result<()> {
    diesel::sql_query(
        "INSERT INTO notifications (id, message_id, dedupe_key, order_id, event, channel, recipient, language, subject, \
         body, state, attempts, next_attempt_at, created_at, secret) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'pending', 0, $11, $12, $13) ON CONFLICT (dedupe_key) DO NOTHING",
    )
    .bind::<Text, _>(NotificationId::new())
    .bind::<Text, _>(&draft.message_id)
    .bind::<Text, _>(&draft.dedupe_key)
    .bind::<Text, _>(&to.order_id)
    .bind::<Text, _>(about)
    .bind::<Text, _>(draft.channel)
    .bind::<Text, _>(&draft.recipient)
    .bind::<Text, _>(to.language.as_str())
    .bind::<Nullable<Text>, _>(&draft.subject)
    .bind::<Text, _>(&draft.body)
    .bind::<Timestamp, _>(tx.now)
    .bind::<Timestamp, _>(tx.now)
    .bind::<Nullable<Text>, _>(&draft.secret)
    .execute(tx.conn)?;
    Ok(())
}

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
