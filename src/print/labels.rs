//! Labels drawn: one below the other as a picture, sheet by sheet as PDF, one after the other as ZPL.

use qrcode::QrCode;

use super::draw::{self, Depth, PRINTER_DPI, Unit};
use super::font::{Weight, printable};
use super::label::{Area, Label, LabelSize, Piece, Side, pieces};
use super::layout::{Mark, QUIET_ZONE, Sheet};
use super::{Unprintable, code128, pdf, zpl};

/// The height of our capitals and figures, thousandths of the size.
const CAPITALS: u32 = 714;
/// What the drawing is called for those who do not see it.
const NAME: &str = "labels";

/// All labels as SVG, one sheet below the other, in millimetres.
///
/// # Errors
/// [`Unprintable`].
pub fn svg(labels: &[Label], size: LabelSize) -> Result<String, Unprintable> {
    let (width, height) = size.sheet();
    let mut all = Sheet { width, height: 0, marks: Vec::new() };
    for sheet in labels.chunks(size.corners().len()) {
        all.marks.extend(marks(sheet, size, all.height)?);
        all.height += height;
    }
    draw::svg(NAME, &all, 0, Unit::EighthMm)
}

/// All labels as PNG, black and white, a pixel for each dot, one sheet below the other.
///
/// # Errors
/// [`Unprintable`].
pub fn png(labels: &[Label], size: LabelSize) -> Result<Vec<u8>, Unprintable> {
    draw::png(sheets(labels, size), Depth::BlackAndWhite)
}

/// All labels as PDF, a sheet on each page.
///
/// # Errors
/// [`Unprintable`].
pub fn pdf(labels: &[Label], size: LabelSize) -> Result<Vec<u8>, Unprintable> {
    pdf::pages(sheets(labels, size), PRINTER_DPI)
}

/// All labels as ZPL II, for a label printer of 203 dpi; [`Unprintable`] for a sheet of A4.
///
/// # Errors
/// [`Unprintable`].
pub fn zpl(labels: &[Label], size: LabelSize) -> Result<String, Unprintable> {
    labels.iter().map(|label| zpl::zpl(label, size)).collect()
}

/// The drawing of each sheet, made when it is asked for: five hundred are not needed at once.
fn sheets(labels: &[Label], size: LabelSize) -> impl Iterator<Item = Result<String, Unprintable>> {
    let (width, height) = size.sheet();
    labels.chunks(size.corners().len()).map(move |sheet| {
        let sheet = Sheet { width, height, marks: marks(sheet, size, 0)? };
        draw::svg(NAME, &sheet, 0, Unit::Pixel)
    })
}

/// The ink of one sheet that begins at `top`.
fn marks(labels: &[Label], size: LabelSize, top: u32) -> Result<Vec<Mark>, Unprintable> {
    let mut marks = Vec::new();
    for (label, (left, above)) in labels.iter().zip(size.corners()) {
        for piece in pieces(label, size)? {
            put(&mut marks, &piece, (left, top + above))?;
        }
    }
    Ok(marks)
}

fn put(marks: &mut Vec<Mark>, piece: &Piece, corner: (u32, u32)) -> Result<(), Unprintable> {
    let moved = |area: Area| Area { x: area.x + corner.0, y: area.y + corner.1, ..area };
    match piece {
        Piece::Text { area, side, text } => marks.push(line(moved(*area), *side, text, false)?),
        Piece::Flag { area, text } => {
            let Area { x, y, width, height } = moved(*area);
            marks.push(Mark::Bar { x, y, width, height });
            marks.push(line(inside(moved(*area)), Side::Centre, text, true)?);
        }
        Piece::Bars { area, module, text } => {
            let area = moved(*area);
            let code = code128::encode(text)?;
            let left = area.x + (area.width - code.modules * module) / 2;
            for (at, width) in code.bars {
                let (x, width) = (left + at * module, width * module);
                marks.push(Mark::Bar { x, y: area.y, width, height: area.height });
            }
        }
        Piece::Qr { area, text } => {
            let code = QrCode::new(text).map_err(|error| Unprintable(error.to_string()))?;
            let (x, y, module) = qr_place(moved(*area), &code)?;
            marks.push(Mark::Qr { x, y, module, code });
        }
    }
    Ok(())
}

/// The room for the letters inside a black area.
pub(super) fn inside(area: Area) -> Area {
    let edge = area.height / 5;
    Area {
        x: area.x + edge,
        y: area.y + edge,
        width: area.width.saturating_sub(2 * edge),
        height: area.height - 2 * edge,
    }
}

fn line(area: Area, side: Side, text: &str, is_white: bool) -> Result<Mark, Unprintable> {
    let (weight, text) = (Weight::Bold, printable(text)?);
    let letters = weight.letters()?;
    let (size, y) = fit(area, letters.width(&text, 1000))?;
    let free = area.width as f32 - letters.width(&text, size);
    let indent = match side {
        Side::Left => 0.0,
        Side::Centre => (free / 2.0).round(),
        Side::Right => free,
    };
    Ok(Mark::Text { x: area.x as f32 + indent, y, size, weight, text, is_white })
}

/// The size of the largest letters that fit, and their baseline; `width` is the text's at a size of 1000.
pub(super) fn fit(area: Area, width: f32) -> Result<(u32, u32), Unprintable> {
    let by_height = area.height * 1000 / CAPITALS;
    let by_width = if width > 0.0 { (area.width as f32 * 1000.0 / width) as u32 } else { by_height };
    let size = by_height.min(by_width);
    if size < 8 {
        return Err(Unprintable("a text is too long for the label".to_owned()));
    }
    Ok((size, area.y + (area.height + size * CAPITALS / 1000) / 2))
}

/// Where the upper left dark module of a QR code stands, and how many dots its side has.
pub(super) fn qr_place(area: Area, code: &QrCode) -> Result<(u32, u32, u32), Unprintable> {
    let modules = u32::try_from(code.width()).map_err(|error| Unprintable(error.to_string()))?;
    let module = area.width.min(area.height) / (modules + 2 * QUIET_ZONE);
    if module < 2 {
        return Err(Unprintable("the QR code holds too much for the label".to_owned()));
    }
    let middle = |start: u32, length: u32| start + (length - modules * module) / 2;
    Ok((middle(area.x, area.width), middle(area.y, area.height), module))
}
