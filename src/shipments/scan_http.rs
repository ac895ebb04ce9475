//! Scans of a truck: load, unload, arrive.

use std::collections::{BTreeMap, HashMap};

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::http::{ShipmentView, view};
use super::{Arrival, Outcome, Plan, Scan, Scanned, Unloaded};
use crate::bags;
use crate::db::Tx;
use crate::error::{Problem, Result};
use crate::http::moment::Moment;
use crate::http::text::one_line;
use crate::http::{Body, Call, InParts, Reply};
use crate::parcels::http::{ParcelView, view as parcel_view, weight};
use crate::parcels::{self, Parcel};
use crate::state::App;

/// No call loads more: one transaction should not hold the writers long.
const MOST_LOADED: usize = 5_000;

/// No truck has more; an arrival is cut into short transactions.
const MOST_ARRIVING: usize = 20_000;

/// Scanned barcodes: our own, couriers' numbers, or bags. `scans` are the same with the scanner's own identifiers: a
/// scanner that lost the network sends them again, and nothing doubles.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"barcodes": ["YT8812345678901", "P7K4M92QX8C5"]}))]
pub struct ScanRequest {
    #[serde(default)]
    barcodes: Vec<String>,
    #[serde(default)]
    scans: Vec<ScanItem>,
}

/// One scan of a scanner.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScanItem {
    /// The scanner's own identifier of this scan; it never gives one twice.
    id: String,
    barcode: String,
    /// When it was scanned; now when not named.
    #[serde(default)]
    #[schema(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    at: Option<Moment>,
    /// Weight taken with the scan, grams; only on arrival.
    #[serde(default)]
    weight_g: Option<i64>,
}

/// What was unloaded; nothing scanned means the whole load.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"barcodes": ["YT8812345678901"], "weights": {"YT8812345678901": 4410},
    "damaged": {"YT8812345678901": "wet corner"}}))]
pub struct ArriveRequest {
    #[serde(default)]
    barcodes: Option<Vec<String>>,
    #[serde(default)]
    scans: Vec<ScanItem>,
    /// Weights taken at the pickup point, grams, by barcode.
    #[serde(default)]
    weights: HashMap<String, i64>,
    /// What is wrong with damaged parcels, by barcode. They have arrived all the same.
    #[serde(default)]
    damaged: BTreeMap<String, String>,
}

/// `?missing=`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ArriveQuery {
    /// `list` (unless told) or `count`. A full truck's list is long: who scans parcel by parcel asks for the count.
    #[serde(default)]
    #[param(inline)]
    missing: Missing,
}

/// How an arrival tells what is missing.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// Parcel by parcel.
    #[default]
    List,
    /// The number only.
    Count,
}

/// What became of each barcode.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScanAnswer {
    results: Vec<ScanResult>,
    /// How many of each outcome.
    counts: BTreeMap<Outcome, usize>,
    /// A sentence for each limit that the load is over.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

/// What became of each barcode of an arrival.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArriveAnswer {
    shipment: ShipmentView,
    results: Vec<ScanResult>,
    /// How many of each outcome.
    counts: BTreeMap<Outcome, usize>,
    /// Loaded but not seen yet; left out when `?missing=count` asks for the number only.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<Vec<ParcelView>>,
    /// How many were loaded but not seen yet.
    missing_count: i64,
    /// Scanned but not loaded on this truck.
    unexpected: Vec<String>,
    /// Arrived, but not whole.
    damaged: Vec<ParcelView>,
}

/// One scan. That of a bag has a result for each parcel in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScanResult {
    barcode: String,
    outcome: Outcome,
    reason: Option<String>,
    parcel: Option<ParcelView>,
    /// The scanner's own identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// The bag whose scan meant it.
    #[serde(skip_serializing_if = "Option::is_none")]
    bag: Option<String>,
    /// Whether the scan came before, and this is what became of it then.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    replayed: bool,
}

fn answer(scans: Vec<Scanned>) -> ScanAnswer {
    let mut counts = BTreeMap::new();
    for scan in &scans {
        *counts.entry(scan.outcome).or_default() += 1;
    }
    let result = |scan: Scanned| ScanResult {
        bag: Some(scan.scan.barcode).filter(|code| bags::is_code(code)),
        barcode: scan.barcode,
        outcome: scan.outcome,
        reason: scan.reason,
        parcel: scan.parcel.map(parcel_view),
        id: scan.scan.id,
        replayed: scan.is_replayed,
    };
    ScanAnswer { results: scans.into_iter().map(result).collect(), counts, warnings: Vec::new() }
}

fn checked(barcodes: &[String]) -> Result<Vec<String>> {
    barcodes.iter().enumerate().map(|(index, code)| one_line(code, 64, &format!("/barcodes/{index}"))).collect()
}

fn scan((index, item): (usize, &ScanItem)) -> Result<Scan> {
    let pointer = |member: &str| format!("/scans/{index}/{member}");
    Ok(Scan {
        barcode: one_line(&item.barcode, 64, &pointer("barcode"))?,
        id: Some(one_line(&item.id, 64, &pointer("id"))?),
        at: item.at.map(Moment::utc),
    })
}

fn refuse_size(count: usize, most: usize) -> Result<()> {
    if (1..=most).contains(&count) {
        return Ok(());
    }
    Problem::field("/barcodes", format!("must have 1 to {most} barcodes, or scans")).fail()
}

impl ScanRequest {
    fn checked(&self) -> Result<Vec<Scan>> {
        refuse_size(self.barcodes.len() + self.scans.len(), MOST_LOADED)?;
        if let Some(index) = self.scans.iter().position(|item| item.weight_g.is_some()) {
            return Problem::field(format!("/scans/{index}/weight_g"), "weights are taken on arrival").fail();
        }
        let mut scans = self.scans.iter().enumerate().map(scan).collect::<Result<Vec<_>>>()?;
        scans.extend(checked(&self.barcodes)?.into_iter().map(Scan::of));
        Ok(scans)
    }
}

impl ArriveRequest {
    fn checked(self) -> Result<Arrival> {
        let scanned = self.barcodes.as_ref().map_or(0, Vec::len) + self.scans.len();
        if self.barcodes.is_some() || scanned > 0 {
            refuse_size(scanned, MOST_ARRIVING)?;
        }
        for (barcode, weight_g) in &self.weights {
            weight(*weight_g, &format!("/weights/{barcode}"))?;
        }
        let mut weights_g = self.weights;
        for (index, item) in self.scans.iter().enumerate() {
            if let Some(weight_g) = item.weight_g {
                weights_g.insert(item.barcode.clone(), weight(weight_g, &format!("/scans/{index}/weight_g"))?);
            }
        }
        let damage = |(barcode, reason): (String, String)| {
            let reason = one_line(&reason, 100, &format!("/damaged/{barcode}"))?;
            Ok((barcode, reason))
        };
        Ok(Arrival {
            barcodes: self.barcodes.as_deref().map(checked).transpose()?,
            scans: self.scans.iter().enumerate().map(scan).collect::<Result<_>>()?,
            weights_g,
            damaged: self.damaged.into_iter().map(damage).collect::<Result<_>>()?,
        })
    }
}

/// Loads parcels.
pub async fn load(app: App, call: Call, code: web::Path<String>, body: Body<ScanRequest, 4>) -> Result<HttpResponse> {
    let scans = body.value.checked()?;
    call.taking_time()
        .write(app, body.fingerprint, move |tx| {
            let results = super::load(tx, &code, &scans)?;
            let warnings = super::warnings(tx, &code)?;
            Ok(Reply::ok(ScanAnswer { warnings, ..answer(results) }))
        })
        .await
}

/// Takes parcels off again.
pub async fn unload(app: App, call: Call, code: web::Path<String>, body: Body<ScanRequest, 4>) -> Result<HttpResponse> {
    let scans = body.value.checked()?;
    call.taking_time()
        .write(app, body.fingerprint, move |tx| Ok(Reply::ok(answer(super::unload(tx, &code, &scans)?))))
        .await
}

/// An arrival, cut into parts.
struct Unloading {
    code: String,
    arrival: Arrival,
    missing: Missing,
}

impl InParts for Unloading {
    type Plan = Plan;
    type Done = Vec<(usize, Scanned)>;
    type Body = ArriveAnswer;

    fn begin(&self, tx: &mut Tx) -> Result<Plan> {
        super::begin(tx, &self.code, &self.arrival)
    }

    fn survey(&self, tx: &mut Tx) -> Result<Plan> {
        super::survey(tx, &self.code, &self.arrival)
    }

    fn enter(&self, tx: &mut Tx, plan: &Plan) -> Result<()> {
        super::enter(tx, plan)
    }

    fn parts(plan: &Plan) -> usize {
        plan.parts()
    }

    fn part(&self, tx: &mut Tx, plan: &Plan, index: usize) -> Result<Self::Done> {
        super::part(tx, plan, index)
    }

    fn end(&self, tx: &mut Tx, plan: &Plan, done: &[Self::Done]) -> Result<Reply<ArriveAnswer>> {
        let Unloaded { shipment, results, damaged } = super::end(tx, plan, done)?;
        let ScanAnswer { results, counts, .. } = answer(results);
        let is_strange = |scan: &&ScanResult| matches!(scan.outcome, Outcome::Unexpected | Outcome::Unknown);
        let unexpected = results.iter().filter(is_strange).map(|scan| scan.barcode.clone()).collect();
        let views = |parcels: Vec<Parcel>| parcels.into_iter().map(parcel_view).collect();
        let (missing, missing_count) = match self.missing {
            Missing::Count => (None, parcels::count_on_the_road_with(tx, &shipment.id)?),
            Missing::List => {
                let missing = parcels::on_the_road_with(tx, &shipment.id)?;
                let count = missing.len() as i64;
                (Some(views(missing)), count)
            }
        };
        let (shipment, damaged) = (view(tx, shipment)?, views(damaged));
        Ok(Reply::ok(ArriveAnswer { shipment, results, counts, missing, missing_count, unexpected, damaged }))
    }
}

/// The truck is unloaded, whole or scan by scan.
pub async fn arrive(
    app: App,
    call: Call,
    code: web::Path<String>,
    query: web::Query<ArriveQuery>,
    body: Body<ArriveRequest, 16>,
) -> Result<HttpResponse> {
    let ArriveQuery { missing } = query.into_inner();
    let unloading = Unloading { code: code.into_inner(), arrival: body.value.checked()?, missing };
    // Another form of the answer is another intention: a key of one form does not replay the other.
    let fingerprint = body.fingerprint.and(&format!("{missing:?}"));
    call.write_in_parts(app, fingerprint, unloading).await
}
