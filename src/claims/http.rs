//! `/v1/orders/{code}/transfer-claims` for customers and staff, `/v1/transfer-claims` for the cashier's queue.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Approval, Claim, Filter, Flag, NewClaim, State};
use crate::branches;
use crate::db::Tx;
use crate::error::Result;
use crate::http::moment::Moment;
use crate::http::text::{one_line, optional};
use crate::http::{Body, Call, Page, Paging, Reply};
use crate::ids::{ClaimId, PaymentId};
use crate::money::{Money, Payable};
use crate::orders::http::{Code, prove_customer, refuse_auditor};
use crate::parcels;
use crate::photos::{self, http::MEDIA_TYPES, http::PhotoFile};
use crate::state::App;

/// "I paid by transfer."
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TransferClaimRequest, example = json!({"amount": {"amount": 830000, "currency": "KGS"}, "bank": "MBank", "paid_at": "2026-05-24T08:05:00Z",
    "payer": "Айгуль С.", "reference": "P2P 4711 0922", "phone_last4": "3456"}))]
pub struct ClaimRequest {
    #[schema(value_type = Money)]
    amount: Payable,
    /// The bank or wallet it was sent from.
    bank: String,
    /// When, as the receipt says.
    #[schema(value_type = DateTime<Utc>)]
    paid_at: Moment,
    /// Whose account it came from.
    #[serde(default)]
    payer: Option<String>,
    /// The number of the transfer, as the receipt says.
    #[serde(default)]
    reference: Option<String>,
    /// The end of the customer's phone number, from everybody but staff.
    #[serde(default)]
    phone_last4: Option<String>,
}

/// The money is there.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TransferApproval, example = json!({"reference": "P2P 4711 0922"}))]
pub struct ApproveRequest {
    /// What the bank shows, when it is another sum than was claimed.
    #[serde(default)]
    #[schema(value_type = Option<Money>)]
    amount: Option<Payable>,
    /// The number that the bank shows, when it is another one than was claimed.
    #[serde(default)]
    reference: Option<String>,
    #[serde(default)]
    note: Option<String>,
    /// Why it is approved in spite of its flags.
    #[serde(default)]
    override_reason: Option<String>,
}

/// The money is not there.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TransferRejection, example = json!({"reason": "no such transfer came in"}))]
pub struct RejectRequest {
    /// Told to the customer.
    reason: String,
}

/// `?phone_last4=`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ProofQuery {
    /// The end of the customer's phone number, from everybody but staff.
    phone_last4: Option<String>,
}

/// `?state=&branch=&limit=&cursor=`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ClaimFilter {
    /// `waiting` unless told: oldest first; others newest first.
    #[param(inline)]
    state: Option<State>,
    /// Code or identifier of the pickup point.
    branch: Option<String>,
    /// How many, 1 to 200; 50 unless told.
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The claim in an address.
#[derive(Debug, Deserialize)]
pub struct ClaimPath {
    id: ClaimId,
}

/// A claim. Who decided, what is flagged and what is owed is for staff; a customer sees `null` and `[]`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TransferClaim)]
pub struct ClaimView {
    id: ClaimId,
    order_code: String,
    amount: Money,
    bank: String,
    paid_at: DateTime<Utc>,
    payer: Option<String>,
    reference: Option<String>,
    state: State,
    /// Where staff see the receipt; `?size=thumb` gives it small.
    photo: Option<String>,
    created_at: DateTime<Utc>,
    decided_at: Option<DateTime<Utc>>,
    /// Why it was rejected.
    reason: Option<String>,
    /// How much was there.
    approved: Option<Money>,
    payment_id: Option<PaymentId>,
    /// What is suspicious, while it waits.
    flags: Vec<Flag>,
    /// What the customer owes now; negative is credit.
    balance: Option<Money>,
    by: Option<String>,
    decided_by: Option<String>,
    override_reason: Option<String>,
}

/// The JSON shape of a claim, for whoever asks.
///
/// # Errors
/// Those of the database.
pub fn view(tx: &mut Tx, claim: Claim) -> Result<ClaimView> {
    let is_staff = tx.by.is_staff();
    let (flags, balance) = if is_staff {
        let order = super::order_of(tx, &claim)?;
        let balance_tyiyn = parcels::storage::balance_tyiyn(tx, &order)?;
        (super::flags(tx, &claim, &order)?, Some(Money::tyiyn(balance_tyiyn)))
    } else {
        (Vec::new(), None)
    };
    Ok(ClaimView {
        id: claim.id,
        order_code: claim.order_code,
        amount: Money::tyiyn(claim.amount_tyiyn),
        bank: claim.bank,
        paid_at: claim.paid_at.and_utc(),
        payer: claim.payer,
        reference: claim.reference,
        state: claim.state,
        photo: claim.photo_id.as_ref().map(photos::address),
        created_at: claim.created_at.and_utc(),
        decided_at: claim.decided_at.map(|at| at.and_utc()),
        reason: claim.reject_reason,
        approved: claim.approved_tyiyn.map(Money::tyiyn),
        payment_id: claim.payment_id,
        flags,
        balance,
        by: is_staff.then_some(claim.created_by),
        decided_by: claim.decided_by.filter(|_| is_staff),
        override_reason: claim.override_reason.filter(|_| is_staff),
    })
}

impl ClaimRequest {
    fn checked(self) -> Result<NewClaim> {
        let line = |text: Option<String>, pointer| text.map(|text| one_line(&text, 100, pointer)).transpose();
        Ok(NewClaim {
            amount_tyiyn: self.amount.tyiyn(),
            bank: one_line(&self.bank, 60, "/bank")?,
            paid_at: self.paid_at.utc(),
            payer: line(self.payer, "/payer")?,
            reference: line(self.reference, "/reference")?,
        })
    }
}

/// Puts a claim into the queue.
pub async fn make(app: App, call: Call, code: Code, body: Body<ClaimRequest>) -> Result<HttpResponse> {
    refuse_auditor(&call)?;
    let mut request = body.value;
    prove_customer(&app, &call, &code, request.phone_last4.take(), "/phone_last4").await?;
    let new = request.checked()?;
    call.write(app, body.fingerprint, move |tx| {
        let claim = super::make(tx, &code, &new)?;
        Ok(Reply::created(view(tx, claim)?))
    })
    .await
}

/// The claims of one order, for its customer and for staff.
pub async fn of_order(app: App, call: Call, code: Code, query: web::Query<ProofQuery>) -> Result<HttpResponse> {
    prove_customer(&app, &call, &code, query.into_inner().phone_last4, "?phone_last4").await?;
    call.read(app, move |tx| {
        let claims = super::of_order(tx, &code)?;
        let items = claims.into_iter().map(|claim| view(tx, claim)).collect::<Result<_>>()?;
        Ok(Page { items, next_cursor: None })
    })
    .await
}

/// Adds the photo of the receipt. Whether it may be added is asked before the picture is opened, and again with the row.
pub async fn put_photo(
    app: App,
    call: Call,
    code: Code,
    path: web::Path<ClaimPath>,
    query: web::Query<ProofQuery>,
    file: PhotoFile,
) -> Result<HttpResponse> {
    let file = file.of_type(MEDIA_TYPES)?.bytes;
    refuse_auditor(&call)?;
    prove_customer(&app, &call, &code, query.into_inner().phone_last4, "?phone_last4").await?;
    let (id, code) = (path.into_inner().id, (*code).clone());
    let (asked_id, asked_code) = (id.clone(), code.clone());
    app.read(&call.actor, move |tx| super::taking_photo(tx, &asked_code, &asked_id)).await?;
    photos::glance(&file)?;
    let picture = app.compute_alone(move || photos::prepare(&file)).await??;
    let (asked_id, asked_code, sha256) = (id.clone(), code.clone(), picture.sha256.clone());
    let repeated = app.read(&call.actor, move |tx| {
        let claim = super::taking_photo(tx, &asked_code, &asked_id)?;
        if super::shows(tx, &claim, &sha256)? { view(tx, claim).map(Some) } else { Ok(None) }
    });
    if let Some(view) = repeated.await? {
        return Ok(HttpResponse::Ok().json(view));
    }
    let writer = app.clone();
    let attach = async move |photo| {
        let attach = move |tx: &mut Tx| {
            let claim = super::attach(tx, &code, &id, &photo)?;
            view(tx, claim)
        };
        call.change(&writer, attach).await
    };
    Ok(HttpResponse::Ok().json(photos::keep(app, picture, attach).await?))
}

/// The queue.
pub async fn list(app: App, call: Call, filter: web::Query<ClaimFilter>) -> Result<HttpResponse> {
    let query = filter.into_inner();
    call.read(app, move |tx| {
        let branch = match &query.branch {
            Some(branch) => Some(branches::find(tx, branch, "?branch")?.id),
            None => None,
        };
        let filter = Filter { state: query.state.unwrap_or(State::Waiting), branch };
        let page = super::list(tx, &filter, &Paging { limit: query.limit, cursor: query.cursor })?;
        let items = page.items.into_iter().map(|claim| view(tx, claim)).collect::<Result<_>>()?;
        Ok(Page { items, next_cursor: page.next_cursor })
    })
    .await
}

/// The money is there: posts the payment.
pub async fn approve(app: App, call: Call, id: web::Path<ClaimId>, body: Body<ApproveRequest>) -> Result<HttpResponse> {
    let request = body.value;
    let approval = Approval {
        amount_tyiyn: request.amount.map(Payable::tyiyn),
        reference: optional(request.reference.as_deref(), 100, "/reference")?,
        note: optional(request.note.as_deref(), 500, "/note")?,
        override_reason: optional(request.override_reason.as_deref(), 500, "/override_reason")?,
    };
    call.write(app, body.fingerprint, move |tx| {
        let claim = super::approve(tx, &id, &approval)?;
        Ok(Reply::ok(view(tx, claim)?))
    })
    .await
}

/// The money is not there: the customer is told why.
pub async fn reject(app: App, call: Call, id: web::Path<ClaimId>, body: Body<RejectRequest>) -> Result<HttpResponse> {
    let reason = one_line(&body.value.reason, 300, "/reason")?;
    call.write(app, body.fingerprint, move |tx| {
        let claim = super::reject(tx, &id, &reason)?;
        Ok(Reply::ok(view(tx, claim)?))
    })
    .await
}
