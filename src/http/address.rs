//! Where a request comes from. An address that the caller names is believed only from a proxy of our own.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use actix_web::dev::ServiceRequest;
use ipnet::IpNet;

/// The header by which proxies tell for whom they call: each adds the address it was called from at the end.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address that a request is counted by, in the extensions of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// What counts as one caller: an IPv4 address, or the network that one IPv6 connection has for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    /// One address.
    V4(Ipv4Addr),
    /// The first 64 bits: whoever has one address there has them all.
    V6(u64),
}

impl From<IpAddr> for Caller {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Caller::V4(address),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Caller::V6([a, b, c, d].into_iter().fold(0, |network, part| network << 16 | u64::from(part)))
            }
        }
    }
}

/// The address of whoever made a request; without one, as in tests without a socket, nobody's.
pub fn of(req: &ServiceRequest, proxies: &[IpNet]) -> ClientAddress {
    let peer = req.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    let told = req.headers().get_all(FORWARDED_FOR).map(|value| value.to_str().unwrap_or_default());
    ClientAddress(client(peer, &told.collect::<Vec<_>>(), proxies))
}

/// From the right, where the nearest proxy wrote: the first that is none of ours. What stands left of it was written
/// by strangers, and so was everything when the peer itself is one.
fn client(peer: IpAddr, told: &[&str], proxies: &[IpNet]) -> IpAddr {
    let is_ours = |address: IpAddr| proxies.iter().any(|network| network.contains(&address));
    let mut client = peer.to_canonical();
    for hop in told.iter().rev().flat_map(|value| value.rsplit(',')) {
        if !is_ours(client) {
            break;
        }
        let Some(address) = parse(hop.trim()) else { break };
        client = address;
    }
    client
}

/// An address, perhaps with a port, as some proxies write it.
fn parse(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    let address = bare.parse::<IpAddr>().or_else(|_| hop.parse::<SocketAddr>().map(|socket| socket.ip())).ok()?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn ours() -> Vec<IpNet> {
        vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()]
    }

    #[test]
    fn a_stranger_cannot_name_another_address() {
        for told in [&["1.2.3.4"][..], &["1.2.3.4, 10.0.0.1"], &["10.0.0.1"], &["unknown"], &[""], &[]] {
            assert_eq!(client(ip("203.0.113.9"), told, &ours()), ip("203.0.113.9"), "{told:?}");
            assert_eq!(client(ip("10.0.0.1"), told, &[]), ip("10.0.0.1"), "{told:?}");
        }
    }

    #[test]
    fn the_nearest_address_that_is_no_proxy_of_ours_counts() {
        for (told, expected) in [
            (&["203.0.113.9"][..], "203.0.113.9"),
            (&["1.2.3.4, 203.0.113.9"], "203.0.113.9"),
            (&["1.2.3.4, 203.0.113.9, 10.0.0.7"], "203.0.113.9"),
            (&["1.2.3.4", "203.0.113.9"], "203.0.113.9"),
            (&["1.2.3.4", "203.0.113.9, fd00::1"], "203.0.113.9"),
            (&["203.0.113.9:4711"], "203.0.113.9"),
            (&["[2001:db8::1]:4711"], "2001:db8::1"),
            (&["[2001:db8::1]"], "2001:db8::1"),
            (&["2001:db8::1"], "2001:db8::1"),
            (&["::ffff:203.0.113.9"], "203.0.113.9"),
            // Nobody but ourselves.
            (&["10.0.0.9"], "10.0.0.9"),
            // A proxy of ours that does not say whom it serves is counted itself.
            (&["unknown"], "10.0.0.1"),
            (&["203.0.113.9, unknown"], "10.0.0.1"),
            (&[], "10.0.0.1"),
        ] {
            assert_eq!(client(ip("10.0.0.1"), told, &ours()), ip(expected), "{told:?}");
            assert_eq!(client(ip("::ffff:10.0.0.1"), told, &ours()), ip(expected), "{told:?}");
        }
    }

    #[test]
    fn one_connection_is_one_caller() {
        let caller = |text: &str| Caller::from(ip(text));
        assert_eq!(caller("2001:db8:1:2::1"), caller("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(caller("2001:db8:1:2::1"), caller("2001:db8:1:3::1"));
        assert_ne!(caller("203.0.113.9"), caller("203.0.113.8"));
        assert_eq!(caller("::ffff:203.0.113.9"), caller("203.0.113.9"));
    }
}
