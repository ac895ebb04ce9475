//! Where everything stands on the paper.

use qrcode::QrCode;

use super::font::{Weight, printable};
use super::{Paper, Part, Unprintable};

/// The light edge that scanners need around a QR code, in modules.
pub(super) const QUIET_ZONE: u32 = 4;
/// The longest slip, dots: more than three metres of a roll, and less than what a PDF page can be.
const LONGEST: u32 = 25_000;

/// A laid-out slip, in dots.
pub(super) struct Sheet {
    pub width: u32,
    pub height: u32,
    pub marks: Vec<Mark>,
}

/// Ink at a place.
pub(super) enum Mark {
    /// A line of text, by its left end and its baseline; white upon black, if told.
    Text { x: f32, y: u32, size: u32, weight: Weight, text: String, is_white: bool },
    /// A black rectangle.
    Bar { x: u32, y: u32, width: u32, height: u32 },
    /// A QR code by its upper left dark module; `module` is the side of one.
    Qr { x: u32, y: u32, module: u32, code: QrCode },
}

/// The measures of a paper, dots.
struct Measures {
    width: u32,
    /// White on the left and on the right.
    side: u32,
    title: u32,
    heading: u32,
    body: u32,
    total: u32,
    small: u32,
    rule: u32,
    /// The widest that a QR code may be, its light edge included.
    qr: u32,
}

impl Paper {
    fn measures(self) -> Measures {
        match self {
            Paper::Mm58 => Measures {
                width: 384,
                side: 4,
                title: 36,
                heading: 27,
                body: 24,
                total: 29,
                small: 20,
                rule: 2,
                qr: 264,
            },
            Paper::Mm80 => Measures {
                width: 576,
                side: 8,
                title: 48,
                heading: 34,
                body: 28,
                total: 38,
                small: 23,
                rule: 2,
                qr: 320,
            },
            Paper::Phone => Measures {
                width: 720,
                side: 52,
                title: 54,
                heading: 38,
                body: 33,
                total: 44,
                small: 26,
                rule: 2,
                qr: 380,
            },
        }
    }
}

/// The edge of the paper on each side that a printer does not reach, dots; nothing on a phone.
pub(super) fn unreached_side(paper: Paper) -> u32 {
    match paper {
        Paper::Mm58 => 40,
        Paper::Mm80 => 32,
        Paper::Phone => 0,
    }
}

/// Puts everything in its place.
pub(super) fn lay_out(parts: &[Part], paper: Paper) -> Result<Sheet, Unprintable> {
    let measures = paper.measures();
    let mut pen = Pen { y: measures.side.max(measures.body / 2), measures, marks: Vec::new() };
    for part in parts {
        pen.put(part)?;
    }
    let height = pen.y + pen.measures.side.max(pen.measures.body);
    if height > LONGEST {
        return Err(Unprintable(format!("{height} dots are longer than a roll allows")));
    }
    Ok(Sheet { width: pen.measures.width, height, marks: pen.marks })
}

/// Where on a line a text stands.
#[derive(Clone, Copy)]
enum Stand {
    Left,
    Centre,
    Right,
}

/// Goes down the paper and leaves marks.
struct Pen {
    measures: Measures,
    y: u32,
    marks: Vec<Mark>,
}

impl Pen {
    fn put(&mut self, part: &Part) -> Result<(), Unprintable> {
        let Measures { title, heading, body, total, small, .. } = self.measures;
        match part {
            Part::Title(text) => self.text(text, title, Weight::Bold, Stand::Centre),
            Part::Heading(text) => self.text(text, heading, Weight::Bold, Stand::Centre),
            Part::Centred(text) => self.text(text, body, Weight::Regular, Stand::Centre),
            Part::Line(text) => self.text(text, body, Weight::Regular, Stand::Left),
            Part::Pair(left, right) => self.pair(left, right, body, Weight::Regular),
            Part::Total(left, right) => self.pair(left, right, total, Weight::Bold),
            Part::Stamp(text) => self.stamp(text),
            Part::Small(text) => self.text(text, small, Weight::Regular, Stand::Centre),
            Part::Qr(text) => self.qr(text),
            Part::Rule => {
                let Measures { side, rule: height, .. } = self.measures;
                let (gap, width) = (body / 2, self.room());
                self.marks.push(Mark::Bar { x: side, y: self.y + gap, width, height });
                self.y += 2 * gap + height;
                Ok(())
            }
            Part::Space => {
                self.y += body / 2;
                Ok(())
            }
        }
    }

    /// Dots between the two sides.
    fn room(&self) -> u32 {
        self.measures.width - 2 * self.measures.side
    }

    fn text(&mut self, text: &str, size: u32, weight: Weight, stand: Stand) -> Result<(), Unprintable> {
        let (letters, text, room) = (weight.letters()?, printable(text)?, self.room() as f32);
        let lines = match stand {
            Stand::Centre => letters.wrap_evenly(&text, size, room),
            Stand::Left | Stand::Right => letters.wrap(&text, size, room),
        };
        for line in lines {
            self.line(line, size, weight, stand)?;
        }
        Ok(())
    }

    /// One line that is known to fit.
    fn line(&mut self, text: String, size: u32, weight: Weight, stand: Stand) -> Result<(), Unprintable> {
        self.mark(text, size, weight, stand)?;
        self.y += height(size);
        Ok(())
    }

    /// The same, without going on to the next one.
    fn mark(&mut self, text: String, size: u32, weight: Weight, stand: Stand) -> Result<(), Unprintable> {
        let free = self.room() as f32 - weight.letters()?.width(&text, size);
        let indent = match stand {
            Stand::Left => 0.0,
            Stand::Centre => (free / 2.0).round(),
            Stand::Right => free,
        };
        let (x, y) = (self.measures.side as f32 + indent, self.y + size);
        self.marks.push(Mark::Text { x, y, size, weight, text, is_white: false });
        Ok(())
    }

    /// What and how much: on one line where they fit, with the right one at the end of the left one; else the right one
    /// follows on lines of its own.
    fn pair(&mut self, left: &str, right: &str, size: u32, weight: Weight) -> Result<(), Unprintable> {
        let (letters, room) = (weight.letters()?, self.room() as f32);
        let (left, right) = (printable(left)?, printable(right)?);
        let beside = room - letters.width(&right, size) - size as f32 * 0.6;
        // A narrow left column would break words; a third of the line is where that begins.
        let fits = letters.width(&left, size) <= beside || beside >= room / 3.0;
        let lines = letters.wrap(&left, size, if fits { beside } else { room });
        let last = lines.len().saturating_sub(1);
        for (index, line) in lines.into_iter().enumerate() {
            if fits && index == last {
                self.mark(right.clone(), size, weight, Stand::Right)?;
            }
            self.line(line, size, weight, Stand::Left)?;
        }
        if !fits {
            for line in letters.wrap(&right, size, room) {
                self.line(line, size, weight, Stand::Right)?;
            }
        }
        Ok(())
    }

    fn stamp(&mut self, text: &str) -> Result<(), Unprintable> {
        let Measures { side, heading: size, body, rule, .. } = self.measures;
        let (edge, width) = (2 * rule, self.room());
        let top = self.y + body / 3;
        self.y = top + edge + size / 4;
        for line in Weight::Bold.letters()?.wrap(&printable(text)?, size, (width - 4 * edge) as f32) {
            self.line(line, size, Weight::Bold, Stand::Centre)?;
        }
        self.y += size / 4;
        let height = self.y + edge - top;
        self.marks.extend([
            Mark::Bar { x: side, y: top, width, height: edge },
            Mark::Bar { x: side, y: self.y, width, height: edge },
            Mark::Bar { x: side, y: top, width: edge, height },
            Mark::Bar { x: side + width - edge, y: top, width: edge, height },
        ]);
        self.y += edge + body / 3;
        Ok(())
    }

    fn qr(&mut self, text: &str) -> Result<(), Unprintable> {
        let code = QrCode::new(text).map_err(|error| Unprintable(error.to_string()))?;
        let modules = u32::try_from(code.width()).map_err(|error| Unprintable(error.to_string()))?;
        let with_edge = modules + 2 * QUIET_ZONE;
        // Two dots are what a phone still reads; so even the largest code there is, of 177 modules, fits every paper.
        let module = (self.measures.qr / with_edge).max(2);
        let x = (self.measures.width - modules * module) / 2;
        let y = self.y + QUIET_ZONE * module;
        self.marks.push(Mark::Qr { x, y, module, code });
        self.y += with_edge * module;
        Ok(())
    }
}

/// The height of a line of text, dots.
fn height(size: u32) -> u32 {
    size * 13 / 10
}
