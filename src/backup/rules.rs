//! Which backups may go.

use chrono::{NaiveDateTime, TimeDelta};

/// How long backups stay. The newest one always does.
#[derive(Clone, Copy, Debug, Default)]
pub struct Retention {
    /// So many; 0: any number.
    pub count: usize,
    /// For so many days; 0: for ever.
    pub days: u32,
}

impl Retention {
    /// Which of these `(name, taken at)` may go.
    pub fn to_remove(self, backups: &[(String, NaiveDateTime)], now: NaiveDateTime) -> Vec<String> {
        let mut newest_first: Vec<_> = backups.iter().collect();
        newest_first.sort_by(|a, b| (b.1, &b.0).cmp(&(a.1, &a.0)));
        let oldest = now - TimeDelta::days(i64::from(self.days));
        let may_go = |(place, (_, taken_at)): &(usize, &(String, NaiveDateTime))| {
            let is_one_too_many = self.count > 0 && *place >= self.count;
            let is_too_old = self.days > 0 && *taken_at < oldest;
            *place > 0 && (is_one_too_many || is_too_old)
        };
        newest_first.into_iter().enumerate().filter(may_go).map(|(_, (name, _))| name.clone()).collect()
    }
}

/// The one to restore among these `(name, taken at)`: the newest, or the newest that was taken no later than a moment.
pub fn newest(backups: &[(String, NaiveDateTime)], no_later_than: Option<NaiveDateTime>) -> Option<&str> {
    let fitting = backups.iter().filter(|(_, taken_at)| no_later_than.is_none_or(|limit| *taken_at <= limit));
    fitting.max_by_key(|(name, taken_at)| (*taken_at, name.as_str())).map(|(name, _)| name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: u32) -> NaiveDateTime {
        let day = chrono::NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
        day.and_hms_opt(3, 0, 0).unwrap()
    }

    fn backups() -> Vec<(String, NaiveDateTime)> {
        [3, 1, 2, 9].map(|day| (day.to_string(), at(day))).to_vec()
    }

    #[test]
    fn the_oldest_go_first_and_the_newest_never() {
        let removed = |count, days| Retention { count, days }.to_remove(&backups(), at(30));
        assert_eq!(removed(0, 0), Vec::<String>::new());
        assert_eq!(removed(3, 0), ["1"]);
        assert_eq!(removed(1, 0), ["3", "2", "1"]);
        assert_eq!(removed(0, 21), ["3", "2", "1"]);
        assert_eq!(removed(0, 1), ["3", "2", "1"], "however old the newest is, it stays");
        assert_eq!(removed(2, 28), ["2", "1"]);
    }

    #[test]
    fn a_moment_chooses_the_last_one_before_it() {
        assert_eq!(newest(&backups(), None), Some("9"));
        assert_eq!(newest(&backups(), Some(at(8))), Some("3"));
        assert_eq!(newest(&backups(), Some(at(1))), Some("1"));
        assert_eq!(newest(&backups()[..1], Some(at(1))), None);
    }
}
