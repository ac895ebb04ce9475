//! Couriers' numbers as they are scanned and typed: what is read is read the same when it is read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use torugart::parcels::Tracking;

fuzz_target!(|typed: &str| {
    if let Ok(read) = Tracking::try_from(typed.to_owned()) {
        let again = Tracking::try_from(read.as_str().to_owned()).expect("its own spelling");
        assert_eq!(again.as_str(), read.as_str());
        assert!(read.as_str().is_ascii() && !read.as_str().is_empty());
    }
});
