//! The steps of an order in words, from the request to the pickup.

use std::cmp::Ordering;

use super::view::TrackView;
use crate::texts::{self, Arg, Lang};

const PURCHASE: [&str; 9] = [
    "requested",
    "quoted",
    "confirmed",
    "paid",
    "purchased",
    "received_in_china",
    "in_transit",
    "ready_for_pickup",
    "picked_up",
];

const FORWARDING: [&str; 5] = ["awaiting_parcel", "received_in_china", "in_transit", "ready_for_pickup", "picked_up"];

/// The way of one order with its present place on it.
pub(super) struct Road {
    /// "Step 7 of 9".
    pub said: String,
    /// All steps in order.
    pub steps: Vec<Step>,
}

/// One stop of the road.
pub(super) struct Step {
    /// The key of its name.
    pub text_key: String,
    /// Whether the order has been here, is here, or is still to come.
    pub state: State,
}

/// Where the order is, seen from a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Done,
    Now,
    Next,
}

impl State {
    /// The CSS class.
    pub fn class(self) -> &'static str {
        match self {
            State::Done => "done",
            State::Now => "now",
            State::Next => "next",
        }
    }

    /// The key of the word for those who do not see the shape.
    pub fn word_key(self) -> &'static str {
        match self {
            State::Done => "track-step-done",
            State::Now => "track-step-now",
            State::Next => "track-step-next",
        }
    }
}

impl Road {
    /// The road of an order, unless it is cancelled and has none. A forwarded order began by awaiting its parcel.
    pub fn of(lang: Lang, view: &TrackView) -> Option<Road> {
        let waits = |status: &str| status == "awaiting_parcel";
        let forwarded = waits(&view.status) || view.timeline.iter().any(|event| waits(&event.status));
        let stops: &[&str] = if forwarded { &FORWARDING } else { &PURCHASE };
        let here = stops.iter().position(|status| *status == view.status)?;
        let counts = [("step", Arg::Num(here as i64 + 1)), ("steps", Arg::Num(stops.len() as i64))];
        Some(Road {
            said: texts::text(lang, "track-step", &counts),
            steps: stops.iter().enumerate().map(|(index, status)| Step::at(index, here, status)).collect(),
        })
    }
}

impl Step {
    fn at(index: usize, here: usize, status: &str) -> Step {
        // Nothing follows a pickup, so its step is not where the order waits "now" but done like the others.
        let over = status == "picked_up";
        let state = match index.cmp(&here) {
            Ordering::Less => State::Done,
            Ordering::Equal if over => State::Done,
            Ordering::Equal => State::Now,
            Ordering::Greater => State::Next,
        };
        Step { text_key: status_key(status), state }
    }
}

/// The key of a status's text: `in_transit` is said by `status-in-transit`.
pub(super) fn status_key(status: &str) -> String {
    format!("status-{}", status.replace('_', "-"))
}
