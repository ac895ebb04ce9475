//! Client codes as they are written on boxes: what is read is read the same when it is read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use torugart::client_code::ClientCode;

fuzz_target!(|mark: &str| {
    if let Some(read) = ClientCode::parse("KG", mark) {
        let again = ClientCode::parse("KG", read.as_str()).expect("its own spelling");
        assert_eq!(again.as_str(), read.as_str());
        assert!(read.as_str().strip_prefix("KG-").is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit())));
    }
});
