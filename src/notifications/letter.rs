//! A mail for the eyes: the same words as its plain part, as HTML that a phone shows without zooming.

use askama::Template;

/// A word with the space behind it.
struct Word<'a> {
    text: &'a str,
    /// An order code is read aloud: it stands out, and no line breaks it.
    is_whole: bool,
}

/// A line of a letter.
struct Line<'a> {
    words: Vec<Word<'a>>,
    /// A line that is an address and nothing else can be tapped.
    link: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct Letter<'a> {
    lang: &'a str,
    firm: &'a str,
    subject: &'a str,
    paragraphs: Vec<Vec<Line<'a>>>,
}

/// The HTML part of a mail; all values are escaped. Blank lines part the paragraphs of `text`.
pub fn html(lang: &str, firm: &str, subject: &str, text: &str) -> Option<String> {
    let paragraphs = text.split("\n\n").map(|paragraph| paragraph.trim().lines().map(str::trim).map(line).collect());
    Letter { lang, firm, subject, paragraphs: paragraphs.collect() }.render().ok()
}

fn line(words: &str) -> Line<'_> {
    let is_link = words.starts_with("https://") || words.starts_with("http://");
    let link = Some(words).filter(|words| is_link && !words.contains(char::is_whitespace));
    let word = |text| Word { text, is_whole: is_code(text) };
    Line { words: words.split_inclusive(' ').map(word).collect(), link }
}

/// Three groups of capital letters and digits or more, with dashes between them.
fn is_code(word: &str) -> bool {
    let groups = word.trim_end_matches([' ', ',', '.']).split('-');
    let is_group =
        |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    groups.clone().count() > 2 && groups.clone().all(is_group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_keeps_its_lines_and_escapes_its_words() {
        let text = "Салам, <b>Айгуль</b>!\n\nЖери:\nhttps://torugart.kg/t/TG-1?a=1&b=2\njavascript:alert(1)\n";
        let html = html("ky", "Torugart \"Cargo\"", "Тема", text).unwrap();
        assert!(html.contains("<html lang=\"ky\">") && html.contains("width=device-width"), "{html}");
        assert!(html.contains("Салам, &#60;b&#62;Айгуль&#60;/b&#62;!</p>"), "{html}");
        assert!(html.contains("<a href=\"https://torugart.kg/t/TG-1?a=1&#38;b=2\""), "{html}");
        assert!(html.contains("Жери:<br>") && html.contains("<br>javascript:alert(1)</p>"), "{html}");
        assert_eq!(html.matches("<a ").count(), 1);
    }

    #[test]
    fn no_line_breaks_an_order_code() {
        let html =
            html("ru", "Torugart", "Тема", "Прибыли: TG-7K4M9-2QX8C-5, TG-1A2B3-4C5D6-7.\nс 10-19, 3-4").unwrap();
        let whole = |code: &str| format!("<b style=\"white-space:nowrap\">{code}</b>");
        let both =
            format!("Прибыли: {}{}<br>с 10-19, 3-4</p>", whole("TG-7K4M9-2QX8C-5, "), whole("TG-1A2B3-4C5D6-7."));
        assert!(html.contains(&both), "{html}");
    }
}
