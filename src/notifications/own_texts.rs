//! The firm's own texts: looked at, written, taken away.

use chrono::NaiveDateTime;

use super::segments::{self, Size};
use super::text_store::{self, OwnText};
use super::wording::{self, Wordings};
use super::{Channel, News, Occasion, Recipient};
use crate::audit;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::texts::Lang;

/// A text as staff see it.
pub struct Shown {
    pub event: Occasion,
    pub channel: Channel,
    pub lang: Lang,
    pub subject: Option<String>,
    pub body: String,
    pub variables: Vec<String>,
    /// The largest that usual values make of it; only of a short message.
    pub size: Option<Size>,
    /// Why an own text is not used.
    pub problem: Option<String>,
    pub updated_at: Option<NaiveDateTime>,
    pub updated_by: Option<String>,
}

/// An occasion with usual values of these names: nothing to pay, one of a thing, and a usual sum.
pub fn usual(names: &[String], about: Occasion, lang: Lang, now: NaiveDateTime) -> Vec<News<'_>> {
    let to = Recipient {
        order_id: None,
        name: "Айгуль Садыкова".to_owned(),
        phone: String::new(),
        email: None,
        language: lang,
    };
    let is_fact = |name: &&String| !matches!(name.as_str(), "firm" | "name");
    let sample = |name: &String, number| wording::sample(name, number, now);
    let facts = |number| names.iter().filter(is_fact).map(|name| (name.as_str(), sample(name, number))).collect();
    let news = |number| News { to: to.clone(), about, fact_id: String::new(), facts: facts(number) };
    vec![news(0), news(1), news(1_245_000)]
}

/// Every text there is, the firm's own in place of the built-in ones.
///
/// # Errors
/// Those of the database.
pub fn list(tx: &mut Tx) -> Result<Vec<Shown>> {
    let own = text_store::all(tx)?;
    let mut shown = Vec::new();
    for event in Occasion::ALL {
        for channel in Channel::ALL {
            for lang in Lang::ALL {
                let is_it = |text: &&OwnText| (text.event, text.channel, text.lang()) == (*event, *channel, lang);
                shown.push(match own.iter().find(is_it) {
                    Some(text) => show_own(tx, text),
                    None => show_built_in(tx, *event, *channel, lang),
                });
            }
        }
    }
    Ok(shown)
}

fn show_built_in(tx: &Tx, event: Occasion, channel: Channel, lang: Lang) -> Shown {
    let (subject, body) = wording::source(event, channel, lang);
    let variables = wording::variables(event);
    Shown {
        event,
        channel,
        lang,
        subject,
        body,
        size: size(tx, (event, channel, lang), &variables, &Wordings::default()),
        variables,
        problem: None,
        updated_at: None,
        updated_by: None,
    }
}

fn show_own(tx: &Tx, text: &OwnText) -> Shown {
    let lang = text.lang();
    let variables = wording::variables(text.event);
    let checked = wording::check(tx.firm, text, &usual(&variables, text.event, lang, tx.now));
    let problem = match checked {
        Err(Error::Problem(problem)) => Some(problem.detail),
        Err(error) => Some(error.to_string()),
        Ok(()) => None,
    };
    Shown {
        event: text.event,
        channel: text.channel,
        lang,
        subject: text.subject.clone(),
        body: text.body.clone(),
        size: size(tx, (text.event, text.channel, lang), &variables, &Wordings::of(std::slice::from_ref(text))),
        variables,
        problem,
        updated_at: Some(text.updated_at),
        updated_by: Some(text.updated_by.clone()),
    }
}

/// The largest that usual values make of a short message.
fn size(
    tx: &Tx,
    (event, channel, lang): (Occasion, Channel, Lang),
    names: &[String],
    wordings: &Wordings,
) -> Option<Size> {
    if channel != Channel::Sms {
        return None;
    }
    let said = |news: &News| segments::size(&wordings.say(tx.firm, news, channel).1);
    usual(names, event, lang, tx.now).iter().map(said).max_by_key(|size| size.parts)
}

/// Puts an own text in place.
///
/// # Errors
/// `validation_failed` for one that cannot be said, or costs more parts than the firm wants.
pub fn set(
    tx: &mut Tx,
    event: Occasion,
    channel: Channel,
    lang: Lang,
    subject: Option<String>,
    body: &str,
) -> Result<Shown> {
    let text = OwnText {
        event,
        channel,
        language: lang.as_str().to_owned(),
        subject,
        body: body.to_owned(),
        updated_at: tx.now,
        updated_by: tx.by.name().to_owned(),
    };
    wording::check(tx.firm, &text, &usual(&wording::variables(event), event, lang, tx.now))?;
    text_store::remove(tx, event, channel, lang)?;
    text_store::insert(tx, &text)?;
    let told = serde_json::json!({"subject": text.subject, "text": text.body});
    audit::record(tx, "text.set", &format!("{event}:{channel}:{}", lang.as_str()), told)?;
    Ok(show_own(tx, &text))
}

/// Lets the built-in text speak again.
///
/// # Errors
/// Those of the database.
pub fn clear(tx: &mut Tx, event: Occasion, channel: Channel, lang: Lang) -> Result<Shown> {
    text_store::remove(tx, event, channel, lang)?;
    audit::record(tx, "text.cleared", &format!("{event}:{channel}:{}", lang.as_str()), serde_json::json!({}))?;
    Ok(show_built_in(tx, event, channel, lang))
}
