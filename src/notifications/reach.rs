//! Where customers are reached beside their phone, and where nobody is any more.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::NaiveDateTime;

use super::parked::{self, Parked};
use super::{Channel, News, telegram};
use crate::db::Tx;
use crate::error::Result;

/// What is read once for many messages.
#[derive(Default)]
pub struct Reach {
    /// Chats of Telegram by phone.
    pub chats: HashMap<String, String>,
    /// Addresses and chats to which nothing is sent.
    pub parked: HashSet<(Channel, String)>,
}

impl Reach {
    /// Of those who are told these news.
    pub fn of(tx: &mut Tx, news: &[News]) -> Result<Self> {
        let phones: BTreeSet<_> = news.iter().map(|news| news.to.phone.as_str()).collect();
        let chats = telegram::store::chats_of(tx, &phones.into_iter().collect::<Vec<_>>())?;
        let chats: HashMap<_, _> = chats.into_iter().map(|(phone, chat)| (phone, chat.to_string())).collect();
        let mut recipients: Vec<_> = news.iter().filter_map(|news| news.to.email.clone()).collect();
        recipients.extend(chats.values().cloned());
        Ok(Self { parked: parked::among(tx, &recipients)?, chats })
    }
}

/// One way to a customer.
#[derive(Clone, Debug)]
pub struct Way {
    /// Which.
    pub channel: Channel,
    /// Phone, address, or number of the chat.
    pub recipient: String,
    /// Of a chat: since when.
    pub linked_at: Option<NaiveDateTime>,
    /// Why nothing is sent there.
    pub parked: Option<Parked>,
}

/// The ways to a customer with this phone and address.
///
/// # Errors
/// Those of the database.
pub fn ways_to(tx: &mut Tx, phone: &str, email: Option<&str>) -> Result<Vec<Way>> {
    let chat = telegram::store::chat_of(tx, phone)?;
    let chat = chat.map(|chat| (Channel::Telegram, chat.chat_id.to_string(), Some(chat.linked_at)));
    let phone = Some((Channel::Sms, phone.to_owned(), None));
    let email = email.map(|email| (Channel::Email, email.to_owned(), None));
    let ways = [chat, phone, email].into_iter().flatten();
    ways.map(|(channel, recipient, linked_at)| {
        let parked = parked::of(tx, channel, &recipient)?;
        Ok(Way { channel, recipient, linked_at, parked })
    })
    .collect()
}
