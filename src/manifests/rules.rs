//! What becomes of a row, given what is known of its parcel and its client.

use super::lines::{Line, Outcome};
use crate::parcels::{Parcel, Status};

/// What is to be done for a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Nothing.
    Nothing,
    /// A parcel that nobody knew is received, for its client or unclaimed.
    ReceiveNew,
    /// A parcel that was expected is received.
    ReceiveExpected,
    /// An unclaimed parcel finds its client.
    Claim,
    /// A parcel in the warehouse is known better.
    Amend,
}

/// A row, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// What becomes of it.
    pub outcome: Outcome,
    /// Why, for a person.
    pub reason: String,
    /// What is to be done.
    pub act: Act,
}

/// The parcel that a row's number means today, and the client it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The parcel.
    pub parcel: &'a Parcel,
    /// The client code of its order's customer.
    pub owner: Option<&'a str>,
}

/// Judges a row. `is_customer` tells whether the client code on its mark is anybody's.
pub fn judge(line: &Line, known: Option<Known<'_>>, is_customer: bool) -> Judged {
    if let Some(outcome) = line.settled {
        return Judged { outcome, reason: line.remark.clone().unwrap_or_default(), act: Act::Nothing };
    }
    let mut judged = match (&line.client_code, known) {
        (Some(code), _) if !is_customer => error(format!("no customer has the client code {code}")),
        (_, None) => fresh(line),
        (Some(mark), Some(Known { owner: Some(owner), parcel })) if mark != owner && !is_over(parcel.status) => {
            error(format!("the number belongs to a parcel of {owner}, but the mark says {mark}; look at the box"))
        }
        (_, Some(known)) => of_known(line, known),
    };
    if let Some(remark) = &line.remark {
        judged.reason = format!("{}; {remark}", judged.reason);
    }
    judged
}

fn error(reason: String) -> Judged {
    Judged { outcome: Outcome::Error, reason, act: Act::Nothing }
}

fn nothing(outcome: Outcome, reason: String) -> Judged {
    Judged { outcome, reason, act: Act::Nothing }
}

fn fresh(line: &Line) -> Judged {
    let weight = if line.weight_g.is_none() { "; it is not weighed yet" } else { "" };
    let reason = match &line.client_code {
        Some(code) => format!("received for {code}{weight}"),
        None => format!("received as unclaimed, for it has no client code{weight}"),
    };
    Judged { outcome: Outcome::Created, reason, act: Act::ReceiveNew }
}

fn of_known(line: &Line, Known { parcel, owner }: Known<'_>) -> Judged {
    let is_same_weight = line.weight_g.is_none() || line.weight_g == parcel.weight_g;
    match parcel.status {
        Status::Expected => {
            let weight = if line.weight_g.is_none() { "; it is not weighed yet" } else { "" };
            let reason = match owner {
                Some(owner) => format!("received; {owner} expected it{weight}"),
                None => format!("received; it was expected{weight}"),
            };
            Judged { outcome: Outcome::Updated, reason, act: Act::ReceiveExpected }
        }
        Status::Unclaimed if line.client_code.is_some() => {
            let code = line.client_code.as_deref().unwrap_or_default();
            let changes = changes(line, parcel).into_iter().map(|change| format!("; {change}")).collect::<String>();
            let reason = format!("it was unclaimed and is {code}'s{changes}");
            Judged { outcome: Outcome::Updated, reason, act: Act::Claim }
        }
        Status::Received | Status::Unclaimed => match changes(line, parcel) {
            changes if changes.is_empty() => {
                nothing(Outcome::Unchanged, "it is in the warehouse with the same data".to_owned())
            }
            changes => Judged { outcome: Outcome::Updated, reason: changes.join("; "), act: Act::Amend },
        },
        // An old list that is sent again names parcels that have left; only another weight makes it another parcel.
        Status::PickedUp | Status::Lost | Status::Returned if is_same_weight && parcel.weight_g.is_some() => {
            nothing(Outcome::Unchanged, format!("it was here and {}", word(parcel.status)))
        }
        Status::PickedUp | Status::Lost | Status::Returned => {
            let judged = fresh(line);
            Judged {
                reason: format!("{}; an earlier parcel of this number {}", judged.reason, word(parcel.status)),
                ..judged
            }
        }
        Status::Packed | Status::InTransit | Status::Arrived | Status::Damaged | Status::HeldByCustoms => {
            let word = word(parcel.status);
            match (line.weight_g, parcel.weight_g) {
                (Some(said), Some(known)) if said != known => nothing(
                    Outcome::Skipped,
                    format!("it {word} already and weighs {known} g; the {said} g are not taken"),
                ),
                (Some(said), None) => {
                    nothing(Outcome::Skipped, format!("it {word} already; the {said} g are not taken"))
                }
                _ => nothing(Outcome::Unchanged, format!("it {word} already")),
            }
        }
    }
}

fn is_over(status: Status) -> bool {
    matches!(status, Status::PickedUp | Status::Lost | Status::Returned)
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Expected => "is expected",
        Status::Received => "is in the warehouse",
        Status::Packed => "is packed",
        Status::InTransit => "is on the road",
        Status::Arrived => "has arrived",
        Status::PickedUp => "was handed over",
        Status::Unclaimed => "is unclaimed",
        Status::Damaged => "is set aside as damaged",
        Status::Lost => "is marked as lost",
        Status::Returned => "was sent back",
        Status::HeldByCustoms => "is held by customs",
    }
}

/// What the row knows better.
fn changes(line: &Line, parcel: &Parcel) -> Vec<String> {
    let mut changes = Vec::new();
    match (line.weight_g, parcel.weight_g) {
        (Some(said), Some(known)) if said != known => changes.push(format!("it weighs {said} g instead of {known} g")),
        (Some(said), None) => changes.push(format!("it weighs {said} g")),
        _ => {}
    }
    let known = [parcel.length_mm, parcel.width_mm, parcel.height_mm];
    if let Some(said) = line.size_mm
        && said.map(Some) != known
    {
        let [length, width, height] = said;
        changes.push(format!("it measures {length} x {width} x {height} mm"));
    }
    if line.is_damaged && parcel.condition.is_none() {
        changes.push("it is damaged".to_owned());
    }
    changes
}
