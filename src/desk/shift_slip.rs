//! A cash shift on paper: the X report of an open drawer, the Z report of a closed one.

use super::shifts::ShiftView;
use crate::branches::Branch;
use crate::money::Money;
use crate::payments::Method;
use crate::print::Slip;
use crate::texts::{self, Arg, Lang};

/// The report, to be signed and kept.
pub(super) fn slip(shift: &ShiftView, branch: &Branch, firm: &str, lang: Lang) -> Slip {
    let t = |key: &str| texts::text(lang, key, &[]);
    let heading =
        texts::text(lang, "shift-report", &[("report", Arg::from(shift.report)), ("number", Arg::Num(shift.number))]);
    let mut slip = Slip::new(&heading)
        .title(firm)
        .centred(&format!("{}, {}", branch.city, branch.address))
        .rule()
        .heading(&heading)
        .pair(&t("shift-cashier"), &shift.cashier)
        .pair(&t("shift-till"), &shift.till)
        .pair(&t("shift-opened"), &texts::datetime(lang, shift.opened_at));
    if let Some(at) = shift.closed_at {
        slip = slip.pair(&t("shift-closed"), &texts::datetime(lang, at));
    }
    slip = slip.rule();
    for taken in &shift.taken {
        slip = slip.pair(&format!("{} × {}", t(method_key(taken.method)), taken.payments), &sum(taken.amount));
    }
    slip = slip.rule().line(&t("shift-drawer"));
    for (key, amount, sign) in [
        ("shift-opening", shift.opening, ""),
        ("shift-cash-in", shift.cash_in, "+"),
        ("shift-cash-out", shift.cash_out, "−"),
        ("shift-moved-in", shift.moved_in, "+"),
        ("shift-moved-out", shift.moved_out, "−"),
    ] {
        if amount.amount != 0 || sign.is_empty() {
            slip = slip.pair(&t(key), &format!("{sign}{}", sum(amount)));
        }
    }
    slip = slip.total(&t("shift-expected"), &sum(shift.expected));
    outcome(slip, shift, lang).rule().space().line(&t("shift-signature")).space().rule()
}

/// What was counted, and what is too much or missing.
fn outcome(mut slip: Slip, shift: &ShiftView, lang: Lang) -> Slip {
    let t = |key: &str| texts::text(lang, key, &[]);
    for (value_tyiyn, pieces) in shift.pieces.iter().flatten() {
        slip = slip.pair(&format!("{} × {pieces}", texts::som(*value_tyiyn)), &texts::som_exact(value_tyiyn * pieces));
    }
    if let Some(counted) = shift.counted {
        slip = slip.pair(&t("shift-counted"), &sum(counted));
    }
    if let Some(difference) = shift.difference.filter(|difference| difference.amount != 0) {
        slip = slip.pair(&t("shift-difference"), &sum(difference));
    }
    slip = slip.small(&shift.summary);
    shift.explanation.iter().fold(slip, |slip, explanation| slip.small(explanation))
}

fn sum(amount: Money) -> String {
    texts::som_exact(amount.amount)
}

fn method_key(method: Method) -> &'static str {
    match method {
        Method::Cash => "receipt-method-cash",
        Method::BankTransfer => "receipt-method-bank-transfer",
        Method::EWallet => "receipt-method-e-wallet",
    }
}
