//! `/v1/statements`.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::rules::{self, Fit};
use super::{LineState, Parsed, Statement, Stored, Unreadable};
use crate::db::Tx;
use crate::error::{Error, Problem, Result, Slug};
use crate::http::text::{one_line, optional, required};
use crate::http::{Body, Call, Paging, Raw, Reply};
use crate::ids::{PaymentId, StatementId};
use crate::money::Money;
use crate::parcels::http::order_code;
use crate::sheets::{self, SheetError};
use crate::state::App;

/// What a statement may be called; what it is, its content says.
pub const MEDIA_TYPES: &[&str] = sheets::MEDIA_TYPES;
/// The largest file.
const MOST_BYTES: usize = 5 * 1024 * 1024;

/// `?file_name=`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ImportQuery {
    /// The name of the file, for people.
    file_name: Option<String>,
}

/// The order that a line pays, when none is proposed or the proposed one is wrong.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LineConfirmRequest, example = json!({"order_code": "TG-7K4M9-2QX8C-5"}))]
pub struct ConfirmRequest {
    #[serde(default)]
    order_code: Option<String>,
    /// Why it is another payment than the one of the same sum that the order has.
    #[serde(default)]
    override_reason: Option<String>,
}

/// Why a line is no payment of an order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LineIgnoreRequest, example = json!({"reason": "the landlord sent the deposit back"}))]
pub struct IgnoreRequest {
    reason: String,
}

/// A statement.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Statement)]
pub struct StatementView {
    /// Null when an import brought nothing new, so that nothing was kept.
    id: Option<StatementId>,
    file_name: Option<String>,
    /// Sixteen digits, when the title of the file has them.
    bank_account: Option<String>,
    /// The days of its first and last line.
    period: Option<Period>,
    counts: Counts,
    imported_at: Option<DateTime<Utc>>,
    by: Option<String>,
    /// Not in the list of statements. In the answer to an import all lines of the file, also those that an earlier
    /// statement had; later, the lines that this statement brought.
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<Vec<LineView>>,
}

/// From one day to another.
#[derive(Debug, Serialize, ToSchema)]
pub struct Period {
    from: NaiveDate,
    to: NaiveDate,
}

/// How many lines are what.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = StatementCounts)]
pub struct Counts {
    proposed: i64,
    unmatched: i64,
    confirmed: i64,
    /// Set aside, and not readable as money in som.
    ignored: i64,
    /// An earlier statement had them.
    duplicate: i64,
    /// Money that went out; it has no lines here.
    outgoing: i64,
}

/// Money that came in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatementLine)]
pub struct LineView {
    statement_id: StatementId,
    n: i32,
    /// The row of the file.
    row: i64,
    date: Option<NaiveDate>,
    amount: Option<Money>,
    document_no: Option<String>,
    payer: Option<String>,
    purpose: String,
    state: LineState,
    /// Whether an earlier statement had this line; `statement_id` and `n` are those of that one.
    duplicate: bool,
    /// The order that is proposed, or that it paid.
    order_code: Option<String>,
    /// What that order owes now; negative is credit.
    balance: Option<Money>,
    fit: Option<Fit>,
    /// The client that the purpose names.
    client_code: Option<String>,
    /// The state in a sentence.
    text: String,
    payment_id: Option<PaymentId>,
    decided_at: Option<DateTime<Utc>>,
    decided_by: Option<String>,
}

fn line(tx: &Tx, stored: Stored, duplicate: bool, balances: &HashMap<String, i64>) -> LineView {
    let waiting = stored.order_code.as_ref().filter(|_| stored.state == LineState::Proposed);
    let balance = waiting.and_then(|code| balances.get(code)).copied();
    let proposal = waiting.zip(stored.amount_tyiyn).zip(balance);
    let text = match (stored.state, proposal) {
        (LineState::Proposed, Some(((code, amount), balance))) => rules::sentence(code, amount, balance),
        (LineState::Confirmed, _) => {
            format!("It is a payment of {}.", stored.order_code.as_deref().unwrap_or_default())
        }
        (LineState::Ignored, _) => {
            format!("Set aside: {}.", stored.reason.as_deref().unwrap_or_default().trim_end_matches('.'))
        }
        (LineState::Proposed | LineState::Unmatched, _) => stored.reason.clone().unwrap_or_default(),
    };
    LineView {
        statement_id: stored.statement_id,
        n: stored.n,
        row: stored.file_row,
        date: stored.day,
        amount: stored.amount_tyiyn.map(Money::tyiyn),
        document_no: stored.document_no,
        payer: stored.payer,
        state: stored.state,
        duplicate,
        order_code: stored.order_code,
        balance: balance.map(Money::tyiyn),
        fit: stored.amount_tyiyn.zip(balance).map(|(amount, balance)| rules::fit(amount, balance)),
        client_code: super::client(tx, &stored.purpose).map(|code| code.to_string()),
        purpose: stored.purpose,
        text,
        payment_id: stored.payment_id,
        decided_at: stored.decided_at.map(|at| at.and_utc()),
        decided_by: stored.decided_by,
    }
}

fn view(statement: Statement, states: &HashMap<LineState, i64>, lines: Option<Vec<LineView>>) -> StatementView {
    let period = statement.period_from.zip(statement.period_to).map(|(from, to)| Period { from, to });
    let count = |state| states.get(&state).copied().unwrap_or(0);
    StatementView {
        id: Some(statement.id),
        file_name: statement.file_name,
        bank_account: statement.bank_account,
        period,
        counts: Counts {
            proposed: count(LineState::Proposed),
            unmatched: count(LineState::Unmatched),
            confirmed: count(LineState::Confirmed),
            ignored: count(LineState::Ignored),
            duplicate: statement.duplicates.into(),
            outgoing: statement.debits.into(),
        },
        imported_at: Some(statement.imported_at.and_utc()),
        by: Some(statement.actor),
        lines,
    }
}

fn states<'a>(lines: impl Iterator<Item = &'a Stored>) -> HashMap<LineState, i64> {
    lines.fold(HashMap::new(), |mut counts, line| {
        *counts.entry(line.state).or_insert(0) += 1;
        counts
    })
}

/// Imports a file.
pub async fn import(
    app: App,
    call: Call,
    query: web::Query<ImportQuery>,
    file: Raw<MOST_BYTES>,
) -> Result<HttpResponse> {
    let file_name = query.file_name.as_deref().map(|name| one_line(name, 200, "?file_name")).transpose()?;
    let file = file.of_type(MEDIA_TYPES)?;
    let parsed = app.compute(move || super::read(&file.bytes)).await?.map_err(refusal)?;
    call.taking_time()
        .write(app, file.fingerprint, move |tx| {
            let imported = super::import(tx, file_name.as_deref(), &parsed)?;
            let stored: Vec<Stored> = imported.lines.iter().map(|(line, _)| line.clone()).collect();
            let balances = super::balances(tx, &stored)?;
            let new = imported.lines.iter().filter(|(_, duplicate)| !duplicate).map(|(line, _)| line);
            let states = states(new);
            let lines =
                imported.lines.into_iter().map(|(stored, is_known)| line(tx, stored, is_known, &balances)).collect();
            Ok(match imported.statement {
                Some(statement) => {
                    let at = format!("/v1/statements/{}", statement.id);
                    Reply::created_at(at, view(statement, &states, Some(lines)))
                }
                None => Reply::ok(nothing_new(file_name.clone(), &parsed, lines)),
            })
        })
        .await
}

/// The answer to an import of which nothing was kept.
fn nothing_new(file_name: Option<String>, parsed: &Parsed, lines: Vec<LineView>) -> StatementView {
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let counts = Counts { duplicate: count(lines.len()), outgoing: count(parsed.debits), ..Counts::default() };
    StatementView {
        id: None,
        file_name,
        bank_account: parsed.bank_account.clone(),
        period: parsed.period.map(|(from, to)| Period { from, to }),
        counts,
        imported_at: None,
        by: None,
        lines: Some(lines),
    }
}

fn refusal(unreadable: Unreadable) -> Error {
    let slug = match unreadable {
        Unreadable::Sheets(SheetError::TooLarge(_)) => Slug::BodyTooLarge,
        _ => Slug::UnreadableFile,
    };
    Problem::new(slug, format!("The file was not taken: {unreadable}.")).into()
}

/// All statements.
pub async fn list(app: App, call: Call, paging: web::Query<Paging>) -> Result<HttpResponse> {
    call.read(app, move |tx| Ok(super::list(tx, &paging)?.map(|(statement, states)| view(statement, &states, None))))
        .await
}

/// One statement.
pub async fn get(app: App, call: Call, id: web::Path<StatementId>) -> Result<HttpResponse> {
    call.read(app, move |tx| {
        let (statement, stored) = super::get(tx, &id)?;
        let balances = super::balances(tx, &stored)?;
        let states = states(stored.iter());
        let lines = stored.into_iter().map(|stored| line(tx, stored, false, &balances)).collect();
        Ok(view(statement, &states, Some(lines)))
    })
    .await
}

/// Makes a line a payment.
pub async fn confirm(
    app: App,
    call: Call,
    path: web::Path<(StatementId, i32)>,
    body: Body<ConfirmRequest>,
) -> Result<HttpResponse> {
    let (id, n) = path.into_inner();
    let named = body.value.order_code.as_deref();
    let named = named.map(|code| order_code(&app.config.business, code, "/order_code")).transpose()?;
    let override_reason = optional(body.value.override_reason.as_deref(), 500, "/override_reason")?;
    call.write(app, body.fingerprint, move |tx| {
        let stored = super::confirm(tx, &id, n, named.as_ref(), override_reason.as_deref())?;
        Ok(Reply::ok(line(tx, stored, false, &HashMap::new())))
    })
    .await
}

/// Sets a line aside.
pub async fn ignore(
    app: App,
    call: Call,
    path: web::Path<(StatementId, i32)>,
    body: Body<IgnoreRequest>,
) -> Result<HttpResponse> {
    let (id, n) = path.into_inner();
    let reason = required(&body.value.reason, 500, "/reason")?;
    call.write(app, body.fingerprint, move |tx| {
        let stored = super::ignore(tx, &id, n, &reason)?;
        Ok(Reply::ok(line(tx, stored, false, &HashMap::new())))
    })
    .await
}
