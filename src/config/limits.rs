//! `limits.*`: how often strangers and staff may call, and the networks whose word about a caller's address counts.

use ipnet::IpNet;
use serde::Deserialize;
use std::net::IpAddr;

/// `limits.*`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Callers remembered at once, for each of the limits; whoever was quiet longest is forgotten first.
    pub remembered: usize,
    /// Look-ups of one address that find nothing; those that find something are not counted.
    pub lookup_misses: Pace,
    /// The same for all addresses together. Beyond it the next one holds ...
    pub all_lookup_misses: Pace,
    /// ... for each address instead of `lookup_misses`.
    pub lookup_misses_in_a_storm: Pace,
    /// Sign-ins of one address that are refused.
    pub sign_in_failures: Pace,
    /// Requests, estimates and one-time codes that one address asks for without a login.
    pub public_writes: Pace,
    /// Calls of one address at the doors of payment providers and message gateways.
    pub callbacks: Pace,
    /// Calls of one staff account.
    pub staff: Pace,
}

/// So many at once, and then so many a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pace {
    /// So many at once; 0: no limit.
    pub burst: u32,
    /// Then so many a minute.
    pub per_minute: u32,
}

impl Limits {
    pub(super) fn complaints(&self) -> Vec<String> {
        let paces = [
            ("lookup_misses", self.lookup_misses),
            ("all_lookup_misses", self.all_lookup_misses),
            ("lookup_misses_in_a_storm", self.lookup_misses_in_a_storm),
            ("sign_in_failures", self.sign_in_failures),
            ("public_writes", self.public_writes),
            ("callbacks", self.callbacks),
            ("staff", self.staff),
        ];
        let mut complaints: Vec<_> = paces
            .into_iter()
            .filter(|(_, pace)| pace.burst > 0 && pace.per_minute == 0)
            .map(|(name, _)| format!("limits.{name}.per_minute must be at least 1; burst = 0 is no limit"))
            .collect();
        if self.remembered == 0 {
            complaints.push("limits.remembered must be at least 1".to_owned());
        }
        complaints
    }
}

/// Networks or addresses with commas between them.
///
/// # Errors
/// A sentence about the first that is neither.
pub(super) fn networks(key: &str, list: &str) -> std::result::Result<Vec<IpNet>, String> {
    super::listed(list)
        .map(|part| {
            part.parse::<IpNet>()
                .or_else(|_| part.parse::<IpAddr>().map(IpNet::from))
                .map_err(|_| format!("{key}: {part:?} is neither an address nor a network such as 10.0.0.0/8"))
        })
        .collect()
}
