//! What may go into a bag, and what may come out.

use crate::parcels;

words! {
    /// Whether a bag takes parcels.
    Status as BagStatus {
        /// It does.
        Open = "open",
        /// It is tied up.
        Closed = "closed",
    }
}

words! {
    /// What became of one scanned barcode.
    Outcome as BagOutcome {
        /// It is in the bag now.
        Added = "added",
        /// It was in this bag before.
        AlreadyIn = "already_in",
        /// It is out of the bag now.
        Removed = "removed",
        /// It was not in this bag.
        NotIn = "not_in",
        /// Another bag holds it.
        InAnotherBag = "in_another_bag",
        /// No parcel has this barcode.
        Unknown = "unknown",
        /// Its status forbids it.
        Refused = "refused",
    }
}

/// A scan of a parcel that goes into a bag: it lies with us, on no truck and in no other bag.
pub fn add(status: parcels::Status, is_here: bool, is_in_a_bag: bool) -> Outcome {
    match status {
        _ if is_here => Outcome::AlreadyIn,
        _ if is_in_a_bag => Outcome::InAnotherBag,
        parcels::Status::Received | parcels::Status::Arrived => Outcome::Added,
        parcels::Status::Expected
        | parcels::Status::Packed
        | parcels::Status::InTransit
        | parcels::Status::PickedUp
        | parcels::Status::Unclaimed
        | parcels::Status::Damaged
        | parcels::Status::Lost
        | parcels::Status::Returned
        | parcels::Status::HeldByCustoms => Outcome::Refused,
    }
}

/// A scan of a parcel that comes out again. One that is on a truck comes off that first.
pub fn remove(status: parcels::Status, is_here: bool) -> Outcome {
    match status {
        _ if !is_here => Outcome::NotIn,
        parcels::Status::Packed | parcels::Status::InTransit | parcels::Status::HeldByCustoms => Outcome::Refused,
        parcels::Status::Expected
        | parcels::Status::Received
        | parcels::Status::Arrived
        | parcels::Status::PickedUp
        | parcels::Status::Unclaimed
        | parcels::Status::Damaged
        | parcels::Status::Lost
        | parcels::Status::Returned => Outcome::Removed,
    }
}

/// A sentence for whoever holds the scanner.
pub fn why_not(outcome: Outcome, status: Option<parcels::Status>) -> Option<String> {
    match (outcome, status) {
        (Outcome::Added | Outcome::Removed, _) => None,
        (Outcome::AlreadyIn, _) => Some("it is in this bag already".to_owned()),
        (Outcome::NotIn, _) => Some("it is not in this bag".to_owned()),
        (Outcome::InAnotherBag, _) => Some("another bag holds it: take it out there first".to_owned()),
        (Outcome::Refused, Some(parcels::Status::Packed)) => Some("it is on a truck: unload it first".to_owned()),
        (Outcome::Refused, Some(status)) => Some(format!("it is {status}")),
        (Outcome::Unknown | Outcome::Refused, _) => Some("no parcel has this barcode or tracking number".to_owned()),
    }
}
