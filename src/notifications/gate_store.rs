//! The `gates` table: what is known of the gateways.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::Channel;
use super::gate::Gate;
use crate::db::Tx;
use crate::db::schema::gates;
use crate::error::Result;

#[derive(Queryable)]
struct GateRow {
    failures: i32,
    rests_until: Option<NaiveDateTime>,
    next_slot_at: NaiveDateTime,
    turns: i64,
    day: NaiveDate,
    day_parts: i64,
}

impl From<GateRow> for Gate {
    fn from(row: GateRow) -> Self {
        let GateRow { failures, rests_until, next_slot_at, turns, day, day_parts } = row;
        Self { failures, rests_until, next_slot_at, turns, day, day_parts }
    }
}

type Columns = (gates::failures, gates::rests_until, gates::next_slot_at, gates::turns, gates::day, gates::day_parts);
const COLUMNS: Columns =
    (gates::failures, gates::rests_until, gates::next_slot_at, gates::turns, gates::day, gates::day_parts);

pub fn get(tx: &mut Tx, channel: Channel) -> Result<Gate> {
    Ok(gates::table.find(channel).select(COLUMNS).first::<GateRow>(tx.conn)?.into())
}

/// Locks a gateway's row until the end of the transaction; whoever wants a message's row too takes this one first.
pub fn lock(tx: &mut Tx, channel: Channel) -> Result<Gate> {
    let row: GateRow = diesel::update(gates::table.find(channel))
        .set(gates::failures.eq(gates::failures))
        .returning(COLUMNS)
        .get_result(tx.conn)?;
    Ok(row.into())
}

pub fn save(tx: &mut Tx, channel: Channel, gate: &Gate) -> Result<()> {
    diesel::update(gates::table.find(channel))
        .set((
            gates::failures.eq(gate.failures),
            gates::rests_until.eq(gate.rests_until),
            gates::next_slot_at.eq(gate.next_slot_at),
            gates::turns.eq(gate.turns),
            gates::day.eq(gate.day),
            gates::day_parts.eq(gate.day_parts),
        ))
        .execute(tx.conn)?;
    Ok(())
}
