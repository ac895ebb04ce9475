//! What is not as expected about a box, with what was expected and what was found. Values in, values out.

use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::config::{ForbiddenGoods, IntakeStop, Lexicon};
use crate::texts::{self, Lang};

words! {
    /// What is not as expected.
    WarningCode {
        /// The number says one owner and the mark another.
        OwnerMismatch = "owner_mismatch",
        /// The number was received before.
        Duplicate = "duplicate",
        /// What is charged is far from what was quoted.
        Weight = "weight",
        /// The goods are not carried.
        Forbidden = "forbidden",
        /// The box is damaged.
        Damaged = "damaged",
    }
}

impl WarningCode {
    /// Whether the firm lets this stop a receipt.
    pub fn is_stopped_by(self, stops: &[IntakeStop]) -> bool {
        let stop = match self {
            WarningCode::Weight => IntakeStop::Weight,
            WarningCode::Forbidden => IntakeStop::Forbidden,
            WarningCode::Damaged => IntakeStop::Damaged,
            WarningCode::OwnerMismatch | WarningCode::Duplicate => return false,
        };
        stops.contains(&stop)
    }
}

/// Something that is not as expected, for a person with a scanner in the hand.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Warning {
    /// What kind of thing.
    pub code: WarningCode,
    /// The same in a sentence.
    pub detail: String,
    /// What was expected, where something was.
    #[schema(value_type = Option<Object>)]
    pub expected: Option<Value>,
    /// What was found.
    #[schema(value_type = Option<Object>)]
    pub found: Option<Value>,
}

/// Grams as they are and as they are charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Grams {
    /// On the scale, or estimated.
    pub weight_g: i64,
    /// By the tariff.
    pub charged_weight_g: i64,
}

/// How far weights may be apart.
#[derive(Clone, Copy, Debug)]
pub struct Tolerance {
    /// Of the expected one.
    pub percent: u8,
    /// Whatever the percentage makes.
    pub grams: i64,
}

/// The number is registered for one owner and the mark says another.
pub fn owner(registered: &str, mark: &str) -> Warning {
    Warning {
        code: WarningCode::OwnerMismatch,
        detail: format!("The tracking number belongs to {registered}, but the mark says {mark}."),
        expected: Some(json!({"owner": registered})),
        found: Some(json!({"owner": mark})),
    }
}

/// Compares what is charged, not what was weighed: 2.2 and 2.36 kg, both charged as 2.5, are the same. While parcels of
/// the order are still to come, only too much is worth a word.
pub fn weight(quoted: Grams, found: Grams, is_all: bool, tolerance: Tolerance) -> Option<Warning> {
    let more_g = found.charged_weight_g - quoted.charged_weight_g;
    let allowed_g = (quoted.charged_weight_g * i64::from(tolerance.percent) / 100).max(tolerance.grams);
    if more_g.abs() <= allowed_g || (more_g < 0 && !is_all) {
        return None;
    }
    let kilograms = |grams| texts::kilograms(Lang::En, grams);
    Some(Warning {
        code: WarningCode::Weight,
        detail: format!(
            "{} kg are charged, but {} kg were quoted.",
            kilograms(found.charged_weight_g),
            kilograms(quoted.charged_weight_g)
        ),
        expected: Some(json!(quoted)),
        found: Some(json!(found)),
    })
}

/// Goods that are not carried, found in any of these texts; one warning for each kind of goods.
pub fn forbidden(texts: &[String], goods: &[ForbiddenGoods]) -> Vec<Warning> {
    let warn = |kind: &ForbiddenGoods| {
        let (text, word) = texts.iter().find_map(|text| Some((text, named(text, &kind.words)?)))?;
        Some(Warning {
            code: WarningCode::Forbidden,
            detail: format!("This may be {}, which is not carried: {text:?}.", kind.goods),
            expected: None,
            found: Some(json!({"goods": kind.goods, "word": word, "text": text})),
        })
    };
    goods.iter().filter_map(warn).collect()
}

/// A condition that says damage.
pub fn damaged(condition: &str, words: &Lexicon) -> Option<Warning> {
    named(condition, words)?;
    Some(Warning {
        code: WarningCode::Damaged,
        detail: format!("The box is damaged: {condition}. Take a photo of it."),
        expected: None,
        found: Some(json!({"condition": condition})),
    })
}

/// Words that turn the next one into its opposite.
const NEGATIONS: [&str; 7] = ["not", "no", "without", "не", "нет", "без", "没有"];

/// The word of a list that a text says. A `*` at an end of the word stands for any letters there.
fn named<'a>(text: &str, words: &'a Lexicon) -> Option<&'a str> {
    let plain = spaced(text);
    words.words().find(|word| {
        let mut wanted = spaced(word.trim_matches('*'));
        if word.starts_with('*') {
            wanted = wanted.trim_start().to_owned();
        }
        if word.ends_with('*') {
            wanted = wanted.trim_end().to_owned();
        }
        let is_meant = |(at, _): (usize, &str)| {
            let before = plain[..at].split(' ').rfind(|word| !word.is_empty());
            !before.is_some_and(|before| NEGATIONS.contains(&before))
        };
        !wanted.trim().is_empty() && plain.match_indices(wanted.as_str()).any(is_meant)
    })
}

/// Lower case, with one space around and between words.
fn spaced(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.fold(" ".to_owned(), |line, word| line + word + " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    const TOLERANCE: Tolerance = Tolerance { percent: 10, grams: 200 };

    fn charged(charged_weight_g: i64) -> Grams {
        Grams { weight_g: charged_weight_g, charged_weight_g }
    }

    #[test]
    fn charged_weights_are_compared_with_a_tolerance() {
        for (quoted, found, is_all, warned) in [
            (4200, 4620, true, false),
            (4200, 4621, true, true),
            (4200, 3780, true, false),
            (4200, 3779, true, true),
            (4200, 1000, false, false),
            (4200, 9000, false, true),
            (500, 700, true, false),
            (500, 701, true, true),
        ] {
            let warning = weight(charged(quoted), charged(found), is_all, TOLERANCE);
            assert_eq!(warning.is_some(), warned, "{quoted} {found} {is_all}");
        }
        // Both are charged as 2.5 kg.
        let billed = |weight_g| Grams { weight_g, charged_weight_g: 2500 };
        assert_eq!(weight(billed(2200), billed(2360), true, Tolerance { percent: 0, grams: 0 }), None);
    }

    #[test]
    fn forbidden_goods_are_known_by_their_words_and_not_by_parts_of_others() {
        let goods = Config::defaults().unwrap().business.forbidden_goods;
        let found = |text: &str| {
            let warnings = forbidden(&[text.to_owned()], &goods);
            warnings.first().and_then(|warning| Some(warning.found.as_ref()?["goods"].as_str()?.to_owned()))
        };
        for (text, kind) in [
            ("Таблетки от кашля", Some("medicine")),
            ("дары", Some("medicine")),
            ("感冒药品 10盒", Some("medicine")),
            ("Охотничий НОЖ, сталь", Some("sharp")),
            ("ножной массажёр", None),
            ("Зажигалка газовая", Some("flammable")),
            ("Washing powder 3 kg", Some("liquid or powder")),
            ("powerbank", None),
            ("电子烟", Some("e-cigarette")),
            ("E-cigarettes, 5 pcs", Some("e-cigarette")),
            ("Робот-пылесос", None),
            ("粉色连衣裙", None),
            ("", None),
        ] {
            assert_eq!(found(text).as_deref(), kind, "{text}");
        }
    }

    #[test]
    fn a_condition_says_damage_or_its_opposite() {
        let words = Config::defaults().unwrap().business.damage_words;
        for (condition, is_damaged) in [
            ("a corner is dented", true),
            ("коробка порвана", true),
            ("外箱破损", true),
            ("жыртылган", true),
            ("good", false),
            ("not damaged", false),
            ("без повреждений", false),
            ("undamaged", false),
        ] {
            assert_eq!(damaged(condition, &words).is_some(), is_damaged, "{condition}");
        }
    }
}
