//! The reader of manifests: whatever table comes in, each of its rows is a parcel with a number and a weight that one can
//! have, or is told with a reason.
#![no_main]

use std::collections::HashMap;

use libfuzzer_sys::fuzz_target;
use torugart::manifests::{self, Expected, profile::Correction};
use torugart::sheets;

fuzz_target!(
    // A panic of the library that parses workbooks is caught and refuses the file; the usual hook would end the run.
    init: std::panic::set_hook(Box::new(|_| {})),
    |bytes: &[u8]| {
        let Ok(book) = sheets::read(bytes) else { return };
        let expected = Expected { prefix: "KG", remembered: &HashMap::new() };
        let Ok(reading) = manifests::read(&book, &expected, &Correction::default()) else { return };
        assert_eq!(reading.sheets.len(), book.sheets.len());
        for line in &reading.lines {
            assert!(line.weight_g.is_none_or(|weight_g| weight_g > 0));
            assert!(line.client_code.as_ref().is_none_or(|code| code.starts_with("KG-")));
        }
    }
);
