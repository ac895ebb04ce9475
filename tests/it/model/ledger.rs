//! The model: a map of accounts and short lists, in tyiyn. It shares words with the service, and no arithmetic.

use std::collections::{BTreeMap, BTreeSet};

use torugart::orders::Status;
use torugart::parcels::Status as Parcelled;

use super::deeds::{Deed, wallet_of};
use super::steps::{Kind, Who};

/// What a journal moves, by account.
pub type Legs = BTreeMap<String, i64>;

pub const BRANCH: &str = "cash:BISH";

/// What the service says of prices; the model does not know how they are made.
#[derive(Clone, Debug, Default)]
pub struct Prices {
    /// Goods, delivery in China, fee.
    pub charge: [i64; 3],
    pub prepayment: i64,
    /// Freight by parcel, as it stands after the step.
    pub freight: Vec<Option<i64>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    pub kind: String,
    pub order: Option<usize>,
    pub reverses: Option<usize>,
    pub legs: Legs,
}

#[derive(Clone, Debug)]
pub struct Order {
    pub code: String,
    pub customer: usize,
    pub status: Status,
    pub balance: i64,
    /// Paid for it, credit included, and not given back or kept.
    pub paid: i64,
    pub prepayment: i64,
    /// What its quote charged when it was confirmed.
    pub quoted: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    pub order: usize,
    pub account: String,
    pub journal: usize,
    pub amount: i64,
    pub refunded: i64,
    pub kept: i64,
}

#[derive(Clone, Debug)]
pub struct Parcel {
    pub order: usize,
    pub status: Parcelled,
    pub truck: Option<usize>,
    /// The journal that charged it.
    pub freight: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    pub cashier: Who,
    pub till: String,
    pub account: String,
    pub opening: Option<i64>,
    pub expected: Option<i64>,
    pub counted: Option<i64>,
    pub is_open: bool,
}

/// All that can be compared with the database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    pub journals: Vec<Journal>,
    pub accounts: Legs,
    /// Balance and status.
    pub orders: Vec<(i64, Status)>,
    pub credit: Vec<i64>,
    pub payments: Vec<Payment>,
    /// Status, and whether freight stands.
    pub parcels: Vec<(Parcelled, bool)>,
    pub shifts: Vec<Shift>,
}

/// What must be true of one sequence of steps.
#[derive(Debug, Default)]
pub struct Model {
    /// Logins of the three with a drawer, and what their second drawer is called when the first name is taken.
    pub logins: Vec<(String, String)>,
    /// The till that they share.
    pub till: String,
    pub clients: Vec<String>,
    pub next_shift: i64,
    pub accounts: Legs,
    pub journals: Vec<Journal>,
    pub orders: Vec<Order>,
    pub credit: Vec<i64>,
    pub payments: Vec<Payment>,
    pub parcels: Vec<Parcel>,
    /// Whether they have arrived.
    pub trucks: Vec<bool>,
    pub shifts: Vec<Shift>,
    pub sources: BTreeSet<i64>,
}

impl Model {
    pub fn new(logins: Vec<(String, String)>, till: String, clients: Vec<String>, next_shift: i64) -> Self {
        let credit = vec![0; clients.len()];
        Self { logins, till, clients, next_shift, credit, ..Self::default() }
    }

    pub fn shown(&self) -> Shown {
        Shown {
            journals: self.journals.clone(),
            accounts: self.accounts.clone(),
            orders: self.orders.iter().map(|order| (order.balance, order.status)).collect(),
            credit: self.credit.clone(),
            payments: self.payments.clone(),
            parcels: self.parcels.iter().map(|parcel| (parcel.status, parcel.freight.is_some())).collect(),
            shifts: self.shifts.clone(),
        }
    }

    /// A new order, which the service gave this code.
    pub fn place(&mut self, code: String, customer: usize) -> usize {
        self.orders.push(Order {
            code,
            customer,
            status: Status::Requested,
            balance: 0,
            paid: 0,
            prepayment: 0,
            quoted: 0,
        });
        self.orders.len() - 1
    }

    pub fn confirm(&mut self, o: usize, prices: &Prices) {
        let [goods, domestic, service] = prices.charge;
        self.orders[o].status = Status::Confirmed;
        self.orders[o].prepayment = prices.prepayment;
        self.orders[o].quoted = goods + domestic + service;
        let owed = (&*self.receivable(o), goods + domestic + service);
        self.post(
            "charge",
            Some(o),
            None,
            &[owed, ("goods", -goods), ("domestic_delivery", -domestic), ("service", -service)],
        );
        self.settle(o);
    }

    pub fn pay(&mut self, deed: &Deed) {
        let o = deed.order;
        let wallet = wallet_of(deed);
        let account = if deed.kind == Kind::PayOutside { "bank".to_owned() } else { self.pocket(deed, wallet) };
        if deed.kind == Kind::PayOutside {
            self.sources.insert(deed.number % 2);
        }
        let journal =
            self.post("payment", Some(o), None, &[(&account, deed.tyiyn), (&self.receivable(o), -deed.tyiyn)]);
        self.payments.push(Payment { order: o, account, journal, amount: deed.tyiyn, refunded: 0, kept: 0 });
        self.orders[o].paid += deed.tyiyn;
        self.settle(o);
    }

    pub fn refund(&mut self, deed: &Deed) {
        let Payment { journal, account, .. } = self.payments[deed.target].clone();
        // Cash leaves the drawer of whoever gives it, the rest where it went in.
        let from = if account.starts_with("cash:") { self.drawer(deed.by) } else { account };
        let legs = [(&*self.receivable(deed.order), deed.tyiyn), (&*from, -deed.tyiyn)];
        self.post("refund", Some(deed.order), Some(journal), &legs);
        self.payments[deed.target].refunded += deed.tyiyn;
        self.orders[deed.order].paid -= deed.tyiyn;
        self.settle(deed.order);
    }

    pub fn keep(&mut self, o: usize, tyiyn: i64) {
        let customer = self.orders[o].customer;
        self.post("credit", Some(o), None, &[(&self.receivable(o), tyiyn), (&self.kept_for(customer), -tyiyn)]);
        self.credit[customer] += tyiyn;
        self.orders[o].paid -= tyiyn;
        let mut to_mark = tyiyn;
        for payment in self.payments.iter_mut().rev().filter(|payment| payment.order == o) {
            let marked = to_mark.min(payment.amount - payment.refunded - payment.kept);
            payment.kept += marked;
            to_mark -= marked;
        }
        self.settle(o);
    }

    pub fn spend(&mut self, o: usize, tyiyn: Option<i64>) {
        let customer = self.orders[o].customer;
        let tyiyn = tyiyn.unwrap_or(self.orders[o].balance.min(self.credit[customer]));
        self.post("credit", Some(o), None, &[(&self.kept_for(customer), tyiyn), (&self.receivable(o), -tyiyn)]);
        self.credit[customer] -= tyiyn;
        self.orders[o].paid += tyiyn;
        self.settle(o);
    }

    /// Posts a journal; one that moves nothing is none.
    pub fn post(&mut self, kind: &str, order: Option<usize>, reverses: Option<usize>, legs: &[(&str, i64)]) -> usize {
        let legs: Legs = legs.iter().filter(|leg| leg.1 != 0).map(|leg| (leg.0.to_owned(), leg.1)).collect();
        if legs.is_empty() {
            return self.journals.len();
        }
        for (account, tyiyn) in &legs {
            *self.accounts.entry(account.clone()).or_default() += tyiyn;
        }
        if let Some(order) = order {
            let change = legs.get(&self.receivable(order)).copied().unwrap_or(0);
            self.orders[order].balance += change;
        }
        self.journals.push(Journal { kind: kind.to_owned(), order, reverses, legs });
        self.journals.len() - 1
    }

    pub fn take_back(&mut self, kind: &str, journal: usize) {
        let Journal { order, legs, .. } = self.journals[journal].clone();
        let legs: Vec<_> = legs.iter().map(|(account, tyiyn)| (account.as_str(), -tyiyn)).collect();
        self.post(kind, order, Some(journal), &legs);
    }

    pub fn take_back_standing(&mut self, journal: usize) {
        if !self.is_taken_back(journal) {
            self.take_back("reversal", journal);
        }
    }

    pub fn settle(&mut self, o: usize) {
        let order = &mut self.orders[o];
        if matches!(order.status, Status::Confirmed | Status::Paid) {
            let let_off = (order.quoted - order.balance - order.paid).max(0);
            order.status = if order.paid >= order.prepayment - let_off { Status::Paid } else { Status::Confirmed };
        }
    }

    pub fn left(&self, payment: usize) -> i64 {
        let payment = &self.payments[payment];
        payment.amount - payment.refunded - payment.kept
    }

    pub fn held(&self, shift: usize) -> i64 {
        self.accounts.get(&self.shifts[shift].account).copied().unwrap_or(0)
    }

    /// Whether the drawer of somebody was counted and holds less.
    pub fn is_short(&self, by: Who, tyiyn: i64) -> bool {
        let own = self.open_shift(by).filter(|own| self.shifts[*own].opening.is_some());
        own.is_some_and(|own| tyiyn > self.held(own))
    }

    pub fn open_shift(&self, by: Who) -> Option<usize> {
        self.shifts.iter().position(|shift| shift.cashier == by && shift.is_open)
    }

    /// The journals of an order that say what is owed and were not taken back.
    pub fn standing(&self, order: usize) -> Vec<usize> {
        let of_order = |index: &usize| self.journals[*index].order == Some(order);
        let may_be = |index: &usize| may_be_taken_back(&self.journals[*index].kind) && !self.is_taken_back(*index);
        (0..self.journals.len()).filter(of_order).filter(may_be).collect()
    }

    pub fn is_taken_back(&self, journal: usize) -> bool {
        self.journals.iter().any(|later| later.reverses == Some(journal))
    }

    pub fn receivable(&self, order: usize) -> String {
        format!("receivable:{}", self.orders[order].code)
    }

    pub fn kept_for(&self, customer: usize) -> String {
        format!("credit:{}", self.clients[customer])
    }
}

pub fn may_be_taken_back(kind: &str) -> bool {
    ["charge", "freight", "correction", "write_off"].contains(&kind)
}
