//! Order codes and barcodes as people type and scan them: what is read is read the same when it is read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use torugart::code::{self, OrderCode};

fuzz_target!(|typed: &str| {
    if let Ok(read) = OrderCode::parse("TG", typed) {
        assert_eq!(OrderCode::parse("TG", read.as_str()), Ok(read.clone()));
        assert!(read.as_str().is_ascii() && read.as_str().starts_with("TG-"));
    }
    if let Some(read) = code::parse_barcode(typed) {
        assert_eq!(code::parse_barcode(&read), Some(read));
    }
});
