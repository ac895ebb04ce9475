//! What a scan means, and what may follow what.

use crate::orders::EventKind;
use crate::parcels;

words! {
    /// Where a shipment is.
    Status as ShipmentStatus {
        /// Takes parcels.
        Loading = "loading",
        /// On the road.
        Departed = "departed",
        /// Unloaded.
        Arrived = "arrived",
    }
}

words! {
    /// News from the road.
    CheckpointStatus {
        /// Passed a place.
        Passed = "passed",
        /// Stands at the border.
        AtBorder = "at_border",
        /// In customs.
        InCustoms = "in_customs",
        /// Customs let it go.
        Cleared = "cleared",
        /// Late.
        Delayed = "delayed",
        /// Something else; the note says what.
        Other = "other",
    }
}

words! {
    /// What became of one scanned barcode.
    Outcome {
        /// It is on the truck now.
        Loaded = "loaded",
        /// It was on this truck before.
        AlreadyLoaded = "already_loaded",
        /// It is off the truck now.
        Unloaded = "unloaded",
        /// It was not on this truck.
        NotLoaded = "not_loaded",
        /// It has arrived now.
        Arrived = "arrived",
        /// It had arrived before.
        AlreadyArrived = "already_arrived",
        /// It is ours but was not loaded on this truck.
        Unexpected = "unexpected",
        /// No parcel has this barcode.
        Unknown = "unknown",
        /// Its status forbids it.
        Refused = "refused",
    }
}

words! {
    /// What a scan is made for.
    Action as ScanAction {
        /// A parcel goes on a truck.
        Load = "load",
        /// It comes off again before departure.
        Unload = "unload",
        /// It is taken off where the truck went.
        Arrive = "arrive",
    }
}

/// What may follow a status.
pub fn legal(status: Status) -> &'static [Status] {
    match status {
        Status::Loading => &[Status::Departed],
        Status::Departed => &[Status::Arrived],
        Status::Arrived => &[],
    }
}

/// A loading scan. A truck from China takes what was received there; one that carries parcels on takes what arrived
/// where it starts.
pub fn load(status: parcels::Status, is_on_this_truck: bool, carries_on: bool, lies_here: bool) -> Outcome {
    match status {
        parcels::Status::Received if !carries_on => Outcome::Loaded,
        parcels::Status::Arrived if carries_on && lies_here => Outcome::Loaded,
        parcels::Status::Packed if is_on_this_truck => Outcome::AlreadyLoaded,
        parcels::Status::Received
        | parcels::Status::Arrived
        | parcels::Status::Packed
        | parcels::Status::Expected
        | parcels::Status::InTransit
        | parcels::Status::PickedUp
        | parcels::Status::Unclaimed
        | parcels::Status::Damaged
        | parcels::Status::Lost
        | parcels::Status::Returned
        | parcels::Status::HeldByCustoms => Outcome::Refused,
    }
}

/// A scan of a parcel that comes off before departure.
pub fn unload(status: parcels::Status, is_on_this_truck: bool) -> Outcome {
    if status == parcels::Status::Packed && is_on_this_truck { Outcome::Unloaded } else { Outcome::NotLoaded }
}

/// Where a parcel lies that comes off before departure: where it had arrived, or still in China.
pub fn off_the_truck(has_arrived: bool) -> parcels::Status {
    if has_arrived { parcels::Status::Arrived } else { parcels::Status::Received }
}

/// An arrival scan.
pub fn arrive(status: parcels::Status, is_on_this_truck: bool) -> Outcome {
    match status {
        _ if !is_on_this_truck => Outcome::Unexpected,
        // Held by customs or thought lost, and yet it stands here: it has arrived.
        parcels::Status::InTransit | parcels::Status::HeldByCustoms | parcels::Status::Lost => Outcome::Arrived,
        parcels::Status::Arrived | parcels::Status::PickedUp => Outcome::AlreadyArrived,
        parcels::Status::Packed
        | parcels::Status::Expected
        | parcels::Status::Received
        | parcels::Status::Unclaimed
        | parcels::Status::Damaged
        | parcels::Status::Returned => Outcome::Refused,
    }
}

/// A sentence for whoever holds the scanner.
pub fn why_not(outcome: Outcome, status: parcels::Status) -> Option<String> {
    match outcome {
        Outcome::Loaded | Outcome::Unloaded | Outcome::Arrived => None,
        Outcome::AlreadyLoaded => Some("it is on this truck already".to_owned()),
        Outcome::NotLoaded => Some("it is not on this truck".to_owned()),
        Outcome::AlreadyArrived => Some("it was scanned before".to_owned()),
        Outcome::Unexpected => Some(format!("it is {status} and was not loaded on this truck")),
        Outcome::Unknown => Some("no parcel has this barcode or tracking number".to_owned()),
        Outcome::Refused => Some(match status {
            parcels::Status::Expected => "it was never received and weighed: receive it first".to_owned(),
            parcels::Status::Unclaimed => "nobody's parcel: claim it first".to_owned(),
            parcels::Status::Packed => "it is on another truck".to_owned(),
            parcels::Status::Received => "it is in China, where this truck does not start".to_owned(),
            parcels::Status::Arrived => "it has arrived, and does not lie where this truck starts".to_owned(),
            other => format!("it is {other}"),
        }),
    }
}

/// What news is called on a timeline.
pub fn event_of(status: CheckpointStatus) -> EventKind {
    match status {
        CheckpointStatus::AtBorder => EventKind::CheckpointAtBorder,
        CheckpointStatus::InCustoms => EventKind::CheckpointInCustoms,
        CheckpointStatus::Cleared => EventKind::CheckpointCleared,
        CheckpointStatus::Delayed => EventKind::CheckpointDelayed,
        CheckpointStatus::Passed | CheckpointStatus::Other => EventKind::CheckpointOther,
    }
}
