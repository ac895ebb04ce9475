//! Whatever is listed, as a file for a spreadsheet program.

pub mod http;

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::sheets::table::{Column, Head, TableError, Value};

/// What a list has rows of.
pub trait Listed: Sized + Send + 'static {
    /// What the list is called, in file names and in the audit trail.
    const NAME: &'static str;
    /// Titles in the words of the API, and widths in characters.
    const COLUMNS: &'static [(&'static str, u16)];

    /// The cells of some rows, each in the sequence of the columns; what belongs to them is looked up for all at once.
    ///
    /// # Errors
    /// Those of the database.
    fn values(tx: &mut Tx, rows: Vec<Self>) -> Result<Vec<Vec<Value>>>;
}

/// What the file of a list begins with.
fn head<T: Listed>() -> Head {
    let columns = T::COLUMNS.iter().map(|(title, width)| Column::new(*title, *width)).collect();
    Head { name: T::NAME.to_owned(), lines: Vec::new(), columns }
}

/// A file that could not be written is the machine's fault.
pub fn unwritten(error: TableError) -> Error {
    Error::Startup(error.to_string())
}
