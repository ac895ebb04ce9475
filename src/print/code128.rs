//! Code 128: the bars, and the white that must stay beside them.

use code128::Code128;

use super::Unprintable;

/// The bars of a text.
pub(super) struct Bars {
    /// Place and width of each, modules; the first stands behind the quiet zone.
    pub bars: Vec<(u32, u32)>,
    /// The width of all with a quiet zone of ten modules on each side.
    pub modules: u32,
}

/// Encodes printable ASCII, which is what every scanner reads alike.
///
/// # Errors
/// [`Unprintable`] for any other text.
pub(super) fn encode(text: &str) -> Result<Bars, Unprintable> {
    if text.is_empty() || !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err(Unprintable(format!("{text:?} is not for a barcode")));
    }
    let code = Code128::encode(text.as_bytes());
    let modules = u32::try_from(code.len()).map_err(|error| Unprintable(error.to_string()))?;
    let bars = code.bar_coordinates().map(|bar| (bar.x, bar.width.into())).collect();
    Ok(Bars { bars, modules })
}
