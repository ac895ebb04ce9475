//! `/v1/orders/{code}/elqr`: the balance of an order as a code that banking apps read.
//!
//! A code asks for money and proves nothing: the order stays unpaid until the payment is recorded from the bank's word.

use actix_web::http::header::{self, Accept, Header, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use crate::db::Tx;
use crate::elqr::{self, Template};
use crate::error::{Error, Problem, Result, Slug};
use crate::http::Call;
use crate::money::Money;
use crate::orders::{self, http::Code};
use crate::parcels::storage;
use crate::state::App;

/// A code for what is due. It proves no payment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Elqr)]
pub struct ElqrView {
    /// The tags, as ELQR writes them.
    payload: String,
    /// The same as an address: what the picture holds, and what can be sent to the customer.
    pub url: String,
    /// The balance it asks for.
    amount: Money,
    /// The same code as each wallet opens it by itself on the phone that shows the link.
    pub wallets: Vec<WalletLink>,
}

/// A link that opens the code in a wallet.
#[derive(Debug, Serialize, ToSchema)]
pub struct WalletLink {
    /// The wallet, as payers know it.
    pub name: String,
    /// The address that opens the code in it.
    pub url: String,
}

/// How a code is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Json,
    Svg,
    Png,
}

impl Form {
    /// The one that the caller likes best; JSON when they do not say, or like none of them.
    fn wanted(req: &HttpRequest) -> Self {
        let liked = Accept::parse(req).map(|accept| accept.ranked()).unwrap_or_default();
        let known = liked.iter().find_map(|mime| match mime.essence_str() {
            "image/svg+xml" | "image/*" => Some(Form::Svg),
            "image/png" => Some(Form::Png),
            "application/json" | "application/*" | "*/*" => Some(Form::Json),
            _ => None,
        });
        known.unwrap_or(Form::Json)
    }
}

/// Makes the code for an order's balance.
pub async fn bill(app: App, call: Call, req: HttpRequest, code: Code) -> Result<HttpResponse> {
    let form = Form::wanted(&req);
    let due = move |tx: &mut Tx| {
        let order = orders::find(tx, &code)?;
        Ok((storage::balance_tyiyn(tx, &order)?, order.code))
    };
    let (balance_tyiyn, order_code) = app.read(&call.actor, due).await?;
    let view = code_for(&app.config.elqr, &order_code, balance_tyiyn)?;
    let undrawable = |error: elqr::Undrawable| Error::Startup(error.to_string());
    let mut response = match form {
        Form::Json => HttpResponse::Ok().json(view),
        Form::Svg => HttpResponse::Ok().content_type("image/svg+xml").body(elqr::svg(&view.url).map_err(undrawable)?),
        Form::Png => HttpResponse::Ok().content_type("image/png").body(elqr::png(&view.url).map_err(undrawable)?),
    };
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept"));
    Ok(response)
}

/// The code that asks for what is due on an order: nothing of a customer is in it but the order's own code.
///
/// # Errors
/// `elqr_not_configured`, `nothing_due`.
pub fn code_for(template: &Template, order_code: &str, balance_tyiyn: i64) -> Result<ElqrView> {
    let missing = template.missing();
    if !missing.is_empty() {
        let detail = format!("Set {} to what the acquiring bank issued.", missing.join(", "));
        return Problem::new(Slug::ElqrNotConfigured, detail).fail();
    }
    if balance_tyiyn <= 0 {
        return Problem::new(Slug::NothingDue, format!("Order {order_code} has nothing to pay.")).fail();
    }
    let amount = Money::tyiyn(balance_tyiyn);
    let payload =
        template.bill(order_code, amount).write().map_err(|error| Error::Startup(format!("elqr: {error}")))?;
    let wallets = template.links(&payload).into_iter().map(|(name, url)| WalletLink { name, url }).collect();
    Ok(ElqrView { url: template.url(&payload), wallets, payload, amount })
}
