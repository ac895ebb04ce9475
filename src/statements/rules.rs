//! What is proposed for a line: which order it pays, and how well.

use chrono::NaiveDate;

use super::Stored;
use crate::client_code::ClientCode;
use crate::code::OrderCode;
use crate::payments::{Method, Payment};
use crate::texts::som;

words! {
    /// How a sum fits what is owed.
    Fit {
        /// To the tyiyn.
        Exact = "exact",
        /// Less is paid than owed.
        Part = "part",
        /// More is paid than owed; the rest becomes credit.
        More = "more",
    }
}

/// Compares a sum with a balance, positive when the customer owes.
pub fn fit(amount_tyiyn: i64, balance_tyiyn: i64) -> Fit {
    match amount_tyiyn.cmp(&balance_tyiyn) {
        std::cmp::Ordering::Equal => Fit::Exact,
        std::cmp::Ordering::Less => Fit::Part,
        std::cmp::Ordering::Greater => Fit::More,
    }
}

/// Days that a payment may be recorded before the bank counts it: over a long weekend ...
const RECORDED_BEFORE_DAYS: i64 = 4;
/// ... and after it.
const RECORDED_AFTER_DAYS: i64 = 7;

/// Whether a payment may be the money of this line: the same sum, not in cash, not given back, at about the same time.
pub fn may_be_it(line: &Stored, payment: &Payment, recorded_on: NaiveDate) -> bool {
    let later = line.day.map(|day| (recorded_on - day).num_days());
    payment.method != Method::Cash
        && Some(payment.amount_tyiyn) == line.amount_tyiyn
        && payment.refunded_tyiyn < payment.amount_tyiyn
        && later.is_none_or(|days| (-RECORDED_BEFORE_DAYS..=RECORDED_AFTER_DAYS).contains(&days))
}

/// The proposal as a sentence.
pub fn sentence(code: &str, amount_tyiyn: i64, balance_tyiyn: i64) -> String {
    let rest = som((balance_tyiyn - amount_tyiyn).abs());
    match fit(amount_tyiyn, balance_tyiyn) {
        Fit::Exact => format!("{code} owes exactly this."),
        Fit::Part => format!("{code} owes {} som; {rest} som stay due.", som(balance_tyiyn)),
        Fit::More if balance_tyiyn > 0 => format!("{code} owes {} som; {rest} som become credit.", som(balance_tyiyn)),
        Fit::More => format!("{code} owes nothing; all of it becomes credit."),
    }
}

/// What the purpose of a line leads to: the codes in it, and which of them are orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// One order.
    Order(String),
    /// None, or more than one: why a person has to decide.
    Unclear(String),
}

/// Judges the codes of a purpose; `known` are those of which there is an order.
pub fn named(codes: &[OrderCode], known: &[String], client: Option<&ClientCode>) -> Named {
    let why = match (known, codes) {
        ([order], _) => return Named::Order(order.clone()),
        ([_, _, ..], _) => format!("The purpose names several orders: {}.", known.join(", ")),
        ([], [code, ..]) => format!("The purpose names {code}, but there is no such order."),
        ([], []) => "There is no order code in the purpose.".to_owned(),
    };
    Named::Unclear(match client {
        Some(client) => format!("{why} It names the client {client}."),
        None => why,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proposal_says_what_would_become_of_the_money() {
        for (amount, balance, meant, said) in [
            (100_000, 100_000, Fit::Exact, "TG owes exactly this."),
            (75_000, 100_000, Fit::Part, "TG owes 1 000 som; 250 som stay due."),
            (100_050, 100_000, Fit::More, "TG owes 1 000 som; 0,50 som become credit."),
            (5, 0, Fit::More, "TG owes nothing; all of it becomes credit."),
            (5, -7, Fit::More, "TG owes nothing; all of it becomes credit."),
        ] {
            assert_eq!((fit(amount, balance), sentence("TG", amount, balance).as_str()), (meant, said));
        }
    }

    #[test]
    fn only_one_order_is_proposed() {
        let codes = [OrderCode::generate("TG"), OrderCode::generate("TG")];
        let names: Vec<String> = codes.iter().map(ToString::to_string).collect();
        assert_eq!(named(&codes, &names[..1], None), Named::Order(names[0].clone()));
        let unclear = |codes: &[OrderCode], known: &[String], client| match named(codes, known, client) {
            Named::Unclear(why) => why,
            Named::Order(code) => panic!("{code}"),
        };
        assert_eq!(
            unclear(&codes, &names, None),
            format!("The purpose names several orders: {}, {}.", names[0], names[1])
        );
        assert_eq!(
            unclear(&codes[..1], &[], None),
            format!("The purpose names {}, but there is no such order.", names[0])
        );
        let client = ClientCode::new("KG", 10_427);
        assert_eq!(
            unclear(&[], &[], Some(&client)),
            "There is no order code in the purpose. It names the client KG-10427."
        );
    }
}
