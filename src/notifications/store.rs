//! The `notifications` table, which is the outbox, and what is known of the gateways: `gates`.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamp};

use super::gate::Gate;
use super::rules::Mark;
use super::{Channel, Occasion, State};
use crate::db::schema::gates;
use crate::db::schema::notifications::{self, table};
use crate::db::{Backend, Tx};
use crate::error::Result;
use crate::ids::{NotificationId, OrderId};
use crate::texts::Lang;

/// A message as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Notification {
    /// Identifier.
    pub id: NotificationId,
    /// What the gateway knows it by.
    pub message_id: String,
    /// The fact it tells, and the channel.
    pub dedupe_key: String,
    /// About which order.
    pub order_id: OrderId,
    /// What it is about.
    pub event: Occasion,
    /// Which way it goes.
    pub channel: Channel,
    /// Phone or address.
    pub recipient: String,
    /// `ky`, `ru` or `en`.
    pub language: String,
    /// Of a mail.
    pub subject: Option<String>,
    /// The text.
    pub body: String,
    /// Where it is.
    pub state: State,
    /// How often it was tried.
    pub attempts: i32,
    /// When it is due, or how long a worker may keep it.
    pub next_attempt_at: NaiveDateTime,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// What the gateway said.
    pub provider_note: Option<String>,
    /// When it was written.
    pub created_at: NaiveDateTime,
    /// When the gateway took it.
    pub sent_at: Option<NaiveDateTime>,
    /// 0 goes first.
    pub priority: i32,
    /// When it might go first.
    pub due_at: NaiveDateTime,
    /// After this it is not worth sending.
    pub useful_until: NaiveDateTime,
    /// Parts that an operator bills; 0 for mail.
    pub parts: i32,
    /// What they cost, tyiyn.
    pub cost_tyiyn: i64,
    /// When it arrived, by the gateway's word.
    pub delivered_at: Option<NaiveDateTime>,
    /// When the gateway is asked whether it arrived.
    pub report_due_at: Option<NaiveDateTime>,
    /// The message of another channel that this one stands in for.
    pub instead_of: Option<NotificationId>,
}

/// A message to be stored.
pub struct Draft {
    pub message_id: String,
    pub dedupe_key: String,
    pub order_id: OrderId,
    pub event: Occasion,
    pub channel: Channel,
    pub recipient: String,
    pub language: Lang,
    pub subject: Option<String>,
    pub body: String,
    pub priority: i32,
    pub due_at: NaiveDateTime,
    pub useful_until: NaiveDateTime,
    pub parts: i32,
    pub cost_tyiyn: i64,
}

/// Which messages to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// About this order.
    pub order: Option<OrderId>,
    /// In this state.
    pub state: Option<State>,
}

/// Rows of one statement: SQLite takes 32 766 values.
const CHUNK: usize = 500;
/// Values of one row.
const VALUES: usize = 17;

/// A fact that was told before is not told again: the dedupe key decides, without an error.
pub fn insert(tx: &mut Tx, drafts: &[Draft]) -> Result<()> {
    for chunk in drafts.chunks(CHUNK) {
        let rows: Vec<_> = (0..chunk.len()).map(|row| row_of_values(row * VALUES)).collect();
        let mut insert = diesel::sql_query(
            "INSERT INTO notifications (id, message_id, dedupe_key, order_id, event, channel, recipient, language, \
             subject, body, next_attempt_at, created_at, priority, due_at, useful_until, parts, cost_tyiyn, \
             state, attempts) VALUES ",
        )
        .into_boxed::<Backend>()
        .sql(rows.join(", "))
        .sql(" ON CONFLICT (dedupe_key) DO NOTHING");
        for draft in chunk {
            insert = insert
                .bind::<Text, _>(NotificationId::new())
                .bind::<Text, _>(&draft.message_id)
                .bind::<Text, _>(&draft.dedupe_key)
                .bind::<Text, _>(&draft.order_id)
                .bind::<Text, _>(draft.event)
                .bind::<Text, _>(draft.channel)
                .bind::<Text, _>(&draft.recipient)
                .bind::<Text, _>(draft.language.as_str())
                .bind::<Nullable<Text>, _>(&draft.subject)
                .bind::<Text, _>(&draft.body)
                .bind::<Timestamp, _>(draft.due_at)
                .bind::<Timestamp, _>(tx.now)
                .bind::<Integer, _>(draft.priority)
                .bind::<Timestamp, _>(draft.due_at)
                .bind::<Timestamp, _>(draft.useful_until)
                .bind::<Integer, _>(draft.parts)
                .bind::<BigInt, _>(draft.cost_tyiyn);
        }
        insert.execute(tx.conn)?;
    }
    Ok(())
}

/// `($1, …, $17, 'pending', 0)`, counted on from the rows before.
fn row_of_values(before: usize) -> String {
    let places: Vec<_> = (1..=VALUES).map(|value| format!("${}", before + value)).collect();
    format!("({}, 'pending', 0)", places.join(", "))
}

pub fn page(tx: &mut Tx, filter: &Filter, limit: i64, below: Option<&str>) -> Result<Vec<Notification>> {
    let mut query = table.order(notifications::id.desc()).limit(limit).into_boxed();
    if let Some(order) = &filter.order {
        query = query.filter(notifications::order_id.eq(order.clone()));
    }
    if let Some(state) = filter.state {
        query = query.filter(notifications::state.eq(state));
    }
    if let Some(below) = below {
        query = query.filter(notifications::id.lt(below.to_owned()));
    }
    Ok(query.load(tx.conn)?)
}

pub fn by_id(tx: &mut Tx, id: &NotificationId) -> Result<Option<Notification>> {
    Ok(table.find(id).first(tx.conn).optional()?)
}

/// The urgent ones first.
pub fn by_ids(tx: &mut Tx, ids: &[String]) -> Result<Vec<Notification>> {
    let rows = table.filter(notifications::id.eq_any(ids.to_vec()));
    Ok(rows.order((notifications::priority, notifications::id)).load(tx.conn)?)
}

/// Whether anything of a channel is due, or too old to wait on; spares an idle worker a transaction.
pub fn is_anything_due(tx: &mut Tx, channel: Channel) -> Result<bool> {
    let unsent = notifications::state.eq_any([State::Pending, State::Sending]);
    let due = notifications::next_attempt_at.le(tx.now).or(notifications::useful_until.le(tx.now));
    let rows = table.filter(notifications::channel.eq(channel)).filter(unsent).filter(due);
    Ok(rows.select(notifications::id).first::<NotificationId>(tx.conn).optional()?.is_some())
}

/// What is too old to be of use becomes a dead letter that staff see; what a worker has right now is left to it.
pub fn expire(tx: &mut Tx, channel: Channel) -> Result<usize> {
    let nobodys = notifications::state
        .eq(State::Pending)
        .or(notifications::state.eq(State::Sending).and(notifications::next_attempt_at.le(tx.now)));
    let stale =
        table.filter(notifications::channel.eq(channel)).filter(notifications::useful_until.le(tx.now)).filter(nobodys);
    let expired = diesel::update(stale)
        .set((
            notifications::state.eq(State::Expired),
            notifications::next_attempt_at.eq(tx.now),
            notifications::last_error.eq(Some("too old to be of use")),
        ))
        .execute(tx.conn)?;
    Ok(expired)
}

/// Writes what became of an attempt, unless the lease ended and another worker has the message now.
pub fn mark(tx: &mut Tx, claimed: &Notification, mark: &Mark) -> Result<()> {
    let sent_at = (mark.state == State::Sent).then_some(tx.now);
    let still_ours = table
        .find(&claimed.id)
        .filter(notifications::state.eq(State::Sending))
        .filter(notifications::attempts.eq(claimed.attempts));
    diesel::update(still_ours)
        .set((
            notifications::state.eq(mark.state),
            notifications::attempts.eq(mark.attempts),
            notifications::next_attempt_at.eq(mark.next_attempt_at),
            notifications::last_error.eq(&mark.error),
            notifications::provider_note.eq(&mark.note),
            notifications::sent_at.eq(sent_at),
            notifications::report_due_at.eq(mark.report_due_at),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn revive(tx: &mut Tx, id: &NotificationId, useful_until: NaiveDateTime) -> Result<()> {
    diesel::update(table.find(id))
        .set((
            notifications::state.eq(State::Pending),
            notifications::attempts.eq(0),
            notifications::next_attempt_at.eq(tx.now),
            notifications::due_at.eq(tx.now),
            notifications::useful_until.eq(useful_until),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// When the gateway is asked next whether this one arrived; never again without a time.
pub fn ask_at(tx: &mut Tx, sent: &Notification, at: Option<NaiveDateTime>) -> Result<()> {
    diesel::update(table.find(&sent.id)).set(notifications::report_due_at.eq(at)).execute(tx.conn)?;
    Ok(())
}

/// The gateway is asked about these messages at once, if it has not said enough yet.
pub fn ask_now(tx: &mut Tx, message_ids: &[String]) -> Result<()> {
    let open = table
        .filter(notifications::message_id.eq_any(message_ids.to_vec()))
        .filter(notifications::state.eq(State::Sent))
        .filter(notifications::report_due_at.gt(tx.now));
    diesel::update(open).set(notifications::report_due_at.eq(tx.now)).execute(tx.conn)?;
    Ok(())
}

/// It arrived.
pub fn arrived(tx: &mut Tx, sent: &Notification, at: NaiveDateTime) -> Result<()> {
    let none: Option<NaiveDateTime> = None;
    diesel::update(table.find(&sent.id).filter(notifications::state.eq(State::Sent)))
        .set((
            notifications::state.eq(State::Delivered),
            notifications::delivered_at.eq(at),
            notifications::report_due_at.eq(none),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// It will not arrive.
pub fn lost(tx: &mut Tx, sent: &Notification, reason: &str) -> Result<()> {
    let none: Option<NaiveDateTime> = None;
    diesel::update(table.find(&sent.id).filter(notifications::state.eq(State::Sent)))
        .set((
            notifications::state.eq(State::Undelivered),
            notifications::last_error.eq(reason),
            notifications::report_due_at.eq(none),
        ))
        .execute(tx.conn)?;
    Ok(())
}

#[derive(Queryable)]
struct GateRow {
    failures: i32,
    rests_until: Option<NaiveDateTime>,
    next_slot_at: NaiveDateTime,
    turns: i64,
}

impl From<GateRow> for Gate {
    fn from(row: GateRow) -> Self {
        let GateRow { failures, rests_until, next_slot_at, turns } = row;
        Self { failures, rests_until, next_slot_at, turns }
    }
}

type GateColumns = (gates::failures, gates::rests_until, gates::next_slot_at, gates::turns);
const GATE: GateColumns = (gates::failures, gates::rests_until, gates::next_slot_at, gates::turns);

pub fn gate(tx: &mut Tx, channel: Channel) -> Result<Gate> {
    Ok(gates::table.find(channel).select(GATE).first::<GateRow>(tx.conn)?.into())
}

/// Locks a gateway's row until the end of the transaction; whoever wants a message's row too takes this one first.
pub fn lock_gate(tx: &mut Tx, channel: Channel) -> Result<Gate> {
    let row: GateRow = diesel::update(gates::table.find(channel))
        .set(gates::failures.eq(gates::failures))
        .returning(GATE)
        .get_result(tx.conn)?;
    Ok(row.into())
}

pub fn save_gate(tx: &mut Tx, channel: Channel, gate: &Gate) -> Result<()> {
    diesel::update(gates::table.find(channel))
        .set((
            gates::failures.eq(gate.failures),
            gates::rests_until.eq(gate.rests_until),
            gates::next_slot_at.eq(gate.next_slot_at),
            gates::turns.eq(gate.turns),
        ))
        .execute(tx.conn)?;
    Ok(())
}
