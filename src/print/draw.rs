//! The drawing: SVG first, and everything else of it.

use qrcode::{Color, QrCode};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use super::Unprintable;
use super::font::{Used, Weight};
use super::layout::{Mark, QUIET_ZONE, Sheet};

/// Eight dots a millimetre.
pub(super) const PRINTER_DPI: f32 = 203.2;
/// Two pixels for each of CSS, of which an inch has 96.
pub(super) const PHONE_DPI: f32 = 192.0;
/// From this much white on, of 255, a printer leaves a dot white: a little above the middle keeps thin strokes whole.
const WHITE_FROM: u8 = 150;

/// How large a dot is for whoever opens a drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// As large as a pixel of theirs.
    Pixel,
    /// As large as on paper.
    EighthMm,
}

/// What a dot of a picture can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// For a printer.
    BlackAndWhite,
    /// For a screen.
    Grey,
}

/// Draws a sheet with `side` more white dots on the left and on the right.
pub(super) fn svg(name: &str, sheet: &Sheet, side: u32, unit: Unit) -> Result<String, Unprintable> {
    let mut used = Used::default();
    let mut marks = String::new();
    for mark in &sheet.marks {
        match mark {
            Mark::Text { x, y, size, weight, text, is_white } => {
                let fill = if *is_white { " fill=\"#fff\"" } else { "" };
                write_text(&mut marks, &mut used, (*x, *y), (*size, *weight), (text, fill))?
            }
            Mark::Bar { x, y, width, height } => {
                marks += &format!("<path d=\"M{x} {y}h{width}v{height}h-{width}z\" shape-rendering=\"crispEdges\"/>\n");
            }
            Mark::Qr { x, y, module, code } => write_qr(&mut marks, (*x, *y), *module, code),
        }
    }
    let (width, height) = (sheet.width + 2 * side, sheet.height);
    let length = |dots: u32| match unit {
        Unit::Pixel => dots.to_string(),
        Unit::EighthMm => format!("{}mm", f64::from(dots) / 8.0),
    };
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"-{side} 0 {width} {height}\">\n\
         <title>{}</title>\n<path fill=\"#fff\" d=\"M-{side} 0h{width}v{height}h-{width}z\"/>\n<defs>\n",
        length(width),
        length(height),
        escaped(name)
    );
    for ((weight, glyph), outline) in used.0.iter().filter(|(_, outline)| !outline.is_empty()) {
        svg += &format!("<path id=\"{}{glyph}\" d=\"{outline}\"/>\n", initial(*weight));
    }
    svg += "</defs>\n";
    svg += &marks;
    svg += "</svg>\n";
    Ok(svg)
}

/// A line of text: outlines for the eye, the words themselves for a screen reader.
fn write_text(
    out: &mut String,
    used: &mut Used,
    (x, y): (f32, u32),
    (size, weight): (u32, Weight),
    (text, fill): (&str, &str),
) -> Result<(), Unprintable> {
    let letters = weight.letters()?;
    let (scale, initial) = (letters.scale(size), initial(weight));
    *out += &format!(
        "<g role=\"img\"{fill} aria-label=\"{}\" transform=\"translate({x} {y}) scale({scale} -{scale})\">",
        escaped(text)
    );
    let mut at = 0;
    for glyph in text.chars().filter_map(|sign| letters.glyph(sign)) {
        if used.note(weight, letters, glyph) {
            *out += &format!("<use href=\"#{initial}{}\" x=\"{at}\"/>", glyph.0);
        }
        at += letters.advance(glyph);
    }
    *out += "</g>\n";
    Ok(())
}

/// A text as a QR code of its own, for a page: SVG without a size, with the light edge that scanners need and a label for
/// who does not see it.
///
/// # Errors
/// [`Unprintable`] when the text is too long.
pub(super) fn qr_svg(text: &str, label: &str) -> Result<String, Unprintable> {
    let code = QrCode::new(text).map_err(|error| Unprintable(error.to_string()))?;
    let side = code.width() + 2 * QUIET_ZONE as usize;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" role=\"img\" aria-label=\"{}\">",
        escaped(label)
    );
    write_qr(&mut svg, (QUIET_ZONE, QUIET_ZONE), 1, &code);
    svg += "</svg>";
    Ok(svg)
}

/// The dark modules, each run of a row in one stroke.
fn write_qr(out: &mut String, (x, y): (u32, u32), module: u32, code: &QrCode) {
    *out += "<path shape-rendering=\"crispEdges\" d=\"";
    let colours = code.to_colors();
    for (row, colours) in (0..).zip(colours.chunks(code.width())) {
        let mut column = 0;
        for run in colours.chunk_by(|one, next| one == next) {
            let length = run.len() as u32;
            if run.first() == Some(&Color::Dark) {
                let (x, y, width) = (x + column * module, y + row * module, length * module);
                *out += &format!("M{x} {y}h{width}v{module}h-{width}z");
            }
            column += length;
        }
    }
    *out += "\"/>\n";
}

fn initial(weight: Weight) -> char {
    match weight {
        Weight::Regular => 'r',
        Weight::Bold => 'b',
    }
}

/// Text inside XML; what XML cannot hold at all is left out.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for sign in text.chars() {
        match sign {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            sign if sign.is_control() || matches!(sign, '\u{fffe}' | '\u{ffff}') => {}
            sign => out.push(sign),
        }
    }
    out
}

pub(super) fn tree(svg: &str) -> Result<Tree, Unprintable> {
    Tree::from_str(svg, &Options::default()).map_err(|error| Unprintable(error.to_string()))
}

/// Renders drawings of one width to pixels, one below the other.
pub(super) fn png(
    drawings: impl Iterator<Item = Result<String, Unprintable>>,
    depth: Depth,
) -> Result<Vec<u8>, Unprintable> {
    let (mut width, mut height, mut samples) = (0, 0, Vec::new());
    for drawing in drawings {
        let pixels = pixels(&drawing?)?;
        // Everything is black, white, or between the two, so one channel says it all.
        let greys: Vec<u8> = pixels.pixels().iter().map(|pixel| pixel.red()).collect();
        width = pixels.width();
        height += pixels.height();
        match depth {
            Depth::Grey => samples.extend(greys),
            Depth::BlackAndWhite => samples.extend(packed(&greys, width as usize)),
        }
    }
    let broken = |error: png::EncodingError| Unprintable(error.to_string());
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(match depth {
        Depth::Grey => png::BitDepth::Eight,
        Depth::BlackAndWhite => png::BitDepth::One,
    });
    let mut writer = encoder.write_header().map_err(broken)?;
    writer.write_image_data(&samples).map_err(broken)?;
    writer.finish().map_err(broken)?;
    Ok(file)
}

fn pixels(svg: &str) -> Result<Pixmap, Unprintable> {
    let tree = tree(svg)?;
    let size = tree.size().to_int_size();
    let mut pixels =
        Pixmap::new(size.width(), size.height()).ok_or_else(|| Unprintable("there is nothing to draw".to_owned()))?;
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    Ok(pixels)
}

/// Eight dots a byte, the leftmost highest; a white one is 1.
fn packed(greys: &[u8], width: usize) -> Vec<u8> {
    let byte = |dots: &[u8]| {
        dots.iter().enumerate().fold(0, |byte, (at, grey)| byte | u8::from(*grey >= WHITE_FROM) << (7 - at))
    };
    greys.chunks(width).flat_map(|row| row.chunks(8).map(byte)).collect()
}
