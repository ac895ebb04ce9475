//! XLS: the binary workbooks of Excel 97 to 2003 (MS-XLS, "BIFF8"). calamine holds a whole workbook at once and takes
//! the room that a file claims, so it is given a copy of the file that holds nothing but the cells that were counted.

mod container;
mod copy;

use std::io::Cursor;

use calamine::{Data, Reader, SheetVisible, XlsError};

use super::grid::{Grid, Kept, cell};
use super::{Sheet, SheetError, Workbook};
use copy::Copy;

pub(super) fn read(bytes: &[u8]) -> Result<Workbook, SheetError> {
    let mut copy = copy::of(&container::workbook(bytes)?)?;
    // The library holds the copy twice by itself; ours is not needed any more.
    let wrapped = container::wrap(&std::mem::take(&mut copy.stream))?;
    let mut book = calamine::Xls::new(Cursor::new(wrapped)).map_err(refused)?;
    let mut listed = book.sheets_metadata().to_vec();
    // The last sheet is the one that the copy has added.
    listed.truncate(copy.sheets.len());
    let texts = texts(&mut book, &copy)?;
    let (mut workbook, mut kept) = (Workbook::default(), Kept::new());
    for (sheet, counted) in listed.into_iter().zip(copy.sheets) {
        if workbook.sheets.iter().any(|other| other.name == sheet.name) || sheet.name == copy::TEXTS {
            return Err(SheetError::Damaged("two of its sheets have the same name"));
        }
        let range = book.worksheet_range(&sheet.name).map_err(refused)?;
        let (top, left) = range.start().unwrap_or_default();
        let mut grid = Grid::new(&mut kept);
        for (row, column, value) in range.used_cells() {
            grid.take((top + row as u32, left + column as u32), value.clone())?;
        }
        for (at, text) in &counted.texts {
            if let Ok(found) = copy.texts.binary_search(text) {
                grid.name(*at, &texts[found])?;
            }
        }
        let rows = grid.finish(&counted.hidden);
        let hidden = sheet.visible != SheetVisible::Visible;
        workbook.sheets.push(Sheet { name: sheet.name, hidden, rows, spans: counted.spans });
    }
    Ok(workbook)
}

/// The texts that cells name by their number, in the order of these numbers.
fn texts(book: &mut calamine::Xls<Cursor<Vec<u8>>>, copy: &Copy) -> Result<Vec<super::Cell>, SheetError> {
    let range = book.worksheet_range(copy::TEXTS).map_err(refused)?;
    let text = |at: usize| range.get_value(copy::place(at)).filter(|text| **text != Data::Empty).cloned().map(cell);
    let missing = SheetError::Damaged("a cell names a text that is not there");
    (0..copy.texts.len()).map(|at| text(at).ok_or_else(|| missing.clone())).collect()
}

fn refused(error: XlsError) -> SheetError {
    match error {
        XlsError::Password => SheetError::Protected,
        _ => SheetError::Damaged("it cannot be read as a workbook"),
    }
}

#[cfg(test)]
mod tests;
