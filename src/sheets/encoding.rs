//! In which encoding a text is: by its mark, else by what is possible, else by what is plausible.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_8, WINDOWS_1251};

use super::SheetError;

/// The share of letters above which bytes are Russian in Windows-1251. Of Chinese in GB18030 read that way about two
/// thirds are letters, since the bytes of frequent characters lie all over the upper half.
const CYRILLIC_PERCENT: usize = 88;

/// The text of a file.
///
/// # Errors
/// [`SheetError::Encoding`] when no encoding fits, and for binary files.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, SheetError> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return strictly(encoding, &bytes[mark..]).filter(|text| !text.contains('\0')).ok_or(SheetError::Encoding);
    }
    // Without a mark, a NUL is in no text.
    if bytes.contains(&0) {
        return Err(SheetError::Encoding);
    }
    if let Some(text) = strictly(UTF_8, bytes) {
        return Ok(text);
    }
    let cyrillic = cyrillic_percent(bytes);
    if cyrillic >= CYRILLIC_PERCENT
        && let Some(text) = strictly(WINDOWS_1251, bytes)
    {
        return Ok(text);
    }
    strictly(GB18030, bytes)
        .or_else(|| strictly(WINDOWS_1251, bytes).filter(|_| cyrillic >= CYRILLIC_PERCENT / 2))
        .ok_or(SheetError::Encoding)
}

fn strictly<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Option<Cow<'a, str>> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes)
}

/// How many in a hundred of the bytes beyond ASCII are what Russian text has in Windows-1251: letters, `№`, quotation
/// marks, dashes, the no-break space. A capital after a small letter counts against it.
fn cyrillic_percent(bytes: &[u8]) -> usize {
    let (mut all, mut fitting) = (0, 0);
    let mut before = 0;
    for byte in bytes.iter().copied() {
        if byte >= 0x80 {
            all += 1;
            let is_capital = matches!(byte, 0xC0..=0xDF | 0xA8);
            let after_small = matches!(before, 0xE0..=0xFF | 0xB8);
            let is_letter = matches!(byte, 0xC0..=0xFF | 0xA8 | 0xB8) && !(is_capital && after_small);
            let is_mark = matches!(byte, 0xB9 | 0xAB | 0xBB | 0x96 | 0x97 | 0x85 | 0x93 | 0x94 | 0xA0);
            fitting += usize::from(is_letter || is_mark);
        }
        before = byte;
    }
    (fitting * 100).checked_div(all).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(encoding: &'static Encoding, text: &str) {
        let (bytes, _, lost) = encoding.encode(text);
        assert!(!lost, "{text}");
        assert_eq!(decode(&bytes).as_deref(), Ok(text), "{} as {}", text, encoding.name());
    }

    #[test]
    fn russian_is_told_from_chinese() {
        for text in [
            "Дата;Сумма;Назначение платежа",
            "ДАТА;СУММА;НАЗНАЧЕНИЕ",
            "ОПЛАТА ЗА ТОВАР",
            "вес",
            "Итого: 1 245,00 сом",
            "№ док.;«Плательщик» — Ёлкин",
        ] {
            round(WINDOWS_1251, text);
        }
        for text in [
            "单号,唛头,重量kg,件数,货物",
            "品名",
            "收件人，地址",
            "序号;备注 К",
            "女鞋,布料",
            "入库日期 2026-11-14",
            "合计",
        ] {
            round(GB18030, text);
        }
    }

    #[test]
    fn marks_decide_and_binary_is_no_text() {
        assert_eq!(decode(b"\xEF\xBB\xBFa;b").as_deref(), Ok("a;b"));
        assert_eq!(decode(b"\xFF\xFEa\0;\0b\0").as_deref(), Ok("a;b"));
        assert_eq!(decode(b"\xFE\xFF\0a\0;\x04\x16").as_deref(), Ok("a;Ж"));
        assert_eq!(decode("год;сумма ө".as_bytes()).as_deref(), Ok("год;сумма ө"));
        for bytes in [&b"a\0b"[..], b"\xEF\xBB\xBF\xFF", b"\xFF\xFEa", b"\xFF\xFE\0\xD8", b"\x98\x98\x81"] {
            assert_eq!(decode(bytes), Err(SheetError::Encoding), "{bytes:?}");
        }
    }
}
