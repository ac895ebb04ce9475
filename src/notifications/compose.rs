//! From an occasion to the messages that tell of it: one for each channel that the customer is to be reached over.

use std::collections::HashMap;

use chrono::{NaiveDateTime, TimeDelta};
use rand::RngExt;

use super::choices::Choice;
use super::quiet::Quiet;
use super::reach::Reach;
use super::store::Draft;
use super::wording::Wordings;
use super::{Channel, News, Occasion, State, dedupe_key, rules, segments};
use crate::config::Firm;
use crate::ids::NotificationId;

/// What is read once for many messages: the firm's rules and texts, and what customers chose.
pub struct Composer<'a> {
    pub firm: &'a Firm,
    pub wordings: Wordings,
    pub choices: HashMap<String, Choice>,
    pub reach: Reach,
    pub now: NaiveDateTime,
}

impl Composer<'_> {
    /// The messages of one occasion for one customer: over every channel at once, or over the first, and over the next
    /// when the one before reached nobody. A short message costs, so where there is a chat it always waits for that.
    pub fn drafts(&self, news: &News) -> Vec<Draft> {
        let nothing = Choice::default();
        let choice = self.choices.get(&news.to.phone).unwrap_or(&nothing);
        let mut news = news.clone();
        news.to.language = choice.language.unwrap_or(news.to.language);
        let mut drafts: Vec<Draft> = Vec::new();
        for (channel, recipient) in self.ways(&news, choice) {
            let mut draft = self.draft(&news, channel, recipient);
            if let Some((before, fallback)) = self.before(&drafts, channel) {
                draft.state = State::Waiting;
                draft.instead_of = Some(before.id.clone());
                draft.due_at = before.due_at + fallback;
                draft.next_attempt_at = draft.due_at;
                draft.useful_until += fallback;
            }
            drafts.push(draft);
        }
        drafts
    }

    /// The message that one over this channel waits for, and how long.
    fn before<'a>(&self, drafts: &'a [Draft], channel: Channel) -> Option<(&'a Draft, TimeDelta)> {
        match TimeDelta::minutes(self.firm.messages.fallback_minutes) {
            fallback if fallback > TimeDelta::zero() => Some((drafts.last()?, fallback)),
            _ if channel == Channel::Sms => {
                let chat = drafts.iter().find(|draft| draft.channel == Channel::Telegram)?;
                Some((chat, rules::TELEGRAM_FIRST))
            }
            _ => None,
        }
    }

    /// Whether any channel may tell of it.
    pub fn reaches(&self, news: &News) -> bool {
        let nothing = Choice::default();
        !self.ways(news, self.choices.get(&news.to.phone).unwrap_or(&nothing)).is_empty()
    }

    /// The channels that reach the customer, in the order of their choice or the firm's, but for what is switched off.
    /// A choice that reaches nobody, such as mail without an address, is no choice.
    fn ways<'a>(&'a self, news: &'a News, choice: &Choice) -> Vec<(Channel, &'a str)> {
        if choice.is_opted_out && news.about != Occasion::OneTimeCode {
            return Vec::new();
        }
        let reached = |channels: &[Channel]| -> Vec<(Channel, &'a str)> {
            channels.iter().filter_map(|channel| Some((*channel, self.address(news, *channel)?))).collect()
        };
        let of_firm: Vec<Channel> =
            self.firm.messages.channels.iter().filter_map(|channel| channel.parse().ok()).collect();
        let mut ways = reached(choice.channels.as_deref().unwrap_or(&of_firm));
        if ways.is_empty() {
            ways = reached(&of_firm);
        }
        ways.retain(|(channel, _)| self.firm.messages.tells(news.about.as_str(), channel.as_str()));
        ways
    }

    fn draft(&self, news: &News, channel: Channel, recipient: &str) -> Draft {
        let Priced { subject, body, parts, cost_tyiyn } = self.priced(news, channel);
        let due_at = match rules::priority(news.about) {
            rules::BEST_PRIORITY => self.now,
            _ => Quiet::of(&self.firm.messages).opens_at(self.now),
        };
        Draft {
            id: NotificationId::new(),
            message_id: message_id(),
            dedupe_key: dedupe_key(news.about, &news.fact_id, channel),
            order_id: news.to.order_id.clone(),
            event: news.about,
            channel,
            recipient: recipient.to_owned(),
            language: news.to.language,
            subject,
            body,
            secret: news.secret(),
            state: State::Pending,
            attempts: 0,
            next_attempt_at: due_at,
            created_at: self.now,
            priority: rules::priority(news.about),
            due_at,
            useful_until: due_at + rules::useful_life(news.about),
            parts,
            cost_tyiyn,
            instead_of: None,
        }
    }

    /// Nothing goes to a chat that proves who somebody is: less is needed to link it.
    fn address<'a>(&'a self, news: &'a News, channel: Channel) -> Option<&'a str> {
        let proves = news.about == Occasion::OneTimeCode || news.secret().is_some();
        let address = match channel {
            Channel::Sms => Some(news.to.phone.as_str()),
            Channel::Email => news.to.email.as_deref(),
            Channel::Telegram if proves => None,
            Channel::Telegram => self.reach.chats.get(&news.to.phone).map(String::as_str),
        };
        address.filter(|address| !self.reach.parked.contains(&(channel, (*address).to_owned())))
    }

    /// What a message says and what that costs.
    pub fn priced(&self, news: &News, channel: Channel) -> Priced {
        let (subject, body) = self.wordings.say(self.firm, news, channel);
        let parts = match channel {
            Channel::Sms => i32::try_from(segments::size(&body).parts).unwrap_or(i32::MAX),
            Channel::Telegram | Channel::Email => 0,
        };
        let cost_tyiyn = i64::from(parts) * self.firm.messages.sms_part_price_tyiyn;
        Priced { subject, body, parts, cost_tyiyn }
    }
}

/// What a message says and what that costs.
pub struct Priced {
    /// Of a mail.
    pub subject: Option<String>,
    /// The text.
    pub body: String,
    /// Parts that the operator bills; 0 for mail.
    pub parts: i32,
    /// What they cost, tyiyn.
    pub cost_tyiyn: i64,
}

/// Twelve of A-Z and 0-9: what SMSPRO takes as an identifier, kept for ever so that it recognises a repeat.
pub(super) fn message_id() -> String {
    const SYMBOLS: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut rng = rand::rng();
    (0..12).map(|_| char::from(SYMBOLS[rng.random_range(0..SYMBOLS.len())])).collect()
}
