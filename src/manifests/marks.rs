//! What the mark of a parcel says of its owner, and whether a remark tells of damage.

use crate::client_code::ClientCode;
use crate::fold;

/// What a mark says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Nothing: empty, a dash, or a word for nothing.
    None,
    /// One client code, canonical.
    Client(String),
    /// Something that is no code of ours and does not look like one, such as a name.
    Name,
    /// Something that looks like a code, but not like exactly one of ours.
    Unclear,
}

/// Reads a mark. What is not certain is no code: a wrong reading gives somebody's box to somebody else.
pub fn read(prefix: &str, typed: &str) -> Mark {
    if is_nothing(typed) {
        return Mark::None;
    }
    if let Some(code) = ClientCode::parse(prefix, typed) {
        return Mark::Client(code.as_str().to_owned());
    }
    let has_digits = typed.chars().map(fold::narrow).filter(char::is_ascii_digit).count() >= 3;
    if has_digits || begins_like(prefix, typed) { Mark::Unclear } else { Mark::Name }
}

/// Whether a word of it is the prefix, perhaps with more behind it that is no number.
fn begins_like(prefix: &str, typed: &str) -> bool {
    let symbols: Vec<char> = prefix.chars().filter_map(fold::symbol).collect();
    let words = typed.split(|c: char| fold::is_gap(c) || !c.is_alphanumeric());
    words.map(|word| word.chars().filter_map(fold::symbol).collect::<Vec<_>>()).any(|word| {
        let rest = word.strip_prefix(symbols.as_slice());
        rest.is_some_and(|rest| rest.is_empty() || rest.iter().any(char::is_ascii_digit))
    })
}

fn is_nothing(typed: &str) -> bool {
    const WORDS: &[&str] = &[
        "无",
        "無",
        "没有",
        "未知",
        "不明",
        "不详",
        "空",
        "无唛头",
        "無嘜頭",
        "无唛",
        "没写",
        "无主",
        "无名",
        "нет",
        "нету",
        "неизвестно",
        "неизвестный",
        "неизв",
        "не указан",
        "не указано",
        "без кода",
        "без маркировки",
        "без марки",
        "пусто",
        "жок",
        "белгисиз",
        "none",
        "null",
        "nil",
        "n/a",
        "na",
        "no",
        "no mark",
        "no code",
        "no name",
        "unknown",
        "empty",
        "missing",
        "#n/a",
    ];
    let word = typed
        .trim_matches(|c: char| c.is_whitespace() || fold::is_gap(c) || "()（）[]【】?？.。*".contains(c))
        .to_lowercase();
    word.is_empty() || !word.chars().any(char::is_alphanumeric) || WORDS.contains(&word.as_str())
}

/// Whether a remark tells of damage.
pub fn is_damage(remark: &str) -> bool {
    const SIGNS: &[&str] = &[
        "破",
        "损",
        "損",
        "坏",
        "壞",
        "裂",
        "变形",
        "變形",
        "压扁",
        "漏",
        "поврежд",
        "разбит",
        "сломан",
        "порван",
        "мят",
        "бракован",
        "damag",
        "broken",
        "torn",
        "crush",
        "leak",
        "бузул",
        "сынган",
        "жыртыл",
        "бузук",
    ];
    const NOT: &[&str] = &[
        "无破损",
        "没有破损",
        "未破损",
        "无损",
        "完好",
        "не поврежд",
        "без поврежд",
        "not damaged",
        "undamaged",
        "no damage",
        "易损",
        "易破",
    ];
    let lower = remark.to_lowercase();
    SIGNS.iter().any(|sign| lower.contains(sign)) && !NOT.iter().any(|not| lower.contains(not))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_one_code_nothing_a_name_or_unclear() {
        let client = Mark::Client("KG-10427".to_owned());
        for typed in ["KG-10427", " КG — 10427 ", "王KG10427收", "ＫＧ１０４２７"] {
            assert_eq!(read("KG", typed), client, "{typed}");
        }
        for typed in ["", "-", "—", "无", "未知", "无唛头", "нет", "Без кода", "???", "N/A", "жок", "(无)", " / "]
        {
            assert_eq!(read("KG", typed), Mark::None, "{typed}");
        }
        for typed in ["王小明", "Айгуль", "Osh Bazar"] {
            assert_eq!(read("KG", typed), Mark::Name, "{typed}");
        }
        for typed in ["KG-1O427", "KG-", "KG-10427A", "KG-10427 KG-10428", "10427", "TG-10427", "KG", "KG?10"] {
            assert_eq!(read("KG", typed), Mark::Unclear, "{typed}");
        }
    }

    #[test]
    fn damage_is_seen_in_four_languages() {
        for text in ["破损", "外箱损坏", "Поврежден угол", "damaged", "коробка мятая", "бузулган"]
        {
            assert!(is_damage(text), "{text}");
        }
        for text in ["", "易碎", "无破损", "без повреждений", "хрупкое", "重复"] {
            assert!(!is_damage(text), "{text}");
        }
    }
}
