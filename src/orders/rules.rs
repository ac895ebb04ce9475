//! The life of an order as one table: what may follow what.

words! {
    /// Where an order is, in one word, shown to everybody.
    Status as OrderStatus {
        /// Somebody wants something.
        Requested = "requested",
        /// They have an offer.
        Quoted = "quoted",
        /// They agreed.
        Confirmed = "confirmed",
        /// They paid what is needed to buy.
        Paid = "paid",
        /// We bought it.
        Purchased = "purchased",
        /// They bought it themselves; we wait for the parcel.
        AwaitingParcel = "awaiting_parcel",
        /// Every parcel is in our China warehouse.
        ReceivedInChina = "received_in_china",
        /// Every parcel is on the road.
        InTransit = "in_transit",
        /// Every parcel is at the pickup point.
        ReadyForPickup = "ready_for_pickup",
        /// The customer has it.
        PickedUp = "picked_up",
        /// It ended early.
        Cancelled = "cancelled",
    }
}

/// What can happen to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The desk made an offer, or a new one.
    Quoted,
    /// The last offer had ended when somebody answered it.
    QuoteExpired,
    /// The customer did not want the last offer.
    QuoteDeclined,
    /// The customer agreed.
    Confirmed,
    /// The ledger shows the required prepayment.
    PrepaymentMet,
    /// A refund took the prepayment below what is required.
    PrepaymentWithdrawn,
    /// We bought it.
    Purchased,
    /// The slowest parcel is now here.
    Parcels(Progress),
    /// The same for a parcel that a forwarding customer announced and nobody has seen.
    AwaitsParcel,
    /// An operator lets the customer have the part that is here.
    Released,
    /// The customer took the last parcel.
    PickedUp,
    /// It ends early.
    Cancelled,
}

impl Event {
    /// Every event, for the printed matrix.
    pub const ALL: &'static [Event] = &[
        Event::Quoted,
        Event::QuoteExpired,
        Event::QuoteDeclined,
        Event::Confirmed,
        Event::PrepaymentMet,
        Event::PrepaymentWithdrawn,
        Event::Purchased,
        Event::Parcels(Progress::Expected),
        Event::Parcels(Progress::InChina),
        Event::Parcels(Progress::OnTheRoad),
        Event::Parcels(Progress::Arrived),
        Event::AwaitsParcel,
        Event::Released,
        Event::PickedUp,
        Event::Cancelled,
    ];
}

/// How far a parcel has come, as far as its order is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Progress {
    /// Not seen yet.
    Expected,
    /// In our China warehouse.
    InChina,
    /// On a truck.
    OnTheRoad,
    /// At the pickup point.
    Arrived,
}

/// The status after an event, or the statuses that can follow instead.
///
/// # Errors
/// The legal next statuses.
pub fn next(status: Status, event: Event) -> Result<Status, Vec<Status>> {
    use Status as S;
    let to = match event {
        Event::Quoted if matches!(status, S::Requested | S::Quoted) => Some(S::Quoted),
        Event::QuoteExpired | Event::QuoteDeclined if status == S::Quoted => Some(S::Requested),
        Event::Confirmed if status == S::Quoted => Some(S::Confirmed),
        Event::PrepaymentMet if status == S::Confirmed => Some(S::Paid),
        Event::PrepaymentWithdrawn if status == S::Paid => Some(S::Confirmed),
        Event::Purchased if status == S::Paid => Some(S::Purchased),
        Event::Parcels(progress) if has_parcels(status) => Some(after_parcels(progress)),
        Event::AwaitsParcel if has_parcels(status) => Some(S::AwaitingParcel),
        Event::Released if has_parcels(status) => Some(S::ReadyForPickup),
        Event::PickedUp if status == S::ReadyForPickup => Some(S::PickedUp),
        Event::Cancelled if !matches!(status, S::PickedUp | S::Cancelled) => Some(S::Cancelled),
        Event::Quoted
        | Event::QuoteExpired
        | Event::QuoteDeclined
        | Event::Confirmed
        | Event::PrepaymentMet
        | Event::PrepaymentWithdrawn
        | Event::Purchased
        | Event::Parcels(_)
        | Event::AwaitsParcel
        | Event::Released
        | Event::PickedUp
        | Event::Cancelled => None,
    };
    to.ok_or_else(|| legal(status))
}

/// Every step from one status to another that something can cause.
pub fn steps() -> Vec<(Status, Status)> {
    let of = |status: Status| Event::ALL.iter().filter_map(move |event| Some((status, next(status, *event).ok()?)));
    Status::ALL.iter().flat_map(|status| of(*status)).collect()
}

/// Whether an order in this status follows its parcels.
pub fn has_parcels(status: Status) -> bool {
    match status {
        Status::Purchased
        | Status::AwaitingParcel
        | Status::ReceivedInChina
        | Status::InTransit
        | Status::ReadyForPickup => true,
        Status::Requested
        | Status::Quoted
        | Status::Confirmed
        | Status::Paid
        | Status::PickedUp
        | Status::Cancelled => false,
    }
}

/// An order is as far as its slowest parcel.
fn after_parcels(slowest: Progress) -> Status {
    match slowest {
        Progress::Expected => Status::Purchased,
        Progress::InChina => Status::ReceivedInChina,
        Progress::OnTheRoad => Status::InTransit,
        Progress::Arrived => Status::ReadyForPickup,
    }
}

/// What can follow a status, for a person who tried something else.
pub fn legal(status: Status) -> Vec<Status> {
    use Status as S;
    match status {
        S::Requested => vec![S::Quoted, S::Cancelled],
        S::Quoted => vec![S::Quoted, S::Confirmed, S::Requested, S::Cancelled],
        S::Confirmed => vec![S::Paid, S::Cancelled],
        S::Paid => vec![S::Purchased, S::Confirmed, S::Cancelled],
        S::Purchased => vec![S::ReceivedInChina, S::Cancelled],
        S::AwaitingParcel => vec![S::ReceivedInChina, S::Cancelled],
        S::ReceivedInChina => vec![S::InTransit, S::Cancelled],
        S::InTransit => vec![S::ReadyForPickup, S::Cancelled],
        S::ReadyForPickup => vec![S::PickedUp, S::Cancelled],
        S::PickedUp | S::Cancelled => vec![],
    }
}

/// From here on goods exist: only an admin cancels, with a reason.
pub fn only_admin_cancels(status: Status) -> bool {
    matches!(
        status,
        Status::Purchased | Status::ReceivedInChina | Status::InTransit | Status::ReadyForPickup | Status::PickedUp
    )
}

/// A phone that nobody has: compared with where there is none, so that this takes no less.
const NOBODYS: &str = "+996000000000";

/// Whether a phone, if there is one, ends with these four digits.
pub fn ends_with(phone: Option<&str>, last4: &str) -> bool {
    let is_end = last4.len() == 4 && last4.bytes().all(|byte| byte.is_ascii_digit());
    let fits = phone.unwrap_or(NOBODYS).ends_with(last4);
    phone.is_some() && is_end && fits
}

/// Whether money may come in: a debt or a prepayment exists, or may.
pub fn may_be_paid(status: Status, balance_tyiyn: i64) -> bool {
    match status {
        Status::Requested | Status::Quoted | Status::Cancelled => false,
        // An admin may have handed it over with a debt; nothing else is owed afterwards.
        Status::PickedUp => balance_tyiyn > 0,
        Status::Confirmed
        | Status::Paid
        | Status::Purchased
        | Status::AwaitingParcel
        | Status::ReceivedInChina
        | Status::InTransit
        | Status::ReadyForPickup => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_matrix() {
        let mut matrix = String::new();
        for status in Status::ALL {
            for event in Event::ALL {
                if let Ok(to) = next(*status, *event) {
                    matrix += &format!("{status} + {event:?} -> {to}\n");
                }
            }
        }
        insta::assert_snapshot!(matrix);
    }

    #[test]
    fn a_refusal_names_what_can_follow() {
        assert_eq!(next(Status::Requested, Event::Confirmed), Err(vec![Status::Quoted, Status::Cancelled]));
        assert_eq!(next(Status::Cancelled, Event::Cancelled), Err(vec![]));
    }
}
