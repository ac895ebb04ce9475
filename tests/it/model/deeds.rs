//! A step becomes a deed: what it is done to is chosen among what the model says there is.

use torugart::parcels::Status as Parcelled;
use torugart::payments::Method;

use super::ledger::Model;
use super::steps::{ADMIN, Kind, Share, Step, Who};

/// What brings an order further.
const HELPS: [Kind; 8] =
    [Kind::Arrive, Kind::Ship, Kind::Receive, Kind::Purchase, Kind::Confirm, Kind::Spend, Kind::Pay, Kind::HandOver];

/// A step with everything chosen.
#[derive(Clone, Debug)]
pub struct Deed {
    pub kind: Kind,
    pub by: Who,
    /// Index of the order, payment, journal, customer, parcel, truck or shift.
    pub target: usize,
    /// The order whose code is said.
    pub order: usize,
    pub method: Method,
    /// How much; in corrections and movements it may be negative.
    pub tyiyn: i64,
    /// Everything there is, not named as a sum.
    pub is_all: bool,
    pub number: i64,
}

impl Model {
    /// Chooses what a step is done to: something it fits, unless it is blind or asks for too much. Where nothing fits,
    /// an order is helped along instead, so that few steps are wasted. `None` when there is nothing at all.
    pub fn resolve(&self, step: &Step) -> Option<Deed> {
        if let Some(deed) = self.choose(step, true).filter(|_| !step.is_blind) {
            return Some(deed);
        }
        if !step.is_blind && !matches!(step.share, Share::Above(_)) {
            let mut helps = HELPS;
            helps.rotate_left(step.target % HELPS.len());
            let whole = |kind| Step { kind, share: Share::Whole, ..step.clone() };
            return helps.into_iter().chain([Kind::Place]).find_map(|kind| self.choose(&whole(kind), true));
        }
        self.choose(step, false)
    }

    fn choose(&self, step: &Step, is_to_fit: bool) -> Option<Deed> {
        let there_are = match step.kind {
            Kind::Place | Kind::Ship | Kind::Open => 1,
            Kind::PayOut => self.clients.len(),
            Kind::Refund => self.payments.len(),
            Kind::Reverse if self.orders.is_empty() => 0,
            Kind::Reverse => self.journals.len(),
            Kind::Receive | Kind::Weigh | Kind::Lose => self.parcels.len(),
            Kind::Arrive if self.parcels.is_empty() => 0,
            Kind::Arrive => self.trucks.len(),
            Kind::Move | Kind::Close => self.shifts.len(),
            _ => self.orders.len(),
        };
        let deeds = (0..there_are).map(|target| self.deed(step, target)).filter(|deed| self.is_clear(deed));
        let mut pool: Vec<_> = deeds.filter(|deed| !is_to_fit || self.refusal(deed).is_none()).collect();
        (!pool.is_empty()).then(|| pool.swap_remove(step.target % pool.len()))
    }

    fn deed(&self, step: &Step, target: usize) -> Deed {
        // Now and then the right thing under the wrong order's code.
        let other = usize::from(step.number % 16 == 0);
        let near = |order: usize| (order + other) % self.orders.len();
        let (order, there_is) = match step.kind {
            Kind::Refund => (near(self.payments[target].order), self.left(target)),
            Kind::Reverse => (near(self.journals[target].order.unwrap_or(0)), 0),
            Kind::PayOut => (0, self.credit[target]),
            Kind::Move | Kind::Close => (0, self.held(target)),
            Kind::Open => (0, 100_000),
            Kind::Place | Kind::Receive | Kind::Ship | Kind::Arrive | Kind::Weigh | Kind::Lose => (0, 0),
            Kind::Keep => (target, -self.orders[target].balance),
            Kind::Spend => (target, self.orders[target].balance.min(self.credit[self.orders[target].customer])),
            _ => (target, self.orders[target].balance),
        };
        let sign = if matches!(step.kind, Kind::Correct | Kind::Move) && step.number % 2 == 0 { -1 } else { 1 };
        Deed {
            kind: step.kind,
            by: step.by,
            target,
            order,
            method: step.method,
            tyiyn: step.share.of(there_is) * sign,
            is_all: step.share == Share::Whole && step.number % 2 == 0,
            number: step.number,
        }
    }

    /// A finished parcel's number means nothing any more; receiving it again would be another story.
    fn is_clear(&self, deed: &Deed) -> bool {
        deed.kind != Kind::Receive || !matches!(self.parcels[deed.target].status, Parcelled::Lost | Parcelled::PickedUp)
    }

    /// What goes on the next truck: a few of those that lie in China.
    pub fn to_ship(&self, deed: &Deed) -> Vec<usize> {
        let received = |parcel: &usize| self.parcels[*parcel].status == Parcelled::Received;
        (0..self.parcels.len()).filter(received).take(1 + deed.number as usize % 4).collect()
    }

    /// The only parcel that is scanned at an arrival; none means the whole load.
    pub fn scanned(&self, deed: &Deed) -> Option<usize> {
        (deed.number % 3 == 0).then(|| deed.number as usize / 3 % self.parcels.len())
    }
}

/// Which till a cashier names.
pub enum Till {
    Own,
    Shared,
    Of(Who),
}

pub fn till_named(deed: &Deed) -> Till {
    match deed.number % 5 {
        0 | 1 => Till::Shared,
        2 => Till::Of((deed.by + 1) % ADMIN),
        _ => Till::Own,
    }
}

/// What is counted when a drawer is opened: now and then nothing.
pub fn opening_of(deed: &Deed) -> i64 {
    if deed.number % 8 == 0 { 0 } else { deed.tyiyn }
}

/// What is counted when a drawer is closed: now and then nothing is in it.
pub fn counted(deed: &Deed) -> i64 {
    if deed.number % 8 == 0 { 0 } else { deed.tyiyn }
}

pub fn subject_of(deed: &Deed) -> usize {
    deed.number as usize / 2 % 6
}

pub fn parcels_of(deed: &Deed) -> usize {
    1 + deed.number as usize % 2
}

pub fn wallet_of(deed: &Deed) -> Option<&'static str> {
    (deed.method == Method::EWallet && deed.number % 2 == 0).then_some("mbank")
}
