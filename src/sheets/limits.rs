//! How much of a file is looked at. A truck of 20,000 parcels with a dozen columns stays well below each of these.
//! They bound the memory that a file made to exhaust the service can cost, whatever a library holds at once.

use super::SheetError;

/// A mebibyte.
pub const MIB: usize = 1024 * 1024;
/// The file itself.
pub const FILE_BYTES: usize = 20 * MIB;
/// A text file; it is held twice while it is decoded.
pub const TEXT_BYTES: usize = 10 * MIB;
/// All parts of a packed file together, by what they claim and by what comes out.
pub const UNPACKED_BYTES: usize = 64 * MIB;
/// Parts of a packed file. A workbook of 200 sheets with a picture in each has about 800.
pub const PARTS: usize = 2_000;
/// One XML tag with the text after it.
pub const PIECE_BYTES: usize = MIB / 4;
/// The texts that the cells of a workbook share, packed as its format packs them.
pub const SHARED_TEXT_BYTES: usize = 32 * MIB;
/// A binary workbook, which the library that parses it holds several times: 20,000 rows of a dozen columns fit.
pub const BINARY_FILE_BYTES: usize = 6 * MIB;
/// Shared texts of a binary workbook, packed.
pub const BINARY_TEXT_BYTES: usize = 4 * MIB;
/// How many they are; one may be as short as three bytes, and costs fifty.
pub const BINARY_TEXTS: usize = 200_000;
/// The texts of all cells of a workbook, each as often as a cell names it: a short file can name a long text many times.
pub const NAMED_TEXT_BYTES: usize = 128 * MIB;
/// How many texts the cells of a workbook share.
pub const SHARED_TEXTS: usize = 1_000_000;
/// A part that lists sheets, styles or other parts.
pub const LIST_BYTES: usize = 4 * MIB;
/// What the library that parses binary workbooks takes for the cells of all sheets, until they are ours.
pub const BINARY_CELL_BYTES: usize = 40 * MIB;
/// Of that, a cell with something in it.
pub const BINARY_CELL: usize = 112;
/// Of that, a place in the rectangle that a sheet's cells take, empty or not.
pub const BINARY_PLACE: usize = 32;
/// Sheets of a file.
pub const SHEETS: usize = 200;
/// Rows with something in them, of all sheets together.
pub const ROWS: usize = 200_000;
/// Columns up to the last one with something in it.
pub const COLUMNS: usize = 1_000;
/// Cells of a sheet that reach over several rows.
pub const SPANS: usize = 20_000;
/// What the finished table takes in memory.
pub const TABLE_BYTES: usize = 40 * MIB;
/// One line of a text file, or what its quotation marks make one line.
pub const RECORD_BYTES: usize = MIB;
/// One cell's text; spreadsheet programs allow 32,767 characters.
pub const CELL_BYTES: usize = 128 * 1024;

/// What may still be kept of a file.
#[derive(Debug)]
pub(super) struct Budget {
    bytes: usize,
    rows: usize,
}

impl Budget {
    /// The whole of it, for one file.
    pub(super) fn new() -> Self {
        Self { bytes: TABLE_BYTES, rows: ROWS }
    }

    /// Takes the memory of something that is kept.
    pub(super) fn spend(&mut self, bytes: usize) -> Result<(), SheetError> {
        self.bytes = self.bytes.checked_sub(bytes).ok_or(SheetError::TooMuch)?;
        Ok(())
    }

    /// Takes the memory of a text with the counters and the rounding that come with it.
    pub(super) fn spend_text(&mut self, text: &str) -> Result<(), SheetError> {
        self.spend(text.len() + 32)
    }

    /// Takes a row of so many cells; their texts are taken apart from it.
    pub(super) fn spend_row(&mut self, cells: usize) -> Result<(), SheetError> {
        self.rows = self.rows.checked_sub(1).ok_or(SheetError::TooManyRows)?;
        self.spend(2 * size_of::<super::Row>() + cells * size_of::<super::Cell>())
    }
}
