//! The receipt as a page: for the screen, and for the browser's own printing on a roll.

use askama::Template;

use super::wording::Wording;
use crate::print::{Paper, Unprintable, qr_svg};
use crate::texts::Lang;

/// The style sheet, served at `/assets/receipt.css`.
pub const STYLE: &str = include_str!("receipt.css");

#[derive(Template)]
#[template(path = "receipt.html")]
struct ReceiptPage<'a> {
    lang: Lang,
    paper: &'static str,
    words: &'a Wording,
    qr: String,
}

/// The whole page; askama escapes all values but the QR code, which is ours.
pub fn render(words: &Wording, lang: Lang, paper: Paper) -> Result<String, Unprintable> {
    let paper = match paper {
        Paper::Mm58 => "mm58",
        Paper::Mm80 => "mm80",
        Paper::Phone => "phone",
    };
    let page = ReceiptPage { lang, paper, words, qr: qr_svg(&words.track_url)? };
    Ok(page.render().unwrap_or_else(|error| {
        tracing::error!(%error, "a receipt could not be written");
        String::new()
    }))
}
