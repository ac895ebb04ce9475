//! Slips of paper: receipts, cash reports, hand-over acts. One drawing, for a thermal printer and for a phone.
//! And [`labels`] of parcels.
//!
//! A [`Slip`] says what stands on the paper, from top to bottom. It is laid out for a [`Paper`] and drawn once, as SVG;
//! the PNG and the PDF are made of that drawing, so all three show the same. Letters are outlines: no device needs
//! our typeface.
//!
//! ```
//! use torugart::print::{Paper, Slip};
//!
//! let report = Slip::new("Z 17")
//!     .title("Torugart Cargo")
//!     .centred("Бишкек, пр. Чуй, 1")
//!     .heading("Z-отчёт № 17")
//!     .pair("Кассир", "aigul")
//!     .rule()
//!     .pair("1 000 × 12", "12 000,00")
//!     .pair("Возвраты", "−500,00")
//!     .rule()
//!     .total("В кассе", "11 500,00 сом")
//!     .rule()
//!     .qr("https://cargo.example.kg/t/TG-7K4M9-2QX8C-5")
//!     .small("Это не фискальный чек.");
//! let for_the_printer = report.png(Paper::Mm58)?;
//! let for_the_archive = report.pdf(Paper::Mm80)?;
//! # assert!(for_the_printer.starts_with(b"\x89PNG") && for_the_archive.starts_with(b"%PDF"));
//! # Ok::<(), torugart::print::Unprintable>(())
//! ```

mod code128;
mod draw;
mod font;
mod label;
#[cfg(test)]
mod label_tests;
pub mod labels;
mod layout;
mod page;
mod pdf;
#[cfg(test)]
mod tests;
mod zpl;

use thiserror::Error;

use crate::texts::Lang;

use draw::{Depth, Unit};

/// A text as a QR code for a page: SVG without a size, with the light edge that scanners need and a `label` for who does
/// not see it.
///
/// # Errors
/// [`Unprintable`] when the text is too long.
pub fn qr_svg(text: &str, label: &str) -> Result<String, Unprintable> {
    draw::qr_svg(text, label)
}

pub use label::{Label, LabelSize};
pub use page::STYLE;

/// A slip that cannot be drawn: its QR code holds too long a text, or it is longer than a roll.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the slip cannot be printed: {0}")]
pub struct Unprintable(String);

/// What a slip is printed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// A roll of 58 mm, of which a printer of 203 dpi reaches 48 mm: 384 dots.
    Mm58,
    /// A roll of 80 mm, of which such a printer reaches 72 mm: 576 dots.
    Mm80,
    /// A picture for a phone, 720 pixels wide.
    Phone,
}

/// One thing on a slip.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Title(String),
    Heading(String),
    Centred(String),
    Line(String),
    Pair(String, String),
    Total(String, String),
    Stamp(String),
    Small(String),
    Qr(String),
    Rule,
    Space,
}

/// What stands on the paper, from top to bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    name: String,
    parts: Vec<Part>,
}

impl Slip {
    /// An empty slip. Its name is not printed; it is the title of the picture.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), parts: Vec::new() }
    }

    fn with(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    /// Whose slip it is: the largest letters, centred.
    #[must_use]
    pub fn title(self, text: &str) -> Self {
        self.with(Part::Title(text.to_owned()))
    }

    /// What it is: bold, centred.
    #[must_use]
    pub fn heading(self, text: &str) -> Self {
        self.with(Part::Heading(text.to_owned()))
    }

    /// A plain text, centred.
    #[must_use]
    pub fn centred(self, text: &str) -> Self {
        self.with(Part::Centred(text.to_owned()))
    }

    /// A plain text.
    #[must_use]
    pub fn line(self, text: &str) -> Self {
        self.with(Part::Line(text.to_owned()))
    }

    /// What on the left, how much on the right.
    #[must_use]
    pub fn pair(self, left: &str, right: &str) -> Self {
        self.with(Part::Pair(left.to_owned(), right.to_owned()))
    }

    /// The same, large and bold.
    #[must_use]
    pub fn total(self, left: &str, right: &str) -> Self {
        self.with(Part::Total(left.to_owned(), right.to_owned()))
    }

    /// A few bold words in a frame, such as `REFUNDED`.
    #[must_use]
    pub fn stamp(self, text: &str) -> Self {
        self.with(Part::Stamp(text.to_owned()))
    }

    /// Small print, centred.
    #[must_use]
    pub fn small(self, text: &str) -> Self {
        self.with(Part::Small(text.to_owned()))
    }

    /// A text as a QR code, centred.
    #[must_use]
    pub fn qr(self, text: &str) -> Self {
        self.with(Part::Qr(text.to_owned()))
    }

    /// A line across.
    #[must_use]
    pub fn rule(self) -> Self {
        self.with(Part::Rule)
    }

    /// A little room.
    #[must_use]
    pub fn space(self) -> Self {
        self.with(Part::Space)
    }

    /// As a page, which a browser prints on the paper.
    ///
    /// # Errors
    /// [`Unprintable`].
    pub fn page(&self, lang: Lang, paper: Paper) -> Result<String, Unprintable> {
        page::render(&self.name, &self.parts, lang, paper)
    }

    /// As SVG, as wide as the printer reaches; one unit is one dot.
    ///
    /// # Errors
    /// [`Unprintable`].
    pub fn svg(&self, paper: Paper) -> Result<String, Unprintable> {
        draw::svg(&self.name, &layout::lay_out(&self.parts, paper)?, 0, Unit::Pixel)
    }

    /// As PNG, a pixel for each dot: black and white for a printer, in shades of grey for a phone.
    ///
    /// # Errors
    /// [`Unprintable`].
    pub fn png(&self, paper: Paper) -> Result<Vec<u8>, Unprintable> {
        let depth = match paper {
            Paper::Mm58 | Paper::Mm80 => Depth::BlackAndWhite,
            Paper::Phone => Depth::Grey,
        };
        draw::png(std::iter::once(self.svg(paper)), depth)
    }

    /// As PDF of one page, as wide as the paper and as long as what stands on it.
    ///
    /// # Errors
    /// [`Unprintable`].
    pub fn pdf(&self, paper: Paper) -> Result<Vec<u8>, Unprintable> {
        let side = layout::unreached_side(paper);
        let dpi = match paper {
            Paper::Mm58 | Paper::Mm80 => draw::PRINTER_DPI,
            Paper::Phone => draw::PHONE_DPI,
        };
        let sheet = layout::lay_out(&self.parts, paper)?;
        pdf::pages(std::iter::once(draw::svg(&self.name, &sheet, side, Unit::Pixel)), dpi)
    }
}
