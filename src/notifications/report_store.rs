//! The `notifications` table after a message went: reports, the next channel, costs and figures.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamp};

use super::store::Notification;
use super::{Channel, HIDDEN, Occasion, State};
use crate::db::Tx;
use crate::db::schema::notifications::{self, table};
use crate::error::Result;
use crate::ids::NotificationId;

/// Why a message that stood in for another one did not go.
const SPARED: &str = "another channel served";

/// When the gateway is asked next whether this one arrived; never again without a time.
pub fn ask_at(tx: &mut Tx, sent: &Notification, at: Option<NaiveDateTime>) -> Result<()> {
    diesel::update(table.find(&sent.id)).set(notifications::report_due_at.eq(at)).execute(tx.conn)?;
    Ok(())
}

/// The gateway is asked about these messages at once, if it has not said enough yet.
pub fn ask_now(tx: &mut Tx, message_ids: &[String]) -> Result<()> {
    let open = table
        .filter(notifications::message_id.eq_any(message_ids.to_vec()))
        .filter(notifications::state.eq(State::Sent))
        .filter(notifications::report_due_at.gt(tx.now));
    diesel::update(open).set(notifications::report_due_at.eq(tx.now)).execute(tx.conn)?;
    Ok(())
}

/// It arrived.
pub fn arrived(tx: &mut Tx, sent: &Notification, at: NaiveDateTime) -> Result<()> {
    let none: Option<NaiveDateTime> = None;
    diesel::update(table.find(&sent.id).filter(notifications::state.eq(State::Sent)))
        .set((
            notifications::state.eq(State::Delivered),
            notifications::delivered_at.eq(at),
            notifications::report_due_at.eq(none),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// It will not arrive. Tells whether that is news.
pub fn lost(tx: &mut Tx, sent: &Notification, reason: &str) -> Result<bool> {
    let none: Option<NaiveDateTime> = None;
    let lost = diesel::update(table.find(&sent.id).filter(notifications::state.eq(State::Sent)))
        .set((
            notifications::state.eq(State::Undelivered),
            notifications::last_error.eq(reason),
            notifications::report_due_at.eq(none),
        ))
        .execute(tx.conn)?;
    Ok(lost > 0)
}

/// Lets go what was spared because this message seemed to serve; not what has forgotten its secret, nor what is too old.
pub fn call_back(tx: &mut Tx, lost: &Notification) -> Result<()> {
    let spared = table
        .filter(notifications::instead_of.eq(&lost.id))
        .filter(notifications::state.eq(State::Cancelled))
        .filter(notifications::last_error.eq(SPARED))
        .filter(notifications::useful_until.gt(tx.now))
        .filter(notifications::body.not_like(format!("%{HIDDEN}%")));
    let none: Option<String> = None;
    diesel::update(spared)
        .set((
            notifications::state.eq(State::Pending),
            notifications::last_error.eq(none),
            notifications::due_at.eq(tx.now),
            notifications::next_attempt_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Whether anything waits for what becomes of another channel.
pub fn is_anything_waiting(tx: &mut Tx) -> Result<bool> {
    let waiting = table.filter(notifications::state.eq(State::Waiting)).select(notifications::id);
    Ok(waiting.first::<NotificationId>(tx.conn).optional()?.is_some())
}

/// Whoever waits for another channel goes when that one failed, or reached nobody in time; and is spared when it did.
/// Where a gateway never tells, its word that it took the message must do. Tells how many go.
pub fn fall_back(tx: &mut Tx) -> Result<usize> {
    diesel::sql_query(
        "UPDATE notifications SET state = 'cancelled', secret = NULL, last_error = $1 WHERE state = 'waiting' \
         AND EXISTS (SELECT 1 FROM notifications AS before WHERE before.id = notifications.instead_of \
         AND (before.state IN ('delivered', 'cancelled') OR (before.state = 'sent' AND before.report_due_at IS NULL)))",
    )
    .bind::<Text, _>(SPARED)
    .execute(tx.conn)?;
    let go = diesel::sql_query(
        "UPDATE notifications SET state = 'pending', due_at = $1, next_attempt_at = $1 WHERE state = 'waiting' \
         AND EXISTS (SELECT 1 FROM notifications AS before WHERE before.id = notifications.instead_of \
         AND (before.state IN ('undelivered', 'failed', 'expired', 'held') OR notifications.next_attempt_at <= $1))",
    )
    .bind::<Timestamp, _>(tx.now)
    .execute(tx.conn)?;
    Ok(go)
}

/// What messages of one kind cost.
#[derive(QueryableByName)]
pub struct Cost {
    #[diesel(sql_type = Text)]
    pub channel: Channel,
    #[diesel(sql_type = Text)]
    pub event: Occasion,
    #[diesel(sql_type = BigInt)]
    pub messages: i64,
    #[diesel(sql_type = BigInt)]
    pub parts: i64,
    #[diesel(sql_type = BigInt)]
    pub cost_tyiyn: i64,
}

pub fn costs(tx: &mut Tx, from: NaiveDateTime, until: NaiveDateTime) -> Result<Vec<Cost>> {
    let costs = diesel::sql_query(
        "SELECT channel, event, COUNT(*) AS messages, CAST(SUM(parts) AS BIGINT) AS parts, \
         CAST(SUM(cost_tyiyn) AS BIGINT) AS cost_tyiyn FROM notifications WHERE sent_at >= $1 AND sent_at < $2 \
         GROUP BY channel, event ORDER BY channel DESC, event",
    )
    .bind::<Timestamp, _>(from)
    .bind::<Timestamp, _>(until)
    .load(tx.conn)?;
    Ok(costs)
}

/// How many messages of each channel could go, and since when the oldest could.
pub fn backlog(tx: &mut Tx) -> Result<Vec<(Channel, i64, Option<NaiveDateTime>)>> {
    let due = table
        .filter(notifications::state.eq_any([State::Pending, State::Sending]))
        .filter(notifications::due_at.le(tx.now))
        .group_by(notifications::channel);
    let columns = (notifications::channel, diesel::dsl::count_star(), diesel::dsl::min(notifications::due_at));
    Ok(due.select(columns).load(tx.conn)?)
}

/// How many wait for a person's word.
pub fn held(tx: &mut Tx) -> Result<i64> {
    Ok(table.filter(notifications::state.eq(State::Held)).count().get_result(tx.conn)?)
}

/// How many messages of each channel were given up or became too old.
pub fn dead(tx: &mut Tx) -> Result<Vec<(Channel, i64)>> {
    let dead = table.filter(notifications::state.eq_any([State::Failed, State::Expired]));
    Ok(dead
        .group_by(notifications::channel)
        .select((notifications::channel, diesel::dsl::count_star()))
        .load(tx.conn)?)
}
