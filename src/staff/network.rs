//! From where somebody signs in: an IPv4 address, or the network that one IPv6 connection has for itself.

use std::net::IpAddr;

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev};

use crate::error::Error;
use crate::http::address::ClientAddress;

/// The network of whoever made a request.
#[derive(Clone, Debug)]
pub struct Network(pub String);

impl FromRequest for Network {
    type Error = Error;
    type Future = std::future::Ready<Result<Network, Error>>;

    fn from_request(req: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let address = req.extensions().get::<ClientAddress>().map(|client| client.0);
        std::future::ready(Ok(Network(address.map_or_else(String::new, name))))
    }
}

/// How a network is written down: whoever has one address of an IPv6 connection has all that share its first 64 bits.
fn name(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_connection_is_one_network() {
        for (address, expected) in [
            ("203.0.113.9", "203.0.113.9"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ] {
            assert_eq!(name(address.parse().expect("an address")), expected);
        }
    }
}
