//! `/v1/bags`.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Bag, Bagged, Outcome, Status, rules};
use crate::db::Tx;
use crate::error::{Problem, Result};
use crate::http::text::{one_line, optional};
use crate::http::{Body, Call, Page, Paging, Reply};
use crate::ids::{BagId, BranchId};
use crate::parcels::http::{ParcelView, view as parcel_view};
use crate::state::App;

/// No bag holds more, and no call takes more scans.
const MOST_BARCODES: usize = 1_000;

/// A bag of parcels. Its code is what its label shows, as text and as Code 128.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Bag)]
pub struct BagView {
    id: BagId,
    code: String,
    branch_id: BranchId,
    status: Status,
    seal_number: Option<String>,
    note: Option<String>,
    /// How many parcels are in it.
    parcel_count: usize,
    created_at: DateTime<Utc>,
    created_by: String,
    closed_at: Option<DateTime<Utc>>,
}

/// A bag and the parcels in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct BagContents {
    #[serde(flatten)]
    bag: BagView,
    /// Weight of its parcels, grams.
    weight_g: i64,
    parcels: Vec<ParcelView>,
}

/// A bag to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"branch": "GZ", "note": "Osh, small things"}))]
pub struct BagRequest {
    /// Code or identifier; where the caller works when not named.
    #[serde(default)]
    branch: Option<String>,
    #[serde(default)]
    note: Option<String>,
}

/// Scanned barcodes: our own, or couriers' numbers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"barcodes": ["YT8812345678901", "P7K4M92QX8C5"]}))]
pub struct BagScanRequest {
    barcodes: Vec<String>,
}

/// A bag is tied up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"seal_number": "CN 0048213"}))]
pub struct BagCloseRequest {
    #[serde(default)]
    seal_number: Option<String>,
}

/// What became of each barcode.
#[derive(Debug, Serialize, ToSchema)]
pub struct BagScanAnswer {
    bag: BagView,
    results: Vec<BagScanResult>,
    /// How many of each outcome.
    counts: BTreeMap<Outcome, usize>,
}

/// One scan.
#[derive(Debug, Serialize, ToSchema)]
pub struct BagScanResult {
    barcode: String,
    outcome: Outcome,
    reason: Option<String>,
    parcel: Option<ParcelView>,
}

fn view(bag: Bag, parcel_count: usize) -> BagView {
    BagView {
        id: bag.id,
        code: bag.code,
        branch_id: bag.branch_id,
        status: bag.status,
        seal_number: bag.seal_number,
        note: bag.note,
        parcel_count,
        created_at: bag.created_at.and_utc(),
        created_by: bag.created_by,
        closed_at: bag.closed_at.map(|at| at.and_utc()),
    }
}

fn contents(tx: &mut Tx, bag: Bag) -> Result<BagContents> {
    let parcels = super::parcels(tx, &bag)?;
    let weight_g = parcels.iter().filter_map(|parcel| parcel.weight_g).sum();
    let bag = view(bag, parcels.len());
    Ok(BagContents { bag, weight_g, parcels: parcels.into_iter().map(parcel_view).collect() })
}

fn answer(tx: &mut Tx, (bag, scans): (Bag, Vec<Bagged>)) -> Result<BagScanAnswer> {
    let parcel_count = super::parcels(tx, &bag)?.len();
    let mut counts = BTreeMap::new();
    for scan in &scans {
        *counts.entry(scan.outcome).or_default() += 1;
    }
    let result = |scan: Bagged| BagScanResult {
        barcode: scan.barcode,
        outcome: scan.outcome,
        reason: rules::why_not(scan.outcome, scan.parcel.as_ref().map(|parcel| parcel.status)),
        parcel: scan.parcel.map(parcel_view),
    };
    Ok(BagScanAnswer { bag: view(bag, parcel_count), results: scans.into_iter().map(result).collect(), counts })
}

fn checked(barcodes: &[String]) -> Result<Vec<String>> {
    if !(1..=MOST_BARCODES).contains(&barcodes.len()) {
        return Problem::field("/barcodes", format!("must have 1 to {MOST_BARCODES} barcodes")).fail();
    }
    barcodes.iter().enumerate().map(|(index, code)| one_line(code, 64, &format!("/barcodes/{index}"))).collect()
}

/// Opens a bag.
pub async fn open(app: App, call: Call, body: Body<BagRequest>) -> Result<HttpResponse> {
    let note = optional(body.value.note.as_deref(), 500, "/note")?;
    let branch = body.value.branch;
    call.write(app, body.fingerprint, move |tx| {
        let bag = super::open(tx, branch.as_deref(), note.as_deref())?;
        Ok(Reply::created_at(format!("/v1/bags/{}", bag.code), view(bag, 0)))
    })
    .await
}

/// All bags.
pub async fn list(app: App, call: Call, paging: web::Query<Paging>) -> Result<HttpResponse> {
    call.read(app, move |tx| {
        let page = super::list(tx, &paging)?;
        let counts = super::counts(tx, &page.items)?;
        let count = |bag: &Bag| counts.get(&bag.id).copied().unwrap_or_default();
        let items = page.items.into_iter().map(|bag| (count(&bag), bag)).map(|(count, bag)| view(bag, count)).collect();
        Ok(Page { items, next_cursor: page.next_cursor })
    })
    .await
}

/// One bag.
pub async fn get(app: App, call: Call, code: web::Path<String>) -> Result<HttpResponse> {
    call.read(app, move |tx| {
        let bag = super::find(tx, &code)?;
        contents(tx, bag)
    })
    .await
}

/// Puts parcels in.
pub async fn add(app: App, call: Call, code: web::Path<String>, body: Body<BagScanRequest>) -> Result<HttpResponse> {
    let barcodes = checked(&body.value.barcodes)?;
    call.taking_time()
        .write(app, body.fingerprint, move |tx| {
            let bagged = super::add(tx, &code, &barcodes)?;
            Ok(Reply::ok(answer(tx, bagged)?))
        })
        .await
}

/// Takes parcels out again.
pub async fn remove(app: App, call: Call, code: web::Path<String>, body: Body<BagScanRequest>) -> Result<HttpResponse> {
    let barcodes = checked(&body.value.barcodes)?;
    call.taking_time()
        .write(app, body.fingerprint, move |tx| {
            let bagged = super::remove(tx, &code, &barcodes)?;
            Ok(Reply::ok(answer(tx, bagged)?))
        })
        .await
}

/// Ties a bag up.
pub async fn close(app: App, call: Call, code: web::Path<String>, body: Body<BagCloseRequest>) -> Result<HttpResponse> {
    let seal_number = optional(body.value.seal_number.as_deref(), 50, "/seal_number")?;
    call.taking_time()
        .write(app, body.fingerprint, move |tx| {
            let bag = super::close(tx, &code, seal_number.as_deref())?;
            Ok(Reply::ok(contents(tx, bag)?))
        })
        .await
}
