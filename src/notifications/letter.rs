//! A mail for the eyes: the same words as its plain part, as HTML that a phone shows without zooming.

use askama::Template;

/// A line of a letter.
struct Line<'a> {
    words: &'a str,
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
    let line = |words| {
        let is_link = |words: &&str| words.starts_with("https://") || words.starts_with("http://");
        Line { words, link: Some(words).filter(is_link).filter(|words| !words.contains(char::is_whitespace)) }
    };
    let paragraphs = text.split("\n\n").map(|paragraph| paragraph.trim().lines().map(str::trim).map(line).collect());
    Letter { lang, firm, subject, paragraphs: paragraphs.collect() }.render().ok()
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
}
