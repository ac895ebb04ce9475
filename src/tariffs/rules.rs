//! What a weight costs by a tariff, and which of several tariffs is meant.

use chrono::NaiveDateTime;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Tariff;
use crate::ids::EntryId;
use crate::money::{Currency, Money, Rate, round_to_step};

words! {
    /// How goods travel.
    Mode as FreightMode {
        /// Over the pass.
        Truck = "truck",
        /// By plane: dearer and sooner.
        Air = "air",
    }
}

words! {
    /// What the charged weight of a parcel comes from.
    Basis as FreightBasis {
        /// Its own weight.
        Actual = "actual",
        /// It weighs less than the least that is charged.
        Minimum = "minimum",
        /// It takes more room than its weight is worth.
        Volumetric = "volumetric",
        /// The price of a kilogram follows how dense it is.
        Density = "density",
    }
}

/// A way from a warehouse in China to a branch. What is not named: any, in a tariff; the usual one, in a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FreightRoute)]
pub struct Route {
    /// Code of a warehouse in China.
    #[serde(default)]
    pub from: Option<String>,
    /// Code of a pickup point.
    #[serde(default)]
    pub to: Option<String>,
    /// How.
    #[serde(default)]
    pub mode: Option<Mode>,
}

/// What a tariff is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Code of the warehouse in China, when known.
    pub from: Option<String>,
    /// Code of the pickup point, when known.
    pub to: Option<String>,
    /// How.
    pub mode: Mode,
    /// What kind of goods, when somebody said.
    pub category: Option<String>,
}

/// From this charged weight on, a kilogram costs this much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeightStep {
    /// The first weight of the step, grams.
    pub from_g: i64,
    /// Price of a kilogram, minor units of the tariff's currency.
    pub price_minor: i64,
}

/// What a kilogram costs of goods this dense. Half-open: the upper bound belongs to the next band.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DensityBand {
    /// The lower bound, kilograms in a cubic metre.
    pub from_kg_m3: i64,
    /// The upper bound; none in the last band.
    pub to_kg_m3: Option<i64>,
    /// Price of a kilogram, minor units of the tariff's currency.
    pub price_minor: i64,
}

/// Outer sides of a box, millimetres.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SizeMm {
    /// The first.
    pub length: i64,
    /// The second.
    pub width: i64,
    /// The third.
    pub height: i64,
}

impl SizeMm {
    /// A size of which all three sides are known.
    pub fn of(length: Option<i64>, width: Option<i64>, height: Option<i64>) -> Option<Self> {
        Some(Self { length: length?, width: width?, height: height? })
    }

    fn volume_mm3(self) -> Option<i64> {
        self.length.checked_mul(self.width)?.checked_mul(self.height).filter(|volume| *volume > 0)
    }
}

/// Freight of one weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge {
    /// What was charged, grams: at least the actual weight.
    pub charged_weight_g: i64,
    /// What it comes from.
    pub basis: Basis,
    /// The price that was applied, USD or KGS.
    pub price_per_kg: Money,
    /// The sum, tyiyn.
    pub amount_tyiyn: i64,
    /// The same in the tariff's currency, when that is not som.
    pub original: Option<Money>,
}

impl Tariff {
    /// Freight: charged weight times price times `dollar` (som for one; not used when the price is in som), rounded once
    /// to `step_tyiyn`. Without a size neither volume nor density counts.
    ///
    /// `None` when the sum does not fit.
    pub fn charge(&self, weight_g: i64, size: Option<SizeMm>, dollar: Rate, step_tyiyn: i64) -> Option<Charge> {
        let volume_mm3 = match size {
            Some(size) => Some(size.volume_mm3()?),
            None => None,
        };
        let (charged_weight_g, by_weight) = self.charged_weight(weight_g, volume_mm3)?;
        let (price_minor, basis) = match volume_mm3.and_then(|volume| self.band(weight_g, volume)) {
            Some(band) => (band.price_minor, Basis::Density),
            None => (self.price_of_step(charged_weight_g), by_weight),
        };
        let exact_minor = Decimal::new(charged_weight_g, 3).checked_mul(Decimal::from(price_minor))?;
        let currency = self.price_currency;
        let (rate, original) = match currency {
            Currency::Kgs => (Rate::ONE, None),
            _ => (dollar, Some(Money { amount: round_to_step(exact_minor, 1)?, currency })),
        };
        Some(Charge {
            charged_weight_g,
            basis,
            price_per_kg: Money { amount: price_minor, currency },
            amount_tyiyn: round_to_step(exact_minor.checked_mul(rate)?, step_tyiyn)?,
            original,
        })
    }

    /// The largest of actual, volumetric and least weight, rounded up; among equals the one named first here.
    fn charged_weight(&self, weight_g: i64, volume_mm3: Option<i64>) -> Option<(i64, Basis)> {
        let mut largest = (weight_g, Basis::Actual);
        // A divisor is cubic centimetres to a kilogram, which is as many cubic millimetres to a gram.
        if let Some((volume_mm3, divisor)) = volume_mm3.zip(self.volumetric_divisor) {
            let volumetric_g = up_to(volume_mm3, divisor)? / divisor;
            if volumetric_g > largest.0 {
                largest = (volumetric_g, Basis::Volumetric);
            }
        }
        if self.min_weight_g > largest.0 {
            largest = (self.min_weight_g, Basis::Minimum);
        }
        Some((up_to(largest.0, self.weight_rounding_g)?, largest.1))
    }

    /// The band of a density, which is that of the goods themselves: neither a least weight nor rounding makes them denser.
    fn band(&self, weight_g: i64, volume_mm3: i64) -> Option<&DensityBand> {
        // kg/m3 = g x 1 000 000 / mm3, compared without a division.
        let scaled = i128::from(weight_g) * 1_000_000;
        let bound = |kg_m3: i64| i128::from(kg_m3) * i128::from(volume_mm3);
        self.density_bands
            .iter()
            .find(|band| scaled >= bound(band.from_kg_m3) && band.to_kg_m3.is_none_or(|to| scaled < bound(to)))
    }

    fn price_of_step(&self, charged_weight_g: i64) -> i64 {
        let reached = self.weight_steps.iter().rev().find(|step| step.from_g <= charged_weight_g);
        reached.map_or(self.price_per_kg_minor, |step| step.price_minor)
    }

    /// Whether it is in force at an instant.
    pub fn holds_at(&self, at: NaiveDateTime) -> bool {
        self.valid_from <= at && self.valid_until.is_none_or(|until| at < until)
    }

    fn fits(&self, wanted: &Wanted, at: NaiveDateTime) -> bool {
        let allows = |own: &Option<String>, wanted: &Option<String>| own.is_none() || own == wanted;
        self.holds_at(at)
            && allows(&self.from_branch, &wanted.from)
            && allows(&self.to_branch, &wanted.to)
            && allows(&self.category, &wanted.category)
            && self.mode.is_none_or(|mode| mode == wanted.mode)
    }

    /// How closely it was made for what it fits: first by how much it names, then by what; then the later start.
    fn rank(&self) -> (usize, [bool; 4], NaiveDateTime, &EntryId) {
        let named =
            [self.category.is_some(), self.mode.is_some(), self.to_branch.is_some(), self.from_branch.is_some()];
        (named.iter().filter(|named| **named).count(), named, self.valid_from, &self.id)
    }
}

/// The next multiple of `step` that is not below `value`.
fn up_to(value: i64, step: i64) -> Option<i64> {
    value.checked_add(step - 1)?.checked_div(step)?.checked_mul(step)
}

/// The tariff for what is wanted at an instant.
pub fn choose(tariffs: Vec<Tariff>, wanted: &Wanted, at: NaiveDateTime) -> Option<Tariff> {
    tariffs.into_iter().filter(|tariff| tariff.fits(wanted, at)).max_by(|a, b| a.rank().cmp(&b.rank()))
}

/// What is wrong with weight steps: the place within their list, and why. Each must begin above the one before.
pub fn wrong_step(steps: &[WeightStep]) -> Option<(String, String)> {
    steps.windows(2).enumerate().find(|(_, pair)| pair[1].from_g <= pair[0].from_g).map(|(index, pair)| {
        (format!("/{}/from_g", index + 1), format!("must be above {}, where the step before begins", pair[0].from_g))
    })
}

/// What is wrong with density bands: the place within their list, and why. They must follow one another without a gap.
pub fn wrong_band(bands: &[DensityBand]) -> Option<(String, String)> {
    for (index, band) in bands.iter().enumerate() {
        let is_last = index + 1 == bands.len();
        match band.to_kg_m3 {
            Some(to) if to <= band.from_kg_m3 => {
                return Some((format!("/{index}/to_kg_m3"), format!("must be above {}", band.from_kg_m3)));
            }
            None if !is_last => {
                return Some((format!("/{index}/to_kg_m3"), "only the last band has no end".to_owned()));
            }
            Some(_) | None => {}
        }
        let before = index.checked_sub(1).and_then(|before| bands.get(before)?.to_kg_m3);
        if let Some(end) = before.filter(|end| *end != band.from_kg_m3) {
            let why = if band.from_kg_m3 < end { "overlap" } else { "leave a gap" };
            let detail = format!("must be {end}, where the band before ends: bands must not {why}");
            return Some((format!("/{index}/from_kg_m3"), detail));
        }
    }
    None
}

#[cfg(test)]
mod tests;
