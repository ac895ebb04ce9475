//! The `parked_recipients` table: addresses and chats that do not exist any more. Nothing more is sent there until a person
//! says otherwise, or the customer comes with another address.

use std::collections::HashSet;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{Channel, State, telegram};
use crate::audit;
use crate::db::schema::{notifications, parked_recipients};
use crate::db::{Tx, batch};
use crate::error::Result;

/// Since when, and why nothing is sent to an address or chat.
#[derive(Clone, Debug, Queryable)]
pub struct Parked {
    /// In the words of whoever was to deliver.
    pub reason: String,
    /// Since when.
    pub parked_at: NaiveDateTime,
}

/// Those of these recipients that are parked.
pub fn among(tx: &mut Tx, recipients: &[String]) -> Result<HashSet<(Channel, String)>> {
    if recipients.is_empty() {
        return Ok(HashSet::new());
    }
    let these = batch::among(tx.conn, "parked_recipients.recipient", recipients)?;
    let columns = (parked_recipients::channel, parked_recipients::recipient);
    Ok(parked_recipients::table.filter(these).select(columns).load(tx.conn)?.into_iter().collect())
}

/// Whether one is parked.
pub fn of(tx: &mut Tx, channel: Channel, recipient: &str) -> Result<Option<Parked>> {
    let parked = parked_recipients::table.find((channel, recipient));
    let columns = (parked_recipients::reason, parked_recipients::parked_at);
    Ok(parked.select(columns).first(tx.conn).optional()?)
}

/// Sends nothing more there, and gives up what waits for it, so that other channels serve.
pub fn park(tx: &mut Tx, channel: Channel, recipient: &str, reason: &str) -> Result<()> {
    let added = diesel::sql_query(
        "INSERT INTO parked_recipients (channel, recipient, reason, parked_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (channel, recipient) DO NOTHING",
    )
    .bind::<diesel::sql_types::Text, _>(channel)
    .bind::<diesel::sql_types::Text, _>(recipient)
    .bind::<diesel::sql_types::Text, _>(reason)
    .bind::<diesel::sql_types::Timestamp, _>(tx.now)
    .execute(tx.conn)?;
    let given_up = give_up(tx, channel, recipient, reason)?;
    if added > 0 {
        let detail = serde_json::json!({"channel": channel, "reason": reason, "given_up": given_up});
        for object in names(tx, channel, recipient)? {
            audit::record(tx, "recipient.parked", &object, detail.clone())?;
        }
    }
    Ok(())
}

/// Sends there again.
pub fn unpark(tx: &mut Tx, channel: Channel, recipient: &str) -> Result<()> {
    if diesel::delete(parked_recipients::table.find((channel, recipient))).execute(tx.conn)? > 0 {
        for object in names(tx, channel, recipient)? {
            audit::record(tx, "recipient.unparked", &object, serde_json::json!({"channel": channel}))?;
        }
    }
    Ok(())
}

/// What the trail calls a recipient: the customers of a chat, as much of an address as a list may show.
fn names(tx: &mut Tx, channel: Channel, recipient: &str) -> Result<Vec<String>> {
    match recipient.parse() {
        Ok(chat_id) if channel == Channel::Telegram => telegram::store::client_codes(tx, chat_id),
        _ => Ok(vec![super::http::masked(channel, recipient)]),
    }
}

/// Gives up what waits to go to a recipient; what stands in for it on another channel goes then. Tells how many.
pub fn give_up(tx: &mut Tx, channel: Channel, recipient: &str, reason: &str) -> Result<usize> {
    let waiting = notifications::table
        .filter(notifications::channel.eq(channel))
        .filter(notifications::recipient.eq(recipient))
        .filter(notifications::state.eq_any([State::Pending, State::Waiting]));
    let given_up = diesel::update(waiting)
        .set((notifications::state.eq(State::Failed), notifications::last_error.eq(reason)))
        .execute(tx.conn)?;
    Ok(given_up)
}
