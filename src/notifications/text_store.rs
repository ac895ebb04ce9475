//! The `message_texts` table: the firm's own texts.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{Channel, Occasion};
use crate::db::Tx;
use crate::db::schema::message_texts::{self, table};
use crate::error::Result;
use crate::texts::Lang;

/// An own text as stored.
#[derive(Clone, Debug, Queryable)]
pub struct OwnText {
    /// What it is about.
    pub event: Occasion,
    /// Which way it goes.
    pub channel: Channel,
    /// `ky`, `ru` or `en`.
    pub language: String,
    /// Of a mail.
    pub subject: Option<String>,
    /// The text.
    pub body: String,
    /// When it was written.
    pub updated_at: NaiveDateTime,
    /// By whom.
    pub updated_by: String,
}

impl OwnText {
    /// In which language it is.
    pub fn lang(&self) -> Lang {
        self.language.parse().unwrap_or_default()
    }
}

pub fn all(tx: &mut Tx) -> Result<Vec<OwnText>> {
    Ok(table.load(tx.conn)?)
}

pub fn of_events(tx: &mut Tx, events: &[Occasion]) -> Result<Vec<OwnText>> {
    Ok(table.filter(message_texts::event.eq_any(events.to_vec())).load(tx.conn)?)
}

pub fn remove(tx: &mut Tx, event: Occasion, channel: Channel, lang: Lang) -> Result<()> {
    diesel::delete(table.find((event, channel, lang.as_str()))).execute(tx.conn)?;
    Ok(())
}

pub fn insert(tx: &mut Tx, text: &OwnText) -> Result<()> {
    diesel::insert_into(table)
        .values((
            message_texts::event.eq(text.event),
            message_texts::channel.eq(text.channel),
            message_texts::language.eq(&text.language),
            message_texts::subject.eq(&text.subject),
            message_texts::body.eq(&text.body),
            message_texts::updated_at.eq(text.updated_at),
            message_texts::updated_by.eq(&text.updated_by),
        ))
        .execute(tx.conn)?;
    Ok(())
}
