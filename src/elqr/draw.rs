//! The picture of a code.

use qrcode::render::svg::Color;
use qrcode::{Color as Module, QrCode};
use thiserror::Error;

/// The light edge that scanners need, in modules.
const QUIET_ZONE: usize = 4;
/// Pixels of a module in a PNG: sharp on a phone and on a receipt printer.
const SCALE: usize = 8;
/// Least width of an SVG, pixels.
const LEAST_WIDTH: u32 = 320;

/// A text that no QR code holds.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the code cannot be drawn: {0}")]
pub struct Undrawable(String);

fn code(text: &str) -> Result<QrCode, Undrawable> {
    QrCode::new(text).map_err(|error| Undrawable(error.to_string()))
}

/// As SVG.
///
/// # Errors
/// [`Undrawable`] when the text is too long.
pub fn svg(text: &str) -> Result<String, Undrawable> {
    Ok(code(text)?.render::<Color>().min_dimensions(LEAST_WIDTH, LEAST_WIDTH).build())
}

/// As PNG, black and white.
///
/// # Errors
/// [`Undrawable`] when the text is too long.
pub fn png(text: &str) -> Result<Vec<u8>, Undrawable> {
    let code = code(text)?;
    let modules = code.width();
    let side = (modules + 2 * QUIET_ZONE) * SCALE;
    let is_dark = |x: usize, y: usize| match ((x / SCALE).checked_sub(QUIET_ZONE), (y / SCALE).checked_sub(QUIET_ZONE))
    {
        (Some(x), Some(y)) if x < modules && y < modules => code[(x, y)] == Module::Dark,
        _ => false,
    };
    // Eight pixels a byte, the leftmost highest; a light one is 1. The scale makes every row whole bytes.
    let row = |y: usize| {
        (0..side / 8).map(move |byte| (0..8).fold(0, |bits, x| bits << 1 | u8::from(!is_dark(byte * 8 + x, y))))
    };
    let pixels: Vec<u8> = (0..side).flat_map(row).collect();
    let broken = |error: png::EncodingError| Undrawable(error.to_string());
    let mut file = Vec::new();
    let size = u32::try_from(side).map_err(|error| Undrawable(error.to_string()))?;
    let mut encoder = png::Encoder::new(&mut file, size, size);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().map_err(broken)?;
    writer.write_image_data(&pixels).map_err(broken)?;
    writer.finish().map_err(broken)?;
    Ok(file)
}
