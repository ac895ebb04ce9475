//! Which cells show their number as a date.

use super::super::SheetError;
use super::super::dates::{is_builtin_date, is_date_format};
use super::xml::{Node, Xml, attribute};

/// A workbook has at most 64,000 formats; one that claims more is not looked at further.
const MOST: usize = 65_536;

/// The formats of a workbook, by the number that cells give.
#[derive(Default)]
pub(super) struct Styles {
    dates: Vec<bool>,
}

impl Styles {
    /// Whether cells of this format are dates.
    pub(super) fn is_date(&self, style: usize) -> bool {
        self.dates.get(style).copied().unwrap_or(false)
    }
}

pub(super) fn read(xml: &mut Xml<'_>) -> Result<Styles, SheetError> {
    let (mut own, mut dates, mut is_cell_format) = (Vec::new(), Vec::new(), false);
    loop {
        match xml.next()? {
            Node::Open(tag) => match tag.local_name().as_ref() {
                "numFmt" if own.len() < MOST => {
                    let number = attribute(&tag, "numFmtId")?.and_then(|id| id.parse::<u32>().ok());
                    let code = attribute(&tag, "formatCode")?.unwrap_or_default();
                    own.extend(number.filter(|_| is_date_format(&code)));
                }
                "cellXfs" => {
                    is_cell_format = true;
                    own.sort_unstable();
                }
                "xf" if is_cell_format && dates.len() < MOST => {
                    let number = attribute(&tag, "numFmtId")?.and_then(|id| id.parse().ok()).unwrap_or(0);
                    dates.push(is_builtin_date(number) || own.binary_search(&number).is_ok());
                }
                _ => {}
            },
            Node::Close(tag) if tag.local_name().as_ref() == "cellXfs" => is_cell_format = false,
            Node::End => return Ok(Styles { dates }),
            _ => {}
        }
    }
}
