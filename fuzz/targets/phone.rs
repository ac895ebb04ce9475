//! Phone numbers as people type them: what is read is read the same when it is read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use torugart::phone::Phone;

fuzz_target!(|typed: &str| {
    if let Ok(read) = Phone::parse(typed) {
        let again = Phone::parse(read.as_str()).expect("its own spelling");
        assert_eq!(again.as_str(), read.as_str());
        assert!(read.masked().ends_with(read.last4()) && read.last4().len() == 4);
    }
});
