//! What a callback is worth, and when to look again.

use chrono::TimeDelta;

use super::adapter::{Reaction, Said, Told};
use super::store::Invoice;
use super::{Provider, Verdict};

/// Pause after the first look in vain; each further one is twice as long.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(30);
/// No pause is longer.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);
/// Looks at a payment that the provider calls paid in its callback and unpaid when asked: about two hours.
const MOST_LOOKS: i32 = 8;
/// The only currency that customers pay in.
const SOM: &str = "KGS";

/// A verdict with its reason in a few words.
pub type Judgement = (Verdict, &'static str);

/// Judges what a callback says before the provider is asked; `None` is: ask.
pub fn judge(told: Option<&Told>, invoice: Option<&Invoice>, merchant: &str) -> Option<Judgement> {
    let Some(told) = told else {
        return Some((Verdict::Forged, "the signature is wrong, or the message cannot be read"));
    };
    if told.merchant.as_ref().is_some_and(|named| named != merchant) {
        return Some((Verdict::ForeignMerchant, "it is about another merchant's money"));
    }
    let Some(invoice) = invoice else {
        return Some((Verdict::UnknownInvoice, "it is about an invoice that is not ours"));
    };
    if !told.is_paid {
        return Some((Verdict::NotPaid, "the provider says that no money came"));
    }
    let is_som = told.currency.as_ref().is_none_or(|currency| currency == SOM);
    if told.amount_tyiyn != Some(invoice.amount_tyiyn) || !is_som {
        return Some((Verdict::WrongAmount, "the sum is not that of the invoice"));
    }
    None
}

/// Judges what the provider says when asked; `None` is: the money is here.
pub fn judge_said(said: &Said, invoice: &Invoice) -> Option<Judgement> {
    if said.reference.as_ref().is_some_and(|named| *named != invoice.reference) {
        return Some((Verdict::UnknownInvoice, "asked back, the provider names another invoice"));
    }
    let is_sum = said.amount_tyiyn.is_none_or(|sum| sum == invoice.amount_tyiyn);
    if !is_sum || said.currency.as_ref().is_some_and(|currency| currency != SOM) {
        return Some((Verdict::WrongAmount, "asked back, the provider names another sum"));
    }
    (!said.is_paid).then_some((Verdict::NotPaid, "asked back, the provider says that no money came"))
}

/// What to answer to a callback that was just stored. Money is only sent back when it was meant for an order of ours
/// and does not fit, and only when the provider offers that.
pub fn react(told: Option<&Told>, judgement: Option<Judgement>) -> Reaction {
    let can_reject = told.is_some_and(|told| told.can_reject && told.is_paid);
    match judgement.map(|(verdict, _)| verdict) {
        None | Some(Verdict::NotPaid) => Reaction::Accept,
        Some(Verdict::Forged) => Reaction::Ignore,
        Some(Verdict::WrongAmount | Verdict::UnknownInvoice) if can_reject => Reaction::Reject,
        Some(_) => Reaction::Fail,
    }
}

/// How long to wait before the next look; `None` when it makes no sense any more. A provider that is away is asked for
/// ever, for the money may be there.
pub fn next_look(verdict: Verdict, looks: i32) -> Option<TimeDelta> {
    if verdict != Verdict::Unreachable && looks >= MOST_LOOKS {
        return None;
    }
    let doublings = u32::try_from(looks - 1).unwrap_or(0).min(16);
    Some(FIRST_PAUSE.checked_mul(1 << doublings).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE))
}

/// The fact outside that a payment is, for ever: `freedom_pay:987654`.
pub fn source(provider: Provider, payment_key: &str) -> String {
    format!("{provider}:{payment_key}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acquirers::InvoiceState;
    use crate::ids::{AcquirerInvoiceId, OrderId};

    fn invoice() -> Invoice {
        Invoice {
            id: AcquirerInvoiceId::new(),
            provider: Provider::FreedomPay,
            order_id: OrderId::new(),
            order_code: "TG-7K4M9-2QX8C-5".to_owned(),
            reference: "ours".to_owned(),
            amount_tyiyn: 100,
            state: InvoiceState::Open,
            provider_invoice_id: None,
            pay_url: None,
            error: None,
            created_at: chrono::DateTime::UNIX_EPOCH.naive_utc(),
            paid_at: None,
            actor: "cashier".to_owned(),
        }
    }

    fn told() -> Told {
        Told {
            reference: "ours".to_owned(),
            payment_id: "1".to_owned(),
            merchant: Some("m".to_owned()),
            amount_tyiyn: Some(100),
            currency: Some("KGS".to_owned()),
            is_paid: true,
            can_reject: true,
        }
    }

    #[test]
    fn each_fault_has_its_verdict_and_its_answer() {
        let word = |text: &str| Some(text.to_owned());
        for (told, verdict, reaction) in [
            (told(), None, Reaction::Accept),
            (Told { merchant: None, currency: None, ..told() }, None, Reaction::Accept),
            (Told { merchant: word("x"), ..told() }, Some(Verdict::ForeignMerchant), Reaction::Fail),
            (Told { is_paid: false, ..told() }, Some(Verdict::NotPaid), Reaction::Accept),
            (Told { amount_tyiyn: Some(99), ..told() }, Some(Verdict::WrongAmount), Reaction::Reject),
            (Told { amount_tyiyn: None, ..told() }, Some(Verdict::WrongAmount), Reaction::Reject),
            (Told { currency: word("USD"), ..told() }, Some(Verdict::WrongAmount), Reaction::Reject),
            (Told { amount_tyiyn: Some(99), can_reject: false, ..told() }, Some(Verdict::WrongAmount), Reaction::Fail),
        ] {
            let judgement = judge(Some(&told), Some(&invoice()), "m");
            assert_eq!(judgement.map(|(verdict, _)| verdict), verdict, "{told:?}");
            assert_eq!(react(Some(&told), judgement), reaction, "{told:?}");
        }
        let unknown = judge(Some(&told()), None, "m");
        assert_eq!(react(Some(&told()), unknown), Reaction::Reject);
        assert_eq!(react(None, judge(None, None, "m")), Reaction::Ignore);
    }

    #[test]
    fn what_the_provider_names_when_asked_must_be_ours() {
        let paid = Said { is_paid: true, ..Said::default() };
        let verdict = |said: &Said| judge_said(said, &invoice()).map(|(verdict, _)| verdict);
        assert_eq!(verdict(&paid), None);
        assert_eq!(
            verdict(&Said { amount_tyiyn: Some(100), reference: Some("ours".to_owned()), ..paid.clone() }),
            None
        );
        assert_eq!(verdict(&Said { amount_tyiyn: Some(99), ..paid.clone() }), Some(Verdict::WrongAmount));
        assert_eq!(verdict(&Said { currency: Some("KZT".to_owned()), ..paid.clone() }), Some(Verdict::WrongAmount));
        assert_eq!(verdict(&Said { reference: Some("x".to_owned()), ..paid }), Some(Verdict::UnknownInvoice));
        assert_eq!(verdict(&Said::default()), Some(Verdict::NotPaid));
    }

    #[test]
    fn a_provider_that_is_away_is_asked_for_ever() {
        let seconds = |verdict, looks| next_look(verdict, looks).map(|pause| pause.num_seconds());
        assert_eq!(
            [1, 2, 7, 8, 1_000_000].map(|looks| seconds(Verdict::Unreachable, looks)),
            [30, 60, 1920, 3600, 3600].map(Some)
        );
        assert_eq!([1, 7, 8].map(|looks| seconds(Verdict::NotPaid, looks)), [Some(30), Some(1920), None]);
    }
}
