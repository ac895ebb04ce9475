//! `/v1/storage`.

use actix_web::HttpResponse;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Part, Swept};
use crate::error::{Problem, Result};
use crate::http::{Body, Call, Page, Reply};
use crate::ids::OrderId;
use crate::money::Money;
use crate::notifications::Occasion;
use crate::parcels::storage::Fee;
use crate::state::App;

/// Orders that one call sweeps at most, and unless told otherwise.
const MOST_ORDERS: i64 = 200;

/// Whether to do it, and where to go on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"dry_run": true}))]
pub struct SweepRequest {
    /// Only list what would be done.
    #[serde(default)]
    dry_run: bool,
    /// How many waiting orders to look at, 1 to 200; 200 unless told.
    #[serde(default)]
    limit: Option<i64>,
    /// `next_cursor` of the part before.
    #[serde(default)]
    cursor: Option<OrderId>,
}

/// What was done, or would be.
#[derive(Debug, Serialize, ToSchema)]
pub struct SweepAnswer {
    dry_run: bool,
    /// Orders with something to do, oldest first.
    items: Vec<SweptView>,
    counts: SweepCounts,
    /// Send it as `cursor` for the next part; null after the last.
    next_cursor: Option<OrderId>,
}

/// How much of each.
#[derive(Debug, Serialize, ToSchema)]
pub struct SweepCounts {
    orders: usize,
    fees: usize,
    reminders: usize,
    uncollected: usize,
    /// All fees together.
    amount: Money,
}

/// What a sweep does for one order.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Swept)]
pub struct SweptView {
    order_code: String,
    fees: Vec<FeeView>,
    /// Messages to the customer.
    reminders: Vec<Occasion>,
    /// It counts as not collected from now on.
    uncollected: bool,
    /// What is owed afterwards.
    balance: Money,
}

/// Days of storage of one parcel.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StorageFee)]
pub struct FeeView {
    barcode: String,
    from_day: NaiveDate,
    through_day: NaiveDate,
    days: i64,
    amount: Money,
}

/// The JSON shape of what a sweep does for an order.
pub fn view(swept: Swept) -> SweptView {
    SweptView {
        order_code: swept.code,
        fees: swept.fees.into_iter().map(fee).collect(),
        reminders: swept.reminders,
        uncollected: swept.is_uncollected,
        balance: Money::tyiyn(swept.balance_tyiyn),
    }
}

fn fee(fee: Fee) -> FeeView {
    FeeView {
        days: fee.days(),
        barcode: fee.parcel.barcode,
        from_day: fee.from_day,
        through_day: fee.through_day,
        amount: Money::tyiyn(fee.amount_tyiyn),
    }
}

/// The JSON shape of a sweep.
pub fn answer(is_dry: bool, part: Part) -> SweepAnswer {
    let fees = || part.swept.iter().flat_map(|swept| &swept.fees);
    let counts = SweepCounts {
        orders: part.swept.len(),
        fees: fees().count(),
        reminders: part.swept.iter().map(|swept| swept.reminders.len()).sum(),
        uncollected: part.swept.iter().filter(|swept| swept.is_uncollected).count(),
        amount: Money::tyiyn(fees().map(|fee| fee.amount_tyiyn).sum()),
    };
    SweepAnswer { dry_run: is_dry, counts, next_cursor: part.next, items: part.swept.into_iter().map(view).collect() }
}

/// What lies at a pickup point.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Standing)]
pub struct StandingView {
    /// Code of the branch.
    branch: String,
    parcels: i64,
    orders: i64,
    /// Orders that count as not collected.
    uncollected: i64,
    /// Since when the oldest parcel lies there.
    oldest_at: Option<DateTime<Utc>>,
    /// What is charged for the storage of these orders.
    charged: Money,
}

/// What lies at each pickup point.
pub async fn standing(app: App, call: Call) -> Result<HttpResponse> {
    call.read(app, |tx| {
        let items = super::standing(tx)?
            .into_iter()
            .map(|(branch, standing)| StandingView {
                branch: branch.code,
                parcels: standing.parcels,
                orders: standing.orders,
                uncollected: standing.uncollected,
                oldest_at: standing.oldest_at.map(|at| at.and_utc()),
                charged: Money::tyiyn(standing.charged_tyiyn),
            })
            .collect();
        Ok(Page { items, next_cursor: None })
    })
    .await
}

/// Does what is due for what waits on the shelves, or lists it.
pub async fn sweep(app: App, call: Call, body: Body<SweepRequest>) -> Result<HttpResponse> {
    let SweepRequest { dry_run, limit, cursor } = body.value;
    let limit = limit.unwrap_or(MOST_ORDERS);
    if !(1..=MOST_ORDERS).contains(&limit) {
        return Problem::field("/limit", format!("must be 1 to {MOST_ORDERS}")).fail();
    }
    call.taking_time()
        .write(app, body.fingerprint, move |tx| {
            Ok(Reply::ok(answer(dry_run, super::sweep(tx, dry_run, cursor.as_ref(), limit)?)))
        })
        .await
}
