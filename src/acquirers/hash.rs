//! Digests as the providers write them.

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};

/// MD5, lower-case hexadecimal. Freedom Pay signs with nothing better.
pub(super) fn md5_hex(text: &str) -> String {
    hex(&Md5::digest(text.as_bytes()))
}

/// HMAC-MD5, lower-case hexadecimal. A key of any length works, so an empty answer means a broken library.
pub(super) fn hmac_md5_hex(key: &str, message: &[u8]) -> String {
    match Hmac::<Md5>::new_from_slice(key.as_bytes()) {
        Ok(mac) => hex(&mac.chain_update(message).finalize().into_bytes()),
        Err(_) => String::new(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_standards() {
        // RFC 1321, A.5 and RFC 2202, test 2.
        assert_eq!(md5_hex("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
        assert_eq!(hmac_md5_hex("Jefe", b"what do ya want for nothing?"), "750c783e6ab0b503eaa86e310a5db738");
    }
}
