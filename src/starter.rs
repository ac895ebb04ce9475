//! What an empty database begins with, so that the first order can be taken at once.

use crate::branches::{self, NewBranch};
use crate::config::Starter;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::money::{Currency, Money};
use crate::tariffs::{self, NewTariff};

/// Opens the configured branches and puts the configured tariff in force, where there are none yet.
///
/// # Errors
/// [`Error::Startup`] for a branch kind that does not exist, and those of the database.
pub fn furnish(tx: &mut Tx, starter: &Starter) -> Result<()> {
    if branches::is_empty(tx)? {
        for branch in &starter.branches {
            let kind = branch.kind.parse().map_err(|error| Error::Startup(format!("starter.branches: {error}")))?;
            let new = NewBranch {
                code: branch.code.clone(),
                kind,
                name: branch.name.clone(),
                city: branch.city.clone(),
                address: branch.address.clone(),
                phone: branch.phone.clone(),
                hours: branch.hours.clone(),
            };
            branches::open(tx, &new)?;
        }
    }
    if tariffs::list(tx)?.is_empty() {
        let tariff = &starter.tariff;
        let price_per_kg = Money { amount: tariff.price_per_kg_usd_cents, currency: Currency::Usd };
        let new = NewTariff {
            min_weight_g: tariff.min_weight_g,
            free_storage_days: tariff.free_storage_days,
            service_fee_bp: tariff.service_fee_bp,
            ..NewTariff::flat(price_per_kg)
        };
        tariffs::follow(tx, &new)?;
    }
    Ok(())
}
