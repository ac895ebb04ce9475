//! What a message says: in the firm's own words, or in the built-in ones.

use std::collections::HashMap;

use chrono::{NaiveDateTime, TimeDelta};

use super::text_store::OwnText;
use super::{Channel, Fact, HIDDEN, News, Occasion, segments};
use crate::config::Firm;
use crate::error::{Problem, Result};
use crate::texts::{self, Arg, Lang, Own};

/// The most characters that SMSPRO takes.
const SMS_MOST_CHARACTERS: usize = 800;

/// The firm's own texts, read; what is not among them is built in.
#[derive(Default)]
pub struct Wordings(HashMap<(Occasion, Channel, Lang), (Option<Own>, Own)>);

impl Wordings {
    /// Reads what is stored. A broken one is reported and left out: the built-in text goes out instead.
    pub fn of(stored: &[OwnText]) -> Self {
        let mut own = HashMap::new();
        for text in stored {
            let (key, lang) = ((text.event, text.channel, text.lang()), text.lang());
            let subject = text.subject.as_ref().map(|subject| Own::read(lang, subject)).transpose();
            match (subject, Own::read(lang, &text.body)) {
                (Ok(subject), Ok(body)) => {
                    own.insert(key, (subject, body));
                }
                (Err(error), _) | (_, Err(error)) => report(key, &error),
            }
        }
        Self(own)
    }

    /// The subject, which only a mail has, and the text.
    pub fn say(&self, firm: &Firm, news: &News, channel: Channel) -> (Option<String>, String) {
        let lang = news.to.language;
        let key = (news.about, channel, lang);
        let times = times(news, channel);
        let args = args(firm, news, &times);
        let own = self.0.get(&key).map(|(subject, body)| {
            let subject = subject.as_ref().map(|subject| subject.say(&args)).transpose()?;
            Ok::<_, String>((subject, body.say(&args)?))
        });
        let (subject, text) = match own {
            Some(Ok(said)) => said,
            Some(Err(error)) => {
                report(key, &error);
                built_in(key, &args)
            }
            None => built_in(key, &args),
        };
        let is_latin = channel == Channel::Sms && firm.messages.sms_latin.iter().any(|latin| latin == lang.as_str());
        (subject, if is_latin { any_ascii::any_ascii(&text) } else { text })
    }
}

fn report((event, channel, lang): (Occasion, Channel, Lang), error: &str) {
    metrics::counter!("notification_texts_broken_total").increment(1);
    tracing::error!(%event, %channel, lang = lang.as_str(), error, "an own text is broken; the built-in one goes out instead");
}

/// The keys of a built-in text: of its subject, which only a mail has, and of its body.
fn keys(about: Occasion, channel: Channel) -> (Option<String>, String) {
    match channel {
        Channel::Sms => (None, format!("sms-{about}")),
        Channel::Email => (Some(format!("mail-{about}-subject")), format!("mail-{about}-body")),
        // As long as a letter, and without a subject.
        Channel::Telegram => (None, format!("mail-{about}-body")),
    }
}

fn built_in((about, channel, lang): (Occasion, Channel, Lang), args: &[(&str, Arg)]) -> (Option<String>, String) {
    let (subject, body) = keys(about, channel);
    (subject.map(|key| texts::text(lang, &key, args)), texts::text(lang, &body, args))
}

/// A built-in text as it stands in its file: subject and body.
pub fn source(about: Occasion, channel: Channel, lang: Lang) -> (Option<String>, String) {
    let (subject, body) = keys(about, channel);
    (subject.and_then(|key| texts::source(lang, &key)), texts::source(lang, &body).unwrap_or_default())
}

/// What a text about an occasion may speak of: all that its built-in texts do, and whose name it is.
pub fn variables(about: Occasion) -> Vec<String> {
    let mut known = vec!["firm".to_owned(), "name".to_owned()];
    for channel in Channel::ALL {
        let (subject, body) = source(about, *channel, Lang::Ru);
        for source in subject.iter().chain([&body]) {
            known.extend(texts::variables(source).into_iter().map(str::to_owned));
        }
    }
    known.sort();
    known.dedup();
    known
}

/// Times in words, secrets in asterisks: mail has room for the hour, a short message only for the day.
fn times(news: &News, channel: Channel) -> Vec<String> {
    let lang = news.to.language;
    let time = |at: NaiveDateTime| match channel {
        Channel::Sms => texts::short_date(at.and_utc()),
        Channel::Email | Channel::Telegram => texts::datetime(lang, at.and_utc()),
    };
    let words = |(_, fact): &(&str, Fact)| match fact {
        Fact::Time(at) => time(*at),
        Fact::Text(words) => words.clone(),
        Fact::Secret(secret) => secret.as_ref().map_or("no", |_| HIDDEN).to_owned(),
        Fact::Number(_) => String::new(),
    };
    news.facts.iter().map(words).collect()
}

fn args<'a>(firm: &'a Firm, news: &'a News, times: &'a [String]) -> Vec<(&'a str, Arg<'a>)> {
    let mut args: Vec<(&str, Arg)> = vec![("name", Arg::Str(&news.to.name)), ("firm", Arg::Str(&firm.name))];
    args.extend(news.facts.iter().zip(times).map(|((name, fact), words)| match fact {
        Fact::Number(number) => (*name, Arg::Num(*number)),
        Fact::Text(_) | Fact::Secret(_) | Fact::Time(_) => (*name, Arg::Str(words)),
    }));
    args
}

/// A usual value of everything that texts speak of; `number` stands for every count and sum.
pub fn sample(name: &str, number: i64, now: NaiveDateTime) -> Fact {
    match name {
        "code" | "codes" => Fact::text("TG-7K4M9-2QX8C-5"),
        "url" => Fact::text("https://torugart.kg/t/TG-7K4M9-2QX8C-5"),
        "count" | "arrived" | "parcels" | "total" | "fee" | "prepayment" | "amount" | "balance" | "refund" => {
            Fact::Number(number)
        }
        "until" | "free_until" => Fact::Time(now + TimeDelta::days(7)),
        "branch" => Fact::text("Бишкек-2"),
        "address" => Fact::text("Чүй 125, Токтогул"),
        "hours" => Fact::text("10:00-19:00"),
        "reason" | "short_reason" => Fact::text("банктын көчүрмөсүндө мындай которуу жок, текше..."),
        // Who owes nothing stands for who was given no PIN.
        "pin" => Fact::Secret((number > 0).then(|| HIDDEN.to_owned())),
        "place" => Fact::text("Торугарт"),
        // A name of a newer text: a figure can stand anywhere, even where a branch or a sum is made of it.
        _ => Fact::Number(number),
    }
}

/// Refuses an own text that cannot be said, speaks of what nobody knows, or costs more parts than the firm wants.
///
/// # Errors
/// `validation_failed` at `/subject` or `/text`.
pub fn check(firm: &Firm, text: &OwnText, usual: &[News]) -> Result<()> {
    match (text.channel, &text.subject) {
        (Channel::Sms, Some(_)) => return Problem::field("/subject", "a short message has no subject").fail(),
        (Channel::Telegram, Some(_)) => {
            return Problem::field("/subject", "a message in Telegram has no subject").fail();
        }
        (Channel::Email, None) => return Problem::field("/subject", "a mail needs a subject").fail(),
        _ => {}
    }
    let known = variables(text.event);
    for (pointer, source) in text.subject.iter().map(|subject| ("/subject", subject)).chain([("/text", &text.body)]) {
        if let Some(unknown) =
            texts::variables(source).into_iter().find(|name| !known.iter().any(|known| known == name))
        {
            let known = known.join(", $");
            return Problem::field(pointer, format!("${unknown} is not known here; there is ${known}")).fail();
        }
        let own = Own::read(text.lang(), source).map_err(|error| Problem::field(pointer, error))?;
        for news in usual {
            let times = times(news, text.channel);
            let said = own.say(&args(firm, news, &times)).map_err(|error| Problem::field(pointer, error))?;
            if pointer == "/subject" && said.contains('\n') {
                return Problem::field(pointer, "must be one line").fail();
            }
        }
    }
    if text.channel == Channel::Sms {
        let wordings = Wordings::of(std::slice::from_ref(text));
        usual.iter().try_for_each(|news| check_size(firm, &wordings.say(firm, news, Channel::Sms).1))?;
    }
    Ok(())
}

fn check_size(firm: &Firm, said: &str) -> Result<()> {
    let (parts, most) = (segments::size(said).parts, firm.messages.sms_most_parts);
    if parts > most {
        return Problem::field("/text", format!("needs {parts} parts with usual values, {most} are allowed: {said}"))
            .fail();
    }
    if said.chars().count() > SMS_MOST_CHARACTERS {
        return Problem::field("/text", format!("has more than {SMS_MOST_CHARACTERS} characters")).fail();
    }
    Ok(())
}
