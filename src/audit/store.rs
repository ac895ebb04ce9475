//! The `audit` table.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;

use crate::db::Tx;
use crate::db::batch::{self, Kind};
use crate::db::schema::audit;
use crate::error::Result;
use crate::ids::EntryId;

/// A line of the trail as stored.
#[derive(Debug, Queryable)]
pub struct Entry {
    /// Identifier, in order of writing.
    pub id: EntryId,
    /// When, UTC.
    pub at: NaiveDateTime,
    /// Login of the staff member, client code of a customer who is signed in, `customer` or `system`.
    pub actor: String,
    /// Their role at that moment, or `customer`; empty for others.
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
            audit::role.eq(tx.by.part()),
            audit::action.eq(action),
            audit::object.eq(object),
            audit::detail.eq(detail.to_string()),
            audit::request_id.eq(&tx.request_id),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn insert_many(tx: &mut Tx, lines: &[(&'static str, String, Value)]) -> Result<()> {
    #[derive(Serialize)]
    struct Row<'a> {
        id: EntryId,
        #[serde(serialize_with = "batch::moment")]
        at: NaiveDateTime,
        actor: &'a str,
        role: &'a str,
        action: &'a str,
        object: &'a str,
        detail: String,
        request_id: &'a str,
    }
    let columns = [
        ("id", Kind::Text),
        ("at", Kind::Moment),
        ("actor", Kind::Text),
        ("role", Kind::Text),
        ("action", Kind::Text),
        ("object", Kind::Text),
        ("detail", Kind::Text),
        ("request_id", Kind::Text),
    ];
    let rows: Vec<_> = lines
        .iter()
        .map(|(action, object, detail)| Row {
            id: EntryId::new(),
            at: tx.now,
            actor: tx.by.name(),
            role: tx.by.part(),
            action,
            object: object.as_str(),
            detail: detail.to_string(),
            request_id: &tx.request_id,
        })
        .collect();
    batch::insert(tx.conn, "audit", &columns, &rows)
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
