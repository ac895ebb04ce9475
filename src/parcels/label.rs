//! The label on a parcel: what it says, and the forms it comes in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rules::Status;
use super::store::{self, Parcel};
use crate::branches;
use crate::customers;
use crate::db::Tx;
use crate::error::{Error, Problem, Result};
use crate::http::document::Shown;
use crate::ids::{OrderId, ParcelId};
use crate::orders;
use crate::print::{Label, LabelSize, labels};

/// The form of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum LabelForm {
    /// A sheet on each page.
    Pdf,
    /// One below the other, a pixel for each dot of a printer of 203 dpi.
    Png,
    /// One below the other, in millimetres.
    Svg,
    /// For Zebra's printers and those that understand their language.
    Zpl,
}

impl Shown for LabelForm {
    const ALL: &'static [Self] = &[LabelForm::Pdf, LabelForm::Png, LabelForm::Svg, LabelForm::Zpl];

    fn file(self) -> (&'static str, &'static str) {
        match self {
            LabelForm::Pdf => ("application/pdf", "pdf"),
            LabelForm::Png => ("image/png", "png"),
            LabelForm::Svg => ("image/svg+xml", "svg"),
            LabelForm::Zpl => ("application/zpl", "zpl"),
        }
    }
}

/// What labels are printed on: `58` is 58 x 40 mm, `80` is 80 x 60 mm, `a4` a sheet with 3 x 8 labels of 70 x 37 mm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum Size {
    /// 58 x 40 mm.
    #[default]
    #[serde(rename = "58")]
    Mm58,
    /// 80 x 60 mm.
    #[serde(rename = "80")]
    Mm80,
    /// 3 x 8 of 70 x 37 mm.
    #[serde(rename = "a4")]
    A4,
}

impl Size {
    fn printed(self) -> LabelSize {
        match self {
            Size::Mm58 => LabelSize::Mm58,
            Size::Mm80 => LabelSize::Mm80,
            Size::A4 => LabelSize::A4,
        }
    }

    /// Refuses a sheet of labels in the language of printers that have no sheets.
    ///
    /// # Errors
    /// `validation_failed` at `pointer`.
    pub fn checked(self, form: LabelForm, pointer: &str) -> Result<Self> {
        if self == Size::A4 && form == LabelForm::Zpl {
            return Problem::field(pointer, "a label printer has no sheets: ask for 58 or 80, or for a PDF").fail();
        }
        Ok(self)
    }
}

/// A label within another answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Label)]
pub struct LabelView {
    format: LabelForm,
    size: Size,
    /// What the printer gets.
    content: String,
}

/// The label of one parcel as text.
///
/// # Errors
/// Those of the database, and [`Error::Startup`] when it cannot be drawn.
pub fn view(tx: &mut Tx, parcel: &Parcel, format: LabelForm, size: Size) -> Result<LabelView> {
    let drawn = draw(&of(tx, std::slice::from_ref(parcel))?, format, size)?;
    let content = String::from_utf8(drawn).map_err(|_| Error::Startup("a label is not a text".to_owned()))?;
    Ok(LabelView { format, size, content })
}

/// All labels in one file.
///
/// # Errors
/// [`Error::Startup`] when they cannot be drawn.
pub fn draw(all: &[Label], form: LabelForm, size: Size) -> Result<Vec<u8>> {
    let size = size.printed();
    let drawn = match form {
        LabelForm::Pdf => labels::pdf(all, size),
        LabelForm::Png => labels::png(all, size),
        LabelForm::Svg => labels::svg(all, size).map(String::into_bytes),
        LabelForm::Zpl => labels::zpl(all, size).map(String::into_bytes),
    };
    drawn.map_err(|error| Error::Startup(error.to_string()))
}

/// What a label needs of an order.
struct Known {
    code: String,
    client_code: String,
    branch_code: String,
    /// The parcels that reach the customer, oldest first.
    parcels: Vec<ParcelId>,
}

/// What the labels of these parcels say, in their sequence.
///
/// # Errors
/// Those of the database.
pub fn of(tx: &mut Tx, parcels: &[Parcel]) -> Result<Vec<Label>> {
    let mut known: BTreeMap<OrderId, Known> = BTreeMap::new();
    let mut labels = Vec::new();
    for parcel in parcels {
        let order = match &parcel.order_id {
            None => None,
            Some(id) => {
                if !known.contains_key(id) {
                    known.insert(id.clone(), look_up(tx, id)?);
                }
                known.get(id)
            }
        };
        labels.push(label(parcel, order, &tx.firm.public_url));
    }
    Ok(labels)
}

fn look_up(tx: &mut Tx, id: &OrderId) -> Result<Known> {
    let order = orders::get(tx, id)?;
    let parcels = store::of_order(tx, id)?.into_iter();
    Ok(Known {
        client_code: customers::get(tx, &order.customer_id)?.client_code,
        branch_code: branches::get(tx, &order.pickup_point_id)?.code,
        parcels: parcels.filter(|parcel| reaches_customer(parcel.status)).map(|parcel| parcel.id).collect(),
        code: order.code,
    })
}

fn reaches_customer(status: Status) -> bool {
    !matches!(status, Status::Lost | Status::Returned)
}

fn label(parcel: &Parcel, order: Option<&Known>, public_url: &str) -> Label {
    let which = order.and_then(|order| order.parcels.iter().position(|id| *id == parcel.id));
    Label {
        client_code: order.map(|order| order.client_code.clone()).or_else(|| parcel.client_code.clone()),
        order_code: order.map(|order| order.code.clone()),
        barcode: parcel.barcode.clone(),
        tracking_number: parcel.tracking_number.clone(),
        track_url: order.map(|order| format!("{public_url}/t/{}", order.code)),
        branch_code: order.map(|order| order.branch_code.clone()),
        weight_g: parcel.weight_g,
        number: order.and_then(|order| which.map(|which| (which + 1, order.parcels.len()))),
    }
}
