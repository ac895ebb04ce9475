//! What customs might want of a private person: dated rules, and estimates by them. Never a computation of a tax: in
//! practice a consolidator clears the whole truck as cargo, and the price of a kilogram includes it.

pub mod http;
pub mod rules;
mod store;
pub mod wording;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::audit;
use crate::clock::bishkek_day;
use crate::db::Tx;
use crate::error::{Problem, Result};
use crate::ids::EntryId;
use crate::money::{Currency, Money, to_tyiyn};
use crate::rates::{self, PinnedRate};

pub use store::Rule;

words! {
    /// What a duty is a share of, once a limit is exceeded.
    Base as CustomsBase {
        /// Only of what is above the limit.
        Excess = "excess",
        /// Of everything.
        Whole = "whole",
    }
}

words! {
    /// Whether a rule is known to be in force.
    Status as CustomsRuleStatus {
        /// It is.
        Confirmed = "confirmed",
        /// It was announced, or only read about.
        Unconfirmed = "unconfirmed",
    }
}

words! {
    /// Why nothing can be estimated.
    Unknown as CustomsUnknown {
        /// The price of some of the goods is not known, as of what a customer bought themselves.
        Value = "value_unknown",
        /// Some of the goods were not weighed.
        Weight = "weight_unknown",
        /// No rate of the yuan or the euro is known for the day.
        Rate = "rate_unknown",
        /// No rule holds on the day.
        Rule = "no_rule",
        /// The sum is larger than any purchase.
        Sum = "too_large",
    }
}

/// A rule to be put in force.
#[derive(Clone, Debug)]
pub struct NewRule {
    /// The first day.
    pub valid_from: NaiveDate,
    /// The last day; without one, until another rule follows.
    pub valid_until: Option<NaiveDate>,
    /// Goods up to this value are free, euro cents.
    pub free_value_eur_minor: i64,
    /// Goods up to this weight are free, grams; any weight when none.
    pub free_weight_g: Option<i64>,
    /// The duty, hundredths of a percent.
    pub rate_bp: i32,
    /// The least duty, euro cents for a kilogram.
    pub min_eur_minor_per_kg: i64,
    /// Of what.
    pub base: Base,
    /// VAT on the goods with their duty, hundredths of a percent; none when it is not known.
    pub vat_bp: Option<i32>,
    /// Whether it is known to be in force.
    pub status: Status,
    /// Who says so.
    pub source: String,
}

/// What customs might want, in som, beside euro. An estimate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CustomsEstimate {
    /// Tyiyn.
    pub amount: i64,
    /// Always `KGS`.
    pub currency: Currency,
    /// The same in euro.
    pub original: Money,
    /// The rule it was estimated by.
    pub rule_id: EntryId,
    /// Whether that rule is known to be in force.
    pub confirmed: bool,
    /// Whether VAT is in it; its rate may not be known.
    pub vat_included: bool,
}

/// What estimates of one day are made with.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The day, in Bishkek.
    pub day: NaiveDate,
    /// The rule that holds.
    pub rule: Option<Rule>,
    /// Som for a yuan, the bank's.
    pub yuan: Option<PinnedRate>,
    /// Som for a euro, the bank's.
    pub euro: Option<PinnedRate>,
}

impl Terms {
    /// The terms of a day.
    ///
    /// # Errors
    /// Those of the database.
    pub fn of(tx: &mut Tx, day: NaiveDate) -> Result<Self> {
        Ok(Self {
            day,
            rule: store::in_force(tx, day)?,
            yuan: rates::official(tx, Currency::Cny, day)?,
            euro: rates::official(tx, Currency::Eur, day)?,
        })
    }

    /// Whether estimates of this day rest on a rule that is known to be in force.
    pub fn is_confirmed(&self) -> bool {
        self.rule.as_ref().is_some_and(|rule| rule.status == Status::Confirmed)
    }

    /// Yuan in euro cents.
    ///
    /// # Errors
    /// That a rate is not known, or that the sum does not fit.
    pub fn in_euro(&self, fen: i64) -> std::result::Result<i64, Unknown> {
        let (yuan, euro) = self.yuan.as_ref().zip(self.euro.as_ref()).ok_or(Unknown::Rate)?;
        rules::in_euro(fen, yuan.rate, euro.rate).ok_or(Unknown::Sum)
    }

    /// What customs might want of goods of this value and weight; none when they are within the limits.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn estimate(
        &self,
        value_fen: i64,
        weight_g: i64,
        step_tyiyn: i64,
    ) -> std::result::Result<Option<CustomsEstimate>, Unknown> {
        let rule = self.rule.as_ref().ok_or(Unknown::Rule)?;
        let euro = self.euro.as_ref().ok_or(Unknown::Rate)?;
        let levy = rules::levy(self.in_euro(value_fen)?, weight_g, rule).ok_or(Unknown::Sum)?;
        if levy.is_free() {
            return Ok(None);
        }
        let eur_minor = levy.total().ok_or(Unknown::Sum)?;
        Ok(Some(CustomsEstimate {
            amount: to_tyiyn(eur_minor.into(), euro.rate, step_tyiyn).ok_or(Unknown::Sum)?,
            currency: Currency::Kgs,
            original: Money { amount: eur_minor, currency: Currency::Eur },
            rule_id: rule.id.clone(),
            confirmed: rule.status == Status::Confirmed,
            vat_included: levy.vat_eur_minor.is_some(),
        }))
    }
}

/// What customs might want today of goods at this price in yuan; none within the limits or when it is not known.
///
/// # Errors
/// Those of the database.
pub fn of_goods(tx: &mut Tx, value_fen: i64, weight_g: i64) -> Result<Option<CustomsEstimate>> {
    let terms = Terms::of(tx, bishkek_day(tx.now))?;
    Ok(terms.estimate(value_fen, weight_g, tx.firm.rounding_step_tyiyn).unwrap_or(None))
}

/// Puts a rule in force; the ones before it stay.
///
/// # Errors
/// `validation_failed` for one that ends before it begins.
pub fn follow(tx: &mut Tx, new: &NewRule) -> Result<Rule> {
    if new.valid_until.is_some_and(|until| until < new.valid_from) {
        return Problem::field("/valid_until", "a rule cannot end before it begins").fail();
    }
    let rule = store::insert(tx, new)?;
    audit::record(tx, "customs_rule.set", rule.id.as_str(), http::view(rule.clone()))?;
    Ok(rule)
}

/// All rules, the latest start first.
///
/// # Errors
/// Those of the database.
pub fn list(tx: &mut Tx) -> Result<Vec<Rule>> {
    store::all(tx)
}
