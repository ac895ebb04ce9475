//! The service, for one sequence of steps: its orders, customers and cashiers, and the calls that do a deed.

use diesel::prelude::*;
use torugart::branches::{self, Branch};
use torugart::code::OrderCode;
use torugart::customers::{self, Person};
use torugart::db::Tx;
use torugart::db::schema::{cash_shifts, journals};
use torugart::error::{Error, Result};
use torugart::ids::{Actor, JournalId, ParcelId, PaymentId, Role, SessionId, ShiftId};
use torugart::money::{Currency, Money};
use torugart::orders::{self, NewItem, NewOrder};
use torugart::parcels::freight::{self, Weighing};
use torugart::parcels::{self, HandOver, NewReceipt, Tracking};
use torugart::payments::adjust::{self, Subject};
use torugart::payments::{self, Method, NewPayment, credit};
use torugart::phone::Phone;
use torugart::quotes::{self, NewQuote, rules::LineRequest};
use torugart::shifts::{self, Count};
use torugart::shipments::{self, Arrival, NewShipment, Scan};
use torugart::staff::{self, NewMember};
use torugart::state::App;
use torugart::texts::Lang;

use super::deeds::{self, Deed, Till};
use super::ledger::{Journal, Model, Prices};
use super::steps::{ADMIN, Kind, PEOPLE, SYSTEM};

const REASON: &str = "so it was drawn";

/// One sequence of steps on a database that many sequences share.
pub struct World<'a> {
    pub app: &'a App,
    /// Makes names that no other sequence has.
    pub number: u32,
    pub actors: [Actor; PEOPLE],
    pub branch: Branch,
    pub people: Vec<Person>,
    pub customers: Vec<String>,
    pub orders: Vec<OrderCode>,
    pub order_ids: Vec<String>,
    pub trucks: Vec<String>,
    pub parcels: Vec<ParcelId>,
    pub barcodes: Vec<String>,
    pub payments: Vec<PaymentId>,
    pub shifts: Vec<ShiftId>,
    pub journals: Vec<(String, Journal)>,
    pub last_journal: String,
}

/// What a step answered beside its effects.
#[derive(Default)]
pub struct Answer {
    pub order: Option<(String, String)>,
    pub truck: Option<String>,
    pub prices: Prices,
}

impl<'a> World<'a> {
    /// Hires cashiers and finds customers, and gives the model that begins with them.
    pub fn begin(app: &'a App, number: u32) -> Result<(Self, Model)> {
        let people: Vec<_> = (0..2).map(|who| person(number, who)).collect();
        let (actors, branch, clients, next_shift) = app.write_now(&Actor::System, |tx| {
            let branch = branches::find(tx, "BISH", "/branch")?;
            let clients =
                people.iter().map(|person| customers::find_or_make(tx, person)).collect::<Result<Vec<_>>>()?;
            let actors = [hire(tx, number, 0)?, hire(tx, number, 1)?, hire(tx, number, ADMIN)?, Actor::System];
            let numbers = cash_shifts::table.select(diesel::dsl::max(cash_shifts::number));
            let last: Option<i64> = numbers.first(tx.conn)?;
            Ok((actors, branch, clients, last.unwrap_or(0) + 1))
        })?;
        let last_journal = app.db.read(|conn| {
            let last: Option<String> = journals::table.select(diesel::dsl::max(journals::id)).first(conn)?;
            Ok(last.unwrap_or_default())
        })?;
        let logins = actors[..SYSTEM].iter().map(|actor| (actor.name().to_owned(), second_till(actor))).collect();
        let codes: Vec<_> = clients.iter().map(|customer| customer.client_code.clone()).collect();
        let model = Model::new(logins, format!("till-{number}"), codes.clone(), next_shift);
        let world = Self {
            app,
            number,
            actors,
            branch,
            people,
            customers: codes,
            orders: Vec::new(),
            order_ids: Vec::new(),
            trucks: Vec::new(),
            parcels: Vec::new(),
            barcodes: Vec::new(),
            payments: Vec::new(),
            shifts: Vec::new(),
            journals: Vec::new(),
            last_journal,
        };
        Ok((world, model))
    }

    /// Does a deed, in one transaction.
    pub fn act(&mut self, deed: &Deed, model: &Model) -> Result<Answer> {
        let world = &*self;
        let mut answer = self.app.write_now(&self.actors[deed.by], |tx| world.perform(tx, deed, model))?;
        if let Some((code, id)) = answer.order.clone() {
            self.orders.push(OrderCode::parse(&self.app.config.business.code_prefix, &code).expect("its own code"));
            self.order_ids.push(id);
        }
        self.trucks.extend(answer.truck.clone());
        if matches!(deed.kind, Kind::Arrive | Kind::Weigh) {
            let rows = self.app.db.read(|conn| self.parcel_rows(conn))?;
            answer.prices.freight = rows.into_iter().map(|row| row.3).collect();
        }
        Ok(answer)
    }

    fn perform(&self, tx: &mut Tx, deed: &Deed, model: &Model) -> Result<Answer> {
        let code = self.orders.get(deed.order);
        let (tyiyn, part) = (deed.tyiyn, (!deed.is_all).then_some(deed.tyiyn));
        match (deed.kind, code) {
            (Kind::Place, ..) => return self.place(tx, deed),
            (Kind::Quote, Some(code)) => drop(orders::quote(tx, code, &offer(deed.number))?),
            (Kind::Confirm, Some(code)) => return confirm(tx, code),
            (Kind::Pay | Kind::PayOutside, Some(code)) => drop(payments::record(tx, code, &self.payment(deed))?),
            (Kind::Refund, Some(code)) => {
                payments::refund(tx, code, &self.payments[deed.target], tyiyn, REASON)?;
            }
            (Kind::Correct, Some(code)) => {
                adjust::correct(tx, code, Subject::ALL[deeds::subject_of(deed)], tyiyn, REASON)?;
            }
            (Kind::Reverse, Some(code)) => {
                let journal = JournalId::try_from(self.journals[deed.target].0.clone()).expect("an identifier");
                adjust::reverse(tx, code, &journal, REASON)?;
            }
            (Kind::WriteOff, Some(code)) => drop(adjust::write_off(tx, code, tyiyn, REASON)?),
            (Kind::Keep, Some(code)) => drop(credit::keep(tx, code, part)?),
            (Kind::Spend, Some(code)) => drop(credit::spend(tx, code, part)?),
            (Kind::PayOut, ..) => {
                credit::pay_out(tx, &self.customers[deed.target], deed.method, tyiyn, REASON, &self.branch)?;
            }
            (Kind::Cancel, Some(code)) => drop(orders::cancel(tx, code, REASON)?),
            (Kind::Open, ..) => {
                let till = self.till(deed);
                shifts::open(tx, &self.branch, till.as_deref(), &count(deeds::opening_of(deed)))?;
            }
            (Kind::Move, ..) => drop(shifts::move_cash(tx, &self.shifts[deed.target], tyiyn, REASON)?),
            (Kind::Close, ..) => {
                shifts::close(tx, &self.shifts[deed.target], &count(deeds::counted(deed)), Some(REASON.to_owned()))?;
            }
            _ => return self.move_boxes(tx, deed, model),
        }
        Ok(Answer::default())
    }

    fn move_boxes(&self, tx: &mut Tx, deed: &Deed, model: &Model) -> Result<Answer> {
        match (deed.kind, self.orders.get(deed.order), self.parcels.get(deed.target)) {
            (Kind::Purchase, Some(code), _) => drop(parcels::purchase(tx, code, "1688", None, &self.numbers(deed))?),
            (Kind::Receive, _, Some(parcel)) => {
                let number = parcels::get(tx, parcel)?.tracking_number.expect("every parcel here has one");
                let number = Tracking::try_from(number).expect("its own number");
                parcels::receive(tx, &NewReceipt::of(number, weight_g(deed)))?;
            }
            (Kind::Ship, ..) => return self.ship(tx, &model.to_ship(deed)),
            (Kind::Arrive, ..) => {
                let barcodes = model.scanned(deed).map(|parcel| vec![self.barcodes[parcel].clone()]);
                let arrival = Arrival { barcodes, ..Arrival::default() };
                shipments::arrive(tx, &self.trucks[deed.target], &arrival)?;
            }
            (Kind::Weigh, _, Some(parcel)) => {
                freight::weigh_again(tx, parcel, Weighing { weight_g: weight_g(deed), size_mm: None }, REASON)?;
            }
            (Kind::Lose, _, Some(parcel)) => drop(parcels::set_status(tx, parcel, parcels::Status::Lost, REASON)?),
            (Kind::HandOver, Some(code), _) => {
                let override_reason = Some(REASON.to_owned());
                parcels::hand_over(tx, code, &HandOver { override_reason, ..HandOver::default() })?;
            }
            _ => unreachable!("{deed:?} has nothing to be done to"),
        }
        Ok(Answer::default())
    }

    /// Most orders are quoted and confirmed at once.
    fn place(&self, tx: &mut Tx, deed: &Deed) -> Result<Answer> {
        let item = NewItem { description: "Kettle".to_owned(), link: None, quantity: 1, budget: None, note: None };
        let person = self.people[customer_of(deed)].clone();
        let new = NewOrder { kind: orders::Kind::Purchase, person, items: vec![item], pickup_point: None };
        let order = orders::place(tx, &new)?;
        let code = OrderCode::parse(&tx.firm.code_prefix, &order.code).expect("its own code");
        let mut answer = Answer::default();
        if is_quoted(deed) {
            orders::quote(tx, &code, &offer(deed.number))?;
        }
        if is_confirmed(deed) {
            answer = confirm(tx, &code)?;
        }
        answer.order = Some((order.code, order.id.to_string()));
        Ok(answer)
    }

    fn payment(&self, deed: &Deed) -> NewPayment {
        if deed.kind == Kind::PayOutside {
            let source = Some(format!("model:{}:{}", self.number, deed.number % 2));
            return NewPayment { source, ..NewPayment::of(Method::BankTransfer, deed.tyiyn) };
        }
        let wallet = deeds::wallet_of(deed).map(str::to_owned);
        NewPayment { wallet, ..NewPayment::of(deed.method, deed.tyiyn) }
    }

    fn ship(&self, tx: &mut Tx, load: &[usize]) -> Result<Answer> {
        let truck = open_truck(tx)?;
        let barcodes: Vec<_> = load.iter().map(|parcel| Scan::of(&self.barcodes[*parcel])).collect();
        shipments::load(tx, &truck, &barcodes)?;
        shipments::depart(tx, &truck, None)?;
        Ok(Answer { truck: Some(truck), ..Answer::default() })
    }

    fn numbers(&self, deed: &Deed) -> Vec<Tracking> {
        let first = self.parcels.len();
        let number = |index| Tracking::try_from(format!("YT{:08}{index:04}", self.number)).expect("a tracking number");
        (first..first + deeds::parcels_of(deed)).map(number).collect()
    }

    fn till(&self, deed: &Deed) -> Option<String> {
        match deeds::till_named(deed) {
            Till::Own => None,
            Till::Shared => Some(format!("till-{}", self.number)),
            Till::Of(who) => Some(self.actors[who].name().to_owned()),
        }
    }
}

/// Hires somebody whom no other sequence has.
pub fn hire(tx: &mut Tx, number: u32, who: usize) -> Result<Actor> {
    let role = if who == ADMIN { Role::Admin } else { Role::Cashier };
    let login = format!("model-{number}-{who}");
    let new = NewMember {
        name: login.clone(),
        login: login.clone(),
        role,
        branch: None,
        password_hash: "nobody logs in with it".to_owned(),
    };
    let member = staff::add(tx, &new)?;
    Ok(Actor::Staff { id: member.id, login, role, branch: member.branch_id, session: SessionId::new() })
}

pub fn person(number: u32, who: u32) -> Person {
    let phone = Phone::parse(&format!("+996700{:06}", number * 2 + who)).expect("a phone");
    Person { name: "Айгуль Садыкова".to_owned(), phone, email: None, language: Lang::Ky }
}

pub fn staff_id(actor: &Actor) -> Option<&str> {
    match actor {
        Actor::Staff { id, .. } => Some(id.as_str()),
        Actor::Anyone | Actor::System | Actor::Customer { .. } => None,
    }
}

/// What the drawer of somebody is called when another one has taken their login for its name.
fn second_till(actor: &Actor) -> String {
    format!("{} ({})", actor.name(), staff_id(actor).unwrap_or_default())
}

/// Confirms an offer, and tells what it said of prices.
fn confirm(tx: &mut Tx, code: &OrderCode) -> Result<Answer> {
    let order = orders::confirm(tx, code, None)?;
    let quote = quotes::accepted(tx, &order.id)?.ok_or_else(|| Error::Startup("no accepted quote".to_owned()))?;
    let charge = [quote.goods_tyiyn, quote.domestic_tyiyn, quote.service_fee_tyiyn];
    let prices = Prices { charge, prepayment: quote.prepayment_tyiyn, freight: Vec::new() };
    Ok(Answer { prices, ..Answer::default() })
}

fn open_truck(tx: &mut Tx) -> Result<String> {
    let new = NewShipment {
        route: "Guangzhou-Torugart-Bishkek".to_owned(),
        vehicle: "01KG777ABC".to_owned(),
        to_branch: "BISH".to_owned(),
        ..NewShipment::default()
    };
    Ok(shipments::open(tx, &new)?.code)
}

/// An offer of anything from a button to a sofa.
fn offer(number: i64) -> NewQuote {
    let unit_price = Money { amount: 1 + number, currency: Currency::Cny };
    let line =
        LineRequest { description: "Kettle".to_owned(), link: None, quantity: 1 + (number % 3) as i32, unit_price };
    let delivery = Money { amount: number % 5 * 600, currency: Currency::Cny };
    NewQuote { domestic_delivery: Some(delivery), ..NewQuote::of(vec![line], 1 + number) }
}

fn count(total_tyiyn: i64) -> Count {
    Count { total_tyiyn, pieces: Default::default() }
}

fn weight_g(deed: &Deed) -> i64 {
    1 + deed.number % 30_000
}

pub fn customer_of(deed: &Deed) -> usize {
    deed.number as usize % 2
}

pub fn is_quoted(deed: &Deed) -> bool {
    deed.number % 10 != 0
}

pub fn is_confirmed(deed: &Deed) -> bool {
    deed.number % 10 > 3
}
