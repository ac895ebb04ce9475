//! A quote needs rates. Where none is usable the tour sets some, and takes them back at the end.

use serde_json::{Value, json};

use super::guide::Guide;
use super::step::Step;
use super::team::Team;
use super::voice::pick;
use crate::error::Result;
use crate::ids::Role;

/// Som for a yuan and for a dollar, near the bank's of May 2026.
const OWN_RATES: [(&str, &str); 2] = [("CNY", "12.87"), ("USD", "87.45")];

/// The rates that the tour had to set.
#[derive(Default)]
pub(super) struct OwnRates {
    /// What `PUT /v1/rates` must say to undo them.
    undo: Vec<Value>,
}

impl OwnRates {
    /// Makes sure that a quote can be made today.
    pub fn see_to(&mut self, guide: &mut Guide, team: &mut Team) -> Result<()> {
        guide.voice.tell("Which exchange rates would a quote use today?")?;
        let step = Step::get("/v1/rates").by(Role::Operator).show(&["rates/*/used", "rates/*/refusal"]);
        let known = pick(&guide.call(&step)?.body, "rates").unwrap_or_default();
        let (mut own, mut undo) = (Vec::new(), Vec::new());
        for (currency, rate) in OWN_RATES {
            let found = known.as_array().into_iter().flatten().find(|known| known["currency"] == currency);
            if let Some(found) = found.filter(|found| found["used"].is_null()) {
                own.push(json!({"currency": currency, "rate": rate}));
                undo.push(json!({"currency": currency, "margin_percent": pick(found, "company/margin_percent")}));
            }
        }
        if own.is_empty() {
            return Ok(());
        }
        team.admin(guide)?;
        guide.voice.tell("No rate is young enough to quote with: the admin sets the firm's own for this tour.")?;
        let step = Step::put("/v1/rates", json!({"rates": own})).by(Role::Admin).show(&["rates/*/used"]);
        guide.call(&step)?;
        self.undo = undo;
        Ok(())
    }

    /// Takes them back, so that no customer is ever quoted with them.
    pub fn put_back(&mut self, guide: &mut Guide) -> Result<()> {
        let undo = std::mem::take(&mut self.undo);
        if undo.is_empty() {
            return Ok(());
        }
        guide.voice.tell("The tour's rates are taken back: from now on only the bank's count again.")?;
        let step = Step::put("/v1/rates", json!({"rates": undo})).by(Role::Admin).show(&["rates/*/refusal"]);
        guide.call(&step).map(|_| ())
    }
}
