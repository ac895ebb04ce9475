//! Counted cash: a sum, or so many of each banknote and coin.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value;

use crate::error::{Problem, Result};
use crate::money::{CEILING_MINOR, Currency, Money};

/// Nobody counts more pieces of one kind in a drawer.
const MOST_PIECES: i64 = 1_000_000;

/// What somebody counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// All of it, tyiyn.
    pub total_tyiyn: i64,
    /// How many of each banknote and coin, by their value in tyiyn; empty when only the sum was said.
    pub pieces: BTreeMap<i64, i64>,
}

/// A count as the API takes it: `{"amount": 500000, "currency": "KGS"}`, or banknotes and coins by their value in som,
/// `{"1000": 4, "200": 5}`, or the same as a list, `[{"denomination": 1000, "count": 4}]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct Counted(Value);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pile {
    denomination: Decimal,
    count: i64,
}

impl Counted {
    /// The checked count. `known_tyiyn` are the banknotes and coins there are.
    ///
    /// # Errors
    /// `validation_failed` at `pointer`.
    pub fn checked(self, known_tyiyn: &[i64], pointer: &str) -> Result<Count> {
        let count = match self.0 {
            Value::Object(members) if members.contains_key("amount") => sum(Value::Object(members), pointer)?,
            Value::Object(members) => {
                let piles = members.into_iter().map(|(value, count)| {
                    let at = format!("{pointer}/{value}");
                    let denomination = value.parse().map_err(|_| Problem::field(&at, "is not a number of som"))?;
                    let count =
                        count.as_i64().ok_or_else(|| Problem::field(&at, "must be a whole number of pieces"))?;
                    Ok((at, Pile { denomination, count }))
                });
                piled(piles.collect::<Result<_>>()?, known_tyiyn)?
            }
            Value::Array(piles) => {
                let piles = piles.into_iter().enumerate().map(|(index, pile)| {
                    let at = format!("{pointer}/{index}");
                    let pile = serde_json::from_value(pile).map_err(|error| Problem::field(&at, error.to_string()))?;
                    Ok((at, pile))
                });
                piled(piles.collect::<Result<_>>()?, known_tyiyn)?
            }
            _ => {
                return Problem::field(pointer, "must be money, or pieces by their value such as {\"1000\": 4}").fail();
            }
        };
        if count.total_tyiyn > CEILING_MINOR {
            return Problem::field(pointer, format!("is above the ceiling of {CEILING_MINOR} tyiyn")).fail();
        }
        Ok(count)
    }
}

fn sum(value: Value, pointer: &str) -> Result<Count> {
    let money: Money = serde_json::from_value(value).map_err(|error| Problem::field(pointer, error.to_string()))?;
    if money.currency != Currency::Kgs || money.amount < 0 {
        return Problem::field(pointer, "must be KGS and not negative").fail();
    }
    Ok(Count { total_tyiyn: money.amount, pieces: BTreeMap::new() })
}

fn piled(piles: Vec<(String, Pile)>, known_tyiyn: &[i64]) -> Result<Count> {
    let mut count = Count { total_tyiyn: 0, pieces: BTreeMap::new() };
    for (pointer, Pile { denomination, count: pieces }) in piles {
        let value_tyiyn = denomination.checked_mul(Decimal::ONE_HUNDRED).and_then(|tyiyn| i64::try_from(tyiyn).ok());
        let Some(value_tyiyn) = value_tyiyn.filter(|value| known_tyiyn.contains(value)) else {
            return Problem::field(pointer, format!("there is no banknote or coin of {denomination} som")).fail();
        };
        if !(0..=MOST_PIECES).contains(&pieces) {
            return Problem::field(pointer, format!("must be 0 to {MOST_PIECES} pieces")).fail();
        }
        // A value that was written twice, as 5 and as 5.0, counts both times.
        *count.pieces.entry(value_tyiyn).or_default() += pieces;
        count.total_tyiyn += value_tyiyn * pieces;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const KNOWN: &[i64] = &[500_000, 100_000, 20_000, 500, 100, 50];

    fn read(value: Value) -> std::result::Result<Count, String> {
        Counted(value).checked(KNOWN, "/counted").map_err(|error| error.to_string())
    }

    #[test]
    fn a_sum_and_two_ways_to_say_pieces_are_one_count() {
        assert_eq!(read(json!({"amount": 500_000, "currency": "KGS"})).unwrap().total_tyiyn, 500_000);
        let map = read(json!({"1000": 4, "200": 5, "0.5": 2, "5": 0})).unwrap();
        assert_eq!(map.total_tyiyn, 500_100);
        assert_eq!(map.pieces, BTreeMap::from([(100_000, 4), (20_000, 5), (50, 2), (500, 0)]));
        let list = json!([{"denomination": 1000, "count": 3}, {"denomination": "1000.00", "count": 1},
            {"denomination": 200, "count": 5}, {"denomination": 0.5, "count": 2}, {"denomination": 5, "count": 0}]);
        assert_eq!(read(list).unwrap(), map);
        assert_eq!(read(json!({})).unwrap().total_tyiyn, 0);
    }

    #[test]
    fn what_is_no_count_is_refused_where_it_stands() {
        for (value, pointer) in [
            (json!({"amount": -1, "currency": "KGS"}), "/counted:"),
            (json!({"amount": 1, "currency": "USD"}), "/counted:"),
            (json!({"amount": 1.5, "currency": "KGS"}), "/counted:"),
            (json!({"amount": 1_000_000_001, "currency": "KGS"}), "/counted:"),
            (json!({"3": 1}), "/counted/3:"),
            (json!({"-1000": 1}), "/counted/-1000:"),
            (json!({"1000": -1}), "/counted/1000:"),
            (json!({"1000": 1.5}), "/counted/1000:"),
            (json!({"1000": 1_000_001}), "/counted/1000:"),
            (json!({"5000": 1_000_000, "1000": 1_000_000}), "/counted:"),
            (json!({"99999999999999999999999999999999": 1}), "/counted/9999"),
            (json!({"thousand": 1}), "/counted/thousand:"),
            (json!([{"denomination": 1000}]), "/counted/0:"),
            (json!([{"denomination": 1000, "count": 1, "note": "x"}]), "/counted/0:"),
            (json!("1000"), "/counted:"),
            (json!(null), "/counted:"),
        ] {
            let refusal = read(value.clone()).expect_err("a refusal");
            assert!(refusal.contains(pointer), "{value}: {refusal}");
        }
    }
}
