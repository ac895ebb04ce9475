//! The letters: two weights of one typeface inside the binary, so that a slip looks the same on every machine.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use ttf_parser::{Face, GlyphId, OutlineBuilder};

use super::Unprintable;

/// What stands for a sign that the typeface lacks, such as a Chinese one: seen at once, and never taken for a letter.
const SUBSTITUTE: char = '?';

static REGULAR: LazyLock<Option<Letters>> =
    LazyLock::new(|| Letters::read(include_bytes!("fonts/NotoSans-Regular.ttf")));
static BOLD: LazyLock<Option<Letters>> = LazyLock::new(|| Letters::read(include_bytes!("fonts/NotoSans-Bold.ttf")));

/// How heavy letters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    Regular,
    Bold,
}

impl Weight {
    /// The letters of this weight, read once.
    pub fn letters(self) -> Result<&'static Letters, Unprintable> {
        let read = match self {
            Weight::Regular => REGULAR.as_ref(),
            Weight::Bold => BOLD.as_ref(),
        };
        read.ok_or_else(|| Unprintable("the built-in letters cannot be read".to_owned()))
    }
}

/// One weight.
pub(super) struct Letters {
    face: Face<'static>,
    units_per_em: f32,
}

impl Letters {
    fn read(file: &'static [u8]) -> Option<Self> {
        let face = Face::parse(file, 0).ok()?;
        let units_per_em = face.units_per_em().into();
        Some(Self { face, units_per_em })
    }

    /// The shape of a sign, if there is one.
    pub fn glyph(&self, sign: char) -> Option<GlyphId> {
        self.face.glyph_index(sign)
    }

    /// How far the next sign stands, in units of the typeface.
    pub fn advance(&self, glyph: GlyphId) -> i32 {
        self.face.glyph_hor_advance(glyph).unwrap_or_default().into()
    }

    /// Pixels for one unit at a size.
    pub fn scale(&self, size: u32) -> f32 {
        size as f32 / self.units_per_em
    }

    /// The width of a text in pixels. Letters are not kerned, so columns of figures stay columns.
    pub fn width(&self, text: &str, size: u32) -> f32 {
        let units: i32 = text.chars().filter_map(|sign| self.glyph(sign)).map(|glyph| self.advance(glyph)).sum();
        units as f32 * self.scale(size)
    }

    /// The outline as SVG path data, in units of the typeface with y upwards; empty for a space.
    pub fn outline(&self, glyph: GlyphId) -> String {
        let mut pen = Pen(String::new());
        self.face.outline_glyph(glyph, &mut pen);
        pen.0
    }

    /// Cuts a text into lines that are no wider than `room` pixels, between words where it can.
    pub fn wrap(&self, text: &str, size: u32, room: f32) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            for piece in self.pieces(word, size, room) {
                let Some(line) = lines.last_mut() else { continue };
                let joined = if line.is_empty() { piece.clone() } else { format!("{line} {piece}") };
                if self.width(&joined, size) <= room || line.is_empty() {
                    *line = joined;
                } else {
                    lines.push(piece);
                }
            }
        }
        lines
    }

    /// The same in as many lines of nearly one length: a centred text has no lonely word at its end.
    pub fn wrap_evenly(&self, text: &str, size: u32, room: f32) -> Vec<String> {
        let mut lines = self.wrap(text, size, room);
        for percent in (50..100).rev().step_by(2) {
            let narrower = self.wrap(text, size, room * percent as f32 / 100.0);
            if narrower.len() > lines.len() {
                break;
            }
            lines = narrower;
        }
        lines
    }

    /// A word, or the parts of one that is wider than a line: an address of the web has no spaces.
    fn pieces(&self, word: &str, size: u32, room: f32) -> Vec<String> {
        if self.width(word, size) <= room {
            return vec![word.to_owned()];
        }
        let mut pieces = vec![String::new()];
        let mut used = 0.0;
        for sign in word.chars() {
            let width = self.width(sign.encode_utf8(&mut [0; 4]), size);
            if used + width > room && used > 0.0 {
                pieces.push(String::new());
                used = 0.0;
            }
            used += width;
            if let Some(piece) = pieces.last_mut() {
                piece.push(sign);
            }
        }
        pieces
    }
}

/// A text as it can be printed in both weights: line breaks and other control characters are spaces, invisible signs
/// are gone, and a sign that the typeface lacks is a question mark.
pub(super) fn printable(text: &str) -> Result<String, Unprintable> {
    let (regular, bold) = (Weight::Regular.letters()?, Weight::Bold.letters()?);
    let known = |sign: char| regular.glyph(sign).is_some() && bold.glyph(sign).is_some();
    let sign = |sign: char| match sign {
        sign if sign.is_control() || sign == '\u{2028}' || sign == '\u{2029}' => Some(' '),
        sign if is_invisible(sign) => None,
        sign if known(sign) => Some(sign),
        _ => Some(SUBSTITUTE),
    };
    Ok(text.chars().filter_map(sign).collect::<String>().trim().to_owned())
}

/// Signs that only tell others how to stand: joiners, directions, variants, skin tones.
fn is_invisible(sign: char) -> bool {
    matches!(sign,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0000}'..='\u{e01ef}')
}

/// The outlines of every sign that was drawn, by weight and number.
#[derive(Default)]
pub(super) struct Used(pub BTreeMap<(Weight, u16), String>);

impl Used {
    /// Notes a sign; tells whether it leaves ink.
    pub fn note(&mut self, weight: Weight, letters: &Letters, glyph: GlyphId) -> bool {
        !self.0.entry((weight, glyph.0)).or_insert_with(|| letters.outline(glyph)).is_empty()
    }
}

/// Writes an outline as path data.
struct Pen(String);

impl Pen {
    fn to(&mut self, command: char, points: &[f32]) {
        self.0.push(command);
        for (index, point) in points.iter().enumerate() {
            if index > 0 {
                self.0.push(' ');
            }
            self.0.push_str(&point.to_string());
        }
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.to('M', &[x, y]);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.to('L', &[x, y]);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.to('Q', &[x1, y1, x, y]);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.to('C', &[x1, y1, x2, y2, x, y]);
    }

    fn close(&mut self) {
        self.0.push('Z');
    }
}
