//! The inbox: a callback is stored before it is answered, and judged after.
//!
//! What came is a fact of its own and needs no audit line; what was made of it does, and gets one with its verdict.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use serde_json::json;

use super::adapter::{Acquirer, Callback, Failure, Question, Reply, Said, Told};
use super::rules;
use super::store::{self, Claimed, Invoice, Mark};
use super::{Provider, Verdict, post};
use crate::audit;
use crate::db::{self, Tx};
use crate::error::Result;

/// Stores a callback and says what to answer once that is committed.
///
/// # Errors
/// Those of the database; then the provider must not be told that we have it.
pub fn receive(tx: &mut Tx, provider: Provider, acquirer: &Acquirer, callback: &Callback) -> Result<Reply> {
    store::insert_callback(tx, provider, callback)?;
    let told = acquirer.read(callback);
    let invoice = find(tx, provider, told.as_ref())?;
    let judgement = rules::judge(told.as_ref(), invoice.as_ref(), acquirer.merchant());
    Ok(acquirer.reply(callback, rules::react(told.as_ref(), judgement)))
}

/// Our invoice that a callback is about. A name that is no UUID was not given by us, and is not looked up.
fn find(tx: &mut Tx, provider: Provider, told: Option<&Told>) -> Result<Option<Invoice>> {
    match told.and_then(|told| uuid::Uuid::parse_str(&told.reference).ok()) {
        Some(reference) => store::invoice_by_reference(tx, provider, &reference.to_string()),
        None => Ok(None),
    }
}

/// A callback that says good news about an invoice of ours: the provider is asked whether it is true.
pub(super) struct Due {
    pub claimed: Claimed,
    pub told: Told,
    pub invoice: Invoice,
}

impl Due {
    /// What to ask.
    pub fn question(&self, now: NaiveDateTime) -> Question {
        Question {
            reference: self.invoice.reference.clone(),
            provider_invoice_id: self.invoice.provider_invoice_id.clone(),
            payment_id: Some(self.told.payment_id.clone()),
            now,
        }
    }
}

/// Takes due callbacks for this worker until `lease_until`, settles those that need no question, and gives the others.
///
/// # Errors
/// Those of the database.
pub(super) fn sort(
    tx: &mut Tx,
    acquirers: &HashMap<Provider, Acquirer>,
    lease_until: NaiveDateTime,
    limit: i64,
) -> Result<(usize, Vec<Due>)> {
    let ids = db::claim_callbacks(tx.conn, tx.now, lease_until, limit)?;
    let mut due = Vec::new();
    for claimed in store::callbacks(tx, &ids)? {
        let Some(acquirer) = acquirers.get(&claimed.provider) else {
            later(tx, &claimed, None, (Verdict::Unreachable, "the provider is switched off"))?;
            continue;
        };
        let told = acquirer.read(&claimed.callback);
        let invoice = find(tx, claimed.provider, told.as_ref())?;
        let judgement = rules::judge(told.as_ref(), invoice.as_ref(), acquirer.merchant());
        match (judgement, told, invoice) {
            (None, Some(told), Some(invoice)) if store::is_posted(tx, claimed.provider, &told.payment_id)? => {
                settle(tx, &claimed, Some(&invoice), (Verdict::Duplicate, "its money was booked before"))?;
            }
            (None, Some(told), Some(invoice)) => due.push(Due { claimed, told, invoice }),
            (judgement, _, invoice) => {
                let judgement = judgement.unwrap_or((Verdict::Forged, "it cannot be read"));
                settle(tx, &claimed, invoice.as_ref(), judgement)?;
            }
        }
    }
    Ok((ids.len(), due))
}

/// Acts on what the provider says: books the money, or looks again later. Gives the verdict; none when the lease ended
/// and another worker has the callback now.
///
/// # Errors
/// Those of the database and of the payment.
pub(super) fn heed(tx: &mut Tx, due: &Due, said: &std::result::Result<Said, Failure>) -> Result<Option<Verdict>> {
    let (claimed, invoice) = (&due.claimed, &due.invoice);
    if !store::hold(tx, claimed)? {
        return Ok(None);
    }
    let judgement = match said {
        Err(Failure::Away(reason)) => later(tx, claimed, Some(invoice), (Verdict::Unreachable, reason))?,
        Err(Failure::Refused(reason)) => later(tx, claimed, Some(invoice), (Verdict::NotPaid, reason))?,
        Ok(said) => match rules::judge_said(said, invoice) {
            Some(judgement @ (Verdict::NotPaid, _)) => later(tx, claimed, Some(invoice), judgement)?,
            Some(judgement) => settle(tx, claimed, Some(invoice), judgement)?,
            None if post(tx, invoice, &due.told.payment_id)? => {
                settle(tx, claimed, Some(invoice), (Verdict::Paid, "booked"))?
            }
            None => settle(tx, claimed, Some(invoice), (Verdict::Duplicate, "its money was booked before"))?,
        },
    };
    Ok(Some(judgement))
}

/// Nothing more will come of it.
fn settle(tx: &mut Tx, claimed: &Claimed, invoice: Option<&Invoice>, judgement: (Verdict, &str)) -> Result<Verdict> {
    write(tx, claimed, invoice, judgement, None)
}

/// It is looked at again, unless that makes no sense any more.
fn later(tx: &mut Tx, claimed: &Claimed, invoice: Option<&Invoice>, judgement: (Verdict, &str)) -> Result<Verdict> {
    let next_attempt_at = rules::next_look(judgement.0, claimed.attempts).map(|pause| tx.now + pause);
    write(tx, claimed, invoice, judgement, next_attempt_at)
}

fn write(
    tx: &mut Tx,
    claimed: &Claimed,
    invoice: Option<&Invoice>,
    (verdict, reason): (Verdict, &str),
    next_attempt_at: Option<NaiveDateTime>,
) -> Result<Verdict> {
    let invoice_id = invoice.map(|invoice| &invoice.id);
    store::mark(tx, claimed, &Mark { verdict, reason, invoice: invoice_id, next_attempt_at })?;
    // The same word again, after one more look in vain, is no news.
    if verdict != claimed.verdict {
        let object = invoice.map_or(claimed.provider.as_str(), |invoice| invoice.order_code.as_str());
        let detail =
            json!({"provider": claimed.provider, "callback": claimed.id, "invoice": invoice_id, "reason": reason});
        audit::record(tx, &format!("acquiring.{verdict}"), object, detail)?;
    }
    Ok(verdict)
}

/// Puts a callback back that could not be worked on, for reasons of our own.
///
/// # Errors
/// Those of the database.
pub(super) fn put_back(tx: &mut Tx, due: &Due, reason: &str) -> Result<()> {
    if store::hold(tx, &due.claimed)? {
        let verdict = (due.claimed.verdict, reason);
        let next_attempt_at = rules::next_look(Verdict::Unreachable, due.claimed.attempts).map(|pause| tx.now + pause);
        write(tx, &due.claimed, Some(&due.invoice), verdict, next_attempt_at)?;
    }
    Ok(())
}
