//! The `backups` table: which backups were taken, as far as the database that was backed up knows.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Label;
use crate::db::schema::backups::{self, table};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};

pub fn insert(tx: &mut Tx, label: &Label) -> Result<()> {
    let too_large = |_| Error::Startup("a backup is larger than any number for it".to_owned());
    diesel::insert_into(table)
        .values((
            backups::name.eq(&label.name),
            backups::taken_at.eq(label.taken_at),
            backups::bytes.eq(i64::try_from(label.bytes).map_err(too_large)?),
            backups::sha256.eq(&label.sha256),
            backups::recorded_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// When the newest backup was taken.
///
/// # Errors
/// Those of the database.
pub fn last(conn: &mut Conn) -> Result<Option<NaiveDateTime>> {
    Ok(table.select(diesel::dsl::max(backups::taken_at)).first(conn)?)
}
