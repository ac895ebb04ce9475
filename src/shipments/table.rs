//! Shipments in a file.

use super::Shipment;
use crate::branches;
use crate::db::Tx;
use crate::error::Result;
use crate::exports::Listed;
use crate::sheets::table::Value;

impl Listed for Shipment {
    const NAME: &'static str = "shipments";
    const COLUMNS: &'static [(&'static str, u16)] = &[
        ("code", 15),
        ("status", 12),
        ("route", 40),
        ("vehicle", 18),
        ("cmr_number", 18),
        ("to_branch", 10),
        ("created_at", 17),
        ("departed_at", 17),
        ("arrived_at", 17),
    ];

    fn values(tx: &mut Tx, rows: Vec<Self>) -> Result<Vec<Vec<Value>>> {
        let codes = branches::codes(tx)?;
        let values = |row: Self| {
            vec![
                Value::text(row.code),
                Value::text(row.status.as_str()),
                Value::text(row.route),
                Value::text(row.vehicle),
                Value::maybe(row.cmr_number),
                Value::maybe(codes.get(&row.to_branch_id)),
                Value::at(row.created_at),
                Value::maybe_at(row.departed_at),
                Value::maybe_at(row.arrived_at),
            ]
        };
        Ok(rows.into_iter().map(values).collect())
    }
}
