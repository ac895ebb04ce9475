//! Whether what the database keeps ready for everybody with a code is what it would be, were it made anew.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde_json::Value;
use torugart::db::schema::{events, orders, parcels, public_views};

use super::server::Server;

#[derive(Debug, Default, PartialEq)]
struct Shown {
    status: String,
    balance_tyiyn: i64,
    pickup_point_id: String,
    free_storage_until: Option<NaiveDateTime>,
    changed_at: NaiveDateTime,
    timeline: Vec<Value>,
    arrived: i64,
    total: i64,
    truck_id: Option<String>,
}

type All = BTreeMap<String, Shown>;

/// Microseconds since 1970, kind, status, place and the two counts of an entry.
fn entry(at: NaiveDateTime, kind: String, status: String, place: Option<String>, data: &str) -> Value {
    let data: Value = serde_json::from_str(data).expect("data of an entry");
    let number = |name: &str| data[name].as_i64().unwrap_or(0);
    serde_json::json!([at.and_utc().timestamp_micros(), kind, status, place, number("arrived"), number("total")])
}

fn made_anew(conn: &mut torugart::db::Conn) -> QueryResult<All> {
    type Head = (String, String, String, i64, String, Option<NaiveDateTime>, NaiveDateTime);
    let (mut all, mut codes) = (All::new(), BTreeMap::new());
    let heads: Vec<Head> = orders::table
        .select((
            orders::id,
            orders::code,
            orders::status,
            orders::balance_tyiyn,
            orders::pickup_point_id,
            orders::free_storage_until,
            orders::created_at,
        ))
        .load(conn)?;
    for (id, code, status, balance_tyiyn, pickup_point_id, free_storage_until, changed_at) in heads {
        let head = Shown { status, balance_tyiyn, pickup_point_id, free_storage_until, changed_at, ..Shown::default() };
        all.insert(code.clone(), head);
        codes.insert(id, code);
    }
    type Event = (String, NaiveDateTime, NaiveDateTime, String, String, Option<String>, String);
    let rows: Vec<Event> = events::table
        .select((
            events::order_id,
            events::at,
            events::recorded_at,
            events::kind,
            events::status,
            events::place,
            events::data,
        ))
        .order((events::order_version, events::id))
        .load(conn)?;
    for (order, at, recorded_at, kind, status, place, data) in rows {
        let shown = all.get_mut(&codes[&order]).expect("an order");
        shown.changed_at = shown.changed_at.max(recorded_at);
        shown.timeline.push(entry(at, kind, status, place, &data));
    }
    let boxes: Vec<(String, String, Option<String>)> = parcels::table
        .filter(parcels::order_id.is_not_null())
        .select((parcels::order_id.assume_not_null(), parcels::status, parcels::shipment_id))
        .load(conn)?;
    let mut loaded = BTreeMap::<&String, Option<String>>::new();
    for (order, status, shipment) in boxes {
        let code = &codes[&order];
        let shown = all.get_mut(code).expect("an order");
        shown.total += 1;
        shown.arrived += i64::from(["arrived", "picked_up"].contains(&status.as_str()));
        match status.as_str() {
            "in_transit" => shown.truck_id = shipment.max(shown.truck_id.take()),
            "packed" => {
                let latest = loaded.entry(code).or_default();
                *latest = shipment.max(latest.take());
            }
            _ => {}
        }
    }
    for (code, shipment) in loaded {
        let shown = all.get_mut(code).expect("an order");
        shown.truck_id = shown.truck_id.take().or(shipment);
    }
    Ok(all)
}

fn kept_ready(conn: &mut torugart::db::Conn) -> QueryResult<All> {
    type Row = (String, String, i64, String, Option<NaiveDateTime>, NaiveDateTime, String, i64, i64, Option<String>);
    let rows: Vec<Row> = public_views::table.load(conn)?;
    let shown = |(
        code,
        status,
        balance_tyiyn,
        pickup_point_id,
        free_storage_until,
        changed_at,
        arrays,
        arrived,
        total,
        truck_id,
    ): Row| {
        let timeline =
            serde_json::Deserializer::from_str(&arrays).into_iter().collect::<Result<_, _>>().expect("arrays");
        let shown = Shown {
            status,
            balance_tyiyn,
            pickup_point_id,
            free_storage_until,
            changed_at,
            timeline,
            arrived,
            total,
            truck_id,
        };
        (code, shown)
    };
    Ok(rows.into_iter().map(shown).collect())
}

impl Server {
    /// Panics when what everybody sees is not what there is.
    pub fn assert_views_are_true(&self) {
        let (ready, anew) = self.app.db.read(|conn| Ok((kept_ready(conn)?, made_anew(conn)?))).expect("orders");
        assert_eq!(ready, anew, "kept ready, and made anew");
    }
}
