//! Which deeds must be refused, and in which word.

use torugart::orders::Status;
use torugart::parcels::Status as Parcelled;
use torugart::payments::Method;

use super::deeds::{Deed, Till, till_named};
use super::ledger::{Model, may_be_taken_back};
use super::steps::{ADMIN, Kind, SYSTEM};

impl Model {
    /// The problem that must come of it, if any.
    pub fn refusal(&self, deed: &Deed) -> Option<&'static str> {
        let order = self.orders.get(deed.order);
        let (status, balance) = order.map_or((Status::Requested, 0), |order| (order.status, order.balance));
        let tyiyn = deed.tyiyn;
        let either = |is_refused: bool, slug| is_refused.then_some(slug);
        match deed.kind {
            Kind::Place => None,
            Kind::Quote => either(!matches!(status, Status::Requested | Status::Quoted), "wrong_status"),
            Kind::Confirm => either(status != Status::Quoted, "wrong_status"),
            Kind::Pay => either(!is_payable(status, balance), "wrong_status"),
            Kind::PayOutside => either(self.sources.contains(&(deed.number % 2)), "duplicate_value"),
            Kind::Refund => self.refusal_of_refund(deed),
            Kind::Correct => {
                either(matches!(status, Status::Requested | Status::Quoted | Status::Cancelled), "wrong_status")
                    .or(either(self.is_below_zero(deed.order, tyiyn), "more_than_charged"))
            }
            Kind::Reverse => self.refusal_of_reversal(deed),
            Kind::WriteOff => either(balance <= 0, "nothing_due").or(either(tyiyn > balance, "validation_failed")),
            Kind::Keep => {
                let there_is = self.excess(deed.order);
                let tyiyn = if deed.is_all { there_is } else { tyiyn };
                either(tyiyn < 1 || tyiyn > there_is, "credit_too_small")
            }
            Kind::Spend => {
                let there_is = balance.min(self.credit[order?.customer]);
                let tyiyn = if deed.is_all { there_is } else { tyiyn };
                either(!is_payable(status, balance), "wrong_status")
                    .or(either(balance <= 0, "nothing_due"))
                    .or(either(tyiyn < 1 || tyiyn > there_is, "credit_too_small"))
            }
            Kind::PayOut => {
                let is_short = deed.method == Method::Cash && self.is_short(deed.by, tyiyn);
                either(tyiyn > self.credit[deed.target], "credit_too_small").or(either(is_short, "not_enough_cash"))
            }
            Kind::Cancel => {
                let is_bought = !matches!(
                    status,
                    Status::Requested | Status::Quoted | Status::Confirmed | Status::Paid | Status::Cancelled
                );
                either(is_bought && deed.by != ADMIN, "forbidden")
                    .or(either(matches!(status, Status::PickedUp | Status::Cancelled), "wrong_status"))
            }
            Kind::Open | Kind::Move | Kind::Close => self.refusal_at_the_till(deed),
            _ => self.refusal_of_boxes(deed, status, balance),
        }
    }

    fn refusal_of_boxes(&self, deed: &Deed, status: Status, balance: i64) -> Option<&'static str> {
        let either = |is_refused: bool, slug| is_refused.then_some(slug);
        match deed.kind {
            Kind::Purchase => either(status != Status::Paid, "wrong_status"),
            Kind::Receive => either(self.parcels[deed.target].status != Parcelled::Expected, "wrong_status"),
            Kind::Ship => either(self.to_ship(deed).is_empty(), "validation_failed"),
            Kind::Arrive => self.refusal_of_arrival(deed),
            Kind::Weigh => {
                let is_here = [Parcelled::Received, Parcelled::InTransit, Parcelled::Arrived];
                either(!is_here.contains(&self.parcels[deed.target].status), "wrong_status")
            }
            Kind::Lose => {
                let is_gone = [Parcelled::Lost, Parcelled::PickedUp];
                either(is_gone.contains(&self.parcels[deed.target].status), "wrong_status")
            }
            Kind::HandOver => self.refusal_of_hand_over(deed, status, balance),
            _ => unreachable!("nothing happens to a box: {deed:?}"),
        }
    }

    fn refusal_at_the_till(&self, deed: &Deed) -> Option<&'static str> {
        let either = |is_refused: bool, slug| is_refused.then_some(slug);
        match deed.kind {
            Kind::Open => {
                let own = self.open_shift(deed.by);
                let is_counted = own.is_some_and(|own| self.shifts[own].opening.is_some());
                let is_taken = deed.by != SYSTEM && self.till_is_taken(&self.till_of(deed), own);
                either(deed.by == SYSTEM, "unauthenticated").or(either(is_counted || is_taken, "shift_open"))
            }
            _ => {
                let shift = &self.shifts[deed.target];
                let is_short = shift.opening.is_some() && -deed.tyiyn > self.held(deed.target);
                either(!shift.is_open, "shift_closed")
                    .or(either(deed.by == SYSTEM, "unauthenticated"))
                    .or(either(shift.cashier != deed.by && deed.by != ADMIN, "forbidden"))
                    .or(either(deed.kind == Kind::Move && is_short, "not_enough_cash"))
            }
        }
    }

    fn refusal_of_refund(&self, deed: &Deed) -> Option<&'static str> {
        let payment = &self.payments[deed.target];
        if payment.order != deed.order {
            return Some("not_found");
        }
        if deed.tyiyn > self.left(deed.target) {
            return Some("refund_too_large");
        }
        (payment.account.starts_with("cash:") && self.is_short(deed.by, deed.tyiyn)).then_some("not_enough_cash")
    }

    fn refusal_of_reversal(&self, deed: &Deed) -> Option<&'static str> {
        let journal = &self.journals[deed.target];
        if journal.order != Some(deed.order) {
            return Some("not_found");
        }
        if !may_be_taken_back(&journal.kind) || journal.kind == "charge" {
            return Some("validation_failed");
        }
        let receivable = self.receivable(deed.order);
        let owed: i64 =
            journal.legs.iter().filter(|(account, _)| **account == receivable).map(|(_, tyiyn)| tyiyn).sum();
        let is_below_zero = self.is_below_zero(deed.order, -owed).then_some("more_than_charged");
        self.is_taken_back(deed.target).then_some("duplicate_value").or(is_below_zero)
    }

    /// Whether a change lets off more than is charged.
    fn is_below_zero(&self, o: usize, change: i64) -> bool {
        let order = &self.orders[o];
        change < 0 && order.balance + order.paid + change < 0
    }

    /// What was paid too much and can be kept.
    pub fn excess(&self, o: usize) -> i64 {
        (-self.orders[o].balance).min(self.orders[o].paid)
    }

    fn refusal_of_arrival(&self, deed: &Deed) -> Option<&'static str> {
        match self.scanned(deed) {
            None => self.trucks[deed.target].then_some("already_arrived"),
            Some(parcel) => (self.parcels[parcel].truck != Some(deed.target)).then_some("not_on_shipment"),
        }
    }

    fn refusal_of_hand_over(&self, deed: &Deed, status: Status, balance: i64) -> Option<&'static str> {
        let of_order = || self.parcels.iter().filter(|parcel| parcel.order == deed.order).map(|parcel| parcel.status);
        let lies_here = of_order().any(|status| status == Parcelled::Arrived);
        let is_over = of_order().any(|status| status == Parcelled::PickedUp)
            && of_order().all(|status| matches!(status, Parcelled::PickedUp | Parcelled::Lost));
        match status {
            Status::Cancelled => return Some("wrong_status"),
            Status::PickedUp if !lies_here => return Some("already_picked_up"),
            Status::PickedUp => {}
            Status::ReadyForPickup if lies_here || is_over => {}
            _ => return Some("not_arrived"),
        }
        (balance > 0 && deed.by != ADMIN).then_some("balance_due")
    }

    pub fn till_is_taken(&self, till: &str, except: Option<usize>) -> bool {
        self.shifts
            .iter()
            .enumerate()
            .any(|(index, shift)| shift.is_open && shift.till == till && Some(index) != except)
    }

    /// The till that somebody opens: mostly their own, now and then a shared one or that of somebody else.
    pub fn till_of(&self, deed: &Deed) -> String {
        match till_named(deed) {
            Till::Own => self.logins[deed.by].0.clone(),
            Till::Shared => self.till.clone(),
            Till::Of(who) => self.logins[who].0.clone(),
        }
    }
}

fn is_payable(status: Status, balance: i64) -> bool {
    match status {
        Status::Requested | Status::Quoted | Status::Cancelled => false,
        Status::PickedUp => balance > 0,
        _ => true,
    }
}
