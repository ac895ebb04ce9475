//! The `transfer_claims` table.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{NewClaim, State};
use crate::db::schema::transfer_claims::{self as claims, table};
use crate::db::{Tx, sight};
use crate::error::Result;
use crate::ids::{BranchId, ClaimId, PaymentId, PhotoId};
use crate::orders::Order;

/// No more claims than these are compared with one: the latest of them.
const MOST_RIVALS: i64 = 200;

/// A claim as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Claim {
    /// Identifier.
    pub id: ClaimId,
    /// Of which order.
    pub order_code: String,
    /// Where that order was to be picked up: whose queue it is in.
    pub branch_id: BranchId,
    /// How much was claimed, tyiyn.
    pub amount_tyiyn: i64,
    /// Through which bank.
    pub bank: String,
    /// When, as was said.
    pub paid_at: NaiveDateTime,
    /// Whose account it came from.
    pub payer: Option<String>,
    /// The bank's number of it.
    pub reference: Option<String>,
    /// The same as it is compared; once it is approved, the one that the bank shows.
    pub reference_key: Option<String>,
    /// The receipt.
    pub photo_id: Option<PhotoId>,
    /// How many photos it had so far.
    pub photos_taken: i32,
    /// Where it is.
    pub state: State,
    /// When it was made.
    pub created_at: NaiveDateTime,
    /// Login of the staff member, or `customer`.
    pub created_by: String,
    /// When it was decided.
    pub decided_at: Option<NaiveDateTime>,
    /// By whom.
    pub decided_by: Option<String>,
    /// How much was there, tyiyn.
    pub approved_tyiyn: Option<i64>,
    /// The payment that it became.
    pub payment_id: Option<PaymentId>,
    /// Why it was approved in spite of its flags.
    pub override_reason: Option<String>,
    /// Why it was rejected.
    pub reject_reason: Option<String>,
}

/// Which claims to list.
#[derive(Clone, Debug)]
pub struct Filter {
    /// In this state.
    pub state: State,
    /// In the queue of this branch.
    pub branch: Option<BranchId>,
}

pub fn insert(tx: &mut Tx, order: &Order, new: &NewClaim, reference_key: Option<String>) -> Result<Claim> {
    Ok(diesel::insert_into(table)
        .values((
            claims::id.eq(ClaimId::new()),
            claims::order_code.eq(&order.code),
            claims::branch_id.eq(&order.pickup_point_id),
            claims::amount_tyiyn.eq(new.amount_tyiyn),
            claims::bank.eq(&new.bank),
            claims::paid_at.eq(new.paid_at),
            claims::payer.eq(&new.payer),
            claims::reference.eq(&new.reference),
            claims::reference_key.eq(reference_key),
            claims::photos_taken.eq(0),
            claims::state.eq(State::Waiting),
            claims::created_at.eq(tx.now),
            claims::created_by.eq(tx.by.name()),
        ))
        .returning(claims::all_columns)
        .get_result(tx.conn)?)
}

pub fn by_id(tx: &mut Tx, id: &ClaimId) -> Result<Option<Claim>> {
    Ok(table.find(id).filter(sight::claims(tx)).first(tx.conn).optional()?)
}

pub fn count_waiting(tx: &mut Tx, order_code: &str) -> Result<i64> {
    let waiting = table.filter(claims::order_code.eq(order_code)).filter(claims::state.eq(State::Waiting));
    Ok(waiting.count().get_result(tx.conn)?)
}

pub fn of_order(tx: &mut Tx, order_code: &str) -> Result<Vec<Claim>> {
    Ok(table.filter(claims::order_code.eq(order_code)).order(claims::id.desc()).load(tx.conn)?)
}

/// Identifiers sort by birth, so the oldest first is the smallest first.
pub fn page(tx: &mut Tx, filter: &Filter, limit: i64, cursor: Option<&str>) -> Result<Vec<Claim>> {
    let mut query = table.filter(claims::state.eq(filter.state)).filter(sight::claims(tx)).limit(limit).into_boxed();
    if let Some(branch) = &filter.branch {
        query = query.filter(claims::branch_id.eq(branch.clone()));
    }
    let cursor = cursor.map(str::to_owned);
    query = match (filter.state, cursor) {
        (State::Waiting, None) => query.order(claims::id.asc()),
        (State::Waiting, Some(cursor)) => query.order(claims::id.asc()).filter(claims::id.gt(cursor)),
        (State::Approved | State::Rejected, None) => query.order(claims::id.desc()),
        (State::Approved | State::Rejected, Some(cursor)) => {
            query.order(claims::id.desc()).filter(claims::id.lt(cursor))
        }
    };
    Ok(query.load(tx.conn)?)
}

/// Claims of one of these sums, claimed or approved, since a day.
pub fn with_amounts(tx: &mut Tx, amounts_tyiyn: &[i64], since: NaiveDateTime) -> Result<Vec<Claim>> {
    let amounts = amounts_tyiyn.to_vec();
    let has_amount =
        claims::amount_tyiyn.eq_any(amounts.clone()).or(claims::approved_tyiyn.assume_not_null().eq_any(amounts));
    Ok(table
        .filter(claims::created_at.ge(since))
        .filter(has_amount)
        .order(claims::id.desc())
        .limit(MOST_RIVALS)
        .load(tx.conn)?)
}

pub fn with_reference(tx: &mut Tx, key: &str) -> Result<Vec<Claim>> {
    Ok(table.filter(claims::reference_key.eq(key)).order(claims::id.desc()).limit(MOST_RIVALS).load(tx.conn)?)
}

pub fn with_photos(tx: &mut Tx, photos: Vec<PhotoId>) -> Result<Vec<Claim>> {
    let has_photo = claims::photo_id.assume_not_null().eq_any(photos);
    Ok(table.filter(has_photo).order(claims::id.desc()).limit(MOST_RIVALS).load(tx.conn)?)
}

pub fn set_photo(tx: &mut Tx, claim: &Claim) -> Result<()> {
    diesel::update(table.find(&claim.id))
        .set((claims::photo_id.eq(&claim.photo_id), claims::photos_taken.eq(claim.photos_taken)))
        .execute(tx.conn)?;
    Ok(())
}

pub fn set_decision(tx: &mut Tx, claim: &Claim) -> Result<()> {
    diesel::update(table.find(&claim.id))
        .set((
            claims::state.eq(claim.state),
            claims::reference_key.eq(&claim.reference_key),
            claims::decided_at.eq(claim.decided_at),
            claims::decided_by.eq(&claim.decided_by),
            claims::approved_tyiyn.eq(claim.approved_tyiyn),
            claims::payment_id.eq(&claim.payment_id),
            claims::override_reason.eq(&claim.override_reason),
            claims::reject_reason.eq(&claim.reject_reason),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn photos_of(tx: &mut Tx, order_codes: &[String]) -> Result<Vec<PhotoId>> {
    let named = table.filter(claims::order_code.eq_any(order_codes.to_vec())).filter(claims::photo_id.is_not_null());
    Ok(named.select(claims::photo_id.assume_not_null()).load(tx.conn)?)
}

pub fn waiting_of(tx: &mut Tx, order_codes: &[String]) -> Result<i64> {
    let waiting =
        table.filter(claims::order_code.eq_any(order_codes.to_vec())).filter(claims::state.eq(State::Waiting));
    Ok(waiting.count().get_result(tx.conn)?)
}
