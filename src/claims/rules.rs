//! What makes a claim suspicious. Flags refuse nothing: a person looks, and says why all the same.

use chrono::TimeDelta;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Claim, State};
use crate::ids::{ClaimId, PaymentId};
use crate::payments::{Method, Payment};
use crate::photos::{self, Photo};

words! {
    /// What is suspicious about a claim.
    FlagKind as TransferClaimFlagKind {
        /// Another claim shows the same file, or the same sum and a picture that looks the same.
        SamePhoto = "same_photo",
        /// Another claim names the same number of the bank.
        SameReference = "same_reference",
        /// Another claim names the same sum at about the same time.
        SameAmountAndTime = "same_amount_and_time",
        /// It is more than the customer owes.
        MoreThanDue = "more_than_due",
        /// The order has a payment that may be this very transfer.
        AlreadyPaid = "already_paid",
    }
}

/// Something suspicious, and what it collides with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TransferClaimFlag)]
pub struct Flag {
    /// What.
    pub kind: FlagKind,
    /// The latest other claim that it is about.
    pub claim_id: Option<ClaimId>,
    /// The order of that claim.
    pub order_code: Option<String>,
    /// The payment that it is about.
    pub payment_id: Option<PaymentId>,
}

/// Times that people type for one transfer lie this near to each other.
const SAME_TIME: TimeDelta = TimeDelta::minutes(10);
/// A transfer is recorded this long before the claimed time, at most: claims are typed from memory ...
const RECORDED_BEFORE: TimeDelta = TimeDelta::days(1);
/// ... and this long after it.
const RECORDED_AFTER: TimeDelta = TimeDelta::days(7);
/// A shorter number of the bank tells nothing.
const LEAST_REFERENCE: usize = 4;

/// A claim in the form in which it is compared.
pub struct Case<'a> {
    pub claim: &'a Claim,
    pub photo: Option<&'a Photo>,
    /// The sum claimed and, on approval, the one that the bank shows, tyiyn.
    pub amounts_tyiyn: &'a [i64],
    /// The numbers of the bank, as they are compared.
    pub references: &'a [String],
    /// What the customer owes, tyiyn.
    pub balance_tyiyn: i64,
}

/// Another claim, with its photo.
pub struct Rival {
    pub claim: Claim,
    pub photo: Option<Photo>,
}

/// Letters and digits alone, so that spaces, dashes and case do not make another number; `None` when too few are left.
pub fn reference_key(reference: &str) -> Option<String> {
    let key: String = reference.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    (key.chars().count() >= LEAST_REFERENCE).then_some(key)
}

/// The flags of a claim; `rivals` with the latest first, `payments` of its order.
pub fn flags(case: &Case, rivals: &[Rival], payments: &[Payment]) -> Vec<Flag> {
    let mut flags = Vec::new();
    // Whoever was rejected may try again with a better picture; on another order it is suspicious all the same.
    let matters = |rival: &&Rival| {
        rival.claim.id != case.claim.id
            && (rival.claim.state != State::Rejected || rival.claim.order_code != case.claim.order_code)
    };
    for (kind, collides) in [
        (FlagKind::SamePhoto, has_same_photo as fn(&Case, &Rival) -> bool),
        (FlagKind::SameReference, has_same_reference),
        (FlagKind::SameAmountAndTime, has_same_amount_and_time),
    ] {
        flags.extend(rivals.iter().filter(matters).find(|rival| collides(case, rival)).map(|rival| Flag {
            kind,
            claim_id: Some(rival.claim.id.clone()),
            order_code: Some(rival.claim.order_code.clone()),
            payment_id: rival.claim.payment_id.clone(),
        }));
    }
    let plain = |kind, payment_id| Flag { kind, claim_id: None, order_code: None, payment_id };
    if case.amounts_tyiyn.last().is_some_and(|amount| *amount > case.balance_tyiyn.max(0)) {
        flags.push(plain(FlagKind::MoreThanDue, None));
    }
    if let Some(payment) = payments.iter().rev().find(|payment| may_be_it(case, payment)) {
        flags.push(plain(FlagKind::AlreadyPaid, Some(payment.id.clone())));
    }
    flags
}

/// The same file proves it. A picture that only looks the same does not, because receipts of one bank look alike; but
/// the picture names the sum, so two of them for one sum are worth a look.
fn has_same_photo(case: &Case, rival: &Rival) -> bool {
    let (Some(own), Some(other)) = (case.photo, &rival.photo) else { return false };
    own.sha256 == other.sha256 || (has_same_amount(case, rival) && photos::look_alike(own, other))
}

fn has_same_amount(case: &Case, rival: &Rival) -> bool {
    let others = [Some(rival.claim.amount_tyiyn), rival.claim.approved_tyiyn];
    case.amounts_tyiyn.iter().any(|amount| others.contains(&Some(*amount)))
}

fn has_same_reference(case: &Case, rival: &Rival) -> bool {
    rival.claim.reference_key.as_ref().is_some_and(|key| case.references.contains(key))
}

fn has_same_amount_and_time(case: &Case, rival: &Rival) -> bool {
    has_same_amount(case, rival) && (case.claim.paid_at - rival.claim.paid_at).abs() <= SAME_TIME
}

fn may_be_it(case: &Case, payment: &Payment) -> bool {
    let is_named =
        payment.reference.as_deref().and_then(reference_key).is_some_and(|key| case.references.contains(&key));
    let is_near = (-RECORDED_BEFORE..=RECORDED_AFTER).contains(&(payment.at - case.claim.paid_at));
    payment.method != Method::Cash && (is_named || (is_near && case.amounts_tyiyn.contains(&payment.amount_tyiyn)))
}

/// The beginning of a text, for where each sign costs.
pub fn shortened(text: &str, most_characters: usize) -> String {
    if text.chars().count() <= most_characters {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most_characters.saturating_sub(3)).collect();
    format!("{}...", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_the_bank_is_compared_without_its_dress() {
        assert_eq!(reference_key("mb 4711-22"), Some("MB471122".to_owned()));
        assert_eq!(reference_key("№ 4711.22/mb"), Some("471122MB".to_owned()));
        assert_eq!(reference_key("чек 12"), Some("ЧЕК12".to_owned()));
        assert_eq!(reference_key("12 3"), None);
    }

    #[test]
    fn a_long_reason_ends_in_dots() {
        assert_eq!(shortened("нет в выписке", 13), "нет в выписке");
        assert_eq!(shortened("нет в выписке банка", 13), "нет в выпи...");
        assert_eq!(shortened("нет в выписке", 9), "нет в...");
    }
}
