//! Orders, parcels, messages and cash shifts in a file, with the codes that people know in place of identifiers.

use crate::branches;
use crate::customers;
use crate::db::Tx;
use crate::error::Result;
use crate::exports::Listed;
use crate::notifications::{self, Notification};
use crate::orders::{self, Order};
use crate::parcels::Parcel;
use crate::sheets::table::Value;
use crate::shifts::{self, Shift};
use crate::shipments;

impl Listed for Order {
    const NAME: &'static str = "orders";
    const COLUMNS: &'static [(&'static str, u16)] = &[
        ("code", 18),
        ("kind", 11),
        ("status", 18),
        ("client_code", 12),
        ("name", 28),
        ("phone", 17),
        ("balance_kgs", 13),
        ("pickup_point", 12),
        ("marketplace", 12),
        ("marketplace_order_no", 24),
        ("free_storage_until", 18),
        ("created_at", 17),
        ("updated_at", 17),
    ];

    fn values(tx: &mut Tx, rows: Vec<Self>) -> Result<Vec<Vec<Value>>> {
        let codes = branches::codes(tx)?;
        let owners = customers::many(tx, rows.iter().map(|row| row.customer_id.clone()).collect())?;
        let values = |row: Self| {
            vec![
                Value::text(row.code),
                Value::text(row.kind.as_str()),
                Value::text(row.status.as_str()),
                Value::maybe(owners.get(&row.customer_id).map(|owner| owner.client_code.as_str())),
                Value::text(row.name),
                Value::phone(&row.phone),
                Value::minor(row.balance_tyiyn),
                Value::maybe(codes.get(&row.pickup_point_id)),
                Value::maybe(row.marketplace),
                Value::maybe(row.marketplace_order_no),
                Value::maybe_at(row.free_storage_until),
                Value::at(row.created_at),
                Value::at(row.updated_at),
            ]
        };
        Ok(rows.into_iter().map(values).collect())
    }
}

impl Listed for Parcel {
    const NAME: &'static str = "parcels";
    const COLUMNS: &'static [(&'static str, u16)] = &[
        ("barcode", 14),
        ("tracking_number", 20),
        ("order_code", 18),
        ("client_code", 12),
        ("status", 15),
        ("condition", 20),
        ("weight_kg", 10),
        ("length_mm", 10),
        ("width_mm", 10),
        ("height_mm", 10),
        ("note", 30),
        ("shipment", 15),
        ("branch", 10),
        ("freight_kgs", 12),
        ("received_at", 17),
        ("arrived_at", 17),
        ("picked_up_at", 17),
    ];

    fn values(tx: &mut Tx, rows: Vec<Self>) -> Result<Vec<Vec<Value>>> {
        let codes = branches::codes(tx)?;
        let orders = orders::many(tx, rows.iter().filter_map(|row| row.order_id.clone()).collect())?;
        let trucks = shipments::many(tx, rows.iter().filter_map(|row| row.shipment_id.clone()).collect())?;
        let values = |row: Self| {
            let order = row.order_id.and_then(|id| orders.get(&id));
            let truck = row.shipment_id.and_then(|id| trucks.get(&id));
            vec![
                Value::text(row.barcode),
                Value::maybe(row.tracking_number),
                Value::maybe(order.map(|order| order.code.as_str())),
                Value::maybe(row.client_code),
                Value::text(row.status.as_str()),
                Value::maybe(row.condition),
                Value::kilograms(row.weight_g),
                Value::maybe_whole(row.length_mm),
                Value::maybe_whole(row.width_mm),
                Value::maybe_whole(row.height_mm),
                Value::maybe(row.note),
                Value::maybe(truck.map(|truck| truck.code.as_str())),
                Value::maybe(row.branch_id.and_then(|id| codes.get(&id))),
                row.freight_tyiyn.map_or(Value::Empty, Value::minor),
                Value::maybe_at(row.received_at),
                Value::maybe_at(row.arrived_at),
                Value::maybe_at(row.picked_up_at),
            ]
        };
        Ok(rows.into_iter().map(values).collect())
    }
}

impl Listed for Notification {
    const NAME: &'static str = "notifications";
    const COLUMNS: &'static [(&'static str, u16)] = &[
        ("message_id", 15),
        ("order_code", 18),
        ("event", 20),
        ("channel", 9),
        ("recipient", 20),
        ("language", 9),
        ("state", 10),
        ("attempts", 9),
        ("subject", 30),
        ("text", 60),
        ("last_error", 30),
        ("provider_note", 30),
        ("created_at", 17),
        ("sent_at", 17),
        ("delivered_at", 17),
        ("parts", 7),
        ("cost", 9),
    ];

    fn values(tx: &mut Tx, rows: Vec<Self>) -> Result<Vec<Vec<Value>>> {
        let orders = orders::many(tx, rows.iter().filter_map(|row| row.order_id.clone()).collect())?;
        let values = |row: Self| {
            vec![
                Value::text(row.message_id),
                Value::maybe(row.order_id.as_ref().and_then(|id| orders.get(id)).map(|order| order.code.as_str())),
                Value::text(row.event.as_str()),
                Value::text(row.channel.as_str()),
                Value::text(notifications::http::masked(row.channel, &row.recipient)),
                Value::text(row.language),
                Value::text(row.state.as_str()),
                Value::whole(row.attempts),
                Value::maybe(row.subject),
                Value::text(row.body),
                Value::maybe(row.last_error),
                Value::maybe(row.provider_note),
                Value::at(row.created_at),
                Value::maybe_at(row.sent_at),
                Value::maybe_at(row.delivered_at),
                Value::whole(row.parts),
                Value::minor(row.cost_tyiyn),
            ]
        };
        Ok(rows.into_iter().map(values).collect())
    }
}

impl Listed for Shift {
    const NAME: &'static str = "cash-shifts";
    const COLUMNS: &'static [(&'static str, u16)] = &[
        ("number", 9),
        ("branch", 10),
        ("till", 20),
        ("cashier", 20),
        ("opened_at", 17),
        ("opening_kgs", 14),
        ("cash_in_kgs", 14),
        ("cash_out_kgs", 14),
        ("moved_in_kgs", 14),
        ("moved_out_kgs", 14),
        ("expected_kgs", 14),
        ("counted_kgs", 14),
        ("difference_kgs", 14),
        ("explanation", 40),
        ("closed_at", 17),
        ("closed_by", 20),
    ];

    fn values(tx: &mut Tx, rows: Vec<Self>) -> Result<Vec<Vec<Value>>> {
        let codes = branches::codes(tx)?;
        let values = |row: Self| {
            let content = shifts::content(tx, &row)?;
            Ok(vec![
                Value::whole(row.number),
                Value::maybe(codes.get(&row.branch_id)),
                Value::text(&row.till),
                Value::text(&row.cashier),
                Value::at(row.opened_at),
                Value::minor(content.opening_tyiyn),
                Value::minor(content.payments_tyiyn),
                Value::minor(content.returned_tyiyn),
                Value::minor(content.moved_in_tyiyn),
                Value::minor(content.moved_out_tyiyn),
                Value::minor(content.expected_tyiyn),
                row.counted_tyiyn.map_or(Value::Empty, Value::minor),
                row.difference().map_or(Value::Empty, |difference| Value::minor(difference.amount)),
                Value::maybe(row.explanation),
                Value::maybe_at(row.closed_at),
                Value::maybe(row.closed_by),
            ])
        };
        rows.into_iter().map(values).collect()
    }
}
