//! Order codes and parcel barcodes: how they are made, and how a typed one is read.
//!
//! A code is ten random symbols of Crockford's base 32 (`0-9A-Z` without `I L O U`, 50 bits from
//! a cryptographic generator) and one check symbol. An order code wears the company's prefix and
//! dashes for reading aloud, `TG-7K4M9-2QX8C-5`; a parcel's barcode is `P` and the same eleven
//! symbols without dashes, which keeps the printed label short.
//!
//! # The check symbol
//!
//! Symbols are the elements of the field GF(32), built on the primitive polynomial `x^5 + x^2 + 1`,
//! whose root `a` has 31 distinct powers. The eleven symbols of a code satisfy
//!
//! ```text
//! a^10 s0 + a^9 s1 + ... + a s9 + check = 0
//! ```
//!
//! Every weight is a different non-zero power of `a`. Changing one symbol by `d` moves the sum by
//! `weight * d`; swapping two symbols moves it by `(weight1 - weight2) * (s1 - s2)`. In a field
//! neither product is zero, so **every** single wrong symbol and **every** swap of two different
//! symbols, neighbours or not, check symbol included, is caught, and 31 of 32 other mistakes.
//! (It is a Reed-Solomon code with one check symbol.)
//!
//! Two better-known algorithms were left aside. Crockford's own check is modulo 37 and needs the
//! extra symbols `* ~ $ = U`, which do not survive a phone keypad, a voice or a URL. Luhn modulo N
//! stays within the alphabet but misses the swap of the first and last symbol of the alphabet, and
//! every swap across one place.

use std::fmt;

use rand::{CryptoRng, RngExt};
use serde::Serialize;
use thiserror::Error;

use crate::fold;

/// Crockford's base 32, <https://www.crockford.com/base32.html>: a symbol's place is its value.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Random symbols in a code: 10 * 5 = 50 bits.
const RANDOM_SYMBOLS: usize = 10;
/// The random symbols and the check symbol.
const SYMBOLS: usize = RANDOM_SYMBOLS + 1;
/// Longer input, in characters, is not looked at: no way of typing a code needs as many.
const MAX_TYPED_CHARS: usize = 64;
/// The first letter of every parcel barcode.
const BARCODE_PREFIX: &str = "P";
/// What the check sum of an order code starts from.
const ORDER_SEED: u8 = 0;
/// What the check sum of a barcode starts from: the value of its `P`, which the check so covers.
/// Since it differs from [`ORDER_SEED`], no text is valid as both, even with the order prefix `P`.
const BARCODE_SEED: u8 = 22;

/// The first letter of every bag's code.
const BAG_PREFIX: &str = "B";
/// What the check sum of a bag's code starts from: the value of its `B`.
const BAG_SEED: u8 = 11;

/// The code a customer follows an order by, in its one canonical form: `TG-7K4M9-2QX8C-5`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct OrderCode(String);

/// Why typed text is not an order code; each text tells the person what to look at.
///
/// Every mistake is found without asking the database.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Mistyped {
    /// Far more text than any way of typing a code.
    #[error("check the code: this text is too long to be one")]
    TooLong,
    /// Symbols were left out or added.
    #[error("check the code: after {prefix} it has {SYMBOLS} letters and digits, not {found}")]
    WrongLength {
        /// The prefix of this company's codes.
        prefix: String,
        /// How many letters and digits were typed, the prefix not counted.
        found: usize,
    },
    /// As long as a code with its prefix, but with another prefix.
    #[error("check the code: it begins with {prefix}")]
    WrongPrefix {
        /// The prefix of this company's codes.
        prefix: String,
    },
    /// A letter that no code contains, such as `U` or `Ж`.
    #[error("check the code: there is never a \"{0}\" in it")]
    ForeignSymbol(char),
    /// The right form, but the check symbol does not fit the rest.
    #[error("check the code: a letter or digit is wrong, or two have changed places")]
    WrongCheck,
}

/// The values, 0 to 31, of the ten random symbols and the check symbol.
type Symbols = [u8; SYMBOLS];

impl OrderCode {
    /// Draws a new code. `prefix` is the configured one, one to eight capital Latin letters.
    ///
    /// Two draws are equal once in 2^50: the database's unique key has the last word.
    pub fn generate(prefix: &str) -> Self {
        Self::from_symbols(prefix, draw(&mut rand::rng(), ORDER_SEED))
    }

    /// Reads a code as people type it: in any case, with any spaces, dashes or other marks or
    /// none, with or without its prefix, with the look-alikes that [`fold::symbol`] knows.
    ///
    /// # Errors
    ///
    /// [`Mistyped`] says what is wrong.
    pub fn parse(prefix: &str, typed: &str) -> Result<Self, Mistyped> {
        let typed = letters_and_digits(typed)?;
        let symbols = symbols_after(prefix, &typed)?;
        if syndrome(ORDER_SEED, &symbols) != 0 {
            return Err(Mistyped::WrongCheck);
        }
        Ok(Self::from_symbols(prefix, symbols))
    }

    /// The codes that a longer text names, each once, in the order of the text: the purpose of a transfer, a message.
    ///
    /// A code with its prefix is found wherever it stands, glued to words, spelled out or written with look-alikes. One
    /// without its prefix must stand by itself, undivided, divided like `7K4M9-2QX8C-5` or spelled out, and have two
    /// letters at least, so that no telephone or account number is one. The check symbol fits; whether there is such
    /// an order, the text does not say.
    pub fn find_in(prefix: &str, text: &str) -> Vec<Self> {
        let written = written(text);
        let prefix_symbols: Vec<char> = prefix.chars().filter_map(fold::symbol).collect();
        let mut found = Vec::new();
        for at in 0..written.len() {
            let symbols = after_prefix(&written[at..], &prefix_symbols).or_else(|| standing_alone(&written, at));
            let code = symbols.filter(|symbols| syndrome(ORDER_SEED, symbols) == 0);
            found.extend(code.map(|symbols| Self::from_symbols(prefix, symbols)).filter(|code| !found.contains(code)));
        }
        found
    }

    /// The canonical text, `TG-7K4M9-2QX8C-5`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn from_symbols(prefix: &str, symbols: Symbols) -> Self {
        let text = spell(symbols);
        let (head, tail) = (&text[..5], &text[5..RANDOM_SYMBOLS]);
        let check = &text[RANDOM_SYMBOLS..];
        Self(format!("{prefix}-{head}-{tail}-{check}"))
    }
}

impl fmt::Display for OrderCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Draws a barcode for a parcel: `P`, ten random symbols and the check symbol, twelve characters
/// that Code 128 and QR print as they are.
///
/// Two draws are equal once in 2^50: the database's unique key has the last word.
pub fn barcode() -> String {
    format!("{BARCODE_PREFIX}{}", spell(draw(&mut rand::rng(), BARCODE_SEED)))
}

/// Draws a code for a bag: `B` and eleven symbols, as a parcel's barcode.
pub fn bag() -> String {
    format!("{BAG_PREFIX}{}", spell(draw(&mut rand::rng(), BAG_SEED)))
}

/// The canonical code of a bag in what was scanned or typed, or `None` when it is not one of ours.
pub fn parse_bag(typed: &str) -> Option<String> {
    parse_with(BAG_PREFIX, BAG_SEED, typed)
}

/// The canonical barcode in what was scanned or typed, as forgiving as [`OrderCode::parse`], or
/// `None` when it is not one of ours.
///
/// The `P` is required, since a scanner reads couriers' tracking numbers too. One in 32 of the
/// tracking numbers that happen to have this form passes the check, so an unknown barcode may
/// still be a known tracking number.
pub fn parse_barcode(typed: &str) -> Option<String> {
    parse_with(BARCODE_PREFIX, BARCODE_SEED, typed)
}

fn parse_with(prefix: &str, seed: u8, typed: &str) -> Option<String> {
    let typed = letters_and_digits(typed).ok()?;
    if typed.len() != prefix.len() + SYMBOLS {
        return None;
    }
    let symbols = symbols_after(prefix, &typed).ok()?;
    (syndrome(seed, &symbols) == 0).then(|| format!("{prefix}{}", spell(symbols)))
}

/// Ten random symbols, each of the 32 equally likely, and the check symbol that completes them.
fn draw(rng: &mut impl CryptoRng, seed: u8) -> Symbols {
    let mut symbols: Symbols = rng.random();
    // 32 divides 256, so the low five bits of a random byte favour no symbol.
    symbols = symbols.map(|byte| byte & 31);
    symbols[RANDOM_SYMBOLS] = 0;
    symbols[RANDOM_SYMBOLS] = syndrome(seed, &symbols);
    symbols
}

/// The weighted sum of the module's doc, zero for a right code. The seed counts as a symbol in
/// front of the others.
fn syndrome(seed: u8, symbols: &Symbols) -> u8 {
    symbols.iter().fold(seed, |sum, symbol| times_a(sum) ^ symbol)
}

/// Multiplication by the primitive element of GF(32), where `x^5 = x^2 + 1`.
fn times_a(value: u8) -> u8 {
    let shifted = value << 1;
    if shifted & 0b10_0000 == 0 { shifted } else { shifted ^ 0b10_0101 }
}

/// A letter or digit of a longer text.
struct Written {
    /// What it stands for; `None` for a letter that looks like no Latin one.
    symbol: Option<char>,
    is_letter: bool,
    /// Whether something that is neither letter nor digit stands before it.
    after_gap: bool,
}

fn written(text: &str) -> Vec<Written> {
    let (mut found, mut after_gap) = (Vec::new(), true);
    for c in text.chars() {
        let counts = c.is_alphanumeric() && !fold::is_gap(c);
        if counts {
            found.push(Written { symbol: fold::symbol(c), is_letter: !fold::narrow(c).is_numeric(), after_gap });
        }
        // What nobody sees divides nothing.
        after_gap = !counts && (after_gap || !fold::is_invisible(c));
    }
    found
}

/// The symbols of the code that begins with its prefix here.
fn after_prefix(written: &[Written], prefix: &[char]) -> Option<Symbols> {
    let (spelled, rest) = written.split_at_checked(prefix.len())?;
    let is_prefix = !prefix.is_empty() && spelled.iter().zip(prefix).all(|(c, p)| c.symbol == Some(*p));
    if is_prefix { symbols_of(rest.get(..SYMBOLS)?) } else { None }
}

/// The symbols of the code without its prefix that stands by itself from here on.
fn standing_alone(written: &[Written], at: usize) -> Option<Symbols> {
    let code = written.get(at..at + SYMBOLS)?;
    let is_open = |next: Option<&Written>| next.is_none_or(|next| next.after_gap || next.symbol.is_none());
    let begins = code[0].after_gap || at.checked_sub(1).is_none_or(|before| written[before].symbol.is_none());
    let gaps: Vec<usize> = (1..SYMBOLS).filter(|place| code[*place].after_gap).collect();
    let is_divided_well = gaps.is_empty() || gaps == [5, RANDOM_SYMBOLS] || gaps.len() == RANDOM_SYMBOLS;
    let letters = code.iter().filter(|c| c.is_letter).count();
    let stands_alone = begins && is_open(written.get(at + SYMBOLS)) && is_divided_well && letters >= 2;
    if stands_alone { symbols_of(code) } else { None }
}

fn symbols_of(written: &[Written]) -> Option<Symbols> {
    let values: Option<Vec<u8>> = written.iter().map(|c| value(c.symbol?).ok()).collect();
    values?.try_into().ok()
}

/// The folded letters and digits of what was typed; all that is neither, at any place, is a
/// separator. Refuses a letter or digit that stands for no Latin one.
fn letters_and_digits(typed: &str) -> Result<Vec<char>, Mistyped> {
    if typed.chars().nth(MAX_TYPED_CHARS).is_some() {
        return Err(Mistyped::TooLong);
    }
    typed
        .chars()
        .filter(|c| c.is_alphanumeric() && !fold::is_gap(*c))
        .map(|c| fold::symbol(c).ok_or(Mistyped::ForeignSymbol(c)))
        .collect()
}

/// The symbols of a code of which all letters and digits are `typed`, with or without the prefix.
fn symbols_after(prefix: &str, typed: &[char]) -> Result<Symbols, Mistyped> {
    let folded_prefix: Vec<char> = prefix.chars().filter_map(fold::symbol).collect();
    let rest = match typed.strip_prefix(folded_prefix.as_slice()) {
        // The random symbols themselves may begin like the prefix.
        Some(rest) if typed.len() != SYMBOLS => rest,
        None if typed.len() == folded_prefix.len() + SYMBOLS => {
            return Err(Mistyped::WrongPrefix { prefix: prefix.to_owned() });
        }
        _ => typed,
    };
    let values = rest.iter().map(|c| value(*c)).collect::<Result<Vec<u8>, _>>()?;
    values
        .try_into()
        .map_err(|values: Vec<u8>| Mistyped::WrongLength { prefix: prefix.to_owned(), found: values.len() })
}

/// A folded character's value; `U` is the one that has none.
fn value(folded: char) -> Result<u8, Mistyped> {
    (0..)
        .zip(ALPHABET)
        .find_map(|(value, symbol)| (char::from(*symbol) == folded).then_some(value))
        .ok_or(Mistyped::ForeignSymbol(folded))
}

/// The symbols written out, eleven ASCII characters.
fn spell(symbols: Symbols) -> String {
    symbols.iter().map(|value| char::from(ALPHABET[usize::from(*value)])).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    /// `count` codes that are the same in every run.
    fn known_codes(seed: u8, count: usize) -> Vec<Symbols> {
        let mut rng = StdRng::seed_from_u64(20_261_123);
        (0..count).map(|_| draw(&mut rng, seed)).collect()
    }

    fn parse(typed: &str) -> Result<OrderCode, Mistyped> {
        OrderCode::parse("TG", typed)
    }

    /// The design's example.
    fn example() -> OrderCode {
        parse("TG-7K4M9-2QX8C-5").unwrap()
    }

    #[test]
    fn powers_of_the_primitive_element_are_distinct() {
        let powers: HashSet<u8> = std::iter::successors(Some(1), |p| Some(times_a(*p))).take(31).collect();
        assert_eq!(powers, (1..32).collect());
    }

    #[test]
    fn the_form_is_prefix_five_five_one() {
        let code = OrderCode::generate("TG");
        let groups: Vec<&str> = code.as_str().split('-').collect();
        assert_eq!(groups[0], "TG");
        assert_eq!(groups[1..].iter().map(|g| g.len()).collect::<Vec<_>>(), [5, 5, 1]);
        assert_eq!(code.to_string(), code.as_str());
        assert_eq!(serde_json::to_string(&code).unwrap(), format!("\"{code}\""));
    }

    #[test]
    fn a_code_issued_once_stays_valid() {
        // Printed codes outlive releases: the one right check symbol must never change.
        let right: Vec<char> = ALPHABET
            .iter()
            .map(|check| char::from(*check))
            .filter(|check| parse(&format!("TG-7K4M9-2QX8C-{check}")).is_ok())
            .collect();
        assert_eq!(right, ['5']);
        assert_eq!(example().as_str(), "TG-7K4M9-2QX8C-5");
    }

    #[test]
    fn every_way_of_typing_is_the_same_code() {
        let code = example();
        for typed in [
            "TG-7K4M9-2QX8C-",
            "tg 7k4m9 2qx8c ",
            "tg7k4m92qx8c",
            "7K4M92QX8C",
            "  7k4m9-2qx8c-",
            "TG\u{A0}7K4M9\u{2009}2QX8C\u{3000}",
            "\u{FEFF}TG\u{200B}-7K4\u{AD}M9-2QX8C-",
            "TG–7K4M9—2QX8C−",
            "TG_7K4M9_2QX8C‑",
            "ＴＧ－７Ｋ４Ｍ９ー２ＱＸ８Ｃ－",
            "ТG-7К4М9-2QХ8С-",
            "тg-7к4м9-2qх8с-",
            "№ TG: 7K4M9/2QX8C.",
            "(TG) 7 K 4 M 9 2 Q X 8 C ",
        ] {
            assert_eq!(parse(&format!("{typed}5")), Ok(code.clone()), "{typed}");
            assert_eq!(parse(&format!("«{typed}5».\n")), Ok(code.clone()), "{typed}");
        }
    }

    #[test]
    fn o_i_and_l_are_digits() {
        let zeros_and_ones = [0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 0];
        let check = syndrome(ORDER_SEED, &zeros_and_ones);
        let check = char::from(ALPHABET[usize::from(check)]);
        let code = parse(&format!("TG-01101-00110-{check}"));
        assert!(code.is_ok());
        for typed in ["TG-OIlOL-oOIiO", "TG-ӨІӏОӀ-оөIіО"] {
            assert_eq!(parse(&format!("{typed}-{check}")), code, "{typed}");
        }
    }

    #[test]
    fn random_symbols_may_begin_like_the_prefix() {
        // T is 26 and G is 16.
        let mut symbols = [26, 16, 5, 5, 5, 5, 5, 5, 5, 5, 0];
        symbols[RANDOM_SYMBOLS] = syndrome(ORDER_SEED, &symbols);
        let code = OrderCode::from_symbols("TG", symbols);
        assert_eq!(parse(code.as_str()), Ok(code.clone()));
        assert_eq!(parse(&code.as_str()["TG-".len()..]), Ok(code));
    }

    #[test]
    fn a_prefix_may_hold_letters_outside_the_alphabet() {
        for prefix in ["A", "URAL", "KOLLI"] {
            let code = OrderCode::generate(prefix);
            let typed = code.as_str().to_lowercase().replace('o', "0").replace('-', " ");
            assert_eq!(OrderCode::parse(prefix, &typed), Ok(code));
        }
    }

    #[test]
    fn each_mistake_is_named() {
        let length = |found| Err(Mistyped::WrongLength { prefix: "TG".into(), found });
        assert_eq!(parse(""), length(0));
        assert_eq!(parse("TG-"), length(0));
        assert_eq!(parse("TG-7K4M9-2QX8C"), length(10));
        assert_eq!(parse("7K4M9-2QX8"), length(9));
        assert_eq!(parse("TG-7K4M9-2QX8C-55"), length(12));
        assert_eq!(parse("TX-7K4M9-2QX8C-5"), Err(Mistyped::WrongPrefix { prefix: "TG".into() }));
        assert_eq!(parse("TG-7K4M9-2QU8C-5"), Err(Mistyped::ForeignSymbol('U')));
        assert_eq!(parse("TG-7Ж4M9-2QX8C-5"), Err(Mistyped::ForeignSymbol('Ж')));
        assert_eq!(parse("TG-7K4M9-2QX8C-王"), Err(Mistyped::ForeignSymbol('王')));
        assert_eq!(parse(&"-".repeat(65)), Err(Mistyped::TooLong));
        let swapped = example().as_str().replace("7K", "K7");
        assert_eq!(parse(&swapped), Err(Mistyped::WrongCheck));
    }

    #[test]
    fn the_texts_say_what_to_do() {
        let text = |typed: &str| parse(typed).unwrap_err().to_string();
        assert_eq!(text("TG-7Ж"), "check the code: there is never a \"Ж\" in it");
        assert_eq!(text("TG-7"), "check the code: after TG it has 11 letters and digits, not 1");
        let typings = ["TX-7K4M9-2QX8C-5", &"0".repeat(99), "0000000000A"];
        for typed in typings {
            assert!(text(typed).starts_with("check the code: "));
        }
    }

    #[test]
    fn sixty_four_characters_are_still_read() {
        let code = example();
        let padding = " ".repeat(MAX_TYPED_CHARS - code.as_str().len());
        assert_eq!(parse(&format!("{padding}{code}")), Ok(code.clone()));
        assert_eq!(parse(&format!("{padding} {code}")), Err(Mistyped::TooLong));
    }

    #[test]
    fn every_single_substitution_is_caught() {
        for seed in [ORDER_SEED, BARCODE_SEED] {
            for right in known_codes(seed, 1000) {
                assert_eq!(syndrome(seed, &right), 0);
                for (at, wrong) in (0..SYMBOLS).flat_map(|at| (0..32).map(move |v| (at, v))) {
                    let mut symbols = right;
                    symbols[at] = wrong;
                    assert_eq!(syndrome(seed, &symbols) == 0, wrong == right[at]);
                }
            }
        }
    }

    #[test]
    fn every_swap_of_two_different_symbols_is_caught() {
        for seed in [ORDER_SEED, BARCODE_SEED] {
            for right in known_codes(seed, 1000) {
                for (a, b) in (0..SYMBOLS).flat_map(|a| (0..a).map(move |b| (a, b))) {
                    let mut symbols = right;
                    symbols.swap(a, b);
                    assert_eq!(syndrome(seed, &symbols) == 0, right[a] == right[b]);
                }
            }
        }
    }

    #[test]
    fn the_generator_favours_no_symbol_at_any_place() {
        const CODES: usize = 64_000;
        let codes = known_codes(ORDER_SEED, CODES);
        for place in 0..SYMBOLS {
            let mut seen = [0_u32; 32];
            codes.iter().for_each(|code| seen[usize::from(code[place])] += 1);
            let expected = CODES as f64 / 32.0;
            let chi_square: f64 = seen.iter().map(|n| (f64::from(*n) - expected).powi(2) / expected).sum();
            // 31 degrees of freedom: above 61.1 once in a thousand, below 9.0 hardly ever.
            assert!((9.0..61.1).contains(&chi_square), "place {place}: {chi_square}");
        }
    }

    #[test]
    fn real_draws_differ_and_use_every_symbol_at_every_place() {
        let codes: HashSet<OrderCode> = (0..5000).map(|_| OrderCode::generate("TG")).collect();
        let barcodes: HashSet<String> = (0..5000).map(|_| barcode()).collect();
        assert_eq!((codes.len(), barcodes.len()), (5000, 5000));
        for place in [3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 15] {
            let seen: HashSet<u8> = codes.iter().map(|c| c.as_str().as_bytes()[place]).collect();
            assert_eq!(seen, ALPHABET.iter().copied().collect(), "place {place}");
        }
    }

    #[test]
    fn a_code_is_found_in_a_longer_text() {
        for text in [
            "Оплата заказа TG-7K4M9-2QX8C-5 за пылесос",
            "оплатаtg7k4m92qx8c5спасибо",
            "за товар тg 7к4м9 2qх8с 5, Айгуль",
            "T G 7 K 4 M 9 2 Q X 8 C 5",
            "ТГ-7К4М9-2QХ8С-5",
            "код 7K4M9-2QX8C-5.",
            "(7K4M92QX8C5)",
            "7 k 4 m 9 2 q x 8 c 5 рахмат",
            "TG-7K4M9-2QX8C-5; TG-7K4M9-2QX8C-5",
            "0700123456 TG–7K4\u{AD}M9–2QX8C–5 KG-10427 1245,00",
            "tel996700123456tg-7k4m9-2qx8c-5",
            "TG:7K4M9/2QX8C/5",
            "7.K.4.M.9.2.Q.X.8.C.5",
            "pay 7K4M9-2QX8C-5 now",
        ] {
            assert_eq!(OrderCode::find_in("TG", text), [example()], "{text}");
        }
        let other = OrderCode::generate("TG");
        let both = format!("за {example} и {other}", example = example());
        assert_eq!(OrderCode::find_in("TG", &both), [example(), other]);
    }

    #[test]
    fn no_code_is_found_where_there_is_none() {
        for text in [
            "",
            "TG",
            "TG-7K4M9-2QX8C-6",
            "TG-7K4M9-2QX8C",
            "TG-7К4Ж9-2QX8C-5",
            "AB7K4M92QX8C5",
            "7K4M9 2QX8C5",
            "7K-4M9-2Q-X8C-5",
            "pay 7K4M92QX8C5AB",
            "pay7K4M92QX8C5",
        ] {
            assert_eq!(OrderCode::find_in("TG", text), [], "{text}");
        }
        // Of eleven digits one in 32 has a fitting check symbol.
        for number in 0..2_000_u64 {
            let text =
                format!("+996 700 {:06}, р/с 103012{:010}, ИНН {:014}", number * 487, number * 7_919, number * 104_729);
            assert_eq!(OrderCode::find_in("TG", &text), [], "{text}");
            assert_eq!(OrderCode::find_in("TG", &format!("{:011}", number * 49_999_991)), []);
        }
    }

    #[test]
    fn a_barcode_is_read_back_from_any_typing() {
        let barcode = barcode();
        assert_eq!((barcode.len(), &barcode[..1]), (12, "P"));
        let spaced = format!("\u{FEFF}р {} - {}\r\n", &barcode[1..6].to_lowercase(), &barcode[6..]);
        assert_eq!(parse_barcode(&barcode), Some(barcode.clone()));
        assert_eq!(parse_barcode(&spaced), Some(barcode));
    }

    #[test]
    fn the_code_of_a_bag_is_read_back_and_is_no_parcel() {
        for _ in 0..100 {
            let code = bag();
            assert!(code.starts_with('B') && code.len() == 12, "{code}");
            assert_eq!(parse_bag(&code.to_lowercase()).as_ref(), Some(&code));
            assert_eq!(parse_barcode(&code), None);
            assert_eq!(parse_bag(&barcode()), None);
        }
    }

    #[test]
    fn what_is_no_barcode_of_ours_is_none() {
        let barcode = barcode();
        assert_eq!(parse_barcode(&barcode[1..]), None, "without its P");
        assert_eq!(parse_barcode(&barcode[..11]), None);
        assert_eq!(parse_barcode(&format!("{barcode}0")), None);
        assert_eq!(parse_barcode(&format!("Q{}", &barcode[1..])), None);
        for typed in ["", "P", "JT2725066032707", "435423915918312", "PЖ"] {
            assert_eq!(parse_barcode(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_barcode_is_never_an_order_code_even_with_its_prefix() {
        assert_eq!(BARCODE_SEED, value('P').unwrap());
        for _ in 0..1000 {
            assert_eq!(OrderCode::parse("P", &barcode()), Err(Mistyped::WrongCheck));
            assert_eq!(parse_barcode(OrderCode::generate("P").as_str()), None);
        }
    }

    proptest! {
        #[test]
        fn every_code_reads_back(random: Symbols, prefix in "[A-Z]{1,8}", lower: bool) {
            let mut symbols = random.map(|byte| byte & 31);
            symbols[RANDOM_SYMBOLS] = 0;
            symbols[RANDOM_SYMBOLS] = syndrome(ORDER_SEED, &symbols);
            let code = OrderCode::from_symbols(&prefix, symbols);
            let mut typed = code.to_string();
            if lower { typed = typed.to_lowercase(); }
            prop_assert_eq!(OrderCode::parse(&prefix, &typed), Ok(code.clone()));
            prop_assert_eq!(OrderCode::parse(&prefix, &spell(symbols)), Ok(code));
        }

        #[test]
        fn any_text_is_read_without_a_panic(prefix in any::<String>(), typed in any::<String>()) {
            let _ = OrderCode::parse(&prefix, &typed);
            let _ = OrderCode::find_in(&prefix, &typed);
            if let Ok(code) = parse(&typed) {
                prop_assert_eq!(parse(code.as_str()), Ok(code));
            }
            if let Some(barcode) = parse_barcode(&typed) {
                prop_assert_eq!(parse_barcode(&barcode), Some(barcode));
            }
        }
    }
}
