//! What is said with every estimate, so that nobody takes it for a bill.

use crate::texts::{self, Lang};

/// That it is an estimate, and of what kind of rule.
pub fn warning(lang: Lang, is_confirmed: bool) -> String {
    texts::text(lang, if is_confirmed { "customs-estimate" } else { "customs-estimate-unconfirmed" }, &[])
}
