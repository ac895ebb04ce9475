//! The `orders`, `order_items` and `events` tables.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{EventKind, Kind, NewOrder, Status, rules};
use crate::code::OrderCode;
use crate::db::schema::{events, order_items, orders};
use crate::db::{Backend, Tx, batch, search, sight};
use crate::error::Result;
use crate::ids::{Actor, BranchId, CustomerId, EntryId, OrderId};
use crate::ledger::Account;
use crate::money::Currency;

/// Statuses of a forwarding order that has not left China.
pub(super) const OPEN_FORWARDING: [Status; 2] = [Status::AwaitingParcel, Status::ReceivedInChina];

/// An order as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Order {
    /// Identifier.
    pub id: OrderId,
    /// The order code, canonical.
    pub code: String,
    /// Who buys.
    pub kind: Kind,
    /// Where it is.
    pub status: Status,
    /// How often it was written.
    pub version: i64,
    /// Login of the staff member, `customer` or `system`.
    pub placed_by: String,
    /// Whose it is.
    pub customer_id: CustomerId,
    /// Name given with this order.
    pub name: String,
    /// E.164.
    pub phone: String,
    /// E-mail given with this order.
    pub email: Option<String>,
    /// `ky`, `ru` or `en`.
    pub language: String,
    /// Where it is picked up.
    pub pickup_point_id: BranchId,
    /// What the customer owes, tyiyn; negative is credit. Always the sum of the ledger's receivable.
    pub balance_tyiyn: i64,
    /// Where it was bought.
    pub marketplace: Option<String>,
    /// Its number there.
    pub marketplace_order_no: Option<String>,
    /// When the customer was told that it is ready.
    pub announced_at: Option<NaiveDateTime>,
    /// Until when storage is free.
    pub free_storage_until: Option<NaiveDateTime>,
    /// Lower-cased text to search in.
    pub search: String,
    /// When it was placed.
    pub created_at: NaiveDateTime,
    /// When it was last written.
    pub updated_at: NaiveDateTime,
    /// Since when it waits for its customer although not all of it is here.
    pub released_at: Option<NaiveDateTime>,
    /// Since when it counts as not collected.
    pub uncollected_at: Option<NaiveDateTime>,
}

impl Order {
    /// The ledger's account of what its customer owes.
    pub fn receivable(&self) -> Account {
        Account::Receivable(self.code.clone())
    }
}

/// One thing somebody wants, as stored.
#[derive(Clone, Debug, Queryable)]
pub struct Item {
    /// Of which order.
    pub order_id: OrderId,
    /// Which one.
    pub position: i32,
    /// In words.
    pub description: String,
    /// Where they saw it.
    pub link: Option<String>,
    /// How many.
    pub quantity: i32,
    /// What they would spend, minor units.
    pub budget_minor: Option<i64>,
    /// In which currency.
    pub budget_currency: Option<Currency>,
    /// Wishes.
    pub note: Option<String>,
}

/// An entry of a timeline as stored.
#[derive(Clone, Debug, Queryable)]
pub struct TimelineRow {
    /// Identifier.
    pub id: EntryId,
    /// Of which order.
    pub order_id: OrderId,
    /// When it happened.
    pub at: NaiveDateTime,
    /// When it was written down.
    pub recorded_at: NaiveDateTime,
    /// By whom.
    pub actor: String,
    /// What.
    pub kind: EventKind,
    /// The order's status after it.
    pub status: Status,
    /// Where.
    pub place: Option<String>,
    /// JSON object.
    pub data: String,
    /// Of the order, after it.
    pub order_version: i64,
}

/// Which orders to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In this status.
    pub status: Option<Status>,
    /// With this text in code, name, phone or items.
    pub q: Option<String>,
    /// Of this phone, E.164.
    pub phone: Option<String>,
    /// Picked up here.
    pub branch: Option<BranchId>,
    /// Placed at or after.
    pub from: Option<NaiveDateTime>,
    /// Placed before.
    pub to: Option<NaiveDateTime>,
    /// Only those that wait and count as not collected.
    pub is_uncollected: bool,
}

pub fn insert(
    tx: &mut Tx,
    code: &OrderCode,
    status: Status,
    customer: &CustomerId,
    pickup_point: &BranchId,
    new: &NewOrder,
) -> Result<Order> {
    let order: Order = diesel::insert_into(orders::table)
        .values((
            orders::id.eq(OrderId::new()),
            orders::code.eq(code.as_str()),
            orders::kind.eq(new.kind),
            orders::status.eq(status),
            orders::version.eq(1_i64),
            orders::placed_by.eq(tx.by.name()),
            orders::customer_id.eq(customer),
            orders::name.eq(&new.person.name),
            orders::phone.eq(new.person.phone.as_str()),
            orders::email.eq(&new.person.email),
            orders::language.eq(new.person.language.as_str()),
            orders::pickup_point_id.eq(pickup_point),
            orders::balance_tyiyn.eq(0_i64),
            orders::search.eq(search_text(code, new)),
            orders::created_at.eq(tx.now),
            orders::updated_at.eq(tx.now),
        ))
        .returning(orders::all_columns)
        .get_result(tx.conn)?;
    for (position, item) in (0_i32..).zip(&new.items) {
        diesel::insert_into(order_items::table)
            .values((
                order_items::order_id.eq(&order.id),
                order_items::position.eq(position),
                order_items::description.eq(&item.description),
                order_items::link.eq(&item.link),
                order_items::quantity.eq(item.quantity),
                order_items::budget_minor.eq(item.budget.map(|budget| budget.amount)),
                order_items::budget_currency.eq(item.budget.map(|budget| budget.currency)),
                order_items::note.eq(&item.note),
            ))
            .execute(tx.conn)?;
    }
    Ok(order)
}

/// SQLite folds case for ASCII only, so the text is lower-cased here, by Unicode.
fn search_text(code: &OrderCode, new: &NewOrder) -> String {
    let mut words = vec![code.as_str(), &new.person.name, new.person.phone.as_str()];
    words.extend(new.items.iter().map(|item| item.description.as_str()));
    words.join(" ").to_lowercase()
}

pub fn by_code(tx: &mut Tx, code: &str) -> Result<Option<Order>> {
    Ok(orders::table.filter(orders::code.eq(code)).filter(sight::orders(tx)).first(tx.conn).optional()?)
}

pub fn by_code_anywhere(tx: &mut Tx, code: &str) -> Result<Option<Order>> {
    Ok(orders::table.filter(orders::code.eq(code)).first(tx.conn).optional()?)
}

/// The phone that an order was placed with, and nothing else of it: as little to read as when there is none.
pub fn phone_of(tx: &mut Tx, code: &str) -> Result<Option<String>> {
    Ok(orders::table.filter(orders::code.eq(code)).select(orders::phone).first(tx.conn).optional()?)
}

pub fn by_id(tx: &mut Tx, id: &OrderId) -> Result<Option<Order>> {
    Ok(orders::table.find(id).filter(sight::orders(tx)).first(tx.conn).optional()?)
}

/// The codes of orders; SQLite takes so many values in one statement at most.
pub fn codes(tx: &mut Tx, ids: &[OrderId]) -> Result<HashMap<OrderId, String>> {
    let mut codes = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(1_000) {
        let wanted = orders::table.filter(orders::id.eq_any(ids.to_vec()));
        codes.extend(wanted.select((orders::id, orders::code)).load::<(OrderId, String)>(tx.conn)?);
    }
    Ok(codes)
}

pub fn by_code_of(tx: &mut Tx, customer: &CustomerId, code: &str) -> Result<Option<Order>> {
    let own = orders::table.filter(orders::customer_id.eq(customer)).filter(orders::code.eq(code));
    Ok(own.first(tx.conn).optional()?)
}

pub fn page_of(tx: &mut Tx, customer: &CustomerId, limit: i64, below: Option<&str>) -> Result<Vec<Order>> {
    let mut query =
        orders::table.filter(orders::customer_id.eq(customer)).order(orders::id.desc()).limit(limit).into_boxed();
    if let Some(below) = below {
        query = query.filter(orders::id.lt(below.to_owned()));
    }
    Ok(query.load(tx.conn)?)
}

/// The update takes the row lock on PostgreSQL; SQLite has one writer anyway.
pub fn lock_by_code(tx: &mut Tx, code: &str) -> Result<Option<Order>> {
    Ok(diesel::update(orders::table.filter(orders::code.eq(code)).filter(sight::orders(tx)))
        .set((orders::version.eq(orders::version + 1), orders::updated_at.eq(tx.now)))
        .returning(orders::all_columns)
        .get_result(tx.conn)
        .optional()?)
}

pub fn lock_by_id(tx: &mut Tx, id: &OrderId) -> Result<Option<Order>> {
    Ok(diesel::update(orders::table.find(id).filter(sight::orders(tx)))
        .set((orders::version.eq(orders::version + 1), orders::updated_at.eq(tx.now)))
        .returning(orders::all_columns)
        .get_result(tx.conn)
        .optional()?)
}

pub fn open_forwarding(tx: &mut Tx, customer: &CustomerId) -> Result<Option<Order>> {
    Ok(orders::table
        .filter(orders::customer_id.eq(customer))
        .filter(orders::kind.eq(Kind::Forwarding))
        .filter(orders::status.eq_any(OPEN_FORWARDING))
        .filter(orders::placed_by.ne(Actor::Anyone.name()))
        .order(orders::id.desc())
        .first(tx.conn)
        .optional()?)
}

/// The orders of a customer that parcels may still come for, newest first.
pub fn under_way(tx: &mut Tx, customer: &CustomerId, limit: i64) -> Result<Vec<Order>> {
    let statuses: Vec<_> = Status::ALL.iter().copied().filter(|status| rules::has_parcels(*status)).collect();
    Ok(orders::table
        .filter(orders::customer_id.eq(customer))
        .filter(sight::orders(tx))
        .filter(orders::status.eq_any(statuses))
        .order(orders::id.desc())
        .limit(limit)
        .load(tx.conn)?)
}

pub fn page(tx: &mut Tx, filter: &Filter, limit: i64, below: Option<&str>) -> Result<Vec<Order>> {
    let Some(text) = filter.q.as_ref().map(|q| q.to_lowercase()) else {
        return Ok(newest(tx, filter, limit, below).load(tx.conn)?);
    };
    if let Some(found) = found(tx, filter, &text, limit, below)? {
        return Ok(found);
    }
    if let Some(edge) = search::edge_of_the_newest(tx.conn, below)? {
        let young = newest(tx, filter, limit, below).filter(orders::id.gt(edge));
        let found: Vec<Order> = young.filter(search::orders_contain(&text)).load(tx.conn)?;
        if found.len() as i64 == limit {
            return Ok(found);
        }
    }
    let contain = search::orders_contain_anywhere(tx.conn, &text);
    Ok(newest(tx, filter, limit, below).filter(contain).load(tx.conn)?)
}

fn newest<'a>(tx: &Tx, filter: &Filter, limit: i64, below: Option<&str>) -> orders::BoxedQuery<'a, Backend> {
    let query = narrowed(tx, filter).order(orders::id.desc()).limit(limit);
    match below {
        Some(below) => query.filter(orders::id.lt(below.to_owned())),
        None => query,
    }
}

/// The page of those that contain a text, where the database does not find them by a condition alone: more and more
/// candidates are looked at, newest first, until there are enough.
fn found(tx: &mut Tx, filter: &Filter, text: &str, limit: i64, below: Option<&str>) -> Result<Option<Vec<Order>>> {
    let (mut found, mut below, mut most) = (Vec::new(), below.map(str::to_owned), limit.saturating_mul(2));
    loop {
        let Some(ids) = search::candidates(tx.conn, text, below.as_deref(), most)? else { return Ok(None) };
        let these = batch::among(tx.conn, "orders.id", &ids)?;
        let query = narrowed(tx, filter).filter(these).filter(search::orders_contain(text));
        let rows: Vec<Order> = query.load(tx.conn)?;
        let mut rows: HashMap<_, _> = rows.into_iter().map(|row| (row.id.to_string(), row)).collect();
        found.extend(ids.iter().filter_map(|id| rows.remove(id)));
        if found.len() >= usize::try_from(limit).unwrap_or(usize::MAX) || (ids.len() as i64) < most {
            found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            return Ok(Some(found));
        }
        below = ids.last().cloned();
        most = most.saturating_mul(4);
    }
}

/// The orders of a filter, whatever text they contain.
fn narrowed<'a>(tx: &Tx, filter: &Filter) -> orders::BoxedQuery<'a, Backend> {
    let mut query = orders::table.filter(sight::orders(tx)).into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(orders::status.eq(status));
    }
    if let Some(phone) = &filter.phone {
        query = query.filter(orders::phone.eq(phone.clone()));
    }
    if let Some(branch) = &filter.branch {
        query = query.filter(orders::pickup_point_id.eq(branch.clone()));
    }
    if let Some(from) = filter.from {
        query = query.filter(orders::created_at.ge(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(orders::created_at.lt(to));
    }
    if filter.is_uncollected {
        query = query.filter(orders::uncollected_at.is_not_null().and(orders::status.eq(Status::ReadyForPickup)));
    }
    query
}

pub fn items_of(tx: &mut Tx, order: &OrderId) -> Result<Vec<Item>> {
    Ok(order_items::table.filter(order_items::order_id.eq(order)).order(order_items::position).load(tx.conn)?)
}

pub fn items_of_many(tx: &mut Tx, ids: &[OrderId]) -> Result<Vec<Item>> {
    let these = batch::among(tx.conn, "order_items.order_id", ids)?;
    Ok(order_items::table.filter(these).order(order_items::position).load(tx.conn)?)
}

pub fn set_status(tx: &mut Tx, order: &Order) -> Result<()> {
    diesel::update(orders::table.find(&order.id)).set(orders::status.eq(order.status)).execute(tx.conn)?;
    Ok(())
}

pub fn set_balance(tx: &mut Tx, order: &Order) -> Result<()> {
    diesel::update(orders::table.find(&order.id))
        .set(orders::balance_tyiyn.eq(order.balance_tyiyn))
        .execute(tx.conn)?;
    Ok(())
}

pub fn set_announced(tx: &mut Tx, order: &Order) -> Result<()> {
    diesel::update(orders::table.find(&order.id)).set(orders::announced_at.eq(order.announced_at)).execute(tx.conn)?;
    Ok(())
}

pub fn set_free_storage(tx: &mut Tx, order: &Order) -> Result<()> {
    diesel::update(orders::table.find(&order.id))
        .set(orders::free_storage_until.eq(order.free_storage_until))
        .execute(tx.conn)?;
    Ok(())
}

pub fn set_released(tx: &mut Tx, order: &Order) -> Result<()> {
    diesel::update(orders::table.find(&order.id)).set(orders::released_at.eq(order.released_at)).execute(tx.conn)?;
    Ok(())
}

pub fn set_uncollected(tx: &mut Tx, order: &Order) -> Result<()> {
    diesel::update(orders::table.find(&order.id))
        .set(orders::uncollected_at.eq(order.uncollected_at))
        .execute(tx.conn)?;
    Ok(())
}

/// Orders that were told of their arrival and wait, `told_by` at the latest or with free storage that ends before
/// `free_until`, by identifier.
pub fn waiting(
    tx: &mut Tx,
    free_until: NaiveDateTime,
    told_by: NaiveDateTime,
    after: &str,
    limit: i64,
) -> Result<Vec<OrderId>> {
    let is_due = orders::free_storage_until.lt(free_until).or(orders::announced_at.le(told_by));
    Ok(orders::table
        .filter(orders::status.eq(Status::ReadyForPickup))
        .filter(orders::announced_at.is_not_null())
        .filter(is_due)
        .filter(orders::id.gt(after.to_owned()))
        .order(orders::id)
        .limit(limit)
        .select(orders::id)
        .load(tx.conn)?)
}

pub fn set_pickup_point(tx: &mut Tx, order: &Order) -> Result<()> {
    diesel::update(orders::table.find(&order.id))
        .set(orders::pickup_point_id.eq(&order.pickup_point_id))
        .execute(tx.conn)?;
    Ok(())
}

pub fn set_marketplace(tx: &mut Tx, order: &Order) -> Result<()> {
    diesel::update(orders::table.find(&order.id))
        .set((orders::marketplace.eq(&order.marketplace), orders::marketplace_order_no.eq(&order.marketplace_order_no)))
        .execute(tx.conn)?;
    Ok(())
}

pub fn insert_event(
    tx: &mut Tx,
    order: &Order,
    kind: EventKind,
    at: NaiveDateTime,
    place: Option<&str>,
    data: &str,
) -> Result<()> {
    diesel::insert_into(events::table)
        .values((
            events::id.eq(EntryId::new()),
            events::order_id.eq(&order.id),
            events::at.eq(at),
            events::recorded_at.eq(tx.now),
            events::actor.eq(tx.by.name()),
            events::kind.eq(kind),
            events::status.eq(order.status),
            events::place.eq(place),
            events::data.eq(data),
            events::order_version.eq(order.version),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn events_of(tx: &mut Tx, order: &OrderId) -> Result<Vec<TimelineRow>> {
    Ok(events::table.filter(events::order_id.eq(order)).order((events::order_version, events::id)).load(tx.conn)?)
}

/// The orders of a customer, by identifier.
pub fn all_of(tx: &mut Tx, customer: &CustomerId) -> Result<Vec<Order>> {
    Ok(orders::table.filter(orders::customer_id.eq(customer)).order(orders::id).load(tx.conn)?)
}

pub fn erase_person(tx: &mut Tx, customer: &CustomerId) -> Result<()> {
    let own = orders::table.filter(orders::customer_id.eq(customer));
    diesel::update(own)
        .set((
            orders::name.eq(""),
            orders::phone.eq(""),
            orders::email.eq(None::<String>),
            // What stays to be searched for is the code.
            orders::search.eq(diesel::dsl::sql::<diesel::sql_types::Text>("LOWER(code)")),
        ))
        .execute(tx.conn)?;
    let ids = orders::table.filter(orders::customer_id.eq(customer)).select(orders::id);
    diesel::update(order_items::table.filter(order_items::order_id.eq_any(ids)))
        .set(order_items::note.eq(None::<String>))
        .execute(tx.conn)?;
    Ok(())
}
