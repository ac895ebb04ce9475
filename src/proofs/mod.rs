//! The second fact at hand-over: who knows the order code may have found the receipt, so they prove that they are told.

mod rules;
mod store;

use sha2::{Digest, Sha256};

use crate::audit;
use crate::code::OrderCode;
use crate::config::HandOverProof;
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::ids::OrderId;
use crate::orders::{self, Order};

pub use rules::{Given, PIN_DIGITS, Proof};

/// A PIN for orders that are told of together, where the firm wants one: it goes into their message and nowhere else.
/// Only its hash is kept, and an earlier one no longer counts.
///
/// # Errors
/// Those of the database.
pub fn assign<'a>(tx: &mut Tx, orders: impl IntoIterator<Item = &'a OrderId>) -> Result<Option<String>> {
    if tx.firm.hand_over_proof != HandOverProof::Pin {
        return Ok(None);
    }
    let pin = rules::pin(&mut rand::rng());
    for order in orders {
        store::set_pin(tx, order, &hash(order, &pin))?;
    }
    Ok(Some(pin))
}

/// The same PIN looks different for every order.
fn hash(order: &OrderId, pin: &str) -> String {
    let digest = Sha256::new().chain_update(order.as_str()).chain_update([0]).chain_update(pin).finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Looks at what somebody at the desk said: the proof, if it fits, or the refusal. A wrong try is counted, so that it
/// must be committed although the hand-over is refused.
///
/// # Errors
/// `not_found`.
pub fn check(tx: &mut Tx, code: &OrderCode, given: &Given) -> Result<std::result::Result<Proof, Problem>> {
    let order = orders::find(tx, code)?;
    let store::Known { pin_hash, wrong_tries } = store::lock(tx, &order.id)?;
    if wrong_tries >= rules::MOST_WRONG_TRIES {
        return Ok(Err(blocked(&order)));
    }
    let fits_pin = given.pin.as_ref().map(|pin| pin_hash.as_deref() == Some(&hash(&order.id, pin)));
    let fits_phone = given.phone_last4.as_ref().map(|last4| last4.len() == 4 && order.phone.ends_with(last4));
    if let Some(proof) = rules::judge(fits_phone, fits_pin) {
        return Ok(Ok(proof));
    }
    store::count_wrong_try(tx, &order.id)?;
    let tries_left = rules::MOST_WRONG_TRIES - wrong_tries - 1;
    audit::record(tx, "order.proof_wrong", &order.code, serde_json::json!({"tries_left": tries_left}))?;
    let detail = format!("What was said does not fit order {}.", order.code);
    Ok(Err(Problem::new(Slug::WrongProof, detail).with("tries_left", tries_left)))
}

fn blocked(order: &Order) -> Problem {
    Problem::new(
        Slug::ProofBlocked,
        format!(
            "The proof of order {} was wrong {} times; only an admin hands it over.",
            order.code,
            rules::MOST_WRONG_TRIES
        ),
    )
}

/// Refuses a hand-over without the proof that the firm wants. A PIN serves where the end of the phone is asked for, and
/// the other way round only for an order that was told before there were PINs.
///
/// # Errors
/// `proof_required`.
pub fn refuse_unproven(tx: &mut Tx, order: &Order, proof: Option<Proof>) -> Result<()> {
    let has_pin = store::of_order(tx, &order.id)?.is_some_and(|known| known.pin_hash.is_some());
    let wanted = match tx.firm.hand_over_proof {
        HandOverProof::None => None,
        HandOverProof::PhoneLast4 => Some(Proof::PhoneLast4),
        HandOverProof::Pin => Some(Proof::Pin),
    };
    let Some(required) = rules::required(wanted, has_pin, proof) else { return Ok(()) };
    Problem::new(Slug::ProofRequired, format!("Order {} is handed over to whoever knows its {required}.", order.code))
        .with("required", required.as_str())
        .fail()
}
