//! The `audit` table.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde_json::Value;

use crate::db::schema::audit;
use crate::db::{Tx, batch};
use crate::error::Result;
use crate::ids::EntryId;

/// A line of the trail as stored.
#[derive(Debug, Queryable)]
pub struct Entry {
    /// Identifier, in order of writing.
    pub id: EntryId,
    /// When, UTC.
    pub at: NaiveDateTime,
    /// Login of the staff member, `customer` or `system`.
    pub actor: String,
    /// Their role at that moment; empty for others.
    pub role: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub object: String,
    /// JSON text.
    pub detail: String,
    /// In which request.
    pub request_id: String,
}

pub fn insert(tx: &mut Tx, action: &str, object: &str, detail: &Value) -> Result<()> {
    diesel::insert_into(audit::table)
        .values((
            audit::id.eq(EntryId::new()),
            audit::at.eq(tx.now),
            audit::actor.eq(tx.by.name()),
            audit::role.eq(tx.by.role().map_or("", |role| role.as_str())),
            audit::action.eq(action),
            audit::object.eq(object),
            audit::detail.eq(detail.to_string()),
            audit::request_id.eq(&tx.request_id),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn insert_many(tx: &mut Tx, lines: &[(&'static str, String, String)]) -> Result<()> {
    let (now, actor, role) = (tx.now, tx.by.name(), tx.by.role().map_or("", |role| role.as_str()));
    let rows = lines.iter().map(|(action, object, detail)| {
        vec![
            batch::Value::text(EntryId::new().to_string()),
            batch::Value::Moment(Some(now)),
            batch::Value::text(actor),
            batch::Value::text(role),
            batch::Value::text(*action),
            batch::Value::text(object),
            batch::Value::text(detail),
            batch::Value::text(&tx.request_id),
        ]
    });
    let insert = "INSERT INTO audit (id, at, actor, role, action, object, detail, request_id) VALUES";
    batch::write(tx.conn, insert, rows, "")?;
    Ok(())
}

pub fn page(tx: &mut Tx, object: Option<&str>, limit: i64, below: Option<&str>) -> Result<Vec<Entry>> {
    let mut query = audit::table.order(audit::id.desc()).limit(limit).into_boxed();
    if let Some(object) = object {
        query = query.filter(audit::object.eq(object.to_owned()));
    }
    if let Some(below) = below {
        query = query.filter(audit::id.lt(below.to_owned()));
    }
    Ok(query.load(tx.conn)?)
}
