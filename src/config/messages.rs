//! `business.messages.*`: what customers are told, over which channels, when, and at what price.

use serde::Deserialize;

/// The channels there are; the outbox knows them by the same words.
const CHANNELS: [&str; 3] = ["telegram", "sms", "email"];

/// `business.messages.*`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Messages {
    /// Channels in the order they are tried, of `telegram`, `sms` and `email`, for customers who chose none.
    pub channels: Vec<String>,
    /// Minutes after which the next channel is used when the one before reached nobody; 0: all channels at once.
    pub fallback_minutes: i64,
    /// What is not told: `event`, or `event:channel`.
    pub off: Vec<String>,
    /// From this hour in Bishkek only one-time codes go, 0 to 23.
    pub quiet_from_hour: u32,
    /// Until this hour; the same as the other: there are no quiet hours.
    pub quiet_until_hour: u32,
    /// What the operator bills for one part of a short message, tyiyn.
    pub sms_part_price_tyiyn: i64,
    /// An own text that needs more parts with usual values is refused.
    pub sms_most_parts: usize,
    /// Languages whose short messages are written in Latin letters.
    pub sms_latin: Vec<String>,
    /// The most short messages to one phone in a day of Bishkek; more are held.
    pub sms_most_a_day_per_phone: i64,
    /// The most parts in a day of Bishkek; then only one-time codes go.
    pub sms_most_parts_a_day: i64,
}

impl Messages {
    /// Everything that cannot work.
    pub fn complaints(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        let mut refuse = |is_wrong: bool, complaint: &str| {
            if is_wrong {
                complaints.push(format!("business.messages.{complaint}"));
            }
        };
        let is_unknown = |channel: &String| !CHANNELS.contains(&channel.as_str());
        refuse(
            self.channels.is_empty() || self.channels.iter().any(is_unknown),
            "channels must be of telegram, sms and email",
        );
        refuse(self.fallback_minutes < 0, "fallback_minutes cannot be below 0");
        refuse(self.quiet_from_hour > 23 || self.quiet_until_hour > 23, "quiet_*_hour must be 0 to 23");
        refuse(self.sms_part_price_tyiyn < 0, "sms_part_price_tyiyn cannot be below 0");
        refuse(self.sms_most_parts == 0, "sms_most_parts must be at least 1");
        refuse(
            self.sms_latin.iter().any(|lang| !["ky", "ru", "en"].contains(&lang.as_str())),
            "sms_latin must be of ky, ru, en",
        );
        refuse(self.sms_most_a_day_per_phone < 1 || self.sms_most_parts_a_day < 1, "sms_most_* must be at least 1");
        complaints
    }

    /// Whether an event is told over a channel.
    pub fn tells(&self, event: &str, channel: &str) -> bool {
        !self.off.iter().any(|off| match off.split_once(':') {
            None => off == event,
            Some((off, way)) => off == event && way == channel,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    #[test]
    fn what_is_off_is_off_wholly_or_on_one_channel() {
        let mut messages = Config::defaults().unwrap().business.messages;
        messages.off = vec!["picked-up".to_owned(), "departed:sms".to_owned()];
        for (event, channel, tells) in [
            ("picked-up", "sms", false),
            ("picked-up", "email", false),
            ("departed", "sms", false),
            ("departed", "email", true),
            ("order-arrived", "sms", true),
        ] {
            assert_eq!(messages.tells(event, channel), tells, "{event} {channel}");
        }
    }

    #[test]
    fn settings_that_cannot_work_are_named() {
        let good = Config::defaults().unwrap().business.messages;
        assert_eq!(good.complaints(), [] as [String; 0]);
        let mut bad = good;
        (bad.channels, bad.quiet_from_hour, bad.sms_most_parts) = (vec!["pigeon".to_owned()], 24, 0);
        assert_eq!(bad.complaints().len(), 3);
    }
}
