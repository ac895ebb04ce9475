//! Reading what people really type: one place that knows which characters mean the same.
//!
//! Codes are typed on Russian and Kyrgyz keyboards, on Chinese ones (full-width forms), copied
//! out of messengers (no-break and zero-width spaces) and read aloud (`O` for `0`, `I` for `1`).
//! Order codes, parcel barcodes and the client codes on boxes all fold their input here, so a
//! character is never understood in one place and refused in another.

/// The ASCII twin of a full-width character (U+FF01 to U+FF5E, what a Chinese keyboard types);
/// every other character comes back unchanged.
pub fn narrow(c: char) -> char {
    const OFFSET: u32 = '！' as u32 - '!' as u32;
    match c {
        '！'..='～' => char::from_u32(c as u32 - OFFSET).unwrap_or(c),
        _ => c,
    }
}

/// The capital Latin letter or digit that a letter or digit stands for, or `None`.
///
/// Case is ignored. `O` is `0`, `I` and `L` are `1`, as in Crockford's base 32
/// (<https://www.crockford.com/base32.html>). A Cyrillic letter stands for the symbol it looks
/// like; one that looks like nothing Latin (`Ж`), or like more than one symbol, is not guessed.
pub fn symbol(c: char) -> Option<char> {
    let folded = match upper(narrow(c)) {
        'O' | 'О' | 'Ө' => '0',
        'I' | 'L' | 'І' | 'Ӏ' => '1',
        'З' => '3',
        'А' => 'A',
        'В' => 'B',
        'С' => 'C',
        'Е' => 'E',
        'Н' => 'H',
        'Ј' => 'J',
        'К' => 'K',
        'М' => 'M',
        'Р' => 'P',
        'Ѕ' => 'S',
        'Т' => 'T',
        'Х' => 'X',
        'У' | 'Ү' => 'Y',
        other => other,
    };
    folded.is_ascii_alphanumeric().then_some(folded)
}

/// Whether people put this between the parts of a code: a space of any kind, a dash of any kind,
/// an underscore, or something invisible that a messenger or a spreadsheet added.
pub fn is_gap(c: char) -> bool {
    match narrow(c) {
        '-' | '_' => true,
        // The hyphens and dashes of general punctuation, minus, small and wave forms.
        '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' => true,
        '\u{2E3A}' | '\u{2E3B}' | '\u{301C}' | '\u{30FC}' | '\u{FE58}' | '\u{FE63}' => true,
        other => other.is_whitespace() || other.is_control() || is_invisible(other),
    }
}

/// Whether a character has no width: the soft hyphen, zero-width spaces and joiners, direction marks, the byte order
/// mark.
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}'
    )
}

/// Upper case where that is one character; `ß` and its like stay as they are.
fn upper(c: char) -> char {
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alikes_fold_in_both_cases() {
        let typed = "ОоӨөOoІіӀӏIiLlЗзАаВвСсЕеНнЈјКкМмРрЅѕТтХхУуҮү";
        let meant = "0000001111111133AABBCCEEHHJJKKMMPPSSTTXXYYYY";
        let folded: Option<String> = typed.chars().map(symbol).collect();
        assert_eq!(folded.as_deref(), Some(meant));
    }

    #[test]
    fn ascii_and_full_width_letters_and_digits_fold_alike() {
        for ascii in ('0'..='9').chain('A'..='Z').chain('a'..='z') {
            let wide = char::from_u32(ascii as u32 + 0xFEE0).unwrap();
            let meant = match ascii.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            assert_eq!(symbol(ascii), Some(meant));
            assert_eq!(symbol(wide), Some(meant));
            assert_eq!(narrow(wide), ascii);
        }
    }

    #[test]
    fn what_looks_like_no_symbol_is_not_guessed() {
        for c in "ЖжБГДЙЛПФЦЧШЩЪЫЬЭЮЯҢЁßﬁ王²①٣-—*№ \u{200B}".chars() {
            assert_eq!(symbol(c), None, "{c:?}");
        }
    }

    #[test]
    fn gaps_are_spaces_dashes_and_the_invisible() {
        for c in " \t\n\u{A0}\u{3000}\u{202F}\u{200B}\u{200D}\u{2060}\u{FEFF}\u{AD}-‐‑‒–—―−_－＿﹣ー".chars()
        {
            assert!(is_gap(c), "{c:?}");
        }
        for c in "0aЯ王.,:№#*/()！".chars() {
            assert!(!is_gap(c), "{c:?}");
        }
    }
}
