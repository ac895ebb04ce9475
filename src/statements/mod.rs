//! Statements of the bank account: each line of money that came in waits until a cashier says which order it pays.
//!
//! Nothing is posted by itself. The order code in the purpose makes a proposal; a person confirms it, names another
//! order, or sets the line aside. A line is recognised for ever, so the same statement, or one that overlaps it, adds
//! nothing twice; and its fingerprint is the source of its payment, so that it is one payment whatever happens.

mod amounts;
mod columns;
pub mod http;
mod lines;
pub mod rules;
mod store;

use std::collections::{HashMap, HashSet};

use crate::audit;
use crate::client_code::ClientCode;
use crate::clock::bishkek_day;
use crate::code::OrderCode;
use crate::db::Tx;
use crate::error::{Error, Problem, Result, Slug};
use crate::http::{Page, Paging};
use crate::ids::StatementId;
use crate::orders::{self, Order};
use crate::parcels;
use crate::payments::{self, Method, NewPayment};

pub use lines::{Line, Parsed, Unreadable, read};
use rules::Named;
use store::Proposal;
pub use store::{Statement, Stored};

words! {
    /// What became of a line.
    LineState {
        /// An order is proposed.
        Proposed = "proposed",
        /// A person has to find the order.
        Unmatched = "unmatched",
        /// It is a payment.
        Confirmed = "confirmed",
        /// It is none.
        Ignored = "ignored",
    }
}

/// What an import did.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The statement with its new lines; none when there was nothing new.
    pub statement: Option<Statement>,
    /// Every line of the file as it is stored, and whether an earlier statement had it.
    pub lines: Vec<(Stored, bool)>,
}

/// Keeps the lines of a statement that are not here yet, each with what is proposed for it.
///
/// # Errors
/// Those of the database.
pub fn import(tx: &mut Tx, file_name: Option<&str>, parsed: &Parsed) -> Result<Imported> {
    let prints: Vec<String> = parsed.lines.iter().map(|line| line.fingerprint.clone()).collect();
    let mut known = store::known(tx, &prints)?;
    let duplicates = known.len();
    if duplicates == parsed.lines.len() {
        let lines = prints.iter().filter_map(|print| known.remove(print)).map(|line| (line, true)).collect();
        return Ok(Imported { statement: None, lines });
    }
    let id = StatementId::new();
    let statement = store::insert(tx, &id, file_name, parsed, duplicates)?;
    let (mut lines, mut n) = (Vec::with_capacity(prints.len()), 0);
    for line in &parsed.lines {
        if let Some(before) = known.remove(&line.fingerprint) {
            lines.push((before, true));
            continue;
        }
        n += 1;
        let proposal = propose(tx, line)?;
        lines.push((store::insert_line(tx, &id, n, line, &proposal)?, false));
    }
    audit::record(
        tx,
        "statement.imported",
        id.as_str(),
        serde_json::json!({ "file_name": file_name, "lines": n, "duplicates": duplicates, "debits": parsed.debits }),
    )?;
    Ok(Imported { statement: Some(statement), lines })
}

fn propose(tx: &mut Tx, line: &Line) -> Result<Proposal> {
    if line.refusal.is_some() {
        return Ok(Proposal { state: LineState::Ignored, order_code: None, reason: line.refusal.clone() });
    }
    let codes = OrderCode::find_in(&tx.firm.code_prefix, &line.purpose);
    let mut known = Vec::new();
    for code in &codes {
        known.extend(existing(tx, code)?.map(|order| order.code));
    }
    Ok(match rules::named(&codes, &known, client(tx, &line.purpose).as_ref()) {
        Named::Order(code) => Proposal { state: LineState::Proposed, order_code: Some(code), reason: None },
        Named::Unclear(why) => Proposal { state: LineState::Unmatched, order_code: None, reason: Some(why) },
    })
}

/// The client code in a purpose: a hint for the person who looks.
fn client(tx: &Tx, purpose: &str) -> Option<ClientCode> {
    ClientCode::parse(&tx.firm.client_code_prefix, purpose)
}

fn existing(tx: &mut Tx, code: &OrderCode) -> Result<Option<Order>> {
    // The account is the firm's, so its lines are those of all branches.
    match orders::find_anywhere(tx, code) {
        Ok(order) => Ok(Some(order)),
        Err(Error::Problem(problem)) if problem.slug == Slug::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Statements, newest first, with how many of their lines are in which state.
///
/// # Errors
/// Bad paging, and those of the database.
pub fn list(tx: &mut Tx, paging: &Paging) -> Result<Page<(Statement, HashMap<LineState, i64>)>> {
    let (limit, below) = paging.checked()?;
    let rows = store::page(tx, limit + 1, below.as_deref())?;
    let page = Page::new(rows, limit, |statement| statement.id.to_string());
    let ids: Vec<String> = page.items.iter().map(|statement| statement.id.to_string()).collect();
    let mut counts: HashMap<String, HashMap<LineState, i64>> = HashMap::new();
    for (id, state, count) in store::counts(tx, &ids)? {
        counts.entry(id.to_string()).or_default().insert(state, count);
    }
    Ok(page.map(|statement| {
        let counted = counts.remove(statement.id.as_str()).unwrap_or_default();
        (statement, counted)
    }))
}

/// A statement and its lines.
///
/// # Errors
/// `not_found`.
pub fn get(tx: &mut Tx, id: &StatementId) -> Result<(Statement, Vec<Stored>)> {
    let statement = store::by_id(tx, id)?.ok_or_else(|| Problem::not_found(format_args!("statement {id}")))?;
    let lines = store::lines_of(tx, id)?;
    Ok((statement, lines))
}

/// The balances, positive when owed, of the orders that lines which still wait are proposed for.
///
/// # Errors
/// Those of the database.
pub fn balances(tx: &mut Tx, lines: &[Stored]) -> Result<HashMap<String, i64>> {
    let waiting = lines.iter().filter(|line| line.state == LineState::Proposed);
    let codes: HashSet<String> = waiting.filter_map(|line| line.order_code.clone()).collect();
    let mut found = HashMap::new();
    for code in codes {
        let Ok(parsed) = OrderCode::parse(&tx.firm.code_prefix, &code) else { continue };
        if let Some(order) = existing(tx, &parsed)? {
            found.insert(code, parcels::storage::balance_tyiyn(tx, &order)?);
        }
    }
    Ok(found)
}

/// A line is the payment of an order: the proposed one unless another is named.
///
/// # Errors
/// `not_found` for the line or the order, `already_confirmed`, `nothing_to_confirm`; `validation_failed` when no order
/// is proposed and none named; `already_recorded` when the order may have this payment and nobody says why it has not.
pub fn confirm(
    tx: &mut Tx,
    id: &StatementId,
    n: i32,
    named: Option<&OrderCode>,
    override_reason: Option<&str>,
) -> Result<Stored> {
    let line = line(tx, id, n)?;
    if line.state == LineState::Confirmed {
        return already_confirmed(&line);
    }
    let Some(amount_tyiyn) = line.amount_tyiyn else {
        let why = line.reason.unwrap_or_default();
        return Problem::new(Slug::NothingToConfirm, format!("Line {n} cannot become a payment: {why}.")).fail();
    };
    let proposed = line.order_code.as_deref().and_then(|code| OrderCode::parse(&tx.firm.code_prefix, code).ok());
    let Some(code) = named.cloned().or(proposed) else {
        return Problem::field("/order_code", "no order is proposed for this line: say which one it pays").fail();
    };
    // The line first: of two cashiers the second waits here and then sees that it is taken.
    let Some(line) = store::take(tx, id, n, code.as_str())? else {
        return already_confirmed(&self::line(tx, id, n)?);
    };
    if override_reason.is_none() {
        refuse_recorded(tx, &code, &line)?;
    }
    let new = NewPayment {
        source: Some(format!("statement:{}", line.fingerprint)),
        reference: line.document_no.clone(),
        ..NewPayment::of(Method::BankTransfer, amount_tyiyn)
    };
    let (payment, order) = payments::record(tx, &code, &new)?;
    let line = store::set_payment(tx, &line, &payment.id)?;
    audit::record(
        tx,
        "statement.line_confirmed",
        &order.code,
        serde_json::json!({
            "statement": id, "line": n, "payment": payment.id, "amount_tyiyn": amount_tyiyn,
            "override_reason": override_reason,
        }),
    )?;
    Ok(line)
}

/// What a claim or a cashier made a payment comes in the statement, too.
fn refuse_recorded(tx: &mut Tx, code: &OrderCode, line: &Stored) -> Result<()> {
    let order = orders::lock(tx, code)?;
    let mut payments = payments::of_order(tx, &order)?;
    payments.retain(|payment| rules::may_be_it(line, payment, bishkek_day(payment.at)));
    let of_lines = store::payments_among(tx, &payments)?;
    let Some(payment) = payments.into_iter().find(|payment| !of_lines.contains(&payment.id)) else { return Ok(()) };
    let detail = format!("Order {code} has a payment of the same sum, receipt {}.", payment.receipt_no);
    Problem::new(Slug::AlreadyRecorded, detail).with("payment_id", payment.id.as_str()).fail()
}

fn already_confirmed<T>(line: &Stored) -> Result<T> {
    let code = line.order_code.clone().unwrap_or_default();
    let detail = format!("Line {} is a payment of order {code} already.", line.n);
    Problem::new(Slug::AlreadyConfirmed, detail)
        .with("order_code", code)
        .with("payment_id", line.payment_id.as_ref().map(ToString::to_string))
        .fail()
}

/// A line is no payment of an order: it is set aside with a reason, and may still be confirmed.
///
/// # Errors
/// `not_found`, `already_confirmed`.
pub fn ignore(tx: &mut Tx, id: &StatementId, n: i32, reason: &str) -> Result<Stored> {
    let before = line(tx, id, n)?;
    let Some(line) = store::set_aside(tx, id, n, reason)? else {
        return already_confirmed(&self::line(tx, id, n)?);
    };
    audit::record(
        tx,
        "statement.line_ignored",
        id.as_str(),
        serde_json::json!({ "line": n, "was": before.state, "reason": reason }),
    )?;
    Ok(line)
}

fn line(tx: &mut Tx, id: &StatementId, n: i32) -> Result<Stored> {
    store::line(tx, id, n)?.ok_or_else(|| Problem::not_found(format_args!("line {n} of statement {id}")).into())
}
