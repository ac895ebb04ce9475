//! `/v1/cash-shifts`: a drawer with what was taken in it, in cash and otherwise. While it is open, this is the X report;
//! when it is closed, the Z report.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::shift_slip::slip;
use crate::branches::{self, Branch};
use crate::db::Tx;
use crate::error::{Problem, Result};
use crate::exports::http::{self as exports, FormQuery};
use crate::http::document::{self, DocumentQuery};
use crate::http::text::{one_line, optional, required};
use crate::http::{Body, Call, Paging, Reply, Spoken};
use crate::ids::{Actor, ShiftId};
use crate::money::{Money, Payable};
use crate::payments::{self, Method};
use crate::shifts::{self, Counted, Filter, Shift};
use crate::state::App;
use crate::texts::{self, Arg, Lang};

/// A drawer to open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"opening": {"1000": 3, "200": 5, "20": 10}}))]
pub struct OpenRequest {
    /// Counted cash: money, or pieces by their value in som, or a list of `{"denomination", "count"}`.
    #[schema(value_type = Object)]
    opening: Counted,
    /// Which drawer; one named after the cashier when not said.
    #[serde(default)]
    till: Option<String>,
    /// Code of the branch, for those who work at none.
    #[serde(default)]
    branch: Option<String>,
}

/// A drawer to close.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"counted": {"5000": 2, "1000": 4, "200": 5, "50": 1}, "explanation": "gave 50 som too much at noon"}))]
pub struct CloseRequest {
    /// Counted cash, as at the opening.
    #[schema(value_type = Object)]
    counted: Counted,
    /// What the cashier says of a difference.
    #[serde(default)]
    explanation: Option<String>,
}

words! {
    /// Which way cash moves.
    Direction as CashDirection {
        /// Into the drawer, from the branch's cash.
        In = "in",
        /// Out of the drawer, to the branch's cash.
        Out = "out",
    }
}

/// Cash put in or taken out otherwise than by a customer: change, encashment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"direction": "out", "amount": {"amount": 2000000, "currency": "KGS"}, "reason": "to the bank"}))]
pub struct MovementRequest {
    direction: Direction,
    #[schema(value_type = Money)]
    amount: Payable,
    reason: String,
}

/// `?branch=&state=`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ShiftFilter {
    /// Code of the branch.
    branch: Option<String>,
    /// `open` or `closed`.
    #[param(inline)]
    state: Option<State>,
    /// How many, 1 to 200; 50 unless told.
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

words! {
    /// Whether a drawer is in use.
    State as ShiftState {
        /// In use.
        Open = "open",
        /// Counted and closed.
        Closed = "closed",
    }
}

/// A cash shift and its report: X while it is open, Z when it is closed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CashShift)]
pub struct ShiftView {
    pub(super) id: ShiftId,
    /// `X` or `Z`.
    pub(super) report: &'static str,
    /// Counts without gaps at the branch.
    pub(super) number: i64,
    pub(super) branch: String,
    pub(super) till: String,
    pub(super) cashier: String,
    /// The ledger's account of what lies in the drawer.
    pub(super) account: String,
    pub(super) state: State,
    pub(super) opened_at: DateTime<Utc>,
    /// Nobody counted: the first cash that moved opened it.
    pub(super) opened_by_itself: bool,
    pub(super) opening: Money,
    /// Paid by customers in cash.
    pub(super) cash_in: Money,
    /// Given back to customers in cash.
    pub(super) cash_out: Money,
    /// Put in otherwise.
    pub(super) moved_in: Money,
    /// Taken out otherwise.
    pub(super) moved_out: Money,
    /// What must lie in the drawer: opening + cash_in - cash_out + moved_in - moved_out.
    pub(super) expected: Money,
    /// Everything that was taken during the shift, by method.
    pub(super) taken: Vec<TakenView>,
    pub(super) movements: Vec<MovementView>,
    /// Null while it is open, and when a later shift closed it uncounted.
    pub(super) counted: Option<Money>,
    /// Pieces by their value in tyiyn, when they were counted one by one.
    pub(super) pieces: Option<BTreeMap<i64, i64>>,
    /// Counted less expected: negative when something is missing.
    pub(super) difference: Option<Money>,
    /// What the cashier says of it.
    pub(super) explanation: Option<String>,
    /// The outcome in a sentence, in the reader's language.
    pub(super) summary: String,
    pub(super) closed_at: Option<DateTime<Utc>>,
    pub(super) closed_by: Option<String>,
}

/// What was taken by one method.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ShiftTaken)]
pub struct TakenView {
    pub(super) method: Method,
    pub(super) payments: i64,
    pub(super) amount: Money,
}

/// Cash that was put in, or taken out (negative).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CashMovement)]
pub struct MovementView {
    pub(super) amount: Money,
    pub(super) reason: String,
    pub(super) at: DateTime<Utc>,
    pub(super) by: String,
}

/// A shift as staff see it.
///
/// # Errors
/// Those of the database.
pub fn view(tx: &mut Tx, shift: Shift, lang: Lang) -> Result<ShiftView> {
    let content = shifts::content(tx, &shift)?;
    let taken = payments::taken_in(tx, &shift.id)?.into_iter().map(|taken| TakenView {
        method: taken.method,
        payments: taken.payments,
        amount: Money::tyiyn(taken.amount_tyiyn),
    });
    let movements = shifts::moves(tx, &shift)?.into_iter().map(|moved| MovementView {
        amount: Money::tyiyn(moved.amount_tyiyn),
        reason: moved.reason,
        at: moved.at.and_utc(),
        by: moved.actor,
    });
    let state = if shift.closed_at.is_some() { State::Closed } else { State::Open };
    Ok(ShiftView {
        report: if state == State::Open { "X" } else { "Z" },
        summary: summary(&shift, content.expected_tyiyn, lang),
        difference: shift.difference(),
        branch: branches::get(tx, &shift.branch_id)?.code,
        id: shift.id,
        number: shift.number,
        till: shift.till,
        cashier: shift.cashier,
        account: shift.account,
        state,
        opened_at: shift.opened_at.and_utc(),
        opened_by_itself: shift.opening_tyiyn.is_none(),
        opening: Money::tyiyn(content.opening_tyiyn),
        cash_in: Money::tyiyn(content.payments_tyiyn),
        cash_out: Money::tyiyn(content.returned_tyiyn),
        moved_in: Money::tyiyn(content.moved_in_tyiyn),
        moved_out: Money::tyiyn(content.moved_out_tyiyn),
        expected: Money::tyiyn(content.expected_tyiyn),
        taken: taken.collect(),
        movements: movements.collect(),
        counted: shift.counted_tyiyn.map(Money::tyiyn),
        pieces: shift.counts.as_deref().and_then(|counts| serde_json::from_str(counts).ok()),
        explanation: shift.explanation,
        closed_at: shift.closed_at.map(|at| at.and_utc()),
        closed_by: shift.closed_by,
    })
}

fn summary(shift: &Shift, expected_tyiyn: i64, lang: Lang) -> String {
    let difference_tyiyn = shift.difference().map(|money| money.amount);
    let key = match difference_tyiyn {
        None if shift.closed_at.is_some() => "shift-uncounted",
        None => "shift-open",
        Some(0) => "shift-even",
        Some(1..) => "shift-over",
        Some(_) => "shift-short",
    };
    let difference = Arg::Num(difference_tyiyn.unwrap_or(0).abs());
    texts::text(lang, key, &[("expected", Arg::Num(expected_tyiyn)), ("difference", difference)])
}

/// Opens a drawer.
pub async fn open(app: App, call: Call, Spoken(lang): Spoken, body: Body<OpenRequest>) -> Result<HttpResponse> {
    let OpenRequest { opening, till, branch } = body.value;
    let opening = opening.checked(&app.config.business.cash_denominations_tyiyn, "/opening")?;
    let till = till.map(|till| one_line(&till, 40, "/till")).transpose()?;
    call.write(app, body.fingerprint, move |tx| {
        let branch = own_branch(tx, branch.as_deref())?;
        let shift = shifts::open(tx, &branch, till.as_deref(), &opening)?;
        Ok(Reply::created_at(format!("/v1/cash-shifts/{}", shift.id), view(tx, shift, lang)?))
    })
    .await
}

/// The branch whose drawer it is: where the cashier works; who works nowhere names it.
fn own_branch(tx: &mut Tx, named: Option<&str>) -> Result<Branch> {
    let own = match tx.by {
        Actor::Staff { branch: Some(branch), .. } => Some(branch.clone()),
        _ => None,
    };
    match (own, named) {
        (Some(own), None) => branches::get(tx, &own),
        (Some(own), Some(named)) => {
            let branch = branches::find_pickup_point(tx, Some(named), "/branch")?;
            if branch.id == own {
                return Ok(branch);
            }
            Problem::field("/branch", "is not where you work").fail()
        }
        (None, named) => branches::find_pickup_point(tx, named, "/branch"),
    }
}

/// Drawers, newest first.
pub async fn list(
    app: App,
    call: Call,
    req: HttpRequest,
    Spoken(lang): Spoken,
    query: web::Query<ShiftFilter>,
    asked: web::Query<FormQuery>,
) -> Result<HttpResponse> {
    let query = query.into_inner();
    let paging = Paging { limit: query.limit, cursor: query.cursor };
    let page = move |tx: &mut Tx, paging: &Paging| {
        let branch = match &query.branch {
            Some(code) => Some(branches::find_pickup_point(tx, Some(code), "/branch")?.id),
            None => None,
        };
        let filter = Filter { branch, is_open: query.state.map(|state| state == State::Open) };
        shifts::list(tx, &filter, paging)
    };
    let views = move |tx: &mut Tx, page: Vec<Shift>| page.into_iter().map(|shift| view(tx, shift, lang)).collect();
    exports::list(app, call, (&req, *asked, paging), page, views).await
}

/// One drawer: the X report, or the Z report when it is closed.
pub async fn get(
    app: App,
    call: Call,
    req: HttpRequest,
    id: web::Path<ShiftId>,
    asked: web::Query<DocumentQuery>,
) -> Result<HttpResponse> {
    let lang = asked.lang(&req).unwrap_or_default();
    let read = move |tx: &mut Tx| {
        let shift = shifts::get(tx, &id)?;
        let branch = branches::get(tx, &shift.branch_id)?;
        Ok((view(tx, shift, lang)?, branch))
    };
    let (shift, branch) = app.read(&call.actor, read).await?;
    let slip = slip(&shift, &branch, &app.config.business.name, lang);
    let name = format!("{}-{}-{}", shift.report, branch.code, shift.number);
    document::show(&app, &req, &asked, (&name, lang), shift, slip).await
}

/// Puts cash into a drawer, or takes some out.
pub async fn move_cash(
    app: App,
    call: Call,
    Spoken(lang): Spoken,
    id: web::Path<ShiftId>,
    body: Body<MovementRequest>,
) -> Result<HttpResponse> {
    let MovementRequest { direction, amount, reason } = body.value;
    let reason = required(&reason, 500, "/reason")?;
    let amount_tyiyn = match direction {
        Direction::In => amount.tyiyn(),
        Direction::Out => -amount.tyiyn(),
    };
    call.write(app, body.fingerprint, move |tx| {
        let shift = shifts::move_cash(tx, &id, amount_tyiyn, &reason)?;
        Ok(Reply::created(view(tx, shift, lang)?))
    })
    .await
}

/// Closes a drawer.
pub async fn close(
    app: App,
    call: Call,
    Spoken(lang): Spoken,
    id: web::Path<ShiftId>,
    body: Body<CloseRequest>,
) -> Result<HttpResponse> {
    let CloseRequest { counted, explanation } = body.value;
    let counted = counted.checked(&app.config.business.cash_denominations_tyiyn, "/counted")?;
    let explanation = optional(explanation.as_deref(), 500, "/explanation")?;
    call.write(app, body.fingerprint, move |tx| {
        let shift = shifts::close(tx, &id, &counted, explanation.clone())?;
        Ok(Reply::ok(view(tx, shift, lang)?))
    })
    .await
}
