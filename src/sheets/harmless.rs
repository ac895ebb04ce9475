//! Texts that other people wrote, as cells of a table that we write.

use std::borrow::Cow;

/// What makes a spreadsheet program take a cell for a formula, or hides such a sign behind it.
const DANGEROUS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '＠'];

/// The same text, with an apostrophe before it where a spreadsheet program would run it as a formula.
pub fn harmless(text: &str) -> Cow<'_, str> {
    match text.chars().next() {
        Some(first) if DANGEROUS.contains(&first) => Cow::Owned(format!("'{text}")),
        _ => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_becomes_a_text_and_a_text_stays() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0", "＝1"] {
            assert_eq!(harmless(text), format!("'{text}"));
        }
        for text in ["", "KG-10427", "Айгуль", "a=b", "'=1"] {
            assert!(matches!(harmless(text), Cow::Borrowed(same) if same == text));
        }
    }
}
