//! What a kilogram costs, on which way and for which goods, and how long storage is free. A tariff is never edited, only
//! followed.

pub mod http;
pub mod rules;
mod store;
pub mod wording;

use crate::audit;
use crate::branches::{self, Branch, Kind};
use crate::db::Tx;
use crate::error::{Problem, Result, Slug};
use crate::ids::EntryId;
use crate::money::Money;

pub use rules::{Basis, Charge, DensityBand, Mode, Route, SizeMm, Wanted, WeightStep};
pub use store::Tariff;

/// A tariff to follow the one in force.
#[derive(Clone, Debug)]
pub struct NewTariff {
    /// From when it holds, UTC; now when not named.
    pub valid_from: Option<chrono::NaiveDateTime>,
    /// When it ends, UTC; until another follows when not named.
    pub valid_until: Option<chrono::NaiveDateTime>,
    /// For which way; branches by code or identifier.
    pub route: Route,
    /// For which goods.
    pub category: Option<String>,
    /// Price of a kilogram, USD or KGS.
    pub price_per_kg: Money,
    /// Prices by charged weight, ascending, in the same currency.
    pub weight_steps: Vec<WeightStep>,
    /// Prices by density, ascending, in the same currency.
    pub density_bands: Vec<DensityBand>,
    /// Cubic centimetres to a kilogram.
    pub volumetric_divisor: Option<i64>,
    /// Least weight charged for a parcel, grams.
    pub min_weight_g: i64,
    /// Charged weight is a multiple of this, grams.
    pub weight_rounding_g: i64,
    /// Days of free storage.
    pub free_storage_days: i32,
    /// For each parcel and each day after the free ones, tyiyn.
    pub storage_fee_tyiyn: i64,
    /// Service fee, hundredths of a percent of the goods.
    pub service_fee_bp: i32,
    /// Least service fee of a purchase, tyiyn.
    pub service_fee_min_tyiyn: i64,
}

impl NewTariff {
    /// A price of a kilogram for every way and all goods, from now on, with nothing else to it.
    pub fn flat(price_per_kg: Money) -> Self {
        Self {
            valid_from: None,
            valid_until: None,
            route: Route::default(),
            category: None,
            price_per_kg,
            weight_steps: Vec::new(),
            density_bands: Vec::new(),
            volumetric_divisor: None,
            min_weight_g: 0,
            weight_rounding_g: 1,
            free_storage_days: 0,
            storage_fee_tyiyn: 0,
            service_fee_bp: 0,
            service_fee_min_tyiyn: 0,
        }
    }
}

/// The tariff in force for what is wanted.
///
/// # Errors
/// `not_found` when none is set up.
pub fn current(tx: &mut Tx, wanted: &Wanted) -> Result<Tariff> {
    find_current(tx, wanted)?.ok_or_else(|| {
        Problem::new(Slug::NotFound, "No tariff is in force for this route and category: set one with PUT /v1/tariffs.")
            .into()
    })
}

/// The same, if there is one.
///
/// # Errors
/// Those of the database.
pub fn find_current(tx: &mut Tx, wanted: &Wanted) -> Result<Option<Tariff>> {
    Ok(rules::choose(store::all(tx)?, wanted, tx.now))
}

/// A tariff by identifier.
///
/// # Errors
/// `not_found`.
pub fn get(tx: &mut Tx, id: &EntryId) -> Result<Tariff> {
    store::by_id(tx, id)?.ok_or_else(|| Problem::not_found(format_args!("tariff {id}")).into())
}

/// What a tariff is looked for: where a route says nothing, the oldest warehouse, the oldest pickup point, a truck.
///
/// # Errors
/// `validation_failed` at `prefix` and `from` or `to`, for a branch that does not exist or is of the other kind.
pub fn wanted(tx: &mut Tx, route: &Route, category: Option<String>, prefix: &str) -> Result<Wanted> {
    let named = resolve(tx, route, prefix)?;
    let from = match named.from {
        Some(code) => Some(code),
        None => branches::first_of(tx, Kind::ChinaWarehouse)?.map(|branch| branch.code),
    };
    let to = match named.to {
        Some(code) => Some(code),
        None => branches::first_of(tx, Kind::PickupPoint)?.map(|branch| branch.code),
    };
    Ok(Wanted { from, to, mode: named.mode.unwrap_or(Mode::Truck), category })
}

/// The same route with its branches by code.
fn resolve(tx: &mut Tx, route: &Route, prefix: &str) -> Result<Route> {
    let mut code = |named: &Option<String>, kind: Kind, end: &str| -> Result<Option<String>> {
        let Some(named) = named else { return Ok(None) };
        let pointer = format!("{prefix}{end}");
        let Branch { code, kind: is, .. } = branches::find(tx, named, &pointer)?;
        if is == kind { Ok(Some(code)) } else { Problem::field(pointer, format!("{code} is not a {kind}")).fail() }
    };
    Ok(Route {
        from: code(&route.from, Kind::ChinaWarehouse, "from")?,
        to: code(&route.to, Kind::PickupPoint, "to")?,
        mode: route.mode,
    })
}

/// Puts a tariff in force, now or later.
///
/// # Errors
/// `validation_failed` for a start in the past, an end before the start, or a route to nowhere.
pub fn follow(tx: &mut Tx, new: &NewTariff) -> Result<Tariff> {
    if new.valid_from.is_some_and(|from| from < tx.now) {
        return Problem::field("/valid_from", "a tariff cannot begin in the past").fail();
    }
    if new.valid_until.is_some_and(|until| until <= new.valid_from.unwrap_or(tx.now)) {
        return Problem::field("/valid_until", "a tariff cannot end before it begins").fail();
    }
    let new = NewTariff { route: resolve(tx, &new.route, "/route/")?, ..new.clone() };
    let tariff = store::insert(tx, &new)?;
    audit::record(tx, "tariff.set", tariff.id.as_str(), http::view(tariff.clone()))?;
    Ok(tariff)
}

/// The tariffs that hold now, whatever they are for.
///
/// # Errors
/// Those of the database.
pub fn in_force(tx: &mut Tx) -> Result<Vec<Tariff>> {
    let now = tx.now;
    Ok(store::all(tx)?.into_iter().filter(|tariff| tariff.holds_at(now)).collect())
}

/// All tariffs, the latest start first.
///
/// # Errors
/// Those of the database.
pub fn list(tx: &mut Tx) -> Result<Vec<Tariff>> {
    store::all(tx)
}
