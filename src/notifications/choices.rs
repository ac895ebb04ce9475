//! What a customer chose: language, channels, or to be left alone. Kept by phone, which is how a message knows them.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Channel;
use crate::audit;
use crate::db::Tx;
use crate::db::batch;
use crate::db::schema::message_choices::{self, table};
use crate::error::{Problem, Result};
use crate::texts::Lang;

/// A choice; what is not chosen is as the order or the firm says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// The language of all messages.
    pub language: Option<Lang>,
    /// Channels in the order they are tried.
    pub channels: Option<Vec<Channel>>,
    /// Whether nothing but one-time codes is sent.
    pub is_opted_out: bool,
}

#[derive(Queryable)]
struct Row {
    phone: String,
    language: Option<String>,
    channels: Option<String>,
    opted_out_at: Option<NaiveDateTime>,
}

type Columns =
    (message_choices::phone, message_choices::language, message_choices::channels, message_choices::opted_out_at);
const COLUMNS: Columns =
    (message_choices::phone, message_choices::language, message_choices::channels, message_choices::opted_out_at);

impl From<Row> for Choice {
    fn from(row: Row) -> Self {
        let channels = |words: String| words.split(',').filter_map(|word| word.parse().ok()).collect();
        Self {
            language: row.language.and_then(|language| language.parse().ok()),
            channels: row.channels.map(channels),
            is_opted_out: row.opted_out_at.is_some(),
        }
    }
}

/// The choices of these phones; who chose nothing is not among them.
pub(super) fn of(tx: &mut Tx, phones: &[&str]) -> Result<HashMap<String, Choice>> {
    let these = batch::among(tx.conn, "message_choices.phone", phones)?;
    let rows: Vec<Row> = table.filter(these).select(COLUMNS).load(tx.conn)?;
    Ok(rows.into_iter().map(|row| (row.phone.clone(), Choice::from(row))).collect())
}

/// What somebody chose.
///
/// # Errors
/// Those of the database.
pub fn choice(tx: &mut Tx, phone: &str) -> Result<Choice> {
    Ok(of(tx, &[phone])?.remove(phone).unwrap_or_default())
}

/// Somebody wants no more mail: it leaves the channels of their choice, or of the firm's. Where nothing else is left, they
/// are left alone.
///
/// # Errors
/// Those of the database.
pub fn leave_mail(tx: &mut Tx, phone: &str, subject: &str) -> Result<()> {
    let mut choice = choice(tx, phone)?;
    let of_firm = || tx.firm.messages.channels.iter().filter_map(|channel| channel.parse().ok()).collect::<Vec<_>>();
    let mut channels = choice.channels.take().unwrap_or_else(of_firm);
    channels.retain(|channel| *channel != Channel::Email);
    choice.is_opted_out |= channels.is_empty();
    choice.channels = Some(channels).filter(|channels| !channels.is_empty());
    choose(tx, phone, subject, &choice)
}

/// Somebody asked for a channel: where they chose channels before and not this one, it becomes the first.
pub(super) fn prefer(tx: &mut Tx, phone: &str, subject: &str, channel: Channel) -> Result<()> {
    let mut choice = choice(tx, phone)?;
    match &mut choice.channels {
        Some(channels) if !channels.contains(&channel) => channels.insert(0, channel),
        _ => return Ok(()),
    }
    choose(tx, phone, subject, &choice)
}

/// Whoever has the phone next has chosen nothing.
pub(super) fn forget(tx: &mut Tx, phone: &str) -> Result<()> {
    diesel::delete(table.find(phone)).execute(tx.conn)?;
    Ok(())
}

/// Writes a choice down; `subject` names the customer in the audit trail, where no phone belongs.
///
/// # Errors
/// `validation_failed` for channels that are none or twice the same.
pub fn choose(tx: &mut Tx, phone: &str, subject: &str, choice: &Choice) -> Result<()> {
    let mut words: Vec<_> = choice.channels.iter().flatten().map(|channel| channel.as_str()).collect();
    let channels = choice.channels.as_ref().map(|_| words.join(","));
    let count = words.len();
    words.sort_unstable();
    words.dedup();
    if choice.channels.is_some() && (count == 0 || words.len() < count) {
        return Problem::field("/channels", "name each channel once, or send null for the firm's own order").fail();
    }
    diesel::delete(table.find(phone)).execute(tx.conn)?;
    diesel::insert_into(table)
        .values((
            message_choices::phone.eq(phone),
            message_choices::language.eq(choice.language.map(Lang::as_str)),
            message_choices::channels.eq(&channels),
            message_choices::opted_out_at.eq(choice.is_opted_out.then_some(tx.now)),
            message_choices::updated_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    let told = serde_json::json!({
        "language": choice.language, "channels": choice.channels, "opted_out": choice.is_opted_out,
    });
    audit::record(tx, "customer.messages_chosen", subject, told)
}
