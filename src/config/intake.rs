//! `business.*` of the intake: what a warehouse is warned of, and what it is stopped by.

use serde::Deserialize;

/// What a received box is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntakeStop {
    /// The charged weight is far from the quoted one.
    Weight,
    /// The order or the clerk names goods that we do not carry.
    Forbidden,
    /// The box is damaged.
    Damaged,
}

/// Words of one meaning in the languages that reach the warehouse. A `*` at an end stands for any letters there.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "a list for each language")]
pub struct Lexicon {
    pub ky: Vec<String>,
    pub ru: Vec<String>,
    pub en: Vec<String>,
    pub zh: Vec<String>,
}

impl Lexicon {
    /// All words, whatever their language.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        [&self.ky, &self.ru, &self.en, &self.zh].into_iter().flatten().map(String::as_str)
    }
}

/// Goods that we do not carry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForbiddenGoods {
    /// What they are, in one word for the clerk.
    pub goods: String,
    /// What they are called.
    pub words: Lexicon,
}
