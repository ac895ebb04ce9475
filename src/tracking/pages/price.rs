//! The page that tells what an order would cost.

use std::collections::BTreeMap;

use askama::Template;

use super::{Page, rendered, som};
use crate::error::{Problem, Slug};
use crate::face::Face;
use crate::quotes::estimate::EstimateView;
use crate::texts::{self, Arg, Lang};

/// What there is to choose from.
#[derive(Debug, Default)]
pub struct Choices {
    /// Pickup points: code and name.
    pub points: Vec<(String, String)>,
    /// Kinds of goods that have prices of their own.
    pub categories: Vec<String>,
    /// Ways of going: word and name.
    pub modes: Vec<(String, String)>,
    /// Whether volume counts, and the divisor by which it does.
    pub counts_volume: Option<Option<i64>>,
}

/// What was typed into the form, by field.
#[derive(Debug)]
pub struct Filled {
    /// Each field with its value.
    pub values: BTreeMap<&'static str, String>,
}

/// The form, and what it comes to.
pub fn price(
    face: &Face,
    lang: Lang,
    typed: &Filled,
    choices: &Choices,
    counted: Option<&Result<EstimateView, Problem>>,
) -> String {
    let (estimate, problem) = match counted {
        Some(Ok(estimate)) => (Some(estimate), None),
        Some(Err(problem)) => (None, Some(problem)),
        None => (None, None),
    };
    let path = path(typed);
    let wrong = problem.map(|problem| Wrong::of(lang, problem));
    let volume = choices.counts_volume.map(|divisor| match divisor {
        Some(divisor) => texts::text(lang, "price-volume-by", &[("divisor", Arg::Num(divisor))]),
        None => texts::text(lang, "price-volume", &[]),
    });
    rendered(&Price { page: Page::new(face, lang, &path), typed, choices, estimate, wrong, volume })
}

/// The address with what was typed, for the language links.
fn path(typed: &Filled) -> String {
    let filled = typed.values.iter().filter(|(_, value)| !value.is_empty());
    let encoded =
        |value: &str| percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).to_string();
    let pairs: Vec<_> = filled.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    if pairs.is_empty() { "/price".to_owned() } else { format!("/price?{}", pairs.join("&")) }
}

/// What is wrong, and at which field; without one it is nobody's fault who fills in the form.
struct Wrong {
    field: &'static str,
    sentence: String,
}

impl Wrong {
    fn of(lang: Lang, problem: &Problem) -> Wrong {
        let pointer = problem.fields.first().map_or("", |(pointer, _)| pointer.as_str());
        let (field, key) = match pointer {
            "/weight_g" => ("weight_kg", "price-wrong-weight"),
            "/length_mm" => ("length_cm", "price-wrong-size"),
            "/width_mm" => ("width_cm", "price-wrong-size"),
            "/height_mm" => ("height_cm", "price-wrong-size"),
            "/goods" | "/goods/amount" => ("goods_cny", "price-wrong-goods"),
            "/category" => ("category", "price-wrong-category"),
            pointer if pointer.starts_with("/route") => ("to", "price-wrong-route"),
            _ if problem.slug == Slug::NotFound => ("category", "price-wrong-category"),
            _ => ("", "price-unknown"),
        };
        Wrong { field, sentence: texts::text(lang, key, &[]) }
    }
}

#[derive(Template)]
#[template(path = "price.html")]
struct Price<'a> {
    page: Page<'a>,
    typed: &'a Filled,
    choices: &'a Choices,
    estimate: Option<&'a EstimateView>,
    wrong: Option<Wrong>,
    volume: Option<String>,
}

/// A field of numbers.
struct Field {
    name: &'static str,
    label: &'static str,
    is_needed: bool,
}

impl Price<'_> {
    fn value(&self, name: &str) -> &str {
        self.typed.values.get(name).map_or("", String::as_str)
    }

    /// What is wrong with a field.
    fn wrong(&self, name: &str) -> Option<&str> {
        self.wrong.as_ref().filter(|wrong| wrong.field == name).map(|wrong| wrong.sentence.as_str())
    }

    fn sides(&self) -> [Field; 3] {
        [("length_cm", "price-length"), ("width_cm", "price-width"), ("height_cm", "price-height")]
            .map(|(name, label)| Field { name, label, is_needed: false })
    }

    fn weight(&self) -> Field {
        Field { name: "weight_kg", label: "price-weight", is_needed: true }
    }

    fn goods(&self) -> Field {
        Field { name: "goods_cny", label: "price-goods", is_needed: false }
    }

    fn som(&self, tyiyn: &i64) -> String {
        som(self.page.lang, *tyiyn)
    }
}
