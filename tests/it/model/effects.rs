//! What a deed that was not refused must do.

use torugart::orders::Status;
use torugart::parcels::Status as Parcelled;
use torugart::payments::Method;

use super::deeds::{Deed, counted, opening_of, parcels_of, subject_of};
use super::ledger::{BRANCH, Model, Parcel, Prices, Shift};
use super::steps::{Kind, SYSTEM, Who};

const SUBJECTS: [&str; 6] = ["goods", "domestic_delivery", "service", "freight", "storage", "customs"];

impl Model {
    /// Does what a deed that was not refused must do.
    pub fn apply(&mut self, deed: &Deed, prices: &Prices) {
        let (o, tyiyn) = (deed.order, deed.tyiyn);
        match deed.kind {
            Kind::Place => {}
            Kind::Quote => self.orders[o].status = Status::Quoted,
            Kind::Confirm => self.confirm(o, prices),
            Kind::Pay | Kind::PayOutside => self.pay(deed),
            Kind::Refund => self.refund(deed),
            Kind::Correct => {
                let subject = SUBJECTS[subject_of(deed)];
                self.post("correction", Some(o), None, &[(&self.receivable(o), tyiyn), (subject, -tyiyn)]);
                self.settle(o);
            }
            Kind::Reverse => {
                self.take_back("reversal", deed.target);
                self.settle(o);
            }
            Kind::WriteOff => {
                let account = if tyiyn < 100 { "rounding" } else { "write_offs" };
                self.post("write_off", Some(o), None, &[(account, tyiyn), (&self.receivable(o), -tyiyn)]);
                self.settle(o);
            }
            Kind::Keep => self.keep(o, if deed.is_all { self.excess(o) } else { tyiyn }),
            Kind::Spend => self.spend(o, (!deed.is_all).then_some(tyiyn)),
            Kind::PayOut => {
                let from = self.pocket(deed, None);
                self.post("credit", None, None, &[(&self.kept_for(deed.target), tyiyn), (&from, -tyiyn)]);
                self.credit[deed.target] -= tyiyn;
            }
            Kind::Cancel => {
                self.orders[o].status = Status::Cancelled;
                self.standing(o).into_iter().for_each(|journal| self.take_back("cancellation", journal));
            }
            Kind::Open => self.open(deed),
            Kind::Move => {
                let drawer = self.shifts[deed.target].account.clone();
                self.post("cash_shift", None, None, &[(&drawer, tyiyn), (BRANCH, -tyiyn)]);
            }
            Kind::Close => self.close(deed.target, Some(counted(deed))),
            _ => self.move_boxes(deed, prices),
        }
    }

    fn move_boxes(&mut self, deed: &Deed, prices: &Prices) {
        let o = deed.order;
        match deed.kind {
            Kind::Purchase => {
                self.orders[o].status = Status::Purchased;
                for _ in 0..parcels_of(deed) {
                    self.parcels.push(Parcel { order: o, status: Parcelled::Expected, truck: None, freight: None });
                }
            }
            Kind::Receive => self.move_parcels(&[deed.target], Parcelled::Received),
            Kind::Ship => {
                let load = self.to_ship(deed);
                for parcel in &load {
                    self.parcels[*parcel].truck = Some(self.trucks.len());
                }
                self.trucks.push(false);
                self.move_parcels(&load, Parcelled::InTransit);
            }
            Kind::Arrive => self.arrive(deed, prices),
            Kind::Weigh => self.weigh(deed.target, prices),
            Kind::Lose => {
                if let Some(journal) = self.parcels[deed.target].freight.take() {
                    self.take_back_standing(journal);
                }
                self.move_parcels(&[deed.target], Parcelled::Lost);
            }
            Kind::HandOver => {
                self.orders[o].status = Status::PickedUp;
                let here = |parcel: &&mut Parcel| parcel.order == o && parcel.status == Parcelled::Arrived;
                self.parcels.iter_mut().filter(here).for_each(|parcel| parcel.status = Parcelled::PickedUp);
            }
            _ => unreachable!("nothing happens to a box: {deed:?}"),
        }
    }

    fn arrive(&mut self, deed: &Deed, prices: &Prices) {
        let on_truck = |parcel: &usize| self.parcels[*parcel].truck == Some(deed.target);
        let is = |parcel: &usize, status| self.parcels[*parcel].status == status;
        let here: Vec<_> = match self.scanned(deed) {
            // Nobody scanned what was reported lost.
            None => {
                let on_road = |parcel: &usize| on_truck(parcel) && is(parcel, Parcelled::InTransit);
                (0..self.parcels.len()).filter(on_road).collect()
            }
            Some(parcel) => {
                let is_due = |parcel: &usize| is(parcel, Parcelled::InTransit) || is(parcel, Parcelled::Lost);
                Some(parcel).into_iter().filter(is_due).collect()
            }
        };
        self.trucks[deed.target] = true;
        // The service goes order by order.
        let mut charged = here.clone();
        charged.sort_by_key(|parcel| self.parcels[*parcel].order);
        for parcel in charged {
            if self.orders[self.parcels[parcel].order].status != Status::Cancelled {
                self.charge(parcel, prices);
            }
        }
        self.move_parcels(&here, Parcelled::Arrived);
    }

    fn charge(&mut self, parcel: usize, prices: &Prices) {
        let freight = prices.freight[parcel].unwrap_or(0);
        let o = self.parcels[parcel].order;
        let journal = self.post("freight", Some(o), None, &[(&self.receivable(o), freight), ("freight", -freight)]);
        self.parcels[parcel].freight = Some(journal);
    }

    fn weigh(&mut self, parcel: usize, prices: &Prices) {
        let is_cancelled = self.orders[self.parcels[parcel].order].status == Status::Cancelled;
        if let Some(journal) = self.parcels[parcel].freight
            && !is_cancelled
        {
            self.take_back_standing(journal);
            self.charge(parcel, prices);
        }
    }

    fn open(&mut self, deed: &Deed) {
        let opening = opening_of(deed);
        if let Some(own) = self.open_shift(deed.by) {
            // What the count lacks of the cash taken before it is missing.
            self.close(own, (opening < self.held(own)).then_some(opening));
        }
        let account = self.begin(deed.by, self.till_of(deed), Some(opening));
        self.post("cash_shift", None, None, &[(&account, opening), (BRANCH, -opening)]);
    }

    fn close(&mut self, shift: usize, counted: Option<i64>) {
        let expected = self.held(shift);
        let left = counted.unwrap_or(expected);
        let account = self.shifts[shift].account.clone();
        let legs = [(BRANCH, left), (&*account, -expected), ("cash_difference:BISH", expected - left)];
        self.post("cash_shift", None, None, &legs);
        let shift = &mut self.shifts[shift];
        (shift.expected, shift.counted, shift.is_open) = (Some(expected), counted, false);
    }

    fn begin(&mut self, cashier: Who, till: String, opening: Option<i64>) -> String {
        let account = format!("{BRANCH}:{}", self.next_shift);
        self.next_shift += 1;
        let (expected, counted) = (None, None);
        let shift = Shift { cashier, till, account: account.clone(), opening, expected, counted, is_open: true };
        self.shifts.push(shift);
        account
    }

    /// Where the cash of somebody lies; the first cash opens a drawer.
    pub fn drawer(&mut self, by: Who) -> String {
        if by == SYSTEM {
            return BRANCH.to_owned();
        }
        if let Some(own) = self.open_shift(by) {
            return self.shifts[own].account.clone();
        }
        let (login, second) = self.logins[by].clone();
        let till = if self.till_is_taken(&login, None) { second } else { login };
        self.begin(by, till, None)
    }

    pub fn pocket(&mut self, deed: &Deed, wallet: Option<&str>) -> String {
        match (deed.method, wallet) {
            (Method::Cash, _) => self.drawer(deed.by),
            (Method::BankTransfer, _) => "bank".to_owned(),
            (Method::EWallet, None) => "e_wallet".to_owned(),
            (Method::EWallet, Some(wallet)) => format!("e_wallet:{wallet}"),
        }
    }

    /// An order is as far as its slowest parcel.
    fn move_parcels(&mut self, parcels: &[usize], status: Parcelled) {
        for parcel in parcels {
            self.parcels[*parcel].status = status;
        }
        for parcel in parcels {
            let o = self.parcels[*parcel].order;
            let follows = [Status::Purchased, Status::ReceivedInChina, Status::InTransit, Status::ReadyForPickup];
            let reached =
                self.parcels.iter().filter(|parcel| parcel.order == o).filter_map(|parcel| match parcel.status {
                    Parcelled::Expected => Some(0),
                    Parcelled::Received => Some(1),
                    Parcelled::InTransit => Some(2),
                    Parcelled::Arrived | Parcelled::PickedUp => Some(3),
                    _ => None,
                });
            if let Some(slowest) = reached.min()
                && follows.contains(&self.orders[o].status)
            {
                self.orders[o].status = follows[slowest];
            }
        }
    }
}
