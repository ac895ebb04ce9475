//! `GET /v1/audit`.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::Entry;
use crate::error::Result;
use crate::http::{Call, Paging};
use crate::ids::EntryId;
use crate::state::App;

/// `?object=`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditFilter {
    /// Only lines about this object: an order code, a login, a shipment code.
    object: Option<String>,
    /// How many, 1 to 200; 50 unless told.
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A line of the audit trail.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEntry {
    id: EntryId,
    at: DateTime<Utc>,
    by: String,
    role: String,
    action: String,
    object: String,
    detail: Value,
    request_id: String,
}

impl From<Entry> for AuditEntry {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.id,
            at: entry.at.and_utc(),
            by: entry.actor,
            role: entry.role,
            action: entry.action,
            object: entry.object,
            detail: serde_json::from_str(&entry.detail).unwrap_or(Value::Null),
            request_id: entry.request_id,
        }
    }
}

/// Who did what.
pub async fn list(app: App, call: Call, filter: web::Query<AuditFilter>) -> Result<HttpResponse> {
    call.read(app, move |tx| {
        let paging = Paging { limit: filter.limit, cursor: filter.cursor.clone() };
        Ok(super::list(tx, filter.object.as_deref(), &paging)?.map(AuditEntry::from))
    })
    .await
}
