//! XLSX: a zip archive of XML parts (ECMA-376, Office Open XML). The archive is looked through first; then calamine
//! gives the cells one by one, so that what a sheet claims of its own size costs nothing.

mod archive;
mod parts;

use std::io::Cursor;

use calamine::{Reader, SheetType, SheetVisible, XlsxError};

use super::grid::{Grid, Kept};
use super::{Sheet, SheetError, Workbook};

pub(super) fn read(bytes: &[u8]) -> Result<Workbook, SheetError> {
    let mut archive = archive::open(bytes)?;
    let parts = parts::sheets(&mut archive)?;
    let mut book = calamine::Xlsx::new(Cursor::new(bytes)).map_err(refused)?;
    let (mut workbook, mut kept) = (Workbook::default(), Kept::new());
    for listed in book.sheets_metadata().to_vec() {
        // A sheet that is a chart or a dialogue has no cells.
        if listed.typ != SheetType::WorkSheet {
            continue;
        }
        let shape = match parts.get(&listed.name) {
            Some(part) => parts::shape(&mut archive, part)?,
            None => return Err(SheetError::Damaged("a sheet is listed that is not there")),
        };
        let mut cells = book.worksheet_cells_reader(&listed.name).map_err(refused)?;
        let mut grid = Grid::new(&mut kept);
        loop {
            match cells.next_cell() {
                Ok(Some(found)) => grid.take(found.get_position(), found.get_value().clone().into())?,
                Ok(None) => break,
                // The name of an error that the library does not know, `#SPILL!` for one; no content in any case.
                Err(XlsxError::CellError(_)) => {}
                Err(error) => return Err(refused(error)),
            }
        }
        let rows = grid.finish(&shape.hidden);
        let hidden = listed.visible != SheetVisible::Visible;
        workbook.sheets.push(Sheet { name: listed.name, hidden, rows, spans: shape.spans });
    }
    if workbook.sheets.is_empty() { Err(SheetError::Damaged("it has no sheet")) } else { Ok(workbook) }
}

fn refused(error: XlsxError) -> SheetError {
    match error {
        XlsxError::Xml(quick_xml::Error::Escape(_)) => SheetError::Entities,
        XlsxError::Password => SheetError::Protected,
        XlsxError::WorksheetNotFound(_) => SheetError::Damaged("a sheet is listed that is not there"),
        XlsxError::Unexpected(_) => SheetError::Damaged("a cell names a text that is not there"),
        _ => SheetError::Damaged("it cannot be read as a workbook"),
    }
}
