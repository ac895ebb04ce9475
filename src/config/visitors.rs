//! `business.visitors.*` and `business.china_addresses`: what the customer's own pages may do and show.

use serde::Deserialize;

/// What stands for a customer's code in an address.
pub const CLIENT_CODE: &str = "{client_code}";

/// `business.visitors.*`; 0 is no bound.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visitors {
    /// Requests with one phone in an hour.
    pub requests_per_phone_hour: i64,
    /// Requests with one phone in a day.
    pub requests_per_phone_day: i64,
    /// Requests of all visitors in a minute.
    pub requests_per_minute: i64,
    /// One-time codes to one phone in an hour.
    pub codes_per_phone_hour: i64,
    /// One-time codes to one phone in a day.
    pub codes_per_phone_day: i64,
    /// One-time codes to all phones in a day.
    pub codes_per_day: i64,
    /// Couriers' numbers that one customer registers in a day.
    pub numbers_per_customer_day: i64,
}

impl Visitors {
    /// What cannot work.
    pub fn complaints(&self) -> Vec<String> {
        let bounds = [
            self.requests_per_phone_hour,
            self.requests_per_phone_day,
            self.requests_per_minute,
            self.codes_per_phone_hour,
            self.codes_per_phone_day,
            self.codes_per_day,
            self.numbers_per_customer_day,
        ];
        let is_wrong = bounds.iter().any(|bound| *bound < 0);
        if is_wrong { vec!["business.visitors.* cannot be below 0".to_owned()] } else { Vec::new() }
    }
}

/// The address of a China warehouse as a seller needs it, in Chinese; `{client_code}` stands for the customer's code.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChinaAddress {
    /// Code of the warehouse's branch.
    pub branch: String,
    /// Who receives it.
    pub recipient: String,
    /// The warehouse's phone.
    pub phone: String,
    /// Province.
    pub province: String,
    /// City.
    pub city: String,
    /// District.
    pub district: String,
    /// Street, house, mark.
    pub street: String,
    /// Post code.
    pub post_code: String,
}

impl ChinaAddress {
    /// A box that does not bear its customer's code is nobody's.
    pub fn complaints(&self) -> Vec<String> {
        if [&self.recipient, &self.street].into_iter().any(|line| line.contains(CLIENT_CODE)) {
            return Vec::new();
        }
        vec![format!("business.china_addresses: {}: recipient or street must hold {CLIENT_CODE}", self.branch)]
    }
}
