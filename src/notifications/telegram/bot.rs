//! What the bot does: a deep link brings a chat to its customer, `/stop` ends that, anything else is told how it works.
//!
//! Whoever knows an order's code and the end of its phone can make such a link. So nothing goes to a chat that proves who
//! somebody is: neither one-time codes nor PINs.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{NaiveDateTime, TimeDelta};
use rand::RngExt;
use sha2::{Digest, Sha256};

use super::Reply;
use super::store::{self, Link};
use super::updates::{Heard, Update, What};
use crate::audit;
use crate::db::Tx;
use crate::error::Result;
use crate::notifications::{Channel, choices, parked};
use crate::texts::{self, Arg, Lang};

/// How long a deep link is good.
const LINK_LIFE: TimeDelta = TimeDelta::hours(1);
/// A customer has no more of them at once.
const MOST_LINKS: i64 = 5;
/// Telegram repeats an update for a day at most; after a week of silence it counts anew.
pub const REMEMBERED: TimeDelta = TimeDelta::days(6);
/// What they are told who left, or blocked the bot, is known by.
const STOPPED: &str = "the customer wants no messages in this chat";

/// The end of a deep link, and until when it is good: 132 random bits, of which only a hash is kept.
///
/// # Errors
/// Those of the database.
pub fn new_link(tx: &mut Tx, phone: &str, client_code: &str, language: Lang) -> Result<(String, NaiveDateTime)> {
    let token = URL_SAFE_NO_PAD.encode(rand::rng().random::<[u8; 18]>());
    let expires_at = tx.now + LINK_LIFE;
    let link =
        Link { phone: phone.to_owned(), client_code: client_code.to_owned(), language: language.as_str().to_owned() };
    store::add_link(tx, &hash(&token), &link, expires_at, MOST_LINKS)?;
    audit::record(
        tx,
        "customer.telegram_link_made",
        client_code,
        serde_json::json!({"expires_at": expires_at.and_utc()}),
    )?;
    Ok((token, expires_at))
}

fn hash(token: &str) -> String {
    Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Does what an update asks for, once, and tells what to answer.
///
/// # Errors
/// Those of the database.
pub fn hear(tx: &mut Tx, update: &Update) -> Result<Option<Reply>> {
    if !store::is_news(tx, update.id, tx.now - REMEMBERED)? {
        return Ok(None);
    }
    let Some(Heard { chat_id, language, what }) = &update.heard else { return Ok(None) };
    let text = match what {
        What::Start(token) => Some(start(tx, *chat_id, token, *language)?),
        What::Stop => Some(stop(tx, *chat_id, *language)?),
        What::Words => Some(say(tx, "telegram-help", *language, &[])),
        What::Blocked => {
            block(tx, *chat_id)?;
            None
        }
        What::Unblocked => {
            parked::unpark(tx, Channel::Telegram, &chat_id.to_string())?;
            None
        }
    };
    Ok(text.map(|text| Reply { chat_id: *chat_id, text }))
}

/// A family may share a chat, so it may be the chat of several customers; a customer's messages go to the latest one.
fn start(tx: &mut Tx, chat_id: i64, token: &str, language: Lang) -> Result<String> {
    let Some(link) = store::take_link(tx, &hash(token))? else {
        // Who presses the button twice is no stranger.
        let key = if store::is_linked(tx, chat_id)? { "telegram-help" } else { "telegram-expired" };
        return Ok(say(tx, key, language, &[]));
    };
    let before = store::chat_of(tx, &link.phone)?;
    store::set_chat(tx, &link, chat_id)?;
    parked::unpark(tx, Channel::Telegram, &chat_id.to_string())?;
    choices::prefer(tx, &link.phone, &link.client_code, Channel::Telegram)?;
    let is_moved = before.is_some_and(|before| before.chat_id != chat_id);
    audit::record(tx, "customer.telegram_linked", &link.client_code, serde_json::json!({"is_moved": is_moved}))?;
    Ok(say(tx, "telegram-linked", link.lang(), &[("client_code", Arg::Str(&link.client_code))]))
}

fn stop(tx: &mut Tx, chat_id: i64, language: Lang) -> Result<String> {
    let left = store::leave(tx, chat_id)?;
    parked::give_up(tx, Channel::Telegram, &chat_id.to_string(), STOPPED)?;
    for client_code in &left {
        audit::record(tx, "customer.telegram_unlinked", client_code, serde_json::json!({}))?;
    }
    Ok(say(tx, "telegram-stopped", language, &[]))
}

fn block(tx: &mut Tx, chat_id: i64) -> Result<()> {
    if store::is_linked(tx, chat_id)? {
        parked::park(tx, Channel::Telegram, &chat_id.to_string(), "the customer blocked the bot")?;
    }
    Ok(())
}

fn say(tx: &Tx, key: &str, lang: Lang, args: &[(&str, Arg)]) -> String {
    let mut args = args.to_vec();
    args.push(("firm", Arg::Str(&tx.firm.name)));
    texts::text(lang, key, &args)
}
