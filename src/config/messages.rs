//! `business.messages.*`: what customers are told, when and at what price.

use serde::Deserialize;

/// `business.messages.*`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Messages {
    /// What the operator bills for one part of a short message, tyiyn.
    pub sms_part_price_tyiyn: i64,
}

impl Messages {
    /// Everything that cannot work.
    pub fn complaints(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        if self.sms_part_price_tyiyn < 0 {
            complaints.push("business.messages.sms_part_price_tyiyn cannot be below 0".to_owned());
        }
        complaints
    }
}
