//! What a message would say and cost, without sending it.

use super::{Channel, Encoding, News, composer, own_texts, segments, wording};
use crate::db::Tx;
use crate::error::Result;

/// A message as it would go out.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Of a mail.
    pub subject: Option<String>,
    /// The text.
    pub text: String,
    /// Of a short message.
    pub encoding: Option<Encoding>,
    /// Parts that the operator bills; 0 for mail.
    pub parts: i32,
    /// What they cost, tyiyn.
    pub cost_tyiyn: i64,
}

/// What a message would say and cost. Values that `news` lacks are usual ones.
///
/// # Errors
/// Those of the database.
pub fn preview(tx: &mut Tx, news: News, channel: Channel) -> Result<Preview> {
    let names = wording::variables(news.about);
    let mut news: News<'_> = news;
    let usual = own_texts::usual(&names, news.about, news.to.language, tx.now).pop();
    for usual in usual.into_iter().flat_map(|usual| usual.facts) {
        if !news.facts.iter().any(|(name, _)| *name == usual.0) {
            news.facts.push(usual);
        }
    }
    let priced = composer(tx, std::slice::from_ref(&news))?.priced(&news, channel);
    let encoding = (channel == Channel::Sms).then(|| segments::size(&priced.body).encoding);
    Ok(Preview {
        subject: priced.subject,
        text: priced.body,
        encoding,
        parts: priced.parts,
        cost_tyiyn: priced.cost_tyiyn,
    })
}
