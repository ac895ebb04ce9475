//! The reader of tables: whatever comes in, it is a table or a refusal, and what it reads can be read through.
#![no_main]

use libfuzzer_sys::fuzz_target;
use torugart::sheets::{self, limits};

fuzz_target!(
    // A panic of the library that parses workbooks is caught and refuses the file; the usual hook would end the run.
    init: std::panic::set_hook(Box::new(|_| {})),
    |bytes: &[u8]| {
        let Ok(book) = sheets::read(bytes) else { return };
        assert!(book.sheets.len() <= limits::SHEETS);
        let mut rows = 0;
        for row in book.sheets.iter().flat_map(|sheet| &sheet.rows) {
            rows += 1;
            assert!(row.number > 0 && row.cells.len() <= limits::COLUMNS);
            assert!(row.cells.last().is_none_or(|cell| !cell.is_empty()), "a row ends with its last cell");
            for cell in &row.cells {
                let _ = sheets::plain(&cell.shown());
            }
        }
        assert!(rows <= limits::ROWS);
    }
);
