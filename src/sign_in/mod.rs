//! Customers sign in with their phone: a one-time code proves that it is theirs, and a session remembers that.
//!
//! A phone that was never seen before may sign in, too: who wants to forward needs a client code before the first order.
//! So nobody learns here whether a phone is a customer's. What a short message costs is bounded by phone, hour and day,
//! and it goes to Kyrgyz mobiles alone; the address of an e-mail proves nothing, because anybody may have typed it.

pub mod http;
mod rules;
mod store;

use chrono::TimeDelta;

use crate::audit;
use crate::customers::{self, Person};
use crate::db::Tx;
use crate::error::Result;
use crate::ids::{Actor, CustomerId, CustomerSessionId};
use crate::notifications::{self, Fact, Occasion, Recipient};
use crate::phone::Phone;
use crate::tallies::{self, Cap};
use crate::texts::Lang;
use crate::tokens::RefreshToken;

/// What a seal of a code is for.
const PURPOSE: &str = "one-time code";

/// Sends a code to a phone, unless it was sent one a moment ago or too many were sent. Whoever asked is told the same in
/// all cases.
///
/// # Errors
/// Those of the database.
pub fn send(tx: &mut Tx, phone: &Phone, language: Lang, code: &str, seal: &str) -> Result<()> {
    if !phone.is_kyrgyz_mobile() {
        return Ok(());
    }
    let last_sent_at = store::lock_code(tx, phone.as_str())?;
    if tx.now < last_sent_at + rules::RESEND_AFTER || !is_within_caps(tx, phone)? {
        return Ok(());
    }
    store::set_code(tx, phone.as_str(), seal)?;
    let to = Recipient {
        order_id: None,
        name: String::new(),
        phone: phone.as_str().to_owned(),
        // Anybody can name an address beside somebody else's phone.
        email: None,
        language,
    };
    // The seal names the fact: another code is another message.
    let fact_id = seal.get(..32).unwrap_or(seal);
    notifications::enqueue(tx, &to, Occasion::OneTimeCode, fact_id, &[("code", Fact::Secret(Some(code.to_owned())))])
}

fn is_within_caps(tx: &mut Tx, phone: &Phone) -> Result<bool> {
    let caps = &tx.firm.visitors;
    let cap = |most, hours| Cap { most, within: TimeDelta::hours(hours) };
    for (what, who, cap) in [
        ("code_of_phone_in_hour", phone.as_str(), cap(caps.codes_per_phone_hour, 1)),
        ("code_of_phone_in_day", phone.as_str(), cap(caps.codes_per_phone_day, 24)),
        ("code_of_firm_in_day", "", cap(caps.codes_per_day, 24)),
    ] {
        if !tallies::take(tx, what, who, cap)? {
            metrics::counter!("sign_in_codes_refused_total", "cap" => what).increment(1);
            if who.is_empty() {
                tracing::error!(
                    most = cap.most,
                    "the one-time codes of this day are used up: somebody may be pumping messages"
                );
            }
            return Ok(false);
        }
    }
    Ok(true)
}

/// Compares what was typed with the code of a phone, at most five times, and opens a session when it fits: the customer
/// of the phone, made when new. A wrong try is counted, so that it must be committed.
///
/// # Errors
/// Those of the database.
pub fn verify(
    tx: &mut Tx,
    phone: &Phone,
    language: Lang,
    fits: impl Fn(&str) -> bool,
    token: &RefreshToken,
) -> Result<bool> {
    let seal = store::try_code(tx, phone.as_str())?;
    if !seal.is_some_and(|seal| fits(&seal)) || !store::use_up(tx, phone.as_str())? {
        metrics::counter!("sign_in_wrong_codes_total").increment(1);
        return Ok(false);
    }
    let person = Person { name: String::new(), phone: phone.clone(), email: None, language };
    let customer = customers::find_or_make(tx, &person)?;
    let session = store::insert_session(tx, &customer.id, token)?;
    audit::record(tx, "customer.signed_in", &customer.client_code, serde_json::json!({"session": session}))?;
    Ok(true)
}

/// Who a token stands for now, and whether the end of their session is to be moved.
///
/// # Errors
/// Those of the database.
pub fn actor(tx: &mut Tx, token: &RefreshToken) -> Result<Option<(Actor, bool)>> {
    let Some(session) = store::session(tx, token)? else { return Ok(None) };
    let is_due = rules::is_to_be_prolonged(session.expires_at, tx.now);
    let actor = Actor::Customer { id: session.customer_id, client_code: session.client_code, session: session.id };
    Ok(Some((actor, is_due)))
}

/// Moves the end of a session that is used.
///
/// # Errors
/// Those of the database.
pub fn prolong(tx: &mut Tx, session: &CustomerSessionId) -> Result<()> {
    store::prolong(tx, session)
}

/// Ends the session that the actor is in, or all of theirs.
///
/// # Errors
/// Those of the database.
pub fn sign_out(tx: &mut Tx, is_everywhere: bool) -> Result<()> {
    let Actor::Customer { id, client_code, session } = tx.by else { return Ok(()) };
    if is_everywhere {
        store::end_all(tx, id)?;
    } else {
        store::end(tx, session)?;
    }
    audit::record(tx, "customer.signed_out", client_code, serde_json::json!({"everywhere": is_everywhere}))
}

/// Forgets the sessions of customers that are over; tells how many.
///
/// # Errors
/// Those of the database.
pub fn forget_ended(tx: &mut Tx) -> Result<usize> {
    store::delete_over(tx, tx.now)
}

/// Ends whatever a customer is signed in with, and forgets their phone.
///
/// # Errors
/// Those of the database.
pub fn forget(tx: &mut Tx, customer: &CustomerId, phone: &str) -> Result<()> {
    store::end_all(tx, customer)?;
    store::use_up(tx, phone)?;
    tallies::forget(tx, phone)
}

/// Ends every session of every customer: after a restore nobody knows which were ended before. Tells how many.
///
/// # Errors
/// Those of the database.
pub fn end_sessions(tx: &mut Tx) -> Result<usize> {
    store::end_everybodys(tx)
}

/// Makes every one-time code worth nothing. Tells how many there were.
///
/// # Errors
/// Those of the database.
pub fn withdraw_codes(tx: &mut Tx) -> Result<usize> {
    store::withdraw_codes(tx)
}
