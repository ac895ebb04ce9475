//! From an occasion to the messages that tell of it: one for each channel that reaches the customer.

use chrono::NaiveDateTime;
use rand::RngExt;

use super::store::Draft;
use super::{Channel, Fact, News, rules, segments};
use crate::config::Firm;
use crate::texts::{self, Arg, Lang};

/// A short message, and a mail when there is an address.
pub fn drafts(firm: &Firm, news: &News, now: NaiveDateTime) -> Vec<Draft> {
    let mut drafts = vec![draft(firm, news, now, Channel::Sms, &news.to.phone)];
    if let Some(address) = &news.to.email {
        drafts.push(draft(firm, news, now, Channel::Email, address));
    }
    drafts
}

fn draft(firm: &Firm, news: &News, now: NaiveDateTime, channel: Channel, recipient: &str) -> Draft {
    let (subject, body) = wording(firm, news, channel);
    let parts = match channel {
        Channel::Sms => segments::size(&body).parts,
        Channel::Email => 0,
    };
    let parts = i32::try_from(parts).unwrap_or(i32::MAX);
    Draft {
        message_id: message_id(),
        dedupe_key: format!("{}:{}:{channel}", news.about, news.fact_id),
        order_id: news.to.order_id.clone(),
        event: news.about,
        channel,
        recipient: recipient.to_owned(),
        language: news.to.language,
        subject,
        body,
        priority: rules::priority(news.about),
        due_at: now,
        useful_until: now + rules::useful_life(news.about),
        parts,
        cost_tyiyn: i64::from(parts) * firm.messages.sms_part_price_tyiyn,
    }
}

/// The subject, which only a mail has, and the text.
fn wording(firm: &Firm, news: &News, channel: Channel) -> (Option<String>, String) {
    let (about, lang) = (news.about, news.to.language);
    match channel {
        Channel::Sms => {
            (None, text(firm, news, lang, &format!("sms-{about}"), |_, at| texts::short_date(at.and_utc())))
        }
        Channel::Email => {
            let time: fn(Lang, NaiveDateTime) -> String = |lang, at| texts::datetime(lang, at.and_utc());
            let subject = text(firm, news, lang, &format!("mail-{about}-subject"), time);
            (Some(subject), text(firm, news, lang, &format!("mail-{about}-body"), time))
        }
    }
}

fn text(firm: &Firm, news: &News, lang: Lang, key: &str, time: fn(Lang, NaiveDateTime) -> String) -> String {
    let times: Vec<_> = news
        .facts
        .iter()
        .map(|(_, fact)| match fact {
            Fact::Time(at) => time(lang, *at),
            Fact::Text(words) => words.clone(),
            Fact::Number(_) => String::new(),
        })
        .collect();
    let mut args: Vec<(&str, Arg)> = vec![("name", Arg::Str(&news.to.name)), ("firm", Arg::Str(&firm.name))];
    args.extend(news.facts.iter().zip(&times).map(|((name, fact), words)| match fact {
        Fact::Number(number) => (*name, Arg::Num(*number)),
        Fact::Text(_) | Fact::Time(_) => (*name, Arg::Str(words)),
    }));
    texts::text(lang, key, &args)
}

/// Twelve of A-Z and 0-9: what SMSPRO takes as an identifier, kept for ever so that it recognises a repeat.
fn message_id() -> String {
    const SYMBOLS: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut rng = rand::rng();
    (0..12).map(|_| char::from(SYMBOLS[rng.random_range(0..SYMBOLS.len())])).collect()
}
