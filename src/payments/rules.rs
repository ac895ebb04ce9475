//! How much of a payment can go back.

use super::Payment;

/// The sum refunded after giving back `amount_tyiyn` more; `None` when that is nothing, or more than is left.
pub fn refunded_after(payment: &Payment, amount_tyiyn: i64) -> Option<i64> {
    let refunded = payment.refunded_tyiyn.checked_add(amount_tyiyn)?;
    (amount_tyiyn > 0 && refunded <= payment.amount_tyiyn).then_some(refunded)
}
