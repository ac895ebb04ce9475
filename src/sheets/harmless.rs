//! What a spreadsheet program would run, made text.

use std::borrow::Cow;

/// What a cell begins with that a spreadsheet program may take for a formula, or skip to find one behind it
/// (ASVS 5.0.0, 1.2.10).
const RUNS: [char; 8] = ['=', '+', '-', '@', '\t', '\r', '\n', '\0'];

/// A text as a cell may hold it: one that a spreadsheet program would run gets an apostrophe in front.
pub fn harmless(text: &str) -> Cow<'_, str> {
    match text.starts_with(RUNS) {
        true => Cow::Owned(format!("'{text}")),
        false => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_would_run_is_changed() {
        for text in ["=1+1", "+996700123456", "-5", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1"] {
            assert_eq!(harmless(text), format!("'{text}"));
        }
        for text in ["", "1+1", "'=1", "Айгуль", " =1", "a\n=1", "TG-7K4M9-2QX8C-5"] {
            assert!(matches!(harmless(text), Cow::Borrowed(same) if same == text), "{text:?}");
        }
    }
}
