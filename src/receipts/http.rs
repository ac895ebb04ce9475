//! `/v1/receipts/{receipt_no}`.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, Accept, Header, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::wording::{Wording, account_name};
use super::{Receipt, page};
use crate::error::{Error, Result};
use crate::http::Call;
use crate::http::request;
use crate::money::Money;
use crate::payments::Method;
use crate::print::{Paper, Unprintable};
use crate::state::App;
use crate::texts::Lang;

/// `?format=&width=&lang=`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReceiptQuery {
    /// `json`, `html`, `svg`, `png` or `pdf`; goes before `Accept`. JSON unless asked otherwise.
    #[param(value_type = Option<String>)]
    format: Option<Form>,
    /// The paper: `58` or `80` (millimetres), or `phone`; 80 unless told.
    #[param(value_type = Option<String>)]
    width: Option<Width>,
    /// `ky`, `ru` or `en`; goes before `Accept-Language`; the customer's own language when neither says one.
    lang: Option<String>,
}

/// How a receipt is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Form {
    Json,
    Html,
    Svg,
    Png,
    Pdf,
}

/// On what.
#[derive(Clone, Copy, Debug, Deserialize)]
enum Width {
    #[serde(rename = "58")]
    Mm58,
    #[serde(rename = "80")]
    Mm80,
    #[serde(rename = "phone")]
    Phone,
}

impl Width {
    fn paper(self) -> Paper {
        match self {
            Width::Mm58 => Paper::Mm58,
            Width::Mm80 => Paper::Mm80,
            Width::Phone => Paper::Phone,
        }
    }
}

impl Form {
    /// The one that the caller likes best; JSON when they do not say, or like none of them.
    fn wanted(req: &HttpRequest) -> Self {
        let liked = Accept::parse(req).map(|accept| accept.ranked()).unwrap_or_default();
        let known = liked.iter().find_map(|mime| match mime.essence_str() {
            "text/html" | "text/*" => Some(Form::Html),
            "image/svg+xml" => Some(Form::Svg),
            "image/png" | "image/*" => Some(Form::Png),
            "application/pdf" => Some(Form::Pdf),
            "application/json" | "application/*" | "*/*" => Some(Form::Json),
            _ => None,
        });
        known.unwrap_or(Form::Json)
    }

    /// Content type and the ending of a file's name.
    fn file(self) -> (&'static str, &'static str) {
        match self {
            Form::Json => ("application/json", "json"),
            Form::Html => ("text/html; charset=utf-8", "html"),
            Form::Svg => ("image/svg+xml", "svg"),
            Form::Png => ("image/png", "png"),
            Form::Pdf => ("application/pdf", "pdf"),
        }
    }
}

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

/// The receipt with a number, in the form, on the paper and in the language that were asked for.
pub async fn get(
    app: App,
    call: Call,
    req: HttpRequest,
    number: web::Path<String>,
    query: web::Query<ReceiptQuery>,
) -> Result<HttpResponse> {
    let receipt = app.read(&call.actor, move |tx| super::find(tx, &number)).await?;
    let lang = language(&req, query.lang.as_deref()).unwrap_or(receipt.language);
    let form = query.format.unwrap_or_else(|| Form::wanted(&req));
    let paper = query.width.unwrap_or(Width::Mm80).paper();
    let (content_type, ending) = form.file();
    let name = format!("inline; filename=\"receipt-{}-{}.{ending}\"", receipt.payment.receipt_no, lang.as_str());
    let mut response = if form == Form::Json {
        HttpResponse::Ok().json(view(receipt, lang))
    } else {
        let drawn = app.compute(move || draw(&Wording::of(&receipt, lang), form, lang, paper)).await?;
        let body = drawn.map_err(|error| Error::Startup(error.to_string()))?;
        HttpResponse::Ok().content_type(content_type).body(body)
    };
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("Accept, Accept-Language"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(lang.as_str()));
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

fn draw(words: &Wording, form: Form, lang: Lang, paper: Paper) -> std::result::Result<Vec<u8>, Unprintable> {
    match form {
        Form::Json | Form::Html => page::render(words, lang, paper).map(String::into_bytes),
        Form::Svg => words.slip().svg(paper).map(String::into_bytes),
        Form::Png => words.slip().png(paper),
        Form::Pdf => words.slip().pdf(paper),
    }
}

/// The language that was asked for, if any was.
fn language(req: &HttpRequest, query: Option<&str>) -> Option<Lang> {
    let accepted = req.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    (query.is_some() || accepted.is_some()).then(|| Lang::negotiate(query, accepted))
}

/// The style sheet.
pub async fn style() -> HttpResponse {
    let mut response = request::page(StatusCode::OK, "text/css; charset=utf-8", page::STYLE);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    response
}
