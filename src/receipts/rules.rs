//! What the journals of an order say about one payment.

use chrono::NaiveDateTime;

use crate::ids::JournalId;
use crate::ledger::{Journal, Kind, Posting};

/// The order's account at the moment of a payment. By the ledger's zero sums,
/// `charged = paid_before + what this payment brought + balance_after`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// What was charged up to then, by account, in the order of the first charge; accounts that came to nothing are left out.
    pub lines: Vec<Line>,
    /// The sum of the lines, tyiyn.
    pub charged_tyiyn: i64,
    /// What had come in before, less what had gone back by then, tyiyn.
    pub paid_before_tyiyn: i64,
    /// What was owed before, tyiyn; negative is credit.
    pub balance_before_tyiyn: i64,
    /// What was owed after, tyiyn; negative is credit.
    pub balance_after_tyiyn: i64,
    /// What went back of this payment since, oldest first.
    pub refunds: Vec<Refund>,
}

impl Standing {
    /// How much of the payment went back, tyiyn.
    pub fn refunded_tyiyn(&self) -> i64 {
        self.refunds.iter().map(|refund| refund.amount_tyiyn).sum()
    }
}

/// What was charged on an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The account.
    pub account: String,
    /// How much, tyiyn.
    pub amount_tyiyn: i64,
}

/// Money that went back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// When.
    pub at: NaiveDateTime,
    /// Who gave it.
    pub actor: String,
    /// How much, tyiyn.
    pub amount_tyiyn: i64,
}

/// How things stood when `payment` was posted; `journals` are those of its order, oldest first.
pub fn standing(journals: &[(Journal, Vec<Posting>)], payment: &JournalId, receivable: &str) -> Standing {
    let until = journals.iter().position(|(journal, _)| journal.id == *payment).unwrap_or(journals.len());
    let mut standing = Standing::default();
    for (index, (journal, postings)) in journals.iter().enumerate() {
        if index > until {
            standing.refunds.extend(refund(journal, postings, payment, receivable));
            continue;
        }
        let owed = sum(postings, |account| account == receivable);
        standing.balance_after_tyiyn += owed;
        if index < until {
            standing.balance_before_tyiyn += owed;
            standing.paid_before_tyiyn += sum(postings, is_money);
        }
        for leg in postings.iter().filter(|leg| leg.account != receivable && !is_money(&leg.account)) {
            charge(&mut standing.lines, &leg.account, -leg.amount_tyiyn);
        }
    }
    standing.lines.retain(|line| line.amount_tyiyn != 0);
    standing.charged_tyiyn = standing.lines.iter().map(|line| line.amount_tyiyn).sum();
    standing
}

fn sum(postings: &[Posting], of: impl Fn(&str) -> bool) -> i64 {
    postings.iter().filter(|leg| of(&leg.account)).map(|leg| leg.amount_tyiyn).sum()
}

fn charge(lines: &mut Vec<Line>, account: &str, amount_tyiyn: i64) {
    match lines.iter_mut().find(|line| line.account == account) {
        Some(line) => line.amount_tyiyn += amount_tyiyn,
        None => lines.push(Line { account: account.to_owned(), amount_tyiyn }),
    }
}

fn refund(journal: &Journal, postings: &[Posting], payment: &JournalId, receivable: &str) -> Option<Refund> {
    if journal.kind != Kind::Refund || journal.reverses.as_ref() != Some(payment) {
        return None;
    }
    let amount_tyiyn = sum(postings, |account| account == receivable);
    Some(Refund { at: journal.at, actor: journal.actor.clone(), amount_tyiyn })
}

/// Whether an account is where money lies, ours or kept for the customer, and not what it is owed for.
fn is_money(account: &str) -> bool {
    matches!(head(account), "cash" | "bank" | "e_wallet" | "credit")
}

/// The kind of an account: its name up to the colon.
pub fn head(account: &str) -> &str {
    account.split(':').next().unwrap_or(account)
}

/// The branch in a receipt's number: `BISH` of `BISH-2026-000001`.
pub fn branch_code(receipt_no: &str) -> &str {
    receipt_no.rsplitn(3, '-').nth(2).unwrap_or(receipt_no)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::OrderId;

    fn journal(kind: Kind, reverses: Option<&JournalId>, legs: &[(&str, i64)]) -> (Journal, Vec<Posting>) {
        assert_eq!(legs.iter().map(|(_, amount)| amount).sum::<i64>(), 0);
        let id = JournalId::new();
        let postings = legs.iter().enumerate().map(|(position, (account, amount))| Posting {
            journal_id: id.clone(),
            position: position as i32,
            account: (*account).to_owned(),
            amount_tyiyn: *amount,
        });
        let postings = postings.collect();
        let at = "2026-05-25T09:00:00".parse().unwrap();
        let journal = Journal {
            id,
            order_id: Some(OrderId::new()),
            kind,
            idempotency_key: String::new(),
            reverses: reverses.cloned(),
            at,
            actor: "cashier".to_owned(),
        };
        (journal, postings)
    }

    #[test]
    fn every_payment_is_seen_at_its_own_moment() {
        let charge = journal(Kind::Charge, None, &[("receivable:A", 1000), ("goods", -900), ("service", -100)]);
        let first = journal(Kind::Payment, None, &[("cash:BISH", 700), ("receivable:A", -700)]);
        let back = journal(Kind::Refund, Some(&first.0.id), &[("receivable:A", 200), ("cash:BISH", -200)]);
        let freight = journal(Kind::Freight, None, &[("receivable:A", 333), ("freight", -333)]);
        let second = journal(Kind::Payment, None, &[("e_wallet:mbank", 900), ("receivable:A", -900)]);
        let (first_id, second_id) = (first.0.id.clone(), second.0.id.clone());
        let undone = journal(
            Kind::Cancellation,
            Some(&charge.0.id),
            &[("receivable:A", -1000), ("goods", 900), ("service", 100)],
        );
        let journals = [charge, first, back, freight, second, undone];

        let at_first = standing(&journals, &first_id, "receivable:A");
        assert_eq!((at_first.balance_before_tyiyn, at_first.balance_after_tyiyn), (1000, 300));
        assert_eq!((at_first.charged_tyiyn, at_first.paid_before_tyiyn), (1000, 0));
        assert_eq!((at_first.refunded_tyiyn(), at_first.refunds.len()), (200, 1));

        let at_second = standing(&journals, &second_id, "receivable:A");
        assert_eq!((at_second.balance_before_tyiyn, at_second.balance_after_tyiyn), (833, -67));
        assert_eq!((at_second.charged_tyiyn, at_second.paid_before_tyiyn), (1333, 500));
        assert_eq!(at_second.refunds, []);
        let lines: Vec<_> = at_second.lines.iter().map(|line| (line.account.as_str(), line.amount_tyiyn)).collect();
        assert_eq!(lines, [("goods", 900), ("service", 100), ("freight", 333)]);
    }

    #[test]
    fn what_was_taken_back_before_is_no_line_any_more() {
        let charge = journal(Kind::Charge, None, &[("receivable:A", 500), ("goods", -500)]);
        let undone = journal(Kind::Cancellation, Some(&charge.0.id), &[("receivable:A", -500), ("goods", 500)]);
        let late = journal(Kind::Payment, None, &[("bank", 40), ("receivable:A", -40)]);
        let id = late.0.id.clone();
        let standing = standing(&[charge, undone, late], &id, "receivable:A");
        assert_eq!((standing.lines.len(), standing.charged_tyiyn, standing.balance_after_tyiyn), (0, 0, -40));
    }

    #[test]
    fn the_branch_is_what_stands_before_the_year() {
        assert_eq!(branch_code("BISH-2026-000001"), "BISH");
        assert_eq!(branch_code("OSH-2-2026-000001"), "OSH-2");
    }
}
