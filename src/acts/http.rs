//! `/v1/orders/{code}/hand-over-act`.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Act, HandOver, Taken, slip};
use crate::error::Result;
use crate::http::Call;
use crate::http::document::{self, DocumentQuery};
use crate::money::Money;
use crate::orders::http::Code;
use crate::proofs::Proof;
use crate::state::App;

/// What a customer took of an order so far.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HandOverAct)]
pub struct ActView {
    order_code: String,
    client_code: String,
    /// The customer's name, as it was given with the order.
    customer: String,
    firm: ActFirm,
    branch: ActBranch,
    /// Oldest first.
    hand_overs: Vec<ActHandOver>,
    /// How many parcels were taken.
    parcels: usize,
    /// What they weigh together.
    weight_g: i64,
    /// How many of the order's parcels are still to come or to be taken.
    remaining: usize,
    /// What came in for the order and did not go back.
    paid: Money,
    /// What the storage beyond the free days cost.
    storage: Money,
    /// What is still owed; negative is credit.
    balance: Money,
}

/// Whose act it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActFirm {
    name: String,
}

/// Where the order is picked up.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActBranch {
    code: String,
    name: String,
    city: String,
    address: String,
    phone: String,
}

/// Parcels that changed hands at one moment.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActHandOver {
    at: DateTime<Utc>,
    /// Login of who gave them.
    by: String,
    /// Who took them, when it was not the customer.
    received_by: Option<String>,
    /// What proved that they are theirs.
    proof: Option<Proof>,
    /// The document that they showed.
    document: Option<String>,
    parcels: Vec<ActParcel>,
}

/// A parcel that was taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActParcel {
    barcode: String,
    tracking_number: Option<String>,
    weight_g: Option<i64>,
}

fn view(act: Act) -> ActView {
    ActView {
        parcels: act.parcels().count(),
        weight_g: act.weight_g(),
        order_code: act.order_code,
        client_code: act.client_code,
        customer: act.customer,
        firm: ActFirm { name: act.firm },
        branch: ActBranch {
            code: act.branch.code,
            name: act.branch.name,
            city: act.branch.city,
            address: act.branch.address,
            phone: act.branch.phone,
        },
        hand_overs: act.hand_overs.into_iter().map(hand_over).collect(),
        remaining: act.remaining,
        paid: Money::tyiyn(act.paid_tyiyn),
        storage: Money::tyiyn(act.storage_tyiyn),
        balance: Money::tyiyn(act.balance_tyiyn),
    }
}

fn hand_over(hand_over: HandOver) -> ActHandOver {
    let parcel = |parcel: Taken| ActParcel {
        barcode: parcel.barcode,
        tracking_number: parcel.tracking_number,
        weight_g: parcel.weight_g,
    };
    ActHandOver {
        at: hand_over.at.and_utc(),
        by: hand_over.by,
        received_by: hand_over.received_by,
        proof: hand_over.proof,
        document: hand_over.document,
        parcels: hand_over.parcels.into_iter().map(parcel).collect(),
    }
}

/// The act of an order, in the customer's own language when nobody asks for another.
pub async fn get(
    app: App,
    call: Call,
    req: HttpRequest,
    code: Code,
    asked: web::Query<DocumentQuery>,
) -> Result<HttpResponse> {
    let act = app.read(&call.actor, move |tx| super::find(tx, &code)).await?;
    let lang = asked.lang(&req).unwrap_or(act.language);
    let name = format!("hand-over-act-{}", act.order_code);
    let slip = slip::of(&act, lang);
    document::show(&app, &req, &asked, (&name, lang), view(act), slip).await
}
