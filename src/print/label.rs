//! What stands where on the label of a parcel. A clerk reads it from two metres, a scanner from half of one.

use super::Unprintable;
use crate::texts::{self, Lang};

/// The label of a parcel. What is not known is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label {
    /// Whose it is: the largest letters, since this is what people shout.
    pub client_code: Option<String>,
    /// Of which order.
    pub order_code: Option<String>,
    /// Our own barcode: as Code 128, and in letters for a person whose scanner fails.
    pub barcode: String,
    /// The courier's number, which stands in the order code's place while there is none.
    pub tracking_number: Option<String>,
    /// What the QR code says.
    pub track_url: Option<String>,
    /// To which branch it goes: white on black.
    pub branch_code: Option<String>,
    /// Grams.
    pub weight_g: Option<i64>,
    /// Which of how many parcels of its order.
    pub number: Option<(usize, usize)>,
}

/// What labels are printed on, at 203 dpi: eight dots a millimetre.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelSize {
    /// A label of 58 x 40 mm. All ink is within the 48 mm that the narrowest printers reach.
    Mm58,
    /// A label of 80 x 60 mm. All ink is within 72 mm.
    Mm80,
    /// A sheet of A4 with 3 x 8 labels of 70 x 37 mm. All ink is 4 mm away from the edges of its label.
    A4,
}

/// Dots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

/// Where in its area a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Centre,
    Right,
}

/// One thing on a label, in dots from its upper left corner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Bold capitals and figures, as large as the area allows.
    Text { area: Area, side: Side, text: String },
    /// The same, white in a black area.
    Flag { area: Area, text: String },
    /// Code 128 with a module of so many dots; the quiet zones are within the area.
    Bars { area: Area, module: u32, text: String },
    /// A QR code as large as the area allows; its quiet zone is within the area.
    Qr { area: Area, text: String },
}

impl LabelSize {
    /// Width and height of one label, dots.
    pub(super) fn label(self) -> (u32, u32) {
        match self {
            LabelSize::Mm58 => (464, 320),
            LabelSize::Mm80 => (640, 480),
            LabelSize::A4 => (560, 296),
        }
    }

    /// Width and height of what goes through the printer at once, dots.
    pub(super) fn sheet(self) -> (u32, u32) {
        match self {
            LabelSize::Mm58 | LabelSize::Mm80 => self.label(),
            LabelSize::A4 => (1680, 2376),
        }
    }

    /// The upper left corners of the labels of a sheet, dots.
    pub(super) fn corners(self) -> Vec<(u32, u32)> {
        match self {
            LabelSize::Mm58 | LabelSize::Mm80 => vec![(0, 0)],
            // Eight rows leave half a millimetre above and below.
            LabelSize::A4 => (0..24).map(|at| (at % 3 * 560, 4 + at / 3 * 296)).collect(),
        }
    }
}

/// Puts everything in its place.
///
/// # Errors
/// [`Unprintable`] for a barcode that is too long for the label.
pub(super) fn pieces(label: &Label, size: LabelSize) -> Result<Vec<Piece>, Unprintable> {
    let modules = 11 * label.barcode.len() as u32 + 35 + 20;
    let pieces = match size {
        LabelSize::Mm58 => tall(label, 2, 40),
        LabelSize::Mm80 => tall(label, 3, 32),
        LabelSize::A4 => wide(label),
    };
    let is_too_long = |piece: &Piece| match piece {
        Piece::Bars { area, module, .. } => modules * module > area.width,
        Piece::Text { .. } | Piece::Flag { .. } | Piece::Qr { .. } => false,
    };
    if pieces.iter().any(is_too_long) {
        return Err(Unprintable(format!("the barcode {} is longer than the label", label.barcode)));
    }
    Ok(pieces)
}

/// The label of a roll, 192 x 160 units of so many dots, beside a margin.
fn tall(label: &Label, unit: u32, margin: u32) -> Vec<Piece> {
    let area = |x: u32, y: u32, width: u32, height: u32| Area {
        x: margin + x * unit,
        y: y * unit,
        width: width * unit,
        height: height * unit,
    };
    let mut pieces = vec![Piece::Text { area: area(0, 6, 192, 28), side: Side::Left, text: label.whose() }];
    let column = if label.track_url.is_some() { 126 } else { 192 };
    match label.what().as_deref().map(halves) {
        None => {}
        Some((whole, None)) => {
            pieces.push(Piece::Text { area: area(0, 44, column, 26), side: Side::Left, text: whole })
        }
        Some((first, Some(second))) => {
            pieces.push(Piece::Text { area: area(0, 40, column, 15), side: Side::Left, text: first });
            pieces.push(Piece::Text { area: area(0, 60, column, 15), side: Side::Left, text: second });
        }
    }
    pieces.extend(label.branch_code.clone().map(|text| Piece::Flag { area: area(0, 80, 70, 18), text }));
    pieces.extend(label.which().map(|text| Piece::Text { area: area(76, 80, 50, 18), side: Side::Right, text }));
    pieces.extend(label.track_url.clone().map(|text| Piece::Qr { area: area(130, 37, 62, 62), text }));
    pieces.push(Piece::Bars { area: area(0, 103, 192, 37), module: unit, text: label.barcode.clone() });
    pieces.push(Piece::Text { area: area(0, 144, 104, 10), side: Side::Left, text: label.barcode.clone() });
    pieces.extend(label.weight().map(|text| Piece::Text { area: area(110, 144, 82, 10), side: Side::Right, text }));
    pieces
}

/// The label of a sheet: lower and wider, with a column on the right.
fn wide(label: &Label) -> Vec<Piece> {
    let area = |x: u32, y: u32, width: u32, height: u32| Area { x: 32 + x, y: 32 + y, width, height };
    let mut pieces = vec![Piece::Text { area: area(0, 0, 372, 54), side: Side::Left, text: label.whose() }];
    pieces.extend(label.what().map(|text| Piece::Text { area: area(0, 68, 372, 28), side: Side::Left, text }));
    pieces.extend(label.track_url.clone().map(|text| Piece::Qr { area: area(376, 0, 124, 124), text }));
    pieces.extend(label.branch_code.clone().map(|text| Piece::Flag { area: area(384, 132, 112, 44), text }));
    pieces.extend(label.which().map(|text| Piece::Text { area: area(384, 192, 112, 40), side: Side::Centre, text }));
    pieces.push(Piece::Bars { area: area(0, 110, 376, 88), module: 2, text: label.barcode.clone() });
    pieces.push(Piece::Text { area: area(0, 210, 220, 22), side: Side::Left, text: label.barcode.clone() });
    pieces.extend(label.weight().map(|text| Piece::Text { area: area(228, 210, 144, 22), side: Side::Right, text }));
    pieces
}

impl Label {
    /// Nobody's parcel says so in every language.
    fn whose(&self) -> String {
        self.client_code.clone().unwrap_or_else(|| "???".to_owned())
    }

    fn what(&self) -> Option<String> {
        self.order_code.clone().or_else(|| self.tracking_number.clone())
    }

    fn which(&self) -> Option<String> {
        self.number.map(|(which, of)| format!("{which}/{of}"))
    }

    /// In Latin letters, which both ends of the road read and every printer has.
    fn weight(&self) -> Option<String> {
        self.weight_g.map(|weight_g| format!("{} kg", texts::kilograms(Lang::En, weight_g)))
    }
}

/// An order code cut in two: the prefix and five symbols, five symbols and the check symbol.
fn halves(code: &str) -> (String, Option<String>) {
    match code.rmatch_indices('-').nth(1) {
        Some((dash, _)) => (code[..=dash].to_owned(), Some(code[dash + 1..].to_owned())),
        None => (code.to_owned(), None),
    }
}
