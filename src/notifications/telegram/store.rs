//! The tables of the bot: `telegram_chats`, `telegram_links`, `telegram_updates` and `telegram_turns`.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::schema::{telegram_chats, telegram_links, telegram_turns, telegram_updates};
use crate::db::{Tx, batch};
use crate::error::Result;
use crate::texts::Lang;

/// Where a customer reads their messages.
#[derive(Clone, Debug, Queryable)]
pub struct Chat {
    /// Telegram's number of it.
    pub chat_id: i64,
    /// Since when.
    pub linked_at: NaiveDateTime,
}

/// For whom a deep link was made.
#[derive(Clone, Debug, Queryable)]
pub struct Link {
    /// The customer.
    pub phone: String,
    /// The same, by the name that staff know.
    pub client_code: String,
    /// The language of their orders.
    pub language: String,
}

impl Link {
    /// The language of their orders.
    pub fn lang(&self) -> Lang {
        self.language.parse().unwrap_or_default()
    }
}

/// The chats of these phones.
pub fn chats_of(tx: &mut Tx, phones: &[&str]) -> Result<HashMap<String, i64>> {
    let these = batch::among(tx.conn, "telegram_chats.phone", phones)?;
    let chats = telegram_chats::table.filter(these).select((telegram_chats::phone, telegram_chats::chat_id));
    Ok(chats.load::<(String, i64)>(tx.conn)?.into_iter().collect())
}

/// The customer's chat.
pub fn chat_of(tx: &mut Tx, phone: &str) -> Result<Option<Chat>> {
    let chat = telegram_chats::table.find(phone).select((telegram_chats::chat_id, telegram_chats::linked_at));
    Ok(chat.first(tx.conn).optional()?)
}

/// The phone has no chat any more, nor a link to one.
pub fn forget(tx: &mut Tx, phone: &str) -> Result<()> {
    diesel::delete(telegram_chats::table.filter(telegram_chats::phone.eq(phone))).execute(tx.conn)?;
    diesel::delete(telegram_links::table.filter(telegram_links::phone.eq(phone))).execute(tx.conn)?;
    Ok(())
}

/// Whether anybody reads their messages in a chat.
pub fn is_linked(tx: &mut Tx, chat_id: i64) -> Result<bool> {
    let here = telegram_chats::table.filter(telegram_chats::chat_id.eq(chat_id));
    Ok(diesel::select(diesel::dsl::exists(here)).get_result(tx.conn)?)
}

/// From now on the customer reads their messages in this chat, and in no other.
pub fn set_chat(tx: &mut Tx, link: &Link, chat_id: i64) -> Result<()> {
    diesel::delete(telegram_chats::table.find(&link.phone)).execute(tx.conn)?;
    diesel::insert_into(telegram_chats::table)
        .values((
            telegram_chats::phone.eq(&link.phone),
            telegram_chats::client_code.eq(&link.client_code),
            telegram_chats::chat_id.eq(chat_id),
            telegram_chats::linked_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Nobody reads their messages in this chat any more; the client codes of those who did.
pub fn leave(tx: &mut Tx, chat_id: i64) -> Result<Vec<String>> {
    let here = telegram_chats::table.filter(telegram_chats::chat_id.eq(chat_id));
    Ok(diesel::delete(here).returning(telegram_chats::client_code).get_results(tx.conn)?)
}

/// The client codes of those who read their messages in this chat.
pub fn client_codes(tx: &mut Tx, chat_id: i64) -> Result<Vec<String>> {
    let here = telegram_chats::table.filter(telegram_chats::chat_id.eq(chat_id));
    Ok(here.order(telegram_chats::client_code).select(telegram_chats::client_code).load(tx.conn)?)
}

/// Writes a new deep link down. Those that ended are forgotten, and of the customer's others all but the `most` youngest.
pub fn add_link(tx: &mut Tx, token_hash: &str, link: &Link, expires_at: NaiveDateTime, most: i64) -> Result<()> {
    diesel::delete(telegram_links::table.filter(telegram_links::expires_at.le(tx.now))).execute(tx.conn)?;
    let older = telegram_links::table
        .filter(telegram_links::phone.eq(&link.phone))
        .order((telegram_links::expires_at.desc(), telegram_links::token_hash))
        .select(telegram_links::token_hash)
        .offset(most - 1)
        .limit(100);
    let older: Vec<String> = older.load(tx.conn)?;
    diesel::delete(telegram_links::table.filter(telegram_links::token_hash.eq_any(older))).execute(tx.conn)?;
    diesel::insert_into(telegram_links::table)
        .values((
            telegram_links::token_hash.eq(token_hash),
            telegram_links::phone.eq(&link.phone),
            telegram_links::client_code.eq(&link.client_code),
            telegram_links::language.eq(&link.language),
            telegram_links::expires_at.eq(expires_at),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Uses a deep link up, if it is still good.
pub fn take_link(tx: &mut Tx, token_hash: &str) -> Result<Option<Link>> {
    let good = telegram_links::table.find(token_hash).filter(telegram_links::expires_at.gt(tx.now));
    let columns = (telegram_links::phone, telegram_links::client_code, telegram_links::language);
    Ok(diesel::delete(good).returning(columns).get_result(tx.conn).optional()?)
}

/// Writes an update down, unless it was heard before. Those older than `since` are forgotten.
pub fn is_news(tx: &mut Tx, update_id: i64, since: NaiveDateTime) -> Result<bool> {
    diesel::delete(telegram_updates::table.filter(telegram_updates::received_at.lt(since))).execute(tx.conn)?;
    let added = diesel::sql_query(
        "INSERT INTO telegram_updates (update_id, received_at) VALUES ($1, $2) ON CONFLICT (update_id) DO NOTHING",
    )
    .bind::<diesel::sql_types::BigInt, _>(update_id)
    .bind::<diesel::sql_types::Timestamp, _>(tx.now)
    .execute(tx.conn)?;
    Ok(added == 1)
}

/// The largest number of an update since a moment.
pub fn last_update(tx: &mut Tx, since: NaiveDateTime) -> Result<Option<i64>> {
    let young = telegram_updates::table.filter(telegram_updates::received_at.ge(since));
    Ok(young.select(diesel::dsl::max(telegram_updates::update_id)).first(tx.conn)?)
}

/// The one turn of asking for updates.
const TURN: &str = "updates";

/// Takes the turn, if nobody else has it.
pub fn take_turn(tx: &mut Tx, until: NaiveDateTime) -> Result<bool> {
    let free = telegram_turns::table.find(TURN).filter(telegram_turns::leased_until.le(tx.now));
    Ok(diesel::update(free).set(telegram_turns::leased_until.eq(until)).execute(tx.conn)? == 1)
}

/// Gives the turn back.
pub fn end_turn(tx: &mut Tx) -> Result<()> {
    let turn = telegram_turns::table.find(TURN);
    diesel::update(turn).set(telegram_turns::leased_until.eq(tx.now)).execute(tx.conn)?;
    Ok(())
}
