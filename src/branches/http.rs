//! `/v1/branches`.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Branch, Change, Kind, NewBranch};
use crate::error::{Problem, Result};
use crate::http::text::one_line;
use crate::http::{Body, Call, Page, Reply};
use crate::ids::BranchId;
use crate::phone::Phone;
use crate::state::App;

/// A branch.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Branch)]
pub struct BranchView {
    id: BranchId,
    code: String,
    kind: Kind,
    name: String,
    city: String,
    address: String,
    phone: String,
    hours: String,
}

/// The JSON shape of a branch.
pub fn view(branch: Branch) -> BranchView {
    BranchView {
        id: branch.id,
        code: branch.code,
        kind: branch.kind,
        name: branch.name,
        city: branch.city,
        address: branch.address,
        phone: branch.phone,
        hours: branch.hours,
    }
}

/// A branch to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "OSH", "kind": "pickup_point", "name": "Osh, Zainabetdinov", "city": "Osh",
    "address": "Zainabetdinov 12", "phone": "+996 700 123 456", "hours": "10:00-19:00"}))]
pub struct BranchRequest {
    /// Two to eight letters or digits.
    code: String,
    kind: Kind,
    name: String,
    city: String,
    address: String,
    #[schema(value_type = String)]
    phone: Phone,
    hours: String,
}

/// What may change of a branch.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"hours": "09:00-20:00"}))]
pub struct BranchChange {
    name: Option<String>,
    city: Option<String>,
    address: Option<String>,
    #[schema(value_type = Option<String>)]
    phone: Option<Phone>,
    hours: Option<String>,
}

/// All branches; visitors see the pickup points.
pub async fn list(app: App, call: Call) -> Result<HttpResponse> {
    call.read(app, |tx| {
        let items = super::list(tx)?.into_iter().map(view).collect();
        Ok(Page { items, next_cursor: None })
    })
    .await
}

/// Opens a branch.
pub async fn open(app: App, call: Call, body: Body<BranchRequest>) -> Result<HttpResponse> {
    let request = body.value;
    let code = request.code.trim().to_uppercase();
    if !(2..=8).contains(&code.len()) || !code.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Problem::field("/code", "must be two to eight letters A-Z or digits").fail();
    }
    let new = NewBranch {
        code,
        kind: request.kind,
        name: one_line(&request.name, 100, "/name")?,
        city: one_line(&request.city, 100, "/city")?,
        address: one_line(&request.address, 200, "/address")?,
        phone: request.phone.as_str().to_owned(),
        hours: one_line(&request.hours, 100, "/hours")?,
    };
    call.write(app, body.fingerprint, move |tx| {
        let branch = super::open(tx, &new)?;
        Ok(Reply::created_at(format!("/v1/branches/{}", branch.id), view(branch)))
    })
    .await
}

/// These texts end up in messages and on pages.
fn line(text: Option<String>, most_characters: usize, pointer: &str) -> Result<Option<String>> {
    text.map(|text| one_line(&text, most_characters, pointer)).transpose()
}

/// Changes a branch.
pub async fn change(app: App, call: Call, id: web::Path<BranchId>, body: Body<BranchChange>) -> Result<HttpResponse> {
    let request = body.value;
    let change = Change {
        name: line(request.name, 100, "/name")?,
        city: line(request.city, 100, "/city")?,
        address: line(request.address, 200, "/address")?,
        phone: request.phone.map(|phone| phone.as_str().to_owned()),
        hours: line(request.hours, 100, "/hours")?,
    };
    call.write(app, body.fingerprint, move |tx| Ok(Reply::ok(view(super::change(tx, &id, &change)?)))).await
}
