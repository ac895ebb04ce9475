//! A label in ZPL II, the language of Zebra's printers and of many others. The printer draws letters and codes itself.
//!
//! Commands are those of Zebra's "ZPL II Programming Guide": `^CI28` is UTF-8, `^FH` lets a field say `_` and two
//! hexadecimal digits for a byte.

use qrcode::QrCode;

use super::font::{Weight, printable};
use super::label::{Area, Label, LabelSize, Piece, Side, pieces};
use super::{Unprintable, labels};

/// The command sequence of one label.
///
/// # Errors
/// [`Unprintable`] for a sheet, which is no label printer's, and for a code that does not fit.
pub(super) fn zpl(label: &Label, size: LabelSize) -> Result<String, Unprintable> {
    if size == LabelSize::A4 {
        return Err(Unprintable("a label printer has no sheets".to_owned()));
    }
    let (width, height) = size.label();
    let mut out = format!("^XA\n^CI28\n^LH0,0\n^PW{width}\n^LL{height}\n");
    for piece in pieces(label, size)? {
        out += &command(&piece)?;
        out.push('\n');
    }
    out += "^PQ1\n^XZ\n";
    Ok(out)
}

fn command(piece: &Piece) -> Result<String, Unprintable> {
    Ok(match piece {
        Piece::Text { area, side, text: words } => text(*area, *side, "", words)?,
        Piece::Flag { area, text: words } => {
            let Area { x, y, width, height } = *area;
            let inside = labels::inside(*area);
            format!("^FO{x},{y}^GB{width},{height},{height}^FS\n{}", text(inside, Side::Centre, "^FR", words)?)
        }
        Piece::Bars { area, module, text } => {
            // Start, check and stop symbols are 35 modules together.
            let width = (11 * text.len() as u32 + 35) * module;
            let (x, height) = (area.x + (area.width - width) / 2, area.height);
            // `>` is what subsets are chosen with inside a code.
            let text = field(&text.replace('>', ">0"))?;
            format!("^FO{x},{}^BY{module},3,{height}^BCN,{height},N,N,N^FH^FD{text}^FS", area.y)
        }
        Piece::Qr { area, text } => {
            let code = QrCode::new(text).map_err(|error| Unprintable(error.to_string()))?;
            let (x, y, module) = labels::qr_place(*area, &code)?;
            format!("^FO{x},{y}^BQN,2,{module}^FH^FDMA,{}^FS", field(text)?)
        }
    })
}

/// A line by its baseline. The printer's own letters are narrower than ours, so what fits there fits here.
fn text(area: Area, side: Side, reverse: &str, words: &str) -> Result<String, Unprintable> {
    let words = printable(words)?;
    let (size, baseline) = labels::fit(area, Weight::Bold.letters()?.width(&words, 1000))?;
    let (x, width) = (area.x, area.width);
    let justified = match side {
        Side::Left => 'L',
        Side::Centre => 'C',
        Side::Right => 'R',
    };
    Ok(format!("^FT{x},{baseline}^A0N,{size},{size}^FB{width},1,0,{justified}{reverse}^FH^FD{}^FS", field(&words)?))
}

/// The data of a field: no sign in it begins a command, ends the field or the line, or is an escape.
fn field(text: &str) -> Result<String, Unprintable> {
    let mut out = String::new();
    for byte in printable(text)?.bytes() {
        match byte {
            b'^' | b'~' | b'_' | b'\\' => out += &format!("_{byte:02X}"),
            b' '..=b'}' => out.push(byte.into()),
            _ => out += &format!("_{byte:02X}"),
        }
    }
    Ok(out)
}
