//! The `notification_attempts` table: every attempt that did not succeed, and why.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::Tx;
use crate::db::schema::notification_attempts::{self, table};
use crate::error::Result;
use crate::ids::{AttemptId, NotificationId};

/// An attempt that did not succeed.
#[derive(Clone, Debug, Queryable)]
pub struct Attempt {
    /// When.
    pub at: NaiveDateTime,
    /// What the gateway said, or that it said nothing.
    pub error: String,
}

/// Writes an attempt down.
pub fn note(tx: &mut Tx, notification: &NotificationId, error: &str) -> Result<()> {
    diesel::insert_into(table)
        .values((
            notification_attempts::id.eq(AttemptId::new()),
            notification_attempts::notification_id.eq(notification),
            notification_attempts::at.eq(tx.now),
            notification_attempts::error.eq(error),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The attempts of a message that did not succeed, oldest first.
pub fn of(tx: &mut Tx, notification: &NotificationId) -> Result<Vec<Attempt>> {
    let attempts = table.filter(notification_attempts::notification_id.eq(notification));
    let columns = (notification_attempts::at, notification_attempts::error);
    Ok(attempts.order(notification_attempts::id).select(columns).load(tx.conn)?)
}
