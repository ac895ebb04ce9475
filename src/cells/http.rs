//! `/v1/cells`.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Address, Filled, Outcome, Scanned};
use crate::db::Tx;
use crate::error::{Error, Problem, Result};
use crate::http::text::one_line;
use crate::http::{Body, Call, Page, Reply};
use crate::ids::ParcelId;
use crate::parcels::{Parcel, http as parcels};
use crate::state::App;

/// Cells set up in one call at most.
const MOST_CELLS: usize = 500;
/// Barcodes scanned in one call at most.
const MOST_BARCODES: usize = 500;

/// A cell and what lies in it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Cell)]
pub struct CellView {
    /// Code of the branch.
    branch: String,
    address: String,
    /// How many parcels it holds; null is any number.
    capacity: Option<i64>,
    /// How many lie there.
    occupied: usize,
    parcels: Vec<CellParcel>,
}

/// A parcel on a shelf.
#[derive(Debug, Serialize, ToSchema)]
pub struct CellParcel {
    id: ParcelId,
    barcode: String,
    tracking_number: Option<String>,
    order_code: Option<String>,
}

/// Cells to be set up, or changed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"branch": "BISH", "addresses": ["A-03-1", "A-03-2"], "capacity": 12}))]
pub struct CellsRequest {
    /// Code or identifier of a pickup point; where the caller works when not named.
    #[serde(default)]
    branch: Option<String>,
    #[schema(value_type = Vec<String>)]
    addresses: Vec<Address>,
    /// How many parcels each holds; any number when not named.
    #[serde(default)]
    capacity: Option<i64>,
}

/// `?branch=&address=`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CellFilter {
    /// Code or identifier of a pickup point; where the caller works when not named.
    branch: Option<String>,
    /// Only this cell.
    #[param(value_type = Option<String>)]
    address: Option<Address>,
}

/// What is laid into a cell.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"branch": "BISH", "barcodes": ["YT8812345678901"]}))]
pub struct CellScanRequest {
    /// Code or identifier of a pickup point; where the caller works when not named.
    #[serde(default)]
    branch: Option<String>,
    barcodes: Vec<String>,
}

/// What became of each barcode.
#[derive(Debug, Serialize, ToSchema)]
pub struct CellScanAnswer {
    results: Vec<CellScanResult>,
    /// How many of each outcome.
    counts: BTreeMap<Outcome, usize>,
}

/// One scan.
#[derive(Debug, Serialize, ToSchema)]
pub struct CellScanResult {
    barcode: String,
    outcome: Outcome,
    reason: Option<String>,
    parcel: Option<parcels::ParcelView>,
}

fn answer(scans: Vec<Scanned>) -> CellScanAnswer {
    let mut counts = BTreeMap::new();
    for scan in &scans {
        *counts.entry(scan.outcome).or_default() += 1;
    }
    let result = |scan: Scanned| CellScanResult {
        barcode: scan.barcode,
        outcome: scan.outcome,
        reason: scan.reason,
        parcel: scan.parcel.map(parcels::view),
    };
    CellScanAnswer { results: scans.into_iter().map(result).collect(), counts }
}

fn view(branch: &str, (cell, lying): Filled) -> CellView {
    let shown = |(parcel, order_code): (Parcel, Option<String>)| CellParcel {
        id: parcel.id,
        barcode: parcel.barcode,
        tracking_number: parcel.tracking_number,
        order_code,
    };
    CellView {
        branch: branch.to_owned(),
        address: cell.address,
        capacity: cell.capacity,
        occupied: lying.len(),
        parcels: lying.into_iter().map(shown).collect(),
    }
}

fn shelves(tx: &mut Tx, branch: Option<&str>, pointer: &str, wanted: &[Address]) -> Result<Page<CellView>> {
    let branch = super::branch(tx, branch, pointer)?;
    let is_wanted =
        |(cell, _): &Filled| wanted.is_empty() || wanted.iter().any(|address| address.as_str() == cell.address);
    let items =
        super::list(tx, &branch)?.into_iter().filter(is_wanted).map(|filled| view(&branch.code, filled)).collect();
    Ok(Page { items, next_cursor: None })
}

/// What lies where.
pub async fn list(app: App, call: Call, filter: web::Query<CellFilter>) -> Result<HttpResponse> {
    let CellFilter { branch, address } = filter.into_inner();
    let wanted: Vec<_> = address.into_iter().collect();
    call.read(app, move |tx| shelves(tx, branch.as_deref(), "?branch", &wanted)).await
}

/// Sets cells up, or changes how much they hold.
pub async fn set_up(app: App, call: Call, body: Body<CellsRequest>) -> Result<HttpResponse> {
    let CellsRequest { branch, addresses, capacity } = body.value;
    if !(1..=MOST_CELLS).contains(&addresses.len()) {
        return Problem::field("/addresses", format!("must have 1 to {MOST_CELLS} addresses")).fail();
    }
    if capacity.is_some_and(|capacity| !(1..=100_000).contains(&capacity)) {
        return Problem::field("/capacity", "must be 1 to 100000 parcels, or left out").fail();
    }
    call.taking_time()
        .write(app, body.fingerprint, move |tx| {
            let at = super::branch(tx, branch.as_deref(), "/branch")?;
            super::set_up(tx, &at, &addresses, capacity)?;
            Ok(Reply::ok(shelves(tx, Some(&at.code), "/branch", &addresses)?))
        })
        .await
}

/// Lays parcels into a cell.
pub async fn put(
    app: App,
    call: Call,
    address: web::Path<String>,
    body: Body<CellScanRequest>,
) -> Result<HttpResponse> {
    let address =
        Address::try_from(address.into_inner()).map_err(|error| Error::from(Problem::field("{address}", error)))?;
    let CellScanRequest { branch, barcodes } = body.value;
    if !(1..=MOST_BARCODES).contains(&barcodes.len()) {
        return Problem::field("/barcodes", format!("must have 1 to {MOST_BARCODES} barcodes")).fail();
    }
    let checked = |(index, code): (usize, &String)| one_line(code, 64, &format!("/barcodes/{index}"));
    let barcodes = barcodes.iter().enumerate().map(checked).collect::<Result<Vec<_>>>()?;
    call.taking_time()
        .write(app, body.fingerprint, move |tx| {
            let branch = super::branch(tx, branch.as_deref(), "/branch")?;
            Ok(Reply::ok(answer(super::put(tx, &branch, &address, &barcodes)?)))
        })
        .await
}
