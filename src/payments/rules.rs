//! How much of a payment can go back.

use super::Payment;

/// What is left of a payment: neither given back nor kept for the customer, tyiyn.
pub fn left(payment: &Payment) -> i64 {
    payment.amount_tyiyn - payment.refunded_tyiyn - payment.kept_tyiyn
}

/// The sum refunded after giving back `amount_tyiyn` more; `None` when that is nothing, or more than is left.
pub fn refunded_after(payment: &Payment, amount_tyiyn: i64) -> Option<i64> {
    (amount_tyiyn > 0 && amount_tyiyn <= left(payment)).then_some(payment.refunded_tyiyn + amount_tyiyn)
}
