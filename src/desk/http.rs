//! `/v1/orders` and the lists that are filtered by an order's or a shipment's code.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{OrderReceipt, OrderView};
use crate::branches;
use crate::customers::Person;
use crate::db::Tx;
use crate::error::{Error, Problem, Result};
use crate::exports::http::{self as exports, FormQuery};
use crate::http::moment::Moment;
use crate::http::text::{email, one_line, optional, required};
use crate::http::{Body, Call, Paging, Reply};
use crate::money::{CEILING_MINOR, Money};
use crate::notifications::{self, http::NotificationFilter};
use crate::orders::{self, Filter, Kind, NewItem, NewOrder, Order, Status, http::Code};
use crate::parcels::{self, Tracking, http::ParcelFilter, http::order_code};
use crate::phone::Phone;
use crate::shipments;
use crate::state::App;
use crate::texts::Lang;

/// A request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "customer": {"name": "Айгуль Садыкова", "phone": "0700 123 456", "email": "aigul@example.kg", "language": "ky"},
    "items": [{"description": "Робот-пылесос, белый", "link": "https://detail.1688.com/offer/689213456789.html",
        "quantity": 1, "budget": {"amount": 1500000, "currency": "KGS"}}],
}))]
pub struct OrderRequest {
    #[serde(default = "purchase")]
    kind: Kind,
    customer: CustomerRequest,
    #[serde(default)]
    items: Vec<ItemRequest>,
    /// Code or identifier of a branch; the first pickup point when not named.
    #[serde(default)]
    pickup_point: Option<String>,
    /// Couriers' numbers, for a forwarding order.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    tracking_numbers: Vec<Tracking>,
}

fn purchase() -> Kind {
    Kind::Purchase
}

/// Who asks.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerRequest {
    name: String,
    #[schema(value_type = String)]
    phone: Phone,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    language: Option<Lang>,
}

/// One thing asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemRequest {
    description: String,
    #[serde(default)]
    link: Option<String>,
    quantity: i32,
    #[serde(default)]
    budget: Option<Money>,
    #[serde(default)]
    note: Option<String>,
}

impl OrderRequest {
    fn checked(self) -> Result<(NewOrder, Vec<Tracking>)> {
        if self.kind == Kind::Purchase && self.items.is_empty() {
            return Problem::field("/items", "name at least one thing to buy").fail();
        }
        if self.kind == Kind::Purchase && !self.tracking_numbers.is_empty() {
            return Problem::field("/tracking_numbers", "only a forwarding order brings tracking numbers").fail();
        }
        if self.items.len() > 100 || self.tracking_numbers.len() > 100 {
            return Problem::field("/items", "at most 100 items and 100 tracking numbers").fail();
        }
        let items = self.items.into_iter().enumerate().map(checked_item).collect::<Result<_>>()?;
        let person = self.customer.checked()?;
        Ok((NewOrder { kind: self.kind, person, items, pickup_point: self.pickup_point }, self.tracking_numbers))
    }
}

impl CustomerRequest {
    fn checked(self) -> Result<Person> {
        Ok(Person {
            name: one_line(&self.name, 200, "/customer/name")?,
            phone: self.phone,
            email: email(self.email.as_deref(), "/customer/email")?,
            language: self.language.unwrap_or_default(),
        })
    }
}

fn checked_item((index, item): (usize, ItemRequest)) -> Result<NewItem> {
    let at = |field: &str| format!("/items/{index}/{field}");
    if !(1..=100_000).contains(&item.quantity) {
        return Problem::field(at("quantity"), "must be 1 to 100000").fail();
    }
    if item.budget.is_some_and(|budget| !(0..=CEILING_MINOR).contains(&budget.amount)) {
        return Problem::field(at("budget/amount"), format!("must be 0 to {CEILING_MINOR} minor units")).fail();
    }
    Ok(NewItem {
        description: required(&item.description, 500, &at("description"))?,
        link: optional(item.link.as_deref(), 2000, &at("link"))?,
        quantity: item.quantity,
        budget: item.budget,
        note: optional(item.note.as_deref(), 500, &at("note"))?,
    })
}

/// `?status=&q=&phone=&branch=&from=&to=`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OrderFilter {
    /// Where it is.
    #[param(inline)]
    status: Option<Status>,
    /// Part of the code, name, phone or an item.
    q: Option<String>,
    /// The customer's phone.
    phone: Option<String>,
    /// Code or identifier of the pickup point.
    branch: Option<String>,
    /// Placed at or after.
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    from: Option<Moment>,
    /// Placed before.
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    to: Option<Moment>,
    /// Only those that wait and count as not collected.
    uncollected: Option<bool>,
    /// How many, 1 to 200; 50 unless told.
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// What was bought.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"marketplace": "1688", "marketplace_order_no": "260622-129520125451352",
    "tracking_numbers": ["YT8812345678901"]}))]
pub struct PurchaseRequest {
    marketplace: String,
    #[serde(default)]
    marketplace_order_no: Option<String>,
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    tracking_numbers: Vec<Tracking>,
}

/// More couriers' numbers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"tracking_numbers": ["YT8812345678902"]}))]
pub struct ParcelsRequest {
    #[schema(value_type = Vec<String>)]
    tracking_numbers: Vec<Tracking>,
}

/// Why it ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "the seller has none left"}))]
pub struct CancelRequest {
    reason: String,
}

/// An order for its staff, or for its customer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum OrderAnswer {
    /// Everything.
    Staff(Box<OrderView>),
    /// Without personal data.
    Customer(Box<OrderReceipt>),
}

pub(super) fn answer(tx: &mut Tx, order: Order) -> Result<OrderAnswer> {
    if tx.by.is_staff() {
        super::full(tx, order).map(|order| OrderAnswer::Staff(Box::new(order)))
    } else {
        super::receipt(tx, order).map(|order| OrderAnswer::Customer(Box::new(order)))
    }
}

/// Places a request.
pub async fn place(app: App, call: Call, body: Body<OrderRequest>) -> Result<HttpResponse> {
    let (new, numbers) = body.value.checked()?;
    call.write(app, body.fingerprint, move |tx| {
        let order = super::place(tx, &new, &numbers)?;
        Ok(Reply::created_at(format!("/v1/orders/{}", order.code), answer(tx, order)?))
    })
    .await
}

/// Orders that fit.
pub async fn list(
    app: App,
    call: Call,
    req: HttpRequest,
    filter: web::Query<OrderFilter>,
    asked: web::Query<FormQuery>,
) -> Result<HttpResponse> {
    let query = filter.into_inner();
    let phone = match &query.phone {
        Some(phone) => {
            Some(Phone::parse(phone).map_err(|error| Error::from(Problem::field("?phone", error.to_string())))?)
        }
        None => None,
    };
    let paging = Paging { limit: query.limit, cursor: query.cursor };
    let page = move |tx: &mut Tx, paging: &Paging| {
        let branch = match &query.branch {
            Some(branch) => Some(branches::find(tx, branch, "?branch")?.id),
            None => None,
        };
        let filter = Filter {
            status: query.status,
            q: optional(query.q.as_deref(), 100, "?q")?,
            phone: phone.as_ref().map(|phone| phone.as_str().to_owned()),
            branch,
            from: query.from.map(Moment::utc),
            to: query.to.map(Moment::utc),
            is_uncollected: query.uncollected.unwrap_or(false),
        };
        orders::list(tx, &filter, paging)
    };
    let views = |_: &mut Tx, page: Vec<Order>| Ok(page.into_iter().map(super::summary).collect());
    exports::list(app, call, (&req, *asked, paging), page, views).await
}

/// All of one order.
pub async fn get(app: App, call: Call, code: Code) -> Result<HttpResponse> {
    call.read(app, move |tx| {
        let order = orders::find(tx, &code)?;
        super::full(tx, order)
    })
    .await
}

/// We bought it.
pub async fn purchase_made(app: App, call: Call, code: Code, body: Body<PurchaseRequest>) -> Result<HttpResponse> {
    let request = body.value;
    let marketplace = one_line(&request.marketplace, 50, "/marketplace")?;
    let order_no = optional(request.marketplace_order_no.as_deref(), 100, "/marketplace_order_no")?;
    let numbers = request.tracking_numbers;
    if numbers.len() > 100 {
        return Problem::field("/tracking_numbers", "at most 100 numbers in one call").fail();
    }
    call.write(app, body.fingerprint, move |tx| {
        let order = parcels::purchase(tx, &code, &marketplace, order_no.as_deref(), &numbers)?;
        Ok(Reply::ok(super::full(tx, order)?))
    })
    .await
}

/// Registers more couriers' numbers.
pub async fn add_parcels(app: App, call: Call, code: Code, body: Body<ParcelsRequest>) -> Result<HttpResponse> {
    let numbers = body.value.tracking_numbers;
    if !(1..=100).contains(&numbers.len()) {
        return Problem::field("/tracking_numbers", "must have 1 to 100 numbers").fail();
    }
    call.write(app, body.fingerprint, move |tx| {
        let order = parcels::add(tx, &code, &numbers)?;
        Ok(Reply::ok(super::full(tx, order)?))
    })
    .await
}

/// Ends an order.
pub async fn cancel(app: App, call: Call, code: Code, body: Body<CancelRequest>) -> Result<HttpResponse> {
    let reason = required(&body.value.reason, 500, "/reason")?;
    call.write(app, body.fingerprint, move |tx| {
        let order = orders::cancel(tx, &code, &reason)?;
        Ok(Reply::ok(super::full(tx, order)?))
    })
    .await
}

/// Another pickup point.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"branch": "BISH", "reason": "the customer lives here now"}))]
pub struct PickupPointRequest {
    /// Code or identifier of a pickup point.
    branch: String,
    #[serde(default)]
    reason: Option<String>,
}

/// Sends the customer to another pickup point.
pub async fn move_pickup_point(
    app: App,
    call: Call,
    code: Code,
    body: Body<PickupPointRequest>,
) -> Result<HttpResponse> {
    let branch = body.value.branch;
    let reason = optional(body.value.reason.as_deref(), 500, "/reason")?;
    call.write(app, body.fingerprint, move |tx| {
        let order = parcels::redirect(tx, &code, &branch, reason.as_deref())?;
        Ok(Reply::ok(super::full(tx, order)?))
    })
    .await
}

/// Parcels that fit.
pub async fn parcel_list(
    app: App,
    call: Call,
    req: HttpRequest,
    filter: web::Query<ParcelFilter>,
    asked: web::Query<FormQuery>,
) -> Result<HttpResponse> {
    let query = filter.into_inner();
    let order = query.order.as_deref().map(|code| order_code(&app.config.business, code, "?order")).transpose()?;
    let paging = Paging { limit: query.limit, cursor: query.cursor };
    let page = move |tx: &mut Tx, paging: &Paging| {
        let number = query.tracking_number.clone().map(Tracking::try_from).transpose();
        let number = number.map_err(|error| Error::from(Problem::field("?tracking_number", error)))?;
        let filter = parcels::Filter {
            status: query.status,
            tracking_number: number.map(|number| number.as_str().to_owned()),
            shipment: query.shipment.as_ref().map(|code| Ok::<_, Error>(shipments::find(tx, code)?.id)).transpose()?,
            order: order.as_ref().map(|code| Ok::<_, Error>(orders::find(tx, code)?.id)).transpose()?,
        };
        parcels::list(tx, &filter, paging)
    };
    exports::list(app, call, (&req, *asked, paging), page, parcels::http::views).await
}

/// The outbox.
pub async fn notification_list(
    app: App,
    call: Call,
    req: HttpRequest,
    filter: web::Query<NotificationFilter>,
    asked: web::Query<FormQuery>,
) -> Result<HttpResponse> {
    let filter = filter.into_inner();
    let order = filter.order.as_deref().map(|code| order_code(&app.config.business, code, "?order")).transpose()?;
    let paging = Paging { limit: filter.limit, cursor: filter.cursor };
    let page = move |tx: &mut Tx, paging: &Paging| {
        let order = order.as_ref().map(|code| Ok::<_, Error>(orders::find(tx, code)?.id)).transpose()?;
        notifications::list(tx, &notifications::Filter { order, state: filter.state }, paging)
    };
    let views = |_: &mut Tx, page: Vec<notifications::Notification>| {
        Ok(page.into_iter().map(notifications::http::view).collect())
    };
    exports::list(app, call, (&req, *asked, paging), page, views).await
}
