//! The broker's manifest as a table.

use std::collections::BTreeSet;

use chrono::NaiveDateTime;

use super::Goods;
use crate::branches::Branch;
use crate::sheets::table::{Column, Form, Head, Table, TableError, Value};
use crate::shipments::Shipment;
use crate::texts::{self, Lang};

/// The columns, and their widths in characters.
const COLUMNS: [(&str, u16); 15] = [
    ("manifest-number", 6),
    ("manifest-recipient", 28),
    ("manifest-phone", 17),
    ("manifest-order", 18),
    ("manifest-client", 12),
    ("manifest-barcode", 14),
    ("manifest-tracking", 20),
    ("manifest-box", 7),
    ("manifest-goods", 50),
    ("manifest-quantity", 10),
    ("manifest-weight", 12),
    ("manifest-value", 12),
    ("manifest-currency", 9),
    ("manifest-marketplace", 12),
    ("manifest-marketplace-order", 24),
];

/// Sums over a truck. What is not known is counted, not guessed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Boxes.
    pub parcels: usize,
    /// Orders.
    pub orders: usize,
    /// Customers.
    pub recipients: usize,
    /// Pieces, as far as they are known.
    pub quantity: i64,
    /// Grams, as far as it was weighed.
    pub weight_g: i64,
    /// Boxes that were not weighed.
    pub without_weight: usize,
    /// Fen, as far as it is known.
    pub value_fen: i64,
    /// Boxes of unknown value.
    pub without_value: usize,
}

impl Totals {
    /// Adds a truck up.
    pub fn of(goods: &[Goods]) -> Self {
        let whose = || goods.iter().filter_map(|goods| goods.order.as_ref());
        Self {
            parcels: goods.len(),
            orders: whose().map(|whose| &whose.order_code).collect::<BTreeSet<_>>().len(),
            recipients: whose().map(|whose| &whose.customer_id).collect::<BTreeSet<_>>().len(),
            quantity: whose().filter_map(|whose| whose.quantity).sum(),
            weight_g: goods.iter().filter_map(|goods| goods.parcel.weight_g).sum(),
            without_weight: goods.iter().filter(|goods| goods.parcel.weight_g.is_none()).count(),
            value_fen: goods.iter().filter_map(|goods| goods.value_fen).sum(),
            without_value: goods.iter().filter(|goods| goods.value_fen.is_none()).count(),
        }
    }
}

/// Writes the manifest of a truck.
///
/// # Errors
/// [`TableError`].
pub fn table(
    form: Form,
    (shipment, to, made_at): (&Shipment, &Branch, NaiveDateTime),
    goods: &[Goods],
    lang: Lang,
) -> Result<Table, TableError> {
    let totals = Totals::of(goods);
    let mut table = Table::begin(form, &head((shipment, to, made_at), totals, lang))?;
    for (goods, number) in goods.iter().zip(1_i64..) {
        table.row(&row(number, goods))?;
    }
    let mut sums = vec![Value::Empty; COLUMNS.len()];
    sums[1] = Value::text(texts::text(lang, "manifest-total", &[]));
    sums[9] = Value::whole(totals.quantity);
    sums[10] = Value::kilograms(Some(totals.weight_g));
    sums[11] = Value::minor(totals.value_fen);
    sums[12] = Value::text("CNY");
    table.totals(&sums)?;
    Ok(table)
}

fn head((shipment, to, made_at): (&Shipment, &Branch, NaiveDateTime), totals: Totals, lang: Lang) -> Head {
    let word = |key| texts::text(lang, key, &[]);
    let count = |count: usize| Value::whole(i64::try_from(count).unwrap_or(i64::MAX));
    let lines = [
        ("manifest-shipment", Value::text(&shipment.code)),
        ("manifest-route", Value::text(&shipment.route)),
        ("manifest-vehicle", Value::text(&shipment.vehicle)),
        ("manifest-cmr", Value::maybe(shipment.cmr_number.as_ref())),
        ("manifest-to", Value::text(format!("{}, {} ({})", to.city, to.name, to.code))),
        ("manifest-departed", Value::maybe_at(shipment.departed_at)),
        ("manifest-made", Value::at(made_at)),
        ("manifest-parcels", count(totals.parcels)),
        ("manifest-recipients", count(totals.recipients)),
    ];
    Head {
        name: word("manifest-sheet"),
        // Names stand in the narrow first column and run over; the values begin in the second.
        lines: lines.map(|(key, value)| (word(key), value)).to_vec(),
        columns: COLUMNS.map(|(key, width)| Column::new(word(key), width)).to_vec(),
    }
}

fn row(number: i64, goods: &Goods) -> Vec<Value> {
    let whose = goods.order.as_ref();
    let of_order = |part: fn(&super::Whose) -> Option<&str>| Value::maybe(whose.and_then(part));
    vec![
        Value::whole(number),
        of_order(|whose| Some(&whose.name)),
        whose.map_or(Value::Empty, |whose| Value::phone(&whose.phone)),
        of_order(|whose| Some(&whose.order_code)),
        Value::maybe(whose.map(|whose| whose.client_code.as_str()).or(goods.parcel.client_code.as_deref())),
        Value::text(&goods.parcel.barcode),
        Value::maybe(goods.parcel.tracking_number.as_ref()),
        whose.map_or(Value::Empty, |whose| Value::text(format!("{} / {}", whose.place.0, whose.place.1))),
        of_order(|whose| whose.description.as_deref()),
        Value::maybe_whole(whose.and_then(|whose| whose.quantity)),
        Value::kilograms(goods.parcel.weight_g),
        goods.value_fen.map_or(Value::Empty, Value::minor),
        Value::maybe(goods.value_fen.map(|_| "CNY")),
        of_order(|whose| whose.marketplace.as_deref()),
        of_order(|whose| whose.marketplace_order_no.as_deref()),
    ]
}
