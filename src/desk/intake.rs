//! The door of the China warehouse: boxes are seen by a scan, then weighed. The answers are for a person with a scanner
//! in the hand.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::hints::{Hint, Hints};
use crate::client_code::ClientCode;
use crate::config::Firm;
use crate::db::Tx;
use crate::error::{Problem, Result};
use crate::http::moment::Moment;
use crate::http::text::{one_line, optional, required};
use crate::http::{Body, Call, Reply};
use crate::ids::{Actor, BranchId};
use crate::parcels::http::{ParcelView, order_code, sides, view, weight};
use crate::parcels::label::{self, LabelForm, LabelView, Size};
use crate::parcels::{self, IntakeOutcome, NewReceipt, NewScan, Seen, Tracking, Warning, rules::mark};
use crate::state::App;

/// The most scans in one call.
const MOST_SCANS: usize = 200;

/// A box at the door of the warehouse.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"tracking_number": "YT8812345678901", "client_code": "KG-10427", "weight_g": 4350}))]
pub struct ReceiveRequest {
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    tracking_number: Option<Tracking>,
    /// As it is written on the box.
    #[serde(default)]
    client_code: Option<String>,
    /// All that is written on the box; never refused, whether a client code is in it or not.
    #[serde(default)]
    mark: Option<String>,
    #[serde(default)]
    order_code: Option<String>,
    weight_g: i64,
    #[serde(default)]
    length_mm: Option<i64>,
    #[serde(default)]
    width_mm: Option<i64>,
    #[serde(default)]
    height_mm: Option<i64>,
    #[serde(default)]
    condition: Option<String>,
    #[serde(default)]
    note: Option<String>,
    /// Whether every warning stops it.
    #[serde(default)]
    strict: bool,
    /// Lets it through in spite of what is not as expected.
    #[serde(default)]
    r#override: Option<OverrideRequest>,
}

/// Why a box goes on although something about it is not as expected.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = IntakeOverride)]
pub struct OverrideRequest {
    reason: String,
}

impl ReceiveRequest {
    fn checked(self, firm: &Firm, by: &Actor) -> Result<NewReceipt> {
        weight(self.weight_g, "/weight_g")?;
        sides(self.length_mm, self.width_mm, self.height_mm)?;
        let typed = optional(self.client_code.as_deref(), 200, "/client_code")?;
        let written = self.mark.as_deref().and_then(mark).or_else(|| typed.as_deref().and_then(mark));
        let client_code = match &typed {
            Some(typed) => Some(client_code(firm, typed)?),
            None => written.as_deref().and_then(|mark| readable(firm, mark)),
        };
        Ok(NewReceipt {
            tracking_number: self.tracking_number,
            client_code,
            mark: written,
            order_code: self.order_code.map(|code| order_code(firm, &code, "/order_code")).transpose()?,
            weight_g: self.weight_g,
            length_mm: self.length_mm,
            width_mm: self.width_mm,
            height_mm: self.height_mm,
            condition: optional(self.condition.as_deref(), 100, "/condition")?,
            note: optional(self.note.as_deref(), 500, "/note")?,
            branch_id: branch(by),
            is_strict: self.strict,
            override_reason: match self.r#override {
                Some(OverrideRequest { reason }) => Some(required(&reason, 500, "/override/reason")?),
                None => None,
            },
        })
    }
}

fn branch(by: &Actor) -> Option<BranchId> {
    match by {
        Actor::Staff { branch, .. } => branch.clone(),
        Actor::Anyone | Actor::System | Actor::Customer { .. } => None,
    }
}

fn readable(firm: &Firm, mark: &str) -> Option<String> {
    ClientCode::parse(&firm.client_code_prefix, mark).map(|code| code.as_str().to_owned())
}

fn client_code(firm: &Firm, typed: &str) -> Result<String> {
    readable(firm, typed).ok_or_else(|| {
        let example = format!(
            "must hold one client code such as {}-10427; send what is written as `mark` to receive the box as unclaimed",
            firm.client_code_prefix
        );
        Problem::field("/client_code", example).into()
    })
}

/// `?label=&size=`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReceiveQuery {
    /// `zpl` or `svg` when the answer is to hold the parcel's label.
    #[param(value_type = Option<String>)]
    label: Option<LabelForm>,
    /// What the label is printed on: `58`, `80` or `a4`; 58 unless told.
    #[param(value_type = Option<String>)]
    size: Option<Size>,
}

impl ReceiveQuery {
    fn checked(&self) -> Result<Option<(LabelForm, Size)>> {
        match self.label {
            None => Ok(None),
            Some(form @ (LabelForm::Svg | LabelForm::Zpl)) => {
                Ok(Some((form, self.size.unwrap_or_default().checked(form, "?size")?)))
            }
            Some(LabelForm::Pdf | LabelForm::Png) => {
                Problem::field("?label", "an answer holds zpl or svg; a file is at /v1/parcels/{id}/label").fail()
            }
        }
    }
}

/// The parcel, what to do with it, and its label when it was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiveAnswer {
    #[serde(flatten)]
    parcel: ParcelView,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<LabelView>,
    hint: Hint,
    /// What is not as expected.
    warnings: Vec<Warning>,
}

/// Boxes at the door, not weighed yet; a scanner that lost the network sends them again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"scans": [{"id": "scanner-3/1041", "barcode": "YT8812345678901", "client_code": "王 KG-10427",
    "at": "2026-05-25T08:59:30Z"}]}))]
pub struct SeeRequest {
    scans: Vec<SeeScan>,
}

/// One scan.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = IntakeScan)]
pub struct SeeScan {
    /// The scanner's own name for this scan: sent again under it, it is the same scan.
    #[serde(default)]
    id: Option<String>,
    /// Our own barcode, or the courier's number.
    #[serde(default)]
    barcode: Option<String>,
    /// The same, for who has only the number.
    #[serde(default)]
    tracking_number: Option<String>,
    /// What is written on the box; no reading of it is refused.
    #[serde(default)]
    client_code: Option<String>,
    #[serde(default)]
    order_code: Option<String>,
    /// When it was scanned; now unless told.
    #[serde(default)]
    #[schema(value_type = Option<DateTime<Utc>>)]
    at: Option<Moment>,
}

/// What became of each scan, in their sequence.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IntakeScanAnswer)]
pub struct SeeAnswer {
    results: Vec<SeeResult>,
    /// How many of each outcome.
    counts: BTreeMap<IntakeOutcome, usize>,
}

/// What became of a scan.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IntakeScanResult)]
pub struct SeeResult {
    id: Option<String>,
    barcode: String,
    outcome: IntakeOutcome,
    reason: Option<String>,
    parcel: Option<ParcelView>,
    hint: Hint,
    /// What is not as expected.
    warnings: Vec<Warning>,
}

impl SeeRequest {
    fn checked(self, by: &Actor) -> Result<Vec<NewScan>> {
        if !(1..=MOST_SCANS).contains(&self.scans.len()) {
            return Problem::field("/scans", format!("must have 1 to {MOST_SCANS} scans")).fail();
        }
        self.scans.into_iter().enumerate().map(|(index, scan)| scan.checked(index, by)).collect()
    }
}

impl SeeScan {
    fn checked(self, index: usize, by: &Actor) -> Result<NewScan> {
        let at = |field: &str| format!("/scans/{index}/{field}");
        let scanned = match (self.barcode, self.tracking_number) {
            (Some(code), None) => one_line(&code, 64, &at("barcode"))?,
            (None, Some(number)) => one_line(&number, 64, &at("tracking_number"))?,
            _ => return Problem::field(at("barcode"), "send a barcode or a tracking number: one of the two").fail(),
        };
        Ok(NewScan {
            id: self.id.map(|id| one_line(&id, 64, &at("id"))).transpose()?,
            barcode: scanned,
            mark: self.client_code.as_deref().and_then(mark),
            order_code: optional(self.order_code.as_deref(), 64, &at("order_code"))?,
            at: self.at.map(Moment::utc),
            branch_id: branch(by),
        })
    }
}

/// Takes a box in.
pub async fn receive(
    app: App,
    call: Call,
    query: web::Query<ReceiveQuery>,
    body: Body<ReceiveRequest>,
) -> Result<HttpResponse> {
    let new = body.value.checked(&app.config.business, &call.actor)?;
    let wanted = query.checked()?;
    let fingerprint = match wanted {
        // As it always was: a scanner may repeat today what it sent before labels came with the answer.
        None => body.fingerprint,
        Some((form, size)) => body.fingerprint.and(&format!("{form:?} {size:?}")),
    };
    call.write(app, fingerprint, move |tx| {
        let receipt = parcels::receive(tx, &new)?;
        let label = wanted.map(|(form, size)| label::view(tx, &receipt.parcel, form, size)).transpose()?;
        let hint = Hints::default().of(tx, &receipt.parcel)?;
        Ok(Reply::ok(ReceiveAnswer { parcel: view(receipt.parcel), label, hint, warnings: receipt.warnings }))
    })
    .await
}

/// Sees boxes.
pub async fn see(app: App, call: Call, body: Body<SeeRequest>) -> Result<HttpResponse> {
    let scans = body.value.checked(&call.actor)?;
    call.write(app, body.fingerprint, move |tx| {
        let seen = parcels::see(tx, &scans)?;
        let mut hints = Hints::default();
        let mut counts = BTreeMap::new();
        let mut results = Vec::new();
        for (scan, seen) in scans.iter().zip(seen) {
            *counts.entry(seen.outcome).or_default() += 1;
            results.push(result(tx, &mut hints, scan, seen)?);
        }
        Ok(Reply::ok(SeeAnswer { results, counts }))
    })
    .await
}

fn result(tx: &mut Tx, hints: &mut Hints, scan: &NewScan, seen: Seen) -> Result<SeeResult> {
    let hint = match (&seen.parcel, seen.outcome) {
        (Some(parcel), outcome) if outcome != IntakeOutcome::Refused => hints.of(tx, parcel)?,
        (_, _) => Hint::of_nobody("Put it aside and look at it."),
    };
    Ok(SeeResult {
        id: scan.id.clone(),
        barcode: scan.barcode.clone(),
        outcome: seen.outcome,
        reason: seen.reason,
        parcel: seen.parcel.map(view),
        hint,
        warnings: seen.warnings,
    })
}
