//! Which proof is enough.

use rand::RngExt;

/// After so many wrong ones no further is looked at: one in two hundred thousand guesses a PIN, one in two thousand the
/// end of a phone.
pub const MOST_WRONG_TRIES: i64 = 5;
/// Digits of a PIN.
pub const PIN_DIGITS: usize = 6;

words! {
    /// What somebody proved by that the parcels are theirs.
    Proof as PickupProof {
        /// The last four digits of the customer's phone.
        PhoneLast4 = "phone_last4",
        /// The PIN of the message of arrival.
        Pin = "pin",
    }
}

/// What somebody said at the desk.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// The last four digits of the phone.
    pub phone_last4: Option<String>,
    /// The PIN.
    pub pin: Option<String>,
}

impl Given {
    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        self.phone_last4.is_none() && self.pin.is_none()
    }
}

/// Six random digits.
pub fn pin(rng: &mut impl rand::Rng) -> String {
    (0..PIN_DIGITS).map(|_| char::from(b'0' + rng.random_range(0..10_u8))).collect()
}

/// The strongest of what was said, if none of it is wrong.
pub fn judge(fits_phone: Option<bool>, fits_pin: Option<bool>) -> Option<Proof> {
    match (fits_phone, fits_pin) {
        (Some(false), _) | (_, Some(false)) | (None, None) => None,
        (_, Some(true)) => Some(Proof::Pin),
        (Some(true), None) => Some(Proof::PhoneLast4),
    }
}

/// What is still missing, if anything is wanted.
pub fn required(wanted: Option<Proof>, has_pin: bool, proof: Option<Proof>) -> Option<Proof> {
    match (wanted?, proof) {
        (_, Some(Proof::Pin)) => None,
        (Proof::Pin, _) if has_pin => Some(Proof::Pin),
        (Proof::Pin | Proof::PhoneLast4, Some(Proof::PhoneLast4)) => None,
        (Proof::Pin | Proof::PhoneLast4, None) => Some(Proof::PhoneLast4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_wrong_fact_is_wrong_whatever_the_other() {
        assert_eq!(judge(Some(true), Some(false)), None);
        assert_eq!(judge(Some(false), Some(true)), None);
        assert_eq!(judge(None, None), None);
        assert_eq!(judge(Some(true), Some(true)), Some(Proof::Pin));
        assert_eq!(judge(Some(true), None), Some(Proof::PhoneLast4));
    }

    #[test]
    fn the_phone_serves_for_a_pin_only_where_there_is_none() {
        let (pin, phone) = (Some(Proof::Pin), Some(Proof::PhoneLast4));
        assert_eq!(required(None, true, None), None);
        assert_eq!(required(pin, true, phone), pin);
        assert_eq!(required(pin, true, None), pin);
        assert_eq!(required(pin, true, pin), None);
        assert_eq!(required(pin, false, None), phone);
        assert_eq!(required(pin, false, phone), None);
        assert_eq!(required(phone, false, pin), None);
        assert_eq!(required(phone, true, None), phone);
    }

    #[test]
    fn a_pin_is_six_digits_that_differ() {
        let pins: std::collections::BTreeSet<_> = (0..100).map(|_| pin(&mut rand::rng())).collect();
        assert!(pins.len() > 95 && pins.iter().all(|pin| pin.len() == 6 && pin.bytes().all(|b| b.is_ascii_digit())));
    }
}
