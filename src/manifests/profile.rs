//! Which columns of a sheet hold what: as it was recognised, as a person corrected it, as it is remembered.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::headings::folded;
use crate::error::{Problem, Result};
use crate::sheets::{Row, Workbook, limits};

words! {
    /// A unit of weight.
    WeightUnit {
        /// Kilogram.
        Kg = "kg",
        /// Gram.
        G = "g",
        /// 斤, half a kilogram.
        Jin = "jin",
        /// Pound, 453.59237 g.
        Lb = "lb",
    }
}

words! {
    /// A unit of length.
    LengthUnit {
        /// Centimetre.
        Cm = "cm",
        /// Millimetre.
        Mm = "mm",
        /// Metre.
        M = "m",
    }
}

/// A column, counted from 0; people and programs see its letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Column(pub usize);

impl From<Column> for String {
    fn from(Column(mut at): Column) -> Self {
        let mut letters = Vec::new();
        loop {
            letters.push(char::from(b'A' + u8::try_from(at % 26).unwrap_or_default()));
            if at < 26 {
                return letters.iter().rev().collect();
            }
            at = at / 26 - 1;
        }
    }
}

impl TryFrom<String> for Column {
    type Error = String;

    fn try_from(letters: String) -> std::result::Result<Self, String> {
        let wrong = || format!("{letters:?} is not the letters of a column such as \"C\"");
        if letters.is_empty() || letters.len() > 3 || !letters.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return Err(wrong());
        }
        let digit = |byte: u8| usize::from(byte.to_ascii_uppercase() - b'A') + 1;
        let number = letters.bytes().fold(0, |number, byte| number * 26 + digit(byte));
        if number <= limits::COLUMNS { Ok(Self(number - 1)) } else { Err(wrong()) }
    }
}

/// A column of weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ManifestWeightColumn)]
pub struct WeightColumn {
    /// Its letters.
    #[schema(value_type = String)]
    pub column: Column,
    /// Of the numbers that bring no unit of their own.
    pub unit: WeightUnit,
}

/// A column of lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ManifestLengthColumn)]
pub struct LengthColumn {
    /// Its letters.
    #[schema(value_type = String)]
    pub column: Column,
    /// Of the numbers that bring no unit of their own.
    pub unit: LengthUnit,
}

/// The columns of a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ManifestColumns)]
pub struct Columns {
    /// The couriers' numbers.
    #[schema(value_type = String)]
    pub tracking_number: Column,
    /// Client codes, or marks that hold them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub client_code: Option<Column>,
    /// What a parcel weighs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<WeightColumn>,
    /// What all pieces of a row weigh.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_weight: Option<WeightColumn>,
    /// Three sides in one cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<LengthColumn>,
    /// One side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<LengthColumn>,
    /// One side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<LengthColumn>,
    /// One side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<LengthColumn>,
    /// How many pieces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub pieces: Option<Column>,
    /// What is in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub goods: Option<Column>,
    /// When it came; recognised, so that it is taken for nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub date: Option<Column>,
    /// What somebody remarked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub remark: Option<Column>,
}

impl Columns {
    /// With nothing but numbers.
    pub fn of(tracking_number: Column) -> Self {
        Self {
            tracking_number,
            client_code: None,
            weight: None,
            total_weight: None,
            size: None,
            length: None,
            width: None,
            height: None,
            pieces: None,
            goods: None,
            date: None,
            remark: None,
        }
    }

    /// The same with what a person said of some of them; null takes one away.
    fn corrected(base: Option<&Self>, said: &Map<String, Value>, pointer: &str) -> Result<Self> {
        let mut all = match base.map(serde_json::to_value) {
            Some(Ok(Value::Object(columns))) => columns,
            _ => Map::new(),
        };
        for (name, column) in said {
            match column {
                Value::Null => all.remove(name),
                column => all.insert(name.clone(), column.clone()),
            };
        }
        serde_json::from_value(Value::Object(all)).map_err(|error| Problem::field(pointer, error.to_string()).into())
    }
}

/// Where a table stands in its sheet, and what its columns hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The row of the headings; none when the table has none.
    pub header_row: Option<u32>,
    /// The last row of the headings, which may take two; the table begins below it.
    pub below: u32,
    /// The columns.
    pub columns: Columns,
}

/// What a person says of a file: the sheets that were not read as they should be, and whether hidden rows count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ManifestCorrection, example = json!({"sheets": [{"sheet": "入库明细", "columns": {"weight": {"column": "G", "unit": "jin"}}}]}))]
pub struct Correction {
    /// Sheets; those not named stay as they were recognised.
    #[serde(default)]
    pub sheets: Vec<SheetCorrection>,
    /// Whether hidden rows and sheets are read like all others.
    #[serde(default)]
    pub include_hidden: Option<bool>,
}

impl Correction {
    /// Both together; where they differ, the newer one holds. Its sheets come first, so that their places stay.
    #[must_use]
    pub fn and(mut self, mut newer: Self) -> Self {
        newer.include_hidden = newer.include_hidden.or(self.include_hidden);
        for said in &mut newer.sheets {
            let Some(at) = self.sheets.iter().position(|before| before.sheet == said.sheet) else { continue };
            let before = self.sheets.remove(at);
            said.header_row = said.header_row.or(before.header_row);
            let columns = std::mem::replace(&mut said.columns, before.columns);
            said.columns.extend(columns);
        }
        newer.sheets.append(&mut self.sheets);
        newer
    }

    /// Whether every sheet that is named is there, once.
    ///
    /// # Errors
    /// `validation_failed`.
    pub fn check(&self, book: &Workbook) -> Result<()> {
        for (at, said) in self.sheets.iter().enumerate() {
            let pointer = format!("/sheets/{at}/sheet");
            if !book.sheets.iter().any(|sheet| sheet.name == said.sheet) {
                return Problem::field(pointer, format!("the file has no sheet {:?}", said.sheet)).fail();
            }
            if self.sheets[..at].iter().any(|other| other.sheet == said.sheet) {
                return Problem::field(pointer, "is named twice").fail();
            }
        }
        Ok(())
    }
}

/// What a person says of a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ManifestSheetCorrection)]
pub struct SheetCorrection {
    /// Its name; empty for a CSV file.
    pub sheet: String,
    /// The row of the headings; 0 when the table begins in the first row without any.
    #[serde(default)]
    pub header_row: Option<u32>,
    /// The columns that were not recognised, or wrongly, in the shape of the profile; null takes one away.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub columns: Map<String, Value>,
    /// Pass the sheet over.
    #[serde(default)]
    pub pass_over: bool,
}

impl SheetCorrection {
    /// The layout that is meant, of the one that was recognised.
    ///
    /// # Errors
    /// `validation_failed` for columns that cannot be understood, or when none holds the tracking numbers.
    pub fn apply(&self, recognised: Option<&Layout>, pointer: &str) -> Result<Layout> {
        let pointer = format!("{pointer}/columns");
        let columns = Columns::corrected(recognised.map(|layout| &layout.columns), &self.columns, &pointer)?;
        Ok(match (self.header_row, recognised) {
            (Some(0), _) => Layout { header_row: None, below: 0, columns },
            (Some(row), _) => Layout { header_row: Some(row), below: row, columns },
            (None, Some(recognised)) => Layout { columns, ..recognised.clone() },
            (None, None) => Layout { header_row: None, below: 0, columns },
        })
    }
}

/// What a row of headings is recognised by when the same warehouse sends the next file.
pub fn shape(row: &Row) -> Option<String> {
    let texts: Vec<String> = row.cells.iter().map(|cell| folded(&cell.shown())).collect();
    if texts.iter().filter(|text| !text.is_empty()).count() < 2 {
        return None;
    }
    let mut digest = Sha256::new();
    for text in &texts {
        digest.update(text.as_bytes());
        digest.update([0]);
    }
    Some(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        for (at, letters) in
            [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA"), (999, "ALL")]
        {
            assert_eq!(String::from(Column(at)), letters);
            assert_eq!(Column::try_from(letters.to_lowercase()), Ok(Column(at)));
        }
        for wrong in ["", "1", "A1", "ALM", "ZZZZ", "Я"] {
            assert!(Column::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_correction_changes_what_it_names() {
        let columns = Columns { client_code: Some(Column(1)), ..Columns::of(Column(0)) };
        let recognised = Layout { header_row: Some(3), below: 3, columns };
        let said = |columns: Value| SheetCorrection {
            sheet: String::new(),
            header_row: None,
            columns: columns.as_object().cloned().unwrap(),
            pass_over: false,
        };
        let changed = said(serde_json::json!({"client_code": null, "weight": {"column": "g", "unit": "jin"}}));
        let changed = changed.apply(Some(&recognised), "").unwrap();
        let weight = WeightColumn { column: Column(6), unit: WeightUnit::Jin };
        assert_eq!(changed.columns, Columns { weight: Some(weight), ..Columns::of(Column(0)) });
        assert_eq!(changed.header_row, Some(3));
        assert!(said(serde_json::json!({"wieght": "C"})).apply(Some(&recognised), "").is_err());
        assert!(said(serde_json::json!({"goods": "C"})).apply(None, "").is_err());
    }
}
