//! The act on paper, with room for two signatures.

use super::{Act, HandOver, Taken};
use crate::print::Slip;
use crate::proofs::Proof;
use crate::texts::{self, Arg, Lang};

/// The act in one language.
pub(super) fn of(act: &Act, lang: Lang) -> Slip {
    let t = |key: &str| texts::text(lang, key, &[]);
    let mut slip = Slip::new(&format!("{} {}", t("act-title"), act.order_code)).title(&act.firm);
    slip = place(act).iter().fold(slip, |slip, line| slip.centred(line));
    slip = slip
        .rule()
        .heading(&t("act-title"))
        .heading(&act.order_code)
        .space()
        .total(&t("receipt-client"), &act.client_code)
        .pair(&t("act-customer"), &act.customer);
    slip = act.hand_overs.iter().fold(slip, |slip, given| hand_over(slip.rule(), given, act, lang));
    let count = i64::try_from(act.parcels().count()).unwrap_or(i64::MAX);
    slip = slip
        .rule()
        .pair(&texts::text(lang, "act-parcels", &[("count", Arg::Num(count))]), &weight(lang, act.weight_g()))
        .total(&t("act-paid"), &texts::som_exact(act.paid_tyiyn));
    if act.storage_tyiyn != 0 {
        slip = slip.pair(&t("act-storage"), &texts::som_exact(act.storage_tyiyn));
    }
    if act.balance_tyiyn != 0 {
        let key = if act.balance_tyiyn < 0 { "receipt-credit" } else { "receipt-left" };
        slip = slip.pair(&t(key), &texts::som_exact(act.balance_tyiyn.saturating_abs()));
    }
    if act.remaining > 0 {
        let remaining = i64::try_from(act.remaining).unwrap_or(i64::MAX);
        slip = slip.stamp(&texts::text(lang, "act-remaining", &[("count", Arg::Num(remaining))]));
    }
    slip = slip.space().centred(&t("act-words")).space();
    for key in ["act-signature-gave", "act-signature-took"] {
        slip = slip.space().line(&t(key)).space().space().rule();
    }
    slip.small(&t("footer-time"))
}

fn place(act: &Act) -> Vec<String> {
    let branch = &act.branch;
    let address = format!("{}, {}", branch.city, branch.address);
    let name = Some(&branch.name).filter(|name| **name != branch.city).cloned();
    name.into_iter().chain([address, branch.phone.clone()]).filter(|line| !line.is_empty()).collect()
}

/// When, from whom to whom, and each parcel with its weight.
fn hand_over(slip: Slip, given: &HandOver, act: &Act, lang: Lang) -> Slip {
    let t = |key: &str| texts::text(lang, key, &[]);
    let slip = slip
        .pair(&t("act-date"), &texts::datetime(lang, given.at.and_utc()))
        .pair(&t("act-by"), &given.by)
        .pair(&t("act-received-by"), given.received_by.as_ref().unwrap_or(&act.customer));
    let slip = match given.proof {
        Some(Proof::PhoneLast4) => slip.pair(&t("act-proof"), &t("act-proof-phone-last4")),
        Some(Proof::Pin) => slip.pair(&t("act-proof"), &t("act-proof-pin")),
        None => slip,
    };
    let slip = given.document.iter().fold(slip, |slip, document| slip.pair(&t("act-document"), document)).space();
    given.parcels.iter().fold(slip, |slip, parcel| taken(slip, parcel, lang))
}

fn taken(slip: Slip, parcel: &Taken, lang: Lang) -> Slip {
    let weight = parcel.weight_g.map_or_else(|| "—".to_owned(), |weight_g| weight(lang, weight_g));
    let slip = slip.pair(&parcel.barcode, &weight);
    parcel.tracking_number.iter().fold(slip, |slip, number| slip.line(number))
}

fn weight(lang: Lang, weight_g: i64) -> String {
    let kilograms = texts::kilograms(lang, weight_g);
    texts::text(lang, "act-weight", &[("weight", Arg::from(&kilograms))])
}
