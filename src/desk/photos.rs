//! Photos of parcels and of what orders ask for: for staff alone.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::db::Tx;
use crate::error::{Problem, Result};
use crate::http::{Call, Page};
use crate::ids::ParcelId;
use crate::orders::{self, http::Code};
use crate::parcels;
use crate::photos::http::{PhotoFile, Taken, take, view};
use crate::photos::{self, Kind, MOST_PHOTOS, Owner};
use crate::state::App;

/// `?kind=`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct KindQuery {
    /// What it shows: `item`, `mark`, `damage` or `scale` of a parcel, `item` of an order; `item` unless told.
    #[param(value_type = Option<String>)]
    kind: Option<Kind>,
}

impl KindQuery {
    fn among(&self, kinds: &[Kind]) -> Result<Kind> {
        let kind = self.kind.unwrap_or(Kind::Item);
        if kinds.contains(&kind) {
            return Ok(kind);
        }
        let words: Vec<_> = kinds.iter().map(|kind| kind.as_str()).collect();
        Problem::field("?kind", format!("must be one of {}", words.join(", "))).fail()
    }
}

/// Takes a photo of a parcel.
pub async fn of_parcel(
    app: App,
    call: Call,
    id: web::Path<ParcelId>,
    query: web::Query<KindQuery>,
    file: PhotoFile,
) -> Result<HttpResponse> {
    let kind = query.among(&[Kind::Item, Kind::Mark, Kind::Damage, Kind::Scale])?;
    let taken = Taken { kind, owner: Owner::Parcel(id.clone()), object: id.to_string() };
    let (asked, held) = (id.clone(), id.into_inner());
    let check = move |tx: &mut Tx| parcels::may_take_photo(tx, &asked);
    take(app, call, taken, file, check, move |tx| parcels::take_photo(tx, &held)).await
}

/// The photos of a parcel.
pub async fn list_of_parcel(app: App, call: Call, id: web::Path<ParcelId>) -> Result<HttpResponse> {
    call.read(app, move |tx| {
        let parcel = parcels::get(tx, &id)?;
        let photos = photos::of(tx, &Owner::Parcel(parcel.id))?;
        Ok(Page { items: photos.into_iter().map(view).collect(), next_cursor: None })
    })
    .await
}

/// Takes a photo of what an order asks for.
pub async fn of_order(
    app: App,
    call: Call,
    code: Code,
    query: web::Query<KindQuery>,
    file: PhotoFile,
) -> Result<HttpResponse> {
    let kind = query.among(&[Kind::Item])?;
    let asked = code.clone();
    let order = app.read(&call.actor, move |tx| orders::find(tx, &asked)).await?;
    let owner = Owner::Order(order.id);
    let counted = owner.clone();
    let has_room = move |tx: &mut Tx| {
        if photos::of(tx, &counted)?.len() < MOST_PHOTOS { Ok(()) } else { Err(photos::too_many()) }
    };
    let check = has_room.clone();
    let hold = move |tx: &mut Tx| {
        orders::lock(tx, &code)?;
        has_room(tx)
    };
    take(app, call, Taken { kind, owner, object: order.code }, file, check, hold).await
}

/// The photos of what an order asks for.
pub async fn list_of_order(app: App, call: Call, code: Code) -> Result<HttpResponse> {
    call.read(app, move |tx| {
        let order = orders::find(tx, &code)?;
        let photos = photos::of(tx, &Owner::Order(order.id))?;
        Ok(Page { items: photos.into_iter().map(view).collect(), next_cursor: None })
    })
    .await
}
