//! `/v1/my/…`. Agreeing to an offer and telling of a transfer are the calls of `/v1/orders`, which know a customer who is
//! signed in.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view;
use crate::desk::choices::ChoiceBody;
use crate::error::{Problem, Result};
use crate::http::text::{email as email_of, one_line};
use crate::http::{Body, Call, Page, Paging, Reply, Spoken};
use crate::ids::PhotoId;
use crate::notifications;
use crate::orders::{self, http::Code};
use crate::parcels::Tracking;
use crate::photos::{self, http::SizeQuery};
use crate::state::App;

pub use view::{
    AddressView as MyAddress, MeView as Me, OrderView as MyOrder, RegisteredView as MyNumbers, SummaryView as MyOrders,
};

/// What a customer says of themselves.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MeChange, example = json!({"name": "Айгуль Садыкова", "email": "aigul@example.kg"}))]
pub struct MeRequest {
    #[serde(default)]
    name: Option<String>,
    /// An empty one is taken away.
    #[serde(default)]
    email: Option<String>,
}

/// Numbers of boxes that a customer bought themselves.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NumbersRequest, example = json!({"tracking_numbers": ["YT8812345678909"]}))]
pub struct NumbersRequest {
    #[schema(value_type = Vec<String>)]
    tracking_numbers: Vec<Tracking>,
    /// Code or identifier of a branch, where a new order begins; the first pickup point when not named.
    #[serde(default)]
    pickup_point: Option<String>,
}

/// A customer means it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"client_code": "KG-10427"}))]
pub struct EraseRequest {
    /// Their own client code, so that nothing is deleted by a slip of the thumb.
    client_code: String,
}

/// Who is signed in.
pub async fn me(app: App, call: Call) -> Result<HttpResponse> {
    call.read(app, |tx| super::me(tx).map(view::me)).await
}

/// Takes what a customer says of themselves.
pub async fn introduce(app: App, call: Call, body: Body<MeRequest>) -> Result<HttpResponse> {
    let MeRequest { name, email } = body.value;
    let name = name.map(|name| one_line(&name, 200, "/name")).transpose()?;
    let email = email.map(|email| email_of(Some(&email), "/email")).transpose()?;
    call.write(app, body.fingerprint, move |tx| {
        Ok(Reply::ok(view::me(super::introduce(tx, name.clone(), email.clone())?)))
    })
    .await
}

/// The customer's orders.
pub async fn list(app: App, call: Call, Spoken(lang): Spoken, paging: web::Query<Paging>) -> Result<HttpResponse> {
    call.read(app, move |tx| {
        let me = super::me(tx)?;
        let page = orders::list_of(tx, &me.id, &paging)?;
        let items = view::summaries(tx, page.items, lang)?;
        Ok(Page { items, next_cursor: page.next_cursor })
    })
    .await
}

/// One of them.
pub async fn order(app: App, call: Call, code: Code, spoken: Spoken) -> Result<HttpResponse> {
    let answer = call.read(app, move |tx| {
        let me = super::me(tx)?;
        let order = orders::find_of(tx, &me.id, &code)?;
        view::order(tx, order, spoken.0)
    });
    Ok(spoken.mark(answer.await?))
}

/// A photo of what is theirs.
pub async fn photo(app: App, call: Call, id: web::Path<PhotoId>, query: web::Query<SizeQuery>) -> Result<HttpResponse> {
    let wanted = id.clone();
    app.read(&call.actor, move |tx| {
        let me = super::me(tx)?;
        super::photo(tx, &me.id, &wanted).map(|_| ())
    })
    .await?;
    photos::http::picture(&app, &id, query.size()).await
}

/// Where sellers send to.
pub async fn address(app: App, call: Call) -> Result<HttpResponse> {
    call.read(app, |tx| {
        let me = super::me(tx)?;
        let addresses = super::addresses(tx, &me.client_code)?;
        Ok(view::address(me.client_code, addresses))
    })
    .await
}

/// Registers numbers.
pub async fn register(app: App, call: Call, body: Body<NumbersRequest>) -> Result<HttpResponse> {
    let NumbersRequest { tracking_numbers: numbers, pickup_point } = body.value;
    if !(1..=100).contains(&numbers.len()) {
        return Problem::field("/tracking_numbers", "must have 1 to 100 numbers").fail();
    }
    call.write(app, body.fingerprint, move |tx| {
        let me = super::me(tx)?;
        let (order, results) = super::register(tx, &me, &numbers, pickup_point.as_deref())?;
        Ok(Reply::ok(view::registered(order, results)))
    })
    .await
}

/// In which language and over which channels they are told.
pub async fn messages(app: App, call: Call) -> Result<HttpResponse> {
    call.read(app, |tx| {
        let me = super::me(tx)?;
        Ok(ChoiceBody::from(notifications::choice(tx, &me.phone)?))
    })
    .await
}

/// Writes that down.
pub async fn choose(app: App, call: Call, body: Body<ChoiceBody>) -> Result<HttpResponse> {
    let choice = body.value.choice();
    call.write(app, body.fingerprint, move |tx| {
        let me = super::me(tx)?;
        notifications::choose(tx, &me.phone, &me.client_code, &choice)?;
        Ok(Reply::ok(ChoiceBody::from(notifications::choice(tx, &me.phone)?)))
    })
    .await
}

/// Deletes what is personal.
pub async fn erase(app: App, call: Call, body: Body<EraseRequest>) -> Result<HttpResponse> {
    let typed = body.value.client_code;
    delete(&app, &call, &typed).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Deletes what is personal when the code is the customer's own, and then the pictures.
///
/// # Errors
/// `validation_failed` for another code; `still_open`.
pub async fn delete(app: &App, call: &Call, typed: &str) -> Result<()> {
    let typed = typed.trim().to_uppercase();
    let discarded = call
        .change(app, move |tx| {
            let me = super::me(tx)?;
            if me.client_code != typed {
                return Problem::field("/client_code", "must be your own client code").fail();
            }
            super::erase(tx, &me.id)
        })
        .await?;
    photos::discard(app, &discarded).await;
    Ok(())
}
