//! `/v1/unclaimed`, and the claim of one of its boxes.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::http::{ParcelView, order_code, view, views};
use super::queue::{self, Evidence, EvidenceKind, QueueFilter, Suggestion};
use crate::error::{Problem, Result};
use crate::http::moment::Moment;
use crate::http::text::optional;
use crate::http::{Body, Call, Page, Paging, Reply};
use crate::ids::{ParcelId, PhotoId};
use crate::state::App;

/// `?q=&received_from=&received_to=&weight_from_g=&weight_to_g=&has_photo=`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct UnclaimedFilter {
    /// Part of the number, the barcode, the mark or the note; upper and lower case are the same.
    q: Option<String>,
    /// Seen at or after.
    #[param(value_type = Option<DateTime<Utc>>)]
    received_from: Option<Moment>,
    /// Seen before.
    #[param(value_type = Option<DateTime<Utc>>)]
    received_to: Option<Moment>,
    /// At least this heavy.
    weight_from_g: Option<i64>,
    /// At most this heavy.
    weight_to_g: Option<i64>,
    /// With photos, or without.
    has_photo: Option<bool>,
    /// How many, 1 to 200; 50 unless told.
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A box of nobody, and whose it may be.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UnclaimedParcel)]
pub struct UnclaimedView {
    #[serde(flatten)]
    parcel: ParcelView,
    /// Orders that it may belong to; POST /v1/parcels/{id}/claim gives it to one of them.
    suggestions: Vec<Suggestion>,
}

/// The order that an unclaimed parcel belongs to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"order_code": "TG-7K4M9-2QX8C-5", "evidence": {"kind": "screenshot", "note": "the shop shows this number"}}))]
pub struct ClaimRequest {
    order_code: String,
    #[serde(default)]
    evidence: Option<EvidenceRequest>,
}

/// What shows that it is theirs.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ClaimEvidence)]
pub struct EvidenceRequest {
    kind: EvidenceKind,
    #[serde(default)]
    note: Option<String>,
    /// A photo of the parcel or of the order.
    #[serde(default)]
    photo_id: Option<PhotoId>,
}

impl EvidenceRequest {
    fn checked(self) -> Result<Evidence> {
        let note = optional(self.note.as_deref(), 500, "/evidence/note")?;
        if self.kind == EvidenceKind::Other && note.is_none() {
            return Problem::field("/evidence/note", "say what it is").fail();
        }
        Ok(Evidence { kind: self.kind, note, photo_id: self.photo_id })
    }
}

/// The queue.
pub async fn list(app: App, call: Call, filter: web::Query<UnclaimedFilter>) -> Result<HttpResponse> {
    let query = filter.into_inner();
    let filter = QueueFilter {
        q: optional(query.q.as_deref(), 100, "?q")?,
        received_from: query.received_from.map(Moment::utc),
        received_to: query.received_to.map(Moment::utc),
        weight_from_g: query.weight_from_g,
        weight_to_g: query.weight_to_g,
        has_photo: query.has_photo,
    };
    call.read(app, move |tx| {
        let page = queue::list(tx, &filter, &Paging { limit: query.limit, cursor: query.cursor })?;
        let suggestions = page.items.iter().map(|parcel| queue::suggestions(tx, parcel)).collect::<Result<Vec<_>>>()?;
        let parcels = views(tx, page.items)?.into_iter();
        let items = parcels.zip(suggestions).map(|(parcel, suggestions)| UnclaimedView { parcel, suggestions });
        Ok(Page { items: items.collect(), next_cursor: page.next_cursor })
    })
    .await
}

/// Gives an unclaimed parcel to an order.
pub async fn claim(app: App, call: Call, id: web::Path<ParcelId>, body: Body<ClaimRequest>) -> Result<HttpResponse> {
    let code = order_code(&app.config.business, &body.value.order_code, "/order_code")?;
    let evidence = body.value.evidence.map(EvidenceRequest::checked).transpose()?;
    call.write(app, body.fingerprint, move |tx| Ok(Reply::ok(view(queue::claim(tx, &id, &code, evidence.as_ref())?))))
        .await
}
