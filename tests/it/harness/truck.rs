//! A truck that is as full as a real one, without a call for each parcel.

use serde::Serialize;
use torugart::code::{self, OrderCode};
use torugart::db::Tx;
use torugart::db::batch::{self, Kind::Text};
use torugart::error::Result;
use torugart::ids::{Actor, CustomerId, OrderId, ParcelId};
use torugart::shipments::{self, NewShipment, Scan};

use super::server::*;

/// How full.
#[derive(Clone, Copy)]
pub struct Size {
    pub customers: usize,
    pub orders: usize,
    pub parcels: usize,
}

/// A truck on the road and its parcels' barcodes.
pub struct Truck {
    pub code: String,
    pub barcodes: Vec<String>,
}

impl Server {
    /// A truck to Bishkek that has left with forwarding parcels of one kilogram.
    pub fn full_truck(&self, size: Size) -> Truck {
        let depart = |tx: &mut Tx| {
            let barcodes = received(tx, size)?;
            let new = NewShipment {
                route: "Torugart".to_owned(),
                vehicle: "01KG777ABC".to_owned(),
                to_branch: "BISH".to_owned(),
                ..NewShipment::default()
            };
            let code = shipments::open(tx, &new)?.code;
            let scans: Vec<_> = barcodes.iter().map(Scan::of).collect();
            shipments::load(tx, &code, &scans)?;
            shipments::depart(tx, &code, None)?;
            Ok(Truck { code, barcodes })
        };
        self.app.write_now(&Actor::System, depart).expect("a truck on the road")
    }
}

#[derive(Serialize)]
struct CustomerRow {
    id: CustomerId,
    client_code: String,
    name: &'static str,
    phone: String,
    language: &'static str,
    created_at: String,
    credit_tyiyn: i64,
}

#[derive(Serialize)]
struct OrderRow {
    id: OrderId,
    code: String,
    kind: &'static str,
    status: &'static str,
    version: i64,
    placed_by: &'static str,
    customer_id: CustomerId,
    name: &'static str,
    phone: String,
    language: &'static str,
    pickup_point_id: String,
    balance_tyiyn: i64,
    search: &'static str,
    created_at: String,
    updated_at: String,
}

#[derive(Serialize)]
struct ParcelRow {
    id: ParcelId,
    barcode: String,
    order_id: OrderId,
    status: &'static str,
    weight_g: i64,
    received_at: String,
    created_at: String,
    updated_at: String,
}

/// Customers, orders and parcels as if each had been received: the rows that a house full of work would have.
fn received(tx: &mut Tx, size: Size) -> Result<Vec<String>> {
    use batch::Kind::{Moment, Number};
    let at = tx.now.format("%F %T%.f").to_string();
    let branch = torugart::branches::find(tx, "BISH", "")?.id.to_string();
    let customers: Vec<_> = (0..size.customers)
        .map(|index| CustomerRow {
            id: CustomerId::new(),
            client_code: format!("KG-{}", 50_000 + index),
            name: "Эрмек",
            phone: format!("+996555{index:06}"),
            language: "ru",
            created_at: at.clone(),
            credit_tyiyn: 0,
        })
        .collect();
    let columns = [
        ("id", Text),
        ("client_code", Text),
        ("name", Text),
        ("phone", Text),
        ("language", Text),
        ("created_at", Moment),
        ("credit_tyiyn", Number),
    ];
    batch::insert(tx.conn, "customers", &columns, &customers)?;
    let orders: Vec<_> = (0..size.orders)
        .map(|index| OrderRow {
            id: OrderId::new(),
            code: OrderCode::generate("TG").to_string(),
            kind: "forwarding",
            status: "received_in_china",
            version: 1,
            placed_by: "operator",
            customer_id: customers[index % size.customers].id.clone(),
            name: "Эрмек",
            phone: customers[index % size.customers].phone.clone(),
            language: "ru",
            pickup_point_id: branch.clone(),
            balance_tyiyn: 0,
            search: "",
            created_at: at.clone(),
            updated_at: at.clone(),
        })
        .collect();
    let columns = [
        ("id", Text),
        ("code", Text),
        ("kind", Text),
        ("status", Text),
        ("version", Number),
        ("placed_by", Text),
        ("customer_id", Text),
        ("name", Text),
        ("phone", Text),
        ("language", Text),
        ("pickup_point_id", Text),
        ("balance_tyiyn", Number),
        ("search", Text),
        ("created_at", Moment),
        ("updated_at", Moment),
    ];
    batch::insert(tx.conn, "orders", &columns, &orders)?;
    let parcels: Vec<_> = (0..size.parcels)
        .map(|index| ParcelRow {
            id: ParcelId::new(),
            barcode: code::barcode(),
            order_id: orders[index % size.orders].id.clone(),
            status: "received",
            weight_g: 1_000,
            received_at: at.clone(),
            created_at: at.clone(),
            updated_at: at.clone(),
        })
        .collect();
    let columns = [
        ("id", Text),
        ("barcode", Text),
        ("order_id", Text),
        ("status", Text),
        ("weight_g", Number),
        ("received_at", Moment),
        ("created_at", Moment),
        ("updated_at", Moment),
    ];
    batch::insert(tx.conn, "parcels", &columns, &parcels)?;
    Ok(parcels.into_iter().map(|parcel| parcel.barcode).collect())
}
