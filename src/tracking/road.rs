//! The steps of an order drawn as the road over the pass: China on the left, the pass itself while in transit.

use std::cmp::Ordering;

use super::view::TrackView;
use crate::texts::{self, Arg, Lang};

/// A status, and where on the drawing of 720 x 240 its stop lies. In transit is the saddle of `templates/range.html`.
type Stop = (&'static str, u16, u16);

const PURCHASE: [Stop; 9] = [
    ("requested", 40, 184),
    ("quoted", 120, 178),
    ("confirmed", 200, 168),
    ("paid", 280, 158),
    ("purchased", 360, 144),
    ("received_in_china", 440, 120),
    ("in_transit", 520, 86),
    ("ready_for_pickup", 600, 116),
    ("picked_up", 680, 150),
];

const FORWARDING: [Stop; 5] = [
    ("awaiting_parcel", 120, 178),
    ("received_in_china", 320, 150),
    ("in_transit", 520, 86),
    ("ready_for_pickup", 600, 116),
    ("picked_up", 680, 150),
];

/// The way of one order with its present place on it.
pub(super) struct Road {
    /// "Step 7 of 9".
    pub said: String,
    /// All steps in order.
    pub steps: Vec<Step>,
    /// The travelled part as SVG points, up to the present stop.
    pub points_gone: String,
    /// The rest, from the present stop on.
    pub points_ahead: String,
}

/// One stop of the road.
pub(super) struct Step {
    /// The key of its name.
    pub text_key: String,
    /// Whether the order has been here, is here, or is still to come.
    pub state: State,
    /// Its place on the drawing.
    pub x: u16,
    /// Its place on the drawing.
    pub y: u16,
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
        let stops: &[Stop] = if forwarded { &FORWARDING } else { &PURCHASE };
        let here = stops.iter().position(|(status, ..)| *status == view.status)?;
        let counts = [("step", Arg::Num(here as i64 + 1)), ("steps", Arg::Num(stops.len() as i64))];
        Some(Road {
            said: texts::text(lang, "track-step", &counts),
            steps: stops.iter().enumerate().map(|(index, stop)| Step::at(index, here, stop)).collect(),
            points_gone: points(&stops[..=here]),
            points_ahead: points(&stops[here..]),
        })
    }
}

impl Step {
    fn at(index: usize, here: usize, &(status, x, y): &Stop) -> Step {
        // Nothing follows a pickup, so its step is not where the order waits "now" but done like the others.
        let over = status == "picked_up";
        let state = match index.cmp(&here) {
            Ordering::Less => State::Done,
            Ordering::Equal if over => State::Done,
            Ordering::Equal => State::Now,
            Ordering::Greater => State::Next,
        };
        Step { text_key: status_key(status), state, x, y }
    }
}

/// The key of a status's text: `in_transit` is said by `status-in-transit`.
pub(super) fn status_key(status: &str) -> String {
    format!("status-{}", status.replace('_', "-"))
}

fn points(stops: &[Stop]) -> String {
    let pairs: Vec<String> = stops.iter().map(|(_, x, y)| format!("{x},{y}")).collect();
    pairs.join(" ")
}
