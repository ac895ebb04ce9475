//! The words of a receipt in one language, the same for the page and for the slip.

use chrono::NaiveDateTime;

use super::{Receipt, rules};
use crate::ids::Actor;
use crate::payments::Method;
use crate::print::Slip;
use crate::texts::{self, Arg, Lang};

/// A name and a value.
pub(super) type Pair = (String, String);

/// What stands on a receipt, ready to be shown.
pub(super) struct Wording {
    pub firm: String,
    /// Where: the branch, its address, its phone.
    pub place: Vec<String>,
    pub title: String,
    pub number: String,
    pub facts: Vec<Pair>,
    pub charges_title: String,
    pub charges: Vec<Pair>,
    /// Sums of the charges and of what was paid before.
    pub sums: Vec<Pair>,
    pub paid: Pair,
    pub left: Pair,
    pub refunds_title: String,
    pub refunds: Vec<Pair>,
    /// In capitals, when money went back.
    pub stamp: Option<String>,
    pub track: String,
    pub track_url: String,
    pub small: Vec<String>,
}

impl Wording {
    pub fn of(receipt: &Receipt, lang: Lang) -> Self {
        let t = |key: &str| texts::text(lang, key, &[]);
        let Receipt { payment, standing, .. } = receipt;
        let mut sums = vec![(t("receipt-charged"), texts::som_exact(standing.charged_tyiyn))];
        if standing.paid_before_tyiyn != 0 {
            sums.push((t("receipt-paid-before"), texts::som_exact(standing.paid_before_tyiyn)));
        }
        let after = standing.balance_after_tyiyn;
        Self {
            firm: receipt.firm.clone(),
            place: place(receipt),
            title: t("receipt-title"),
            number: texts::text(lang, "receipt-number", &[("number", Arg::from(&payment.receipt_no))]),
            facts: facts(receipt, lang),
            charges_title: t("receipt-charges"),
            charges: charges(receipt, lang),
            sums,
            paid: (t("receipt-paid"), with_som(lang, payment.amount_tyiyn)),
            left: (
                t(if after < 0 { "receipt-credit" } else { "receipt-left" }),
                with_som(lang, after.saturating_abs()),
            ),
            refunds_title: t("receipt-refunds"),
            refunds: refunds(receipt, lang),
            stamp: stamp(receipt).map(t),
            track: t("receipt-track"),
            track_url: receipt.track_url.clone(),
            small: vec![t("receipt-not-fiscal"), t("footer-time")],
        }
    }

    /// The receipt on paper.
    pub fn slip(&self) -> Slip {
        let pairs = |slip: Slip, pairs: &[Pair]| pairs.iter().fold(slip, |slip, (left, right)| slip.pair(left, right));
        let mut slip = Slip::new(&self.number).title(&self.firm);
        slip = self.place.iter().fold(slip, |slip, line| slip.centred(line));
        slip = pairs(slip.rule().heading(&self.title).heading(&self.number).space(), &self.facts).rule();
        if !self.charges.is_empty() {
            slip = pairs(slip.line(&self.charges_title), &self.charges).rule();
        }
        slip = pairs(slip, &self.sums).space().total(&self.paid.0, &self.paid.1);
        slip = slip.space().pair(&self.left.0, &self.left.1).rule();
        if !self.refunds.is_empty() {
            slip = pairs(slip.line(&self.refunds_title), &self.refunds);
        }
        slip = self.stamp.iter().fold(slip, |slip, stamp| slip.stamp(stamp));
        slip = slip.qr(&self.track_url).small(&self.track).space();
        self.small.iter().fold(slip, |slip, line| slip.small(line))
    }
}

fn with_som(lang: Lang, tyiyn: i64) -> String {
    // The unit is what the text of a sum has besides the sum.
    let unit = texts::text(lang, "amount-som", &[("amount", Arg::Num(0))]);
    unit.replacen('0', &texts::som_exact(tyiyn), 1)
}

fn place(receipt: &Receipt) -> Vec<String> {
    let branch = &receipt.branch;
    let name = Some(&branch.name).filter(|name| **name != branch.city).cloned();
    let address = format!("{}, {}", branch.city, branch.address);
    name.into_iter().chain([address, branch.phone.clone()]).filter(|line| !line.is_empty()).collect()
}

fn facts(receipt: &Receipt, lang: Lang) -> Vec<Pair> {
    let payment = &receipt.payment;
    let method = texts::text(lang, method_key(payment.method), &[]);
    let wallet = payment.account.strip_prefix("e_wallet:");
    let mut facts = vec![
        ("receipt-date", moment(lang, payment.at)),
        ("receipt-order", receipt.order_code.clone()),
        ("receipt-client", receipt.client_code.clone()),
        ("receipt-method", wallet.map_or_else(|| method.clone(), |wallet| format!("{method} {wallet}"))),
    ];
    facts.extend(payment.reference.clone().map(|reference| ("receipt-reference", reference)));
    // Money that came through the bank's word was taken by nobody.
    if payment.actor != Actor::System.name() {
        facts.push(("receipt-cashier", payment.actor.clone()));
    }
    facts.into_iter().map(|(key, value)| (texts::text(lang, key, &[]), value)).collect()
}

fn method_key(method: Method) -> &'static str {
    match method {
        Method::Cash => "receipt-method-cash",
        Method::BankTransfer => "receipt-method-bank-transfer",
        Method::EWallet => "receipt-method-e-wallet",
    }
}

fn charges(receipt: &Receipt, lang: Lang) -> Vec<Pair> {
    let line = |line: &rules::Line| (account_name(lang, &line.account), texts::som_exact(line.amount_tyiyn));
    receipt.standing.lines.iter().map(line).collect()
}

/// What an account of the ledger is called on paper.
pub(super) fn account_name(lang: Lang, account: &str) -> String {
    let key = match rules::head(account) {
        "goods" => "account-goods",
        "domestic_delivery" => "account-domestic-delivery",
        "service" => "account-service",
        "freight" => "account-freight",
        "storage" => "account-storage",
        "customs" => "account-customs",
        "write_offs" => "account-write-offs",
        "rounding" => "account-rounding",
        _ => "account-other",
    };
    texts::text(lang, key, &[])
}

fn refunds(receipt: &Receipt, lang: Lang) -> Vec<Pair> {
    let line =
        |refund: &rules::Refund| (moment(lang, refund.at), format!("−{}", texts::som_exact(refund.amount_tyiyn)));
    receipt.standing.refunds.iter().map(line).collect()
}

fn stamp(receipt: &Receipt) -> Option<&'static str> {
    match receipt.standing.refunded_tyiyn() {
        0 => None,
        back if back >= receipt.payment.amount_tyiyn => Some("receipt-refunded-wholly"),
        _ => Some("receipt-refunded-partly"),
    }
}

fn moment(lang: Lang, at: NaiveDateTime) -> String {
    texts::datetime(lang, at.and_utc())
}
