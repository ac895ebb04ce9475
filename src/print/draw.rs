//! The drawing: SVG first, and everything else of it.

use qrcode::{Color, QrCode};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};
use svg2pdf::{ConversionOptions, PageOptions};

use super::font::{Used, Weight};
use super::layout::{Mark, QUIET_ZONE, Sheet};
use super::{Paper, Unprintable};

/// Eight dots a millimetre.
const PRINTER_DPI: f32 = 203.2;
/// Two pixels for each of CSS, of which an inch has 96.
const PHONE_DPI: f32 = 192.0;
/// From this much white on, of 255, a printer leaves a dot white: a little above the middle keeps thin strokes whole.
const WHITE_FROM: u8 = 150;

/// Draws a sheet with `side` more white dots on the left and on the right.
pub(super) fn svg(name: &str, sheet: &Sheet, side: u32) -> Result<String, Unprintable> {
    let mut used = Used::default();
    let mut marks = String::new();
    for mark in &sheet.marks {
        match mark {
            Mark::Text { x, y, size, weight, text } => {
                write_text(&mut marks, &mut used, (*x, *y), (*size, *weight), text)?
            }
            Mark::Bar { x, y, width, height } => {
                marks += &format!("<path d=\"M{x} {y}h{width}v{height}h-{width}z\" shape-rendering=\"crispEdges\"/>\n");
            }
            Mark::Qr { x, y, module, code } => write_qr(&mut marks, (*x, *y), *module, code),
        }
    }
    let (width, height) = (sheet.width + 2 * side, sheet.height);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"-{side} 0 {width} {height}\">\n\
         <title>{}</title>\n<path fill=\"#fff\" d=\"M-{side} 0h{width}v{height}h-{width}z\"/>\n<defs>\n",
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
    text: &str,
) -> Result<(), Unprintable> {
    let letters = weight.letters()?;
    let (scale, initial) = (letters.scale(size), initial(weight));
    *out += &format!(
        "<g role=\"img\" aria-label=\"{}\" transform=\"translate({x} {y}) scale({scale} -{scale})\">",
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

/// A text as a QR code of its own, for a page: SVG without a size, with the light edge that scanners need.
///
/// # Errors
/// [`Unprintable`] when the text is too long.
pub(super) fn qr_svg(text: &str) -> Result<String, Unprintable> {
    let code = QrCode::new(text).map_err(|error| Unprintable(error.to_string()))?;
    let side = code.width() + 2 * QUIET_ZONE as usize;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" role=\"img\" aria-label=\"{}\">",
        escaped(text)
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

fn tree(svg: &str) -> Result<Tree, Unprintable> {
    Tree::from_str(svg, &Options::default()).map_err(|error| Unprintable(error.to_string()))
}

/// Renders the drawing to pixels.
pub(super) fn png(svg: &str, paper: Paper) -> Result<Vec<u8>, Unprintable> {
    let tree = tree(svg)?;
    let size = tree.size().to_int_size();
    let mut pixels =
        Pixmap::new(size.width(), size.height()).ok_or_else(|| Unprintable("there is nothing to draw".to_owned()))?;
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    // Everything is black, white, or between the two, so one channel says it all.
    let greys: Vec<u8> = pixels.pixels().iter().map(|pixel| pixel.red()).collect();
    let (depth, samples) = match paper {
        Paper::Phone => (png::BitDepth::Eight, greys),
        Paper::Mm58 | Paper::Mm80 => (png::BitDepth::One, packed(&greys, size.width() as usize)),
    };
    let broken = |error: png::EncodingError| Unprintable(error.to_string());
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, size.width(), size.height());
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(depth);
    let mut writer = encoder.write_header().map_err(broken)?;
    writer.write_image_data(&samples).map_err(broken)?;
    writer.finish().map_err(broken)?;
    Ok(file)
}

/// Eight dots a byte, the leftmost highest; a white one is 1.
fn packed(greys: &[u8], width: usize) -> Vec<u8> {
    let byte = |dots: &[u8]| {
        dots.iter().enumerate().fold(0, |byte, (at, grey)| byte | u8::from(*grey >= WHITE_FROM) << (7 - at))
    };
    greys.chunks(width).flat_map(|row| row.chunks(8).map(byte)).collect()
}

/// Puts the drawing on a page of its own size.
pub(super) fn pdf(svg: &str, paper: Paper) -> Result<Vec<u8>, Unprintable> {
    let dpi = match paper {
        Paper::Phone => PHONE_DPI,
        Paper::Mm58 | Paper::Mm80 => PRINTER_DPI,
    };
    svg2pdf::to_pdf(&tree(svg)?, ConversionOptions::default(), PageOptions { dpi })
        .map_err(|error| Unprintable(error.to_string()))
}
