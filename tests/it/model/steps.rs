//! The steps that random people take, as proptest draws and shrinks them. What a step is done to is chosen when its turn
//! comes, among what there is by then.

use proptest::prelude::*;
use torugart::payments::Method;

/// How often each kind of step is drawn.
const WEIGHTS: &[(u32, Kind)] = &[
    (8, Kind::Place),
    (5, Kind::Quote),
    (3, Kind::Confirm),
    (12, Kind::Pay),
    (6, Kind::PayOutside),
    (10, Kind::Refund),
    (6, Kind::Correct),
    (6, Kind::Reverse),
    (4, Kind::WriteOff),
    (9, Kind::Keep),
    (9, Kind::Spend),
    (4, Kind::PayOut),
    (7, Kind::Purchase),
    (8, Kind::Receive),
    (6, Kind::Ship),
    (6, Kind::Arrive),
    (7, Kind::Weigh),
    (5, Kind::Lose),
    (9, Kind::HandOver),
    (3, Kind::Cancel),
    (6, Kind::Open),
    (5, Kind::Move),
    (5, Kind::Close),
];

/// What somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Places an order; most are quoted and confirmed at once.
    Place,
    Quote,
    Confirm,
    Pay,
    /// Money that is here already, from a source that names it.
    PayOutside,
    Refund,
    /// Charges something beside the quote, or lets something off.
    Correct,
    /// Takes a journal back.
    Reverse,
    WriteOff,
    /// Keeps what was paid too much as credit.
    Keep,
    /// Pays from the credit.
    Spend,
    /// Gives credit back.
    PayOut,
    Purchase,
    Receive,
    /// Loads a small truck and sends it off.
    Ship,
    /// A truck arrives: all of it, or one parcel.
    Arrive,
    Weigh,
    Lose,
    HandOver,
    Cancel,
    /// Opens a drawer by count.
    Open,
    /// Puts cash into a drawer, or takes some out.
    Move,
    Close,
}

/// Who acts: an index of [`PEOPLE`].
pub type Who = usize;

/// Two cashiers, an admin with a drawer of their own, and the service itself.
pub const PEOPLE: usize = 4;
pub const ADMIN: Who = 2;
pub const SYSTEM: Who = 3;

/// How much, by what there is: a debt, what is left of a payment, credit, the content of a drawer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    Whole,
    Half,
    OneTyiyn,
    /// So much more than there is.
    Above(i64),
    /// So much, whatever there is.
    Exactly(i64),
}

impl Share {
    /// The sum in tyiyn, at least one.
    pub fn of(self, there_is_tyiyn: i64) -> i64 {
        let tyiyn = match self {
            Share::Whole => there_is_tyiyn,
            Share::Half => there_is_tyiyn / 2,
            Share::OneTyiyn => 1,
            Share::Above(more) => there_is_tyiyn + more,
            Share::Exactly(tyiyn) => tyiyn,
        };
        tyiyn.max(1)
    }
}

/// One drawn step.
#[derive(Clone, Debug)]
pub struct Step {
    pub kind: Kind,
    pub by: Who,
    /// Which of the things that fit, counted round.
    pub target: usize,
    /// Any thing, whether this step fits it or not.
    pub is_blind: bool,
    pub method: Method,
    pub share: Share,
    /// What else has to be chosen: a weight, a price, a customer, a till.
    pub number: i64,
}

/// What would seldom be refused otherwise. Money from outside comes unasked anyway.
fn is_often_blind(kind: Kind, number: i64) -> bool {
    kind == Kind::PayOutside
        || (matches!(kind, Kind::Pay | Kind::Correct | Kind::Lose | Kind::Cancel) && number % 3 == 0)
}

/// A random step.
pub fn step() -> impl Strategy<Value = Step> {
    let kinds: Vec<_> = WEIGHTS.iter().map(|(weight, kind)| (*weight, Just(*kind))).collect();
    let share = prop_oneof![
        10 => Just(Share::Whole),
        3 => Just(Share::Half),
        2 => Just(Share::OneTyiyn),
        3 => (1..200_000_i64).prop_map(Share::Above),
        3 => (1..500_000_i64).prop_map(Share::Exactly),
    ];
    let by = prop_oneof![4 => Just(0), 3 => Just(1), 2 => Just(ADMIN), 1 => Just(SYSTEM)];
    let method = prop_oneof![3 => Just(Method::Cash), 1 => Just(Method::BankTransfer), 1 => Just(Method::EWallet)];
    (
        proptest::strategy::Union::new_weighted(kinds),
        by,
        0..64_usize,
        prop::bool::weighted(0.2),
        method,
        share,
        0..100_000_i64,
    )
        .prop_map(|(kind, by, target, is_blind, method, share, number)| Step {
            kind,
            by,
            target,
            is_blind: is_blind || is_often_blind(kind, number),
            method,
            share,
            number,
        })
}

/// Every kind of step.
pub fn kinds() -> impl Iterator<Item = Kind> {
    WEIGHTS.iter().map(|(_, kind)| *kind)
}
