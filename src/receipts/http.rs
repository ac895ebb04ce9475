//! `/v1/receipts/{receipt_no}`.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::Receipt;
use super::wording::{Wording, account_name};
use crate::error::Result;
use crate::http::Call;
use crate::http::document::{self, DocumentQuery};
use crate::money::Money;
use crate::payments::Method;
use crate::state::App;
use crate::texts::Lang;

/// A receipt. `charged = paid_before + amount + balance_after`, to the tyiyn, as the ledger stood at `at`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Receipt)]
pub struct ReceiptView {
    receipt_no: String,
    /// What it was given for: `payment`.
    kind: &'static str,
    order_code: String,
    client_code: String,
    branch: ReceiptBranch,
    firm: ReceiptFirm,
    at: DateTime<Utc>,
    method: Method,
    /// The account of the ledger that the money went into.
    account: String,
    /// The bank's or wallet's number of it.
    reference: Option<String>,
    amount: Money,
    /// How much of it went back since.
    refunded: Money,
    refunds: Vec<ReceiptRefund>,
    /// What was charged up to then.
    lines: Vec<ReceiptLine>,
    /// The sum of the lines.
    charged: Money,
    /// What had come in before, less what had gone back by then.
    paid_before: Money,
    /// What was owed before this payment; negative is credit.
    balance_before: Money,
    /// What was owed after this payment; negative is credit.
    balance_after: Money,
    cashier: String,
    /// The page with the order's way; its QR code is on the paper.
    track_url: String,
}

/// Whose receipt it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiptFirm {
    name: String,
}

/// Where it was given.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiptBranch {
    code: String,
    name: String,
    city: String,
    address: String,
    phone: String,
}

/// What was charged on an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiptLine {
    account: String,
    /// Its name on paper.
    text: String,
    amount: Money,
}

/// Money that went back.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiptRefund {
    at: DateTime<Utc>,
    by: String,
    amount: Money,
}

fn view(receipt: Receipt, lang: Lang) -> ReceiptView {
    let Receipt { payment, standing, branch, .. } = receipt;
    let refunded = Money::tyiyn(standing.refunded_tyiyn());
    let line = |line: super::Line| ReceiptLine {
        text: account_name(lang, &line.account),
        amount: Money::tyiyn(line.amount_tyiyn),
        account: line.account,
    };
    let refund = |refund: super::Refund| ReceiptRefund {
        at: refund.at.and_utc(),
        by: refund.actor,
        amount: Money::tyiyn(refund.amount_tyiyn),
    };
    ReceiptView {
        receipt_no: payment.receipt_no,
        kind: "payment",
        order_code: receipt.order_code,
        client_code: receipt.client_code,
        branch: ReceiptBranch {
            code: branch.code,
            name: branch.name,
            city: branch.city,
            address: branch.address,
            phone: branch.phone,
        },
        firm: ReceiptFirm { name: receipt.firm },
        at: payment.at.and_utc(),
        method: payment.method,
        account: payment.account,
        reference: payment.reference,
        amount: Money::tyiyn(payment.amount_tyiyn),
        refunded,
        refunds: standing.refunds.into_iter().map(refund).collect(),
        lines: standing.lines.into_iter().map(line).collect(),
        charged: Money::tyiyn(standing.charged_tyiyn),
        paid_before: Money::tyiyn(standing.paid_before_tyiyn),
        balance_before: Money::tyiyn(standing.balance_before_tyiyn),
        balance_after: Money::tyiyn(standing.balance_after_tyiyn),
        cashier: payment.actor,
        track_url: receipt.track_url,
    }
}

/// The receipt with a number, in the form, on the paper and in the language that were asked for; the customer's own
/// language when nobody asks for another.
pub async fn get(
    app: App,
    call: Call,
    req: HttpRequest,
    number: web::Path<String>,
    asked: web::Query<DocumentQuery>,
) -> Result<HttpResponse> {
    let receipt = app.read(&call.actor, move |tx| super::find(tx, &number)).await?;
    let lang = asked.lang(&req).unwrap_or(receipt.language);
    let name = format!("receipt-{}", receipt.payment.receipt_no);
    let slip = Wording::of(&receipt, lang).slip();
    document::show(&app, &req, &asked, (&name, lang), view(receipt, lang), slip).await
}
