//! The order code in an address, who may speak for an order, and what it asks for.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::Item;
use crate::code::OrderCode;
use crate::error::{Error, Problem, Result, Slug};
use crate::http::Call;
use crate::ids::Role;
use crate::links::{self, Marketplace};
use crate::money::Money;
use crate::state::App;

/// `{code}` of the path, read forgivingly and refused before the database is asked when its check symbol is wrong.
#[derive(Clone, Debug)]
pub struct Code(OrderCode);

impl std::ops::Deref for Code {
    type Target = OrderCode;

    fn deref(&self) -> &OrderCode {
        &self.0
    }
}

impl FromRequest for Code {
    type Error = Error;
    type Future = Ready<Result<Code>>;

    fn from_request(req: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        ready(read(req))
    }
}

fn read(req: &HttpRequest) -> Result<Code> {
    let app = req
        .app_data::<web::Data<App>>()
        .ok_or_else(|| Error::Startup("the application state is missing".to_owned()))?;
    let typed = req.match_info().query("code");
    OrderCode::parse(&app.config.business.code_prefix, typed)
        .map(Code)
        .map_err(|error| Problem::new(Slug::MistypedCode, error.to_string()).into())
}

/// One thing asked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Item)]
pub struct ItemView {
    description: String,
    link: Option<String>,
    /// Where the link leads, when it is known by its form.
    marketplace: Option<Marketplace>,
    /// The item there; null in short links, which nobody but a person follows.
    item_id: Option<String>,
    /// The link without what only follows people around.
    item_url: Option<String>,
    quantity: i32,
    budget: Option<Money>,
    note: Option<String>,
}

/// The JSON shape of a thing asked for.
pub fn item(item: Item) -> ItemView {
    let budget = item.budget_minor.zip(item.budget_currency);
    let known = item.link.as_deref().and_then(links::recognise);
    ItemView {
        description: item.description,
        marketplace: known.as_ref().map(|link| link.marketplace),
        item_id: known.as_ref().and_then(|link| link.item_id.clone()),
        item_url: known.map(|link| link.url),
        link: item.link,
        quantity: item.quantity,
        budget: budget.map(|(amount, currency)| Money { amount, currency }),
        note: item.note,
    }
}

/// Lets staff speak for a customer, and the customer for themselves when they are signed in or prove who they are.
///
/// # Errors
/// `validation_failed` at `pointer` when nothing proves it; `not_found` when it is wrong.
pub async fn prove_customer(
    app: &App,
    call: &Call,
    code: &Code,
    phone_last4: Option<String>,
    pointer: &str,
) -> Result<()> {
    if call.actor.is_staff() {
        return Ok(());
    }
    if let Some(customer) = call.actor.customer().cloned() {
        let code = code.clone();
        return app.read(&call.actor, move |tx| super::find_of(tx, &customer, &code).map(|_| ())).await;
    }
    let Some(last4) = phone_last4 else {
        return Problem::field(pointer, "the last four digits of the phone that the order was placed with").fail();
    };
    let code = code.clone();
    if call.change(app, move |tx| super::prove_customer(tx, &code, &last4)).await? { Ok(()) } else { unproven().fail() }
}

/// The one answer to an unknown code, a wrong number, and a right one after too many wrong ones.
pub fn unproven() -> Problem {
    Problem::not_found("order with this code and phone number")
}

/// Keeps auditors out of a call that customers may make, too: the table of calls lets everybody in there.
///
/// # Errors
/// `forbidden`.
pub fn refuse_auditor(call: &Call) -> Result<()> {
    if call.actor.role() == Some(Role::Auditor) {
        return Problem::new(Slug::Forbidden, "An auditor reads everything and changes nothing.").fail();
    }
    Ok(())
}
