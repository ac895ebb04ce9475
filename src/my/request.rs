//! What a visitor fills in to ask for something, and what becomes of it. Whatever is wrong is said beside its field, and
//! nothing that was typed is lost.

use std::collections::BTreeMap;

use crate::customers::Person;
use crate::http::Form;
use crate::links;
use crate::money::{CEILING_MINOR, Currency, Money};
use crate::orders::{Kind, NewItem, NewOrder};
use crate::phone::Phone;
use crate::photos::MOST_BYTES;
use crate::texts::{self, Lang};

/// The text that says what is wrong with each field, by the field's name.
pub type Errors = BTreeMap<&'static str, &'static str>;

const MOST_LINK: usize = 2000;
const MOST_WORDS: usize = 500;
const MOST_NAME: usize = 200;

/// The form as it was filled in.
#[derive(Clone, Default)]
pub struct Filled {
    /// What this form is known by when it comes again.
    pub key: String,
    /// A link, or what an app shares.
    pub link: String,
    /// In words.
    pub words: String,
    /// How many.
    pub quantity: String,
    /// What they would spend, som.
    pub budget: String,
    /// Size, colour.
    pub details: String,
    /// Who asks.
    pub name: String,
    /// Their phone.
    pub phone: String,
    /// Of messages.
    pub language: String,
    /// Code of a branch.
    pub pickup_point: String,
}

impl Filled {
    /// What a browser sent.
    pub fn of(form: &Form<MOST_BYTES>) -> Self {
        let said = |name: &str| form.get(name).trim().to_owned();
        Self {
            key: said("key"),
            link: said("link"),
            words: said("words"),
            quantity: said("quantity"),
            budget: said("budget"),
            details: said("details"),
            name: said("name"),
            phone: said("phone"),
            language: said("language"),
            pickup_point: said("pickup_point"),
        }
    }

    /// Everything that belongs to the intention, in one text.
    pub fn told(&self) -> String {
        [
            &self.link,
            &self.words,
            &self.quantity,
            &self.budget,
            &self.details,
            &self.name,
            &self.phone,
            &self.language,
            &self.pickup_point,
        ]
        .map(String::as_str)
        .join("\0")
    }

    /// The request, in the words of the order desk.
    ///
    /// # Errors
    /// What is wrong, field by field.
    pub fn checked(&self, has_photo: bool, lang: Lang) -> Result<NewOrder, Errors> {
        let mut errors = Errors::new();
        for (field, text, most) in [
            ("link", &self.link, MOST_LINK),
            ("words", &self.words, MOST_WORDS),
            ("details", &self.details, MOST_WORDS),
            ("name", &self.name, MOST_NAME),
        ] {
            errors.extend(complaint(text, most).map(|complaint| (field, complaint)));
        }
        if self.name.contains('\n') {
            errors.insert("name", "form-error-text");
        }
        if self.name.is_empty() {
            errors.insert("name", "form-error-empty");
        }
        if self.link.is_empty() && self.words.is_empty() && !has_photo {
            errors.insert("link", "form-error-what");
        }
        let quantity = if self.quantity.is_empty() { Some(1) } else { self.quantity.parse().ok() };
        let quantity = quantity.filter(|quantity| (1..=100_000).contains(quantity));
        let budget = if self.budget.is_empty() { Some(None) } else { som(&self.budget).map(Some) };
        let phone = Phone::parse(&self.phone).ok();
        for (field, is_wrong, complaint) in [
            ("quantity", quantity.is_none(), "form-error-quantity"),
            ("budget", budget.is_none(), "form-error-sum"),
            ("phone", phone.is_none(), "form-error-phone"),
        ] {
            if is_wrong {
                errors.insert(field, complaint);
            }
        }
        let (Some(quantity), Some(budget), Some(phone), true) = (quantity, budget, phone, errors.is_empty()) else {
            return Err(errors);
        };
        let (description, link) = self.what(lang);
        let item = NewItem {
            description,
            link,
            quantity,
            budget: budget.map(|amount| Money { amount, currency: Currency::Kgs }),
            note: said(&self.details),
        };
        let language = self.language.parse().unwrap_or(lang);
        Ok(NewOrder {
            kind: Kind::Purchase,
            person: Person { name: self.name.clone(), phone, email: None, language },
            items: vec![item],
            pickup_point: said(&self.pickup_point),
        })
    }

    /// What they want, in words, and where they saw it. What was pasted for a link and is none is words, too.
    fn what(&self, lang: Lang) -> (String, Option<String>) {
        let known = links::recognise(&self.link);
        let is_link = known.is_some() || self.link.contains("://");
        let link = said(&self.link).filter(|_| is_link);
        let pasted: String = self.link.chars().take(MOST_WORDS).collect();
        let description = match (said(&self.words), known) {
            (Some(words), _) => words,
            (None, Some(link)) => match link.item_id {
                Some(id) => format!("{} {id}", link.marketplace),
                None => link.marketplace.to_string(),
            },
            (None, None) if !pasted.is_empty() => pasted,
            (None, None) => texts::text(lang, "request-by-photo", &[]),
        };
        (description, link)
    }
}

fn said(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// What is wrong with a text, if anything.
pub fn complaint(text: &str, most_characters: usize) -> Option<&'static str> {
    if text.chars().count() > most_characters {
        return Some("form-error-long");
    }
    text.chars().any(|sign| sign.is_control() && sign != '\n').then_some("form-error-text")
}

/// A sum as people type it, in tyiyn: `1500`, `1 500`, `1500,50`, `1500 сом`.
pub fn som(typed: &str) -> Option<i64> {
    let typed = typed.trim().trim_end_matches(|sign: char| sign.is_alphabetic() || sign == '.').trim();
    let plain: String = typed.chars().map(crate::fold::narrow).filter(|sign| !sign.is_whitespace()).collect();
    let (whole, rest) = plain.split_once([',', '.']).unwrap_or((&plain, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 12 || rest.len() > 2 || !are_digits(whole) || !are_digits(rest) {
        return None;
    }
    let tyiyn = whole.parse::<i64>().ok()?.checked_mul(100)? + format!("{rest:0<2}").parse::<i64>().ok()?;
    (1..=CEILING_MINOR).contains(&tyiyn).then_some(tyiyn)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled() -> Filled {
        Filled {
            link: "https://item.taobao.com/item.htm?id=738401234567".into(),
            name: "Айгуль".into(),
            phone: "0700123456".into(),
            ..Filled::default()
        }
    }

    #[test]
    fn a_sum_is_read_as_it_is_typed() {
        for (typed, tyiyn) in [
            ("1500", Some(150_000)),
            ("1 500", Some(150_000)),
            ("1500,5", Some(150_050)),
            ("15000.50 сом", Some(1_500_050)),
            ("1\u{A0}500 som", Some(150_000)),
            ("0", None),
            ("-5", None),
            ("много", None),
            ("1e9", None),
            ("1.234", None),
            ("99999999999999", None),
            ("", None),
        ] {
            assert_eq!(som(typed), tyiyn, "{typed}");
        }
    }

    #[test]
    fn a_link_alone_is_a_request_and_what_is_no_link_is_words() {
        let item = |filled: &Filled| filled.checked(false, Lang::Ru).unwrap().items.remove(0);
        let by_link = item(&filled());
        assert_eq!(
            (by_link.description.as_str(), by_link.quantity, by_link.link.is_some()),
            ("taobao 738401234567", 1, true)
        );
        let words = item(&Filled { link: "белый пылесос".into(), ..filled() });
        assert_eq!((words.description.as_str(), words.link), ("белый пылесос", None));
        let photo = Filled { link: String::new(), ..filled() }.checked(true, Lang::En).unwrap().items.remove(0);
        assert_eq!(photo.description, texts::text(Lang::En, "request-by-photo", &[]));
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let odd = Filled {
            quantity: "0".into(),
            budget: "x".into(),
            details: "a\u{7}".into(),
            words: "б".repeat(501),
            ..Filled::default()
        };
        let errors = odd.checked(false, Lang::Ru).unwrap_err();
        let fields: Vec<_> = errors.keys().copied().collect();
        assert_eq!(fields, ["budget", "details", "name", "phone", "quantity", "words"]);
        assert_eq!(Filled::default().checked(false, Lang::Ru).unwrap_err()["link"], "form-error-what");
    }
}
